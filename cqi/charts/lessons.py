"""Pictures of the first two lessons: a drawn toy county, and counts beside each other."""

from __future__ import annotations

import pandas as pd

from cqi.blocks.palette import BLUE, DASHES, GREY, INK, LIGHT_BLUE, ORANGE, QUIET, WIDTH, WORDS_ORANGE
from cqi.charts.shapes import alt

_LOOKS = ((BLUE, BLUE, "circle", list(DASHES[0])), (ORANGE, WORDS_ORANGE, "diamond", list(DASHES[1])), (GREY, QUIET, "square", list(DASHES[2])))
"""Of each series: colour of its shapes, of its words, its mark, its dash."""
_PERCENT = {"format": "%", "values": [0, 0.25, 0.5, 0.75, 1]}


def lifelines(stays: pd.DataFrame, *, day: float) -> alt.LayerChart:
    """The stays of made-up children as lines over one year: `name`, `low` and `high` (months since its start); for those in care on the
    day `middle` is the day, with its words in `where`; missing for others."""
    ends = [-24, -12, 0, day, 12, 24]
    named = "{'-24': 'two years before', '-12': 'a year before', '0': '1 Jan', '6': '30 June', '12': '31 Dec', '24': 'a year later'}[datum.value]"
    x = alt.X("low:Q", title=None, scale=alt.Scale(domain=[-24, 25]), axis=alt.Axis(values=ends, labelExpr=named, grid=False))
    y = alt.Y("name:N", title=None, sort=list(stays["name"]))
    year = alt.Chart(pd.DataFrame([{"low": 0, "high": 12}])).mark_rect(color=LIGHT_BLUE).encode(x=x, x2="high:Q")
    today = alt.Chart(pd.DataFrame([{"low": day}])).mark_rule(color=GREY, strokeDash=list(DASHES[2]), strokeWidth=1.5).encode(x=x)
    line = alt.Chart(stays).mark_rule(color=BLUE, strokeWidth=5).encode(x=x, x2="high:Q", y=y)
    crossing = stays.loc[stays["middle"].notna(), ["name", "middle", "where"]]
    dot = alt.Chart(crossing).mark_point(color=ORANGE, filled=True, size=80, opacity=1).encode(x="middle:Q", y=y)
    so_far = alt.Chart(crossing).mark_text(align="left", dx=9, dy=-11, color=WORDS_ORANGE).encode(x="middle:Q", y=y, text="where:N")
    return alt.layer(year, today, line, dot, so_far, width=WIDTH - 130, height=36 * len(stays))


def beside(rows: pd.DataFrame, *, title: str, percent: bool) -> alt.LayerChart:
    """One dot with its interval for each `name`, in the order given, its `words` above it."""
    top = 1.0 if percent else 1.15 * float(rows["upper"].max())
    x = alt.X("lower:Q", title=title, scale=alt.Scale(domain=[0, top]), axis=alt.Axis(**(_PERCENT if percent else {"tickCount": 6})))
    y = alt.Y("name:N", title=None, sort=list(rows["name"]), axis=alt.Axis(labelLimit=220))
    rule = alt.Chart(rows).mark_rule(color=BLUE, strokeWidth=2).encode(x=x, x2="upper:Q", y=y)
    dot = alt.Chart(rows).mark_point(filled=True, opacity=1, size=90, color=BLUE).encode(x="value:Q", y=y)
    words = alt.Chart(rows).mark_text(dy=-14, color=INK).encode(x="value:Q", y=y, text="words:N")
    return alt.layer(rule, dot, words, width=WIDTH - 200, height=54 * len(rows))


def by_year(rows: pd.DataFrame, kinds: tuple[str, ...], *, title: str) -> alt.LayerChart:
    """A line for each of up to three `kind`s over the years in `period`, with intervals; its name in its colour at the right end, at `middle`."""
    years = sorted(rows["period"].unique())
    x = alt.X("place:Q", title=None, scale=alt.Scale(domain=[-0.3, len(years) - 0.7]),
              axis=alt.Axis(values=list(range(len(years))), labelExpr=f"{years}[datum.value]"))
    y = alt.Y("lower:Q", title=title, scale=alt.Scale(domain=[0, 1.05 * float(rows[["value", "upper"]].max().max())]))
    layers = []
    for kind, look in zip(kinds, _LOOKS):
        own = alt.Chart(rows.loc[rows["kind"] == kind])
        layers += [own.mark_rule(color=look[0], strokeWidth=1.5).encode(x=x, y=y, y2="upper:Q"),
                   own.mark_line(color=look[0], strokeDash=look[3], strokeCap="butt").encode(x=x, y="value:Q"),
                   own.mark_point(color=look[0], shape=look[2], filled=True, opacity=1, size=80).encode(x=x, y="value:Q"),
                   alt.Chart(rows.loc[rows["kind"] == kind].tail(1)).mark_text(align="left", dx=22, color=look[1]).encode(x=x, y="middle:Q", text="kind:N")]
    return alt.layer(*layers, width=WIDTH - 150, height=300)


def pairs(rows: pd.DataFrame, kinds: tuple[str, str], *, title: str) -> alt.LayerChart:
    """Two shares of each `name` on one line, a circle and a diamond, each with its interval; the first line says which is which."""
    x = alt.X("lower:Q", title=title, scale=alt.Scale(domain=[0, 1]), axis=alt.Axis(**_PERCENT))
    y = alt.Y("name:N", title=None, sort=list(dict.fromkeys(rows["name"])))
    layers = []
    for kind, (colour, words, shape, _) in zip(kinds, _LOOKS):
        own = rows.loc[rows["kind"] == kind]
        layers += [alt.Chart(own).mark_rule(color=colour, strokeWidth=2).encode(x=x, x2="upper:Q", y=y),
                   alt.Chart(own).mark_point(filled=True, opacity=1, size=110, color=colour, shape=shape).encode(x="value:Q", y=y),
                   alt.Chart(own).mark_text(dy=-16, color=words).encode(x="value:Q", y=y, text="words:N")]
    return alt.layer(*layers, width=WIDTH - 90, height=64 * rows["name"].nunique())
