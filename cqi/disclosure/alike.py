"""Pairs of counts of the same children, whose difference is a count too: by another day, within more months in care, or by another measure."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cqi.cohorts import months_after, spanned
from cqi.disclosure.counts import ENTERED, LEFT, WHOSE
from cqi.registry import measure


def kept_by_day(placed: pd.DataFrame) -> pd.DataFrame:
    """Pairs of counts of the same children of which one holds the other: by a later day, or within more months in care."""
    labels = placed.loc[placed["k"] >= 0, [*WHOSE, "day", "at", "k"]].drop_duplicates()
    pairs = labels.merge(labels, on=WHOSE, suffixes=("", "_in"))
    pairs = pairs.loc[pairs["k"] != pairs["k_in"]]
    periods = {word: spanned(word) for word in pairs["cohort"].unique()}
    start, end = (pairs["cohort"].map({word: np.datetime64(getattr(period, side), "D") for word, period in periods.items()})
                  for side in ("start", "end"))
    held = _held(pairs["at"], pairs["day"], pairs["at_in"], pairs["day_in"], start, end)
    return pairs.loc[held, ["k", "k_in"]].set_axis(["one", "other"], axis=1)


def _held(at, day, at_in, day_in, start, end) -> np.ndarray:
    """Whether what is counted by `day` within `at` months (0: 12) is in what is counted by `day_in` within `at_in` months."""
    at, at_in = at.replace(0, 12).astype(int), at_in.replace(0, 12).astype(int)
    days = {name: values.to_numpy().astype("datetime64[D]") for name, values in (("day", day), ("in", day_in), ("start", start), ("end", end))}
    all_within = _after(days["start"], at_in) >= days["day"]
    all_by = _after(days["end"], at) <= days["in"]
    return ((at <= at_in).to_numpy() | all_within) & ((days["day"] <= days["in"]) | all_by)


def _after(days: np.ndarray, months: pd.Series) -> np.ndarray:
    found = days.copy()
    for number in months.unique():
        found[months == number] = months_after(days[months == number], int(number))
    return found


def children(placed: pd.DataFrame) -> pd.DataFrame:
    """Pairs of numbers of children by different days, or by measures that leave a few out."""
    return _pairs(placed.loc[placed["base"].eq(ENTERED) | placed["others"].notna()], ["base", "level", "county", "cohort"], "n")


def others(placed: pd.DataFrame) -> pd.DataFrame:
    """Pairs of those not counted by different days on which there were more or fewer children."""
    rows = placed.loc[placed["r"] >= 0]
    return _pairs(rows.loc[rows.groupby(["measure", "level", "county", "cohort"])["n"].transform("nunique") > 1], ["measure", "level", "county", "cohort"], "r")


def reported(placed: pd.DataFrame) -> pd.DataFrame:
    """Pairs of those not reported again, and those of the same reported children who were kept safely at home: the rest came into care."""
    by, kind = ["level", "county", "cohort", "day"], placed["measure"].map({name: measure(name).kind for name in placed["measure"].unique()})
    again = placed.loc[kind.eq("further reports on victims") & placed["r"].ge(0), [*by, "r"]]
    at_home = placed.loc[kind.eq("children kept at home after a report") & placed["k"].ge(0), [*by, "k"]]
    return again.merge(at_home, on=by)[["r", "k"]].drop_duplicates().set_axis(["one", "other"], axis=1)


def came_back(placed: pd.DataFrame) -> pd.DataFrame:
    """Pairs of those who came back into care, by measures of which one leaves the quickest out."""
    return _pairs(placed.loc[placed["base"].eq(LEFT) & placed["k"].ge(0)], ["level", "county", "cohort", "day"], "k")


def _pairs(rows: pd.DataFrame, by: list[str], cell: str) -> pd.DataFrame:
    labels = rows[[*by, cell]].drop_duplicates()
    pairs = labels.merge(labels, on=by, suffixes=("", "_in"))
    return pairs.loc[pairs[cell] < pairs[f"{cell}_in"], [cell, f"{cell}_in"]].set_axis(["one", "other"], axis=1)
