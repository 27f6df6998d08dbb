"""Published figures to set a county's beside, each with its period and vintage: context, never a pass or a fail.

Every CSV file in `definitions/benchmarks`, ours and the user's own, is one vintage of one publication, with a TOML file of
the same name beside it that says whose it is. A newer vintage is a new pair of files.
"""

from __future__ import annotations

import io
import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache

import numpy as np
import pandas as pd

from cqi.vocabulary import CqiError, definition_folders, no_such, own_definitions

COLUMNS = ("measure", "dimension", "group", "period", "denominator", "numerator", "value", "per", "reporting_states")
"""Columns of a benchmark file. `value` is `per` * numerator / denominator: a proportion has per 1."""

DIMENSIONS = ("all", "age", "race and ethnicity")
AGE_GROUPS = (
    (0, 4, "0 to 3 months"), (4, 12, "4 to 11 months"), (0, 12, "under 1 year"), (12, 72, "1 to 5 years"),
    (72, 132, "6 to 10 years"), (132, 204, "11 to 16 years"), (204, 216, "17 years"),
)
"""The Children's Bureau's age groups: from, below in completed months, words. Indicators of children in care 12 months or more
begin at 1 year; entries per 1,000 children take the first year as one."""

RATE_COLUMNS = ("from_month", "below_month", "group", "rate", "numerator", "denominator", "period", "vintage")
DECIMALS = 6
"""Of a published value; a value that differs from its own numerator and denominator by more is a mistake in the file."""

REQUIRED = ("title", "area", "vintage", "as_of", "citation", "reviewer", "reviewed", "periods", "measures")
FIELDS = (*REQUIRED, "notes")


@dataclass(frozen=True)
class Benchmark:
    """One published figure. `value` is per `per`; numerator, denominator and reporting states are None where the source
    does not say. `words` is a whole sentence."""

    measure: str
    period: str
    value: float
    per: int
    numerator: int | None
    denominator: int | None
    reporting_states: int | None
    vintage: str
    source: str
    words: str


@dataclass(frozen=True)
class Publication:
    """One pair of files: what the TOML says, and the figures of the CSV in order of period."""

    name: str
    about: dict
    figures: pd.DataFrame


def benchmark(measure: str, period: str = "", vintage: str = "") -> Benchmark | None:
    """The published figure for all children: of the newest vintage and its latest period, unless one is asked for.

    `period` as the federal files write it (`23A23B`, `FFY2023`), `vintage` as published (`August 2025`). None where no
    file has it. Not adjusted for risk.
    """
    for publication in _publications(measure, vintage):
        rows = publication.figures.query("measure == @measure and dimension == 'all' and value.notna()")
        rows = rows.loc[rows["period"] == period] if period else rows
        if len(rows):
            return _benchmark(publication, rows.iloc[-1])
    return None


def national_performance(measure: str, vintage: str = "") -> Benchmark | None:
    """The value fixed for the whole round, with the period that it was counted in; None where there is none.

    It was set by the Children's Bureau for comparing states after adjustment for risk.
    """
    for publication in _publications(measure, vintage):
        about = publication.about["measures"][measure]
        if fixed := about.get("national_performance"):
            per = int(publication.figures.loc[publication.figures["measure"] == measure, "per"].iloc[0])
            words = (f"National performance of this round: {_figure(fixed['value'], per)} {about['words']} "
                     f"({publication.about['periods'][fixed['period']]['words']}, from the data of {fixed['data']}).")
            return Benchmark(measure, fixed["period"], fixed["value"], per, None, None, None, publication.about["vintage"],
                             publication.about["citation"], words)
    return None


def age_rates(measure: str, period: str = "", vintage: str = "") -> pd.DataFrame:
    """Published rates by age, to expect from: one row an age band, youngest first, columns `RATE_COLUMNS`.

    `rate` is numerator / denominator, never multiplied: a share of the children where the measure is a proportion, and
    events per one day in care (placement stability, maltreatment in care) or per one child (entries) where it is a rate.
    Bands are completed months, from `from_month` to below `below_month`. Vintage and period as for `benchmark`; no rows
    where no file has the measure by age.
    """
    for publication in _publications(measure, vintage):
        rows = publication.figures.query("measure == @measure and dimension == 'age' and value.notna()")
        rows = rows.loc[rows["period"] == (period or rows["period"].iloc[-1])] if len(rows) else rows
        if len(rows):
            bands = pd.DataFrame(AGE_GROUPS, columns=["from_month", "below_month", "group"])
            rows = bands.merge(rows, on="group").assign(
                rate=lambda found: found["numerator"] / found["denominator"], vintage=publication.about["vintage"])
            rows = rows.sort_values(["from_month", "below_month"]).drop_duplicates("from_month")
            return rows[list(RATE_COLUMNS)].reset_index(drop=True)
    return pd.DataFrame(columns=list(RATE_COLUMNS))


def _benchmark(publication: Publication, row: pd.Series) -> Benchmark:
    about, per = publication.about, int(row["per"])
    states = _whole(row["reporting_states"])
    context = [about["periods"][row["period"]]["words"], *([f"{states} states"] if states else []), f"published {about['vintage']}"]
    words = f"In {about['area']}, {_figure(row['value'], per)} {about['measures'][row['measure']]['words']} ({', '.join(context)})."
    return Benchmark(row["measure"], row["period"], float(row["value"]), per, _whole(row["numerator"]), _whole(row["denominator"]),
                     states, about["vintage"], about["citation"], words)


def _whole(number: float) -> int | None:
    return None if np.isnan(number) else int(number)


def _figure(value: float, per: int) -> str:
    return f"{value:.1%}" if per == 1 else f"{value:.2f}"


