"""The tables of a run: counted once, looked over before anyone sees them, and written as each profile may see them."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from cqi import tables
from cqi.disclosure import policy
from cqi.render.pages import write_whole
from cqi.tables import Tables

WRITTEN = ("measures", "same_age", "maturity", "curves", "waiting", "course")
COUNTS = ("children", "numerator", "entered", "at_risk", "observed")
"""Columns of those tables that count children."""

Counted = dict[tuple[str, str], Tables]
"""The tables by profile and cohort."""


def counted(*, profiles: tuple[str, ...], cohorts: list[str], shared: dict) -> Counted:
    """The tables of every profile and cohort, kept where CQI_CACHE says for the notebooks. Raises CqiError as `tables` does."""
    return {(profile, word): tables.tables(shared["data"], shared["source"], word, shared["as_of"], profile)
            for profile in profiles for word in cohorts}


def small_left(found: Tables, profile: str) -> bool:
    """Whether a count that the profile must not see is still in a table: then nothing of the cohort may go out."""
    few = policy(profile)["threshold"] - 1
    shown = [getattr(found, name).filter(COUNTS) for name in WRITTEN]
    return any(bool(counts.apply(lambda count: count.between(1, few)).any(axis=None)) for counts in shown)


def table_paths(folder: Path, cohort: str) -> list[Path]:
    """Where the tables of a cohort are written, one for each of WRITTEN."""
    return [folder / f"{cohort.replace('/', '-')}-{name.replace('_', '-')}.csv" for name in WRITTEN]


def write_tables(found: Tables, folder: Path, cohort: str) -> None:
    """Writes the tables as CSV; names that a spreadsheet would take for a formula are made text."""
    for name, path in zip(WRITTEN, table_paths(folder, cohort), strict=True):
        write_whole(path, _safe(getattr(found, name)).to_csv(index=False, lineterminator="\n", float_format="%.6g", date_format="%Y-%m-%d"))


def _safe(table: pd.DataFrame) -> pd.DataFrame:
    text = table.select_dtypes(include=["str", "object"])
    return table.assign(**{name: column.where(~column.astype(str).str.match(r"[=+\-@\t\r]"), "'" + column.astype(str))
                           for name, column in text.items()})
