"""Which points of a control chart stand out, and what that means for the people it is about.

`mdc7`: the rules of NHSRplotthedots 0.2.2 (NHS England's "Making Data Count"), with its code's default of limits on all points;
its order, its ties and its directions. `anhoej`: Anhoej and Olesen's two runs tests, as in qicharts2 0.8.1.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby

import numpy as np
from numpy.typing import ArrayLike

from cqi.control.limits import Limits
from cqi.vocabulary import CqiError

RULES = ("astronomical", "trend", "two of three", "shift")
"""In order: a point is flagged for the first that fires. Outside the limits; each point above (or below) the one before;
2 of 3 points near the same limit; all on one side of the centre."""
SHIFT = 7
COMMON, IMPROVEMENT, CONCERN = "common_cause", "special_cause_improvement", "special_cause_concern"
NEUTRAL_HIGH, NEUTRAL_LOW = "special_cause_neutral_high", "special_cause_neutral_low"
PASS, FAIL, HIT_OR_MISS = "consistent_pass", "consistent_fail", "inconsistent"


@dataclass(frozen=True)
class Signals:
    """What the rules say of each point, in order of the series.

    `rule`: the first rule that fires, empty for none; `rules`: all that fire, in order of RULES. `direction`: 1 above or
    rising, -1 below or falling, 0 for a point that no rule flags, by the first rule. `kind`: common_cause,
    special_cause_improvement or _concern, special_cause_neutral_high or _low. `refused`: as in `Limits`; then nothing is flagged.
    """

    rule: np.ndarray
    rules: tuple[tuple[str, ...], ...]
    direction: np.ndarray
    kind: np.ndarray
    refused: str


@dataclass(frozen=True)
class Runs:
    """Anhoej's tests: points off the centre, their longest run on one side and the longest that chance usually gives,
    crossings of the centre and the fewest that chance usually gives; `signal` where either is passed."""

    useful: int
    longest: int
    longest_usual: int
    crossings: int
    fewest_usual: int
    signal: bool


def mdc7(limits: Limits, *, improvement: int, trend: int = 7) -> Signals:
    """The rules on a chart's points. `improvement`: 1 where higher is better, -1 where lower is, 0 where neither.

    Nothing is flagged where the limits were refused. A missing point is flagged by no rule and ends every run. `trend`: points
    of a trend, 7 or 6. A point that ends a trend beside another trend's first point takes the direction of the step to its right.
    CqiError for another trend or improvement.
    """
    if trend not in (6, 7) or improvement not in (-1, 0, 1):
        raise CqiError(f"mdc7: a trend has 6 or 7 points, not {trend}, and improvement is 1, -1 or 0, not {improvement}.")
    found = fired(limits, trend=trend)
    if limits.refused:
        found = {name: np.zeros_like(direction) for name, direction in found.items()}
    table = np.column_stack([found[name] for name in RULES])
    first = np.argmax(table != 0, axis=1)
    direction = table[np.arange(len(table)), first]
    rules = tuple(tuple(name for name, here in zip(RULES, row) if here) for row in table != 0)
    return Signals(np.where(direction != 0, np.array(RULES)[first], ""), rules, direction, _kind(direction, improvement), limits.refused)


def fired(limits: Limits, *, trend: int = 7) -> dict[str, np.ndarray]:
    """For each rule, the direction in which it fires at each point, 0 where it does not; whatever the limits were refused for."""
    values = limits.values
    side = np.nan_to_num(np.sign(values - limits.centre)).astype(int)
    outside = (values > limits.upper) | (values < limits.lower)
    near = ~outside & ((values < limits.near_lower) | (values > limits.near_upper))
    return {
        "astronomical": np.where(outside, np.where(side == 1, 1, -1), 0), "trend": _trend(values, trend),
        "two of three": np.where(near & _in_windows(_two_of_three(near, side), 3, len(side)), side, 0),
        "shift": np.where(_in_windows(_same(side, SHIFT), SHIFT, len(side)), side, 0),
    }


def _trend(values: np.ndarray, points: int) -> np.ndarray:
    """1 or -1 for the points of a trend. Where the next point is of a trend too, the step to it counts, else the step to here;
    a step that does not rise falls."""
    steps = np.nan_to_num(np.sign(np.diff(values))).astype(int)
    part = _in_windows(_same(steps, points - 1), points, len(values))
    following = np.append(part[1:], False)
    rising = np.where(following, np.append(steps, 0), np.insert(steps, 0, 0)) == 1
    return np.where(part, np.where(rising, 1, -1), 0)


def _same(signs: np.ndarray, length: int) -> np.ndarray:
    """For each window of that many signs, whether all are 1 or all are -1."""
    return np.abs(_sums(signs, length)) == length


def _two_of_three(near: np.ndarray, side: np.ndarray) -> np.ndarray:
    """For each window of 3 points, whether all are on one side and two or more of them near a limit."""
    return _same(side, 3) & (_sums(near, 3) >= 2)


def _sums(numbers: np.ndarray, length: int) -> np.ndarray:
    """The sum of every window of that length; none where the series is shorter."""
    total = np.append(0, np.cumsum(numbers))
    return total[length:] - total[:-length]


def _in_windows(chosen: np.ndarray, length: int, points: int) -> np.ndarray:
    """Which of the points lie in a chosen window of that length (window i begins at point i)."""
    return np.convolve(chosen, np.ones(length)) > 0.5 if len(chosen) else np.zeros(points, dtype=bool)


def _kind(direction: np.ndarray, improvement: int) -> np.ndarray:
    names = (IMPROVEMENT, CONCERN) if improvement else (NEUTRAL_HIGH, NEUTRAL_LOW)
    toward = direction * (improvement or 1)
    return np.select([toward > 0, toward < 0], names, COMMON)


def variation(limits: Limits, signals: Signals) -> tuple[str, int]:
    """The variation icon: kind and direction of the last point that has a value; `trial` or `no spread` where that was refused."""
    there = np.flatnonzero(np.isfinite(limits.values))
    if signals.refused or not len(there):
        return signals.refused or "trial", 0
    return str(signals.kind[there[-1]]), int(signals.direction[there[-1]])


def assurance(limits: Limits, target: float | None, *, improvement: int) -> str:
    """The assurance icon: whether the series, staying as it is, meets the target always (consistent_pass), never
    (consistent_fail) or sometimes (inconsistent), by the limits of the last point that has a value.

    Empty without a target or a direction, or where limits were refused. A target on a limit is hit or miss.
    """
    there = np.flatnonzero(np.isfinite(limits.values))
    if target is None or not improvement or limits.refused or not len(there):
        return ""
    above, below = target > limits.upper[there[-1]], target < limits.lower[there[-1]]
    if not above and not below:
        return HIT_OR_MISS
    return FAIL if above == (improvement > 0) else PASS


def anhoej(values: ArrayLike, centre: ArrayLike | None = None) -> Runs:
    """Anhoej's runs tests about a centre line; about the median where none is given (a run chart).

    Points on the centre and missing ones do not count, and do not end a run. A signal: a run longer than round(log2 n) + 3
    (Schilling 2012), or fewer crossings than the 5% quantile of n - 1 tosses of a coin (Chen 2010).
    """
    from scipy.stats import binom

    values = np.asarray(values, float)
    if centre is None:
        centre = np.nanmedian(values) if np.isfinite(values).any() else np.nan
    sides = np.sign(values - np.asarray(centre, float))
    lengths = [len(list(run)) for _, run in groupby(sides[np.isfinite(sides) & (sides != 0)])]
    useful = sum(lengths)
    if not useful:
        return Runs(0, 0, 0, 0, 0, False)
    usual, fewest = round(float(np.log2(useful))) + 3, int(binom.ppf(0.05, useful - 1, 0.5)) if useful > 1 else 0
    return Runs(useful, max(lengths), usual, len(lengths) - 1, fewest, max(lengths) > usual or len(lengths) - 1 < fewest)
