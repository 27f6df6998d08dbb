"""Counts of tasks done in time: investigations and visits. They say nothing of how a child is."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from cqi.cohorts import NEVER, Cohort, birthday, day_number, known
from cqi.measures.basis import Basis
from cqi.measures.counting import Counted, counter, rows_found, window_status
from cqi.registry import Measure


@counter("reports closed in time")
def _reports_closed_in_time(measure: Measure, on: Basis, period: Cohort, as_of: date) -> Counted:
    days = measure.what["window_days"]
    frame = on.reports[on.reports["report"].between(day_number(period.start), day_number(period.end))]
    answered = (on.reports["closed"] < NEVER).any()  # a file without any disposition says nothing of time
    frame = frame[(frame["report"] + days <= day_number(as_of)) & answered]
    in_time = (frame["closed"] - frame["report"]).between(0, days)
    found = rows_found(frame["county"].to_numpy(), in_time.to_numpy(), report=frame["row"].to_numpy(),
                       birth=frame["birth"].to_numpy(), day=frame["report"].to_numpy())
    return Counted(found, window_status(np.datetime64(period.end) + np.timedelta64(days, "D"), as_of))


@counter("months with a visit")
def _months_with_a_visit(measure: Measure, on: Basis, period: Cohort, as_of: date) -> Counted:
    """Whole calendar months that each child was in care in the period, and those with at least one visit; from the month of
    the file's first visit on, as it says nothing of visits before."""
    frame = on.stays.frame
    frame = known(frame.loc[(frame["entry"] <= day_number(period.end)) & (frame["exit"] >= day_number(period.start))], as_of)
    frame = frame.loc[frame["entry_known"] & ~frame["left_out"] & (birthday(frame, measure.who.get("age_below", 18)) > frame["entry"])]
    first, last = _whole_months(frame, period, as_of)
    first = np.maximum(first, _month(on.visits["day"].min())) if len(on.visits) else first
    there = last >= first
    frame, first, last = frame.loc[there], first[there], last[there]
    visited = _visited(on, frame["episode"].to_numpy(), first, last)
    if on.visits.empty:  # a file without visits says nothing of them
        frame, visited, first, last = frame.iloc[:0], visited[:0], first[:0], last[:0]
    found = rows_found(frame["county"].to_numpy(), visited, last - first + 1, episode=frame["episode"].to_numpy(),
                       birth=frame["birth"].to_numpy(), day=frame["entry"].to_numpy())
    return Counted(found, window_status(np.datetime64(period.end), as_of))


def _month(days) -> np.ndarray:
    return np.asarray(days).astype("datetime64[D]").astype("datetime64[M]").astype("int64")


def _whole_months(frame: pd.DataFrame, period: Cohort, as_of: date) -> tuple[np.ndarray, np.ndarray]:
    """First and last calendar month (since January 1970) that lies whole in both the stay and the period."""
    since = np.maximum(frame["entry"].to_numpy(), day_number(period.start))
    until = np.minimum(frame["exit"].to_numpy() - 1, min(day_number(period.end), day_number(as_of)))
    first = _month(since) + (_month(since - 1) == _month(since))
    return first, _month(until + 1) - 1


def _visited(on: Basis, episode: np.ndarray, first: np.ndarray, last: np.ndarray) -> np.ndarray:
    """Months between first and last in which each stay had at least one visit."""
    place = np.full(len(on.stays.frame), -1)
    place[episode] = np.arange(len(episode))
    visits = pd.DataFrame({"place": place[on.visits["row"].to_numpy()], "month": _month(on.visits["day"].to_numpy())})
    visits = visits.loc[visits["place"] >= 0].drop_duplicates()
    inside = visits["month"].between(first[visits["place"]], last[visits["place"]])
    return np.bincount(visits.loc[inside, "place"], minlength=len(episode))
