"""Measure tables into Altair charts. Interval drawn, few marks, told apart by shape or dash as well as colour.

A chart takes rows of released tables and nothing else: Altair writes the data it is given into the page. Bad news and
good news are never red and green; a county is never ranked.
"""

from __future__ import annotations

import pandas as pd

from cqi.blocks.aggregates import refuse_rows
from cqi.blocks.palette import (
    BLUE, DASHES, GREEN, GREY, HEIGHT, INK, LIGHT_GREY, ORANGE, QUIET, WIDTH, altair_config,
)
from cqi.charts.quick import switch_on
from cqi.charts.shapes import Part, alt, written
from cqi.cohorts import spanned
from cqi.measures import KINDS, kinds_of_exit
from cqi.vocabulary import MEASURE_COLUMNS, CqiError

switch_on()
KIND_COLOURS = (BLUE, GREEN, ORANGE, GREY, LIGHT_GREY)


def spec(chart: Part | alt.Chart | alt.LayerChart) -> dict:
    """The chart as a Vega-Lite specification with the house's settings; the same chart gives the same bytes.

    Raises CqiError for a chart of anything but aggregates: Altair writes the rows that it is given into the notebook.
    """
    found = written(chart) | {"config": altair_config()}
    refuse_rows(found, title="of this page")
    return found


def checked(table: pd.DataFrame) -> pd.DataFrame:
    """The table, if it is a measure table. Raises CqiError for any other: rows of children must not reach a chart."""
    if not set(MEASURE_COLUMNS) <= set(table.columns):
        raise CqiError("A chart takes a measure table, with the columns of cqi.vocabulary.MEASURE_COLUMNS.")
    return table


def exits(curves: pd.DataFrame) -> alt.LayerChart:
    """Stacked shares by month in care: each kind of exit, and still in care on top; a label with its colour at the right edge."""
    table = kinds_of_exit(checked(curves))[["kind", "month", "share", "place"]]
    last = table.loc[(table["month"] == table["month"].max())]
    labels = last.assign(middle=last["share"].cumsum() - last["share"] / 2).loc[last["share"] >= 0.005]
    labels = labels.assign(middle=spread(labels["middle"].tolist(), apart=0.055))
    scale = alt.Scale(domain=list(KINDS), range=list(KIND_COLOURS))
    month = alt.X("month:Q", title="months in care", scale=alt.Scale(domain=[0, 12]), axis=alt.Axis(values=[0, 3, 6, 9, 12]))
    area = alt.Chart(table).mark_area(stroke="white", strokeWidth=1).encode(
        x=month, y=alt.Y("share:Q", title="share of the children", stack="zero", axis=alt.Axis(format="%"), scale=alt.Scale(domain=[0, 1])),
        color=alt.Color("kind:N", scale=scale, legend=None), order=alt.Order("place:Q"),
    )
    swatch = alt.Chart(labels).mark_square(xOffset=12, size=90, opacity=1, stroke=GREY, strokeWidth=1).encode(
        x="month:Q", y="middle:Q", color=alt.Color("kind:N", scale=scale, legend=None))
    text = alt.Chart(labels).mark_text(align="left", dx=22, fontSize=13, color=INK).encode(x="month:Q", y="middle:Q", text="kind:N")
    whole = alt.Chart(pd.DataFrame([{"min": 0, "max": last["month"].max(), "low": 0, "high": 1}])).mark_rect(
        fillOpacity=0, stroke=GREY, strokeWidth=1).encode(x="min:Q", x2="max:Q", y="low:Q", y2="high:Q")
    return alt.layer(area, whole, swatch, text, width=_beside_labels(table["month"].max(), room=180), height=HEIGHT)


def _beside_labels(last: float, *, room: int) -> int:
    """Width of a plot of 12 months whose labels stand right of month `last`: they need `room` only where they pass its edge."""
    return WIDTH - 40 if last <= 7 else WIDTH - room


def spread(places: list[float], *, apart: float) -> list[float]:
    """Ascending places moved up just enough that none is nearer than `apart` to the one below it."""
    moved: list[float] = []
    for place in places:
        moved.append(max(place, moved[-1] + apart) if moved else place)
    return moved


