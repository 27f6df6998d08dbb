"""Measures of children in care on a day and of children who leave. CFSR Round 4 data dictionary, August 2022, pages 5, 6."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from cqi.cohorts import NEVER, Cohort, birthday, day_number, known, months_after, settled
from cqi.measures.basis import Basis
from cqi.measures.counting import Counted, counter, last_day, rows_found, window_status
from cqi.registry import Measure
from cqi.vocabulary import EXIT_REASONS


def exit_places(measure: Measure) -> list[int]:
    """Places in EXIT_REASONS of the exits that a measure counts."""
    return [EXIT_REASONS.index(word) for word in measure.what["exits"]]


def in_care(measure: Measure, on: Basis, day: date, *, as_of: date) -> pd.DataFrame:
    """The children in care on a day who had been in care for as long as the measure says, one stay each.

    In care on the day: entered by then and not gone before it; gone on the day itself was in care that day. A child whom
    the file has in two stays that overlap counts once, with the longer. Months in care end on the anniversary: entered
    on 1 April, in care for 12 months on the next 1 April. Where the first day is not in the file, only a stay without an
    upper limit counts.
    """
    frame, today = on.stays.frame, day_number(day)
    there = (frame["entry"] <= today) & (frame["exit"] >= today) & ~frame["left_out"] & (day <= as_of)
    frame = known(frame.loc[there], as_of).drop_duplicates("child", keep="first")
    entry = frame["entry"].to_numpy().astype("datetime64[D]")
    held = months_after(entry, measure.who.get("months_in_care", 0)) <= np.datetime64(day)
    if below := measure.who.get("months_in_care_below"):
        held &= (months_after(entry, below) > np.datetime64(day)) & frame["entry_known"].to_numpy()
    return frame.loc[held & (birthday(frame, measure.who.get("age_below", 18)) > today)]


@counter("exits of children in care")
def _exits_of_children_in_care(measure: Measure, on: Basis, period: Cohort, as_of: date) -> Counted:
    frame = long_in_care(measure, on, period, as_of=as_of)
    until = frame["limit"].to_numpy()
    gone = frame["reason"].isin(exit_places(measure)) & (frame["exit"] <= until)
    found = rows_found(frame["county"].to_numpy(), gone.to_numpy(), episode=frame["episode"].to_numpy(),
                       birth=frame["birth"].to_numpy(), day=day_number(period.start))
    return Counted(found, window_status(np.datetime64(_until(measure, period), "D"), as_of))


def long_in_care(measure: Measure, on: Basis, period: Cohort, *, as_of: date) -> pd.DataFrame:
    """The children in care on the period's first day for as long as the measure says, one stay each, with `limit`, the last
    day on which an exit counts."""
    rules = {"reason_required": measure.who.get("reason_required", False),
             "same_period_reentry": measure.who.get("same_period_reentry", "counted")}
    until = _until(measure, period)
    return settled(in_care(measure, on, period.start, as_of=as_of), until, as_of=as_of, **rules).assign(limit=until)


def _until(measure: Measure, period: Cohort) -> int:
    return int(last_day(measure, day_number(period.start), measure.window_months))


@counter("returns of an exit cohort")
def _returns_of_exit_cohort(measure: Measure, on: Basis, period: Cohort, as_of: date) -> Counted:
    frame = leavers(measure, on, period, as_of=as_of)
    returned = frame["back"].to_numpy() <= np.minimum(frame["limit"].to_numpy(), day_number(as_of))
    found = rows_found(frame["county"].to_numpy(), returned, episode=frame["episode"].to_numpy(),
                       birth=frame["birth"].to_numpy(), day=frame["exit"].to_numpy())
    windows = 2 if measure.who.get("entered_in_period") else 1  # to leave, then to come back
    return Counted(found, window_status(months_after([period.end], windows * measure.window_months)[0], as_of))


def leavers(measure: Measure, on: Basis, period: Cohort, *, as_of: date) -> pd.DataFrame:
    """The children who left in the period as the measure says, one stay each, with `limit`, the last day on which a return
    counts, and `back`, the day of their next entry below the upper age (NEVER for none, whatever the as-of date)."""
    frame = known(on.stays.frame.loc[_left_in(measure, on, period)], as_of)
    frame = frame.loc[frame["reason"].isin(exit_places(measure))]
    rules = {"reason_required": False, "same_period_reentry": measure.who.get("same_period_reentry", "counted")}
    frame = settled(frame, frame["exit"], as_of=as_of, **rules)
    if measure.who.get("first_exit_only"):
        frame = frame.drop_duplicates("child", keep="first")
    limit, back = last_day(measure, frame["exit"].to_numpy(), measure.window_months), frame["next_entry"].to_numpy()
    return frame.assign(limit=limit, back=np.where(back < birthday(frame, measure.who.get("age_below", 18)), back, NEVER))


def _left_in(measure: Measure, on: Basis, period: Cohort) -> np.ndarray:
    """Stays that ended in the period and were not followed by one that began before; or, for the cohort of those who had
    entered in the period, stays that ended within the window of their own entry."""
    frame, first, last = on.stays.frame, day_number(period.start), day_number(period.end)
    clean = ~frame["left_out"] & (frame["next_entry"] >= frame["exit"])
    clean &= frame["exit"] - frame["entry"] >= measure.who.get("shortest_stay_days", 0)
    if not measure.who.get("entered_in_period"):
        return (clean & frame["exit"].between(first, last)).to_numpy()
    limit = last_day(measure, frame["entry"].to_numpy(), measure.window_months)
    return (clean & frame["entry"].between(first, last) & frame["entry_known"] & (frame["exit"] <= limit)).to_numpy()
