"""What is usual: daily hazards of the cohorts before, and how each county compares with them.

Everything here is known on the eve of the cohort: later history would tell what the cohort itself is to be judged by.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import numpy as np

from cqi.cohorts import Cohort
from cqi.course.exposure import Exposure, exposure, official_date, overlapping, window_days
from cqi.estimates import dispersion, empirical_bayes_gamma
from cqi.measures import Basis
from cqi.registry import Measure

FEWEST_EVENTS = 30
"""With fewer events in the cohorts before, nothing is said of what is usual."""
RECENT = 4
"""Cohorts before this one whose size tells how many children to expect."""
ROUNDS = 3
MOST_CROWDING = 10.0


@dataclass(frozen=True)
class Baseline:
    """By day 0 to `length` after a child's first day: `hazard` of the event and `ending` of leaving another way, all counties
    together. By county: `pace`, its multiple of that hazard; `variance`, of the pace relative to its square; `children` who
    start in a usual period; `crowding`, the variance of that number over its mean. `phi` and `tau2`: a count's variance about its
    expectation E is phi * E + tau2 * E^2. `cohorts`: past ones; `pairs`: of county and cohort that told phi and tau2; `enough`:
    whether there is history to compare with."""

    hazard: np.ndarray
    ending: np.ndarray
    pace: np.ndarray
    variance: np.ndarray
    children: np.ndarray
    crowding: float
    phi: float
    tau2: float
    cohorts: int
    pairs: int
    enough: bool

    @property
    def cumulative(self) -> np.ndarray:
        """The hazard added up from day 0."""
        return np.cumsum(self.hazard)


def baseline(measure: Measure, on: Basis, period: Cohort, past: list[Cohort]) -> Baseline:
    """What the past cohorts showed by the day before this one began."""
    eve, counties = period.start - timedelta(days=1), len(on.counties)
    past, known = _with_children([(each, exposure(measure, on, each, as_of=eve)) for each in _apart(measure, period, past)])
    length = window_days(measure, period)
    hazard, ending = _hazards(known, length)
    cumulative = np.cumsum(hazard)
    observed = np.array([events(each, counties) for each in known]).reshape(len(past), counties)
    expected = np.array([expected_events(each, cumulative, counties) for each in known]).reshape(len(past), counties)
    sizes = np.array([np.bincount(each.county, minlength=counties) for each in known]).reshape(len(past), counties)
    sizes = sizes * np.array([period.months / each.months for each in past])[:, None]
    children = sizes[-RECENT:].mean(axis=0) if past else np.zeros(counties)
    enough = observed.sum() >= FEWEST_EVENTS
    pace, variance, phi, tau2 = _usual(observed, expected) if enough else (np.ones(len(on.counties)), np.ones(len(on.counties)), np.nan, np.nan)
    return Baseline(hazard, ending, pace, variance, children, _crowding(sizes), phi, tau2, len(past), int((expected >= 0.5).sum()), enough)


def _apart(measure: Measure, period: Cohort, past: list[Cohort]) -> list[Cohort]:
    """The past cohorts; where the same children are in several at once, those that follow one another, so that no day counts twice."""
    if not overlapping(measure):
        return past
    kept = [period]
    for each in sorted(past, key=lambda each: each.start, reverse=True):
        kept += [each] if official_date(measure, each) < kept[-1].start else []
    return kept[1:]


def _with_children(found: list[tuple[Cohort, Exposure]]) -> tuple[list[Cohort], list[Exposure]]:
    """Cohorts, oldest first, in which anyone was; a mistyped year must not make a file look a century long."""
    kept = [(each, known) for each, known in sorted(found, key=lambda pair: pair[0].start) if len(known.start)]
    return [each for each, _ in kept], [known for _, known in kept]


def _crowding(sizes: np.ndarray) -> float:
    """Variance over mean of the number of children who start in a period, past cohorts by county: at least 1, as by chance alone."""
    if len(sizes) < 3 or not sizes.sum():
        return 1.0
    return float(np.clip(sizes.var(axis=0, ddof=1).sum() / sizes.mean(axis=0).sum(), 1.0, MOST_CROWDING))


def events(found: Exposure, counties: int) -> np.ndarray:
    """Events by county."""
    return np.bincount(found.county[found.row], minlength=counties)


def expected_events(found: Exposure, cumulative: np.ndarray, counties: int) -> np.ndarray:
    """Events by county that the hazards of all counties would have given these children in their own days."""
    return by_county(found.county, found.last, cumulative, counties)


def by_county(county: np.ndarray, day: np.ndarray, cumulative: np.ndarray, counties: int) -> np.ndarray:
    """The cumulative hazard of each child's day (0 before its first) added up by county: children are counted first, so that
    their order changes no digit."""
    length, there = len(cumulative), day >= 0
    number = np.bincount(county[there] * length + np.minimum(day[there], length - 1), minlength=counties * length)
    return number.reshape(counties, length) @ cumulative


def _hazards(past: list[Exposure], length: int) -> tuple[np.ndarray, np.ndarray]:
    """Chance of the event, and of leaving another way, on each day for a child still there that day."""
    def joined(name: str) -> np.ndarray:
        return np.concatenate([np.asarray(getattr(each, name)) for each in past] or [np.zeros(0, dtype="int64")])

    last, ended = joined("last"), joined("ended").astype(bool)
    there = np.bincount(np.clip(last, 0, length), minlength=length + 1)[::-1].cumsum()[::-1]
    happened = np.bincount(np.clip(joined("offset"), 0, length), minlength=length + 1)
    left = np.bincount(np.clip(last[ended], 0, length), minlength=length + 1)
    return happened / np.maximum(there, 1), left / np.maximum(there, 1)


def _usual(observed: np.ndarray, expected: np.ndarray) -> tuple[np.ndarray, np.ndarray, float, float]:
    """Pace, its variance, phi and tau2.

    phi and tau2 come from how each past cohort missed what the county's other cohorts had led to expect, so that a county's
    own pace is not judged by itself. A few rounds are enough for them and the paces to agree.
    """
    phi, tau2 = 1.0, 0.0
    for _ in range(ROUNDS):
        mean, variance = _without_each(observed, expected, phi, tau2)
        phi, tau2, _ = dispersion(observed.ravel(), mean.ravel(), multiplier_variance=variance.ravel())
    pace, variance, _ = empirical_bayes_gamma(observed.sum(axis=0), expected.sum(axis=0), phi=_spread(expected, phi, tau2))
    return pace, variance / np.maximum(pace, 1e-9) ** 2, phi, tau2


def _spread(expected: np.ndarray, phi: float, tau2: float) -> np.ndarray:
    """Variance over mean of a county's events in all its cohorts, which differ by tau2."""
    return phi + tau2 * (expected**2).sum(axis=0) / np.maximum(expected.sum(axis=0), 1e-9)


def _without_each(observed: np.ndarray, expected: np.ndarray, phi: float, tau2: float) -> tuple[np.ndarray, np.ndarray]:
    """For each past cohort and county, the events expected at the pace of the county's other cohorts, and the relative
    variance of that pace."""
    mean, relative = np.zeros(observed.shape), np.zeros(observed.shape)
    for number in range(len(observed)):
        others = np.arange(len(observed)) != number
        if expected[others].sum() > 0:
            spread = _spread(expected[others], phi, tau2)
            pace, variance, _ = empirical_bayes_gamma(observed[others].sum(axis=0), expected[others].sum(axis=0), phi=spread)
            mean[number], relative[number] = expected[number] * pace, variance / np.maximum(pace, 1e-9) ** 2
    return mean, relative
