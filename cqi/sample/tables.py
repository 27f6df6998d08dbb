"""Episodes and placements as an agency's file holds them: what was known on the extract's date, faults included."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cqi.sample import state
from cqi.sample.process import Change, World, age_band, arrivals, day_number, pick
from cqi.vocabulary import TABLE_COLUMNS

LAST = day_number(state.EXTRACT_DATE)


def world(counties: dict[str, float] = state.COUNTIES) -> World:
    """The counties as the process takes them, the stories of those among them that change a rate included."""
    changes = tuple(
        Change(list(counties).index(story.county), day_number(story.start), story.kinds, story.multiplier)
        for story in state.STORIES if story.kinds and story.county in counties
    )
    return World(tuple(counties.values()), day_number(state.FIRST_ENTRY), LAST, changes)


def county_names(rows: pd.DataFrame, counties: dict[str, float]) -> np.ndarray:
    """The name of each row's county, which the rows hold as its number."""
    return np.array(list(counties), dtype=object)[rows["county"]]


def dates(days, *, known=True) -> pd.Series:
    """Day numbers as dates, missing where not `known`."""
    found = pd.Series(np.asarray(days).astype("datetime64[D]").astype("datetime64[s]"))
    return found.where(np.broadcast_to(known, len(found)))


def words(rng: np.random.Generator, shares: dict, count: int) -> np.ndarray:
    """`count` of the words, each drawn with its share."""
    return np.array(list(shares), dtype=object)[pick(rng, list(shares.values()), count)]


def identifiers(rng: np.random.Generator, letter: str, count: int, digits: int) -> np.ndarray:
    """`count` identifiers such as C0000123, in an order that carries no meaning."""
    number = pd.Series(1 + np.argsort(rng.random(count), kind="stable"))
    return (letter + number.astype(str).str.zfill(digits)).to_numpy(dtype=object)


def with_file_fields(rng: np.random.Generator, history: pd.DataFrame, counties: dict[str, float] = state.COUNTIES) -> pd.DataFrame:
    """The spells with `known` (the exit is in the file) and `episode_id`; returns after an exit that was lost are out."""
    lost = np.zeros(len(history), dtype=bool)
    for story in (story for story in state.STORIES if story.exits_lost):
        lost |= (county_names(history, counties) == story.county) & history["exit"].between(
            day_number(story.start), day_number(story.end)).to_numpy()
    first_lost = history["exit"].where(lost).groupby(history["child"]).transform("min")
    kept = ~(history["entry"] >= first_lost).to_numpy()
    spells = history.assign(known=(history["exit"] <= LAST) & ~lost)[kept].reset_index(drop=True)
    return spells.assign(episode_id=identifiers(rng, "E", len(spells), 7))


