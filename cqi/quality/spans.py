"""Where the measures of a table look in time: the days of a cohort and of its window, and which dates place a child in it."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cqi.cohorts import cohort, months_after
from cqi.registry import measure, measure_names

ON_A_DAY = ("exits of children in care",)
"""Kinds of measure whose window begins on the first day of the period, for all children at once."""

PLACED_BY = {
    "exits of an entry cohort": "entry", "moves of an entry cohort": "entry", "first placement of an entry cohort": "entry",
    "entries of a population": "entry", "returns of an exit cohort": "exit", "exits of children in care": "in care",
}
"""Kind of measure -> the date of a stay that places it in a cohort; other kinds are not placed by a stay."""


def placed_by(name: str) -> str:
    """`entry`, `exit` or `in care` (on the first day); empty for a measure that no date of a stay places in its cohorts."""
    if name not in measure_names():
        return ""
    found = measure(name)
    return "entry" if found.who.get("entered_in_period") else PLACED_BY.get(found.kind, "")


def spans(rows: pd.DataFrame) -> dict[str, np.ndarray]:
    """`first` and `last`: the first and the last day that each row's figure rests on, never after what was known at `as_of`.

    `rows` have measure, cohort, at (months of the window, or missing) and as_of; the window's last day counts.
    """
    keys = rows[["measure", "cohort", "at", "as_of"]].drop_duplicates()
    days = np.array([_span(*key) for key in keys.itertuples(index=False)], dtype="datetime64[s]").reshape(-1, 2)
    found = rows[list(keys.columns)].merge(keys.assign(first=days[:, 0], last=days[:, 1]), how="left")
    return {name: found[name].to_numpy() for name in ("first", "last")}


def _span(name: str, word: str, at: float, as_of) -> tuple[pd.Timestamp, pd.Timestamp]:
    period, months = cohort(word), 0 if pd.isna(at) else int(at)
    found = measure(name) if name in measure_names() else None
    on_a_day = found is not None and found.kind in ON_A_DAY
    last = pd.Timestamp(months_after([period.start if on_a_day else period.end], months)[0])
    if on_a_day and not found.what.get("anniversary_counts", True):
        last -= pd.Timedelta(days=1)
    return pd.Timestamp(period.start), min(last, pd.Timestamp(as_of))
