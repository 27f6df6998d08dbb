"""The last look at a page before it is written: no id of a child, a stay or a worker of the file stands on it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cqi.vocabulary import CqiError

if TYPE_CHECKING:
    from cqi.sources import Extract

SHOWN = "The page shows an id of a child, a stay or a worker, so it is not made; a page shows counts only."
_IDS = {"episodes": ("child_id", "episode_id"), "reports": ("child_id",), "referrals": ("child_id",), "staff": ("staff_id",)}
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}\b")


def identifiers(extract: Extract) -> frozenset[str]:
    """The ids of an extract that no number or word of a page can be taken for: six characters and a digit at least, seven if all digits."""
    columns = [getattr(extract, table)[column] for table, columns in _IDS.items() for column in columns]
    return frozenset(filter(_telling, set().union(*(column.unique() for column in columns))))


def refuse_identifiers(text: str, ids: frozenset[str]) -> None:
    """Raises CqiError, without the id, where one of them stands in the text as a word of its own."""
    if holds_identifier(text, ids):
        raise CqiError(SHOWN)


def holds_identifier(text: str, ids: frozenset[str]) -> bool:
    """Whether one of the ids stands in the text as a word of its own."""
    text = _COLOUR.sub(" ", text)
    words = {*re.findall(r"[\w-]{6,}", text), *re.findall(r"\w{6,}", text)}
    return not ids.isdisjoint(words)


def _telling(word: object) -> bool:
    return isinstance(word, str) and len(word) >= 6 + word.isdigit() and any(map(str.isdigit, word))
