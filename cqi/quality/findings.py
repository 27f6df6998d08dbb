"""Findings about a file: what it could not say, by county, in counts; never a row and never a child's value."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd

from cqi.vocabulary import UNKNOWN, WHOLE

FINDING_COLUMNS = ("county", "finding", "month", "count", "among", "usual")
GAPS = ("few exits", "few entries")
"""Findings of months that look incomplete."""
USUAL_MONTHS = 12
LOOK_BACK_MONTHS = 6
MISSING_SHARE = 1 / 3
SURPRISE = 0.001
"""A month is reported when so few entries or exits had a smaller chance than this in a county with its usual number."""


def findings(extract, *, as_of: date) -> pd.DataFrame:
    """One row per finding: county, finding, month (or missing), count, among how many, usual number.

    Findings: `few exits` and `few entries` in one or two of the last six whole months up to `as_of`; `exit without a
    reason` by `as_of`; `no birth date`; `entry not in the file`; `row set aside`. Rows set aside are counted for the
    whole file.
    """
    episodes = extract.episodes.loc[extract.episodes["entry_date"] <= pd.Timestamp(as_of)]
    left = episodes.loc[episodes["exit_date"] <= pd.Timestamp(as_of)]
    parts = [
        _few(episodes, "exit_date", "few exits", as_of), _few(episodes, "entry_date", "few entries", as_of),
        _share(left, left["exit_reason"].eq(UNKNOWN), "exit without a reason"),
        _share(episodes, episodes["birth_date"].isna(), "no birth date"),
    ]
    if "entry_known" in episodes:
        parts.append(_share(episodes, ~episodes["entry_known"].astype(bool), "entry not in the file"))
    aside = pd.DataFrame([{"county": WHOLE, "finding": "row set aside", "count": int(extract.account["quarantined"].sum()),
                           "among": int(extract.account["rows_read"].sum())}])
    table = pd.concat([*parts, aside.loc[aside["count"] > 0]], ignore_index=True).reindex(columns=list(FINDING_COLUMNS))
    return table.sort_values(["county", "finding", "month"], ignore_index=True)


def _share(episodes: pd.DataFrame, flagged: pd.Series, finding: str) -> pd.DataFrame:
    """Counties with at least one flagged episode, and the whole file: how many, among all these episodes."""
    counted = pd.DataFrame({"county": episodes["county"], "flagged": flagged}).groupby("county")["flagged"].agg(["sum", "size"])
    counted.loc[WHOLE] = counted.sum()
    counted = counted.loc[counted["sum"] > 0].reset_index()
    return pd.DataFrame({"county": counted["county"], "finding": finding, "count": counted["sum"], "among": counted["size"]})


def _few(episodes: pd.DataFrame, column: str, finding: str, as_of: date) -> pd.DataFrame:
    """County months, among the last six, that alone or with a neighbour hold surprisingly few entries or exits.

    A month that `as_of` cuts short is not one of them.
    """
    last = pd.Period(as_of + timedelta(days=1), "M") - 1
    months = pd.period_range(last - LOOK_BACK_MONTHS - USUAL_MONTHS + 1, last, freq="M")
    dated = episodes.loc[episodes[column].notna(), ["county", column]]
    counts = pd.crosstab(dated["county"], dated[column].dt.to_period("M")).reindex(columns=months, fill_value=0)
    usual = counts[months[:USUAL_MONTHS]].mean(axis=1)
    rare = _rare_months(counts[months[USUAL_MONTHS:]].to_numpy(), usual.to_numpy()[:, None])
    county, month = np.nonzero(rare)
    recent = months[USUAL_MONTHS:]
    return pd.DataFrame({"county": counts.index[county], "finding": finding, "month": recent[month].astype(str),
                         "count": counts[recent].to_numpy()[rare], "usual": usual.to_numpy()[county]})


def _rare_months(counts: np.ndarray, usual: np.ndarray) -> np.ndarray:
    """Months (counties in rows) below a third of the usual, where that is surprising for the month or for two in a row."""
    low = counts < usual * MISSING_SHARE
    alone = low & (_chance_of_so_few(counts, usual) < SURPRISE)
    pair = low[:, 1:] & low[:, :-1] & (_chance_of_so_few(counts[:, 1:] + counts[:, :-1], 2 * usual) < SURPRISE)
    edge = np.zeros((len(counts), 1), dtype=bool)
    return alone | np.hstack([edge, pair]) | np.hstack([pair, edge])


def _chance_of_so_few(count: np.ndarray, usual: np.ndarray) -> np.ndarray:
    """Chance of this many or fewer where `usual` is the mean and siblings double the variance (negative binomial)."""
    from scipy.special import betainc

    return np.where(usual > 0, betainc(np.maximum(usual, 1e-9), count + 1.0, 0.5), 1.0)
