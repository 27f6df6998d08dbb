"""What the audit says: where something is given away, and of what kind; never the number itself."""

from __future__ import annotations

from typing import NamedTuple


class Finding(NamedTuple):
    """`place` is file, measure, county, cohort and what else tells the cell; `kind` a few words that are the same for all of a kind."""

    place: str
    kind: str
    words: str


def place_of(row, file: str = "") -> str:
    """Where a row of a table stands, in words that hold no number of children."""
    names = ("amount", "measure", "county", "cohort", "group", "part", "series")
    parts = [file or getattr(row, "place", ""), *(getattr(row, name, "") for name in names)]
    at, day = getattr(row, "at", None), getattr(row, "day", None) or getattr(row, "as_of", "")
    parts += [f"within {at:g} months" if isinstance(at, float) and at > 0 else "", f"as of {day}" if isinstance(day, str) and day else "",
              getattr(row, "month", "")]
    return ", ".join(part for part in parts if isinstance(part, str) and part)
