"""Centre lines and limits of control charts, from a series of values or of counts.

XmR: NHSRplotthedots 0.2.2's code, whose default is limits on all points, moving ranges screened once (Nelson 1982). p, u and
Laney's p', u': qicharts2 0.8.1 with its option `qic.screenedmr`. No limit moves by itself: a baseline is declared or is all points.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import mean

import numpy as np
from numpy.typing import ArrayLike

from cqi.vocabulary import CqiError

XMR_FACTOR, NEAR_FACTOR = 2.66, 2 * (2.66 / 3)
"""Limits and near limits, in mean moving ranges from the centre."""
SCREEN, SIGMA_RANGE = 3.267, 1.128
"""A moving range of so many times their mean is left out; the mean moving range of independent points, in sigmas."""
FEWEST_POINTS, FEWEST_IN_BASELINE = 13, 12
DISPERSED_ABOVE = 1.2
"""Laney's correction is made where sigma z is above this."""


@dataclass(frozen=True)
class Limits:
    """One chart's points and lines, arrays of one length.

    `chart`: xmr, p, u, p' or u'. `near_lower`, `near_upper`: two thirds of the way from the centre to the limits. `sigma_z`:
    how many times as much the counts vary as chance alone would have them (nan for xmr). `refused`: why no point may be
    flagged: `trial` (too few points), `no spread` (nothing to measure a change against), or empty. Limits are nan where
    there is no point.
    """

    chart: str
    values: np.ndarray
    centre: np.ndarray
    near_lower: np.ndarray
    near_upper: np.ndarray
    lower: np.ndarray
    upper: np.ndarray
    sigma_z: float
    refused: str


def xmr(values: ArrayLike, *, baseline: int | None = None, screen: bool = True) -> Limits:
    """Limits of single values: mean -/+ 2.66 times the mean moving range, the same for all points, also below 0.

    A missing value (nan) leaves out the two moving ranges that it is in. Moving ranges of 3.267 times their mean or more are
    left out once (`screen=False`: none, as in NHS England's Excel tool). `baseline`: the first so many places alone give
    mean and ranges. Refused with fewer than 13 values (12 in the baseline), and where the screened mean range is 0.
    CqiError for a baseline that does not fit the series.
    """
    values = np.asarray(values, float)
    base = values[:_baseline(baseline, len(values))]
    centre, mean_range = _mean(base), _mean_range(base, screen=screen)
    near, spread = NEAR_FACTOR * mean_range, XMR_FACTOR * mean_range
    lines = (np.full(len(values), line) for line in (centre, centre - near, centre + near, centre - spread, centre + spread))
    return Limits("xmr", values, *lines, np.nan, _refused(values, base, spread))


def p_chart(numerator: ArrayLike, denominator: ArrayLike, *, baseline: int | None = None) -> Limits:
    """Limits of shares: sum of numerators / sum of denominators -/+ 3 standard errors of each month, cut to 0 and 1.

    A month with denominator 0 is a gap (nan). `sigma_z` as in `dispersed`. Refused with fewer than 13 months (12 in the
    baseline) and where all or none count. CqiError for a numerator below 0 or above its denominator.
    """
    return _of_counts("p", numerator, denominator, per=1, baseline=baseline, screen=True, corrected=False)


def u_chart(count: ArrayLike, exposure: ArrayLike, *, per: float = 1, baseline: int | None = None) -> Limits:
    """Limits of rates: sum of counts / sum of exposures -/+ 3 standard errors of each month, not below 0; times `per`.

    A month without exposure is a gap (nan). Refused as in `p_chart`. CqiError for a count or an exposure below 0.
    """
    return _of_counts("u", count, exposure, per=per, baseline=baseline, screen=True, corrected=False)


