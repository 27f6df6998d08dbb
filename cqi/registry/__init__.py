"""Measure definitions: what is counted, for whom, why it matters, and where the rule comes from. One TOML file each."""

from __future__ import annotations

import os
import tomllib
from dataclasses import dataclass, field
from datetime import date
from functools import cache

from cqi.vocabulary import EXIT_REASONS, SETTINGS, CqiError, definition_folders, no_such

ENTRY_COHORT = {"shortest_stay_days": int, "age_below": int, "first_entry_only": bool, "reason_required": bool}
KINDS = {
    "exits of an entry cohort": {
        "who": ENTRY_COHORT, "what": {"exits": list, "window_months": int, "trial_home_visit_days": int},
        "needed": ("exits", "window_months"), "units": ("children",),
    },
    "returns of an exit cohort": {
        "who": {"age_below": int, "first_exit_only": bool}, "what": {"exits": list, "window_months": int},
        "needed": ("exits", "window_months"), "units": ("children",),
    },
    "moves of an entry cohort": {
        "who": ENTRY_COHORT, "what": {"per": int, "not_a_move": list}, "needed": ("per",), "units": (),
    },
    "reports closed in time": {
        "who": {}, "what": {"window_days": int}, "needed": ("window_days",), "units": ("reports",),
    },
}
"""How a measure is found and counted (the functions are in `cqi.measures`): the words that its `who` and `what` may hold,
those that `what` must, and the unit of a proportion; that of a rate is free."""

WORDS_OF = {"exits": EXIT_REASONS, "not_a_move": SETTINGS}
ITEMS = {"caveats": str, "counter_measures": str, "choices": str, "evidence": dict}
EVIDENCE = ("citation", "finding", "strength")
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
    known = {measure.name: measure for measure in (_read(paths[name]) for name in sorted(paths))}
    for measure in known.values():
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
    problems = _shapeless(fields) or [*_empty(fields), *_wrong(fields), *_unfit(fields)]
    if not problems and path.name != f"{fields['name']}.toml":
        problems = [f"its name is {fields['name']!r}; a file bears the name of its measure"]
    if problems:
        raise CqiError(f"{path.name}: " + "; ".join(problems) + ".")
    lists = {name: tuple(fields[name]) for name in ("caveats", "counter_measures", "choices", "evidence") if name in fields}
    return Measure(**{**fields, **lists})


def _shapeless(fields: dict) -> list[str]:
    """Texts that are no texts, tables that are no tables, and lists that are no lists of the right things."""
    texts = [f"{name} is not a text; write it in quotes" for name in REQUIRED_TEXT if not isinstance(fields.get(name, ""), str)]
    tables = [f"{name} is not a table; write it under [{name}]" for name in ("who", "what", "words", "source")
              if not isinstance(fields.get(name, {}), dict)]
    lists = [f"{name} is not a list of {'tables' if kind is dict else 'texts'}" for name, kind in ITEMS.items()
             if not (isinstance(given := fields.get(name, []), list) and all(isinstance(item, kind) for item in given))]
    return texts + tables + lists


def _empty(fields: dict) -> list[str]:
    """What a definition must state and does not: empty is an error, a reviewer included."""
    missing = [name for name in REQUIRED_TEXT if not str(fields.get(name, "")).strip()]
    for table, names in REQUIRED_TABLES.items():
        missing += [f"{table}.{name}" for name in names if not str(fields.get(table, {}).get(name, "")).strip()]
    for number, item in enumerate(fields.get("evidence", ()), 1):
        missing += [f"evidence {number}, {name}," for name in EVIDENCE if not str(item.get(name, "")).strip()]
    return [f"{name} is empty and must be stated" for name in missing]


def _wrong(fields: dict) -> list[str]:
    allowed = {
        "kind": tuple(KINDS), "type": ("outcome", "compliance"), "direction": ("up", "down", "none"),
    }
    problems = [f"{name} {fields[name]!r} is not one of {', '.join(words)}"
                for name, words in allowed.items() if fields.get(name) and fields[name] not in words]
    if fields.get("source", {}).get("reviewed") and not isinstance(fields["source"]["reviewed"], date):
        problems.append("source.reviewed is not a date; write it as 2026-11-22, without quotes")
    return problems


def _unfit(fields: dict) -> list[str]:
    """What does not fit the measure's kind in `who` and `what`: unknown words, wrong types, what is needed and not there."""
    kind = KINDS.get(fields.get("kind"))
    if kind is None:
        return []
    what = fields.get("what", {})
    problems = [f"what.{name} is needed for this kind" for name in kind["needed"] if not what.get(name)]
    if kind["units"] and fields.get("unit") not in kind["units"]:
        problems.append(f"unit is not {' or '.join(kind['units'])}, which is what this kind counts")
    for table in ("who", "what"):
        for name, given in fields.get(table, {}).items():
            problems += _unfit_value(f"{table}.{name}", given, kind[table].get(name), WORDS_OF.get(name, ()), kind[table])
    return problems


def _unfit_value(name: str, given: object, kind: type | None, words: tuple[str, ...], known: dict) -> list[str]:
    if kind is None:
        return [f"{name} is not known for this kind; known: {', '.join(known) or 'none'}"]
    if type(given) is not kind or (kind is int and given < 0):
        return [f"{name} is not {({int: 'a whole number, 0 or more', bool: 'true or false', list: 'a list'})[kind]}"]
    if name == "who.age_below" and not 1 <= given <= 18:
        return [f"{name} is not 1 to 18: a child who turns 18 has left care"]
    return [f"{name} {word!r} is not one of {', '.join(words)}" for word in given if word not in words] if kind is list else []


def _check_counter_measures(measure: Measure, known: dict[str, Measure]) -> None:
    for name in measure.counter_measures:
        if name not in known:
            raise no_such("counter-measure", name, sorted(known), where=f"{measure.name}.toml")
