"""What was said, as one kind of reader may hear it."""

from __future__ import annotations

from collections.abc import Container, Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from cqi.journal.counting import counts_children
from cqi.journal.entry import FEEDBACK, Entry
from cqi.vocabulary import WHOLE

COUNTS, IDS = "counts", "ids"
"""Why words are withheld: they count children, or hold an id of the data."""


@dataclass(frozen=True)
class Heard:
    """An entry as a page may show it; days as 2026-06-30, empty where there is none. `withheld`: why its words are not shown, or empty."""

    number: int
    said: str
    kind: str
    county: str
    cohort: str
    measure: str = ""
    role: str = ""
    name: str = ""
    text: str = ""
    answer: str = ""
    owner: str = ""
    status: str = "open"
    due: str = ""
    withheld: str = ""


def heard(entries: Iterable[Entry], begun: dict[int, datetime], *, released: bool, measures: Container[str] = ()) -> list[Heard]:
    """The feedback among the entries, in their order; `begun` says when each was first written, `measures` are the names of those that there are.

    Where they are `released` to everyone: only those that the agency has cleared, without names, and without words that count children.
    """
    found = [_heard(each, begun[each.number]) for each in entries if each.kind in FEEDBACK and (each.cleared or not released)]
    return [_released(each, measures) for each in found] if released else found


def _heard(entry: Entry, begun: datetime) -> Heard:
    own = {name: getattr(entry, name) for name in ("number", "kind", "county", "cohort", "measure", "role", "name", "text", "answer", "owner", "status")}
    return Heard(**own, said=begun.date().isoformat(), due=entry.due.isoformat() if entry.due else "")


def _released(each: Heard, measures: Container[str]) -> Heard:
    each = replace(each, name="")
    typed = replace(each, measure="") if each.measure in measures else each
    return withheld(each, COUNTS) if any(map(counts_children, words_of(typed))) else each


def words_of(each: Heard) -> tuple[str, ...]:
    """All that people typed and a page would show."""
    return each.text, each.answer, each.role, each.name, each.owner, each.measure


def withheld(each: Heard, why: str) -> Heard:
    """The entry without anything that people typed."""
    return replace(each, text="", answer="", role="", name="", owner="", measure="", withheld=why)


def about(entries: Iterable[Heard], county: str, cohort: str) -> list[Heard]:
    """Those about the county or all counties, and about the cohort or none in particular."""
    return [each for each in entries if each.county in ("", WHOLE, county) and each.cohort in ("", cohort)]
