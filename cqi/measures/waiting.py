"""The children of a cohort who are still in care, and how long until their 12 months, in groups."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from cqi.cohorts import NEVER, Cohort, day_number, months_after, tally
from cqi.measures.basis import Basis
from cqi.measures.entries import headline_children
from cqi.measures.rows import measure_rows
from cqi.registry import Measure
from cqi.vocabulary import AGE_BANDS, SETTINGS

TIME_LEFT = ("less than 3 months left", "3 to 6 months left", "6 to 9 months left", "9 to 12 months left",
             "12 months are over")
HOMES = {
    "with kin": ("kin",),
    "foster or pre-adoptive family": ("foster family", "pre-adoptive home"),
    "trial home visit": ("trial home visit",),
    "group home or institution": ("group home", "institution", "hospital"),
    "other or not known": (),
}


def still_in_care(measure: Measure, on: Basis, period: Cohort, *, as_of: date) -> pd.DataFrame:
    """Children of the cohort in care at `as_of` by time left to their 12 months, by age, and by where they live.

    `group` reads `time left: 3 to 6 months left`; the denominator is all children of the cohort who are still in care.
    """
    frame = headline_children(measure, on, period, as_of=as_of)
    frame = frame.loc[frame["exit"].to_numpy() == NEVER]
    denominator = tally(frame["county"].to_numpy(), on.counties)
    groupings = {"time left": _time_left(frame, as_of), "age": _age(frame, as_of), "living": _home(_setting(on, frame, as_of))}
    rows = [
        measure_rows(measure, on.counties, period, as_of=as_of, group=f"{grouping}: {word}", denominator=denominator,
                     numerator=tally(frame["county"].to_numpy()[place == number], on.counties))
        for grouping, (place, words) in groupings.items() for number, word in enumerate(words)
    ]
    return pd.concat(rows, ignore_index=True)


def _time_left(frame: pd.DataFrame, as_of: date) -> tuple[np.ndarray, tuple[str, ...]]:
    """Place in TIME_LEFT. A child whose mark is today has 12 months over; bounds are the child's own months in care."""
    entry = frame["entry"].to_numpy().astype("datetime64[D]")
    today = np.datetime64(as_of)
    in_care = sum((months_after(entry, mark) <= today).astype(int) for mark in (3, 6, 9))
    over = months_after(entry, 12) <= today
    return np.where(over, 4, 3 - in_care), TIME_LEFT


def _age(frame: pd.DataFrame, as_of: date) -> tuple[np.ndarray, tuple[str, ...]]:
    """Place among the age bands at `as_of`; a child without a birth date comes last."""
    birth = np.where(frame["birth"] < NEVER, frame["birth"], 0).astype("datetime64[D]")
    passed = sum((months_after(birth, 12 * below) <= np.datetime64(as_of)).astype(int) for _, below, _ in AGE_BANDS[:-1])
    return np.where(frame["birth"] < NEVER, passed, len(AGE_BANDS)), (*(words for *_, words in AGE_BANDS), "not known")


def _setting(on: Basis, frame: pd.DataFrame, as_of: date) -> np.ndarray:
    """Place in SETTINGS of the last placement begun by `as_of`, -1 when not known.

    A file without rows of placements knows the last setting only, whenever it began.
    """
    if on.placements.empty:
        return frame["setting"].to_numpy()
    begun = np.append(0, np.cumsum(on.placements["start"].to_numpy() <= day_number(as_of)))
    first, episode = on.first_placement, frame["episode"].to_numpy()
    number = begun[first[episode + 1]] - begun[first[episode]]
    setting = np.append(on.placements["setting"].to_numpy(), -1)
    return np.where(number > 0, setting[first[episode] + number - 1], -1)


def _home(setting: np.ndarray) -> tuple[np.ndarray, tuple[str, ...]]:
    place = np.full(len(SETTINGS) + 1, len(HOMES) - 1)
    for number, settings in enumerate(HOMES.values()):
        place[[SETTINGS.index(word) for word in settings]] = number
    return place[setting], tuple(HOMES)
