"""Where each county stands beside what is expected of it, in order of name: never a ranking."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from cqi.explore.published import Published
from cqi.registry import Measure, measure
from cqi.vocabulary import HIDDEN_WORDS
from cqi.wording.answer import verdict
from cqi.wording.numbers import FEW, day_words, value_form

SAID = {
    "above": "above the usual range", "usual": "inside the usual range", "below": "below the usual range",
    "few": "too few children to tell", "hidden": HIDDEN_WORDS, "none": "not compared",
}
"""How a county stands -> what is said of it; the order of the key to the map."""

_SIDES = {"more": "above", "fewer": "below", "high": "usual", "low": "usual", "usual": "usual"}


@dataclass(frozen=True)
class Standing:
    """One county: how it stands, its counts in words (`brief`: for a small picture), and its value with the usual range on the measure's
    scale (missing: none)."""

    county: str
    how: str
    counted: str
    brief: str
    usual: str
    value: float
    low: float
    high: float

    @property
    def words(self) -> str:
        """All of it in one sentence or two."""
        said = SAID[self.how]
        return ". ".join(filter(None, (f"{self.county}: {self.counted or said}", self.usual, said.capitalize() if self.counted else ""))) + "."


def standings(published: Published, cohort: str, name: str) -> list[Standing]:
    """Every county of a cohort and measure, in order of name."""
    course = published.rows(cohort, "course", measure=name).set_index("county").to_dict("index")
    values = published.rows(cohort, "same_age", measure=name, cohort=cohort).set_index("county").to_dict("index")
    return [_standing(county, course.get(county), values.get(county), measure(name)) for county in published.counties]


def better(how: str, definition: Measure) -> bool:
    """Whether that side of the usual range is the better one."""
    return (how == "above") == (definition.direction == "up")


def _standing(county: str, course: dict | None, row: dict | None, definition: Measure) -> Standing:
    how = _how(course, row)
    if row is None or pd.isna(row["value"]) or how == "few":
        counted = f"{row['numerator']:,.0f} of {row['denominator']:,.0f}" if how == "few" and definition.per == 1 else ""
        return Standing(county, how, counted, counted, "", float("nan"), float("nan"), float("nan"))
    low, high = _usual(course, row, definition) if how in ("above", "usual", "below") else (float("nan"), float("nan"))
    usual = f"Usual by {day_words(row['as_of'])}: {_said(low, row)} to {_said(high, row)}" if pd.notna(low) else ""
    return Standing(county, how, _counted(row, definition), _brief(row, definition), usual, row["value"], low, high)


def _how(course: dict | None, row: dict | None) -> str:
    if row is None or row["status"] == "carried forward":
        return "none"
    if pd.isna(row["value"]):
        return "hidden" if row["status"] == "suppressed" else "none"
    if row["children"] < FEW:
        return "few"
    return _SIDES.get(verdict(course), "none") if course is not None else "none"


def _usual(course: dict, row: dict, definition: Measure) -> tuple[float, float]:
    """The usual range of the count on the scale of the value."""
    one = row["value"] / course["observed"] if course["observed"] else 1 / course["entered"] if definition.per == 1 else float("nan")
    return course["usual_low"] * one, course["usual_high"] * one


def _counted(row: dict, definition: Measure) -> str:
    """`23 of 94 (24%)`, `4.21 moves per 1,000 days in care (42 counted)`; the day of a figure that is not of today."""
    day = f", as of {day_words(row['as_of'])}" if row["status"] == "carried forward" else ""
    if definition.per == 1:
        return f"{_brief(row, definition)}{day}"
    return f"{_said(row['value'], row)} {row['unit']} ({row['numerator']:,.0f} counted){day}"


def _brief(row: dict, definition: Measure) -> str:
    """The same for a small picture: `23 of 94 (24%)`, `4.21 (42 counted)`."""
    if definition.per == 1:
        return f"{row['numerator']:,.0f} of {row['denominator']:,.0f} ({row['value']:.0%})"
    return f"{_said(row['value'], row)} ({row['numerator']:,.0f} counted)"


def _said(value: float, row: dict) -> str:
    return f"{value:{value_form(row['unit'])}}"
