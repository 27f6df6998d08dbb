"""Sums that grow while counts stay on one side of what is expected: signals of a change, for many counties at once."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from cqi.vocabulary import CqiError

RATIO = 0.75
"""The change that a sum is tuned to: a quarter fewer, or a third more (1 / 0.75)."""


class Cusum(NamedTuple):
    """Evidence so far of fewer and of more than expected, both 0 or above, by look; a limit is the caller's to set."""

    fewer: np.ndarray
    more: np.ndarray


def poisson_cusum(observed: ArrayLike, expected: ArrayLike, *, ratio: float = RATIO) -> Cusum:
    """Both sums over looks, the last axis of (counties, looks): what was counted and expected between one look and the next.

    W = max(0, W + observed log(ratio) - (ratio - 1) expected) from 0 on: tuned to `ratio` times the expected for `fewer`, to 1 / ratio
    for `more`. It is not set back when it passes a limit. A missing look leaves that and all later ones missing. CqiError for
    negative numbers and a ratio not between 0 and 1. Source: Lucas, Technometrics 27 (1985) 129-144.
    """
    observed, expected = np.asarray(observed, float), np.asarray(expected, float)
    if not 0 < ratio < 1:
        raise CqiError(f"poisson_cusum: ratio {ratio!r} is not between 0 and 1; a quarter fewer is 0.75.")
    if np.any(observed < 0) or np.any(expected < 0):
        raise CqiError("poisson_cusum: a number is negative; counts between looks are 0 or more.")
    fewer, more = (_sums(observed * np.log(each) - (each - 1) * expected) for each in (ratio, 1 / ratio))
    return Cusum(fewer, more)


def bernoulli_weights(probability: ArrayLike, *, odds_ratio: float) -> tuple[np.ndarray, np.ndarray]:
    """What a child adds to a risk-adjusted sum: with the outcome log(R / (1 - p + R p)), without it log(1 / (1 - p + R p)).

    `probability` is the child's own chance of the outcome, `odds_ratio` R the change of its odds that the sum is tuned to (above 1:
    more). CqiError for a probability outside 0 to 1 and a ratio not above 0. Source: Steiner, Cook, Farewell and Treasure,
    Biostatistics 1 (2000) 441-452.
    """
    probability = np.asarray(probability, float)
    if np.any((probability < 0) | (probability > 1)) or not odds_ratio > 0:
        raise CqiError("bernoulli_weights: a probability is outside 0 to 1, or the odds ratio not above 0; write 40% as 0.4.")
    without = -np.log(1 - probability + odds_ratio * probability)
    return np.log(odds_ratio) + without, without


def bernoulli_cusum(outcome: ArrayLike, probability: ArrayLike, *, odds_ratio: float) -> np.ndarray:
    """Steiner's risk-adjusted sum over children, the last axis of (counties, children): max(0, W + the child's weight).

    `outcome` is true where the child had it. Children past a county's last one have a missing probability and give missing.
    """
    having, without = bernoulli_weights(probability, odds_ratio=odds_ratio)
    return _sums(np.where(np.asarray(outcome, bool), having, without))


def one_sample_log_rank(observed: ArrayLike, expected: ArrayLike, *, phi: float = 1.0, tau2: float = 0.0,
                        variance: ArrayLike = 0.0) -> np.ndarray:
    """z of expected less observed: (E - O) / sqrt(phi E + (tau2 + variance) E^2); above 0 where fewer left than expected.

    `phi` and `tau2` are the spread of past cohorts (`dispersion`), `variance` that of the county's own multiplier relative to its
    square; at 1, 0 and 0 the square of z is the one-sample log-rank chi-square. Missing where nothing is expected. CqiError for
    negative numbers. Source: Breslow, Applied Statistics 24 (1975) 303-318.
    """
    observed, expected, variance = (np.asarray(values, float) for values in (observed, expected, variance))
    if np.any(observed < 0) or np.any(expected < 0) or np.any(variance < 0):
        raise CqiError("one_sample_log_rank: a number is negative; counts and variances are 0 or more.")
    expected = np.where(expected > 0, expected, np.nan)
    return (expected - observed) / np.sqrt(phi * expected + (tau2 + variance) * expected**2)


def _sums(steps: np.ndarray) -> np.ndarray:
    """max(0, sum so far + step) along the last axis: the running total less its lowest point, 0 at the start included."""
    total = np.cumsum(steps, axis=-1)
    return total - np.minimum(np.minimum.accumulate(total, axis=-1), 0)
