"""Funnel plots: how far groups may lie from what they have in common by chance, and by the ways in which groups usually differ."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from cqi.estimates.intervals import Interval, two_sided
from cqi.vocabulary import CqiError

INNER, OUTER = 0.95, 0.998
"""The two levels of a funnel's limits."""
INSIDE, OUTSIDE_INNER, OUTSIDE_OUTER = "inside", "outside 95%", "outside 99.8%"
ANSCOMBE = 3 / 8
_WINSORISED = (0.1, 0.9)


class Spread(NamedTuple):
    """How the groups differ. `phi`: mean squared z, about 1 where chance alone is at work. `tau2`: the variance between
    groups on the transformed scale, 0 where they differ no more than chance."""

    phi: float
    tau2: float


class Funnel(NamedTuple):
    """Each group's value; its `z`, the distance from the target in errors of chance alone; its `verdict`: inside or outside the limits
    widened by `plain.tau2`, empty where missing; then the target, and the spread of all groups, plain (for the limits) and
    winsorised (for comparison with figures of the NHS and the Care Quality Commission)."""

    value: np.ndarray
    z: np.ndarray
    verdict: np.ndarray
    target: float
    plain: Spread
    winsorised: Spread


def proportion_funnel(numerator: ArrayLike, denominator: ArrayLike, *, corrected: bool = False) -> Funnel:
    """Proportions beside that of all groups together, on the arcsine scale.

    z = 2 sqrt(n) (asin sqrt(x / n) - asin sqrt(target)), as in FunnelPlotR 0.6. With `corrected`, as our charts have it,
    2 sqrt(n + 1/2) (asin sqrt((x + 3/8) / (n + 3/4)) - asin sqrt(target)): Anscombe's correction, without which none of a few
    children would pass for a rare event (at 20 children and a target of 5%, one time in three). `plain.tau2` is DerSimonian and Laird's of all z; `winsorised`
    first pulls z in to its 10% and 90% quantiles, as FunnelPlotR does: that finds about a third of the variance between groups.
    Where all or none of the children count, every z is 0.

    Groups with denominator 0 or a missing number have value, z and verdict missing and count for nothing else. With fewer than
    two groups tau2 is 0. CqiError for a numerator below 0 or above its denominator. Source: Spiegelhalter, Statistics in
    Medicine 24 (2005) 1185-1202; Spiegelhalter and others, Journal of the Royal Statistical Society A 175 (2012) 1-47; Anscombe,
    Biometrika 35 (1948) 246-254.
    """
    part, whole = _amounts("proportion_funnel", numerator, denominator)
    if np.any(part > whole):
        raise CqiError("proportion_funnel: a numerator is above its denominator; count the same children in both.")
    there, add = ~np.isnan(whole), ANSCOMBE if corrected else 0.0
    target = float(part[there].sum() / whole[there].sum()) if there.any() else np.nan
    weight = _proportion_weight(whole, corrected)
    z = np.sqrt(weight) * (np.arcsin(np.sqrt((part + add) / (whole + 2 * add))) - np.arcsin(np.sqrt(target)))
    return _funnel(part / whole, z if 0 < target < 1 else z * 0, weight, target)


def proportion_limits(target: float, denominator: ArrayLike, *, tau2: float = 0.0, level: float = INNER,
                      corrected: bool = False) -> Interval:
    """Limits of a proportion about the target, for groups or for a curve over n: where z / sqrt(1 + weight tau2) of
    `proportion_funnel` is as far from 0 as the level allows. `tau2` 0 gives those of chance alone.

    Where the sine would turn back, 0 or 1; within 0 and 1. Missing where the denominator is 0.
    """
    _, z = two_sided(level, where="proportion_limits")
    whole, add = _positive(denominator), ANSCOMBE if corrected else 0.0
    reach = z * np.sqrt(1 / _proportion_weight(whole, corrected) + tau2)
    middle = np.arcsin(np.sqrt(target))
    ends = (np.sin(np.clip(end, 0, np.pi / 2)) ** 2 for end in (middle - reach, middle + reach))
    lower, upper = (np.clip((end * (whole + 2 * add) - add) / whole, 0, 1) for end in ends)
    return lower, upper


