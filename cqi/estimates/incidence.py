"""Cumulative incidence by day in care, other reasons competing (Aalen-Johansen), for many groups of children at once.

Days are whole days since entry. On each day exits come before censorings, so a child last seen on day t was at risk on
day t. Standard errors are infinitesimal jackknife, as R's survival::survfit gives them for a multi-state curve.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from cqi.estimates.intervals import Interval, two_sided, wilson
from cqi.vocabulary import CqiError

_GROUPS_AT_ONCE = 64  # the working arrays of so many groups stay in the processor's cache
_NEGLIGIBLE = 1e-13  # so small a part of the terms a number is made from is rounding


@dataclass(frozen=True)
class Incidence:
    """Curves by group and day, from day 0. Once nobody is at risk the curves run flat: read `at_risk` beside them."""

    share: np.ndarray
    """(groups, causes, days): share who have left for the cause by the end of the day."""
    in_care: np.ndarray
    """(groups, days): share still in care at the end of the day (Kaplan-Meier); with the shares it makes 1."""
    at_risk: np.ndarray
    """(groups, days): children in care and observed at the start of the day."""
    known: np.ndarray
    """(groups, days): children whose story up to the day is known: all but those censored before it."""
    standard_error: np.ndarray
    """(groups, causes, days): of `share`; nan for a cause not asked for."""

    def interval(self, *, level: float = 0.95) -> Interval:
        """Log-log interval of every share; at 0 and 1 Wilson's on the children known (see `log_log_interval`).

        For thousands of groups pick the days wanted and call `log_log_interval`: this takes some ten times `share`.
        """
        return log_log_interval(self.share, self.standard_error, level=level, children=self.known[:, None])


class Influence(NamedTuple):
    """What one child does to a share F(t), per unit of weight: `constant` + `slope` * F(t).

    Both sum over the days the child was at risk. Leaving on day u adds `leaving` * (F(u) - F(t)), and `gain` besides
    when it was for this cause.
    """

    constant: np.ndarray
    slope: np.ndarray
    leaving: np.ndarray
    gain: np.ndarray


def aalen_johansen(
    exited: ArrayLike, censored: ArrayLike, entering: ArrayLike, *, errors_of: Sequence[int] | None = None
) -> Incidence:
    """Cumulative incidence of groups of children who are all at risk from the same day on.

    `exited` (groups, causes, days) counts exits and `censored` (groups, days) the children last seen still in care, by
    day in care from day 0; `entering` (groups,) counts the children at risk at the start, also those still in care
    after the last day. For curves conditional on being in care at the start of day 8, pass only children observed for
    8 days or more (`tabulate(..., start=8)`). `errors_of` names the causes whose standard error is wanted, None all.
    A group with nobody entering is nan. CqiError when more leave or are censored than enter.
    """
    exited, censored, entering = np.asarray(exited), np.asarray(censored), np.asarray(entering)
    asked = list(range(exited.shape[1]) if errors_of is None else errors_of)
    if np.any(exited.sum(axis=(1, 2)) + censored.sum(axis=1) > entering):
        raise CqiError("aalen_johansen: a group has more exits and censored children than entered it; "
                       "count each child once.")
    curves = Incidence(
        share=np.empty(exited.shape), in_care=np.empty(censored.shape), at_risk=np.empty(censored.shape, np.int64),
        known=np.empty(censored.shape, np.int64), standard_error=np.full(exited.shape, np.nan))
    for first in range(0, len(exited), _GROUPS_AT_ONCE):
        part = slice(first, first + _GROUPS_AT_ONCE)
        _fill(curves, part, exited[part].astype(float), censored[part].astype(float), entering[part], asked)
    return curves


def log_log_interval(
    share: ArrayLike, standard_error: ArrayLike, *, children: ArrayLike, level: float = 0.95
) -> Interval:
    """Interval of a cumulative share on the log(-log) scale, always within 0 and 1; nan where the share is missing.

    At a share of 0 or 1 that scale has no interval and the standard error is 0, though few children prove little: there
    it is Wilson's for `children` followed to the day (`Incidence.known`: those censored earlier do not count).
    Source: Kalbfleisch and Prentice 2002, 1.4; R survfit(conf.type = "log-log"), which has no interval at 0 and 1.
    """
    _, z = two_sided(level, where="log_log_interval")
    share, error, children = (np.asarray(values, float) for values in (share, standard_error, children))
    share, error, children = np.broadcast_arrays(share, error, children)
    edge = (share <= 0) | (share > 1 - _NEGLIGIBLE)
    inner = np.where(edge, 0.5, share)
    width = z * error / (inner * np.log(inner))
    lower, upper = (inner ** np.exp(side * width) for side in (-1, 1))
    edge_lower, edge_upper = wilson(np.where(share > 0.5, children, 0), children, level=level)
    return np.where(edge, edge_lower, lower), np.where(edge, edge_upper, upper)


def before(by_day: np.ndarray, first: ArrayLike = 0) -> np.ndarray:
    """The value of the day before, along the last axis; `first` on day 0."""
    earlier = np.empty_like(by_day)
    earlier[..., 0] = first
    earlier[..., 1:] = by_day[..., :-1]
    return earlier


def ratio(numerator: np.ndarray, denominator: np.ndarray) -> np.ndarray:
    """numerator / denominator, and 0 where the denominator is 0."""
    out = np.zeros(np.broadcast_shapes(numerator.shape, denominator.shape))
    return np.divide(numerator, denominator, out=out, where=denominator > 0)


def curves_of(exited: np.ndarray, at_risk: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Shares (groups, causes, days) and in care (groups, days) from exits and the children at risk."""
    in_care = np.cumprod(1 - ratio(exited.sum(axis=1), at_risk), axis=-1)
    per_child = ratio(before(in_care, 1), at_risk)
    return np.cumsum(per_child[:, None] * exited, axis=-1), in_care


