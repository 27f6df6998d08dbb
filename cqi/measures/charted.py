"""One county's series by month as a control chart: limits, the months that stand out, and why none may be marked."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from cqi.control import Limits, Runs, Signals, anhoej, assurance, dispersed, mdc7, variation, xmr
from cqi.measures.by_month import SERIES, Series
from cqi.registry import Measure

POINT_COLUMNS = ("month", "numerator", "denominator", "value", "centre", "lower", "upper", "rule", "direction", "kind")
FEWEST_A_MONTH = 3
"""Below so many a month on average, chance alone marks more charts than the rules' usual 1 in 5 (tests/test_control_rules.py)."""


@dataclass(frozen=True)
class Charted:
    """A control chart of one series. `points`: POINT_COLUMNS, one row a month in order; `variation` and `assurance` are the icons;
    `improvement` is 1 where higher is better, -1 where lower is, 0 where neither.

    `limits.refused` is why no month may be marked: `trial`, `no spread`, `few` (fewer than 3 a month on average), or empty.
    """

    series: Series
    points: pd.DataFrame
    limits: Limits
    signals: Signals
    runs: Runs
    variation: tuple[str, int]
    assurance: str
    improvement: int


def charted(rows: pd.DataFrame, measure: Measure, *, target: float | None = None, baseline: int | None = None) -> Charted:
    """The control chart of one county's rows of one series, as from `by_month`; `target` in the unit of its values.

    Counts have p and u charts, with Laney's correction where they are dispersed; children who entered an XmR chart. Limits rest on all
    months, or on the first `baseline`. A lower limit below 0 is given as 0: no count is below it.
    """
    rows = rows.sort_values("month", ignore_index=True)
    series = SERIES[rows["series"].iloc[0]]
    limits = _limits(series, rows, baseline)
    improvement = (1 if measure.direction == "up" else -1) * series.directed
    if rows["numerator"].mean() < FEWEST_A_MONTH:
        limits = replace(limits, refused="few")
    signals = mdc7(limits, improvement=improvement)
    points = pd.DataFrame(dict(zip(POINT_COLUMNS, (
        rows["month"], rows["numerator"], rows["denominator"], limits.values, limits.centre, np.maximum(limits.lower, 0), limits.upper,
        signals.rule, signals.direction, signals.kind), strict=True)))
    return Charted(series, points, limits, signals, anhoej(limits.values, limits.centre), variation(limits, signals),
                   assurance(limits, target, improvement=improvement), improvement)


def _limits(series: Series, rows: pd.DataFrame, baseline: int | None) -> Limits:
    if series.chart == "xmr":
        return xmr(rows["numerator"], baseline=baseline)
    return dispersed(series.chart, rows["numerator"], rows["denominator"], per=series.per, baseline=baseline)
