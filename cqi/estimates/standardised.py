"""Risk-adjusted ratios: what was counted beside what these children's ages would lead us to expect."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from cqi.estimates.intervals import Interval, byar, poisson_interval, two_sided
from cqi.estimates.shrinkage import empirical_bayes_gamma
from cqi.vocabulary import CqiError

EXACT_BELOW = 10
"""Counts below this are few: intervals are exact there, as in PHEindicatormethods and in the disparity ratios."""


class Ratio(NamedTuple):
    """Observed / expected with its interval; 1 is what was expected. Missing (nan) where nothing was expected."""

    ratio: np.ndarray
    lower: np.ndarray
    upper: np.ndarray


def expected_count(amounts: ArrayLike, rates: ArrayLike) -> np.ndarray:
    """What the rates of a standard would give for these children: the sum over bands, the last axis, of amount * rate.

    `amounts` (groups, bands): children, or days in care; `rates` (bands,) or (groups, bands): of the standard, per unit
    of the amounts. A band with nobody in it adds 0, whatever its rate; a missing rate of a band with somebody in it
    makes the sum missing. CqiError for a negative amount or rate. Indirect standardisation: Breslow and Day 1987,
    volume 2, page 65.
    """
    amounts, rates = np.broadcast_arrays(np.asarray(amounts, float), np.asarray(rates, float))
    if np.any((amounts < 0) | (rates < 0)):
        raise CqiError("expected_count: an amount or a rate is negative; both are 0 or more.")
    return np.where(amounts == 0, 0, amounts * rates).sum(axis=-1)


def standardised_ratio(observed: ArrayLike, expected: ArrayLike, *, level: float = 0.95) -> Ratio:
    """Observed / expected, the expected count taken as known: exact Poisson interval below 10 observed, Byar's from 10.

    Observed 0 gives a lower limit of 0. Missing where nothing was expected or either is missing. CqiError for a
    negative count. Source: PHEindicatormethods 2.1, `phe_isr` and `calculate_ISRatio`; Breslow and Day 1987, page 69.
    """
    observed, expected = _counts(observed, expected, where="standardised_ratio")
    few = observed < EXACT_BELOW
    exact, approximate = poisson_interval(observed, level=level), byar(observed, level=level)
    lower, upper = (np.where(few, *limits) / expected for limits in zip(exact, approximate))
    return Ratio(observed / expected, lower, upper)


def shrunken_ratio(observed: ArrayLike, expected: ArrayLike, *, phi: float = 1.0, level: float = 0.95) -> Ratio:
    """Observed / expected of each group, pulled towards that of all together by as much as chance warrants.

    The mean and the equal-tailed interval of the gamma posterior of `empirical_bayes_gamma`, its spread between groups
    taken as known. Where the groups differ by no more than chance, all have the overall ratio and its exact interval
    (counts divided by `phi`), never one of no width. Missing where nothing was expected or a count is missing; such
    groups say nothing about the others. CqiError when nothing is expected anywhere.
    """
    observed, expected = _counts(observed, expected, where="shrunken_ratio")
    there = ~np.isnan(observed + expected)
    result = empirical_bayes_gamma(observed[there], expected[there], phi=phi)
    if result.prior_variance > 0:
        limits = _gamma_interval(result.multiplier, result.variance, level)
    else:
        total, whole = observed[there].sum() / phi, expected[there].sum() / phi
        limits = tuple(limit / whole for limit in poisson_interval(total, level=level))
    found = tuple(np.full(observed.shape, np.nan) for _ in range(3))
    for array, values in zip(found, (result.multiplier, *limits)):
        array[there] = values
    return Ratio(*found)


def _gamma_interval(mean: np.ndarray, variance: np.ndarray, level: float) -> Interval:
    """The middle part of a gamma distribution of that mean and variance."""
    from scipy.special import gammaincinv

    tail, _ = two_sided(level, where="shrunken_ratio")
    lower, upper = (gammaincinv(mean**2 / variance, share) * variance / mean for share in (tail, 1 - tail))
    return lower, upper


def _counts(observed: ArrayLike, expected: ArrayLike, *, where: str) -> tuple[np.ndarray, np.ndarray]:
    """Observed and expected as arrays of one shape, expected missing where it is 0."""
    observed, expected = np.broadcast_arrays(np.asarray(observed, float), np.asarray(expected, float))
    if np.any((observed < 0) | (expected < 0)):
        raise CqiError(f"{where}: a count is negative; observed and expected are 0 or more.")
    return observed, np.where(expected > 0, expected, np.nan)
