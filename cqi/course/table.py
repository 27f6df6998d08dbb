"""The course table: one row a place, with what was counted, what was expected, what is ahead, and whether anything stands out."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from cqi.cohorts import Cohort
from cqi.course.exposure import KINDS, official_date
from cqi.course.looks import incidence
from cqi.course.monitors import LOOK_COLUMNS, alarms, fewer_is_worse, looks, watch
from cqi.course.pace import BRISK, more_needed, pace_needed, share_at
from cqi.course.pooling import Situation
from cqi.course.projection import ahead, chance_of, quantiles, spread, weights
from cqi.estimates import negative_binomial_interval
from cqi.registry import Measure

LEVEL = 0.95
PRIOR_SPREAD = 0.18
"""How far a cohort's pace may really lie from the usual, beyond what past cohorts showed: log standard deviation."""
COUNTS = ("entered", "at_risk", "observed")
USUAL = ("expected", "ratio", "lower", "upper", "usual_low", "usual_high", "usual_low_80", "usual_high_80", "usual_pace")
PROJECTED = tuple(f"projected_{name}" for name in ("025", "10", "50", "90", "975"))
AHEAD = (*PROJECTED, "expected_final", "usual_final", "target", "probability_of_target", "pace_needed", "more_needed", "in_reach")
SIGNAL = ("minimum_detectable_change", "signal", "signal_by", "first_signal")
NO_SIGNAL = {"signal": "", "signal_by": "", "first_signal": pd.NaT}
FACTS = ("phi", "tau2", "past_cohorts", "level", "method", "target_by", "status")
COURSE_COLUMNS = ("measure", "county", "cohort", "as_of", *COUNTS, *USUAL, *AHEAD, *SIGNAL, *FACTS)


def course_rows(measure: Measure, period: Cohort, found: Situation, target: np.ndarray, *, as_of: date) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The course table of these places, and each look of their monitors (none where there is too little history)."""
    counts = _counts(measure, found)
    facts = {"measure": measure.name, "cohort": period.label, "as_of": pd.Timestamp(as_of), "level": LEVEL, "phi": found.base.phi,
             "tau2": found.base.tau2, "past_cohorts": found.base.cohorts, "target_by": pd.Timestamp(official_date(measure, period)),
             "method": "own days at risk under the hazards of the cohorts before"}
    if not found.base.enough:
        bare = counts.assign(**facts, **NO_SIGNAL, target=target, status="not yet mature")
        return bare.reindex(columns=list(COURSE_COLUMNS)), pd.DataFrame(columns=list(LOOK_COLUMNS))
    monitors = watch(measure, period, found.base, found.seen, found.names)
    table = pd.concat([counts, _usual(measure, found, counts), alarms(monitors)], axis=1)
    table = table.assign(minimum_detectable_change=monitors.detectable, target=target, **facts, status="shown")
    seen = looks(monitors).assign(measure=measure.name, cohort=period.label, as_of=pd.Timestamp(as_of))
    if KINDS[measure.kind].denominator == "children":
        table = table.assign(**_ahead(measure, period, found, target, as_of))
    return table.reindex(columns=list(COURSE_COLUMNS)), seen[list(LOOK_COLUMNS)]


def _counts(measure: Measure, found: Situation) -> pd.DataFrame:
    good = KINDS[measure.kind].good
    observed = found.now.observed if good else found.now.started - found.now.observed
    return pd.DataFrame({"county": list(found.names), "entered": found.now.started, "at_risk": found.now.waiting.sum(axis=1), "observed": observed})


def _usual(measure: Measure, found: Situation, counts: pd.DataFrame) -> pd.DataFrame:
    """Events by now at the usual pace, the range that it would give, and the shrunken ratio of observed to expected."""
    base, expected = found.base, found.seen.expected_now[found.seen.own] * found.base.pace
    relative = base.tau2 + base.variance
    ratio, lower, upper = shrunken(found.now.observed, expected, base.phi, relative + PRIOR_SPREAD**2)
    variance = base.phi * expected + relative * expected**2
    ranges = [negative_binomial_interval(expected, variance, level=level) for level in (LEVEL, 0.80)]
    if not KINDS[measure.kind].good:  # children without the event are counted
        entered = counts["entered"].to_numpy()
        expected, ranges = entered - expected, [(entered - high, entered - low) for low, high in ranges]
    values = (expected, ratio, lower, upper, *ranges[0], *ranges[1], base.pace)
    return pd.DataFrame(dict(zip(USUAL, values)))


def shrunken(observed: np.ndarray, expected: np.ndarray, phi: float, variance: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Observed over expected pulled towards 1, with its 95% limits: a gamma of mean 1 and this variance, updated with counts over
    phi."""
    from scipy.special import gammaincinv

    shape, rate = 1 / variance + observed / phi, 1 / variance + expected / phi
    return shape / rate, *(gammaincinv(shape, tail) / rate for tail in ((1 - LEVEL) / 2, (1 + LEVEL) / 2))


def _ahead(measure: Measure, period: Cohort, found: Situation, target: np.ndarray, as_of: date) -> dict:
    """Columns of AHEAD, without the target: where events are what is unwanted, shares are of those without."""
    base, now, good = found.base, found.now, KINDS[measure.kind].good
    coming = ahead(now, base, as_of=as_of, until=official_date(measure, period))
    final = spread(now, base, coming, weights(found.seen, base))
    goal = target if good else 1 - target
    share, brisk = quantiles(final), share_at(now, base, coming, BRISK if fewer_is_worse(measure) else 1 / BRISK)
    usual = incidence(base, once=True, pace=base.pace)[:, -1]
    entered = now.started + now.coming
    least = fewer_is_worse(measure)
    reached = chance_of(final, goal, entered, at_least=least)
    values = [*np.where(entered[:, None] > 0, share if good else 1 - share[:, ::-1], np.nan).T, entered,
              usual if good else 1 - usual, np.where(entered > 0, reached, np.nan), pace_needed(now, base, coming, goal, more_is_better=least),
              more_needed(now, goal), brisk if good else 1 - brisk]
    return dict(zip((name for name in AHEAD if name != "target"), values))
