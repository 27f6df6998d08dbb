"""What the tables that a reader may see tell of a goal's children: the course of its cohort, and how the county's earlier cohorts went."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import pandas as pd

from cqi.cohorts import cohort
from cqi.course.exposure import KINDS
from cqi.course.fan import SHARES
from cqi.estimates import between
from cqi.goals.goal import Goal
from cqi.registry import measure, measure_names
from cqi.vocabulary import CqiError

PROJECTED = ("projected_025", "projected_10", "projected_50", "projected_90", "projected_975")
PAST = ("cohort", "value", "lower", "upper", "denominator", "rest")
"""An earlier cohort: its final figure, and `rest`, the share of those without the event at this age who had it by the end."""


@dataclass(frozen=True, eq=False)
class Grounds:
    """All that a goal is held against. `course`: its row, none where nothing is followed; `now`: its row of figures; `past`: columns PAST, whole
    figures that may be shown, the oldest first; `paces`: the projection's last day at other paces; `measures`: names that the data can tell."""

    counties: tuple[str, ...]
    as_of: date
    released: bool = False
    measures: tuple[str, ...] = ()
    course: pd.Series | None = None
    now: pd.Series | None = None
    past: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(PAST)))
    paces: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=["pace", *SHARES]))

    @property
    def followed(self) -> bool:
        """Whether the course says where the children are heading."""
        return self.course is not None and self.course["status"] == "shown" and bool(pd.notna(self.course["projected_50"]))

    @property
    def shares(self) -> np.ndarray:
        """The projected final figure at `cqi.estimates.scores.LEVELS`."""
        return self.course[list(PROJECTED)].to_numpy(dtype=float)


def grounds(goal: Goal, rows: Callable[[str], pd.DataFrame], *, counties: tuple[str, ...], as_of: date, released: bool) -> Grounds:
    """The grounds of a goal. `rows` gives the tables `course`, `measures`, `same_age` and `paces` of the goal's cohort, as one profile may see
    them, empty where there is none: nothing else is read."""
    found = Grounds(counties, as_of, released, measures=_told(rows("same_age")))
    label = _label(goal.cohort)
    if not label or goal.measure not in measure_names() or found.measures == ():
        return found
    course, measures, same_age, paces = (_of(rows(name), goal) for name in ("course", "measures", "same_age", "paces"))
    now = measures.loc[measures["cohort"].eq(label)] if len(measures) else measures
    return Grounds(counties, as_of, released, found.measures, course=None if course.empty else course.iloc[0],
                   now=None if now.empty else now.iloc[0], past=_past(measures, same_age, label), paces=_last(paces))


def _told(table: pd.DataFrame) -> tuple[str, ...]:
    return tuple(table["measure"].unique()) if len(table) else ()


def _label(words: str) -> str:
    try:
        return cohort(words).label
    except CqiError:
        return ""


def _of(table: pd.DataFrame, goal: Goal) -> pd.DataFrame:
    return table.loc[table["county"].eq(goal.place) & table["measure"].eq(goal.measure)] if len(table) else table


def _past(measures: pd.DataFrame, same_age: pd.DataFrame, label: str) -> pd.DataFrame:
    """Cohorts before this one whose figure is whole and shown, and what became of those without the event at this age."""
    if measures.empty:
        return pd.DataFrame(columns=list(PAST))
    begins = cohort(label).start
    whole = measures.loc[measures["status"].eq("shown") & measures["value"].notna() & measures["group"].eq("") & measures["part"].eq("")]
    whole = whole.loc[[_start(each) is not None and _start(each) < begins for each in whole["cohort"]]]
    early = same_age.loc[same_age["status"].eq("so far") & same_age["group"].eq("") & same_age["part"].eq("")] if len(same_age) else same_age
    early = early.set_index("cohort")["numerator"] if len(early) else pd.Series(dtype=float)
    before = whole["cohort"].map(early).astype(float)
    rest = (whole["numerator"] - before) / (whole["denominator"] - before)
    return whole.assign(rest=rest)[list(PAST)].reset_index(drop=True)


def _start(label: str) -> date | None:
    try:
        return cohort(label).start
    except CqiError:  # several periods put together
        return None


def _last(paces: pd.DataFrame) -> pd.DataFrame:
    """The projection's last day at each pace, in order of pace."""
    if paces.empty:
        return pd.DataFrame(columns=["pace", *SHARES])
    last = paces.loc[paces["scenario"].eq("pace") & paces["day"].eq(paces["day"].max())]
    return last.sort_values("pace")[["pace", *SHARES]].reset_index(drop=True)


def chance(on: Grounds, level: float, *, at_least: bool) -> float:
    """How likely the final figure comes to lie at the level or beyond it, as `cqi.estimates.between.chance` tells it."""
    return between.chance(on.shares, level, at_least=at_least)


def pace_needed(on: Grounds, level: float) -> float | None:
    """The multiple of the pace now, from today on, at which the middle of what is likely reaches the level, as `cqi.estimates.between.pace_needed`
    tells it; None where no other paces are published."""
    return None if on.paces.empty else between.pace_needed(on.paces["pace"], on.paces["share_50"], level)


def rest_needed(on: Grounds, level: float) -> float | None:
    """The share of those without the event so far who would have to have it by the end for the final figure to be at the level; None where the
    counts may not be seen. Below 0 it is passed already, above 1 nothing can bring it there."""
    if on.course is None or on.course[["expected_final", "observed"]].isna().any() or not on.course["expected_final"] > on.course["observed"]:
        return None
    if not KINDS[measure(on.course["measure"]).kind].good:  # a figure that begins at all and falls
        return None
    whole, observed = float(on.course["expected_final"]), float(on.course["observed"])
    return (level * whole - observed) / (whole - observed)
