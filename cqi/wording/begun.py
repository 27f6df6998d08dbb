"""When cycles began, in words beside a chart and in its table."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from cqi.wording.numbers import month_words

Begun = Sequence[tuple[date, str]]
"""Days with what began on them: `(date(2026, 3, 1), "cycle 1")`."""


def begun_in(begun: Begun) -> str:
    """A sentence for the text beside a chart: `Cycle 1 began in March 2026.`; empty where nothing did."""
    return " ".join(f"{label.capitalize()} began in {month_words(f'{day:%Y-%m}')}." for day, label in begun)


def begins(month: date, begun: Begun) -> str:
    """What began in the month of a day, as a further line of a table's cell; empty where nothing did."""
    return "".join(f"\n{label} begins" for day, label in begun if (day.year, day.month) == (month.year, month.month))
