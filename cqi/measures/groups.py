"""A measure by group of children, and each group beside all others. Words on what that can tell are in `cqi.wording`.

Sources: rate ratios and differences as in `cqi.estimates.comparing`. The reference is declared in
`definitions/groups.toml`: all other children, or a group that is named there.
"""

from __future__ import annotations

import tomllib
from dataclasses import replace
from datetime import date
from functools import cache
from importlib.resources import files

import numpy as np
import pandas as pd

from cqi.cohorts import NEVER, Cohort, months_after
from cqi.estimates import proportion_difference, proportion_ratio, rate_difference, rate_ratio
from cqi.measures.basis import Basis
from cqi.measures.counting import counted, counted_rows
from cqi.registry import Measure
from cqi.vocabulary import UNKNOWN, WORKER, CqiError, WorkerLevelNotAllowed

ALL_OTHERS = "all others"
COMPARED = ["ratio", "ratio_lower", "ratio_upper", "difference", "difference_lower", "difference_upper"]


@cache
def groupings() -> dict[str, dict]:
    """How children are grouped, by name (race, sex, age): `title`, `reference`, and for age its `bands` in months."""
    return tomllib.loads((files("cqi") / "definitions" / "groups.toml").read_text(encoding="utf-8"))


def by_group(measure: Measure, on: Basis, period: Cohort, *, as_of: date, grouping: str) -> pd.DataFrame:
    """Measure-table rows of every group, by county and for the whole file; `group` reads `race: White`.

    Empty where the file does not have the grouping, or the measure counts among a population. Children whose group is
    not known come as `race: unknown`. CqiError for a grouping that is not declared,
    WorkerLevelNotAllowed for one of people who work with children.
    """
    if WORKER.search(grouping):
        raise WorkerLevelNotAllowed(f"No figures by {grouping!r}: nothing is counted for single workers. Groups of children are {', '.join(groupings())}.")
    if grouping not in groupings():
        raise CqiError(f"There is no grouping {grouping!r}; there are {', '.join(groupings())}.")
    found = counted(measure, on, period, as_of=as_of)
    code, words = _codes(found.frame, on, grouping)
    if found.among is not None or not words:
        return counted_rows(measure, on, period, found, as_of=as_of).iloc[:0]
    parts = [replace(found, frame=found.frame.loc[code == number]) for number in range(len(words))]
    return pd.concat([counted_rows(measure, on, period, part, as_of=as_of, group=f"{grouping}: {word}")
                      for part, word in zip(parts, words)], ignore_index=True)


def _codes(frame: pd.DataFrame, on: Basis, grouping: str) -> tuple[np.ndarray, tuple[str, ...]]:
    """The group of each row, and the words of the groups; no words where the file does not tell them for these rows.

    Reported children who were once in care are not all reported children: where reports do not tell a group, the stays
    must not tell it for some of them.
    """
    reported = (frame["report"] >= 0).any()
    if grouping == "age":
        if reported and not on.births_reported:
            return np.zeros(len(frame), dtype="int64"), ()
        bands = groupings()["age"]["bands"]
        age = band(frame, [below for _, below in bands])
        return np.where(age < len(bands), age, len(bands)), (*(word for word, _ in bands), UNKNOWN)
    tables, words = on.groups.get(grouping, ({}, ()))
    if ("reports" if reported else "episodes") not in tables:
        return np.zeros(len(frame), dtype="int64"), ()
    code = np.full(len(frame), words.index(UNKNOWN) if UNKNOWN in words else -1)
    for table, rows in (("episodes", frame["episode"].to_numpy()), ("reports", frame["report"].to_numpy())):
        if table in tables:
            code = np.where(rows >= 0, tables[table][rows], code)
    return code, words


def band(frame: pd.DataFrame, below: list[int]) -> np.ndarray:
    """The place of each row's age among bands that end below so many months; one more than the last for no birth date."""
    birth, day = frame["birth"].to_numpy(), frame["day"].to_numpy()
    real = np.where(birth < NEVER, birth, 0).astype("datetime64[D]")
    passed = sum((months_after(real, months).astype("int64") <= day).astype("int64") for months in below[:-1])
    return np.where(birth < NEVER, passed, len(below))


def compared(rows: pd.DataFrame, *, per: int) -> pd.DataFrame:
    """The rows of `by_group` with each group's ratio and difference to its reference, and `reference`.

    Ratio and difference have 95% intervals; they are missing for the reference itself, for a group without children and
    for children whose group is not known.
    """
    if rows.empty:
        return rows.assign(reference="", **dict.fromkeys(COMPARED, np.nan))
    grouping = rows["group"].str.split(": ").str[0].iloc[0]
    home, known = ["measure", "cohort", "county"], ~rows["group"].str.endswith(f": {UNKNOWN}")
    reference = groupings()[grouping].get("reference", ALL_OTHERS)
    there = reference != ALL_OTHERS and rows["group"].eq(f"{grouping}: {reference}").any()
    amounts = rows[["numerator", "denominator"]].where(known)
    if there:
        own = rows.loc[rows["group"] == f"{grouping}: {reference}"].set_index(home)[["numerator", "denominator"]]
        other = own.loc[pd.MultiIndex.from_frame(rows[home])].set_axis(rows.index)
        known &= rows["group"] != f"{grouping}: {reference}"
    else:
        other = amounts.groupby([rows[name] for name in home]).transform("sum") - amounts.fillna(0)
    four = [each.where(known).to_numpy(dtype=float) for each in (amounts["numerator"], amounts["denominator"], other["numerator"], other["denominator"])]
    ratio, difference = ((proportion_ratio(*four), proportion_difference(*four)) if per == 1
                         else (rate_ratio(*four), rate_difference(*four, per=per)))
    return rows.assign(reference=reference if there else ALL_OTHERS, **dict(zip(COMPARED, (*ratio, *difference))))
