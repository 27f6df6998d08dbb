"""How each kind of measure finds its children and counts them. CFSR Round 4 data dictionary, August 2022."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from cqi.cohorts import NEVER, Cohort, Stays, birthday, day_number, entered, known, left, months_after, placed, places, stays, tally
from cqi.measures.rows import measure_rows
from cqi.registry import Measure
from cqi.vocabulary import EXIT_REASONS, SETTINGS

COUNTERS: dict[str, Callable] = {}


@dataclass(frozen=True)
class Basis:
    """What is counted from: stays, placements and reports of one extract as integers, prepared once.

    `placements` (row, setting, start) is ordered by row of the episodes table and start; those of row i are
    `first_placement[i]` up to `first_placement[i + 1]`. `placement_counts` stands in where there are no placement rows.
    """

    stays: Stays
    placements: pd.DataFrame
    first_placement: np.ndarray
    placement_counts: pd.DataFrame
    reports: pd.DataFrame

    @property
    def counties(self) -> tuple[str, ...]:
        """County names, in order; their places are the codes."""
        return self.stays.counties


def basis(extract) -> Basis:
    """The extract's tables as integers. Counties are those of episodes and reports, in order of name."""
    counties = tuple(sorted({*extract.episodes["county"].unique(), *extract.reports["county"].unique()}))
    placements = placed(extract.placements, extract.episodes)
    reports = pd.DataFrame({
        "county": places(extract.reports["county"], counties), "report": day_number(extract.reports["report_date"]),
        "disposition": day_number(extract.reports["disposition_date"]),
    })
    offsets = np.searchsorted(placements["row"], np.arange(len(extract.episodes) + 1))
    return Basis(stays(extract.episodes, placements, counties), placements, offsets,
                 _placement_counts(extract.episodes), reports)


def _placement_counts(episodes: pd.DataFrame) -> pd.DataFrame:
    """Number of placements (0 where not known) and first day of the current one by row of the episodes table, where the
    file has them."""
    if "placement_count" not in episodes:
        return pd.DataFrame({"placements": [], "since": []}, dtype="int64")
    counts = pd.to_numeric(episodes["placement_count"], errors="coerce").astype("float64").fillna(0)
    since = day_number(episodes["current_setting_start"]) if "current_setting_start" in episodes else NEVER
    return pd.DataFrame({"placements": counts.astype("int64"), "since": since}).reset_index(drop=True)


def count(measure: Measure, on: Basis, period: Cohort, *, as_of: date) -> pd.DataFrame:
    """The measure for one cohort, as known at `as_of`: measure-table rows, one per county and one for the whole file.

    A period whose last child has not been observed for the whole window is `so far`; one that has not begun is
    `not yet mature`.
    """
    rows = COUNTERS[measure.kind](measure, on, period, as_of)
    return rows if period.start <= as_of else rows.assign(status="not yet mature")


def counter(kind: str) -> Callable:
    """Registers the function that counts measures of this kind."""
    def register(function: Callable) -> Callable:
        COUNTERS[kind] = function
        return function
    return register


def window_status(window_end: np.datetime64, as_of: date) -> str:
    """`shown` once the whole window of the last child is over, else `so far`."""
    return "shown" if np.datetime64(as_of) >= window_end else "so far"


def headline_children(measure: Measure, on: Basis, period: Cohort, *, as_of: date) -> pd.DataFrame:
    """The children of an entry-cohort measure, one row each, with `left`: the day that ends their stay for counting."""
    frame = entered(on.stays, period, as_of=as_of, **measure.who)
    return frame.assign(left=left(frame, trial_home_visit_days=measure.what.get("trial_home_visit_days")))


def counted_exits(measure: Measure, frame: pd.DataFrame, months: int) -> np.ndarray:
    """Which children left for one of the measure's exits within that many months of entry, the anniversary included."""
    anniversary = months_after(frame["entry"].to_numpy().astype("datetime64[D]"), months).astype("int64")
    wanted = [EXIT_REASONS.index(word) for word in measure.what["exits"]]
    return frame["reason"].isin(wanted).to_numpy() & (frame["left"].to_numpy() <= anniversary)


@counter("exits of an entry cohort")
def _exits_of_entry_cohort(measure: Measure, on: Basis, period: Cohort, as_of: date) -> pd.DataFrame:
    frame = headline_children(measure, on, period, as_of=as_of)
    county = frame["county"].to_numpy()
    return measure_rows(
        measure, on.counties, period, as_of=as_of, at=measure.window_months,
        numerator=tally(county[counted_exits(measure, frame, measure.window_months)], on.counties),
        denominator=tally(county, on.counties),
        status=window_status(months_after([period.end], measure.window_months)[0], as_of),
    )


