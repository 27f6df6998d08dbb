"""Groups of children as a profile may see them: small groups are put together, or none is shown."""

from __future__ import annotations

import pandas as pd

from cqi.disclosure.policy import policy
from cqi.vocabulary import WHOLE

TOGETHER = "groups put together"
COUNTS = ["children", "numerator", "denominator"]


def pooled_groups(table: pd.DataFrame, profile: str) -> pd.DataFrame:
    """Measure rows by group (`race: White`), each cell large enough for the profile.

    A profile with a threshold sees the whole file only. Groups with a count of 1 to 10 (children, those counted, or those
    not counted) are put together with the next smallest until none is small; where only one is left, the grouping is
    not shown. Values are to be worked out again: they are those of the groups before.
    """
    threshold = policy(profile)["threshold"]
    if threshold == 0 or table.empty:
        return table
    whole = table.loc[(table["county"] == WHOLE) & table["children"].gt(0)]
    grouping = whole["group"].str.split(": ").str[0]
    parts = [_pooled(rows, threshold) for _, rows in whole.groupby(["measure", "cohort", grouping], sort=False)]
    return pd.concat(parts, ignore_index=True) if parts else whole


def _pooled(rows: pd.DataFrame, threshold: int) -> pd.DataFrame:
    """The rows of one grouping with small ones put together; none where one row would be left."""
    ordered = rows.sort_values(["children", "group"])
    for number in range(len(ordered)):
        found = _together(ordered, number)
        if not _small(found, threshold).any():
            return found.loc[[*rows.index.intersection(found.index), *found.index.difference(rows.index)]] if len(found) > 1 else found.iloc[:0]
    return rows.iloc[:0]


def _together(ordered: pd.DataFrame, number: int) -> pd.DataFrame:
    """The rows with the smallest `number` + 1 of them as one (as they stand for 0)."""
    if number == 0:
        return ordered
    few, rest = ordered.iloc[:number + 1], ordered.iloc[number + 1:]
    name = few["group"].iloc[0].split(": ")[0]
    one = few.iloc[[0]].assign(group=f"{name}: {TOGETHER}", **few[COUNTS].sum().to_dict())
    return pd.concat([rest, one.set_axis([-1])])


def _small(rows: pd.DataFrame, threshold: int) -> pd.Series:
    others = (rows["denominator"] - rows["numerator"]).where(rows["denominator"].eq(rows["children"]))
    return pd.concat([rows["children"], rows["numerator"], others], axis=1).apply(lambda count: count.between(1, threshold - 1)).any(axis=1)
