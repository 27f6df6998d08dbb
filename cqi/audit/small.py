"""What a reader sees without any sum: small counts in the open, one count hidden here and shown there, shares of hidden counts."""

from __future__ import annotations

import pandas as pd

from cqi.audit.cells import HEADLINE, KEY, NEVER, PROPORTIONS
from cqi.audit.files import Published
from cqi.audit.findings import Finding, place_of
from cqi.audit.paces import SHARES

FEW_FROM = 1
BESIDE = ("value", "lower", "upper")
COURSE = ("expected", "ratio", "lower", "upper", "usual_low", "usual_high", "usual_low_80", "usual_high_80", "usual_pace", "projected_025",
          "projected_10", "projected_50", "projected_90", "projected_975", "expected_final", "usual_final", "probability_of_target",
          "pace_needed", "more_needed", "in_reach", "minimum_detectable_change")
HOME = ["measure", "county", "cohort"]


def shown_small(found: pd.DataFrame, threshold: int) -> list[Finding]:
    """Counts from 1 up to the threshold that stand in a table."""
    small = found.loc[found["amount"].ne("days") & found["value"].between(FEW_FROM, threshold - 1)]
    return [Finding(place_of(row), "small count shown", "a count below the threshold stands in the table") for row in small.itertuples()]


def not_one_story(found: pd.DataFrame) -> list[Finding]:
    """Counts that are hidden in one place and shown in another, and counts that differ between two places."""
    groups = found.groupby(KEY, sort=True)
    both = found.loc[groups["hidden"].transform("any") & ~groups["hidden"].transform("all") & found["hidden"]]
    apart = found.loc[groups["value"].transform("nunique") > 1].drop_duplicates(KEY)
    return [*(Finding(place_of(row), "shown elsewhere", "hidden here, and shown in another table of the release") for row in both.itertuples()),
            *(Finding(place_of(row), "two numbers", "two tables give different numbers for the same count") for row in apart.itertuples())]


def restated(found: pd.DataFrame, before: pd.DataFrame, threshold: int) -> list[Finding]:
    """Counts that an earlier release gave with a number a little other: the children between are few."""
    now = found.loc[~found["hidden"]].drop_duplicates(KEY).merge(before.loc[~before["hidden"], [*KEY, "value"]], on=KEY, suffixes=("", "_before"))
    moved = now.loc[now["amount"].ne("days") & (now["value"] - now["value_before"]).abs().between(FEW_FROM, threshold - 1)].drop_duplicates(KEY)
    hidden = found.loc[found["hidden"]].merge(before.loc[~before["hidden"], KEY].drop_duplicates(), on=KEY).drop_duplicates(KEY)
    return [*(Finding(place_of(row), "restated a little", "an earlier release gave it with a few more or fewer") for row in moved.itertuples()),
            *(Finding(place_of(row), "shown before", "hidden here, and shown in an earlier release") for row in hidden.itertuples())]


def children_beside(release: Published, threshold: int) -> list[Finding]:
    """Small numbers of children behind a row, and rows that give them where the denominator is hidden."""
    found = []
    for place, _, table in release.tables:
        for name in {"children", "at_risk", "entered", "observed"} & set(table.columns):
            small = table.loc[table[name].between(FEW_FROM, threshold - 1)]
            found += [Finding(place_of(row, place), "small count shown", f"{name} is below the threshold") for row in small.itertuples()]
        if {"children", "denominator", "unit"} <= set(table.columns):
            told = table.loc[table["children"].notna() & table["denominator"].isna() & table["unit"].isin(PROPORTIONS)]
            words = "children stands where denominator is hidden"
            found += [Finding(place_of(row, place), "shown elsewhere", words) for row in told.itertuples()]
    return found


def derived(release: Published) -> list[Finding]:
    """Shares, limits, expected numbers, projections and signals of counts that are hidden."""
    found = []
    for place, name, table in release.tables:
        if name in ("course", "regions"):
            found += _course(place, table)
        elif "numerator" in table and "value" in table:
            found += _shares(place, table)
    return found + _paths(release) + _adjusted(release)


def finer(release: Published) -> list[Finding]:
    """Shares given finer than in whole percents, and rates finer than two decimals: with the children they give the count back."""
    found = []
    for place, _, table in release.tables:
        for name in {*BESIDE, *SHARES} & set(table.columns):
            fine = (table[name] * 100 - (table[name] * 100).round()).abs() > 1e-6
            words = f"{name} has more than two decimals"
            found += [Finding(place_of(row, place), "finer than it may be", words) for row in table.loc[fine].itertuples()]
    return found


def _shares(place: str, table: pd.DataFrame) -> list[Finding]:
    numbers = table[[name for name in BESIDE if name in table]].notna().any(axis=1)
    counted = table["numerator"].notna() & (table["denominator"].notna() | table.get("series", pd.Series("", table.index)).eq("entries"))
    told = table.loc[numbers & ~counted]
    words = "a share or limit stands where its count is hidden"
    return [Finding(place_of(row, place), "share of a hidden count", words) for row in told.itertuples()]


def _course(place: str, table: pd.DataFrame) -> list[Finding]:
    numbers = table[[name for name in COURSE if name in table]].notna().any(axis=1)
    words = table[["signal", "signal_by"]].ne("").any(axis=1) | table.get("first_signal", pd.Series("", table.index)).ne("")
    told = table.loc[(numbers | words) & table["observed"].isna() & ~table["status"].isin(NEVER)]
    return [Finding(place_of(row, place), "worked out from a hidden count", "expected, ahead or a signal stands where the count is hidden")
            for row in told.itertuples()]


def _paths(release: Published) -> list[Finding]:
    """Looks and projections, at any pace, of counties whose course is hidden."""
    courses = [table for _, _, table in release.named("course")]
    every = pd.concat([*courses, pd.DataFrame({name: [] for name in [*HOME, "observed"]})])
    hidden = pd.MultiIndex.from_frame(every.loc[(every["measure"] == HEADLINE) & every["observed"].isna(), HOME])
    found = []
    for place, _, table in release.named("looks", "projection", "paces"):
        told = table.loc[pd.MultiIndex.from_frame(table[HOME]).isin(hidden)].drop_duplicates(HOME)
        found += [Finding(place_of(row, place), "worked out from a hidden count", "a path stands for a county whose course is hidden")
                  for row in told.itertuples()]
    return found


def _adjusted(release: Published) -> list[Finding]:
    """Ratios of counts that are hidden."""
    tables = [table for _, _, table in release.named("official-periods")]
    none = pd.DataFrame({name: [] for name in HOME}, dtype="str")
    shown = pd.MultiIndex.from_frame(pd.concat([none, *(table.loc[table["numerator"].notna(), HOME] for table in tables)]))
    return [Finding(place_of(row, place), "worked out from a hidden count", "a ratio stands where the count is hidden")
            for place, _, table in release.named("official-adjusted")
            for row in table.loc[~pd.MultiIndex.from_frame(table[HOME]).isin(shown)].itertuples()]
