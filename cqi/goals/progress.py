"""Where a goal stands: whole figures judged, young ones only by where they are heading; a level to hold by its margin."""

from __future__ import annotations

from dataclasses import dataclass

from cqi.goals.goal import Goal
from cqi.goals.grounds import Grounds, chance
from cqi.registry import measure

REACHED, NOT_REACHED, HELD, LOST, UNSURE = "reached", "not reached", "held", "lost", "cannot be told"
"""What a whole figure says: of a goal to improve the first two, of one to maintain the others."""
AHEAD, HIDDEN, UNKNOWN = "ahead", "hidden", "unknown"


@dataclass(frozen=True)
class Standing:
    """`what`: one of the words above. `level`: what the figure is held against, of a goal to maintain the level less (or plus) its margin.
    `chance`: of coming to lie on the right side of it, where it is `ahead`; else None."""

    what: str
    level: float
    chance: float | None = None


def standing(goal: Goal, on: Grounds) -> Standing:
    """Where the goal stands by the rows that may be seen. A level is `held` where the whole 95% interval lies on the right side of the level less
    its margin, and `lost` where the whole of it lies beyond; between, it cannot be told from chance."""
    up = measure(goal.measure).direction != "down"
    level = limit(goal)
    if on.now is not None and on.now["status"] == "shown" and on.now["value"] == on.now["value"]:
        return Standing(_whole(goal, on, level, up), level)
    if on.followed:
        return Standing(AHEAD, level, chance(on, level, at_least=up))
    rows = [row["status"] for row in (on.course, on.now) if row is not None]
    return Standing(HIDDEN if "suppressed" in rows else UNKNOWN, level)


def limit(goal: Goal) -> float:
    """The level that the figure is held against."""
    if goal.kind == "improve":
        return goal.target
    return goal.target - (goal.margin or 0) if measure(goal.measure).direction != "down" else goal.target + (goal.margin or 0)


def _whole(goal: Goal, on: Grounds, level: float, up: bool) -> str:
    value, low, high = (float(on.now[name]) for name in ("value", "lower", "upper"))
    if goal.kind == "improve":
        return REACHED if (value >= level - 1e-9 if up else value <= level + 1e-9) else NOT_REACHED
    if low >= level - 1e-9 if up else high <= level + 1e-9:
        return HELD
    return LOST if (high < level - 1e-9 if up else low > level + 1e-9) else UNSURE
