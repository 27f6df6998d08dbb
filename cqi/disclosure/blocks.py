"""Counts by group that stand beside their total, block by block: which may be shown.

A block is one period: no count of it is a part of another block's, so each is protected for itself.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from cqi.disclosure.joint import hidden_jointly
from cqi.disclosure.lines import Lines
from cqi.disclosure.sums import FEW_ALIKE
from cqi.disclosure.system import System

TOTAL_PRICE, LEAST = 5, 1e-3
"""How much more it costs to hide a total; and the price of those not counted, who are told by the others."""


def hidden_in_blocks(table: pd.DataFrame, chain: list[str], *, threshold: int) -> pd.DataFrame:
    """Which counts are hidden: a frame of truth values with the index of `table` and the columns `chain`.

    `table` has one row for each `block` and group, with the `kind` of group ('' for the total; the groups of one kind add to it) and
    the counts named in `chain`: the first is of all, the others count some of these. A count of 1 to below the threshold is hidden, and
    so are those not counted, what lies between two counts of a row, and a count of all where they are few; then as many others as it takes.
    """
    if threshold == 0 or table.empty:
        return pd.DataFrame(False, index=table.index, columns=chain)
    size, counts = len(table), table[chain].to_numpy(dtype="int64").T
    among, done = counts[0], counts[1:]
    count = np.concatenate([*counts, *(among - done)])
    lines = Lines(count)
    _groups(lines, table, len(chain) + len(done))
    number = np.arange(size)
    for place in range(len(done)):
        own, others = (1 + place) * size + number, (len(chain) + place) * size + number
        lines.add(np.tile(number, 3), np.concatenate([own, others, number]), np.repeat([1, 1, -1], size))
    for place in range(1, len(done)):
        _between(lines, place * size + number, (place + 1) * size + number, done[place - 1] - done[place])
    hidden = hidden_jointly(_system(lines, table, chain), _small(lines, among, done, threshold), threshold=threshold)
    return pd.DataFrame(hidden[:size * len(chain)].reshape(len(chain), size).T, index=table.index, columns=chain)


def _groups(lines: Lines, table: pd.DataFrame, amounts: int) -> None:
    """The groups of each kind add to their block's total, for every amount and those not counted."""
    size, total = len(table), table["kind"].eq("").to_numpy()
    for kind in sorted(set(table["kind"]) - {""}):
        inside = np.flatnonzero(total | table["kind"].eq(kind).to_numpy())
        block = table["block"].iloc[inside]
        whole = block.isin(table.loc[table["kind"].eq(kind), "block"]).to_numpy()
        inside, line = inside[whole], block[whole].factorize()[0]
        for amount in range(amounts):
            lines.add(line, amount * size + inside, np.where(total[inside], -1, 1))


def _between(lines: Lines, larger: np.ndarray, smaller: np.ndarray, step: np.ndarray) -> None:
    """What lies between two counts of a row, whichever is the larger, is a count too."""
    some = np.flatnonzero(step)
    first, second = np.where(step >= 0, smaller, larger)[some], np.where(step >= 0, larger, smaller)[some]
    lines.add(np.tile(np.arange(len(some)), 2), np.concatenate([first, second]), np.repeat([1, -1], len(some)))


def _system(lines: Lines, table: pd.DataFrame, chain: list[str]) -> System:
    size, done, number = len(table), len(chain) - 1, np.arange(len(table))
    price = np.tile(np.where(table["kind"].eq(""), TOTAL_PRICE, 1), len(chain) + done) * np.repeat([1, LEAST], [size * len(chain), size * done])
    count = np.asarray(lines.count, dtype="int64")
    cost = np.append(price * (1 + np.log1p(count[:len(price)])), np.zeros(len(count) - len(price)))
    pairs = [(number, (1 + place) * size + number) for place in range(done)]
    pairs += [each for place in range(done) for each in _both((1 + place) * size + number, (len(chain) + place) * size + number)]
    leader, follower = (np.concatenate([pair[side] for pair in pairs]) if pairs else np.zeros(0, dtype=int) for side in (0, 1))
    return System(count, cost, *lines.entries(), follower, leader)


def _both(one: np.ndarray, other: np.ndarray) -> tuple:
    return (one, other), (other, one)


def _small(lines: Lines, among: np.ndarray, done: np.ndarray, threshold: int) -> np.ndarray:
    """Counts from 1 to below the threshold, and a count of all where they are few."""
    small = np.asarray(lines.count) > 0
    small &= np.asarray(lines.count) < threshold
    size = len(among)
    for place, counted in enumerate(done):
        small[(1 + place) * size:(2 + place) * size] |= (counted == among) & (among > 0) & (among < FEW_ALIKE)
    return small
