"""The course table as a profile may see it."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cqi.disclosure.cells import cells, with_others
from cqi.disclosure.policy import policy
from cqi.vocabulary import WHOLE

COUNTS = ("entered", "observed")
HIDDEN = ["entered", "at_risk", "observed", "expected", "ratio", "lower", "upper", "lower_80", "upper_80"]


def protected_course(table: pd.DataFrame, profile: str, *, besides: pd.Series | None = None) -> pd.DataFrame:
    """The course table as a profile may see it: a county's row is shown whole or hidden whole.

    `at_risk` is never shown: with it, the few children who left another way would follow by subtraction.
    `besides` marks rows (same index) to be hidden whatever their counts.
    """
    threshold = policy(profile)["threshold"]
    if threshold == 0 or table.empty:
        return table
    ordered = table.sort_values(["measure", "cohort", "as_of", "county"])
    asked = np.zeros(len(table), dtype=bool) if besides is None else besides.loc[ordered.index].to_numpy(dtype=bool)
    hidden = pd.Series(_hidden(ordered, threshold, asked), index=ordered.index).loc[table.index]
    table = table.astype({name: "float64" for name in HIDDEN})
    table.loc[hidden, HIDDEN] = np.nan
    table["at_risk"] = np.nan
    return table.assign(status=table["status"].mask(hidden, "suppressed"))


def _hidden(rows: pd.DataFrame, threshold: int, asked: np.ndarray) -> np.ndarray:
    size = len(rows)
    count = np.concatenate([rows[name].to_numpy(dtype=float) for name in COUNTS])
    complements = np.append(np.repeat(np.nan, size), (rows["entered"] - rows["observed"]).to_numpy(dtype=float))
    whole = rows["county"].eq(WHOLE).to_numpy()
    key = rows.groupby(["measure", "cohort", "as_of"]).ngroup().to_numpy()
    lines = [pd.DataFrame({"key": key, "cell": np.arange(size) + number * size, "sign": np.where(whole, -1, 1)})
             for number in range(len(COUNTS))]
    each = np.arange(2 * size)
    every, absent = cells(count, np.tile(whole.astype(int), 2), lines, each, np.roll(each, size))
    small = np.zeros(len(every.count), dtype=bool)
    small[:len(count)] = np.tile(asked, len(COUNTS))
    for amount in (count, complements):
        small[:len(count)] |= (amount > 0) & (amount < threshold)
    padded = np.append(complements, np.full(len(every.count) - len(count), np.nan))
    hidden = with_others(every, absent | small, threshold, amounts=lambda _: [every.count, padded], steps=lambda found: found)
    return hidden[:size]
