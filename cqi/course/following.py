"""One cohort followed in every county, in pools of counties, and in all together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pandas as pd

from cqi.cohorts import Cohort, earlier_cohorts
from cqi.course.baseline import baseline
from cqi.course.exposure import exposure
from cqi.course.fan import projection_rows
from cqi.course.looks import planned, streams
from cqi.course.paces import paces_rows
from cqi.course.pooling import Situation, pooled
from cqi.course.projection import today
from cqi.course.regions import pools
from cqi.course.table import course_rows
from cqi.measures import Basis
from cqi.registry import Measure
from cqi.vocabulary import WHOLE

ENOUGH = 60
"""Events that a pool of counties should expect over the whole course: then a change by half is noticed."""
ALL_COHORTS = 400


@dataclass(frozen=True)
class Followed:
    """A cohort so far: the `course` table (a row per county, then the whole file if asked for), `regions` (the same for pools of
    counties, and `members`), `looks` of the monitors and the `projection` by month's end of the places of `course`; `pairs` of past
    cohort and county told how much counts vary. `paces`: the projection at other paces from today on."""

    course: pd.DataFrame
    regions: pd.DataFrame
    looks: pd.DataFrame
    projection: pd.DataFrame
    paces: pd.DataFrame
    pairs: int


def follow(
    measure: Measure, on: Basis, period: Cohort, *, as_of: date, first_entry: date, past: list[Cohort] | None = None,
    targets: Mapping[str, float] | None = None, regions: pd.DataFrame | None = None, whole: bool = False, paths: bool = False,
) -> Followed:
    """The cohort's course, as known at `as_of`; `past` are the cohorts that tell what is usual, all before this one by default.

    `targets`: goals by place. `regions` (county, region; may be empty): pools of counties are wanted; a small county that is in
    none is put with others. `whole`: all counties together are wanted. `paths`: so is the projection by month's end, at this
    pace and at others.
    """
    past = earlier_cohorts(period, first_entry, most=ALL_COHORTS) if past is None else past
    counties, goals = _situation(measure, on, period, past, as_of), dict(targets or {})
    places = [counties, *([pooled(counties, (WHOLE,), np.ones((1, len(on.counties))))] if whole else [])]
    found = [_rows(measure, period, each, goals, as_of) for each in places]
    course, pool = pd.concat([each[0] for each in found], ignore_index=True), pd.DataFrame()
    if regions is not None:
        region = _regions(measure, period, counties, regions)
        pool = pd.concat([_pool(measure, period, counties, region, name, goals, as_of) for name in sorted(region.unique())], ignore_index=True)
        course["region"] = course["county"].map(region).fillna("")
    fans = [[rows(measure, period, each, as_of=as_of) for each in places] if paths else [pd.DataFrame()] for rows in (projection_rows, paces_rows)]
    return Followed(course, pool, pd.concat([each[1] for each in found], ignore_index=True),
                    *(pd.concat(each, ignore_index=True) for each in fans), counties.base.pairs)


def _situation(measure: Measure, on: Basis, period: Cohort, past: list[Cohort], as_of: date) -> Situation:
    base = baseline(measure, on, period, past)
    if as_of < period.start:  # the eve is still to come, so nothing is known of what is usual then
        base = replace(base, enough=False, phi=np.nan, tau2=np.nan)
    seen = streams(measure, on, period, base, as_of=as_of)
    return Situation(on.counties, base, seen, today(measure, exposure(measure, on, period, as_of=as_of), period, base, as_of=as_of))


def _rows(measure: Measure, period: Cohort, found: Situation, goals: dict[str, float], as_of: date) -> tuple[pd.DataFrame, pd.DataFrame]:
    target = np.array([goals.get(name, np.nan) for name in found.names], dtype=float)
    return course_rows(measure, period, found, target, as_of=as_of)


def _regions(measure: Measure, period: Cohort, counties: Situation, declared: pd.DataFrame) -> pd.Series:
    """Each county's region."""
    size = planned(measure, period, counties.base)[-1].sum() * counties.base.children * counties.base.pace
    return pd.Series(pools(counties.names, size, declared, ENOUGH), index=list(counties.names))


def _pool(measure: Measure, period: Cohort, counties: Situation, region: pd.Series, name: str, goals: dict[str, float],
          as_of: date) -> pd.DataFrame:
    """The row of one region; each has a spread of its own, so they are worked out one by one."""
    together = pooled(counties, (name,), region.eq(name).to_numpy(dtype=float)[None])
    return _rows(measure, period, together, goals, as_of)[0].assign(members=", ".join(sorted(region.index[region == name])))
