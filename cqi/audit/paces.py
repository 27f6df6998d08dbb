"""What the projection at other paces gives away: it may tell no more than the projection does."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from cqi.audit.files import Published
from cqi.audit.findings import Finding, place_of

SHARES = ["share_025", "share_10", "share_50", "share_90", "share_975"]
HOME = ["measure", "county", "cohort"]
LEAST_STEP = 0.25
"""Paces nearer to each other than this draw a curve whose bend tells how many children are left."""
SMALL = 1e-6


def path_findings(release: Published) -> list[Finding]:
    """Projections at other paces that stand without the projection, differ from it at the pace now, fall as the pace grows, or are given
    on so
    many days or at so many paces that the children left to leave could be worked out."""
    every = [_none(), *(table for _, _, table in release.named("projection"))]
    now = pd.concat([table.loc[table["kind"] == "projected", [*HOME, "day", *SHARES]] for table in map(_whole, every)])
    return [finding for place, _, table in release.named("paces") for finding in _findings(place, _whole(table), now)]


def _none() -> pd.DataFrame:
    return pd.DataFrame({name: pd.Series(dtype="str") for name in (*HOME, "day", "kind")})


def _whole(table: pd.DataFrame) -> pd.DataFrame:
    """The table with all columns that are looked at; what it has not is missing."""
    return table.reindex(columns=[*table.columns, *(name for name in SHARES if name not in table)])


def _findings(place: str, table: pd.DataFrame, now: pd.DataFrame) -> Iterator[Finding]:
    faster = table.loc[table["scenario"] == "pace"].sort_values([*HOME, "day", "pace"])
    rules = {
        "a path at other paces stands where no projection does": ("worked out from a hidden count", _without(table, now)),
        "at the pace now it differs from the projection": ("two numbers", _other_at_one(faster, now)),
        "a share falls as the pace grows": ("not one path", faster[SHARES].groupby([faster[name] for name in (*HOME,
            "day")]).diff().lt(-SMALL).any(axis=1)),
        "it is given on more than its last day": ("path at many paces", table.groupby(HOME)["day"].transform("nunique").gt(1)),
        "its paces lie nearer than a quarter": ("path at many paces", faster.groupby([*HOME, "day"])["pace"].diff().lt(LEAST_STEP - SMALL)),
    }
    for words, (kind, wrong) in rules.items():
        rows = table.loc[wrong[wrong].index].drop_duplicates(HOME)
        yield from (Finding(place_of(row, place), kind, words) for row in rows.itertuples())


def _without(table: pd.DataFrame, now: pd.DataFrame) -> pd.Series:
    there = pd.MultiIndex.from_frame(now[[*HOME, "day"]])
    return pd.Series(~pd.MultiIndex.from_frame(table[[*HOME, "day"]]).isin(there), index=table.index)


def _other_at_one(faster: pd.DataFrame, now: pd.DataFrame) -> pd.Series:
    one = faster.loc[faster["pace"].sub(1).abs() < SMALL]
    beside = one[[*HOME, "day"]].merge(now, on=[*HOME, "day"], how="left").set_index(one.index)[SHARES]
    return (one[SHARES] - beside).abs().gt(SMALL).any(axis=1)
