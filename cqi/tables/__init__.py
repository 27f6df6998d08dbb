"""Every table that a review shows, counted once for all counties of a file, then protected for its reader.

The same tables serve a notebook run by hand and a whole run: a run sets CQI_CACHE to a private folder, where tables
counted once are found again by the processes that render pages. The folder holds counts only, never rows.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, fields, replace
from datetime import date
from functools import lru_cache, partial

import numpy as np
import pandas as pd

from cqi.cohorts import AsOf, Cohort, cohort, earlier_cohorts, shifted_day
from cqi.measures.by_month import by_month
from cqi.disclosure import policy, protected_together
from cqi.disclosure.course import course_beside_measures, course_without_few_left, without_numbers
from cqi.disclosure.months import beside_cohorts, protected_months
from cqi.disclosure.paths import protected_looks, protected_projection, protected_regions
from cqi.measures import Basis, count, cumulative_incidence, maturity, still_in_care
from cqi.quality import bounds, findings, limit_reasons, monthly, with_limits
from cqi.registry import measure, reviewed_names
from cqi.sources import Extract
from cqi.tables.courses import courses, pairs
from cqi.tables.reading import as_of_and_counties, begins, file_facts, kept, key, read
from cqi.vocabulary import HIDDEN_MARK, WHOLE, CqiError

HEADLINE = "permanency_in_12_months"
EARLIER = 6
"""Cohorts before this one that a review shows."""


@dataclass(frozen=True)
class Tables:
    """What is known of one cohort in every county, as one profile may see it. Measure tables, then the course of every measure
    that can be followed (`course`, and the same for `regions`; of the headline also `looks` and `projection`), then what the
    file can say: `checks` and `defects` as in `Extract`, `reasons` why a figure is not given, `bounds` between which it
    would lie whatever the records left out hold, `months` with their entries and exits."""

    measures: pd.DataFrame
    same_age: pd.DataFrame
    maturity: pd.DataFrame
    curves: pd.DataFrame
    waiting: pd.DataFrame
    course: pd.DataFrame
    regions: pd.DataFrame
    looks: pd.DataFrame
    projection: pd.DataFrame
    months_charted: pd.DataFrame
    findings: pd.DataFrame
    account: pd.DataFrame
    checks: pd.DataFrame
    reasons: pd.DataFrame
    bounds: pd.DataFrame
    months: pd.DataFrame
    defects: pd.DataFrame
    facts: dict


def tables(data: str, source: str, cohort_word: str, as_of: str, profile: str) -> Tables:
    """All tables of one cohort as a profile may see them; counted, or found where a run or an earlier call has put them.

    `as_of` may be empty: then the last month's end that looks complete. Raises CqiError for a cohort that has not begun
    by then or ended before the file begins.
    """
    return _tables(data, source, cohort_word, as_of, profile, key(data, source, cohort_word, as_of))


@lru_cache(maxsize=16)
def _tables(data: str, source: str, cohort_word: str, as_of: str, profile: str, name: str) -> Tables:
    every = kept(lambda: _counted(data, source, cohort_word, as_of), Tables, name)
    return _protected(every, profile)


def _counted(data: str, source: str, cohort_word: str, as_of: str) -> Tables:
    extract, on = read(data, source)
    day, counties, first_entry = as_of_and_counties(data, source, as_of)
    period = cohort(cohort_word)
    _check_begun(period, day.day, first_entry)
    headline, earlier = measure(HEADLINE), earlier_cohorts(period, first_entry, most=EARLIER)
    shown = [*earlier, *_begun_since(period, day.day)]
    told = {name: begins(measure(name), extract, first_entry) for name in reviewed_names()}
    found, limit = findings(extract, as_of=day.day), partial(with_limits, checks=extract.checks)
    counted = _stacked(count(measure(name), on, each, as_of=day.day) for name in told for each in shown if each.start >= told[name])
    measures, own = limit(counted), counted.loc[counted["cohort"] == period.label]
    return Tables(
        measures=measures,
        same_age=limit(_stacked(_at_the_same_age(on, period, [*earlier, period], day.day, told))),
        maturity=limit(_stacked(maturity(headline, on, each, as_of=day.day) for each in shown)),
        curves=_stacked(cumulative_incidence(headline, on, each, as_of=day.day) for each in [*earlier, period]),
        waiting=still_in_care(headline, on, period, as_of=day.day),
        **courses(extract, on, period, day.day, first_entry, found=found, measures=measures, headline=HEADLINE),
        months_charted=by_month(headline, on, as_of=day.day),
        findings=found, account=extract.account, checks=extract.checks, reasons=limit_reasons(own, extract.checks),
        bounds=bounds(own, extract.flagged), months=monthly(extract.episodes, as_of=day.day), defects=extract.findings,
        facts=_facts(extract, period, day, counties, first_entry),
    )


def _check_begun(period: Cohort, as_of: date, first_entry: date) -> None:
    if period.start > as_of:
        raise CqiError(f"Cohort {period.label} begins {period.start}, after the as-of date {as_of}; give an earlier cohort.")
    if period.end < first_entry:
        raise CqiError(f"Cohort {period.label} ends {period.end}; the file holds whole cohorts from {first_entry} on.")


def _begun_since(period: Cohort, as_of: date) -> list[Cohort]:
    """This period and those after it that have begun by the as-of date, at most four."""
    return [later for later in (period.back(-number) for number in range(4)) if later.start <= as_of]


def _at_the_same_age(on: Basis, period: Cohort, periods: list[Cohort], as_of: date, told: dict[str, date]):
    """Every measure for each period as the file knew it when that period was as old as this one is now."""
    for each in periods:
        months = (each.start.year - period.start.year) * 12 + each.start.month - period.start.month
        for name in (name for name in told if each.start >= told[name]):
            yield count(measure(name), on, each, as_of=shifted_day(as_of, months))


def _stacked(parts) -> pd.DataFrame:
    return pd.concat(list(parts), ignore_index=True)


def _facts(extract: Extract, period: Cohort, as_of: AsOf, counties: tuple[str, ...], first_entry: date) -> dict:
    return file_facts(extract, as_of, counties) | {
        "cohort": period.label, "first_entry": first_entry.isoformat(),
        "last_date": max(extract.episodes[name].max() for name in ("entry_date", "exit_date")).date().isoformat(),
        "reasons": extract.quarantine["reason"].value_counts().sort_index().to_dict(),
    }


def _protected(every: Tables, profile: str) -> Tables:
    own = {field.name: getattr(every, field.name) for field in fields(Tables)[:6]}
    together = replace(every, **protected_together(own, profile, headline=HEADLINE))
    protected = _without_over(_with_paths(together, every, profile))
    return protected if policy(profile)["threshold"] == 0 else _without_details(protected, policy(profile)["threshold"])


def _with_paths(shown: Tables, every: Tables, profile: str) -> Tables:
    """With the courses of other measures, the pools, the monitors' looks, the projection and the months as the profile may see them."""
    course = course_beside_measures(shown.course, shown.measures, profile, headline=HEADLINE)
    course = course_without_few_left(course, every.course, profile)
    own, before = (table.loc[table["measure"] == HEADLINE] for table in (course, every.course))
    told, by_age = (_of_this_cohort(table, before) for table in (shown.measures, shown.maturity))
    looks = protected_looks(every.looks, own, profile)
    months = every.months_charted
    return replace(
        shown, course=course, looks=looks, projection=protected_projection(every.projection, own, looks, profile),
        regions=protected_regions(every.regions, before, told, by_age, profile),
        months_charted=protected_months(months, profile, besides=beside_cohorts(months, shown.maturity, profile)),
    )


