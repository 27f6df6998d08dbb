"""The pace that would still reach a goal, and what a given pace would give."""

from __future__ import annotations

import numpy as np

from cqi.course.baseline import Baseline
from cqi.course.projection import PACES, Ahead, Today, at_paces

BRISK = 1.5
"""The multiple of the usual pace that stands for what is in reach from today."""


def share_at(now: Today, base: Baseline, found: Ahead, multiple: float) -> np.ndarray:
    """The final share by county if children leave from today on at this multiple of the usual pace."""
    mean = at_paces(found.mean, (base.pace * multiple)[:, None])[:, 0]
    return (now.observed + mean) / _whole(now)


def pace_needed(now: Today, base: Baseline, found: Ahead, target: np.ndarray, *, more_is_better: bool) -> np.ndarray:
    """The multiple of the usual pace from today on that would bring the final share to the target, by county.

    With `more_is_better`: 0 where the target is met by those who left already, infinity where no pace would reach it. Else: 0
    where it is met and nobody is left to change that, infinity where it is passed already, and the fastest pace tried where even
    that would keep it. Missing without a target or with no children.
    """
    shares = (now.observed[:, None] + found.mean) / _whole(now)[:, None]
    needed = np.full(len(target), np.nan)
    for place in np.flatnonzero(~np.isnan(target) & (now.started + now.coming > 0)):
        share, so_far = shares[place], now.observed[place] / _whole(now)[place]
        met, nobody_left = target[place] <= so_far + 1e-9, share[-1] <= so_far + 1e-9
        if met if more_is_better else nobody_left and so_far <= target[place] + 1e-9:
            needed[place] = 0.0
        elif target[place] > share[-1] if more_is_better else target[place] < so_far - 1e-9:
            needed[place] = np.inf
        else:
            needed[place] = np.exp(np.interp(target[place], share, np.log(PACES))) / base.pace[place]
    return needed


def more_needed(now: Today, target: np.ndarray) -> np.ndarray:
    """How many more events would bring the final share to the target; negative where it is passed, missing without one."""
    return np.ceil(target * _whole(now) - now.observed - 1e-9)


def _whole(now: Today) -> np.ndarray:
    return np.maximum(now.started + now.coming, 1e-9)
