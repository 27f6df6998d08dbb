"""From a team's rating of its own process to what it could do next: each gap a proposed goal, with what others have written about it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from cqi.journal.slip import Slip
from cqi.questionnaire import CONSENSUS, Area, Item, Questionnaire
from cqi.questionnaire.resources import Resource, resources
from cqi.questionnaire.scoring import round_order
from cqi.vocabulary import CqiError, no_such

GAP_BELOW = 3
"""Ratings below this are gaps: 3 of 4 says that it mostly holds."""
WRITTEN = "{} (From our {} of {}, {}: “{}” was rated {} of {}.)"


@dataclass(frozen=True)
class Rating:
    """One statement as a team has rated it together; `rating` is missing where it left it out."""

    area: Area
    item: Item
    rating: int | None
    evidence: str


@dataclass(frozen=True)
class ProposedGoal:
    """A gap as a goal to think about: the wording, the area's name and title, the statement, its rating, and what others have written."""

    text: str
    area: str
    title: str
    statement: str
    rating: int
    resources: tuple[Resource, ...] = ()


def ratings(slips: Iterable[Slip], questionnaire: Questionnaire, *, team: str, round: str = "") -> tuple[str, tuple[Rating, ...]]:
    """The round and a team's ratings in it, in the questionnaire's order; without a round, those of its last one.

    Raises CqiError for a questionnaire that single people answer, and for a team or round that has not rated.
    """
    if questionnaire.kind != CONSENSUS:
        raise CqiError(f"{questionnaire.title}: single people answer it, so nothing of one sheet is shown; goals come from what a team rates together.")
    own = [slip for slip in slips if slip.questionnaire == questionnaire.name]
    if team not in {slip.team for slip in own}:
        raise no_such("team", team, sorted({slip.team for slip in own}), where=questionnaire.title)
    rounds = sorted({slip.round for slip in own if slip.team == team}, key=round_order)
    label = round or rounds[-1]
    if label not in rounds:
        raise no_such("round", label, rounds, where=f"{questionnaire.title} of {team}")
    said = {slip.area: slip for slip in own if slip.team == team and slip.round == label}
    return label, tuple(Rating(area, item, said[area.name].answers.get(item.name), said[area.name].evidence.get(item.name, ""))
                        for area in questionnaire.areas if area.name in said for item in questionnaire.items_of(area.name))


def proposed_goals(rated: Iterable[Rating], *, data: Path | str | None = None) -> list[ProposedGoal]:
    """A goal for each statement rated below GAP_BELOW, lowest rating first, then in the questionnaire's order; with the resources of its area
    (and of the `resources.csv` in the data folder)."""
    known = resources(data)
    gaps = sorted((each for each in rated if each.rating is not None and each.rating < GAP_BELOW), key=lambda each: each.rating)
    return [ProposedGoal(each.item.goal, each.area.name, each.area.title, each.item.text, each.rating,
                         tuple(found for found in known if found.theme == each.area.name)) for each in gaps]


def propose(journal, goals: Iterable[ProposedGoal], questionnaire: Questionnaire, *, team: str, round: str, county: str = "") -> list:
    """Writes each goal into the journal as a proposed change, which the next review reads back, and returns the entries. One that
    stands there already, word for word, is left as it is."""
    from cqi.journal import Entry

    there = {entry.text for entry in journal.entries(("proposed change",))}
    made = [(goal, WRITTEN.format(goal.text, questionnaire.title, team, round, goal.statement, goal.rating, questionnaire.highest)) for goal in goals]
    return [journal.add(Entry(kind="proposed change", text=text, role=team, county=county,
                              details={"questionnaire": questionnaire.name, "round": round, "area": goal.area})) for goal, text in made if text not in there]
