"""How the projection did on the past, by month of the course: how often its range held, and how far off three ways were."""

from __future__ import annotations

import pandas as pd

from cqi.blocks.palette import BLUE, DASHES, GREY, INK, LIGHT_BLUE, LIGHT_GREY, LIGHT_ORANGE, ORANGE, WIDTH, WORDS_ORANGE
from cqi.charts import spec, spread
from cqi.charts.shapes import alt
from cqi.vocabulary import CqiError

AIM = 0.80
TALL = 230
WAYS = {"crps_naive": ("share so far, scaled up", ORANGE, LIGHT_ORANGE, 1), "crps_chain_ladder": ("chain ladder", GREY, LIGHT_GREY, 2),
        "crps": ("these projections", BLUE, LIGHT_BLUE, 0)}
"""Way -> its name, colour, colour of its band, dash."""
GUTTER = 0.45
"""Room left of the first month for the names of the lines, as a share of the months."""


def coverage_spec(by_month: pd.DataFrame) -> dict:
    """`coverage` as a Vega-Lite specification."""
    return spec(coverage(by_month))


def error_spec(by_month: pd.DataFrame) -> dict:
    """`error` as a Vega-Lite specification."""
    return spec(error(by_month))


def coverage(by_month: pd.DataFrame) -> alt.LayerChart:
    """How often the 80% range held the final figure, by month of the course, with 95% limits where known; the rule is the aim.

    `by_month` as in `cqi.course.backtest.Backtested`. Raises CqiError where it has no rows.
    """
    rows = _some(by_month)[["month", "coverage_80", "coverage_low", "coverage_high"]]
    last = int(rows["month"].max())
    x = _month(last, alt.Scale(domain=[0.5, last + 0.5], nice=False))
    y = alt.Y("coverage_80:Q", title="final figures that lay in the range", axis=alt.Axis(format=".0%", tickCount=6),
              scale=alt.Scale(domain=[0, 1]))
    aim = alt.Chart(pd.DataFrame([{"coverage_80": AIM, "month": last + 0.5, "words": f"aim: {AIM:.0%}"}]))
    base = alt.Chart(rows)
    limits = base.transform_filter("isValid(datum.coverage_low)").mark_rule(color=BLUE, strokeWidth=2)
    return alt.layer(
        aim.mark_rule(color=INK, strokeWidth=1.5, strokeDash=list(DASHES[1])).encode(y=y),
        limits.encode(x=x, y="coverage_low:Q", y2="coverage_high:Q"),
        base.mark_point(filled=True, opacity=1, size=80, color=BLUE).encode(x=x, y=y),
        aim.mark_text(align="left", dx=8, color=INK).encode(x="month:Q", y=y, text="words:N"),
        width=WIDTH - 90, height=TALL)


def error(by_month: pd.DataFrame) -> alt.LayerChart:
    """Mean error of the projection and of two common ways, by month of the course, with 95% limits where known; names at the left
    ends, where the lines lie furthest apart.

    `by_month` as in `cqi.course.backtest.Backtested`. Raises CqiError where it has no rows.
    """
    rows = _some(by_month)
    ways = {name: looks for name, looks in WAYS.items() if rows[name].notna().any()}
    last, top = int(rows["month"].max()), 100 * rows[[f"{name}_high" for name in ways] + list(ways)].max().max()
    x = _month(last, alt.Scale(domain=[1 - GUTTER * last, last], nice=False))
    y = alt.Y("error:Q", title="mean error, in points of the final share", scale=alt.Scale(domain=[0, max(1.05 * top, 1)], nice=True))
    parts = {name: _points(rows, name) for name in ways}
    bands = [alt.Chart(part[["month", "low", "high"]].dropna()).mark_area(color=ways[name][2], fillOpacity=0.7, stroke=ways[name][1], strokeWidth=0.7)
             for name, part in parts.items()]
    lines = [alt.Chart(part[["month", "error"]]).mark_line(color=ways[name][1], strokeDash=list(DASHES[ways[name][3]]), strokeCap="butt")
             for name, part in parts.items()]
    layers = [*(band.encode(x=x, y="low:Q", y2="high:Q") for band in bands), *(line.encode(x=x, y=y) for line in lines)]
    return alt.layer(*layers, *_names(parts, 0.075 * top), width=WIDTH - 20, height=TALL + 20)


def _points(rows: pd.DataFrame, name: str) -> pd.DataFrame:
    """One way's mean error with its limits in percentage points, by month; no error is below 0."""
    table = pd.DataFrame({"month": rows["month"], "error": 100 * rows[name], "low": (100 * rows[f"{name}_low"]).clip(lower=0),
                          "high": 100 * rows[f"{name}_high"]})
    return table.loc[table["error"].notna()].astype("float64").sort_values("month", ignore_index=True)


def _names(parts: dict[str, pd.DataFrame], apart: float) -> list[alt.Chart]:
    ends = sorted((part["error"].iloc[0], name) for name, part in parts.items())
    heights = spread([height for height, _ in ends], apart=apart)
    return [alt.Chart(pd.DataFrame([{"month": parts[name]["month"].iloc[0], "height": height, "words": WAYS[name][0]}])).mark_text(
        align="right", dx=-9, color=WORDS_ORANGE if WAYS[name][1] == ORANGE else WAYS[name][1], fontWeight="bold").encode(x="month:Q", y="height:Q", text="words:N")
        for height, (_, name) in zip(heights, ends)]


def _month(last: int, scale: alt.Scale) -> alt.X:
    ticks = list(range(1, last + 1)) if last <= 6 else [1, *range(3, last + 1, 3)]
    return alt.X("month:Q", title="months since the period began", axis=alt.Axis(values=ticks, format="d"), scale=scale)


def _some(by_month: pd.DataFrame) -> pd.DataFrame:
    """The rows, as fine as the table beside the chart says them: shares in whole percents, errors in tenths of a point."""
    if by_month.empty:
        raise CqiError("A chart of past projections needs a month with a score; say in words that there is none.")
    numbers = by_month.select_dtypes("number").columns.drop("month")
    return by_month.round({name: 2 if name.startswith("coverage") else 3 for name in numbers})
