"""A goal as people set it: in their own words, and as an outcome of a county's children by a day; what goes in and what is done stand apart."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from math import isfinite

from cqi.goals import KINDS
from cqi.journal.entry import Entry
from cqi.journal.heard import Planned
from cqi.vocabulary import WHOLE, CqiError

SAID = ("words", "measure", "county", "cohort", "target", "by", "kind", "margin")
"""Fields that a person's own words must still say the same as: where one changes, they are asked anew."""


@dataclass(frozen=True, kw_only=True)
class Goal:
    """A goal for one county (empty: all counties) and cohort.

    `words`: the person's or group's own; `role` and `name`: whose they are. `agreed`: they said that the rest still says the same. `target`: a
    share from 0 to 1, or a rate in the measure's unit; of a goal to `maintain` the level to hold, and `margin` the drop that would matter.
    `counter_measures`: what must not suffer. `inputs` are resources, `activities` what is done: neither is the goal. `reason`: why this version.
    """

    words: str
    measure: str
    county: str
    cohort: str
    target: float
    by: date | None = None
    kind: str = "improve"
    margin: float | None = None
    counter_measures: tuple[str, ...] = ()
    inputs: tuple[str, ...] = ()
    activities: tuple[str, ...] = ()
    agreed: bool = False
    role: str = ""
    name: str = ""
    owner: str = ""
    reason: str = ""

    @property
    def place(self) -> str:
        """The county, or All counties."""
        return self.county or WHOLE

    def entry(self) -> Entry:
        """The goal as the journal keeps it."""
        details = {"kind": self.kind, "target": self.target, "margin": self.margin, "counter_measures": list(self.counter_measures),
                   "inputs": list(self.inputs), "activities": list(self.activities), "agreed": self.agreed, "reason": self.reason}
        return Entry(kind="goal", text=self.words, role=self.role, name=self.name, county=self.county, cohort=self.cohort, measure=self.measure,
                     owner=self.owner, due=self.by, details=details)


def goal_of(entry: Entry | Planned) -> Goal:
    """The goal that an entry keeps. Raises CqiError, without what was written, for an entry that keeps none, or not in these fields."""
    if entry.kind != "goal":
        raise CqiError(f"Entry {entry.number} is no goal; its kind is {entry.kind!r}.")
    details = entry.details
    lists = {name: details.get(name, []) for name in ("counter_measures", "inputs", "activities")}
    numbers = {name: details.get(name) for name in ("target", "margin")}
    if not (_is_number(numbers["target"]) and (numbers["margin"] is None or _is_number(numbers["margin"])) and details.get("kind") in KINDS
            and all(isinstance(words, list) and all(isinstance(each, str) for each in words) for words in lists.values())):
        raise CqiError(f"Entry {entry.number} does not hold a goal's fields: a target, a kind ({' or '.join(KINDS)}), a margin and lists of words.")
    due = date.fromisoformat(entry.due) if isinstance(entry.due, str) and entry.due else entry.due or None
    return Goal(words=entry.text, measure=entry.measure, county="" if entry.county == WHOLE else entry.county, cohort=entry.cohort, by=due,
                kind=details["kind"], agreed=details.get("agreed") is True, role=entry.role, name=entry.name, owner=entry.owner,
                reason=str(details.get("reason", "")), **numbers, **{name: tuple(words) for name, words in lists.items()})


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and isfinite(value)


def revised(journal, number: int, goal: Goal, *, reason: str, agreed: bool = False) -> Entry:
    """Keeps the goal as a new version of entry `number`, with the reason, and returns the entry; the versions before stay.

    Where anything that the own words must say has changed, they are agreed only if `agreed` says so anew; and it is for the agency's staff only
    until it is cleared again. Raises CqiError without a reason, for an entry that is no goal, and as `Journal.revise` does.
    """
    if not reason.strip():
        raise CqiError("Say why the goal changes: the reason stays with it.")
    before = goal_of(journal.history(number)[-1])
    same = all(getattr(goal, name) == getattr(before, name) for name in SAID)
    entry = replace(goal, reason=reason, agreed=agreed or (same and before.agreed)).entry()
    fields = ("text", "role", "name", "county", "cohort", "measure", "owner", "due", "details")
    return journal.revise(number, cleared=False, **{name: getattr(entry, name) for name in fields})
