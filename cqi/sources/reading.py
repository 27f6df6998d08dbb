"""Files become tables of text under the fields' names; all that is wrong with all files is said at once."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from cqi.sources.account import Ledger
from cqi.sources.declared import Column, File, Source
from cqi.sources.finding import files_by_role, said_by_path, unread
from cqi.sources.readers import reader
from cqi.sources.text import Unreadable
from cqi.vocabulary import WHOLE, CqiError, nearest

PRIVATE = re.compile(
    r"worker|ssn|social.?sec|surname|(?:first|last|middle|full|child|given).?name|^name$|address|phone|e.?mail", re.I
)
"""Column names that suggest people's names or numbers."""


def text_tables(data: Path, source: Source, ledger: Ledger) -> dict[str, pd.DataFrame]:
    """One table of text for each role that has rows: fields as columns, then `file` (relative) and `row`.

    The ledger receives each file's rows, checksum and notes. CqiError lists every problem of every file.
    """
    by_role, problems = files_by_role(data, source)
    tables = {}
    for file in source.files:
        parts = []
        for path in by_role.get(file.role, []):
            try:
                parts.append(_text_table(path, _relative(path, data), file, ledger))
            except Unreadable as error:
                problems.extend(error.args)
        parts = [part for part in parts if part is not None]
        if parts:
            tables[file.role] = _stacked(parts)
    if problems:
        raise CqiError("\n".join(problems))
    if names := unread(data, source):
        ledger.note(f"Files that this source does not declare were not read: {_listed(names)}.")
    return tables


def _stacked(parts: list[pd.DataFrame]) -> pd.DataFrame:
    """The parts one under another; a column that a part lacks is blank there."""
    if len(parts) == 1:
        return parts[0]
    rows = pd.concat(parts, ignore_index=True)
    return rows.fillna({name: "" for name in rows.columns if name != "row"})


def _text_table(path: Path, label: str, file: File, ledger: Ledger) -> pd.DataFrame | None:
    """The declared columns of one file as text; None for an empty file that is optional."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise Unreadable(f"{label}: it could not be opened ({error.strerror}); close it or ask for access.") from None
    ledger.take(label, data)
    if not data.strip() and not file.required:
        ledger.note("the file is empty; it was left out.", file=label)
        return None
    names, read = reader(path.suffix)(label, data)
    chosen = _chosen(label, names, file)
    rows = _fields(read(sorted({name for held in chosen.values() for name in held})), chosen)
    rows = rows.assign(**{key: said_by_path(path, what) for key, what in file.from_path.items() if key not in rows})
    _check_rows(label, rows, file)
    _note_undeclared(label, names, chosen, ledger)
    ledger.read(label, file.table, len(rows))
    if rows.empty:
        ledger.note("there are column names but no rows; it was left out.", file=label)
        return None
    return rows.assign(file=label, row=np.arange(2, len(rows) + 2))


def _check_rows(label: str, rows: pd.DataFrame, file: File) -> None:
    """What is wrong with the file as a whole: no rows, a blank column, a county with the name of the whole."""
    if rows.empty and file.required:
        raise Unreadable(f"{label}: there are column names but no rows; export the table again.")
    blank = [key for key in rows if len(rows) and (rows[key] == "").all()]
    problems = [
        f"{label}: {column.field} is blank on every row; fill it in the source."
        for column in file.columns if column.filled and column.field in blank
    ]
    if "county" in rows and (rows["county"].str.casefold() == WHOLE.casefold()).any():
        problems.append(f"{label}: a county is named '{WHOLE}', our name for the whole file; rename or remove it.")
    if problems:
        raise Unreadable(*problems)


def _chosen(label: str, names: list[str], file: File) -> dict[str, list[str]]:
    """Field -> the columns of the file that hold it (several when they are joined). Case of names does not count."""
    clean = [name.strip().casefold() for name in names]
    held = dict(zip(clean, names, strict=True))
    chosen = {column.field: _columns_of(column, held) for column in file.columns}
    taken = {name.strip().casefold() for columns in chosen.values() for name in columns}
    if not taken:  # its first line may be a child's, so nothing of it is told
        wanted = _listed([column.names[0] for column in file.columns if column.required])
        raise Unreadable(f"{label}: the first line names none of the columns ({wanted}); put their names there, or look for the right file.")
    free = [name.strip() for name in names if name.strip().casefold() not in taken]
    problems = [
        f"{label}: the column name '{held[name]}' is there {count} times; keep one of them."
        for name, count in Counter(clean).items() if name in taken and count > 1
    ]
    problems += [
        _no_column(label, column, free) for column in file.columns
        if column.required and not chosen[column.field] and column.field not in file.from_path
    ]
    if problems:
        raise Unreadable(*problems)
    return {key: columns for key, columns in chosen.items() if columns}


def _columns_of(column: Column, held: dict[str, str]) -> list[str]:
    for name in column.names:
        if name.casefold() in held:
            return [held[name.casefold()]]
    joined = [held.get(name.casefold()) for name in column.joined]
    return joined if joined and all(joined) else []


def _no_column(label: str, column: Column, names: list[str]) -> str:
    near = nearest(column.names[0], names)
    hint = f" Did you mean {' or '.join(repr(name) for name in near)}?" if near else ""
    return f"{label}: there is no column '{column.names[0]}'; add it or rename the column that holds it.{hint}"


def _fields(table: pa.Table, chosen: dict[str, list[str]]) -> pd.DataFrame:
    """The text of each field, spaces at both ends (no-break spaces too) left off."""
    text = {name: pc.utf8_trim_whitespace(table.column(name)) for name in table.column_names}
    joined = {
        key: text[names[0]] if len(names) == 1 else pc.binary_join_element_wise(*(text[name] for name in names), "-")
        for key, names in chosen.items()
    }
    return pa.table(joined).to_pandas()


def _note_undeclared(label: str, names: list[str], chosen: dict[str, list[str]], ledger: Ledger) -> None:
    used = {name for held in chosen.values() for name in held}
    rest = [name.strip() for name in names if name not in used and name.strip()]
    private = [name for name in rest if PRIVATE.search(name)]
    plain = [name for name in rest if name not in private]
    if private:
        ledger.note(f"columns that look like people's names or numbers were dropped: {_listed(private)}.", file=label)
    if plain:
        ledger.note(f"columns that this source does not declare were not read: {_listed(plain)}.", file=label)


def _listed(names: list[str]) -> str:
    return ", ".join(names[:10]) + (f" and {len(names) - 10} more" if len(names) > 10 else "")


def _relative(path: Path, data: Path) -> str:
    return path.name if path == data else path.relative_to(data).as_posix()
