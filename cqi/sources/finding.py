"""Which files of a folder play which role in a source, and what their paths say."""

from __future__ import annotations

import re
from fnmatch import fnmatch
from pathlib import Path

from cqi.sources.declared import File, Source
from cqi.vocabulary import CqiError

YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?=\d\d(?!\d)|\D|$)")
"""A year by itself, or the first of a span: 2017, 2017-18, 201718."""

YEAR_FOLDER = re.compile(r"(?:19|20)\d\d(?:[\W_]?\d\d(?:\d\d)?)?")


def data_path(data: str | Path) -> Path:
    """The folder or file called `data`: as it stands, else in the first folder above the working folder that has it."""
    asked = Path(data).expanduser()
    here = Path.cwd()
    for folder in (here, *here.parents):
        if (folder / asked).exists():
            return (folder / asked).resolve()
    raise CqiError(f"{data}: there is no such file or folder here or in the folders above; give the path to the data.")


def files_by_role(data: Path, source: Source) -> tuple[dict[str, list[Path]], list[str]]:
    """The paths that play each role, sorted, and what is wrong: a required file missing, or two where one is meant.

    A single file plays the first required role. Sources with many files are looked for in sub-folders too.
    """
    if data.is_file():
        return {next(file.role for file in source.files if file.required): [data]}, []
    inside = sorted(path for path in (data.rglob("*") if source.many_files else data.glob("*")) if _is_data(path))
    found = {file.role: [path for path in inside if _plays(path, file)] for file in source.files}
    problems = [_missing(data, file) for file in source.files if file.required and not found[file.role]]
    if not source.many_files:
        problems += [_several(paths) for paths in found.values() if len(paths) > 1]
    return found, problems


def unread(data: Path, source: Source) -> list[str]:
    """Names of data files that lie beside those that are read and that no role declares."""
    if data.is_file():
        return []
    beside = [path for path in sorted(data.iterdir()) if path.suffix.lower() in (".csv", ".tab", ".parquet", ".xlsx")]
    return [path.name for path in beside if not any(_plays(path, file) for file in source.files)]


def said_by_path(path: Path, what: str) -> str:
    """What a path says: `year` is the nearest year in the names, `folder` the nearest folder that is not a year."""
    if what == "year":
        years = (YEAR.findall(part) for part in (path.name, *(parent.name for parent in path.parents)))
        return next((found[-1] for found in years if found), "")
    return next((parent.name for parent in path.parents if parent.name and not YEAR_FOLDER.fullmatch(parent.name)), "")


def _is_data(path: Path) -> bool:
    """Whether it is a file, and not one that an office program leaves beside an open one."""
    return path.is_file() and path.name[0] not in "~."


def _plays(path: Path, file: File) -> bool:
    return any(fnmatch(path.name.casefold(), pattern.casefold()) for pattern in file.patterns)


def _missing(data: Path, file: File) -> str:
    return f"{data.name}: no file for '{file.role}' is in the folder; name it like {' or '.join(file.patterns)}."


def _several(paths: list[Path]) -> str:
    names = " and ".join(path.name for path in paths)
    return f"{paths[0].parent.name}: {names} are for the same table; keep one of them."
