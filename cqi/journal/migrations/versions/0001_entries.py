"""The entries, to which rows are only added: the database itself refuses to change, replace or delete one."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

TABLE = "cqi_journal_entries"
REFUSED = "entries of the journal are never changed: add a version"
SQLITE = (
    f"CREATE TRIGGER cqi_journal_no_update BEFORE UPDATE ON {TABLE} BEGIN SELECT RAISE(ABORT, '{REFUSED}'); END",
    f"CREATE TRIGGER cqi_journal_no_delete BEFORE DELETE ON {TABLE} BEGIN SELECT RAISE(ABORT, '{REFUSED}'); END",
    f"""CREATE TRIGGER cqi_journal_no_replace BEFORE INSERT ON {TABLE}
        WHEN EXISTS (SELECT 1 FROM {TABLE} WHERE number = NEW.number AND version = NEW.version)
        BEGIN SELECT RAISE(ABORT, '{REFUSED}'); END""",
)
"""The third: SQLite's INSERT OR REPLACE deletes without asking the second."""
POSTGRESQL = (
    f"""CREATE FUNCTION cqi_journal_refuses() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION '{REFUSED}'; END $$""",
    f"""CREATE TRIGGER cqi_journal_no_update_or_delete BEFORE UPDATE OR DELETE ON {TABLE}
        FOR EACH ROW EXECUTE FUNCTION cqi_journal_refuses()""",
    f"""CREATE TRIGGER cqi_journal_no_truncate BEFORE TRUNCATE ON {TABLE}
        FOR EACH STATEMENT EXECUTE FUNCTION cqi_journal_refuses()""",
)


def upgrade() -> None:
    """Makes the table and what protects it."""
    short = [sa.Column(name, sa.String(200), nullable=False) for name in ("role", "name", "county", "cohort", "measure", "chart")]
    done = [sa.Column(name, sa.String(200), nullable=False) for name in ("owner", "status")]
    op.create_table(
        TABLE,
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("written", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(200), nullable=False), sa.Column("text", sa.Text, nullable=False), *short,
        sa.Column("answer", sa.Text, nullable=False), *done, sa.Column("due", sa.Date), sa.Column("cleared", sa.Boolean, nullable=False),
        sa.Column("details", sa.JSON, nullable=False),
    )
    for statement in {"sqlite": SQLITE, "postgresql": POSTGRESQL}[op.get_bind().dialect.name]:
        op.execute(sa.text(statement))
