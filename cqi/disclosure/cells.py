"""Counts that hang together by lines, and which more to hide so that no hidden one can be worked out.

A line is a sum that holds: counties and their total in one month, groups and the children in them.
A reader of the shown counts learns the sum of a line's hidden ones. So no line may hold one hidden count alone, or
hidden ones of a small sum; and no hidden count may be fixed by several lines together.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

SEED = 2026


@dataclass(frozen=True)
class Cells:
    """Counts and their lines.

    By cell: `count`, and `turn`: of a line's counts those of the lowest turn are hidden first, the smallest of them.
    `line`, `cell`, `sign`: an entry for each cell of each line, +1 for a part and -1 for the total; signed counts of a
    line add to 0. A cell of `follower` is hidden whenever the cell beside it in `leader` is.
    """

    count: np.ndarray
    turn: np.ndarray
    line: np.ndarray
    cell: np.ndarray
    sign: np.ndarray
    leader: np.ndarray
    follower: np.ndarray


def cells(count, turn, lines: list[pd.DataFrame], leader, follower) -> tuple[Cells, np.ndarray]:
    """Cells with their lines, and which of them are hidden because they are not in the table at all.

    `lines` are frames of `key` (by line), `cell`, `sign`. Where the parts in a table fall short of the total (counties
    too small for a row), what is missing is a cell of its own, hidden from the start. A line without a total, or without
    parts, is no line.
    """
    keyed = pd.concat([frame.assign(kind=kind) for kind, frame in enumerate(lines)], ignore_index=True)
    signs = keyed.groupby(["kind", "key"])["sign"]
    keyed = keyed.loc[(signs.transform("min") < 0) & (signs.transform("max") > 0)]
    line = keyed.groupby(["kind", "key"]).ngroup().to_numpy()
    cell, sign = keyed["cell"].to_numpy(), keyed["sign"].to_numpy()
    balance = np.bincount(line, weights=sign * count[cell])
    short = np.flatnonzero(np.abs(balance) > 0)
    added = len(count) + np.arange(len(short))
    every = Cells(
        np.append(count, np.abs(balance[short])), np.append(turn, np.zeros(len(short), dtype=int)),
        np.append(line, short), np.append(cell, added), np.append(sign, -np.sign(balance[short]).astype(int)), leader, follower)
    return every, np.arange(len(every.count)) >= len(count)


def with_others(
    every: Cells, hidden: np.ndarray, threshold: int, *, amounts: Callable, steps: Callable,
) -> np.ndarray:
    """The hidden cells, and the others that must be hidden with them.

    `amounts(hidden)` gives arrays by cell, missing where there is none, whose sum over a line's hidden cells a reader
    can work out: the counts themselves, complements, increments. `steps(hidden)` gives the hidden cells with those
    that tell too much beside what is shown.
    """
    while True:
        hidden = steps(_followed(every, hidden))
        more = complement(every, hidden, _weak_lines(every, hidden, threshold, amounts(hidden)))
        if not more.any():
            more = complement(every, hidden, _lines_of(every, _determined(every, hidden)))
        if not more.any() and np.array_equal(hidden, _followed(every, hidden)):
            return hidden
        hidden = hidden | more


def _followed(every: Cells, hidden: np.ndarray) -> np.ndarray:
    hidden = hidden.copy()
    hidden[every.follower[hidden[every.leader]]] = True
    return hidden


def _weak_lines(every: Cells, hidden: np.ndarray, threshold: int, amounts: list[np.ndarray]) -> np.ndarray:
    """Lines that hold one hidden count alone, or show the total of hidden ones of a small sum."""
    inside = hidden[every.cell]
    number = np.bincount(every.line, weights=inside)
    total_shown = np.bincount(every.line, weights=inside & (every.sign < 0)) == 0
    weak = number == 1
    for amount in amounts:
        own = np.where(inside, amount[every.cell], 0)
        mass, change = np.bincount(every.line, weights=np.abs(own)), np.abs(np.bincount(every.line, weights=own))
        weak |= total_shown & (mass > 0) & (mass < threshold) & (mass == change)  # gains less losses count nobody
    return weak


def complement(every: Cells, hidden: np.ndarray, weak: np.ndarray) -> np.ndarray:
    """The smallest shown count of every weak line, of the lowest turn; a zero stays shown."""
    shown = weak[every.line] & ~hidden[every.cell] & (every.count[every.cell] > 0)
    line, cell = every.line[shown], every.cell[shown]
    order = np.lexsort((cell, every.count[cell], every.turn[cell], line))
    _, first = np.unique(line[order], return_index=True)
    more = np.zeros(len(hidden), dtype=bool)
    more[cell[order][first]] = True
    return more


def _lines_of(every: Cells, chosen: np.ndarray) -> np.ndarray:
    lines = np.zeros(every.line.max(initial=-1) + 1, dtype=bool)
    lines[every.line[chosen[every.cell]]] = True
    return lines


def _determined(every: Cells, hidden: np.ndarray) -> np.ndarray:
    """Hidden cells for which only one number fits all lines together.

    Hidden counts may move by any vector that leaves every line's sum as it is. One such vector is drawn at random: the
    cells that it leaves in place can't move at all.
    """
    from scipy.sparse import csr_array
    from scipy.sparse.linalg import lsmr

    inside = hidden[every.cell]
    if not inside.any():
        return np.zeros(len(hidden), dtype=bool)
    size = (every.line.max() + 1, len(hidden))
    sums = csr_array((every.sign[inside].astype(float), (every.line[inside], every.cell[inside])), shape=size)
    draw = np.where(hidden, np.random.default_rng(SEED).uniform(1, 2, len(hidden)), 0)
    moved = draw - lsmr(sums, sums @ draw, atol=1e-14, btol=1e-14, conlim=0, maxiter=20 * len(hidden))[0]
    in_a_line = np.zeros(len(hidden), dtype=bool)
    in_a_line[every.cell[inside]] = True
    return hidden & in_a_line & (np.abs(moved) < 1e-6)