@counter("returns of an exit cohort")
def _returns_of_exit_cohort(measure: Measure, on: Basis, period: Cohort, as_of: date) -> pd.DataFrame:
    in_period = on.stays.frame["exit"].between(day_number(period.start), day_number(period.end))
    frame = known(on.stays.frame.loc[in_period & (on.stays.frame["next_entry"] >= on.stays.frame["exit"])], as_of)
    wanted = [EXIT_REASONS.index(word) for word in measure.what["exits"]]
    frame = frame.loc[frame["reason"].isin(wanted)].sort_values(["exit", "episode"])
    if measure.who.get("first_exit_only"):
        frame = frame.drop_duplicates("child", keep="first")
    limit = months_after(frame["exit"].to_numpy().astype("datetime64[D]"), measure.window_months).astype("int64")
    returned = frame["next_entry"].to_numpy() <= np.minimum(limit, day_number(as_of))
    returned &= frame["next_entry"].to_numpy() < birthday(frame, measure.who.get("age_below", 18))
    county = frame["county"].to_numpy()
    return measure_rows(
        measure, on.counties, period, as_of=as_of, at=measure.window_months,
        numerator=tally(county[returned], on.counties), denominator=tally(county, on.counties),
        status=window_status(months_after([period.end], measure.window_months)[0], as_of),
    )


@counter("moves of an entry cohort")
def _moves_of_entry_cohort(measure: Measure, on: Basis, period: Cohort, as_of: date) -> pd.DataFrame:
    frame = entered(on.stays, period, as_of=as_of, **measure.who)
    until = np.minimum(frame["exit"].to_numpy(), min(day_number(period.end), day_number(as_of)))
    moves, placed = _moves(measure, on, frame["episode"].to_numpy(), frame["exit"].to_numpy(), until)
    county = frame["county"].to_numpy()[placed]
    days = (until - frame["entry"].to_numpy())[placed]
    return measure_rows(
        measure, on.counties, period, as_of=as_of,
        numerator=tally(county, on.counties, moves[placed]), denominator=tally(county, on.counties, days),
        children=tally(county, on.counties), status=window_status(np.datetime64(period.end), as_of),
    )


def _moves(measure: Measure, on: Basis, episode, exit_day, until) -> tuple[np.ndarray, np.ndarray]:
    """Moves of each stay up to the day `until`, and whether its placements are known at all."""
    if on.placements.empty and len(on.placement_counts):
        counts = on.placement_counts.iloc[episode]
        later = (counts["since"].to_numpy() > until) & (counts["since"].to_numpy() < NEVER)
        number = counts["placements"].to_numpy()
        told = (number >= 1) & ~(later & (number > 2))  # of several moves, some may have come after the day
        return np.maximum(number - 1 - later, 0), told
    first, number = on.first_placement[episode], np.diff(on.first_placement)[episode]
    row = np.repeat(np.arange(len(episode)), number)
    which = np.arange(len(row)) - np.repeat(np.cumsum(number) - number, number) + np.repeat(first, number)
    found = on.placements.iloc[which]
    real = ~found["setting"].isin([SETTINGS.index(word) for word in measure.what.get("not_a_move", ())])
    start = found["start"].to_numpy()
    in_time = real.to_numpy() & (start <= until[row]) & (start < exit_day[row])
    return np.maximum(np.bincount(row[in_time], minlength=len(episode)) - 1, 0), number > 0


@counter("reports closed in time")
def _reports_closed_in_time(measure: Measure, on: Basis, period: Cohort, as_of: date) -> pd.DataFrame:
    days = measure.what["window_days"]
    frame = on.reports[on.reports["report"].between(day_number(period.start), day_number(period.end))]
    answered = (on.reports["disposition"] < NEVER).any()  # a file without any disposition says nothing of time
    frame = frame[(frame["report"] + days <= day_number(as_of)) & answered]
    in_time = (frame["disposition"] - frame["report"]).between(0, days)
    return measure_rows(
        measure, on.counties, period, as_of=as_of,
        numerator=tally(frame.loc[in_time, "county"].to_numpy(), on.counties),
        denominator=tally(frame["county"].to_numpy(), on.counties),
        status=window_status(np.datetime64(period.end) + np.timedelta64(days, "D"), as_of),
    )
