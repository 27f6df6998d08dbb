"""Federal half-years and years as whole numbers, and the words for them. A is October to March, B is April to September."""

from __future__ import annotations

import numpy as np
import pandas as pd

MISSING = -(10**6)
"""The half-year of a date that is missing: before any."""
LONG_GAP = 10
"""Half-years without one entry or exit; dates beyond such a gap are taken for mistyped years."""


def half_of(dates: pd.Series) -> np.ndarray:
    """The number of each date's half-year: 0 holds 1 January 1970 (70A); MISSING where there is no date."""
    months = dates.to_numpy().astype("datetime64[M]")
    number = (months.astype("int64") + 3) // 6
    return np.where(np.isnat(months), MISSING, number)


def half_reported(year: pd.Series, month: pd.Series) -> np.ndarray:
    """The half-year that a report's year and last month stand for: 2021 and 3 is 21A. Without a month it is the B half."""
    months = (year.astype("int64") - 1970) * 12 + month.fillna(9).astype("int64") - 1
    return (months.to_numpy() + 3) // 6


def half_label(number: int) -> str:
    """`21A`."""
    return f"{(1970 + number // 2) % 100:02}{'AB'[number % 2]}"


def year_of(dates: pd.Series) -> np.ndarray:
    """The federal year of each date: 2021 is October 2020 to September 2021."""
    return half_of(dates) // 2 + 1970


def run_of_halves(halves: np.ndarray) -> tuple[int, int]:
    """The first and the last half-year of the run that holds most of these, where a long gap parts two runs.

    MISSING ones do not count. Without any: a run of none (0, -1).
    """
    active, number = np.unique(halves[halves != MISSING], return_counts=True)
    if not len(active):
        return 0, -1
    run = np.cumsum(np.diff(active, prepend=active[0]) > LONG_GAP)
    most = run == np.argmax(np.bincount(run, weights=number))
    return int(active[most][0]), int(active[most][-1])
