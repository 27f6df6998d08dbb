"""Files become tables of text under the fields' names; all that is wrong with all files is said at once."""

from __future__ import annotations

import mmap
from collections.abc import Callable
from functools import partial, reduce
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from cqi.sources.account import Ledger
from cqi.sources.columns import check_kind, chosen_columns, listed, tell_of_others
from cqi.sources.declared import File, Source
from cqi.sources.defects import problem
from cqi.sources.encoding import ODD_SPACES, UNSEEN, Unreadable, plain_utf8
from cqi.sources.finding import files_by_role, unread
from cqi.sources.readers import Opened
from cqi.sources.text import csv_text, line_of_names
from cqi.sources.whole import check_whole
from cqi.vocabulary import CqiError, printable

UNLIMITED = (".parquet", ".xml")
"""Endings of files that no spreadsheet writes."""

LONGEST_BYTES = 32_767
"""A cell of a spreadsheet holds no more letters; a longer value is a mark of quotation that was never closed, or an attack."""

NOTHING = b"\xef\xbb\xbf\xfe\xff\0 \t\r\n"
"""Bytes of a file in which nothing is written: marks of encodings, spaces and line ends."""


def text_tables(data: Path, source: Source, ledger: Ledger) -> dict[str, pd.DataFrame]:
    """One table of text for each role that has rows: fields as columns, then `file` (relative) and `row`.

    The ledger receives each file's rows, checksum and notes. CqiError lists every problem of every file.
    """
    by_role, problems = files_by_role(data, source)
    opened = Opened(source, by_role)
    tables = {}
    for file in source.files:
        parts = []
        for path in by_role.get(file.role, []):
            try:
                parts.append(_text_table(path, _relative(path, data), file, source, opened, ledger))
            except Unreadable as error:
                problems.extend(error.args)
        parts = [part for part in parts if part is not None]
        if parts:
            tables[file.role] = _stacked(parts)
        elif file.required and by_role.get(file.role) and not problems:
            problems.append(problem("no-rows", data.name, f"none of its {len(by_role[file.role]):,} {file.role} files has a row"))
    if problems:
        raise CqiError("\n".join(problems))
    if names := unread(data, source):
        ledger.tell("undeclared-files", f"Files that this source does not declare were not read: {listed(names)}")
    return tables


def _stacked(parts: list[pd.DataFrame]) -> pd.DataFrame:
    """The parts one under another; a column that a part lacks is blank there."""
    if len(parts) == 1:
        return parts[0]
    rows = pd.concat(parts, ignore_index=True)
    return rows.fillna({name: "" for name in rows.columns if name != "row"})


def _text_table(path: Path, name: str, file: File, source: Source, opened: Opened, ledger: Ledger) -> pd.DataFrame | None:
    """The declared columns of one file as text; None for an empty file without which the others can be read."""
    label = opened.label(path, name, file)
    data = _content(path, name, label, opened, ledger)
    alone, empty = opened.alone(file), "empty-file-of-several" if file.required else "empty-optional-file"
    if not alone and not data[:65536].strip(NOTHING):
        return ledger.tell(empty, "the file is empty; it was left out", file=label)
    reader = opened.reader(path, file)
    if reader is csv_text:
        data, said = plain_utf8(label, data[:], source.encoding)
        for defect, what in said:
            ledger.tell(defect, what, file=label)
    names, read = reader(label, data)
    if not names and alone:
        raise Unreadable(problem("empty-file", label, "the sheet is empty"))
    if not names:
        return ledger.tell(empty, "the sheet is empty; it was left out", file=label)
    check_kind(label, names, file, source, partial(line_of_names, data) if reader is csv_text else lambda names: 0)
    chosen = _chosen(label, names, read, file)
    rows = _fields(label, read(sorted({name for held in chosen.values() for name in held})), chosen)
    rows = rows.assign(**{key: opened.said(path, what, label) for key, what in file.from_path.items() if key not in rows})
    check_whole(label, rows, file, chosen, alone=alone, unlimited=path.suffix.lower() in UNLIMITED)
    ledger.read(label, file.table, len(rows))
    if rows.empty and file.nested:  # a file without one visit is not amiss
        return None
    if rows.empty:
        return ledger.tell(empty, "there are column names but no rows; it was left out", file=label)
    tell_of_others(label, names, chosen, ledger)
    return rows.assign(file=label, row=np.arange(2, len(rows) + 2))


def _content(path: Path, name: str, label: str, opened: Opened, ledger: Ledger) -> bytes | mmap.mmap:
    """The file's bytes, entered in the ledger when it is opened for the first time."""
    try:
        data, new = opened.content(path)
    except OSError as error:
        raise Unreadable(problem("unreadable-file", label, f"it could not be opened ({error.strerror})")) from None
    if new:
        ledger.take(name, data)
    return data


def _chosen(label: str, names: list[str], read: Callable, file: File) -> dict[str, list[str]]:
    try:
        return chosen_columns(label, names, file)
    except Unreadable:  # reading raises where a line has run into the names: then they may hold a child's value
        return chosen_columns(label, names, file, near=len(read(names[:1])) > 0)


def _fields(label: str, table: pa.Table, chosen: dict[str, list[str]]) -> pd.DataFrame:
    """The text of each field, spaces at both ends left off."""
    text = {name: _clean(label, name, table.column(name)) for name in table.column_names}
    return pa.table({key: _joined([text[name] for name in names]) for key, names in chosen.items()}).to_pandas()


def _joined(parts: list[pa.ChunkedArray]) -> pa.ChunkedArray:
    """The parts put together with '-'; blank where one of them is."""
    if len(parts) == 1:
        return parts[0]
    blank = reduce(pc.or_, (pc.equal(part, "") for part in parts))
    return pc.if_else(blank, "", pc.binary_join_element_wise(*parts, "-"))


def _clean(label: str, name: str, column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Text whose accents, spaces and unseen characters are written one way, so that what looks the same is the same.

    Raises Unreadable for control characters, which come in a Parquet file or a workbook, and for a value without an end.
    """
    if (pc.max(pc.binary_length(column)).as_py() or 0) > LONGEST_BYTES:
        raise Unreadable(problem("damaged-file", label, f"a value of '{name}' is longer than {LONGEST_BYTES:,} letters"))
    plain = not _has_controls(column)
    if not plain and pc.any(pc.match_substring_regex(column, r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")).as_py():
        raise Unreadable(problem("control-characters", label, f"the column '{name}' contains unreadable characters"))
    if not plain or not pc.all(pc.string_is_ascii(column), min_count=0).as_py():
        column = pc.utf8_normalize(column, "NFC")
        column = pc.replace_substring_regex(pc.replace_substring_regex(column, ODD_SPACES, " "), UNSEEN, "")
    return pc.utf8_trim_whitespace(column)


def _has_controls(column: pa.ChunkedArray) -> bool:
    """Whether a byte of the column may be a control character; looked for in the whole buffer, which takes no time."""
    buffers = [chunk.buffers()[2] for chunk in column.chunks if len(chunk)]
    text = [np.frombuffer(buffer, dtype="uint8") for buffer in buffers if buffer]
    return any(bool(((part < 32) | (part == 127)).any()) for part in text)


def _relative(path: Path, data: Path) -> str:
    return printable(path.name if path == data else path.relative_to(data).as_posix())
