"""What the measures of a release count, as their published definitions say."""

from __future__ import annotations

from collections.abc import Iterable

from cqi.registry import Measure, measure
from cqi.vocabulary import CqiError

ENTER, FIRST, AGAIN, AT_HOME, BACK, THERE = (
    "exits of an entry cohort", "first placement of an entry cohort", "further reports on victims", "children kept at home after a report",
    "returns of an exit cohort", "exits of children in care")
"""Kinds of measure: of children who enter, those whose first placement is known, children reported and those at home then, children who
leave, and children in care on a period's first day."""


def defined(names: Iterable[str]) -> dict[str, Measure]:
    """The definitions of these measures by name; without those that are defined no more."""
    found = {}
    for name in names:
        try:
            found[name] = measure(name)
        except CqiError:
            continue
    return found
