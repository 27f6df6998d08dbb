"""Records of stays in care as the official checks see them, and the half-years in which each one counts.

Files of six months (AFCARS): a child's last record in each report, as it was there, before the last report wins. Files of a
year, which hold a child's last record of that year: the half-years of it in which the child was in care. Other sources:
every half-year in which the child was in care. An exit counts in the half-year of the exit.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from cqi.sources.official.halves import MISSING, half_of, half_reported, run_of_halves

DATES = ("birth_date", "entry_date", "exit_date")
IN_REPORT = ["child_id", "entry_date", "report_year", "report_month"]
"""What tells a stay in a report."""
CONTENT = ["report", "entry_date", "exit_date", "birth_date", "exit_reason", "place", "placements", "removals"]


@dataclass(frozen=True)
class Records:
    """`frame`: one row per record: child and place (codes of child and county), stay (a number for each), the dates,
    exit_reason, placements and removals (missing where the record does not say), report (half-year of the report; where
    there are no reports the rank of the version), first and last (half-years in which the record counts), left (half-year
    of the exit, MISSING without one). `latest`: the last record of every stay. `counties`: names in order of their codes.
    `halves`: first and last. `reports`: `six months`, `years`, or empty where the file has none. `history`: the first half-year of exits.
    `says`: which of placements and removals the source tells at all."""

    frame: pd.DataFrame
    latest: pd.DataFrame
    counties: tuple[str, ...]
    halves: tuple[int, int]
    reports: str
    history: int
    says: frozenset[str]


def records(rows: dict[str, pd.DataFrame], made: dict[str, pd.DataFrame], order: tuple[str, ...] = ()) -> Records:
    """The records of one extract: its parsed rows by role, before any is set aside for its dates, and the final tables.

    `order` names the columns that tell a later version of a row from an earlier one.
    """
    table = rows["episodes"]
    counties = tuple(sorted(table["county"].unique()))
    frame = pd.DataFrame({
        **{name: table[name] if name in table else pd.NaT for name in DATES}, "exit_reason": table["exit_reason"],
        "child_id": table["child_id"], "child": pd.factorize(table["child_id"])[0],
        "place": pd.Index(counties).get_indexer(table["county"]), "placements": _placements(rows, made),
        "removals": _number(table, "removals"), "report": _report(table, order),
    }, index=table.index)
    frame = frame.assign(stay=_stay(table, frame))
    reports = _kind_of_reports(frame) if "report_year" in table else ""
    frame = _once(frame, ["child", "report", "stay"] if reports else ["stay"])
    frame, halves = _in_half_years(frame, reports)
    says = {name for name, there in {"placements": "placement_count" in table or len(made.get("placements", ())),
                                     "removals": "removals" in table}.items() if there}
    return Records(_once(frame, ["child", "report"]) if reports else frame, _once(frame, ["stay"]), counties, halves, reports,
                   run_of_halves(half_of(frame["exit_date"]))[0], frozenset(says))


def _stay(table: pd.DataFrame, frame: pd.DataFrame) -> pd.Series:
    """A number for each stay: by episode_id where the file has one, else by child and entry date."""
    stay = frame.groupby(["child", "entry_date"], dropna=False).ngroup()
    if "episode_id" not in table:
        return stay
    given = pd.Series(pd.factorize(table["episode_id"])[0], index=table.index)
    return given.where(table["episode_id"] != "", stay + len(table))


def _once(frame: pd.DataFrame, key: list[str]) -> pd.DataFrame:
    """The last row of each key by report, then entry date, then all it says: never by its place in the file."""
    several = frame.duplicated(key, keep=False)
    if not several.any():
        return frame
    ordered = frame.loc[several].sort_values(CONTENT, na_position="first")
    return pd.concat([frame.loc[~several], ordered.drop_duplicates(key, keep="last")])


def _number(rows: pd.DataFrame, name: str) -> pd.Series:
    """A whole number as float, missing where the record or the source does not say."""
    return rows[name].astype("float64") if name in rows else pd.Series(np.nan, index=rows.index)


def _placements(rows: dict[str, pd.DataFrame], made: dict[str, pd.DataFrame]) -> pd.Series:
    """The number of placements that a record tells. From rows of placements: 1 where there are any, missing where there are
    none, and -1 (not looked at) for a row that became no episode, unless each report tells its placements anew."""
    table, placements = rows["episodes"], rows.get("placements", pd.DataFrame())
    if not len(made.get("placements", ())):
        return _number(table, "placement_count")
    if set(IN_REPORT) <= set(placements) & set(table):
        there = pd.MultiIndex.from_frame(table[IN_REPORT]).isin(pd.MultiIndex.from_frame(placements[IN_REPORT]))
        return pd.Series(np.where(there, 1.0, np.nan), index=table.index)
    there = is_among(made["episodes"]["episode_id"], made["placements"]["episode_id"])
    found = made["episodes"][["file", "row"]].assign(told=np.where(there, 1.0, np.nan), used=True)
    told = table[["file", "row"]].merge(found, on=["file", "row"], how="left")
    return told["told"].mask(told["used"].isna(), -1.0).set_axis(table.index)


def is_among(values: pd.Series, others: pd.Series) -> np.ndarray:
    """Which texts are among the others; many times as fast as `isin`, which makes Python text of each."""
    known = pa.array(others, type=pa.large_string(), from_pandas=True)
    found = pc.is_in(pa.array(values, type=pa.large_string(), from_pandas=True), value_set=known)
    return found.to_numpy(zero_copy_only=False)


def _report(table: pd.DataFrame, order: tuple[str, ...]) -> np.ndarray:
    """The half-year of each row's report; where there are no reports the rank of its version."""
    if "report_year" in table:
        return half_reported(table["report_year"], table.get("report_month", pd.Series(pd.NA, index=table.index, dtype="Int64")))
    versions = [name for name in order if name in table]
    return table.groupby(versions, dropna=False).ngroup().to_numpy() if versions else np.zeros(len(table), dtype="int64")


