"""The final figure as it looks today: each child still in care by its own day, others leaving in other ways, children who have
yet to start while the period is open. How fast they leave from now on is not known: it is weighed over a range of paces.

The pace now is learnt from all children in calendar time, then from the cohort's own; before any, it is thought likely to be
the usual one, with room for a change.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import numpy as np

from cqi.cohorts import Cohort, day_number
from cqi.course.baseline import Baseline, events
from cqi.course.exposure import KINDS, Exposure
from cqi.course.looks import Streams
from cqi.registry import Measure

RATIOS = np.exp(np.linspace(-1.5, 1.2, 82))
"""Multiples of the usual pace that are weighed."""
PACES = np.exp(np.linspace(-2.5, 2.5, 101))
"""Multiples of the state's hazard at which chances are worked out; others lie between."""
STEADY, CHANGED = (0.55, 0.03), (0.45, 0.30)
"""Weight and log standard deviation of the pace now: as usual, or changed. Chosen on drawn states so that 80% intervals hold
about 80% in quiet times and at least 75% after a drop by a quarter."""
QUANTILES = np.array([0.025, 0.10, 0.50, 0.90, 0.975])
STEPS, HALVED = 160, 16
"""Steps between five standard deviations below a mixture's middle and five above, and those that are halved."""
AT_ONCE = 200
"""Places worked out together, to spare memory."""


@dataclass(frozen=True)
class Today:
    """The cohort as known on the as-of date, by place: counted so far (`observed` events, of `started` children), `waiting`
    (place, day) children still at risk by their day, and `coming`, children expected yet to start over `coming_days`."""

    observed: np.ndarray
    started: np.ndarray
    waiting: np.ndarray
    coming: np.ndarray
    coming_days: np.ndarray


def today(measure: Measure, found: Exposure, period: Cohort, base: Baseline, *, as_of: date) -> Today:
    """What is known by county. Children who started too recently to count yet are among those to come."""
    counties, length = len(base.pace), len(base.hazard) - 1
    waiting = np.zeros((counties, length + 1))
    np.add.at(waiting, (found.county[found.waiting], np.clip(found.last[found.waiting], 0, length)), 1)
    started = np.bincount(found.county, minlength=counties).astype(float)
    first, end = day_number(period.start), day_number(period.end)
    seen = np.clip(day_number(as_of) - measure.who.get("shortest_stay_days", 0) - first + 1, 0, end - first + 1)
    days = np.arange(first + seen, end + 1) if KINDS[measure.kind].staggered else np.arange(0)
    whole = end - first + 1
    rate = (started + base.children / 2) / (seen + whole / 2)  # half a usual period's weight on what is usual
    return Today(events(found, counties).astype(float), started, waiting, rate * len(days), days)


def weights(seen: Streams, base: Baseline) -> np.ndarray:
    """How likely each of RATIOS is to be this cohort's pace relative to its usual one, by county: (county, ratio)."""
    log, own, observed, expected = np.log(RATIOS), seen.own, seen.observed_now, seen.expected_now * base.pace
    others = np.arange(len(observed)) != own
    every = expected[others].sum(axis=0)
    spread = base.phi + base.tau2 * (expected[others] ** 2).sum(axis=0) / np.maximum(every, 1e-9)
    pace = _even(_prior(base, log) * _likelihood(observed[others].sum(axis=0) / spread, every / spread, log))
    return _even(pace @ _blur(log, base.tau2) * _likelihood(observed[own] / base.phi, expected[own] / base.phi, log))


def _prior(base: Baseline, log: np.ndarray) -> np.ndarray:
    variance = base.variance[:, None]
    return sum(weight / np.sqrt(sd**2 + variance) * np.exp(-0.5 * log**2 / (sd**2 + variance)) for weight, sd in (STEADY, CHANGED))


def _likelihood(observed: np.ndarray, expected: np.ndarray, log: np.ndarray) -> np.ndarray:
    """Of each ratio, given Poisson counts already divided by their dispersion; largest is 1."""
    found = observed[:, None] * log - expected[:, None] * np.exp(log)
    return np.exp(found - found.max(axis=1, keepdims=True))


def _blur(log: np.ndarray, tau2: float) -> np.ndarray:
    """How a county's pace becomes a cohort's, which differs by tau2."""
    return _even(np.exp(-0.5 * (log[:, None] - log) ** 2 / max(tau2, (log[1] - log[0]) ** 2)))


def _even(table: np.ndarray) -> np.ndarray:
    return table / table.sum(axis=1, keepdims=True)


@dataclass(frozen=True)
class Ahead:
    """Events still to come by a day, at each of PACES and by county: mean, and variance before children leave together; and the
    chance of a child yet to start."""

    mean: np.ndarray
    variance: np.ndarray
    chance: np.ndarray


def ahead(now: Today, base: Baseline, *, as_of: date, until: date) -> Ahead:
    """What the children still at risk, and those yet to start, are likely to do between `as_of` and `until`."""
    reached, left = _events_and_staying(base)
    days, length = max(0, day_number(until) - day_number(as_of)), len(base.hazard) - 1
    end = np.minimum(np.arange(length + 1) + days, length)
    chance = np.clip((reached[:, end] - reached) / left, 0, 1)
    offset = np.clip(day_number(until) - now.coming_days, -1, length)
    new = np.where(offset >= 0, np.minimum(reached[:, np.maximum(offset, 0)], 1), 0).mean(axis=1) if len(offset) else np.zeros(len(PACES))
    mean = now.waiting @ chance.T
    return Ahead(mean + now.coming[:, None] * new, now.waiting @ (chance * (1 - chance)).T + now.coming[:, None] * new * (1 - new), new)


