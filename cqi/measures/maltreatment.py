"""Measures of maltreatment reports, in care and at home. CFSR Round 4 data dictionary, August 2022, pages 1 to 4.

A report counts for a child where its disposition is one that the measure names; what was decided later than the as-of
date is not yet known.
"""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from cqi.cohorts import NEVER, Cohort, birthday, day_number, known, months_after
from cqi.measures.basis import Basis
from cqi.measures.counting import Counted, counter, rows_found, window_status
from cqi.registry import Measure
from cqi.vocabulary import DISPOSITIONS


def victimizations(measure: Measure, on: Basis, *, as_of: date) -> pd.DataFrame:
    """The reports that made a child a victim, as known at `as_of`, by child and day; a date of decision that is missing
    counts as known."""
    today, frame = day_number(as_of), on.reports
    wanted = frame["disposition"].isin([DISPOSITIONS.index(word) for word in measure.what["dispositions"]])
    decided = (frame["closed"] <= today) | (frame["closed"] == NEVER)
    return frame.loc[wanted & decided & (frame["report"] <= today)]


def set_apart(frame: pd.DataFrame, days: int) -> pd.DataFrame:
    """The reports without those within so many days after one of the same child that counts; `frame` by child and day."""
    kept = []
    while len(frame):
        first = frame.drop_duplicates("child", keep="first")
        kept.append(first)
        since = frame["report"].to_numpy() - first.set_index("child")["report"].loc[frame["child"]].to_numpy()
        frame = frame.loc[since > days]
    return pd.concat(kept).sort_index() if kept else frame


@counter("reports during care")
def _reports_during_care(measure: Measure, on: Basis, period: Cohort, as_of: date) -> Counted:
    frame = days_in_period(measure, on, period, as_of)
    stay, _ = reports_in_stays(measure, on, period, frame, as_of=as_of)
    found = rows_found(frame["county"].to_numpy(), np.bincount(stay, minlength=len(frame)), frame["days"].to_numpy(),
                       episode=frame["episode"].to_numpy(), birth=frame["birth"].to_numpy(),
                       day=np.maximum(frame["entry"].to_numpy(), day_number(period.start)))
    return Counted(found, window_status(months_after([period.end], measure.what.get("settled_months", 0))[0], as_of))


def reports_in_stays(measure: Measure, on: Basis, period: Cohort, frame: pd.DataFrame, *, as_of: date) -> tuple[np.ndarray, np.ndarray]:
    """Every report of the period that counts for a stay of `frame` (as from `days_in_period`): the stay's place, and the day on which
    it was decided."""
    reports = set_apart(victimizations(measure, on, as_of=as_of), measure.what.get("apart_days", 0))
    reports = reports.loc[reports["report"].between(day_number(period.start), day_number(period.end)) & (reports["care"] >= 0)]
    pairs = reports[["row", "care", "report", "incident"]].assign(told=decided(reports)).merge(frame.assign(stay=np.arange(len(frame))), left_on="care", right_on="child")
    during = (pairs["report"] - pairs["entry"] >= measure.what.get("first_days", 0)) & (pairs["report"] < pairs["exit"])
    incident = (pairs["incident"] == NEVER) | pairs["incident"].between(pairs["entry"], pairs["exit"])
    once = pairs.loc[during & incident].drop_duplicates("row")  # also where a child is in two stays at once
    return once["stay"].to_numpy(), once["told"].to_numpy()


def days_in_period(measure: Measure, on: Basis, period: Cohort, as_of: date) -> pd.DataFrame:
    """Stays in care in the period whose length is known, with their days in it: the day of leaving counts and the day of
    entry does not, so that a stay's days over all periods add to its length."""
    first, last = day_number(period.start), min(day_number(period.end), day_number(as_of))
    frame = on.stays.frame if len(on.reports) else on.stays.frame.iloc[:0]  # a file without reports says nothing of them
    counts = frame["entry_known"] & ~frame["left_out"] & (frame["entry"] <= last) & (frame["exit"] >= first)
    frame = known(frame.loc[counts], as_of)
    short = (frame["exit"] < NEVER) & (frame["exit"] - frame["entry"] < measure.who.get("shortest_stay_days", 0))
    young = birthday(frame, measure.who.get("age_below", 18)) > np.maximum(frame["entry"], first)
    frame = frame.loc[(frame["exit"] >= first) & ~short & young & (last >= first)]
    return frame.assign(days=np.minimum(frame["exit"], last) - np.maximum(frame["entry"], first - 1))


