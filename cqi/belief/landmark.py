"""Landmark analysis: who is still intact on a day, compared by what had come by that day, followed from there.

Nobody is sorted by the future, so no time is immortal. What happened before the landmark is not compared: a landmark speaks
only of those still intact then. Other ends compete: the risk is the cumulative incidence (Aalen-Johansen), never one
minus Kaplan-Meier. Sources: Anderson, Cain and Gelber, Journal of Clinical Oncology 1 (1983) 710-719; Andersen, Geskus,
de Witte and Putter, International Journal of Epidemiology 41 (2012) 861-870; method comparison: BMC Medical Research
Methodology 17 (2017) 126 (doi 10.1186/s12874-017-0405-6) and PMC9627261, table 3.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from cqi.belief.histories import EVENT, MONTH, checked, day_of, strata
from cqi.belief.registering import Registered, asked
from cqi.belief.risks import compared, two_risks
from cqi.estimates import aalen_johansen, tabulate

LANDMARKS = (3, 6, 9, 12)


def landmark(registered: Registered, histories: pd.DataFrame, *, at: tuple[int, ...] = LANDMARKS, by: tuple[str, ...] = ()) -> pd.DataFrame:
    """For each landmark (months): who is intact, by whether the exposure had come, and the risk within the belief's horizon from there.

    Intact: the story goes on after the landmark's day; an end on that day is before. Exposed: the exposure came on or before that
    day. The horizon's last day counts. One row a landmark: at, intact; exposed_ and unexposed_ children, events, known, share,
    lower, upper; difference and ratio (exposed against unexposed) with limits; `status`: `shown`, `nobody to compare` (a group is
    empty) or `not yet mature` (a group has nobody known to the horizon). With `by`, like is compared with like: risks are averaged
    over strata in the proportions of all intact; strata that have one group only are left out (`left_out` children).
    A row of the histories is taken to be a child of its own: pass each child once.
    """
    belief = asked(registered)
    rows = checked(histories)
    return pd.DataFrame([_row(belief.horizon, rows, months, by) for months in at])


def landmark_curves(registered: Registered, histories: pd.DataFrame) -> pd.DataFrame:
    """Cumulative incidence from the belief's month by month up to its horizon: group, at (months since then), share, at_risk, children."""
    belief = asked(registered)
    rows = intact_at(checked(histories), day_of(belief.at))
    days = np.rint(np.arange(belief.horizon + 1) * MONTH).astype(int)
    counts = tabulate((~rows["had"]).astype(int), rows["since"], rows["cause"].to_numpy(), groups=2, causes=2, last=int(days[-1]))
    curves = aalen_johansen(*counts, errors_of=[])
    return pd.DataFrame([
        {"group": name, "at": month, "share": curves.share[place, EVENT, day], "at_risk": int(curves.at_risk[place, day]),
         "children": int(counts[2][place])}
        for place, name in enumerate(("exposed", "unexposed")) for month, day in enumerate(days)])


def intact_at(rows: pd.DataFrame, day: int) -> pd.DataFrame:
    """Checked rows that go on after the day, with whether the exposure `had` come by its end, and days `since`."""
    rows = rows.loc[rows["days"] > day]
    return rows.assign(had=rows["exposed_from"].le(day), since=rows["days"] - day)


def _row(horizon: int, rows: pd.DataFrame, months: int, by: tuple[str, ...]) -> dict:
    intact = intact_at(rows, day_of(months))
    since, cause, had = intact["since"].to_numpy(), intact["cause"].to_numpy(), intact["had"].to_numpy().astype(int)
    one, other = two_risks(since, cause, had, strata(intact, by), day_of(horizon))
    sides = {f"{side}_{name}": getattr(risk, name) for side, risk in (("exposed", one), ("unexposed", other))
             for name in ("children", "events", "known", "share", "lower", "upper")}
    nobody = not had.any() or had.all()
    status = "nobody to compare" if nobody else "shown" if np.isfinite(one.share + other.share) else "not yet mature"
    left_out = len(intact) - one.children - other.children
    return {"at": months, "intact": len(intact), **sides, **compared(one, other)._asdict(), "left_out": left_out, "status": status}
