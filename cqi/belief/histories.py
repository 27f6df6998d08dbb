"""Histories: one row per child or placement, in whole days since its start.

Columns: `child_id`; `exposure`, `event`, `competing`: the day each came, missing where it never did; `last`: the last day
observed. Also, where known: `unseen_from`, the day after which events may go unseen; columns to stratify by.

Rules on one day: an event beats a competing end, and both count when they come on the last day; what comes later has not been
seen. An exposure counts from the end of its day, as in the counting-process intervals (start, stop] of R's survival: an event
on the day of the exposure belongs to the time before it.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from cqi.vocabulary import CqiError, no_such

DAYS = ("exposure", "event", "competing", "last")
COLUMNS = ("child_id", *DAYS)
MONTH = 365.25 / 12
EVENT, COMPETING, NEITHER = 0, 1, -1


def day_of(months: float) -> int:
    """Months as whole days since the start: 3, 6, 9, 12 and 24 are 91, 183, 274, 365 and 730."""
    return round(months * MONTH)


def checked(histories: pd.DataFrame) -> pd.DataFrame:
    """The histories with `days` (whole days to the end of the story), `cause` (0 the event, 1 the competing end, -1 neither seen)
    and `exposed_from` (the day of the exposure, infinite where it did not come while the story lasted).

    CqiError where a column is missing, a day is negative or not whole, a last day or a child is missing, or nobody is there.
    """
    if missing := [name for name in COLUMNS if name not in histories]:
        raise CqiError(f"Histories have no column {', '.join(missing)}; they are: {', '.join(COLUMNS)}.")
    if histories.empty:
        raise CqiError("Histories: no placement is in them, so there is nothing to compare.")
    found = {name: histories[name].astype("Float64").to_numpy(float, na_value=np.nan) for name in DAYS}
    if wrong := [name for name, days in found.items() if np.any((days < 0) | (days % 1 > 0))]:
        raise CqiError(f"Histories: {', '.join(wrong)} hold days that are negative or not whole; count whole days from the start.")
    if np.isnan(found["last"]).any() or histories["child_id"].isna().any():
        raise CqiError("Histories: a child or a last day observed is missing; both are needed in every row.")
    event, competing, exposure = (np.where(np.isnan(found[name]), np.inf, found[name]) for name in ("event", "competing", "exposure"))
    days = np.minimum(np.minimum(event, competing), found["last"])
    cause = np.where(event == days, EVENT, np.where(competing == days, COMPETING, NEITHER))
    return histories.assign(days=days.astype(int), cause=cause, exposed_from=np.where(exposure <= days, exposure, np.inf))


def strata(histories: pd.DataFrame, by: tuple[str, ...]) -> np.ndarray:
    """The stratum of each row, 0 and up: one for each combination of the columns `by`; all 0 without any. CqiError for no such column."""
    for name in by:
        if name not in histories:
            known = [column for column in histories if column not in (*COLUMNS, "days", "cause", "exposed_from")]
            raise no_such("column to compare like with like by", name, known)
    return histories.groupby(list(by), dropna=False).ngroup().to_numpy() if by else np.zeros(len(histories), int)
