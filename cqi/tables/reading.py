"""The extract and its integers, kept while its files stay as they are; and where counted tables are kept."""

from __future__ import annotations

import ctypes
import gc
import hashlib
import json
import os
import shutil
from collections.abc import Callable
from contextlib import suppress
from dataclasses import fields
from datetime import date
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from tempfile import mkdtemp

import pandas as pd
from pyarrow import default_memory_pool, types
from pyarrow.parquet import ParquetFile

from cqi import __version__
from cqi.cohorts import AsOf, check_reach, first_whole_entry, months_after, told_as_of
from cqi.measures import Basis, basis
from cqi.registry import Measure, measure, measure_names
from cqi.sources import Extract, load
from cqi.sources.declared import declared_source
from cqi.sources.finding import data_path
from cqi.sources.site_goals import site_goals
from cqi.vocabulary import own_definitions

INPUTS = "CQI_INPUTS"
"""Holds the digest of the data of a run, taken when it began."""


def read(data: str, source: str) -> tuple[Extract, Basis]:
    """The extract and its integers, kept for the next call while the files and the source's declaration stay as they are.

    Raises CqiError as `cqi.sources.load` does.
    """
    return _read(data, source, _inputs(data, source))


def forget() -> None:
    """Forgets what was read, and gives its memory back; the next who asks reads it again."""
    _read.cache_clear()
    give_back()


def give_back() -> None:
    """Gives memory that is no longer used back to the system."""
    gc.collect()
    default_memory_pool().release_unused()
    with suppress(AttributeError, OSError):  # a C library that cannot
        ctypes.CDLL(None).malloc_trim(0)


@lru_cache(maxsize=2)
def _read(data: str, source: str, inputs: str) -> tuple[Extract, Basis]:
    extract = load(data, source)
    return extract, basis(extract)


def as_of_and_counties(data: str, source: str, as_of: str) -> tuple[AsOf, tuple[str, ...], date]:
    """The as-of date of a file, its counties in order of name, and the day from which its cohorts are whole.

    Raises CqiError as `cqi.cohorts.told_as_of` does.
    """
    extract, on = read(data, source)
    return told_as_of(extract.episodes, as_of), on.counties, first_whole_entry(extract.episodes)


def reached(data: str, source: str, as_of: str) -> tuple[AsOf, tuple[str, ...], date]:
    """As `as_of_and_counties`. Raises CqiError also where the file does not reach the day, as `cqi.cohorts.check_reach` does."""
    found = as_of_and_counties(data, source, as_of)
    check_reach(read(data, source)[0].episodes, found[0].day)
    return found


def file_facts(extract: Extract, as_of: AsOf, counties: tuple[str, ...]) -> dict:
    """What every page says of its file: the as-of date and why, counties, how it was read, its files and the version."""
    return {
        "as_of": as_of.day.isoformat(), "as_of_reason": as_of.reason, "counties": list(counties), "notes": list(extract.notes),
        "source": extract.source, "inputs": [list(row) for row in extract.inputs.itertuples(index=False)], "version": __version__,
    }


FIRST_ROW = {
    "reports during care": ("reports", "report_date"), "further reports on victims": ("reports", "report_date"),
    "children kept at home after a report": ("reports", "report_date"), "reports closed in time": ("reports", "report_date"),
    "months with a visit": ("visits", "visit_date"),
}
"""Kinds of measure that count rows of another table than stays: the table, and its date."""


def begins(each: Measure, extract: Extract, first_entry: date) -> date:
    """The first day from which the file can tell a measure; `date.max` where it cannot at all.

    The rows that it counts must be there from the month of the first one; children in care for long must have entered
    within what the file covers. `date.min` for measures of those who enter or leave.
    """
    if each.kind in FIRST_ROW:
        table, column = FIRST_ROW[each.kind]
        first = getattr(extract, table)[column].min()
        return date.max if pd.isna(first) else first.date().replace(day=1)
    if each.kind != "exits of children in care":
        return date.min
    months = each.who.get("months_in_care_below") or each.who.get("months_in_care", 0) + 12
    return months_after([first_entry.replace(day=1)], months)[0].item()


