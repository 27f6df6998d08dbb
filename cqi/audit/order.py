"""The order of rows: it may follow from the words and dates of the rows, and from nothing that a row hides."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable
from graphlib import CycleError, TopologicalSorter

import numpy as np
import pandas as pd

from cqi.audit.files import Published
from cqi.audit.findings import Finding
from cqi.audit.reading import Page
from cqi.vocabulary import WHOLE

LABELS = ("measure", "monitor", "series", "kind", "county", "cohort", "group", "part", "at", "as_of", "day", "month")
WORDED = ("monitor", "series", "kind", "group", "part")
"""Labels whose order is one of meaning: the same in every block and table of one name. That of measures is the same within a table: it
may begin with those that a file can tell for longer."""
KIND, WORDS = "order of rows", "the order of rows does not follow from their names and dates"
PLACES = ("County", "Region")
WHOLE_AS = ("", WHOLE, chr(0x10FFFF))
"""How all counties together are sorted among them: first, by their name, last."""
MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December")
_QUOTED = re.compile(r"(^|[\t\r\n;|])'")
_NAMED = re.compile(rf"\b({'|'.join(MONTHS)}) (\d{{4}})")
_PERIOD = re.compile(rf"(?:(?:{'|'.join(MONTHS)})(?: \d{{4}})? to )?(?:{'|'.join(MONTHS)}) \d{{4}}(?: \w+)?")
_NUMBER = re.compile(r"(?:[a-z]+ )?(\d+)\b(?: (?:to|and) \d+)?( months)?")


def order_of_rows(release: Published) -> list[Finding]:
    """Tables whose rows do not stand in an order of their labels: counties by name, all of them together first, last or by their name, periods and
    days by time, words as they always stand. Some order of the labels must sort the whole table, up or down."""
    by_name: dict[str, list[tuple[str, pd.DataFrame]]] = {}
    for place, name, table in release.tables:
        if len(table) > 1:
            by_name.setdefault(name, []).append((place, table))
    return [Finding(place, KIND, WORDS) for same in by_name.values() for place in _out_of_order(same)]


def _out_of_order(same: list[tuple[str, pd.DataFrame]]) -> list[str]:
    """The places of tables of one name that are in no order of their labels; all of them where their words stand now so, now so."""
    try:
        words = {label: _as_they_stand([table for _, table in same if label in table], label) for label in WORDED}
    except CycleError:
        return [place for place, _ in same]
    return [place for place, table in same if not _has_an_order(table, words)]


def _has_an_order(table: pd.DataFrame, words: dict[str, dict[str, int]]) -> bool:
    try:
        words = words | {name: _as_they_stand([table], name) for name in ("measure",) if name in table}
    except CycleError:
        return False
    return any(_sorted(_ranked(table, words, whole, read)) for whole in WHOLE_AS for read in READINGS)


def _as_they_stand(tables: list[pd.DataFrame], label: str) -> dict[str, int]:
    """The words of a label numbered in the order in which they follow one another in rows that agree in all else, and as they first stand
    where nothing says more. Raises CycleError where they follow one another both ways."""
    first: dict[str, int] = {}
    after: dict[str, set[str]] = {}
    for table in sorted(tables, key=lambda table: -table[label].nunique()):
        for word in table[label].unique():
            first.setdefault(word, len(first))
        for one, other in _following(table, label):
            after.setdefault(other, set()).add(one)
    return _sorted_words(first, after)


def _following(table: pd.DataFrame, label: str) -> set[tuple[str, str]]:
    """Pairs of words that follow one another in rows with the same other labels."""
    others = [name for name in LABELS if name in table and name != label and table[name].nunique() > 1]
    if table[label].nunique() < 2:
        return set()
    rows = table[[label]].assign(block=table.groupby(others, sort=False, dropna=False).ngroup() if others else 0).sort_values("block", kind="stable")
    follows = rows.assign(before=rows.groupby("block")[label].shift()).dropna(subset=["before"])
    return {(one, other) for one, other in zip(follows["before"], follows[label]) if one != other}


def _sorted_words(first: dict[str, int], after: dict[str, set[str]]) -> dict[str, int]:
    sorter, found = TopologicalSorter({word: after.get(word, set()) for word in first}), []
    sorter.prepare()
    ready = []
    while sorter.is_active():
        ready = sorted([*ready, *sorter.get_ready()], key=first.get)
        found.append(ready.pop(0))
        sorter.done(found[-1])
    return {word: number for number, word in enumerate(found)}


def _unquoted(name: str) -> str:
    """The name without the apostrophe that keeps a spreadsheet from running it."""
    return _QUOTED.sub(r"\1", name)


def _plain(name: str) -> str:
    """The name in small letters without marks, as people look it up."""
    return "".join(letter for letter in unicodedata.normalize("NFKD", _unquoted(name)).casefold() if not unicodedata.combining(letter))


def _by_letter(name: str) -> str:
    """The name as an index has it: signs before letters, capitals and small letters alike."""
    return (name[:1].upper() if name[:1].isalpha() else "#") + name.casefold()


READINGS: tuple[Callable[[str], str], ...] = (str, _unquoted, _plain, _by_letter)
"""How names may be read to sort them: each way follows from the name alone."""


def _ranked(table: pd.DataFrame, words: dict[str, dict[str, int]], whole: str, read: Callable[[str], str]) -> pd.DataFrame:
    """The labels of a table as numbers in their order, names read in this way and all counties together sorted as this word."""
    ranks = {}
    for label in (name for name in LABELS if name in table):
        if label in words:
            ranks[label] = table[label].map(words[label])
        elif label == "county":
            ranks[label] = table[label].map(read).mask(table[label] == WHOLE, whole).rank(method="dense")
        else:
            ranks[label] = pd.Series(pd.factorize(table[label], sort=True)[0], index=table.index)
    return pd.DataFrame(ranks).reset_index(drop=True)


def _sorted(ranks: pd.DataFrame) -> bool:
    """Whether the rows are sorted by some order of the columns, up or down: any column that only rises, or only falls, within the blocks
    so far may come next."""
    steps = {name: np.diff(ranks[name].to_numpy(), prepend=0) for name in ranks}
    together = np.arange(len(ranks)) > 0
    while steps:
        name = next((name for name, step in steps.items() if not ((step < 0) & together).any() or not ((step > 0) & together).any()), "")
        if not name:
            return False
        together = together & (steps.pop(name) == 0)
    return True


def order_on_pages(pages: Iterable[Page]) -> list[Finding]:
    """Tables of pages whose rows stand by no order: counties and regions by name, periods by time, numbered rows by their numbers, and
    others as in every table with the same heads."""
    before: dict[tuple, str] = {}
    return [Finding(f"{page.place}, {shown.caption}", KIND, WORDS) for page in pages for shown in page.tables
            if shown.heads and not _in_order(shown.heads, [row[0] for row in shown.rows], before)]


def _in_order(columns: list[str], heads: list[str], before: dict[tuple, str]) -> bool:
    if columns[0] in PLACES:
        names = ([whole if head == WHOLE else read(head) for head in heads] for whole in WHOLE_AS for read in READINGS)
        return any(each in (sorted(each), sorted(each, reverse=True)) for each in names)
    for order in (_times, _numbers):
        if (found := order(heads)) is not None:
            return found in (sorted(found), sorted(found, reverse=True))
    pairs = [(tuple(columns), frozenset((one, other)), one) for number, one in enumerate(heads) for other in heads[number + 1:] if one != other]
    return all(before.setdefault((own, both), first) == first for own, both, first in pairs)


def _times(heads: list[str]) -> list | None:
    """The month in which the period ends that each head names, and nothing besides but its label; None where one names more, or none."""
    if not all(_PERIOD.fullmatch(head) for head in heads):
        return None
    ends = [_NAMED.findall(head)[-1] for head in heads]
    return [(int(year), MONTHS.index(month)) for month, year in ends]


def _numbers(heads: list[str]) -> list | None:
    """The number that each head begins with, but for a word, months as parts of a year; None where one has none."""
    found = [_NUMBER.match(head) for head in heads]
    return [int(each[1]) / (12 if each[2] else 1) for each in found] if all(found) else None
