"""Visits to children in care: in most of their months, less often in the county of one story."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cqi.sample import state
from cqi.sample.tables import LAST, dates
from cqi.vocabulary import TABLE_COLUMNS


def visits(rng: np.random.Generator, spells: pd.DataFrame, counties: dict[str, float] = state.COUNTIES) -> pd.DataFrame:
    """visits.csv: one or two visits in most calendar months in care, on a day of that month in care."""
    months = months_in_care(spells)
    share = visited_shares(counties)[spells["county"].iloc[months["spell"]]] * months["days"] / months["length"]
    seen = months[rng.random(len(months)) < share]
    seen = pd.concat([seen, seen[rng.random(len(seen)) < state.VISITED_TWICE]])
    day = seen["start"] + np.floor(seen["days"] * rng.random(len(seen))).astype(np.int64)
    episode_id = spells["episode_id"].iloc[seen["spell"]].to_numpy()
    table = pd.DataFrame({"episode_id": episode_id, "visit_date": dates(day)})[list(TABLE_COLUMNS["visits"])]
    return table.drop_duplicates().sort_values(list(table), ignore_index=True)


def months_in_care(spells: pd.DataFrame) -> pd.DataFrame:
    """One row per stay and calendar month of visits that it touches: `spell` (row), `start`, `days` in care, `length`.

    The day of leaving is not in care; days after the extract's date are not known.
    """
    first = np.datetime64(state.VISITS_FROM, "M")
    opens = np.arange(first, np.datetime64(state.EXTRACT_DATE, "M") + 2).astype("datetime64[D]").astype(np.int64)
    start = np.maximum(spells["entry"].to_numpy()[:, None], opens[:-1])
    end = np.minimum(spells["exit"].to_numpy()[:, None], np.minimum(opens[1:], LAST + 1))
    spell, month = np.nonzero(end > start)
    return pd.DataFrame({"spell": spell, "start": start[spell, month], "days": (end - start)[spell, month],
                         "length": np.diff(opens)[month]})


def visited_shares(counties: dict[str, float]) -> np.ndarray:
    """The share of whole months with a visit, by county number."""
    told = {story.county: story.visited for story in state.STORIES if story.visited is not None}
    return np.array([told.get(county, state.VISITED) for county in counties])
