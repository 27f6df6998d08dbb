"""What the file can and cannot say, as charts: limits, half-years, rows set aside, months. Counts of rows, never of one child."""

from __future__ import annotations

import pandas as pd

from cqi.blocks.palette import BLUE, DASHES, GREY, INK, LIGHT_BLUE, ORANGE, QUIET, WIDTH, WORDS_ORANGE
from cqi.charts.shapes import alt

WITHIN, OVER = "within the limit", "over the limit"


def limits(table: pd.DataFrame) -> alt.LayerChart:
    """How much of each official limit the newest half-year uses: columns title, used (1 is the limit), over."""
    rows = table[["title", "used", "over"]].assign(
        state=lambda found: found["over"].map({True: OVER, False: WITHIN}), words=lambda found: found["used"].map("{:.0%}".format))
    top = max(1.25, float(rows["used"].max()) * 1.15)
    title = alt.Y("title:N", title=None, sort=list(rows["title"]), axis=alt.Axis(labelLimit=260))
    scale = alt.Scale(domain=[WITHIN, OVER], range=[BLUE, ORANGE])
    bar = alt.Chart(rows).mark_bar(height=16).encode(
        x=alt.X("used:Q", title="share of the limit that is used", axis=alt.Axis(format="%"), scale=alt.Scale(domain=[0, top])), y=title,
        color=alt.Color("state:N", scale=scale, legend=None))
    beside = rows.assign(used=rows["used"].mask(rows["used"].between(0.8, 1.0), 1.0))  # clear of the line
    text = alt.Chart(beside).mark_text(align="left", dx=5).encode(x="used:Q", y=title, text="words:N")
    edge = alt.Chart(pd.DataFrame([{"limit": 1.0, "words": "limit"}]))
    line = edge.mark_rule(color=INK, strokeDash=list(DASHES[1]), strokeWidth=1.5).encode(x="limit:Q")
    name = edge.mark_text(align="left", dx=5, color=QUIET, baseline="top").encode(x="limit:Q", y=alt.YValue(0), text="words:N")
    return alt.layer(bar, line, name, text, width=WIDTH - 270, height=30 * len(rows) + 10)


def by_period(table: pd.DataFrame) -> alt.LayerChart:
    """Every check in every period: a light square within the limit, a dark one with a cross over it; columns title, period, over."""
    rows = table[["title", "period", "over"]].assign(state=lambda found: found["over"].map({True: OVER, False: WITHIN}))
    periods = list(dict.fromkeys(rows["period"]))
    x = alt.X("period:O", title=None, sort=periods, axis=alt.Axis(labelAngle=0))
    y = alt.Y("title:N", title=None, sort=list(dict.fromkeys(rows["title"])), axis=alt.Axis(labelLimit=260))
    scale = alt.Scale(domain=[WITHIN, OVER], range=[LIGHT_BLUE, ORANGE])
    square = alt.Chart(rows).mark_square(size=340, opacity=1, stroke=GREY, strokeWidth=1).encode(
        x=x, y=y, color=alt.Color("state:N", scale=scale, legend=None))
    cross = alt.Chart(rows.loc[rows["over"]]).mark_text(text="\u00d7", fontWeight="bold", fontSize=17, color=INK).encode(x=x, y=y)
    return alt.layer(square, cross, width=max(WIDTH - 270, 26 * len(periods)), height=28 * rows["title"].nunique())


def reasons(table: pd.DataFrame) -> alt.LayerChart:
    """Rows set aside by reason as bars with the count at the end; columns reason, rows."""
    order = list(table["reason"])
    y = alt.Y("reason:N", title=None, sort=order, axis=alt.Axis(labelLimit=330))
    bar = alt.Chart(table).mark_bar(color=BLUE, height=18).encode(
        x=alt.X("rows:Q", title="rows set aside", axis=alt.Axis(tickMinStep=1, tickCount=5, format=",d")), y=y)
    text = alt.Chart(table).mark_text(align="left", dx=5).encode(x="rows:Q", y=y, text=alt.Text("rows:Q", format=",d"))
    return alt.layer(bar, text, width=WIDTH - 340, height=34 * len(table))


def months(table: pd.DataFrame) -> alt.LayerChart:
    """Entries and exits by month as two lines told apart by dash and name; columns month (first day), entries, exits."""
    rows = table.melt(["month"], ["entries", "exits"], "what", "children")
    x = alt.X("month:T", title=None, axis=alt.Axis(format="%b %Y", tickCount=6))
    y = alt.Y("children:Q", title="children a month", scale=alt.Scale(zero=True), axis=alt.Axis(tickMinStep=1, format=",d"))
    colour = alt.Color("what:N", scale=alt.Scale(domain=["entries", "exits"], range=[BLUE, ORANGE]), legend=None)
    words = alt.Color("what:N", scale=alt.Scale(domain=["entries", "exits"], range=[BLUE, WORDS_ORANGE]), legend=None)
    line = alt.Chart(rows).mark_line().encode(
        x=x, y=y, color=colour, strokeDash=alt.StrokeDash("what:N", scale=alt.Scale(domain=["entries", "exits"], range=[list(DASHES[0]), list(DASHES[1])]),
                                                          legend=None))
    ends = rows.loc[rows["month"] == rows["month"].max()].sort_values("children")
    apart = 0.08 * max(float(rows["children"].max()), 1.0)
    heights = [float(ends["children"].iloc[0]), max(float(ends["children"].iloc[1]), float(ends["children"].iloc[0]) + apart)]
    name = alt.Chart(ends.assign(height=heights)).mark_text(align="left", dx=8, fontWeight="bold").encode(x="month:T", y="height:Q", text="what:N", color=words)
    return alt.layer(line, name, width=WIDTH - 90, height=200).resolve_scale(color="independent")
