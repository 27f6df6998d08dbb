"""How the projection and the signals would have done on the file's own past: each month's end again, from what was known then.

A past cohort whose official figure is known is followed as it would have been followed at the time: what is usual from the eve
of its first day, then each month's end from what was dated by then, and at last the projections beside the figure that came.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pandas as pd

from cqi.cohorts import Cohort, earlier_cohorts
from cqi.course.baseline import Baseline, baseline
from cqi.course.calibration import scored, scores_by, summary
from cqi.course.common_ways import Growth, chain_ladder_shares, growth, scaled_shares
from cqi.course.exposure import KINDS, exposure, official_date
from cqi.course.following import ALL_COHORTS
from cqi.course.looks import Streams, streams
from cqi.course.monitors import alarms, fewer_is_worse, watch
from cqi.course.projection import ahead, quantiles, spread, today, weights
from cqi.course.table import LEVEL, PROJECTED
from cqi.estimates import negative_binomial_interval
from cqi.measures import Basis
from cqi.registry import Measure
from cqi.vocabulary import CqiError

FEWEST_PAST = 4
"""Half-years before a cohort: with fewer, no common way of projecting has two whole cohorts to learn from."""
MOST_COHORTS = 8
"""The newest past cohorts that are replayed, to spare time."""
FEWEST_CHILDREN = 10
"""Counties with fewer children in the end are left out: their final share tells little."""
SIZES = ((30, "under 30"), (100, "30 to 99"), (300, "100 to 299"), (np.inf, "300 or more"))
"""Children in the cohort below which each group of sizes ends, and its name."""
FORECAST_COLUMNS = ("measure", "county", "cohort", "day", "month", "entered", "observed", "expected", *PROJECTED, "naive", "chain_ladder",
                    "chain_ladder_error", "children", "final")
COURSE_COLUMNS = ("measure", "county", "cohort", "official", "children", "observed", "expected", "usual_low", "usual_high", "final",
                  "ended", "ended_all", "signal", "signal_by", "first_signal", "lead_days")


@dataclass(frozen=True)
class Backtested:
    """What was foretold and what came. `forecasts`: a row for each past cohort, county and month's end; `courses`: a row for
    each past cohort and county; `summary`, one row, `by_month` and `by_size`: how good the forecasts were."""

    forecasts: pd.DataFrame
    courses: pd.DataFrame
    summary: pd.DataFrame
    by_month: pd.DataFrame
    by_size: pd.DataFrame


def backtest(
    measure: Measure, on: Basis, *, as_of: date, first_entry: date, progress: Callable[[int, int, str], None] | None = None,
) -> Backtested:
    """Past half-year cohorts followed again as they would have been at the time, and how that compares with what came.

    The newest MOST_COHORTS half-years whose official date has come by `as_of`, with FEWEST_PAST whole ones before them
    since `first_entry` and events enough to say what is usual; counties with FEWEST_CHILDREN finally. Where there is no such
    cohort the tables are empty and `summary` has `cohorts` 0.

    `forecasts`: `month` of the course (1 to the one before the last), children who `entered` so far, events `observed` and
    `expected` by now, quantiles `projected_...` of the final share, the same from two common ways: `naive`, the share so far
    scaled up by how much that of whole cohorts had grown from the same month on, and `chain_ladder` with its standard error;
    then the truth: `children` and the share `final`; and their scores. `courses`: the final figure beside the `usual` range
    (95%) of events, so that it `ended` as `usual`, `worse` or `better`; the same of all children watched meanwhile
    (`ended_all`); the first signal and how many days before the official date it came (0 without one). `summary`, `by_month`,
    `by_size`: as from `cqi.course.calibration`.

    `progress` is called after each cohort with how many are done, of how many, and its name. CqiError for a measure that is
    a rate or has no course: it has no final share.
    """
    if measure.kind not in KINDS or KINDS[measure.kind].denominator != "children":
        raise CqiError(f"{measure.name} has no final share to look ahead to; choose a measure of children within a window.")
    periods, parts, known = replayed_cohorts(measure, as_of, first_entry), [], {}
    for number, period in enumerate(periods, 1):
        past = earlier_cohorts(period, first_entry, most=ALL_COHORTS)
        known |= {each.label: growth(measure, on, each, as_of=as_of) for each in (*past, period) if each.label not in known}
        parts += _replayed(measure, on, period, past, known)
        if progress:
            progress(number, len(periods), period.label)
    return _told(scored(_stacked([part[0] for part in parts], FORECAST_COLUMNS)), _stacked([part[1] for part in parts], COURSE_COLUMNS))


def without(found: Backtested, left_out: pd.DataFrame) -> Backtested:
    """The same without the courses of these counties and cohorts (columns county, cohort)."""
    pairs = pd.MultiIndex.from_frame(left_out[["county", "cohort"]])
    return _told(*(table.loc[~pd.MultiIndex.from_frame(table[["county", "cohort"]]).isin(pairs)].reset_index(drop=True)
                   for table in (found.forecasts, found.courses)))


def _told(rows: pd.DataFrame, courses: pd.DataFrame) -> Backtested:
    size = np.select([rows["children"] < most for most, _ in SIZES], [name for _, name in SIZES], "")
    return Backtested(rows, courses, summary(rows, courses), scores_by(rows, rows["month"], "month"),
                      scores_by(rows, size, "size", order=[name for _, name in SIZES]))


def replayed_cohorts(measure: Measure, as_of: date, first_entry: date) -> list[Cohort]:
    """The half-years to be replayed, oldest first."""
    newest = Cohort("half", date(as_of.year, 1 if as_of.month <= 6 else 7, 1), 6)
    periods = [newest.back(number) for number in range(ALL_COHORTS // 4)]
    over = [period for period in periods if official_date(measure, period) <= as_of]
    return [period for period in over if len(earlier_cohorts(period, first_entry, most=FEWEST_PAST)) == FEWEST_PAST][MOST_COHORTS - 1::-1]


def _stacked(parts: list[pd.DataFrame], columns: tuple[str, ...]) -> pd.DataFrame:
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=list(columns))


def _replayed(
    measure: Measure, on: Basis, period: Cohort, past: list[Cohort], known: dict[str, Growth],
) -> list[tuple[pd.DataFrame, pd.DataFrame]]:
    """Forecasts and courses of one cohort, of the counties with children enough; none where there was too little history."""
    base = baseline(measure, on, period, past)
    if not base.enough:
        return []
    seen, own = streams(measure, on, period, base, as_of=official_date(measure, period)), known[period.label]
    kept = own.started[-1] >= FEWEST_CHILDREN
    facts = {"measure": measure.name, "county": np.array(on.counties)[kept], "cohort": period.label, "children": own.started[-1][kept],
             "final": _shares(measure, own.observed[-1] / np.maximum(own.started[-1], 1))[kept]}
    before = [known[each.label] for each in past]
    forecasts = [_forecast(measure, on, period, base, seen, before, own, look).loc[kept].assign(**facts)
                 for look in range(len(own.days) - 1)]
    courses = _courses(measure, period, base, seen, on.counties).loc[kept].assign(**facts)
    return [(_stacked(forecasts, FORECAST_COLUMNS)[list(FORECAST_COLUMNS)], courses[list(COURSE_COLUMNS)])]


def _shares(measure: Measure, share: np.ndarray) -> np.ndarray:
    """Shares of those with the event as shares of what the measure counts."""
    return share if KINDS[measure.kind].good else 1 - share


def _forecast(
    measure: Measure, on: Basis, period: Cohort, base: Baseline, seen: Streams, past: list[Growth], own: Growth, look: int,
) -> pd.DataFrame:
    """What would have been said at one month's end, a row a county."""
    day = own.days[look]
    then = replace(seen, observed_now=seen.observed[look], expected_now=seen.expected[look])
    now = today(measure, exposure(measure, on, period, as_of=day), period, base, as_of=day)
    foretold = quantiles(spread(now, base, ahead(now, base, as_of=day, until=official_date(measure, period)), weights(then, base)))
    foretold = foretold if KINDS[measure.kind].good else 1 - foretold[:, ::-1]
    ladder, error = chain_ladder_shares(past, own, look)
    return pd.DataFrame({
        "day": pd.Timestamp(day), "month": look + 1, "entered": now.started, "observed": seen.observed[look, seen.own],
        "expected": seen.expected[look, seen.own] * base.pace, **dict(zip(PROJECTED, foretold.T)),
        "naive": _shares(measure, scaled_shares(past, own, look)), "chain_ladder": _shares(measure, ladder), "chain_ladder_error": error})


