"""Is this cohort on course, how sure are we, and what pace from here would still reach the goal?

Expected is each child's own days at risk under daily hazards of the cohorts before: the state's hazard on each day, times how
the county usually compares with it (empirical Bayes, history only up to the cohort's first day). Siblings leave together
and cohorts differ, so counts vary more than single children would: variance phi*E + (tau2 + v)*E^2.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from numbers import Real

import pandas as pd

from cqi.cohorts import Cohort, first_whole_entry, given_day
from cqi.cohorts import cohort as cohort_named
from cqi.course.episodes import basis_of, rules_skipped, with_dates
from cqi.course.exposure import can_follow
from cqi.course.following import Followed, follow
from cqi.course.table import COURSE_COLUMNS
from cqi.registry import measure as measure_named
from cqi.vocabulary import CqiError, no_such

__all__ = ["COURSE_COLUMNS", "Followed", "can_follow", "follow", "on_course"]
ON_COURSE = (
    "county", "entered", "at_risk", "observed", "expected", "ratio", "lower", "upper", "projected_025", "projected_10", "projected_50",
    "projected_90", "projected_975", "probability_of_target", "pace_needed", "minimum_detectable_change", "signal", "signal_by",
    "first_signal", "status",
)


def on_course(
    episodes: pd.DataFrame, *, measure: str, cohort: str, as_of: str | date, baseline: Sequence[str] | None = None,
    targets: Mapping[str, float] | None = None, regions: Mapping[str, str] | None = None,
) -> pd.DataFrame:
    """One row per county, in order of name: is its cohort on course, how sure, and what pace would reach the goal.

    `episodes` needs `child_id, county, entry_date, exit_date` (missing while in care) and `exit_reason` (words of
    `cqi.vocabulary.EXIT_REASONS`); rules that need other columns are skipped and named in `.attrs["rules_skipped"]`. `measure`:
    the name of one about exits or returns. `cohort`, and `baseline` (all periods before this one that the file holds whole), as
    words such as 2025H1. `targets`: the goal by county, a proportion. `regions`: counties that belong together; their pools
    are in `.attrs["regions"]`, a list of rows with the same names, `county` holding the region's.

    Columns: `entered`, children who count so far; `at_risk`, still in care with their window open; `observed` and `expected`,
    events by now, and at the county's usual pace; `ratio`, `lower`, `upper`, observed to expected, shrunken, with 95% limits;
    `projected_...`, quantiles of the final proportion; `probability_of_target`, of reaching the goal (for a measure of which less
    is better, of staying at or below it), and `pace_needed`, the multiple of the usual pace from today that would (0: reached;
    infinite: out of reach), both missing without a target; `minimum_detectable_change`, the lasting change of pace that the
    monitors notice with a chance of 80% (infinite: none); `signal`, empty, `worse` or `better`: what stands for monitors that
    looked at each month's end since the cohort began; `signal_by`, `cohort` or `calendar`; `first_signal`, its day; `status`, `shown`,
    or `not yet mature` where the history is too short to say what is usual. `.attrs` also holds `phi`, `tau2`, `past_cohorts` and
    `pairs`, from which the first two were estimated.

    A stable county has a chance of 5% of ever being given `worse` over the whole course, and of 1% `better`. Raises CqiError
    for a missing column, an unknown measure, period or county, a row that cannot be right, or a goal not between 0 and 1.
    """
    definition, day = measure_named(measure), given_day(as_of)
    on = basis_of(episodes, definition)
    pooling = None if regions is None else _declared(regions, on.counties)
    period = cohort_named(cohort)
    found = follow(definition, on, period, as_of=day, first_entry=first_whole_entry(with_dates(episodes)),
                   past=None if baseline is None else _before(baseline, period),
                   targets=_goals({} if targets is None else targets, on.counties), regions=pooling)
    table, first = found.course[list(ON_COURSE)], found.course.iloc[0]
    table.attrs = {"phi": float(first["phi"]), "tau2": float(first["tau2"]), "past_cohorts": int(first["past_cohorts"]),
                   "pairs": found.pairs, "rules_skipped": rules_skipped(episodes, definition)}
    if regions is not None:
        table.attrs["regions"] = found.regions[list(ON_COURSE)].to_dict("records")
    return table


def _before(words: Sequence[str], period: Cohort) -> list[Cohort]:
    """The periods of the baseline, oldest first. Raises CqiError for one that overlaps another or the cohort, or comes after it."""
    named = {cohort_named(word) for word in ([words] if isinstance(words, str) else words)}
    found = sorted(named, key=lambda each: (each.start, each.months))
    for each, after in zip(found, [*found[1:], period]):
        if each.end >= after.start:
            raise CqiError(f"The baseline's {each.label} is not over before {after.label} begins; give periods that come before "
                           f"{period.label}, each once.")
    return found


def _goals(targets: Mapping[str, float], counties: tuple[str, ...]) -> dict[str, float]:
    targets = {str(county): goal for county, goal in targets.items()}
    for county, goal in targets.items():
        _check_county(county, counties)
        if not (isinstance(goal, Real) and 0 <= goal <= 1):
            raise CqiError(f"The target of {county} is {goal}; write a proportion between 0 and 1, such as 0.42.")
    return targets


def _declared(regions: Mapping[str, str], counties: tuple[str, ...]) -> pd.DataFrame:
    names = [str(county) for county in regions]
    for county in names:
        _check_county(county, counties)
    return pd.DataFrame({"county": names, "region": list(regions.values())}, dtype="str")


def _check_county(county: str, counties: tuple[str, ...]) -> None:
    if county not in counties:
        raise no_such("county", county, counties, where="the episodes", there="Counties there")
