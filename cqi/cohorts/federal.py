"""Federal reporting periods of the United States: which have ended, which files a figure of one needs, and the half-year of
a day. AFCARS files are half-years (A: October to March, B: April to September), NCANDS files are federal years.
"""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from cqi.cohorts.grammar import Cohort

_HALF_MONTHS, _YEAR_MONTHS = 6, 12
_HALVES_OF_A_PERIOD = 2


class FilesNeeded(NamedTuple):
    """The files that hold what a figure rests on, oldest first, in words, and the last day that they cover."""

    half_years: tuple[str, ...]
    report_years: tuple[str, ...]
    words: str
    last_day: date


def rolling_periods(as_of: date, *, most: int = 6) -> list[Cohort]:
    """The last `most` 12-month periods that have ended by `as_of`, that day included, a new one every six months; oldest
    first.

    `22B23A`, `23A23B`, ... as in a federal data profile. An ended period need not be mature: see `not_yet_mature`.
    """
    last = _half_of(as_of)
    last = last if last.end <= as_of else last.back(1)
    return [Cohort("federal 12 months", last.back(number + 1).start, _YEAR_MONTHS) for number in reversed(range(most))]


def federal_years(as_of: date, *, most: int = 3) -> list[Cohort]:
    """The last `most` federal years (October to September) that have ended by `as_of`, that day included; oldest first."""
    last = _year_of(as_of)
    last = last if last.end <= as_of else last.back(1)
    return [last.back(number) for number in reversed(range(most))]


def files_needed(period: Cohort, *, half_years: int = 0, report_years: int = 0) -> FilesNeeded:
    """The AFCARS and NCANDS files that a figure of this period needs.

    The numbers are those of a 12-month federal period (two half-years, one report year): `half_years` 5 asks for three
    files after the half-year of the period's last day, `report_years` 2 for the year after that of its last day. So
    `22B23A` with 5 needs 22B to 24B, and `FFY2023` with 2 and 2 needs 23A, 23B, FFY2023 and FFY2024. A period of
    another length needs those it touches and as many after. With neither, the last day is the period's own.
    Source: CFSR Round 4 data dictionary, August 2022, "national performance data periods".
    """
    halves = years = ()
    last_days = [period.end]
    if half_years:
        last = _half_of(period.end).back(_HALVES_OF_A_PERIOD - half_years)
        halves, last_days = _labels(_half_of(period.start), last), [last.end, *last_days]
    if report_years:
        last = _year_of(period.end).back(1 - report_years)
        years, last_days = _labels(_year_of(period.start), last), [last.end, *last_days]
    words = [f"{name} {_spoken(files)}" for name, files in (("AFCARS", halves), ("NCANDS", years)) if files]
    return FilesNeeded(tuple(halves), tuple(years), "; ".join(words), max(last_days))


def reporting_period(days: ArrayLike) -> np.ndarray:
    """The number of the federal half-year of each day number: two days with one number are in one AFCARS file.

    Numbers rise by one each 1 April and 1 October; even ones are A. A missing day (NEVER) gets a number later than any
    day's, so two missing days share one: ask first whether both are there. Day numbers as from `day_number`.
    """
    months = np.asarray(days, dtype="int64").astype("datetime64[D]").astype("datetime64[M]").astype("int64")
    return (months + 3) // _HALF_MONTHS


def _half_of(day: date) -> Cohort:
    if 4 <= day.month <= 9:
        return Cohort("federal half", date(day.year, 4, 1), _HALF_MONTHS)
    return Cohort("federal half", date(day.year - (day.month < 4), 10, 1), _HALF_MONTHS)


def _year_of(day: date) -> Cohort:
    return Cohort("federal year", date(day.year - (day.month < 10), 10, 1), _YEAR_MONTHS)


def _labels(first: Cohort, last: Cohort) -> list[str]:
    """The words of the periods from the first to the last, both included."""
    found = []
    while first.start <= last.start:
        found, first = [*found, first.label], first.back(-1)
    return found


def _spoken(words: list[str]) -> str:
    return f"{words[0]} to {words[-1]}" if len(words) > 2 else " and ".join(words)