def against_earlier(curves: pd.DataFrame, cohort: str) -> alt.LayerChart:
    """This cohort's cumulative share with its interval, over the band of earlier cohorts, lowest to highest."""
    whole = checked(curves).loc[curves["part"].eq("") & curves["value"].notna(), ["cohort", "at", "value", "lower", "upper"]]
    now = _from_zero(whole.loc[whole["cohort"] == cohort, ["at", "value", "lower", "upper"]])
    earlier = _from_zero(whole.loc[whole["cohort"] != cohort].groupby("at")["value"].agg(["min", "median", "max"]).reset_index())
    month = alt.X("at:Q", title="months in care", scale=alt.Scale(domain=[0, 12]), axis=alt.Axis(values=[0, 3, 6, 9, 12]))
    axis = alt.Y("min:Q", title="left to a permanent home", axis=alt.Axis(format="%"), scale=alt.Scale(zero=True))
    band = alt.Chart(earlier).mark_area(color=LIGHT_GREY).encode(x=month, y=axis, y2="max:Q")
    middle = alt.Chart(earlier).mark_line(color=GREY, strokeDash=list(DASHES[1])).encode(x=month, y="median:Q")
    bars = alt.Chart(now).mark_rule(color=BLUE, strokeWidth=1.5).encode(x=month, y="lower:Q", y2="upper:Q")
    line = alt.Chart(now).mark_line(color=BLUE, point={"size": 45, "color": BLUE}).encode(x=month, y="value:Q")
    edges = [alt.Chart(earlier).mark_line(color=GREY, strokeWidth=1).encode(x=month, y=f"{edge}:Q") for edge in ("min", "max")]
    return alt.layer(band, *edges, middle, bars, line, *_end_labels(now, earlier), width=WIDTH - 110, height=HEIGHT)


def _from_zero(table: pd.DataFrame) -> pd.DataFrame:
    """The curve with its beginning: nobody has left on the first day."""
    return pd.concat([pd.DataFrame({name: [0.0] for name in table.columns}), table], ignore_index=True)


def _end_labels(now: pd.DataFrame, earlier: pd.DataFrame) -> list[alt.Chart]:
    """Names of the lines at the right edge, at the height of their last points, apart from each other."""
    ends = [(now["value"].iloc[-1], now["at"].iloc[-1], "this period", BLUE)]
    if len(earlier) > 1:
        ends.append((earlier["median"].iloc[-1], earlier["at"].iloc[-1], "earlier periods", QUIET))
    ends.sort()
    top = max(earlier["max"].max(), now["upper"].max())
    edge = max(end[1] for end in ends)
    heights = spread([end[0] for end in ends], apart=0.07 * top)
    return [
        alt.Chart(pd.DataFrame([{"at": edge, "height": height, "words": words}])).mark_text(
            align="left", dx=8, fontSize=13, fontWeight="bold", color=colour).encode(x="at:Q", y="height:Q", text="words:N")
        for height, (_, _, words, colour) in zip(heights, ends)
    ]


def bars(table: pd.DataFrame, order: list[str]) -> alt.LayerChart:
    """Counts of children by group as bars with the count at the end; groups in the order given, those without a child left out."""
    rows = checked(table).assign(group=table["group"].str.split(": ").str[1])[["group", "numerator"]].dropna()
    rows = rows.loc[rows["numerator"] > 0]
    order = [group for group in order if group in set(rows["group"])]
    group = alt.Y("group:N", title=None, sort=order, axis=alt.Axis(labelLimit=0))
    bar = alt.Chart(rows).mark_bar(color=BLUE, height=20).encode(
        x=alt.X("numerator:Q", title="children still in care", axis=alt.Axis(tickMinStep=1, tickCount=6, format=",d")), y=group)
    text = alt.Chart(rows).mark_text(align="left", dx=5).encode(x="numerator:Q", y=group, text=alt.Text("numerator:Q", format=",d"))
    return alt.layer(bar, text, width=WIDTH - 170, height=34 * len(order))


