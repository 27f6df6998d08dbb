"""A team's answers over time: under each area a row a round, a dot with its range on the scale; a hidden round is marked, not left out.

And the answers of all teams beside what happened to children at the same time: small charts below each other, a column a round.
"""

from __future__ import annotations

import math

import pandas as pd

from cqi.blocks.palette import BLUE, INK, QUIET, RULE
from cqi.charts import spec
from cqi.charts.shapes import alt
from cqi.questionnaire import Questionnaire
from cqi.questionnaire.scoring import MOST_ROUNDS, Score, score_text
from cqi.vocabulary import HIDDEN_MARK, CqiError

WIDE, MEANS, LEFT, RIGHT = 470, 62, 118, 456
"""Pixels: the whole, where the means are written, right of the rounds' names, and where the lowest and the highest answer stand."""
HEAD, ROW, FOOT = 26, 24, 34
"""Pixels: an area's title, each of its rounds, and the scale below them."""
PANEL, ACROSS = 92, 430
"""Pixels: a small chart of answers beside outcomes, and how wide it is."""


def over_rounds_spec(scores: list[Score], questionnaire: Questionnaire) -> dict:
    """`over_rounds` as a Vega-Lite specification."""
    return spec(over_rounds(scores, questionnaire))


def over_rounds(scores: list[Score], questionnaire: Questionnaire) -> alt.LayerChart:
    """The scores of one team (or all): areas in the questionnaire's order, under each its newest MOST_ROUNDS rounds, the latest last.

    Raises CqiError for scores of several teams, and where there are none.
    """
    if len({score.team for score in scores}) != 1:
        raise CqiError("A chart of a survey shows one team, or all teams together; give the scores of one.")
    rounds = list(dict.fromkeys(score.round for score in scores))[-MOST_ROUNDS:]
    each = HEAD + ROW * len(rounds) + FOOT
    tops = {area.name: number * each for number, area in enumerate(questionnaire.areas)}
    x = alt.X("place:Q", axis=None, scale=alt.Scale(domain=[0, WIDE], nice=False))
    y = alt.Y("height:Q", axis=None, scale=alt.Scale(domain=[each * len(tops), 0], nice=False))
    made = pd.DataFrame([_mark(score, tops[score.area] + HEAD + ROW * (rounds.index(score.round) + 0.5), questionnaire)
                         for score in scores if score.round in rounds])
    layers = [*_scale(tops, each, questionnaire, x, y), _text(_heads(questionnaire, tops), x, y, INK, fontWeight="bold"),
              _text(made.assign(place=0.0, words=made["period"]), x, y, QUIET), *_dots(made.loc[made["low"].notna()], x, y)]
    hidden = made.loc[made["low"].isna()].assign(place=float(MEANS))
    return alt.layer(*layers, *([_text(hidden, x, y, QUIET)] if len(hidden) else []), width=WIDE, height=each * len(tops))


def _across(value: float, questionnaire: Questionnaire) -> float:
    return round(LEFT + (RIGHT - LEFT) * (value - questionnaire.lowest) / (questionnaire.highest - questionnaire.lowest), 2)


def _mark(score: Score, height: float, questionnaire: Questionnaire) -> dict:
    made = {"period": score.round, "height": height, "place": None, "low": None, "high": None, "words": HIDDEN_MARK}
    if score.mean is None:
        return made
    place, low, high = (_across(value, questionnaire) for value in (score.mean, score.lower, score.upper))
    return made | {"place": place, "low": low, "high": high, "words": score_text(score)}


def _scale(tops: dict[str, int], each: int, questionnaire: Questionnaire, x: alt.X, y: alt.Y) -> list[alt.Chart]:
    """The lowest, middle and highest answer as fine lines, with their numbers below every area."""
    values = (questionnaire.lowest, (questionnaire.lowest + questionnaire.highest) / 2, questionnaire.highest)
    rows = pd.DataFrame([{"place": _across(value, questionnaire), "height": float(top + HEAD), "low": float(top + each - FOOT),
                          "words": f"{value:g}"} for top in tops.values() for value in values])
    below = rows[["place", "words"]].assign(height=rows["low"] + 11)
    rules = alt.Chart(rows[["place", "height", "low"]]).mark_rule(color=RULE, strokeWidth=1).encode(x=x, y=y, y2="low:Q")
    return [rules, _text(below, x, y, QUIET, align="center")]


