"""Counts and the sums that hold among them, as one system."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_array, csc_array
from scipy.sparse.csgraph import connected_components


@dataclass(frozen=True)
class System:
    """Cells of one release and the sums that hold among them.

    By cell: `count`, the true counts, none negative; `cost`, what hiding it costs (0: it is never shown anyway).
    By entry of a line: `line` and `cell` numbers and `sign`, +1 for a part and -1 for the total; signed counts of a line
    add to 0. A cell of `follower` is hidden whenever the cell beside it in `leader` is; both may be empty.
    """

    count: np.ndarray
    cost: np.ndarray
    line: np.ndarray
    cell: np.ndarray
    sign: np.ndarray
    follower: np.ndarray
    leader: np.ndarray


def room_of(system: System) -> np.ndarray:
    """How far each count may fall: a hidden one is not 0, unless it is."""
    return np.maximum(system.count - 1.0, 0)


def in_a_line(system: System) -> np.ndarray:
    """Whether each cell is in a sum at all."""
    return np.bincount(system.cell, minlength=len(system.count)) > 0


def components(system: System, free: np.ndarray) -> list[tuple[np.ndarray, np.ndarray]]:
    """Cell and line numbers, ascending, of free cells that hang together by lines."""
    entry, lines = free[system.cell], system.line.max(initial=-1) + 1
    size = len(free) + lines
    graph = coo_array((np.ones(entry.sum()), (system.cell[entry], len(free) + system.line[entry])), shape=(size, size))
    label = connected_components(graph, directed=False)[1]
    order = np.argsort(label, kind="stable")
    groups = np.split(order, np.flatnonzero(np.diff(label[order])) + 1)
    return [(group[group < len(free)], group[group >= len(free)] - len(free)) for group in groups if len(group) > 1]


def sums_of(system: System, cells: np.ndarray, lines: np.ndarray) -> csc_array:
    """Signs by line and cell, of these only."""
    row, column = np.full(system.line.max() + 1, -1), np.full(len(system.count), -1)
    row[lines], column[cells] = np.arange(len(lines)), np.arange(len(cells))
    row, column = row[system.line], column[system.cell]
    both = (row >= 0) & (column >= 0)
    return csc_array((system.sign[both].astype(float), (row[both], column[both])), shape=(len(lines), len(cells)))
