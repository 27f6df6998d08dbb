"""What lies in an extract: its tables as text, and what each of their columns could be, told by what is in it. No value is ever shown."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import pandas as pd

from cqi.sources.columns import PRIVATE, tellable
from cqi.sources.dates import DATE_FORMATS, days
from cqi.sources.encoding import Unreadable, plain_utf8
from cqi.sources.excel import WORKBOOKS, excel_text, sheet_names
from cqi.sources.finding import TEXT_FILES
from cqi.sources.text import csv_text, parquet_text
from cqi.site.init.likeness import name_words
from cqi.vocabulary import WORKER, CqiError

MOST_CODES, LONGEST_CODE = 60, 60
"""A column with more different values, or longer ones, holds no codes."""
MOST_COUNTIES = 400
SECURITY_NUMBER = r"\d{3}-\d{2}-\d{4}"
"""How social security numbers of the United States are written."""
NUMBERS = re.compile(r"\d[\d_.-]*")
ENOUGH = 500
"""So many different values tell whether a column holds dates."""
WAYS = (tuple(name for name in DATE_FORMATS if name not in ("excel serial", "mm/dd/yyyy")), ("mm/dd/yyyy",))
"""All ways of writing a date, without the two of which one reads the other's; a number of days could be any number."""
MOST = 0.9
"""The share of values that must be of a kind for the column to be."""


@dataclass(frozen=True)
class Sheet:
    """One table of the extract: the name of its file, the pattern that finds it next time, and its columns as text, '' where blank."""

    name: str
    pattern: str
    rows: pd.DataFrame = field(repr=False)

    @cached_property
    def columns(self) -> list[str]:
        """Columns that may be read: none that look like names or numbers of people, or like those who work with children."""
        return [name for name in tellable(list(self.rows)) if name in self.rows and name not in self.left_alone]

    @cached_property
    def left_alone(self) -> list[str]:
        """Columns that look like names or numbers of people, or like workers, by their names or because they hold social security numbers:
        they are never read."""
        return [name for name in tellable(list(self.rows))
                if about_people(name) or (name in self.rows and _security_numbers(self.rows[name]))]


def about_people(name: str) -> bool:
    """Whether a column's name, as it stands or written out, says that it tells who somebody is."""
    written = " ".join(name_words(name))
    return any(pattern.search(text) for pattern in (PRIVATE, WORKER) for text in (name, written))


def _security_numbers(values: pd.Series) -> bool:
    held = values[values != ""]
    return len(held) > 0 and bool(held.str.fullmatch(SECURITY_NUMBER).mean() > 0.5)


def sheets(place: Path) -> list[Sheet]:
    """The tables of a folder, or of one file. Raises CqiError where there is none, or one cannot be read."""
    paths = sorted(path for path in place.iterdir() if path.is_file() and path.name[0] not in "~.") if place.is_dir() else [place]
    found = [sheet for path in paths if path.suffix.lower() in (*TEXT_FILES, ".parquet", *WORKBOOKS) for sheet in _sheets(path)]
    if not found:
        raise CqiError(f"{place.name}: there is no table here that can be read; put CSV, Parquet or Excel (.xlsx) files there, and run cqi "
                       "init again.")
    return found


def _sheets(path: Path) -> list[Sheet]:
    try:
        if path.suffix.lower() in WORKBOOKS:
            names = sheet_names(path)
            return [_sheet(path, f"{name}.csv", excel_text(path.name, path.read_bytes(), lambda each, name=name: each == name, "%Y-%m-%d"))
                    for name in names] if len(names) > 1 else [_sheet(path, f"{path.stem}.csv",
                                                                      excel_text(path.name, path.read_bytes(), bool, "%Y-%m-%d"))]
        if path.suffix.lower() == ".parquet":
            return [_sheet(path, path.name, parquet_text(path.name, path.read_bytes()))]
        return [_sheet(path, path.name, csv_text(path.name, plain_utf8(path.name, path.read_bytes(), "")[0]))]
    except Unreadable as error:
        raise CqiError("\n".join(error.args)) from None


def _sheet(path: Path, pattern: str, opened: tuple) -> Sheet:
    """The table; where numbers stand in its name, as in a dated one, any others may stand there next time."""
    names, read = opened
    unique = list(dict.fromkeys(name for name in names if name))
    table = read(unique).to_pandas() if unique else pd.DataFrame()
    part = pattern.removesuffix(".csv")
    name = path.name if pattern == path.name or path.stem == part else f"{path.name}, {part}"
    stem, dot, ending = pattern.rpartition(".")
    return Sheet(name, f"{re.sub(NUMBERS, '*', stem)}{dot}{ending}", table.apply(lambda column: column.str.strip()))


# ---- what a column could be ----------------------------------------------------------------------------------------------

def could_be(values: pd.Series, kind: str, name: str) -> bool:
    """Whether what is in a column could be the field `name` of this kind: text, date, code or number. An empty one could not."""
    held = values[values != ""]
    if held.empty:
        return False
    if kind == "date":
        return _share_of_dates(held) >= MOST
    if kind == "number":
        return held.str.fullmatch(r"-?[\d,]+(\.0+)?").mean() >= MOST
    if kind == "code" or name in ("sex", "race", "age_band"):
        return _few(held, MOST_CODES)
    if name == "county":
        return _few(held, MOST_COUNTIES) and _share_of_dates(held) < MOST
    return not name.endswith("_id") or held.nunique() > MOST_CODES or held.nunique() > len(held) / 3


def _few(held: pd.Series, most: int) -> bool:
    return held.nunique() <= most and held.nunique() < max(len(held), 2) and bool(held.str.len().max() <= LONGEST_CODE)


def _share_of_dates(held: pd.Series) -> float:
    """The share of values that some format reads as a day, or that stand for none."""
    distinct = pd.Series(held.unique(), dtype="str").head(ENOUGH)
    unread = [days(distinct, ways).unreadable for ways in WAYS]
    return 1 - float((unread[0] & unread[1]).mean())
