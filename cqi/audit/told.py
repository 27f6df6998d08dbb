"""What a page says beside the tables of its release: no count and no share of what they hide, in a cell or in a sentence."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

import pandas as pd

from cqi.audit.cells import HEADLINE, NEVER
from cqi.audit.definitions import THERE, defined
from cqi.audit.files import Published, period
from cqi.audit.findings import Finding
from cqi.audit.order import MONTHS
from cqi.audit.reading import Page, Shown
from cqi.registry import measure_names
from cqi.vocabulary import PERMANENCY, WHOLE, CqiError

SERIES = {"entered care by month": "entries", "home within 3 months": "three months", "exits to a permanent home by month": "exits"}
"""How the caption of a table by calendar month names its series."""
BY_DAY = ("End of", "Month", "Months in care")
"""Heads of a first column whose rows are days or months of one period, and not periods."""
ROWS = ("County", "Region", "Measure", "Group", "Entered", "Period", "12 months", "End of", "Months in care")
"""Heads of a first column whose rows are counts of the page's county where the caption names none."""
WINDOW = 12
PARTS = (*PERMANENCY, "other exit", "still in care")

_NAME = "|".join(MONTHS)
_SPAN = re.compile(rf"(?:\b({_NAME})(?: (\d{{4}}))? to )?\b({_NAME}) (\d{{4}})")
_TELLS = re.compile(r"[−+-]?\d[\d,]*(?:\.\d+)?%?(?:\s*\(.*|\s+(?:of|in|to|so far)\b.*|\s*,.*)?", re.DOTALL)
_WITHIN = re.compile(r"within (\d+) months", re.IGNORECASE)
_MONTH = re.compile(r"month (\d+)")
_OF = re.compile(r"(?<![\w.,])(\d[\d,]*) of (\d[\d,]*)(?= \(\d| children| reports| who\b)")
_RATES = ("earlier", "nation")
"""Columns of a row that are not of its own count."""

Key = tuple[str, str, tuple, str, int]
"""What a count is of: measure, county, period, part or group, months in care."""


@dataclass(frozen=True)
class Told:
    """What the tables tell by Key: the counts and the numbers of children that they show; `names` are the counties and regions, the longest
    first, `titles` the measures by their titles, the longest first."""

    counted: dict[Key, set[float]]
    among: dict[Key, set[float]]
    names: tuple[str, ...]
    titles: dict[str, str]
    there: frozenset[str]

    def hides(self, key: Key) -> bool:
        """Whether the tables have the count, and none shows it."""
        return key in self.counted and not self.counted[key]

    def period(self, measure: str, span: tuple[date, date]) -> tuple:
        return span[:1] if measure in self.there else span


def what_tables_tell(release: Published) -> Told:
    """What the tables of a release show and hide."""
    known = defined(measure_names())
    there = frozenset(name for name, each in known.items() if each.kind == THERE)
    rows = pd.concat([_none(), *(part for _, name, table in release.tables for part in _rows(name, table))], ignore_index=True)
    rows = rows.loc[~(rows["status"].isin(NEVER) & rows["counted"].isna())]
    spans = {label: period(label) for label in rows["cohort"].unique()}
    counted: dict[Key, set[float]] = {}
    among: dict[Key, set[float]] = {}
    columns = ["measure", "county", "cohort", "part", "at", "counted", "among"]
    for name, county, label, part, at, count, children in rows[columns].drop_duplicates().itertuples(index=False):
        key = (name, county, spans[label][:1] if name in there else spans[label], part, int(at))
        counted.setdefault(key, set()).update([count] if count == count else [])
        among.setdefault(key, set()).update([children] if children == children else [])
    names = sorted({WHOLE, *rows["county"]}, key=lambda name: (-len(name), name))
    titles = sorted(known.values(), key=lambda each: -len(each.title))
    return Told(counted, among, tuple(names), {each.title.casefold(): each.name for each in titles}, there)


def _none() -> pd.DataFrame:
    return pd.DataFrame({name: pd.Series(dtype="float64" if name in ("at", "counted", "among") else "str")
                         for name in ("measure", "county", "cohort", "part", "at", "counted", "among", "status")})


def _rows(name: str, table: pd.DataFrame) -> list[pd.DataFrame]:
    """The counts of a table under the names of `_none`; months in care are 12 where a table does not say."""
    if name in ("course", "regions"):
        found = table.assign(part="", at=float(WINDOW), counted=table["observed"], among=table["entered"])
    elif name == "months-charted":
        found = table.assign(part=table["series"], cohort=table["month"].str[:7], at=float(WINDOW), counted=table["numerator"], among=table["children"])
    elif {"numerator", "denominator", "group", "part", "at"} <= set(table.columns):
        groups = table["group"].str.partition(": ")[2].str.casefold() if len(table) else table["group"]
        found = table.assign(part=table["part"].where(table["group"].eq(""), groups), at=table["at"].fillna(WINDOW), counted=table["numerator"],
                             among=table["denominator"])
    else:
        return []
    return [found[list(_none().columns)]]