def wilson_limits(target: float, denominator: ArrayLike, *, level: float = INNER) -> Interval:
    """The proportions whose Wilson interval just touches the target: target -/+ z sqrt(target (1 - target) / n), within 0 and 1.

    Limits of chance alone, as PHEindicatormethods 2.1 draws them. Missing where the denominator is 0.
    """
    _, z = two_sided(level, where="wilson_limits")
    reach = z * np.sqrt(target * (1 - target) / _positive(denominator))
    return np.clip(target - reach, 0, 1), np.clip(target + reach, 0, 1)


def ratio_funnel(observed: ArrayLike, expected: ArrayLike, *, corrected: bool = False) -> Funnel:
    """Observed / expected beside 1, on the square-root scale: z = 2 (sqrt(observed + 3/8) - sqrt(expected + 1/8)).

    Without `corrected`, 2 (sqrt(observed) - sqrt(expected)): the Care Quality Commission's method, as in FunnelPlotR 0.6. The
    rest is as in `proportion_funnel`.
    """
    counted, foreseen = _amounts("ratio_funnel", observed, expected)
    add = ANSCOMBE if corrected else 0.0
    z = 2 * (np.sqrt(counted + add) - np.sqrt(foreseen + add / 3))
    return _funnel(counted / foreseen, z, 4 * foreseen, 1.0)


def ratio_limits(expected: ArrayLike, *, tau2: float = 0.0, level: float = INNER, corrected: bool = False) -> Interval:
    """Limits of observed / expected about 1, never below 0, as `proportion_limits` are those of a proportion.

    Missing where nothing is expected. The exact limits of chance alone are `rate_interval(expected, expected, per=1)`.
    """
    _, z = two_sided(level, where="ratio_limits")
    foreseen, add = _positive(expected), ANSCOMBE if corrected else 0.0
    middle, reach = np.sqrt(foreseen + add / 3), z * np.sqrt(1 / 4 + tau2 * foreseen)
    lower, upper = (np.maximum(np.maximum(end, 0) ** 2 - add, 0) / foreseen for end in (middle - reach, middle + reach))
    return lower, upper


def _proportion_weight(whole: np.ndarray, corrected: bool) -> np.ndarray:
    """One over the variance that chance gives a proportion on the arcsine scale."""
    return 4 * (whole + (0.5 if corrected else 0))


def _funnel(value: np.ndarray, z: np.ndarray, weight: np.ndarray, target: float) -> Funnel:
    there = ~np.isnan(z)
    winsorised = np.clip(z[there], *np.quantile(z[there], _WINSORISED)) if there.any() else z[there]
    plain = _spread(z[there], weight[there])
    return Funnel(value, z, _verdict(z / np.sqrt(1 + weight * plain.tau2)), target, plain, _spread(winsorised, weight[there]))


def _verdict(z: np.ndarray) -> np.ndarray:
    """A value on a limit is inside it."""
    outer, inner = (two_sided(level, where="funnel")[1] for level in (OUTER, INNER))
    return np.select([np.isnan(z), np.abs(z) > outer, np.abs(z) > inner], ["", OUTSIDE_OUTER, OUTSIDE_INNER], default=INSIDE)


def _spread(z: np.ndarray, weight: np.ndarray) -> Spread:
    """DerSimonian and Laird's variance between groups, each with variance 1 / weight of its own."""
    if z.size < 2:
        return Spread(float((z**2).mean()) if z.size else np.nan, 0.0)
    scale = weight.sum() - (weight**2).sum() / weight.sum()
    return Spread(float((z**2).mean()), float(max(0, ((z**2).sum() - (z.size - 1)) / scale)))


def _amounts(where: str, part: ArrayLike, whole: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    """Both as arrays of one shape, missing together and where the whole is 0."""
    part, whole = np.broadcast_arrays(np.asarray(part, float), np.asarray(whole, float))
    if np.any((part < 0) | (whole < 0)):
        raise CqiError(f"{where}: a number is negative; counts and what they are out of are 0 or more.")
    missing = np.isnan(part + whole) | (whole == 0)
    return np.where(missing, np.nan, part), np.where(missing, np.nan, whole)


def _positive(amount: ArrayLike) -> np.ndarray:
    amount = np.asarray(amount, float)
    return np.where(amount > 0, amount, np.nan)
