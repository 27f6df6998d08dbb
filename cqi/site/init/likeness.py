"""How alike names are: columns of other systems and our fields, codes of other systems and our words."""

from __future__ import annotations

import difflib
import re
import tomllib
from functools import cache
from pathlib import Path

LIKENESS = Path(__file__).parents[2] / "definitions" / "likeness.toml"
ALIKE = 0.75
"""How alike a column's name and a field's must be for a proposal, from 0 to 1."""
SAME = 0.86
"""How alike a code and a word must be: a code that is misread miscounts children."""
PER_WORD = 0.1
"""How much less alike a name is for each word that it has beside the field's."""


@cache
def told() -> dict:
    """What `definitions/likeness.toml` says."""
    return tomllib.loads(LIKENESS.read_text(encoding="utf-8"))


@cache
def name_words(name: str) -> tuple[str, ...]:
    """The words of a column's name, short forms written out: `REMOVAL_DT` and `removalDate` are removal, date."""
    parted = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name)
    words = re.findall(r"[^\W_]+", parted.casefold())
    return tuple(part for word in words for part in told()["short"].get(word, word).split())


def field_likeness(name: str, table: str, field: str) -> float:
    """How alike a column's name and a field of a table are, from 0 to 1 for the same words."""
    phrases = [*told().get(table, {}).get(field, ()), field.replace("_", " ")]
    return max(_likeness(name_words(name), tuple(phrase.split())) for phrase in phrases)


def _likeness(held: tuple[str, ...], wanted: tuple[str, ...]) -> float:
    if set(held) == set(wanted):
        return 1.0
    if (set(held) - set(wanted)) & set(told()["others"]):
        return 0.0
    if set(wanted) < set(held) and len(wanted) > 1:  # one word alone, such as id, stands in names of many things
        return 0.9 - PER_WORD * len(set(held) - set(wanted))
    letters = difflib.SequenceMatcher(None, " ".join(sorted(held)), " ".join(sorted(wanted))).ratio()
    return 0.9 * letters if letters > 0.85 else 0.0


def word_for(code: str, codes: str, words: tuple[str, ...]) -> str | None:
    """The word of the code list `codes` that a code means, '' where it says that there is none; None where nobody could say.

    A number is never guessed: systems give the same numbers other meanings. Nor is a code that says that something did not happen.
    """
    spoken = " ".join(re.findall(r"[^\W_]+", code.casefold()))
    phrases = {" ".join(re.findall(r"[^\W_]+", each)): word for word in words for each in (word, *told()["codes"][codes].get(word, ()))}
    if spoken in phrases:
        return phrases[spoken]
    if set(spoken.split()) & set(told()["unlike"]):
        return None
    near = difflib.get_close_matches(spoken, phrases, n=1, cutoff=SAME) if re.search(r"[^\W\d_]{4}", spoken) else []
    return phrases[near[0]] if near else None
