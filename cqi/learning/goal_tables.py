"""The tables that the lesson on goals reads a goal by, counted for one county: its course so far, and how earlier children fared."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache

import pandas as pd

from cqi.cohorts import Cohort, earlier_cohorts, open_cohorts
from cqi.course import follow
from cqi.goals.goal import Goal
from cqi.goals.grounds import Grounds, grounds
from cqi.goals.realistic import FEWEST
from cqi.learning.classroom import Room
from cqi.learning.drawn import Place, place
from cqi.measures import count
from cqi.registry import measure
from cqi.vocabulary import WHOLE

HOME, BACK = "permanency_in_12_months", "return_in_12_months"
EARLIER = 6
FEWEST_CHILDREN = 30


@dataclass(frozen=True, eq=False)
class Looked:
    """A place with what a goal is read by there, counted when first asked for."""

    of: Place

    @cached_property
    def tables(self) -> dict[str, pd.DataFrame]:
        """The four tables by name, the place's rows only; small numbers of real children are left out."""
        return _counted(self.of)

    @cached_property
    def grounds(self) -> Grounds:
        """What the place's children tell of a goal."""
        return grounds(goal_for(self.of), self.tables.__getitem__, counties=self.of.on.counties, as_of=self.of.as_of, released=False)


@lru_cache(maxsize=8)
def looked_at(room: Room) -> Looked:
    """The county to set a goal for: the room's if enough can be told of it, else all counties together, else a drawn one."""
    seen: dict[str, Looked] = {}

    def fits(of: Place) -> bool:
        seen[of.county] = Looked(of)
        return _enough(seen[of.county])

    of = place(room, fits)
    return seen.get(of.county) or Looked(of)


def _enough(seen: Looked) -> bool:
    found = seen.grounds
    return (young(seen.of).end <= seen.of.as_of and found.followed and found.course["expected_final"] >= FEWEST_CHILDREN
            and len(found.past["rest"].dropna()) >= FEWEST)


def young(of: Place) -> Cohort:
    """The oldest half-year whose last child has not been observed for 12 months."""
    return open_cohorts(of.as_of)[0]


def goal_for(of: Place, **fields: object) -> Goal:
    """A goal for the children of the place who are on their way."""
    return Goal(**{"words": "", "measure": HOME, "county": "" if of.county == WHOLE else of.county, "cohort": young(of).label, "target": 0.4} | fields)


def _counted(of: Place) -> dict[str, pd.DataFrame]:
    home, back, now = measure(HOME), measure(BACK), young(of)
    periods = (*earlier_cohorts(now, of.begins, most=EARLIER), now)
    age = (of.as_of.year - now.end.year) * 12 + of.as_of.month - now.end.month
    found = {each.name: follow(each, of.on, now, as_of=of.as_of, first_entry=of.begins, whole=True, paths=each is home) for each in (home, back)}
    rows = {"measures": [*(count(home, of.on, period, as_of=of.as_of) for period in periods), count(back, of.on, now, as_of=of.as_of)],
            "same_age": [count(home, of.on, period, as_of=_at_age(period, age)) for period in periods],
            "course": [each.course for each in found.values()], "paces": [found[HOME].paces]}
    tables = {name: pd.concat(parts, ignore_index=True) for name, parts in rows.items()}
    return _without_small(of, {name: table.loc[table["county"] == of.county] for name, table in tables.items()})


def _at_age(period: Cohort, months: int) -> date:
    """The month's end so many months after the period's end."""
    return (pd.Timestamp(period.end) + pd.offsets.MonthEnd(months)).date()


def _without_small(of: Place, tables: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """The tables without rows that would tell of few real children, or of few who left between two days."""
    def small(rows: pd.DataFrame, counted: str, among: str) -> list[bool]:
        return [of.hides(part, whole, whole - part) for part, whole in zip(rows[counted], rows[among])]

    measures, early, course = (tables[name] for name in ("measures", "same_age", "course"))
    measures, early, course = (rows.loc[[not each for each in small(rows, *names)]] for rows, names in (
        (measures, ("numerator", "denominator")), (early, ("numerator", "denominator")), (course, ("observed", "entered"))))
    later = early["cohort"].map(measures.loc[measures["measure"] == HOME].set_index("cohort")["numerator"])
    early = early.loc[[not of.hides(each) for each in (later - early["numerator"]).fillna(0)]]
    paces = tables["paces"].loc[tables["paces"]["measure"].isin(course["measure"])]
    return {"measures": measures, "same_age": early, "course": course, "paces": paces}
