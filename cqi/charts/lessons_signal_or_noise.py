"""Charts of lesson 5: a year of lights, months without limits, and throws left alone or chased."""

from __future__ import annotations

import pandas as pd

from cqi.blocks.palette import BLUE, GREY, INK, LIGHT_BLUE, LIGHT_GREY, ORANGE, PAPER, QUIET, WIDTH
from cqi.charts.shapes import alt

RED, AMBER, GREEN = "red", "amber", "green"
_LIGHTS = {RED: (ORANGE, PAPER, "R"), AMBER: (LIGHT_GREY, INK, "A"), GREEN: (LIGHT_BLUE, INK, "G")}
"""Light -> its shade here, that of its letter, and the letter; not red and green, which many people cannot tell apart."""
ALONE, CHASED = "left alone", "aim moved, after every miss"


def dashboard(rows: pd.DataFrame) -> alt.LayerChart:
    """A row a county (`name`), a column a month (`place`), each cell a light with its letter (`kind`)."""
    x = alt.X("place:O", title="month", axis=alt.Axis(labelAngle=0, orient="top"))
    y = alt.Y("name:N", title=None, sort=list(dict.fromkeys(rows["name"])), axis=alt.Axis(ticks=False, domain=False))
    layers = []
    for light, (shade, ink, letter) in _LIGHTS.items():
        base = alt.Chart(rows.loc[rows["kind"] == light].assign(sign=letter)).encode(x=x, y=y)
        layers += [base.mark_rect(color=shade, stroke=PAPER, strokeWidth=2), base.mark_text(color=ink, fontWeight="bold" if light == RED
                                                                                            else "normal").encode(text="sign:N")]
    return alt.layer(*layers, width=WIDTH - 90, height=21 * rows["name"].nunique())


def bare(rows: pd.DataFrame) -> alt.LayerChart:
    """Months as points joined by a line, with their average (`centre`), and nothing else."""
    month = alt.X("month:T", title=None, axis=alt.Axis(format="%b %Y", tickCount=6, labelFlush=True))
    y = alt.Y("value:Q", title="exits to a permanent home per 1,000 days in care", scale=alt.Scale(zero=True, nice=True),
              axis=alt.Axis(tickMinStep=0.1))
    base = alt.Chart(rows)
    name = alt.Chart(rows.tail(1).assign(words="average")).mark_text(align="left", dx=8, color=QUIET).encode(x=month, y="centre:Q",
                                                                                                             text="words:N")
    return alt.layer(base.mark_line(color=INK, strokeWidth=1.2).encode(x=month, y="centre:Q"),
                     base.mark_line(color=GREY, strokeWidth=1.5).encode(x=month, y=y),
                     base.mark_point(filled=True, size=80, color=GREY, opacity=1, stroke=PAPER).encode(x=month, y=y), name,
                     width=WIDTH - 104, height=200)


def tampering(rows: pd.DataFrame) -> alt.LayerChart:
    """Throws (`value`) as ticks about the mark, a row a way (`which`), with their range below."""
    names = [ALONE, CHASED]
    x = alt.X("value:Q", title="how far from the mark", axis=alt.Axis(values=[-4, -2, 0, 2, 4], format="d", grid=True),
              scale=alt.Scale(domain=[-4, 4]))
    y = alt.Y("which:N", title=None, sort=names, axis=alt.Axis(labelLimit=0, labelExpr="split(datum.label, ', ')"))
    ends = rows.groupby("which", as_index=False)["value"].agg(low="min", high="max")
    layers = [alt.Chart(pd.DataFrame([{"middle": 0}])).mark_rule(color=INK, strokeWidth=1.5).encode(x="middle:Q")]
    for name, colour in ((ALONE, BLUE), (CHASED, ORANGE)):
        own = alt.Chart(ends.loc[ends["which"] == name]).encode(y=y)
        layers += [alt.Chart(rows.loc[rows["which"] == name, ["value", "which"]]).mark_tick(color=colour, thickness=2, size=24,
                                                                                            opacity=0.75).encode(x=x, y=y),
                   own.mark_rule(color=colour, strokeWidth=3, yOffset=22).encode(x=alt.X("low:Q"), x2="high:Q")]
    return alt.layer(*layers, width=WIDTH - 130, height=170)
