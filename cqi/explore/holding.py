"""The values that a group holds, and which measures say something about each: from the registry's own words, and from what the group
adds."""

from __future__ import annotations

import re
from dataclasses import dataclass

from cqi.registry import Measure, measure, measure_names, reviewed_names
from cqi.vocabulary import CqiError, printable
from cqi.wording.values import standing

LONGEST, MOST = 120, 30
"""Characters of a value, and values of a group."""
ALIKE = 2
"""Words that a measure's text must share with a value to be suggested for it."""
EMPTY_WORDS = frozenset("""a all an and are as at be by care child children children's come count day every family families for from get has have how in into is it its keep kept many
measure month months more not of on or our own people safe safely stay that the their them they this those to was were what when where which who will with within year""".split())


@dataclass(frozen=True)
class Value:
    """A value in the group's words; `measures` are the names of those that the group says speak of it, `ours` marks one that it added."""

    words: str
    measures: tuple[str, ...] = ()
    ours: bool = False


def stated(reviewed: list[str]) -> list[Value]:
    """The values that the registry's measures reflect, each once, those with most of the reviewed measures first."""
    found: dict[str, list[str]] = {}
    for name in measure_names():
        found.setdefault(measure(name).value, []).extend([name] if name in reviewed else [])
    return sorted((Value(words, tuple(names)) for words, names in found.items()), key=lambda each: (-len(each.measures), each.words))


def reviewed_of(titles: dict[str, str]) -> list[str]:
    """The measures that the reviews of a run show, in the registry's order."""
    return [name for name in reviewed_names() if name in titles]


def own_value(words: str, measures: tuple[str, ...], there: list[Value]) -> Value:
    """A value that the group adds. Raises CqiError for one without words, too long, there already, or one too many."""
    words = " ".join(printable(words).split())
    if not words:
        raise CqiError("Write the value in your own words first, such as: brothers and sisters grow up together.")
    if len(words) > LONGEST:
        raise CqiError(f"The value has {len(words)} characters and may have {LONGEST}; say it in one short line.")
    if any(each.words.casefold() == words.casefold() for each in there):
        raise CqiError("That value stands there already.")
    if len(there) >= MOST:
        raise CqiError(f"A map of more than {MOST} values can't be read; take one away first.")
    return Value(words, measures, ours=True)


def measures_of(value: Value) -> list[Measure]:
    """The measures that speak of a value."""
    return [measure(name) for name in value.measures]


def suggested(value: Value, reviewed: list[str]) -> tuple[list[str], bool]:
    """Titles of measures that a value without an outcome measure could get, at most three, and whether they are defined but not reviewed:
    those of
    the same value, else those whose own words share most with it. None where none does."""
    if standing(measures_of(value)) == "outcome":
        return [], False
    others = [measure(name) for name in measure_names() if name not in value.measures and measure(name).type == "outcome"]
    same = [each.title for each in others if each.value == value.words and each.name not in reviewed]
    if same:
        return same[:3], True
    alike = sorted(((-len(_words(value.words) & _words(f"{each.title} {each.value} {each.question} {each.why}")),
        each.title) for each in others if each.name in reviewed))
    return [title for shared, title in alike if -shared >= min(ALIKE, len(_words(value.words)) or 1)][:3], False


def _words(text: str) -> set[str]:
    """The words that carry a meaning, without their endings."""
    return {re.sub(r"(ing|ed|s)$", "", word) for word in re.findall(r"[^\W\d_]+",
        text.casefold()) if word not in EMPTY_WORDS and len(word) > 2}


def kept(values: list[Value]) -> dict:
    """The values as the journal keeps them."""
    return {"values": [{"words": each.words, "measures": list(each.measures), "ours": each.ours} for each in values]}


def read_again(details: dict, reviewed: list[str]) -> list[Value]:
    """The values that an entry of the journal holds; a measure that is gone, and anything that is no value, is left out."""
    found = []
    for each in details.get("values", []) if isinstance(details.get("values"), list) else []:
        words, names = (each.get("words"), each.get("measures")) if isinstance(each, dict) else (None, None)
        if isinstance(words, str) and words.strip() and isinstance(names, list):
            found.append(Value(" ".join(printable(words).split())[:LONGEST], tuple(name for name in names if name in reviewed),
                each.get("ours") is True))
    return found[:MOST]
