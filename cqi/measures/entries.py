"""Measures of the children who enter care in a period. CFSR Round 4 data dictionary, August 2022, pages 4, 5 and 7."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from cqi.cohorts import NEVER, Cohort, day_number, entered, left, months_after, tally
from cqi.measures.basis import Basis
from cqi.measures.counting import Counted, counter, last_day, rows_found, window_status
from cqi.registry import Measure
from cqi.vocabulary import EXIT_REASONS, SETTINGS


def headline_children(measure: Measure, on: Basis, period: Cohort, *, as_of: date) -> pd.DataFrame:
    """The children of an entry-cohort measure, one row each, with `left`: the day that ends their stay for counting.

    Days of a trial home visit are taken off where the child was discharged in one of the half-years that the measure needs.
    """
    frame = entered(on.stays, period, as_of=as_of, window_months=measure.window_months, **measure.who)
    half_years = measure.data_needed.get("half_years")
    limit = int(months_after([period.start], 6 * half_years).astype("int64")[0]) if half_years else NEVER
    days = measure.what.get("trial_home_visit_days")
    return frame.assign(left=left(frame, trial_home_visit_days=days, discharged_before=limit))


def counted_exits(measure: Measure, frame: pd.DataFrame, months: int) -> np.ndarray:
    """Which children left for one of the measure's exits within that many months of entry."""
    wanted = [EXIT_REASONS.index(word) for word in measure.what["exits"]]
    return frame["reason"].isin(wanted).to_numpy() & (frame["left"].to_numpy() <= last_day(measure, frame["entry"].to_numpy(), months))


def at_entry(frame: pd.DataFrame, numerator, denominator=1) -> pd.DataFrame:
    """The rows of `Counted` for stays whose age is taken at entry."""
    return rows_found(frame["county"].to_numpy(), numerator, denominator, episode=frame["episode"].to_numpy(),
                      birth=frame["birth"].to_numpy(), day=frame["entry"].to_numpy())


@counter("exits of an entry cohort")
def _exits_of_entry_cohort(measure: Measure, on: Basis, period: Cohort, as_of: date) -> Counted:
    frame = headline_children(measure, on, period, as_of=as_of)
    return Counted(at_entry(frame, counted_exits(measure, frame, measure.window_months)),
                   window_status(months_after([period.end], measure.window_months)[0], as_of))


@counter("moves of an entry cohort")
def _moves_of_entry_cohort(measure: Measure, on: Basis, period: Cohort, as_of: date) -> Counted:
    frame = entered(on.stays, period, as_of=as_of, **measure.who)
    until = np.minimum(frame["exit"].to_numpy(), min(day_number(period.end), day_number(as_of)))
    moves, placed = _moves(measure, on, frame["episode"].to_numpy(), frame["exit"].to_numpy(), until)
    days = until - frame["entry"].to_numpy()
    return Counted(at_entry(frame, moves, days).loc[placed], window_status(np.datetime64(period.end), as_of))


def _moves(measure: Measure, on: Basis, episode, exit_day, until) -> tuple[np.ndarray, np.ndarray]:
    """Moves of each stay up to the day `until`, and whether its placements are known at all."""
    if on.placements.empty and len(on.placement_counts):
        counts = on.placement_counts.iloc[episode]
        later = (counts["since"].to_numpy() > until) & (counts["since"].to_numpy() < NEVER)
        number = counts["placements"].to_numpy()
        told = (number >= 1) & ~(later & (number > 2))  # of several moves, some may have come after the day
        return np.maximum(number - 1 - later, 0), told
    row, _ = move_days(measure, on, episode, exit_day, until)
    return np.bincount(row, minlength=len(episode)), np.diff(on.first_placement)[episode] > 0


def move_days(measure: Measure, on: Basis, episode, exit_day, until) -> tuple[np.ndarray, np.ndarray]:
    """Every move of the stays up to the day `until`: the stay's place in `episode`, and the day; by stay, then day."""
    row, which = _placements_of(on, episode)
    found = on.placements.iloc[which]
    real = ~found["setting"].isin([SETTINGS.index(word) for word in measure.what.get("not_a_move", ())])
    start = found["start"].to_numpy()
    in_time = real.to_numpy() & (start <= until[row]) & (start < exit_day[row])
    row, start = row[in_time], start[in_time]
    later = np.append(False, row[1:] == row[:-1])[:len(row)]
    return row[later], start[later]


def _placements_of(on: Basis, episode: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """For every placement of the stays: the stay's place in `episode`, and the placement's row; in order of start."""
    first, number = on.first_placement[episode], np.diff(on.first_placement)[episode]
    row = np.repeat(np.arange(len(episode)), number)
    return row, np.arange(len(row)) - np.repeat(np.cumsum(number) - number, number) + np.repeat(first, number)


@counter("first placement of an entry cohort")
def _first_placement(measure: Measure, on: Basis, period: Cohort, as_of: date) -> Counted:
    """Stays whose first placement is known; where a file has counts of placements only, that of a single one is."""
    frame = entered(on.stays, period, as_of=as_of, window_months=measure.window_months, **measure.who)
    episode = frame["episode"].to_numpy()
    if on.placements.empty and len(on.placement_counts):
        only = on.placement_counts["placements"].to_numpy()[episode] == 1
        setting = np.where(only, frame["setting"].to_numpy(), -1)
    else:
        first = np.append(on.placements["setting"].to_numpy(), -1)[on.first_placement[episode]]
        setting = np.where(np.diff(on.first_placement)[episode] > 0, first, -1)
    told = (setting >= 0) & (setting != len(SETTINGS) - 1)
    found = np.isin(setting, [SETTINGS.index(word) for word in measure.what["settings"]])
    return Counted(at_entry(frame, found).loc[told], window_status(np.datetime64(period.end), as_of))


@counter("entries of a population")
def _entries_of_population(measure: Measure, on: Basis, period: Cohort, as_of: date) -> Counted:
    """Children who entered, among all children who live there: the population of the last 1 July in or before the period."""
    frame = entered(on.stays, period, as_of=as_of, window_months=measure.window_months, **measure.who)
    year = period.end.year - (period.end < date(period.end.year, 7, 1))
    known = on.children.loc[on.children["year"] <= year].sort_values("year").drop_duplicates("county", keep="last")
    among = np.zeros(len(on.counties))
    among[known["county"].to_numpy(dtype="int64")] = known["children"].to_numpy()
    bare = (among == 0) & (tally(frame["county"].to_numpy(), on.counties)[:-1] > 0)
    whole = 0 if bare.any() else among.sum()  # a county without a population would make the whole file's rate too high
    return Counted(at_entry(frame, 1), window_status(np.datetime64(period.end), as_of), np.append(among, whole).astype("int64"))
