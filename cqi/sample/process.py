"""The stochastic process behind the sample: children enter in families, leave for competing reasons, and may return.

Days are whole numbers counted from 1970-01-01. Every draw is a uniform number pushed through an inverse distribution,
because numpy promises the same stream of uniform bits from one version to the next, but not of its other distributions.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import ndtri

from cqi.sample import state
from cqi.vocabulary import AGE_BANDS, PERMANENCY

KINDS = tuple(state.EXIT_RATES)
BIRTHDAYS = tuple(start for start, _, _ in AGE_BANDS[1:])
MAJORITY = AGE_BANDS[-1][1]


@dataclass(frozen=True)
class Change:
    """From day `start` on, children of county number `county` (None: of every county) leave for `kinds` at `multiplier` times the
    usual rate."""

    county: int | None
    start: int
    kinds: tuple[str, ...]
    multiplier: float


@dataclass(frozen=True)
class World:
    """Counties (by number) with the entries each expects in a year, from day `first` to day `last`, both counted."""

    yearly_entries: tuple[float, ...]
    first: int
    last: int
    changes: tuple[Change, ...] = ()
    county_spread: float = state.COUNTY_SPREAD
    cohort_spread: float = state.COHORT_SPREAD


def day_number(date: str) -> int:
    """Days from 1970-01-01 to an ISO date."""
    return int(np.datetime64(date, "D").astype(int))


def birthday(birth: np.ndarray, years: int) -> np.ndarray:
    """The day on which children born on `birth` complete `years`; 29 February becomes 1 March in other years."""
    date = birth.astype("datetime64[D]")
    month = date.astype("datetime64[M]")
    return ((month + 12 * years).astype("datetime64[D]") + (date - month.astype("datetime64[D]"))).astype(np.int64)


def age_band(birth: np.ndarray, day: np.ndarray) -> np.ndarray:
    """The number (from 0) of the child's age band on that day; 18 and over stay in the last."""
    return sum((birthday(birth, years) <= day).astype(np.int64) for years in BIRTHDAYS)


def pick(rng: np.random.Generator, shares, count: int) -> np.ndarray:
    """`count` numbers from 0 on, each drawn with its share; shares need not add up to exactly 1."""
    edges = np.cumsum(shares)
    return np.minimum(np.searchsorted(edges / edges[-1], rng.random(count), side="right"), len(edges) - 1)


