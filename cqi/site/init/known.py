"""Whether an extract is of a kind that cqi knows as it stands, and what of it can be used."""

from __future__ import annotations

from pathlib import Path

from cqi.sources import Extract, load, source_names
from cqi.vocabulary import CqiError
from cqi.wording.numbers import plural

MOST_SET_ASIDE = 0.05
"""The share of stays that may be set aside; where it is more, columns or dates are other than they seem."""
MOST_UNKNOWN = 0.05
"""The share of rows whose code may be in no code list; where it is more, the codes are other ones."""


def known_source(place: Path) -> str:
    """The source that reads the extract as it is, sets few stays aside and knows its codes; '' where none does."""
    for name in sorted(source_names(), key=lambda each: (each != "episodes", each)):
        try:
            extract = load(place, name)
            if _set_aside(extract) <= MOST_SET_ASIDE and _unknown(extract) <= MOST_UNKNOWN:
                return name
        except CqiError:  # it is another kind
            continue
    return ""


def read_rows(place: Path, source: str) -> tuple[list[str], bool]:
    """What of the extract can be used, in lines: rows by file, and what to look at where many could not be; and whether it can be read at
    all."""
    try:
        extract = load(place, source)
    except CqiError as error:
        return [f"It cannot be read yet: {error}", f"Correct definitions/sources/{source}.toml, or run cqi init again with --force."], False
    lines = [f"{row.file}: {plural(row.rows_read, 'row')} read, {row.rows_read - row.quarantined:,} of them can be used."
             for row in extract.account.itertuples(index=False)]
    if _set_aside(extract) > MOST_SET_ASIDE:
        lines.append("Many stays were set aside. cqi check says why; a column may be another than it seems, or a row not a whole stay "
                     "(docs/adding_a_source.md).")
    return lines, True


def _set_aside(extract: Extract) -> float:
    stays = extract.account.loc[extract.account["table"] == "episodes"]
    return float(stays["quarantined"].sum() / max(stays["rows_read"].sum(), 1))


def _unknown(extract: Extract) -> float:
    """The largest share of a column's rows that have a code without a word."""
    found = extract.findings.loc[extract.findings["defect"] == "unknown-code"]
    return float((found["count"] / found["among"]).max()) if len(found) else 0.0
