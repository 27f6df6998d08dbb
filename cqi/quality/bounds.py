"""Best and worst case: how far the records that checks left out could move a share.

Of m records left out, none or all may belong to the children who count: a share of k among n lies between k/(n+m) and
(k+m)/(n+m). These are limits, not a likely range. Rates are left out: a record that is left out has no number of days.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from cqi.cohorts import Cohort, cohort, months_after
from cqi.quality.spans import placed_by
from cqi.registry import Measure, measure
from cqi.sources.official import declared_checks
from cqi.vocabulary import WHOLE

DATES_IN_DOUBT = ("birth_after_entry", "birth_after_exit", "same_day_exit", "exit_before_entry")
"""Checks that say that a date is wrong without saying which: either date may place the record."""


def bounds(rows: pd.DataFrame, flagged: pd.DataFrame) -> pd.DataFrame:
    """The measure-table rows of proportions that a date places in a cohort, with `left_out` (m), `lowest` and `highest`.

    m: the county's records, each once, that a check stopping the measure flags and whose dates place them, or may place
    them, in the cohort: by entry, by exit, or in care on the first day for as long as the measure says. A dropped record
    may have left in the half-year after its last report. Rows as counted, before `with_limits`: with m = 0 both equal the
    value. Where nobody is counted and none is left out both are missing. `flagged` as in `Extract`.
    """
    groups = rows.groupby(["measure", "cohort", "as_of"], sort=False)
    parts = [_bounded(part, flagged, *key) for key, part in groups if placed_by(key[0]) and measure(key[0]).per == 1]
    return pd.concat(parts).sort_index() if parts else rows.iloc[:0].assign(left_out=0, lowest=np.nan, highest=np.nan)


def _bounded(rows: pd.DataFrame, flagged: pd.DataFrame, name: str, word: str, as_of: pd.Timestamp) -> pd.DataFrame:
    """The rows of one measure, cohort and as-of date with their bounds."""
    own = flagged.loc[flagged["check"].isin([check.name for check in declared_checks().checks.values() if name in check.stops])]
    counts = own.loc[_in_cohort(own, measure(name), cohort(word), as_of)].drop_duplicates("record")["county"].value_counts()
    left_out = rows["county"].map(counts).fillna(0).astype("int64").mask(rows["county"] == WHOLE, int(counts.sum()))
    children = (rows["denominator"].astype("float64") + left_out).replace(0, np.nan)
    numerator = rows["numerator"].astype("float64")
    return rows.assign(left_out=left_out, lowest=numerator / children, highest=(numerator + left_out) / children)


def _in_cohort(flagged: pd.DataFrame, counted: Measure, period: Cohort, as_of: pd.Timestamp) -> pd.Series:
    """Which flagged records the dates place, or may place, in the period, as known at `as_of`."""
    first, last = pd.Timestamp(period.start), min(pd.Timestamp(period.end), as_of)
    entry, left, placed = flagged["entry_date"], flagged["exit_date"], placed_by(counted.name)
    doubtful = flagged["check"].isin(DATES_IN_DOUBT)
    begins, ends = _may_have_left(flagged)
    if placed == "in care":
        between = ((entry <= first) & (left >= first)) | ((left <= first) & (entry >= first))
        there = (entry <= first) & (ends.isna() | (ends >= first)) & _in_care_so_long(entry, counted, period)
        return there | (doubtful & between)
    either = doubtful & (entry.between(first, last) | left.between(first, last))
    return either | (entry.between(first, last) if placed == "entry" else (begins <= last) & (ends >= first))


def _may_have_left(flagged: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """The first and the last day on which each record may have left: its exit, or for a dropped record the half-year after
    its last report; missing for a child still in care."""
    following = {word: cohort(word).back(-1) for word in flagged["period"].unique()}
    dropped = flagged["check"].eq("dropped_records")
    days = [flagged["period"].map({word: pd.Timestamp(day(half)) for word, half in following.items()}).astype("datetime64[s]")
            for day in (lambda half: half.start, lambda half: half.end)]
    return tuple(flagged["exit_date"].astype("datetime64[s]").mask(dropped, day) for day in days)


def _in_care_so_long(entry: pd.Series, counted: Measure, period: Cohort) -> np.ndarray:
    """Whether the months in care on the first day are those that the measure names."""
    first, days = np.datetime64(period.start), entry.to_numpy().astype("datetime64[D]")
    held = months_after(days, counted.who.get("months_in_care", 0)) <= first
    below = counted.who.get("months_in_care_below")
    return held & (months_after(days, below) > first) if below else held
