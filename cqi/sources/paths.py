"""What the path of a file says of its rows: the year of a return, and the authority that sent it."""

from __future__ import annotations

import re
from pathlib import Path

from cqi.sources.declared import File

YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?=\d\d(?!\d)|\D|$)")
"""A year by itself, or the first of a span: 2017, 2017-18, 201718."""

MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec january february march april june july august september october november december"
OF_A_RETURN = frozenset(
    f"{MONTHS} ssda ssda903 cla lac fy year years yr financial return returns submission submitted resubmission resubmitted final draft "
    "corrected revised new old copy data raw csv extract export file files table part version v q quarter period ending ended end".split()
)
"""Words in the name of a file or a yearly folder that name no authority."""

LITTLE = ("of", "the", "in", "to", "from", "for", "and", "a")
"""Words that belong to an authority's name only between two others: Isle of Wight."""

AUTHORITY_CODE = re.compile(r"[EWSNewsn]\d{8}|(?!903)[2-9]\d\d")
"""E09000006 or 305: how statistics and the department number an authority; 903 is the number of the return."""

FEWEST_LETTERS = 3


def said_by_path(path: Path, what: str) -> str:
    """What a path says: `year` is the nearest year in the names, `folder` the nearest folder that is not only a year's.

    A year's folder may hold the authority too: `Bromley 2017` says Bromley, `SSDA903 return 2017` says none.
    """
    if what == "year":
        years = (YEAR.findall(part) for part in (path.name, *(parent.name for parent in path.parents)))
        return next((found[-1] for found in years if found), "")
    return next((said for parent in path.parents if (said := _of_folder(parent.name))), "")


def authorities(by_role: dict[str, list[Path]], files: tuple[File, ...]) -> dict[Path, str]:
    """Path -> the authority that its folders or its name say; '' where its name should say it and does not.

    The names of files say it where files of one folder's name are told apart by words that are neither a year, the role, nor
    of a return: Bromley_episodes_2017.csv beside Hillingdon_episodes_2017.csv. A single such word may mean anything.
    """
    folders = {path: said_by_path(path, "folder") for paths in by_role.values() for path in paths}
    words = {path: _of_file(path.stem, file) for file in files for path in by_role.get(file.role, [])}
    told: dict[str, set[str]] = {}
    for path in (path for file in files if file.required for path in by_role.get(file.role, []) if words[path]):
        told.setdefault(folders[path], set()).add(words[path].casefold())
    by_name = {folder for folder, names in told.items() if len(names) > 1}
    return {path: words[path] if folder in by_name else folder for path, folder in folders.items()}


def _of_folder(name: str) -> str:
    """The folder's name; of a yearly one what is left without the year, '' where that is nothing."""
    return _rest(name, OF_A_RETURN) if YEAR.search(name) else name


def _of_file(stem: str, file: File) -> str:
    """What a file's name says beside the year, the role and the words of a return."""
    role = {word for pattern in file.patterns for word in re.findall(r"[a-z]+", pattern.rpartition(".")[0].casefold())}
    return _rest(stem, OF_A_RETURN | role)


def _rest(name: str, general: frozenset[str] | set[str]) -> str:
    parts = ("-".join(word for word in part.split("-") if _names_one(word, general)) for part in re.split(r"[_\s.,()\[\]]+", name))
    words = [part for part in parts if part.strip("-")]
    while words and words[0].casefold() in LITTLE:
        del words[0]
    while words and words[-1].casefold() in LITTLE:
        del words[-1]
    rest = " ".join(words).strip("-")
    return rest if sum(letter.isalnum() for letter in rest) >= FEWEST_LETTERS else ""


def _names_one(word: str, general: frozenset[str] | set[str]) -> bool:
    return word.casefold() not in general and (not re.search(r"\d", word) or bool(AUTHORITY_CODE.fullmatch(word)))
