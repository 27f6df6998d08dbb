"""What decides the result of a run: its data, the program, what was said. A run that finds it changed on the way gives out nothing more."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from cqi.journal.place import chosen
from cqi.journal.slip import Slip
from cqi.render import standing
from cqi.render.gate import holds_identifier
from cqi.render.standing import Program
from cqi.tables.answered import ANSWERS, kept_slips, read_slips, slips_without_ids
from cqi.tables.said import SAID, Said, kept_said, read_said, without_ids
from cqi.vocabulary import CqiError

CHANGED = "{what} changed while the pages were made, so nothing more of them is given out; run the command again."


@dataclass(frozen=True)
class Decided:
    """What decides the result of a run, as it was when the run began."""

    key: str
    data: tuple[str, str]
    program: Program
    said: Said | None
    slips: tuple[Slip, ...]

    @classmethod
    def now(cls, request) -> Decided:
        """As it is at this moment. Raises CqiError where data, definitions or the journal are not there."""
        program, data = Program.now(), standing.data_digests(request)
        journal = chosen(request.journal, Path(request.out).resolve())
        said, slips = read_said(journal, request.profiles), read_slips(journal, request.profiles)
        return cls(standing.request_key(request.asked, data, program, said, slips), data, program, said, slips)

    def check(self, request) -> None:
        """Raises CqiError where a file of it has changed since."""
        for what, before, now in (("The data", self.data, standing.data_digests(request)), ("The program or its definitions", self.program, Program.now())):
            if before != now:
                raise CqiError(CHANGED.format(what=what))

    def told(self, private: Path, ids: frozenset[str]) -> tuple[Said | None, tuple[Slip, ...]]:
        """What was said and answered, without what holds an id; kept in the private folder for the processes that make pages."""
        holds = partial(holds_identifier, ids=ids)
        said, slips = without_ids(self.said, holds), slips_without_ids(self.slips, holds)
        os.environ[SAID], os.environ[ANSWERS] = kept_said(said, private / "said.json"), kept_slips(slips, private / "answers.json")
        return said, slips
