"""The last run: the newest finished one below the same folder with an earlier as-of date, and what it has published."""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

import pandas as pd

from cqi import __version__
from cqi.registry import measure, reviewed_names
from cqi.sources.declared import declared_source
from cqi.vocabulary import definition_folders

RECORD = "restricted/published.json"
"""Below a run's folder: what the next run compares itself with. Digests of internal tables are not for every reader: they confirm a
guess."""
TABLES = ("course", "looks", "measures")
"""Tables of a cohort that are compared."""
NUMBERS = ("numerator", "denominator", "observed")
_FOLDER = re.compile(r"\d{4}-\d\d-\d\d")
_DECIDES = ("kind", "type", "direction", "unit", "who", "what", "data_needed")
"""What of a measure's definition decides what is counted; its words do not."""


@dataclass(frozen=True)
class Last:
    """The last run: its folder, the profile, its record as `recorded` gives it, and the digest of that."""

    folder: Path
    profile: str
    record: dict
    digest: str

    @property
    def as_of(self) -> date:
        """Its as-of date."""
        return date.fromisoformat(self.record["as_of"])

    @property
    def words(self) -> tuple[str, ...]:
        """The cohorts whose tables it has published for the profile."""
        return tuple(self.record["published"][self.profile])

    def table(self, word: str, name: str) -> pd.DataFrame:
        """A table of a cohort as it was published: all text, but for NUMBERS, where missing is hidden, not told or not known."""
        table = pd.read_csv(_path(self.folder, self.profile, word, name), dtype=str, keep_default_na=False)
        return table.assign(**{each: pd.to_numeric(table[each], errors="coerce") for each in NUMBERS if each in table})


def last_run(out: Path, as_of: str, profile: str) -> Last | None:
    """The newest run below `out` that was finished for the profile, by an as-of date before this one; None where there is none.

    A run whose tables are not as it wrote them does not count, nor one that keeps no record of what it published.
    """
    folders = (path.parents[1] for path in Path(out).glob(f"*/{RECORD}"))
    earlier = sorted((folder for folder in folders if _FOLDER.fullmatch(folder.name) and folder.name < as_of), reverse=True)
    return next(filter(None, (_last(folder, profile) for folder in earlier)), None)


def _last(folder: Path, profile: str) -> Last | None:
    try:
        found = (folder / RECORD).stat()
        return _read(folder, profile, found.st_mtime_ns, found.st_size)
    except OSError:
        return None


@lru_cache(maxsize=16)
def _read(folder: Path, profile: str, changed: int, size: int) -> Last | None:
    try:
        record = json.loads((folder / RECORD).read_bytes())
    except ValueError:
        return None
    tables = record.get("published", {}).get(profile) if isinstance(record, dict) else None
    if not tables or not all(_digest(_path(folder, profile, word, name)) == written for word, each in tables.items()
                             for name, written in each.items()):
        return None
    return Last(folder, profile, record, _told([record["as_of"], record["inputs"], record["defined"], tables]))


def recorded(folder: Path, facts: dict, source: str, words: dict[str, list[str]]) -> dict:
    """What the next run needs to know of this one: its as-of date, its files, all that decides how its numbers come about, and the digest
    of each of TABLES that it has published of the cohorts of each profile. `facts` as every page has them."""
    return {"as_of": facts["as_of"], "inputs": facts["inputs"], "defined": defined(source),
            "published": {profile: _published(folder, profile, own) for profile, own in words.items()}}


def _published(folder: Path, profile: str, words: Iterable[str]) -> dict[str, dict[str, str]]:
    return {word: {name: _digest(_path(folder, profile, word, name)) for name in TABLES} for word in words}


def defined(source: str) -> dict:
    """What decides how numbers come about, for a run's record: digests of each measure's rule, each table of published figures and the
    source's declaration, and the program's version."""
    return _defined(source, os.environ.get("CQI_DEFINITIONS", ""))


@lru_cache(maxsize=4)
def _defined(source: str, own: str) -> dict:
    """Read once in a process for each folder of the user's own, as the definitions themselves are."""
    return {"measures": {name: _told([getattr(measure(name), each) for each in _DECIDES]) for name in reviewed_names()},
            "benchmarks": _benchmarks(), "source": _told(repr(declared_source(source))), "program": __version__}


def _benchmarks() -> dict[str, str]:
    paths = {path.name: path for folder in definition_folders("benchmarks") if folder.is_dir() for path in folder.iterdir()
             if path.name.endswith(".csv")}
    return {name.removesuffix(".csv"): hashlib.sha256(paths[name].read_bytes()).hexdigest()[:16] for name in sorted(paths)}


def _told(what: object) -> str:
    return hashlib.sha256(json.dumps(what, sort_keys=True, default=str).encode()).hexdigest()[:16]


def _path(folder: Path, profile: str, word: str, name: str) -> Path:
    return folder / profile / "tables" / f"{word.replace('/', '-')}-{name}.csv"


def _digest(path: Path) -> str:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return ""
