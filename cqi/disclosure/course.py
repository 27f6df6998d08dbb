"""The course table as a profile may see it."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cqi.disclosure.policy import policy
from cqi.registry import PROPORTIONS

RATIOS = ["ratio", "lower", "upper", "projected_025", "projected_10", "projected_50", "projected_90", "projected_975", "usual_final",
          "probability_of_target", "in_reach", "pace_needed", "minimum_detectable_change"]
HIDDEN = ["entered", "at_risk", "observed", "expected", "usual_low", "usual_high", "usual_low_80", "usual_high_80", "usual_pace",
          "expected_final", "more_needed", *RATIOS]
"""Everything that is worked out from a county's counts hides with them; a signal too."""
ROUNDED = {"expected": 1, "usual_pace": 2, "expected_final": 0, "phi": 2, "tau2": 4}


def rounded_course(table: pd.DataFrame) -> pd.DataFrame:
    """The course table without `at_risk`, and rounded: from finer numbers the counts of earlier cohorts could be worked out."""
    return table.round(dict.fromkeys(RATIOS, 2) | ROUNDED).assign(at_risk=np.nan)


def course_without_few_left(course: pd.DataFrame, before: pd.DataFrame, profile: str) -> pd.DataFrame:
    """The course table with the rows hidden from which the number of children still at risk would follow, but for what the table of measures
    shows too: those who entered and those counted; `before` as it was counted, with the same index. Unaltered for a profile without a
    threshold."""
    threshold = policy(profile)["threshold"]
    if threshold == 0:
        return course
    return without_course(course, tells_who_is_left(before, threshold)).assign(entered=course["entered"], observed=course["observed"])


def tells_who_is_left(before: pd.DataFrame, threshold: int) -> pd.Series:
    """Rows that look ahead for 1 to 10 children still at risk, or whose range ends where all of them would have had the event: then
    what is ahead tells how many they are, and beside the others who left another way."""
    left = before["at_risk"]
    all_leave = ends_where_all_leave(before, before["projected_025"], before["projected_975"])
    return before["projected_50"].notna() & (left.between(1, threshold - 1) | all_leave)


def ends_where_all_leave(before: pd.DataFrame, low: pd.Series, high: pd.Series) -> pd.Series:
    """Rows of a course as it was counted beside which a range of the final share, `low` to `high`, ends within one child of where all children
    still at risk would have had the event."""
    left, (least, most) = before["at_risk"], (share * before["expected_final"] - before["observed"] for share in (low, high))
    return left.gt(0) & ((most - left).abs().lt(1) | (least + left).abs().lt(1))


def without_course(table: pd.DataFrame, hidden) -> pd.DataFrame:
    """The course table without the numbers of the rows marked, which are `suppressed`."""
    return without_numbers(table, hidden).assign(status=table["status"].mask(hidden, "suppressed"))


def without_numbers(table: pd.DataFrame, hidden) -> pd.DataFrame:
    """The course table without the numbers of the rows marked; their status stays."""
    table = table.astype({name: "float64" for name in HIDDEN})
    table.loc[hidden, HIDDEN] = np.nan
    table.loc[hidden, ["signal", "signal_by"]] = ""
    return table.assign(first_signal=table["first_signal"].mask(hidden))


def course_beside_measures(course: pd.DataFrame, measures: pd.DataFrame, profile: str, *, headline: str) -> pd.DataFrame:
    """The course table with every other measure's row hidden unless the table of measures shows just the same counts of it; the
    children behind a rate are never shown. Unaltered for a profile without a threshold."""
    if policy(profile)["threshold"] == 0:
        return course
    key, rate = ["measure", "county", "cohort"], ~measures["unit"].isin(PROPORTIONS)
    shown = measures.loc[measures["group"].eq(""), [*key, "numerator", "denominator"]].assign(rate=rate)
    beside = course[[*key, "entered", "observed"]].merge(shown, on=key, how="left").set_index(course.index)
    rate = beside["rate"].eq(True)
    same = beside["observed"].eq(beside["numerator"]) & (rate | beside["entered"].eq(beside["denominator"]))
    found = without_course(course, ~same & course["measure"].ne(headline))
    return found.assign(entered=found["entered"].mask(rate))
