"""The official checks of a file (CFSR Round 4 data dictionary, August 2022, pages 8 to 13), half-year by half-year."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from cqi.sources.account import Ledger, counted
from cqi.sources.declared import Source
from cqi.sources.official.declared import Check, Checks, declared_checks
from cqi.sources.official.halves import half_label
from cqi.sources.official.records import Records, records
from cqi.sources.official.stays import no_entry_date, stay_counts, tested
from cqi.sources.official.victims import victim_counts
from cqi.vocabulary import WHOLE

__all__ = ["CHECK_COLUMNS", "FLAGGED_COLUMNS", "Check", "Checked", "Checks", "declared_checks", "official_checks"]

CHECK_COLUMNS = ("check", "period", "county", "flagged", "among", "share", "limit", "over")
FLAGGED_COLUMNS = ("check", "county", "period", "entry_date", "exit_date", "record")
ONE_BY_ONE = ("birth_after_entry", "birth_after_exit", "dropped_records", "same_day_exit", "exit_before_entry", "no_birth_date",
              "no_exit_reason", "no_placement_count")
"""Checks that say something of a record; the others say something of a file."""

DEFECTS = {"first_removal": "first-stays-only", "dropped_records": "dropped-children"}
"""Check -> the defect of the catalogue that it finds."""


@dataclass(frozen=True)
class Checked:
    """`left_out` by episode, in the order of the episodes given: no official measure counts these.

    `checks`: one row for each check, period (`21A`, `FFY2021`; empty for the file as a whole) and county with anything to
    look at, the whole file among the counties: flagged, among, share (0 to 1), limit (0 to 1), over. Shares of a check
    with a limit from below count what is found, not what is wrong. `flagged`: one row for each record and check that flags
    it: the last half-year that the record counts in, its dates, and a number that is the same for the rows of one record
    and means nothing else. Records without a date of removal are not among them: nothing of them can be read.
    """

    left_out: pd.Series
    checks: pd.DataFrame
    flagged: pd.DataFrame


def official_checks(rows: dict[str, pd.DataFrame], made: dict[str, pd.DataFrame], source: Source, ledger: Ledger) -> Checked:
    """The checks of one extract; nothing where the source is not of the federal system.

    `rows` are the parsed rows by role, before those with dates out of order are set aside; `made` the final tables. The
    result does not depend on the order of rows.
    """
    episodes, rules = made["episodes"], declared_checks()
    if not source.federal:
        return Checked(pd.Series(False, index=episodes.index), _judged(pd.DataFrame(), rules), _flagged(None))
    found = records(rows, made, source.order)
    parts = [stay_counts(found, history_months=rules.history_months), no_entry_date(found, rows["episodes"], ledger.quarantine())]
    if len(made.get("reports", ())):
        parts.append(victim_counts(made["reports"], episodes))
    counts = pd.concat([part for part in parts if len(part)], ignore_index=True)
    judged = _judged(counts, rules)
    _tell(judged, rows["episodes"], ledger, rules)
    return Checked(_left_out(found, episodes), judged, _flagged(found))


def _judged(counts: pd.DataFrame, rules: Checks) -> pd.DataFrame:
    """The counts with share, limit and over, in the order of the checks, then of time, the whole file after the counties."""
    parts = [pd.DataFrame(columns=[*CHECK_COLUMNS])]
    for name, check in rules.checks.items() if len(counts) else ():
        own = counts.loc[counts["check"] == name]
        own = own.assign(whole=own["county"] == WHOLE).sort_values(["number", "whole", "county"])
        flagged, among = own["flagged"], own["among"]
        parts.append(own.assign(share=flagged / among, limit=check.limit / 100, over=check.over(flagged, among)))
    table = pd.concat([part for part in parts if len(part)] or parts, ignore_index=True)
    types = dict.fromkeys(("check", "period", "county"), "str") | dict.fromkeys(("flagged", "among"), "int64")
    return table[list(CHECK_COLUMNS)].astype({**types, "share": "float64", "limit": "float64", "over": "bool"})


def _tell(judged: pd.DataFrame, rows: pd.DataFrame, ledger: Ledger, rules: Checks) -> None:
    """Enters in the ledger what the share of first removals, or of dropped records, says of the whole file."""
    over = judged.loc[judged["over"] & (judged["county"] == WHOLE) & (judged["among"] >= rules.county_fewest)]
    for name, defect in DEFECTS.items():
        found = over.loc[over["check"] == name]
        if len(found):
            last, check = found.iloc[-1], rules.checks[name]
            what = (f"{counted(len(found), 'half-year')}, the last {last['period']}: {last['share']:.1%} {check.words}; "
                    f"the federal limit is {check.limit}%")
            ledger.tell(defect, what, file=ledger.label(rows, "episodes"), note=False)


def _left_out(found: Records, episodes: pd.DataFrame) -> pd.Series:
    """Episodes without a birth date, those that end on the day they begin, and those whose last report is dropped."""
    keys = ["child_id", "entry_date"]
    dropped = pd.Series(False, index=episodes.index)
    if found.reports:
        lost = found.latest.loc[tested(found, found.latest)["dropped_records"].flagged, keys]
        dropped = episodes["exit_date"].isna() & pd.MultiIndex.from_frame(episodes[keys]).isin(pd.MultiIndex.from_frame(lost))
    return dropped | episodes["birth_date"].isna() | (episodes["entry_date"] == episodes["exit_date"])


def _flagged(found: Records | None) -> pd.DataFrame:
    """Every record that a check of single records flags, as in `Checked`."""
    if found is None:
        return pd.DataFrame(columns=list(FLAGGED_COLUMNS))
    checks = tested(found, found.latest)
    names = [name for name in ONE_BY_ONE if name in checks]
    marks = pd.DataFrame({name: checks[name].among & checks[name].flagged for name in names})
    rows = found.latest.loc[marks.any(axis=1), ["place", "last", "entry_date", "exit_date"]].join(marks)
    rows = rows.sort_values(list(rows.columns), ignore_index=True)
    rows = rows.assign(county=np.array(found.counties, dtype=object)[rows["place"]], record=range(1, len(rows) + 1),
                       period=[half_label(each) for each in rows["last"]])
    parts = [rows.loc[rows[name]].assign(check=name) for name in names]
    return pd.concat(parts, ignore_index=True)[list(FLAGGED_COLUMNS)]
