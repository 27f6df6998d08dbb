"""The comparison that seems to prove the belief: groups made by what happened later. Here to be seen through, not to be used."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cqi.belief.histories import EVENT, MONTH, checked
from cqi.belief.registering import Registered, asked
from cqi.estimates import aalen_johansen, proportion_difference, tabulate, wilson
from cqi.vocabulary import no_such


def naive(registered: Registered, histories: pd.DataFrame, *, only: str = "") -> pd.DataFrame:
    """Share with the event so far among those to whom the exposure ever came, and among all others; then their difference.

    Rows `exposed`, `unexposed`, `difference`; columns: group, children, events, share, lower, upper (Wilson, Newcombe).
    Three flaws at once. Immortal time: to be exposed, a placement must have lasted until the exposure came. Unequal follow-up:
    "so far" is longer for some. Other ends count as if nothing could have followed. `only` names a day column: only rows where
    that day came are kept, as in a file of finalized adoptions (survivorship). CqiError for no such column.
    Source: Suissa, American Journal of Epidemiology 167 (2008) 492-499, on immortal time; a simulation of its size: Zheng and
    others, Frontiers in Medicine 10 (2023) 1157706 (PMC10126672).
    """
    asked(registered)
    rows = checked(_kept(histories, only))
    exposed, event = np.isfinite(rows["exposed_from"].to_numpy()), rows["cause"].to_numpy() == EVENT
    children = np.array([exposed.sum(), (~exposed).sum()])
    events = np.array([(event & exposed).sum(), (event & ~exposed).sum()])
    lower, upper = wilson(events, children)
    difference = proportion_difference(events[0], children[0], events[1], children[1])
    with np.errstate(invalid="ignore"):
        share = events / np.where(children > 0, children, np.nan)
    return pd.DataFrame({
        "group": ["exposed", "unexposed", "difference"], "children": [*children, children.sum()], "events": [*events, events.sum()],
        "share": [*share, float(difference.value)], "lower": [*lower, float(difference.lower)], "upper": [*upper, float(difference.upper)]})


def naive_curves(registered: Registered, histories: pd.DataFrame, *, months: int = 24) -> pd.DataFrame:
    """Cumulative incidence from the start by month, for the same two groups: group, at (months since the start), share, children.

    The curve of the exposed lies at 0 until the exposure comes: nobody in that group could have had the event before.
    """
    asked(registered)
    rows = checked(histories)
    exposed = np.isfinite(rows["exposed_from"].to_numpy())
    days = np.rint(np.arange(months + 1) * MONTH).astype(int)
    counts = tabulate((~exposed).astype(int), rows["days"].to_numpy(), rows["cause"].to_numpy(), groups=2, causes=2, last=int(days[-1]))
    curves = aalen_johansen(*counts, errors_of=[])
    return pd.DataFrame([{"group": name, "at": at, "share": curves.share[place, EVENT, day], "children": int(counts[2][place])}
                         for place, name in enumerate(("exposed", "unexposed")) for at, day in enumerate(days)])


def _kept(histories: pd.DataFrame, only: str) -> pd.DataFrame:
    if only and only not in histories:
        raise no_such("column of days", only, list(histories))
    return histories.loc[histories[only].notna()] if only else histories
