"""How far a stable county strays by chance over a whole course: limits by a parametric bootstrap.

A drawn stable county has a pace known only so well, cohorts that differ, and children who leave together; all by the phi,
tau2 and history that were found, never assumed. Each look counts: the limits hold for all looks and both monitors together.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

SEED = 20260101
ALPHA = {"worse": 0.05, "better": 0.01}
"""Chance that a stable county ever gives an alarm in that direction, both monitors and all looks together."""
SHARES = np.array([0.1, 0.5, 1.0])
"""How the alpha is shared between the statistics: the cohort's own, and the two over all children in calendar time, which see more
children and so notice more."""
EARLY = 0.1
"""The calendar z may stray further while little was expected: its limit falls with the share expected so far to this power."""
LEAST = 3.0
"""Expected events below which a look tells nothing: one or two early ones would look like a change."""
RATIO = 0.75
"""The cumulative sum is tuned to a pace of three quarters (or, for more, of four thirds) of the usual."""
LATER = 0.05
"""Weight of a change that begins in a later month beside one from the start."""
STABLE, CHANGED = 6000, 200
"""Drawn counties for the limits, and for each size of change."""
CHANGES = np.array([0.1, 0.2, 0.3, 0.4, 0.5, 0.65, 0.8, 0.95])
POWER = 0.8
SIZE_STEP, SPREAD_STEP, SMALLEST, FAR = 0.45, 0.2, 0.5, 1000
"""Steps between the sizes (on the log scale) and between the standard deviations of the pace for which limits are drawn; the smallest
size, and what makes a seed of a step below 0."""


@dataclass(frozen=True)
class Limits:
    """Limits of the three statistics in each direction, (look, statistic, county), and by county the smallest lasting change from
    the start, in the direction of worse, that is noticed with a chance of 80% (infinite if none is)."""

    worse: np.ndarray
    better: np.ndarray
    detectable: np.ndarray


def statistics(observed, expected, *, phi, tau2, variance, plan, fewer: bool):
    """The three statistics after each look, each larger the further the counts are from expected in one direction.

    `observed` and `expected`: (look, stream, county), of which the first is the cohort's own; `variance` of the
    pace, relative; `plan`, all that can be expected over the whole course. With `fewer`, too few events count, else
    too many. The first and second are z: the one-sample log-rank test with variance phi E + (tau2 + v) E^2, the third a
    cumulative sum: the log of the likelihood ratios (over phi) of a change from the start and from every later month, added up.
    Page's sum (1954) takes the best of these months in place of adding them and noticed less. Shape (look, 3, county). Source:
    Breslow 1975; Shiryaev 1963; Roberts 1966.
    """
    sign = 1.0 if fewer else -1.0
    own, every, seen = expected[:, 0], expected.sum(axis=1), observed.sum(axis=1)
    own_z = _z(sign * (own - observed[:, 0]), own, phi * own + (tau2 + variance) * own**2)
    every_z = _z(sign * (every - seen), every, phi * every + tau2 * (expected**2).sum(axis=1) + variance * every**2)
    share = np.minimum(every / np.maximum(plan, 1e-9), 1.0)
    return np.stack([own_z, every_z * share**EARLY, _cumulative(seen, every, phi, RATIO if fewer else 1 / RATIO)], axis=1)


def _z(difference, expected, variance):
    return np.where(expected >= LEAST, difference / np.sqrt(np.maximum(variance, 1e-12)), 0.0)


def _cumulative(seen, every, phi: float, ratio: float):
    step = (np.diff(seen, axis=0, prepend=0) * np.log(ratio) - (ratio - 1) * np.diff(every, axis=0, prepend=0)) / phi
    total, found = np.full(step.shape[1:], np.log(1.0 - LATER)), []
    for each in step:
        total = np.logaddexp(total, np.log(LATER)) + each
        found.append(total)
    return np.array(found).reshape(step.shape)


@dataclass(frozen=True)
class Chance:
    """How a stable county's counts vary, by `phi` and `tau2`, and whether fewer events are `worse_is_fewer`."""

    phi: float
    tau2: float
    worse_is_fewer: bool


def limits(plan: np.ndarray, own: int, expected: np.ndarray, variance: np.ndarray, chance: Chance) -> Limits:
    """Limits for counties that, by each look, can expect so many events over the whole course (look, county), their pace known
    with that relative variance.

    `plan`: expected events by look and stream of a county with one child a cohort; `own`: the cohort's stream. Limits are worked
    out at the corners of a grid of sizes and variances and interpolated. The grid and its seeds are the same for every file, so that a
    county's limits at a look depend on no other county and no later look.
    """
    shape = np.stack([plan[:, own], *np.delete(plan, own, axis=1).T], axis=1)
    whole = max(plan[-1].sum(), 1e-12)
    size, spread = np.log(np.maximum(expected, SMALLEST)) / SIZE_STEP, np.broadcast_to(np.sqrt(variance) / SPREAD_STEP, expected.shape)
    found = _between(lambda row, column: _cell(shape, np.exp(row * SIZE_STEP) / whole, (column * SPREAD_STEP) ** 2, chance, (row, column)),
                     size.ravel(), spread.ravel())
    found = np.moveaxis(found.reshape(*expected.shape, -1), 2, 1)
    last = found[-1, 6] if len(found) else np.full(expected.shape[1], np.nan)
    return Limits(found[:, :3], found[:, 3:6], np.where(last > CHANGES[-1], np.inf, last))


