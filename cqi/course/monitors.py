"""Two monitors that look at each month's end: the cohort's own children, and all children whose window is open.

An alarm stays for the rest of the course, and can be made again: each look uses only what was dated by then, and the limits
only what was known on the eve.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from cqi.cohorts import Cohort
from cqi.course.alarm_limits import Chance, limits, statistics
from cqi.course.baseline import Baseline
from cqi.course.exposure import KINDS
from cqi.course.looks import Streams, planned
from cqi.registry import Measure

MONITORS = ("cohort", "calendar", "calendar from any month on")
"""The cohort's own z; over all children in calendar time, a z for a change from the start and a cumulative sum for one that
begins later. The last two are one monitor, `calendar`."""
LOOK_COLUMNS = ("measure", "county", "cohort", "as_of", "day", "monitor", "observed", "expected", "worse", "better", "limit_worse",
                "limit_better", "alarm")


@dataclass(frozen=True)
class Watch:
    """What the monitors showed at every place (a county, or a pool of them): events and expected events (look, stream, place),
    this cohort's stream first; statistics by direction (look, statistic, place), and their limits."""

    names: tuple[str, ...]
    days: tuple
    observed: np.ndarray
    expected: np.ndarray
    found: dict
    limits: dict
    detectable: np.ndarray


def fewer_is_worse(measure: Measure) -> bool:
    """Whether too few events are the bad news: events that the numerator counts and more of them is better, or the reverse."""
    return (measure.direction == "up") == KINDS[measure.kind].good


def watch(measure: Measure, period: Cohort, base: Baseline, seen: Streams, names: tuple[str, ...]) -> Watch:
    """The monitors of every place (a county, or a pool of them), at every look so far."""
    own, plan = seen.own, planned(measure, period, base)
    order = [own, *(number for number in range(seen.observed.shape[1]) if number != own)]
    observed, expected = seen.observed[:, order], seen.expected[:, order] * base.pace
    size, worse_is_fewer = _sizes(plan, base, expected), fewer_is_worse(measure)
    edge = limits(plan, own, size, base.variance, Chance(base.phi, base.tau2, worse_is_fewer))
    facts = {"phi": base.phi, "tau2": base.tau2, "variance": base.variance, "plan": size}
    found = {way: statistics(observed, expected, fewer=fewer, **facts)
             for way, fewer in (("worse", worse_is_fewer), ("better", not worse_is_fewer))}
    return Watch(names, seen.days, observed, expected, found, {"worse": edge.worse[:len(observed)], "better": edge.better[:len(observed)]}, edge.detectable)


def _sizes(plan: np.ndarray, base: Baseline, expected: np.ndarray) -> np.ndarray:
    """Events that each place can expect over the whole course, as it looked at each look: those of the children who had come by
    then, and what the plan had still to come. The plan's own where there has been no look."""
    whole = plan.sum(axis=1)
    ahead = (whole[-1] - whole[:len(expected)])[:, None] * base.children * base.pace
    return np.maximum(expected.sum(axis=1) + ahead, 1e-3) if len(expected) else whole[-1:, None] * base.children * base.pace


def alarms(found: Watch) -> pd.DataFrame:
    """For every place the alarm that stands: `signal`, `signal_by` and `first_signal`; empty and missing where none does.

    The first alarm stays; where both directions or monitors gave it at the same look, worse comes before better and the
    cohort's own before the calendar's.
    """
    size = len(found.names)
    table = pd.DataFrame({"signal": [""] * size, "signal_by": [""] * size, "first_signal": pd.NaT}, dtype="str")
    table["first_signal"] = pd.Series([pd.NaT] * size, dtype="datetime64[s]")
    for number, day in reversed(list(enumerate(found.days))):
        for way in ("better", "worse"):
            over = found.found[way][number] > found.limits[way][number]
            table.loc[over.any(axis=0), ["signal", "first_signal"]] = [way, pd.Timestamp(day)]
            table.loc[over.any(axis=0), "signal_by"] = np.where(over[0], "cohort", "calendar")[over.any(axis=0)]
    return table


def looks(found: Watch) -> pd.DataFrame:
    """One row for each place, monitor and look: events, expected events, both statistics and limits, and the alarm that stands
    by then."""
    days, places = len(found.days), len(found.names)
    each = pd.DataFrame({"county": np.repeat(list(found.names), len(MONITORS) * days),
                         "day": np.tile(pd.to_datetime(list(found.days)).as_unit("s"), places * len(MONITORS)),
                         "monitor": np.tile(np.repeat(MONITORS, days), places)})
    for name, table in (("observed", found.observed), ("expected", found.expected)):
        own, every = table[:, 0], table.sum(axis=1)
        each[name] = _in_order(np.stack([own, every, every], axis=1))
    for way in ("worse", "better"):
        each[way] = _in_order(found.found[way])
        each[f"limit_{way}"] = _in_order(found.limits[way])
    return each.assign(alarm=_in_order(_standing(found)))


def _in_order(table: np.ndarray) -> np.ndarray:
    """(look, monitor, place) as one column: by place, monitor, look."""
    return table.transpose(2, 1, 0).ravel()


def _standing(found: Watch) -> np.ndarray:
    """The alarm of each monitor that stands at each look: the first, and worse where both came at once."""
    over = {way: found.found[way] > found.limits[way] for way in ("worse", "better")}
    now = np.where(over["worse"], "worse", np.where(over["better"], "better", ""))
    for number in range(1, len(now)):
        now[number] = np.where(now[number - 1] != "", now[number - 1], now[number])
    return now
