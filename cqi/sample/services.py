"""The tables beside the children: how many live in each county, families referred to services, and staff."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.special import ndtri

from cqi.sample import state
from cqi.sample.process import day_number, pick
from cqi.sample.tables import LAST, county_names, dates, identifiers, words
from cqi.vocabulary import AGE_BANDS, TABLE_COLUMNS

YEARS = np.arange(int(state.FIRST_ENTRY[:4]), int(state.EXTRACT_DATE[:4]) + 1)
ROLES = np.array(list(state.FIRST_CONTACTS), dtype=object)


def population(rng: np.random.Generator, counties: dict[str, float] = state.COUNTIES) -> pd.DataFrame:
    """population.csv: children living in each county by year and age band, as many as its entries suggest."""
    median, spread = state.ENTRY_RATE
    rate = median * np.exp(spread * ndtri(0.05 + 0.9 * rng.random((len(counties), 1, 1))))
    size = 1000 * np.array(list(counties.values())).reshape(-1, 1, 1) / rate
    growth = (1 + state.YEARLY_GROWTH * ndtri(rng.random((len(counties), 1, 1)))) ** (YEARS - YEARS[0]).reshape(1, -1, 1)
    share = np.array(state.AGE_SHARES) * np.exp(0.05 * ndtri(rng.random((len(counties), 1, len(AGE_BANDS)))))
    bands = [word for _, _, word in AGE_BANDS]
    index = pd.MultiIndex.from_product([list(counties), YEARS, bands], names=["county", "year", "age_band"])
    return pd.DataFrame({"children": np.rint(size * growth * share).astype(np.int64).ravel()}, index=index).reset_index()


def referrals(
    rng: np.random.Generator, spells: pd.DataFrame, child_ids: np.ndarray, counties: dict[str, float] = state.COUNTIES,
) -> pd.DataFrame:
    """referrals.csv: families referred within two weeks of an entry; whether they engage depends on who met them first."""
    chosen = spells[rng.random(len(spells)) < state.REFERRAL_SHARE]
    day = chosen["entry"].to_numpy() + np.floor(15 * rng.random(len(chosen))).astype(np.int64)
    chosen, day = chosen[day <= LAST], day[day <= LAST]
    shares, engaging = np.transpose(list(state.FIRST_CONTACTS.values()))
    role = pick(rng, shares, len(chosen))
    engaged = day + 2 + np.floor(-14 * np.log1p(-rng.random(len(chosen)))).astype(np.int64)
    completed = engaged + 90 + np.floor(150 * rng.random(len(chosen))).astype(np.int64)
    engages = rng.random(len(chosen)) < engaging[role]
    completes = engages & (rng.random(len(chosen)) < state.COMPLETED_SHARE)
    table = pd.DataFrame({
        "child_id": child_ids[chosen["child"]], "county": county_names(chosen, counties), "referral_date": dates(day),
        "first_contact_role": ROLES[role], "engaged_date": dates(engaged, known=engages & (engaged <= LAST)),
        "completed_date": dates(completed, known=completes & (completed <= LAST)),
    })
    return table[list(TABLE_COLUMNS["referrals"])].sort_values(["child_id", "referral_date"], ignore_index=True)


def staff_spells(rng: np.random.Generator, yearly_entries: list[float]) -> pd.DataFrame:
    """One row per person in a position: `county`, `position`, `hire` and `leave` days, in order."""
    positions = np.maximum(np.rint(np.array(yearly_entries) * state.STAFF_PER_ENTRY), 2).astype(int)
    county = np.repeat(np.arange(len(positions)), positions)
    shape = (len(county), 20)
    spell = 30 - (365.25 / state.TURNOVER - 30) * np.log1p(-rng.random(shape))
    vacant = 1 - state.VACANT_DAYS * np.log1p(-rng.random(shape))
    leave = np.floor(np.cumsum(spell + vacant, axis=1) - vacant).astype(np.int64)
    hire = np.floor(np.cumsum(spell + vacant, axis=1) - vacant - spell).astype(np.int64)
    start = day_number(state.STAFF_FROM)
    position = np.repeat(np.arange(len(county)), shape[1])
    return pd.DataFrame({"county": county[position], "position": position,
                         "hire": start + hire.ravel(), "leave": start + leave.ravel()})


def staff(rng: np.random.Generator, counties: dict[str, float] = state.COUNTIES) -> pd.DataFrame:
    """staff.csv: everyone employed at any time from the first entry to the extract's date."""
    spells = staff_spells(rng, list(counties.values()))
    role = words(rng, state.ROLES, 1 + spells["position"].max())[spells["position"]]
    there = ((spells["leave"] >= day_number(state.FIRST_ENTRY)) & (spells["hire"] <= LAST)).to_numpy()
    spells, gone = spells[there], (spells["leave"][there] <= LAST).to_numpy()
    table = pd.DataFrame({
        "staff_id": identifiers(rng, "S", len(spells), 6), "county": county_names(spells, counties), "role": role[there],
        "hire_date": dates(spells["hire"]), "end_date": dates(spells["leave"], known=gone),
        "end_reason": pd.Series(words(rng, state.END_REASONS, len(spells))).where(gone),
    })
    return table[list(TABLE_COLUMNS["staff"])].sort_values("staff_id", ignore_index=True)
