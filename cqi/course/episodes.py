"""A plain table of stays, as others may have it, into what is counted from."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cqi.cohorts import day_number, ordered, places, stays
from cqi.cohorts.stays import LATEST
from cqi.course.exposure import can_follow
from cqi.measures import Basis
from cqi.registry import Measure
from cqi.vocabulary import EXIT_REASONS, UNKNOWN, CqiError

NEEDED = ("child_id", "county", "entry_date", "exit_date", "exit_reason")
KINDS = ("exits of an entry cohort", "exits of children in care", "returns of an exit cohort")
"""Kinds of measure that stays alone can tell."""
RULES = {"birth_date": ("age below 18 at entry", "turning 18 in care ends the stay")}
"""Rules that need a column beyond those needed."""


def basis_of(episodes: pd.DataFrame, measure: Measure) -> Basis:
    """The stays as integers. Raises CqiError for a measure that needs more, a missing column, or rows that cannot be right."""
    if measure.kind not in KINDS or not can_follow(measure):
        raise CqiError(f"{measure.name} needs more than stays in care; use a review, or a measure of exits or returns.")
    missing = [name for name in NEEDED if name not in episodes]
    if missing:
        raise CqiError(f"The episodes have no column {missing[0]!r}; needed are {', '.join(NEEDED)}.")
    table = with_dates(episodes).reset_index(drop=True)
    _check(table)
    counties = tuple(sorted(table["county"].unique()))
    table = table.iloc[_in_order(table, counties)].reset_index(drop=True)
    placements = pd.DataFrame({"row": [], "setting": [], "start": []}, dtype="int64")
    none = pd.DataFrame()
    return Basis(stays(table, placements, counties), placements, np.zeros(len(table) + 1, dtype="int64"), none, none, none, none, {}, False)


def _in_order(table: pd.DataFrame, counties: tuple[str, ...]) -> np.ndarray:
    """An order that the rows' own does not change: of two stays of a child from the same day, always the same one counts."""
    days = (np.minimum(day_number(table[name]), LATEST) for name in ("entry_date", "exit_date"))
    return ordered(*days, places(table["exit_reason"], EXIT_REASONS), places(table["county"], counties))


def with_dates(episodes: pd.DataFrame) -> pd.DataFrame:
    """The episodes with text as text and dates as dates; a missing birth date, reason or exit is missing."""
    dates = {name: _dates(episodes, name) for name in ("entry_date", "exit_date", "birth_date")}
    reason = episodes["exit_reason"].astype("object").where(episodes["exit_reason"].notna(), "").astype("str")
    reason = reason.mask(dates["exit_date"].isna(), "").mask(dates["exit_date"].notna() & reason.eq(""), UNKNOWN)
    words = {name: episodes[name].astype("str") for name in ("child_id", "county")}
    return episodes.assign(**words, **dates, exit_reason=reason)


def _dates(episodes: pd.DataFrame, name: str) -> pd.Series:
    if name not in episodes:
        return pd.Series(pd.NaT, index=episodes.index, dtype="datetime64[s]")
    try:
        days = episodes[name] if pd.api.types.is_datetime64_any_dtype(episodes[name]) else _read(episodes[name].astype("object"))
        return days.dt.tz_localize(None).dt.normalize().dt.as_unit("s")
    except (ValueError, TypeError):
        raise CqiError(f"The episodes' {name} has a value that is not a day; write days as 2026-06-30, and leave a missing one empty.") from None


def _read(words: pd.Series) -> pd.Series:
    words = words.mask(words.eq(""), None)
    if pd.api.types.infer_dtype(words) not in ("string", "date", "datetime", "empty", "mixed"):
        raise ValueError  # a number would be read as so many days or seconds from 1970
    return pd.to_datetime(words, format="%Y-%m-%d")


def _check(table: pd.DataFrame) -> None:
    if table.empty:
        raise CqiError("The episodes hold no row; give one row for each stay in care.")
    wrong = {
        "has no child_id; give each child its own": table["child_id"].isna() | table["child_id"].eq(""),
        "has no county; give the county that is responsible": table["county"].isna() | table["county"].eq(""),
        "has no entry_date; give the day of entry": table["entry_date"].isna(),
        "has an exit_date before its entry_date; correct the dates": table["exit_date"] < table["entry_date"],
        f"has an exit_reason that is not known; write one of {', '.join(EXIT_REASONS)}": ~table["exit_reason"].isin(["", *EXIT_REASONS]),
    }
    for words, rows in wrong.items():
        if rows.any():
            raise CqiError(f"The episodes: row {int(rows.to_numpy().argmax()) + 1} {words}. {int(rows.sum())} in all.")


def rules_skipped(episodes: pd.DataFrame, measure: Measure) -> tuple[str, ...]:
    """The rules of the measure that this table cannot tell, in words."""
    age = RULES["birth_date"] if "birth_date" not in episodes else ()
    visit = ("days of a trial home visit taken off",) if "trial_home_visit_days" in measure.what else ()
    return (*age, *visit)
