"""The monitors' looks, the projection and the pools of counties as a profile may see them."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from cqi.cohorts import cohort, shifted_day
from cqi.disclosure.course import rounded_course, tells_who_is_left, without_course
from cqi.disclosure.policy import policy
from cqi.vocabulary import WHOLE

LOOK_NUMBERS = ["observed", "expected", "worse", "better", "limit_worse", "limit_better"]
SHARES = ["share_025", "share_10", "share_50", "share_90", "share_975", "usual"]
OWN, ADDED_UP = "cohort", "calendar from any month on"
"""The monitor of the period's own children, and the one whose sum tells each look before."""


def protected_looks(looks: pd.DataFrame, course: pd.DataFrame, profile: str) -> pd.DataFrame:
    """The looks of counties whose course is shown, thinned; unaltered for a profile without a threshold.

    A look is left out where a monitor, or what one counts beyond the other, is from 1 to 10 more than at the last one kept, and where
    the period's own count is as near to one that another table gives: today's, and those on the days on which a later period's tables
    show this one at the same age. Such steps are small counts. Of the monitors in calendar time the counts are not told, from which
    those of other periods would follow, nor the sum over all looks. Never the whole file's looks, which would tell what counties hide.
    """
    threshold = policy(profile)["threshold"]
    if threshold == 0 or looks.empty:
        return looks
    looks = looks.loc[looks["county"].isin(_shown(course) - {WHOLE})].reset_index(drop=True)
    if looks.empty:
        return looks
    counted = looks.pivot(index=["county", "day"], columns="monitor", values="observed")
    counted["others"] = counted["calendar"] - counted[OWN]
    days, today = _days_told(looks), course.set_index("county")["observed"]
    kept = [(county, day) for county, rows in counted.groupby("county")
            for day in _kept(rows.droplevel("county"), _told_elsewhere(rows[OWN].droplevel("county"), days, today[county]), threshold)]
    told = looks.loc[pd.MultiIndex.from_frame(looks[["county", "day"]]).isin(kept)].astype(dict.fromkeys(LOOK_NUMBERS, "float64"))
    told.loc[told["monitor"] != OWN, ["observed", "expected"]] = np.nan
    told.loc[told["monitor"] == ADDED_UP, LOOK_NUMBERS] = np.nan
    return told.round(dict.fromkeys(LOOK_NUMBERS[1:], 2)).reset_index(drop=True)


def _days_told(looks: pd.DataFrame) -> list[pd.Timestamp]:
    """Earlier days on which tables of later periods show this one: when it was as old as they are now."""
    period, as_of = cohort(looks["cohort"].iloc[0]), looks["as_of"].iloc[0].date()
    days, day = [], _earlier(as_of, period.months)
    while day >= period.start:
        days, day = [*days, pd.Timestamp(day)], _earlier(as_of, period.months * (len(days) + 2))
    return days


def _earlier(day: date, months: int) -> date:
    return shifted_day(day, -months)


def _told_elsewhere(count: pd.Series, days: list[pd.Timestamp], today: float) -> list[tuple[float, float]]:
    """Between which numbers a count by day lies where another table gives it: one number where that day has a look, and today."""
    found = [(today, today)]
    for day in days:
        before, after = count.loc[:day], count.loc[day:]
        edges = before.iloc[-1] if len(before) else 0, after.iloc[0] if len(after) else today
        found.append((min(edges), max(edges)))
    return found


def _kept(counted: pd.DataFrame, elsewhere: list[tuple[float, float]], threshold: int) -> list[pd.Timestamp]:
    """The days, in order, on which every monitor's count is the last kept one's or larger by the threshold or more, and the period's
    own as far from the counts given `elsewhere`."""
    last, kept = 0, []
    for day, count in counted.iterrows():
        small = (count - last).abs().between(1, threshold - 1).any()
        if not small and not any(_near(count[OWN], *edges, threshold) for edges in elsewhere):
            last, kept = count, [*kept, day]
    return kept


