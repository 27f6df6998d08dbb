"""The official indicators of a file: rolling 12-month periods, adjusted ratios and groups, counted once for all counties."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from cqi.cohorts import Cohort
from cqi.cohorts.federal import federal_years, rolling_periods
from cqi.measures import adjusted, by_group, count, groupings
from cqi.quality import bounds, limit_reasons, with_limits
from cqi.registry import EARLIER_ROUND, Measure, indicators, measure
from cqi.sources import Extract
from cqi.tables.by_county import ByCounty
from cqi.tables.reading import as_of_and_counties, begins, file_facts, kept, key, read
from cqi.vocabulary import MEASURE_COLUMNS, OFFICIAL

SHOWN = 6
"""Complete 12-month periods that the page shows, as the federal profile does."""
HOME = ["measure", "cohort", "county"]
SETTLING = 3
"""Periods that have ended and whose windows are still open: half-years of a year and a half."""


@dataclass(frozen=True)
class OfficialTables(ByCounty):
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


def official_counted(data: str, source: str, as_of: str) -> OfficialTables:
    """The official measures with every count; found where a run or an earlier call has put them, else counted."""
    return kept(lambda: _counted(data, source, as_of), OfficialTables, key(data, source, OFFICIAL, as_of))


def _counted(data: str, source: str, as_of: str) -> OfficialTables:
    extract, on = read(data, source)
    day, counties, first_entry = as_of_and_counties(data, source, as_of)
    measures = [measure(name) for name in (*indicators(), *indicators(EARLIER_ROUND))]
    periods = {each.name: periods_of(each, extract, day.day, first_entry) for each in measures}
    rows = [count(each, on, period, as_of=day.day) for each in measures for period in periods[each.name]]
    every = _newest_few(_unfinished(_stacked(rows, MEASURE_COLUMNS)))
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


def _stacked(parts, columns: tuple[str, ...] = ()) -> pd.DataFrame:
    parts = [part for part in parts if len(part)]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=list(columns))


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
    return only(groups, given) if len(groups) else groups


def only(table: pd.DataFrame, homes: pd.MultiIndex) -> pd.DataFrame:
    return table.loc[pd.MultiIndex.from_frame(table[HOME]).isin(homes)].reset_index(drop=True)
