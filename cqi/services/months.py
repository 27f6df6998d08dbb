"""Time in calendar months: by which monthly anniversary something had happened, and up to which one it has been watched."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cqi.cohorts.grammar import months_after
from cqi.estimates import aalen_johansen, log_log_interval, tabulate
from cqi.measures.rows import LEVEL
from cqi.vocabulary import MEASURE_COLUMNS

METHOD = "cumulative incidence by monthly anniversary, log-log interval"
FEWEST = 10
"""A curve stops where fewer are watched than this."""


def months_until(start: pd.Series, end: pd.Series, most: int) -> np.ndarray:
    """By which monthly anniversary of `start` it is `end`: 0 for the same day, 3 for the day of the third anniversary and 4 for the day
    after; `most` + 1 for later than that, or never (missing)."""
    first, last = (days.to_numpy().astype("datetime64[D]") for days in (start, end))
    found = np.zeros(len(first), dtype=np.int64)
    for month in range(most + 1):
        found += ~(last <= months_after(first, month))  # a missing day is not before any
    return found


def months_watched(start: pd.Series, as_of: pd.Timestamp, most: int) -> np.ndarray:
    """How many whole months after `start` were over by the as-of date, at most `most`; the day of the anniversary itself is over."""
    first, last = start.to_numpy().astype("datetime64[D]"), np.datetime64(as_of, "D")
    return sum((months_after(first, month) <= last).astype(np.int64) for month in range(1, most + 1))


def incidence_rows(group: np.ndarray, names: list[str], happened: np.ndarray, watched: np.ndarray, marks: tuple[int, ...], **labels) -> pd.DataFrame:
    """Measure rows of the share to whom it had happened by each month of `marks`, by group (a number for each in `names`).

    A month counts those who were watched to its end, so that the young have the weight of the months they have had. `children` are all in
    the group, `denominator` those of them who were watched that long, `numerator` those of these to whom it had happened. The value is
    missing where fewer than FEWEST were watched that long.
    """
    last, at, seen = max(marks), list(marks), happened <= watched
    exited, censored, entering = tabulate(group, np.where(seen, happened, watched), np.where(seen, 0, -1), groups=len(names), causes=1, last=last)
    curves = aalen_johansen(exited, censored, entering)
    whole = np.stack([np.bincount(group[watched >= month], minlength=len(names)) for month in at], axis=1)
    counted = np.stack([np.bincount(group[(watched >= month) & (happened <= month)], minlength=len(names)) for month in at], axis=1)
    share = np.where(whole < FEWEST, np.nan, curves.share[:, 0, at])
    lower, upper = log_log_interval(share, curves.standard_error[:, 0, at], children=whole)
    rows = pd.DataFrame({"group": np.repeat(names, len(at)), "at": np.tile(at, len(names)).astype(float), "children": np.repeat(entering, len(at)),
                         "numerator": counted.ravel(), "denominator": whole.ravel(),
                         "value": share.ravel(), "lower": lower.ravel(), "upper": upper.ravel()})
    status = np.where(rows["value"].isna(), "not yet mature", np.where(rows["denominator"] < rows["children"], "so far", "shown"))
    return rows.assign(status=status, level=LEVEL, method=METHOD, part="", **labels)[list(MEASURE_COLUMNS)]
