"""Sources as their TOML files declare them: files, columns, codes and row shape, checked when read."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from cqi.sources.dates import DATE_FORMATS, DAY_FIRST
from cqi.sources.parts import with_parts
from cqi.sources.settings import SETTINGS as HOW_WRITTEN
from cqi.sources.settings import settings
from cqi.vocabulary import DISPOSITIONS, EXIT_REASONS, SETTINGS, TABLE_COLUMNS, CqiError, nearest, no_such, source_files

OURS = Path(__file__).parent.parent / "definitions" / "sources"

KINDS = ("text", "date", "code", "number")
LISTS = {"exit reasons": EXIT_REASONS, "settings": SETTINGS, "dispositions": DISPOSITIONS}
"""Code lists in the field's own words, for files that already speak them."""

WORDS = {
    "exit_reason": EXIT_REASONS,
    "end_reason": (*EXIT_REASONS, "continues"),
    "start_reason": ("start", "move", "same carers", "legal status"),
    "setting": SETTINGS,
    "current_setting": SETTINGS,
    "disposition": DISPOSITIONS,
    "entry_known": ("yes", "no"),
}
"""Words that a code list may give for a field; other coded fields (sex, race) choose their own words."""

SHAPE_FIELDS = {
    "one_row_per_episode": ("child_id", "county", "entry_date", "exit_date", "exit_reason"),
    "touching_rows": ("child_id", "county", "start_date", "start_reason", "end_date", "end_reason", "setting"),
    "last_report_wins": ("child_id", "county", "entry_date", "exit_date", "exit_reason", "removals", "prior_exit_date"),
    "last_record_wins": ("child_id", "county", "entry_date", "exit_date", "exit_reason", "report_year", "report_month"),
}
"""Fields that the `episodes` file of each row shape must declare."""


@dataclass(frozen=True)
class Column:
    """One field and the column of the file that holds it.

    `names`: column names in the file, the first found is read. `joined`: columns put together with '-' when none of
    `names` is there. `required`: the column must be there. `filled`: a row with a blank is set aside.
    `lenient`: an unreadable value is read as blank with a note, where otherwise its row is set aside.
    `width`: digits are padded with zeros to this width. `when_blank`: the word for a blank code.
    `codes`: folded code -> word; on text, only the listed values are replaced.
    """

    field: str
    names: tuple[str, ...]
    kind: str = "text"
    joined: tuple[str, ...] = ()
    codes: dict[str, str] = field(default_factory=dict)
    required: bool = False
    filled: bool = False
    lenient: bool = False
    width: int = 0
    when_blank: str = ""


STEPS = ("history", "race_of_flags", "setting_of_flags", "child_disposition", "care_link", "not_in_error")
"""Steps between the reading of a role's rows and its table; each is told in `cqi/sources/steps.py`."""


@dataclass(frozen=True)
class File:
    """One role in a source: which files play it, the table they fill, and their columns.

    `nested`: in an XML file the first element of a row (E69: each removal is a row). `steps`: as in `STEPS`, in order.
    """

    role: str
    table: str
    patterns: tuple[str, ...]
    required: bool
    columns: tuple[Column, ...]
    from_path: dict[str, str]
    nested: str = ""
    steps: tuple[str, ...] = ()


@dataclass(frozen=True)
class Source:
    """A declared source. `order` names the fields that tell a later report from an earlier one; `federal`: the file is of
    the federal system of the United States, whose checks, limits and half-year reporting periods apply to it."""

    name: str
    title: str
    citation: str
    reviewer: str
    reviewed: date
    valid_years: tuple[int, int]
    shape: str
    order: tuple[str, ...]
    date_formats: tuple[str, ...]
    blank_dates: tuple[str, ...]
    many_files: bool
    federal: bool
    files: tuple[File, ...]
    encoding: str = ""
    time_zone: str = ""
    earliest_entry: date = date(1970, 1, 1)
    county_codes: str = ""


def source_names() -> list[str]:
    """The names `load` accepts as `source`, sorted: ours and those in `sources` of `own_definitions`."""
    return sorted(source_files())


