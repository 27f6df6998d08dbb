"""The slips of questionnaires: only added, with a random key and without a time or a number."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

TABLE = "cqi_survey_slips"
REFUSED = "answers to a survey are never changed"
SQLITE = (
    f"CREATE TRIGGER cqi_survey_no_update BEFORE UPDATE ON {TABLE} BEGIN SELECT RAISE(ABORT, '{REFUSED}'); END",
    f"CREATE TRIGGER cqi_survey_no_delete BEFORE DELETE ON {TABLE} BEGIN SELECT RAISE(ABORT, '{REFUSED}'); END",
    f"""CREATE TRIGGER cqi_survey_no_replace BEFORE INSERT ON {TABLE}
        WHEN EXISTS (SELECT 1 FROM {TABLE} WHERE "key" = NEW."key")
        BEGIN SELECT RAISE(ABORT, '{REFUSED}'); END""",
)
POSTGRESQL = (
    f"""CREATE FUNCTION cqi_survey_refuses() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION '{REFUSED}'; END $$""",
    f"""CREATE TRIGGER cqi_survey_no_update_or_delete BEFORE UPDATE OR DELETE ON {TABLE}
        FOR EACH ROW EXECUTE FUNCTION cqi_survey_refuses()""",
    f"""CREATE TRIGGER cqi_survey_no_truncate BEFORE TRUNCATE ON {TABLE}
        FOR EACH STATEMENT EXECUTE FUNCTION cqi_survey_refuses()""",
)


def upgrade() -> None:
    """Makes the table and what protects it."""
    op.create_table(
        TABLE,
        sa.Column("key", sa.String(32), primary_key=True),
        *(sa.Column(name, sa.String(200), nullable=False) for name in ("questionnaire", "round", "team", "area")),
        sa.Column("answers", sa.JSON, nullable=False), sa.Column("evidence", sa.JSON, nullable=False),
        sqlite_with_rowid=False,
    )
    for statement in {"sqlite": SQLITE, "postgresql": POSTGRESQL}[op.get_bind().dialect.name]:
        op.execute(sa.text(statement))
