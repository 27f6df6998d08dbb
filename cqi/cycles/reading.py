"""What happened after a cycle began, read from the rows that a page shows: the prediction's figure, the monitors, the counter-measure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
import pandas as pd

from cqi.cohorts import cohort
from cqi.control import COMMON, CONCERN, IMPROVEMENT
from cqi.cycles.checking import months_after_start, reach
from cqi.cycles.cycle import Check, Cycle, Kept, cycle_of
from cqi.estimates import rate_interval, wilson
from cqi.measures.by_month import SERIES
from cqi.measures.charted import charted
from cqi.registry import measure, measure_names
from cqi.vocabulary import WHOLE

OWN = "cohort"
"""The monitor of the period's own children."""
SIGNS = {IMPROVEMENT: "better", CONCERN: "worse"}


@dataclass(frozen=True)
class Shown:
    """What a page shows of one county: rows of its tables, the cohort's label and the as-of date."""

    course: pd.DataFrame
    looks: pd.DataFrame
    same_age: pd.DataFrame
    months_charted: pd.DataFrame
    cohort: str
    as_of: date


@dataclass(frozen=True)
class Figure:
    """A figure with its counts, 95% interval and unit, as known on a day. `months`: how many months it is an average of, 0 for none.
    `value` is missing where it is `hidden`, or where there is none yet."""

    day: date
    numerator: float = np.nan
    denominator: float = np.nan
    value: float = np.nan
    lower: float = np.nan
    upper: float = np.nan
    unit: str = ""
    months: int = 0
    hidden: bool = False


@dataclass(frozen=True)
class Happened:
    """What happened. `come`: the prediction's day is over, and the figure is of it or later. `reached`: the figure is as good as
    predicted, or better; `sure`: its interval leaves the prediction out; both None where nothing can be compared. `before`: the same
    months' average before the start. `usual`: events expected at the usual pace by the figure's day, with the monitors' signal, its day
    and whether it stood before the start."""

    come: bool
    now: Figure
    reached: bool | None = None
    sure: bool | None = None
    before: Figure | None = None
    expected: float = np.nan
    signal: str = ""
    first_signal: date | None = None
    monitored: bool = False


@dataclass(frozen=True)
class Reading:
    """A cycle read back on a page under its `label`: whether what it predicted is hidden here, whether it has begun, what happened (None:
    it has not begun, or its measure is not known), its counter-measure now, that one's row of the course (None: it has none), the checks
    that are due, and whether it is time to decide."""

    cycle: Cycle
    label: str
    hidden: bool
    begun: bool
    happened: Happened | None
    counter: Figure | None
    counter_course: pd.Series | None
    due: tuple[Check, ...]
    decide: bool


def readings(kept: Iterable[Kept], shown: Shown) -> list[Reading]:
    """The cycles that are kept, in order of start (then number), each read back under the label that this page gives it: `cycle 1`."""
    ordered = sorted(map(cycle_of, kept), key=lambda each: (each.start or date.max, each.number))
    return [reading(each, f"cycle {place}", shown) for place, each in enumerate(ordered, 1)]


def begun(found: Iterable[Reading]) -> list[tuple[date, str]]:
    """On which day each cycle that has begun did, with its label, to be marked on charts."""
    return [(each.cycle.start, each.label) for each in found if each.begun]


def reading(cycle: Cycle, label: str, shown: Shown) -> Reading:
    """The cycle read back from the rows that the page shows. Never raises for what the cycle's fields hold."""
    started = cycle.start is not None and cycle.start <= shown.as_of
    happened = _happened(cycle, shown) if cycle.measure in measure_names() and cycle.start is not None else None
    due = cycle.due(shown.as_of) if cycle.is_open and not cycle.words_withheld else ()
    counter = _now(cycle.counter_measure, shown) if cycle.counter_measure in measure_names() else None
    return Reading(cycle, label, happened is not None and happened.now.hidden, started, happened if started else None, counter,
                   course_row(shown.course, cycle.counter_measure), due, cycle.is_open and started and (_over(cycle, shown) or bool(due)))


def course_row(course: pd.DataFrame, name: str) -> pd.Series | None:
    """The row of the course of a measure; None where it has none, or it is not shown."""
    rows = course.loc[course["measure"].eq(name) & course["status"].eq("shown")]
    return None if rows.empty else rows.iloc[0]


def _happened(cycle: Cycle, shown: Shown) -> Happened:
    if cycle.series in SERIES:
        found, of_the_day = _by_month(cycle, shown), True
    else:
        found = _of_cohort(cycle, shown)
        of_the_day = bool(cycle.cohort) and found.come and _of_the_day(cycle, found.now.day)
    return _compared(found, cycle) if of_the_day and cycle.county not in ("", WHOLE) else found


def _of_the_day(cycle: Cycle, day: date) -> bool:
    """Whether a figure known on this day is that of the prediction's: of the last month's end up to it, or final by then."""
    final = reach(measure(cycle.measure), cohort(cycle.cohort))[1]
    return _month_end(cycle.by) <= day <= cycle.by or final <= cycle.by <= day


