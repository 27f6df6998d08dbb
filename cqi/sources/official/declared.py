"""The official checks as `definitions/checks.toml` declares them: limits, what each stops, what it means, what to do."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np


@dataclass(frozen=True)
class Check:
    """One official check. `limit` in percent; `stops` names measures; `words` go after a share, `plain` stand alone."""

    name: str
    title: str
    limit: int
    direction: str
    leaves_out: bool
    by_county: bool
    stops: tuple[str, ...]
    words: str
    plain: str
    means: str
    do: str
    page: int

    def over(self, flagged, among) -> np.ndarray:
        """Whether the limit is broken, in whole numbers: 5.0% passes a limit of 5%, 5.01% does not.

        `under` breaks it below the limit; `none` where not one record is counted.
        """
        flagged, among = np.asarray(flagged, dtype="int64"), np.asarray(among, dtype="int64")
        if self.direction == "none":
            return flagged == 0
        return flagged * 100 < self.limit * among if self.direction == "under" else flagged * 100 > self.limit * among


@dataclass(frozen=True)
class Checks:
    """All checks in their order, with the rules for counties and for history, and where they come from."""

    checks: dict[str, Check]
    county_fewest: int
    history_months: int
    citation: str


@cache
def declared_checks() -> Checks:
    """The checks of `definitions/checks.toml`; a group in `stops` stands for its measures, each once."""
    text = tomllib.loads((files("cqi") / "definitions" / "checks.toml").read_text(encoding="utf-8"))
    checks = {
        name: Check(name, **{**fields, "stops": _measures(fields["stops"], text["groups"])})
        for name, fields in text["checks"].items()
    }
    return Checks(checks, text["county_fewest"], text["history_months"], text["citation"])


def _measures(stops: list[str], groups: dict[str, list[str]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(measure for name in stops for measure in groups.get(name, [name])))