def laney(
    chart: str, numerator: ArrayLike, denominator: ArrayLike, *, per: float = 1, baseline: int | None = None, screen: bool = True,
) -> Limits:
    """The limits of a p or u chart with each standard error times sigma z: Laney's p' or u' (Laney 2002).

    Sigma z is the mean moving range of the z scores, screened once, / 1.128. CqiError for a chart that is neither.
    """
    return _of_counts(chart, numerator, denominator, per=per, baseline=baseline, screen=screen, corrected=True)


def dispersed(
    chart: str, numerator: ArrayLike, denominator: ArrayLike, *, per: float = 1, baseline: int | None = None, screen: bool = True,
) -> Limits:
    """A p or u chart, with Laney's correction where sigma z is above 1.2; `sigma_z` and `chart` say what was done."""
    plain = _of_counts(chart, numerator, denominator, per=per, baseline=baseline, screen=screen, corrected=False)
    if not plain.sigma_z > DISPERSED_ABOVE:
        return plain
    return laney(chart, numerator, denominator, per=per, baseline=baseline, screen=screen)


def _of_counts(chart: str, numerator, denominator, *, per: float, baseline: int | None, screen: bool, corrected: bool) -> Limits:
    counts, sizes = _checked(chart, numerator, denominator)
    end = _baseline(baseline, len(counts))
    total = sizes[:end].sum()
    centre = counts[:end].sum() / total if total > 0 else np.nan
    with np.errstate(divide="ignore", invalid="ignore"):
        values = counts / sizes
        error = np.sqrt(centre * (1 - centre if chart == "p" else 1) / sizes)
        sigma_z = _mean_range(((values - centre) / error)[:end], screen=screen) / SIGMA_RANGE
    error = np.where(sizes > 0, error * (sigma_z if corrected else 1), np.nan)
    lines = [np.clip(centre + times * error, 0, 1 if chart == "p" else np.inf) * per for times in (-2, 2, -3, 3)]
    refused = _refused(values, values[:end], np.nanmax(error, initial=0))
    return Limits(chart + "'" * corrected, values * per, np.full(len(values), centre * per), *lines, float(sigma_z), refused)


def _checked(chart: str, numerator, denominator) -> tuple[np.ndarray, np.ndarray]:
    """Counts and sizes; both 0 where one of them is missing."""
    if chart not in ("p", "u"):
        raise CqiError(f"Control chart {chart!r}: counts have a chart 'p' (share) or 'u' (rate).")
    counts, sizes = np.broadcast_arrays(np.asarray(numerator, float), np.asarray(denominator, float))
    if np.any((counts < 0) | (sizes < 0) | ((counts > sizes) & (chart == "p"))):
        raise CqiError(f"{chart} chart: a count is negative or above its denominator; count the same children in both.")
    missing = np.isnan(counts) | np.isnan(sizes)
    return np.where(missing, 0, counts), np.where(missing, 0, sizes)


def _baseline(baseline: int | None, points: int) -> int:
    if baseline is not None and not 2 <= baseline <= points:
        raise CqiError(f"Control chart: a baseline of {baseline} points does not fit a series of {points}; give 2 to {points}.")
    return points if baseline is None else baseline


def _mean_range(values: np.ndarray, *, screen: bool) -> float:
    """The mean of the moving ranges, those of 3.267 times it or more left out once; nan where none is left, as in a series
    that never moves."""
    ranges = np.abs(np.diff(values))
    return _mean(ranges[ranges < SCREEN * _mean(ranges)] if screen else ranges)


def _mean(values: np.ndarray) -> float:
    """The mean, rounded once: a point on it is on it, however its sum would have been rounded on the way."""
    given = values[np.isfinite(values)]
    return float(mean(given.tolist())) if len(given) else np.nan


def _refused(values: np.ndarray, base: np.ndarray, spread: float) -> str:
    if np.isfinite(values).sum() < FEWEST_POINTS or np.isfinite(base).sum() < FEWEST_IN_BASELINE:
        return "trial"
    return "" if spread > 0 else "no spread"
