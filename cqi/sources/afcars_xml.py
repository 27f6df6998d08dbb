"""The AFCARS 2020 out-of-home care file: nested XML, read as a stream into one table for each role that it plays.

Layout (Technical Bulletin 21): the file has E1 and E2; each record of a child has E4 and, inside, removals (E69); each
removal has living arrangements (E112) and caseworker visits (E151). The short form of an earlier removal has E69, E153
and E155 only. Elements are known by their E-number and by what they stand in, so prefixes and wrappers may differ.

A file that declares a document type is refused as it is opened: bombs and references to other files need one.
"""

from __future__ import annotations

import mmap
import re
from collections.abc import Callable
from xml.parsers import expat

import pyarrow as pa

from cqi.sources.declared import File
from cqi.sources.defects import problem
from cqi.sources.encoding import Unreadable

NUMBER = re.compile(r"(?:.*:)?(E\d+)_(?!E?\d+_)")
"""An element with a value; E112_E146_living_arrangements only holds others."""

HALF_YEAR = re.compile(r"(\d{4})-?(0[1-9]|1[0-2]|[AB])")
"""The report date E2: 202303, 2023-03 or 2023A."""

MANY = 50_000
"""Rows that are held as Python text before they are packed."""

CHILD, REMOVAL, REPORT = "E4", "E69", "E2"
HOLDERS = {"record": CHILD, "removal_2020": REMOVAL, "removal_1993": REMOVAL, "living_arrangement": "E112", "case_worker_visit": "E151"}
"""Elements that are rows even where their own first value is left out."""

MADE = ("sequence", "report_year", "report_month")
"""Columns that are made while reading."""


def nested_tables(label: str, data: bytes | mmap.mmap, files: list[File]) -> dict[str, pa.Table]:
    """Role -> table of text: the columns that each file declares, and `sequence`, the place of a row in its removal."""
    rows = {file.role: Rows(file) for file in files}
    stream = Stream(label, rows)
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = stream.refuse
    parser.StartElementHandler, parser.EndElementHandler = stream.start, stream.end
    stream.listen = lambda listening: setattr(parser, "CharacterDataHandler", stream.text.append if listening else None)
    try:
        parser.Parse(data, True)  # ParseFile takes so small pieces that a value of many megabytes would take hours
    except expat.ExpatError as error:
        what = f"line {error.lineno:,} is not well-formed XML ({expat.ErrorString(error.code)})"
        raise Unreadable(problem("damaged-file", label, what)) from None
    stream.check()
    return {role: found.table(stream.whole) for role, found in rows.items()}


class Rows:
    """The rows of one role, packed as they grow."""

    def __init__(self, file: File) -> None:
        names = dict.fromkeys(name for column in file.columns for name in (*column.names, *column.joined))
        self.elements = {name: found[1] for name in names if (found := NUMBER.match(name))}
        self.key, self.names = file.nested, [name for name in names if name in self.elements or name in MADE]
        self._parts: list[pa.Table] = []
        self._rows: list[dict[str, str]] = []

    def take(self, row: dict[str, str]) -> None:
        self._rows.append(row)
        if len(self._rows) == MANY:
            self._pack()

    def table(self, whole: dict[str, str]) -> pa.Table:
        """All rows, with what is said of the `whole` file in each."""
        self._pack()
        table = pa.concat_tables(self._parts)
        year, month = report_date(whole.get(REPORT, ""))
        said = {"report_year": year, "report_month": month} | {name: whole.get(number) for name, number in self.elements.items()}
        for name in self.names:
            if said.get(name):
                column = pa.array([said[name]], pa.string()).take(pa.nulls(len(table), pa.int8()).fill_null(0))
                table = table.set_column(table.column_names.index(name), name, column)
        return table

    def _pack(self) -> None:
        place = {name: self.elements.get(name, name) for name in self.names}
        columns = {name: pa.array([row.get(key, "") for row in self._rows], pa.string()) for name, key in place.items()}
        self._parts.append(pa.table(columns))
        self._rows = []


