"""Charts of a belief under examination: two groups over time, differences beside the number named before looking, luck in a small unit."""

from __future__ import annotations

import pandas as pd

from cqi.blocks.palette import BLUE, DASHES, GREY, HEIGHT, INK, LIGHT_GREY, LIGHT_ORANGE, ORANGE, PAPER, WIDTH
from cqi.charts import spread
from cqi.charts.shapes import alt

GROUPS = ("exposed", "unexposed")
_ROOM = 150
_ROW = 46


def over_time(curves: pd.DataFrame, names: tuple[str, str], *, title: str, months: str, immortal: int = 0) -> alt.LayerChart:
    """Cumulative share by month for the two groups, named at the right end. `immortal`: months shaded in which the exposed could not
    have the event, because they would not be exposed then."""
    table = curves[["group", "at", "share"]]
    last = int(table["at"].max())
    top = max(0.05, 1.15 * float(table["share"].max()))
    x = alt.X("at:Q", title=months, scale=alt.Scale(domain=[0, last]), axis=alt.Axis(values=[*range(0, last + 1, 3 if last <= 12 else 6)]))
    y = alt.Y("share:Q", title=title, axis=alt.Axis(format="%"), scale=alt.Scale(domain=[0, top], nice=False))
    colour = alt.Color("group:N", scale=alt.Scale(domain=list(GROUPS), range=[BLUE, ORANGE]), legend=None)
    dash = alt.StrokeDash("group:N", scale=alt.Scale(domain=list(GROUPS), range=[list(DASHES[0]), list(DASHES[1])]), legend=None)
    lines = alt.Chart(table).mark_line(interpolate="step-after", clip=True).encode(x=x, y=y, color=colour, strokeDash=dash)
    return alt.layer(*_shaded(immortal, top), lines, *_names(table, names, last, top), width=WIDTH - _ROOM, height=HEIGHT)


def _shaded(months: int, top: float) -> list[alt.Chart]:
    """Months in which nobody of the first group can have the event, with words that say so."""
    if not months:
        return []
    band = pd.DataFrame([{"min": 0, "max": months, "low": 0, "high": top, "middle": months / 2, "height": 0.95 * top}])
    words = band.assign(words="here nobody in\nthe solid group\ncan break up")
    return [alt.Chart(band[["min", "max", "low", "high"]]).mark_rect(color=LIGHT_GREY).encode(x="min:Q", x2="max:Q", y="low:Q", y2="high:Q"),
            alt.Chart(words[["middle", "height", "words"]]).mark_text(color=INK, lineBreak="\n").encode(x="middle:Q", y="height:Q", text="words:N")]


def _names(table: pd.DataFrame, names: tuple[str, str], last: int, top: float) -> list[alt.Chart]:
    ends = table.loc[table["at"] == last].sort_values("share")
    words = ends["group"].map(dict(zip(GROUPS, names))) + "\n" + ends["share"].map("{:.0%}".format)
    ends = ends.assign(height=spread(ends["share"].tolist(), apart=0.15 * top), words=words)[["at", "height", "words"]]
    return [alt.Chart(ends).mark_text(align="left", dx=8, color=INK, lineBreak="\n").encode(x="at:Q", y="height:Q", text="words:N")]


def differences(rows: pd.DataFrame, *, points: float, direction: str, planted: float | None = None) -> alt.LayerChart:
    """Rows `name`, `value`, `lower`, `upper` (differences of shares): dot and interval, the line of no difference, the side on which the
    difference is as large as the number named before looking, and the truth where it is known."""
    table = rows[["name", "value", "lower", "upper"]]
    bar = points if direction == "higher" else -points
    reach = 1.1 * max(abs(float(table[["lower", "upper"]].min().min())), abs(float(table[["lower", "upper"]].max().max())), 1.6 * points)
    x = alt.X("value:Q", title="difference in percentage points: fewer break up, left; more, right", scale=alt.Scale(domain=[-reach, reach], nice=False),
              axis=alt.Axis(format="+.0%", grid=True, tickCount=7, labelExpr="replace(replace(datum.label, '%', ''), '+0', '0')"))
    y = alt.Y("name:N", title=None, sort=table["name"].tolist(), axis=alt.Axis(labelLimit=0, labelExpr="split(datum.label, ', ')"))
    far = pd.DataFrame([{"low": bar, "high": reach if bar > 0 else -reach}])
    layers = [alt.Chart(far).mark_rect(color=LIGHT_ORANGE, opacity=0.6).encode(x="low:Q", x2="high:Q"), _line(0, INK, []), _line(bar, ORANGE, [7, 3])]
    labels = [("no difference", 0.0, -8), ("as you named, or more", float(far[["low", "high"]].mean(axis=1).iloc[0]), -8)]
    if planted is not None:
        layers.append(_line(planted, GREY, [2, 2], 3))
        labels.append(("the truth", planted, -26))
    layers += [alt.Chart(pd.DataFrame([{"middle": at, "words": words}])).mark_text(y=up, color=INK).encode(x="middle:Q", text="words:N") for words, at, up in labels]
    layers += [alt.Chart(table).mark_rule(color=BLUE, strokeWidth=2.5).encode(x=alt.X("lower:Q"), x2="upper:Q", y=y),
               alt.Chart(table).mark_point(filled=True, color=BLUE, size=90, opacity=1, stroke=PAPER).encode(x=x, y=y)]
    return alt.layer(*layers, width=WIDTH - _ROOM, height=_ROW * len(table))


def _line(at: float, colour: str, dash: list[int], wide: float = 1.5) -> alt.Chart:
    return alt.Chart(pd.DataFrame([{"limit": at}])).mark_rule(color=colour, strokeDash=dash, strokeWidth=wide).encode(x="limit:Q")


def by_luck(rows: pd.DataFrame) -> alt.LayerChart:
    """Bars: the chance (`share`) of so many events (`counted`) in a unit where nothing but luck differs."""
    table = rows[["counted", "share"]]
    x = alt.X("counted:O", title="families that break up in a year", axis=alt.Axis(labelAngle=0))
    y = alt.Y("share:Q", title="of 100 such years", axis=alt.Axis(format="%", labelExpr="replace(datum.label, '%', '')"))
    bars = alt.Chart(table).mark_bar(color=BLUE).encode(x=x, y=y)
    shown = table.loc[table["share"] >= 0.005].assign(words=lambda found: (100 * found["share"]).round().astype(int).astype(str))
    return alt.layer(bars, alt.Chart(shown).mark_text(dy=-8, color=INK).encode(x=x, y="share:Q", text="words:N"), width=WIDTH - 60, height=200)