def _publications(measure: str, vintage: str) -> list[Publication]:
    """Those that have the measure, newest first."""
    known = _read_all(own_definitions())
    return [publication for publication in known
            if measure in publication.about["measures"] and vintage in ("", publication.about["vintage"])]


@cache
def _read_all(own: str) -> tuple[Publication, ...]:
    paths = {}
    for folder in definition_folders("benchmarks"):
        if folder.is_dir():
            paths.update({path.name: path for path in folder.iterdir() if path.name.endswith((".csv", ".toml"))})
    names = sorted({name.rpartition(".")[0] for name in paths})
    found = [_read(name, paths.get(f"{name}.csv"), paths.get(f"{name}.toml")) for name in names]
    seen = {}
    for publication in found:
        for measure in publication.about["measures"]:
            other = seen.setdefault((measure, publication.about["vintage"]), publication.name)
            if other != publication.name:
                raise CqiError(f"{publication.name}.toml: {other}.toml has {measure} of {publication.about['vintage']} too; "
                               "a measure has one file for each vintage.")
    return tuple(sorted(found, key=lambda publication: (publication.about["as_of"], publication.name), reverse=True))


def _read(name: str, figures, about) -> Publication:
    if figures is None or about is None:
        missing, there = (".csv", ".toml") if figures is None else (".toml", ".csv")
        raise CqiError(f"{name}{there}: there is no {name}{missing} beside it; a benchmark is a table and a file that says whose it is.")
    try:
        fields = tomllib.loads(about.read_text(encoding="utf-8"))
        table = pd.read_csv(io.StringIO(figures.read_text(encoding="utf-8")), dtype=str, keep_default_na=False)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        raise CqiError(f"{name}: one of the two files cannot be read: {error}") from None
    _check_about(f"{name}.toml", fields)
    return Publication(name, fields, _figures(f"{name}.csv", table, fields))


def _check_about(where: str, fields: dict) -> None:
    for name in fields:
        if name not in FIELDS:
            raise no_such("field", name, FIELDS, where=where)
    problems = [f"{name} is empty and must be stated" for name in REQUIRED if not str(fields.get(name) or "").strip()]
    problems += [f"{name} is not a date; write it as 2025-08-03, without quotes" for name in ("as_of", "reviewed")
                 if fields.get(name) and type(fields[name]) is not date]
    for table, needed in (("periods", {"first": date, "words": str}), ("measures", {"words": str})):
        for name, about in (fields.get(table) or {}).items():
            problems += [f"{table}.{name} does not say '{word}'" for word, kind in needed.items()
                         if not (isinstance(about, dict) and type(about.get(word)) is kind and about[word])]
    if not problems:
        problems = [f"measures.{name}.national_performance does not say value, period and data, with a period of [periods]"
                    for name, about in fields["measures"].items() if not _is_fixed(about.get("national_performance"), fields["periods"])]
    if problems:
        raise CqiError(f"{where}: {'; '.join(problems)}.")


def _is_fixed(fixed: dict | None, periods: dict) -> bool:
    return fixed is None or ({*fixed} == {"value", "period", "data"} and fixed["period"] in periods)


def _figures(where: str, table: pd.DataFrame, about: dict) -> pd.DataFrame:
    """The table with numbers as numbers, oldest period first; CqiError for what does not fit or does not add up."""
    for name in table.columns:
        if name not in COLUMNS:
            raise no_such("column", name, COLUMNS, where=where)
    if missing := [name for name in COLUMNS if name not in table.columns]:
        raise CqiError(f"{where}: there is no column {', '.join(missing)}; a benchmark file has {', '.join(COLUMNS)}.")
    _check_words(where, table, about)
    numbers = {name: pd.to_numeric(table[name].replace("", np.nan), errors="coerce") for name in COLUMNS[4:]}
    problems = [f"{name} of row {_row(number.isna() & (table[name] != ''))} is not a number" for name, number in numbers.items()
                if (number.isna() & (table[name] != "")).any()]
    table = table.assign(**numbers)
    if problems := problems or _amiss(table):
        raise CqiError(f"{where}: {'; '.join(problems)}.")
    first = table["period"].map(lambda period: about["periods"][period]["first"])
    return table.assign(first=first).sort_values(["first", *COLUMNS[:4]], ignore_index=True).drop(columns="first")


def _check_words(where: str, table: pd.DataFrame, about: dict) -> None:
    ages = table.loc[table["dimension"] == "age", "group"]
    for what, given, known in (("measure", table["measure"], about["measures"]), ("dimension", table["dimension"], DIMENSIONS),
                               ("period", table["period"], about["periods"]), ("age group", ages, [words for *_, words in AGE_GROUPS])):
        for word in given.unique():
            if word not in known:
                raise no_such(what, word, known, where=where)
    for measure in about["measures"]:
        if measure not in set(table["measure"]):
            raise CqiError(f"{where}: it has no row of {measure}, which the TOML file beside it names.")


def _amiss(table: pd.DataFrame) -> list[str]:
    """Rows that say a thing twice, or whose value is not what their own numbers give."""
    counted = table["per"] * table["numerator"] / table["denominator"]
    tests = {
        "is there twice": table.duplicated(list(COLUMNS[:4])),
        "has no per of 1 or more": ~(table["per"] >= 1),
        "has a value that its numerator and denominator do not give": ~(
            (counted - table["value"]).abs() <= 0.51 * 10.0**-DECIMALS) & (counted.notna() | table["value"].notna()),
    }
    return [f"row {_row(wrong)} {words}" for words, wrong in tests.items() if wrong.any()]


def _row(wrong: pd.Series) -> int:
    """The first such row as a reader of the file counts them, the header being row 1."""
    return int(np.flatnonzero(wrong)[0]) + 2
