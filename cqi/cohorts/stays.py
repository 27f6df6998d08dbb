"""Stays in care as integers, and who was in on a day: the one place where exits become known or unknown.

Rules of the CFSR Round 4 data dictionary (August 2022): a child who turns 18 in care leaves on the birthday, not to
permanency; stays under 8 days do not count where a measure says so; time in a trial home visit beyond 30 days is taken
off a stay that ends in reunification where a measure says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from cqi.cohorts.federal import reporting_period
from cqi.cohorts.grammar import Cohort, months_after
from cqi.vocabulary import EXIT_REASONS, SETTINGS, UNKNOWN

NEVER = 2**30
"""Day number of a date that is missing: later than any day."""
LATEST = 2**17
"""Later than any day of a stay (the year 2328)."""


@dataclass(frozen=True)
class Stays:
    """`frame`: one row per stay, ordered by entry: episode (row of the episodes table), child, county (codes), birth, entry,
    exit, eighteen, home_from, next_entry (day numbers; NEVER when missing), reason (place in EXIT_REASONS, -1 when
    missing), setting (place in SETTINGS where the child lived last, -1 when not known), entry_known, left_out (flagged by an
    official check), same_period (the child came back, under 18, in the federal half-year of the exit, which matters in files
    of the federal system only). `next_entry` is the child's following stay that no check flags. `counties`: names in order
    of their codes."""

    frame: pd.DataFrame
    counties: tuple[str, ...]

    def window(self, cohort: Cohort) -> pd.DataFrame:
        """The stays that began in the cohort's period, first and last day included."""
        entry = self.frame["entry"].to_numpy()
        first, last = np.searchsorted(entry, (day_number(cohort.start), day_number(cohort.end) + 1))
        return self.frame.iloc[first:last]


def day_number(dates) -> np.ndarray:
    """Days since 1 January 1970; NEVER for a missing date. Takes a date, or an array or Series of dates."""
    days = np.asarray(dates, dtype="datetime64[D]")
    return np.where(np.isnat(days), NEVER, days.astype("int64")).astype("int64")


def places(values: pd.Series, among) -> np.ndarray:
    """The place of each value among the others, -1 where it is not there; text only. Several times as fast as an index."""
    others = pa.array(among, type=pa.large_string(), from_pandas=True)
    found = pc.index_in(pa.array(values, type=pa.large_string(), from_pandas=True), value_set=others)
    return found.fill_null(-1).to_numpy(zero_copy_only=False)


def stays(episodes: pd.DataFrame, placements: pd.DataFrame, counties: tuple[str, ...], *, federal: bool = False) -> Stays:
    """The episodes as integers, ordered by entry, then child; county codes are places in `counties`.

    `placements` as from `placed`; `federal`: half-year reporting periods apply.
    """
    setting, since = _last_placement(episodes, placements)
    visiting = setting == SETTINGS.index("trial home visit")
    frame = pd.DataFrame({
        "episode": np.arange(len(episodes)), "child": pd.factorize(episodes["child_id"])[0],
        "county": places(episodes["county"], counties), "birth": day_number(episodes["birth_date"]),
        "entry": day_number(episodes["entry_date"]), "exit": day_number(episodes["exit_date"]),
        "home_from": np.where(visiting, since, NEVER), "setting": setting,
        "reason": places(episodes["exit_reason"], EXIT_REASONS), "entry_known": _flag(episodes, "entry_known", True),
        "left_out": _flag(episodes, "left_out", False),
    })
    frame = frame.assign(eighteen=birthday(frame, 18), next_entry=_next_entry(frame))
    back = federal & (frame["next_entry"] < frame["eighteen"])
    frame = frame.assign(same_period=back & (reporting_period(frame["exit"]) == reporting_period(frame["next_entry"])))
    order = ordered(frame["entry"].to_numpy(), frame["child"].to_numpy())
    return Stays(frame.iloc[order].reset_index(drop=True), counties)


def placed(placements: pd.DataFrame, episodes: pd.DataFrame) -> pd.DataFrame:
    """The placements as integers: row of the episodes table (-1 for none), setting (place in SETTINGS), start; in that order."""
    row, start = places(placements["episode_id"], episodes["episode_id"]), day_number(placements["start_date"])
    order = ordered(row, start)
    return pd.DataFrame({"row": row[order], "setting": places(placements["setting"], SETTINGS)[order], "start": start[order]})


def ordered(*keys: np.ndarray) -> np.ndarray:
    """Places that put rows in order of the first key, then the second and so on, ties as they stand; one sort of one number."""
    number = np.zeros(len(keys[0]), dtype="int64")
    for key in keys if len(number) else ():
        number = number * (key.max() - key.min() + 1) + key - key.min()
    return np.argsort(number, kind="stable")


def _next_entry(frame: pd.DataFrame) -> np.ndarray:
    order = ordered(frame["child"].to_numpy(), frame["entry"].to_numpy(), np.minimum(frame["exit"].to_numpy(), LATEST))
    order = order[~frame["left_out"].to_numpy()[order]]
    child, entry = frame["child"].to_numpy()[order], frame["entry"].to_numpy()[order]
    following = np.append(np.where(child[1:] == child[:-1], entry[1:], NEVER), NEVER)[:len(order)]
    found = np.full(len(frame), NEVER)
    found[order] = following
    return found


