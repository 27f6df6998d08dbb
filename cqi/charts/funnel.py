"""Counties by their number of children, within limits of chance: a funnel. Names only where a county lies outside; no ranking."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cqi.blocks.palette import BLUE, DASHES, GREY, HEIGHT, INK, LIGHT_GREY, ORANGE, PAPER, QUIET, WIDTH
from cqi.charts import checked, spec, spread
from cqi.charts.shapes import alt
from cqi.estimates import Funnel, proportion_funnel, proportion_limits
from cqi.estimates.funnel import INNER, INSIDE, OUTER

ROOM = 130
"""Pixels right of the plot, for the names of its lines."""
_POINTS = 40
_TALL = HEIGHT + 30
_Box = tuple[float, float, float]
"""From and to, across, and the height of the middle: pixels."""
_LETTER, _LINE = 7.5, 15
"""Pixels that a letter of a name is wide, and a line of text high."""


def drawn(rows: pd.DataFrame, *, title: str) -> dict:
    """`by_size` as a Vega-Lite specification."""
    return spec(by_size(rows, title=title))


def by_size(rows: pd.DataFrame, *, title: str) -> alt.LayerChart:
    """Each county's share over its number of children, with the share of all of them together and the limits about it.

    `rows` are those of one measure and cohort on one day, every number known. Solid: limits of 95% and 99.8%, widened by how much
    counties differ beyond chance (plain DerSimonian and Laird); dashed: those of chance alone, where they are not the same.
    """
    rows = checked(rows)
    found = proportion_funnel(rows["numerator"], rows["denominator"], corrected=True)
    counties = pd.DataFrame({"county": rows["county"].to_numpy(), "children": rows["denominator"].to_numpy(float), "share": found.value,
                             "where": np.where(found.verdict == INSIDE, "inside", "outside")})
    curves = _curves(found, counties["children"])
    top = min(1.0, 1.05 * float(max(counties["share"].max(), curves["upper_95"].max(), curves["upper_998"].iloc[-1])))
    ends = (0.9 * float(counties["children"].min()), float(curves["children"].max()))
    x = alt.X("children:Q", title="children in the county (further right: more)", axis=alt.Axis(values=_ticks(*ends), format=",d"),
              scale=alt.Scale(type="log", domain=list(ends), nice=False))
    y = alt.Y("share:Q", title=title, axis=alt.Axis(format="%"), scale=alt.Scale(domain=[0, top], nice=False))
    layers = [*_lines(curves, x), *_names(curves, top, found), *_dots(counties, x, y), *_labels(_placed(counties, ends, top), x)]
    return alt.layer(*layers, width=WIDTH - ROOM, height=_TALL)


def _curves(found: Funnel, children: pd.Series) -> pd.DataFrame:
    """The target and the limits from the smallest county's number of children to a little more than the largest's."""
    n = np.geomspace(children.min(), 1.1 * children.max(), _POINTS)
    table = {"children": n, "target": round(found.target, 2)}  # as the words beside it say
    for words, tau2 in (("", found.plain.tau2), ("chance_", 0.0)):
        for level, name in ((INNER, "95"), (OUTER, "998")):
            limits = proportion_limits(found.target, n, tau2=tau2, level=level, corrected=True)
            table |= {f"{words}lower_{name}": limits[0], f"{words}upper_{name}": limits[1]}
    table = pd.DataFrame(table)
    return table.drop(columns=[name for name in table if name.startswith("chance_")]) if not found.plain.tau2 else table


def _lines(curves: pd.DataFrame, x: alt.X) -> list[alt.Chart]:
    base = alt.Chart(curves)
    band = base.mark_area(color=LIGHT_GREY, opacity=0.6, clip=True).encode(x=x, y="lower_95:Q", y2="upper_95:Q")
    looks = {"target": {"color": INK, "strokeWidth": 2.5}}
    for side in ("lower", "upper"):
        looks |= {f"{side}_95": {"color": GREY, "strokeWidth": 1.5}, f"{side}_998": {"color": GREY, "strokeWidth": 1.5}}
        if f"chance_{side}_95" in curves:
            dashed = {"color": GREY, "strokeWidth": 1, "strokeDash": list(DASHES[1])}
            looks |= {f"chance_{side}_95": dashed, f"chance_{side}_998": dashed}
    return [band, *(base.mark_line(clip=True, **look).encode(x=x, y=f"{name}:Q") for name, look in looks.items())]


def _names(curves: pd.DataFrame, top: float, found: Funnel) -> list[alt.Chart]:
    """What each line is, at its right end; lines that meet there are named one above the other."""
    last = curves.iloc[-1]
    ends = [(last["target"], f"together: {found.target:.0%}"), (last["upper_95"], "95% limits"), (last["upper_998"], "99.8% limits")]
    if "chance_upper_95" in curves:
        ends.append((last["chance_upper_95"], "dashed: chance only"))
    ends.sort()
    heights = spread([min(height, top) for height, _ in ends], apart=0.055 * top)
    table = pd.DataFrame({"children": last["children"], "height": heights, "words": [words for _, words in ends]})
    return [alt.Chart(table).mark_text(align="left", dx=8, color=QUIET).encode(x="children:Q", y="height:Q", text="words:N")]


def _dots(counties: pd.DataFrame, x: alt.X, y: alt.Y) -> list[alt.Chart]:
    scale = {"domain": ["inside", "outside"]}
    return [alt.Chart(counties[["children", "share", "where"]]).mark_point(filled=True, opacity=1, stroke=PAPER, strokeWidth=0.7).encode(
        x=x, y=y, color=alt.Color("where:N", scale=alt.Scale(**scale, range=[BLUE, ORANGE]), legend=None),
        shape=alt.Shape("where:N", scale=alt.Scale(**scale, range=["circle", "diamond"]), legend=None),
        size=alt.Size("where:N", scale=alt.Scale(**scale, range=[60, 120]), legend=None))]


def _labels(table: pd.DataFrame, x: alt.X) -> list[alt.Chart]:
    """Names on a white edge, tied to their dots by a thin line where they stand above or below."""
    tied = table.loc[table["height"] != table["share"], ["children", "share", "height"]]
    layers = [alt.Chart(tied).mark_rule(color=ORANGE, strokeWidth=1).encode(x=x, y="share:Q", y2="height:Q")] if len(tied) else []
    for side in ("left", "right"):
        names = table.loc[table["side"] == side, ["children", "height", "county"]]
        looks = ({"stroke": PAPER, "strokeWidth": 4}, {}) if len(names) else ()
        layers += [alt.Chart(names).mark_text(align=side, dx=9 if side == "left" else -9, color=INK, fontWeight="bold", **look).encode(
            x=x, y="height:Q", text="county:N") for look in looks]
    return layers


def _placed(counties: pd.DataFrame, ends: tuple[float, float], top: float) -> pd.DataFrame:
    """Where the names of counties outside stand: right or left of the dot, else a little above or below, never on another.

    In a crowd a name that has no place is left out; the finding and the table have every name.
    """
    outside = counties.loc[counties["where"] == "outside"]
    across = (WIDTH - ROOM) * np.log(outside["children"] / ends[0]) / np.log(ends[1] / ends[0])
    outside = outside.assign(across=across, up=_TALL * outside["share"] / top).sort_values(["up", "county"])
    taken = [(dot - 6, dot + 6, up) for dot, up in zip(outside["across"], outside["up"])]
    rows = []
    for row in outside.itertuples(index=False):
        place = _place(row.across, row.up, _LETTER * len(row.county) + 12, taken)
        if place:
            side, box = place
            taken.append(box)
            height = row.share if box[2] == row.up else box[2] * top / _TALL
            rows.append({"county": row.county, "children": row.children, "share": row.share, "height": height, "side": side})
    return pd.DataFrame(rows, columns=["county", "children", "share", "height", "side"])


def _place(across: float, up: float, long: float, taken: list[_Box]) -> tuple[str, _Box] | None:
    """The first free side and box for a name of that length beside a dot, nothing where there is none."""
    for step in (0, 1, -1, 1.5, -1.5, 2, -2, 3, -3):
        for side, begin in (("left", across + 7), ("right", across - long)):
            box = (begin, begin + long - 7, up + step * _LINE)
            inside = box[0] >= 0 and box[1] <= WIDTH and 0 <= box[2] <= _TALL
            if inside and not any(_meet(box, other) for other in taken):
                return side, box
    return None


def _meet(one: _Box, other: _Box) -> bool:
    return one[0] <= other[1] and other[0] <= one[1] and abs(one[2] - other[2]) < 0.85 * _LINE


def _ticks(least: float, most: float) -> list[int]:
    """1, 2, 5, 10 ... within the two; where fewer than two are, the ends."""
    steps = [each * 10**power for power in range(7) for each in (1, 2, 5)]
    ticks = [step for step in steps if least <= step <= most]
    return ticks if len(ticks) > 1 else [int(np.ceil(least)), int(most)]
