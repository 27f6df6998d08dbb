"""The command `cqi journal`: what stakeholders said, and writing down what was done about it."""

from __future__ import annotations

import argparse
import sys
from datetime import date
from pathlib import Path

from cqi.progress import say
from cqi.vocabulary import CqiError, printable

OPTION = "where what stakeholders say is kept: a file, or a PostgreSQL address (default: what CQI_JOURNAL names, else journal.sqlite in the folder of --out)"
NONE_THERE = "There is no journal yet. Name its place by --journal or CQI_JOURNAL; it is made when somebody first says something."
NO_ANSWER = "cqi journal answer NUMBER: say what was done, by --answer, --status, --owner, --due, --clear or --no-clear."


def journal_options(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument("what", nargs="?", choices=("list", "answer"), default="list", help="list the entries (default), or answer one")
    parser.add_argument("number", nargs="?", type=int, help="the entry to answer")
    parser.add_argument("--journal", default="", metavar="PLACE", help=OPTION)
    parser.add_argument("--out", type=Path, default=Path("reports"), help="the folder of the pages (default: reports)")
    parser.add_argument("--county", help="list the entries of this county only")
    parser.add_argument("--cohort", help="list the entries of this cohort only")
    parser.add_argument("--answer", help="what was done, or will be")
    parser.add_argument("--status", help="open, under way, done or not now")
    parser.add_argument("--owner", help="who does it")
    parser.add_argument("--due", help="by when, such as 2026-12-31")
    parser.add_argument("--clear", action=argparse.BooleanOptionalAction, default=None, dest="cleared", help="whether people outside the agency may read it")


def answered(options: argparse.Namespace) -> int:
    """Lists the entries, or writes down what was done as a new version; returns 0. Raises CqiError where there is no journal or no such entry."""
    from cqi.journal import Journal
    from cqi.journal.place import chosen, is_address
    from cqi.wording.said import journal_lines

    place = chosen(options.journal, options.out)
    if not place or not is_address(place) and not Path(place).is_file():
        raise CqiError(NONE_THERE)
    journal = Journal.opened(place)
    if options.what == "answer":
        entries = [_answered(journal, options)]
    else:
        entries = journal.entries(county=options.county, cohort=options.cohort)
    say("\n".join(journal_lines(entries)).rstrip())
    return 0


def _answered(journal, options: argparse.Namespace):
    changes = {name: getattr(options, name) for name in ("answer", "status", "owner", "cleared") if getattr(options, name) is not None}
    changes |= {} if options.due is None else {"due": _day(options.due)}
    if options.number is None or not changes:
        raise CqiError(NO_ANSWER)
    entry = journal.revise(options.number, **changes)
    for line in _doubts(entry) if entry.cleared else ():
        say(line, sys.stderr)
    return entry


def _doubts(entry) -> list[str]:
    """What speaks against showing an entry to everyone."""
    from cqi.journal import hints
    from cqi.journal.counting import counts_children
    from cqi.journal.heard import values_of
    from cqi.tables.said import known_words

    words = "\n".join((entry.text, entry.answer, entry.role, entry.owner, *(each for each in values_of(entry.details) if each not in known_words())))
    counted = ["It counts children, so pages for everyone will not show its words."] if counts_children(words) else []
    found = [printable(line) for line in hints(words, names=(entry.county,))]
    return [f"Entry {entry.number} is cleared for everyone. {line}" for line in (*counted, *found)]


def _day(words: str) -> date | None:
    try:
        return date.fromisoformat(words) if words else None
    except ValueError:
        raise CqiError("--due is a day, such as 2026-12-31.") from None
