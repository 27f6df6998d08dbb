"""The course of a county in sentences: where it is heading, how sure, what pace would reach the goal, what to do next month.

A signal is an invitation to look, never a verdict. Every sentence says how sure it is; a hidden row gives no number.
"""

from __future__ import annotations

import math

import pandas as pd

from cqi.course.monitors import fewer_is_worse
from cqi.registry import Measure
from cqi.wording.answer import soon
from cqi.wording.course_numbers import (
    as_many, between, chance_words, complete, events, few, goal_words, level, more, not_ahead, room, than_usual, things, unit,
)
from cqi.wording.numbers import FEW, children, day_words, share

MUCH_TO_ASK = 1.5
"""A multiple of the usual pace above which the page says that it is a lot to ask, and what is in reach."""

FAN_NOTE = ("The solid line is what was counted. The dashed line is the middle of what is likely. The dark band holds the final "
            "figure 4 times in 5, the light band 19 times in 20. The dotted line is the usual pace.",)
VLAD_NOTE = ("The line is what was counted, less what was expected at the usual pace. Outside the grey band there is a signal. Before "
             "the band begins, too little was expected for a signal.",)
MONITOR_NOTE = ("Each line is one way to watch. Below zero is worse than usual, above is better. A diamond marks where a signal begins.",)


def projection_finding(course: pd.Series, definition: Measure) -> str:
    """On course or not, the likely final figure with its 80% and 95% ranges, and the usual one."""
    if reason := not_ahead(course):
        return reason
    if complete(course):
        return _final(course, definition)
    if round(course["expected_final"]) == 1:
        return f"With 1 {unit(definition, 1)} there is no share to look ahead to. What is the plan, and what is in its way?"
    what = f"the number that {definition.words['counted']}" if few(course) else f"the share that {as_many(definition.words['counted'], 1)}"
    inside, outside = (between(course, *(f"projected_{edge}" for edge in edges)) for edges in (("10", "90"), ("025", "975")))
    middle = level(course, definition, "projected_50")
    return (f"{standing(course, definition)} By {day_words(course['target_by'])}, {what} will likely be about {middle}. "
            f"We are fairly sure (4 times in 5) that it will be between {inside}, and very sure (19 in 20) that it will be "
            f"between {outside}. The usual pace gives {level(course, definition, 'usual_final')}, which is "
            f"{_beside_usual(course, ('above', 'inside', 'below'))} the range we are fairly sure of.")


def _final(course: pd.Series, definition: Measure) -> str:
    part = "" if few(course) else f" ({share(course['projected_50'])})"
    counted = f"{course['observed']:,.0f} of {things(definition, course['entered'])}{part} {definition.words['counted']}"
    goal = "" if pd.isna(course["target"]) else f" The goal was {goal_words(definition, course['target'])}."
    return f"This period is over: {counted}.{goal}"


def standing(course: pd.Series, definition: Measure) -> str:
    """On course for the goal or not, with the chance of reaching it; without a goal, for less or more than usual."""
    if not_ahead(course) or few(course):
        return ""
    if pd.isna(course["target"]):
        return f"On course for {_beside_usual(course, ('less than usual', 'about the usual share', 'more than usual'))}."
    goal, least = f"goal of {goal_words(definition, course['target'])}", fewer_is_worse(definition)
    if math.isinf(course["pace_needed"]) if least else room(course, definition) < 0:
        return f"The {goal} is out of reach for this period."
    if least and course["pace_needed"] == 0:
        return f"The {goal} is already reached."
    chance = course["probability_of_target"]
    word = next(word for least_chance, word in _STANDINGS if chance >= least_chance)
    return f"{word} for the {goal}: the chance of {'reaching' if least else 'keeping'} it is {chance_words(chance)}."


_STANDINGS = ((0.8, "On course"), (0.5, "Probably on course"), (0.2, "Not quite on course"), (0.0, "Not on course"))
"""Least chance of reaching the goal -> the word for it."""