def _compared(found: Happened, cycle: Cycle) -> Happened:
    """The figure set beside the prediction, once its day has come."""
    if not found.come or np.isnan(found.now.value) or cycle.prediction is None:
        return found
    more = direction(cycle)
    gap = round(found.now.value, 9) - cycle.prediction
    sure = not found.now.lower <= cycle.prediction <= found.now.upper
    return replace(found, reached=gap * more >= 0 if more else not sure, sure=sure)


def direction(cycle: Cycle) -> int:
    """1 where more than predicted is better, -1 where less is, 0 where neither is."""
    side = 1 if measure(cycle.measure).direction == "up" else -1
    return side * SERIES[cycle.series].directed if cycle.series in SERIES else side


def _of_cohort(cycle: Cycle, shown: Shown) -> Happened:
    now, row = _now(cycle.measure, shown), course_row(shown.course, cycle.measure)
    come = _over(cycle, shown)
    look = _look(cycle, shown) if come else None
    expected = row["expected"] if row is not None and now.day == shown.as_of else np.nan
    if look is not None and row is not None and not np.isnan(row["entered"]):
        now, expected = _share(look["day"].date(), look["observed"], row["entered"], now.unit), look["expected"]
    return Happened(come, now, expected=expected, **_monitors(row))


def _monitors(row: pd.Series | None) -> dict:
    if row is None:
        return {}
    first = None if pd.isna(row["first_signal"]) else row["first_signal"].date()
    return {"signal": row["signal"], "first_signal": first, "monitored": True}


def _look(cycle: Cycle, shown: Shown) -> pd.Series | None:
    """The look of the period's own monitor at the last month's end up to the prediction's day; None where it is not shown."""
    looks, end = shown.looks, pd.Timestamp(_month_end(cycle.by))
    rows = looks.loc[looks["measure"].eq(cycle.measure) & looks["monitor"].eq(OWN) & looks["day"].eq(end) & looks["observed"].notna()]
    return None if rows.empty else rows.iloc[0]


def _month_end(day: date) -> date:
    """The last month's end up to a day."""
    return (day + timedelta(days=1)).replace(day=1) - timedelta(days=1)


def _now(name: str, shown: Shown) -> Figure:
    """The measure of the page's cohort as the page has it."""
    rows = shown.same_age.loc[shown.same_age["measure"].eq(name) & shown.same_age["cohort"].eq(shown.cohort)]
    if rows.empty:
        return Figure(shown.as_of, unit=measure(name).unit)
    row = rows.iloc[-1]
    counts = {each: row[each] for each in ("numerator", "denominator", "value", "lower", "upper")}
    return Figure(row["as_of"].date(), **counts, unit=row["unit"], hidden=pd.isna(row["value"]) and row["status"] == "suppressed")


def _share(day: date, counted: float, among: float, unit: str) -> Figure:
    counted = min(counted, among)
    lower, upper = wilson(counted, among)
    return Figure(day, counted, among, counted / among if among else np.nan, float(lower), float(upper), unit)


def _by_month(cycle: Cycle, shown: Shown) -> Happened:
    rows = shown.months_charted.loc[shown.months_charted["series"].eq(cycle.series)].sort_values("month", ignore_index=True)
    if rows.empty or rows["status"].eq("suppressed").any():
        return Happened(_over(cycle, shown), Figure(shown.as_of, hidden=len(rows) > 0))
    month = rows["month"].dt.strftime("%Y-%m")
    wanted = months_after_start(cycle.start, cycle.by or shown.as_of)
    after, before = rows.loc[month.isin(wanted)], rows.loc[month < f"{cycle.start:%Y-%m}"]
    come = _over(cycle, shown) and bool(wanted) and wanted[-1] in set(month)
    earlier = _average(before, cycle.series, shown.as_of) if len(before) else None
    return Happened(come, _average(after, cycle.series, shown.as_of), before=earlier, signal=signs_after(rows, cycle), monitored=True)


def _over(cycle: Cycle, shown: Shown) -> bool:
    return cycle.by is not None and cycle.by <= shown.as_of


def signs_after(rows: pd.DataFrame, cycle: Cycle) -> str:
    """`better`, `worse`, `either` or nothing: what the control chart marks in months from the start on; `either` where both are seen, or
    neither side is better."""
    points = charted(rows, measure(cycle.measure)).points
    after = points["month"].dt.strftime("%Y-%m") >= f"{cycle.start:%Y-%m}"
    kinds = set(points.loc[after, "kind"]) - {COMMON}
    return SIGNS.get(kinds.pop(), "either") if len(kinds) == 1 else "either" if kinds else ""


def _average(rows: pd.DataFrame, series: str, as_of: date) -> Figure:
    """The average of these months: all counts over all that they are among; of the entries, children a month."""
    kind, counted = SERIES[series], rows["numerator"].sum()
    among = float(len(rows)) if kind.chart == "xmr" else rows["denominator"].sum()
    if not among:
        return Figure(as_of, unit=kind.unit)
    lower, upper = wilson(counted, among) if kind.chart == "p" else rate_interval(counted, among, per=kind.per)
    return Figure(as_of, counted, among, kind.per * counted / among, float(lower), float(upper), kind.unit, months=len(rows))
