"""Entries and exits by month: a month that is missing from a file shows as a gap."""

from __future__ import annotations

from datetime import date, timedelta

import pandas as pd

from cqi.vocabulary import WHOLE

MONTHS_BACK = 36


def monthly(episodes: pd.DataFrame, *, as_of: date) -> pd.DataFrame:
    """Entries and exits in each of the last 36 whole months up to `as_of`, by county and for the whole file: county, month (its
    first day), entries, exits. A month without any is 0."""
    last = pd.Period(as_of + timedelta(days=1), "M") - 1
    months = pd.period_range(last - MONTHS_BACK + 1, last, freq="M")
    counties = pd.Index(sorted(episodes["county"].unique()))
    parts = {name: _counts(episodes, column, counties, months) for name, column in (("entries", "entry_date"), ("exits", "exit_date"))}
    table = pd.DataFrame(parts).rename_axis(["county", "month"]).reset_index()
    return table.assign(month=table["month"].dt.to_timestamp().astype("datetime64[s]"))


def _counts(episodes: pd.DataFrame, column: str, counties: pd.Index, months: pd.PeriodIndex) -> pd.Series:
    dated = episodes.loc[episodes[column].notna(), ["county", column]]
    counts = pd.crosstab(dated["county"], dated[column].dt.to_period("M")).reindex(index=counties, columns=months, fill_value=0)
    counts.loc[WHOLE] = counts.sum()
    return counts.stack()
