"""Counts that were given out before: a reader knows them still, and what came since is a count too."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cqi.disclosure.counts import WHOSE
from cqi.disclosure.lines import Lines

KEY = [*WHOSE, "at"]
"""What a count is of, by whatever day: the same key in a later release is a later figure of the same."""


def earlier_cells(placed: pd.DataFrame, before: pd.DataFrame) -> pd.DataFrame:
    """Cells of this release (`cell`) whose count was given out before (`then`); `before` has the columns KEY, `children` and `numerator`."""
    both = placed[[*KEY, "n", "k", "r"]].merge(before[[*KEY, "children", "numerator"]], on=KEY)
    both = both.assign(others=both["children"] - both["numerator"])
    parts = [both[[cell, then]].set_axis(["cell", "then"], axis=1) for cell, then in (("n", "children"), ("k", "numerator"), ("r", "others"))]
    return pd.concat(parts).loc[lambda rows: (rows["cell"] >= 0) & rows["then"].notna()].drop_duplicates()


def moved(lines: Lines, earlier: pd.DataFrame, threshold: int) -> None:
    """A line for each count that moved a little since it was given out: it, and the step, which is a count too."""
    count = np.asarray(lines.count, dtype=float)
    step = count[earlier["cell"]] - earlier["then"].to_numpy()
    few = (np.abs(step) > 0) & (np.abs(step) < threshold)
    cell, step = earlier["cell"].to_numpy()[few], step[few].astype("int64")
    lines.beside(cell, np.abs(step), np.sign(step))


def still_held(placed: pd.DataFrame, held: pd.DataFrame, size: int, threshold: int) -> np.ndarray:
    """Cells that were hidden before and have moved by less than the threshold since: shown now, they would tell what they were. `held` has the
    columns KEY, `children` and `numerator`, missing where that count was shown."""
    both = placed[[*KEY, "n", "k", "children", "counted"]].merge(held[[*KEY, "children", "numerator"]], on=KEY, suffixes=("", "_then"))
    found = np.zeros(size, dtype=bool)
    for cell, now, then in (("n", "children", "children_then"), ("k", "counted", "numerator")):
        near = both[cell].ge(0) & (both[now] - both[then]).abs().lt(threshold)
        found[both.loc[near, cell]] = True
    return found


def unmoved(placed: pd.DataFrame, earlier: pd.DataFrame, size: int) -> np.ndarray:
    """Cells that a reader knows already, because the same count was given out before; and those not counted, where the others are."""
    known = np.zeros(size, dtype=bool)
    count = pd.concat([placed.loc[placed[cell] >= 0].set_index(cell)[name] for cell, name in (("n", "children"), ("k", "counted"), ("r", "others"))])
    count = count.loc[~count.index.duplicated()]
    known[earlier.loc[earlier["then"].to_numpy() == count.loc[earlier["cell"]].to_numpy(), "cell"]] = True
    rest = placed.loc[(placed["r"] >= 0) & known[placed["n"]] & known[placed["k"]], "r"]
    known[rest] = True
    return known
