"""Goal attainment scaling: goals that people set for themselves, on one scale."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from cqi.vocabulary import CqiError

CORRELATION = 0.30
"""How alike the goals of one person are taken to turn out, by the authors of the scale."""


def goal_attainment_score(levels: ArrayLike, *, weights: ArrayLike = 1.0, correlation: float = CORRELATION) -> np.ndarray:
    """T-score of each person's (or team's) goals, the last axis: 50 is as expected, 10 one standard deviation.

    `levels` are -2 (much less than expected), -1, 0 (as expected), 1 and 2 (much more), missing where a person has fewer goals;
    `weights` say how much each goal counts. T = 50 + 10 sum(w x) / sqrt((1 - r) sum(w^2) + r (sum w)^2) over the goals there are;
    missing where there is none. CqiError for another level, a weight that is not above 0, or a correlation outside 0 to 1.
    Source: Kiresuk and Sherman, Community Mental Health Journal 4 (1968) 443-453.
    """
    levels, weights = np.broadcast_arrays(np.asarray(levels, float), np.asarray(weights, float))
    there = ~np.isnan(levels)
    if not np.isin(levels[there], (-2, -1, 0, 1, 2)).all():
        raise CqiError("goal_attainment_score: a level is not one of -2, -1, 0, 1, 2, where 0 is the outcome that was expected.")
    if not np.all(weights[there] > 0):
        raise CqiError("goal_attainment_score: a weight is not above 0; leave a goal out by leaving its level missing.")
    if not 0 <= correlation <= 1:
        raise CqiError(f"goal_attainment_score: correlation {correlation!r} is not between 0 and 1; the authors took 0.30.")
    weights, levels = np.where(there, weights, 0), np.where(there, levels, 0)
    square = (1 - correlation) * (weights**2).sum(axis=-1) + correlation * weights.sum(axis=-1) ** 2
    return 50 + 10 * (weights * levels).sum(axis=-1) / np.sqrt(np.where(square > 0, square, np.nan))
