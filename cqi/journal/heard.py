"""What was said and what was set out to be done, as one kind of reader may hear it."""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import pairwise
from types import MappingProxyType

from cqi.journal.counting import counts_children
from cqi.journal.entry import FEEDBACK, PLANS, Entry
from cqi.vocabulary import WHOLE

COUNTS, IDS = "counts", "ids"
"""Why words are withheld: they count children, or hold an id of the data."""
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


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


@dataclass(frozen=True)
class Planned(Heard):
    """A goal or a cycle as a page may show it. `changed`: the day of this version. `earlier`: the versions before whose words or details were
    others, the oldest first; for everyone only those that were cleared."""

    details: dict = field(default_factory=dict, hash=False)
    changed: str = ""
    earlier: tuple[Planned, ...] = ()


def heard(entries: Iterable[Entry], begun: Mapping[int, datetime], *, released: bool, known: Container[str] = (),
          histories: Mapping[int, Sequence[Entry]] = MappingProxyType({})) -> list[Heard]:
    """The feedback and the plans among the entries, in their order; `begun` says when each was first written, `histories` holds all versions of
    the plans, `known` the words that are the program's own, such as names of measures.

    Where they are `released` to everyone: only those that the agency has cleared, without names, and without words that count children.
    """
    found = [_heard(each, begun[each.number], histories.get(each.number, ())) for each in entries
             if each.kind in (*FEEDBACK, *PLANS) and (each.cleared or not released)]
    return [_released(each, known) for each in found] if released else found


def _heard(entry: Entry, begun: datetime, history: Sequence[Entry] = ()) -> Heard:
    own = {name: getattr(entry, name) for name in ("number", "kind", "county", "cohort", "measure", "role", "name", "text", "answer", "owner", "status")}
    own |= {"said": begun.date().isoformat(), "due": entry.due.isoformat() if entry.due else ""}
    if entry.kind in FEEDBACK:
        return Heard(**own)
    earlier = tuple(_heard(each, begun) for each in _before(entry, history))
    return Planned(**own, details=entry.details, changed=(entry.written or begun).date().isoformat(), earlier=earlier)


def _before(entry: Entry, history: Sequence[Entry]) -> list[Entry]:
    """The versions that said something else than the next one, the oldest first; of a cleared entry those that were cleared."""
    versions = [*(each for each in history if each.version < entry.version), entry]
    changed = [each for each, later in pairwise(versions) if _content(each) != _content(later)]
    return [each for each in changed if each.cleared or not entry.cleared]


def _content(entry: Entry) -> tuple:
    return entry.text, entry.measure, entry.county, entry.cohort, entry.details


def _released(each: Heard, known: Container[str]) -> Heard:
    return withheld_where(each, counts_children, COUNTS, known, released=True)


def withheld_where(each: Heard, holds: Callable[[str], bool], why: str, known: Container[str] = (), *, released: bool = False) -> Heard:
    """The entry, without what people typed where `holds` is true of any of it, and every earlier version of a plan likewise; `released`: without
    names."""
    each = replace(each, name="") if released else each
    if isinstance(each, Planned):
        each = replace(each, earlier=tuple(withheld_where(one, holds, why, known, released=released) for one in each.earlier))
    return withheld(each, why, known) if any(holds(words) for words in words_of(each) if words not in known) else each


def words_of(each: Heard) -> tuple[str, ...]:
    """All that people typed and a page would show of this version."""
    typed = each.text, each.answer, each.role, each.name, each.owner, each.measure
    return (*typed, *values_of(each.details)) if isinstance(each, Planned) else typed


def values_of(details: object) -> Iterator[str]:
    """The texts in the details that are values, but for days."""
    for each in details.values() if isinstance(details, dict) else details if isinstance(details, list) else ():
        yield from values_of(each)
    if isinstance(details, str) and not _DAY.fullmatch(details):
        yield details


def withheld(each: Heard, why: str, known: Container[str] = ()) -> Heard:
    """The entry without anything that people typed; of a plan's details numbers, days and the program's own words stay."""
    each = replace(each, text="", answer="", role="", name="", owner="", measure=each.measure if each.measure in known else "", withheld=why)
    return replace(each, details=_blank(each.details, known)) if isinstance(each, Planned) else each


def _blank(value: object, known: Container[str]) -> object:
    if isinstance(value, dict):
        return {name: _blank(each, known) for name, each in value.items()}
    if isinstance(value, list):
        return [_blank(each, known) for each in value]
    return value if not isinstance(value, str) or value in known or _DAY.fullmatch(value) else ""


def about(entries: Iterable[Heard], county: str, cohort: str) -> list[Heard]:
    """Those about the county or all counties, and about the cohort or none in particular."""
    return [each for each in entries if each.county in ("", WHOLE, county) and each.cohort in ("", cohort)]
