"""Which files of a folder play which role in a source, and what their paths say."""

from __future__ import annotations

import re
from fnmatch import fnmatch
from pathlib import Path

from cqi.sources.declared import File, Source
from cqi.sources.excel import WORKBOOKS, sheet_names
from cqi.vocabulary import CqiError

YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?=\d\d(?!\d)|\D|$)")
"""A year by itself, or the first of a span: 2017, 2017-18, 201718."""

DATA_FILES = (".csv", ".tab", ".parquet", ".xlsx", ".xlsm", ".xls", ".xml")

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

    A single file plays the first required role, and with it every role whose rows lie in the same file. Sources with many
    files are looked for in sub-folders too. A file that fits several roles plays the one with the longest pattern.
    """
    if data.is_file():
        return _alone(data, source), []
    inside = sorted(path for path in (data.rglob("*") if source.many_files else data.glob("*")) if _is_data(path))
    played = {path: roles_played(path, source) for path in inside}
    found = {file.role: [path for path in inside if file.role in played[path]] for file in source.files}
    problems = [_missing(data, file) for file in source.files if file.required and not found[file.role]]
    if not source.many_files:
        problems += [_several(paths) for paths in found.values() if len(paths) > 1]
    return found, problems


def unread(data: Path, source: Source) -> list[str]:
    """Names of data files that lie beside those that are read and that no role declares."""
    if data.is_file():
        return []
    beside = [path for path in sorted(data.iterdir()) if path.suffix.lower() in DATA_FILES]
    return [path.name for path in beside if not roles_played(path, source)]


def said_by_path(path: Path, what: str) -> str:
    """What a path says: `year` is the nearest year in the names, `folder` the nearest folder that is not a year."""
    if what == "year":
        years = (YEAR.findall(part) for part in (path.name, *(parent.name for parent in path.parents)))
        return next((found[-1] for found in years if found), "")
    return next((parent.name for parent in path.parents if parent.name and not YEAR_FOLDER.fullmatch(parent.name)), "")


def _is_data(path: Path) -> bool:
    """Whether it is a file, and not one that an office program leaves beside an open one."""
    return path.is_file() and path.name[0] not in "~."


def roles_played(path: Path, source: Source) -> set[str]:
    """The roles of a file by its name; of a workbook by the names of its sheets, or else by its own."""
    if path.suffix.lower() not in WORKBOOKS:
        return best_roles(path.name, source)
    sheets = sheet_names(path)
    by_sheet = set().union(*(best_roles(f"{name}.csv", source) for name in sheets)) if len(sheets) > 1 else set()
    return by_sheet or best_roles(f"{path.stem}.csv", source)


def best_roles(name: str, source: Source) -> set[str]:
    """The roles that a name fits with the longest pattern: `ncands_2024.csv` fits `*ncands*.csv` better than `*.csv`."""
    fit = {file.role: _fit(name, file) for file in source.files}
    return {role for role, letters in fit.items() if 0 < letters == max(fit.values())}


def _alone(data: Path, source: Source) -> dict[str, list[Path]]:
    """One file by itself: the first required role, with every other whose rows lie in the same file."""
    first = next(file for file in source.files if file.required)
    inside = roles_played(data, source) if data.suffix.lower() in WORKBOOKS and len(sheet_names(data)) > 1 else set()
    return {file.role: [data] for file in source.files if file is first or file.role in inside or (file.nested and first.nested)}


def _fit(name: str, file: File) -> int:
    """How many letters of the name the role's patterns spell out, 0 where none fits."""
    patterns = (pattern.casefold() for pattern in file.patterns)
    return max((len(pattern.replace("*", "")) for pattern in patterns if fnmatch(name.casefold(), pattern)), default=0)


def _missing(data: Path, file: File) -> str:
    return f"{data.name}: no file for '{file.role}' is in the folder; name it like {' or '.join(file.patterns)}."


def _several(paths: list[Path]) -> str:
    names = " and ".join(path.name for path in paths)
    return f"{paths[0].parent.name}: {names} are for the same table; keep one of them."
