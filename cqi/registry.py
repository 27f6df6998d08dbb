"""Measure definitions: what is counted, for whom, why it matters, and where the rule comes from. One TOML file each."""

from __future__ import annotations

import os
import tomllib
from dataclasses import dataclass, field
from datetime import date
from functools import cache

from cqi.vocabulary import EXIT_REASONS, CqiError, definition_folders, no_such

KINDS = {
    "exits of an entry cohort": "proportion",
    "returns of an exit cohort": "proportion",
    "moves of an entry cohort": "rate",
    "reports closed in time": "proportion",
}
"""How a measure is found and counted, and what comes out; the functions are in `cqi.measures`."""

REQUIRED_TEXT = ("name", "title", "question", "why", "value", "kind", "type", "direction", "unit")
REQUIRED_TABLES = {"words": ("numerator", "denominator", "counted", "among"), "source": ("citation", "reviewer", "reviewed")}


@dataclass(frozen=True)
class Measure:
    """One measure definition, as its file states it."""

    name: str
    title: str
    question: str
    why: str
    value: str
    kind: str
    type: str
    direction: str
    unit: str
    words: dict
    source: dict
    who: dict = field(default_factory=dict)
    what: dict = field(default_factory=dict)
    caveats: tuple[str, ...] = ()
    counter_measures: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()
    evidence: tuple[dict, ...] = ()

    @property
    def per(self) -> int:
        """The multiplier of a rate (moves per 1,000 days); 1 for a proportion."""
        return self.what.get("per", 1)

    @property
    def window_months(self) -> int:
        """Months that an event may take; 0 where the window is not in months."""
        return self.what.get("window_months", 0)


def measure_names() -> list[str]:
    """The names of all measures, outcome measures first, then by name."""
    known = _measures(os.environ.get("CQI_DEFINITIONS", ""))
    return sorted(known, key=lambda name: (known[name].type != "outcome", name))


def measure(name: str) -> Measure:
    """The measure of that name. Raises CqiError with the nearest names."""
    known = _measures(os.environ.get("CQI_DEFINITIONS", ""))
    if name not in known:
        raise no_such("measure", name, sorted(known))
    return known[name]


@cache
def _measures(own: str) -> dict[str, Measure]:
    paths = {}
    for folder in definition_folders("measures"):
        if folder.is_dir():
            paths.update({path.name: path for path in folder.iterdir() if path.name.endswith(".toml")})
    found = [_read(paths[name]) for name in sorted(paths)]
    known = {measure.name: measure for measure in found}
    if len(known) < len(found):
        raise CqiError("Two measure files bear the same name; names must differ: " + ", ".join(sorted(paths)) + ".")
    for measure in found:
        _check_counter_measures(measure, known)
    return known


def _read(path) -> Measure:
    try:
        fields = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CqiError(f"{path.name}: not valid TOML: {error}.") from None
    unknown = [name for name in fields if name not in Measure.__dataclass_fields__]
    if unknown:
        raise no_such("field", unknown[0], Measure.__dataclass_fields__, where=path.name)
    problems = [*_empty(fields), *_wrong(fields)]
    if problems:
        raise CqiError(f"{path.name}: " + "; ".join(problems) + ".")
    lists = {name: tuple(fields[name]) for name in ("caveats", "counter_measures", "choices", "evidence") if name in fields}
    return Measure(**{**fields, **lists})


def _empty(fields: dict) -> list[str]:
    """What a definition must state and does not: empty is an error, a reviewer included."""
    missing = [name for name in REQUIRED_TEXT if not str(fields.get(name, "")).strip()]
    for table, names in REQUIRED_TABLES.items():
        missing += [f"{table}.{name}" for name in names if not str(fields.get(table, {}).get(name, "")).strip()]
    return [f"{name} is empty and must be stated" for name in missing]


def _wrong(fields: dict) -> list[str]:
    allowed = {
        "kind": tuple(KINDS), "type": ("outcome", "compliance"), "direction": ("up", "down", "none"),
    }
    problems = [f"{name} {fields[name]!r} is not one of {', '.join(words)}"
                for name, words in allowed.items() if fields.get(name) and fields[name] not in words]
    strange = set(fields.get("what", {}).get("exits", ())) - set(EXIT_REASONS)
    problems += [f"what.exits {word!r} is not one of {', '.join(EXIT_REASONS)}" for word in sorted(strange)]
    if fields.get("source", {}).get("reviewed") and not isinstance(fields["source"]["reviewed"], date):
        problems.append("source.reviewed is not a date; write it as 2026-11-22, without quotes")
    return problems


def _check_counter_measures(measure: Measure, known: dict[str, Measure]) -> None:
    for name in measure.counter_measures:
        if name not in known:
            raise no_such("counter-measure", name, sorted(known), where=f"{measure.name}.toml")
