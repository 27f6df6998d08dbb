"""The scores of anonymous sheets: the mean of each area, so coarse and of so many that nobody's own answers can be worked out.

Single items, distributions and standard deviations are never given out: an item that all answer alike tells what each has said.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from scipy import stats

from cqi.journal.slip import Slip
from cqi.questionnaire import Area, Questionnaire
from cqi.questionnaire.alpha import Alpha, cronbach_alpha
from cqi.vocabulary import CqiError

ALL_TEAMS = "All teams shown"
"""The teams whose own result is shown, together. Those that are hidden are in no number: what was left over would tell what they said."""
STEPS = (0.1, 0.25, 0.5, 1.0)
"""What scores are rounded to; the fewer have answered, the coarser."""
LEVEL = 0.95
FEWEST_FOR_ALPHA = 30
"""Sheets below which Cronbach's alpha says too little to be told."""
MOST_ROUNDS = 6
"""The newest rounds that a chart has room for."""
ROUND = re.compile(r"(?P<year>20\d\d)(?:(?P<kind>[HQ])(?P<number>[1-4]))?")


@dataclass(frozen=True)
class Score:
    """An area's mean of one team and round, rounded to `step`, with its interval, rounded outwards. `answered`: sheets that count; missing, as are
    mean and limits, where `status` is `suppressed`. `end`: -1 where the mean is this or less, 1 where it is this or more, else 0."""

    round: str
    team: str
    area: str
    answered: int | None
    mean: float | None
    lower: float | None
    upper: float | None
    step: float | None
    end: int
    status: str


def score_text(score: Score) -> str:
    """The mean as it is rounded: `5.0`, `5.25`, `≥6.5` where it is that or more."""
    return f"{ {-1: '≤', 0: '', 1: '≥'}[score.end]}{score.mean:{score_form(score)}}"


def score_form(score: Score) -> str:
    """How many decimals the score's numbers have."""
    return ".2f" if score.step == 0.25 else ".1f"


def round_order(label: str) -> tuple[int, float, int]:
    """What rounds are sorted by: 2026, 2026H1, 2026Q2. Raises CqiError for a label of another form: a time that is finer would help to tell who answered."""
    found = ROUND.fullmatch(label)
    if not found or found["kind"] == "H" and found["number"] not in "12":
        raise CqiError("A round is a year, a half-year or a quarter: 2026, 2026H1 or 2026Q2; nothing finer, so that it does not tell who answered when.")
    length = {None: 4, "H": 2, "Q": 1}[found["kind"]]
    return int(found["year"]), length * int(found["number"] or 1), length


def person_means(slips: Iterable[Slip], area: Area, questionnaire: Questionnaire) -> list[float]:
    """Each sheet's mean of the area over the items that it answers, reversed ones turned; sheets with fewer than `area.needed` are left out."""
    turned = [[answer for answer in row if answer is not None] for row in _turned(slips, area, questionnaire)]
    return sorted(sum(row) / len(row) for row in turned if len(row) >= area.needed)


def scores(slips: Iterable[Slip], questionnaire: Questionnaire, *, threshold: int) -> list[Score]:
    """Every area's score by round, for ALL_TEAMS and for each team in order of name; a team is shown from `threshold` sheets on.

    Raises CqiError for a threshold below 2.
    """
    if threshold < 2:
        raise CqiError("survey_threshold: from two answers on there is a mean that is not one person's own; 7 is the rule.")
    own = [slip for slip in slips if slip.questionnaire == questionnaire.name]
    made = []
    for label in sorted({slip.round for slip in own}, key=round_order):
        in_round = [slip for slip in own if slip.round == label]
        for area in questionnaire.areas:
            made += _of_round(label, area, _by_team(in_round, area, questionnaire), questionnaire, threshold)
    return made


