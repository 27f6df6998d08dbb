"""How good projections were, once the truth is known: distance, coverage, bias."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from cqi.estimates.intervals import wilson
from cqi.vocabulary import CqiError

LEVELS = (0.025, 0.10, 0.50, 0.90, 0.975)
"""The quantiles of a projection: its median and the ends of its 80% and 95% intervals."""


class Coverage(NamedTuple):
    """How often the truth lay within an interval, its ends included: share with a Wilson interval, and the counts."""

    share: float
    lower: float
    upper: float
    inside: int
    of: int


class Bias(NamedTuple):
    """Mean of forecast less truth (above 0: too high), its standard error, and how many were compared."""

    mean: float
    standard_error: float
    of: int


def crps_of_samples(samples: ArrayLike, observed: ArrayLike) -> np.ndarray:
    """Continuous ranked probability score of forecasts given by samples (..., m) against what was observed (...); 0 is perfect.

    In the unit of the forecast; for one sample, the absolute error. The score of the samples' own distribution: mean |X - y| less
    half the mean |X - X'| over all m^2 pairs. Missing where a sample or the truth is. Source: Gneiting and Raftery, Journal
    of the American Statistical Association 102 (2007) 359-378, equation 21.
    """
    samples, observed = np.sort(np.asarray(samples, float), axis=-1), np.asarray(observed, float)
    size = samples.shape[-1]
    rank = 2 * np.arange(1, size + 1) - size - 1  # how often a sample is the larger of a pair, less how often the smaller
    return np.abs(samples - observed[..., None]).mean(axis=-1) - samples @ rank / size**2


def crps_of_quantiles(quantiles: ArrayLike, observed: ArrayLike, *, levels: tuple[float, ...] = LEVELS) -> np.ndarray:
    """The same score of forecasts given by quantiles (k, levels) against what was observed (k): from its quantile form, in steps.

    Twice the sum over levels of their pinball losses, each weighted by the part of 0 to 1 that is nearer to it than to another
    level (for the five: 0.0625, 0.2375, 0.4, 0.2375, 0.0625). Proper, as any weighted sum of pinball losses; with five levels about a
    ninth below the full score of a normal forecast, so compare only with scores made from the same levels. Missing where a
    quantile or the truth is. CqiError for quantiles that fall, or levels that do not rise between 0 and 1. Source: Gneiting and
    Ranjan, Journal of Business and Economic Statistics 29 (2011) 411-422.
    """
    quantiles, observed, levels = np.asarray(quantiles, float), np.asarray(observed, float), np.asarray(levels, float)
    if np.any(np.diff(levels, prepend=0, append=1) <= 0) or quantiles.shape[-1] != len(levels):
        raise CqiError("crps_of_quantiles: levels rise from above 0 to below 1, one for each quantile.")
    if np.any(np.diff(quantiles, axis=-1) < 0):
        raise CqiError("crps_of_quantiles: quantiles fall; give them in the order of their levels.")
    middles = (levels[1:] + levels[:-1]) / 2
    error = observed[..., None] - quantiles
    return 2 * (np.maximum(levels * error, (levels - 1) * error) @ np.diff(middles, prepend=0, append=1))


def coverage(lower: ArrayLike, upper: ArrayLike, observed: ArrayLike, *, level: float = 0.95) -> Coverage:
    """How often what was observed lay from `lower` to `upper`, with the share's own Wilson interval; missing ones left out.

    The interval takes the forecasts as independent: counties of one state and period are not, so it is too narrow then. Nothing to
    compare gives missing.
    """
    lower, upper, observed = np.broadcast_arrays(*(np.asarray(values, float) for values in (lower, upper, observed)))
    known = ~np.isnan(lower + upper + observed)
    inside, of = int(((lower <= observed) & (observed <= upper) & known).sum()), int(known.sum())
    limits = wilson(inside, of, level=level)
    return Coverage(inside / of if of else np.nan, float(limits[0]), float(limits[1]), inside, of)


def bias(forecast: ArrayLike, observed: ArrayLike) -> Bias:
    """Mean of forecast less observed, missing ones left out; no standard error below two. Independence as in `coverage`."""
    error = np.asarray(forecast, float) - np.asarray(observed, float)
    error = error[~np.isnan(error)]
    of = error.size
    return Bias(float(error.mean()) if of else np.nan, float(error.std(ddof=1) / np.sqrt(of)) if of > 1 else np.nan, of)
