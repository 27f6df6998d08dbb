"""Two common ways to project a cohort's final share, to compare with: scaling up the share so far, and the chain ladder.

Both know numbers by cohort and month only, as known at each month's end, not who is still in care.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from cqi.cohorts import Cohort
from cqi.course.exposure import exposure
from cqi.course.looks import look_days
from cqi.estimates import chain_ladder
from cqi.measures import Basis
from cqi.registry import Measure

OWN_EVENTS = 30
"""Events that a county's past cohorts have in the end on average, from which on its own growth is used, not that of all counties."""


@dataclass(frozen=True)
class Growth:
    """A cohort's children who `started` and events `observed` by each month's end of its course, as known then: (look, county).
    Looks that have not come are missing."""

    days: tuple[date, ...]
    started: np.ndarray
    observed: np.ndarray

    def known(self, day: date) -> Growth:
        """The same as known on an earlier day."""
        there = np.array([each <= day for each in self.days])[:, None]
        return Growth(self.days, np.where(there, self.started, np.nan), np.where(there, self.observed, np.nan))


def growth(measure: Measure, on: Basis, period: Cohort, *, as_of: date) -> Growth:
    """The cohort's numbers at every month's end of its course."""
    days, counties = look_days(measure, period), len(on.counties)
    table = np.full((2, len(days), counties), np.nan)
    for look, day in enumerate(day for day in days if day <= as_of):
        found = exposure(measure, on, period, as_of=day)
        table[0, look], table[1, look] = (np.bincount(codes, minlength=counties) for codes in (found.county, found.county[found.row]))
    return Growth(days, *table)


def scaled_shares(past: list[Growth], own: Growth, look: int) -> np.ndarray:
    """The share so far times how much it grew from the same month to the end in whole cohorts, all counties together; at most 1.

    Missing where nobody has started, or nothing had happened by that month before.
    """
    whole = _whole(past, own.days[look])
    events, children = (sum((getattr(each, name)[[look, -1]].sum(axis=1) for each in whole), np.zeros(2)) for name in ("observed", "started"))
    so_far, final = events / np.maximum(children, 1)
    grown = final / so_far if so_far > 0 else np.nan
    return np.minimum(own.observed[look] / np.where(own.started[look] > 0, own.started[look], np.nan) * grown, 1)


def chain_ladder_shares(past: list[Growth], own: Growth, look: int) -> tuple[np.ndarray, np.ndarray]:
    """Final share and its standard error by county: events by chain ladder over children by chain ladder, at most 1; missing where
    it says nothing.

    The county's own past cohorts where they had OWN_EVENTS, else those of all counties, each a row. Mack's error is that of the
    events; where it has none, a point forecast remains and the error is 0.
    """
    day = own.days[look]
    before, now = [each.known(day) for each in past], own.known(day)
    table = _shares(*(np.concatenate([getattr(each, name).T for each in (*before, now)]) for name in ("observed", "started")))
    found = np.array([each[-own.started.shape[1]:] for each in table])
    large = sum(each.observed[-1] for each in _whole(past, day)) >= OWN_EVENTS * max(len(_whole(past, day)), 1)
    for county in np.flatnonzero(large):
        alone = _shares(*(np.array([getattr(each, name)[:, county] for each in (*before, now)]) for name in ("observed", "started")))
        if np.isfinite([each[-1] for each in alone]).all():
            found[:, county] = [each[-1] for each in alone]
    return np.minimum(found[0], 1), np.where(np.isnan(found[1]), 0, found[1])


def _whole(past: list[Growth], day: date) -> list[Growth]:
    """The cohorts whose course is over by the day."""
    return [each for each in past if each.days[-1] <= day]


def _shares(observed: np.ndarray, started: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    # a few turn out not to count: a ladder's counts must not fall
    events, children = (chain_ladder(np.maximum.accumulate(table, axis=1)) for table in (observed, started))
    children = children.ultimate
    children = np.where(children > 0, children, np.nan)
    return events.ultimate / children, events.standard_error / children
