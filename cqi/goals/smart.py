"""SMART, checked for real: each letter of a goal held against the registry, the calendar, the data and the people's own words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from cqi.cohorts import Cohort, cohort, months_after
from cqi.course.exposure import KINDS, official_date
from cqi.goals.goal import Goal
from cqi.goals.grounds import Grounds
from cqi.registry import Measure, measure, measure_names
from cqi.vocabulary import WHOLE, CqiError, no_such

LETTERS = ("specific", "measurable", "accurate", "realistic", "time-bound", "in balance")
"""What is checked, in order: the letters of SMART, and the counter-measure."""
_ACTING = (r"train|hire|hold|attend|complete|conduct|implement|provide|offer|develop|create|write|send|schedule|recruit|launch|roll out|assign|document|file|"
           r"refer|visit|call|organi[sz]e|run|set up|introduce|update|submit|enter|fill")
_PLAN = re.compile(rf"^(?:(?:we|to|will|shall|want|plan|going|our|goal|is|staff|workers|supervisors|all|every|must|should|would|like)\W+)*(?:{_ACTING})\b", re.I)
_TASKS = re.compile(r"\b(?:\d+|one|two|three|four|five|six|seven|eight|nine|ten|twenty|all|every|more) (?:\w+ ){0,2}"
                    r"(?:trainings?|workers?|caseworkers?|staff|visits?|meetings?|forms?|plans?|referrals?|calls?|reports?|workshops?|sessions?|hours)\b", re.I)


@dataclass(frozen=True)
class Finding:
    """What one check found: which of LETTERS, `ok`, `warning` or `error`, and that in plain words."""

    letter: str
    level: str
    words: str


def check(goal: Goal, on: Grounds) -> list[Finding]:
    """What each letter finds, in the order of LETTERS, at least one finding a letter. With an error the goal cannot be followed as it stands; a
    warning is a question to the people who set it."""
    from cqi.goals.realistic import realistic

    known = goal.measure in measure_names()
    found = [*_specific(goal), *_measurable(goal, on), *_accurate(goal),
             *(realistic(goal, on) if known and _period(goal) else [Finding("realistic", "error", "This can be said once measure and children are named.")]),
             *_time_bound(goal, on), *_in_balance(goal)]
    return found


def errors(found: list[Finding]) -> list[Finding]:
    """Those with which a goal cannot be followed."""
    return [each for each in found if each.level == "error"]


def matures(goal: Goal) -> date | None:
    """The first day on which the figure of all the goal's children can be known; None where measure or cohort is not known."""
    period = _period(goal)
    if not period or goal.measure not in measure_names():
        return None
    definition = measure(goal.measure)
    return official_date(definition, period) if definition.kind in KINDS else months_after([period.end], definition.window_months)[0].item()


def _specific(goal: Goal) -> list[Finding]:
    found = []
    if goal.measure in measure_names() and measure(goal.measure).type != "outcome":
        found.append(Finding("specific", "warning", f"“{measure(goal.measure).title}” counts a task of the agency, not how children fare. Keep it as an activity, "
                             "and name the outcome that it is for."))
    if is_a_plan(goal.words):
        found.append(Finding("specific", "warning", "These words say what we will do. That belongs to the activities. What will children or families have of it?"))
    return found or [Finding("specific", "ok", "It says what children experience.")]


def is_a_plan(words: str) -> bool:
    """Whether words sound like a plan of action, or count tasks: `train 20 workers`. It is a question to the writer, not a verdict."""
    return bool(_PLAN.search(words.strip()) or _TASKS.search(words))


def _measurable(goal: Goal, on: Grounds) -> list[Finding]:
    found = []
    if goal.measure not in measure_names():
        found.append(Finding("measurable", "error", str(no_such("measure", goal.measure, measure_names()))))
    elif on.measures and goal.measure not in on.measures:
        found.append(Finding("measurable", "error", f"The data hold nothing to count “{measure(goal.measure).title}” by. Choose a measure that the review shows."))
    if goal.place not in (WHOLE, *on.counties):
        found.append(Finding("measurable", "error", str(no_such("county", goal.county, on.counties))))
    if not _period(goal):
        found.append(Finding("measurable", "error", "No such period; write when the children entered as 2026H1, 2026 or 2026-03."))
    if goal.measure in measure_names():
        found += _number(goal, measure(goal.measure))
    return found or [Finding("measurable", "ok", f"It is counted by “{measure(goal.measure).title}”, for {goal.place}, {_period(goal).words}.")]


