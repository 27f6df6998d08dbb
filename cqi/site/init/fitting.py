"""Which table of an extract is which of ours, and which of its columns is which field: by names first, and by what is in them."""

from __future__ import annotations

from dataclasses import dataclass, field

from cqi.site.init.likeness import ALIKE, field_likeness
from cqi.site.init.looking import Sheet, could_be
from cqi.sources.declared import Column, File, declared_source
from cqi.vocabulary import CqiError, no_such

TABLES = ("episodes", "placements", "reports", "visits", "population")
"""Tables that are looked for, the one that must be there first."""
HELD = {"date": "days that can be read", "code": "a list of codes", "number": "numbers", "text": "what belongs there"}
"""What a column of each kind holds. The codes of one that is said to hold codes are shown: so it must be no list of children."""


@dataclass(frozen=True)
class Fit:
    """A table of the extract as one of ours. `columns`: field -> its column. `by_content`: those that only what is in them speaks for.
    `missing`: fields that there must be and that no column fits."""

    file: File
    sheet: Sheet
    columns: dict[str, str]
    by_content: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    likeness: float = field(default=0.0, compare=False)

    def column(self, name: str) -> Column:
        """The declaration of one field."""
        return next(each for each in self.file.columns if each.field == name)


def fits(sheets: list[Sheet], given: dict[str, dict[str, str]]) -> list[Fit]:
    """The tables found, ours of stays in care first, each with a table of the extract that no other has.

    `given`: table -> field -> column, which count whatever the names say; '' for a field that no column is. A table other than that of
    stays is found only where every field that it must have has a column by its name. Raises CqiError for a table, field or column that is
    not there.
    """
    ours = {file.role: file for file in declared_source("episodes").files if file.role in TABLES}
    _check(given, ours, sheets)
    found, free = [], list(sheets)
    for table in TABLES:
        tried = [_fit(ours[table], sheet, given.get(table, {})) for sheet in free if _has(sheet, given.get(table, {}))]
        best = max(tried, key=lambda each: (-len(each.missing) - len(each.by_content), each.likeness), default=None)
        if best and (table == TABLES[0] or not (best.missing or best.by_content)):
            _check_alone(best.sheet, sheets)
            found.append(best)
            free.remove(best.sheet)
    return found


def _check_alone(sheet: Sheet, sheets: list[Sheet]) -> None:
    """Raises CqiError where another file is called the same but for its date: which of them counts cannot be told."""
    alike = [each.name for each in sheets if each.pattern == sheet.pattern]
    if len(alike) > 1:
        raise CqiError(f"{' and '.join(alike)} are called alike. Give each extract a folder of its own, and name them with a star: --data "
                       "'extracts/*'.")


def _check(given: dict[str, dict[str, str]], ours: dict[str, File], sheets: list[Sheet]) -> None:
    """Raises CqiError for what --map names and is not there, or may not be read."""
    for table, held in given.items():
        if table not in ours:
            raise no_such("table", table, ours, where="--map")
        for name, column in held.items():
            fields = [each.field for each in ours[table].columns]
            if name not in fields:
                raise no_such("field", name, fields, where=f"{table} (--map)")
            if column and any(column in sheet.left_alone for sheet in sheets):
                raise CqiError(f"--map {name}={column}: this column looks like names or numbers of people, or like workers, and is "
                               "never read.")
            if column and not any(column in sheet.columns for sheet in sheets):
                raise no_such("column", column, [each for sheet in sheets for each in sheet.columns], where="the extract (--map)")
            if column and not any(_could(sheet, ours[table], name, column) for sheet in sheets if column in sheet.columns):
                raise CqiError(f"--map {name}={column}: what is in this column is not {HELD[_kind(ours[table], name)]}; name another.")


def _has(sheet: Sheet, given: dict[str, str]) -> bool:
    return all(column in sheet.columns for column in given.values() if column)


def _fit(file: File, sheet: Sheet, given: dict[str, str]) -> Fit:
    chosen = {name: column for name, column in given.items() if column}
    alike = sorted(((field_likeness(name, file.role, each.field), each.required, each.field, name) for each in file.columns
                    if each.field not in given
                    for name in sheet.columns), key=lambda one: (-one[0], not one[1], one[2], one[3]))
    for likeness, _, wanted, name in alike:
        if likeness >= ALIKE and wanted not in chosen and name not in chosen.values() and _could(sheet, file, wanted, name):
            chosen[wanted] = name
    left = [each.field for each in file.columns if each.required and each.field not in chosen]
    guessed = {wanted: name for wanted in left if (name := _by_content(sheet, file, wanted, chosen))}
    total = sum(max(field_likeness(name, file.role, wanted), float(wanted in given)) for wanted, name in chosen.items())
    by_name = {name: column for name, column in (chosen | guessed).items() if column}
    ordered = {each.field: by_name[each.field] for each in file.columns if each.field in by_name}
    return Fit(file, sheet, ordered, tuple(guessed), tuple(name for name in left if name not in guessed), total)


def _could(sheet: Sheet, file: File, wanted: str, name: str) -> bool:
    return could_be(sheet.rows[name], _kind(file, wanted), wanted)


def _kind(file: File, wanted: str) -> str:
    return next(each.kind for each in file.columns if each.field == wanted)


def _by_content(sheet: Sheet, file: File, wanted: str, chosen: dict[str, str]) -> str:
    """The one column left that could be the field by what is in it; '' for none, or several."""
    able = [name for name in sheet.columns if name not in chosen.values() and _could(sheet, file, wanted, name)]
    return able[0] if len(able) == 1 else ""
