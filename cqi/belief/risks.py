"""Risks of two groups by one horizon, other ends competing, and how they differ."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from cqi.belief.histories import EVENT
from cqi.estimates import Incidence, aalen_johansen, log_log_interval, tabulate
from cqi.estimates.intervals import two_sided


class Risk(NamedTuple):
    """Share with the event by the horizon, cumulative incidence; `events` seen by then, `known`: followed to the horizon or to an end."""

    children: int
    events: int
    known: int
    share: float
    error: float
    lower: float
    upper: float


class Compared(NamedTuple):
    """The exposed less (over) the unexposed, with 95% limits; missing where a group has nobody known to the horizon."""

    difference: float
    difference_lower: float
    difference_upper: float
    ratio: float
    ratio_lower: float
    ratio_upper: float


def two_risks(days: np.ndarray, cause: np.ndarray, exposed: np.ndarray, stratum: np.ndarray, horizon: int) -> tuple[Risk, Risk]:
    """The risk of the exposed and of the others by `horizon`, each averaged over strata in the proportions of all (direct
    standardization). Only strata with children known to the horizon in both groups count, and only their children."""
    _, stratum = np.unique(stratum, return_inverse=True)
    strata = int(stratum.max(initial=0)) + 1
    curves, events = _curves(days, cause, stratum * 2 + exposed, 2 * strata, horizon)
    known, share, error = (values.reshape(strata, 2) for values in (curves.known[:, -1], curves.share[:, 0, -1], curves.standard_error[:, 0, -1]))
    children = np.bincount(stratum * 2 + exposed, minlength=2 * strata).reshape(strata, 2)
    both = (known > 0).all(axis=1)
    weight = np.where(both, children.sum(axis=1), 0.0)
    weight = weight / max(weight.sum(), 1)
    return tuple(_averaged(weight, both, *(values[:, group] for values in (children, events.reshape(strata, 2), known, share, error)))
                 for group in (1, 0))


def compared(one: Risk, other: Risk, *, level: float = 0.95) -> Compared:
    """Difference with limits recovered from the two risks' own (Zou and Donner 2008); ratio on the log scale by the delta method,
    open at an end where a risk is 0."""
    difference = one.share - other.share
    below, above = np.hypot(one.share - one.lower, other.upper - other.share), np.hypot(one.upper - one.share, other.share - other.lower)
    _, z = two_sided(level, where="compared")
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.float64(one.share) / other.share
        spread = np.exp(z * np.hypot(np.float64(one.error) / one.share, np.float64(other.error) / other.share))
    limits = (ratio / spread, ratio * spread) if one.share > 0 and other.share > 0 else (0 * difference, np.inf + 0 * difference)
    return Compared(difference, difference - below, difference + above, float(ratio), *map(float, limits))


def _curves(days: np.ndarray, cause: np.ndarray, group: np.ndarray, groups: int, horizon: int) -> tuple[Incidence, np.ndarray]:
    counts = tabulate(group, days, cause, groups=groups, causes=2, last=horizon)
    return aalen_johansen(*counts, errors_of=[EVENT]), counts[0][:, EVENT].sum(axis=-1)


def _averaged(weight: np.ndarray, both: np.ndarray, children, events, known, share, error) -> Risk:
    people, seen, followed = (int(values[both].sum()) for values in (children, events, known))
    if not both.any():
        return Risk(people, seen, followed, *[np.nan] * 4)
    mean, spread = float(weight[both] @ share[both]), float(np.sqrt(weight[both] ** 2 @ error[both] ** 2))
    lower, upper = log_log_interval(mean, spread, children=followed)
    return Risk(people, seen, followed, mean, spread, float(lower), float(upper))
