"""What was set, beside the tables of any source: targets for counties, regions of counties, single people's goals and how they ended."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import replace

import pandas as pd

from cqi.sources.account import Ledger
from cqi.sources.counties import matched
from cqi.sources.dates import days
from cqi.sources.declared import Column, File, Source
from cqi.sources.names import with_county_names
from cqi.sources.parsing import padded
from cqi.vocabulary import GOAL_COLUMNS, WHOLE, CqiError, definition_folders, no_such

OPTIONAL = ("by", "owner", "importance", "difficulty")
MAY_BE_BLANK = (*OPTIONAL, "achieved")
FILES = tuple(
    File(role, role, (f"{role}.csv", f"{role}.parquet"), False, tuple(
        Column(name, (name,), required=name not in OPTIONAL, filled=name not in MAY_BE_BLANK) for name in columns
    ), {})
    for role, columns in GOAL_COLUMNS.items()
)
NUMBER = r"^(\d+(?:\.\d+)?|\.\d+)\s*(%?)$"
"""A target as it may be written: 0.42, .42 or 42%."""
WEIGHTS, LEVELS, ONE_OF_TWO = ("0", "1", "2", "3"), ("-2", "-1", "0", "1", "2"), ("improve", "maintain")
RIGHT = {"kind": ONE_OF_TWO, "importance": WEIGHTS, "difficulty": WEIGHTS, "baseline": LEVELS, "achieved": LEVELS}
"""What may stand in a column of the goals of single people; where nobody knows how a goal ended, `achieved` is blank."""

Found = tuple[pd.DataFrame, list[str]]


def with_goals(source: Source) -> Source:
    """The source with the two files that may lie beside those of any source, so that no other role takes them for its own."""
    return replace(source, files=(*source.files, *FILES))


def goals(text: dict[str, pd.DataFrame], counties: Iterable[str], source: Source, ledger: Ledger) -> dict[str, pd.DataFrame]:
    """`targets`, `regions` and `goals_attained` with the columns of `vocabulary.GOAL_COLUMNS`, in order of these, empty where not there.

    `text`: the rows of each file as text. Counties are those of the extract, in any of the spellings that `one_spelling` takes
    for one; 'all counties' is `WHOLE`. Nothing is set aside: CqiError names every problem of all files, one a line.
    """
    rows = {name: _rows(text.get(name, pd.DataFrame()), columns, source) for name, columns in GOAL_COLUMNS.items()}
    targets, problems = _targets(rows["targets"], counties, source)
    regions, more = _regions(rows["regions"], counties)
    attained, others = _attained(rows["goals_attained"])
    if problems or more or others:
        raise CqiError("\n".join([*problems, *more, *others]))
    made = {"targets": ledger.use(targets), "regions": ledger.use(regions), "goals_attained": ledger.use(attained)}
    return {name: table[list(GOAL_COLUMNS[name])].sort_values(list(GOAL_COLUMNS[name]), ignore_index=True)
            for name, table in made.items()}


def _rows(held: pd.DataFrame, columns: tuple[str, ...], source: Source) -> pd.DataFrame:
    """The file's rows, optional columns blank where they are not there, and counties that are codes under their names."""
    rows = held.reindex(columns=[*columns, "file", "row"], fill_value="").astype(dict.fromkeys([*columns, "file"], "str"))
    if source.county_codes != "fips" or "county" not in columns:
        return rows
    return with_county_names({"rows": rows.assign(county=padded(rows["county"], 5)[0])}, source)["rows"]


def _targets(rows: pd.DataFrame, counties: Iterable[str], source: Source) -> Found:
    """The targets of counties and measures that there are, each a number and a day, and what is wrong."""
    units = _rate_units() if len(rows) else {}
    county, last = matched(rows["county"], (*counties, WHOLE)), days(rows["by"], ("yyyy-mm-dd", *source.date_formats))
    target, wrong = _numbers(rows, rows["measure"].map(units))
    table = rows.assign(county=county, target=target, by=last.found)
    problems = [
        *_unknown("county", rows, county != "", (WHOLE, *sorted(counties))),
        *_unknown("measure", rows, rows["measure"].isin(list(units)), sorted(units)),
        *wrong,
        *(f"{_place(row, 'by')}: {row.by!r} is not a day; write it as 2026-12-31, or leave it blank."
          for row in rows[last.unreadable].itertuples()),
        *_again(table, ["county", "measure"], "{0.county} has a target for {0.measure}"),
    ]
    return table, problems