def _beside_usual(course: pd.Series, words: tuple[str, str, str]) -> str:
    """The first word where the usual final figure lies above the narrower range, then inside, then below it."""
    if course["usual_final"] > course["projected_90"]:
        return words[0]
    return words[2] if course["usual_final"] < course["projected_10"] else words[1]


def pace_words(course: pd.Series, definition: Measure) -> str:
    """What pace from here would reach the goal, how many more that is and by when; what is in reach where that is much to ask."""
    if reason := not_ahead(course):
        return reason
    if complete(course):
        return "This period is over, so its figure can no longer change. Set the next goal with the children in care now."
    if pd.isna(course["target"]):
        usual, by = level(course, definition, "usual_final"), day_words(course["target_by"])
        return (f"No goal is set for this period. The usual pace gives {usual} by {by}. "
                "Name a goal, and this part says what pace would reach it.")
    return _pace_up(course, definition) if fewer_is_worse(definition) else _room(course, definition)


def _pace_up(course: pd.Series, definition: Measure) -> str:
    goal, pace = f"goal of {goal_words(definition, course['target'])}", course["pace_needed"]
    if pace == 0:
        return f"The {goal} is already reached, with {things(definition, course['observed'])}. Keep it up, and see that these exits last."
    if math.isinf(pace):
        return (f"The {goal} can no longer be reached by {day_words(course['target_by'])}, whatever the pace. That is no judgement "
                f"on anyone's work, and every child still counts. {_in_reach(course, definition)}")
    lead = (f"To reach the {goal} by {day_words(course['target_by'])}, it takes {more(definition, course['more_needed'])} than the "
            f"{course['observed']:,.0f} so far.")
    return f"{lead} {_beside_pace(course, definition, pace)}"


def _beside_pace(course: pd.Series, definition: Measure, pace: float) -> str:
    """The pace that is needed beside the usual one, and how much that is to ask."""
    likely = course["probability_of_target"] >= 0.5
    if pace < 1.05:
        words = ("That is about the usual pace from today." if pace >= 0.95 else
                 f"The usual pace from today is more than enough: {max(pace, 0.1):.1f} times would do.")
        return words + (" Keep it up." if likely else " Getting back to the usual pace would do it.")
    words = _times(pace)
    if likely:
        return f"{words} At the pace so far that is likely. Keep it up."
    if pace <= MUCH_TO_ASK:
        return f"{words} It is in reach if something changes soon."
    return f"{words} That is a lot to ask. {_in_reach(course, definition)}"


def _times(pace: float) -> str:
    """The multiple, and what it means for 10 children; half a child is rounded up."""
    of_10 = math.floor(10 * pace + 0.5)
    if of_10 > 100:
        return "That is more than 10 times the usual pace from today."
    return f"That is {of_10 / 10:.1f} times the usual pace from today: {of_10} where 10 would be usual."


def _in_reach(course: pd.Series, definition: Measure) -> str:
    """What 1.5 times the usual pace from today would give, or the pace so far where that is more."""
    faster = course["in_reach"] > course["projected_50"]
    name, pace = ("in_reach", "one and a half times the usual pace") if faster else ("projected_50", "the pace so far")
    likely = course[name] * course["expected_final"]
    count = "" if few(course) or likely < FEW + 1 else f", or {likely:,.0f} of {things(definition, course['expected_final'])}"
    return f"What is in reach, at {pace}: {level(course, definition, name)}{count}."