def _near(count: float, low: float, high: float, threshold: int) -> bool:
    """Whether a count may be from 1 to below the threshold away from a number that lies between two."""
    return low - threshold < count < high + threshold and not low == count == high


def protected_projection(projection: pd.DataFrame, course: pd.DataFrame, looks: pd.DataFrame, profile: str) -> pd.DataFrame:
    """The projection of counties whose course is shown, in whole percents; of what was seen, on the days of looks that are shown."""
    if policy(profile)["threshold"] == 0 or projection.empty:
        return projection
    seen = looks[["county", "day"]].drop_duplicates().assign(looked=True)
    told = projection.merge(seen, on=["county", "day"], how="left")["looked"].notna().to_numpy()
    now = projection["day"].eq(projection["as_of"]) | projection["kind"].ne("observed")
    rows = projection.loc[projection["county"].isin(_shown(course)) & (now | told)]
    return rows.round(dict.fromkeys(SHARES, 2)).reset_index(drop=True)


def _shown(course: pd.DataFrame) -> set[str]:
    return set(course.loc[course["status"].ne("suppressed"), "county"])


def protected_regions(
    regions: pd.DataFrame, before: pd.DataFrame, shown: pd.DataFrame, maturity: pd.DataFrame, profile: str,
) -> pd.DataFrame:
    """The pools of counties, whole rows hidden where what they tell beyond the counties shown is small: at least two counties must
    be hidden in a pool, with enough children of each kind together, or none; and the same beside the whole file.

    `before` is the course table of the pools' measure as it was counted; `shown` and `maturity` are the measure's rows of the cohort
    by today and by months in care, as the profile may see them. Unaltered for a profile without a threshold.
    """
    threshold = policy(profile)["threshold"]
    if threshold == 0 or regions.empty:
        return regions
    hidden = _told(regions, _beyond(before, shown, maturity), shown, threshold) | tells_who_is_left(regions, threshold)
    return rounded_course(without_course(regions, hidden))


def _beyond(before: pd.DataFrame, shown: pd.DataFrame, maturity: pd.DataFrame) -> pd.DataFrame:
    """By county, with its region: what is not told of it elsewhere (0 where all is), and whether its count and its children are not.
    `since` are those who left after the last month in care that is told."""
    own = before.loc[before["county"] != WHOLE].set_index("county")
    count, children = (shown.set_index("county")[name].reindex(own.index).isna() for name in ("numerator", "denominator"))
    month = maturity.groupby("county")["numerator"].max().reindex(own.index).fillna(0)
    found = pd.DataFrame({"entered": own["entered"].where(children, 0), "observed": own["observed"].where(count, 0),
                          "others": (own["entered"] - own["observed"]).where(count, 0), "since": (own["observed"] - month).where(count, 0),
                          "counts": count.astype(int), "counties": children.astype(int)})
    return found.assign(region=own["region"])


def _told(regions: pd.DataFrame, beyond: pd.DataFrame, shown: pd.DataFrame, threshold: int) -> pd.Series:
    """Which pools to hide: those that tell a small number, and all that tell any where the sum of the hidden ones would."""
    sums = beyond.groupby("region").sum().reindex(regions["county"]).fillna(0).set_axis(regions.index)
    small = _small(sums, threshold)
    left = sums.loc[small].sum().to_frame().T
    whole = shown.loc[shown["county"] == WHOLE, ["numerator", "denominator"]].notna().any(axis=None)
    return small | (sums[["counts", "counties"]].sum(axis=1).gt(0) & bool(small.any() and whole and _small(left, threshold).iloc[0]))


def _small(beyond: pd.DataFrame, threshold: int) -> pd.Series:
    few = beyond[["entered", "observed", "others", "since"]].apply(lambda count: count.between(1, threshold - 1)).any(axis=1)
    return few | beyond[["counts", "counties"]].eq(1).any(axis=1)
