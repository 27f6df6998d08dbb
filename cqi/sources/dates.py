"""Text becomes days here and nowhere else, by the formats that a source declares; what is not a day is told apart."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

DATE_FORMATS = {
    "yyyy-mm-dd": (r"\d{4}-\d{2}-\d{2}", "%Y-%m-%d"),
    "yyyy/mm/dd": (r"\d{4}/\d{2}/\d{2}", "%Y/%m/%d"),
    "dd/mm/yyyy": (r"\d{1,2}/\d{1,2}/\d{4}", "%d/%m/%Y"),
    "dd-mm-yyyy": (r"\d{1,2}-\d{1,2}-\d{4}", "%d-%m-%Y"),
    "dd.mm.yyyy": (r"\d{1,2}\.\d{1,2}\.\d{4}", "%d.%m.%Y"),
    "dd-mon-yyyy": (r"\d{1,2}-[A-Za-z]{3}-\d{4}", "%d-%b-%Y"),
    "ddmonyyyy": (r"\d{1,2}[A-Za-z]{3}\d{4}", "%d%b%Y"),
    "mm/dd/yyyy": (r"\d{1,2}/\d{1,2}/\d{4}", "%m/%d/%Y"),
    "yyyymmdd": (r"\d{8}", "%Y%m%d"),
    "excel serial": (r"\d{5}", ""),
}
"""Declared name -> (what a whole value looks like, how it is read). Two-digit years are never read."""

DAY_FIRST = ("dd/mm/yyyy", "dd-mm-yyyy", "dd.mm.yyyy")

CLOCK = r"[ T](\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?: ?[AaPp][Mm])?) ?(Z|UTC|GMT|[+-]\d{2}:?\d{2})?$"
MIDNIGHT = r"(?:00?:00(:00(\.0+)?)?|12:00(:00)? ?[Aa][Mm])"
IN_UTC = r"(?:Z|UTC|GMT|[+-]00:?00)"
PLACEHOLDER = (
    r"(?:(9999|9998|2999|0000|0001)([/.-].*|\d{4})|.*[/.-](9999|9998|2999|0000)|0{4,8}|9{4,8}|99[/.-]99[/.-].*|00[/.-]00[/.-].*"
    r"|1900-01-01|19000101|0?1[/.-]0?1[/.-]1900|1899-12-3[01]|1753-01-01|0?1[/.-]0?1[/.-]1753)"
)
"""Dates that stand for none: 9999-12-31, 12/9999, 0000-00-00, 1900-01-01 and their like."""

FIRST_SERIAL, LAST_SERIAL = 32874, 73415
"""1 January 1990 and 31 December 2100 as numbers of days, as Excel counts them."""

OTHERS = {
    "two-digit-years": r"\d{1,2}[/.-]\d{1,2}[/.-]\d{2}",
    "day-or-month": r"\d{1,2}[/.-]\d{1,2}[/.-]\d{4}",
    "serial-dates": r"\d{5}(\.\d+)?",
}
"""How a date looks that is written in a way that no reader can be sure of."""


@dataclass(frozen=True)
class Dates:
    """`found`: days (datetime64[s], missing where blank or unreadable). `unreadable`: which values are not blank and no day.
    `marked`: name of a defect -> which values have it: placeholders, times of day, and ways of writing that are refused."""

    found: pd.Series
    unreadable: pd.Series
    marked: dict[str, pd.Series]


def days(values: pd.Series, formats: tuple[str, ...], blank: tuple[str, ...] = (), time_zone: str = "") -> Dates:
    """The days in `values`, read by the declared formats only; each distinct text is looked at once.

    A time of day is left off; one in universal time is first brought to `time_zone`, if that is given, and else the day
    stays as it is written. Values in `blank`, and well-known placeholders, are missing.
    """
    codes, distinct = pd.factorize(values)
    text, timed, in_utc = _without_time(pd.Series(distinct, dtype="str"), time_zone)
    placeholder = text.isin(blank) | text.str.fullmatch(PLACEHOLDER)
    found = _read(text.mask(placeholder, ""), formats)
    unreadable = found.isna() & (text != "") & ~placeholder
    marked = {"placeholder-date": placeholder, "time-of-day": timed & ~in_utc, "time-in-utc": in_utc}
    if "excel serial" in formats:
        marked["declared-serial-dates"] = found.notna() & text.str.fullmatch(DATE_FORMATS["excel serial"][0])
    marked |= {name: unreadable & which for name, which in _refused(text).items()}
    marked = {name: spread(which, codes, values.index) for name, which in marked.items() if which.any()}
    return Dates(spread(found, codes, values.index), spread(unreadable, codes, values.index), marked)


def spread(distinct: pd.Series, places, index: pd.Index) -> pd.Series:
    """What was found out about distinct values, for each row that has one of them."""
    return pd.Series(distinct.array.take(places), index=index)


def _read(text: pd.Series, formats: tuple[str, ...]) -> pd.Series:
    found = pd.Series(pd.NaT, index=text.index, dtype="datetime64[s]")
    for name in formats:
        look, read = DATE_FORMATS[name]
        fits = found.isna() & text.str.fullmatch(look)
        if read:
            found[fits] = pd.to_datetime(text[fits], format=read, errors="coerce").astype("datetime64[s]")
        else:
            number = text[fits].astype("int64")
            number = number[number.between(FIRST_SERIAL, LAST_SERIAL)]
            found[number.index] = pd.Timestamp("1899-12-30").as_unit("s") + pd.to_timedelta(number, unit="D").astype("timedelta64[s]")
    return found


def _refused(text: pd.Series) -> dict[str, pd.Series]:
    looks = {name: text.str.fullmatch(look) for name, look in OTHERS.items()}
    slashed = text.where(looks["day-or-month"], "").str.replace(r"[.-]", "/", regex=True)
    looks["day-or-month"] = _read(slashed, ("dd/mm/yyyy",)).notna() | _read(slashed, ("mm/dd/yyyy",)).notna()
    return looks


def _without_time(text: pd.Series, time_zone: str) -> tuple[pd.Series, pd.Series, pd.Series]:
    """The text without a time of day, which texts had one other than midnight, and which had one in universal time."""
    none = pd.Series(False, index=text.index)
    if not text.str.contains(":", regex=False).any():
        return text, none, none
    clock = text.str.extract(CLOCK)
    zoned = clock[1].notna()
    in_utc = zoned & clock[1].str.fullmatch(IN_UTC).fillna(False).astype(bool)
    timed = clock[0].notna() & (zoned | ~clock[0].str.fullmatch(MIDNIGHT).fillna(True).astype(bool))
    bare = text.str.replace(CLOCK, "", regex=True)
    if time_zone and in_utc.any():
        local = pd.to_datetime(bare[in_utc] + " " + clock.loc[in_utc, 0], format="mixed", errors="coerce", utc=True)
        local = local.dt.tz_convert(time_zone).dt.strftime("%Y-%m-%d")
        bare = bare.mask(in_utc & bare.str.fullmatch(DATE_FORMATS["yyyy-mm-dd"][0]), local.reindex(bare.index).fillna(bare))
        in_utc, timed = none, timed | in_utc
    return bare, timed, in_utc
