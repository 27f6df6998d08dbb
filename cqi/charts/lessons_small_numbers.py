"""Charts of lesson 4: chances of a county of 20, a hundred years of it, intervals by size, two counties year by year."""

from __future__ import annotations

import pandas as pd

from cqi.blocks.palette import BLUE, GREY, HEIGHT, INK, LIGHT_GREY, ORANGE, PAPER, WIDTH, WORDS_ORANGE
from cqi.charts.shapes import alt

BAD, USUAL, GOOD = "20% or lower", "in between", "50% or higher"
_SIDES = [BAD, USUAL, GOOD]
_COLOURS, _SHAPES = [ORANGE, GREY, BLUE], ["square", "circle", "diamond"]


def luck(rows: pd.DataFrame) -> alt.LayerChart:
    """A bar for each count of children home (`counted`), as high as its chance (`share`); the chance of both ends said above them."""
    x = alt.X("counted:O", title="children home, of 20", axis=alt.Axis(labelAngle=0))
    y = alt.Y("share:Q", title="chance in any one year", axis=alt.Axis(format="%"))
    colour = alt.Color("which:N", scale=alt.Scale(domain=_SIDES, range=[ORANGE, LIGHT_GREY, BLUE]), legend=None)
    edge = alt.Stroke("which:N", scale=alt.Scale(domain=_SIDES, range=[ORANGE, GREY, BLUE]), legend=None)
    bars = alt.Chart(rows).mark_bar(strokeWidth=1).encode(x=x, y=y, color=colour, stroke=edge)
    ends = rows.loc[rows["which"] != USUAL].groupby("which", sort=False).agg(share=("share", "sum"), counted=("counted", "median"),
                                                                             top=("share", "max")).reset_index()
    ends = ends.assign(words=ends["which"] + ":", sign=ends["share"].map("{:.0%} of years".format),
                       counted=ends["counted"].round().astype(int))
    layers = [bars]
    for side, colour in ((BAD, WORDS_ORANGE), (GOOD, BLUE)):
        base = alt.Chart(ends.loc[ends["which"] == side]).encode(x=x, y=alt.value(60))
        layers += [base.mark_text(color=colour, fontWeight="bold", dy=-8).encode(text="words:N"),
                   base.mark_text(color=colour, fontWeight="bold", dy=9).encode(text="sign:N")]
    return alt.layer(*layers, width=WIDTH - 40, height=HEIGHT - 40)


def years(rows: pd.DataFrame, *, true: float, low: float, high: float) -> alt.LayerChart:
    """A point a year (`place`, `share`), told apart by `which`; the band that holds 95 of 100 years, and the true share."""
    x = alt.X("place:Q", title="year", scale=alt.Scale(domain=[0, 101], nice=False), axis=alt.Axis(values=[1, 25, 50, 75, 100]))
    y = alt.Y("share:Q", title="share home in the year", axis=alt.Axis(format="%"), scale=alt.Scale(domain=[0, 0.8]))
    edges = pd.DataFrame([{"min": 0, "max": 101, "low": low, "high": high, "middle": true, "words": f"true share {true:.0%}"}])
    band = alt.Chart(edges).mark_rect(color=LIGHT_GREY, opacity=0.6).encode(x="min:Q", x2="max:Q", y="low:Q", y2="high:Q")
    line = alt.Chart(edges).mark_rule(color=INK, strokeWidth=1.5).encode(y="middle:Q")
    points = alt.Chart(rows).mark_point(filled=True, opacity=1, size=48).encode(
        x=x, y=y, color=alt.Color("which:N", scale=alt.Scale(domain=_SIDES, range=_COLOURS),
                                  legend=alt.Legend(orient="bottom", columns=1, title=None)),
        shape=alt.Shape("which:N", scale=alt.Scale(domain=_SIDES, range=_SHAPES),
                        legend=alt.Legend(orient="bottom", columns=1, title=None)))
    name = alt.Chart(edges).mark_text(align="left", dx=6, color=INK).encode(x="max:Q", y="middle:Q", text="words:N")
    return alt.layer(band, line, points, name, width=WIDTH - 140, height=HEIGHT - 30)


def widths(rows: pd.DataFrame) -> alt.LayerChart:
    """One share (`value`) with its interval, by number of children (`name`)."""
    y = alt.Y("name:N", title="children", sort=list(rows["name"]))
    x = alt.X("lower:Q", title="likely true share (95% interval)", axis=alt.Axis(format="%", values=[0, 0.2, 0.4, 0.6]),
              scale=alt.Scale(domain=[0, 0.7]))
    rows = rows.assign(words=[f"{low:.0%} to {high:.0%}" for low, high in zip(rows["lower"], rows["upper"])])
    base = alt.Chart(rows)
    return alt.layer(base.mark_rule(color=BLUE, strokeWidth=4).encode(x=x, x2="upper:Q", y=y),
                     base.mark_point(filled=True, size=110, color=BLUE, opacity=1, stroke=PAPER).encode(x="value:Q", y=y),
                     base.mark_text(align="left", dx=10, color=INK).encode(x="upper:Q", y=y, text="words:N"), width=WIDTH - 80,
                     height=38 * len(rows))


def league(rows: pd.DataFrame) -> alt.LayerChart:
    """Two counties by year (`name`): shares with intervals side by side, told apart by colour and shape, named above."""
    names = sorted(set(rows["county"]))
    rows = rows.assign(words=rows["value"].map("{:.0%}".format))
    x = alt.X("name:N", title=None, axis=alt.Axis(labelAngle=0))
    across = alt.XOffset("county:N", sort=names)
    y = alt.Y("value:Q", title="share home within 12 months", axis=alt.Axis(format="%"), scale=alt.Scale(domain=[0, 1]))
    colour = alt.Color("county:N", scale=alt.Scale(domain=names, range=[BLUE, ORANGE]), legend=None)
    base = alt.Chart(rows)
    layers = [base.mark_rule(strokeWidth=2).encode(x=x, xOffset=across, y="lower:Q", y2="upper:Q", color=colour)]
    for name, shape, ink, place, side in zip(names, ("circle", "diamond"), (BLUE, WORDS_ORANGE), (0, (WIDTH - 40) / 3), ("right", "left")):
        part = alt.Chart(rows.loc[rows["county"] == name]).encode(x=x, xOffset=across)
        layers += [part.mark_point(filled=True, size=110, opacity=1, shape=shape).encode(y=y, color=colour),
                   part.mark_text(align=side, dx=7 if side == "left" else -7, color=INK).encode(y="value:Q", text="words:N")]
        key = alt.Chart(pd.DataFrame([{"words": name}])).encode(x=alt.XValue(place + 8), y=alt.YValue(6))
        layers += [key.mark_point(filled=True, size=110, opacity=1, shape=shape, color=BLUE if ink == BLUE else ORANGE),
                   key.mark_text(align="left", dx=12, color=ink, fontWeight="bold").encode(text="words:N")]
    return alt.layer(*layers, width=WIDTH - 40, height=HEIGHT)