def _of_this_cohort(table: pd.DataFrame, course: pd.DataFrame) -> pd.DataFrame:
    """The headline's rows of the course's cohort in a measure table, all children together."""
    return table.loc[(table["measure"] == HEADLINE) & table["cohort"].isin(course["cohort"]) & table["group"].eq("") & table["part"].eq("")]


def _without_over(every: Tables) -> Tables:
    """No course and no curve for a county whose figure may not be given: they are the same figure by day."""
    course = without_numbers(every.course, pairs(every.course).isin(pairs(every.reasons)))
    over = every.reasons.loc[every.reasons["measure"] == HEADLINE, "county"]
    paths = {name: getattr(every, name).loc[lambda rows: ~rows["county"].isin(over)].reset_index(drop=True)
             for name in ("curves", "looks", "projection", "months_charted")}
    return replace(every, course=course, **paths)


def _without_details(every: Tables, threshold: int) -> Tables:
    """The tables of quality without what tells small numbers of records: the whole file's checks in words, its bounds where many
    records are left out and many are counted, its months where none is small."""
    whole = {name: table.loc[table["county"] == WHOLE] for name, table in
             (("checks", every.checks), ("bounds", every.bounds), ("months", every.months))}
    checks = whole["checks"].astype(dict.fromkeys(["flagged", "among", "share"], "float64")).assign(flagged=np.nan, among=np.nan, share=np.nan)
    small = whole["months"][["entries", "exits"]].apply(lambda count: count.between(1, threshold - 1)).any(axis=None)
    bounded = whole["bounds"].loc[whole["bounds"]["left_out"] >= threshold]
    others = bounded["denominator"] - bounded["numerator"]
    few = bounded["numerator"].between(1, threshold - 1) | others.between(1, threshold - 1)
    bounded = bounded.loc[~few].round({"lowest": 2, "highest": 2})
    reasons = every.reasons.assign(flagged=np.nan, among=np.nan, share=np.nan)
    return replace(every, checks=checks, bounds=bounded.assign(left_out=np.nan), reasons=reasons, facts=public_facts(every.facts),
                   months=whole["months"].iloc[:0] if small else whole["months"], defects=every.defects.iloc[:0])


def public_facts(facts: dict) -> dict:
    """The facts for whom small numbers are hidden: why the day was chosen without its counts, no count of 1 to 10 in the notes."""
    return facts | {"as_of_reason": facts["as_of_reason"].partition(":")[0], "notes": [_FEW.sub(HIDDEN_MARK, note) for note in facts["notes"]]}


_FEW = re.compile(r"(?<![\w.,:/-])(?:[1-9]|10)(?![\w%:/-]|[.,]\d| (?:days?|months?|years?|[A-Z]))")
"""A whole number from 1 to 10 that is no part of a date, a name, or a length of time."""
