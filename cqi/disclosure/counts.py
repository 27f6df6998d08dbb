"""Every count of a release by what it counts, wherever it stands: one child-welfare count, one cell.

The same count stands in several tables and on several pages. Here each row of each table is given the cells of its counts:
the children, those counted, and those not counted. Counts that are equal by definition are one cell: hidden in one place, hidden in all.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from cqi.registry import PROPORTIONS, measure
from cqi.vocabulary import WHOLE

ENTERED, REPORTED, LEFT = "children who entered", "children with a confirmed report", "children who left"
BASES = {"exits of an entry cohort": ENTERED, "first placement of an entry cohort": ENTERED, "entries of a population": ENTERED,
         "further reports on victims": REPORTED, "children kept at home after a report": REPORTED, "returns of an exit cohort": LEFT}
"""Kinds of measure that are counted among the same children, but for exclusions: the few left out of one would follow from both."""
PLACE = ["page", "table", "row"]
WHOSE = ["measure", "part", "level", "county", "cohort"]
BY_MONTHS = ("maturity", "curves")
COUNTY, REGION, ALL = "county", "region", "whole"


def release_counts(pages: Mapping[str, Mapping[str, pd.DataFrame]]) -> pd.DataFrame:
    """One row for each row of the tables that has counts: where it stands (`page`, `table`, `row`: its position there), whose it is
    (`measure`, `base`, `part`, `level`, `county`, `cohort`, `day`, months in care `at`, 0 for all by that day), and its counts: `children` (months or
    reports for a share of those, and then the children `behind` them), `counted` (missing where the children themselves are what is counted), `others` (missing for a rate).

    `pages` holds, by page, measure tables by name, and among them `regions`, a course table whose `county` are pools of counties.
    """
    frames = [_of(table, name).assign(page=page, table=name) for page, tables in pages.items() for name, table in tables.items() if len(table)]
    found = pd.concat(frames, ignore_index=True).loc[lambda rows: rows["children"].notna()].reset_index(drop=True)
    kinds = {name: measure(name).kind for name in found["measure"].unique()}
    kind = found["measure"].map(kinds)
    themselves = kind.eq("entries of a population")
    return found.assign(base=kind.map(BASES).fillna(found["measure"]), counted=found["counted"].mask(themselves), others=found["others"].mask(themselves))


def _of(table: pd.DataFrame, name: str) -> pd.DataFrame:
    rows = table.reset_index(drop=True)
    if name == "regions":
        return _row(rows, rows["entered"], rows["observed"], rows["entered"] - rows["observed"], at=0).assign(level=REGION, part="", behind=rows["entered"])
    counted, share = rows["numerator"].astype(float), rows["unit"].isin(PROPORTIONS)
    among = rows["children"].astype(float).where(~share, rows["denominator"])
    others = (rows["denominator"] - counted).where(share & rows["part"].eq(""))
    return _row(rows, among, counted, others, at=months_of(rows, name)).assign(part=rows["part"], level=levels(rows), behind=rows["children"])


def months_of(rows: pd.DataFrame, name: str) -> pd.Series:
    """The months in care of rows of the table of that name; 0 for what is counted by a day, 12 months included."""
    return rows["at"].where(rows["at"].lt(12) & (name in BY_MONTHS), 0).astype("int64")


def levels(rows: pd.DataFrame) -> np.ndarray:
    """Whose each row of a measure table is: a county's or all counties'."""
    return np.where(rows["county"].eq(WHOLE), ALL, COUNTY)


def _row(rows: pd.DataFrame, children, counted, others, *, at) -> pd.DataFrame:
    """The counts of rows; those not yet observed, or not given for the quality of the data, are missing."""
    found = pd.DataFrame({"row": np.arange(len(rows)), "measure": rows["measure"], "county": rows["county"], "cohort": rows["cohort"],
                          "day": rows["as_of"], "at": at, "children": children, "counted": counted, "others": others})
    return found


def celled(counts: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The counts with their cells (`n` of the children, `k` of those counted, `r` of the others, -1 for none), and the cells: `kind`,
    `count`, and whose they are.

    A count that did not change from one day to another, or by months in care, is one cell.
    """
    n, children = _numbered(counts, ["base", "level", "county", "cohort", "children"], "n", 0)
    k, counted = _numbered(counts.loc[counts["counted"].notna()], [*WHOSE, "counted"], "k", len(children))
    placed = counts.assign(n=n, k=k.reindex(counts.index, fill_value=-1))
    r, others = _numbered(placed.loc[placed["others"].notna()], ["n", "k", "others"], "r", len(children) + len(counted))
    placed = placed.assign(r=r.reindex(counts.index, fill_value=-1))
    return placed, pd.concat([children, counted, others], ignore_index=True)


def _numbered(counts: pd.DataFrame, by: list[str], kind: str, first: int) -> tuple[pd.Series, pd.DataFrame]:
    number = counts.groupby(by, sort=True).ngroup()
    cells = counts.assign(number=number).drop_duplicates("number").sort_values("number")
    return number + first, cells[[*WHOSE, "base", "day"]].assign(kind=kind, count=cells[by[-1]].astype("int64"))
