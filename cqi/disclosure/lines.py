"""Lines of counts as they are found: the sums that hold, and the counts beyond those of tables that make them up."""

from __future__ import annotations

import numpy as np


class Lines:
    """Lines and cells as they are found; cells beyond the counts' own are never shown."""

    def __init__(self, count: np.ndarray):
        self.count, self.parts, self.number = list(count), [], 0

    def add(self, line: np.ndarray, cell: np.ndarray, sign: np.ndarray) -> None:
        """Entries of lines, numbered from 0 up without a gap; what parts lack of their total is a cell of its own."""
        if not len(line):
            return
        balance = np.bincount(line, weights=sign * np.asarray(self.count, dtype=float)[cell]).round().astype("int64")
        short = np.flatnonzero(balance)
        added = len(self.count) + np.arange(len(short))
        self.count += list(np.abs(balance[short]))
        self.parts.append((np.append(line, short) + self.number, np.append(cell, added), np.append(sign, -np.sign(balance[short]))))
        self.number += int(line.max()) + 1

    def beside(self, cell: np.ndarray, step: np.ndarray, sign: np.ndarray) -> None:
        """A line for each cell and a step beside a number that is known: the cell is that number and the step, or less the step."""
        added, number = len(self.count) + np.arange(len(cell)), self.number + np.arange(len(cell))
        self.count += list(step)
        self.parts.append((np.tile(number, 2), np.append(cell, added), np.append(np.ones(len(cell)), -sign)))
        self.number += len(cell)

    def entries(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Line, cell and sign of every entry."""
        return tuple(np.concatenate([part[place] for part in self.parts] or [np.zeros(0)]).astype("int64") for place in range(3))
