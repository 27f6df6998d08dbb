"""The tables of one cohort as they are counted, before anyone sees them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import partial

import pandas as pd

from cqi.cohorts import AsOf, Cohort, cohort, earlier_cohorts, shifted_day
from cqi.measures import Basis, count, cumulative_incidence, maturity, still_in_care
from cqi.measures.by_month import by_month
from cqi.quality import bounds, findings, limit_reasons, monthly, with_limits
from cqi.registry import measure, reviewed_names
from cqi.sources import Extract
from cqi.tables.by_county import ByCounty
from cqi.tables.courses import courses
from cqi.tables.reading import as_of_and_counties, begins, file_facts, kept, key, read
from cqi.vocabulary import CqiError

HEADLINE = "permanency_in_12_months"
EARLIER = 6
"""Cohorts before this one that a review shows."""


@dataclass(frozen=True)
class Tables(ByCounty):
    """What is known of one cohort in every county, as one profile may see it. Measure tables, then the course of every measure
    that can be followed (`course`, and the same for `regions`; of the headline also `looks`, `projection`, and that at other
    `paces`), then what the
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
    paces: pd.DataFrame
    months_charted: pd.DataFrame
    findings: pd.DataFrame
    account: pd.DataFrame
    checks: pd.DataFrame
    reasons: pd.DataFrame
    bounds: pd.DataFrame
    months: pd.DataFrame
    defects: pd.DataFrame
    facts: dict


def counted(data: str, source: str, cohort_word: str, as_of: str) -> Tables:
    """All tables of one cohort with every count; found where a run or an earlier call has put them, else counted.

    Raises CqiError for a cohort that has not begun by the as-of date or ended before the file begins.
    """
    return kept(lambda: _counted(data, source, cohort_word, as_of), Tables, key(data, source, cohort_word, as_of))


def _counted(data: str, source: str, cohort_word: str, as_of: str) -> Tables:
    extract, on = read(data, source)
    day, counties, first_entry = as_of_and_counties(data, source, as_of)
    period = cohort(cohort_word)
    check_begun(period, day.day, first_entry)
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


def check_begun(period: Cohort, as_of: date, first_entry: date) -> None:
    """Raises CqiError for a cohort that has not begun by the as-of date or ended before the file begins."""
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
