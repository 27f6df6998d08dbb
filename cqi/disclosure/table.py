"""Measure rows as a profile may see them: without their hidden counts; and rows by group, which stand beside no other counts."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cqi.disclosure.cells import Cells, cells, with_others
from cqi.disclosure.policy import policy
from cqi.registry import PROPORTIONS

DERIVED = ["numerator", "value", "lower", "upper"]
PEOPLE = ["measure", "cohort", "as_of", "county"]


def protected(table: pd.DataFrame, profile: str, *, besides: pd.Series | None = None) -> pd.DataFrame:
    """Measure rows by group (`age: 1 to 5`) as a profile may see them; unaltered for a profile without a threshold.

    A count of 1 to below the threshold is hidden, of children, of those counted, or of those not counted; then as many others as it takes:
    the groups of one grouping add to the children. `besides` marks rows (same index) to be hidden whatever their counts, because another
    table tells too much beside them. The order of rows does not matter.
    """
    threshold = policy(profile)["threshold"]
    if threshold == 0 or table.empty:
        return table
    ordered = table.sort_values([*PEOPLE, "group"])
    asked = np.zeros(len(table), dtype=bool) if besides is None else besides.loc[ordered.index].to_numpy(dtype=bool)
    hidden, few = (pd.Series(found, index=ordered.index).loc[table.index].to_numpy() for found in _hidden(ordered, threshold, asked))
    return without_counts(table, hidden, few)


def _hidden(rows: pd.DataFrame, threshold: int, asked: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Rows whose numerator is hidden, and those of them whose denominator is hidden too."""
    people = rows.groupby(PEOPLE, sort=False).ngroup().to_numpy()
    every, hidden = _cells(rows, people)
    numerators, children = slice(0, len(rows)), len(rows) + people
    counts = pd.concat([rows["numerator"], rows["denominator"] - rows["numerator"]], axis=1)
    hidden[numerators] |= counts.apply(lambda count: count.between(1, threshold - 1)).any(axis=1).to_numpy() | asked
    hidden[children] |= rows["children"].between(1, threshold - 1).to_numpy()
    hidden = with_others(every, hidden, threshold, amounts=lambda _: [every.count], steps=lambda hidden: hidden)
    return hidden[numerators], hidden[children]


def _cells(rows: pd.DataFrame, people: np.ndarray) -> tuple[Cells, np.ndarray]:
    """A cell for each row's numerator, then one for the children whom it is counted among; a row is hidden with its children."""
    first = np.unique(people, return_index=True)[1]
    count = np.append(rows["numerator"].to_numpy(dtype=float), rows["children"].to_numpy(dtype=float)[first])
    here, total = np.arange(len(rows)), len(rows) + people
    grouping = rows.assign(grouping=rows["group"].str.split(":").str[0]).groupby([*PEOPLE, "grouping"]).ngroup().to_numpy()
    once = np.unique(grouping, return_index=True)[1]
    line = pd.DataFrame({"key": np.append(grouping, grouping[once]), "cell": np.append(here, total[once]),
                         "sign": np.repeat([1, -1], [len(rows), len(once)])})
    return cells(count, (np.arange(len(count)) >= len(rows)).astype(int), [line], leader=total, follower=here)


def without_counts(table: pd.DataFrame, hidden: np.ndarray, few: np.ndarray) -> pd.DataFrame:
    """The measure table without the counts of the rows marked `hidden`, and of those marked `few` without their children either.

    Shares are in whole percents and rates have two decimals: finer ones give counts away. The children behind a rate go too.
    """
    table = without_children_of_rates(table.astype({name: "float64" for name in (*DERIVED, "denominator", "children")}))
    table.loc[hidden, DERIVED] = np.nan
    table.loc[few, [*DERIVED, "denominator", "children"]] = np.nan
    return table.round({name: 2 for name in ("value", "lower", "upper")}).assign(status=table["status"].mask(hidden | few, "suppressed"))


def without_children_of_rates(table: pd.DataFrame) -> pd.DataFrame:
    """The table without the children behind a rate, or behind a share of anything else than children, of whom another measure may have
    counted a few more; no page needs them."""
    return table.assign(children=table["children"].where(table["unit"].isin(PROPORTIONS) & table["children"].eq(table["denominator"])))
