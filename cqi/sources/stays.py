"""Stays in care that cannot be: too old, too long, too early, not yet, twice at a time, or after the last there can be."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from cqi.sources.account import Ledger

OLDEST_AT_ENTRY = 21
LONGEST_YEARS = 21
NO_RETURN = ("death", "turned 18")
"""Exits after which there can be no stay."""

LONELY_YEARS = 5
LONELY_SHARE = 0.01
FEWEST_ROWS = 4
NEVER = 2**20
"""A day number later than any."""

Fault = tuple[str, str, pd.Series]
"""Name in the catalogue, reason, which rows."""


def possible_days(rows: pd.DataFrame, order: tuple[str, ...], earliest: date, ledger: Ledger) -> pd.DataFrame:
    """The rows of stays whose days can be; the others are set aside. A missing day can be."""
    for defect, reason, bad in impossible_days(rows, last_day(rows, order), earliest):
        rows = ledger.set_aside(rows, bad, reason, "episodes", defect=defect)
    return rows


def impossible_days(rows: pd.DataFrame, last: pd.Timestamp | None, earliest: date) -> list[Fault]:
    """What can't be about the days of stays. `last`: the last day that the file can know of; that day itself is known."""
    birth, entry, end = (rows.get(name, pd.Series(pd.NaT, index=rows.index, dtype="datetime64[s]"))
                         for name in ("birth_date", "entry_date", "exit_date"))
    until = end if last is None else end.fillna(last)
    future = [] if last is None else [
        ("birth-in-future", "birth_date lies after the last day that the file can know of", birth > last),
        ("entry-in-future", "entry_date lies after the last day that the file can know of", entry > last),
        ("exit-in-future", "exit_date lies after the last day that the file can know of", end > last),
    ]
    return [
        *future,
        ("entry-too-early", f"entry_date is before {earliest}, the earliest that is plausible", entry < pd.Timestamp(earliest)),
        ("entry-after-21", f"entry_date is after the {OLDEST_AT_ENTRY}st birthday", entry > years_after(birth, OLDEST_AT_ENTRY)),
        ("over-21-years", f"the stay lasts more than {LONGEST_YEARS} years", until > years_after(entry, LONGEST_YEARS)),
    ]


def last_day(rows: pd.DataFrame, order: tuple[str, ...] = ()) -> pd.Timestamp | None:
    """The last day that the file can know of; None where it does not tell. It never depends on the clock.

    It is the latest data_as_of, else the end of the latest report's month. Without either it is the last entry or exit before a
    gap of more than five years behind which at most one row in a hundred lies (a mistyped year), or one row of a short file.
    """
    if "data_as_of" in rows and rows["data_as_of"].notna().any():
        return rows["data_as_of"].max()
    if "report_year" in order and "report_year" in rows and rows["report_year"].notna().any():
        month = rows.get("report_month", pd.Series(12, index=rows.index)).fillna(12).clip(1, 12)
        latest = int((rows["report_year"] * 12 + month - 1).max())
        return pd.Period(year=latest // 12, month=latest % 12 + 1, freq="M").end_time.floor("D").as_unit("s")
    return _before_lonely(rows.reindex(columns=["entry_date", "exit_date"]).max(axis=1).dropna())


def _before_lonely(dates: pd.Series) -> pd.Timestamp | None:
    days = np.sort(dates.to_numpy().astype("datetime64[D]"))
    if len(days) < FEWEST_ROWS:
        return None
    few = max(1, int(len(days) * LONELY_SHARE))
    wide = np.flatnonzero(np.diff(days[-few - 1:]).astype(int) > LONELY_YEARS * 366)
    return pd.Timestamp(days[-few - 1 + wide[0]]).as_unit("s") if len(wide) else None


def years_after(dates: pd.Series, years: int) -> pd.Series:
    """The same day so many years later; 28 February for a 29th that is not there."""
    return (dates + pd.DateOffset(years=years)).astype("datetime64[s]")


def apart(episodes: pd.DataFrame, ledger: Ledger) -> pd.DataFrame:
    """The stays of which a child has one at a time, and none after death or the 18th birthday; the others are set aside.

    Of two stays that overlap both are set aside, but only the earlier where it is still open when the later begins. A stay
    may begin on the day the last one ended.
    """
    for check in (_after_the_last, _open_before_another, _overlapping):
        defect, reason, bad = check(episodes)
        episodes = ledger.set_aside(episodes, bad, reason, "episodes", defect=defect)
    return episodes


def _after_the_last(episodes: pd.DataFrame) -> Fault:
    place, child, _, _ = by_child(episodes)
    final = episodes["exit_reason"].isin(NO_RETURN).to_numpy()[place]
    so_far = np.cumsum(final) - final
    begins = np.append(True, child[1:] != child[:-1])[:len(child)]
    before = np.maximum.accumulate(np.where(begins, so_far, 0))
    reason = "the child's earlier stay ended by death or at 18, after which there can be none"
    return "stay-after-last-exit", reason, _marked(episodes, place, so_far > before)


def _open_before_another(episodes: pd.DataFrame) -> Fault:
    place, child, entry, end = by_child(episodes)
    ends = np.append(np.flatnonzero(child[1:] != child[:-1]), len(child) - 1)[:len(child)]
    last_entry = np.repeat(entry[ends], np.diff(ends, prepend=-1))
    reason = "no exit_date, but the child entered care again later"
    return "earlier-stay-open", reason, _marked(episodes, place, (end == NEVER) & (entry < last_entry))


def _overlapping(episodes: pd.DataFrame) -> Fault:
    place, child, entry, end = by_child(episodes)
    same = child[1:] == child[:-1]
    earlier = np.append(same & (end[:-1] > entry[1:]), False)[:len(child)]
    latest = np.maximum.accumulate(child * 2 * NEVER + end)
    later = np.insert(same & (child[1:] * 2 * NEVER + entry[1:] < latest[:-1]), 0, False)[:len(child)]
    return "overlapping-stays", "two stays of one child overlap", _marked(episodes, place, earlier | later)


def by_child(episodes: pd.DataFrame) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Places of the stays in order of child, entry and exit, and in that order the child's number, entry and exit days
    (NEVER while in care)."""
    child = pd.factorize(episodes["child_id"])[0].astype("int64")
    entry, end = (day_numbers(episodes[name]) for name in ("entry_date", "exit_date"))
    place = np.lexsort((end, entry, child))
    return place, child[place], entry[place], end[place]


def day_numbers(dates: pd.Series) -> np.ndarray:
    """Days since 1 January 1970; NEVER for a missing one."""
    days = dates.to_numpy().astype("datetime64[D]")
    return np.where(np.isnat(days), NEVER, days.astype("int64"))


def _marked(episodes: pd.DataFrame, place: np.ndarray, bad: np.ndarray) -> pd.Series:
    marked = np.zeros(len(episodes), dtype=bool)
    marked[place] = bad
    return pd.Series(marked, index=episodes.index)
