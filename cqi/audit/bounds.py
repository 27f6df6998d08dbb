"""Between which numbers a reader can say each hidden count lies: linear programmes over the lines that hold it.

A count is settled as cheaply as it can be: narrow where sums over single lines leave it little room, wide where two ways to fill
in all hidden counts are far enough apart, and only else by a programme of its own.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import csc_array, csr_array, hstack
from scipy.sparse.csgraph import connected_components

from cqi.linear import solver

MOST = 1e6
"""Where nothing bounds a hidden count from above."""
SHORT = 30
"""Hidden cells of a line that is looked at with a cell's neighbourhood."""
ROUNDS = 24
"""Ways to fill in all hidden counts of a component that are tried before single ones are asked for."""
SEED = 11
TOLERANCE = 1e-5


@dataclass(frozen=True)
class Component:
    """Hidden counts that hang together: `sums` has a row by line and a column by cell; sums @ counts = `totals`; `lines` are their numbers."""

    cells: np.ndarray
    sums: csr_array
    totals: np.ndarray
    lines: np.ndarray


def components(value: np.ndarray, line: np.ndarray, cell: np.ndarray, sign: np.ndarray) -> list[Component]:
    """The hidden cells (missing `value`) that lines hold, by component; those that no line holds are in none."""
    hidden = np.isnan(value)
    if not hidden[cell].any():
        return []
    number = int(line.max()) + 1
    totals = -np.bincount(line, weights=sign * np.where(hidden, 0, value)[cell], minlength=number)
    inside = hidden[cell]
    line, cell, sign = line[inside], cell[inside], sign[inside]
    used, place = np.unique(cell, return_inverse=True)
    size = number + len(used)
    joined = csr_array((np.ones(len(line)), (line, number + place)), shape=(size, size))
    label = connected_components(joined, directed=False)[1]
    sums = csr_array((sign.astype(float), (line, place)), shape=(number, len(used)))
    rows, columns = (_by_label(part) for part in (label[:number], label[number:]))
    return [Component(used[mine], sums[rows[name]][:, mine], totals[rows[name]], rows[name]) for name, mine in columns.items()]


def _by_label(label: np.ndarray) -> dict[int, np.ndarray]:
    order = np.argsort(label, kind="stable")
    names, first = np.unique(label[order], return_index=True)
    return dict(zip(names.tolist(), np.split(order, first[1:]), strict=True))


