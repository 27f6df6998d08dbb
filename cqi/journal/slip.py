"""One slip of a questionnaire: what one sheet says about one area, torn from the rest of the sheet before it is kept."""

from __future__ import annotations

import json
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Slip:
    """Answers of one sheet to the items of one area. Nothing says whose it is, when it was written, or which other slips came from
    the same sheet. `answers`: item -> number, missing where it was left empty. `evidence`: item -> words; always empty for anonymous sheets."""

    questionnaire: str
    round: str
    team: str
    area: str
    answers: dict = field(default_factory=dict, hash=False)
    evidence: dict = field(default_factory=dict, hash=False)

    @property
    def content(self) -> tuple[str, ...]:
        """What slips are sorted by: all that they say, and nothing else."""
        return self.questionnaire, self.round, self.team, self.area, json.dumps([self.answers, self.evidence], sort_keys=True)
