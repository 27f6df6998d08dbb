"""What if children left faster: the chosen fan before the one at the pace now, and what faster periods did to coming back."""

from __future__ import annotations

import pandas as pd

from cqi.blocks.palette import BLUE, DASHES, GREY, INK, LIGHT_GREY, QUIET, WIDTH, WORDS_ORANGE
from cqi.charts import short_period
from cqi.charts.course import SHARES, TALL, as_of_rule, bands, dashed, end_names, level_rule, months_axis
from cqi.charts.shapes import alt
from cqi.registry import Measure
from cqi.vocabulary import CqiError


def other_fan(seen: pd.DataFrame, now: pd.DataFrame, chosen: pd.DataFrame, goal: float | None, *, top: float, words: str,
    definition: Measure) -> alt.LayerChart:
    """The share so far (`seen`), then the likely course at a chosen pace (`chosen`) in blue, before that at the pace `now`, grey between
    its dashed
    edges; each has `day` and SHARES, the last two begin where the first ends. `top`: where the axis ends, the same at every pace. `words`
    name the
    chosen course; where it is the pace now they are empty, and it is drawn once. Raises CqiError without a day ahead."""
    if len(chosen) < 2:
        raise CqiError("A chart of other paces needs a day ahead; say in words that the period is over.")
    eve = seen.head(1).assign(day=seen["day"].iloc[0] - pd.offsets.MonthEnd(1), **dict.fromkeys(SHARES, 0.0))
    parts = {"seen": pd.concat([eve, seen]), "now": now, "chosen": chosen}
    rows, x = months_axis(pd.concat([part.assign(which=which) for which, part in parts.items()], ignore_index=True).sort_values("day",
        kind="stable", ignore_index=True))
    seen, now, chosen = (rows.loc[rows["which"] == which] for which in parts)
    y = alt.Y("share_025:Q", title=f"share that {definition.words['counted']}", axis=alt.Axis(format="%"), scale=alt.Scale(domain=[0,
        top], nice=False))
    wash, edges = _faint(now, x, y) if words else ([], [])
    goals = [] if goal is None else [goal]
    layers = [*wash, *bands(chosen, x, y), *edges, dashed(chosen, "share_50", x, BLUE, 1), dashed(seen, "share_50", x, BLUE, 0),
              *(level_rule(height, INK, DASHES[1]) for height in goals), *as_of_rule(seen["month"].max(), rows["month"].max(), top),
              *end_names(_ends(now, chosen, words, goals), rows["month"].max(), 0.07 * top)]
    return alt.layer(*layers, width=WIDTH - 150, height=TALL + 30)


def _faint(now: pd.DataFrame, x: alt.X, y: alt.Y) -> tuple[list[alt.Chart], list[alt.Chart]]:
    """The wash of the present course, which lies below the chosen one, and its edges and middle, which lie above."""
    base = alt.Chart(now[["month", *SHARES]])
    lines = [base.mark_line(color=GREY, strokeWidth=1, strokeDash=list(DASHES[2])).encode(x=x, y=f"{name}:Q") for name in (SHARES[0],
        SHARES[-1])]
    return [base.mark_area(color=LIGHT_GREY).encode(x=x, y=y, y2="share_975:Q")], [*lines, dashed(now, "share_50", x, GREY, 2)]


def _ends(now: pd.DataFrame, chosen: pd.DataFrame, words: str, goals: list[float]) -> list[tuple[float, str, str, str]]:
    middle, present = (part["share_50"].iloc[-1] for part in (chosen, now))
    own = [(middle, f"{words} {middle:.0%}", BLUE, "bold"), (present, f"pace now {present:.0%}", QUIET, "normal")] if words else [
        (middle, f"likely {middle:.0%}", BLUE, "bold")]
    return own + [(height, f"goal {height:.0%}", INK, "bold") for height in goals]


def fast_and_back(pairs: pd.DataFrame) -> alt.LayerChart:
    """A line a period (`cohort`), the one in which most left soon at the top: `value`, how many left soon, as a circle, and `share`, how
    many came back,
    as a diamond, each with its interval (`lower`, `upper`; `low`, `high`)."""
    rows = pairs.sort_values(["value", "cohort"], ascending=False, ignore_index=True)
    rows = rows.assign(period=[short_period(label).replace("|", " ") for label in rows["cohort"]])[["period", "value", "lower", "upper",
        "share", "low", "high"]]
    most = min(1.0, 1.05 * rows[["upper", "high"]].max().max())
    y = alt.Y("period:N", title=None, sort=rows["period"].tolist(), axis=alt.Axis(labelLimit=0, ticks=False, domain=False))
    base = alt.Chart(rows)
    layers = []
    for value, low, high, colour, shape, place, words in (("value", "lower", "upper", BLUE, "circle", "center", "left soon"),
                                                          ("share", "low", "high", WORDS_ORANGE, "diamond", "center", "came back")):
        x = alt.X(f"{value}:Q", title="share of the children", axis=alt.Axis(format="%", tickCount=5, orient="bottom"),
            scale=alt.Scale(domain=[0, most], nice=False))
        layers += [base.mark_rule(color=colour, strokeWidth=2).encode(x=alt.X(f"{low}:Q"), x2=f"{high}:Q", y=y),
                   base.mark_point(filled=True, opacity=1, size=110, color=colour, shape=shape).encode(x=x, y=y),
                   alt.Chart(rows.head(1)).mark_text(color=colour, fontWeight="bold", dy=-17, align=place).encode(x=x, y=y,
                       text=alt.value(words))]
    return alt.layer(*layers, width=WIDTH - 130, height=46 * len(rows) + 20)
