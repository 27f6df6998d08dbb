"""Lesson 4: why small cells are hidden, as three puzzles in subtraction."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cqi.blocks import Cell, Table, Text
from cqi.disclosure import policy
from cqi.disclosure.table import protected
from cqi.learning.drawn import headline
from cqi.vocabulary import MEASURE_COLUMNS, WHOLE
from cqi.wording.displays import HIDDEN
from cqi.wording.numbers import count_cell

PUZZLE = {"Ash": 24, "Briar": 7, "Clover": 31, "Dale": 15}
"""Children in care by county: a made-up table."""
UNDER_18, UNDER_16 = 48, 45
SIBLINGS, TOGETHER = 23, 21


def puzzle() -> Table:
    """A table that hides one small number, and gives it away."""
    threshold = policy("release")["threshold"]
    rows = [(Cell(county), HIDDEN if number < threshold else Cell(f"{number}")) for county, number in PUZZLE.items()]
    return Table("Puzzle 1. Children in care, by county", ("County", "Children"),
                 (*rows, (Cell(WHOLE, "total"), Cell(f"{sum(PUZZLE.values())}", "total"))),
                 notes=(f"Counts from 1 to {threshold - 1} are not shown. A zero would be.",))


def two_reports() -> Text:
    """Two harmless sentences from two reports, and a third."""
    return Text((f"Puzzle 2. The spring report: \"{UNDER_18} children under 18 are in care in Ash County.\" The school report: "
                 f"\"{UNDER_16} children under 16 are in care in Ash "
                 "County.\" Same day, same county.",
                 f"Puzzle 3. \"Of {SIBLINGS} children with brothers or sisters in care, {TOGETHER} live with them.\""))


def closed_puzzle() -> Table:
    """The first table as this workbook would release it: with a second number hidden, so that the total gives nothing away."""
    rows = protected(_measure_rows(PUZZLE), "release")
    cells = tuple((Cell(row["group"].split(": ")[1]), count_cell(row, "numerator")) for _, row in rows.iterrows())
    hidden = int(rows["numerator"].isna().sum())
    return Table("The same table as this workbook would release it", ("County", "Children"),
                 (*cells, (Cell(WHOLE, "total"), Cell(f"{sum(PUZZLE.values())}", "total"))),
                 notes=(f"{hidden} numbers are hidden now. Together they make {sum(PUZZLE.values()) - int(rows['numerator'].sum())}; "
                        f"nobody can tell which is which.",))


def _measure_rows(counts: dict[str, int]) -> pd.DataFrame:
    """The made-up table as measure rows by group, all of one county."""
    total = sum(counts.values())
    rows = pd.DataFrame({"group": [f"place: {name}" for name in counts], "numerator": list(counts.values())})
    rows = rows.assign(measure=headline().name, county="made up", cohort="2025", part="", at=np.nan, as_of=pd.Timestamp("2026-06-30"),
                       children=total, denominator=total,
                       value=rows["numerator"] / total, level=0.95, lower=np.nan, upper=np.nan, unit="children", method="", status="shown")
    return rows[list(MEASURE_COLUMNS)]