def _numbers(rows: pd.DataFrame, unit: pd.Series) -> tuple[pd.Series, list[str]]:
    """The targets as numbers, and what is wrong. `unit`: that of a rate, '' for a share, missing where there is no such measure."""
    parts = rows["target"].str.extract(NUMBER)
    number, percent = pd.to_numeric(parts[0]).astype("float64"), parts[1] == "%"
    number = number.where(~percent, number / 100)
    rate = unit.notna() & (unit != "")
    bad = number.isna() | ((unit == "") & (number > 1)) | (rate & (percent | ~(number > 0)))
    right = ("a number above 0; write it in " + unit).where(rate, "a share from 0 to 1; write it as 0.42 or 42%")
    return number, [f"{_place(row, 'target')}: {row.target!r} is not {row.right}."
                    for row in rows.assign(right=right)[bad].itertuples()]


def _regions(rows: pd.DataFrame, counties: Iterable[str]) -> Found:
    """The region of each county, and what is wrong. A region named as a county outside it could be taken for that county."""
    county, named = matched(rows["county"], counties), matched(rows["region"], (*counties, WHOLE))
    table = rows.assign(county=county)
    own = dict(zip(county, rows["region"], strict=True))
    outside = (named != "") & (named.map(own) != rows["region"])
    problems = [
        *_unknown("county", rows, county != "", sorted(counties)),
        *(f"{_place(row, 'region')}: it is blank; name the region, or leave the row out."
          for row in rows[rows["region"] == ""].itertuples()),
        *(f"{_place(row, 'region')}: {row.region!r} is the name of something else; call the region otherwise, as '{row.region} area'."
          for row in rows[outside].itertuples()),
        *_again(table, ["county"], "{0.county} is in a region"),
    ]
    return table, problems


def _attained(rows: pd.DataFrame) -> Found:
    """The goals of single people with their numbers, and what is wrong, never with a value: a row is about one person."""
    table = rows.assign(kind=rows["kind"].str.casefold(), **{name: _whole(rows[name], name) for name in RIGHT if name != "kind"})
    wrong = {name: table[name].eq("") for name in ("person", "group")}
    wrong |= {name: ~table[name].isin((*right, "") if name == "achieved" else right) for name, right in RIGHT.items()}
    problems = [f"{_place(next(rows[bad].itertuples()), name)}: {_needed(name)} (the first of {int(bad.sum()):,})."
                for name, bad in wrong.items() if bad.any()]
    numbers = {name: pd.to_numeric(table[name].where(~wrong[name]).replace("", None)).astype("float64") for name in RIGHT if name != "kind"}
    return table.assign(**numbers), problems


def _whole(text: pd.Series, name: str) -> pd.Series:
    """Whole numbers as they are meant, 1.0 as 1; where no row has a weight, all goals count alike."""
    alike = name in OPTIONAL and bool(text.eq("").all())
    return pd.Series("1", index=text.index, dtype="str") if alike else text.str.replace(r"\.0+$", "", regex=True)


def _needed(name: str) -> str:
    return f"write one of {', '.join(RIGHT[name])}" if name in RIGHT else "it is blank; a row needs one"


def _unknown(kind: str, rows: pd.DataFrame, known: pd.Series, names: Iterable[str]) -> list[str]:
    """The sentence on each name that is not known, with its first row and the nearest names."""
    lost = rows[~known].drop_duplicates(kind)
    return [str(no_such(kind, getattr(row, kind), names, where=_place(row, kind))) for row in lost.itertuples()]


def _again(table: pd.DataFrame, key: list[str], said: str) -> list[str]:
    """The sentence on each row that is about the same thing as an earlier one."""
    known = table[table["county"] != ""]
    first = (known["file"] + ", row " + known["row"].astype("str")).groupby([known[name] for name in key]).transform("first")
    again = known.assign(first=first)[known.duplicated(key)]
    return [f"{_place(row, key[0])}: {said.format(row)} already ({row.first}); keep one of the two." for row in again.itertuples()]


def _place(row, column: str) -> str:
    return f"{row.file}, row {row.row}, column {column}"


def _rate_units() -> dict[str, str]:
    """Measure -> its unit where it is a rate, '' where it is a share. Only what is needed here is read of the definitions."""
    paths = {path.name.removesuffix(".toml"): path for folder in definition_folders("measures") if folder.is_dir()
             for path in folder.iterdir() if path.name.endswith(".toml")}
    return {name: _rate_unit(path) for name, path in paths.items()}


def _rate_unit(path) -> str:
    try:
        told = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CqiError(f"{path.name}: not valid TOML: {error}.") from None
    return told.get("unit", "") if "per" in told.get("what", {}) else ""