def declared_source(name: str) -> Source:
    """The checked declaration of the source called `name`; CqiError when there is none or it is incomplete."""
    paths = source_files()
    if name not in paths:
        raise no_such("source", name, paths)
    try:
        text = tomllib.loads(paths[name].read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CqiError(f"{paths[name].name}: this is not TOML ({error}); correct the file.") from None
    return _source(name, text)


def _source(name: str, text: dict) -> Source:
    where = f"{name}.toml"
    _known(where, text, (
        "title", "citation", "reviewer", "reviewed", "valid_years", "date_formats", "blank_dates", "many_files",
        "federal", "shape", "order", "files", "codes", *HOW_WRITTEN,
    ))
    _filled(where, text)
    text = with_parts(where, text, OURS)
    lists = {
        name: {code.casefold(): word for code, word in codes.items()} for name, codes in text.get("codes", {}).items()
    }
    files = tuple(declared_file(where, role, text["files"][role], lists) for role in text["files"])
    source = Source(
        name, *(text[key] for key in ("title", "citation", "reviewer", "reviewed")), tuple(text["valid_years"]),
        text["shape"], tuple(text.get("order", ())), tuple(text["date_formats"]), tuple(text.get("blank_dates", ())),
        text.get("many_files", False), text.get("federal", False), files, **settings(where, text),
    )
    _check_shape(where, source)
    _check_formats(where, source.date_formats)
    return source


def _filled(where: str, text: dict) -> None:
    for key in ("title", "citation", "reviewer", "reviewed", "valid_years", "date_formats", "shape", "files"):
        if not text.get(key):
            raise CqiError(f"{where}: '{key}' is empty; a source says what it is, after whom, and who reviewed it.")
    if len(text["valid_years"]) != 2:
        raise CqiError(f"{where}: 'valid_years' is not a first and a last year; write it as [2010, 2026].")
    if not isinstance(text["reviewed"], date):
        raise CqiError(f"{where}: 'reviewed' is not a date; write it as 2026-11-22, without quotes.")


def declared_file(where: str, role: str, text: dict, lists: dict | None = None) -> File:
    """One role as its declaration tells it; `lists` are code lists by name. Raises CqiError, naming the place, for anything that no role has."""
    where = f"{where}, files.{role}"
    _known(where, text, ("table", "patterns", "required", "columns", "from_path", "nested", "steps"))
    if not text.get("patterns") or not text.get("columns"):
        raise CqiError(f"{where}: 'patterns' and 'columns' are empty; name the files and the columns to read.")
    table = text.get("table", role)
    if table not in (*TABLE_COLUMNS, "children"):
        raise no_such("table", table, (*TABLE_COLUMNS, "children"), where=where)
    for step in text.get("steps", ()):
        if step not in STEPS:
            raise no_such("step", step, STEPS, where=where)
    columns = tuple(_column(where, key, value, lists or {}) for key, value in text["columns"].items())
    return File(
        role, table, tuple(text["patterns"]), text.get("required", False), columns,
        dict(text.get("from_path", {})), text.get("nested", ""), tuple(text.get("steps", ())),
    )


def _column(where: str, key: str, text: dict, lists: dict) -> Column:
    where = f"{where}.{key}"
    _known(where, text, (
        "name", "names", "kind", "joined", "codes", "required", "filled", "lenient", "width", "when_blank",
    ))
    kind = text.get("kind", "code" if "codes" in text else "text")
    if kind not in KINDS:
        raise no_such("kind of column", kind, KINDS, where=where)
    return Column(
        key, tuple(text.get("names", (text.get("name", key),))), kind, tuple(text.get("joined", ())),
        _codes(where, key, text["codes"], lists) if "codes" in text else {},
        **{flag: text[flag] for flag in ("required", "filled", "lenient", "width", "when_blank") if flag in text},
    )


def _codes(where: str, key: str, name: str, lists: dict) -> dict[str, str]:
    """Folded code -> word. Every word is one that the field may have."""
    known = {word: {entry: entry for entry in entries} for word, entries in LISTS.items()} | lists
    if name not in known:
        raise no_such("code list", name, known, where=where)
    allowed = (*WORDS.get(key, known[name].values()), "")
    for word in known[name].values():
        if word not in allowed:
            raise no_such("word", word, allowed, where=f"{where}, codes.{name}")
    return known[name]


def _check_shape(where: str, source: Source) -> None:
    if source.shape not in SHAPE_FIELDS:
        raise no_such("row shape", source.shape, SHAPE_FIELDS, where=where)
    roles = {file.role: file for file in source.files}
    if "episodes" not in roles or not roles["episodes"].required:
        raise CqiError(f"{where}: there is no files.episodes with required = true; declare the file of stays under it.")
    tables = [file.table for file in source.files if file.table != "children"]
    if len(set(tables)) < len(tables):
        raise CqiError(f"{where}: two of its files fill one table; put their patterns under one of them.")
    fields = {*(column.field for column in roles["episodes"].columns), *roles["episodes"].from_path}
    missing = [key for key in (*SHAPE_FIELDS[source.shape], *source.order) if key not in fields]
    if missing:
        raise CqiError(f"{where}: the row shape {source.shape} needs {', '.join(missing)}; declare them under columns.")


def _check_formats(where: str, formats: tuple[str, ...]) -> None:
    for name in formats:
        if name not in DATE_FORMATS:
            raise no_such("date format", name, DATE_FORMATS, where=where)
    if "mm/dd/yyyy" in formats and (day_first := [name for name in formats if name in DAY_FIRST]):
        raise CqiError(f"{where}: {day_first[0]} and mm/dd/yyyy read one date in two ways; declare one of them.")


def _known(where: str, text: dict, keys: tuple[str, ...]) -> None:
    for key in text:
        if key not in keys:
            near = nearest(key, keys)
            hint = f"did you mean {near[0]}?" if near else f"it may hold {', '.join(keys)}."
            raise CqiError(f"{where}: '{key}' is not something a source declares; {hint}")
