"""For the agency's own staff: what happened to children at the time of a round of answers, and how far people came with their goals."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pandas as pd

from cqi.cohorts import Cohort, cohort
from cqi.disclosure import policy
from cqi.goals.attainment import ATTAINED, attainment
from cqi.measures import Basis, count
from cqi.quality import with_limits
from cqi.registry import measure
from cqi.sources import Extract
from cqi.tables.counting import HEADLINE
from cqi.vocabulary import MEASURE_COLUMNS, WHOLE

YEARS = 4
"""How far back rounds of answers are set beside what happened to children."""


def outcomes(extract: Extract, on: Basis, *, as_of: date, first_entry: date) -> pd.DataFrame:
    """Measure-table rows of the headline for all counties together, by quarter, half-year and year of entry, where the last child has been
    watched to the end: the newest YEARS."""
    found = [count(measure(HEADLINE), on, period, as_of=as_of) for period in _periods(as_of, first_entry)]
    rows = pd.concat(found) if found else pd.DataFrame(columns=list(MEASURE_COLUMNS))
    own = rows.loc[rows["county"].eq(WHOLE) & rows["status"].ne("so far")].reset_index(drop=True)
    return with_limits(own, extract.checks) if len(own) else own


def _periods(as_of: date, first_entry: date) -> Iterator[Cohort]:
    """Quarters, half-years and years of entry that began a year or more before the as-of date, the newest first."""
    for label, in_a_year in ((f"{as_of.year}Q4", 4), (f"{as_of.year}H2", 2), (f"{as_of.year}", 1)):
        periods = (cohort(label).back(number) for number in range(in_a_year, (YEARS + 1) * in_a_year))
        yield from (period for period in periods if period.start >= first_entry)


def attained(extract: Extract) -> pd.DataFrame:
    """The rows of `cqi.goals.attainment` of the file's goals of single people, none without the file. Small groups are hidden here too, as
    in a release: colleagues know each other, and those who help them."""
    goals = extract.goals_attained
    return attainment(goals, threshold=policy("release")["threshold"]) if len(goals) else pd.DataFrame(columns=list(ATTAINED))
