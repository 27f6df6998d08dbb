"""Tables read when they are asked for, so that a run of many cohorts needs no more memory than a run of one."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import fields

import pandas as pd

from cqi.tables import forget_tables

MOST_CELLS = 10_000_000
"""Cells of all tables that are held at once; a cohort of 254 counties has some 3.5 million."""


class FewTables:
    """The tables that `read` gives for a key, kept for the next who asks while they fit beside the others; else all others are forgotten."""

    def __init__(self, read: Callable[[Hashable], object]) -> None:
        self._read, self._held = read, {}

    def __getitem__(self, key: Hashable) -> object:
        if key not in self._held:
            if self.full:
                self._held.clear()
                forget_tables()
            self._held[key] = self._read(key)
        return self._held[key]

    def __contains__(self, key: Hashable) -> bool:
        return key in self._held

    @property
    def full(self) -> bool:
        """Whether tables as large as the largest that are held would be too many beside them."""
        cells = [_cells(each) for each in self._held.values()]
        return bool(cells) and sum(cells) + max(cells) > MOST_CELLS


def _cells(tables: object) -> int:
    return sum(frame.size for each in fields(tables) if isinstance(frame := getattr(tables, each.name), pd.DataFrame))
