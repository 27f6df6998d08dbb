"""The as-of date: what the file knew on that day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

import numpy as np
import pandas as pd

from cqi.vocabulary import CqiError

COMPLETE_SHARE = 0.70
COMPLETE_YEAR_SHARE = 0.50
TRAILING_MONTHS = 12
FEWEST_MONTHS = 3
FEW_A_MONTH = 5
"""Where fewer than this are usual, chance alone makes a month look incomplete."""
FEWEST_TO_MISS = 10
"""Where so many entries and exits are usual and hardly any is there, the file does not reach so far; chance hardly ever does that."""
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
    before (of as many as there are, at least three). Where that median is 0, as in a small county's own file or before a
    mistyped year, the twelve months up to it must hold half of the median of such twelve months before. Raises CqiError
    for a day that is not written as 2026-06-30 or lies outside 1900 to 2100, or a file without entries.
    """
    if given:
        return AsOf(given_day(given), "the day that was asked for")
    entries, exits = (_monthly(episodes[column]) for column in ("entry_date", "exit_date"))
    if entries.empty:
        raise CqiError("No entries into care in the file, so there is no as-of date; give one, such as 2026-06-30.")
    months = pd.period_range(entries.index.min(), max([entries.index.max(), *exits.index[-1:]]), freq="M")
    if exits.empty:
        return AsOf(months[-1].end_time.date(), "the last month with an entry; the file holds no exits")
    entries, exits = (counts.reindex(months, fill_value=0) for counts in (entries, exits))
    complete = _complete(entries) & _complete(exits)
    if not complete.any():
        return AsOf(months[-1].end_time.date(), "the last month in the file; it is too short to tell complete months")
    return _explained(complete[complete].index[-1], months[-1], entries, exits)


def told_as_of(episodes: pd.DataFrame, given: str = "") -> AsOf:
    """As `chosen_as_of`. A given day that would also be chosen has the choice's reason, and one after it a caution."""
    asked, chosen = chosen_as_of(episodes, given), chosen_as_of(episodes)
    if asked.day <= chosen.day:
        return chosen if asked.day == chosen.day else asked
    return AsOf(asked.day, f"{asked.reason}; it is after {chosen.day.day} {chosen.day:%B %Y}, the last month's end that looks complete, so entries "
                           "and exits may be missing")


def check_reach(episodes: pd.DataFrame, day: date) -> None:
    """Raises CqiError where the file cannot tell of the day: after the last month's end that looks complete ten or more entries and exits
    would be usual up to it, as in the year up to that end, and not a tenth of them is there. Children would be taken for still in care."""
    chosen = chosen_as_of(episodes).day
    last, later = pd.Timestamp(chosen), pd.Timestamp(day)
    events = pd.concat([episodes["entry_date"], episodes["exit_date"]])
    usual = events.between(last - pd.Timedelta(days=364), last).sum() / 365 * (later - last).days
    if usual >= FEWEST_TO_MISS and events.between(last, later, inclusive="right").sum() < usual / 10:
        raise CqiError(f"The file does not reach {day}: after {chosen}, the last month's end that looks complete, about {usual:,.0f} entries and exits "
                       "would be usual up to that day, and hardly any is there, so children would be taken for still in care. "
                       f"Give {chosen} or a day soon after it, or a newer extract.")


def first_whole_entry(episodes: pd.DataFrame) -> date:
    """The first day from which the file holds whole entry cohorts, the first of a month.

    A return of the children in care on some day knows earlier entries only of those who were still there; such a file
    has entries long before its first exit, and its cohorts are whole from the month of that exit on.
    """
    known = episodes.loc[episodes["entry_known"]] if "entry_known" in episodes else episodes
    first_entry, first_exit = known["entry_date"].min(), episodes["exit_date"].min()
    survivors = (first_exit - first_entry).days > LONGEST_WITHOUT_EXIT
    return (first_exit if survivors else first_entry).to_period("M").start_time.date()


def given_day(text: str | date) -> date:
    """The day that was asked for. Raises CqiError unless it is written as 2026-06-30 (or is a date) within 1900 to 2100."""
    if isinstance(text, date):
        text = text.strftime("%Y-%m-%d")
    try:
        day = datetime.strptime(str(text), "%Y-%m-%d").date()
    except ValueError:
        raise CqiError(f"The as-of date {str(text)!r} is not a day: write it as 2026-06-30.") from None
    if not 1900 <= day.year <= 2100:
        raise CqiError(f"The as-of date {day} is not between 1900 and 2100; give a day that the file can know of.")
    return day


def _monthly(dates: pd.Series) -> pd.Series:
    return dates.dropna().dt.to_period("M").value_counts().sort_index()


def _usual(counts: pd.Series) -> pd.Series:
    """Median of up to twelve months before each month, from the first month with any; missing when fewer than three."""
    begun = counts.cumsum().shift(1, fill_value=0) > 0
    return counts.where(begun | (counts > 0)).shift(1).rolling(TRAILING_MONTHS, min_periods=FEWEST_MONTHS).median()


def _complete(counts: pd.Series) -> pd.Series:
    usual = _usual(counts)
    return (counts >= COMPLETE_SHARE * usual) & (usual.gt(0) | _year_as_usual(counts))


def _year_as_usual(counts: pd.Series) -> pd.Series:
    """Whether the twelve months up to each hold about as many as such twelve months, if they held any, did before."""
    years = counts.rolling(TRAILING_MONTHS).sum().replace(0, np.nan)
    return years >= COMPLETE_YEAR_SHARE * years.shift(1).expanding(1).median()


def _explained(month: pd.Period, last: pd.Period, entries: pd.Series, exits: pd.Series) -> AsOf:
    shares = [_share(counts[month], _usual(counts)[month], words)
              for counts, words in ((entries, ("entry", "entries")), (exits, ("exit", "exits")))]
    reason = f"the last month's end that looks complete: {' and '.join(shares)}"
    later = (last - month).n
    if later:
        reason += f"; {later} later {'month looks' if later == 1 else 'months look'} incomplete"
        if min(_usual(entries)[month], _usual(exits)[month]) < FEW_A_MONTH:
            reason += ", which says little where months are so small: give the day if you know it"
    return AsOf(np.datetime64(month.end_time, "D").item(), reason)


def _share(count: int, usual: float, words: tuple[str, str]) -> str:
    beside = f"{count / usual:.0%} of the usual month" if usual else "the usual month has none"
    return f"{count:,} {words[int(count != 1)]} ({beside})"
