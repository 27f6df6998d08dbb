"""The course of every measure that can be followed, and where the file is too poor to tell."""

from __future__ import annotations

from datetime import date

import pandas as pd

from cqi.cohorts import Cohort
from cqi.course import can_follow, follow
from cqi.measures import Basis
from cqi.quality import GAPS
from cqi.registry import measure, reviewed_names
from cqi.sources import Extract
from cqi.tables.reading import begins
from cqi.vocabulary import WHOLE


def courses(
    extract: Extract, on: Basis, period: Cohort, as_of: date, first_entry: date, *, found: pd.DataFrame, measures: pd.DataFrame, headline: str,
) -> dict[str, pd.DataFrame]:
    """`course` of the reviewed measures stacked, the headline's first, and of the headline `regions`, `looks`, `projection` and `paces`.

    `found` (findings about the file) and `measures` (with their status) say where a comparison could mislead.
    """
    names = [headline, *(name for name in reviewed_names() if name != headline)]
    told = {name: max(first_entry, begins(measure(name), extract, first_entry)) for name in names if can_follow(measure(name))}
    followed = [follow(measure(name), on, period, as_of=as_of, first_entry=first, targets=targets(extract, name, on.counties), whole=True,
                       regions=extract.regions if name == headline else None, paths=name == headline)
                for name, first in told.items() if first <= period.start or name == headline]
    stacked = pd.concat([each.course for each in followed], ignore_index=True).fillna({"region": ""})
    course = _over_limit(_with_gaps(stacked, found), measures)
    own = followed[0]
    return {"course": course, "regions": _regional(own.regions, course), "looks": own.looks, "projection": own.projection, "paces": own.paces}


def targets(extract: Extract, name: str, counties: tuple[str, ...]) -> dict[str, float]:
    """The goal of a measure by county, a county's own before that of all counties, and of all counties together."""
    own = extract.targets.loc[extract.targets["measure"] == name].set_index("county")["target"]
    everywhere = dict.fromkeys((*counties, WHOLE), own[WHOLE]) if WHOLE in own else {}
    return everywhere | own.to_dict()


def _with_gaps(course: pd.DataFrame, found: pd.DataFrame) -> pd.DataFrame:
    """The course table with the status `data quality` for counties where months of the file look incomplete."""
    gaps = found.loc[found["finding"].isin(GAPS), "county"]
    return course.assign(status=course["status"].mask(course["county"].isin(gaps) & course["status"].eq("shown"), "data quality"))


def _over_limit(course: pd.DataFrame, measures: pd.DataFrame) -> pd.DataFrame:
    """The course table with the status `data quality` where a county's figure may not be given for that reason."""
    own = measures.loc[measures["status"].eq("data quality") & measures["cohort"].isin(course["cohort"]), ["measure", "county"]]
    over = pairs(course).isin(pairs(own)) & course["status"].eq("shown")
    return course.assign(status=course["status"].mask(over, "data quality"))


def pairs(table: pd.DataFrame) -> pd.MultiIndex:
    """Measure and county of each row."""
    return pd.MultiIndex.from_frame(table[["measure", "county"]])


def _regional(regions: pd.DataFrame, course: pd.DataFrame) -> pd.DataFrame:
    """The pools with the status `data quality` where a county in them has it."""
    bad = course.loc[course["status"].eq("data quality"), ["measure", "region"]].rename(columns={"region": "county"})
    return regions.assign(status=regions["status"].mask(pairs(regions).isin(pairs(bad)), "data quality"))
