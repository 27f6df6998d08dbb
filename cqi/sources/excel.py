"""Excel workbooks: a sheet as a table of text. Read by python-calamine, which is kept up, runs on 3.11 to 3.13, and takes a
second where openpyxl takes twenty."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import pyarrow as pa
from python_calamine import CalamineError, CalamineWorkbook, SheetVisibleEnum, WorksheetNotFound

from cqi.sources.defects import problem
from cqi.sources.encoding import Unreadable

WORKBOOKS = (".xlsx", ".xlsm")
SAFE = b"\xd0\xcf\x11\xe0"
"""How a workbook begins that is locked with a password, or is of Excel before 2007."""

ROW = re.compile(rb"<(?:\w+:)?row\b[^>]*?\sr=\"(\d{1,9})\"")
COLUMN = re.compile(rb"<(?:\w+:)?c\b[^>]*?\sr=\"([A-Z]{2,3})\d")
"""Where a sheet names its rows, and its columns after Z."""

MOST_CELLS = 100_000_000
MOST_BYTES = 1 << 30
PIECE = 1 << 20

EXACT = 10**15
"""Excel keeps 15 digits of a number."""


def sheet_names(path: Path) -> list[str]:
    """The sheets of a workbook; none where it cannot be read, which is said when it is read as a table."""
    try:
        return _workbook(path.name, path.read_bytes()).sheet_names
    except (OSError, Unreadable):
        return []


def excel_text(label: str, data: bytes, fits: Callable[[str], bool], date_format: str) -> tuple[list[str], Callable]:
    """The column names of the sheet that is the table, and a function that reads some of them as text.

    That is the only sheet that is not hidden, or the only one whose name `fits`. An empty sheet has no names. Dates are
    written in `date_format`, whole numbers without a decimal point, a formula's cell as its last value. A number too long
    for Excel to keep exactly rejects the file.
    """
    book = _workbook(label, data)
    shown = [sheet.name for sheet in book.sheets_metadata if sheet.visible is SheetVisibleEnum.Visible]
    sheets = shown if len(shown) == 1 else [name for name in book.sheet_names if fits(name)]
    if len(sheets) != 1:
        what = "several sheets fit this table" if sheets else "none of its sheets is called as the table is"
        raise Unreadable(f"{label}: {what}; keep one sheet in the workbook, or call each as its table.")
    try:
        names, *rows = book.get_sheet_by_name(sheets[0]).to_python() or [[]]
    except (CalamineError, WorksheetNotFound):
        raise Unreadable(problem("damaged-file", label, "the sheet cannot be read")) from None
    names = [_text(name, date_format) for name in names]
    rows = [row for row in rows if any(cell != "" for cell in row)]
    return names, lambda wanted: _columns(label, names, rows, wanted, date_format)


def _check_size(label: str, data: bytes) -> None:
    """Refuses a workbook that would fill the memory: one packed a thousandfold, or one with a cell far from the others, which
    makes a sheet of all the cells between."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            vast = _unpacked_bytes(packed) > MOST_BYTES or any(_cells(packed.read(part)) > MOST_CELLS for part in packed.namelist())
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError):
        raise Unreadable(problem("damaged-file", label, "the file cannot be read as an Excel workbook")) from None
    if vast:
        what = "a sheet is too large to be read; there may be something in a cell far to the right or below the table"
        raise Unreadable(f"{label}: {what}. Copy the table alone to a new workbook, or save it as CSV.")


def _unpacked_bytes(packed: zipfile.ZipFile) -> int:
    """How large all parts are together, by unpacking them and not by what they say of themselves; no more than a piece too many.

    Raises BadZipFile for a part that says another size.
    """
    total = 0
    for part in packed.infolist():
        said, part.file_size = part.file_size, MOST_BYTES + 1  # Python unpacks no more than a part says
        with packed.open(part) as content:
            size = 0
            while total + size <= MOST_BYTES and (piece := content.read(PIECE)):
                size += len(piece)
        total, part.file_size = total + size, said
        if total > MOST_BYTES:
            return total
        if size != said:
            raise zipfile.BadZipFile
    return total


def _cells(sheet: bytes) -> int:
    """How many cells lie between the first and the farthest row and column that a sheet names."""
    rows = max((int(row) for row in ROW.findall(sheet)), default=0)
    columns = max((_column(letters) for letters in set(COLUMN.findall(sheet))), default=26)
    return rows * columns


def _column(letters: bytes) -> int:
    """The number of a column: 1 for A, 27 for AA."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _workbook(label: str, data: bytes) -> CalamineWorkbook:
    if data.startswith(SAFE):
        what = "the workbook is locked with a password, or in the format of old Excel"
        raise Unreadable(f"{label}: {what}; save it as .xlsx without a password.")
    _check_size(label, data)
    try:
        return CalamineWorkbook.from_filelike(io.BytesIO(data))
    except (CalamineError, OSError):
        raise Unreadable(problem("damaged-file", label, "the file cannot be read as an Excel workbook")) from None


def _columns(label: str, names: list[str], rows: list[list], wanted: list[str], date_format: str) -> pa.Table:
    places = {name: names.index(name) for name in wanted}
    long = {name for name, place in places.items() if any(_inexact(row[place]) for row in rows)}
    if long:
        what = f"{' and '.join(sorted(long))} holds numbers of more than 15 digits: Excel changed the last ones"
        raise Unreadable(problem("rounded-ids", label, what))
    return pa.table({name: pa.array([_text(row[place], date_format) for row in rows], pa.string()) for name, place in places.items()})


def _inexact(cell) -> bool:
    return isinstance(cell, (int, float)) and abs(cell) >= EXACT


def _text(cell, date_format: str) -> str:
    """A cell as it would stand in a CSV file."""
    if isinstance(cell, datetime) and (cell.hour or cell.minute or cell.second):
        return cell.strftime(f"{date_format} %H:%M:%S")
    if isinstance(cell, date):
        return cell.strftime(date_format)
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)
