"""What holds for a table whatever its source: one version of each row, dates in order, the contract's columns."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from cqi.sources.account import Ledger, counted
from cqi.vocabulary import TABLE_COLUMNS, UNKNOWN

KEYS = {"population": ["county", "year", "age_band"], "staff": ["staff_id", "county", "role", "hire_date"]}
"""Tables in which two rows may not be about the same thing; in the others only a whole row repeated is merged."""

IN_ORDER = {
    "episodes": (("birth_date", "entry_date"), ("birth_date", "exit_date"), ("entry_date", "exit_date")),
    "placements": (("start_date", "end_date"),),
    "staff": (("hire_date", "end_date"),),
    "referrals": (("referral_date", "engaged_date"), ("referral_date", "completed_date"), ("engaged_date", "completed_date")),
}
"""Pairs of dates of which the second may not come before the first; the same day is right."""

OUT_OF_ORDER = {
    ("birth_date", "entry_date"): "birth-after-entry",
    ("birth_date", "start_date"): "birth-after-entry",
    ("birth_date", "exit_date"): "birth-after-exit",
    ("entry_date", "exit_date"): "exit-before-entry",
}
"""Pair of dates -> the defect where the second comes first."""

SORTED = {
    "episodes": ("county", "child_id", "entry_date", "episode_id"),
    "placements": ("episode_id", "start_date", "end_date"),
}

NUMBERS = ("year", "children", "placement_count")


def in_order(rows: pd.DataFrame, pairs, table: str, ledger: Ledger) -> pd.DataFrame:
    """The rows whose dates are in order; a missing date is in order."""
    for first, second in pairs:
        if first in rows and second in rows:
            rows = ledger.set_aside(rows, rows[second] < rows[first], f"{second} comes before {first}", table,
                                    defect=OUT_OF_ORDER.get((first, second), "unusable-row"))
    return rows


def one_version(rows: pd.DataFrame, key: list[str], order: tuple[str, ...], table: str, ledger: Ledger) -> pd.DataFrame:
    """One row for each key: exact repeats and earlier versions are merged; two different latest versions are set aside.

    `order` names the columns by which a later version is told; without them no version is later than another.
    An empty `key` means that only whole rows repeated are merged.
    """
    content = [name for name in rows.columns if name not in ("file", "row")]
    repeated = rows.duplicated(key or content, keep=False)
    if not repeated.any():
        return rows
    several = rows[repeated]
    into = _repeats(several, content)
    same = several[into != ""]
    ledger.tell("repeated-row", f"{counted(len(same), 'repeated row')} kept once", same, note=False)
    if key:
        version = _version(several, order)
        newest = version.groupby([several[name] for name in key], dropna=False).transform("max")
        into = into.mask(version < newest, "a later report of the same row")
    kept = ledger.merge(several, into, table)
    tied = kept.duplicated(key, keep=False) if key else pd.Series(False, index=kept.index)
    kept = ledger.set_aside(kept, tied, f"two different rows for one {' and '.join(key)}", table, defect="two-versions")
    return pd.concat([rows[~repeated], kept])


def _repeats(rows: pd.DataFrame, content: list[str]) -> pd.Series:
    """Where each row that repeats an earlier one goes ('' for the first)."""
    group = rows.groupby(content, dropna=False, sort=False)
    first = group["file"].transform("first") + " line " + group["row"].transform("first").astype("str")
    return ("the same row: " + first).where(rows.duplicated(content), "")


def _version(rows: pd.DataFrame, order: tuple[str, ...]) -> pd.Series:
    """The rank of each row's report, later is higher; rows without one come first."""
    present = [name for name in order if name in rows]
    if not present:
        return pd.Series(0, index=rows.index)
    return rows[present].fillna(-1).groupby(present).ngroup()


def plain_table(rows: pd.DataFrame, table: str, order: tuple[str, ...], ledger: Ledger) -> pd.DataFrame:
    """A table that needs no row shape: rows in order, one version of each, all used."""
    rows = in_order(rows, IN_ORDER.get(table, ()), table, ledger)
    rows = one_version(rows, KEYS.get(table, []), order, table, ledger)
    return ledger.use(rows)


def with_settled_exits(episodes: pd.DataFrame, ledger: Ledger) -> pd.DataFrame:
    """Episodes whose exit_reason is '' while in care and `unknown` for an exit without a reason."""
    in_care = episodes["exit_date"].isna()
    said = episodes[in_care & (episodes["exit_reason"] != "")]
    ledger.tell("reason-without-exit", f"{counted(len(said), 'row')} had no end date but an exit code; read as still in care", said,
                among=len(episodes))
    without = episodes[~in_care & (episodes["exit_reason"] == "")]
    ledger.tell("exit-without-reason", f"{counted(len(without), 'row')} had an exit but no reason for it; read as '{UNKNOWN}'", without,
                among=int((~in_care).sum()), note=False)
    reason = episodes["exit_reason"].mask(in_care, "").mask(~in_care & (episodes["exit_reason"] == ""), UNKNOWN)
    return episodes.assign(exit_reason=reason)


def places(values: pd.Series, among: pd.Series) -> np.ndarray:
    """The place of each text among the others, -1 where it is not there; many times as fast as pandas for long columns."""
    value_set = pa.array(among, type=pa.large_string(), from_pandas=True)
    found = pc.index_in(pa.array(values, type=pa.large_string(), from_pandas=True), value_set=value_set)
    return found.fill_null(-1).to_numpy(zero_copy_only=False).astype("int64")


def contract(rows: pd.DataFrame | None, table: str) -> pd.DataFrame:
    """The table as every reader finds it: the contract's columns first, covariates after, types and order fixed."""
    columns = TABLE_COLUMNS[table]
    rows = pd.DataFrame() if rows is None else rows.drop(columns=["file", "row", "data_as_of"], errors="ignore")
    missing = [name for name in columns if name not in rows]
    rows = rows.assign(**{name: blank(name, rows.index) for name in missing})
    covariates = [name for name in rows.columns if name not in columns]
    order = dict.fromkeys([*SORTED.get(table, ()), *columns])
    return rows.loc[:, [*columns, *covariates]].sort_values(list(order), ignore_index=True)


def blank(name: str, index: pd.Index) -> pd.Series:
    """A column of the right type with nothing in it."""
    if name.endswith(("_date", "_start")):
        return pd.Series(pd.NaT, index=index, dtype="datetime64[s]")
    return pd.Series(pd.NA, index=index, dtype="Int64") if name in NUMBERS else pd.Series("", index=index, dtype="str")
