"""Realistic: the pace that a goal needs from today on, against what the county's earlier cohorts ever did."""

from __future__ import annotations

import math

from cqi.goals.goal import Goal
from cqi.goals.grounds import Grounds, chance, pace_needed, rest_needed
from cqi.goals.smart import Finding
from cqi.registry import measure
from cqi.vocabulary import HIDDEN_WORDS

FEWEST = 3
"""With fewer earlier cohorts nobody can say what the county ever did."""
FEW = 10
ALL_BUT_SURE = 0.95


def realistic(goal: Goal, on: Grounds) -> list[Finding]:
    """Whether the level was ever reached, what it takes from here, and whether it asks for anything. The level of a goal to maintain is held
    against the past in the same way."""
    definition = measure(goal.measure)
    up = definition.direction != "down"
    found = [*_few(goal, on), *_impossible(goal, on, up), *(_beside_past(goal, on, up))]
    return found or [Finding("realistic", "warning", _unknown(on))]


def _unknown(on: Grounds) -> str:
    if on.released and on.past.empty:
        return f"What earlier children here reached, period by period, is {HIDDEN_WORDS}. The agency's own staff can check it."
    return "The file holds too few earlier periods to say what was ever reached here. Ask people who know the county."


def _few(goal: Goal, on: Grounds) -> list[Finding]:
    whole = None if on.course is None else on.course["expected_final"]
    if whole is None or not whole > 0 or measure(goal.measure).per != 1:
        return []
    if whole < FEW:
        return [Finding("realistic", "warning", f"These are very few children: one child more or less moves the figure by {1 / whole:.0%}. "
                        "Think of each child's plan rather than of a share.")]
    if goal.kind == "maintain" and goal.margin and goal.margin * whole < 1:
        return [Finding("realistic", "warning", f"The margin is smaller than one child: one child is {1 / whole:.1%}. Chance alone will cross it.")]
    return []


def _impossible(goal: Goal, on: Grounds, up: bool) -> list[Finding]:
    needed = rest_needed(on, goal.target)
    if needed is None or not (needed > 1 + 1e-9 if up else needed < -1e-9):
        return []
    return [Finding("realistic", "error", "These children can no longer bring the figure there, whatever happens. That is no judgement on anyone's work. "
                    "Choose a level that they can still reach.")]


def _beside_past(goal: Goal, on: Grounds, up: bool) -> list[Finding]:
    if len(on.past) < FEWEST:
        return _beside_usual(goal, on, up)
    reached, needed, form = on.past["value"], rest_needed(on, goal.target), _form(goal)
    span = f"In {len(on.past)} earlier periods here the final figure was between {reached.min():{form}} and {reached.max():{form}}."
    if goal.kind == "improve" and on.followed and chance(on, goal.target, at_least=up) > ALL_BUT_SURE:
        return [Finding("realistic", "warning", f"{span} As it goes now, these children are all but sure to get there. Does the goal ask for anything new?")]
    rest = on.past["rest"].dropna()
    if needed is not None and len(rest) >= FEWEST and 0 <= needed <= 1:
        return [_pace(goal, on, up, needed, float(rest.max() if up else rest.min()), float(rest.min() if up else rest.max()), span)]
    best = reached.max() if up else reached.min()
    if goal.target > best + 1e-9 if up else goal.target < best - 1e-9:
        return [Finding("realistic", "warning", f"{span} The goal lies beyond all of them. What will be different this time?")]
    return [Finding("realistic", "ok", f"{span} It has been reached here before.")]


def _pace(goal: Goal, on: Grounds, up: bool, needed: float, best: float, worst: float, span: str) -> Finding:
    """The share that is still needed beside what earlier cohorts did from the same age on."""
    now = "of those for whom it has not come so far"
    words = (f"{span} From here on it takes {'' if up else 'at most '}{needed:.0%} {now}. In earlier periods, from the same age on, that was between "
             f"{min(best, worst):.0%} and {max(best, worst):.0%}.{_faster(goal, on)}")
    beyond = needed > best + 1e-9 if up else needed < best - 1e-9
    more = " No earlier period did that. What will be different this time?" if beyond else " That has been done here before."
    return Finding("realistic", "warning" if beyond else "ok", words + more)


def _faster(goal: Goal, on: Grounds) -> str:
    pace = pace_needed(on, goal.target)
    if pace is None or measure(goal.measure).direction == "down":
        return ""
    if math.isinf(pace):
        return " Even one and a half times the pace now would likely not be enough."
    return f" That is about {pace - 1:.0%} faster than now." if pace >= 1.05 else ""


def _beside_usual(goal: Goal, on: Grounds, up: bool) -> list[Finding]:
    """Where earlier periods may not be seen one by one: beside the usual pace, and one and a half times of it."""
    if not on.followed:
        return []
    course, form = on.course, _form(goal)
    reach, usual = course["in_reach"], course["usual_final"]
    words = f"The usual pace here gives {usual:{form}}; from today on, {'one and a half times' if up else 'two thirds of'} the usual pace would give {reach:{form}}."
    if chance(on, goal.target, at_least=up) > ALL_BUT_SURE and goal.kind == "improve":
        return [Finding("realistic", "warning", f"{words} As it goes now, these children are all but sure to get there. Does the goal ask for anything new?")]
    beyond = goal.target > reach + 1e-9 if up else goal.target < reach - 1e-9
    more = " The goal lies beyond that. What will be different this time?" if beyond else " The goal lies within that."
    return [Finding("realistic", "warning" if beyond else "ok", words + more)]


def _form(goal: Goal) -> str:
    return ".0%" if measure(goal.measure).per == 1 else ".2f"