def intervals(part: Component, lowest: np.ndarray, highest: np.ndarray, wide: int, asked: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Lower and upper whole numbers of each cell of a component, none below `lowest` or above `highest`.

    Each cell for itself in whole numbers: with all cells whole the interval may be narrower, never wider. Looked at only far enough:
    one given as `wide` may in truth be wider, and cells not `asked` for are left. Where nothing fits all lines, the fewest limits
    that are in the way are given up.
    """
    outer = _by_single_lines(part, lowest, highest)
    programme = None if outer is None else _Programme(part, *outer)
    point = None if programme is None else programme.first()
    if point is None:
        lowest, highest = _loosened(part, lowest, highest)
        outer = _by_single_lines(part, lowest, highest) or (lowest, np.minimum(highest, MOST))
        programme = _Programme(part, *outer)
        point = programme.first()
    if point is None:
        return np.where(asked, lowest, 0), np.where(asked, np.minimum(highest, MOST), 0)
    return _among(programme, point, outer, wide, asked)


def _among(programme: _Programme, point: np.ndarray, outer: tuple, wide: int, asked: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Intervals as `intervals` gives them, from one way to fill in all cells and the bounds that each line gives alone."""
    least, most = _whole(outer[0], np.ceil), _whole(outer[1], np.floor)
    open_ = asked & (most - least >= wide)
    low, high = _by_points(programme, point, open_, wide)
    near = open_ & (_whole(high, np.floor) - _whole(low, np.ceil) < wide)
    least, most = _near_by(programme.part, outer, near)
    open_ &= most - least >= wide
    for place in np.flatnonzero(near & open_):
        low[place], high[place] = programme.range(place)
    return np.where(open_, _whole(low, np.ceil), least), np.where(open_, _whole(high, np.floor), most)


def _near_by(part: Component, outer: tuple, asked: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Whole bounds that a cell's own neighbourhood gives, long lines left out: never narrower than all lines together give."""
    least, most = _whole(outer[0], np.ceil), _whole(outer[1], np.floor)
    entry = part.sums.tocoo()
    short = (np.bincount(entry.row, minlength=part.sums.shape[0]) <= SHORT)[entry.row]
    unknown, totals = np.full(len(least), np.nan), part.totals
    for near in components(unknown, entry.row[short], entry.col[short], entry.data[short]) if asked.any() else []:
        near = Component(near.cells, near.sums, totals[near.lines], near.lines)
        places = np.flatnonzero(asked[near.cells])
        if len(places) and len(near.cells) < len(least):
            small = _Programme(near, outer[0][near.cells], outer[1][near.cells])
            small.first()
            for place in places:
                below, above = small.range(place)
                cell = near.cells[place]
                least[cell], most[cell] = max(least[cell], _whole(below, np.ceil)), min(most[cell], _whole(above, np.floor))
    return least, most


def _loosened(part: Component, lowest: np.ndarray, highest: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The limits without the fewest that must give way for the lines to hold: a count may be 0, a difference below 0 or above its most."""
    size, sums = len(lowest), csc_array(part.sums)
    room = np.concatenate([np.minimum(highest, MOST) - lowest, np.minimum(lowest, 1), np.where(lowest <= 0, MOST, 0),
                           np.where(highest < MOST, MOST, 0)])
    columns = hstack([sums, -sums, -sums, sums], format="csc")
    price = np.repeat([0.0, 1.0, 10.0, 3.0], size)
    found = linprog(price, A_eq=columns, b_eq=part.totals - sums @ lowest, bounds=np.column_stack([np.zeros(4 * size), room]), method="highs")
    if found.x is None:
        return lowest, highest
    _, to_zero, below, above = found.x.reshape(4, size) > TOLERANCE
    return np.where(below, -MOST, np.where(to_zero, 0, lowest)), np.where(above, MOST, highest)


def _whole(value: np.ndarray, way) -> np.ndarray:
    return way(value - TOLERANCE if way is np.ceil else value + TOLERANCE)


def _by_single_lines(part: Component, lowest: np.ndarray, highest: np.ndarray) -> tuple[np.ndarray, np.ndarray] | None:
    """Bounds from each line alone, again and again while they tighten; None where they cross."""
    low, high = lowest.astype(float), np.minimum(highest, MOST)
    entry = part.sums.tocoo()
    row, column, sign = entry.row, entry.col, entry.data
    for _ in range(12):
        least, most = np.where(sign > 0, low[column], -high[column]), np.where(sign > 0, high[column], -low[column])
        sum_least, sum_most = (np.bincount(row, weights=each, minlength=part.sums.shape[0]) for each in (least, most))
        ceiling, floor = part.totals[row] - (sum_least[row] - least), part.totals[row] - (sum_most[row] - most)
        upper, lower = np.where(sign > 0, ceiling, -floor), np.where(sign > 0, floor, -ceiling)
        before = (low, high)
        low, high = low.copy(), high.copy()
        np.maximum.at(low, column, lower)
        np.minimum.at(high, column, upper)
        if (low > high + TOLERANCE).any():
            return None
        if np.array_equal(low, before[0]) and np.array_equal(high, before[1]):
            break
    return low, np.maximum(low, high)


def _by_points(programme: _Programme, point: np.ndarray, asked: np.ndarray, wide: int) -> tuple[np.ndarray, np.ndarray]:
    """Lowest and highest value of each cell among many ways to fill in all of them; each pulls those not yet wide up or down, none
    further than it must go, so that all have room."""
    low, high, draw = point.copy(), point.copy(), np.random.default_rng(SEED)
    for _ in range(ROUNDS):
        narrow = asked & (_whole(high, np.floor) - _whole(low, np.ceil) < wide)
        if narrow.sum() < 4:
            break
        pull = np.where(narrow, draw.choice([-1.0, 1.0], len(low)) * draw.uniform(0.5, 1.5, len(low)), 0)
        programme.within(np.where(narrow, high - wide - 1, -np.inf), np.where(narrow, low + wide + 1, np.inf))
        for way in (1, -1):
            found = programme.furthest(way * pull)
            low, high = np.minimum(low, found), np.maximum(high, found)
    programme.within(np.full(len(low), -np.inf), np.full(len(low), np.inf))
    return low, high


class _Programme:
    """One component in the solver, kept warm between questions."""

    def __init__(self, part: Component, low: np.ndarray, high: np.ndarray):
        self.part, self.size, self.low, self.high = part, len(low), low, high
        self.solver = solver(csc_array(part.sums), part.totals, np.zeros(self.size), low, high, random_seed=SEED)
        self.every = np.arange(self.size, dtype=np.int32)

    def first(self) -> np.ndarray | None:
        """One way to fill in the hidden counts; None where there is none."""
        self.solver.run()
        return self.solver.values if self.solver.solved else None

    def within(self, low: np.ndarray, high: np.ndarray) -> None:
        """From now on each cell stays within these limits too."""
        self.solver.changeColsBounds(self.size, self.every, np.maximum(self.low, low), np.minimum(self.high, high))

    def furthest(self, pull: np.ndarray) -> np.ndarray:
        """The way to fill in the hidden counts that is furthest towards `pull`."""
        self.solver.changeColsCost(self.size, self.every, -pull)
        self.solver.run()
        return self.solver.values

    def range(self, place: int) -> tuple[float, float]:
        """Lowest and highest value of one cell."""
        pull = np.zeros(self.size)
        found = []
        for pull[place] in (-1.0, 1.0):
            found.append(self.furthest(pull)[place])
        return found[0], found[1]
