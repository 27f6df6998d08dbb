"""What a source may declare about how its files are written: their encoding, their clock, the first plausible entry, county codes."""

from __future__ import annotations

import codecs
from datetime import date
from zoneinfo import ZoneInfo

from cqi.vocabulary import CqiError

SETTINGS = ("encoding", "time_zone", "earliest_entry", "county_codes")


def settings(where: str, text: dict) -> dict:
    """The settings that a declaration makes, checked. `encoding`: of files that are not UTF-8. `time_zone`: where times in
    universal time become local days. `earliest_entry`: an entry before this day is taken for a mistyped one. `county_codes`: "fips" where counties are given by
    five-digit code."""
    found = {key: text[key] for key in SETTINGS if key in text}
    if not isinstance(found.get("earliest_entry", date.min), date):
        raise CqiError(f"{where}: 'earliest_entry' is not a date; write it as 1991-01-01, without quotes.")
    if found.get("county_codes", "fips") != "fips":
        raise CqiError(f"{where}: 'county_codes' is '{found['county_codes']}'; the only codes known are \"fips\".")
    _check(where, "encoding", codecs.lookup, found.get("encoding", "utf-8"), "cp1252")
    _check(where, "time_zone", ZoneInfo, found.get("time_zone", "UTC"), "America/Chicago")
    return found


def _check(where: str, key: str, known, value: str, example: str) -> None:
    try:
        known(value)
    except (LookupError, ValueError, TypeError, OSError):
        raise CqiError(f"{where}: there is no {key.replace('_', ' ')} '{value}'; write it as \"{example}\".") from None
