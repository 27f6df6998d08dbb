"""What is wrong with the text of a questionnaire: everything at once, in words."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date

KINDS = ("anonymous", "consensus")
TEXTS = ("name", "title", "kind", "why")
LISTS = {"instructions": str, "scale": str, "caveats": str, "areas": dict, "items": dict}
SOURCE = ("citation", "reviewer", "reviewed")
FIELDS = {
    "area": {"name": str, "title": str, "high": str, "needed": int, "ours": bool, "source": str},
    "item": {"name": str, "area": str, "text": str, "reversed": bool, "goal": str},
}
OPTIONAL = ("ours", "source", "reversed", "goal")
MOST_ANSWERS = 11
_NAME = re.compile(r"[a-z][a-z0-9_]*")
_IS = {str: "text", int: "a whole number", bool: "true or false"}


def problems(fields: dict) -> list[str]:
    """What a questionnaire lacks or has wrong, a clause each; empty when nothing is."""
    return _shapeless(fields) or [*_empty(fields), *_parts(fields)] or _unfit(fields)


def _shapeless(fields: dict) -> list[str]:
    known = (*TEXTS, *LISTS, "lowest", "source")
    found = [f"{name} is not a field of a questionnaire; known: {', '.join(known)}" for name in fields if name not in known]
    found += [f"{name} is not a text; write it in quotes" for name in TEXTS if not isinstance(fields.get(name, ""), str)]
    found += [f"{name} is not a list of {'tables' if kind is dict else 'texts'}" for name, kind in LISTS.items()
              if not (isinstance(given := fields.get(name, []), list) and all(isinstance(each, kind) for each in given))]
    return found + ([] if isinstance(fields.get("source", {}), dict) else ["source is not a table; write it under [source]"])


def _empty(fields: dict) -> list[str]:
    """What must be stated and is not: a reviewer included."""
    missing = [name for name in (*TEXTS, "instructions", "scale", "areas", "items") if not fields.get(name)]
    missing += [f"source.{name}" for name in SOURCE if not str(fields.get("source", {}).get(name, "")).strip()]
    found = [f"{name} is empty and must be stated" for name in missing]
    if fields.get("kind") and fields["kind"] not in KINDS:
        found.append(f"kind {fields['kind']!r} is not one of {', '.join(KINDS)}")
    if type(fields.get("lowest")) is not int or fields["lowest"] not in (0, 1):
        found.append("lowest, the number of the lowest answer, is not 0 or 1")
    if fields.get("scale") and not 2 <= len(fields["scale"]) <= MOST_ANSWERS:
        found.append(f"scale has {len(fields['scale'])} answers; give 2 to {MOST_ANSWERS}")
    if fields.get("scale") and not (fields["scale"][0].strip() and fields["scale"][-1].strip()):
        found.append("the first and the last answer of scale need words")
    if fields.get("source", {}).get("reviewed") and not isinstance(fields["source"]["reviewed"], date):
        found.append("source.reviewed is not a date; write it as 2026-11-22, without quotes")
    return found


def _parts(fields: dict) -> list[str]:
    return [problem for kind in FIELDS for number, part in enumerate(fields.get(f"{kind}s", ()), 1) for problem in _part(kind, number, part)]


def _part(kind: str, number: int, part: dict) -> list[str]:
    """What is wrong with one area or item by itself."""
    known = FIELDS[kind]
    found = [f"{kind} {number}: {name} is not known; known: {', '.join(known)}" for name in part if name not in known]
    found += [f"{kind} {number}: {name} is not {_IS[of]}" for name, of in known.items() if name in part and type(part[name]) is not of]
    found += [f"{kind} {number}: {name} is empty and must be stated" for name in known
              if name not in OPTIONAL and not str(part.get(name, "")).strip()]
    if isinstance(part.get("name"), str) and part["name"] and not _NAME.fullmatch(part["name"]):
        found.append(f"{kind} {number}: name {part['name']!r} is not made of small letters, digits and _")
    return found


def _unfit(fields: dict) -> list[str]:
    """What does not fit together."""
    areas, items = [area["name"] for area in fields["areas"]], fields["items"]
    found = [f"{kind} {name!r} is there twice" for kind, names in (("area", areas), ("item", [item["name"] for item in items]))
             for name, times in Counter(names).items() if times > 1]
    found += [f"item {item['name']!r}: no area {item['area']!r}; areas: {', '.join(areas)}" for item in items if item["area"] not in areas]
    for area in fields["areas"]:
        of_it = sum(item["area"] == area["name"] for item in items)
        if not 1 <= area["needed"] <= of_it:
            found.append(f"area {area['name']!r}: needed is {area['needed']}, and it has {of_it} items")
    if fields["kind"] == "consensus":
        found += [f"item {item['name']!r}: goal is empty; say what a team could do where this does not hold yet"
                  for item in items if not item.get("goal", "").strip()]
        found += [f"item {item['name']!r} is reversed; a team that rates together needs statements that all point one way"
                  for item in items if item.get("reversed")]
    return found
