"""The official indicators of a file: rolling 12-month periods, adjusted ratios and groups, counted once for all counties."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

import numpy as np
import pandas as pd

from cqi.cohorts import Cohort
from cqi.cohorts.federal import federal_years, rolling_periods
from cqi.disclosure import policy, pooled_groups, protected, without_children_of_rates
from cqi.measures import adjusted, by_group, compared, count, groupings
from cqi.measures.rows import with_interval
from cqi.quality import bounds, limit_reasons, with_limits
from cqi.registry import EARLIER_ROUND, Measure, indicators, measure
from cqi.sources import Extract
from cqi.tables import public_facts
from cqi.tables.reading import as_of_and_counties, begins, file_facts, kept, key, read

SHOWN = 6
"""Complete 12-month periods that the page shows, as the federal profile does."""
RATIOS = ("ratio", "lower", "upper", "shrunken", "shrunken_lower", "shrunken_upper")
RATIO_FEWEST = 100
"""Children below which a released ratio, its interval and the counts would tell how many were of which age."""
HOME = ["measure", "cohort", "county"]
SETTLING = 3
"""Periods that have ended and whose windows are still open: half-years of a year and a half."""


@dataclass(frozen=True)
class OfficialTables:
    """The official indicators in every county and the whole file, those of the round before among the periods only.

    `periods`: measure table. `adjusted`: one row per indicator and county for its newest complete period. `groups`: measure
    rows by race, sex and age for that period, each group beside all others. `reasons`: why a figure is not given. `bounds`:
    between which shares it lies whatever the records left out hold."""

    periods: pd.DataFrame
    adjusted: pd.DataFrame
    groups: pd.DataFrame
    reasons: pd.DataFrame
    bounds: pd.DataFrame
    facts: dict


def official_tables(data: str, source: str, as_of: str, profile: str) -> OfficialTables:
    """The official indicators as a profile may see them; counted, or found where a run or an earlier call has put them."""
    return _official(data, source, as_of, profile, key(data, source, "official", as_of))


@lru_cache(maxsize=8)
def _official(data: str, source: str, as_of: str, profile: str, name: str) -> OfficialTables:
    return _protected(kept(lambda: _counted(data, source, as_of), OfficialTables, name), profile)


def _counted(data: str, source: str, as_of: str) -> OfficialTables:
    extract, on = read(data, source)
    day, counties, first_entry = as_of_and_counties(data, source, as_of)
    measures = [measure(name) for name in (*indicators(), *indicators(EARLIER_ROUND))]
    periods = {each.name: periods_of(each, extract, day.day, first_entry) for each in measures}
    rows = [count(each, on, period, as_of=day.day) for each in measures for period in periods[each.name]]
    every = _newest_few(_unfinished(_stacked(rows)))
    table = with_limits(every, extract.checks)
    complete = every.loc[every["status"] != "not yet mature"]
    newest = {each.name: _newest(table, each.name, periods[each.name]) for each in measures}
    there = [each for each in measures if newest[each.name] and each.indicator != EARLIER_ROUND]
    groups = [by_group(each, on, newest[each.name], as_of=day.day, grouping=grouping) for each in there for grouping in groupings()]
    ratios = [adjusted(each, on, newest[each.name], as_of=day.day) for each in there] if extract.federal else []
    return OfficialTables(
        table, _stacked(ratios), _without_flagged(_stacked(groups), table),
        limit_reasons(complete, extract.checks), bounds(complete, extract.flagged),
        file_facts(extract, day, counties) | {"federal": extract.federal},
    )


def periods_of(each: Measure, extract: Extract, as_of: date, first_entry: date) -> list[Cohort]:
    """The newest complete 12-month periods of an indicator and those that have ended since, oldest first, as far back as
    the file can tell.

    Federal files: rolling every six months, federal years for measures of reports. Other files: years from April to March.
    """
    wanted = SHOWN + SETTLING
    if not extract.federal:
        newest = Cohort("English year", date(as_of.year, 4, 1), 12)
        found = [newest.back(number) for number in range(wanted + 1, -1, -1) if newest.back(number).end <= as_of][-wanted:]
    else:
        found = (federal_years if each.data_needed.get("report_years") else rolling_periods)(as_of, most=wanted)
    first = max(begins(each, extract, first_entry), first_entry.replace(day=1))
    return [period for period in found if period.start >= first]


def _stacked(parts) -> pd.DataFrame:
    parts = [part for part in parts if len(part)]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()


def _unfinished(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows, those of an open window without a figure: an official figure is complete or it is none."""
    unfinished = rows["status"].eq("so far")
    rows = rows.astype(dict.fromkeys(["numerator", "value", "lower", "upper"], "float64"))
    rows.loc[unfinished, ["numerator", "value", "lower", "upper"]] = np.nan
    return rows.assign(status=rows["status"].mask(unfinished, "not yet mature"))


