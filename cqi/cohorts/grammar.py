"""Cohort words as the field writes them, and calendar arithmetic to the day.

Federal periods: A is October to March, B is April to September; `22B23A` is April 2022 to March 2023 (CFSR Round 4 data
profiles). FFY2025 is October 2024 to September 2025. English years run April to March.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from cqi.vocabulary import CqiError

MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
          "December")


@dataclass(frozen=True)
class Cohort:
    """A period of whole months: its kind of word, its first day, its length in months."""

    kind: str
    start: date
    months: int

    @property
    def end(self) -> date:
        """The last day of the period; it counts."""
        return _month_added(self.start, self.months) - timedelta(days=1)

    @property
    def label(self) -> str:
        """The word for this period, as the field writes it."""
        return _LABELS[self.kind](self.start)

    @property
    def words(self) -> str:
        """The period in plain words: `July to December 2025`, `October 2024 to March 2025`, `March 2025`."""
        first, last = self.start, self.end
        if self.months == 1:
            return f"{MONTHS[first.month - 1]} {first.year}"
        opening = MONTHS[first.month - 1] + (f" {first.year}" if first.year != last.year else "")
        return f"{opening} to {MONTHS[last.month - 1]} {last.year}"

    def back(self, periods: int) -> Cohort:
        """The period of the same kind and length that many lengths earlier (negative: later)."""
        return Cohort(self.kind, _month_added(self.start, -self.months * periods), self.months)


def _month_added(day: date, months: int) -> date:
    """The first of the month that many months after a first of the month."""
    index = day.year * 12 + day.month - 1 + months
    return date(index // 12, index % 12 + 1, 1)


def _federal_half(start: date) -> str:
    return f"{(start.year + 1) % 100:02}A" if start.month == 10 else f"{start.year % 100:02}B"


_LABELS = {
    "year": lambda s: f"{s.year}",
    "half": lambda s: f"{s.year}H{1 if s.month == 1 else 2}",
    "quarter": lambda s: f"{s.year}Q{(s.month + 2) // 3}",
    "month": lambda s: f"{s.year}-{s.month:02}",
    "federal year": lambda s: f"FFY{s.year + 1}",
    "federal half": _federal_half,
    "federal 12 months": lambda s: _federal_half(s) + _federal_half(_month_added(s, 6)),
    "English year": lambda s: f"{s.year}{'/' if 1 <= (s.year + 1) % 100 <= 12 else '-'}{(s.year + 1) % 100:02}",
}

_GRAMMAR = (
    ("half", 6, r"(\d{4})H([12])", lambda y, h: (int(y), 6 * int(h) - 5)),
    ("quarter", 3, r"(\d{4})Q([1-4])", lambda y, q: (int(y), 3 * int(q) - 2)),
    ("month", 1, r"(\d{4})-(0[1-9]|1[0-2])", lambda y, m: (int(y), int(m))),
    ("federal year", 12, r"FFY(\d{4})", lambda y: (int(y) - 1, 10)),
    ("federal half", 6, r"(\d{2})([AB])", lambda y, half: _federal_start(y, half)),
    ("federal 12 months", 12, r"(\d{2})([AB])(\d{2})([AB])", lambda y, half, *_: _federal_start(y, half)),
    ("English year", 12, r"(\d{4})[-/](\d{2})", lambda y, _: (int(y), 4)),
    ("year", 12, r"(\d{4})", lambda y: (int(y), 1)),
)
GRAMMAR_WORDS = "2025, 2025H1, 2025Q3, 2025-03, FFY2025, 25A, 24B25A, 2024-25"


FIRST_FEDERAL_YEAR = 1995
"""AFCARS began with the federal year 1995, so `95A` to `99B` are of the last century."""


def _federal_start(year: str, half: str) -> tuple[int, int]:
    ends = FIRST_FEDERAL_YEAR + (int(year) - FIRST_FEDERAL_YEAR) % 100
    return (ends - 1, 10) if half == "A" else (ends, 4)


def cohort(text: str) -> Cohort:
    """The cohort that a word names, in any of the field's ways of writing it.

    `2010-11` is November 2010: a month wins over an English year where both could be read; write `2010/11` for the
    year. Raises CqiError, with the forms that are known, for anything else.
    """
    word = str(text).strip().upper()
    for kind, months, pattern, first_month in _GRAMMAR:
        if match := re.fullmatch(pattern, word):
            year, month = first_month(*match.groups())
            if 1900 <= year <= 2100:
                found = Cohort(kind, date(year, month, 1), months)
                if found.label.replace("/", "-") == word.replace("/", "-"):
                    return found
    raise CqiError(f"No cohort {str(text)!r}: write a period as one of {GRAMMAR_WORDS}.")


def together(first: str, last: str) -> str:
    """The label of the periods from one to another, put together: `2022H2 to 2025H1`; of one period its own."""
    return first if first == last else f"{first}{_TO}{last}"


def spanned(label: str) -> Cohort:
    """The whole span of a label, of one period or of several put together; raises CqiError as `cohort` does."""
    first, last = (cohort(word) for word in (label.partition(_TO)[0], label.rpartition(_TO)[2]))
    months = (last.end.year - first.start.year) * 12 + last.end.month - first.start.month + 1
    return first if first == last else Cohort("together", first.start, months)


_TO = " to "


def open_cohorts(as_of: date) -> list[Cohort]:
    """Half-year cohorts that have begun and whose last child has not reached 12 months by `as_of`, oldest first."""
    newest = Cohort("half", date(as_of.year, 1 if as_of.month <= 6 else 7, 1), 6)
    candidates = [newest.back(number) for number in (2, 1, 0)]
    return [period for period in candidates if months_after([period.end], 12)[0] > np.datetime64(as_of)]


def earlier_cohorts(period: Cohort, first_entry: date, *, most: int = 10) -> list[Cohort]:
    """Whole periods of the same length before this one, within what the file covers, oldest first."""
    back = [period.back(number) for number in range(most, 0, -1)]
    return [earlier for earlier in back if earlier.start >= first_entry]


def months_after(days, months: int) -> np.ndarray:
    """The same day of the month, that many months later, as datetime64[D].

    Where that month is shorter, its last day: 29 February + 12 months is 28 February; 31 January + 1 is the end of
    February.
    """
    days = np.asarray(days, dtype="datetime64[D]")
    month = days.astype("datetime64[M]")
    later = month + np.timedelta64(months, "M")
    last_day = (later + np.timedelta64(1, "M")).astype("datetime64[D]") - np.timedelta64(1, "D")
    return np.minimum(later.astype("datetime64[D]") + (days - month.astype("datetime64[D]")), last_day)


def shifted_day(day: date, months: int) -> date:
    """The day that many months later (negative: earlier); the end of a month stays the end of a month."""
    following = months_after([day + timedelta(days=1)], months)[0]
    if (day + timedelta(days=1)).day == 1:
        return (following - np.timedelta64(1, "D")).item()
    return months_after([day], months)[0].item()
