"""Cycles kept in a journal: begun, recorded, read. Every change is a new version; none is lost."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from cqi.cycles.checking import checked
from cqi.cycles.cycle import Check, Cycle, cycle_of, entry_of
from cqi.vocabulary import CqiError

if TYPE_CHECKING:
    from cqi.journal import Journal

RECORDED = ("done", "as_planned", "study", "act", "reason", "next")


def begin(journal: Journal | str | Path, cycle: Cycle) -> Cycle:
    """Keeps a new cycle, and returns it with its number. Raises CqiError with all that `checked` finds, and as the journal does."""
    _refuse(cycle)
    return cycle_of(_opened(journal).add(entry_of(cycle)))


def record(journal: Journal | str | Path, number: int, *, check: date | None = None, found: str = "", **learnt: object) -> Cycle:
    """Keeps a new version of the cycle, and returns it: what a check `found` on its day, and any of `done`, `as_planned`, `study`, `act`,
    `reason` and `next`. With an `act` the cycle is done. New words have to be cleared anew before people outside the agency read the cycle.

    Raises CqiError for an entry that is no cycle, a day on which no check is planned, another field, and all that `checked` finds.
    """
    if other := sorted(set(learnt) - set(RECORDED)):
        raise CqiError(f"A cycle's {other[0]} is not recorded afterwards; record one of: {', '.join(RECORDED)}, or a check with what was "
                       "found.")
    journal = _opened(journal)
    cycle = replace(_cycle(journal, number), **learnt)
    cycle = cycle if check is None else replace(cycle, checks=_found(cycle.checks, check, found))
    cycle = replace(cycle, status="done" if cycle.act else "under way")
    _refuse(cycle)
    kept = entry_of(cycle)
    return cycle_of(journal.revise(number, details=kept.details, status=kept.status, cleared=False))


def cycles(journal: Journal | str | Path) -> list[Cycle]:
    """All cycles of the journal in order of number, each in its newest version."""
    return [cycle_of(each) for each in _opened(journal).entries(kinds=("cycle",))]


def _opened(journal: Journal | str | Path) -> Journal:
    if not isinstance(journal, (str, Path)):
        return journal
    from cqi.journal import Journal

    return Journal.opened(journal)


def _cycle(journal: Journal, number: int) -> Cycle:
    newest = journal.history(number)[-1]
    if newest.kind != "cycle":
        raise CqiError(f"Entry {number} of the journal is a {newest.kind}, and no cycle.")
    return cycle_of(newest)


def _found(checks: tuple[Check, ...], day: date, found: str) -> tuple[Check, ...]:
    if day not in {each.day for each in checks}:
        planned = ", ".join(str(each.day) for each in checks) or "none"
        raise CqiError(f"No check of this cycle is planned for {day}; planned are: {planned}.")
    if not found.strip():
        raise CqiError(f"What was found at the check of {day}? Say it in a sentence.")
    return tuple(replace(each, found=found) if each.day == day else each for each in checks)


def _refuse(cycle: Cycle) -> None:
    if problems := checked(cycle):
        raise CqiError("The cycle is not ready: " + " ".join(problems))
