"""The course by month's end: the share so far, and the range of what is ahead up to the official date."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from cqi.cohorts import Cohort, day_number
from cqi.course.exposure import KINDS
from cqi.course.looks import incidence, look_days, starts
from cqi.course.pooling import Situation
from cqi.course.projection import ahead, quantiles, spread, weights
from cqi.registry import Measure

SHARES = tuple(f"share_{name}" for name in ("025", "10", "50", "90", "975"))
PROJECTION_COLUMNS = ("measure", "county", "cohort", "as_of", "day", "kind", *SHARES, "usual")


def projection_rows(measure: Measure, period: Cohort, found: Situation, *, as_of: date) -> pd.DataFrame:
    """One row for each place and month's end up to the official date, and for the as-of date: the share of all the cohort's
    children, those yet to start included, who had (or are likely to have had) the event; `kind` is `observed` or `projected`,
    `usual` the share at the usual pace. Empty where there is too little history or the measure is a rate."""
    if not found.base.enough or KINDS[measure.kind].denominator != "children":
        return pd.DataFrame(columns=list(PROJECTION_COLUMNS))
    days = sorted({*look_days(measure, period), as_of}) if as_of <= look_days(measure, period)[-1] else list(look_days(measure, period))
    whole, weight = np.maximum(found.now.started + found.now.coming, 1e-9), weights(found.seen, found.base)
    known = dict(zip(found.seen.days, found.seen.observed[:, found.seen.own])) | {as_of: found.seen.observed_now[found.seen.own]}
    shares = [_observed(known[day] / whole) if day <= as_of
              else quantiles(spread(found.now, found.base, ahead(found.now, found.base, as_of=as_of, until=day), weight)) for day in days]
    table = np.stack([*np.moveaxis(np.array(shares), 2, 0), usual_shares(measure, period, found, days)])
    table = table if KINDS[measure.kind].good else np.concatenate([1 - table[4::-1], 1 - table[5:]])
    rows = pd.DataFrame(table.transpose(2, 1, 0).reshape(-1, 6), columns=[*SHARES, "usual"])
    return rows.assign(measure=measure.name, cohort=period.label, as_of=pd.Timestamp(as_of), county=np.repeat(list(found.names), len(days)),
                       day=np.tile(pd.to_datetime(days).as_unit("s"), len(found.names)),
                       kind=np.tile(["observed" if day <= as_of else "projected" for day in days], len(found.names)))[list(PROJECTION_COLUMNS)]


def _observed(share: np.ndarray) -> np.ndarray:
    return np.repeat(share[:, None], len(SHARES), axis=1)


def usual_shares(measure: Measure, period: Cohort, found: Situation, days: list[date]) -> np.ndarray:
    """The share by each day at the usual pace, if children start evenly over the period: (day, place)."""
    reached = incidence(found.base, once=True, pace=found.base.pace)
    start = starts(measure, period)
    offset = day_number(np.array(days, dtype="datetime64[D]"))[:, None] - start
    weight = np.zeros((len(days), reached.shape[1]))
    for row, each in zip(weight, offset):
        np.add.at(row, np.minimum(each[each >= 0], reached.shape[1] - 1), 1 / len(start))
    return weight @ reached.T
