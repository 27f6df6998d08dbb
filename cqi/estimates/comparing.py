"""Two groups side by side: ratios and differences of rates and proportions, and shares in care beside shares in the
population. A zero gives an interval with an open end (0 or infinity); nothing is ever added to a cell."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from cqi.estimates.intervals import Interval, rate_interval, two_sided, wilson
from cqi.estimates.standardised import EXACT_BELOW
from cqi.vocabulary import CqiError

_HALVINGS = 80
_WIDEST = 50.0
"""Limits of a ratio are sought within exp(-50) and exp(50)."""


class Comparison(NamedTuple):
    """The first group compared with the other: value and interval. Missing (nan) where one of them has nobody."""

    value: np.ndarray
    lower: np.ndarray
    upper: np.ndarray


def rate_ratio(count: ArrayLike, exposure: ArrayLike, other_count: ArrayLike, other_exposure: ArrayLike, *,
               level: float = 0.95) -> Comparison:
    """Rate of the first group over that of the other, exposures (days in care, children) known.

    From 10 of both counts, the log-normal interval exp(log ratio -/+ z sqrt(1/a + 1/b)); below, exact by the
    conditional binomial (Clopper and Pearson on a of a + b), as R's `poisson.test` gives it. Other count 0: the ratio
    and the upper limit are infinite; first count 0: the lower limit is 0; both 0: no ratio, from 0 to infinity. Missing
    where an exposure is 0. Source: Rothman, Greenland and Lash 2008, chapter 14; Przyborowski and Wilenski 1940.
    """
    a, b, time, other_time = _amounts("rate_ratio", count, other_count, exposure, other_exposure)
    times = other_time / time
    with np.errstate(divide="ignore", invalid="ignore"):
        value = a / b * times
        approximate = _log_normal(value, 1 / a + 1 / b, level, where="rate_ratio")
    exact = _conditional_binomial(a, b, level)
    few = np.minimum(a, b) < EXACT_BELOW
    return Comparison(value, *(np.where(few, limit * times, other) for limit, other in zip(exact, approximate)))


def proportion_ratio(numerator: ArrayLike, denominator: ArrayLike, other_numerator: ArrayLike, other_denominator: ArrayLike,
                     *, level: float = 0.95) -> Comparison:
    """Proportion of the first group over that of the other (of children who had the outcome).

    Katz's log interval where all four numbers (with and without the outcome, in both groups) are 10 or more; else
    Koopman's asymptotic score interval, which needs no correction at 0. Zeros as in `rate_ratio`. Missing where a group
    has nobody. CqiError for a numerator above its denominator. Source: Katz and others 1978; Koopman 1984; the choice
    for few: Fagerland, Lydersen and Laake, Statistical Methods in Medical Research 24 (2015) 224-254.
    """
    x, y, n, m = _parts("proportion_ratio", numerator, other_numerator, denominator, other_denominator)
    with np.errstate(divide="ignore", invalid="ignore"):
        value = (x / n) / (y / m)
        approximate = _log_normal(value, 1 / x - 1 / n + 1 / y - 1 / m, level, where="proportion_ratio")
    score = _score_limits(x, n, y, m, level)
    few = np.minimum.reduce([x, n - x, y, m - y]) < EXACT_BELOW
    return Comparison(value, *(np.where(few, limit, other) for limit, other in zip(score, approximate)))


def proportion_difference(numerator: ArrayLike, denominator: ArrayLike, other_numerator: ArrayLike,
                          other_denominator: ArrayLike, *, level: float = 0.95) -> Comparison:
    """Proportion of the first group less that of the other: Newcombe's hybrid score interval (1998, method 10).

    Between -1 and 1. Missing where a group has nobody. CqiError for a numerator above its denominator.
    """
    x, y, n, m = _parts("proportion_difference", numerator, other_numerator, denominator, other_denominator)
    return _difference(x / n, wilson(x, n, level=level), y / m, wilson(y, m, level=level))


def rate_difference(count: ArrayLike, exposure: ArrayLike, other_count: ArrayLike, other_exposure: ArrayLike, *,
                    per: float, level: float = 0.95) -> Comparison:
    """Rate of the first group less that of the other, both `per` so much exposure (1,000 days in care).

    The interval is recovered from the exact intervals of the two rates, the way Newcombe's is from Wilson's. Missing
    where an exposure is 0. Source: Zou and Donner, Statistics in Medicine 27 (2008) 1693-1702.
    """
    a, b, time, other_time = _amounts("rate_difference", count, other_count, exposure, other_exposure)
    own, other = rate_interval(a, time, per=per, level=level), rate_interval(b, other_time, per=per, level=level)
    return _difference(per * a / time, own, per * b / other_time, other)


def _log_normal(value: np.ndarray, variance: np.ndarray, level: float, *, where: str) -> Interval:
    _, z = two_sided(level, where=where)
    spread = np.exp(z * np.sqrt(variance))
    return value / spread, value * spread


def _conditional_binomial(a: np.ndarray, b: np.ndarray, level: float) -> Interval:
    """Limits of the ratio of two Poisson means: the odds of Clopper and Pearson's limits of a in a + b."""
    from scipy.special import betaincinv

    tail, _ = two_sided(level, where="rate_ratio")
    low = betaincinv(np.where(a > 0, a, 1), b + 1, tail)
    high = betaincinv(a + 1, np.where(b > 0, b, 1), 1 - tail)
    missing = (a + b) * 0
    return np.where(a > 0, low / (1 - low), 0) + missing, np.where(b > 0, high / (1 - high), np.inf) + missing


