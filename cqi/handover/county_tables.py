"""The rows of a run's tables that are one county's, as they were written: no number is read and written anew."""

from __future__ import annotations

import csv
import io
from functools import cached_property
from pathlib import Path

import pandas as pd

from cqi.handover.given import County, Given
from cqi.render.counted import table_paths
from cqi.vocabulary import WHOLE
from cqi.wording.plain import spreadsheet_safe

REGIONS, COURSE = "-regions.csv", "-course.csv"
"""How the tables of regions, whose rows are regions and no counties, and of courses, which name each county's region, end."""


class CountyTables:
    """The tables of a run, each read once and taken apart by county."""

    def __init__(self, given: Given):
        self._given = given
        self._kept: dict[str, tuple[list[str], dict[str, list[list[str]]]]] = {}

    def of(self, county: County) -> dict[str, str]:
        """The CSV text of every table that holds rows of the county, by file name: its own rows, and those of its region and of all
        counties, which its pages set beside them. Only tables of the cohorts and official measures that it has pages of."""
        own, found = self._written[county.name], {}
        for path in (path for word in county.cohorts for path in self._paths(word)):
            names = (self._regions.get(own, ""),) if path.name.endswith(REGIONS) else (own, WHOLE)
            if text := self._text(path, names):
                found[path.name] = text
        return found

    def _text(self, path: Path, names: tuple[str, ...]) -> str:
        """The heads and the rows of these names; empty where there are none of the first name."""
        heads, rows = self._rows(path)
        written = io.StringIO()
        csv.writer(written, lineterminator="\n").writerows([heads, *(row for name in names for row in rows.get(name, ()))])
        return written.getvalue() if names[0] in rows else ""

    def _rows(self, path: Path) -> tuple[list[str], dict[str, list[list[str]]]]:
        if path.name not in self._kept:
            with path.open(encoding="utf-8", newline="") as file:
                heads, *lines = csv.reader(file)
            at, rows = heads.index("county") if heads else 0, {}
            for line in lines:
                rows.setdefault(line[at], []).append(line)
            self._kept[path.name] = heads, rows
        return self._kept[path.name]

    def _paths(self, word: str) -> list[Path]:
        return [path for path in table_paths(self._given.folder / self._given.profile / "tables", word) if path.is_file()]

    @cached_property
    def _regions(self) -> dict[str, str]:
        """The region of each county that has one, both as they are written."""
        found = {}
        for path in (path for word in self._given.published.cohorts for path in self._paths(word) if path.name.endswith(COURSE)):
            heads, rows = self._rows(path)
            found |= {county: own[0][heads.index("region")] for county, own in rows.items()}
        return {county: region for county, region in found.items() if region}

    @cached_property
    def _written(self) -> dict[str, str]:
        """The counties' names as the tables write them: a spreadsheet runs none as a formula."""
        names = [county.name for county in self._given.counties]
        return dict(zip(names, spreadsheet_safe(pd.DataFrame({"county": names}, dtype="str"))["county"], strict=True))
