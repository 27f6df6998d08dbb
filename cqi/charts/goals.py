"""Where a goal is heading: the likely final figure beside the level aimed for."""

from __future__ import annotations

import pandas as pd

from cqi.blocks.palette import BLUE, DASHES, INK, LIGHT_GREY, QUIET, WIDTH
from cqi.charts import spec
from cqi.charts.course import NARROW_BAND, WIDE_BAND
from cqi.charts.shapes import alt
from cqi.goals.goal import Goal
from cqi.goals.grounds import Grounds
from cqi.goals.progress import limit
from cqi.registry import measure

TALL = 96


def heading_spec(goal: Goal, on: Grounds) -> dict:
    """The chart of `heading`, ready for a page."""
    return spec(heading(goal, on))


def heading(goal: Goal, on: Grounds) -> alt.LayerChart:
    """The projected final share as a band (dark: 4 times in 5, light: 19 times in 20) with its middle, the goal as a dashed line; of a level to
    hold, grey from the level to where a drop would matter."""
    low, inner_low, middle, inner_high, high = on.shares
    edge = limit(goal)
    top = min(1.0, 1.15 * max(high, goal.target, edge, float(on.course["usual_final"])))
    rows = pd.DataFrame({"low": [low], "share_10": [inner_low], "middle": [middle], "share_90": [inner_high], "high": [high], "usual": [on.course["usual_final"]],
                         "target": [goal.target], "limit": [edge]})
    base = alt.Chart(rows)
    x = {"axis": alt.Axis(format="%", tickCount=6), "scale": alt.Scale(domain=[0, top], nice=False), "title": f"share that {measure(goal.measure).words['counted']}"}
    bars = [base.mark_bar(color=colour, height=size).encode(x=alt.X(f"{left}:Q", **x), x2=f"{right}:Q", y=alt.value(TALL / 2))
            for left, right, colour, size in (("low", "high", WIDE_BAND, 30), ("share_10", "share_90", NARROW_BAND, 30))]
    hold = [base.mark_rect(color=LIGHT_GREY).encode(x=alt.X("limit:Q", **x), x2="target:Q")] if edge != goal.target else []
    marks = [base.mark_tick(color=BLUE, thickness=3, size=34).encode(x=alt.X("middle:Q", **x), y=alt.value(TALL / 2)),
             base.mark_rule(color=INK, strokeWidth=2, strokeDash=list(DASHES[1])).encode(x=alt.X("target:Q", **x))]
    return alt.layer(*hold, *bars, *marks, *_names(base, goal, middle, top, x), width=WIDTH - 40, height=TALL)


def _names(base: alt.Chart, goal: Goal, middle: float, top: float, x: dict) -> list[alt.Chart]:
    """Names at their marks: the goal above, the middle below, each turned inwards near an edge."""
    def name(column: str, value: float, words: str, colour: str, y: float) -> alt.Chart:
        right = value > 0.7 * top
        return base.mark_text(align="right" if right else "left", dx=-6 if right else 6, color=colour, fontWeight="bold", fontSize=13, baseline="middle").encode(
            x=alt.X(f"{column}:Q", **x), y=alt.value(y), text=alt.value(words))

    return [name("target", goal.target, f"{'level to hold' if goal.kind == 'maintain' else 'goal'} {goal.target:.0%}", INK, 10),
            name("middle", middle, f"likely {middle:.0%}", BLUE if middle else QUIET, TALL - 12)]
