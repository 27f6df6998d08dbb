"""Referrals to services as a funnel of cohorts: referred, engaged, completed, by who made the first contact (a role)."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from cqi.cohorts import Cohort, cohort
from cqi.cohorts.grammar import months_after
from cqi.measures.rows import measure_rows
from cqi.services.definitions import COMPLETED, ENGAGED, REFERRED, ServiceMeasure, service_measure
from cqi.services.months import incidence_rows, months_until, months_watched
from cqi.vocabulary import MEASURE_COLUMNS, WHOLE

DATES = {ENGAGED: "engaged_date", COMPLETED: "completed_date"}
"""Step after the referral -> the day on which it happened."""
SHOWN = 6
"""Half-years that have ended their 12 months; those since come besides."""
FIRST_CONTACT = "first contact: "
MARKS = {ENGAGED: (1, 2, 3), COMPLETED: (3, 6, 9, 12)}
"""Months at which the young are read beside the old, by step."""


def periods(referrals: pd.DataFrame, *, as_of: date) -> list[Cohort]:
    """Half-years of referral that have begun by the as-of date, oldest first: those whose 12 months are over, at most SHOWN, and all since.

    The file must reach back to the first of a period's months.
    """
    known = referrals.loc[referrals["referral_date"] <= pd.Timestamp(as_of), "referral_date"]
    if known.empty:
        return []
    newest, first = cohort(f"{as_of.year}H{1 if as_of.month <= 6 else 2}"), known.min().date().replace(day=1)
    months, mature = service_measure(COMPLETED).within_months, 0
    found: list[Cohort] = []
    while newest.start >= first and mature < SHOWN:
        found.append(newest)
        mature += is_mature(newest, months, as_of)
        newest = newest.back(1)
    return found[::-1]


def is_mature(period: Cohort, months: int, as_of: date) -> bool:
    """Whether those who came on the period's last day had their `months` by the as-of date; the anniversary itself counts."""
    return bool(months_after([period.end], months)[0] <= np.datetime64(as_of))


def first_of_each(referrals: pd.DataFrame, period: Cohort, *, as_of: date) -> pd.DataFrame:
    """The children referred in the period, known by the as-of date: each once, by its first referral in it.

    Of two on one day the one that engaged sooner counts. Who completed has engaged: without a day, on the day of completing at the latest.
    """
    day = pd.Timestamp(as_of)
    inside = referrals["referral_date"].between(pd.Timestamp(period.start), min(pd.Timestamp(period.end), day))
    rows = referrals.loc[inside]
    rows = rows.assign(**{name: rows[name].where(rows[name] <= day) for name in DATES.values()})
    rows = rows.assign(engaged_date=rows["engaged_date"].fillna(rows["completed_date"]))
    order = ["child_id", "referral_date", "engaged_date", "completed_date", "county", "first_contact_role"]
    return rows.sort_values(order).drop_duplicates("child_id").reset_index(drop=True)


def funnel(referrals: pd.DataFrame, period: Cohort, *, as_of: date, by: str = "first_contact_role") -> pd.DataFrame:
    """Measure rows of one period: children referred, engaged and completed, of the whole file and by the first contact's role, or, with `by`
    county, by county.

    Both steps count up to the day of the anniversary. A step whose window is not over for all is `so far` and has no share: it can only
    grow. Columns of the measure table; `group` is `first contact: <role>`, or ''.
    """
    children = first_of_each(referrals, period, as_of=as_of)
    steps = [_step(service_measure(name), children, period, as_of, by) for name in DATES]
    made = steps[0].assign(measure=REFERRED, at=np.nan, children=np.nan, numerator=steps[0]["denominator"], denominator=np.nan, value=np.nan, lower=np.nan,
                           upper=np.nan, method="count", status="shown" if period.end <= as_of else "so far")
    return pd.concat([made, *steps], ignore_index=True)[list(MEASURE_COLUMNS)]


def _step(measure: ServiceMeasure, children: pd.DataFrame, period: Cohort, as_of: date, by: str) -> pd.DataFrame:
    done = within(children, measure)
    names = sorted(children[by].unique())
    number = children[by].map({name: place for place, name in enumerate(names)}).to_numpy(dtype=np.int64)
    counted, among = (np.append(np.bincount(number[which], minlength=len(names)), which.sum()) for which in (done, np.ones(len(done), dtype=bool)))
    mature = is_mature(period, measure.within_months, as_of)
    rows = measure_rows(measure, tuple(names), period, as_of=as_of, numerator=counted, denominator=among,
                        status="shown" if mature else "so far", at=float(measure.within_months))
    if not mature:
        rows = rows.assign(value=np.nan, lower=np.nan, upper=np.nan)
    if by == "county":
        return rows
    groups = [f"{FIRST_CONTACT}{name}" for name in names]
    return rows.assign(group=[*groups, ""], county=WHOLE).loc[[name != "" for name in names] + [True]]


def within(children: pd.DataFrame, measure: ServiceMeasure) -> np.ndarray:
    """Which of the children had taken the step by the day of the anniversary of the referral."""
    return months_until(children["referral_date"], children[DATES[measure.name]], measure.within_months) <= measure.within_months


def engaging(referrals: pd.DataFrame, shown: list[Cohort], *, as_of: date) -> pd.DataFrame:
    """Measure rows of the share that had engaged, and completed, by months since the referral, for every period at the same ages (MARKS).

    Young periods count as far as they were watched (`so far`); the value is missing where too few were.
    """
    day, parts = pd.Timestamp(as_of), []
    for name, marks in MARKS.items():
        for period in shown:
            children = first_of_each(referrals, period, as_of=as_of)
            happened = months_until(children["referral_date"], children[DATES[name]], max(marks))
            watched = months_watched(children["referral_date"], day, max(marks))
            parts.append(incidence_rows(np.zeros(len(children), dtype=np.int64), [""], happened, watched, marks,
                                        measure=name, county=WHOLE, cohort=period.label, as_of=day, unit=service_measure(name).unit))
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=list(MEASURE_COLUMNS))
