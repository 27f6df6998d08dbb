"""Series by month as a profile may see them: a county's series is shown whole or hidden whole."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cqi.cohorts import spanned
from cqi.disclosure.cells import cells, with_others
from cqi.disclosure.policy import policy
from cqi.disclosure.table import without_children_of_rates
from cqi.vocabulary import WHOLE

HIDDEN = ["children", "numerator", "denominator", "value"]
KEY = ["measure", "county", "month"]
ENTERED, SOON, LEFT = "entries", "three months", "exits"
"""Where the series of children who entered is hidden, so is the share among them."""


def protected_months(table: pd.DataFrame, profile: str, *, besides: pd.Series | None = None) -> pd.DataFrame:
    """The table of `by_month` as a profile may see it; unaltered for a profile without a threshold.

    A series of a county is hidden where in any month its count, the children behind it, or (in a share) the children not counted
    are from 1 to below the threshold; and where it would tell a hidden one beside the whole file. Hidden rows are missing, with the
    status `suppressed`. `besides` marks rows (same index) whose series are hidden whatever their counts, as `beside_cohorts` does. The
    children behind a rate are never shown; those of a share whose months are hidden are, where the children who entered are. The order of rows does not matter.
    """
    threshold = policy(profile)["threshold"]
    if threshold == 0 or table.empty:
        return table
    ordered = table.sort_values(["measure", "county", "series", "month"])
    asked = np.zeros(len(table), dtype=bool) if besides is None else besides.loc[ordered.index].to_numpy(dtype=bool)
    hidden = pd.Series(_hidden(ordered, threshold, asked), index=ordered.index).loc[table.index].to_numpy()
    table = without_children_of_rates(table.astype(dict.fromkeys(HIDDEN, "float64")))
    table.loc[hidden, HIDDEN] = np.nan
    table = table.round({"value": 2}).assign(status=table["status"].mask(hidden, "suppressed"))
    entered = table.loc[table["series"] == ENTERED].set_index(KEY)["numerator"].reindex(pd.MultiIndex.from_frame(table[KEY])).set_axis(table.index)
    return table.assign(**{name: table[name].mask(hidden & table["series"].eq(SOON), entered) for name in ("children", "denominator")})


def beside_cohorts(table: pd.DataFrame, given: pd.DataFrame, profile: str) -> pd.Series:
    """Rows of series that would tell what is hidden of whole periods, for `besides`; same index as `table`.

    `given` has a row for each count of a period that stands in another table: `county`, `cohort`, the `series` whose months add up to almost
    the same children, and `count`, missing where it is hidden. A county's series is hidden where a count of a period within its months is,
    and where sum and count differ by 1 to below the threshold, such as the few children who entered twice.
    """
    threshold = policy(profile)["threshold"]
    told = pd.Series(False, index=table.index)
    for (label, series), rows in given.groupby(["cohort", "series"]) if threshold and len(table) else ():
        period = spanned(label)
        inside = table["series"].eq(series) & table["month"].between(pd.Timestamp(period.start), pd.Timestamp(period.end))
        months = table.loc[inside].groupby("county")["numerator"].agg(["sum", "size"])
        own = rows.loc[rows["county"].isin(months.index)]
        own = own.assign(apart=own["count"] - months["sum"].reindex(own["county"]).to_numpy(),
                         whole=months["size"].reindex(own["county"]).eq(period.months).to_numpy())
        few = own.loc[own["apart"].isna() & own["whole"] | own["apart"].abs().between(1, threshold - 1), "county"]
        told |= table["series"].eq(series) & table["county"].isin(few)
    return told


def _hidden(rows: pd.DataFrame, threshold: int, asked: np.ndarray) -> np.ndarray:
    count, others = rows["numerator"].to_numpy(dtype=float), _others(rows)
    series = rows.groupby(["measure", "county", "series"]).ngroup().to_numpy()
    whole = rows["county"].eq(WHOLE).to_numpy()
    month = rows.groupby(["measure", "series", "month"]).ngroup().to_numpy()
    across = pd.DataFrame({"key": month, "cell": np.arange(len(rows)), "sign": np.where(whole, -1, 1)})
    leader, follower = _entered_beside(rows)
    every, absent = cells(count, _smallest_first(count, series, whole), [across], leader, follower)
    small = pd.DataFrame({"count": count, "children": rows["children"].to_numpy(dtype=float), "others": others})
    marked = absent.copy()
    marked[:len(rows)] |= asked | small.apply(lambda amount: amount.between(1, threshold - 1)).any(axis=1).to_numpy()
    padded = np.append(others, np.full(len(every.count) - len(rows), np.nan))
    return with_others(every, marked, threshold, amounts=lambda _: [every.count, padded],
                       steps=lambda hidden: _whole_series(hidden, series))[:len(rows)]


def _smallest_first(count: np.ndarray, series: np.ndarray, whole: np.ndarray) -> np.ndarray:
    """The turn of each row's series: by its sum, the whole file's last, so that every month hides the same county beside another."""
    total = np.bincount(series, weights=count)
    return np.argsort(np.lexsort((np.arange(len(total)), total)))[series] + whole * len(total)


def _others(rows: pd.DataFrame) -> np.ndarray:
    """Children of a share who are not counted; missing where the denominator is not children."""
    return (rows["denominator"] - rows["numerator"]).where(rows["denominator"].eq(rows["children"])).to_numpy(dtype=float)


def _whole_series(hidden: np.ndarray, series: np.ndarray) -> np.ndarray:
    """All months of every series that has a hidden one."""
    some = np.bincount(series, weights=hidden[:len(series)]) > 0
    return np.append(hidden[:len(series)] | some[series], hidden[len(series):])


def _entered_beside(rows: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Places of the rows of entries, and of the share among the same children."""
    keys = ["measure", "county", "month"]
    placed = rows[[*keys, "series"]].assign(place=np.arange(len(rows)))
    first, second = (placed.loc[placed["series"] == name] for name in (ENTERED, SOON))
    both = first.merge(second, on=keys, suffixes=("_first", "_second"))
    return both["place_first"].to_numpy(dtype="int64"), both["place_second"].to_numpy(dtype="int64")
