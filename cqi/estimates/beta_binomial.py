"""Shares of each county pulled towards that of all counties together by as much as chance warrants."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from cqi.estimates.intervals import Interval, two_sided, wilson
from cqi.vocabulary import CqiError

_MOST_ALIKE_WITHIN = 0.5
"""The largest correlation of two children of one county: the prior is worth one child at least."""


class Shares(NamedTuple):
    """Shrunken shares with intervals, missing (nan) where a county has nobody, and the beta prior of a county's true share:
    `alpha` and `beta`, infinite where the counties differ by no more than chance."""

    share: np.ndarray
    lower: np.ndarray
    upper: np.ndarray
    alpha: float
    beta: float


def empirical_bayes_beta(numerator: ArrayLike, denominator: ArrayLike, *, level: float = 0.95) -> Shares:
    """Each county's share, shrunken: mean and equal-tailed interval of its beta posterior, the prior taken as known.

    The prior's mean is the share of all counties together, its spread Kleinman's moment estimate with the counties' children as
    weights: with S the weighted squares about the mean p, the correlation of two children of one county is
    (S / p(1-p) - (k - 1)) / (N - sum n^2 / N - (k - 1)), at most one half, and alpha + beta = 1 / correlation - 1. Where it is
    not above 0 (one county, all alike, all or none of the children) every county has the overall share with its Wilson interval,
    never one of no width. Counties without children, or with a missing number, say nothing about the others. CqiError for a
    numerator below 0 or above its denominator, and where no county has a child. Source: Kleinman, Journal of the American
    Statistical Association 68 (1973) 46-54.
    """
    part, whole = np.broadcast_arrays(np.asarray(numerator, float), np.asarray(denominator, float))
    there = ~np.isnan(part) & (whole > 0)
    _check(part, whole, there)
    x, n = part[there], whole[there]
    overall, together = x.sum() / n.sum(), _correlation(x, n)
    if together > 0:
        size = 1 / together - 1
        alpha, beta = float(size * overall), float(size * (1 - overall))
        found = ((x + alpha) / (n + size), *_beta_interval(x + alpha, n - x + beta, level))
    else:
        alpha = beta = np.inf
        found = (np.full(x.shape, overall), *(np.full(x.shape, limit) for limit in wilson(x.sum(), n.sum(), level=level)))
    shares = np.full((3, *part.shape), np.nan)
    shares[:, there] = found
    return Shares(*shares, alpha, beta)


def _correlation(x: np.ndarray, n: np.ndarray) -> float:
    """Kleinman's estimate from counts alone; 0 where it is not above 0 or nothing can be said."""
    total, p = n.sum(), x.sum() / n.sum()
    chance = len(n) - 1
    beyond = total - (n**2).sum() / total - chance
    if not 0 < p < 1 or beyond <= 0:  # counties of one child each hold no pair to compare
        return 0.0
    squares = (n * (x / n - p) ** 2).sum() / (p * (1 - p))
    return float(min(_MOST_ALIKE_WITHIN, max(0, (squares - chance) / beyond)))


def _beta_interval(alpha: np.ndarray, beta: np.ndarray, level: float) -> Interval:
    from scipy.special import betaincinv

    tail, _ = two_sided(level, where="empirical_bayes_beta")
    return betaincinv(alpha, beta, tail), betaincinv(alpha, beta, 1 - tail)


def _check(part: np.ndarray, whole: np.ndarray, there: np.ndarray) -> None:
    if np.any((part < 0) | (whole < 0) | (part > whole)):
        raise CqiError("empirical_bayes_beta: a numerator is negative or above its denominator; count the same children in both.")
    if not there.any():
        raise CqiError("empirical_bayes_beta: no county has a child; pass counties with children.")
