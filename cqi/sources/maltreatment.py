"""The NCANDS Child File: one row per child and report, with the child's own findings and a link to foster care records."""

from __future__ import annotations

import pandas as pd

from cqi.sources.account import Ledger, counted
from cqi.sources.declared import File
from cqi.sources.tables import one_version
from cqi.vocabulary import DISPOSITIONS, UNKNOWN

LEVELS = ("level_1", "level_2", "level_3", "level_4")
VICTIM = ("substantiated", "indicated")
UNBORN = 77
OLDEST = 76
"""Ages above it are codes: 77 the unborn, 99 unknown (Child File code book, element 14)."""


def child_disposition(rows: dict[str, pd.DataFrame], file: File, ledger: Ledger) -> dict[str, pd.DataFrame]:
    """Reports with the finding about this child, `unborn`, the age in years, a five-digit county, and one version of each.

    A child is a victim where one of the four maltreatments is substantiated or indicated, or the child died of one (derived
    element 145, Child is a Victim on this Report). Else the gravest of the child's own findings counts. A child without any
    finding of their own, in a report that is substantiated for another child, is `unsubstantiated`. Where the file has no
    findings of the child's own at all, the report's is all there is. A later submission of a report and child counts.
    """
    table = rows[file.role]
    where = ledger.label(table, file.role)
    if {"report_id", "submission_year"} <= set(table):
        table = one_version(table, ["report_id", "child_id"], ("submission_year",), file.table, ledger)
    table = _with_age(_with_county(table))
    own = [name for name in (*LEVELS, "death") if name in table]
    if own:
        table = table.assign(disposition=_finding(table))
    elif "state" in table:
        ledger.note(f"{where}: no column tells the finding about each child (Mal1Lev); the report's was taken for all its children.")
    left = [name for name in (*own, "submission_year", "county_number") if name in table]
    return {**rows, file.role: table.drop(columns=left)}


def _finding(table: pd.DataFrame) -> pd.Series:
    """The gravest of the child's own findings, in the order of DISPOSITIONS; else what the report leaves for the child."""
    rank = {word: number for number, word in enumerate(DISPOSITIONS)}
    levels = pd.DataFrame({name: table[name].map(rank) for name in LEVELS if name in table}, index=table.index)
    own = levels.min(axis=1).map(dict(enumerate(DISPOSITIONS)))
    report = table["disposition"].mask(table["disposition"].isin(VICTIM), "unsubstantiated")
    found = own.where(own.notna() & (own != UNKNOWN), report).astype("str")
    died = table["death"].eq("yes") if "death" in table else pd.Series(False, index=table.index)
    return found.mask(died & ~found.isin(VICTIM), "substantiated")


def _with_age(table: pd.DataFrame) -> pd.DataFrame:
    if "age" not in table:
        return table
    unborn = table["age"].eq(UNBORN).fillna(False).astype(bool)
    said = table["unborn"] if "unborn" in table else pd.Series("", index=table.index, dtype="str")
    return table.assign(unborn=said.mask(unborn, "yes"), age=table["age"].mask(table["age"] > OLDEST))


def _with_county(table: pd.DataFrame) -> pd.DataFrame:
    """Counties of three digits after the state's two; a county that is out of the state (998) or not known is `unknown`."""
    county = table["county"] if "county" in table else pd.Series("", index=table.index, dtype="str")
    if "county_number" in table and "state_number" in table:
        number = table["county_number"].mask(table["county_number"].isin(["998", "999"]), "")
        county = county.where(county != "", (table["state_number"] + number).where(number != "", ""))
    return table.assign(county=county.mask(county == "", UNKNOWN))


def care_link(rows: dict[str, pd.DataFrame], file: File, ledger: Ledger) -> dict[str, pd.DataFrame]:
    """Reports with `care_id`, the child's id as the episodes write it; blank where the report has none.

    StFCID is the state's letters and the AFCARS id; foster care files may instead write the state's number and the AFCARS id,
    or the id alone. The way in which most reports find their child is taken for all, the first of them where none does.
    """
    table = rows[file.role]
    ways = _ways(table)
    if "care_id" not in table and ways:
        children = rows["episodes"]["child_id"].unique()
        found = {way: int(ids.isin(children).sum()) for way, ids in ways.items()}
        way = max(found, key=found.get)
        table = table.assign(care_id=ways[way])
        linked = int((table["care_id"] != "").sum())
        ledger.note(
            f"{ledger.label(table, file.role)}: {counted(linked, 'row')} of {len(table):,} have an id of foster care ({way}); "
            f"{found[way]:,} of them are of children in the foster care files."
        )
    elif "care_id" not in table and "state" in table:
        table = table.assign(care_id="")
    left = [name for name in ("state", "state_number", "state_care_id", "care_number") if name in table]
    return {**rows, file.role: table.drop(columns=left)}


def _ways(table: pd.DataFrame) -> dict[str, pd.Series]:
    """How the id of foster care may be written, from the columns there are."""
    ways = {"StFCID": table["state_care_id"]} if "state_care_id" in table else {}
    if "care_number" in table:
        number = table["care_number"]
        if "state" in table:
            ways |= {"StaTerr with AFCARSID": table["state"] + number, "state number-AFCARSID": table["state_number"] + "-" + number}
        ways |= {"AFCARSID": number}
        ways = {way: ids.where(number != "", "") if way != "StFCID" else ids for way, ids in ways.items()}
    return ways
