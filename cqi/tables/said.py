"""What stakeholders said and what was set out to be done, for the pages: read from the journal once a run, then the same for all pages; read
anew where a page is made by hand."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterable
from dataclasses import asdict, replace
from functools import lru_cache
from pathlib import Path

from cqi.cohorts import cohort
from cqi.cycles.cycle import ACTS
from cqi.disclosure import policy
from cqi.goals import KINDS as GOAL_KINDS
from cqi.journal.entry import FEEDBACK, PLANS
from cqi.journal.heard import IDS, Heard, Planned, about, heard, withheld_where
from cqi.journal.place import chosen, is_address
from cqi.measures.by_month import SERIES
from cqi.registry import measure_names
from cqi.vocabulary import CqiError

SAID = "CQI_SAID"
"""Names the file with what the pages of a run may show."""

Said = dict[str, list[Heard]]
"""What may be shown, by profile."""


def read_said(place: str, profiles: Iterable[str]) -> Said | None:
    """What each profile may hear, in order of number, from the journal at the place; None where no place is given.

    Raises CqiError where there is no journal, or it cannot be read.
    """
    if not place:
        return None
    if not is_address(place) and not Path(place).is_file():
        raise CqiError(f"{place}: there is no journal there; it is made when somebody first says something. Correct the path, or leave it out.")
    from cqi.journal import Journal

    journal = Journal.opened(place)
    entries, begun, histories = [_labelled(each) for each in journal.entries()], journal.begun(), journal.histories(PLANS)
    histories = {number: [_labelled(each) for each in versions] for number, versions in histories.items()}
    return {profile: heard(entries, begun, released=policy(profile)["threshold"] > 0, known=known_words(), histories=histories) for profile in profiles}


def known_words() -> frozenset[str]:
    """Words in an entry's details that nobody typed: names of measures and series, kinds of goals, what is decided on cycles."""
    return frozenset((*measure_names(), *SERIES, *GOAL_KINDS, *ACTS))


def kept_said(said: Said | None, path: Path) -> str:
    """Writes what may be shown for the processes that make pages, and returns where, as SAID holds it."""
    path.write_text(json.dumps(said, default=asdict), encoding="utf-8")
    return str(path)


def said_about(county: str, label: str, profile: str) -> list[Heard] | None:
    """What stakeholders said about the county and the cohort of this label, as the profile may hear it; None where there is no journal.

    From the run's own file, else from the journal that CQI_JOURNAL names.
    """
    return _of(FEEDBACK, county, label, profile)


def kept(kind: str, county: str, label: str, profile: str) -> list[Planned] | None:
    """The goals, or the cycles, about the county and the cohort of this label, as the profile may see them, in order of number; None where there
    is no journal. Read from where `said_about` reads."""
    return _of((kind,), county, label, profile)


def _of(kinds: tuple[str, ...], county: str, label: str, profile: str) -> list | None:
    place = os.environ.get(SAID, "")
    found = said_of(_read(place) if place else read_said(chosen("", None), (profile,)), county, label, profile)
    return found and [each for each in found if each.kind in kinds]


def said_of(said: Said | None, county: str, label: str, profile: str) -> list[Heard] | None:
    """What the profile may hear of it, plans and all, about the county and the cohort of this label; None where there is no journal."""
    return None if said is None else about(said[profile], county, label)


def said_digest(said: Said | list[Heard] | None) -> str:
    """A word that changes when anything that was said does; where no journal is there, another than where nobody said anything."""
    return hashlib.sha256(json.dumps(said, default=asdict).encode()).hexdigest()


def without_ids(said: Said | None, holds: Callable[[str], bool]) -> Said | None:
    """The same without the words of every entry in which `holds` finds an id of the data: a page with one is not made."""
    known = known_words() if said else frozenset()
    return said and {profile: [withheld_where(each, holds, IDS, known) for each in found] for profile, found in said.items()}


@lru_cache(maxsize=2)
def _read(path: str) -> Said | None:
    found = json.loads(Path(path).read_text(encoding="utf-8"))
    return None if found is None else {profile: [_again(each) for each in own] for profile, own in found.items()}


def _again(each: dict) -> Heard:
    """What was heard, from its fields."""
    return Planned(**each | {"earlier": tuple(map(_again, each["earlier"]))}) if each["kind"] in PLANS else Heard(**each)


def _labelled(entry):
    """The entry with its cohort by the label that pages use; a word that is none stays."""
    try:
        return replace(entry, cohort=cohort(entry.cohort).label) if entry.cohort else entry
    except CqiError:
        return entry