def key(data: str, source: str, *parts: str) -> str:
    """A name for tables of these inputs: it changes when a file, a definition, a parameter or the version changes."""
    text = json.dumps([_inputs(data, source), *parts, _definitions(own_definitions()), __version__], default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:20]


@lru_cache(maxsize=4)
def _definitions(own: str) -> list[str]:
    """All measure definitions as text; they are read once in a process for each folder of the user's own."""
    return [str(measure(name)) for name in measure_names()]


def _inputs(data: str, source: str) -> str:
    """The source's declaration, name, size and time of change of every file, enough to notice that one was replaced, and what `cqi.toml` sets. In a run,
    what the files were when it began: all its pages show the same."""
    if begun := os.environ.get(INPUTS, ""):
        return repr((begun, data, source))
    path = data_path(data)
    found = sorted(path.rglob("*")) if path.is_dir() else [path]
    files = [(str(each), each.stat().st_size, each.stat().st_mtime_ns) for each in found if each.is_file()]
    return repr((declared_source(source), files, site_goals(path)))


SUMS = "sums.json"
"""The digest of every file of kept tables."""


def kept(make: Callable, kind: type, name: str):
    """The tables that `make` gives, a dataclass of frames whose last field is a dict of facts: found where a run or an
    earlier call put them under this name (CQI_CACHE), else made and put there.

    Files that are not as they were written, as after a full disk or a hand that was too quick, are made anew.
    """
    folder = os.environ.get("CQI_CACHE", "")
    if not folder:
        return make()
    place, every = Path(folder) / name, None
    if not (found := _whole(place)):
        _write(every := make(), place)
        found = _whole(place)
    if not found:  # another process, for which they were spoilt too, has just put its own there
        return every
    return kind(**{field.name: _stored(found[f"{field.name}.parquet"]) for field in fields(kind)[:-1]}, facts=json.loads(found["facts.json"]))


def _whole(place: Path) -> dict[str, bytes]:
    """The content of every file of the place; nothing where it is not there, or was spoilt since it was written: then it is moved away."""
    if not place.is_dir():
        return {}
    with suppress(OSError, ValueError):
        sums = json.loads((place / SUMS).read_text(encoding="utf-8"))
        found = {name: (place / name).read_bytes() for name in sums}
        if all(hashlib.sha256(content).hexdigest() == sums[name] for name, content in found.items()):
            return found
    with suppress(OSError):
        shutil.rmtree(place.rename(place.with_name(f"{place.name}.{os.getpid()}.spoilt")), ignore_errors=True)
    return {}


def _stored(content: bytes) -> pd.DataFrame:
    """The table of a file, read without a thread: a process that forks has none. Of words that come again and again each is kept once."""
    file = ParquetFile(BytesIO(content), pre_buffer=False)
    words = [field.name for field in file.schema_arrow if types.is_string(field.type) or types.is_large_string(field.type)]
    file = ParquetFile(BytesIO(content), pre_buffer=False, read_dictionary=words)
    found = file.read(use_threads=False).to_pandas(use_threads=False)
    return found.astype({name: "str" for name in words if name in found})


def _write(every, place: Path) -> None:
    """Writes the tables beside their place, then renames, so that a reader finds all of them or none."""
    place.parent.mkdir(parents=True, exist_ok=True)
    working = Path(mkdtemp(prefix=f"{place.name}.", dir=place.parent))
    for field in fields(every)[:-1]:
        getattr(every, field.name).to_parquet(working / f"{field.name}.parquet")
    (working / "facts.json").write_text(json.dumps(every.facts, default=str), encoding="utf-8")
    sums = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(working.iterdir())}
    (working / SUMS).write_text(json.dumps(sums), encoding="utf-8")
    try:
        working.rename(place)
    except OSError:  # another process was first; its tables are the same
        shutil.rmtree(working, ignore_errors=True)
