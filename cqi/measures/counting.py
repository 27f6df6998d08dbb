"""Every measure counted the same way: its kind finds the rows that count, then they are added up by county."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from cqi.cohorts import NEVER, Cohort, months_after, tally
from cqi.measures.basis import Basis
from cqi.measures.rows import measure_rows
from cqi.registry import Measure

FOUND = ("county", "numerator", "denominator", "episode", "report", "birth", "day")


@dataclass(frozen=True)
class Counted:
    """What one measure counts in one cohort.

    `frame`: one row per stay, child or report that counts: county (code), numerator, denominator (1 for a proportion,
    days for a rate), episode and report (rows of those tables, -1 for none), birth, and the day on which its age is
    taken (day numbers). `status`: `shown`, or `so far` while a window is open. `among`: the denominator by county, and
    of the whole file last, where it is not the rows' (a population); the numerator then stands for the children too.
    """

    frame: pd.DataFrame
    status: str
    among: np.ndarray | None = None


COUNTERS: dict[str, Callable[[Measure, Basis, Cohort, date], Counted]] = {}


def counter(kind: str) -> Callable:
    """Registers the function that finds what a measure of this kind counts."""
    def register(function: Callable) -> Callable:
        COUNTERS[kind] = function
        return function
    return register


def counted(measure: Measure, on: Basis, period: Cohort, *, as_of: date) -> Counted:
    """The rows that a measure counts in a cohort, as known at `as_of`."""
    return COUNTERS[measure.kind](measure, on, period, as_of)


def count(measure: Measure, on: Basis, period: Cohort, *, as_of: date) -> pd.DataFrame:
    """The measure for one cohort, as known at `as_of`: measure-table rows, one per county and one for the whole file.

    A period whose last child has not been observed for the whole window is `so far`; one that has not begun is
    `not yet mature`.
    """
    return counted_rows(measure, on, period, counted(measure, on, period, as_of=as_of), as_of=as_of)


def counted_rows(measure: Measure, on: Basis, period: Cohort, found: Counted, *, as_of: date, group: str = "") -> pd.DataFrame:
    """What was found, added up: measure-table rows, one per county and one for the whole file."""
    frame, county = found.frame, found.frame["county"].to_numpy()
    numerator = tally(county, on.counties, frame["numerator"].to_numpy())
    children = numerator if found.among is not None else tally(county, on.counties)
    among = tally(county, on.counties, frame["denominator"].to_numpy()) if found.among is None else found.among
    return measure_rows(
        measure, on.counties, period, as_of=as_of, at=measure.window_months or np.nan, numerator=numerator, denominator=among,
        children=children, status=found.status if period.start <= as_of else "not yet mature", group=group,
    )


def rows_found(county, numerator, denominator=1, *, episode=-1, report=-1, birth=NEVER, day=NEVER) -> pd.DataFrame:
    """The frame of `Counted` from arrays; a single value stands for all rows."""
    return pd.DataFrame({"county": county, "numerator": numerator, "denominator": denominator, "episode": episode,
                         "report": report, "birth": birth, "day": day}, columns=list(FOUND))


def last_day(measure: Measure, days: np.ndarray, months: int) -> np.ndarray:
    """The last day number that is within so many months of each day: the anniversary, or the day before where the measure
    says that it does not count."""
    anniversary = months_after(np.asarray(days).astype("datetime64[D]"), months).astype("int64")
    return anniversary - (not measure.what.get("anniversary_counts", True))


def window_status(window_end: np.datetime64, as_of: date) -> str:
    """`shown` once the whole window of the last child is over, else `so far`."""
    return "shown" if np.datetime64(as_of) >= window_end else "so far"
