"""The journal: entries are added, a change is a new version, and nothing that was kept is ever lost."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, fields, replace
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path

from sqlalchemy import Connection, Row, Select, func, insert, select

from cqi.journal.database import Database
from cqi.journal.entry import GIVEN, Entry, checked
from cqi.journal.schema import ENTRIES
from cqi.journal.versions import bring_up_to_date
from cqi.vocabulary import CqiError, no_such


class Journal:
    """One journal. Each method is whole when it returns: what it has written is on the disk, and others see it. Many processes may write
    at once. Every method raises CqiError in words for whatever the database says."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @classmethod
    def opened(cls, place: str | Path) -> Journal:
        """The journal at a path (an SQLite file; it is made, its owner's only, where it is not there) or in a PostgreSQL database
        (`postgresql+psycopg://user:password@host/database`). Its table is made, or brought to this version of the program.

        Raises CqiError for a place that cannot be used and for a journal that a newer program has written; never with a password.
        """
        database = Database(place)
        bring_up_to_date(database)
        return cls(database)

    def add(self, entry: Entry) -> Entry:
        """Keeps the entry, and returns it with its number, version 1 and when it was written (UTC).

        Raises CqiError for an entry that may not be kept (see `checked`).
        """
        checked(entry)
        with self._database.writing() as connection:
            last = connection.execute(select(func.max(ENTRIES.c.number))).scalar() or 0
            return _kept(connection, replace(entry, number=last + 1, version=1))

    def revise(self, number: int, **changes: object) -> Entry:
        """Keeps a new version of the entry, with these fields changed, and returns it. Of two at once both are kept, one after the other.

        Raises CqiError for a number or field that there is not, and for an entry that may not be kept.
        """
        known = [each.name for each in fields(Entry) if each.name not in GIVEN]
        for name in changes:
            if name not in known:
                raise no_such("field of an entry", name, known)
        with self._database.writing() as connection:
            newest = self._versions(connection, number)[-1]
            return _kept(connection, checked(replace(newest, **changes, version=newest.version + 1)))

    def entries(self, kinds: Iterable[str] = (), county: str | None = None, cohort: str | None = None) -> list[Entry]:
        """The newest version of every entry, in order of number: of these kinds (none given: of all), of this county and cohort, word for word
        (None: of any)."""
        newest = select(ENTRIES.c.number, func.max(ENTRIES.c.version).label("version")).group_by(ENTRIES.c.number).subquery()
        wanted = select(ENTRIES).join(newest, (ENTRIES.c.number == newest.c.number) & (ENTRIES.c.version == newest.c.version))
        wanted = wanted.where(ENTRIES.c.kind.in_(kinds)) if (kinds := tuple(kinds)) else wanted
        for column, word in ((ENTRIES.c.county, county), (ENTRIES.c.cohort, cohort)):
            wanted = wanted if word is None else wanted.where(column == word)
        with self._database.reading() as connection:
            return _read(connection, wanted.order_by(ENTRIES.c.number))

    def histories(self, kinds: Iterable[str]) -> dict[int, list[Entry]]:
        """All versions of every entry of these kinds, by number, the oldest first."""
        wanted = select(ENTRIES).where(ENTRIES.c.kind.in_(tuple(kinds))).order_by(ENTRIES.c.number, ENTRIES.c.version)
        with self._database.reading() as connection:
            found = _read(connection, wanted)
        return {number: list(versions) for number, versions in groupby(found, key=lambda each: each.number)}

    def begun(self) -> dict[int, datetime]:
        """When each entry was first written (UTC), by number."""
        with self._database.reading() as connection:
            return {each.number: each.written for each in _read(connection, select(ENTRIES).where(ENTRIES.c.version == 1))}

    def history(self, number: int) -> list[Entry]:
        """All versions of an entry, the oldest first. Raises CqiError for a number that there is not."""
        with self._database.reading() as connection:
            return self._versions(connection, number)

    def _versions(self, connection: Connection, number: int) -> list[Entry]:
        found = _read(connection, select(ENTRIES).where(ENTRIES.c.number == number).order_by(ENTRIES.c.version))
        if not found:
            raise CqiError(f"{self._database.words}: there is no entry {number}.")
        return found


def _kept(connection: Connection, entry: Entry) -> Entry:
    entry = replace(entry, written=datetime.now(UTC))
    connection.execute(insert(ENTRIES), asdict(entry))
    return entry


def _read(connection: Connection, wanted: Select) -> list[Entry]:
    return [_entry(row) for row in connection.execute(wanted)]


def _entry(row: Row) -> Entry:
    """SQLite keeps no time zone: what it has is UTC."""
    found = row._asdict()
    written = found["written"] if found["written"].tzinfo else found["written"].replace(tzinfo=UTC)
    return Entry(**found | {"written": written.astimezone(UTC)})
