"""The values map: each value at the left, linked to the measures that say something about it."""

from __future__ import annotations

import textwrap

import pandas as pd

from cqi.blocks.palette import BLUE, DASHES, GREY, INK, QUIET, WORDS_ORANGE
from cqi.charts.shapes import alt
from cqi.vocabulary import CqiError

OUTCOME, COMPLIANCE, NONE = "outcome", "compliance", "none"
MARKS = {OUTCOME: {"shape": "circle", "color": BLUE, "filled": True}, COMPLIANCE: {"shape": "square", "color": WORDS_ORANGE,
    "filled": False},
         NONE: {"shape": "circle", "color": GREY, "filled": False, "strokeDash": [3, 2]}}
VALUE_WIDE, MEASURE_WIDE = 34, 44
LINE, GAP, BETWEEN = 17, 14, 22
"""Pixels: a line of words, between measures of a value, and between values."""
LINKED, LEFT, WIDE = 235, 330, 660
"""Pixels: where links begin and end, and the whole picture's width."""


def values_map(rows: pd.DataFrame) -> alt.LayerChart:
    """One row a value and measure, in order: `title`, the value; `words`, the measure, or what stands in its place; `kind`, OUTCOME,
    COMPLIANCE
    or NONE. Outcomes are filled circles, compliance counts hollow squares, none a dashed circle with a dashed link. Raises CqiError
    without a row."""
    if rows.empty:
        raise CqiError("A values map needs a value; choose or write one.")
    placed, tall = _placed(rows)
    x = alt.X("place:Q", axis=None, scale=alt.Scale(domain=[0, WIDE], nice=False))
    y = alt.Y("height:Q", axis=None, scale=alt.Scale(domain=[tall, 0], nice=False))
    values = placed.drop_duplicates("title").assign(place=0, height=lambda found: found["middle"],
        words=lambda found: found["title"].map(_value))
    layers = [*_links(placed, x, y), *(_marks(placed.loc[placed["kind"] == kind], kind, x,
        y) for kind in MARKS if placed["kind"].eq(kind).any()),
              _text(values, x, y, INK, weight="bold"),
              *(_text(part.assign(place=LEFT + 14, words=part["words"].map(_measure)), x, y, QUIET if kind == NONE else INK) for kind,
                  part in placed.groupby("kind"))]
    return alt.layer(*layers, width=WIDE, height=tall)


def _placed(rows: pd.DataFrame) -> tuple[pd.DataFrame, int]:
    """The rows with `height`, and `middle`, where the value's own words stand; and the height of all."""
    found, top = [], 8
    for value, part in rows.groupby("title", sort=False):
        lines = [len(_measure(words).split("\n")) for words in part["words"]]
        needed = sum(lines) * LINE + GAP * (len(lines) - 1)
        own = max(needed, len(_value(value).split("\n")) * LINE)
        begin, heights = top + (own - needed) / 2, []
        for number in lines:
            heights.append(begin + number * LINE / 2)
            begin += number * LINE + GAP
        found.append(part.assign(height=heights, middle=top + own / 2))
        top += own + BETWEEN
    return pd.concat(found, ignore_index=True).assign(place=LEFT), round(top)


def _value(words: str) -> str:
    return textwrap.fill(words, VALUE_WIDE)


def _measure(words: str) -> str:
    return textwrap.fill(words, MEASURE_WIDE)


def _links(rows: pd.DataFrame, x: alt.X, y: alt.Y) -> list[alt.Chart]:
    """A line from each value to each of its measures; dashed where there is none."""
    links = []
    for number, row in enumerate(rows.to_dict("records")):
        ends = pd.DataFrame({"place": [LINKED, LINKED + 30, LEFT - 12], "height": [row["middle"], row["middle"], row["height"]]})
        dash = DASHES[2] if row["kind"] == NONE else DASHES[0]
        links.append(alt.Chart(ends).mark_line(color="#9AA3AC", strokeWidth=1.5, strokeDash=list(dash),
            interpolate="monotone").encode(x=x, y=y))
    return links


def _marks(rows: pd.DataFrame, kind: str, x: alt.X, y: alt.Y) -> alt.Chart:
    return alt.Chart(rows[["place", "height"]]).mark_point(size=120, opacity=1, strokeWidth=2, **MARKS[kind]).encode(x=x, y=y)


def _text(rows: pd.DataFrame, x: alt.X, y: alt.Y, colour: str, *, weight: str = "normal") -> alt.Chart:
    """Words of several lines, their middle at the height."""
    parts = [{"place": row["place"], "height": row["height"] + LINE * (number - (len(lines) - 1) / 2), "words": line}
             for row in rows.to_dict("records") for lines in [row["words"].split("\n")] for number, line in enumerate(lines)]
    return alt.Chart(pd.DataFrame(parts)).mark_text(align="left", baseline="middle", color=colour, fontWeight=weight, limit=0).encode(x=x,
        y=y, text="words:N")
