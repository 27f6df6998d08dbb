"""Parts of sentences on the course of a county: final figures, goals and counts, and why nothing is said."""

from __future__ import annotations

import math

import pandas as pd

from cqi.course.exposure import KINDS
from cqi.course.monitors import fewer_is_worse
from cqi.registry import Measure
from cqi.vocabulary import HIDDEN_WORDS
from cqi.wording.numbers import FEW, plural, share


def not_said(course: pd.Series) -> str:
    """Why nothing is said of this row, neither of its signal nor of what is ahead; empty where it can be said."""
    if course["status"] == "suppressed":
        return f"Where this is heading is {HIDDEN_WORDS}. The agency's own staff see it in the internal review."
    if course["status"] == "data quality":
        return "Some months in the file look incomplete, so where this is heading can't be said yet."
    if course["entered"] == 0 and not course["expected_final"] > 0:
        return "No child counts here yet, so there is nothing to follow."
    return "" if course["status"] == "shown" else "The file does not go back far enough to say where this is heading."


def not_ahead(course: pd.Series) -> str:
    """Why nothing is said of what is ahead; empty where it can be said."""
    if reason := not_said(course):
        return reason
    return "" if pd.notna(course["projected_50"]) else "This is followed as it comes: it has no final share to look ahead to."


def complete(course: pd.Series) -> bool:
    """Whether the last day on which an exit counts is over."""
    return course["as_of"] >= course["target_by"]


def chance_words(chance: float) -> str:
    """`about 3 in 10`, at the ends `less than 1 in 20` and `more than 19 in 20`."""
    if chance < 0.05:
        return "less than 1 in 20"
    if chance > 0.95:
        return "more than 19 in 20"
    return f"about {min(max(round(10 * chance), 1), 9)} in 10"


def few(course: pd.Series) -> bool:
    """Whether a percentage would say little: counts stand alone."""
    return course["expected_final"] < FEW


def goal_words(definition: Measure, target: float) -> str:
    """`45%`, `at most 10%`."""
    return f"{'at most ' if definition.direction == 'down' else ''}{share(target)}"


def level(course: pd.Series, definition: Measure, name: str) -> str:
    """A final figure: `35%`, of few children `2 of 6 children`."""
    if few(course):
        return f"{course[name] * course['expected_final']:,.0f} of {things(definition, course['expected_final'])}"
    return share(course[name])


def between(course: pd.Series, low: str, high: str) -> str:
    """`29% and 41%`, of few children `1 and 3`."""
    if few(course):
        return " and ".join(f"{course[name] * course['expected_final']:,.0f}" for name in (low, high))
    return f"{share(course[low])} and {share(course[high])}"


def unit(definition: Measure, number: float = 2) -> str:
    """`children`, `child`, `reports`; a rate's own word: `moves`."""
    many = definition.unit if definition.per == 1 else definition.words["counted"]
    if number != 1:
        return many
    first, *rest = many.split(" ", 1)
    return " ".join(["child" if first == "children" else first.removesuffix("s"), *rest])


def things(definition: Measure, number: float) -> str:
    """`14 children`, `1 child`, `no children`, `1 report`, `41 moves`."""
    return f"no {unit(definition)}" if number == 0 else plural(number, unit(definition, 1), unit(definition))


def more(definition: Measure, number: float) -> str:
    """`14 more children`, `1 more child`."""
    return plural(number, f"more {unit(definition, 1)}", f"more {unit(definition)}")


def one(definition: Measure, number: float, words: str = "") -> str:
    """`41 children left to a permanent home`, `1 child was maltreated again`, `41 moves`; `words` in place of what is counted."""
    if definition.per != 1:
        return things(definition, number)
    return f"{things(definition, number)} {as_many(words or definition.words['counted'], number)}"


def as_many(words: str, number: float) -> str:
    """`was maltreated again` of one, `were maltreated again` of several."""
    return "was" + words.removeprefix("were") if number == 1 and words.startswith("were ") else words


def events(definition: Measure) -> str:
    """What the monitors count: `left to a permanent home`; where the measure counts children without an event, the event."""
    counted = definition.words["counted"]
    return counted if KINDS[definition.kind].good else counted.replace("were ", "were not ", 1)


def room(course: pd.Series, definition: Measure) -> float:
    """How many more unwanted events the goal allows; below 0 where it is passed."""
    good, size = KINDS[definition.kind].good, course["expected_final"]
    most, so_far = (course["target"], course["observed"]) if good else (1 - course["target"], course["entered"] - course["observed"])
    return math.floor(most * size - so_far + 1e-9)


def than_usual(definition: Measure, *, worse: bool) -> str:
    """`fewer children than usual left to a permanent home`, `more moves than usual`."""
    word = "fewer" if worse == fewer_is_worse(definition) else "more"
    counted = events(definition)
    return f"{word} {definition.unit} than usual {counted}" if definition.per == 1 else f"{word} {counted} than usual"