def _kind_of_reports(frame: pd.DataFrame) -> str:
    """`years` where no child is reported in both halves of a year and most records of the first half have ended: so looks a
    file that holds a child's last record of the year (NDACAN's annual file)."""
    first = frame.loc[(frame["report"] % 2 == 0) & (frame["report"] + 1).isin(frame["report"].unique())]
    again = child_and_report(first["child"], first["report"] + 1).isin(child_and_report(frame["child"], frame["report"]))
    return "years" if len(first) and not again.any() and first["exit_date"].notna().mean() > 0.5 else "six months"


def child_and_report(child: pd.Series, report: pd.Series) -> pd.Series:
    """One number for a child's code and a report."""
    return child * 2**20 + report


def _in_half_years(frame: pd.DataFrame, reports: str) -> tuple[pd.DataFrame, tuple[int, int]]:
    """The records with first, last and left, and the first and the last half-year of the file."""
    report, left = frame["report"].to_numpy(), half_of(frame["exit_date"])
    if reports == "six months":
        left = np.where(left == MISSING, MISSING, report)
        return frame.assign(first=report, last=report, left=left), (int(report.min()), int(report.max()))
    entry = half_of(frame["entry_date"])
    start, end = run_of_halves(np.concatenate([entry, left]))
    last = np.where(left == MISSING, end, left)
    first = np.where(entry == MISSING, last, np.where(left == MISSING, entry, np.minimum(entry, left)))
    if reports == "years":
        opening, closing = report - report % 2, report - report % 2 + 1
        left = np.where(left == MISSING, MISSING, np.clip(left, opening, closing))
        last = np.clip(np.where(left == MISSING, closing, left), opening, closing)
        first, start, end = np.clip(first, opening, last), int(opening.min()), int(closing.max())
        frame = frame.assign(report=closing)
    return frame.assign(first=first, last=last, left=left), (start, end)
