"""Counts into rows of the measure table: value, interval and status beside every count."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from cqi.cohorts import Cohort
from cqi.estimates import rate_interval, wilson
from cqi.registry import Measure
from cqi.vocabulary import MEASURE_COLUMNS, WHOLE

LEVEL = 0.95


def measure_rows(
    measure: Measure, counties: tuple[str, ...], period: Cohort, *, as_of: date, numerator, denominator, children=None,
    status="shown", group: str = "", part: str = "", at=np.nan,
) -> pd.DataFrame:
    """Rows of the measure table, one per county and one for the whole file.

    `numerator`, `denominator` and `children` as from `tally`; children defaults to the denominator. A proportion gets a
    Wilson interval, a rate an exact Poisson interval. Where the denominator is 0 the value is missing.
    """
    rows = pd.DataFrame({"county": [*counties, WHOLE], "numerator": numerator, "denominator": denominator})
    rows = rows.assign(
        measure=measure.name, cohort=period.label, group=group, part=part, at=at, as_of=pd.Timestamp(as_of),
        children=rows["denominator"] if children is None else children, level=LEVEL, unit=measure.unit, status=status,
    )
    return with_interval(rows, per=measure.per)


def with_interval(rows: pd.DataFrame, *, per: int = 1) -> pd.DataFrame:
    """The rows in the measure table's columns with `value`, `lower`, `upper` and `method` worked out from their counts."""
    numerator, denominator = rows["numerator"].to_numpy(dtype=float), rows["denominator"].to_numpy(dtype=float)
    with np.errstate(divide="ignore", invalid="ignore"):
        value = np.where(denominator > 0, per * numerator / denominator, np.nan)
    if per == 1:
        lower, upper = wilson(numerator, denominator, level=LEVEL)
    else:
        lower, upper = rate_interval(numerator, denominator, per=per, level=LEVEL)
    method = "proportion, Wilson interval" if per == 1 else f"rate per {per:,}, exact Poisson interval"
    return rows.assign(value=value, lower=lower, upper=upper, method=method)[list(MEASURE_COLUMNS)]