def influence(
    exits: np.ndarray, leaving: np.ndarray, at_risk: np.ndarray, share: np.ndarray, in_care: np.ndarray
) -> Influence:
    """The influence of a child on `share`: `exits` for that cause, `leaving` for any. Days on the last axis."""
    gain = ratio(before(in_care, 1), at_risk)
    left_behind = ratio(np.ones_like(gain), at_risk - leaving)  # 0 when everybody leaves: nobody's curve goes on
    slope = ratio(leaving * left_behind, at_risk)
    constant = -np.cumsum(ratio(gain * exits, at_risk) + share * slope, axis=-1)
    return Influence(constant, np.cumsum(slope, axis=-1), left_behind, gain)


def squares(one: Influence, exits, leaving, censored, at_risk, share) -> tuple[np.ndarray, np.ndarray]:
    """The sum over children of their squared influence on each day's share, and the size of the terms it is made of.

    A child gone by day t has influence p + q F(t), so running sums of p^2, pq and q^2 give all days in one pass.
    """
    p, q = one.constant + one.leaving * share, one.slope - one.leaving
    pp = np.cumsum(leaving * p**2 + exits * one.gain * (2 * p + one.gain) + censored * one.constant**2, axis=-1)
    pq = np.cumsum((leaving * p + exits * one.gain) * q + censored * one.constant * one.slope, axis=-1)
    qq = np.cumsum(leaving * q**2 + censored * one.slope**2, axis=-1)
    staying = (at_risk - leaving - censored) * (one.constant + one.slope * share) ** 2
    size = pp + qq * share**2 + staying
    return size + 2 * share * pq, size


def root(square: np.ndarray, size: np.ndarray) -> np.ndarray:
    """Square root of a sum of squares; 0 where it is rounding beside the size of its terms."""
    return np.sqrt(np.where(square > _NEGLIGIBLE * size, square, 0))


def _fill(curves: Incidence, part: slice, exited, censored, entering, asked: list[int]) -> None:
    leaving = exited.sum(axis=1)
    known = entering[:, None] - before(np.cumsum(censored, axis=-1))
    at_risk = known - before(np.cumsum(leaving, axis=-1))
    share, in_care = curves_of(exited, at_risk)
    curves.known[part], curves.at_risk[part] = known, at_risk
    curves.share[part], curves.in_care[part] = share, in_care
    exits, share = exited[:, asked], share[:, asked]
    leaving, censored, at_risk, in_care = (by_day[:, None] for by_day in (leaving, censored, at_risk, in_care))
    one = influence(exits, leaving, at_risk, share, in_care)
    curves.standard_error[part, asked] = root(*squares(one, exits, leaving, censored, at_risk, share))
    for values in (curves.share, curves.in_care, curves.standard_error):
        values[part][entering == 0] = np.nan
