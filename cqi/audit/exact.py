"""What a reader works out by sums: hidden counts that lie within few numbers, and differences that are small."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from cqi.audit.bounds import components, intervals
from cqi.audit.cells import STILL
from cqi.audit.findings import Finding, place_of
from cqi.audit.relations import ACROSS_PERIODS, ENTERED_TWICE, MONTHS, Lines

WIDE = 5
"""Whole numbers between the least and the most that a hidden count may be, at least."""
LARGE = 1e9


def worked_out(known: Lines, threshold: int) -> list[Finding]:
    """Totals that do not add, small differences between shown counts, small sums of hidden ones, and hidden counts that lie within
    fewer than WIDE."""
    known = with_differences(known)
    return [*_not_adding(known), *_small_left(known, threshold), *_light(known, threshold), *_narrow(known)]


def with_differences(known: Lines) -> Lines:
    """The lines with the differences filled in of which all other counts are shown."""
    sums, hidden = _balance(known)
    left = _left(known)
    told = np.flatnonzero((left >= 0) & (hidden == 0))
    value = known.cells["value"].to_numpy(dtype=float).copy()
    value[left[told]] = sums[told]
    return replace(known, cells=known.cells.assign(value=value))


def _left(known: Lines) -> np.ndarray:
    """By line the cell of its difference; -1 where it has none."""
    found = np.full(len(known.kinds), -1)
    is_left = known.cells["amount"].eq("difference").to_numpy()[known.cell]
    found[known.line[is_left]] = known.cell[is_left]
    return found


def _balance(known: Lines) -> tuple[np.ndarray, np.ndarray]:
    """By line the signed sum of its shown cells, and how many cells are hidden, its difference not among them."""
    value = known.cells["value"].to_numpy(dtype=float)
    left = known.cells["amount"].eq("difference").to_numpy()
    size, shown = len(known.kinds), np.where(left, 0, np.nan_to_num(value))
    return (np.bincount(known.line, weights=known.sign * shown[known.cell], minlength=size),
            np.bincount(known.line, weights=(np.isnan(value) & ~left)[known.cell], minlength=size))


def _said(known: Lines, chosen: np.ndarray, kind: str, words: str) -> list[Finding]:
    """A finding for each line chosen, at its last hidden cell, or its last."""
    last, hidden = np.zeros(len(known.kinds), dtype=int), known.cells["hidden"].to_numpy(dtype=bool)[known.cell]
    for some in (slice(None), hidden):
        last[known.line[some]] = known.cell[some]
    rows = known.cells.iloc[last[chosen]].assign(why=known.kinds[chosen])
    return [Finding(place_of(row), kind, f"{words} ({row.why})") for row in rows.itertuples()]


def _not_adding(known: Lines) -> list[Finding]:
    sums, hidden = _balance(known)
    wrong = (_left(known) < 0) & (hidden == 0) & (np.abs(sums) > 0.5)
    return _said(known, np.flatnonzero(wrong), "totals do not add", "shown counts and their shown total differ")


def _small_left(known: Lines, threshold: int) -> list[Finding]:
    """Small differences between counts that are all shown."""
    sums, hidden = _balance(known)
    small = (_left(known) >= 0) & (hidden == 0) & (np.abs(sums) > 0.5) & (np.abs(sums) < threshold)
    return _said(known, np.flatnonzero(small), "small difference", "shown counts differ by a number below the threshold")


def _light(known: Lines, threshold: int) -> list[Finding]:
    """Sums whose hidden cells together are few children."""
    sums, hidden = _balance(known)
    value = known.cells["value"].to_numpy(dtype=float)[known.cell]
    some, days = np.isnan(value), known.cells["amount"].eq("days").to_numpy()[known.cell]
    size = len(known.kinds)
    lowest, highest = np.full(size, 2), np.full(size, -2)
    np.minimum.at(lowest, known.line[some], known.sign[some])
    np.maximum.at(highest, known.line[some], known.sign[some])
    light = (hidden > 0) & (lowest == highest) & (_left(known) < 0) & (np.abs(sums) < threshold) & (np.abs(sums) > 0.5)
    light &= np.bincount(known.line, weights=days, minlength=size) == 0
    return _said(known, np.flatnonzero(light), "few hidden together", "the hidden counts of a sum are together below the threshold")


def _narrow(known: Lines) -> list[Finding]:
    """Hidden counts whose interval is too narrow; one that can only be 0 is none: nobody is told of, and zeros are shown."""
    low, high = hidden_intervals(known)
    cells = known.cells
    narrow = cells["value"].isna() & cells["amount"].ne("days") & cells["part"].ne(MONTHS) & (high - low < WIDE)
    narrow &= high > 0
    rows = cells.loc[narrow].assign(exact=(high == low)[narrow])
    return [Finding(place_of(row), "exactly worked out" if row.exact else "nearly worked out", "the shown counts leave it too little room")
            for row in rows.itertuples()]


def hidden_intervals(known: Lines, *, lowest: np.ndarray | None = None) -> tuple[np.ndarray, np.ndarray]:
    """By cell the least and the most that it may be, none below `_at_least` (or `lowest`); a shown one itself."""
    cells = known.cells
    value, left = cells["value"].to_numpy(dtype=float), cells["amount"].eq("difference").to_numpy()
    low, high = np.where(np.isnan(value), 0.0, value), np.where(np.isnan(value), LARGE, value)
    months = cells["part"].eq(MONTHS).to_numpy()
    asked = np.isnan(value) & cells["amount"].ne("days").to_numpy() & ~months
    least = _at_least(cells) if lowest is None else lowest
    most = np.where(left & months, ENTERED_TWICE, np.inf)
    for part in components(value, *_for_programmes(known, value)):
        if asked[part.cells].any():
            low[part.cells], high[part.cells] = intervals(part, least[part.cells], most[part.cells], WIDE, asked[part.cells])
    return low, high


def _for_programmes(known: Lines, value: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Line, cell and sign of all lines but those across periods that hold several hidden counts: they would tie everything together."""
    hidden = np.isnan(value) & known.cells["amount"].ne("difference").to_numpy()
    several = np.bincount(known.line, weights=hidden[known.cell], minlength=len(known.kinds)) > 1
    kept = ~(several & np.isin(known.kinds, ACROSS_PERIODS))[known.line]
    return known.line[kept], known.cell[kept], known.sign[kept]


def _at_least(cells: pd.DataFrame) -> np.ndarray:
    """1 for counts that stand hidden in a table, because a zero is published; 0 for those of counties whose children are hidden too, for
    counts that a table leaves out, and for differences."""
    home = ["measure", "county", "cohort", "as_of"]
    among = cells.loc[cells["amount"].isin(["denominator", "days"]) & cells["hidden"], [*home, "group"]]
    groups = cells["group"].where(~cells["group"].str.contains(": "), STILL)
    unknown = [pd.MultiIndex.from_frame(cells[home].assign(group=own)).isin(pd.MultiIndex.from_frame(among)) for own in (cells["group"], groups)]
    zero = cells["absent"].to_numpy(dtype=bool) | cells["amount"].eq("numerator").to_numpy() & (unknown[0] | unknown[1])
    return np.where(zero, 0.0, 1.0)
