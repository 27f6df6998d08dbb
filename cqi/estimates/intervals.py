"""Intervals for proportions, counts, rates and predicted counts: arrays in, (lower, upper) out."""

from __future__ import annotations

from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike

from cqi.vocabulary import CqiError

Interval = tuple[np.ndarray, np.ndarray]


def two_sided(level: float, *, where: str) -> tuple[float, float]:
    """The probability in each tail and the normal quantile that leaves it; CqiError unless 0 < level < 1."""
    if not 0 < level < 1:
        raise CqiError(f"{where}: level {level!r} is not between 0 and 1; write 95% as 0.95.")
    tail = (1 - level) / 2
    return tail, -NormalDist().inv_cdf(tail)


def wilson(numerator: ArrayLike, denominator: ArrayLike, *, level: float = 0.95) -> Interval:
    """Wilson score interval of a proportion, within 0 and 1; nan where the denominator is 0.

    A missing numerator or denominator gives nan. CqiError when a numerator is negative or above its denominator.
    Source: Wilson 1927; Newcombe 1998, method 3 (no continuity correction).
    """
    _, z = two_sided(level, where="wilson")
    x, n = np.asarray(numerator, float), np.asarray(denominator, float)
    if np.any((x < 0) | (x > n)):
        raise CqiError("wilson: a numerator is negative or above its denominator; count the same children in both.")
    n = np.where(n > 0, n, np.nan)
    spread = z * np.sqrt(z**2 + 4 * x * (1 - x / n))
    lower, upper = ((2 * x + z**2 + side * spread) / (2 * (n + z**2)) for side in (-1, 1))
    return np.clip(lower, 0, 1), np.clip(upper, 0, 1)


def poisson_interval(count: ArrayLike, *, level: float = 0.95) -> Interval:
    """Exact interval of a count's mean (Garwood 1936: gamma quantiles); the lower limit of 0 is 0. CqiError below 0."""
    from scipy.special import gammaincinv

    tail, _ = two_sided(level, where="poisson_interval")
    count = _counts(count, where="poisson_interval")
    lower = gammaincinv(np.where(count > 0, count, 1), tail)
    return np.where(count > 0, lower, count * 0), gammaincinv(count + 1, 1 - tail)


def rate_interval(count: ArrayLike, exposure: ArrayLike, *, per: float, level: float = 0.95) -> Interval:
    """Exact interval of `per` * count / exposure, the exposure (days in care, children) known; nan where it is 0."""
    exposure = np.asarray(exposure, float)
    scale = per / np.where(exposure > 0, exposure, np.nan)
    lower, upper = poisson_interval(count, level=level)
    return lower * scale, upper * scale


def byar(count: ArrayLike, *, level: float = 0.95) -> Interval:
    """Byar's approximate interval of a count's mean, never below 0; exact at 0, where the formula has no lower limit.

    Source: Breslow and Day 1987, volume 2, page 69.
    """
    _, z = two_sided(level, where="byar")
    exact_lower, exact_upper = poisson_interval(count, level=level)
    count = _counts(count, where="byar")
    some = np.where(count > 0, count, 1)
    lower, upper = (mean * (1 - 1 / (9 * mean) + side * z / (3 * np.sqrt(mean))) ** 3
                    for mean, side in ((some, -1), (some + 1, 1)))
    return np.where(count > 0, np.maximum(lower, 0), exact_lower), np.where(count > 0, upper, exact_upper)


def negative_binomial_interval(mean: ArrayLike, variance: ArrayLike, *, level: float = 0.95) -> Interval:
    """Whole numbers that hold a negative binomial count of this mean and variance with at least this probability.

    `lower` is the largest k with P(X < k) <= (1 - level) / 2, `upper` the smallest k with P(X > k) <= (1 - level) / 2.
    Poisson where the variance is not above the mean; (0, 0) at mean 0; nan where either is missing; CqiError below 0.
    """
    tail, _ = two_sided(level, where="negative_binomial_interval")
    mean, variance = np.broadcast_arrays(np.asarray(mean, float), np.asarray(variance, float))
    if np.any((mean < 0) | (variance < 0)):
        raise CqiError("negative_binomial_interval: a mean or variance is negative; both are 0 or more.")
    # Cantelli's inequality: a count this many standard deviations above its mean is rarer than the tail.
    most = np.ceil(mean + np.sqrt(np.maximum(mean, variance) / tail)) + 1
    return tuple(_smallest_reaching(share, mean, variance, most) for share in (tail, 1 - tail))


def _counts(count: ArrayLike, *, where: str) -> np.ndarray:
    count = np.asarray(count, float)
    if np.any(count < 0):
        raise CqiError(f"{where}: a count is negative; a count is 0 or more.")
    return count


def _smallest_reaching(share: float, mean: np.ndarray, variance: np.ndarray, most: np.ndarray) -> np.ndarray:
    """The smallest whole number with at least this share of the distribution at or below it, by halving 0 .. most."""
    below, reached = np.full(mean.shape, -1.0), most
    for _ in range(int(np.ceil(np.log2(np.nanmax(most, initial=1) + 2)))):
        middle = np.floor((below + reached) / 2)
        enough = _share_up_to(middle, mean, variance) >= share
        below, reached = np.where(enough, below, middle), np.where(enough, middle, reached)
    return np.where(np.isnan(mean + variance), np.nan, reached)


def _share_up_to(count: np.ndarray, mean: np.ndarray, variance: np.ndarray) -> np.ndarray:
    """P(X <= count); 0 below 0."""
    from scipy.special import betainc, gammaincc

    spread = (variance > mean * (1 + 1e-9)) & (mean > 0)
    excess = np.where(spread, variance - mean, 1)
    size = np.where(spread, mean**2 / excess, 1)
    up_to = np.maximum(count, 0) + 1
    share = np.where(spread, betainc(size, up_to, mean / (mean + excess)), gammaincc(up_to, mean))
    return np.where(count < 0, 0, share)
