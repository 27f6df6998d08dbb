"""The columns of a CSV or Parquet file as text, whatever their types: nothing is guessed."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet

from cqi.sources.defects import problem
from cqi.sources.encoding import Unreadable, separator

HEAD_BYTES = 1 << 16
BLOCK_BYTES = 1 << 24
"""A row of a CSV file must fit into one block."""

MOST_ROWS = 100_000_000
"""A Parquet file of a few bytes can say that one value stands in any number of rows."""

FOOTER = re.compile(
    r"\W*(grand |sub)?-?totals?\b|\W*(sum|count|average|records?|rows?|printed|generated|end of|report run|run date|page \d)\b"
    r"|\W*[\d,]+ (rows?|records?)\b", re.I,
)
"""How the last line of an export begins that is no row: a total, a count, a note."""


def csv_text(label: str, data: bytes) -> tuple[list[str], Callable]:
    """The column names of a CSV file and a function that reads some of them.

    `data` is UTF-8 without a mark at its start. Blank lines do not count. Of two columns of one name the first is read.
    """
    mark = separator(data)
    try:
        names = next(filter(None, _rows(data[:HEAD_BYTES].decode("utf-8", errors="replace"), mark)), [])
    except csv.Error:
        raise Unreadable(problem("names-not-first", label, "the first line is too long to hold column names")) from None
    if not names:
        raise Unreadable(problem("names-not-first", label, "the file begins with nothing but blank lines"))
    return names, lambda wanted: _csv_columns(label, data, names, wanted, mark)


def line_of_names(data: bytes, names: list[str]) -> int:
    """The line, among the first twenty, on which most of these names are; 0 where no line has two of them."""
    known = {name.strip().casefold() for name in names}
    lines = data[:HEAD_BYTES].decode("utf-8", errors="replace").splitlines()[:20]
    found = [len(known & {part.strip(' "').casefold() for part in re.split(r"[,;|\t]", line)}) for line in lines]
    return found.index(max(found)) + 1 if max(found, default=0) > 1 else 0


def _rows(text: str, mark: str):
    return csv.reader(io.StringIO(text, newline=""), delimiter=mark)


def _csv_columns(label: str, data: bytes, names: list[str], wanted: list[str], mark: str) -> pa.Table:
    """The wanted columns; the line of names is read as a row like any other and taken off, whatever it holds."""
    ragged = []
    places = [f"f{names.index(name)}" for name in wanted]
    options = {
        "read_options": pyarrow.csv.ReadOptions(use_threads=False, autogenerate_column_names=True, block_size=BLOCK_BYTES),
        "parse_options": pyarrow.csv.ParseOptions(
            delimiter=mark, newlines_in_values=b'"' in data, invalid_row_handler=lambda row: ragged.append(row) or "skip",
        ),
        "convert_options": pyarrow.csv.ConvertOptions(
            column_types=dict.fromkeys(places, pa.string()), include_columns=places, strings_can_be_null=False,
        ),
    }
    try:
        whole = data if data.endswith((b"\n", b"\r")) else data + b"\n"  # a header alone needs its line end
        table = pyarrow.csv.read_csv(pa.BufferReader(whole), **options)
    except (pa.ArrowException, KeyError):  # its text holds values, so it is not passed on
        what = f"this cannot be read as CSV with {len(names)} columns"
        raise Unreadable(problem("damaged-file", label, what)) from None
    if ragged:
        raise Unreadable(_ragged(label, data, mark, len(ragged)))
    return table.slice(1).rename_columns(wanted)


def _ragged(label: str, data: bytes, mark: str, count: int) -> str:
    """The sentence on the first row that has more or fewer fields than the line of names."""
    rows, fields = _rows(data.decode("utf-8"), mark), 0
    line = 1
    try:
        for row in rows:
            fields = fields or len(row)
            if row and len(row) != fields:
                break
            line = rows.line_num + 1
    except csv.Error:
        return problem("damaged-file", label, f"line {line:,} is too long to be a row")
    if count == 1 and not any(filter(None, rows)) and FOOTER.match(next(filter(None, row), "")):
        return problem("total-row", label, f"the last line, {line:,}, looks like a total or a note and not like a child")
    others = count - 1
    more = f" (and {others:,} more {'line' if others == 1 else 'lines'} like it)" if others else ""
    return problem("ragged-row", label, f"line {line:,} has {len(row)} fields where the header has {fields}{more}")


def parquet_text(label: str, data: bytes) -> tuple[list[str], Callable]:
    """The column names of a Parquet file and a function that reads some of them as text. Of two of one name the first is read."""
    try:
        file = pyarrow.parquet.ParquetFile(pa.BufferReader(data))
        names = file.schema_arrow.names
    except (pa.ArrowException, OSError, UnicodeDecodeError):
        raise Unreadable(problem("damaged-file", label, "the file cannot be read as Parquet")) from None
    if file.metadata.num_rows > MOST_ROWS:
        raise Unreadable(problem("damaged-file", label, f"it has more than {MOST_ROWS:,} rows"))
    return names, lambda wanted: _parquet_columns(label, file, wanted)


def _parquet_columns(label: str, file: pyarrow.parquet.ParquetFile, wanted: list[str]) -> pa.Table:
    try:
        table = file.read(columns=wanted)
        text = pa.table({name: _as_text(table.column(table.column_names.index(name))) for name in wanted})
        text.validate(full=True)  # bytes that are no text
        return text
    except (pa.ArrowException, OSError):
        raise Unreadable(problem("damaged-file", label, "a column cannot be read as text")) from None


def _as_text(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Dates as ISO, whole numbers without a decimal point, missing as ''. Of a type that another program made, what is stored."""
    if isinstance(column.type, pa.BaseExtensionType):
        column = column.cast(column.type.storage_type)
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    if pa.types.is_floating(column.type):
        column = pc.if_else(pc.is_nan(column), None, column)
        whole = pc.and_(pc.equal(column, pc.floor(column)), pc.less(pc.abs(column), 2.0**53))  # exact up to here
        if pc.all(whole).as_py() is not False:
            column = column.cast(pa.int64())
    return pc.fill_null(column.cast(pa.string()), "")
