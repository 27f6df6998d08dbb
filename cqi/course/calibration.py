"""How good projections of past cohorts were: how often the range held, how far off they came out, beside two common ways.

Looks at one course tell almost the same, and counties of one cohort have its times in common: limits take cohorts, not looks,
as independent. Cohorts overlap in time, so even these limits are a little too narrow.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from statistics import NormalDist

import numpy as np
import pandas as pd

from cqi.course.table import PROJECTED
from cqi.estimates import crps_of_quantiles, wilson
from cqi.estimates.scores import LEVELS

LEVEL = 0.95
LEAST = 1e-6
"""Shares nearer to each other than this are the same: where nothing more can come, the range is one point."""
WAYS = ("crps", "crps_naive", "crps_chain_ladder")
SCORES = ("cohorts", "courses", "forecasts", "coverage_80", "coverage_low", "coverage_high", "coverage_95", "bias", "compared",
          *(f"{way}{limit}" for way in WAYS for limit in ("", "_low", "_high")))
SIGNALS = ("stable_counties", "false_alarms", "ended_worse", "detected", "median_lead_days")


def scored(forecasts: pd.DataFrame) -> pd.DataFrame:
    """The forecasts with `inside_80` and `inside_95`, whether the final share lay in the range, its ends included, and the score
    of each way (CRPS, in shares; for one number, how far off it was).

    One rule for the three: from the same five quantiles; the chain ladder's are those of a normal distribution within 0 to 1.
    """
    projected, final = (forecasts[list(names)].to_numpy(dtype=float) for names in (PROJECTED, ("final",)))
    low, _, middle, _, high = range(5)
    normal = np.array([NormalDist().inv_cdf(level) for level in LEVELS])
    naive, ladder, error = (forecasts[name].to_numpy(dtype=float)[:, None] for name in ("naive", "chain_ladder", "chain_ladder_error"))
    ways = dict(zip(WAYS, (projected, naive + 0 * normal, np.clip(ladder + error * normal, 0, 1))))
    inside = {f"inside_{name}": ((projected[:, [first]] <= final + LEAST) & (final <= projected[:, [last]] + LEAST))[:, 0]
              for name, first, last in (("80", 1, 3), ("95", low, high))}
    return forecasts.assign(**inside, off=(projected[:, [middle]] - final)[:, 0],
                            **{name: crps_of_quantiles(table, final[:, 0]) for name, table in ways.items()})


def scores(rows: pd.DataFrame) -> dict:
    """SCORES of scored forecasts: how many `cohorts`, `courses` (cohort and county) and forecasts; `coverage_80`, the share of final
    figures in the 80% range, with 95% limits, and `coverage_95`; `bias`, the mean of middle less final (above 0: too high);
    and the mean score of each way with 95% limits, over the forecasts that all of them could make (`compared`; where there is
    none, ours over all)."""
    cohort, courses = rows["cohort"].to_numpy(), rows[["cohort", "county"]].drop_duplicates().shape[0]
    compared = rows.loc[rows[list(WAYS)].notna().all(axis=1)]
    means = compared if len(compared) else rows.assign(crps_naive=np.nan, crps_chain_ladder=np.nan)
    ranges = (share_with_limits(rows["inside_80"].to_numpy(dtype=float), cohort, courses),
              (rows["inside_95"].astype(float).mean(), rows["off"].mean()))
    errors = [mean_with_limits(means[way].to_numpy(dtype=float), means["cohort"].to_numpy()) for way in WAYS]
    return dict(zip(SCORES, (len(set(cohort)), courses, len(rows), *chain(*ranges), len(compared), *chain(*errors)), strict=True))


def scores_by(rows: pd.DataFrame, group: Sequence, name: str, order: Sequence = ()) -> pd.DataFrame:
    """SCORES by group, in `order` or that of the group's values."""
    parts = dict(list(rows.groupby(np.asarray(group), sort=True))) if len(rows) else {}
    names = [each for each in order if each in parts] if order else list(parts)
    return pd.DataFrame([{name: each, **scores(parts[each])} for each in names], columns=[name, *SCORES])


def summary(rows: pd.DataFrame, courses: pd.DataFrame) -> pd.DataFrame:
    """One row: SCORES of all forecasts, `looks` (past months' ends at which a cohort was looked at), and how the signals did.

    `stable_counties`, courses that ended in the usual range and so did all children watched meanwhile (else what was signalled may
    have been real, in another cohort), and `false_alarms`, those of them that were given a signal;
    `ended_worse`, and `detected`, those of them that were given a signal of worse before the official date; `median_lead_days`, the
    median days from that signal to the official date, 0 for one that was not detected.
    """
    if rows.empty:
        empty = dict.fromkeys(("looks", *SCORES, *SIGNALS), np.nan)
        return pd.DataFrame([empty | dict.fromkeys(("cohorts", "looks", "courses", "forecasts", "compared", *SIGNALS[:-1]), 0)])
    looks = rows[["cohort", "day"]].drop_duplicates().shape[0]
    stable, worse = courses.loc[courses[["ended", "ended_all"]].eq("usual").all(axis=1)], courses.loc[courses["ended"] == "worse"]
    detected = worse["signal"].eq("worse") & worse["lead_days"].gt(0)
    lead = worse["lead_days"].where(detected, 0).median()
    signals = (len(stable), int(stable["signal"].ne("").sum()), len(worse), int(detected.sum()), lead)
    return pd.DataFrame([{"looks": looks, **scores(rows), **dict(zip(SIGNALS, signals))}])


def share_with_limits(inside: np.ndarray, cohort: np.ndarray, courses: int) -> tuple[float, float, float]:
    """Share of 1s with 95% limits that take cohorts as independent, not what is within them; no limits for one cohort.

    The share's variance between cohorts says of how many independent ones it is worth, never more than `courses`; by so
    many, fewer still for few cohorts, a Wilson interval. Source: Korn and Graubard, Survey Methodology 24 (1998) 193-201.
    """
    mean, variance, reach = _between(inside, cohort)
    if np.isnan(variance):
        return mean, np.nan, np.nan
    worth = min(mean * (1 - mean) / variance if variance > 0 else np.inf, courses) * (NormalDist().inv_cdf((1 + LEVEL) / 2) / reach) ** 2
    low, high = wilson(mean * worth, worth, level=LEVEL)
    return mean, float(low), float(high)


def mean_with_limits(values: np.ndarray, cohort: np.ndarray) -> tuple[float, float, float]:
    """Mean with 95% limits that take cohorts as independent, not what is within them; no limits for one cohort."""
    mean, variance, reach = _between(values, cohort)
    return mean, mean - reach * np.sqrt(variance), mean + reach * np.sqrt(variance)


def _between(values: np.ndarray, cohort: np.ndarray) -> tuple[float, float, float]:
    """Mean, its variance from how cohorts differ (missing for one cohort), and how many standard errors 95% limits are away."""
    from scipy.special import stdtrit

    codes = np.unique(cohort, return_inverse=True)[1]
    number, mean = codes.max() + 1, values.mean()
    if number < 2:
        return mean, np.nan, np.nan
    sums = np.bincount(codes, weights=values - mean)
    return mean, number / (number - 1) * (sums**2).sum() / len(values) ** 2, float(stdtrit(number - 1, (1 + LEVEL) / 2))
