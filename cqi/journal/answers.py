"""The answers to questionnaires, in the journal's database: a team's round is kept whole and shuffled, and never added to or changed.

Who can read the database can read the slips: an SQLite file is its owner's only; in PostgreSQL, those who may select from the table.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path

from sqlalchemy import Connection, insert, select

from cqi.journal.database import Database
from cqi.journal.schema import SLIPS
from cqi.journal.slip import Slip
from cqi.journal.versions import bring_up_to_date
from cqi.vocabulary import CqiError, printable

KEPT = ("{}: the answers of team {!r} for {} are kept already, and a round is kept once. A sheet that comes later waits for the next round: "
        "two results of one round would tell what it says.")


class Answers:
    """The answers in one journal. Every method raises CqiError in words for whatever the database says."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @classmethod
    def opened(cls, place: str | Path) -> Answers:
        """The answers at a place, as `Journal.opened` takes it and makes it."""
        database = Database(place)
        bring_up_to_date(database)
        return cls(database)

    def keep(self, slips: Iterable[Slip]) -> None:
        """Keeps all the slips or none, in the order of their random keys, so that neither order nor transaction tells which belong
        together. Raises CqiError where a team's round of a questionnaire is kept already."""
        rows = sorted(({"key": secrets.token_hex(16)} | asdict(slip) for slip in slips), key=lambda row: row["key"])
        with self._database.writing() as connection:
            self._refuse_twice(connection, {(row["questionnaire"], row["round"], row["team"]) for row in rows})
            connection.execute(insert(SLIPS), rows)

    def slips(self, questionnaire: str = "") -> list[Slip]:
        """All slips (of one questionnaire), sorted by what they say; their keys are not read."""
        columns = [SLIPS.c[name] for name in Slip.__dataclass_fields__]
        wanted = select(*columns).where(SLIPS.c.questionnaire == questionnaire) if questionnaire else select(*columns)
        with self._database.reading() as connection:
            return sorted((Slip(**row._asdict()) for row in connection.execute(wanted)), key=lambda slip: slip.content)

    def _refuse_twice(self, connection: Connection, rounds: set[tuple[str, str, str]]) -> None:
        columns = (SLIPS.c.questionnaire, SLIPS.c.round, SLIPS.c.team)
        kept = {tuple(row) for row in connection.execute(select(*columns).distinct())} & rounds
        if kept:
            name, period, team = sorted(kept)[0]
            raise CqiError(KEPT.format(name, printable(team), period))
