"""Sheets drawn by hand or by a fixed rule, as slips."""

from __future__ import annotations

import random

from cqi.journal import Slip
from cqi.questionnaire import Questionnaire, questionnaire

CULTURE, SYSTEM = "culture_check", "case_management_check"


def sheet(answers: dict[str, int | None] | int, *, team: str = "Intake", round: str = "2026Q2", of: str = CULTURE) -> list[Slip]:
    """The slips of one sheet; a single number is the answer to every item, so that reversed ones pull it to the middle."""
    asked = questionnaire(of)
    given = {item.name: answers for item in asked.items} if isinstance(answers, int) else answers
    return [Slip(of, round, team, area.name, {item.name: given.get(item.name) for item in asked.items_of(area.name)}) for area in asked.areas]


def mood(level: int, **where: str) -> list[Slip]:
    """The slips of somebody who feels alike about everything: reversed items are answered the other way round."""
    asked = questionnaire(CULTURE)
    return sheet({item.name: 8 - level if item.reversed else level for item in asked.items}, **where)


def team_of(levels: list[int], **where: str) -> list[Slip]:
    """The slips of people who each feel alike about everything."""
    return [slip for level in levels for slip in mood(level, **where)]


def drawn(sizes: dict[str, int], *, rounds: tuple[str, ...] = ("2026Q1", "2026Q2"), seed: int = 1, centre: float = 4.8) -> list[Slip]:
    """Sheets of teams of these sizes in each round: people differ, items differ, some are left out."""
    asked, dice = questionnaire(CULTURE), random.Random(seed)
    return [slip for label in rounds for team, size in sizes.items() for _ in range(size) for slip in _sheet(asked, dice, dice.gauss(centre, 0.9), team, label)]


def _sheet(asked: Questionnaire, dice: random.Random, level: float, team: str, label: str) -> list[Slip]:
    given = {}
    for item in asked.items:
        answer = min(7, max(1, round(dice.gauss(level, 1))))
        given[item.name] = None if dice.random() < 0.03 else 8 - answer if item.reversed else answer
    return sheet(given, team=team, round=label)
