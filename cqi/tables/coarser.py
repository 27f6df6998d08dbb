"""The tables of a cohort at the coarser level at which they are given out: coarsen before hiding.

A county's earlier periods stand together, and its kinds of exit and the children still in care are told for all counties together: the
steps between single periods, days and kinds are small counts nearly everywhere, and hiding them would leave nothing to read.
"""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from cqi.cohorts import together
from cqi.measures.rows import with_interval
from cqi.registry import measure
from cqi.vocabulary import WHOLE

COUNTS = ["children", "numerator", "denominator"]


def coarser(every, word: str):
    """The `Tables` of the cohort `word`: measures of its own children only; beside them at the same age the earlier periods together;
    by months in care its own, and earlier periods and kinds of exit for all counties together only; no groups of those still in care
    but for all counties together."""
    measures, curves = every.measures, every.curves
    return replace(
        every, measures=_own(measures, word), same_age=_earlier_together(every.same_age, word),
        maturity=_own_or_whole(every.maturity, word), waiting=_whole(every.waiting),
        curves=_own_or_whole(curves.loc[curves["part"].eq("") | curves["county"].eq(WHOLE)], word),
    )


def _own(table: pd.DataFrame, word: str) -> pd.DataFrame:
    return table.loc[table["cohort"] == word].reset_index(drop=True)


def _own_or_whole(table: pd.DataFrame, word: str) -> pd.DataFrame:
    return table.loc[table["cohort"].eq(word) | table["county"].eq(WHOLE)].reset_index(drop=True)


def _whole(table: pd.DataFrame) -> pd.DataFrame:
    return table.loc[table["county"] == WHOLE].reset_index(drop=True)


def _earlier_together(table: pd.DataFrame, word: str) -> pd.DataFrame:
    """Each measure's earlier periods as one row a county, before its own; without a figure where one of them has none."""
    own = table["cohort"] == word
    earlier = table.loc[~own]
    parts = [with_interval(_one(rows), per=measure(name).per) for name, rows in earlier.groupby("measure", sort=False)]
    order = {name: place for place, name in enumerate(table["measure"].unique())}
    both = pd.concat([*parts, table.loc[own]], ignore_index=True)
    return both.sort_values("measure", key=lambda names: names.map(order), kind="stable").reset_index(drop=True)


def _one(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows of one measure added up by county."""
    by_county = rows.groupby("county", sort=False)
    newest = by_county.tail(1).set_index("county")
    cohorts = by_county["cohort"].agg(["first", "last"])
    label = [together(first, last) for first, last in zip(cohorts["first"], cohorts["last"])]
    whole = by_county["numerator"].count() == by_county.size()
    rows = newest.assign(**by_county[COUNTS].sum(), cohort=label, status="pooled").astype({"numerator": "float64"})
    rows.loc[~whole, "numerator"] = float("nan")
    return rows.assign(status=rows["status"].where(whole, "data quality")).reset_index()
