"""Which files of a folder play which role in a source."""

from __future__ import annotations

from fnmatch import fnmatch
from pathlib import Path

from cqi.sources.columns import listed, looks_like
from cqi.sources.declared import File, Source, declared_source, source_names
from cqi.sources.encoding import UTF_16, separator
from cqi.sources.excel import WORKBOOKS, sheet_names
from cqi.vocabulary import CqiError, local, printable

DATA_FILES = (".csv", ".tab", ".tsv", ".txt", ".parquet", ".xlsx", ".xlsm", ".xls", ".xlsb", ".ods", ".xml", ".zip", ".gz", ".7z")
"""Endings of files that may hold data, whether they can be read or not."""

TEXT_FILES = (".csv", ".tab", ".tsv", ".txt")
HEAD_BYTES = 1 << 16


def data_path(data: str | Path) -> Path:
    """The folder or file called `data`: as it stands, else in the first folder above the working folder that has it."""
    asked = local(data).expanduser()
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
    inside = _inside(data, source)
    played = {path: roles_played(path, source) for path in inside}
    found = {file.role: [path for path in inside if file.role in played[path]] for file in source.files}
    problems = [_missing(data, file, inside, source) for file in source.files if file.required and not found[file.role]]
    if not source.many_files:
        problems += [_several(paths) for paths in found.values() if len(paths) > 1]
    return found, problems


def unread(data: Path, source: Source) -> list[str]:
    """Names of data files that lie beside those that are read and that no role declares."""
    if data.is_file():
        return []
    beside = [path for path in _inside(data, source) if path.suffix.lower() in DATA_FILES]
    return [printable(path.relative_to(data).as_posix()) for path in beside if not roles_played(path, source)]


def _inside(data: Path, source: Source) -> list[Path]:
    return sorted(path for path in (data.rglob("*") if source.many_files else data.glob("*")) if _is_data(path))


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


def _missing(data: Path, file: File, inside: list[Path], source: Source) -> str:
    """What is missing, and what is there in its place."""
    there = [path for path in inside if path.suffix.lower() in DATA_FILES]
    found = next((f"{path.name} looks like {kind}." for path in there if (kind := _kind(path, source))), "")
    names = f"It holds {listed([path.name for path in there])}. {found}".strip() if there else "It holds no table."
    return f"{data.name}: no file for '{file.role}' is in the folder; name it like {' or '.join(file.patterns)}. {names}"


def _kind(path: Path, source: Source) -> str:
    """What a file that plays no role looks like: the file or source whose columns it has, or the source that reads XML."""
    if path.suffix.lower() == ".xml":
        return next((f"the source '{name}'" for name in source_names() if ".xml" in "".join(declared_source(name).files[0].patterns)), "")
    if path.suffix.lower() in WORKBOOKS and len(sheet_names(path)) > 1:
        return "a workbook whose sheets are called otherwise"
    if path.suffix.lower() not in TEXT_FILES:
        return ""
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    lines = head.decode("utf-16" if head[:2] in UTF_16 else "utf-8-sig", errors="replace").splitlines()
    first = next((line for line in lines if line.strip()), "")
    return looks_like([name.strip('"') for name in first.split(separator(first.encode()))], source)


def _several(paths: list[Path]) -> str:
    names = " and ".join(path.name for path in paths)
    return f"{paths[0].parent.name}: {names} are for the same table; keep one of them."
