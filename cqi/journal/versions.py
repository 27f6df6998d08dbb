"""Which version of the journal's tables a database has, and bringing it to this program's, one process at a time."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, inspect, text

from cqi.journal.database import Database
from cqi.vocabulary import CqiError

VERSION = "0002"
VERSION_TABLE = "cqi_journal_version"
MIGRATIONS = Path(__file__).parent / "migrations"


def bring_up_to_date(database: Database) -> None:
    """Makes the journal's tables, or brings an older one to this version, whole or not at all. Raises CqiError for a journal of a newer program,
    for a file of something else, and for a PostgreSQL database that does not keep all letters."""
    with database.reading() as connection:
        if _version(connection) == VERSION:
            return
    with database.writing() as connection:
        found = _version(connection)  # another process may have been first
        if found != VERSION:
            _check(connection, found, database.words)
            _upgrade(connection)


def _version(connection: Connection) -> str:
    if not inspect(connection).has_table(VERSION_TABLE):
        return ""
    return connection.execute(text(f"SELECT version_num FROM {VERSION_TABLE}")).scalar() or ""


def _check(connection: Connection, found: str, words: str) -> None:
    if found > VERSION:
        raise CqiError(f"{words}: a newer version of the program has written this journal ({found}, this one knows {VERSION}); install that version.")
    if not found and connection.dialect.name == "sqlite" and inspect(connection).get_table_names():
        raise CqiError(f"{words}: this file holds something else than a journal; give another name.")
    if connection.dialect.name == "postgresql" and (encoding := connection.execute(text("SHOW server_encoding")).scalar()) != "UTF8":
        raise CqiError(f"{words}: its database keeps text as {encoding}, which has not all letters; make one with ENCODING 'UTF8'.")


def _upgrade(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
