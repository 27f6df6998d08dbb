"""Three samples of the same county's children: who entered in a period, who left in it, who was in care on a day."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd

from cqi.cohorts import NEVER, Cohort, day_number, entered, known, months_after
from cqi.estimates import aalen_johansen, one_group
from cqi.learning.classroom import Room
from cqi.measures import count
from cqi.registry import measure
from cqi.vocabulary import EXIT_REASONS, PERMANENCY

ENTERED, LEFT, IN_CARE = SAMPLES = ("entered", "left", "in care on a day")
HEADLINE = "permanency_in_12_months"
DAYS_A_MONTH = 365.25 / 12
ROUNDING = 1e-9
SHORTEST = 8
"""Stays of fewer days do not count, as in the measures of the review."""
FEWEST = 11
"""Of fewer children no median is told: it would be nearly one child's stay."""


@dataclass(frozen=True)
class Middle:
    """The time by which half of the children had left, in months, with its 95% interval; missing while half have not."""

    children: int
    value: float
    lower: float
    upper: float

    @property
    def told(self) -> bool:
        """Whether there is a median of enough children."""
        return self.children >= FEWEST and not np.isnan(self.value)


def median_months(days: np.ndarray, seen: np.ndarray) -> Middle:
    """The median of times in care, given in days; those not `seen` to end go on unobserved (Kaplan-Meier).

    The interval runs from the day on which the curve's upper limit has reached one half to that of its lower limit (Brookmeyer and
    Crowley 1982); the limits are those of `Incidence.interval`, as R's survfit gives them for the share that has left. An end that is not
    reached is missing.
    """
    if not len(days):
        return Middle(0, np.nan, np.nan, np.nan)
    curve = aalen_johansen(*one_group(days, np.where(seen, 0, -1), causes=1, last=int(days.max())))
    share = curve.share[0, 0]
    lower, upper = (np.where((share > 0) & (share < 1 - ROUNDING), limit[0, 0], np.nan) for limit in curve.interval()[:2])
    return Middle(len(days), *(_half(each) / DAYS_A_MONTH for each in (share, upper, lower)))


def _half(curve: np.ndarray) -> float:
    """The day on which the curve has reached one half; where it stays exactly there, the middle of those days, as of an even number of children."""
    reached, passed = np.flatnonzero(curve >= 0.5 - ROUNDING), np.flatnonzero(curve > 0.5 + ROUNDING)
    if not len(reached):
        return np.nan
    return (reached[0] + passed[0]) / 2 if len(passed) and curve[reached[0]] <= 0.5 + ROUNDING else float(reached[0])


def sample_times(room: Room, sample: str, period: Cohort) -> tuple[np.ndarray, np.ndarray]:
    """Days in care of one sample of the county's children, and whether the stay was seen to end: of those who entered or left in the
    period the whole stay, of those in care at the end of its last day the time so far."""
    if sample == ENTERED:
        stays = entered(room.basis.stays, period, as_of=room.as_of, shortest_stay_days=SHORTEST)
        stays = stays.loc[stays["county"] == room.counties.index(room.county)]
        return (np.minimum(stays["exit"], day_number(room.as_of)) - stays["entry"]).to_numpy(), (stays["exit"] < NEVER).to_numpy()
    stays, last = _stays(room), int(day_number(period.end))
    if sample == LEFT:
        stays = stays.loc[stays["exit"].between(int(day_number(period.start)), last)]
        return (stays["exit"] - stays["entry"]).to_numpy(), np.ones(len(stays), bool)
    there = stays.loc[(stays["entry"] <= last) & (stays["exit"] > last)]
    return (last - there["entry"]).to_numpy(), np.ones(len(there), bool)


@cache
def medians(room: Room, period: Cohort) -> dict[str, Middle]:
    """The median of each sample."""
    return {sample: median_months(*sample_times(room, sample, period)) for sample in SAMPLES}


@cache
def home_within_a_year(room: Room, period: Cohort) -> dict[str, tuple[int, int]]:
    """Children in a permanent home within 12 months, and among how many, of each sample: of those who entered and of those who left in the
    period within 12 months of entry; of those in care at its start within 12 months of that day."""
    rows = count(measure(HEADLINE), room.basis, period, as_of=room.as_of).set_index("county")
    stays, first = _stays(room), int(day_number(period.start))
    home = stays["reason"].isin([EXIT_REASONS.index(word) for word in PERMANENCY])
    left = stays["exit"].between(first, int(day_number(period.end)))
    there = (stays["entry"] < first) & (stays["exit"] >= first)
    within = stays["exit"] <= _a_year_after(stays["entry"])
    soon = stays["exit"] < int(_a_year_after(pd.Series([first]))[0])
    return {ENTERED: (int(rows.at[room.county, "numerator"]), int(rows.at[room.county, "denominator"])),
            LEFT: (int((left & home & within).sum()), int(left.sum())), IN_CARE: (int((there & home & soon).sum()), int(there.sum()))}


def years(room: Room) -> list[Cohort]:
    """The year to teach with, two before it, and the one after it, if it is over."""
    found = [room.mature.back(number) for number in (2, 1, 0, -1)]
    return [period for period in found if period.end <= room.as_of]


def _stays(room: Room) -> pd.DataFrame:
    """The county's stays of at least SHORTEST days whose first day is known."""
    stays = known(room.basis.stays.frame, room.as_of)
    stays = stays.loc[(stays["county"] == room.counties.index(room.county)) & stays["entry_known"] & ~stays["left_out"]]
    return stays.loc[np.minimum(stays["exit"], day_number(room.as_of)) - stays["entry"] >= SHORTEST]


def _a_year_after(days: pd.Series) -> np.ndarray:
    return months_after(days.to_numpy().astype("datetime64[D]"), 12).astype("int64")
