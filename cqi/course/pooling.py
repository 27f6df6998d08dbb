"""Counties put together: what was counted adds up, what is usual is weighed by size."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from cqi.course.baseline import Baseline
from cqi.course.looks import Streams
from cqi.course.projection import Today


@dataclass(frozen=True)
class Situation:
    """What is known of some places (counties, or pools of them): their names, what is usual, each look, and today."""

    names: tuple[str, ...]
    base: Baseline
    seen: Streams
    now: Today


def pooled(counties: Situation, names: tuple[str, ...], members: np.ndarray) -> Situation:
    """The situation of pools of counties; `members` (pool, county) is 1 where the county belongs to the pool.

    Counties differ by chance, so together they vary less: tau2 and the variance of the pace shrink with the number of
    counties of like size.
    """
    base, seen, now = counties.base, counties.seen, counties.now
    size = np.maximum(base.children, 1e-9) * base.pace
    total = np.maximum(members @ size, 1e-9)
    pace = total / np.maximum(members @ np.maximum(base.children, 1e-9), 1e-9)
    alike = (members @ size**2) / total**2
    usual = replace(base, pace=pace, variance=(members @ (size**2 * base.variance)) / total**2,
                    children=members @ base.children, tau2=base.tau2 * float(np.average(alike, weights=total)))
    own = members.T @ pace
    factor = np.where(own > 0, base.pace / np.maximum(own, 1e-9), 0.0)  # expected events at a county's own pace, in units of its pool's
    together = replace(seen, observed=seen.observed @ members.T, expected=(seen.expected * factor) @ members.T,
                       observed_now=seen.observed_now @ members.T, expected_now=(seen.expected_now * factor) @ members.T)
    today = replace(now, observed=members @ now.observed, started=members @ now.started, waiting=members @ now.waiting,
                    coming=members @ now.coming)
    return Situation(names, usual, together, today)