def _events_and_staying(base: Baseline) -> tuple[np.ndarray, np.ndarray]:
    """Share with the event by each day, and still at risk after it, at each of PACES: (pace, day).

    After a day on which all would have left, a thousandth is taken to stay, so that a child who did stay has a chance.
    """
    hazard = np.minimum(np.multiply.outer(PACES, base.hazard), 1 - base.ending)
    staying = np.maximum(1 - base.ending - hazard, 1e-3)
    left = np.maximum(np.cumprod(staying, axis=1), 1e-12)
    return np.cumsum(hazard * left / staying, axis=1), left


def at_paces(table: np.ndarray, paces: np.ndarray) -> np.ndarray:
    """Values by county at other paces than PACES, by straight lines between them; `table` (county, PACES), `paces` (county, n)."""
    place = np.interp(np.log(paces), np.log(PACES), np.arange(len(PACES)))
    left = np.minimum(place.astype(int), len(PACES) - 2)
    part, rows = place - left, np.arange(len(table))[:, None]
    return table[rows, left] * (1 - part) + table[rows, left + 1] * part


@dataclass(frozen=True)
class Spread:
    """The final proportion (or that by some day), by county and ratio: mean and standard deviation, and the ratios' weights; by
    county the `least` and the `most` it can be, once no more children can start."""

    mean: np.ndarray
    deviation: np.ndarray
    weights: np.ndarray
    least: np.ndarray
    most: np.ndarray


def spread(now: Today, base: Baseline, found: Ahead, weight: np.ndarray, *, faster: float = 1.0) -> Spread:
    """The share of all the cohort's children, those yet to start included, who have had the event by the day asked for, if from
    today on they have it at this multiple of the pace now."""
    paces = base.pace[:, None] * RATIOS * faster
    mean, variance = at_paces(found.mean, paces), at_paces(found.variance, paces)
    new = np.interp(np.log(paces), np.log(PACES), found.chance)
    whole = np.maximum(now.started + now.coming, 1e-9)[:, None]
    share = (now.observed[:, None] + mean) / whole
    variance = base.phi * variance + base.crowding * now.coming[:, None] * (new - share) ** 2
    closed = now.coming <= 0
    least, most = now.observed / whole[:, 0], (now.observed + now.waiting.sum(axis=1)) / whole[:, 0]
    return Spread(share, np.sqrt(variance) / whole, weight, np.where(closed, least, 0), np.where(closed, np.minimum(most, 1), 1))


def quantiles(found: Spread, levels: np.ndarray = QUANTILES) -> np.ndarray:
    """Quantiles of the share by county: (county, level); of a mixture of normal distributions, kept to what can still be."""
    parts = [_mixture_quantiles(Spread(*(each[at:at + AT_ONCE] for each in vars(found).values())), levels)
             for at in range(0, len(found.mean), AT_ONCE)]
    return np.concatenate(parts) if parts else np.zeros((0, len(levels)))


def _mixture_quantiles(found: Spread, levels: np.ndarray) -> np.ndarray:
    from scipy.special import ndtr

    centre = (found.weights * found.mean).sum(axis=1)[:, None]
    wide = np.sqrt((found.weights * (found.deviation**2 + (found.mean - centre) ** 2)).sum(axis=1))[:, None] + 1e-9
    mean, deviation = found.mean[:, None, :], np.maximum(found.deviation, 1e-9)[:, None, :]

    def edge(place: np.ndarray) -> np.ndarray:
        return centre + wide * (10 * place / STEPS - 5)

    def below(place: np.ndarray) -> np.ndarray:
        return np.einsum("cr,cpr->cp", found.weights, ndtr((edge(place)[:, :, None] - mean) / deviation))

    return np.clip(edge(_crossings(below, len(centre), levels)), found.least[:, None], found.most[:, None])


def _crossings(below: Callable, places: int, levels: np.ndarray) -> np.ndarray:
    """Where on 0 to STEPS `below` reaches each level, (place, level): between two whole steps, found by halving, by a straight line."""
    some = below(np.broadcast_to(np.arange(HALVED, STEPS, HALVED), (places, STEPS // HALVED - 1)))
    some = np.pad(some, ((0, 0), (1, 1)), constant_values=(0, 1))
    first = (some[:, 1:-1, None] < levels).sum(axis=1)
    left, right, low, high = HALVED * first, HALVED * (first + 1), *(np.take_along_axis(some, each, axis=1) for each in (first, first + 1))
    while (right - left > 1).any():
        middle = (left + right) // 2
        there = below(middle)
        under = there < levels
        left, low = np.where(under, middle, left), np.where(under, there, low)
        right, high = np.where(under, right, middle), np.where(under, high, there)
    return left + np.clip((levels - low) / np.maximum(high - low, 1e-12), 0, 1)


def chance_of(found: Spread, target: np.ndarray, children: np.ndarray, *, at_least: bool) -> np.ndarray:
    """Probability by county that the share of so many children reaches the target (or, not `at_least`, stays at or below it); nan
    without one. Children are whole: the share meets it from half a child before the first number that does."""
    from scipy.special import ndtr

    least = np.ceil(target * children - 1e-6) - 0.5 if at_least else np.floor(target * children + 1e-6) + 0.5
    edge = least / np.maximum(children, 1e-9)
    above = (found.weights * ndtr((found.mean - edge[:, None]) / np.maximum(found.deviation, 1e-9))).sum(axis=1)
    above = np.where(edge <= found.least, 1.0, np.where(edge >= found.most, 0.0, above))
    return above if at_least else 1 - above
