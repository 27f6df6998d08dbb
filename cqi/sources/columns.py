"""Which columns of a file hold the fields that its source declares, and what is said of the others."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable

from cqi.sources.account import Ledger
from cqi.sources.declared import Column, File, Source, declared_source, source_names
from cqi.sources.defects import problem
from cqi.sources.encoding import Unreadable
from cqi.vocabulary import WORKER, CqiError, nearest

PRIVATE = re.compile(
    r"ssn|social.?sec|^upn$|passport|medicaid|surname|[fl]name$|^name$|address|phone|e.?mail|post.?code"
    r"|(?:first|last|middle|full|child|given|maiden|parent|mother|father|client|person|youth)s?.?name|name.?(?:of.?)?(?:child|client)",
    re.I,
)
"""Column names that suggest people's names or numbers."""

COUNTY = re.compile(r"county|cnty|jurisdiction", re.I)
SAME_COUNTY = re.compile(r"name|code|fips|(?:no|id|num|number)$", re.I)


def check_kind(label: str, names: list[str], file: File, source: Source, line_of_names: Callable[[list[str]], int]) -> None:
    """Raises Unreadable where the first line holds no column names, or the names of another file.

    `line_of_names` gives the line on which most of some names are, or 0.
    """
    held = {_folded(name): name for name in names}
    chosen = {column.field: _columns_of(column, held) for column in file.columns}
    if _missing(chosen, file) and (other := looks_like(held, source, but=file.role)):
        raise Unreadable(problem("wrong-file", label, f"its columns look like those of {other}"))
    if not any(chosen.values()):  # its first line may be a child's, so nothing of it is told
        raise Unreadable(_no_names(label, file, line_of_names([name for column in file.columns for name in column.names])))


def chosen_columns(label: str, names: list[str], file: File, *, near: bool = True) -> dict[str, list[str]]:
    """Field -> the columns of the file that hold it (several when they are joined). Case of names does not count.

    Raises Unreadable with every problem of the names; with `near` it offers names that are like those that are missing.
    """
    clean = [_folded(name) for name in names]
    held = dict(zip(clean, names, strict=True))
    chosen = {column.field: _columns_of(column, held) for column in file.columns}
    taken = {_folded(name) for columns in chosen.values() for name in columns}
    free = [name for name in tellable(names) if _folded(name) not in taken] if near else []
    problems = [
        problem("repeated-column", label, f"the column name '{held[name]}' is there {count} times")
        for name, count in Counter(clean).items() if name in taken and count > 1
    ]
    problems += [_no_column(label, column, free) for column in _missing(chosen, file)]
    if problems:
        raise Unreadable(*problems)
    return {key: columns for key, columns in chosen.items() if columns}


def tell_of_others(label: str, names: list[str], chosen: dict[str, list[str]], ledger: Ledger) -> None:
    """Says which columns were not read, those about people apart from the others, and that there is more than one county."""
    used = {name for held in chosen.values() for name in held}
    rest = tellable([name for name in names if name not in used])
    private = [name for name in rest if PRIVATE.search(name)]
    workers = [name for name in rest if name not in private and WORKER.search(name)]
    counties = [name for name in rest if COUNTY.search(name) and not SAME_COUNTY.search(name)]
    plain = [name for name in rest if name not in (*private, *workers)]
    for defect, found, what in (
        ("private-columns", private, "columns that look like people's names or numbers were dropped"),
        ("worker-columns", workers, "columns that look like workers or providers were dropped"),
        ("other-columns", plain, "columns that this source does not declare were not read"),
    ):
        if found:
            ledger.tell(defect, f"{what}: {listed(found)}", file=label)
    if counties and "county" in chosen:
        read = chosen["county"][0].strip()
        ledger.tell("two-counties", f"the county was read from '{read}', and not from {listed(counties)}", file=label)


def tellable(names: list[str]) -> list[str]:
    """The names that may be told: not those with a long number or a day in them, into which a row may have run."""
    return [name.strip() for name in names if name.strip() and not re.search(r"\d{5}|\d[/.-]\d", name)]


def listed(names: list[str]) -> str:
    """The first ten names, and how many more."""
    return ", ".join(names[:10]) + (f" and {len(names) - 10} more" if len(names) > 10 else "")


def _folded(name: str) -> str:
    return name.strip().casefold()


def _columns_of(column: Column, held: dict[str, str]) -> list[str]:
    for name in column.names:
        if name.casefold() in held:
            return [held[name.casefold()]]
    joined = [held.get(name.casefold()) for name in column.joined]
    return joined if joined and all(joined) else []


def _missing(chosen: dict[str, list[str]], file: File) -> list[Column]:
    return [column for column in file.columns
            if column.required and not chosen[column.field] and column.field not in file.from_path]


def looks_like(names: Iterable[str], source: Source, *, but: str = "") -> str:
    """The file of this source (`but` one role), or of another, all of whose required columns are there; '' for none."""
    held = {_folded(name): name for name in names}
    for other in source.files:
        if other.role != but and _fits(held, other):
            return f"the '{other.role}' file"
    beside = []
    for name in source_names():
        try:
            others = declared_source(name).files if name != source.name else ()
        except CqiError:  # a declaration that is not used now may be unfinished
            continue
        for other in (other for other in others if _fits(held, other)):
            if other.required:
                return f"the source '{name}'"
            beside.append(f"the '{other.role}' file of the source '{name}'")
    return next(iter(beside), "")


def _fits(held: dict[str, str], file: File) -> bool:
    required = [column for column in file.columns if column.required]
    return len(required) >= 3 and all(_columns_of(column, held) for column in required)


def _no_names(label: str, file: File, line: int) -> str:
    wanted = listed([column.names[0] for column in file.columns if column.required])
    there = f"; line {line:,} does" if line else ""
    return problem("names-not-first", label, f"the first line names none of the columns ({wanted}){there}",
                   "" if line else "Or look for the right file.")


def _no_column(label: str, column: Column, names: list[str]) -> str:
    near = nearest(column.names[0], names)
    hint = f"Did you mean {' or '.join(repr(name) for name in near)}?" if near else ""
    return problem("missing-column", label, f"there is no column '{column.names[0]}'", hint)
