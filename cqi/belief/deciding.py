"""What a finding says to a belief, held against the number that was named before looking."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from cqi.belief.registering import Registered, asked
from cqi.vocabulary import CqiError

SUPPORTS, AGAINST, CANNOT_TELL = "supports", "speaks against", "cannot tell"


@dataclass(frozen=True)
class Decision:
    """`verdict` is one of `supports`, `speaks against`, `cannot tell`. `gain`, with limits: the difference in the direction believed in,
    0.03 for three points as believed, -0.03 for three points the other way."""

    verdict: str
    gain: float
    lower: float
    upper: float
    points: float
    status: str


def decide(registered: Registered, findings: pd.DataFrame) -> Decision:
    """The verdict from the rows of `landmark`, at the month that was registered.

    Supports: the whole 95% interval is at or beyond the number named. Speaks against: the whole interval falls short of it.
    Otherwise the data cannot tell. Never more than that: no comparison of what people chose to do shows a cause. CqiError where the
    findings have no row for that month.
    """
    belief = asked(registered)
    rows = findings.loc[findings["at"] == belief.at]
    if rows.empty:
        raise CqiError(f"The findings have no row for month {belief.at}, which was registered; ask for it: landmark(..., at=({belief.at},)).")
    row = rows.iloc[0]
    ends = [row["difference_lower"], row["difference_upper"]]
    gain, lower, upper = (row["difference"], *ends) if belief.direction == "higher" else (-row["difference"], -ends[1], -ends[0])
    return Decision(_verdict(lower, upper, belief.points), float(gain), float(lower), float(upper), belief.points, str(row["status"]))


def _verdict(lower: float, upper: float, points: float) -> str:
    if np.isnan(lower) or np.isnan(upper):
        return CANNOT_TELL
    return SUPPORTS if lower >= points else AGAINST if upper < points else CANNOT_TELL
