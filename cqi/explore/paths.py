"""The projection of one county and period at any pace from today on, by straight lines between the paces that were published."""

from __future__ import annotations

from functools import cached_property

import numpy as np
import pandas as pd

from cqi.charts.course import SHARES
from cqi.estimates import between
from cqi.explore.published import Published

HEADLINE = "permanency_in_12_months"
NOW, SLOWEST, FASTEST, STEP = 1.0, 0.5, 1.5, 0.05
USUAL = "usual"


class Paths:
    """The published projection of a county's period at other paces; `there` says whether there is one, and `course` is its row of the
    course."""

    def __init__(self, published: Published, county: str, cohort: str) -> None:
        chosen = {"county": county, "measure": HEADLINE}
        course = published.rows(cohort, "course", **chosen)
        self.course = None if course.empty else course.iloc[0]
        self.projection = published.rows(cohort, "projection", **chosen).sort_values("day", ignore_index=True)
        self._paces = published.rows(cohort, "paces", **chosen) if published.has(cohort, "paces") else pd.DataFrame()

    @property
    def there(self) -> bool:
        """Whether other paces were published for it."""
        return len(self._paces) > 0 and bool((self.projection["kind"] == "projected").any())

    @cached_property
    def seen(self) -> pd.DataFrame:
        """What was counted, by day."""
        return self.projection.loc[self.projection["kind"] == "observed", ["day", *SHARES]].reset_index(drop=True)

    @cached_property
    def now(self) -> pd.DataFrame:
        """The projection at the pace now, from today on."""
        ahead = (self.projection["kind"] == "projected") | self.projection["day"].eq(self.seen["day"].max())
        return self.projection.loc[ahead, ["day", *SHARES]].reset_index(drop=True)

    @cached_property
    def coarse(self) -> bool:
        """Whether other paces are known for the last day only, as where small numbers are hidden: the days between then follow the
        projection."""
        return self._paces["day"].nunique() == 1

    def path(self, pace: float | str) -> pd.DataFrame:
        """`day` and SHARES from today on, at this multiple of the pace now or at the USUAL pace."""
        if pace == NOW or not self.coarse:
            return self.now if pace == NOW else self._at(pace).reset_index()
        begin, own_end, end = (part.to_numpy(dtype=float) for part in (self.now[list(SHARES)].iloc[0], self.now[list(SHARES)].iloc[-1],
            self.last(pace)))
        steps, far = np.linspace(0, 1, len(self.now))[:, None], own_end > begin
        way = (self.now[list(SHARES)].to_numpy(dtype=float) - begin) / np.where(far, own_end - begin, 1)
        drawn = begin + np.where(far, way, steps) * (end - begin)
        return self.now[["day"]].assign(**dict(zip(SHARES, drawn.T)))

    def last(self, pace: float | str) -> pd.Series:
        """The five shares by the last day."""
        return (self.now[list(SHARES)] if pace == NOW else self._at(pace)).iloc[-1]

    def _at(self, pace: float | str) -> pd.DataFrame:
        """The five shares by published day."""
        if pace == USUAL:
            return self._paces.loc[self._paces["scenario"] == USUAL].set_index("day")[list(SHARES)].sort_index()
        paces, tables = self._by_pace
        after = int(np.clip(np.searchsorted(paces, pace - 1e-9), 1, len(paces) - 1))
        part = (pace - paces[after - 1]) / (paces[after] - paces[after - 1])
        return tables[after - 1] * (1 - part) + tables[after] * part

    @cached_property
    def _by_pace(self) -> tuple[np.ndarray, list[pd.DataFrame]]:
        """The published paces, and the shares by day at each."""
        grid = self._paces.loc[self._paces["scenario"] == "pace"].groupby("pace")
        return np.array(list(grid.groups), dtype=float), [rows.set_index("day")[list(SHARES)].sort_index() for _, rows in grid]

    @property
    def top(self) -> float:
        """The highest share that any pace may well reach."""
        return float(self.last(FASTEST)["share_975"])

    def chance(self, pace: float | str, goal: float) -> float:
        """How likely the goal is reached at a pace, as `cqi.estimates.between.chance` tells it."""
        return between.chance(self.last(pace), goal)

    def needed(self, goal: float) -> float | None:
        """The smallest pace at which the middle of what is likely reaches the goal, at least SLOWEST; None where no published pace does."""
        paces = self._by_pace[0]
        found = between.pace_needed(paces, [self.last(pace)["share_50"] for pace in paces], goal)
        return found if np.isfinite(found) else None

    def like_usual(self) -> float:
        """The multiple of the pace now with the same middle as the usual pace, to a step of the slider."""
        found = self.needed(float(self.last(USUAL)["share_50"]))
        return FASTEST if found is None else round(round(found / STEP) * STEP, 2)
