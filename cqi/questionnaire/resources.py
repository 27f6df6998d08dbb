"""The resource library: what others have written about a theme. Ours, and that of a team's own, who list it in `resources.csv` beside their data."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, fields
from importlib.resources import files
from pathlib import Path
from urllib.parse import urlsplit

from cqi.questionnaire import CONSENSUS, questionnaire, questionnaire_names
from cqi.vocabulary import STEERING, CqiError, no_such

FILE = "resources.csv"
LONGEST = 300


@dataclass(frozen=True)
class Resource:
    """One resource: for whom, about what (an area of a questionnaire), where, and by whom it was published."""

    title: str
    audience: str
    theme: str
    link: str
    source: str


COLUMNS = tuple(each.name for each in fields(Resource))


def themes() -> dict[str, str]:
    """The themes: the areas of the questionnaires, first those of teams that rate together; name -> title."""
    known = sorted((questionnaire(name) for name in questionnaire_names()), key=lambda each: (each.kind != CONSENSUS, each.name))
    return {area.name: area.title for each in known for area in each.areas}


def resources(data: Path | str | None = None) -> tuple[Resource, ...]:
    """All resources in the order of the themes, then of their titles: ours, and those of `resources.csv` in the data folder, if it is there.

    Raises CqiError, all problems at once, for a file that is not right: a link is a whole https address, everything else is plain text.
    """
    found = _read(FILE, (files("cqi") / "definitions" / FILE).read_text(encoding="utf-8"))
    own = Path(data) / FILE if data else None
    if own and own.is_file():
        try:
            found += _read(str(own), own.read_text(encoding="utf-8-sig"))
        except UnicodeDecodeError:
            raise CqiError(f"{own}: it is not written as UTF-8; save it again as “CSV UTF-8”.") from None
    order = list(themes())
    return tuple(sorted(dict.fromkeys(found), key=lambda each: (order.index(each.theme), each.title)))


def _read(name: str, text: str) -> list[Resource]:
    table = csv.DictReader(io.StringIO(text))
    if missing := [column for column in COLUMNS if column not in (table.fieldnames or ())]:
        raise CqiError(f"{name}: columns missing: {', '.join(missing)}; a resource has {', '.join(COLUMNS)}.")
    rows = [(number, Resource(*((row[column] or "").strip() for column in COLUMNS))) for number, row in enumerate(table, 2)]
    wrong = [f"{name}: row {number}, {problem}" for number, row in rows for problem in _problems(row)]
    if wrong:
        raise CqiError("\n".join(wrong))
    return [row for _, row in rows]


def _problems(row: Resource) -> list[str]:
    found = [f"column {column}: write plain text of 1 to {LONGEST} letters." for column in COLUMNS
             if not getattr(row, column) or len(getattr(row, column)) > LONGEST or STEERING.search(getattr(row, column))]
    if row.theme and row.theme not in themes():
        found.append(f"column theme: {no_such('theme', row.theme, themes())}")
    return found + ([] if _is_link(row.link) else ["column link: give a whole address that begins with https://, without user name or spaces."])


def _is_link(words: str) -> bool:
    try:
        parts = urlsplit(words)
        return parts.scheme == "https" and bool(parts.hostname) and "." in parts.hostname and "@" not in parts.netloc \
            and parts.port is None and words.isascii() and not set(words) & set(" \"'<>\\^`{|}")
    except ValueError:
        return False
