"""The projection at other paces than the one now: what if children left faster, slower, or at the usual pace from today on?"""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from cqi.cohorts import Cohort
from cqi.course.baseline import Baseline
from cqi.course.exposure import KINDS
from cqi.course.fan import SHARES
from cqi.course.looks import look_days
from cqi.course.pooling import Situation
from cqi.course.projection import RATIOS, Ahead, ahead, quantiles, spread, weights
from cqi.registry import Measure

GRID = tuple(round(0.5 + 0.05 * step, 2) for step in range(21))
"""Multiples of the pace now for which the projection is worked out."""
PACE, USUAL = "pace", "usual"
PACES_COLUMNS = ("measure", "county", "cohort", "as_of", "scenario", "pace", "day", *SHARES)


def paces_rows(measure: Measure, period: Cohort, found: Situation, *, as_of: date) -> pd.DataFrame:
    """For each place, each pace of GRID (`scenario` is `pace`), and the county's usual pace (`usual`, pace 1): the share of all the
    cohort's children who are likely to have had the event by the as-of date and by each month's end up to the official date, if
    from today on they have it at that multiple of the pace now. At 1 it is the projection. Empty where there is none, or nothing is
    ahead."""
    days = [as_of, *(day for day in look_days(measure, period) if day > as_of)]
    if not found.base.enough or KINDS[measure.kind].denominator != "children" or days == [as_of]:
        return pd.DataFrame(columns=list(PACES_COLUMNS))
    weight = weights(found.seen, found.base)
    table = np.array([_so_far(found), *(_by_scenario(found, ahead(found.now, found.base, as_of=as_of, until=day),
        weight) for day in days[1:])])
    table = table if KINDS[measure.kind].good else 1 - table[..., ::-1]
    table = table.transpose(2, 1, 0, 3).reshape(-1, len(SHARES))
    places, scenarios = len(found.names), len(GRID) + 1
    rows = pd.DataFrame(table, columns=list(SHARES)).assign(
        measure=measure.name, cohort=period.label, as_of=pd.Timestamp(as_of), county=np.repeat(list(found.names), scenarios * len(days)),
        scenario=np.tile(np.repeat([*[PACE] * len(GRID), USUAL], len(days)), places), pace=np.tile(np.repeat([*GRID, 1.0], len(days)),
            places),
        day=np.tile(pd.to_datetime(days).as_unit("s"), scenarios * places))
    return rows[list(PACES_COLUMNS)]


def _so_far(found: Situation) -> np.ndarray:
    """The share by the as-of date, which is the same at every pace: (scenario, place, level)."""
    share = found.seen.observed_now[found.seen.own] / np.maximum(found.now.started + found.now.coming, 1e-9)
    return np.broadcast_to(share[:, None], (len(GRID) + 1, len(share), len(SHARES)))


def _by_scenario(found: Situation, coming: Ahead, weight: np.ndarray) -> np.ndarray:
    """Quantiles of the share by a later day: (scenario, place, level)."""
    faster = [quantiles(spread(found.now, found.base, coming, weight, faster=pace)) for pace in GRID]
    return np.array([*faster, quantiles(spread(found.now, found.base, coming, usual_weights(found.base)))])


def usual_weights(base: Baseline) -> np.ndarray:
    """How likely each of RATIOS is where a cohort goes on at its county's usual pace: that is known only so well, and cohorts differ."""
    log = np.log(RATIOS)
    variance = np.maximum(base.variance + base.tau2, (log[1] - log[0]) ** 2)[:, None]
    weight = np.exp(-0.5 * log**2 / variance)
    return weight / weight.sum(axis=1, keepdims=True)
