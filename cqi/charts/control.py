"""Control charts: months as points with their centre line and limits; what stands out is told by shape as well as colour."""

from __future__ import annotations

from datetime import date

import pandas as pd

from cqi.blocks.palette import BLUE, DASHES, INK, LIGHT_GREY, ORANGE, PAPER, QUIET, WIDTH, WORDS_ORANGE
from cqi.charts import spec, spread
from cqi.charts.marks import RISE, Marks, mark_lines, title_above
from cqi.charts.shapes import alt
from cqi.control import COMMON, CONCERN, FAIL, HIT_OR_MISS, IMPROVEMENT, NEUTRAL_HIGH, NEUTRAL_LOW, PASS
from cqi.measures.charted import POINT_COLUMNS, Charted
from cqi.vocabulary import CqiError

LOOKS = {
    COMMON: ("no sign of change", QUIET, "circle"), IMPROVEMENT: ("a sign of change for the better", BLUE, "diamond"),
    CONCERN: ("a sign of change to look into", ORANGE, "square"), NEUTRAL_HIGH: ("a sign of change: high", INK, "triangle-up"),
    NEUTRAL_LOW: ("a sign of change: low", INK, "triangle-down"),
}
"""Kind of point -> words, colour, shape."""
REFUSED = {"trial": "too few months to judge", "no spread": "no usual ups and downs to judge by", "few": "too few to judge"}
GOALS = {PASS: ("+", "goal: met every month, as things are"), FAIL: ("\u2212", "goal: out of reach, as things are"),
         HIT_OR_MISS: ("?", "goal: met some months, by chance")}
HEIGHT, ICON_TOP, ROOM = 240, -54, 104


def control_spec(chart: Charted, marks: Marks = ()) -> dict:
    """`control` as a Vega-Lite specification."""
    return spec(control(chart, marks))


def control(chart: Charted, marks: Marks = ()) -> alt.LayerChart:
    """Months joined by a line over the band between the limits, with the average; the icons above. A month without a value is a
    gap; `marks` are labelled lines in their months. Without limits to judge by, the band is left out. Raises CqiError for a table that is
    not of POINT_COLUMNS."""
    if list(chart.points.columns) != list(POINT_COLUMNS):
        raise CqiError("A control chart takes the points of cqi.measures.charted, one row a month.")
    percent = chart.series.chart == "p"
    rows = chart.points.assign(looks=chart.points["kind"].map(lambda kind: LOOKS[kind][0]), piece=chart.points["value"].isna().cumsum())
    rows = rows.loc[rows["value"].notna()].round(dict.fromkeys(("centre", "lower", "upper"), 1 if chart.series.chart == "xmr" else 2))
    month = alt.X("month:T", title=None, axis=alt.Axis(format="%b %Y", tickCount=6, labelFlush=True))
    marks = within(chart.points["month"], marks)
    above = title_above(marks)
    axis = alt.Axis(format="%", **above) if percent else alt.Axis(tickMinStep=1 if chart.series.chart == "xmr" else 0.1, **above)
    y = alt.Y("value:Q", title=chart.series.axis, axis=axis, scale=alt.Scale(zero=True, nice=True))
    lines = [] if chart.limits.refused == "no spread" else _band(rows, month)
    line = alt.Chart(rows).mark_line(color=QUIET, strokeWidth=1.5).encode(x=month, y=y, detail="piece:N")
    marked = mark_lines([(pd.Timestamp(day.replace(day=1)), words) for day, words in marks], month)
    layers = [*lines, *marked, line, _points(rows, month, y), *_names(rows, lines, chart.limits.refused, percent),
              *_icons(chart, ICON_TOP - RISE * bool(marks))]
    return alt.layer(*layers, width=WIDTH - ROOM, height=HEIGHT)


def within(months: pd.Series, marks: Marks) -> list[tuple[date, str]]:
    """The marks whose month is one of the months."""
    return [(day, words) for day, words in marks if pd.Timestamp(day.replace(day=1)) in set(months)]


