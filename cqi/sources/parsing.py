"""Text becomes dates, words and numbers by the formats and code lists that a source declares; nothing is guessed."""

from __future__ import annotations

from dataclasses import dataclass, field

import pandas as pd

from cqi.sources.account import Ledger, counted
from cqi.sources.dates import days, spread
from cqi.sources.declared import Column, File, Source
from cqi.sources.defects import catalogue, problem
from cqi.vocabulary import UNKNOWN, CqiError

UNKNOWN_COUNTY = "Unknown county"
"""Where a row's county is blank: it counts in the whole file and in no county of its own."""

OF_A_CHILD = ("episodes", "reports", "referrals")
"""Tables whose rows count in the whole file although their county is blank."""

BLANKS = {"child_id": "no-child-id", "entry_date": "no-entry-date"}
"""Field -> the defect of a row in which it is blank and may not be."""

TOLD = {
    "placeholder-date": "of {field} stood for no date; read as blank",
    "time-of-day": "of {field} had a time of day; read as the day",
    "time-in-utc": "of {field} had a time of day in universal time; read as the day that is written",
    "declared-serial-dates": "of {field} given as a number of days; read as a date, as declared",
    "day-or-month":
        "of {field} in which day and month can't be told apart (03/04/2020 could be 4 March or 3 April), the first on row {row:,}",
    "serial-dates": "of {field} like a spreadsheet's numbers of days, the first on row {row:,}",
    "two-digit-years": "of {field} with a year of two digits, the first on row {row:,}",
}
"""What is said of dates that are written in another way than declared."""


@dataclass(frozen=True)
class Parsed:
    """One column: its values, which of the texts can't be read, what is wrong with those, and defects found on the way:
    name in the catalogue, what is said (the number of rows goes before it), which rows."""

    values: pd.Series
    bad: pd.Series
    what: str = ""
    found: list[tuple[str, str, pd.Series]] = field(default_factory=list)


def parsed_tables(text: dict[str, pd.DataFrame], source: Source, ledger: Ledger) -> dict[str, pd.DataFrame]:
    """The rows of each role with every declared column parsed; rows that can't be read are set aside in the ledger.

    The tables hold text under the fields' names, with `file` and `row`. Columns that the files lack stay absent. Raises
    CqiError with every column of every role that is written in a way that can't be told.
    """
    rows, problems = {}, []
    for file in source.files:
        if file.role in text:
            rows[file.role], refused = _parsed(text[file.role], file, source, ledger)
            problems += refused
    if problems:
        raise CqiError("\n".join(problems))
    return rows


def numbers(values: pd.Series) -> Parsed:
    """Whole numbers (Int64, missing where blank or unreadable); 1,234 is one."""
    plain = values.str.replace(",", "", regex=False).where(values.str.fullmatch(r"-?\d{1,3}(,\d{3})+"), values)
    whole = plain.str.fullmatch(r"-?\d{1,15}(\.0+)?")
    found = pd.to_numeric(plain.where(whole), errors="coerce").astype("Int64")
    return Parsed(found, ~whole & (values != ""), "is not a whole number")


def _months(values: pd.Series) -> Parsed:
    """Numbers from 1 to 12; another would make a report later than all others, and reach over thousands of half-years."""
    read = numbers(values)
    other = ~read.values.between(1, 12).fillna(True).astype(bool)
    return Parsed(read.values.mask(other), read.bad | other, "is not a month from 1 to 12")


def first_year(values: pd.Series) -> pd.Series:
    """The first year of each span of two: 2017/18, 2017-2018 or 201718 is 2017. Other text stays as it is."""
    return values.str.replace(r"^((?:19|20)\d\d)[/-]?(?:\d\d|(?:19|20)\d\d)$", r"\1", regex=True)


def words(values: pd.Series, column: Column) -> Parsed:
    """The declared word of every code (case does not count), `unknown` where none is declared."""
    positions, distinct = pd.factorize(values)
    code = pd.Series(distinct, dtype="str").str.casefold()
    bare = code.str.replace(r"^0*(\d+)(?:\.0+)?$", r"\1", regex=True)  # 1.0 and 01 are how programs write the number 1
    code = code.where(code.isin(column.codes) | ~bare.isin(column.codes), bare)
    word = code.map({**column.codes, "": column.codes.get("", "")}).astype("str")
    unknown = word.isna()
    word = word.fillna(UNKNOWN).mask(code == "", column.when_blank or column.codes.get("", ""))
    found = []
    if unknown.any():
        what = f"had a code of {column.field} that is not in the declared list; read as '{UNKNOWN}'"
        found.append(("unknown-code", what, spread(unknown, positions, values.index)))
    label = (code == word.str.casefold()) & (code != "")
    if label.any() and (~label & ~unknown & (code != "")).any():
        what = f"had the word of {column.field} in place of its code; read as that word"
        found.append(("label-for-code", what, spread(label, positions, values.index)))
    return Parsed(spread(word, positions, values.index), pd.Series(False, index=values.index), "", found)


