"""A team's answers over time: under each area a row a round, a dot with its range on the scale; a hidden round is marked, not left out."""

from __future__ import annotations

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
    rows = pd.DataFrame([{"place": _across(value, questionnaire), "height": float(top + HEAD), "low": float(top + each - FOOT), "words": f"{value:g}"}
                         for top in tops.values() for value in values])
    below = rows[["place", "words"]].assign(height=rows["low"] + 11)
    return [alt.Chart(rows[["place", "height", "low"]]).mark_rule(color=RULE, strokeWidth=1).encode(x=x, y=y, y2="low:Q"), _text(below, x, y, QUIET, align="center")]


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
    return alt.Chart(rows[["place", "height", "words"]]).mark_text(**{"align": "left", "baseline": "middle", "color": colour, "limit": 0, **looks}).encode(
        x=x, y=y, text="words:N")
