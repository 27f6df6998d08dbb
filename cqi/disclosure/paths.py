"""The monitors' looks and the projection, at this pace and others, as a profile may see them."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cqi.disclosure.course import ends_where_all_leave
from cqi.disclosure.policy import policy
from cqi.vocabulary import WHOLE

LOOK_NUMBERS = ["observed", "expected", "worse", "better", "limit_worse", "limit_better"]
SHARES = ["share_025", "share_10", "share_50", "share_90", "share_975", "usual"]
GIVEN_PACES = (0.5, 0.75, 1.0, 1.25, 1.5)
"""Multiples of the pace now at which a projection is given out where small numbers are hidden."""
OWN, ADDED_UP = "cohort", "calendar from any month on"
"""The monitor of the period's own children, and the one whose sum tells each look before."""


def protected_looks(looks: pd.DataFrame, course: pd.DataFrame, cohorts: pd.DataFrame, held: pd.DataFrame, profile: str) -> pd.DataFrame:
    """The looks of counties whose course is shown, thinned; unaltered for a profile without a threshold.

    A look is left out where a monitor, or what one counts beyond the other, is from 1 to 10 more than at the last one kept, and where
    the period's own count is as near to one that `cohorts` (measure rows of it by months in care and by today, as they are shown) gives,
    or to all children. Such steps are small counts. So is a look where its count is near one that was held back by an earlier day (`held`: by
    `county`, its `numerator`), which it would tell. Of the monitors in calendar time the counts are not told, from which those of other
    periods would follow, nor the sum over all looks. Never the whole file's looks, which would tell what counties hide.
    """
    threshold = policy(profile)["threshold"]
    if threshold == 0 or looks.empty:
        return looks
    looks = looks.loc[looks["county"].isin(_shown(course) - {WHOLE})].reset_index(drop=True)
    if looks.empty:
        return looks
    counted = looks.pivot(index=["county", "day"], columns="monitor", values="observed")
    counted["others"] = counted["calendar"] - counted[OWN]
    given = _given(cohorts, looks["cohort"].iloc[0])
    kept = [(county, day) for county, rows in counted.groupby("county")
            for day in _kept(rows.droplevel("county"), given.loc[given["county"] == county, "count"].to_numpy(),
                             held.loc[held["county"] == county, "numerator"].dropna().to_numpy(), threshold)]
    told = looks.loc[pd.MultiIndex.from_frame(looks[["county", "day"]]).isin(kept)].astype(dict.fromkeys(LOOK_NUMBERS, "float64"))
    told.loc[told["monitor"] != OWN, ["observed", "expected"]] = np.nan
    told.loc[told["monitor"] == ADDED_UP, LOOK_NUMBERS] = np.nan
    return told.round(dict.fromkeys(LOOK_NUMBERS[1:], 2)).reset_index(drop=True)


def _given(cohorts: pd.DataFrame, label: str) -> pd.DataFrame:
    """The counts of a period that other tables give, and its children."""
    rows = cohorts.loc[cohorts["cohort"] == label]
    both = [rows[["county", name]].set_axis(["county", "count"], axis=1) for name in ("numerator", "denominator")]
    return pd.concat(both, ignore_index=True).dropna()


def _kept(counted: pd.DataFrame, elsewhere: np.ndarray, held: np.ndarray, threshold: int) -> list[pd.Timestamp]:
    """The days, in order, on which every monitor's count is the last kept one's or larger by the threshold or more, and the period's
    own as far from the counts given `elsewhere`, and from those `held` back."""
    last, kept = 0, []
    for day, count in counted.iterrows():
        small = (count - last).abs().between(1, threshold - 1).any()
        near = np.abs(elsewhere - count[OWN])
        if not small and not ((near > 0) & (near < threshold)).any() and not (np.abs(held - count[OWN]) < threshold).any():
            last, kept = count, [*kept, day]
    return kept


def protected_projection(projection: pd.DataFrame, course: pd.DataFrame, looks: pd.DataFrame, profile: str) -> pd.DataFrame:
    """The projection of counties whose course is shown, in whole percents; of what was seen, on the days of looks that are shown."""
    if policy(profile)["threshold"] == 0 or projection.empty:
        return projection
    seen = looks[["county", "day"]].drop_duplicates().assign(looked=True)
    told = projection.merge(seen, on=["county", "day"], how="left")["looked"].notna().to_numpy()
    now = projection["day"].eq(projection["as_of"]) | projection["kind"].ne("observed")
    rows = projection.loc[projection["county"].isin(_shown(course)) & (now | told)]
    return rows.round(dict.fromkeys(SHARES, 2)).reset_index(drop=True)


def protected_paces(paces: pd.DataFrame, course: pd.DataFrame, before: pd.DataFrame, profile: str) -> pd.DataFrame:
    """The projection at other paces of counties whose course is shown, in whole percents: on its last day only, and at GIVEN_PACES.
    Unaltered
    for a profile without a threshold.

    How a share grows with the pace tells how many children are left to leave: on every day and at every pace it would narrow that number
    to a
    third of what the projection alone leaves open, on the last day at five paces it adds next to nothing (tests/who_is_left.py). A
    county has none where at some pace the range ends where all children left would have left. `before`: its course as it was counted.
    """
    if policy(profile)["threshold"] == 0 or paces.empty:
        return paces
    last = paces.loc[paces["county"].isin(_shown(course)) & paces["day"].eq(paces["day"].max())]
    counted = before.set_index("county").loc[last["county"], ["at_risk", "observed", "expected_final"]].set_index(last.index)
    told = last.loc[ends_where_all_leave(counted, last["share_025"], last["share_975"]), "county"]
    rows = last.loc[last["pace"].isin(GIVEN_PACES) & ~last["county"].isin(told)]
    return rows.round(dict.fromkeys(SHARES[:-1], 2)).reset_index(drop=True)


def _shown(course: pd.DataFrame) -> set[str]:
    return set(course.loc[course["status"].ne("suppressed"), "county"])
