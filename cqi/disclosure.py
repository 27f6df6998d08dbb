"""Small numbers: which rows of the tables a reader may see.

A count from 1 to 10 is hidden, and so is what is worked out from it: share, interval, complement. Then enough others
that no hidden count follows by subtraction inside a table: along counties and their total, along kinds of exit, along
groups, and along months in care, whose increments are counts too. Hidden is missing with the status `suppressed`, never
0; published numbers are never altered. Rules: CMS cell-size policy; California CCWIP methodology.
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files

import numpy as np
import pandas as pd

from cqi.vocabulary import PERMANENCY, WHOLE, no_such

DERIVED = ["numerator", "value", "lower", "upper"]
COURSE_COUNTS = ("entered", "at_risk", "observed")
COURSE_HIDDEN = ["entered", "at_risk", "observed", "expected", "ratio", "lower", "upper", "lower_80", "upper_80"]
ROW = ["measure", "cohort", "as_of", "group", "part", "at"]


@cache
def policy(profile: str) -> dict:
    """The policy of a profile: threshold, months_in_care, banner. Raises CqiError for a profile that is not declared."""
    declared = tomllib.loads((files("cqi") / "definitions" / "policy.toml").read_text(encoding="utf-8"))
    if profile not in declared:
        raise no_such("profile", profile, declared)
    return declared[profile]


def protected(table: pd.DataFrame, profile: str) -> pd.DataFrame:
    """The measure table as a profile may see it; the table itself for a profile without a threshold."""
    rules = policy(profile)
    months = table["at"].isna() | table["at"].isin(rules["months_in_care"])
    table = table.loc[months].reset_index(drop=True)
    if rules["threshold"] == 0 or table.empty:
        return table
    few = _small_groups(table, rules["threshold"])
    hidden = few | _small(table, rules["threshold"]) | _small_steps(table, rules["threshold"])
    hidden = _complemented(table, hidden, rules["threshold"])
    return _without(table, hidden, few)


def protected_course(table: pd.DataFrame, profile: str) -> pd.DataFrame:
    """The course table as a profile may see it: a county's row is shown whole or hidden whole."""
    threshold = policy(profile)["threshold"]
    if threshold == 0 or table.empty:
        return table
    counts = table[list(COURSE_COUNTS)]
    hidden = (counts.gt(0) & counts.lt(threshold)).any(axis=1)
    hidden |= (table["entered"] - table["observed"]).between(1, threshold - 1)
    hidden = hidden.to_numpy()
    lines = [(table["measure"] + table["cohort"], table[name].to_numpy(dtype=float)) for name in COURSE_COUNTS]
    county = table["county"].ne(WHOLE).to_numpy()
    hidden = _until_stable(hidden, [(key, value, county) for key, value in lines], threshold)
    table = table.astype({name: "float64" for name in COURSE_HIDDEN})
    table.loc[hidden, COURSE_HIDDEN] = np.nan
    return table.assign(status=table["status"].mask(hidden, "suppressed"))


def _small(table: pd.DataFrame, threshold: int) -> np.ndarray:
    """Rows whose numerator, or what is left of the denominator, is a small count."""
    small = table["numerator"].between(1, threshold - 1)
    people = table["denominator"].eq(table["children"])
    return (small | (people & (table["denominator"] - table["numerator"]).between(1, threshold - 1))).to_numpy()


def _small_groups(table: pd.DataFrame, threshold: int) -> np.ndarray:
    """Rows with few children behind them: then the denominator is hidden too."""
    return table["children"].between(1, threshold - 1).to_numpy()


def _small_steps(table: pd.DataFrame, threshold: int) -> np.ndarray:
    """Rows whose count is a small step above the last one shown for the same children, over months in care."""
    keys = [name for name in ("county", *ROW) if name != "at"]
    wide = table.loc[table["at"].notna()].pivot_table(index=keys, columns="at", values="numerator", dropna=False, observed=True)
    hidden, shown = np.zeros(wide.shape, dtype=bool), np.zeros(len(wide))
    for column in range(wide.shape[1]):
        count = wide.iloc[:, column].to_numpy()
        step = np.abs(count - shown)
        hidden[:, column] = (step > 0) & (step < threshold)
        shown = np.where(hidden[:, column] | np.isnan(count), shown, count)
    steps = pd.DataFrame(hidden, index=wide.index, columns=wide.columns).stack()
    place = pd.MultiIndex.from_frame(table[[*keys, "at"]])
    return steps.reindex(place, fill_value=False).to_numpy(dtype=bool)


def _complemented(table: pd.DataFrame, hidden: np.ndarray, threshold: int) -> np.ndarray:
    """Hides the smallest others until no line of a table gives a hidden count away by subtraction."""
    county = table["county"].ne(WHOLE).to_numpy()
    count = table["numerator"].fillna(0).to_numpy(dtype=float)
    table = table.assign(grouping=table["group"].str.split(":").str[0])
    across = table.groupby(ROW, dropna=False, sort=False).ngroup()
    home = table.groupby(["measure", "county", "cohort", "as_of", "at", "grouping"], dropna=False, sort=False).ngroup()
    part = table["part"]
    lines = [
        (across, count, county),
        (home, count, (part.ne("") | table["group"].ne("")).to_numpy()),
        (home, count, part.isin(PERMANENCY).to_numpy()),
        (home, count, (part.isin(["other exit", "still in care"]) | (part.eq("") & home.isin(home[part.ne("")]))).to_numpy()),
    ]
    return _until_stable(hidden, lines, threshold)


def _until_stable(hidden: np.ndarray, lines: list[tuple], threshold: int) -> np.ndarray:
    hidden = hidden.copy()
    while True:
        more = np.zeros(len(hidden), dtype=bool)
        for key, count, inside in lines:
            more |= _next_hidden(key.to_numpy(), count, inside, hidden, threshold)
        if not more.any():
            return hidden
        hidden |= more


def _next_hidden(key, count, inside, hidden, threshold: int) -> np.ndarray:
    """The smallest shown count of every line that holds one hidden count, or hidden counts of a small sum."""
    frame = pd.DataFrame({"key": key, "count": count, "hidden": hidden, "row": np.arange(len(key))})[inside]
    inner = frame.assign(mass=frame["count"].where(frame["hidden"], 0)).groupby("key")
    number, mass = inner["hidden"].transform("sum"), inner["mass"].transform("sum")
    weak = (number == 1) | ((number > 1) & (mass < threshold))
    shown = frame.loc[weak & ~frame["hidden"] & (frame["count"] > 0)].sort_values(["key", "count", "row"])
    more = np.zeros(len(key), dtype=bool)
    more[shown.drop_duplicates("key")["row"].to_numpy()] = True
    return more


def _without(table: pd.DataFrame, hidden: np.ndarray, few: np.ndarray) -> pd.DataFrame:
    table = table.astype({name: "float64" for name in (*DERIVED, "denominator", "children")})
    table.loc[hidden, DERIVED] = np.nan
    table.loc[few, [*DERIVED, "denominator", "children"]] = np.nan
    return table.assign(status=table["status"].mask(hidden | few, "suppressed"))
