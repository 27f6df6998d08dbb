"""Steps that a role may declare between the reading of its rows and its table: what several columns say together.

Every step is a function of the rows of all roles, the role that declares it and the ledger, and gives the rows of all roles.
"""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from cqi.sources.account import Ledger, counted
from cqi.sources.declared import File, Source
from cqi.sources.maltreatment import care_link, child_disposition
from cqi.sources.stays import NEVER, day_numbers
from cqi.sources.tables import one_version
from cqi.vocabulary import UNKNOWN

Rows = dict[str, pd.DataFrame]

RACES = {
    "race_native": "American Indian or Alaska Native", "race_asian": "Asian", "race_black": "Black or African American",
    "race_pacific": "Native Hawaiian or Other Pacific Islander", "race_white": "White",
}
HISPANIC, SEVERAL = "Hispanic or Latino", "more than one race"
HOME = ("foster_home", "relative_home", "kin_home", "preadoptive_home")


def with_steps(rows: Rows, source: Source, ledger: Ledger) -> Rows:
    """The rows of every role after the steps that the source declares."""
    for file in source.files:
        for step in file.steps:
            if file.role in rows:
                rows = STEPS[step](rows, file, ledger)
    return rows


def history(rows: Rows, file: File, ledger: Ledger) -> Rows:
    """Without stays that had ended before the first half-year reported, and what lies in them.

    A record tells a child's earlier stays too (45 CFR 1355.43(b)), so of those stays the file holds only the ones of children
    who came back: counted as stays they would say that every child comes back. They are the history of a later stay.
    """
    removals = rows[file.role]
    last_month = (removals["report_year"] * 12 + removals["report_month"]).min()
    if pd.isna(last_month):
        return rows
    begins = pd.Timestamp(int(last_month - 6) // 12, int(last_month - 6) % 12 + 1, 1)
    past = removals.loc[removals["exit_date"] < begins, ["child_id", "entry_date"]].drop_duplicates()
    if len(past):
        ledger.note(
            f"{ledger.label(removals, file.role)}: {counted(len(past), 'stay')} had ended before {begins:%B %Y}, where the reports "
            "begin; only children who came back have them there, so they are history and do not count."
        )
    into = "history of the child: it had ended before the first report"
    for name, table in rows.items():
        if {"child_id", "entry_date"} <= set(table) and len(past):
            gone = pd.MultiIndex.from_frame(table[["child_id", "entry_date"]]).isin(pd.MultiIndex.from_frame(past))
            rows = {**rows, name: ledger.merge(table, pd.Series(into, index=table.index).where(gone, ""), name)}
    left = rows[file.role]
    return {**rows, file.role: ledger.set_aside(left, left["county"] == "", "county is blank", file.table)}


def race_of_flags(rows: Rows, file: File, ledger: Ledger) -> Rows:
    """With `race` in one word from yes-or-no columns for each race and for Hispanic or Latino, where it is not said itself."""
    table = rows[file.role]
    flags = pd.DataFrame({word: table[name].eq("yes") for name, word in RACES.items() if name in table}, index=table.index)
    found = pd.Series(UNKNOWN, index=table.index, dtype="str")
    for word in flags:
        found = found.mask(flags[word], word)
    found = found.mask(flags.sum(axis=1) > 1, SEVERAL)
    found = found.mask(table["hispanic"].eq("yes"), HISPANIC) if "hispanic" in table else found
    said = table["race"] if "race" in table else pd.Series("", index=table.index, dtype="str")
    named = flags.shape[1] or "hispanic" in table or "race" in table
    table = table.drop(columns=[name for name in (*RACES, "hispanic") if name in table])
    return {**rows, file.role: table.assign(race=said.where(~said.isin(["", UNKNOWN]), found)) if named else table}


def setting_of_flags(rows: Rows, file: File, ledger: Ledger) -> Rows:
    """With `setting`: a foster family home is kin where it is of relatives or kin, else a pre-adoptive home where it is one;
    what is no foster family home is the other kind of living arrangement that the file names."""
    table = rows[file.role]
    yes = {name: table[name].eq("yes") if name in table else pd.Series(False, index=table.index) for name in HOME}
    family = yes["foster_home"] | (table["other_setting"].eq("foster family") & ~table["foster_home"].eq("no"))
    home = pd.Series("foster family", index=table.index, dtype="str").mask(yes["preadoptive_home"], "pre-adoptive home")
    home = home.mask(yes["relative_home"] | yes["kin_home"], "kin")
    other = table["other_setting"].where(table["other_setting"] != "", UNKNOWN)
    setting = home.where(family, other)
    left = [name for name in (*HOME, "other_setting") if name in table]
    return {**rows, file.role: table.drop(columns=left).assign(setting=setting)}


def not_in_error(rows: Rows, file: File, ledger: Ledger) -> Rows:
    """Without rows whose latest version the system flags as entered in error; the latest `data_as_of` is the latest version."""
    table = rows[file.role]
    if "data_as_of" in table:
        key = ["placement_id"] if "placement_id" in table else [name for name in ("episode_id", "start_date") if name in table]
        version = pd.Series(day_numbers(table["data_as_of"]), index=table.index)
        table = table.assign(version=version.mask(table["data_as_of"].isna(), -NEVER))
        table = one_version(table, key, ("version",), file.table, ledger)
    if "in_error" in table:
        table = ledger.set_aside(table, table["in_error"].eq("yes"), "flagged in the system as entered in error", file.table)
    done = ("in_error", "placement_id", "version") + (("data_as_of",) if file.table != "episodes" else ())
    left = [name for name in done if name in table]
    return {**rows, file.role: table.drop(columns=left)}


STEPS: dict[str, Callable[[Rows, File, Ledger], Rows]] = {
    "history": history, "race_of_flags": race_of_flags, "setting_of_flags": setting_of_flags,
    "child_disposition": child_disposition, "care_link": care_link, "not_in_error": not_in_error,
}
"""Step as declared -> function of the rows of all roles, the role, and the ledger."""
