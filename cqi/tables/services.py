"""Referrals and staff, counted for the whole file, as a profile may see them.

A release tells of a period once, when all of it is over, and tells the same ever after: what was given out is in the ledger, so
nothing can be worked out from two releases. Counties and the young periods are for the agency's own staff.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from pathlib import Path

import numpy as np
import pandas as pd

from cqi.disclosure import policy
from cqi.disclosure.blocks import hidden_in_blocks
from cqi.measures.rows import LEVEL, with_interval
from cqi.estimates import rate_interval
from cqi.services import employments, engaging, funnel, retention, service_measures, staying, turnover, with_roles
from cqi.services.definitions import COMPLETED, ENGAGED, REFERRED, STILL_HERE, TURNOVER, service_measure
from cqi.services.referrals import is_mature, periods
from cqi.services.staff import years
from cqi.sources import Extract
from cqi.tables.beside_answers import attained, outcomes
from cqi.tables.carried import FIGURES, STATUS
from cqi.tables.ledger import COLUMNS, digest, given_out, ledger_path
from cqi.tables.public import public_facts
from cqi.tables.reading import as_of_and_counties, file_facts, kept, key, read
from cqi.tables.released import LEDGER
from cqi.vocabulary import MEASURE_COLUMNS, SERVICES, WHOLE

DERIVED = ["value", "lower", "upper"]
CHAIN = (REFERRED, ENGAGED, COMPLETED)
MANY = 10
"""A curve of staff stands for this many times the threshold at least: then no leaving is one that colleagues would know."""
ORDER = ["measure", "cohort", "county", "group", "at"]
NONE = pd.DataFrame(columns=list(MEASURE_COLUMNS))


@dataclass(frozen=True)
class ServiceTables:
    """Measure tables of the whole file: `referrals` (made, engaged, completed, by first contact; by county for own staff), `staff` (still
    here after 12 months by year of hire, turnover by calendar year, by role) and, for own staff, `curves` by months since the referral
    or the hire; `attained` (the goals of single people in aggregate) and `outcomes` (what stands beside team answers). `facts` say besides whether the file has `referrals` and `staff` at all."""

    referrals: pd.DataFrame
    staff: pd.DataFrame
    curves: pd.DataFrame
    attained: pd.DataFrame
    outcomes: pd.DataFrame
    facts: dict


def service_tables(data: str, source: str, as_of: str, profile: str) -> ServiceTables:
    """The tables as a profile may see them; counted, or found where a run or an earlier call has put them."""
    folder = os.environ.get(LEDGER, "") if policy(profile)["threshold"] else ""
    ledger = str(ledger_path(Path(folder), profile)) if folder else ""
    name = key(data, source, as_of, SERVICES, profile, str(policy(profile)), digest(ledger), str(service_measures()))
    return _kept(data, source, as_of, profile, ledger, name)


@lru_cache(maxsize=8)
def _kept(data: str, source: str, as_of: str, profile: str, ledger: str, name: str) -> ServiceTables:
    return kept(lambda: _counted(data, source, as_of, profile, Path(ledger) if ledger else None), ServiceTables, name)


def _counted(data: str, source: str, as_of: str, profile: str, ledger: Path | None) -> ServiceTables:
    extract, on = read(data, source)
    day, counties, first_entry = as_of_and_counties(data, source, as_of)
    facts = file_facts(extract, day, counties) | {"referrals": len(extract.referrals) > 0, "staff": len(extract.staff) > 0}
    if policy(profile)["threshold"]:
        return released(extract, day.day, given_out(ledger), public_facts(facts), profile)
    own = internal(extract, day.day, facts, profile)
    return replace(own, attained=attained(extract), outcomes=outcomes(extract, on, as_of=day.day, first_entry=first_entry))


def internal(extract: Extract, as_of: date, facts: dict, profile: str) -> ServiceTables:
    """Every count of children, the young periods so far and the counties; of staff no small group, for colleagues would know who is meant."""
    few = policy(profile)["staff_threshold"]
    referrals, times = _referrals(extract, few), _times(extract, few, as_of)
    shown = periods(referrals, as_of=as_of)
    mature = [period for period in shown if is_mature(period, service_measure(COMPLETED).within_months, as_of)]
    made = [funnel(referrals, period, as_of=as_of) for period in shown]
    by_county = [funnel(referrals, period, as_of=as_of, by="county").loc[lambda rows: rows["county"] != WHOLE] for period in mature[-1:]]
    over = years(extract.staff, as_of=as_of, whole=True)
    hired = years(extract.staff, as_of=as_of, whole=False)
    staff = [*(retention(times, year, as_of=as_of) for year in hired), *(turnover(times, year, as_of=as_of) for year in over),
             *(turnover(times, year, as_of=as_of, by="county").loc[lambda rows: rows["county"] != WHOLE] for year in over[-1:])]
    curves = [engaging(referrals, shown, as_of=as_of), *([_of_many(staying(times, as_of=as_of, since=hired[0].start), few)] if hired else [])]
    return ServiceTables(_stacked([*made, *by_county]), _protected(_stacked(staff), few), _stacked(curves), NONE, NONE, facts)


def released(extract: Extract, as_of: date, before: pd.DataFrame, facts: dict, profile: str) -> ServiceTables:
    """Periods that are over for all in them, of the whole file, each as it was given out first; with no small count, nor what tells one."""
    few, few_staff = policy(profile)["threshold"], policy(profile)["staff_threshold"]
    referrals, times = _referrals(extract, few), _times(extract, few_staff, as_of)
    over = [period for period in periods(referrals, as_of=as_of) if is_mature(period, service_measure(COMPLETED).within_months, as_of)]
    ended = years(extract.staff, as_of=as_of, whole=True)
    hired = [year for year in ended if is_mature(year, service_measure(STILL_HERE).within_months, as_of)]
    children = _protected(_stacked([funnel(referrals, period, as_of=as_of) for period in over]), few)
    staff = _stacked([*(retention(times, year, as_of=as_of) for year in hired), *(turnover(times, year, as_of=as_of) for year in ended)])
    staff = _protected(_valued(staff.assign(denominator=staff["denominator"].round())) if len(staff) else staff, few_staff)
    return ServiceTables(*(_of_one_kind(_as_given(_rounded(table), before)) for table in (children, staff)), NONE, NONE, NONE, facts)


def given_services(found: ServiceTables) -> pd.DataFrame:
    """The figures of a release as the ledger holds them (its COLUMNS); `part` is the group."""
    rows = pd.concat([found.referrals, found.staff], ignore_index=True).assign(level="whole")
    rows = rows.assign(part=rows["group"], day=pd.to_datetime(rows["as_of"]), at=rows["at"].fillna(0).astype("int64"))
    return rows[COLUMNS].astype(dict.fromkeys(FIGURES, "float64"))


def _referrals(extract: Extract, few: int) -> pd.DataFrame:
    return with_roles(extract.referrals, "first_contact_role", fewest=few)


def _times(extract: Extract, few: int, as_of: date) -> pd.DataFrame:
    return employments(with_roles(extract.staff, "role", fewest=few), as_of=as_of)


def _stacked(parts: list[pd.DataFrame]) -> pd.DataFrame:
    parts = [part for part in parts if len(part)]
    return pd.concat(parts, ignore_index=True).sort_values(ORDER, kind="stable", ignore_index=True) if parts else NONE


def _protected(rows: pd.DataFrame, threshold: int) -> pd.DataFrame:
    """The rows without small counts, and without as many others as it takes; a hidden one is missing, with its status."""
    if rows.empty or threshold == 0:
        return rows
    kind = np.select([rows["group"] != "", rows["county"] != WHOLE], ["role", "county"], "")
    rows = rows.assign(kind=kind, block=rows["measure"].where(~rows["measure"].isin(CHAIN), REFERRED) + " " + rows["cohort"])
    hidden = pd.Series(False, index=rows.index)
    few = hidden.copy()
    for names in (CHAIN, (STILL_HERE,), (TURNOVER,)):
        own = rows.loc[rows["measure"].isin(names)]
        if len(own):
            hidden, few = _marked(own, names, threshold, hidden, few)
    return _without(rows.drop(columns=["kind", "block"]), hidden, few, threshold)


def _marked(own: pd.DataFrame, names: tuple[str, ...], threshold: int, hidden: pd.Series, few: pd.Series) -> tuple[pd.Series, pd.Series]:
    """The marks with those of one family of measures: rows whose count is hidden, and those whose children or staff are."""
    place = ["block", "kind", "county", "group"]
    counted = own.assign(amount=own["measure"]).pivot(index=place, columns="amount", values="numerator")
    chain = list(names)
    if names == (STILL_HERE,):
        counted, chain = counted.assign(hired=own.set_index(place)["denominator"]), ["hired", STILL_HERE]
    marks = hidden_in_blocks(counted.reset_index(), chain, threshold=threshold).set_axis(counted.index)
    at = pd.MultiIndex.from_frame(own[place])
    among = marks[chain[0]].reindex(at).to_numpy()
    mine = np.select([own["measure"].eq(name).to_numpy() for name in names], [marks[name].reindex(at).to_numpy() for name in names], False)
    hidden, few = hidden.copy(), few.copy()
    hidden.loc[own.index], few.loc[own.index] = mine.astype(bool) | among, among
    return hidden, few


def _without(rows: pd.DataFrame, hidden: pd.Series, few: pd.Series, threshold: int) -> pd.DataFrame:
    """The rows without the counts marked; those employed on average are told beside a hidden number of leavers, unless they are few."""
    rows = rows.astype(dict.fromkeys([*FIGURES, *DERIVED], "float64"))
    rate = rows["measure"].eq(TURNOVER)
    small = rate & rows["denominator"].lt(threshold)
    rows.loc[hidden | small, DERIVED] = np.nan
    rows.loc[hidden, "numerator"] = np.nan
    rows.loc[few, "children"] = np.nan
    rows.loc[small | few & ~rate, "denominator"] = np.nan
    return rows.assign(status=rows["status"].mask(hidden | small, "suppressed"))


def _of_many(curves: pd.DataFrame, threshold: int) -> pd.DataFrame:
    """The curves of staff of groups of many, of whom few did not leave alone."""
    gone = curves["denominator"] - curves["numerator"]
    small = gone.between(1, threshold - 1) | (curves["children"] < MANY * threshold)
    return curves.loc[~small.groupby(curves["group"]).transform("any")].reset_index(drop=True)


def _rounded(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.round(dict.fromkeys(DERIVED, 2)) if len(rows) else rows


def _of_one_kind(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows with columns of the same kinds wherever they come from, so that the same figures are the same tables."""
    numbers, words = [*FIGURES, *DERIVED, "at", "level"], ["measure", "county", "cohort", "group", "part", "unit", "method", "status"]
    return rows.astype(dict.fromkeys(numbers, "float64") | dict.fromkeys(words, "str") | {"as_of": "datetime64[s]"})