def _heads(questionnaire: Questionnaire, tops: dict[str, int]) -> pd.DataFrame:
    return pd.DataFrame([{"place": 0, "height": tops[area.name] + 12, "words": area.title} for area in questionnaire.areas])


def _dots(shown: pd.DataFrame, x: alt.X, y: alt.Y) -> list[alt.Chart]:
    """Interval, dot, and the mean in figures; nothing where nothing is shown."""
    if shown.empty:
        return []
    ranges = pd.DataFrame({"place": shown["low"], "high": shown["high"], "height": shown["height"]})
    return [alt.Chart(ranges).mark_rule(color=BLUE, strokeWidth=3).encode(x=x, x2="high:Q", y=y),
            alt.Chart(shown[["place", "height"]]).mark_point(filled=True, opacity=1, size=90, color=BLUE).encode(x=x, y=y),
            _text(shown.assign(place=float(MEANS)), x, y, INK, fontWeight="bold")]


def _text(rows: pd.DataFrame, x: alt.X, y: alt.Y, colour: str, **looks) -> alt.Chart:
    looks = {"align": "left", "baseline": "middle", "color": colour, "limit": 0, **looks}
    return alt.Chart(rows[["place", "height", "words"]]).mark_text(**looks).encode(x=x, y=y, text="words:N")


def beside_spec(scores: list[Score], questionnaire: Questionnaire, outcomes: pd.DataFrame, title: str) -> dict:
    """`beside` as a Vega-Lite specification."""
    return spec(beside(scores, questionnaire, outcomes, title))


def beside(scores: list[Score], questionnaire: Questionnaire, outcomes: pd.DataFrame, title: str) -> alt.VConcatChart:
    """Small charts below each other: `outcomes` (columns period, value, lower and upper in percent, words), then each area of the scores of
    all teams. Nothing joins the dots: few rounds are no trend."""
    rounds = list(outcomes["period"])
    top = max(10.0, 10 * math.ceil(outcomes["upper"].max() / 10)) if outcomes["upper"].notna().any() else 100.0
    panels = [_panel(outcomes, title, (0.0, top), "%", rounds)]
    for area in questionnaire.areas:
        rows = pd.DataFrame([{"period": score.round, "value": score.mean, "lower": score.lower, "upper": score.upper,
                              "words": HIDDEN_MARK if score.mean is None else score_text(score)}
                             for score in scores if score.area == area.name])
        ends, last = (questionnaire.lowest, questionnaire.highest), area == questionnaire.areas[-1]
        panels.append(_panel(rows, area.title, ends, "", rounds, last=last))
    return alt.vconcat(*panels, spacing=12)


def _panel(rows: pd.DataFrame, title: str, ends: tuple, unit: str, rounds: list[str], *, last: bool = False) -> alt.LayerChart:
    """One small chart; a round without a figure has its words in the middle of the height."""
    bottom = alt.Axis(labels=last, ticks=last, labelAngle=0)
    x = alt.X("period:O", title="round" if last else None, scale=alt.Scale(domain=rounds), axis=bottom)
    side = alt.Axis(values=[ends[0], sum(ends) / 2, ends[1]], labelExpr=f"datum.label + '{unit}'", titleColor=INK, titleFontWeight="bold")
    scale = alt.Scale(domain=list(ends), nice=False)
    y, low = (alt.Y(f"{name}:Q", title=title, scale=scale, axis=side) for name in ("value", "lower"))
    known, none = rows.loc[rows["value"].notna()], rows.loc[rows["value"].isna(), ["period", "words"]].assign(value=sum(ends) / 2)
    dots, names = known[["period", "value"]], known[["period", "value", "words"]]
    layers = [alt.Chart(dots).mark_point(filled=True, opacity=1, size=34, color=BLUE).encode(x=x, y=y),
              alt.Chart(known[["period", "lower", "upper"]]).mark_rule(color=BLUE, strokeWidth=2).encode(x=x, y=low, y2="upper:Q"),
              alt.Chart(names).mark_text(align="left", dx=9, color=INK, fontWeight="bold").encode(x=x, y=y, text="words:N")]
    quiet = [alt.Chart(none).mark_text(dy=-9, color=QUIET).encode(x=x, y=y, text="words:N")] if len(none) else []
    return alt.layer(*(layers if len(known) else []), *quiet, width=ACROSS, height=PANEL)