def arrivals(rng: np.random.Generator, expected: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Poisson events of rows that expect `expected` of them: each event's row, and its place between 0 and expected."""
    ends = np.cumsum(expected)
    most = int(ends[-1] + 8 * np.sqrt(ends[-1]) + 20)
    at = np.cumsum(-np.log1p(-rng.random(most)))
    at = at[at < ends[-1]]
    row = np.searchsorted(ends, at, side="right")
    return row, at - (ends - expected)[row]


def families(rng: np.random.Generator, yearly: np.ndarray, *, first: int, last: int) -> pd.DataFrame:
    """One row per family: `county` and the day it `entry`s, following the year's seasons and the week."""
    days = np.arange(first, last + 1)
    dates = days.astype("datetime64[D]")
    weight = np.take(state.MONTHS, dates.astype("datetime64[M]").astype(int) % 12)
    weight = np.cumsum(weight * np.take(state.WEEKDAYS, (days + 3) % 7))
    expected = np.asarray(yearly) / np.dot(state.FAMILY_SIZES, (1, 2, 3, 4)) * len(days) / 365.25
    county, place = arrivals(rng, expected)
    entry = first + np.searchsorted(weight, place / expected[county] * weight[-1], side="right")
    return pd.DataFrame({"county": county, "entry": np.minimum(entry, last)})


def siblings(rng: np.random.Generator, found: pd.DataFrame) -> pd.DataFrame:
    """One row per child of the families: `group`, `county`, `entry`, `birth`; who would be 18 is left out."""
    size = 1 + pick(rng, state.FAMILY_SIZES, len(found))
    group = np.repeat(np.arange(len(found)), size)
    first_born = np.r_[True, group[1:] != group[:-1]]
    least, most = state.SIBLING_GAP
    gap = np.cumsum(np.where(first_born, 0.0, least + (most - least) * rng.random(len(group))))
    share, age = np.transpose(state.YOUNGEST_AGES)
    youngest = 365.25 * np.interp(rng.random(len(found)), share, age)
    days_old = np.floor(youngest[group] + gap - gap[first_born][group]).astype(np.int64)
    children = found.iloc[group].reset_index(drop=True).assign(group=group)
    children["birth"] = children["entry"] - days_old
    under_age = birthday(children["birth"].to_numpy(), MAJORITY) > children["entry"].to_numpy()
    return children[under_age].reset_index(drop=True)


def entries(rng: np.random.Generator, world: World) -> pd.DataFrame:
    """First entries, one row per child: `child`, `group` (siblings), `county`, `birth`, `entry`; sorted by group."""
    yearly = np.asarray(world.yearly_entries) * state.FIRST_ENTRIES
    children = siblings(rng, families(rng, yearly, first=world.first, last=world.last))
    return children.assign(child=np.arange(len(children)))


def cohort_multipliers(rng: np.random.Generator, world: World) -> np.ndarray:
    """What multiplies the rate of permanency, counties in rows, half-year entry cohorts in columns."""
    counties = len(world.yearly_entries)
    halves = int(half_year(world, np.array([world.last]))[0]) + 1
    county = world.county_spread * ndtri(rng.random((counties, 1)))
    return np.exp(county + world.cohort_spread * ndtri(rng.random((counties, halves))))


def half_year(world: World, entry: np.ndarray) -> np.ndarray:
    """The number of the half-year (January to June, July to December) of an entry, from 0 for the world's first."""
    months = np.asarray(entry).astype("datetime64[D]").astype("datetime64[M]").astype(int)
    return months // 6 - int(np.datetime64(world.first, "D").astype("datetime64[M]").astype(int)) // 6


def exit_edges(spells: pd.DataFrame, world: World) -> np.ndarray:
    """Days in care at which a rate may change, children in rows, ascending: time in care, birthdays, changes."""
    birth, entry = spells["birth"].to_numpy(), spells["entry"].to_numpy()
    care = np.broadcast_to(state.CARE_CUTS, (len(spells), len(state.CARE_CUTS)))
    dates = [birthday(birth, years) for years in BIRTHDAYS]
    dates += [np.full(len(spells), start) for start in sorted({change.start for change in world.changes})]
    return np.sort(np.column_stack([care, np.maximum(np.transpose(dates) - entry[:, None], 0)]), axis=1)


def exit_rates(spells: pd.DataFrame, edges: np.ndarray, world: World, multipliers: np.ndarray) -> np.ndarray:
    """Exits a day from each edge on: children by edges by kinds of exit (`KINDS`)."""
    county, entry = spells["county"].to_numpy(), spells["entry"].to_numpy()
    day = edges + entry[:, None]
    care = np.searchsorted(state.CARE_CUTS, edges, side="right") - 1
    age = age_band(spells["birth"].to_numpy()[:, None], day)
    rates = np.transpose(list(state.EXIT_RATES.values()))[care] * np.transpose(list(state.AGE_FACTORS.values()))[age]
    permanent = np.isin(KINDS, PERMANENCY)
    rates[:, :, permanent] *= multipliers[county, half_year(world, entry)][:, None, None]
    for change in world.changes:
        there = ((county == change.county) | (change.county is None))[:, None] & (day >= change.start)
        rates *= np.where(there[:, :, None] & np.isin(KINDS, change.kinds), change.multiplier, 1.0)
    return rates


def first_event(edges: np.ndarray, rates: np.ndarray, *, wait: np.ndarray, choice: np.ndarray):
    """Day (whole, from 1; infinite if never) and kind of each row's first event under rates constant between edges.

    `wait` and `choice` are uniform draws, one a row: rows with the same draws and rates have the same event.
    """
    row = np.arange(len(edges))
    total = rates.sum(axis=2)
    ends = np.cumsum(total[:, :-1] * np.diff(edges, axis=1), axis=1)
    need = -np.log1p(-wait)
    span = (ends <= need[:, None]).sum(axis=1)
    before = np.column_stack([np.zeros(len(edges)), ends])[row, span]
    with np.errstate(divide="ignore"):
        day = edges[row, span] + (need - before) / total[row, span]
    parts = np.cumsum(rates[row, span], axis=1)
    kind = (choice[:, None] * parts[:, -1:] >= parts).sum(axis=1)
    return np.floor(day) + 1, np.minimum(kind, rates.shape[2] - 1)


def exits(rng: np.random.Generator, spells: pd.DataFrame, world: World, multipliers: np.ndarray) -> pd.DataFrame:
    """The spells with `exit` (a day, also beyond the world's last) and `kind`; siblings often leave together.

    Whoever is still there at 18 leaves on that birthday or later as `emancipation`.
    """
    edges = exit_edges(spells, world)
    rates = exit_rates(spells, edges, world, multipliers)
    day, kind = first_event(edges, rates, wait=rng.random(len(spells)), choice=rng.random(len(spells)))
    leader = leaders(spells)
    follows = (rng.random(len(spells))[leader] < state.LEAVE_TOGETHER) & np.isin(KINDS, PERMANENCY)[kind[leader]]
    day, kind = np.where(follows, day[leader], day), np.where(follows, kind[leader], kind)
    share, days = np.transpose(state.AFTER_BIRTHDAY)
    of_age = birthday(spells["birth"].to_numpy(), MAJORITY)
    grown = of_age + np.floor(np.interp(rng.random(len(spells)), share, days)).astype(np.int64)
    leaving = spells["entry"].to_numpy() + day.astype(np.int64)
    kind = np.where(leaving >= of_age, KINDS.index("emancipation"), kind)
    return spells.assign(exit=np.where(leaving >= of_age, grown, leaving), kind=np.take(KINDS, kind))


def leaders(spells: pd.DataFrame) -> np.ndarray:
    """For each row, the row of the sibling who leads: the first of the group that entered on the same day."""
    keys = spells[["group", "entry"]].to_numpy()
    new = np.r_[True, (keys[1:] != keys[:-1]).any(axis=1)]
    return np.maximum.accumulate(np.where(new, np.arange(len(keys)), 0))


def returns(rng: np.random.Generator, left: pd.DataFrame, *, last: int) -> pd.DataFrame:
    """The spells that follow: same child, new `entry` by day `last` and before 18; who left together returns together."""
    out = left[left["kind"].isin(list(state.RETURN_RATES)) & (left["exit"] < last)]
    _, together = np.unique(out[["group", "exit"]].to_numpy(), axis=0, return_inverse=True)
    draws = rng.random(len(out))[together.ravel()]
    edges = np.broadcast_to(state.RETURN_CUTS, (len(out), len(state.RETURN_CUTS)))
    rates = np.array(list(state.RETURN_RATES.values()))[pd.Index(state.RETURN_RATES).get_indexer(out["kind"])]
    gap, _ = first_event(edges, rates[:, :, None], wait=draws, choice=draws)
    entry = out["exit"] + gap
    back = (entry <= last) & (entry < birthday(out["birth"].to_numpy(), MAJORITY))
    back = out[back].assign(entry=entry[back].astype(np.int64)).drop(columns=["exit", "kind"])
    return back.sort_values(["group", "entry", "child"], ignore_index=True)


def history(rng: np.random.Generator, world: World) -> pd.DataFrame:
    """Every spell in care that began by the world's last day: `child, group, county, birth, entry, exit, kind`.

    Exits are the truth, also after the last day; whoever writes a file must hide what it could not know.
    """
    multipliers = cohort_multipliers(rng, world)
    spells, found = entries(rng, world), []
    while len(spells):
        found.append(exits(rng, spells, world, multipliers))
        spells = returns(rng, found[-1], last=world.last)
    return pd.concat(found, ignore_index=True)
