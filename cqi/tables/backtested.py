"""How the projection and the signals would have done on a file's own past: replayed once, for every cohort and county of a run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

import numpy as np
import pandas as pd

from cqi.cohorts import cohort
from cqi.course.backtest import backtest, without
from cqi.disclosure import policy
from cqi.measures import Basis, count
from cqi.quality import GAPS, findings, with_limits
from cqi.registry import measure
from cqi.sources import Extract
from cqi.tables.counting import HEADLINE
from cqi.tables.public import public_facts
from cqi.tables.reading import as_of_and_counties, file_facts, kept, key, read

COUNTED = ("courses", "stable_counties", "false_alarms", "ended_worse", "detected")
"""Numbers of a summary that are of counties."""
OF_FEW = ("courses", "forecasts", "compared")


@dataclass(frozen=True, eq=False)
class Backtests:
    """Past cohorts of the headline measure followed again: tables as in `cqi.course.backtest.Backtested`. `facts` as for every
    page, and the measure's name, the file's first whole day (`first_entry`), and how many courses were left out for
    the quality of their data (`left_out`)."""

    summary: pd.DataFrame
    by_month: pd.DataFrame
    by_size: pd.DataFrame
    courses: pd.DataFrame
    forecasts: pd.DataFrame
    facts: dict


def backtested(data: str, source: str, as_of: str, profile: str, *, progress: Callable[[int, int, str], None] | None = None) -> Backtests:
    """The file's past as a profile may see it; replayed, or found where a run or an earlier call has put it.

    `as_of` may be empty: then the last month's end that looks complete. `progress` is called after each past cohort.
    """
    return _seen(data, source, as_of, profile, key(data, source, "backtest", as_of), progress)


@lru_cache(maxsize=8)
def _seen(data: str, source: str, as_of: str, profile: str, name: str, progress: Callable | None) -> Backtests:
    """As the profile may see it, the same object every time: what a review says of it is worked out once."""
    return _protected(_backtested(data, source, as_of, name, progress), profile)


@lru_cache(maxsize=4)
def _backtested(data: str, source: str, as_of: str, name: str, progress: Callable | None) -> Backtests:
    return kept(lambda: _replayed(data, source, as_of, progress), Backtests, name)


def _replayed(data: str, source: str, as_of: str, progress: Callable | None) -> Backtests:
    extract, on = read(data, source)
    day, counties, first_entry = as_of_and_counties(data, source, as_of)
    every = backtest(measure(HEADLINE), on, as_of=day.day, first_entry=first_entry, progress=progress)
    found = without(every, _unreliable(extract, on, every.courses, day.day))
    facts = {"measure": HEADLINE, "first_entry": first_entry.isoformat(), "left_out": len(every.courses) - len(found.courses)}
    return Backtests(found.summary, found.by_month, found.by_size, found.courses, found.forecasts,
                     file_facts(extract, day, counties) | facts)


def _unreliable(extract: Extract, on: Basis, courses: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """The courses of counties with months that look incomplete, or whose figure may not be given."""
    if courses.empty:
        return courses
    rows = pd.concat([count(measure(HEADLINE), on, cohort(each), as_of=as_of) for each in courses["cohort"].unique()], ignore_index=True)
    over = with_limits(rows, extract.checks)["status"].eq("data quality")
    found = findings(extract, as_of=as_of)
    gaps = courses["county"].isin(found.loc[found["finding"].isin(GAPS), "county"])
    return pd.concat([table.loc[those, ["county", "cohort"]] for table, those in ((rows, over), (courses, gaps))])


def _protected(every: Backtests, profile: str) -> Backtests:
    """As the profile may see it. Where small numbers are hidden: no county's forecasts and courses, no number of 1 up to the
    threshold of counties, and no scores of so few by month and by size."""
    threshold = policy(profile)["threshold"]
    if not threshold:
        return every
    counted = every.summary[list(COUNTED)].astype("float64")
    summary = every.summary.assign(**counted.mask(counted.gt(0) & counted.lt(threshold)))
    summary = summary.assign(median_lead_days=summary["median_lead_days"].mask(summary["ended_worse"].isna()))
    if summary["courses"].isna().any():
        summary = summary.assign(**dict.fromkeys(OF_FEW, np.nan))
    by_month, by_size = (table.loc[table["courses"] >= threshold].reset_index(drop=True) for table in (every.by_month, every.by_size))
    return replace(every, summary=summary, by_month=by_month, by_size=by_size, courses=every.courses.iloc[:0],
                   forecasts=every.forecasts.iloc[:0], facts=public_facts(every.facts))
