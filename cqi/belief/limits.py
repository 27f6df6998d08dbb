"""What the data cannot tell: events nobody sees, ends that compete, luck in small numbers."""

from __future__ import annotations

from math import comb, sqrt
from statistics import NormalDist
from typing import NamedTuple

import numpy as np
import pandas as pd

from cqi.belief.histories import COMPETING, EVENT, NEITHER, checked, day_of
from cqi.belief.landmark import intact_at
from cqi.belief.registering import Registered, asked
from cqi.belief.risks import Risk, compared, two_risks
from cqi.estimates import aalen_johansen, log_log_interval, tabulate
from cqi.vocabulary import CqiError

MISSED = (0.0, 0.1, 0.25, 0.5)
POWER = 0.8


class Noticed(NamedTuple):
    """Children compared, their risk together, and the smallest difference that such data would notice four times in five."""

    exposed: int
    unexposed: int
    share: float
    difference: float


def competing(registered: Registered, histories: pd.DataFrame) -> pd.DataFrame:
    """The risk at the belief's horizon twice: as cumulative incidence, and as one minus Kaplan-Meier, which takes children who ended
    otherwise for children who could still have the event. Rows exposed, unexposed; columns: group, children, ended_otherwise, share,
    kaplan_meier. The second is never the smaller. Source: Andersen, Geskus, de Witte and Putter 2012.
    """
    belief = asked(registered)
    rows = intact_at(checked(histories), day_of(belief.at))
    horizon, since, cause = day_of(belief.horizon), rows["since"].to_numpy(), rows["cause"].to_numpy()
    counts = {name: tabulate((~rows["had"]).astype(int), since, causes, groups=2, causes=2, last=horizon)
              for name, causes in (("share", cause), ("kaplan_meier", np.where(cause == COMPETING, NEITHER, cause)))}
    found = {name: aalen_johansen(*each, errors_of=[]).share[:, EVENT, -1] for name, each in counts.items()}
    return pd.DataFrame({"group": ["exposed", "unexposed"], "children": counts["share"][2],
                         "ended_otherwise": counts["share"][0][:, COMPETING].sum(axis=1), **found})


def missed(registered: Registered, histories: pd.DataFrame, *, shares: tuple[float, ...] = MISSED) -> pd.DataFrame:
    """The landmark comparison if these shares of the events after `unseen_from` went unseen: one row a share.

    A child adopted under a new identity who comes back may not be found again: in a file that loses half of such events each one
    seen stands for two. Events up to the day `unseen_from` are all seen. Columns: missed, exposed_share, unexposed_share, difference,
    lower, upper. The two parts of a risk are taken to vary apart, which makes intervals a little too wide. CqiError without the column, or for a share not from 0
    to below 1.
    """
    belief = asked(registered)
    if "unseen_from" not in histories:
        raise CqiError("Histories have no column unseen_from: the day after which events may go unseen, such as that of finalization.")
    if any(not 0 <= share < 1 for share in shares):
        raise CqiError("A share of events that go unseen is from 0 to below 1; write a half as 0.5.")
    rows = intact_at(checked(histories), day_of(belief.at))
    late = rows["days"] > rows["unseen_from"].astype("Float64").fillna(np.inf)
    parts = [_part(rows, late == after, belief.horizon) for after in (False, True)]
    return pd.DataFrame([_missed(share, parts) for share in shares])


def noticed(registered: Registered, histories: pd.DataFrame, *, level: float = 0.95) -> Noticed:
    """What these data could notice at the belief's month and horizon, by the usual normal formula with both groups at their risk together.

    Missing where a group has nobody known to the horizon. A smaller true difference will mostly look like none.
    """
    belief = asked(registered)
    rows = intact_at(checked(histories), day_of(belief.at))
    had = rows["had"].to_numpy().astype(int)
    one, other = two_risks(rows["since"].to_numpy(), rows["cause"].to_numpy(), had, np.zeros(len(rows), int), day_of(belief.horizon))
    if not one.known or not other.known:
        return Noticed(one.known, other.known, np.nan, np.nan)
    share = (one.known * one.share + other.known * other.share) / (one.known + other.known)
    z = NormalDist().inv_cdf((1 + level) / 2) + NormalDist().inv_cdf(POWER)
    return Noticed(one.known, other.known, share, z * sqrt(share * (1 - share) * (1 / one.known + 1 / other.known)))


def luck(children: int, share: float) -> pd.DataFrame:
    """How many of so many children have the event by luck alone, each with this chance: events 0 to children, chance (binomial)."""
    if children < 1 or not 0 <= share <= 1:
        raise CqiError("luck: at least one child and a share from 0 to 1 are needed.")
    return pd.DataFrame([{"events": events, "chance": comb(children, events) * share**events * (1 - share) ** (children - events)}
                         for events in range(children + 1)])


def _part(rows: pd.DataFrame, these: pd.Series, horizon: int) -> tuple[Risk, Risk]:
    """The risks of these events only, all others being other ends."""
    cause = np.where((rows["cause"] == EVENT) & ~these, COMPETING, rows["cause"])
    return two_risks(rows["since"].to_numpy(), cause, rows["had"].to_numpy().astype(int), np.zeros(len(rows), int), day_of(horizon))


def _missed(missing: float, parts: list[tuple[Risk, Risk]]) -> dict:
    one, other = (_scaled(before, after, 1 / (1 - missing)) for before, after in zip(*parts))
    found = compared(one, other)
    return {"missed": missing, "exposed_share": one.share, "unexposed_share": other.share, "difference": found.difference,
            "lower": found.difference_lower, "upper": found.difference_upper}


def _scaled(before: Risk, after: Risk, times: float) -> Risk:
    share, error = min(before.share + times * after.share, 1.0), float(np.hypot(before.error, times * after.error))
    lower, upper = log_log_interval(share, error, children=before.known)
    return Risk(before.children, before.events + after.events, before.known, share, error, float(lower), float(upper))