def _room(course: pd.Series, definition: Measure) -> str:
    """The pace for a goal that allows so many unwanted events and no more."""
    goal, by, left = f"goal of {goal_words(definition, course['target'])}", day_words(course["target_by"]), room(course, definition)
    if left < 0:
        return (f"The {goal} can no longer be kept, whatever the pace. That is no judgement on anyone's work, and every child still "
                f"counts. What is in reach, at two thirds of the usual pace: {level(course, definition, 'in_reach')}.")
    if left == 0:
        return f"To keep the {goal} until {by}, there is no room for another {unit(definition, 1)} who {as_many(events(definition), 1)}."
    words = f"To keep the {goal} until {by}, there is room for {more(definition, left)} who {as_many(events(definition), left)}."
    if course["pace_needed"] >= 1.05:
        return f"{words} The usual pace from today would keep it."
    if course["pace_needed"] >= 0.95:
        return f"{words} That is about the usual pace from today."
    return f"{words} That is up to {course['pace_needed']:.1f} times the usual pace from today."


def next_month(course: pd.Series, waiting: pd.DataFrame | None, definition: Measure) -> str:
    """One sentence on what to do next month. `waiting`: the county's children still in care by time left, or none."""
    if course["status"] == "suppressed":
        return "Next month: the agency's own staff look at the numbers that are hidden here, in the internal review."
    if course["status"] == "data quality":
        return "Next month: have the months that look incomplete checked, and look again."
    if course["status"] != "shown":
        return f"Next month: ask what stands in the way for {_near(waiting, definition)}."
    if course["entered"] == 0 and not course["expected_final"] > 0:
        return f"Next month: nothing to do here; look again on {_next_look(course)}."
    if complete(course):
        return "Next month: ask what this period taught you, and use it for the children in care now."
    if course["signal"]:
        return f"Next month: {_ask(course, waiting, definition)}."
    return _steady(course, waiting, definition)


def _ask(course: pd.Series, waiting: pd.DataFrame | None, definition: Measure) -> str:
    worse = course["signal"] == "worse"
    why = f"ask why {than_usual(definition, worse=worse)} by {day_words(course['first_signal'])}"
    return f"look at {_near(waiting, definition)}, and {why}" if worse else f"{why}, and keep up what helped"


def _steady(course: pd.Series, waiting: pd.DataFrame | None, definition: Measure) -> str:
    """What to do where no monitor has signalled."""
    if course["entered"] < FEW:
        return f"Next month: talk through the plan of each child, starting with {_near(waiting, definition)}."
    if pd.isna(course["target"]) and _worse_than_usual(course, definition):
        words = "fewer" if definition.direction == "up" else "more"
        return f"Next month: look at {_near(waiting, definition)}, as there may be {words} than usual in the end."
    reached = course["pace_needed"] == 0 and fewer_is_worse(definition)
    if pd.notna(course["target"]) and course["probability_of_target"] < 0.5 and not reached:
        return f"Next month: look at {_near(waiting, definition)}, and choose one change to try{_aim(course, definition)}."
    return f"Next month: keep going, and look again on {_next_look(course)}."


def _worse_than_usual(course: pd.Series, definition: Measure) -> bool:
    """Whether the final figure is on course to be on the worse side of the usual one."""
    up = definition.direction == "up"
    return not not_ahead(course) and _beside_usual(course, (up, False, not up))


def _aim(course: pd.Series, definition: Measure) -> str:
    if not fewer_is_worse(definition):
        return ""
    if course["pace_needed"] > MUCH_TO_ASK:
        return ", for what is in reach"
    return f", for {more(definition, course['more_needed'])} by {day_words(course['target_by'])}"


def _near(waiting: pd.DataFrame | None, definition: Measure) -> str:
    """Whom to look at: who reaches 12 months soon, where that is known."""
    count = 0.0 if waiting is None else soon(waiting)
    if not fewer_is_worse(definition):
        return f"those who {events(definition)}" if definition.per == 1 else f"the {events(definition)} so far"
    if pd.isna(count) or not count:
        return "the children who are still in care"
    return f"the {children(count)} who {'reaches' if count == 1 else 'reach'} 12 months in care within 3 months"


def _next_look(course: pd.Series) -> str:
    return day_words(course["as_of"] + pd.offsets.MonthEnd(1))