def _score_limits(x: np.ndarray, n: np.ndarray, y: np.ndarray, m: np.ndarray, level: float) -> Interval:
    """The ratios at which the score statistic is z and -z, by halving on the log scale."""
    _, z = two_sided(level, where="proportion_ratio")
    lower, upper = (_ratio_with_score(x, n, y, m, score) for score in (z, -z))
    missing = x / n * 0 + y / m * 0
    return np.where(x > 0, lower, 0) + missing, np.where(y > 0, upper, np.inf) + missing


def _ratio_with_score(x, n, y, m, score: float) -> np.ndarray:
    low, high = np.full(x.shape, -_WIDEST), np.full(x.shape, _WIDEST)
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        above = _score(np.exp(middle), x, n, y, m) > score  # the score falls as the ratio grows
        low, high = np.where(above, middle, low), np.where(above, high, middle)
    return np.exp((low + high) / 2)


def _score(ratio, x, n, y, m) -> np.ndarray:
    """Koopman's score statistic: what was observed less what this ratio supposes, over its error if the ratio holds."""
    total = ratio * (n + y) + x + m
    other = 2 * (x + y) / (total + np.sqrt(np.maximum(total**2 - 4 * ratio * (n + m) * (x + y), 0)))
    own = np.minimum(ratio * other, 1)
    variance = own * (1 - own) / n + ratio**2 * other * np.maximum(1 - other, 0) / m
    return (x / n - ratio * y / m) / np.sqrt(np.where(variance > 0, variance, np.inf))  # no error, no distance: 0


def _difference(value: np.ndarray, own: Interval, other_value: np.ndarray, other: Interval) -> Comparison:
    """The difference with limits recovered from the two intervals, square distances added."""
    below = np.hypot(value - own[0], other[1] - other_value)
    above = np.hypot(own[1] - value, other_value - other[0])
    return Comparison(value - other_value, value - other_value - below, value - other_value + above)


def _amounts(where: str, *amounts: ArrayLike) -> list[np.ndarray]:
    """Counts of both groups and what they are out of, as arrays of one shape; the last two missing where they are 0."""
    first, second, whole, other_whole = np.broadcast_arrays(*(np.asarray(amount, float) for amount in amounts))
    if any(np.any(amount < 0) for amount in (first, second, whole, other_whole)):
        raise CqiError(f"{where}: a number is negative; counts and what they are out of are 0 or more.")
    return [first, second, *(np.where(amount > 0, amount, np.nan) for amount in (whole, other_whole))]


def _parts(where: str, *amounts: ArrayLike) -> list[np.ndarray]:
    """As `_amounts`, where each count is a part of what it is out of."""
    first, second, whole, other_whole = (np.asarray(amount, float) for amount in amounts)
    if np.any(first > whole) or np.any(second > other_whole):
        raise CqiError(f"{where}: a part is above its whole; count the same children in both.")
    return _amounts(where, *amounts)
