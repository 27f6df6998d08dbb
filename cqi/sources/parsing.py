"""Text becomes dates, words and numbers here and nowhere else, by the formats and code lists that a source declares."""

from __future__ import annotations

import pandas as pd

from cqi.sources.account import Ledger, counted
from cqi.sources.declared import DATE_FORMATS, Column, File, Source
from cqi.vocabulary import UNKNOWN

TIME_OF_DAY = r"[ T]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?( ?[AP]M)?$"


def dates(values: pd.Series, formats: tuple[str, ...], blank: tuple[str, ...] = ()) -> tuple[pd.Series, pd.Series]:
    """The dates in `values` (datetime64[s], missing where blank or unreadable), and which are unreadable.

    A time of day after the date is left off; values listed in `blank` (9999-12-31) count as blank.
    """
    codes, distinct = pd.factorize(values)
    text = pd.Series(distinct, dtype="str").str.replace(TIME_OF_DAY, "", regex=True)
    found = pd.Series(pd.NaT, index=text.index, dtype="datetime64[s]")
    for name in formats:
        look, read = DATE_FORMATS[name]
        fits = found.isna() & text.str.fullmatch(look) & ~text.isin(blank)
        found[fits] = pd.to_datetime(text[fits], format=read, errors="coerce").astype("datetime64[s]")
    unreadable = found.isna() & (text != "") & ~text.isin(blank)
    return _spread(found, codes, values.index), _spread(unreadable, codes, values.index)


def words(values: pd.Series, codes: dict[str, str], when_blank: str = "") -> tuple[pd.Series, pd.Series]:
    """The declared word of every code (case does not count), `unknown` where none is declared, and which those are."""
    positions, distinct = pd.factorize(values)
    text = pd.Series(distinct, dtype="str").str.casefold()
    word = text.map({**codes, "": codes.get("", "")}).astype("str")
    unknown = word.isna()
    word = word.fillna(UNKNOWN).mask(text == "", when_blank or codes.get("", ""))
    return _spread(word, positions, values.index), _spread(unknown, positions, values.index)


def numbers(values: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Whole numbers (Int64, missing where blank or unreadable), and which values are unreadable."""
    whole = values.str.fullmatch(r"-?\d{1,15}(\.0+)?")
    found = pd.to_numeric(values.where(whole), errors="coerce").astype("Int64")
    return found, ~whole & (values != "")


def padded(values: pd.Series, width: int) -> tuple[pd.Series, int]:
    """Digits that lost their first zero padded to `width`, and how many they were. Other text stays as it is."""
    short = values.str.fullmatch(rf"\d{{{width - 1}}}")
    return values.where(~short, values.str.zfill(width)), int(short.sum())


def parsed(rows: pd.DataFrame, file: File, source: Source, ledger: Ledger) -> pd.DataFrame:
    """The rows of one role with every declared column parsed; rows that cannot be read are set aside in the ledger.

    `rows` holds text under the fields' names, with `file` and `row`. Columns that the files lack stay absent.
    """
    found = rows.copy()
    faults = []
    where = ledger.label(rows, file.role)
    for column in file.columns:
        if column.field not in rows:
            continue
        found[column.field], bad, what = _column(rows[column.field], column, source, where, ledger)
        faults.append(((rows[column.field] == "") & column.filled, f"{column.field} is blank"))
        if not column.lenient:
            faults.append((bad, f"{column.field} {what}"))
        elif bad.any():
            ledger.note(f"{where}: {column.field} {what} in {counted(bad.sum(), 'row')}; read as blank.")
    for bad, reason in (*faults, _outside(found, source)):
        found = ledger.set_aside(found, bad, reason, file.table)
    return found


def _outside(rows: pd.DataFrame, source: Source) -> tuple[pd.Series, str]:
    """Which rows were reported in a year that the declaration is not valid for."""
    first, last = source.valid_years
    year = source.order[0] if source.order and source.order[0].endswith("year") else None
    known = rows[year] if year in rows else pd.Series(first, index=rows.index)
    outside = ~known.between(first, last).fillna(True).astype(bool)
    return outside, f"{year} is outside {first} to {last}, where the codes hold"


def _column(
    values: pd.Series, column: Column, source: Source, where: str, ledger: Ledger,
) -> tuple[pd.Series, pd.Series, str]:
    """The parsed values, which of them cannot be read, and what is wrong with those."""
    if column.kind == "date":
        return *dates(values, source.date_formats, source.blank_dates), (
            f"is not a date in a declared format ({', '.join(source.date_formats)})"
        )
    if column.kind == "number":
        return *numbers(values), "is not a whole number"
    if column.kind == "text" and column.codes:
        values = values.replace(column.codes)
    if column.width:
        values, short = padded(values, column.width)
        if short:
            ledger.note(
                f"{where}: {counted(short, 'value')} of {column.field} had lost a zero; "
                f"padded to {column.width} digits."
            )
    if column.kind == "code":
        values, unknown = words(values, column.codes, column.when_blank)
        if unknown.any():
            ledger.note(
                f"{where}: {counted(unknown.sum(), 'row')} had a code of {column.field} that is not in the declared "
                f"list; read as '{UNKNOWN}'."
            )
    return values, pd.Series(False, index=values.index), ""


def _spread(distinct: pd.Series, positions, index: pd.Index) -> pd.Series:
    return pd.Series(distinct.array.take(positions), index=index)
