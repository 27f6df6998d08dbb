"""Cumulative incidence by kind of exit, and the maturity table: entry cohorts by months in care."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from cqi.cohorts import NEVER, Cohort, day_number, months_after, tally
from cqi.estimates import aalen_johansen, any_of, log_log_interval, tabulate
from cqi.measures.basis import Basis
from cqi.measures.counting import window_status
from cqi.measures.entries import counted_exits, headline_children
from cqi.measures.rows import LEVEL, measure_rows
from cqi.registry import Measure
from cqi.vocabulary import EXIT_REASONS, MEASURE_COLUMNS, PERMANENCY, WHOLE

MARKS = (3, 6, 9, 12)
YEAR = 365
MARK_DAYS = {month: round(month * 365.25 / 12) for month in range(1, 13)}
FEWEST_OBSERVED = 10
"""A curve of fewer children is not drawn; where some are not yet observed so long, it stops with fewer than this at risk."""

PARTS = (*PERMANENCY, "other exit", "still in care")


def maturity(measure: Measure, on: Basis, period: Cohort, *, as_of: date) -> pd.DataFrame:
    """Children of one cohort who left for the measure's exits within 3, 6, 9 and 12 months of entry.

    `shown`: every child has been observed that long. `so far`: only some; the count can only grow. `not yet mature`: no
    child has been in care beyond the mark before, so there is nothing to show. Design: ASPE's tracking tables.
    """
    frame = headline_children(measure, on, period, as_of=as_of)
    entered = tally(frame["county"].to_numpy(), on.counties)
    rows = []
    for earlier, mark in zip((0, *MARKS), MARKS):
        numerator = tally(frame["county"].to_numpy()[counted_exits(measure, frame, mark)], on.counties)
        rows.append(measure_rows(measure, on.counties, period, as_of=as_of, at=mark, numerator=numerator,
                                 denominator=entered, status=_mark_status(period, earlier, mark, as_of)))
    table = pd.concat(rows, ignore_index=True)
    unobserved = table["status"].eq("not yet mature")
    table[["numerator", "denominator"]] = table[["numerator", "denominator"]].astype("float64")
    table.loc[unobserved, ["numerator", "value", "lower", "upper"]] = np.nan
    return table


def _mark_status(period: Cohort, earlier: int, mark: int, as_of: date) -> str:
    today = np.datetime64(as_of)
    if today >= months_after([period.end], mark)[0]:
        return "shown"
    return "so far" if today > months_after([period.start], earlier)[0] else "not yet mature"


def cumulative_incidence(measure: Measure, on: Basis, period: Cohort, *, as_of: date) -> pd.DataFrame:
    """Share of one cohort that had left by each month in care, by kind of exit, other kinds competing.

    Aalen-Johansen on integer days, given that the child stayed the measure's shortest stay; a stay that ends on its
    366-day anniversary counts at day 365, so that the end of a complete cohort's curve is its 12-month figure. Parts:
    each kind of permanency, `other exit`, `still in care` (they add to 1), and `` for all permanency together, which
    carries the interval (infinitesimal jackknife, log-log). Shares are at the day, counts within the calendar months, so
    that they are those of the maturity table.
    """
    frame = headline_children(measure, on, period, as_of=as_of)
    county, days, cause = _days_and_causes(frame, as_of)
    counts = tabulate(county, days, cause, groups=len(on.counties), causes=5, last=YEAR,
                      start=measure.who.get("shortest_stay_days", 0))
    exits, censored, entering = (np.concatenate([part, part.sum(axis=0, keepdims=True)]) for part in counts)
    kinds = aalen_johansen(exits, censored, entering, errors_of=())
    home = aalen_johansen(any_of(exits, (0, 1, 2, 3)), censored, entering, errors_of=(0,))
    frames = [_month(measure, on, period, as_of, month, _seen(frame, cause, month, len(on.counties)), kinds, home) for month in MARK_DAYS]
    table = pd.concat(frames, ignore_index=True)
    return table[list(MEASURE_COLUMNS)]


def _days_and_causes(frame: pd.DataFrame, as_of: date) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """County code, days in care and cause (0 to 3 permanency, 4 other exit, -1 still in care) of each child."""
    entry, left = frame["entry"].to_numpy(), frame["left"].to_numpy()
    anniversary = months_after(entry.astype("datetime64[D]"), 12).astype("int64")
    seen = left <= np.minimum(anniversary, NEVER - 1)
    days = np.minimum(np.where(seen, left, np.minimum(anniversary, day_number(as_of))) - entry, YEAR)
    cause = np.full(len(EXIT_REASONS) + 1, 4)
    cause[[EXIT_REASONS.index(word) for word in PERMANENCY]] = range(4)
    return frame["county"].to_numpy(), days, np.where(seen, cause[frame["reason"]], -1)


def _seen(frame: pd.DataFrame, cause: np.ndarray, month: int, counties: int) -> np.ndarray:
    """Children seen to leave within so many calendar months, by county (the whole file last) and cause: as in `maturity`."""
    until = months_after(frame["entry"].to_numpy().astype("datetime64[D]"), month).astype("int64")
    seen = (cause >= 0) & (frame["left"].to_numpy() <= until)
    counts = np.bincount(frame["county"].to_numpy()[seen] * 5 + cause[seen], minlength=counties * 5).reshape(counties, 5)
    return np.vstack([counts, counts.sum(axis=0)])


def _observed(kinds, entered: np.ndarray, day: int) -> np.ndarray:
    """Groups whose curve still rests on enough children at this day: all of them known so far, or enough still observed."""
    return (entered >= FEWEST_OBSERVED) & ((kinds.known[:, day] == entered) | (kinds.at_risk[:, day] >= FEWEST_OBSERVED))


def _month(measure, on, period, as_of, month, seen, kinds, home) -> pd.DataFrame:
    """Rows of every part at one month in care, for the counties where enough children are observed that long."""
    day = MARK_DAYS[month]
    entered = kinds.known[:, 0]
    places = np.flatnonzero(_observed(kinds, entered, day))
    seen = seen[places]
    counts = np.column_stack([seen, entered[places] - seen.sum(axis=1), seen[:, :4].sum(axis=1)])
    shares = np.column_stack([kinds.share[places, :, day], kinds.in_care[places, day], home.share[places, 0, day]])
    limits = np.full((*shares.shape, 2), np.nan)
    limits[:, -1] = np.column_stack(log_log_interval(
        shares[:, -1], home.standard_error[places, 0, day], children=home.known[places, day], level=LEVEL))
    names, parts = np.array([*on.counties, WHOLE], dtype=object), [*PARTS, ""]
    frame = pd.DataFrame({
        "county": np.repeat(names[places], len(parts)), "part": np.tile(parts, len(places)), "numerator": counts.ravel(),
        "denominator": np.repeat(entered[places], len(parts)), "value": shares.ravel(),
        "lower": limits[..., 0].ravel(), "upper": limits[..., 1].ravel(),
    })
    return frame.assign(
        measure=measure.name, cohort=period.label, group="", at=month, as_of=pd.Timestamp(as_of), level=LEVEL,
        children=frame["denominator"], unit=measure.unit, method="Aalen-Johansen, log-log interval",
        status=window_status(months_after([period.end], month)[0], as_of),
    )
