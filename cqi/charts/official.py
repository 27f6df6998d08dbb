"""Official measures as charts: by 12-month period beside the nation, and by group of children."""

from __future__ import annotations

import pandas as pd

from cqi.blocks.palette import BLUE, DASHES, GREY, QUIET, WIDTH
from cqi.charts import checked, short_period
from cqi.charts.shapes import alt
from cqi.vocabulary import UNKNOWN


def by_period(table: pd.DataFrame, *, title: str, percent: bool, national: float | None) -> alt.LayerChart:
    """A measure by 12-month period with intervals; the nation's figure, where there is one, as a dashed line
    named at its end: context only."""
    rows = checked(table).loc[table["value"].notna(), ["cohort", "value", "lower", "upper"]]
    rows = rows.assign(period=rows["cohort"].map(short_period))
    period = alt.X("period:N", title=None, sort=None, axis=alt.Axis(labelAngle=0, labelExpr="split(datum.label, '|')", labelLimit=200))
    top = 1.12 * max(float(rows["upper"].max()), national or 0.0)
    y = alt.Y("value:Q", title=title, axis=alt.Axis(format="%" if percent else ".1f"), scale=alt.Scale(domain=[0, top]))
    rule = alt.Chart(rows).mark_rule(strokeWidth=2, color=BLUE).encode(x=period, y="lower:Q", y2="upper:Q")
    point = alt.Chart(rows).mark_point(filled=True, opacity=1, size=90, color=BLUE).encode(x=period, y=y)
    layers, width = [rule, point], WIDTH - (60 if national is None else 110)
    if national is not None:
        line = alt.Chart(pd.DataFrame([{"value": national, "words": "nation"}]))
        layers = [line.mark_rule(color=GREY, strokeDash=list(DASHES[1]), strokeWidth=1.5).encode(y="value:Q"),
                  line.mark_text(align="left", dx=6, color=QUIET).encode(x=alt.XValue(width), y="value:Q", text="words:N"),
                  *layers]
    return alt.layer(*layers, width=width, height=200)


def by_group(table: pd.DataFrame, *, title: str, percent: bool) -> alt.LayerChart:
    """A measure by group of children with intervals, groups in the order given; no ranking."""
    rows = checked(table).loc[table["value"].notna()].assign(
        name=lambda found: found["group"].str.split(": ").str[1].replace(UNKNOWN, "not known"))
    rows = rows[["name", "value", "lower", "upper"]]
    name = alt.Y("name:N", title=None, sort=list(rows["name"]), axis=alt.Axis(labelLimit=260, minExtent=190))  # pictures of one size
    x = alt.X("lower:Q", title=title, axis=alt.Axis(format="%" if percent else ".1f", labelFlush=False, tickCount=6), scale=alt.Scale(zero=True))
    rule = alt.Chart(rows).mark_rule(color=BLUE, strokeWidth=2).encode(x=x, x2="upper:Q", y=name)
    point = alt.Chart(rows).mark_point(filled=True, size=70, color=BLUE, opacity=1).encode(x="value:Q", y=name)
    return alt.layer(rule, point, width=WIDTH - 220, height=30 * max(len(rows), 2))