def _number(goal: Goal, definition: Measure) -> list[Finding]:
    """Whether target and margin are numbers that the measure can have."""
    share, found = definition.per == 1, []
    if not (0 <= goal.target <= 1 if share else goal.target > 0):
        right = "a share from 0 to 100%" if share else f"a number above 0, in {definition.unit}"
        found.append(Finding("measurable", "error", f"The target must be {right}."))
    if goal.kind == "maintain" and not (goal.margin and goal.margin > 0):
        found.append(Finding("measurable", "error", "Holding a level needs a margin: how much worse would matter? Say it before the data do."))
    elif goal.kind == "maintain" and not (goal.margin < goal.target if definition.direction == "up" else not share or goal.margin < 1 - goal.target):
        found.append(Finding("measurable", "error", "The margin is so wide that the level could never be lost. Choose a smaller one."))
    return found


def _accurate(goal: Goal) -> list[Finding]:
    if not goal.words.strip():
        return [Finding("accurate", "error", "Write the goal in the person's or group's own words first. They stand beside the numbers for good.")]
    found = [] if goal.role.strip() else [Finding("accurate", "warning", "Say whose words these are: a young person, parents, the court team.")]
    if not goal.agreed:
        found.append(Finding("accurate", "warning", "Read the goal with its number back to the people whose words these are. Does it still say the same? "
                             "Mark it when they say yes."))
    return found or [Finding("accurate", "ok", "The people whose words these are say that it still says the same.")]


def _time_bound(goal: Goal, on: Grounds) -> list[Finding]:
    ripe, period = matures(goal), _period(goal)
    if not ripe:
        return [Finding("time-bound", "error", "The day can be checked once measure and children are named.")]
    if ripe <= on.as_of:
        return [Finding("time-bound", "error", f"The figure of these children was final on {_day(ripe)}, so nothing can change it. Set the goal for children whose time is "
                        "still open.")]
    if goal.by is None:
        return [Finding("time-bound", "error", f"Name the day. The figure of all these children can be known from {_day(ripe)} on.")]
    if goal.by < ripe:
        return [Finding("time-bound", "error", f"On {_day(goal.by)} not all of these children will have had their full time, so the figure cannot be known. "
                        f"The first day that can be is {_day(ripe)}.")]
    return [*_far(goal, on, period), Finding("time-bound", "ok", f"All of these children will have had their full time by {_day(ripe)}.")]


def _far(goal: Goal, on: Grounds, period: Cohort) -> list[Finding]:
    ripe = matures(goal)
    if period.start > on.as_of:
        return [Finding("time-bound", "warning", f"None of these children has come yet; the file knows until {_day(on.as_of)}. The first review that can speak of them comes "
                        f"after {_day(period.start)}.")]
    if (goal.by - ripe).days > 366:
        return [Finding("time-bound", "warning", f"The figure is known on {_day(ripe)} already. Why wait longer?")]
    return []


def _in_balance(goal: Goal) -> list[Finding]:
    if not goal.counter_measures:
        near = measure(goal.measure).counter_measures if goal.measure in measure_names() else ()
        such = f", such as “{measure(near[0]).title}”" if near else ""
        return [Finding("in balance", "error", f"Name a counter-measure: what must not suffer while we aim for this{such}?")]
    unknown = [name for name in goal.counter_measures if name not in measure_names()]
    if unknown:
        return [Finding("in balance", "error", str(no_such("counter-measure", unknown[0], measure_names())))]
    if goal.measure in goal.counter_measures:
        return [Finding("in balance", "error", "A measure cannot be its own counter-measure; name another one that must not suffer.")]
    return [Finding("in balance", "ok", "What must not suffer is watched beside it: " + "; ".join(measure(name).title for name in goal.counter_measures) + ".")]


def _period(goal: Goal) -> Cohort | None:
    try:
        return cohort(goal.cohort)
    except CqiError:
        return None


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
