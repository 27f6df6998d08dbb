"""Observed and expected exits by now: has this cohort left at the pace its county is used to?

Expected is each child's own days at risk under daily hazards of the years before: the state's hazard on each day in
care, times how the county usually compares with it (empirical Bayes, history only up to the cohort's first day). The
range allows for what past cohorts showed: siblings leave together and cohorts differ, so it is wider than a Poisson
range: variance phi*E + (tau2 + v)*E^2.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd

from cqi.cohorts import NEVER, Cohort, Stays, day_number, earlier_cohorts, entered, left, months_after, tally
from cqi.estimates import dispersion, empirical_bayes_gamma, negative_binomial_interval
from cqi.registry import Measure
from cqi.vocabulary import EXIT_REASONS, WHOLE

YEAR = 365
BASELINE_COHORTS = 10
FEWEST_BASELINE_EXITS = 30
COURSE_COLUMNS = (
    "measure", "county", "cohort", "as_of", "entered", "at_risk", "observed", "expected", "ratio", "level", "lower",
    "upper", "lower_80", "upper_80", "usual_pace", "phi", "tau2", "past_cohorts", "method", "status",
)


@dataclass(frozen=True)
class Exposure:
    """Days at risk and exits of one cohort: county code, last day observed, whether the child left to permanency, and
    whether the child is still in care before the anniversary."""

    county: np.ndarray
    days: np.ndarray
    left: np.ndarray
    waiting: np.ndarray


def exposure(measure: Measure, stays: Stays, period: Cohort, *, as_of: date) -> Exposure:
    """The cohort's children from the first day that counts to exit, `as_of` or their own anniversary.

    An exit on the anniversary counts, at day 365 also where the anniversary is day 366.
    """
    frame = entered(stays, period, as_of=as_of, window_months=measure.window_months, **measure.who)
    gone = left(frame, trial_home_visit_days=measure.what.get("trial_home_visit_days")).to_numpy()
    entry = frame["entry"].to_numpy()
    anniversary = months_after(entry.astype("datetime64[D]"), measure.window_months).astype("int64")
    last = np.minimum(np.minimum(gone, anniversary), day_number(as_of))
    wanted = frame["reason"].isin([EXIT_REASONS.index(word) for word in measure.what["exits"]]).to_numpy()
    waiting = (gone == NEVER) & (anniversary > day_number(as_of))
    return Exposure(frame["county"].to_numpy(), np.minimum(last - entry, YEAR), wanted & (gone <= anniversary), waiting)


def baseline_hazard(past: list[Exposure]) -> np.ndarray:
    """Cumulative daily hazard of the measure's exits by day in care 0 to 365, all counties and past cohorts together."""
    days = np.concatenate([part.days for part in past]) if past else np.array([], dtype="int64")
    gone = np.concatenate([part.left for part in past]) if past else np.array([], dtype=bool)
    at_risk = np.bincount(days, minlength=YEAR + 1)[::-1].cumsum()[::-1]
    exits = np.bincount(days[gone], minlength=YEAR + 1)
    return np.cumsum(exits / np.maximum(at_risk, 1))


def observed_and_expected(measure: Measure, stays: Stays, period: Cohort, *, as_of: date, first_entry: date) -> pd.DataFrame:
    """The course table: one row per county, and the whole file last.

    `expected` counts exits by now at the county's usual pace; `lower` and `upper` bound 95% of what an unchanged pace
    would have given, `lower_80` and `upper_80` 80%; `ratio` is observed to expected. `usual_pace` is the county's multiple of the state's hazard. Where
    the years before hold fewer than 30 exits, expected is missing and status is `not yet mature`.
    """
    eve = period.start - timedelta(days=1)
    past = [exposure(measure, stays, earlier, as_of=eve)
            for earlier in earlier_cohorts(period, first_entry, most=BASELINE_COHORTS)]
    hazard = baseline_hazard(past)
    now = exposure(measure, stays, period, as_of=as_of)
    counts = _counts(now, hazard, stays.counties)
    pace = _usual_pace(past, hazard, stays.counties)
    table = counts.assign(**_range(counts, pace), phi=pace.phi, tau2=pace.tau2, past_cohorts=len(past))
    enough = sum(int(part.left.sum()) for part in past) >= FEWEST_BASELINE_EXITS
    if not enough:
        table[["expected", "ratio", "lower", "upper", "lower_80", "upper_80", "usual_pace", "phi", "tau2"]] = np.nan
    table = table.assign(measure=measure.name, cohort=period.label, as_of=pd.Timestamp(as_of), level=0.95,
                         method="own days at risk under the hazards of the cohorts before",
                         status="shown" if enough else "not yet mature")
    return table[list(COURSE_COLUMNS)]


def _counts(now: Exposure, hazard: np.ndarray, counties: tuple[str, ...]) -> pd.DataFrame:
    """Entered, still at risk, observed, and the state hazard summed over each child's days; `expected` before pace."""
    state = np.bincount(now.county, weights=hazard[now.days], minlength=len(counties))
    observed, total = tally(now.county[now.left], counties), tally(now.county, counties)
    waiting = tally(now.county[now.waiting], counties)
    return pd.DataFrame({"county": [*counties, WHOLE], "entered": total, "at_risk": waiting, "observed": observed,
                         "expected": np.append(state, state.sum())})


@dataclass(frozen=True)
class Pace:
    """How each county (and the whole, last) usually compares with the state: multiplier, its variance, dispersion."""

    multiplier: np.ndarray
    variance: np.ndarray
    phi: float
    tau2: float


def _usual_pace(past: list[Exposure], hazard: np.ndarray, counties: tuple[str, ...]) -> Pace:
    size = (len(past), len(counties))
    observed, expected = np.zeros(size), np.zeros(size)
    for number, part in enumerate(past):
        observed[number] = np.bincount(part.county[part.left], minlength=len(counties))
        expected[number] = np.bincount(part.county, weights=hazard[part.days], minlength=len(counties))
    if not observed.any():
        return Pace(np.ones(len(counties) + 1), np.zeros(len(counties) + 1), 1.0, 0.0)
    first = empirical_bayes_gamma(observed.sum(axis=0), expected.sum(axis=0)).multiplier
    phi, tau2, _ = dispersion(observed.ravel(), (expected * first).ravel())
    multiplier, variance, _ = empirical_bayes_gamma(observed.sum(axis=0), expected.sum(axis=0), phi=phi)
    return Pace(np.append(multiplier, 1.0), np.append(variance, 0.0), phi, tau2)


def _range(counts: pd.DataFrame, pace: Pace) -> dict:
    """Expected at the county's usual pace, the range of an unchanged pace, and observed to expected."""
    expected = counts["expected"].to_numpy() * pace.multiplier
    expected[-1] = expected[:-1].sum()
    relative = pace.tau2 + np.append(pace.variance[:-1] / np.maximum(pace.multiplier[:-1], 1e-9) ** 2, 0.0)
    variance = pace.phi * expected + relative * expected**2
    variance[-1] = variance[:-1].sum()
    lower, upper = negative_binomial_interval(expected, variance)
    inner = negative_binomial_interval(expected, variance, level=0.80)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(expected > 0, counts["observed"] / expected, np.nan)
    return {"expected": expected, "ratio": ratio, "lower": lower, "upper": upper,
            "lower_80": inner[0], "upper_80": inner[1], "usual_pace": pace.multiplier}
