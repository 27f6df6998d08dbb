"""Between the few figures of a projection that are published, by straight lines: the chance of a level, and the pace that reaches it."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from cqi.estimates.scores import LEVELS

CLOSE = 1e-9


def chance(shares: ArrayLike, level: float, *, at_least: bool = True) -> float:
    """How likely the final share comes to lie at the level or above it (at it or below, where not `at_least`).

    `shares`: the final share at LEVELS, rising. At the lowest share or below it the chance is 1, above the highest 0. The lowest share
    itself counts as sure, because a share is of whole children: the lowest is often what has happened already, and where nothing is open
    any more all five are that. For at most it is the same from the other end.
    """
    if not at_least:
        return chance(-np.asarray(shares, dtype=float)[::-1], -level)
    found, level = np.asarray(shares, dtype=float), level - CLOSE
    after = int(np.searchsorted(found, level))
    if after in (0, len(found)):
        return float(after == 0)
    part = (level - found[after - 1]) / (found[after] - found[after - 1])
    return float(1 - (LEVELS[after - 1] + part * (LEVELS[after] - LEVELS[after - 1])))


def pace_needed(paces: ArrayLike, middles: ArrayLike, level: float) -> float:
    """The smallest pace at which the middle of what is likely reaches the level; `middles` rise with `paces`.

    At least the slowest pace, and infinity where none reaches it.
    """
    paces, middles = (np.asarray(each, dtype=float) for each in (paces, middles))
    after = int(np.searchsorted(middles, level - CLOSE))
    if after in (0, len(middles)):
        return float("inf") if after else float(paces[0])
    part = min((level - middles[after - 1]) / (middles[after] - middles[after - 1]), 1.0)
    return float(paces[after - 1] + part * (paces[after] - paces[after - 1]))