def _newest_few(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows of each measure's newest complete periods, and of those that have ended since."""
    complete = rows.loc[rows["status"] != "not yet mature", ["measure", "cohort"]].drop_duplicates()
    older = complete.iloc[::-1].groupby("measure").cumcount() >= SHOWN
    older = pd.MultiIndex.from_frame(complete.loc[older[older].index.sort_values()])
    return rows.loc[~pd.MultiIndex.from_frame(rows[["measure", "cohort"]]).isin(older)].reset_index(drop=True)


def _newest(rows: pd.DataFrame, name: str, periods: list[Cohort]) -> Cohort | None:
    """The newest period of a measure that is complete and has anybody in it."""
    complete = rows.loc[(rows["measure"] == name) & rows["status"].isin(["shown", "data quality"]) & (rows["children"] > 0), "cohort"]
    return next((period for period in reversed(periods) if period.label in set(complete)), None)


def _without_flagged(groups: pd.DataFrame, periods: pd.DataFrame) -> pd.DataFrame:
    """The groups of counties whose figure for all children is one that can be given."""
    given = pd.MultiIndex.from_frame(periods.loc[periods["status"] == "shown", HOME])
    return _where(groups, given) if len(groups) else groups


def _protected(every: OfficialTables, profile: str) -> OfficialTables:
    """As the profile may see them. Where small numbers are hidden: no figures by the rules of the round before and no numbers of
    children behind rates, because each beside another figure of the same children tells the few who differ; groups of the
    whole file only, and only where its own figure is shown; no bounds, which tell how many records are left out."""
    threshold = policy(profile)["threshold"]
    every = replace(every, periods=every.periods.loc[every.periods["measure"].isin(indicators())].reset_index(drop=True)) if threshold else every
    periods = protected(every.periods, profile)
    periods = periods.assign(status=periods["status"].where(every.periods["status"] != "not yet mature", "not yet mature"))
    shown = periods.loc[periods["value"].notna()].set_index(HOME)["numerator"]
    ratios, groups = every.adjusted, pooled_groups(every.groups, profile)
    ratios = _released_ratios(_where(ratios, shown.index), shown, threshold) if len(ratios) else ratios
    if not threshold:
        return replace(every, periods=periods, adjusted=ratios, groups=_beside_others(groups))
    groups = _beside_others(_where(groups, shown.index) if len(groups) else groups)
    return replace(every, periods=periods, adjusted=ratios, groups=without_children_of_rates(groups) if len(groups) else groups,
                   bounds=every.bounds.iloc[:0], facts=public_facts(every.facts))


def _where(table: pd.DataFrame, homes: pd.MultiIndex) -> pd.DataFrame:
    return table.loc[pd.MultiIndex.from_frame(table[HOME]).isin(homes)].reset_index(drop=True)


def _released_ratios(ratios: pd.DataFrame, shown: pd.Series, threshold: int) -> pd.DataFrame:
    """The ratios as a threshold allows: none of few children, nor where the count differs a little from the one shown."""
    if not threshold:
        return ratios
    without_age = shown.loc[pd.MultiIndex.from_frame(ratios[HOME])].to_numpy() - ratios["observed"]
    told = ratios["children"].lt(RATIO_FEWEST) | without_age.between(1, threshold - 1)
    return ratios.loc[~told].drop(columns=["children", "expected"]).round(dict.fromkeys(RATIOS, 2)).reset_index(drop=True)


def _beside_others(groups: pd.DataFrame) -> pd.DataFrame:
    """The groups with their intervals, and each group's ratio and difference to its reference."""
    parts = []
    for (name, _), rows in groups.groupby(["measure", groups["group"].str.split(": ").str[0]], sort=False) if len(groups) else ():
        per = measure(name).per
        parts.append(compared(with_interval(rows, per=per), per=per))
    return _stacked(parts)