def sex_and_race(rng: np.random.Generator, rows: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """The sex of each child by its number, and the race of each family by the number of its group."""
    return words(rng, state.SEXES, 1 + rows["child"].max()), words(rng, state.RACES, 1 + rows["group"].max())


def episodes(
    rng: np.random.Generator, spells: pd.DataFrame, child_ids: np.ndarray, sex: np.ndarray, race: np.ndarray,
    counties: dict[str, float] = state.COUNTIES,
) -> pd.DataFrame:
    """episodes.csv as it would be without spoiled rows; 1 in 100 exits has no reason."""
    reason_known = spells["known"] & (rng.random(len(spells)) >= state.REASON_MISSING)
    fips = np.array([f"{state.STATE_FIPS}{2 * number + 1:03d}" for number in range(len(counties))], dtype=object)
    table = pd.DataFrame({
        "child_id": child_ids[spells["child"]], "episode_id": spells["episode_id"], "county": county_names(spells, counties),
        "birth_date": dates(spells["birth"]), "entry_date": dates(spells["entry"]),
        "exit_date": dates(spells["exit"], known=spells["known"]), "exit_reason": spells["kind"].where(reason_known),
        "county_fips": fips[spells["county"]], "sex": sex[spells["child"]], "race": race[spells["group"]],
    })
    return table.sort_values(["child_id", "entry_date", "episode_id"], ignore_index=True)


def spoiled(rng: np.random.Generator, table: pd.DataFrame) -> tuple[pd.DataFrame, dict[str, int]]:
    """Episodes with faults in a few rows, each row with one fault at most, and how many rows have which fault."""
    counts = {name: round(share * len(table)) for name, share in state.DEFECTS.items()}
    order = np.argsort(np.where(table["exit_reason"].notna(), rng.random(len(table)), 2.0), kind="stable")
    early, unborn, worded, twice = np.split(order[:sum(counts.values())], np.cumsum(list(counts.values()))[:-1])
    table = table.copy()
    before = pd.to_timedelta(1 + np.floor(40 * rng.random(len(early))), unit="D").astype("timedelta64[s]")
    table.loc[early, "exit_date"] = (table.loc[early, "entry_date"] - before).to_numpy()
    table.loc[unborn, "birth_date"] = pd.NaT
    table.loc[worded, "exit_reason"] = np.take(state.UNKNOWN_WORDS, np.arange(len(worded)) % len(state.UNKNOWN_WORDS))
    table = pd.concat([table, table.loc[twice]])
    return table.sort_values(["child_id", "entry_date", "episode_id"], ignore_index=True), counts


def move_days(rng: np.random.Generator, stay: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Spell (row) and day in care of each move within stays of that many days."""
    mass = np.concatenate([[0.0], np.cumsum(np.diff(state.MOVE_CUTS) * np.array(state.MOVE_RATES))])
    restless = -np.log1p(-rng.random(len(stay)))
    spell, place = arrivals(rng, restless * np.interp(stay, state.MOVE_CUTS, mass))
    return spell, np.floor(np.interp(place / restless[spell], mass, state.MOVE_CUTS)).astype(np.int64)


def visit_starts(rng: np.random.Generator, spells: pd.DataFrame) -> np.ndarray:
    """Day in care on which a trial home visit began; the last day of the stay where there was none."""
    stay = (spells["exit"] - spells["entry"]).to_numpy()
    days = 10 + np.floor(111 * rng.random(len(spells))).astype(np.int64)
    chosen = (rng.random(len(spells)) < state.VISIT_SHARE) & (spells["kind"] == "reunification") & (stay >= 60)
    return np.where(chosen & (stay > days + 7), stay - days, stay)


def placement_days(rng: np.random.Generator, spells: pd.DataFrame) -> pd.DataFrame:
    """One row per placement: `spell`, `start` and `end` as days in care, `visit`, `first` and `last` of the stay."""
    stay = (spells["exit"] - spells["entry"]).to_numpy()
    visit = visit_starts(rng, spells)
    spell, day = move_days(rng, np.minimum(visit, 1 + LAST - spells["entry"].to_numpy()))
    inside = day < visit[spell]
    visiting = np.flatnonzero(visit < stay)
    rows = pd.DataFrame({
        "spell": np.concatenate([np.arange(len(spells)), spell[inside], visiting]),
        "start": np.concatenate([np.zeros(len(spells), dtype=np.int64), day[inside], visit[visiting]]),
    }).drop_duplicates().sort_values(["spell", "start"], ignore_index=True)
    last = (rows["spell"] != rows["spell"].shift(-1)).to_numpy()
    end = np.where(last, stay[rows["spell"]], rows["start"].shift(-1).to_numpy()).astype(np.int64)
    visit_row = (rows["start"] == visit[rows["spell"]]) & (rows["start"] < stay[rows["spell"]])
    return rows.assign(end=end, last=last, first=rows["start"] == 0, visit=visit_row)


def settings(rng: np.random.Generator, rows: pd.DataFrame, spells: pd.DataFrame) -> np.ndarray:
    """The setting of each placement: by age, then what an exit that is known makes of the last of several."""
    spell = spells.iloc[rows["spell"]]
    age = age_band(spell["birth"].to_numpy(), spell["entry"].to_numpy() + rows["start"].to_numpy())
    draws = rng.random(len(rows))
    first = rows["first"].to_numpy()
    found = np.where(first, by_age(state.FIRST_SETTINGS, age, draws), by_age(state.LATER_SETTINGS, age, draws))
    kind = spell["kind"].where((rows["last"] & ~rows["first"]).to_numpy() & (spell["exit"] <= LAST).to_numpy(), "").to_numpy()
    found = np.where(np.isin(kind, ("relative", "guardianship")), "kin", found)
    found = np.where((kind == "adoption") & (found == "foster family"), "pre-adoptive home", found)
    found = np.where(kind == "runaway", "runaway", found)
    return np.where(rows["visit"], "trial home visit", found)


def by_age(shares: dict, age: np.ndarray, draws: np.ndarray) -> np.ndarray:
    """One word per draw, with the shares of the child's age band."""
    edges = np.cumsum(np.transpose(list(shares.values())), axis=1)
    place = (draws[:, None] * edges[age][:, -1:] >= edges[age]).sum(axis=1)
    return np.array(list(shares), dtype=object)[place]


def placements(rng: np.random.Generator, spells: pd.DataFrame) -> pd.DataFrame:
    """placements.csv: consecutive placements of every episode; the end is missing for where a child is on the day."""
    rows = placement_days(rng, spells)
    spell = spells.iloc[rows["spell"]].reset_index(drop=True)
    start, end = rows["start"] + spell["entry"], rows["end"] + spell["entry"]
    table = pd.DataFrame({
        "episode_id": spell["episode_id"], "setting": settings(rng, rows, spells), "start_date": dates(start),
        "end_date": dates(end, known=(end <= LAST) & (spell["known"] | ~rows["last"])),
    })[(start <= LAST).to_numpy()]
    return table[list(TABLE_COLUMNS["placements"])].sort_values(["episode_id", "start_date"], ignore_index=True)
