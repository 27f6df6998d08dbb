"""What each month's end would have shown: events and expected events since the cohort began, from what was dated by then.

Streams are the cohorts whose children are watched: this one, those before it whose windows were still open when it began,
and those that began since. This one alone is the cohort's own monitor; all together, in calendar time, are the other.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from cqi.cohorts import Cohort, day_number, shifted_day
from cqi.course.baseline import Baseline, by_county
from cqi.course.exposure import KINDS, Exposure, exposure, official_date, overlapping
from cqi.measures import Basis
from cqi.registry import Measure


@dataclass(frozen=True)
class Streams:
    """Days looked at, and for (day, cohort watched, county) events and expected events since this cohort began, the latter at
    the state's hazard; `now` are those on the as-of date. `own`: this cohort's place."""

    days: tuple[date, ...]
    own: int
    observed: np.ndarray
    expected: np.ndarray
    observed_now: np.ndarray
    expected_now: np.ndarray


def look_days(measure: Measure, period: Cohort) -> tuple[date, ...]:
    """The ends of months from the cohort's first to its official date, on which the monitors look."""
    last, days = official_date(measure, period), []
    day = shifted_day(period.start - timedelta(days=1), 1)
    while day <= last:
        days.append(day)
        day = shifted_day(day, 1)
    return tuple(days)


def watched(measure: Measure, period: Cohort) -> list[Cohort]:
    """The cohorts whose windows are open at some time between this one's first day and its official date, oldest first; this one
    alone where the same children are in several."""
    if overlapping(measure):
        return [period]
    last = official_date(measure, period)
    older = [period.back(number) for number in range(1, 25) if official_date(measure, period.back(number)) >= period.start]
    newer = [period.back(-number) for number in range(25) if period.back(-number).start <= last]
    return [*reversed(older), *newer]


def streams(measure: Measure, on: Basis, period: Cohort, base: Baseline, *, as_of: date) -> Streams:
    """Observed and expected of every cohort watched, at every month's end up to `as_of`, each as it was known then."""
    days = tuple(day for day in look_days(measure, period) if day <= as_of)
    found = {day: at(measure, on, period, base, day) for day in dict.fromkeys((*days, as_of))}
    observed, expected = (np.array([found[day][part] for day in (*days, as_of)]) for part in (0, 1))
    return Streams(days, watched(measure, period).index(period), observed[:-1], expected[:-1], observed[-1], expected[-1])


def at(measure: Measure, on: Basis, period: Cohort, base: Baseline, day: date) -> tuple[np.ndarray, np.ndarray]:
    """Observed and expected of every cohort watched since this one began, as known on a day: (cohort, county) each."""
    cohorts = watched(measure, period)
    observed, expected = np.zeros((2, len(cohorts), len(on.counties)))
    for place, each in enumerate(cohorts):
        if each.start <= day:
            found = exposure(measure, on, each, as_of=day)
            observed[place], expected[place] = since(found, base.cumulative, period.start, len(on.counties))
    return observed, expected


def since(found: Exposure, cumulative: np.ndarray, first: date, counties: int) -> tuple[np.ndarray, np.ndarray]:
    """Events, and events expected at the state's hazard, from the day `first` on, by county."""
    eve = day_number(first) - 1
    before = eve - found.start
    there = found.last > before
    expected = by_county(found.county[there], found.last[there], cumulative, counties) - by_county(found.county[there], before[there], cumulative, counties)
    new = found.start[found.row] + found.offset > eve
    return np.bincount(found.county[found.row[new]], minlength=counties), expected


def planned(measure: Measure, period: Cohort, base: Baseline) -> np.ndarray:
    """Expected events by (look, cohort watched) of a county with one child a cohort, over the whole course, as it looked on
    the eve: children start on any day of their period and leave at the state's hazards."""
    reached = incidence(base, once=KINDS[measure.kind].once)
    eve, ends = day_number(period.start) - 1, day_number(np.array(look_days(measure, period), dtype="datetime64[D]"))
    plan = np.zeros((len(ends), len(watched(measure, period))))
    for place, each in enumerate(watched(measure, period)):
        start = starts(measure, each)
        until = np.minimum(ends, day_number(each.end)) if not measure.window_months else ends
        plan[:, place] = (_by(reached, until[:, None] - start) - _by(reached, eve - start)).mean(axis=1)
    return np.maximum(plan, 0)


def starts(measure: Measure, period: Cohort) -> np.ndarray:
    """The day numbers on which the period's children may start."""
    first = day_number(period.start)
    return np.arange(first, day_number(period.end) + 1) if KINDS[measure.kind].staggered else np.array([first])


def _by(reached: np.ndarray, day: np.ndarray) -> np.ndarray:
    return np.where(day >= 0, reached[np.clip(day, 0, len(reached) - 1)], 0.0)


def incidence(base: Baseline, *, once: bool, pace: np.ndarray | float = 1.0) -> np.ndarray:
    """Events a child has by each day after its first, at a multiple of the state's hazard, others leaving at theirs; one row a
    pace where several are given."""
    hazard = np.multiply.outer(np.asarray(pace, float), base.hazard)
    hazard = np.minimum(hazard, 1 - base.ending) if once else hazard
    staying = 1 - base.ending - (hazard if once else 0.0)
    before = np.cumprod(np.concatenate([np.ones((*hazard.shape[:-1], 1)), staying[..., :-1] + np.zeros(hazard[..., :-1].shape)], axis=-1), axis=-1)
    return np.cumsum(before * hazard, axis=-1)
