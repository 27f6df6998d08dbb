"""What a release holds for its readers: the tables and pages of one folder, read as a stranger would read them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import pandas as pd

from cqi.vocabulary import CqiError

NAMES = ("same-age", "months-charted", "measures", "maturity", "curves", "waiting", "course", "regions", "looks", "projection", "paces",
         "official-periods", "official-adjusted", "official-groups", "services-referrals", "services-staff", "services-curves")
"""What a table's file name ends with; the cohort stands before it."""

_WORDS = {"measure", "county", "cohort", "group", "part", "unit", "method", "status", "series", "month", "monitor", "kind", "scenario", "members", "region",
          "signal", "signal_by", "as_of", "day", "alarm", "reference", "benchmark_period", "vintage", "first_signal", "target_by"}
_PERIODS = (
    (6, r"(\d{4})H([12])", lambda y, h: (int(y), 6 * int(h) - 5)),
    (3, r"(\d{4})Q([1-4])", lambda y, q: (int(y), 3 * int(q) - 2)),
    (1, r"(\d{4})-(0[1-9]|1[0-2])", lambda y, m: (int(y), int(m))),
    (12, r"FFY(\d{4})", lambda y: (int(y) - 1, 10)),
    (12, r"(\d{2})([AB])\d{2}[AB]", lambda y, half: _federal(y, half)),
    (6, r"(\d{2})([AB])", lambda y, half: _federal(y, half)),
    (12, r"(\d{4})[-/]\d{2}", lambda y: (int(y), 4)),
    (12, r"(\d{4})", lambda y: (int(y), 1)),
)


@dataclass(frozen=True)
class Published:
    """The tables of a folder as (place, name, table), `place` the file's path inside it, and its pages."""

    folder: Path
    tables: tuple[tuple[str, str, pd.DataFrame], ...]
    pages: tuple[Path, ...]

    def named(self, *names: str) -> list[tuple[str, str, pd.DataFrame]]:
        """The tables that bear one of these names."""
        return [each for each in self.tables if each[1] in names]


def published(folder: Path) -> Published:
    """Everything that lies open in a folder; a table without even a header holds nothing. Raises CqiError where there is none or a table cannot be read."""
    folder = Path(folder)
    if not folder.is_dir():
        raise CqiError(f"There is no release to look over in {folder.name!r}; give the folder of one profile of a finished run.")
    files = sorted(folder.rglob("*.csv"))
    found = [(str(path.relative_to(folder)), _name(path.stem), path) for path in files]
    tables = tuple((place, name, _table(path)) for place, name, path in found if name and path.read_bytes().strip())
    return Published(folder, tables, tuple(sorted(folder.rglob("*.html"))))


def _name(stem: str) -> str:
    return next((name for name in NAMES if stem == name or stem.endswith(f"-{name}")), "")


def _table(path: Path) -> pd.DataFrame:
    try:
        table = pd.read_csv(path, dtype=str, keep_default_na=False)
    except ValueError as error:
        raise CqiError(f"{path.name}: the table cannot be read; a release holds UTF-8 tables with a header.") from error
    counts = {name: pd.to_numeric(table[name], errors="coerce") for name in table.columns if name not in _WORDS}
    return table.assign(**counts)


def period(label: str) -> tuple[date, date]:
    """First and last day of the period that a cohort's label names, `2022H2 to 2025H1` for several together. Raises CqiError for a label
    that is none."""
    begins, to, ends = str(label).partition(" to ")
    if to:
        return period(begins)[0], period(ends)[1]
    for months, pattern, first in _PERIODS:
        if match := re.fullmatch(pattern, str(label)):
            year, month = first(*match.groups())
            end = year * 12 + month - 1 + months
            return date(year, month, 1), date(end // 12, end % 12 + 1, 1) - timedelta(days=1)
    raise CqiError(f"No period {str(label)!r}: a release names its periods as 2025H1, 2025Q3, 2025-03, FFY2025 or 24B25A.")


def _federal(year: str, half: str) -> tuple[int, int]:
    ends = 1995 + (int(year) - 1995) % 100
    return (ends - 1, 10) if half == "A" else (ends, 4)
