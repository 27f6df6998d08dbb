"""An entry of the journal, and what it must be before it is kept."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from datetime import date, datetime

from cqi.vocabulary import CqiError, no_such

FEEDBACK = ("comment", "question", "proposed change", "need")
"""What people say about what a page shows; a need is what a partner needs from the agency."""
PLANS = ("goal", "cycle")
"""What people set out to do: its own words are the text, its fields stand in `details` (see `cqi.goals` and `cqi.cycles`)."""
KINDS = (*FEEDBACK, "values", *PLANS)
STATUSES = ("open", "under way", "done", "not now")
LONG, SHORT = 10_000, 200
"""How many characters the words and the answer may have, and every other text."""
DETAILS = 100_000
GIVEN = ("number", "version", "written")
"""Fields that the journal fills in."""


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One version of one entry. `number`, `version` (from 1) and `written` (UTC) are given by the journal.

    `county`, `cohort`, `measure` and `chart` say what it is about; an empty county, or All counties, stands for all of them, an empty cohort for
    none in particular. `role` says who speaks (foster parent, judge), `name` is empty unless the writer wants it known. `answer`, `owner`,
    `status` and `due` say what is done about it. `cleared`: people outside the agency may read it. `details` is a dict as JSON holds it.
    """

    kind: str
    text: str = ""
    role: str = ""
    name: str = ""
    county: str = ""
    cohort: str = ""
    measure: str = ""
    chart: str = ""
    answer: str = ""
    owner: str = ""
    status: str = "open"
    due: date | None = None
    cleared: bool = False
    details: dict = field(default_factory=dict, hash=False)
    number: int = 0
    version: int = 0
    written: datetime | None = None


TEXTS = tuple(each.name for each in fields(Entry) if each.type == "str")


def checked(entry: Entry) -> Entry:
    """The entry, if the journal may keep it. Raises CqiError, which never quotes what was written, for a kind or status that there is not, for words
    that are missing, too long or hold characters that no database keeps, and for fields of another type."""
    for name in TEXTS:
        _check_text(name, getattr(entry, name))
    if entry.kind not in KINDS:
        raise no_such("kind of entry", entry.kind, KINDS)
    if entry.status not in STATUSES:
        raise no_such("status", entry.status, STATUSES)
    if entry.kind in FEEDBACK and not entry.text.strip():
        raise CqiError("There are no words yet: write what you want to say.")
    if not isinstance(entry.cleared, bool):
        raise CqiError("'cleared' says whether people outside the agency may read the entry: give True or False.")
    if entry.due is not None and (not isinstance(entry.due, date) or isinstance(entry.due, datetime)):
        raise CqiError("'due' is a day, such as 2026-12-31, or none.")
    _check_details(entry.details)
    return entry


def _check_text(name: str, words: object) -> None:
    most = LONG if name in ("text", "answer") else SHORT
    if not isinstance(words, str):
        raise CqiError(f"'{name}' must be text.")
    if len(words) > most:
        raise CqiError(f"'{name}' has {len(words):,} characters and may have {most:,}; shorten it, or write two entries.")
    _check_characters(name, words)


def _check_characters(name: str, words: str) -> None:
    if "\0" in words:
        raise CqiError(f"'{name}' holds a NUL, a character that is not seen and that no database keeps; type the words again without it.")
    try:
        words.encode()
    except UnicodeEncodeError:
        raise CqiError(f"'{name}' holds half a character, which is no text; type the words again.") from None


def _check_details(details: object) -> None:
    try:
        whole = json.dumps(details, allow_nan=False)
    except (TypeError, ValueError, RecursionError):
        raise CqiError("'details' holds what JSON cannot: give text, numbers, true, false, none, lists and dicts of them.") from None
    if not isinstance(details, dict) or json.loads(whole) != details:
        raise CqiError("'details' must come back from JSON as it went in: a dict with names of text, and lists in place of tuples.")
    if len(whole) > DETAILS:
        raise CqiError(f"'details' has {len(whole):,} characters as JSON and may have {DETAILS:,}.")
    for words in _texts(details):
        _check_characters("details", words)


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, each in value.items():
            yield name
            yield from _texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each)