def _band(rows: pd.DataFrame, month: alt.X) -> list[alt.Chart]:
    """The band between the limits, its dashed edges and the average; each month has its own where children differ in number."""
    base = alt.Chart(rows[["month", "lower", "upper", "centre", "piece"]]).encode(x=month, detail="piece:N")
    edge = {"interpolate": "step", "color": INK, "strokeDash": list(DASHES[1]), "strokeWidth": 1}
    return [base.mark_area(interpolate="step", color=LIGHT_GREY, opacity=0.6).encode(y="lower:Q", y2="upper:Q"),
            *(base.mark_line(**edge).encode(y=f"{name}:Q") for name in ("lower", "upper")),
            base.mark_line(color=INK, strokeWidth=1.2).encode(y="centre:Q")]


def _points(rows: pd.DataFrame, month: alt.X, y: alt.Y) -> alt.Chart:
    present = [looks for kind, looks in LOOKS.items() if kind in set(rows["kind"])]
    words, colours, shapes = map(list, zip(*present)) if present else ([], [], [])
    legend = alt.Legend(orient="bottom", title=None, columns=1, offset=12) if len(present) > 1 else None
    return alt.Chart(rows[["month", "value", "looks"]]).mark_point(filled=True, opacity=1, size=95, stroke=PAPER, strokeWidth=0.8).encode(
        x=month, y=y, color=alt.Color("looks:N", scale=alt.Scale(domain=words, range=colours), legend=legend),
        shape=alt.Shape("looks:N", scale=alt.Scale(domain=words, range=shapes), legend=legend))


def _names(rows: pd.DataFrame, lines: list, refused: str, percent: bool) -> list[alt.Chart]:
    """Names of the lines at the right edge, with the values that they have in the last month."""
    if rows.empty or not lines:
        return []
    last, trial = rows.iloc[-1], "trial limit" if refused else "limit"
    form = "{:.0%}" if percent else "{:.1f}"
    said = (("lower", trial), ("centre", "average"), ("upper", trial))
    names = [(last[name], f"{words} {form.format(last[name])}") for name, words in said]
    heights = spread([height for height, _ in names], apart=0.075 * max(rows["upper"].max(), rows["value"].max()))
    table = pd.DataFrame({"month": last["month"], "height": heights, "words": [words for _, words in names]})
    return [alt.Chart(table).mark_text(align="left", dx=8, color=QUIET).encode(x="month:T", y="height:Q", text="words:N")]


def _icons(chart: Charted, top: int) -> list[alt.Chart]:
    """The variation icon and, with a target, the assurance icon: a sign in a ring, and beside it what it means."""
    kind, direction = chart.variation
    if chart.limits.refused:
        icons = [("\u2013", REFUSED[chart.limits.refused], QUIET)]
    else:
        icons = [("~" if kind == COMMON else "\u2191" if direction > 0 else "\u2193", f"last month: {LOOKS[kind][0]}", LOOKS[kind][1])]
    icons += [(*GOALS[chart.assurance], INK)] if chart.assurance in GOALS else []
    return [layer for place, icon in enumerate(icons) for layer in _icon(*icon, left=12 + 290 * place, top=top)]


def _icon(sign: str, words: str, colour: str, *, left: int, top: int) -> list[alt.Chart]:
    base = alt.Chart(pd.DataFrame([{"sign": sign, "words": words}])).encode(x=alt.XValue(left), y=alt.YValue(top))
    return [base.mark_point(shape="circle", filled=False, size=420, stroke=colour, strokeWidth=2.5, opacity=1),
            base.mark_text(fontSize=15, fontWeight="bold", color=WORDS_ORANGE if colour == ORANGE else colour).encode(text="sign:N"),
            base.mark_text(align="left", dx=18, color=INK).encode(text="words:N")]