def told_anyway(page: Page, known: Told) -> list[Finding]:
    """Counts and shares on one page, in its tables' cells and its sentences, that the tables of the release hide."""
    own = _Own(page, known)
    words = "a page tells what the tables of the release hide"
    columns = {f"{page.place}, {shown.caption}, column {head}" for shown in page.tables for head in _columns(shown, own)}
    said = [Finding(page.place, "hidden in the tables", f"{words}, in a sentence")] if _in_words(page, own) else []
    return [*(Finding(place, "hidden in the tables", words) for place in sorted(columns)), *said]


class _Own:
    """Whose counts a page tells where it does not say otherwise: its county's, of the period of its title."""

    def __init__(self, page: Page, known: Told):
        first, _, rest = page.title.partition(", ")
        self.known, self.county = known, first if first in known.names else ""
        label = rest.partition(", ")[0]
        self.span = _labelled(label) or _spoken(page.title)

    def measure(self, *texts: str) -> str:
        """The measure whose title stands in the first of the texts that has one; the headline on a page of one period."""
        for text in texts:
            for title, name in self.known.titles.items():
                if title in text.casefold():
                    return name
        return HEADLINE if self.span else ""

    def whose(self, *texts: str) -> str:
        """The county or region that a text begins with, else the page's."""
        found = (name for text in texts for name in self.known.names if text.startswith(name))
        return next(found, self.county)


def _labelled(text: str) -> tuple[date, date] | None:
    for word in reversed(text.split()):
        try:
            return period(word.strip("():,"))
        except CqiError:
            continue
    return None


def _spoken(text: str) -> tuple[date, date] | None:
    """The first period that a text speaks of in words."""
    found = _SPAN.search(text)
    if not found:
        return None
    begins, its_year, ends, year = found.groups()
    first = date(int(its_year or year), MONTHS.index(begins or ends) + 1, 1)
    after = int(year) * 12 + MONTHS.index(ends) + 1
    return first, date(after // 12, after % 12 + 1, 1) - timedelta(days=1)


def _columns(shown: Shown, own: _Own) -> set[str]:
    """Heads of the columns in which a table of a page tells what is hidden."""
    kind = shown.heads[0] if shown.heads else ""
    if not (kind in ROWS or shown.caption.startswith(own.known.names)):
        return set()
    name, found = own.measure(shown.caption), set()
    for head, *cells in shown.rows:
        measure = name if kind in BY_DAY else own.measure(head, shown.caption)
        county, span = own.whose(head if kind in ("County", "Region") else shown.caption), _span_of(head, shown.caption, kind, own)
        if not (measure and county and span and any(_TELLS.fullmatch(words) for words in cells)):
            continue
        for column, words in zip(shown.heads[1:], cells):
            key = (measure, county, own.known.period(measure, span), *_part_and_months(kind, head, column, shown.caption))
            if _tells(column, words, key, own.known):
                found.add(column)
    return found


def _span_of(head: str, caption: str, kind: str, own: _Own) -> tuple[date, date] | None:
    if kind == "Month" and _series(caption):
        return _spoken(head)
    of_row = None if kind in BY_DAY else _spoken(head)
    return of_row or _spoken(caption.partition(", as of ")[0]) or own.span


def _series(caption: str) -> str:
    return next((name for words, name in SERIES.items() if words in caption), "")


def _part_and_months(kind: str, head: str, column: str, caption: str) -> tuple[str, int]:
    if kind == "Month":
        return _series(caption), WINDOW
    within, month = _WITHIN.search(column), _MONTH.fullmatch(head)
    months = int(within[1]) if within else int(month[1]) if month and kind == "Months in care" else WINDOW
    if kind == "Group":
        return head.casefold(), WINDOW
    return column.casefold() if kind == "Months in care" and column.casefold() in PARTS else "", months


def _tells(column: str, words: str, key: Key, known: Told) -> bool:
    """Whether a cell gives a number of what is hidden; the children whom it is of may be shown."""
    if not _TELLS.fullmatch(words) or not known.hides(key) or any(each in column.casefold() for each in _RATES):
        return False
    return words.replace(",", "") not in {f"{children:g}" for children in known.among[key]}


def _in_words(page: Page, own: _Own) -> bool:
    """Whether a sentence says how many of the children of a hidden count were counted."""
    known = own.known
    for line in "".join(page.text).split("\n"):
        for count, children in _OF.findall(line):
            measure, span = own.measure(line), _spoken(line.partition(" as of ")[0]) or own.span
            key = (measure, own.whose(line), known.period(measure, span) if span else (), "", WINDOW)
            if known.hides(key) and _number(children) in known.among[key] and not _elsewhere(key, _number(count), known):
                return True
    return False


def _number(words: str) -> float:
    return float(words.replace(",", ""))


def _elsewhere(key: Key, count: float, known: Told) -> bool:
    """Whether the same children have this count by fewer months in care."""
    return any(count in counts for other, counts in known.counted.items() if other[:3] == key[:3])