def alphas(slips: Iterable[Slip], questionnaire: Questionnaire, *, threshold: int) -> dict[str, Alpha]:
    """Cronbach's alpha by area, over all rounds and all teams whose score is shown; only of FEWEST_FOR_ALPHA whole sheets or more."""
    shown = {(score.round, score.team, score.area) for score in scores(slips, questionnaire, threshold=threshold) if score.status == "shown"}
    found = {}
    for area in questionnaire.areas:
        counted = [slip for slip in slips if slip.questionnaire == questionnaire.name and (slip.round, slip.team, slip.area) in shown]
        rows = [row for row in _turned(counted, area, questionnaire) if None not in row]
        if len(rows) >= FEWEST_FOR_ALPHA and len(rows[0]) > 1:
            found[area.name] = cronbach_alpha(rows)
    return found


def step_of(answered: int, questionnaire: Questionnaire) -> float:
    """What a mean of so many is rounded to: so coarse that two means that differ by one sheet leave that sheet's own anywhere on the scale.

    Two means rounded to u, of n and n - 1 sheets, give the sheet between them to within u * (2n - 1); that is to be as wide as the scale.
    """
    width = questionnaire.highest - questionnaire.lowest
    return next((step for step in STEPS if step * (2 * answered - 1) >= width), STEPS[-1])


def _turned(slips: Iterable[Slip], area: Area, questionnaire: Questionnaire) -> list[list[float | None]]:
    """The answers to the area's items by sheet, reversed items turned, in the items' order."""
    items, ends = questionnaire.items_of(area.name), questionnaire.lowest + questionnaire.highest
    own = [slip.answers for slip in slips if slip.area == area.name]
    return [[None if answers.get(item.name) is None else ends - answers[item.name] if item.reversed else answers[item.name] for item in items]
            for answers in own]


def _by_team(slips: list[Slip], area: Area, questionnaire: Questionnaire) -> dict[str, list[float]]:
    teams = sorted({slip.team for slip in slips})
    return {team: person_means([slip for slip in slips if slip.team == team], area, questionnaire) for team in teams}


def _of_round(label: str, area: Area, teams: dict[str, list[float]], questionnaire: Questionnaire, threshold: int) -> list[Score]:
    whole = sorted(mean for means in teams.values() if len(means) >= threshold for mean in means)
    return [_score(label, team, area, means, questionnaire, threshold) for team, means in {ALL_TEAMS: whole, **teams}.items()]


def _score(label: str, team: str, area: Area, means: list[float], questionnaire: Questionnaire, threshold: int) -> Score:
    if len(means) < threshold:
        return Score(label, team, area.name, None, None, None, None, None, 0, "suppressed")
    step, lowest, highest = step_of(len(means), questionnaire), questionnaire.lowest, questionnaire.highest
    mean, reach = math.fsum(means) / len(means), _reach(means, highest - lowest)
    told = min(max(_to(round, mean, step), lowest + step), highest - step)
    lower, upper = _to(math.floor, min(mean, told) - reach, step), _to(math.ceil, max(mean, told) + reach, step)
    end = -1 if told == lowest + step else 1 if told == highest - step else 0
    return Score(label, team, area.name, len(means), told, max(lower, lowest), min(upper, highest), step, end, "shown")


def _reach(means: list[float], width: float) -> float:
    """How far the interval reaches: Student's t, but never less than where one sheet lies half the scale from the mean and all others agree.

    A narrower one would tell that nobody does. For n sheets, one of which lies d from the mean, the standard deviation is at least d * sqrt(n) / (n - 1).
    """
    number = len(means)
    spread = max(float(np.std(means, ddof=1)), width / 2 * math.sqrt(number) / (number - 1))
    return float(stats.t.ppf(0.5 + LEVEL / 2, number - 1)) * spread / math.sqrt(number)


def _to(how, number: float, step: float) -> float:
    """The number on the grid of the step, free of what binary fractions add."""
    return round(how(round(number / step, 9)) * step, 9)
