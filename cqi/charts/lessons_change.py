"""The chart of the lesson from chart to change: quarters of several counties, the lowest marked, and the one after it."""

from __future__ import annotations

import pandas as pd

from cqi.blocks.palette import BLUE, INK, ORANGE, PAPER, QUIET
from cqi.charts.shapes import Part, alt

HEIGHT, WIDE = 84, 330


def quarters(rows: pd.DataFrame, last: int) -> Part:
    """Small charts below each other, one a county: columns name, month (the number of the quarter), observed. The quarter `last` is a square, the
    one after it a diamond; both bear their number."""
    top = int(rows["observed"].max()) + 6
    names = list(dict.fromkeys(rows["name"]))
    panels = [_panel(rows.loc[rows["name"] == name], name, last, top, is_last=name == names[-1]) for name in names]
    return alt.vconcat(*panels, spacing=14)


def _panel(rows: pd.DataFrame, name: str, last: int, top: int, *, is_last: bool) -> Part:
    axis = alt.Axis(values=list(range(1, last + 2)), format="d", labels=is_last, ticks=is_last)
    x = alt.X("month:Q", title="quarter" if is_last else None, axis=axis, scale=alt.Scale(domain=[0.5, last + 1.5], nice=False))
    y = alt.Y("observed:Q", title=name, axis=alt.Axis(tickCount=3), scale=alt.Scale(domain=[0, top], nice=False))
    line = alt.Chart(rows[["month", "observed"]]).mark_line(color=QUIET, strokeWidth=1.5, point={"size": 30, "color": INK}).encode(x=x, y=y)
    marked = [layer for quarter, colour, shape in ((last, ORANGE, "square"), (last + 1, BLUE, "diamond"))
              for layer in _marked(rows.loc[rows["month"] == quarter, ["month", "observed"]], colour, shape, x)]
    return alt.layer(line, *marked, width=WIDE, height=HEIGHT)


def _marked(row: pd.DataFrame, colour: str, shape: str, x: Part) -> list[Part]:
    base = alt.Chart(row).encode(x=x, y="observed:Q")
    return [base.mark_point(shape=shape, filled=True, size=130, opacity=1, color=colour, stroke=PAPER),
            base.mark_text(dy=-14, fontWeight="bold", color=INK).encode(text="observed:Q")]
