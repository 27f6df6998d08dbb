"""What a reader of a published cube can work out by linear programmes; knows only the published numbers, and nothing of the code that
hides them. A cube here is a frame of county, cohort, yes, no, all, hidden counts missing."""

import numpy as np
import pandas as pd
from scipy.optimize import LinearConstraint, linprog, milp
from scipy.sparse import coo_array

WHOLE, TOGETHER = "All counties", "all cohorts"
COUNTS = ["yes", "no", "all"]
WIDE = 11.0
"""A hidden count whose interval is known to be as wide needs no closer look."""


def unknowns(cube: pd.DataFrame) -> pd.DataFrame:
    """The cube's cells in the long form: county, cohort, what, shown (missing where hidden)."""
    return cube[["county", "cohort", *COUNTS]].melt(["county", "cohort"], COUNTS, var_name="what", value_name="shown")


def sums(cells: pd.DataFrame) -> tuple[coo_array, np.ndarray]:
    """Signs by line and hidden cell, and what the shown cells of each line leave for the hidden ones."""
    lines = [
        (cells["cohort"] + "|" + cells["what"], np.where(cells["county"] == WHOLE, -1.0, 1.0)),
        (cells["county"] + "|" + cells["what"] + "|", np.where(cells["cohort"] == TOGETHER, -1.0, 1.0)),
        (cells["county"] + "||" + cells["cohort"], np.where(cells["what"] == "all", -1.0, 1.0)),
    ]
    number = pd.concat([key for key, _ in lines]).factorize()[0]
    sign, cell = np.concatenate([sign for _, sign in lines]), np.tile(np.arange(len(cells)), len(lines))
    shown = cells["shown"].to_numpy()[cell]
    hidden, place = np.isnan(shown), np.cumsum(cells["shown"].isna()) - 1
    left = -np.bincount(number, weights=np.where(hidden, 0, sign * np.nan_to_num(shown)))
    shape = (number.max() + 1, int(cells["shown"].isna().sum()))
    return coo_array((sign[hidden], (number[hidden], place.to_numpy()[cell[hidden]])), shape=shape).tocsr(), left


def intervals(cells: pd.DataFrame, least: np.ndarray, places=None) -> tuple[np.ndarray, np.ndarray]:
    """The lowest and the highest number each hidden cell (or those at `places`) may be; exact where they are less than `WIDE` apart.
    `least` is what a hidden cell is known to be at least."""
    matrix, left = sums(cells)
    matrix, left = matrix[np.diff(matrix.indptr) > 0], left[np.diff(matrix.indptr) > 0]
    low, high = np.full(len(least), np.inf), np.full(len(least), -np.inf)
    for place in range(len(least)) if places is None else places:
        for way in (1, -1):
            if high[place] - low[place] < WIDE:
                goal = np.zeros(len(least))
                goal[place] = way
                found = linprog(goal, A_eq=matrix, b_eq=left, bounds=np.column_stack([least, np.full(len(least), np.inf)]), method="highs")
                if found.status == 3:
                    (low if way > 0 else high)[place] = -np.inf if way > 0 else np.inf
                else:
                    assert found.status == 0, found.message
                    low, high = np.minimum(low, found.x), np.maximum(high, found.x)
    return low, high


def whole_numbers(cells: pd.DataFrame, least: np.ndarray, place: int) -> tuple[float, float]:
    """The lowest and the highest whole number that one hidden cell may be."""
    matrix, left = sums(cells)
    ends = []
    for way in (1, -1):
        goal = np.zeros(len(least))
        goal[place] = way
        found = milp(goal, integrality=np.ones(len(least)), constraints=LinearConstraint(matrix, left, left),
                     bounds=(least, np.full(len(least), np.inf)))
        ends.append(way * found.fun if found.status == 0 else way * -np.inf)
    return ends[0], ends[1]


def attacked(cube: pd.DataFrame, truth: pd.DataFrame, *, knows_ones: bool = False) -> pd.DataFrame:
    """Hidden cells with `true`, `low`, `high`; in whole numbers where a linear programme leaves less than 3. `truth` is the same cube
    with nothing hidden: it tells which hidden cells are 0 (all others are at least 1), and, to a reader who knows them, which are 1."""
    cells = unknowns(cube).merge(unknowns(truth), on=["county", "cohort", "what"], suffixes=("", "_true"))
    if knows_ones:
        cells["shown"] = cells["shown"].where(cells["shown_true"] != 1, 1.0)
    hidden = cells.loc[cells["shown"].isna()]
    least = np.minimum(hidden["shown_true"].to_numpy(), 1)
    low, high = intervals(cells, least)
    for place in np.flatnonzero(high - low < 3 - 1e-6):
        low[place], high[place] = whole_numbers(cells, least, place)
    return hidden.drop(columns="shown").rename(columns={"shown_true": "true"}).assign(low=low.round(6), high=high.round(6))


def exact(found: pd.DataFrame) -> pd.DataFrame:
    """The hidden cells that only one whole number fits."""
    return found.loc[np.floor(found["high"] + 1e-6) - np.ceil(found["low"] - 1e-6) < 1]


def beyond_ones(found: pd.DataFrame, truth: pd.DataFrame) -> pd.DataFrame:
    """Of the cells that readers who know all counts of 1 work out, those that were not 1 or a sum of what they know: that would not
    follow even if all but their own counts and the zeros were hidden."""
    worked_out = exact(found.loc[found["true"] != 1])
    cells = unknowns(truth)
    cells = cells.assign(shown=cells["shown"].where(cells["shown"] <= 1), true=cells["shown"]).merge(
        worked_out[["county", "cohort", "what"]].assign(asked=True), on=["county", "cohort", "what"], how="left")
    cells["shown"] = cells["shown"].mask(cells["asked"].notna())
    hidden = cells.loc[cells["shown"].isna()]
    places = np.flatnonzero(hidden["asked"].notna())
    low, high = intervals(cells, np.minimum(hidden["true"].to_numpy(), 1), places)
    return hidden.iloc[places[high[places] - low[places] > 0.5]]


def by_subtraction(cube: pd.DataFrame) -> pd.DataFrame:
    """Hidden cells that one subtraction after another gives: a sum with one unknown left in it."""
    cells = unknowns(cube)
    found = cells["shown"].copy()
    while True:
        matrix, left = sums(cells.assign(shown=found))
        rows = np.flatnonzero(np.diff(matrix.indptr) == 1)
        if not len(rows):
            return cells.assign(found=found).loc[cells["shown"].isna() & found.notna()]
        place = matrix.indices[matrix.indptr[rows[0]]]
        found.iloc[np.flatnonzero(found.isna())[place]] = left[rows[0]] / matrix.data[matrix.indptr[rows[0]]]


def back_solved(cube: pd.DataFrame, *, below: int = 11) -> pd.DataFrame:
    """Rows whose count is hidden, but not the percent and the children it is of: those that only small counts fit."""
    rows = cube.loc[cube["yes"].isna() & cube["percent"].notna() & cube["all"].notna()]
    return rows.loc[(rows["percent"] + 0.5) * rows["all"] / 100 < below]
