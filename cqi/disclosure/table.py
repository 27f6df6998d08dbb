"""The measure table as a profile may see it."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cqi.disclosure.cells import Cells, cells, with_others
from cqi.disclosure.policy import policy
from cqi.registry import PROPORTIONS
from cqi.vocabulary import PERMANENCY, WHOLE

DERIVED = ["numerator", "value", "lower", "upper"]
PEOPLE = ["measure", "cohort", "as_of"]
SERIES = [*PEOPLE, "group", "part", "county"]
REST = ("other exit", "still in care")


def protected(table: pd.DataFrame, profile: str, *, besides: pd.Series | None = None) -> pd.DataFrame:
    """The measure table as a profile may see it; only its months in care for a profile without a threshold.

    `besides` marks rows (same index) to be hidden whatever their counts, because another table hides the same count.

    Lines are counties and their total, for the counts and for the children they are counted among; kinds of exit;
    groups. Along months in care the increments between shown counts are counts too. The order of rows does not matter.
    """
    rules = policy(profile)
    months = table["at"].isna() | table["at"].isin(rules["months_in_care"])
    asked = np.zeros(len(table), dtype=bool) if besides is None else besides.to_numpy(dtype=bool)
    table, asked = table.loc[months].reset_index(drop=True), asked[months]
    if rules["threshold"] == 0 or table.empty:
        return table
    ordered = table.sort_values([*SERIES, "at"])
    hidden, few = (pd.Series(found, index=ordered.index).sort_index().to_numpy()
                   for found in _hidden(ordered.reset_index(drop=True), rules["threshold"], asked[ordered.index]))
    return _without(table, hidden, few)


def _hidden(rows: pd.DataFrame, threshold: int, asked: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Rows whose numerator is hidden, and those of them whose denominator is hidden too."""
    people = rows.groupby([*PEOPLE, "county"], sort=False).ngroup().to_numpy()
    every, hidden = _cells(rows, people)
    numerators, children = slice(0, len(rows)), len(rows) + people
    remainder = _remainder(rows)
    small = pd.concat([rows["numerator"], remainder], axis=1).apply(lambda count: count.between(1, threshold - 1))
    hidden[numerators] |= small.any(axis=1).to_numpy() | asked
    hidden[children] |= rows["children"].between(1, threshold - 1).to_numpy()
    months = _months(rows)
    began = np.where(rows["part"] == "still in care", rows["children"], 0.0)[months.max(axis=1, initial=-1)]
    hidden = with_others(
        every, hidden, threshold,
        amounts=lambda hidden: _amounts(every.count, remainder.to_numpy(), months, began, hidden),
        steps=lambda hidden: _small_steps(every.count, months, began, hidden, threshold),
    )
    return hidden[numerators], hidden[children]


def _cells(rows: pd.DataFrame, people: np.ndarray) -> tuple[Cells, np.ndarray]:
    """A cell for each row's numerator, then one for the children of each county; a row is hidden with its children."""
    first = np.unique(people, return_index=True)[1]
    count = np.append(rows["numerator"].to_numpy(dtype=float), rows["children"].to_numpy(dtype=float)[first])
    whole = rows["county"].eq(WHOLE).to_numpy()
    turn = 2 * np.append(whole, whole[first]) + (np.arange(len(count)) >= len(rows))
    here = np.arange(len(rows))
    known = rows.assign(cell=here, total=len(rows) + people, grouping=rows["group"].str.split(":").str[0])
    known = known.loc[rows["numerator"].notna()]
    whose = rows.iloc[first].assign(cell=len(rows) + people[first])
    lines = [_across(known, [*PEOPLE, "at", "group", "part"]), _across(whose, PEOPLE), *_inside(known)]
    return cells(count, turn, lines, leader=len(rows) + people, follower=here)