class Stream:
    """What to do as elements begin and end: values go up to the element that is a row, rows up to their child's record."""

    listen: Callable[[bool], None]

    def __init__(self, label: str, rows: dict[str, Rows]) -> None:
        self.label, self.text, self.whole, self.removals = label, [], {}, 0
        self._roles = {found.key: found for found in rows.values()}
        wanted = {CHILD, REPORT, *self._roles} | {number for found in rows.values() for number in found.elements.values()}
        self._wanted, self._numbers, self._holders = wanted, {}, {}
        self._open: list[dict | None] = []

    def refuse(self, *_) -> None:
        raise Unreadable(
            f"{self.label}: the file declares a document type (DOCTYPE), which can hide a bomb or fetch other files, so it "
            "was not read; export it without one."
        )

    def start(self, name: str, _) -> None:
        if name not in self._numbers:
            found = NUMBER.match(name)
            self._numbers[name] = found[1] if found and found[1] in self._wanted else ""
            self._holders[name] = HOLDERS.get(name.rpartition(":")[2], "")
        self._open.append({self._holders[name]: ""} if self._holders[name] else None)
        if self._numbers[name]:
            self.text.clear()
            self.listen(True)

    def end(self, name: str) -> None:
        values, number = self._open.pop(), self._numbers[name]
        if number and self._open:
            if values and (values.get("rows") or any(key in values for key in self._roles)):
                raise Unreadable(problem("damaged-file", self.label, "a removal or what lies in one stands inside of a single value"))
            self.listen(False)
            self._above()[number] = "".join(self.text).strip()
        elif values is None:
            return
        elif not self._open:
            self.whole = values
        elif CHILD in values:
            self._record(values)
        else:
            self._up(values)

    def check(self) -> None:
        """Raises Unreadable where the file is not what it should be."""
        if self.whole.get("rows"):
            raise Unreadable(problem("damaged-file", self.label, "removals stand outside of the children's records"))
        if not self.removals:
            what = "no child's removal is in it (E4_child_record_number, E69_removal_date)"
            raise Unreadable(problem("wrong-file", self.label, what))
        if not report_date(self.whole.get(REPORT, ""))[0]:
            raise Unreadable(f"{self.label}: the report date (E2_report_date) is not there or not written as 202303; correct it.")

    def _above(self) -> dict:
        if self._open[-1] is None:
            self._open[-1] = {}
        return self._open[-1]

    def _up(self, values: dict) -> None:
        """A row is kept in the row or record that it stands in; the values of what only wraps others belong there too."""
        above = self._above()
        if any(key in values for key in self._roles):
            above.setdefault("rows", []).append(values)
        else:
            above.setdefault("rows", []).extend(values.pop("rows", ()))
            above.update(values)

    def _record(self, child: dict) -> None:
        """The rows of a child's record, each with what it stands in; an element with nothing in it is no row."""
        removals = [removal for removal in child.pop("rows", []) if any(removal.values())]
        self.removals += len(removals)
        own = {number: text for number, text in child.items() if int(number[1:]) < int(REMOVAL[1:])}
        for removal in removals:
            inside = [row for row in removal.pop("rows", []) if any(row.values())]
            self._take({**own, **removal})
            known = {CHILD: child[CHILD], REMOVAL: removal.get(REMOVAL, "")}
            for place, row in enumerate(inside, 1):
                self._take({**known, **row, "sequence": str(place)})

    def _take(self, row: dict) -> None:
        key = next((key for key in self._roles if key in row and key != REMOVAL), REMOVAL)
        self._roles[key].take(row)


def report_date(text: str) -> tuple[str, str]:
    """Year and month in which the half-year ends; blank where the text is neither 202303 nor 2023A."""
    found = HALF_YEAR.match(text)
    return (found[1], {"A": "3", "B": "9"}.get(found[2], found[2])) if found else ("", "")
