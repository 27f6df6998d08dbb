"""A reader of released projections who knows all that a county's projection is made of, but for how many children of which day are still
in care: between what numbers can it say that they lie? By linear programmes, independent of the code that hides."""

from datetime import date, timedelta

import numpy as np
from scipy.optimize import linprog

from cqi.cohorts import cohort, earlier_cohorts
from cqi.course.following import _situation
from cqi.course.pooling import Situation
from cqi.course.projection import QUANTILES, RATIOS, ahead, at_paces, weights
from cqi.tables.reading import as_of_and_counties, read

HALF = 0.005 + 1e-4
"""How far a share may lie from the whole percent that is given, and a little for chance about it."""


def situation(measure, word: str, data: str = "data_samples", source: str = "episodes") -> tuple[Situation, date]:
    """What is known of the counties of a file and a cohort, and the as-of date."""
    on = read(data, source)[1]
    day, _, first = as_of_and_counties(data, source, "")
    return _situation(measure, on, cohort(word), earlier_cohorts(cohort(word), first, most=400), day.day), day.day


class Reader:
    """It knows one county's hazards, pace, likely ratios, and the children who entered and left: `given` names the paces and days whose
    five shares it is given, in whole percents."""

    def __init__(self, found: Situation, county: str, as_of: date):
        self.found, self.place, self.as_of = found, found.names.index(county), as_of
        self.left = found.now.waiting[self.place].sum()
        likely = np.cumsum(weights(found.seen, found.base)[self.place])
        self.ratios = np.exp(np.interp(QUANTILES, likely, np.log(RATIOS)))

    def width(self, given: list[tuple[float, int]]) -> float:
        """How far apart the least and the most children still in care lie; `given` holds paces and days from today."""
        rows = np.concatenate([self._chances(pace, days) for pace, days in given])
        share = np.round(rows @ self.found.now.waiting[self.place], 2)
        rows = rows[:, self.found.now.waiting.any(axis=0)]  # the days that children of the period can be in care by now
        sides, limits = np.concatenate([rows, -rows]), np.concatenate([share + HALF, HALF - share])
        ends = [linprog(np.full(rows.shape[1], sign), A_ub=sides, b_ub=limits, bounds=(0, None)).fun for sign in (1.0, -1.0)]
        return -ends[1] - ends[0]

    def _chances(self, pace: float, days: int) -> np.ndarray:
        """By quantile: what a child of each day adds to the share of the period's children within so many days."""
        now, size = self.found.now, self.found.now.waiting.shape[1]
        one = type(now)(np.zeros(size), np.ones(size), np.eye(size), np.zeros(size), np.arange(0))
        mean = ahead(one, self.found.base, as_of=self.as_of, until=self.as_of + timedelta(days=days)).mean
        whole = now.started[self.place] + now.coming[self.place]
        paces = np.full(size, self.found.base.pace[self.place])[:, None] * self.ratios * pace
        return at_paces(mean, paces).T / whole