def _cell(plan: np.ndarray, children: float, spread: float, chance: Chance, corner: tuple[int, int]) -> np.ndarray:
    """Limits of the three statistics for worse, then for better, and the detectable change, of one size and spread."""
    rng = np.random.Generator(np.random.PCG64([SEED, corner[0] + FAR, corner[1]]))
    facts = {"phi": chance.phi, "tau2": chance.tau2, "variance": spread, "plan": children * plan[-1].sum()}

    def most(drawn: tuple[np.ndarray, np.ndarray], fewer: bool) -> np.ndarray:
        return statistics(*drawn, fewer=fewer, **facts).max(axis=0)

    def draw(pace: float, counties: int) -> tuple[np.ndarray, np.ndarray]:
        return _drawn(rng, plan, children, spread, chance, pace, counties)

    stable, down = draw(1.0, STABLE), chance.worse_is_fewer
    worse, better = _joint(most(stable, down), ALPHA["worse"]), _joint(most(stable, not down), ALPHA["better"])
    noticed = [(most(draw(pace, CHANGED), down) > worse[:, None]).any(axis=0).mean() for pace in (1 - CHANGES if down else 1 + CHANGES)]
    return np.concatenate([worse, better, [_detectable(np.maximum.accumulate(noticed))]])


def _drawn(rng, plan: np.ndarray, children: float, spread: float, chance: Chance, pace: float, counties: int) -> tuple[np.ndarray, np.ndarray]:
    """Cumulative events of drawn counties, (look, own stream and all others, county), and those expected, (look, stream, 1)."""
    factor = children * pace * _about_one(rng, spread, counties) * _about_one(rng, chance.tau2, (plan.shape[1], counties))
    steps = np.diff(plan, axis=0, prepend=0)
    mean = np.stack([steps[:, :1] * factor[0], steps[:, 1:] @ factor[1:]], axis=1)
    drawn = rng.poisson(mean) if chance.phi <= 1.001 else rng.negative_binomial(np.maximum(mean / (chance.phi - 1), 1e-9), 1 / chance.phi)
    return drawn.cumsum(axis=0).astype(float), plan[:, :, None] * children


def _about_one(rng, variance: float, size) -> np.ndarray:
    """Gamma draws of mean 1."""
    return rng.gamma(1 / variance, variance, size) if variance > 1e-9 else np.ones(size)


def _joint(most: np.ndarray, alpha: float) -> np.ndarray:
    """Limits such that any of the statistics passes its own in a share `alpha` of the draws, by halving."""
    ordered, counties = np.sort(most, axis=1), most.shape[1]

    def edges(each: float) -> np.ndarray:
        place = np.ceil((1 - each * SHARES) * (counties - 1)).astype(int)
        return ordered[np.arange(len(ordered)), place]

    low, high = 0.0, alpha / SHARES.max() * 1.5
    for _ in range(12):
        middle = (low + high) / 2
        over = (most > edges(middle)[:, None]).any(axis=0).mean()
        low, high = (low, middle) if over > alpha else (middle, high)
    return edges(low)


def _detectable(noticed: np.ndarray) -> float:
    """The change noticed with a chance of 80%, between the sizes tried; above the largest where none is."""
    if noticed[-1] < POWER:
        return 2 * CHANGES[-1]
    return float(np.interp(POWER, np.append(0, noticed) + 1e-9 * np.arange(len(noticed) + 1), np.append(0, CHANGES)))


def _between(cell: Callable, row: np.ndarray, column: np.ndarray) -> np.ndarray:
    """Values between the four corners about each pair of row and column, one line a pair; a corner's values are worked out once."""
    low, left = np.floor(row).astype(int), np.floor(column).astype(int)
    corners = [list(zip((low + r).tolist(), (left + c).tolist())) for r in (0, 1) for c in (0, 1)]
    known = {corner: cell(*corner) for corner in sorted(set().union(*corners))}
    (a, b), (c, d) = np.array([[known[corner] for corner in each] for each in corners]).reshape(2, 2, len(row), -1)
    down, across = (row - low)[:, None], ((column**2 - left**2) / (2 * left + 1))[:, None]
    return (a * (1 - across) + b * across) * (1 - down) + (c * (1 - across) + d * across) * down
