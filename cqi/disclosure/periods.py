"""Counts of periods of which one holds another: a year and its half, earlier periods put together and each of them.

What a longer period has beyond a shorter one inside it is a count of the rest, and so is what the shorter ones that cover it have beyond it.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from cqi.cohorts import spanned
from cqi.registry import measure

WHOSE = ["level", "county"]
AT_A_DAY = {"exits of children in care"}
"""Kinds of measure that count who is there on a period's first day: a longer period does not hold a shorter one's children."""


def nested(placed: pd.DataFrame, cell: str, by: str) -> pd.DataFrame:
    """Pairs of cells (`one`, `other`) of the same county and the same `by` (measure, or the children it is counted among), of which
    one's period lies inside the other's."""
    labels = _dated(placed, cell, by)
    pairs = labels.merge(labels, on=[by, *WHOSE], suffixes=("", "_in"))
    inside = (pairs["start"] <= pairs["start_in"]) & (pairs["end_in"] <= pairs["end"]) & (pairs["cohort"] != pairs["cohort_in"])
    return pairs.loc[inside, [cell, f"{cell}_in"]].drop_duplicates().set_axis(["one", "other"], axis=1)


def covers(placed: pd.DataFrame, cell: str, by: str) -> pd.DataFrame:
    """Entries of lines (`line`, `cell`, `sign`): a period, and the periods of one length, each by its last day, that cover it without a gap."""
    labels = _dated(placed.sort_values(["day", "at"]), cell, by).drop_duplicates([by, *WHOSE, "cohort"], keep="last")
    labels = labels.assign(months=_month(labels["end"]) - _month(labels["start"]) + 1)
    pairs = labels.merge(labels, on=[by, *WHOSE], suffixes=("", "_in"))
    pairs = pairs.loc[(pairs["months_in"] < pairs["months"]) & (pairs["start_in"] <= pairs["end"]) & (pairs["start"] <= pairs["end_in"])]
    if pairs.empty:
        return pd.DataFrame({"line": [], "cell": [], "sign": []}, dtype="int64")
    group = [by, *WHOSE, "cohort", "months_in"]
    found = pairs.groupby(group).agg(start=("start", "first"), end=("end", "first"), first=("start_in", "min"), last=("end_in", "max"),
                                     number=(f"{cell}_in", "size"))
    months = found.index.get_level_values("months_in")
    whole = (_month(found["last"]) - _month(found["first"]) + 1 == months * found["number"])
    chosen = found.loc[whole & (found["first"] <= found["start"]) & (found["end"] <= found["last"])].reset_index()[group].assign(line=lambda rows: range(len(rows)))
    parts = pairs.merge(chosen, on=group)
    totals = parts.drop_duplicates("line")
    return pd.DataFrame({"line": np.append(parts["line"], totals["line"]), "cell": np.append(parts[f"{cell}_in"], totals[cell]),
                         "sign": np.repeat([1, -1], [len(parts), len(totals)])})


def same_day(placed: pd.DataFrame, cell: str) -> pd.DataFrame:
    """Pairs of cells of the children who are there on a period's first day, of periods that begin on the same one: the same children."""
    rows = placed.loc[(placed[cell] >= 0) & _at_a_day(placed) & ~placed["cohort"].str.contains(" to "), ["measure", *WHOSE, "day", "cohort", cell]].drop_duplicates()
    rows = rows.assign(start=rows["cohort"].map({word: pd.Timestamp(spanned(word).start) for word in rows["cohort"].unique()}))
    pairs = rows.merge(rows, on=["measure", *WHOSE, "day", "start"], suffixes=("", "_in"))
    return pairs.loc[pairs["cohort"] < pairs["cohort_in"], [cell, f"{cell}_in"]].drop_duplicates().set_axis(["one", "other"], axis=1)


def _at_a_day(placed: pd.DataFrame) -> pd.Series:
    return placed["measure"].map({name: measure(name).kind in AT_A_DAY for name in placed["measure"].unique()}).astype(bool)


def _dated(placed: pd.DataFrame, cell: str, by: str) -> pd.DataFrame:
    rows = placed.loc[(placed[cell] >= 0) & placed["part"].eq("") & ~_at_a_day(placed)]
    labels = rows[[by, *WHOSE, "cohort", cell]].drop_duplicates()
    spans = {word: spanned(word) for word in labels["cohort"].unique()}
    return labels.assign(start=labels["cohort"].map({word: pd.Timestamp(span.start) for word, span in spans.items()}).astype("datetime64[s]"),
                         end=labels["cohort"].map({word: pd.Timestamp(span.end) for word, span in spans.items()}).astype("datetime64[s]"))


def _month(days: pd.Series) -> pd.Series:
    return days.dt.year * 12 + days.dt.month