def by_cohort(table: pd.DataFrame, cohort: str, *, title: str, percent: bool) -> alt.LayerChart:
    """A measure by cohort with intervals; this cohort as a diamond under its name, earlier ones as circles."""
    shown = checked(table)["value"].notna().to_numpy()
    labels = table["cohort"].to_numpy()[shown]
    rows = pd.DataFrame({"cohort": labels, **{name: table[name].to_numpy()[shown] for name in ("value", "lower", "upper")},
                         "which": ["this period" if label == cohort else "earlier" for label in labels],
                         "period": [short_period(label) for label in labels]})
    period = alt.X("period:N", title=None, sort=None, axis=alt.Axis(labelAngle=0, labelExpr="split(datum.label, '|')", labelLimit=0))
    axis = alt.Axis(format="%") if percent else alt.Axis(format=".1f")
    y = alt.Y("value:Q", title=title, axis=axis, scale=alt.Scale(zero=True))
    rule = alt.Chart(rows).mark_rule(strokeWidth=2).encode(x=period, y="lower:Q", y2="upper:Q", color=_which("color"))
    point = alt.Chart(rows).mark_point(filled=True, opacity=1, size=90).encode(
        x=period, y=y, color=_which("color"), shape=_which("shape"))
    name = alt.Chart(rows.loc[labels == cohort]).mark_text(dy=-10, color=BLUE, fontWeight="bold").encode(
        x=period, y="upper:Q", text="which:N")
    return alt.layer(rule, point, name, width=WIDTH - 60, height=200)


def short_period(label: str) -> str:
    """`Jul to Dec|2022` for 2022H2: a period's name in short, with a mark where the line breaks."""
    words = [word[:3] if word.isalpha() else word for word in spanned(label).words.split(" ")]
    turn = words.index("to") + 1 if len(words) == 5 else len(words) - 1
    return " ".join(words[:turn]) + "|" + " ".join(words[turn:])


def _which(channel: str):
    domain = ["this period", "earlier"]
    if channel == "shape":
        return alt.Shape("which:N", scale=alt.Scale(domain=domain, range=["diamond", "circle"]), legend=None)
    return alt.Color("which:N", scale=alt.Scale(domain=domain, range=[BLUE, GREY]), legend=None)


def observed_and_expected(course: pd.Series) -> alt.LayerChart:
    """One line: the range that an unchanged pace would give, the expected number, and the children counted."""
    row = pd.DataFrame([{name: float(course[name]) for name in ("observed", "expected", "usual_low", "usual_high")}]).rename(columns={"usual_low": "lower", "usual_high": "upper"})
    row = row.assign(middle=(row["lower"] + row["upper"]) / 2, counted=f"this period: {course['observed']:,.0f}",
                     usual=f"usual: {course['usual_low']:,.0f} to {course['usual_high']:,.0f} (line: about {course['expected']:,.0f})")
    top = max(row["upper"][0], row["observed"][0], 1) * 1.1
    x = alt.X("lower:Q", title="children who left to a permanent home by now", scale=alt.Scale(domain=[0, top], nice=True),
              axis=alt.Axis(format=",d", tickMinStep=1, tickCount=8))
    base = alt.Chart(row)
    band = base.mark_bar(color=LIGHT_GREY, stroke=GREY, strokeWidth=1, height=34).encode(x=x, x2="upper:Q")
    tick = base.mark_tick(color=GREY, thickness=3, size=34).encode(x="expected:Q")
    point = base.mark_point(shape="diamond", filled=True, size=200, color=BLUE, opacity=1).encode(x="observed:Q")
    usual = base.mark_text(dy=28, color=QUIET).encode(x="middle:Q", text="usual:N")
    counted = base.mark_text(dy=-28, color=BLUE, fontWeight="bold").encode(x="observed:Q", text="counted:N")
    return alt.layer(band, tick, point, usual, counted, width=WIDTH - 20, height=90)


def counties(table: pd.DataFrame, *, title: str) -> alt.LayerChart:
    """A proportion by county with its interval, counties in order of name; no ranking, no colours of judgement."""
    rows = checked(table).loc[table["value"].notna(), ["county", "value", "lower", "upper"]]
    county = alt.Y("county:N", title=None, sort=list(rows["county"]), axis=alt.Axis(labelLimit=180))
    scale = alt.Scale(domain=[0, max(0.1, float(rows["upper"].max()))], nice=True)
    rule = alt.Chart(rows).mark_rule(color=BLUE, strokeWidth=2).encode(
        x=alt.X("lower:Q", title=title, axis=alt.Axis(format="%", orient="top"), scale=scale), x2="upper:Q", y=county)
    point = alt.Chart(rows).mark_point(filled=True, size=60, color=BLUE, opacity=1).encode(x="value:Q", y=county)
    return alt.layer(rule, point, width=WIDTH - 130, height=20 * max(len(rows), 2))