def _as_given(rows: pd.DataFrame, before: pd.DataFrame) -> pd.DataFrame:
    """The rows, and in place of those of a period that was given out before those that were given out first."""
    older = before.loc[before["measure"].isin(service_measures())]
    return rows if rows.empty or older.empty else _first_given(rows, older)


def _first_given(rows: pd.DataFrame, older: pd.DataFrame) -> pd.DataFrame:
    home = ["measure", "cohort"]
    older = older.loc[pd.MultiIndex.from_frame(older[home]).isin(pd.MultiIndex.from_frame(rows[home]))]
    first = older.loc[older["day"].eq(older.groupby(home)["day"].transform("min"))]
    known = pd.MultiIndex.from_frame(rows[home]).isin(pd.MultiIndex.from_frame(first[home]))
    own = rows.loc[known]
    again = first.rename(columns={"part": "group", "day": "as_of"}).assign(
        part="", level=LEVEL, at=first["at"].where(first["at"] > 0).astype("float64"))
    again = again.merge(own[[*home, "unit", "method"]].drop_duplicates(home), on=home)
    hidden = again["numerator"].isna() | (again["denominator"].isna() & again["measure"].ne(REFERRED))
    again = _valued(again.assign(status=np.where(hidden, "suppressed", "shown")))
    same = pd.MultiIndex.from_frame(own[[*home, "group", *FIGURES]].fillna(-1))
    moved = ~pd.MultiIndex.from_frame(again[[*home, "group", *FIGURES]].fillna(-1)).isin(same)
    again = again.assign(status=again["status"].mask(moved & again["numerator"].notna(), STATUS))
    return _stacked([rows.loc[~known], again[list(MEASURE_COLUMNS)]])


def _valued(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows with share or rate and interval worked out from their counts; leavers may be more than those employed on average."""
    rate = rows["measure"].eq(TURNOVER)
    share = with_interval(rows.assign(numerator=rows["numerator"].astype("float64").mask(rate)))
    count, among = rows["numerator"].astype("float64"), rows["denominator"].astype("float64")
    lower, upper = rate_interval(count.where(rate).fillna(0), among.where(rate), per=1, level=LEVEL)
    found = share.assign(numerator=count, method=rows["method"], value=share["value"].mask(rate, count / among.where(among > 0)),
                         lower=share["lower"].mask(rate, lower), upper=share["upper"].mask(rate, upper))
    found.loc[count.isna() | rows["measure"].eq(REFERRED), DERIVED] = np.nan
    return _rounded(found)
