"""The published tables of a finished run, as one profile may see them: all that the explore page can read."""

from __future__ import annotations

import json
import re
from datetime import date
from functools import cache, cached_property
from pathlib import Path

import pandas as pd
import pyarrow as pa
from pyarrow import csv

from cqi.cohorts import cohort
from cqi.registry import measure, measure_names
from cqi.vocabulary import WHOLE, CqiError
from cqi.wording.numbers import day_words

DAYS = ("as_of", "day", "first_signal", "target_by", "month")
WORDS = ("measure", "county", "cohort", "group", "part", "unit", "method", "status", "series", "monitor", "kind", "members", "region",
         "signal", "signal_by", "alarm", "reference", "benchmark_period", "vintage", "scenario")
OFFICIAL = "official"
"""What stands in place of a cohort in the names of the tables of official measures."""
MAKE = "Make one with: make review"


class Published:
    """The tables of one profile of a finished run, each read once.

    `folder`: that of a run's as-of day (`reports/2026-06-30`), or the one with the runs of several days (`reports`), of which the
    newest counts. Raises CqiError where there is no finished run, or none for this profile.
    """

    def __init__(self, folder: str | Path, profile: str = "release"):
        self.profile = profile
        self.folder = _of_a_day(Path(folder))
        self.record = _record(self.folder)
        made = self.record.get("parameters", {}).get("profiles", [])
        self._tables: dict[tuple[str, str], pd.DataFrame] = {}
        if profile not in made or not self._files:
            raise CqiError(f"The run of {self.folder.name} holds no tables for the profile '{profile}'. It was made for {' and '.join(made) or 'none'}. "
                           f"Make them with: cqi review --profile {profile}")

    @property
    def as_of(self) -> str:
        """What the file knew on this day, such as 2026-06-30."""
        return self.record["as_of"]

    @property
    def as_of_words(self) -> str:
        """The same in words: 30 June 2026."""
        return day_words(date.fromisoformat(self.as_of))

    @cached_property
    def cohorts(self) -> tuple[str, ...]:
        """The cohorts that were reviewed, oldest first."""
        return tuple(sorted(self._files, key=lambda word: (cohort(word).end, cohort(word).start)))

    @cached_property
    def counties(self) -> tuple[str, ...]:
        """The counties in order of name, without `All counties`."""
        found = set().union(*(self._column(word, "course", "county") for word in self.cohorts))
        return tuple(sorted(found - {WHOLE}, key=lambda name: (name.casefold(), name)))

    @cached_property
    def titles(self) -> dict[str, str]:
        """Title by name of every measure that a table of ages tells, outcome measures first."""
        found = set().union(*(self._column(word, "same_age", "measure") for word in self.cohorts))
        return {name: measure(name).title for name in measure_names() if name in found}

    def table(self, word: str, name: str) -> pd.DataFrame:
        """A table of a cohort as it was published: text as text, days as days, numbers as numbers, hidden ones missing.

        `name`: `course`, `same_age`, `projection`, ... Do not write into it: it is kept. Raises CqiError where the run has no such table.
        """
        if (word, name) not in self._tables:
            self._tables[word, name] = self._read(word, name)
        return self._tables[word, name]

    def rows(self, word: str, name: str, **chosen: str) -> pd.DataFrame:
        """The rows of a table with these values, such as `county="Alder"`, numbered from 0."""
        table = self.table(word, name)
        for column, value in chosen.items():
            table = table.loc[table[column] == value]
        return table.reset_index(drop=True)

    def has(self, word: str, name: str) -> bool:
        """Whether the run has published that table."""
        return self._path(word, name).is_file()

    @cached_property
    def _files(self) -> dict[str, str]:
        """Label of a cohort -> how the names of its files begin."""
        found = {}
        for path in sorted(self._folder.glob("*-course.csv")):
            label = _read(path, ["cohort"])["cohort"]
            beginning = path.name.removesuffix("-course.csv")
            found[label.iloc[0] if len(label) else beginning] = beginning
        return found

    @property
    def _folder(self) -> Path:
        return self.folder / self.profile / "tables"

    def _path(self, word: str, name: str) -> Path:
        return self._folder / f"{self._files.get(word, word)}-{name.replace('_', '-')}.csv"

    def _column(self, word: str, name: str, column: str) -> set[str]:
        """The words of one column, without reading the others."""
        return set(self._read(word, name, [column])[column].unique())

    def _read(self, word: str, name: str, columns: list[str] | None = None) -> pd.DataFrame:
        if word not in (*self._files, OFFICIAL):
            raise CqiError(f"The run of {self.folder.name} has no period '{word}'; it has {', '.join(self.cohorts)}.")
        path = self._path(word, name)
        if not path.is_file():
            raise CqiError(f"The run of {self.folder.name} has no table '{name}' for {word}. {MAKE}")
        return _read(path, columns)


def _of_a_day(folder: Path) -> Path:
    """The folder of a finished run: this one, or the newest day in it."""
    if (folder / "run.json").is_file():
        return folder
    days = sorted(path.parent for path in folder.glob("*/run.json") if re.fullmatch(r"\d{4}-\d\d-\d\d", path.parent.name))
    if days:
        return days[-1]
    if any(folder.glob("restricted")) or any(folder.glob("*/restricted")):
        raise CqiError(f"The run in {folder.name} did not come to its end. Finish it with: cqi review --resume")
    raise CqiError(f"There is no finished run in {folder.name or 'this folder'}. {MAKE}")


def _record(folder: Path) -> dict:
    try:
        return json.loads((folder / "run.json").read_text(encoding="utf-8"))
    except ValueError:
        raise CqiError(f"{folder.name}: run.json cannot be read. {MAKE}") from None


def _read(path: Path, columns: list[str] | None = None) -> pd.DataFrame:
    with path.open(encoding="utf-8") as file:
        header = file.readline().strip().split(",")
    kinds = {name: pa.timestamp("us") if name in DAYS else pa.string() if name in WORDS else pa.float64() for name in header}
    options = csv.ConvertOptions(column_types=kinds, null_values=[""], strings_can_be_null=False, include_columns=columns)
    try:
        table = csv.read_csv(path, convert_options=options, parse_options=csv.ParseOptions(newlines_in_values=True)).to_pandas()
    except pa.ArrowInvalid:
        raise CqiError(f"{path.name}: this table cannot be read. {MAKE}") from None
    return table.assign(**{name: _names(table[name]) for name in table.columns if name in WORDS})


def _names(column: pd.Series) -> pd.Series:
    """Text as it was before it was made safe for spreadsheets."""
    quoted = [text for text in column.unique() if "'" in text]
    return column.replace({text: _made_text().sub(r"\1", text) for text in quoted}) if quoted else column


@cache
def _made_text() -> re.Pattern:
    """The apostrophe that keeps a name from being a formula in the written table."""
    from cqi.wording.plain import FORMULA  # needed for few names, and takes a while to load

    return re.compile(FORMULA.pattern.replace("(?=", "'(?=", 1))
