"""Doing ourselves out of a job: when a plan could do with less of the agency, as a question with its answers, for groups only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from cqi.vocabulary import CqiError

ASKED = {
    "goals_met": "The goals that matter most are met.",
    "goals_held": "They have been held for the time that was agreed.",
    "own_words": "The family or young person says so in their own words.",
    "people_around": "There are people outside the agency to turn to, and the family knows them.",
    "help_in_place": "Help that is still needed comes from somebody other than us.",
    "way_back": "It is agreed how to ask for help again, without shame.",
}
"""What must be so before the agency steps back: name -> the words."""


@dataclass(frozen=True)
class Readiness:
    """How many of a group's plans have each of ASKED, and all of them: columns asked, words, plans, ready. `plans` are all plans of the group;
    `ready` is missing where it may not be told."""

    plans: int | None
    rows: pd.DataFrame
    all_ready: float


def ready(answers: Mapping[str, bool]) -> tuple[bool, tuple[str, ...]]:
    """Whether one plan has all of ASKED, and the words of what is still open. Raises CqiError for a name that is not asked, or an answer left out:
    what nobody has asked is not ready."""
    unknown, left = [name for name in answers if name not in ASKED], [name for name in ASKED if name not in answers]
    if unknown or left or not all(isinstance(each, bool) for each in answers.values()):
        raise CqiError(f"Readiness: answer each of {', '.join(ASKED)} with True or False.")
    return all(answers.values()), tuple(words for name, words in ASKED.items() if not answers[name])


def readiness(plans: pd.DataFrame, *, threshold: int = 0) -> Readiness:
    """How ready the plans of a group are: a column of True and False for each of ASKED, a row a plan; other columns do not count.

    With a `threshold`, a group of fewer plans tells nothing, and a count that is small, or leaves few others, is missing. Raises CqiError for a
    column that is missing or holds anything else.
    """
    left = [name for name in ASKED if name not in plans.columns or not plans[name].isin((True, False)).all()]
    if left:
        raise CqiError(f"Readiness: column {left[0]!r} must be there and hold True or False only.")
    table, few = plans[list(ASKED)].astype(bool), len(plans) < threshold
    counts = pd.Series({**table.sum().to_dict(), "all": int(table.all(axis=1).sum())}, dtype=float)
    small = counts.between(1, threshold - 1) | (len(plans) - counts).between(1, threshold - 1)
    counts = counts.mask(small | few)
    rows = pd.DataFrame({"asked": list(ASKED), "words": list(ASKED.values()), "plans": float("nan") if few else float(len(plans)),
                         "ready": [counts[name] for name in ASKED]})
    return Readiness(None if few else len(plans), rows, float(counts["all"]))
