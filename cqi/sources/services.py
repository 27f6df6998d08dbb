"""Referrals to services and staff, beside the files of any source: how they are read, and what looks wrong about them."""

from __future__ import annotations

import tomllib
from dataclasses import replace

import pandas as pd

from cqi.sources.account import Ledger, counted
from cqi.sources.declared import OURS, File, Source, declared_file

ROLES = {"referrals": "first_contact_role", "staff": "role"}
"""Table -> its column of roles."""
MOST_ROLES = 20
"""More different words than this are no roles; they may be names, and nothing is told by them."""


def with_services(source: Source) -> Source:
    """The source with the files of referrals and staff, unless it declares its own."""
    own = {file.table for file in source.files}
    return replace(source, files=(*source.files, *(file for file in _files(source) if file.table not in own)))


def apart(source: Source) -> tuple[Source, Source]:
    """The source without the files of referrals and staff that were put beside it, and one of these alone, which also takes ISO days."""
    beside = [file for file in source.files if file in _files(source)]
    rest = [file for file in source.files if file not in beside]
    formats = tuple(dict.fromkeys(("yyyy-mm-dd", *source.date_formats)))
    return replace(source, files=tuple(rest)), replace(source, files=tuple(beside), date_formats=formats)


def _files(source: Source) -> tuple[File, ...]:
    text = tomllib.loads((OURS / "parts" / "services.toml").read_text(encoding="utf-8"))
    files = (declared_file("services.toml", role, each) for role, each in text["files"].items())
    if source.county_codes != "fips":
        return tuple(files)
    return tuple(replace(file, columns=tuple(replace(each, width=5) if each.field == "county" else each for each in file.columns)) for file in files)


def suspect_services(made: dict[str, pd.DataFrame], ledger: Ledger) -> None:
    """Enters in the ledger what is suspicious about referrals and staff, the tables with `file` and `row`; every row is kept, and no value is told."""
    for table, column in ROLES.items():
        rows = made.get(table)
        if rows is not None and len(rows):
            _roles(rows, column, ledger)
    if (rows := made.get("referrals")) is not None and {"engaged_date", "completed_date"} <= set(rows):
        without = rows.loc[rows["completed_date"].notna() & rows["engaged_date"].isna()]
        ledger.tell("completed-without-engaged", f"{counted(len(without), 'row')} with a completed_date and no engaged_date; read as engaged on that day at the latest",
                    without, among=len(rows), note=False)
    if (rows := made.get("staff")) is not None and len(rows):
        _overlaps(rows, ledger)


def _roles(rows: pd.DataFrame, column: str, ledger: Ledger) -> None:
    role = rows[column] if column in rows else pd.Series("", index=rows.index)
    blank = rows.loc[role == ""]
    ledger.tell("no-role", f"{counted(len(blank), 'row')} without a role in {column}; told as not known", blank, among=len(rows), note=False)
    number = role[role != ""].str.casefold().nunique()
    if number > MOST_ROLES:
        ledger.tell("roles-like-names", f"{number:,} different words in {column}, too many for roles; nothing is told by role", rows.loc[role != ""],
                    among=len(rows), note=False)


def _overlaps(rows: pd.DataFrame, ledger: Ledger) -> None:
    """Rows of one person of which one begins before another ended."""
    ordered = rows.sort_values(["staff_id", "hire_date", "end_date"])
    until = ordered["end_date"].fillna(pd.Timestamp("2200-01-01")).groupby(ordered["staff_id"]).cummax()
    before = until.groupby(ordered["staff_id"]).shift()
    twice = ordered.loc[before.notna() & (ordered["hire_date"] < before)].sort_values(["file", "row"])
    ledger.tell("staff-twice", f"{counted(len(twice), 'row')} of a person who is employed in another row at the same time; counted as one employment", twice,
                among=len(rows), note=False)
