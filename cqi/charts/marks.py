"""Labelled lines across a chart at the time when something began, such as an improvement cycle."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Sequence
from datetime import date, timedelta
from itertools import groupby

import pandas as pd

from cqi.blocks.palette import DASHES, GREY, INK
from cqi.charts.shapes import Part, alt

Marks = Sequence[tuple[date, str]]
"""Days with what began on them: `(date(2026, 3, 1), "cycle 1")`."""
ABOVE, STEP = -8, 14
"""How many pixels above the chart the labels stand, and by how much every second stands higher, clear of its neighbour."""
TITLE = -32
"""Where the upright axis's title then stands, above the labels."""
RISE = 18
"""By how much that is higher than without labels."""


def title_above(marks: Marks) -> dict[str, int]:
    """What an upright axis needs so that its title stands above the labels; nothing where there are none."""
    return {"titleY": TITLE} if marks else {}


def months_since(eve: date, day: date) -> float:
    """The place of a day on an axis that counts months from the eve of a month's first day."""
    first = eve + timedelta(days=1)
    return 12 * (day.year - first.year) + day.month - first.month + (day.day - 1) / monthrange(day.year, day.month)[1]


def mark_lines(places: Sequence[tuple[object, str]], x: Part) -> list[Part]:
    """A dashed line and its label above for each place on the axis `x`; labels of one place stand together."""
    layers = []
    for number, (place, group) in enumerate(groupby(sorted(places, key=lambda each: each[0]), key=lambda each: each[0])):
        row = alt.Chart(pd.DataFrame([{"month": place, "words": ", ".join(words for _, words in group)}]))
        layers += [row.mark_rule(color=GREY, strokeWidth=1.5, strokeDash=list(DASHES[2])).encode(x=x),
                   row.mark_text(color=INK, fontWeight="bold").encode(x=x, y=alt.YValue(ABOVE - STEP * (number % 2)), text="words:N")]
    return layers