@counter("further reports on victims")
def _further_reports(measure: Measure, on: Basis, period: Cohort, as_of: date) -> Counted:
    first = victims(measure, on, period, as_of=as_of)
    return Counted(_at_report(first, first["again"].lt(NEVER)), window_status(months_after([period.end], measure.window_months)[0], as_of))


@counter("children kept at home after a report")
def _kept_at_home(measure: Measure, on: Basis, period: Cohort, as_of: date) -> Counted:
    first = kept_or_not(measure, on, period, as_of=as_of)
    return Counted(_at_report(first, first["again"].eq(NEVER)), window_status(months_after([period.end], measure.window_months)[0], as_of))


def kept_or_not(measure: Measure, on: Basis, period: Cohort, *, as_of: date) -> pd.DataFrame:
    """The rows of `victims` who were at home on the day of the report; `again` is the day of another report or of an entry
    into care within the window, whichever came first, and `told` the day on which the first of them was known."""
    first = victims(measure, on, period, as_of=as_of)
    stays = known(on.stays.frame, as_of)[["child", "entry", "exit"]]
    told = first.assign(place=np.arange(len(first)))[["care", "report", "limit", "place"]]
    pairs = told.loc[told["care"] >= 0].merge(stays, left_on="care", right_on="child")
    already = pairs.loc[(pairs["entry"] < pairs["report"]) & (pairs["exit"] >= pairs["report"]), "place"]
    removed = pairs.loc[pairs["entry"].between(pairs["report"], pairs["limit"])].groupby("place")["entry"].min()
    place = pd.Series(np.arange(len(first)), index=first.index)
    day = place.map(removed).fillna(NEVER).astype("int64")
    return first.assign(again=np.minimum(first["again"], day), told=np.minimum(first["told"], day)).loc[~place.isin(already)]


def victims(measure: Measure, on: Basis, period: Cohort, *, as_of: date) -> pd.DataFrame:
    """The first report of each child in the period, with `limit`, its anniversary, `again`, the day of another report within
    the window (NEVER for none), and `told`, the day on which one was decided.

    Another comes more than `apart_days` days after the first and by its anniversary, and where both have an incident
    date, of another incident. The unborn, and children of the upper age or older, do not count.
    """
    reports = victimizations(measure, on, as_of=as_of)
    reports = reports.loc[~reports["unborn"] & (reports["birth"].eq(NEVER) | (reports["birth"] <= reports["report"]))]
    grown = birthday(reports, measure.who.get("age_below", 18)) <= reports["report"]
    reports = reports.loc[~grown]
    within = reports["report"].between(day_number(period.start), day_number(period.end))
    first = reports.loc[within].drop_duplicates("child", keep="first")
    first = first.assign(limit=months_after(first["report"].to_numpy().astype("datetime64[D]"), measure.window_months).astype("int64"))
    others = reports[["child", "report", "incident"]].assign(told=decided(reports))
    pairs = first[["child", "report", "incident", "limit"]].merge(others, on="child", suffixes=("", "_next"))
    apart = (pairs["report_next"] - pairs["report"] > measure.what.get("apart_days", 0)) & (pairs["report_next"] <= pairs["limit"])
    same = (pairs["incident"] == pairs["incident_next"]) & (pairs["incident"] < NEVER)
    again = pairs.loc[apart & ~same].groupby("child")[["report_next", "told"]].min()
    return first.assign(again=first["child"].map(again["report_next"]).fillna(NEVER).astype("int64"),
                        told=first["child"].map(again["told"]).fillna(NEVER).astype("int64"))


def decided(reports: pd.DataFrame) -> np.ndarray:
    """The day on which each report was decided; that of the report where it is missing."""
    closed, day = reports["closed"].to_numpy(), reports["report"].to_numpy()
    return np.maximum(np.where(closed < NEVER, closed, day), day)


def _at_report(first: pd.DataFrame, numerator: np.ndarray) -> pd.DataFrame:
    return rows_found(first["county"].to_numpy(), numerator, report=first["row"].to_numpy(), birth=first["birth"].to_numpy(),
                      day=first["report"].to_numpy())
