"""Series by calendar month for control charts: exits by days in care, early exits of those who entered, entries."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

import numpy as np
import pandas as pd

from cqi.cohorts import NEVER, Cohort, cohort, day_number, entered, first_whole_entry, months_after, tally
from cqi.measures.basis import Basis
from cqi.measures.counting import last_day
from cqi.measures.entries import counted_exits, headline_children
from cqi.registry import Measure
from cqi.vocabulary import EXIT_REASONS, WHOLE, CqiError

MONTH_COLUMNS = ("measure", "county", "series", "month", "children", "numerator", "denominator", "value", "unit", "status")
SOON = 3
"""Months within which the series `three months` counts an exit."""


@dataclass(frozen=True)
class Series:
    """How a series is charted: `chart` xmr, p or u; the multiplier and unit of its values; what an axis says; `directed`: what is better
    for the measure is better here."""

    chart: str
    per: int
    unit: str
    axis: str
    directed: bool


SERIES = {
    "exits": Series("u", 1000, "exits per 1,000 days in care", "exits to a permanent home per 1,000 days in care", True),
    "three months": Series("p", 1, "children", "share that left to a permanent home within 3 months", True),
    "entries": Series("xmr", 1, "children a month", "children who entered care in the month", False),
}


def by_month(measure: Measure, on: Basis, *, as_of: date, months: int = 24) -> pd.DataFrame:
    """A measure of those who enter care by calendar month, as known at `as_of`: MONTH_COLUMNS, one row for each series, county
    (by name, the whole file last) and month (its first day, ascending); `children` are those behind the row.

    Months are the last whole ones up to `as_of`, as far as the file covers them. A value is missing where its denominator is 0.
    `exits`: the measure's exits in the month of children within the measure's window of entry (12 months, the anniversary as the
    measure counts it), per 1,000 days in care of those children. A stay's days count from the one on which it has lasted the
    measure's shortest stay to its last, both included; every stay that counts does, also a child's second. An exit is dated on the day
    of discharge: days of a trial home visit are not taken off, or months already shown would change. The first month is one window
    after the file's first.
    `three months`: of the children who entered in the month, those who left so within 3 months, as `maturity` counts them.
    `entries`: their number; `denominator` is missing. Both end with the last month whose last child has been observed for so long
    (3 months; the shortest stay).

    CqiError for a measure that does not count exits of an entry cohort.
    """
    if measure.kind != "exits of an entry cohort":
        raise CqiError(f"{measure.name}: there is no series by month of {measure.kind}; take a measure of exits of an entry cohort.")
    periods = _periods(on, as_of, months)
    parts = [_exits(measure, on, periods, as_of), _three_months(measure, on, periods, as_of), _entries(measure, on, periods, as_of)]
    table = pd.concat([_rows(name, on, part) for name, part in zip(SERIES, parts)], ignore_index=True)
    return table.assign(measure=measure.name, status="shown")[list(MONTH_COLUMNS)]


class _Counts(NamedTuple):
    """The months of a series and its counts: one row a month, one column a county (the whole file last)."""

    months: list[Cohort]
    children: np.ndarray
    numerator: np.ndarray
    denominator: np.ndarray


def _rows(name: str, on: Basis, found: _Counts) -> pd.DataFrame:
    """The counts as rows, county by county, with their values."""
    series, counties = SERIES[name], [*on.counties, WHOLE]
    month = pd.to_datetime([period.start for period in found.months]).to_numpy(dtype="datetime64[s]")
    table = pd.DataFrame({
        "county": np.repeat(np.array(counties, dtype=object), len(month)), "series": name, "month": np.tile(month, len(counties)),
        **{part: getattr(found, part).T.ravel() for part in ("children", "numerator", "denominator")}, "unit": series.unit,
    })
    among = table["denominator"].where(table["denominator"] > 0)
    return table.assign(value=series.per * (table["numerator"] / among if series.chart != "xmr" else table["numerator"].astype("float64")))


def _periods(on: Basis, as_of: date, months: int) -> list[Cohort]:
    """The last so many whole months up to `as_of` that the file covers."""
    if on.stays.frame.empty:
        return []
    end = np.datetime64(as_of + timedelta(days=1), "M")
    periods = [cohort(str(end - number)) for number in range(months, 0, -1)]
    return [period for period in periods if period.start >= _first_month(on)]


def _first_month(on: Basis) -> date:
    stays = on.stays.frame
    missing = np.datetime64("NaT").astype("int64")
    dates = {f"{name}_date": np.where(stays[name] < NEVER, stays[name], missing).astype("datetime64[D]") for name in ("entry", "exit")}
    return first_whole_entry(pd.DataFrame({**dates, "entry_known": stays["entry_known"]})).replace(day=1)


def _exits(measure: Measure, on: Basis, periods: list[Cohort], as_of: date) -> _Counts:
    """Exits, and children and days at risk, in the months that begin a whole window after the file does."""
    periods = [period for period in periods if period.back(measure.window_months).start >= _first_month(on)]
    county, first, last, left = _at_risk(measure, on, periods, as_of)
    edges = [day_number(period.start) for period in periods] + [day_number(period.end) + 1 for period in periods[-1:]]

    def before(weights) -> np.ndarray:
        """Sums of the weights that each edge gives, by edge and county."""
        return np.array([tally(county, on.counties, weights(edge)) for edge in edges]).reshape(len(edges), len(on.counties) + 1)

    days, exits = before(lambda edge: np.clip(edge - first, 0, last + 1 - first)), before(lambda edge: left & (last < edge))
    begun, ended = before(lambda edge: first < edge), before(lambda edge: last < edge)
    return _Counts(periods, begun[1:] - ended[:-1], np.diff(exits, axis=0), np.diff(days, axis=0))


def _at_risk(measure: Measure, on: Basis, periods: list[Cohort], as_of: date) -> tuple[np.ndarray, ...]:
    """By stay: county, first and last day on which an exit would count, and whether the last day is such an exit."""
    start = periods[0].back(measure.window_months).start if periods else as_of
    who = {**measure.who, "first_entry_only": False}
    span = Cohort("month", start, 12 * (as_of.year - start.year) + as_of.month - start.month + 1)
    frame = entered(on.stays, span, as_of=as_of, window_months=measure.window_months, **who)
    entry, gone = frame["entry"].to_numpy(), frame["exit"].to_numpy()
    until = last_day(measure, entry, measure.window_months)
    wanted = frame["reason"].isin([EXIT_REASONS.index(word) for word in measure.what["exits"]]).to_numpy()
    last = np.minimum(np.minimum(gone, until), day_number(as_of))
    return frame["county"].to_numpy(), entry + measure.who.get("shortest_stay_days", 0), last, wanted & (gone <= until)


def _three_months(measure: Measure, on: Basis, periods: list[Cohort], as_of: date) -> _Counts:
    periods = [period for period in periods if months_after([period.end], SOON)[0] <= np.datetime64(as_of)]
    frames = [headline_children(measure, on, period, as_of=as_of) for period in periods]
    among = _tallies(on, [frame["county"].to_numpy() for frame in frames])
    found = _tallies(on, [frame["county"].to_numpy()[counted_exits(measure, frame, SOON)] for frame in frames])
    return _Counts(periods, among, found, among)


def _entries(measure: Measure, on: Basis, periods: list[Cohort], as_of: date) -> _Counts:
    shortest = timedelta(days=measure.who.get("shortest_stay_days", 0))
    periods = [period for period in periods if period.end + shortest <= as_of]
    among = _tallies(on, [headline_children(measure, on, period, as_of=as_of)["county"].to_numpy() for period in periods])
    return _Counts(periods, among, among, np.full(among.shape, np.nan))


def _tallies(on: Basis, counties: list[np.ndarray]) -> np.ndarray:
    """Children by month and county, the whole file last."""
    return np.array([tally(codes, on.counties) for codes in counties]).reshape(len(counties), len(on.counties) + 1)
