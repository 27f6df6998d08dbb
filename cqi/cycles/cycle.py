"""One improvement cycle, and the entry of the journal that holds it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Protocol

from cqi.journal.entry import Entry

ACTS = ("adopt", "adapt", "abandon")
"""What a team decides when it has studied: keep the change, change it and try again, or stop."""
OPEN = ("open", "under way")
"""Statuses of the journal in which a cycle goes on."""
THEORY = ("observe", "because", "so", "result")
"""The four parts of the theory, as the sentence has them: I observe ... because ... so I plan to ... which will result in ..."""


@dataclass(frozen=True)
class Check:
    """A day on which the team looks, at what, and what it found; `found` is empty until it has looked."""

    day: date
    look_at: str
    found: str = ""


@dataclass(frozen=True, kw_only=True)
class Cycle:
    """One cycle: plan, do, study, act.

    The theory's four parts complete the sentence "I observe ... because ... so I plan to ... which will result in ...". `roles`: who does
    it, never a person's name. `prediction`: a proportion from 0 to 1, or a rate in the measure's own unit, to be reached `by` a day: of
    the children of the `cohort` (`series` empty), or on average over the months after the start (`series`: exits, three months or
    entries, as in the charts by month). `measure` and `counter_measure` are names of measures. An empty county stands for all counties.

    Do, study, act come later: `done` says what was done, `as_planned` whether that was the plan, `study` what was learnt, `act` one of
    ACTS with the `reason`; `next` is the number of the cycle that goes on from here. `number` is the journal's, 0 before it is kept;
    `words_withheld` says why a reader may not see what people typed.
    """

    problem: str = ""
    observe: str = ""
    because: str = ""
    so: str = ""
    result: str = ""
    change: str = ""
    roles: tuple[str, ...] = ()
    start: date | None = None
    prediction: float | None = None
    by: date | None = None
    measure: str = "permanency_in_12_months"
    series: str = ""
    counter_measure: str = ""
    county: str = ""
    cohort: str = ""
    checks: tuple[Check, ...] = ()
    done: str = ""
    as_planned: bool | None = None
    study: str = ""
    act: str = ""
    reason: str = ""
    next: int = 0
    status: str = "open"
    cleared: bool = False
    number: int = 0
    words_withheld: str = ""

    @property
    def is_open(self) -> bool:
        """Whether the team has not yet decided."""
        return self.status in OPEN and not self.act

    def due(self, day: date) -> tuple[Check, ...]:
        """The checks whose day has come by `day`, and that say nothing yet."""
        return tuple(check for check in self.checks if check.day <= day and not check.found.strip())


class Kept(Protocol):
    """What holds a cycle: an entry of the journal, or the same as a page may show it."""

    text: str
    county: str
    cohort: str
    measure: str
    status: str
    number: int
    details: dict


_ENTRY = ("county", "cohort", "measure", "status", "cleared", "number")
"""Fields that an entry has too."""
_TEXTS = (*THEORY, "change", "series", "counter_measure", "done", "study", "act", "reason")


def entry_of(cycle: Cycle) -> Entry:
    """The cycle as an entry of the journal; its problem is the entry's text, the prediction's day its `due`."""
    details = {name: getattr(cycle, name) for name in (*_TEXTS, "prediction", "as_planned", "next")}
    details |= {name: _written(getattr(cycle, name)) for name in ("start", "by")} | {"roles": list(cycle.roles)}
    details["checks"] = [{"day": _written(each.day), "look_at": each.look_at, "found": each.found} for each in cycle.checks]
    given = {name: getattr(cycle, name) for name in _ENTRY if name != "number"}
    return Entry(kind="cycle", text=cycle.problem, due=cycle.by, details=details, **given)


def cycle_of(entry: Kept) -> Cycle:
    """The cycle that an entry holds, as far as it can be read: what is missing or of another form in its details is left out."""
    own = entry.details if isinstance(entry.details, dict) else {}
    texts = {name: own[name] for name in _TEXTS if isinstance(own.get(name), str)}
    given = {name: getattr(entry, name) for name in _ENTRY if hasattr(entry, name)}
    return Cycle(**texts, **given, problem=entry.text, start=_day(own.get("start")), by=_day(own.get("by")),
                 prediction=_number(own.get("prediction")),
                 roles=tuple(each for each in _list(own.get("roles")) if isinstance(each, str)), checks=tuple(_checks(own.get("checks"))),
                 as_planned=own.get("as_planned") if isinstance(own.get("as_planned"), bool) else None,
                 next=own["next"] if isinstance(own.get("next"), int) else 0, words_withheld=getattr(entry, "withheld", ""))


def _checks(found: object):
    for each in _list(found):
        if isinstance(each, dict) and (day := _day(each.get("day"))):
            yield Check(day, *(each[name] if isinstance(each.get(name), str) else "" for name in ("look_at", "found")))


def _list(found: object) -> list:
    return found if isinstance(found, list) else []


def _number(found: object) -> float | None:
    return float(found) if isinstance(found, (int, float)) and not isinstance(found, bool) else None


def _day(found: object) -> date | None:
    try:
        return date.fromisoformat(found) if isinstance(found, str) else None
    except ValueError:
        return None


def _written(day: object) -> object:
    return day.isoformat() if isinstance(day, date) else day
