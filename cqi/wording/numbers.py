"""Numbers, days and periods as a reader says them."""

from __future__ import annotations

from datetime import date

import pandas as pd

from cqi.blocks import Cell
from cqi.cohorts import Cohort
from cqi.cohorts.grammar import MONTHS
from cqi.registry import PROPORTIONS, Measure
from cqi.vocabulary import HIDDEN_MARK


def day_words(day: date) -> str:
    """`30 June 2026`."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def month_words(month: str) -> str:
    """`April 2026` for `2026-04`."""
    year, number = month.split("-")
    return f"{MONTHS[int(number) - 1]} {year}"


def joined(words: list[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    return " and ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else "".join(words)


def plural(number: float, one: str, many: str = "") -> str:
    """`1 child`, `1,204 children`."""
    return f"{number:,.0f} {one if number == 1 else many or one + 's'}"


def children(number: float) -> str:
    """`1 child`, `12 children`."""
    return plural(number, "child", "children")


def share(value: float) -> str:
    """A proportion as a whole percent."""
    return f"{value:.0%}"


FEW = 10
"""Below this many children a percentage says little: counts stand alone."""


READERS = {"internal": "the agency's own staff only", "release": "everyone; small numbers are hidden"}
"""Who may read a page, by profile."""


def value_form(unit: str, *, fine: bool = False) -> str:
    """How a value of that unit is written: a proportion as a whole percent (`fine`: with one decimal, as official figures
    are, where small numbers may be seen), a rate with two decimals."""
    return (".1%" if fine else ".0%") if unit in PROPORTIONS else ".2f"


WITHOUT_COUNT = {"suppressed": Cell(HIDDEN_MARK, "hidden"), "data quality": Cell("data quality")}


def value_words(row: pd.Series, *, fine: bool = False) -> str:
    """The row's value with its interval: `35% (25% to 47%)`, `4.21 (3.60 to 4.90)`."""
    form = value_form(row["unit"], fine=fine)
    if pd.isna(row["value"]):
        return {"suppressed": HIDDEN_MARK, "data quality": "data quality"}.get(row["status"], "no figure")
    if row["children"] < FEW:
        return "too few"
    return f"{row['value']:{form}} ({row['lower']:{form}} to {row['upper']:{form}})"


def count_cell(row: pd.Series, name: str) -> Cell:
    """A count as a table cell; hidden where it is missing because of small numbers."""
    if pd.isna(row[name]):
        return WITHOUT_COUNT.get(row["status"], Cell("not yet", "unobserved"))
    return Cell(f"{row[name]:,.0f}")


def value_cell(row: pd.Series, *, fine: bool = False) -> Cell:
    """The value with its interval as a table cell; one of an earlier day, because today's may not be shown, with that day."""
    if row["status"] == "carried forward":
        return Cell(f"{value_words(row, fine=fine)}\nas of {day_words(row['as_of'])}")
    return Cell(HIDDEN_MARK, "hidden") if row["status"] == "suppressed" and pd.isna(row["value"]) else Cell(value_words(row, fine=fine))


def entered_words(period: Cohort) -> str:
    """`between July and December 2025`, `in March 2025`."""
    return f"in {period.words}" if period.months == 1 else "between " + period.words.replace(" to ", " and ", 1)


def axis_words(measure: Measure) -> str:
    """What an axis of the measure's values says: `share that left to a permanent home`, `moves per 1,000 days in care`."""
    return f"share that {measure.words['counted']}" if measure.per == 1 else measure.unit