def padded(values: pd.Series, width: int) -> tuple[pd.Series, pd.Series]:
    """Digits that lost their first zero padded to `width`, and which they were. Other text stays as it is."""
    values = values.str.replace(rf"^(\d{{{width - 1},{width}}})\.0+$", r"\1", regex=True)
    short = values.str.fullmatch(rf"\d{{{width - 1}}}")
    return values.where(~short, values.str.zfill(width)), short


def _parsed(rows: pd.DataFrame, file: File, source: Source, ledger: Ledger) -> tuple[pd.DataFrame, list[str]]:
    """The parsed rows of one role, and the sentences for which its files are refused."""
    found, faults, problems = rows.copy(), [], []
    for column in file.columns:
        if column.field not in rows:
            continue
        one = _column(rows[column.field], column, file, source)
        found[column.field] = one.values
        problems += _tell(one, column, rows, ledger)
        blank = _is_blank(rows[column.field], one, column) & column.filled
        faults.append((blank, f"{column.field} is blank", BLANKS.get(column.field, "unreadable-value")))
        if not column.lenient:
            faults.append((one.bad, f"{column.field} {one.what}", "unreadable-value"))
        elif one.bad.any():
            ledger.tell("unreadable-value-left-out",
                        f"{column.field} {one.what} in {counted(one.bad.sum(), 'row')}; read as blank", rows[one.bad])
    for bad, reason, defect in (*faults, _outside(found, source)):
        found = ledger.set_aside(found, bad, reason, file.table, defect=defect)
    return found, problems


def _is_blank(text: pd.Series, one: Parsed, column: Column) -> pd.Series:
    """Which rows have nothing in the column; a date that stands for none is nothing."""
    if column.kind in ("date", "number"):
        return one.values.isna() & ~one.bad
    return (text if column.kind == "code" else one.values) == ""


def _tell(one: Parsed, column: Column, rows: pd.DataFrame, ledger: Ledger) -> list[str]:
    """Says what was found in a column, and gives back the sentences for which its file is refused."""
    refused = []
    for defect, what, which in one.found:
        hit = rows[which]
        kind = "value" if what.startswith("of ") else "row"
        if catalogue()[defect].action == "reject":
            file = hit["file"].min()
            said = what.format(field=column.field, row=hit.loc[hit["file"] == file, "row"].min())
            refused.append(problem(defect, file, f"{counted(len(hit), kind)} {said}"))
        else:
            ledger.tell(defect, f"{counted(len(hit), kind)} {what.format(field=column.field)}", hit, among=len(rows))
    return refused


def _column(values: pd.Series, column: Column, file: File, source: Source) -> Parsed:
    if column.kind == "date":
        return _dates(values, column, source)
    if column.kind == "number":
        read = _months if column.field.endswith("month") else numbers
        return read(first_year(values) if column.field.endswith("year") else values)
    found = []
    if column.kind == "text" and column.codes:
        values = values.replace(column.codes)
    if column.width:
        values, short = padded(values, column.width)
        found = [("lost-zeros", f"of {{field}} had lost a zero; padded to {column.width} digits", short)] if short.any() else []
    if column.kind == "code":
        return words(values, column)
    if column.field == "county" and column.filled and file.table in OF_A_CHILD and (values == "").any():
        found.append(("no-county", f"had no county; counted under '{UNKNOWN_COUNTY}'", values == ""))
        values = values.mask(values == "", UNKNOWN_COUNTY)
    return Parsed(values, pd.Series(False, index=values.index), "", found)


def _dates(values: pd.Series, column: Column, source: Source) -> Parsed:
    read = days(values, source.date_formats, source.blank_dates, source.time_zone)
    told = [(_placeholder(name, column), TOLD[name], which) for name, which in read.marked.items()]
    return Parsed(read.found, read.unreadable, f"is not a date in a declared format ({', '.join(source.date_formats)})", told)


def _placeholder(defect: str, column: Column) -> str:
    return "placeholder-birth" if defect == "placeholder-date" and column.field == "birth_date" else defect


def _outside(rows: pd.DataFrame, source: Source) -> tuple[pd.Series, str, str]:
    """Which rows were reported in a year that the declaration is not valid for."""
    first, last = source.valid_years
    year = source.order[0] if source.order and source.order[0].endswith("year") else None
    known = rows[year] if year in rows else pd.Series(first, index=rows.index)
    outside = ~known.between(first, last).fillna(True).astype(bool)
    return outside, f"{year} is outside {first} to {last}, where the codes hold", "outside-valid-years"
