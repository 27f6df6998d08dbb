"""The official measures as a profile may see them."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from cqi.disclosure import policy, pooled_groups, without_children_of_rates
from cqi.measures import compared
from cqi.measures.rows import with_interval
from cqi.registry import indicators, measure
from cqi.tables.official_counted import HOME, OfficialTables, only
from cqi.tables.public import public_facts
from cqi.cohorts import spanned
from cqi.vocabulary import WHOLE

RATIOS = ("ratio", "lower", "upper", "shrunken", "shrunken_lower", "shrunken_upper")
RATIO_FEWEST = 100
"""Children below which a released ratio, its interval and the counts would tell how many were of which age."""


def internal(every: OfficialTables) -> OfficialTables:
    """The official tables with the groups beside all others and the ratios of figures that can be given, nothing hidden."""
    given = every.periods.loc[every.periods["value"].notna()].set_index(HOME).index
    return replace(every, groups=_beside_others(every.groups), adjusted=only(every.adjusted, given) if len(every.adjusted) else every.adjusted)


def yearly(periods: pd.DataFrame) -> pd.DataFrame:
    """The periods of a release: of a county one a year, which do not overlap, up to the newest complete; of all counties every one.

    Nothing by the rules of the round before: beside a figure of the same children it tells the few who differ.
    """
    rows = periods.loc[periods["measure"].isin(indicators())]
    month = rows["cohort"].map({word: spanned(word).start.month for word in rows["cohort"].unique()})
    complete = rows["status"] != "not yet mature"
    newest = month.loc[complete].groupby(rows.loc[complete, "measure"]).last()
    return rows.loc[rows["county"].eq(WHOLE) | month.eq(rows["measure"].map(newest))].reset_index(drop=True)


def without_what_periods_hide(every: OfficialTables, windows: pd.DataFrame, shown: pd.DataFrame, profile: str) -> OfficialTables:
    """The official tables with the periods as they are `shown` (of `windows`, row by row), and without what hangs on a hidden one: no
    ratio but of counts that are shown, groups of the whole file only and only where its own figure is shown, no bounds, which tell
    how many records are left out."""
    threshold = policy(profile)["threshold"]
    periods = shown.assign(status=shown["status"].where(windows["status"] != "not yet mature", "not yet mature"))
    given = periods.loc[periods["value"].notna()].set_index(HOME)["numerator"]
    ratios, groups = every.adjusted, pooled_groups(every.groups, profile)
    ratios = _released_ratios(only(ratios, given.index), given, threshold) if len(ratios) else ratios
    groups = _beside_others(_that_add_up(only(groups, given.index), periods, threshold) if len(groups) else groups)
    groups = groups.round({name: 2 for name in ("value", "lower", "upper", *groups.filter(regex="^(ratio|difference)").columns)})
    return replace(every, periods=periods, adjusted=ratios, groups=without_children_of_rates(groups) if len(groups) else groups,
                   bounds=every.bounds.iloc[:0], facts=public_facts(every.facts))


def _that_add_up(groups: pd.DataFrame, periods: pd.DataFrame, threshold: int) -> pd.DataFrame:
    """The groups without the groupings that leave a few of all children out, who would follow."""
    grouping = groups["group"].str.split(": ").str[0]
    sums = groups.groupby(["measure", "cohort", grouping])["numerator"].transform("sum")
    whole = periods.loc[periods["county"] == WHOLE].set_index(["measure", "cohort"])["numerator"]
    rest = whole.reindex(pd.MultiIndex.from_frame(groups[["measure", "cohort"]])).to_numpy() - sums
    return groups.loc[~rest.abs().between(1, threshold - 1)].reset_index(drop=True)


def _released_ratios(ratios: pd.DataFrame, shown: pd.Series, threshold: int) -> pd.DataFrame:
    """The ratios as the threshold allows: none of few children, nor where the count differs a little from the one shown."""
    without_age = shown.loc[pd.MultiIndex.from_frame(ratios[HOME])].to_numpy() - ratios["observed"]
    told = ratios["children"].lt(RATIO_FEWEST) | without_age.between(1, threshold - 1)
    return ratios.loc[~told].drop(columns=["children", "expected"]).round(dict.fromkeys(RATIOS, 2)).reset_index(drop=True)


def _beside_others(groups: pd.DataFrame) -> pd.DataFrame:
    """The groups with their intervals, and each group's ratio and difference to its reference."""
    parts = []
    for (name, _), rows in groups.groupby(["measure", groups["group"].str.split(": ").str[0]], sort=False) if len(groups) else ():
        per = measure(name).per
        parts.append(compared(with_interval(rows, per=per), per=per))
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()
