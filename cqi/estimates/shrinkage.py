"""How much counts vary beyond chance, and county multipliers pulled towards the state's by as much as that warrants."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from cqi.vocabulary import CqiError

_LEAST_EXPECTED = 0.5
"""Pairs of county and cohort with fewer expected exits say nothing about the spread."""


class Multipliers(NamedTuple):
    """Shrunken observed / expected by county: gamma posterior mean and variance, and the variance between counties."""

    multiplier: np.ndarray
    variance: np.ndarray
    prior_variance: float


def empirical_bayes_gamma(observed: ArrayLike, expected: ArrayLike, *, phi: ArrayLike = 1.0) -> Multipliers:
    """County multipliers of the expected counts, each shrunk towards observed / expected of all counties together.

    Counts are Poisson with variance inflated by `phi` (siblings leave together; one for all or one each), their mean expected * multiplier, the
    multipliers gamma. The variance between counties is by moments (DerSimonian and Laird 1986), never below 0; at 0
    every county gets the overall ratio and variance 0. Data enter as observed / phi and expected / phi, so a county
    with expected 0 gets the overall ratio. Variances are of the multiplier. CqiError when nothing is expected anywhere.
    """
    observed, expected = np.asarray(observed, float), np.asarray(expected, float)
    if not expected.sum() > 0:
        raise CqiError("empirical_bayes_gamma: nothing is expected in any county; pass past cohorts with exits.")
    overall = observed.sum() / expected.sum()
    observed, expected = observed / phi, expected * overall / phi
    between = _between_variance(observed, expected)
    precision = 1 + between * expected
    multiplier = (1 + between * observed) / precision
    return Multipliers(overall * multiplier, overall**2 * between * multiplier / precision, overall**2 * between)


def _between_variance(observed: np.ndarray, expected: np.ndarray) -> float:
    weight = expected[expected > 0]
    spread = np.sum((observed[expected > 0] - weight) ** 2 / weight) - (len(weight) - 1)
    scale = weight.sum() - (weight**2).sum() / weight.sum() if weight.size else 0
    return float(max(0, spread / scale)) if len(weight) > 1 else 0.0


def dispersion(observed: ArrayLike, expected: ArrayLike, *, multiplier_variance: ArrayLike = 0.0) -> tuple[float, float, int]:
    """phi, tau2 and the pairs used, where a count's variance about its expectation E is phi * E + tau2 * E^2.

    One entry a past county and cohort. Squared residuals are regressed on E and E^2 without intercept, weighted by
    1 / (fitted variance)^2, first with phi 1 and tau2 0, then twice more with the fit before. `phi` is at least 1 and
    tau2 at least 0; where one meets its bound the other is fitted alone. Pairs with E below 0.5 are left out. With
    fewer than 3 pairs, or one size of E only, tau2 is 0; with none, phi is 1: look at the number of pairs.
    `multiplier_variance`, of what E was multiplied by relative to its square, is no part of either: it is taken off.
    """
    observed, expected = np.asarray(observed, float), np.asarray(expected, float)
    kept = expected >= _LEAST_EXPECTED
    square = (observed - expected) ** 2 - np.asarray(multiplier_variance, float) * expected**2
    square, expected = square[kept], expected[kept]
    phi, tau2 = 1.0, 0.0
    for _ in range(3 if expected.size else 0):
        phi, tau2 = _weighted_fit(square, expected, phi * expected + tau2 * expected**2)
    return phi, tau2, int(kept.sum())


def _weighted_fit(square: np.ndarray, expected: np.ndarray, variance: np.ndarray) -> tuple[float, float]:
    response, linear, quadratic = square / variance, expected / variance, expected**2 / variance
    design = np.column_stack([linear, quadratic])
    (phi, tau2), _, rank, _ = np.linalg.lstsq(design, response, rcond=1e-9)
    if rank < 2 or len(square) < 3 or tau2 < 0:
        return float(max(1, response @ linear / (linear @ linear))), 0.0
    if phi < 1:
        return 1.0, float(max(0, (response - linear) @ quadratic / (quadratic @ quadratic)))
    return float(phi), float(tau2)
