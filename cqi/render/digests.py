"""Digests of all that decides what a page shows: the program, definitions, notebooks, the files of the data, the tables counted from them.

Each is a sha256 in hexadecimal, the same in every process, for every place in which the files lie, and whenever they were written.
"""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Iterable, Mapping
from dataclasses import fields
from datetime import date, timedelta
from decimal import Decimal
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pandas as pd

from cqi import __version__
from cqi.render.job import Job, notebook_path
from cqi.sources.declared import declared_source
from cqi.sources.finding import data_path
from cqi.sources.site_goals import site_goals
from cqi.vocabulary import definition_folders, own_definitions

PACKAGES = ("altair", "bleach", "highspy", "jinja2", "mistune", "nbconvert", "numpy", "pandas", "papermill", "pyarrow", "python-calamine",
            "scipy", "vl-convert-python")
"""Packages whose version may change a number or a page."""
PROGRAM = (".py", ".toml", ".j2", ".css", ".csv", ".json")
"""Endings of the files that the program is made of."""
DEFINED = ("measures", "sources", "benchmarks")
"""Folders of definitions that an agency may have of its own."""
PATHS = ("data", "since")
"""Parameters that say where a file lies: what is in it decides, not where it is."""


def file_digest(path: Path) -> str:
    """The digest of a file's content."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def folder_digests(folder: Path, paths: Iterable[Path]) -> dict[str, str]:
    """The digest of each file, by its path below the folder (posix), in order of path."""
    return {path.relative_to(folder).as_posix(): file_digest(path) for path in sorted(paths)}


def code_digest() -> str:
    """The digest of the program: its version, its files, and the versions of Python and of the packages that numbers and pages come from."""
    package = Path(__file__).parents[1]
    own = (path for path in package.rglob("*") if path.suffix in PROGRAM)
    return digest(__version__, platform.python_version(), {name: version(name) for name in PACKAGES}, folder_digests(package, own))


def definitions_digest() -> str:
    """The digest of all definitions: those of the program, and the agency's own, in the folder that `own_definitions` finds.

    Raises CqiError where there is no such folder.
    """
    own = own_definitions()
    ours = Path(definition_folders("")[0])
    parts = [folder_digests(ours, _definitions(ours))]
    return digest(*parts, *(folder_digests(Path(own), _definitions(Path(own) / kind)) for kind in DEFINED if own))


def _definitions(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.suffix in (".toml", ".csv") and path.is_file()]


def notebook_digest(role: str) -> str:
    """The digest of the notebook of a role, where `cqi.render.plan.notebook_path` finds it."""
    return file_digest(notebook_path(role))


def inputs_digest(data: str, source: str, *, without: Path | None = None) -> str:
    """The digest of the data: how the source declares it, name and content of every file of the folder, or of the one file, and the targets
    and regions that `cqi.toml` holds for it.

    Files that programs leave beside those that they have open, which are never read, do not count, nor do those in the folder `without`:
    pages may be made in the folder of the data.
    """
    path = data_path(data)
    inside = [each for each in (path.rglob("*") if path.is_dir() else [path]) if each.is_file() and each.name[0] not in "~."]
    inside = [each for each in inside if without is None or without.resolve() not in each.resolve().parents]
    return digest(repr(declared_source(source)), folder_digests(path if path.is_dir() else path.parent, inside), *filter(None, [site_goals(path)]))


def tables_digest(tables: object) -> str:
    """The digest of a dataclass of frames and facts, such as `Tables`: every name, order, kind and value; a missing value is none of its own kind.

    A list, a tuple and an array of the same values are the same; the order of names in facts does not count.
    """
    held = {each.name: getattr(tables, each.name) for each in fields(tables)}
    return digest({name: frame_digest(each) if isinstance(each, pd.DataFrame) else plain(each) for name, each in held.items()})


def frame_digest(frame: pd.DataFrame) -> str:
    """The digest of a frame: its columns in order, their kinds, its rows in order, its index."""
    index = frame.index.to_frame(index=False)
    told = hashlib.sha256(json.dumps([plain(list(frame.columns)), plain(list(frame.index.names))]).encode())
    for each in (*(frame.iloc[:, place] for place in range(frame.shape[1])), *(index.iloc[:, place] for place in range(index.shape[1]))):
        told.update(_column_digest(each))
    return told.hexdigest()


def page_key(job: Job, *, notebook: str, shown: Iterable[str], program: str, definitions: str) -> str:
    """The key of a page: it changes when anything does that decides what stands there.

    `shown`: digests of what its notebook reads: tables of its profile and cohort, the replayed past, the earlier extract. `notebook`, `program`
    and `definitions`: the digests of those. Where the data lies does not count, nor who the children are.
    """
    parameters = {name: bool(value) if name in PATHS else value for name, value in job.parameters.items()}
    return digest(job.role, job.place, parameters, notebook, list(shown), program, definitions)


# ---- values --------------------------------------------------------------------------------------------------------------

def digest(*parts: object) -> str:
    return hashlib.sha256(json.dumps([plain(part) for part in parts]).encode()).hexdigest()


def _column_digest(column: pd.Series) -> bytes:
    """Kind and values: numbers and days as their bytes, text as its different words and their places, all else word for word."""
    kind, values = column.dtype, column.array
    if isinstance(kind, np.dtype) and kind.kind in "biufmM":
        content = canonical(column.to_numpy()).tobytes()
    elif isinstance(kind, pd.StringDtype):
        places, words = pd.factorize(values)
        content = places.astype("int64").tobytes() + json.dumps(list(words)).encode()
    elif isinstance(kind, pd.CategoricalDtype):
        content = column.cat.codes.to_numpy("int64").tobytes() + json.dumps(plain(list(kind.categories))).encode() + bytes([bool(kind.ordered)])
    else:
        content = json.dumps(plain(list(values))).encode()
    return hashlib.sha256(str(kind).encode() + b"\n" + str(len(column)).encode() + b"\n" + content).digest()


def canonical(values: np.ndarray) -> np.ndarray:
    """The values in one layout, missing numbers written in one way: there are many."""
    values = np.ascontiguousarray(values).astype(values.dtype.newbyteorder("<"), copy=False)
    return np.where(np.isnan(values), values.dtype.type("nan"), values) if values.dtype.kind == "f" else values


def plain(value: object) -> object:
    """The value as JSON can hold it, its kind told: 1, 1.0, True, "1" and every kind of missing differ.

    Raises TypeError for a kind whose words might differ from process to process.
    """
    if isinstance(value, np.generic):
        value = value.item() if value.dtype.kind not in "mM" else pd.Timestamp(value) if value.dtype.kind == "M" else pd.Timedelta(value)
    if value is None or isinstance(value, (bool, str)):
        return value
    if isinstance(value, Mapping):
        return {"names": sorted(([plain(name), plain(each)] for name, each in value.items()), key=json.dumps)}
    if isinstance(value, (list, tuple, np.ndarray)):
        return [plain(each) for each in value]
    if isinstance(value, (set, frozenset)):
        return {"set": sorted((plain(each) for each in value), key=json.dumps)}
    if value is pd.NaT or value is pd.NA or isinstance(value, (int, float, Decimal, date, timedelta, Path)):
        return {type(value).__name__: str(value) if isinstance(value, Path) else repr(value)}
    raise TypeError(f"a table holds a {type(value).__name__}, which has no words of its own")