def _courses(measure: Measure, period: Cohort, base: Baseline, seen: Streams, counties: tuple[str, ...]) -> pd.DataFrame:
    """How each county's course ended, and the signal that it was given."""
    every, own = seen.expected_now * base.pace, seen.expected_now[seen.own] * base.pace
    low, high = _usual(base, own, own**2)
    ended = _ended(measure, seen.observed_now[seen.own], low, high)
    ended_all = _ended(measure, seen.observed_now.sum(axis=0), *_usual(base, every.sum(axis=0), (every**2).sum(axis=0)))
    given, official = alarms(watch(measure, period, base, seen, counties)), pd.Timestamp(official_date(measure, period))
    return given.assign(observed=seen.observed_now[seen.own], expected=own, usual_low=low, usual_high=high, official=official, ended=ended,
                        ended_all=ended_all, lead_days=(official - given["first_signal"]).dt.days.fillna(0).astype("int64"))


def _usual(base: Baseline, expected: np.ndarray, squares: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The range (95%) of events at the usual pace; `squares` is the sum over cohorts of their expected events squared."""
    return negative_binomial_interval(expected, base.phi * expected + base.tau2 * squares + base.variance * expected**2, level=LEVEL)


def _ended(measure: Measure, observed: np.ndarray, low: np.ndarray, high: np.ndarray) -> np.ndarray:
    fewer, more = ("worse", "better") if fewer_is_worse(measure) else ("better", "worse")
    return np.select([observed < low, observed > high], [fewer, more], "usual")