def _flag(episodes: pd.DataFrame, name: str, otherwise: bool) -> np.ndarray:
    if name not in episodes:
        return np.full(len(episodes), otherwise)
    return episodes[name].to_numpy(dtype=bool)


def _last_placement(episodes: pd.DataFrame, placements: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Setting (place in SETTINGS, -1 unknown) and first day of each stay's last placement."""
    if placements.empty and "current_setting" not in episodes:
        return np.full(len(episodes), -1), np.full(len(episodes), NEVER)
    if placements.empty:
        since = episodes.get("current_setting_start", pd.Series(pd.NaT, index=episodes.index))
        return places(episodes["current_setting"], SETTINGS), day_number(since)
    row, start = placements["row"].to_numpy(), placements["start"].to_numpy()
    last = np.append(row[1:] != row[:-1], True)[:len(row)] & (row >= 0)
    setting, since = np.full(len(episodes), -1), np.full(len(episodes), NEVER)
    setting[row[last]], since[row[last]] = placements["setting"].to_numpy()[last], start[last]
    return setting, since


def known(frame: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """The stays as the file knew them at the end of `as_of`: later entries left out, later exits unknown.

    The 18th birthday is an exit, `turned 18`; an exit dated on that birthday is that exit too.
    """
    today = day_number(as_of)
    frame = frame.loc[frame["entry"].to_numpy() <= today]
    grown = (frame["eighteen"].to_numpy() <= frame["exit"].to_numpy()) & (frame["eighteen"].to_numpy() < NEVER)
    exit_day = np.where(grown, frame["eighteen"], frame["exit"])
    reason = np.where(grown, EXIT_REASONS.index("turned 18"), frame["reason"])
    gone = exit_day <= today
    return frame.assign(exit=np.where(gone, exit_day, NEVER), reason=np.where(gone, reason, -1))


def entered(
    all_stays: Stays, period: Cohort, *, as_of: date, shortest_stay_days: int = 0, age_below: int = 18,
    first_entry_only: bool = False, reason_required: bool = False, same_period_reentry: str = "counted", window_months: int = 0,
) -> pd.DataFrame:
    """The stays that count in an entry cohort, as known at `as_of`.

    A stay counts once `shortest_stay_days` have been observed: one that ended sooner never counts, one that began too
    recently does not count yet. With `first_entry_only` a child's first stay that counts. With `reason_required` stays
    known to have ended without a reason are left out, and with `same_period_reentry` "left out" those after which the
    child came back in the same federal half-year: where the stay ended within `window_months` (at any time where that is
    0), and with them the child whose first stay it was. Stays whose first day is not in the file are no entries; records
    that an official check flags do not count.
    """
    frame = known(all_stays.window(period), as_of)
    counts = np.minimum(frame["exit"], day_number(as_of)) - frame["entry"] >= shortest_stay_days
    frame = frame.loc[counts & frame["entry_known"] & ~frame["left_out"] & (birthday(frame, age_below) > frame["entry"])]
    if first_entry_only:
        frame = frame.drop_duplicates("child", keep="first")
    until = months_after(frame["entry"].to_numpy().astype("datetime64[D]"), window_months).astype("int64") if window_months else NEVER - 1
    return settled(frame, until, as_of=as_of, reason_required=reason_required, same_period_reentry=same_period_reentry)


def settled(frame: pd.DataFrame, until, *, as_of: date, reason_required: bool, same_period_reentry: str) -> pd.DataFrame:
    """The stays without those that ended by the day `until` in a way that an official measure cannot place: with no reason
    in the file, or with a new stay in the same federal half-year, of which an AFCARS file does not tell the first's reason."""
    ended = frame["exit"] <= np.minimum(until, NEVER - 1)
    without = ended & frame["reason"].isin([-1, EXIT_REASONS.index(UNKNOWN)]) & reason_required
    if same_period_reentry == "left out":
        without |= ended & frame["same_period"] & frame["next_entry"].between(frame["exit"], day_number(as_of))
    return frame.loc[~without]


def birthday(frame: pd.DataFrame, age: int) -> np.ndarray:
    """The day number on which each child reaches the age; NEVER without a birth date."""
    birth = frame["birth"].to_numpy()
    real = np.where(birth < NEVER, birth, 0).astype("datetime64[D]")
    return np.where(birth < NEVER, months_after(real, 12 * age).astype("int64"), NEVER)


def left(frame: pd.DataFrame, *, trial_home_visit_days: int | None = None, discharged_before: int = NEVER) -> pd.Series:
    """The day each stay ended for counting its length; NEVER while in care.

    With `trial_home_visit_days`, a stay that ended in reunification from a trial home visit ends for counting that many
    days into the visit (the days beyond are discounted), if that is sooner and the child was discharged before that day.
    """
    if trial_home_visit_days is None:
        return frame["exit"]
    home = frame["reason"].eq(EXIT_REASONS.index("reunification")) & (frame["exit"] < discharged_before)
    return frame["exit"].where(~home, np.minimum(frame["exit"], frame["home_from"] + trial_home_visit_days))


def tally(county: np.ndarray, counties: tuple[str, ...], weights: np.ndarray | None = None) -> np.ndarray:
    """Counts (or sums of weights) by county code, and the whole file last: integers, one more than there are counties."""
    counts = np.bincount(county, weights=weights, minlength=len(counties)).astype("int64")
    return np.append(counts, counts.sum())
