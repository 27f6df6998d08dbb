"""Charts of lesson 3: lifelines of ten made-up children, one cohort as known on several days, two cohorts at the same age."""

from __future__ import annotations

import pandas as pd

from cqi.blocks.palette import BLUE, DASHES, GREY, HEIGHT, INK, LIGHT_GREY, ORANGE, PAPER, QUIET, WIDTH, WORDS_ORANGE
from cqi.charts import spread
from cqi.charts.shapes import alt

HOME, HERE = "home", "still in care"
LOOKS = {HOME: (BLUE, "circle", DASHES[0]), HERE: (ORANGE, "triangle-right", DASHES[1])}
LINES = ((GREY, DASHES[2]), (ORANGE, DASHES[1]), (INK, DASHES[3]), (BLUE, DASHES[0]))
"""Colour and dash of a cohort as known on four days, the last one whole and blue."""


def lifelines(rows: pd.DataFrame) -> alt.LayerChart:
    """A line a child from `low` to `high` months in care; its end tells `kind`: home, or still in care."""
    child = alt.Y("name:N", title=None, sort=list(rows["name"]), axis=alt.Axis(labelExpr="'Child ' + datum.label", domain=False,
                                                                               ticks=False))
    x = alt.X("low:Q", title="months in care that we have seen", scale=alt.Scale(domain=[0, 15]),
              axis=alt.Axis(values=[0, 3, 6, 9, 12], grid=True))
    layers = []
    for kind, (colour, shape, dash) in LOOKS.items():
        base = alt.Chart(rows.loc[rows["kind"] == kind])
        layers += [base.mark_rule(color=colour, strokeWidth=3, strokeDash=list(dash)).encode(x=x, x2="high:Q", y=child),
                   base.mark_point(shape=shape, filled=True, size=150, color=colour, opacity=1).encode(x="high:Q", y=child),
                   base.mark_text(align="left", dx=11, color=WORDS_ORANGE if colour == ORANGE
                                  else colour).encode(x="high:Q", y=child, text="kind:N")]
    return alt.layer(*layers, width=WIDTH - 70, height=26 * len(rows))


def longer(rows: pd.DataFrame) -> alt.LayerChart:
    """The share home by month in care as known on several days (`name`, in order): lines on one another, each longer than the one before.
    Intervals are those of the last day."""
    names = list(dict.fromkeys(rows["name"]))
    month = alt.X("at:Q", title="months in care", scale=alt.Scale(domain=[0, 12]), axis=alt.Axis(values=[0, 3, 6, 9, 12]))
    top = float(rows["upper"].max())
    y = alt.Y("value:Q", title="share home", axis=alt.Axis(format="%"), scale=alt.Scale(domain=[0, top], nice=True))
    last = rows.loc[rows["name"] == names[-1]]
    layers = [alt.Chart(last[["at", "lower", "upper"]]).mark_rule(color=BLUE, strokeWidth=1).encode(x=month, y="lower:Q", y2="upper:Q")]
    looks = LINES[-len(names):]
    for name, (colour, dash) in zip(reversed(names), reversed(looks)):
        part = pd.concat([pd.DataFrame([{"at": 0, "value": 0.0}]), rows.loc[rows["name"] == name, ["at", "value"]]])
        layers.append(alt.Chart(part).mark_line(color=colour, strokeDash=list(dash), strokeWidth=2.5).encode(x=month, y=y))
    ends = [(rows.loc[rows["name"] == name].iloc[-1], name, look) for name, look in zip(names, looks)]
    return alt.layer(*layers, *_ends(ends, top, month), width=WIDTH - 120, height=HEIGHT)


def _ends(ends: list, top: float, month: alt.X) -> list[alt.Chart]:
    """A circle at each line's end, and its day beside it, at the right edge where lines end together."""
    ends = sorted(ends, key=lambda end: end[0]["value"])
    heights = spread([float(end["value"]) for end, *_ in ends], apart=0.075 * top)
    layers = []
    for (end, name, (colour, _)), height in zip(ends, heights):
        words = WORDS_ORANGE if colour == ORANGE else colour
        point = pd.DataFrame([{"at": end["at"], "value": end["value"], "height": height, "words": f"as of {name}", "place": 12.0}])
        layers += [alt.Chart(point).mark_point(filled=True, size=70, color=colour, opacity=1, stroke=PAPER).encode(x=month, y="value:Q"),
                   alt.Chart(point).mark_text(align="left", dx=12, color=words, fontWeight="bold").encode(x="place:Q", y="height:Q",
                                                                                                          text="words:N"),
                   alt.Chart(point).mark_rule(color=LIGHT_GREY, strokeWidth=1).encode(x="at:Q", x2="place:Q", y="value:Q")]
    return layers


def at_ages(rows: pd.DataFrame) -> alt.LayerChart:
    """Two cohorts (`which`) at months in care: shares with intervals side by side."""
    names = ["a year ago", "now"]
    rows = rows.assign(words=rows["at"].map("within {:.0f} months".format))
    y = alt.Y("value:Q", title="share home", axis=alt.Axis(format="%"), scale=alt.Scale(zero=True))
    x = alt.X("words:N", title=None, sort=None, axis=alt.Axis(labelAngle=0))
    across = alt.XOffset("which:N", sort=names)
    colour = alt.Color("which:N", scale=alt.Scale(domain=names, range=[GREY, BLUE]), legend=None)
    shape = alt.Shape("which:N", scale=alt.Scale(domain=names, range=["circle", "diamond"]), legend=None)
    base = alt.Chart(rows)
    return alt.layer(
        base.mark_rule(strokeWidth=2).encode(x=x, xOffset=across, y="lower:Q", y2="upper:Q", color=colour),
        base.mark_point(filled=True, size=110, opacity=1).encode(x=x, xOffset=across, y=y, color=colour, shape=shape),
        base.mark_text(dy=-10).encode(x=x, xOffset=across, y="upper:Q", text="which:N", color=alt.value(QUIET)),
        base.mark_text(dx=8, align="left", fontWeight="bold").encode(x=x, xOffset=across, y="value:Q",
                                                                     text=alt.Text("value:Q", format=".0%"), color=alt.value(INK)),
        width=WIDTH - 120, height=HEIGHT - 40)
