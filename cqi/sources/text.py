"""The columns of a CSV or Parquet file as text, whatever their types: nothing is guessed."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet


class Unreadable(Exception):
    """What is wrong with one file, one sentence for each problem."""


def csv_text(label: str, data: bytes) -> tuple[list[str], Callable]:
    """The column names of a CSV file and a function that reads some of them."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise Unreadable(f"{label}: the file is saved as UTF-16; save it as 'CSV UTF-8'.")
    if not data.strip():
        raise Unreadable(f"{label}: the file is empty; export the table again.")
    if data.count(b'"') % 2:
        raise Unreadable(f"{label}: a quotation mark is opened and never closed; export the table again.")
    head = data[:65536].decode("utf-8-sig", errors="replace")
    mark = max(",;\t|", key=head.partition("\n")[0].count)
    names = next(csv.reader(io.StringIO(head), delimiter=mark))
    return names, lambda wanted: _csv_columns(label, data, names, wanted, mark)


def _csv_columns(label: str, data: bytes, names: list[str], wanted: list[str], mark: str) -> pa.Table:
    ragged = []
    options = {
        "read_options": pyarrow.csv.ReadOptions(use_threads=False),
        "parse_options": pyarrow.csv.ParseOptions(
            delimiter=mark, newlines_in_values=True, invalid_row_handler=lambda row: ragged.append(row) or "skip",
        ),
        "convert_options": pyarrow.csv.ConvertOptions(
            column_types=dict.fromkeys(wanted, pa.string()), include_columns=wanted, strings_can_be_null=False,
        ),
    }
    try:
        whole = data if data.endswith(b"\n") else data + b"\n"  # a header alone needs its line end
        table = pyarrow.csv.read_csv(pa.BufferReader(whole), **options)
    except pa.ArrowInvalid as error:  # its text holds values, so it is not passed on
        if "UTF8" in str(error):
            raise Unreadable(f"{label}: some letters are not saved as UTF-8; save it as 'CSV UTF-8'.") from None
        raise Unreadable(f"{label}: this cannot be read as CSV with {len(names)} columns; export it again.") from None
    if ragged:
        others = len(ragged) - 1
        more = f" (and {others:,} more {'line' if others == 1 else 'lines'} like it)" if others else ""
        raise Unreadable(
            f"{label}: line {ragged[0].number} has {ragged[0].actual_columns} fields where the header has "
            f"{ragged[0].expected_columns}{more}; put quotation marks around values that hold the separator."
        )
    return table


def parquet_text(label: str, data: bytes) -> tuple[list[str], Callable]:
    """The column names of a Parquet file and a function that reads some of them as text."""
    try:
        file = pyarrow.parquet.ParquetFile(pa.BufferReader(data))
    except (pa.ArrowException, OSError):
        raise Unreadable(f"{label}: the file cannot be read as Parquet; export it again.") from None
    return file.schema_arrow.names, lambda wanted: _parquet_columns(label, file, wanted)


def _parquet_columns(label: str, file: pyarrow.parquet.ParquetFile, wanted: list[str]) -> pa.Table:
    try:
        table = file.read(columns=wanted)
        return pa.table({name: _as_text(table.column(name)) for name in table.column_names})
    except (pa.ArrowException, OSError):
        raise Unreadable(f"{label}: a column cannot be read as text; export it again as dates and text.") from None


def _as_text(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Dates as ISO, whole numbers without a decimal point, missing as ''."""
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    if pa.types.is_floating(column.type):
        column = pc.if_else(pc.is_nan(column), None, column)
        whole = pc.and_(pc.equal(column, pc.floor(column)), pc.less(pc.abs(column), 2.0**53))  # exact up to here
        if pc.all(whole).as_py() is not False:
            column = column.cast(pa.int64())
    return pc.fill_null(column.cast(pa.string()), "")
