"""What the columns, dates and codes of an extract are taken for: proposed, shown, and asked where they don't tell."""

from __future__ import annotations

import argparse
from dataclasses import dataclass, replace
from pathlib import Path

from cqi.progress import say
from cqi.site.init.asking import Asking, option
from cqi.site.init.codes import LISTS, OF, Code, checked_words, codes
from cqi.site.init.dates import MONTH_FIRST, SLASHED, formats, with_slashed
from cqi.site.init.fitting import TABLES, Fit, fits
from cqi.site.init.looking import Sheet, sheets
from cqi.sources.columns import listed
from cqi.vocabulary import CqiError

TABLE_WORDS = {"episodes": "stays in care", "placements": "placements", "reports": "reports of maltreatment", "visits": "visits",
               "population": "the population"}
NO_STAYS = "None of the tables ({}) looks like stays in care. Name the columns yourself: --map entry_date=COLUMN, and the like."


@dataclass(frozen=True)
class Proposal:
    """Tables with their columns, codes with their words, and how dates are written: all that a source says."""

    fits: list[Fit]
    codes: list[Code]
    formats: tuple[str, ...]


def proposal(options: argparse.Namespace, place: Path, asking: Asking) -> Proposal:
    """What the extract is taken for, after all questions are answered; it is shown. Raises CqiError with the options that would answer
    them."""
    there = sheets(place)
    found = _whole(fits(there, _mapped(options.map)), there, asking)
    given = dict(_pair(each, "--code", "CODE=WORD") for each in options.code)
    meant = [code for fit in found for code in codes(fit, given)]
    checked_words(given, meant)
    ways, unsure = formats([fit.sheet.rows[column] for fit in found for name, column in fit.columns.items()
                            if fit.column(name).kind == "date"])
    say("\n".join([*(line for fit in found for line in _fit_lines(fit)), *_others(there, found), *_date_lines(ways, unsure, options.dates),
                   *_code_lines(meant)]))
    meant = [_asked(code, asking) for code in meant]
    way = options.dates or (asking.line("Does the month stand first in the dates (mm/dd/yyyy), or the day (dd/mm/yyyy)?",
                                        "--dates mm/dd/yyyy, or --dates dd/mm/yyyy",
                                        words=(MONTH_FIRST, SLASHED)) if unsure else "")
    asking.check()
    return Proposal(found, meant, with_slashed(ways, way) if way else ways)


def _mapped(given: list[str]) -> dict[str, dict[str, str]]:
    """Table -> field -> column, as --map says."""
    made: dict[str, dict[str, str]] = {}
    for each in given:
        name, column = _pair(each, "--map", "FIELD=COLUMN")
        table, _, wanted = name.rpartition(".")
        made.setdefault(table or TABLES[0], {})[wanted] = column
    return made


def _pair(text: str, name: str, example: str) -> tuple[str, str]:
    left, equals, right = text.partition("=") if name == "--map" else text.rpartition("=")
    if not equals or not left.strip():
        raise CqiError(f"{name} {text!r}: write it as {example}.")
    return left.strip(), right.strip()


def _whole(found: list[Fit], there: list[Sheet], asking: Asking) -> list[Fit]:
    """The tables, where every field of the stays has a column: one that its content alone speaks for counts only if somebody says so."""
    if not found or not found[0].columns:
        raise CqiError(NO_STAYS.format(listed([each.name for each in there])))
    stays = found[0]
    asked = [*stays.missing, *stays.by_content]
    if asked and not asking.terminal:
        say("\n".join(_fit_lines(stays)))
    given = {}
    for name in asked:
        free = tuple(column for column in stays.sheet.columns if column not in stays.columns.values() or stays.columns.get(name) == column)
        guess = stays.columns.get(name, "COLUMN")
        hint = f" (perhaps {guess})" if name in stays.by_content else ""
        given[name] = asking.line(f"Which column is {name}{hint}? Columns left: {listed(list(free))}:", option("--map", f"{name}={guess}"),
                                  words=free)
    asking.check()
    return [replace(stays, columns={**stays.columns, **given}, by_content=(), missing=()), *found[1:]]


def _asked(code: Code, asking: Asking) -> Code:
    if code.word is not None:
        return code
    words = LISTS[OF[code.field]]
    told = ", ".join(word or "(nothing: still in care)" for word in words)
    said = asking.line(f"What does {code.code!r} mean, a code of {code.field} ({code.counted})? One of: {told}:",
                       option("--code", f"{code.code}=WORD"), words=words, note=f"WORD, for a code of {code.field}, is one of: {told}.",
                       needed="" not in words or not asking.terminal)
    return replace(code, word=said)


# ---- what is shown -------------------------------------------------------------------------------------------------------

def _fit_lines(fit: Fit) -> list[str]:
    columns = [f"  {name:<22} {column}{'   (by what is in it; please check)' if name in fit.by_content else ''}"
               for name, column in fit.columns.items()]
    return [f"{fit.sheet.name}: {len(fit.sheet.rows):,} rows, read as {TABLE_WORDS[fit.file.role]}:", *columns,
            *(f"  {name:<22} ?" for name in fit.missing),
            *_beside("Not read", [name for name in fit.sheet.columns if name not in fit.columns.values()]),
            *_beside("Never read, as they look like people's names or numbers, or workers", fit.sheet.left_alone)]


def _beside(what: str, names: list[str]) -> list[str]:
    return [f"  {what}: {listed(names)}."] if names else []


def _others(there: list[Sheet], found: list[Fit]) -> list[str]:
    used = {fit.sheet.name for fit in found}
    names = [sheet.name for sheet in there if sheet.name not in used]
    return [f"Files that are not read: {listed(names)}."] if names else []


def _date_lines(ways: tuple[str, ...], unsure: bool, said: str | None) -> list[str]:
    if unsure and not said:
        return ["Dates: in every date both numbers could be the month, so the dates don't tell whether the month or the day stands first."]
    return [f"Dates are written as: {', '.join(with_slashed(ways, said) if said else ways)}."]


def _code_lines(meant: list[Code]) -> list[str]:
    lines = []
    for name in dict.fromkeys(each.field for each in meant):
        lines.append(f"Codes of {name}:")
        lines += [f"  {each.code} ({each.counted}): {'?' if each.word is None else each.word or 'still in care'}" for each in meant
                  if each.field == name]
    return lines
