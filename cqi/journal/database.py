"""The database that a journal lies in: an SQLite file of its owner's, or PostgreSQL; and its errors in words."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool

from cqi.journal.place import driven, is_address
from cqi.vocabulary import CqiError

WAIT_SECONDS = 60
"""How long a writer waits for others."""
CONNECT_SECONDS = 10
ADVISORY_LOCK = 0x637169
WRITING = "cqi_writing"
SETTINGS = ("PRAGMA journal_mode = DELETE", "PRAGMA synchronous = EXTRA")
"""A rollback journal, not a write-ahead log: that one needs memory which all writers share, and so is not safe in a folder of the network,
and nobody can tell for sure what folder it is. EXTRA: a commit is on the disk, and so is the end of its rollback journal, before it counts."""
NO_DRIVER = 'A journal in PostgreSQL needs psycopg, which is not installed: pip install "cqi-workbook[postgres]"'
_SQLITE = {
    "BUSY": "others have been writing for more than a minute; try again",
    "LOCKED": "others have been writing for more than a minute; try again",
    "READONLY": "it may be read but not written; its owner can change that",
    "PERM": "it may not be read; its owner can change that",
    "CANTOPEN": "it cannot be opened; check that its folder is there and may be written",
    "FULL": "the disk is full; nothing was written",
    "NOTADB": "this file is no journal",
    "CORRUPT": "the file is damaged; put back a copy",
    "IOERR": "the disk could not be read or written",
}
_POSTGRES = {
    "28": "it does not let this user in; check user and password",
    "3D": "there is no such database",
    "42501": "this user may not read or write there; its owner can change that",
    "53": "it has no room or no free connection; try again later",
    "55": "others have been writing for more than a minute; try again",
    "57": "it is stopping or has ended the connection; try again",
}


class Database:
    """One journal's database: connections for reading and writing. `words` name it without user and password."""

    def __init__(self, place: str | Path) -> None:
        self._is_address = is_address(place)
        self.words = "the journal in PostgreSQL" if self._is_address else str(place)
        with self._in_words():
            self._engine = _postgres(str(place)) if self._is_address else _sqlite(Path(place))

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection that sees one state. Raises CqiError in words for whatever the database says."""
        with self._in_words(), self._engine.connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A connection whose work is kept as one, or not at all; writers come one after another. Raises CqiError as `reading` does."""
        with self._in_words(), self._engine.execution_options(**{WRITING: True}).begin() as connection:
            if self._is_address:
                connection.execute(text(f"SELECT set_config('lock_timeout', '{WAIT_SECONDS}s', true)"))
                connection.execute(text(f"SELECT pg_advisory_xact_lock({ADVISORY_LOCK})"))
            yield connection

    @contextmanager
    def _in_words(self) -> Iterator[None]:
        """Whatever the database or its driver says is told in our words: theirs hold statements, values and passwords."""
        try:
            yield
        except ModuleNotFoundError:
            raise CqiError(NO_DRIVER) from None
        except (SQLAlchemyError, sqlite3.Error, OSError, ValueError, OverflowError) as error:
            raise CqiError(f"{self.words}: {_reason(getattr(error, 'orig', None) or error, self._is_address)}.") from None


def _reason(error: Exception, is_address: bool) -> str:
    if isinstance(error, OSError):
        return (error.strerror or "it cannot be opened")[:1].lower() + (error.strerror or "it cannot be opened")[1:]
    if not is_address:
        name = getattr(error, "sqlite_errorname", "").removeprefix("SQLITE_")
        return next((words for each, words in _SQLITE.items() if name.startswith(each)), "it could not be read or written")
    state = getattr(error, "sqlstate", None)
    if not state:
        return "nobody answers there, or lets this user in; check address, database, user and password"
    return next((words for each, words in _POSTGRES.items() if state.startswith(each)), "it could not be read or written")


def _sqlite(path: Path) -> Engine:
    path = path.resolve()
    if path.is_dir():
        raise CqiError(f"{path}: this is a folder; name the file of the journal in it, such as {path / 'journal.sqlite'}.")
    _made_private(path)
    engine = create_engine(URL.create("sqlite", database=str(path)), poolclass=NullPool, hide_parameters=True,
                           connect_args={"timeout": WAIT_SECONDS, "isolation_level": None, "check_same_thread": False})
    event.listen(engine, "connect", _set)
    event.listen(engine, "begin", _begin)
    return engine


def _made_private(path: Path) -> None:
    """The file, its owner's only; what SQLite puts beside it gets the same mode."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    if path.stat().st_mode & 0o077:
        with suppress(PermissionError):  # another's file is for its owner to close
            path.chmod(0o600)


def _set(connection: sqlite3.Connection, _) -> None:
    for each in SETTINGS:
        connection.execute(each).close()


def _begin(connection: Connection) -> None:
    """A writer holds the file from the start: one that has read first could no longer become a writer where another is one."""
    connection.exec_driver_sql("BEGIN IMMEDIATE" if connection.get_execution_options().get(WRITING) else "BEGIN")


def _postgres(address: str) -> Engine:
    try:
        url = make_url(driven(address))
    except (SQLAlchemyError, ValueError):
        raise CqiError("The address of the journal is not written as postgresql+psycopg://user:password@host/database.") from None
    return create_engine(url, poolclass=NullPool, hide_parameters=True, isolation_level="READ COMMITTED",
                         connect_args={"connect_timeout": CONNECT_SECONDS, "client_encoding": "utf8"})
