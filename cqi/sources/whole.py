"""Whether a file is whole and is what it seems: rounded ids, totals, names in the middle, a table cut off by a spreadsheet."""

from __future__ import annotations

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from cqi.sources.declared import File
from cqi.sources.defects import problem
from cqi.sources.encoding import Unreadable
from cqi.sources.text import FOOTER
from cqi.vocabulary import WHOLE

SPREADSHEET_LINES = (65_536, 1_048_576)
IDS = ("child_id", "episode_id", "care_id", "staff_id")
ROUNDED = r"^\d([.,]\d+)?[eE]\+\d+$|^\d+\.0+$"
"""Ids as a spreadsheet or a program writes rounded numbers: 1.2E+15, 123.0. (1E05 may be an id.)"""
EXACT_DIGITS = 15
FEWEST_LONG_IDS = 6


def check_whole(label: str, rows: pd.DataFrame, file: File, chosen: dict[str, list[str]], *, alone: bool, unlimited: bool) -> None:
    """Raises Unreadable with everything that makes the file as a whole unusable. `rows` hold text under the fields' names.

    `alone`: no other file could have the rows that this one lacks. `unlimited`: the file is of a kind that no spreadsheet
    writes, so no length is suspicious.
    """
    if rows.empty and alone:
        raise Unreadable(problem("no-rows", label, "there are column names but no rows"))
    if rows.empty:
        return
    problems = [
        problem("blank-column", label, f"{column.field} is blank on every row")
        for column in file.columns if column.filled and column.field in rows and (rows[column.field] == "").all()
    ]
    if file.role != "targets" and "county" in rows and (rows["county"].str.casefold() == WHOLE.casefold()).any():
        problems.append(problem("reserved-county", label, f"a county is named '{WHOLE}', our name for the whole file"))
    if not unlimited and {len(rows), len(rows) + 1} & set(SPREADSHEET_LINES):
        problems.append(problem("cut-by-excel", label, f"the file has exactly {len(rows):,} rows: Excel cut it"))
    problems += _total(label, rows, file) + _names_again(label, rows, chosen)
    problems += [text for key in IDS if key in rows for text in _rounded(label, key, rows[key])]
    if problems:
        raise Unreadable(*problems)


def _total(label: str, rows: pd.DataFrame, file: File) -> list[str]:
    """The last row begins as a total does, and lacks something that every row must have."""
    last = rows.iloc[-1]
    lacks = any(last[column.field] == "" for column in file.columns if column.filled and column.field in rows)
    if lacks and FOOTER.match(next((value for value in last if value), "")):
        return [problem("total-row", label, f"the last line, row {len(rows) + 1:,}, looks like a total and not like a child")]
    return []


def _names_again(label: str, rows: pd.DataFrame, chosen: dict[str, list[str]]) -> list[str]:
    """Rows that hold the names of two or more of their columns."""
    held = [(key, names[0].strip()) for key, names in chosen.items() if len(names) == 1 and key in rows]
    same = [_array(rows[key]) for key, _ in held]
    hits = sum(pc.equal(column, name).cast(pa.int8()).to_numpy() for column, (_, name) in zip(same, held, strict=True))
    places = (hits >= min(2, len(held))).nonzero()[0] if len(held) else []
    return [problem("repeated-names", label, f"row {places[0] + 2:,} holds the column names again")] if len(places) else []


def _rounded(label: str, key: str, ids: pd.Series) -> list[str]:
    """Ids that lost digits: written with an exponent or decimals, or all of the longest ending in zeros."""
    ids = _array(ids)
    rounded = pc.match_substring_regex(ids, ROUNDED)
    count = pc.sum(rounded).as_py()
    if count:
        row = pc.index(rounded, True).as_py() + 2
        return [problem("rounded-ids", label, f"{count:,} of {key}, the first on row {row:,}, look like rounded numbers (as 1.2E+15)")]
    long = ids.filter(pc.greater(pc.utf8_length(ids), EXACT_DIGITS))
    cut = pc.fill_null(pc.match_substring_regex(long, rf"^\d{{{EXACT_DIGITS}}}0+$"), False)
    if len(long) >= FEWEST_LONG_IDS and pc.all(cut).as_py():
        return [problem("rounded-ids", label, f"all {len(long):,} long numbers in {key} end in zeros: digits were lost")]
    return []


def _array(values: pd.Series) -> pa.ChunkedArray:
    found = pa.array(values, type=pa.large_string(), from_pandas=True)
    return found if isinstance(found, pa.ChunkedArray) else pa.chunked_array([found])
