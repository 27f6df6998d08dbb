"""How the dates of an extract are written, found from all of them together; which is day and which is month, only where one of them
tells."""

from __future__ import annotations

import pandas as pd

from cqi.sources.dates import DATE_FORMATS, DAY_FIRST, days

MONTH_FIRST, SLASHED = "mm/dd/yyyy", "dd/mm/yyyy"
FEW = 0.01
"""A way of writing that fewer dates have is a slip, not a way."""


def formats(columns: list[pd.Series]) -> tuple[tuple[str, ...], bool]:
    """The declared formats that read these dates, and whether day and month cannot be told apart (then both ways are left out): so few
    dates have a number above 12 that they may be slips."""
    text = pd.concat(columns) if columns else pd.Series(dtype="str")
    text = text[text != ""]
    read = {name: int(days(text, (name,)).found.notna().sum()) for name in DATE_FORMATS}
    found = [name for name, count in read.items() if count >= max(1, FEW * len(text)) and name not in (MONTH_FIRST, SLASHED)]
    slashed = max(read[MONTH_FIRST], read[SLASHED])
    if slashed < max(1, FEW * len(text)):
        return tuple(found), False
    if abs(read[MONTH_FIRST] - read[SLASHED]) <= FEW * slashed:  # a slip tells nothing
        return tuple(found), True
    return with_slashed(found, MONTH_FIRST if read[MONTH_FIRST] > read[SLASHED] else SLASHED), False


def with_slashed(found: list[str] | tuple[str, ...], way: str) -> tuple[str, ...]:
    """The formats with this one; with the month first no other may have the day first, as one date would be read in two ways."""
    return (*(name for name in found if way != MONTH_FIRST or name not in DAY_FIRST), way)
