"""Which reader reads which kind of file: a function of a file's name and bytes that gives its column names, and a
function that reads some of them as text."""

from __future__ import annotations

import mmap
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa

from cqi.sources.afcars_xml import nested_tables
from cqi.sources.dates import DATE_FORMATS
from cqi.sources.declared import File, Source
from cqi.sources.defects import problem
from cqi.sources.encoding import Unreadable, one_way
from cqi.sources.excel import WORKBOOKS, excel_text
from cqi.sources.finding import best_roles
from cqi.sources.paths import authorities, said_by_path
from cqi.sources.text import csv_text, parquet_text

READERS = {".parquet": parquet_text}
"""A file name's ending -> its reader; CSV for any that is not known."""


class Opened:
    """The files of one load, each opened and read once however many roles it plays."""

    def __init__(self, source: Source, by_role: dict[str, list[Path]]) -> None:
        self._source = source
        self._nested = [file for file in source.files if file.nested]
        self._roles = Counter(path for paths in by_role.values() for path in paths)
        self._tables: dict[Path, dict[str, pa.Table]] = {}
        self._seen: set[Path] = set()
        self._files = {role: len(paths) for role, paths in by_role.items()}
        self._authorities = authorities(by_role, source.files)

    def label(self, path: Path, name: str, file: File) -> str:
        """The file's name, with the role where it plays several: its rows are accounted for by role."""
        return f"{name} ({file.role})" if self._roles[path] > 1 else name

    def alone(self, file: File) -> bool:
        """Whether there must be rows in each file of a required role. A place may have had no child in a year; a state has children."""
        return file.required and (self._files[file.role] == 1 or not file.from_path)

    def said(self, path: Path, what: str, label: str) -> str:
        """What a path says of its rows: their `year`, or in a `folder` or name whose they are."""
        if what != "folder":
            return said_by_path(path, what)
        if not one_way(self._authorities[path]):
            what = "its name does not tell whose rows these are, as the names of the other files beside it do"
            raise Unreadable(problem("no-authority", label, what))
        return one_way(self._authorities[path])

    def content(self, path: Path) -> tuple[bytes | mmap.mmap, bool]:
        """The file's bytes, and whether it is opened for the first time. A nested file is mapped, not held in memory."""
        new = path not in self._seen
        self._seen.add(path)
        if path.suffix.lower() == ".xml" and path.stat().st_size:
            with path.open("rb") as file:
                return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ), new
        return path.read_bytes(), new

    def reader(self, path: Path, file: File) -> Callable:
        """The function of a file's name and bytes that gives its column names, and a function that reads some as text."""
        if path.suffix.lower() in WORKBOOKS:
            written = next(DATE_FORMATS[name][1] for name in self._source.date_formats if "%Y" in DATE_FORMATS[name][1])
            return lambda label, data: excel_text(label, data, lambda sheet: file.role in best_roles(f"{sheet}.csv", self._source), written)
        if file.nested:
            return lambda label, data: self._role_table(path, label.removesuffix(f" ({file.role})"), data, file)
        return READERS.get(path.suffix.lower(), csv_text)

    def _role_table(self, path: Path, label: str, data: bytes | mmap.mmap, file: File) -> tuple[list[str], Callable]:
        if path not in self._tables:
            if not file.required:  # the file could not be read, which was said with its first role
                raise Unreadable
            self._tables[path] = nested_tables(label, data, self._nested)
        table = self._tables[path].pop(file.role)
        return table.column_names, table.select
