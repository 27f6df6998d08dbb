"""What looks wrong about the finished tables and yet may be right: it is said, with the first line, and every row is kept."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from cqi.sources.account import Ledger, counted
from cqi.sources.declared import Source
from cqi.sources.stays import by_child, day_numbers, impossible_days, years_after
from cqi.sources.tables import places
from cqi.vocabulary import UNKNOWN

Tables = dict[str, pd.DataFrame]
FEWEST_BIRTHS = 10
USUAL_SHARE = 1 / 365.25
TIMES_USUAL = 4
"""Births on 1 January are told when they are at least ten, and more than four times what chance gives."""

SHORT_DAYS = 8
ONE_STATE = 0.95
"""Where this share of county codes is of one state, the others are told."""


def suspect(made: Tables, source: Source, ledger: Ledger) -> None:
    """Enters in the ledger what is suspicious about `made`, the tables with `file` and `row`; nothing is changed."""
    episodes = made["episodes"]
    told = [*_ids(episodes), *_births(episodes), *_ages(episodes), *_lengths(episodes, source), *_gaps(episodes), *_codes(episodes)]
    if source.shape == "touching_rows":
        told += impossible_days(episodes, None, source.earliest_entry)
    for defect, what, bad in told:
        _tell(defect, what, episodes, bad, ledger)
    placements = made.get("placements")
    if placements is not None and len(placements):
        _placements(placements, episodes, ledger)


def with_after_today(findings: pd.DataFrame, episodes: pd.DataFrame, today: date) -> pd.DataFrame:
    """The findings of an extract, and before them one on stays with an entry or exit after `today`, which only the command
    knows: a file that does not tell its own date may hold such days without a contradiction."""
    later = int((episodes[["entry_date", "exit_date"]].max(axis=1) > pd.Timestamp(today)).sum())
    if not later:
        return findings
    told = Ledger()
    told.tell("after-today", f"{counted(later, 'stay')} with an entry or exit after today", file="", count=later, among=len(episodes))
    return pd.concat([told.findings(), findings], ignore_index=True)


def _tell(defect: str, what: str, rows: pd.DataFrame, bad, ledger: Ledger) -> None:
    found = rows[np.asarray(bad, dtype=bool)]
    ledger.tell(defect, f"{counted(len(found), 'row')}: {what}", found, among=len(rows), note=False)


def _ids(episodes: pd.DataFrame) -> list[tuple]:
    """Ids that differ in zeros in front only, or in length where some begin with a zero; ids with two birth dates or sexes."""
    told = []
    ids = pa.chunked_array(pa.array(episodes["child_id"], type=pa.large_string(), from_pandas=True))
    digits = pc.match_substring_regex(ids, r"^\d+$")
    zero = pc.and_(digits, pc.starts_with(ids, "0"))
    if pc.any(zero).as_py():
        length = pc.utf8_length(ids.filter(digits))
        if pc.min(length).as_py() < pc.max(length).as_py():
            told.append(("uneven-ids", "ids of different length, some with zeros in front; 00123 and 123 are treated as different", zero))
    for name, defect, what in (("birth_date", "two-births", "dates of birth"), ("sex", "two-sexes", "entries of sex")):
        if name in episodes:
            said = episodes[["child_id", name]][episodes[name].notna() & ~episodes[name].isin(["", UNKNOWN])].drop_duplicates()
            twice = said.loc[said["child_id"].duplicated(), "child_id"].drop_duplicates()
            if len(twice):
                told.append((defect, f"{counted(len(twice), 'id')} with two {what}", places(episodes["child_id"], twice) >= 0))
    return told


def _births(episodes: pd.DataFrame) -> list[tuple]:
    if "birth_date" not in episodes:
        return []
    birth = episodes["birth_date"]
    first = (birth.dt.month == 1) & (birth.dt.day == 1)
    usual = birth.notna().sum() * USUAL_SHARE
    spike = first if first.sum() >= max(FEWEST_BIRTHS, TIMES_USUAL * usual) else first & False
    return [
        ("no-birth-date", "there is no date of birth", birth.isna()),
        ("births-on-1-january", f"births on 1 January, where about {usual:,.0f} are usual: placeholders?", spike),
    ]


def _ages(episodes: pd.DataFrame) -> list[tuple]:
    if "birth_date" not in episodes:
        return []
    grown = episodes["entry_date"] >= years_after(episodes["birth_date"], 18)
    return [("entry-at-18", "entries into care at 18 or older", grown)]


def _lengths(episodes: pd.DataFrame, source: Source) -> list[tuple]:
    days = (episodes["exit_date"] - episodes["entry_date"]).dt.days
    short = [("short-stays", f"stays under {SHORT_DAYS} days", days.between(0, SHORT_DAYS - 1))] if source.federal else []
    return [("same-day-exit", "entry and exit are on the same day", days == 0), *short]


def _gaps(episodes: pd.DataFrame) -> list[tuple]:
    """Stays that begin on the day the child's last one ended, or the day after."""
    place, child, entry, end = by_child(episodes)
    soon = (child[1:] == child[:-1]) & (entry[1:] - end[:-1] >= 0) & (entry[1:] - end[:-1] <= 1)
    marked = np.zeros(len(episodes), dtype=bool)
    marked[place[1:][soon]] = True
    return [("short-gap", "a stay begins on the day of the last exit or the day after", marked)]


def _codes(episodes: pd.DataFrame) -> list[tuple]:
    if "county_fips" not in episodes:
        return []
    state = episodes["county_fips"].str.slice(0, 2).where(episodes["county_fips"].str.fullmatch(r"\d{5}"), "")
    share = state[state != ""].value_counts(normalize=True)
    other = (state != "") & (state != share.index[0]) if len(share) > 1 and share.iloc[0] >= ONE_STATE else state == "none"
    return [("other-state", "the county code is of another state than almost all others", other)]


def _placements(placements: pd.DataFrame, episodes: pd.DataFrame, ledger: Ledger) -> None:
    """Placements outside their stay, with a gap or an overlap between them, or not as many as the stay says."""
    stay = places(placements["episode_id"], episodes["episode_id"])
    start, end = day_numbers(placements["start_date"]), day_numbers(placements["end_date"])
    entry, left = day_numbers(episodes["entry_date"])[stay], day_numbers(episodes["exit_date"])[stay]
    _tell("placement-outside-stay", "a placement begins before the stay or ends after it",
          placements, (stay >= 0) & ((start < entry) | (start > left) | ((end > left) & placements["end_date"].notna())), ledger)
    place = np.lexsort((end, start, stay))
    same, until, begins = stay[place][1:] == stay[place][:-1], end[place][:-1], start[place][1:]
    for defect, what, found in (
        ("placement-gap", "a placement begins more than a day after the last one ended", same & (begins > until + 1)),
        ("placement-overlap", "a placement begins before the last one ended", same & (begins < until)),
    ):
        marked = np.zeros(len(placements), dtype=bool)
        marked[place[1:][found]] = True
        _tell(defect, what, placements, marked, ledger)
    if "placement_count" in episodes:
        count = np.bincount(stay[stay >= 0], minlength=len(episodes))
        differs = episodes["placement_count"].notna() & (episodes["placement_count"].fillna(0).to_numpy() != count) & (count > 0)
        _tell("placement-count", "the number of placements is not that of the placement records", episodes, differs, ledger)
