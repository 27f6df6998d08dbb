"""Who was at risk of the measure's event, for which days, and when it came: one form for every kind of measure.

Time runs in days from each child's own first day (entry, exit, report, or the period's first day), so that children who
came late in a period are compared with others on the same day, never with a full year.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from cqi.cohorts import NEVER, Cohort, day_number, entered, months_after
from cqi.measures import Basis
from cqi.measures.counting import last_day
from cqi.measures.entries import headline_children, move_days
from cqi.measures.in_care import exit_places, leavers, long_in_care
from cqi.measures.maltreatment import days_in_period, kept_or_not, reports_in_stays, victims
from cqi.registry import Measure


@dataclass(frozen=True)
class Exposure:
    """Children of one cohort as known on a day. By child: county (code), start (day number), last (days after `start` to the
    last one observed), length (days after `start` to the last that can count), ended (the child left in another way on that
    last day), waiting (still in care and observed, the window not over). By event: row (the child's place), offset (days
    after `start`)."""

    county: np.ndarray
    start: np.ndarray
    last: np.ndarray
    length: np.ndarray
    ended: np.ndarray
    waiting: np.ndarray
    row: np.ndarray
    offset: np.ndarray


@dataclass(frozen=True)
class Kind:
    """How a kind of measure is followed. `once`: the event ends a child's risk; `staggered`: children start on any day of the
    period, else all on its first; `good`: the event is what the numerator counts, else its absence; `denominator`: `children` or
    `days`."""

    exposure: Callable[[Measure, Basis, Cohort, date], Exposure]
    once: bool = True
    staggered: bool = True
    good: bool = True
    denominator: str = "children"


KINDS: dict[str, Kind] = {}


def followed(kind: str, **traits) -> Callable:
    """Registers how a kind of measure is followed through its course."""
    def register(function: Callable) -> Callable:
        KINDS[kind] = Kind(function, **traits)
        return function
    return register


def can_follow(measure: Measure) -> bool:
    """Whether the measure is an event within a window, or a rate per days in care, and so has a course. One whose children are
    chosen by two windows, to leave and then to come back, has none."""
    return measure.kind in KINDS and not measure.who.get("entered_in_period")


def exposure(measure: Measure, on: Basis, period: Cohort, *, as_of: date) -> Exposure:
    """The cohort's children and events, as known at `as_of`; by the measure's own rules on who counts."""
    return KINDS[measure.kind].exposure(measure, on, period, as_of)


def window_days(measure: Measure, period: Cohort) -> int:
    """Days from a child's first day to the last that counts: 365 for 12 months; the period's own for a rate in a period."""
    return 365 * measure.window_months // 12 or (period.end - period.start).days


def overlapping(measure: Measure) -> bool:
    """Whether a child can be in several cohorts at once: all who are in care on a day, watched for longer than to the next such day."""
    return bool(measure.window_months) and not KINDS[measure.kind].staggered


def official_date(measure: Measure, period: Cohort) -> date:
    """The last day on which an event of the period's last child counts: until then the official figure can't be known."""
    if overlapping(measure):
        return last_day(measure, np.array([day_number(period.start)]), measure.window_months).astype("datetime64[D]")[0].item()
    return months_after([period.end], measure.window_months)[0].item()


def _once(measure: Measure, county, start, limit, event, ended, as_of: date) -> Exposure:
    """An exposure that ends with the event (a day number, NEVER for none), another end, the limit or the as-of date.

    An event on the anniversary counts, at day 365 also where the anniversary is day 366.
    """
    today, length = day_number(as_of), np.minimum(limit - start, 365 * measure.window_months // 12)
    end = np.minimum(np.minimum(event, ended), np.minimum(limit, today))
    happened = (event <= end) & (event < NEVER)
    last = np.minimum(end - start, length)
    row = np.flatnonzero(happened)
    waiting = ~happened & (ended > end) & (limit > today)
    return Exposure(county, start, last, length, (ended <= end) & ~happened, waiting, row, last[row])


@followed("exits of an entry cohort")
def _entry_cohort(measure: Measure, on: Basis, period: Cohort, as_of: date) -> Exposure:
    frame = headline_children(measure, on, period, as_of=as_of)
    start = frame["entry"].to_numpy()
    return _exits(measure, frame, start, last_day(measure, start, measure.window_months), as_of)


@followed("exits of children in care", staggered=False)
def _in_care(measure: Measure, on: Basis, period: Cohort, as_of: date) -> Exposure:
    frame = long_in_care(measure, on, period, as_of=as_of)
    return _exits(measure, frame, np.full(len(frame), day_number(period.start)), frame["limit"].to_numpy(), as_of)


def _exits(measure: Measure, frame: pd.DataFrame, start: np.ndarray, limit: np.ndarray, as_of: date) -> Exposure:
    """An exit comes on the day that the file learns of it, though days of a trial home visit (taken off in `left`) may have
    ended the stay for counting before: else the baseline would know of exits sooner than any look can."""
    wanted, day = frame["reason"].isin(exit_places(measure)).to_numpy(), frame["exit"].to_numpy()
    counted = wanted & (frame.get("left", frame["exit"]).to_numpy() <= limit)
    return _once(measure, frame["county"].to_numpy(), start, limit, np.where(counted, np.minimum(day, limit), NEVER),
                 np.where(wanted, NEVER, day), as_of)


@followed("returns of an exit cohort")
def _returns(measure: Measure, on: Basis, period: Cohort, as_of: date) -> Exposure:
    frame = leavers(measure, on, period, as_of=as_of)
    return _returning(measure, frame["county"], frame["exit"], frame["limit"], frame["back"], as_of)


@followed("further reports on victims")
def _further_reports(measure: Measure, on: Basis, period: Cohort, as_of: date) -> Exposure:
    return _after_report(measure, victims(measure, on, period, as_of=as_of), as_of)


@followed("children kept at home after a report", good=False)
def _kept_at_home(measure: Measure, on: Basis, period: Cohort, as_of: date) -> Exposure:
    return _after_report(measure, kept_or_not(measure, on, period, as_of=as_of), as_of)


def _after_report(measure: Measure, frame: pd.DataFrame, as_of: date) -> Exposure:
    """A further report comes on the day on which it is decided, because until then no look can know of it."""
    event = np.minimum(frame["told"], frame["limit"]).where(frame["again"] < NEVER, NEVER)
    return _returning(measure, frame["county"], frame["report"], frame["limit"], event, as_of)


def _returning(measure: Measure, county: pd.Series, start: pd.Series, limit: pd.Series, event: pd.Series, as_of: date) -> Exposure:
    """Nothing but the event, the limit and the as-of date ends the watch."""
    return _once(measure, county.to_numpy(), start.to_numpy(), limit.to_numpy(), event.to_numpy(), np.full(len(start), NEVER), as_of)


@followed("moves of an entry cohort", once=False, denominator="days")
def _moves(measure: Measure, on: Basis, period: Cohort, as_of: date) -> Exposure:
    frame = entered(on.stays, period, as_of=as_of, **measure.who)
    frame = frame.loc[np.diff(on.first_placement)[frame["episode"].to_numpy()] > 0]
    start, gone = frame["entry"].to_numpy(), frame["exit"].to_numpy()
    until = np.minimum(gone, min(day_number(period.end), day_number(as_of)))
    row, day = move_days(measure, on, frame["episode"].to_numpy(), gone, until)
    length = day_number(period.end) - start
    return Exposure(frame["county"].to_numpy(), start, until - start, length, gone <= until, gone > until, row, day - start[row])


@followed("reports during care", once=False, staggered=False, denominator="days")
def _reports_during_care(measure: Measure, on: Basis, period: Cohort, as_of: date) -> Exposure:
    """Days are counted from the first in care in the period; a report comes on the day on which it is decided."""
    frame = days_in_period(measure, on, period, as_of)
    stay, day = reports_in_stays(measure, on, period, frame, as_of=as_of)
    first, last = day_number(period.start), min(day_number(period.end), day_number(as_of))
    start = np.maximum(frame["entry"].to_numpy(), first - 1)
    days, length = frame["days"].to_numpy(), day_number(period.end) - start
    return Exposure(frame["county"].to_numpy(), start, days, length, frame["exit"].to_numpy() <= last,
                    frame["exit"].to_numpy() > last, stay, np.minimum(day - start[stay], days[stay]))
