"""How counts may move against each other while every line keeps its sum: linear programmes over cells that hang together.

A flow is by how much each cell rises or falls so that all lines still hold. Where every cell that moves is hidden, a reader can't
tell the moved counts from the true ones: a flow proves how wide the interval of each of its cells is at least.
"""

from __future__ import annotations

import numpy as np
from scipy.sparse import csc_array, hstack

from cqi.linear import Solver, solver

NOTHING = 1e-6
"""What a solver's zero may be off by."""
DUAL, PRIMAL = 1, 4
"""Kinds of simplex. From no flow at all the dual needs few steps to the cheapest one; the primal starts from the flow before."""


class Cheapest:
    """Flows that move one cell as far as asked and hide as little more as possible.

    `fall` is how far each cell may fall, `most` how far any may rise; `sums` has a row by line and a column by cell.
    """

    def __init__(self, fall: np.ndarray, most: float, price: np.ndarray, sums: csc_array):
        self.price, self.upper = np.tile(price, 2), np.append(np.full(len(fall), most), np.minimum(fall, most))
        self.solver = _solver(hstack([sums, -sums], format="csc"), self.price, np.zeros(len(self.upper)), self.upper, DUAL)

    def towards(self, cell: int, way: int, amount: float, worth: float) -> np.ndarray:
        """The flow that moves a cell up (`way` 1) or down (-1) by `amount`, or by less where a step costs more than it is `worth`."""
        here, back = (cell, cell + self._size) if way > 0 else (cell + self._size, cell)
        self._change(np.array([here, back]), np.array([self.price[here] - worth, 0]), np.array([min(amount, self.upper[here]), 0.0]))
        self.solver.clearSolver()
        found = _solution(self.solver)
        self._change(np.array([here, back]), self.price[[here, back]], self.upper[[here, back]])
        return found[:self._size] - found[self._size:]

    def reprice(self, cells: np.ndarray, price: np.ndarray) -> None:
        both = np.append(cells, cells + self._size)
        self.price[both] = np.tile(price, 2)
        self.solver.changeColsCost(len(both), both.astype(np.int32), self.price[both])

    def hold(self, cells: np.ndarray) -> None:
        """From now on these cells don't move."""
        both = np.append(cells, cells + self._size)
        self.upper[both] = 0
        self._change(both, self.price[both], self.upper[both])

    @property
    def _size(self) -> int:
        return len(self.price) // 2

    def _change(self, columns: np.ndarray, price: np.ndarray, upper: np.ndarray) -> None:
        columns = columns.astype(np.int32)
        self.solver.changeColsCost(len(columns), columns, price)
        self.solver.changeColsBounds(len(columns), columns, np.zeros(len(columns)), upper)


class Widest:
    """Flows among cells that all are hidden already: how far they can move, each between -`fall` and `rise`."""

    def __init__(self, fall: np.ndarray, rise: np.ndarray, sums: csc_array):
        self.solver = _solver(sums, np.zeros(len(fall)), -fall, rise, PRIMAL)

    def together(self, cells: np.ndarray, weight: np.ndarray) -> np.ndarray:
        """The flow with the largest sum of these cells' moves, each times its weight."""
        cells = cells.astype(np.int32)
        self.solver.changeColsCost(len(cells), cells, -weight.astype(float))
        found = _solution(self.solver)
        self.solver.changeColsCost(len(cells), cells, np.zeros(len(cells)))
        return found


def _solver(sums: csc_array, price: np.ndarray, lower: np.ndarray, upper: np.ndarray, strategy: int) -> Solver:
    return solver(sums, np.zeros(sums.shape[0]), price, lower, upper, solver="simplex", presolve="off", simplex_scale_strategy=0,
                  simplex_strategy=strategy)


def _solution(solver: Solver) -> np.ndarray:
    solver.run()
    if not solver.solved:  # prices far apart: from scratch, and simplified first
        solver.clearSolver()
        solver.setOptionValue("presolve", "on")
        solver.run()
        solver.setOptionValue("presolve", "off")
    if not solver.solved:
        raise RuntimeError(f"The linear programme of the hidden counts has no solution: {solver.getModelStatus()}.")
    return solver.values
