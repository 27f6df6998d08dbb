"""The as-of date: what the file knew on that day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

import numpy as np
import pandas as pd

from cqi.vocabulary import CqiError

COMPLETE_SHARE = 0.70
TRAILING_MONTHS = 12
FEWEST_MONTHS = 3
LONGEST_WITHOUT_EXIT = 183
"""Days from a file's first entry to its first exit; more means that the file holds survivors only up to then."""


@dataclass(frozen=True)
class AsOf:
    """The day, and in words why that day."""

    day: date
    reason: str


def chosen_as_of(episodes: pd.DataFrame, given: str = "") -> AsOf:
    """The given day, else the last month's end that looks complete.

    Complete: entries and exits of the whole file in that month are each at least 70% of the median of the twelve months
    before (of as many as there are, at least three). Raises CqiError for a day that is not written as 2026-06-30, or a
    file without entries.
    """
    if given:
        return AsOf(_day(given), "the day that was asked for")
    entries, exits = (_monthly(episodes[column]) for column in ("entry_date", "exit_date"))
    if entries.empty:
        raise CqiError("No entries into care in the file, so there is no as-of date; give one, such as 2026-06-30.")
    months = pd.period_range(entries.index.min(), max([entries.index.max(), *exits.index[-1:]]), freq="M")
    entries, exits = (counts.reindex(months, fill_value=0) for counts in (entries, exits))
    complete = _complete(entries) & _complete(exits)
    if not complete.any():
        return AsOf(months[-1].end_time.date(), "the last month in the file; it is too short to tell complete months")
    return _explained(complete[complete].index[-1], months[-1], entries, exits)


def first_whole_entry(episodes: pd.DataFrame) -> date:
    """The first day from which the file holds whole entry cohorts.

    A return of the children in care on some day knows earlier entries only of those who were still there; such a file
    has entries long before its first exit, and its cohorts are whole from the month of that exit on.
    """
    known = episodes.loc[episodes["entry_known"]] if "entry_known" in episodes else episodes
    first_entry, first_exit = known["entry_date"].min(), episodes["exit_date"].min()
    survivors = (first_exit - first_entry).days > LONGEST_WITHOUT_EXIT
    return first_exit.to_period("M").start_time.date() if survivors else first_entry.date()


def _day(text: str) -> date:
    try:
        return datetime.strptime(str(text), "%Y-%m-%d").date()
    except ValueError:
        raise CqiError(f"The as-of date {str(text)!r} is not a day: write it as 2026-06-30.") from None


def _monthly(dates: pd.Series) -> pd.Series:
    return dates.dropna().dt.to_period("M").value_counts().sort_index()


def _usual(counts: pd.Series) -> pd.Series:
    """Median of up to twelve months before each month, from the first month with any; missing when fewer than three."""
    begun = counts.cumsum().shift(1, fill_value=0) > 0
    return counts.where(begun | (counts > 0)).shift(1).rolling(TRAILING_MONTHS, min_periods=FEWEST_MONTHS).median()


def _complete(counts: pd.Series) -> pd.Series:
    return (counts > 0) & (counts >= COMPLETE_SHARE * _usual(counts))


def _explained(month: pd.Period, last: pd.Period, entries: pd.Series, exits: pd.Series) -> AsOf:
    shares = [f"{counts[month]:,} {word} ({counts[month] / _usual(counts)[month]:.0%} of the usual month)"
              for counts, word in ((entries, "entries"), (exits, "exits"))]
    reason = f"the last month's end that looks complete: {' and '.join(shares)}"
    later = (last - month).n
    if later:
        reason += f"; {later} later {'month looks' if later == 1 else 'months look'} incomplete"
    return AsOf(np.datetime64(month.end_time, "D").item(), reason)
