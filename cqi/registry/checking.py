"""What is wrong with the text of a measure definition: everything at once, in words."""

from __future__ import annotations

from datetime import date

from cqi.registry.kinds import KINDS, WORDS_OF

ITEMS = {"caveats": str, "counter_measures": str, "choices": str, "evidence": dict, "rules": dict}
STATED = {"evidence": ("citation", "finding", "strength"), "rules": ("page", "sentence", "kept")}
DATA_NEEDED = ("half_years", "report_years")
REQUIRED_TEXT = ("name", "title", "question", "why", "value", "kind", "type", "direction", "unit")
REQUIRED_TABLES = {"words": ("numerator", "denominator", "counted", "among"), "source": ("citation", "reviewer", "reviewed")}


def problems(fields: dict) -> list[str]:
    """What a definition lacks or has wrong, a clause each; empty when nothing is."""
    return _shapeless(fields) or [*_empty(fields), *_wrong(fields), *_unfit(fields)]


def _shapeless(fields: dict) -> list[str]:
    """Texts that are no texts, tables that are no tables, and lists that are no lists of the right things."""
    texts = [f"{name} is not a text; write it in quotes" for name in REQUIRED_TEXT if not isinstance(fields.get(name, ""), str)]
    tables = [f"{name} is not a table; write it under [{name}]" for name in ("who", "what", "words", "source", "data_needed")
              if not isinstance(fields.get(name, {}), dict)]
    lists = [f"{name} is not a list of {'tables' if kind is dict else 'texts'}" for name, kind in ITEMS.items()
             if not (isinstance(given := fields.get(name, []), list) and all(isinstance(item, kind) for item in given))]
    return texts + tables + lists


def _empty(fields: dict) -> list[str]:
    """What a definition must state and does not: empty is an error, a reviewer included."""
    missing = [name for name in REQUIRED_TEXT if not str(fields.get(name, "")).strip()]
    for table, names in REQUIRED_TABLES.items():
        missing += [f"{table}.{name}" for name in names if not str(fields.get(table, {}).get(name, "")).strip()]
    for each, names in STATED.items():
        for number, item in enumerate(fields.get(each, ()), 1):
            missing += [f"{each} {number}, {name}," for name in names if not str(item.get(name, "")).strip()]
    return [f"{name} is empty and must be stated" for name in missing]


def _wrong(fields: dict) -> list[str]:
    allowed = {
        "kind": tuple(KINDS), "type": ("outcome", "compliance"), "direction": ("up", "down", "none"),
    }
    problems = [f"{name} {fields[name]!r} is not one of {', '.join(words)}"
                for name, words in allowed.items() if fields.get(name) and fields[name] not in words]
    if not isinstance(fields.get("in_reviews", True), bool):
        problems.append("in_reviews is not true or false")
    problems += [f"data_needed.{name} is not known; known: {', '.join(DATA_NEEDED)}"
                 for name in fields.get("data_needed", {}) if name not in DATA_NEEDED]
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
        return [f"{name} is not {({int: 'a whole number, 0 or more', bool: 'true or false', list: 'a list', str: 'a text'})[kind]}"]
    if name == "who.age_below" and not 1 <= given <= 18:
        return [f"{name} is not 1 to 18: a child who turns 18 has left care"]
    listed = given if kind is list else [given] if kind is str else []
    return [f"{name} {word!r} is not one of {', '.join(words)}" for word in listed if word not in words]