def _across(rows: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """Counties add to the whole file."""
    return _members(rows, by, np.where(rows["county"] == WHOLE, -1, 1))


def _inside(rows: pd.DataFrame) -> list[pd.DataFrame]:
    """Kinds of permanency add to permanency; with the rest to the children; groups of one grouping add to the children."""
    home = [*PEOPLE, "at", "grouping", "county"]
    parts, groups = rows.loc[rows.groupby(home, dropna=False)["part"].transform("nunique") > 1], rows.loc[rows["group"] != ""]
    is_all, is_rest = parts["part"].eq(""), parts["part"].isin(REST)
    permanency = parts.loc[is_all | parts["part"].isin(PERMANENCY)]
    return [
        _members(permanency, home, np.where(permanency["part"] == "", -1, 1)),
        *(_with_children(some, home) for some in (parts.loc[is_all | is_rest], parts.loc[~is_all], groups)),
    ]


def _with_children(rows: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    total = rows.drop_duplicates(by)
    both = pd.concat([rows, total.assign(cell=total["total"])])
    return _members(both, by, np.repeat([1, -1], [len(rows), len(total)]))


def _members(rows: pd.DataFrame, by: list[str], sign: np.ndarray) -> pd.DataFrame:
    key = rows.groupby(by, dropna=False).ngroup() if len(rows) else pd.Series(dtype=int)
    return pd.DataFrame({"key": key, "cell": rows["cell"], "sign": sign})


def _remainder(rows: pd.DataFrame) -> pd.Series:
    """Children who are not in the numerator; missing where the denominator is not children."""
    return (rows["denominator"] - rows["numerator"]).where(rows["denominator"].eq(rows["children"]))


def _months(rows: pd.DataFrame) -> np.ndarray:
    """Rows by series and month in care, months ascending; -1 where there is none."""
    dated = rows.loc[rows["at"].notna() & rows["numerator"].notna()]
    series, month = dated.groupby(SERIES, sort=False).ngroup(), dated["at"].rank(method="dense").astype(int) - 1
    places = np.full((series.max() + 1 if len(dated) else 0, month.max() + 1 if len(dated) else 0), -1)
    places[series, month] = dated.index
    return places


def _small_steps(count: np.ndarray, months: np.ndarray, last: np.ndarray, hidden: np.ndarray, threshold: int) -> np.ndarray:
    """Hides counts that are a small step from the last one shown (on day 0 first), or that equal it and so tell a hidden
    one between. The last month of all goes first: earlier ones a small step from it are hidden rather than it."""
    hidden, between = hidden.copy(), np.zeros(len(months), dtype=bool)
    end = months.max(axis=1, initial=-1)
    final = np.where(hidden[end], np.nan, count[end])
    for row in months.T:
        there, step, rest = row >= 0, np.abs(count[row] - last), np.abs(final - count[row])
        tells = ((step > 0) & (step < threshold)) | ((step == 0) & between & (last > 0))
        tells |= (row != end) & (rest > 0) & (rest < threshold)
        hidden[row[there & tells]] = True
        shown = there & ~hidden[row]
        last, between = np.where(shown, count[row], last), ~shown & (between | there)
    return hidden


def _amounts(count: np.ndarray, remainder: np.ndarray, months: np.ndarray, began: np.ndarray, hidden: np.ndarray) -> list:
    """By cell: counts, complements, and increments since the last and until the next shown month."""
    before = _last_shown(count, months, hidden, began)
    after = _last_shown(count, months[:, ::-1], hidden, np.full(len(months), np.nan))
    complements = np.full(len(count), np.nan)
    complements[:len(remainder)] = remainder
    return [count, complements, count - before, after - count]


def _last_shown(count: np.ndarray, months: np.ndarray, hidden: np.ndarray, last: np.ndarray) -> np.ndarray:
    found = np.full(len(count), np.nan)
    for row in months.T:
        found[row[row >= 0]] = last[row >= 0]
        last = np.where((row >= 0) & ~hidden[row], count[row], last)
    return found


def _without(table: pd.DataFrame, hidden: np.ndarray, few: np.ndarray) -> pd.DataFrame:
    """The table without what is hidden; shares in whole percents, rates with two decimals: finer ones give counts away."""
    table = without_children_of_rates(table.astype({name: "float64" for name in (*DERIVED, "denominator", "children")}))
    table.loc[hidden, DERIVED] = np.nan
    table.loc[few, [*DERIVED, "denominator", "children"]] = np.nan
    return table.round({name: 2 for name in ("value", "lower", "upper")}).assign(status=table["status"].mask(hidden | few, "suppressed"))


def without_children_of_rates(table: pd.DataFrame) -> pd.DataFrame:
    """The table without the children behind a rate, of whom another measure may have counted a few more; no page needs them."""
    return table.assign(children=table["children"].where(table["unit"].isin(PROPORTIONS)))
