"""What stakeholders said, for the pages: read from the journal once a run, then the same for all pages; read anew where a page is made by hand."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterable
from dataclasses import asdict, replace
from functools import lru_cache
from pathlib import Path

from cqi.cohorts import cohort
from cqi.disclosure import policy
from cqi.journal.heard import IDS, Heard, about, heard, withheld, words_of
from cqi.journal.place import chosen, is_address
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
    entries, begun = [_labelled(each) for each in journal.entries()], journal.begun()
    return {profile: heard(entries, begun, released=policy(profile)["threshold"] > 0, measures=measure_names()) for profile in profiles}


def kept_said(said: Said | None, path: Path) -> str:
    """Writes what may be shown for the processes that make pages, and returns where, as SAID holds it."""
    path.write_text(json.dumps(said, default=asdict), encoding="utf-8")
    return str(path)


def said_about(county: str, label: str, profile: str) -> list[Heard] | None:
    """What the profile may hear about the county and the cohort of this label; None where there is no journal.

    From the run's own file, else from the journal that CQI_JOURNAL names.
    """
    kept = os.environ.get(SAID, "")
    return said_of(_read(kept) if kept else read_said(chosen("", None), (profile,)), county, label, profile)


def said_of(said: Said | None, county: str, label: str, profile: str) -> list[Heard] | None:
    """What the profile may hear of it about the county and the cohort of this label; None where there is no journal."""
    return None if said is None else about(said[profile], county, label)


def said_digest(said: Said | list[Heard] | None) -> str:
    """A word that changes when anything that was said does; where no journal is there, another than where nobody said anything."""
    return hashlib.sha256(json.dumps(said, default=asdict).encode()).hexdigest()


def without_ids(said: Said | None, holds: Callable[[str], bool]) -> Said | None:
    """The same without the words of every entry in which `holds` finds an id of the data: a page with one is not made."""
    return said and {profile: [withheld(each, IDS) if any(map(holds, words_of(each))) else each for each in found] for profile, found in said.items()}


@lru_cache(maxsize=2)
def _read(path: str) -> Said | None:
    found = json.loads(Path(path).read_text(encoding="utf-8"))
    return None if found is None else {profile: [Heard(**each) for each in own] for profile, own in found.items()}


def _labelled(entry):
    """The entry with its cohort by the label that pages use; a word that is none stays."""
    try:
        return replace(entry, cohort=cohort(entry.cohort).label) if entry.cohort else entry
    except CqiError:
        return entry
