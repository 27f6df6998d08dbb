"""What has been given out before: a file of released counts, one line a release, to which lines are only added.

A reader keeps older releases. So a count that was given out is known, and one that moved by 1 to 10 since would tell that many children.
"""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path

import pandas as pd

from cqi.disclosure.earlier import KEY
from cqi.registry import measure
from cqi.services import service_measures
from cqi.vocabulary import CqiError

COLUMNS = [*KEY, "day", "children", "numerator", "denominator"]
VERSION = 1


def ledger_path(folder: Path, profile: str) -> Path:
    """Where what a profile was given out is written down, beside the folders of its releases."""
    return folder / f"given-out-{profile}.jsonl"


def digest(path: str) -> str:
    """A word that changes when the file does; empty without one."""
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()[:16] if path and Path(path).is_file() else ""


def given_out(path: Path | None) -> pd.DataFrame:
    """Every figure that was given out, in order of its day, by measures whose definition is still the same: COLUMNS; empty without a file.

    `at` is 0 for all by that day; a missing `numerator` was hidden. Raises CqiError for a line that is not whole, but for the last,
    which a run that died may have torn.
    """
    lines = _lines(path)
    releases = [_release(line, path, number, last=number == len(lines)) for number, line in enumerate(lines, 1)]
    rows = [row for release in releases for row in release["counts"] if release["definitions"].get(row[0]) == _definition(row[0])]
    found = pd.DataFrame(rows, columns=COLUMNS).astype({"at": "int64", "children": "float64", "numerator": "float64", "denominator": "float64"})
    found = found.assign(day=pd.to_datetime(found["day"])).drop_duplicates(COLUMNS)
    return found.sort_values("day", kind="stable", ignore_index=True)


def _lines(path: Path | None) -> list[bytes]:
    return [line for line in path.read_bytes().split(b"\n") if line] if path and path.is_file() else []


def _release(line: bytes, path: Path, number: int, *, last: bool) -> dict:
    try:
        found = json.loads(line)
    except ValueError:
        if last:
            return {"counts": [], "definitions": {}}
        raise _damaged(path, number) from None
    if not isinstance(found, dict) or not {"version", "counts", "definitions"} <= found.keys():
        raise _damaged(path, number)
    if found["version"] != VERSION:
        raise CqiError(f"{path.name}, line {number}: written by another version of the program (format {found['version']}, not {VERSION}).")
    return found


def _damaged(path: Path, number: int) -> CqiError:
    return CqiError(f"{path.name}, line {number}: this line is damaged. Put back a copy of the file: it says what was given out before.")


def _definition(name: str) -> str:
    try:
        defined = service_measures()[name] if name in service_measures() else measure(name)
    except CqiError:  # a measure that is no more
        return ""
    return hashlib.sha256(str(defined).encode()).hexdigest()[:16]


def add_to_ledger(path: Path, shown: pd.DataFrame, *, as_of: str, inputs: list) -> None:
    """Adds the counts of a release (COLUMNS, as given out) that were not given out before as one line; the file is made, readable by its owner
    only, where it is not there."""
    there = pd.MultiIndex.from_frame(given_out(path)[COLUMNS].fillna(-1))
    shown = shown.loc[~pd.MultiIndex.from_frame(shown[COLUMNS].fillna(-1)).isin(there)]
    if shown.empty:
        return
    counts = shown.assign(day=shown["day"].dt.strftime("%Y-%m-%d")).sort_values([*KEY, "day"])[COLUMNS]
    names = sorted(set(counts["measure"]))
    line = {"version": VERSION, "as_of": as_of, "inputs": inputs, "definitions": {name: _definition(name) for name in names},
            "counts": json.loads(counts.to_json(orient="values"))}
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+b") as file:
        before = file.read()
        end = len(before) if before.endswith(b"\n") or _is_whole(before.rpartition(b"\n")[2]) else before.rfind(b"\n") + 1
        file.seek(end)
        file.truncate()
        file.write(b"" if not end or before[:end].endswith(b"\n") else b"\n")
        file.write(json.dumps(line, ensure_ascii=False).encode() + b"\n")
        file.flush()
        os.fsync(file.fileno())


def _is_whole(line: bytes) -> bool:
    """Whether a last line that lacks only its end is there."""
    try:
        return isinstance(json.loads(line), dict)
    except ValueError:
        return False
