"""How cohorts grow with age, as insurers project it: for teaching and to compare with, not for a county's course.

It knows counts by cohort and age only, not who is still in care: it says nothing for a cohort without a count, and a young
small cohort's one early exit is multiplied by the largest factor of all.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from cqi.vocabulary import CqiError


class ChainLadder(NamedTuple):
    """Growth from each age to the next (`factors`, one fewer than ages), and for each cohort its latest known count, the share
    of its final count that is usual at that age, its projected final count and the standard error of that."""

    factors: np.ndarray
    latest: np.ndarray
    developed: np.ndarray
    ultimate: np.ndarray
    standard_error: np.ndarray


def chain_ladder(triangle: ArrayLike) -> ChainLadder:
    """Final counts of cohorts from cumulative counts (cohorts, ages), missing (nan) where an age is not reached.

    Factors are volume-weighted: the sum of the counts at an age over the sum of the same cohorts' counts at the age before. The
    standard error is Mack's, his extrapolation for an age that one cohort alone has reached. Nothing follows where nothing is known: a
    cohort without a count, or an age before which all counts are 0 or which no cohort has reached, gives missing; so does
    the error of a cohort at 0. CqiError for a count that falls, is negative, or follows a missing one. Source: Mack, ASTIN
    Bulletin 23 (1993) 213-225.
    """
    counts = np.asarray(triangle, float)
    known = ~np.isnan(counts)
    _check(counts, known)
    before, after = (np.where(known[:, 1:], part, 0) for part in (counts[:, :-1], counts[:, 1:]))
    factors = _over(after.sum(axis=0), before.sum(axis=0))
    full = _filled(counts, known, factors)
    variance = _extrapolated(_variances(before, after, factors))
    later = np.append(np.cumprod(factors[::-1])[::-1], 1.0)
    age = known.sum(axis=1) - 1
    latest = np.where(age >= 0, counts[np.arange(len(counts)), age], np.nan)
    relative = variance / factors**2 * (_over(1, full[:, :-1]) + _over(1, before.sum(axis=0)))
    error = full[:, -1] * np.sqrt(np.where(known[:, 1:], 0, relative).sum(axis=1))
    return ChainLadder(factors, latest, np.where(age >= 0, 1 / later[age], np.nan), full[:, -1], error)


def bornhuetter_ferguson(latest: ArrayLike, developed: ArrayLike, apriori: ArrayLike, exposure: ArrayLike) -> np.ndarray:
    """Final counts: the latest count, and of what was foreseen (`apriori` share of `exposure` children) the part still to come.

    `developed` is the share of a final count that is usual by now, 0 to 1, as `chain_ladder` gives it; at 0 the answer is what was
    foreseen. Missing where any of the four is. CqiError for a developed share outside 0 to 1. Source: Bornhuetter and
    Ferguson, Proceedings of the Casualty Actuarial Society 59 (1972) 181-195.
    """
    latest, developed, apriori, exposure = (np.asarray(values, float) for values in (latest, developed, apriori, exposure))
    if np.any((developed < 0) | (developed > 1)):
        raise CqiError("bornhuetter_ferguson: a developed share is outside 0 to 1; write 40% as 0.4.")
    return latest + (1 - developed) * apriori * exposure


def _check(counts: np.ndarray, known: np.ndarray) -> None:
    if counts.ndim != 2 or counts.shape[1] < 1:
        raise CqiError("chain_ladder: the triangle has cohorts in rows and ages in columns.")
    if np.any(known[:, 1:] & ~known[:, :-1]):
        raise CqiError("chain_ladder: a count follows a missing one; a cohort is known from its first age up to its latest.")
    if np.any(counts < 0) or np.any(np.diff(counts, axis=1) < 0):
        raise CqiError("chain_ladder: a count is negative or falls with age; pass cumulative counts.")


def _filled(counts: np.ndarray, known: np.ndarray, factors: np.ndarray) -> np.ndarray:
    full = counts.copy()
    for age, factor in enumerate(factors, 1):
        full[:, age] = np.where(known[:, age], full[:, age], full[:, age - 1] * factor)
    return full


def _variances(before: np.ndarray, after: np.ndarray, factors: np.ndarray) -> np.ndarray:
    """Mack's sigma^2 by age; missing where fewer than two cohorts with a count have reached it. A cohort at 0 tells nothing."""
    told = before > 0
    squares = np.where(told, (after - factors * before) ** 2, 0) / np.where(told, before, 1)
    return _over(squares.sum(axis=0), told.sum(axis=0) - 1)


def _extrapolated(variance: np.ndarray) -> np.ndarray:
    """With a missing last one taken from the two before it: min(second^2 / first, first, second)."""
    if len(variance) > 2 and np.isnan(variance[-1]):
        first, second = variance[-3], variance[-2]
        last = min(second**2 / first, first, second) if first > 0 else first
        variance = np.append(variance[:-1], last)
    return variance


def _over(part: ArrayLike, whole: np.ndarray) -> np.ndarray:
    """The ratio, missing where the whole is not above 0."""
    return part / np.where(whole > 0, whole, np.nan)
