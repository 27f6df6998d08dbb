"""The codes of an extract as our words: each code with the rows that have it, and the word that it seems to mean."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from cqi.site.init.fitting import Fit
from cqi.site.init.likeness import word_for
from cqi.vocabulary import DISPOSITIONS, EXIT_REASONS, SETTINGS, CqiError, nearest

LISTS = {"exit reasons": ("", *EXIT_REASONS), "settings": SETTINGS, "dispositions": DISPOSITIONS, "yes or no": ("yes", "no")}
"""Code list -> the words that a code of it may mean; '' is a stay that has not ended."""
OF = {"exit_reason": "exit reasons", "setting": "settings", "current_setting": "settings", "disposition": "dispositions",
      "entry_known": "yes or no",
      "unborn": "yes or no"}
"""Field -> its code list."""
FEWEST = 5
"""Of a code that fewer rows have it is only said that they are few."""


@dataclass(frozen=True)
class Code:
    """One code of a field: the rows that have it, and its word; None where it is not known yet."""

    field: str
    code: str
    rows: int
    word: str | None

    @property
    def counted(self) -> str:
        """The rows in words."""
        return f"{self.rows:,} rows" if self.rows >= FEWEST else "few rows"


def codes(fit: Fit, given: dict[str, str]) -> list[Code]:
    """The codes of all coded fields of a table, the most frequent first. `given`: code as it was said (case does not count) -> word."""
    said = {code.casefold(): word for code, word in given.items()}
    found = []
    for name, column in fit.columns.items():
        if name in OF:
            words = LISTS[OF[name]]
            for code, rows in _counted(fit.sheet.rows[column]).items():
                word = said.get(code.casefold())
                found.append(Code(name, code, rows, word if word in words else word_for(code, OF[name], words)))
    return found


def _counted(values: pd.Series) -> dict[str, int]:
    counts = values[values != ""].value_counts()
    return {str(code): int(rows) for code, rows in sorted(counts.items(), key=lambda one: (-one[1], one[0]))}


def checked_words(given: dict[str, str], found: list[Code]) -> None:
    """Raises CqiError for a code that is not in the extract, or a word that its field does not have."""
    for code, word in given.items():
        fields = [each.field for each in found if each.code.casefold() == code.casefold()]
        if not fields:
            raise CqiError(f"--code {code!r}: no coded column holds it. Codes there: {', '.join(repr(each.code) for each in found[:12])}.")
        if not any(word in LISTS[OF[name]] for name in fields):
            words = LISTS[OF[fields[0]]]
            near = nearest(word, words, most=1)
            hint = f" Did you mean {near[0]!r}?" if near else ""
            raise CqiError(f"--code {code!r}: {word!r} is no word for {fields[0]}.{hint} Words: "
                           f"{', '.join(each or '(nothing: still in care)' for each in words)}.")
