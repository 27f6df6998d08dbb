"""Where a lesson looks: the room's own county if it has enough children for the point, all counties together, else a drawn county."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from cqi.cohorts import first_whole_entry
from cqi.course.episodes import basis_of
from cqi.learning.classroom import Room
from cqi.measures import Basis
from cqi.registry import Measure, measure
from cqi.vocabulary import WHOLE

HEADLINE = "permanency_in_12_months"
STEADY, SLOWED = "Stillwater", "Northfork"
"""Two drawn counties: in the first nothing ever changed, in the second the way home took twice as long from SLOWED_FROM on."""
AS_OF, FIRST, SLOWED_FROM = date(2026, 6, 30), date(2021, 1, 1), date(2025, 4, 1)
A_YEAR = 300
"""Children who enter each drawn county in a year."""
_SEED, _HOME_A_DAY, _OTHER_A_DAY = 101, 0.0014, 0.0002


@dataclass(frozen=True)
class Place:
    """One county to look at: its name, the integers it is counted from, the day on which they were known, and the one from which
    cohorts are whole.

    `called`: how a sentence speaks of it. `note`: why a drawn county or all counties stand in for the room's own; empty where none does.
    `hides`: whether one of some counts is small and must not be shown; never where no child is real.
    """

    county: str
    on: Basis = field(repr=False)
    as_of: date
    begins: date
    called: str
    hides: Callable[..., bool] = field(repr=False)
    note: str = ""

    def tells(self, steps: ArrayLike, among: float) -> bool:
        """Whether counts that grow, out of so many children, may be shown: none of them, no step and no rest is small."""
        counts = np.asarray(steps, float)
        return not self.hides(among, *counts, *np.diff(counts), *(among - counts))


def headline() -> Measure:
    """The measure that the lessons count: children in a permanent home within 12 months of entry."""
    return measure(HEADLINE)


def own_county(room: Room) -> Place:
    """The room's county."""
    return Place(room.county, room.basis, room.as_of, first_whole_entry(room.extract.episodes), room.county, room.hides)


def place(room: Room, fits: Callable[[Place], bool]) -> Place:
    """The room's county if it fits the point, else all its counties together, else the drawn county in which nothing changed."""
    own = own_county(room)
    together = replace(own, county=WHOLE, called="all counties together",
                       note=f"{room.county} alone has too few children for this point, so you see all counties of your data together.")
    found = next((each for each in (own, together) if fits(each)), None)
    return found or drawn_place(STEADY, "These data have too few children for this point, so a made-up county stands in: "
                                f"{STEADY}. What you learn there holds for your own county too.")


def drawn_place(county: str, note: str = "") -> Place:
    """One of the two drawn counties."""
    return Place(county, drawn(), AS_OF, FIRST, f"{county}, a made-up county", lambda *counts: False, note)


@cache
def drawn() -> Basis:
    """Stays of the two drawn counties, entered from FIRST to AS_OF: the same children every time."""
    random = np.random.default_rng(_SEED)
    parts = [_stays(random, county, slowed) for county, slowed in ((STEADY, None), (SLOWED, SLOWED_FROM))]
    return basis_of(pd.concat(parts, ignore_index=True), headline())


def _stays(random: np.random.Generator, county: str, slowed: date | None) -> pd.DataFrame:
    """Stays of one county; exits after AS_OF are not known yet."""
    days = (AS_OF - FIRST).days + 1
    number = round(A_YEAR * days / 365.25)
    entry = np.sort(random.integers(0, days, number))
    home = entry + 8 + random.exponential(1 / _HOME_A_DAY, number)
    if slowed:
        change = np.maximum(entry, (slowed - FIRST).days)
        home = np.where(home > change, change + 2 * (home - change), home)
    other = entry + 8 + random.exponential(1 / _OTHER_A_DAY, number)
    left = np.floor(np.minimum(home, other))
    gone = left < days
    day = np.datetime64(FIRST)
    return pd.DataFrame({
        "child_id": [f"{county} {number}" for number in range(number)], "county": county,
        "entry_date": day + entry.astype("timedelta64[D]"),
        "exit_date": np.where(gone, day + left.astype("timedelta64[D]"), np.datetime64("NaT")),
        "exit_reason": np.where(gone, np.where(home <= other, "reunification", "transfer"), ""),
    })
