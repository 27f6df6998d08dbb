"""Staff as cohorts of hire: who is still here; and how many leave in a year for those employed. By role, never by person."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from cqi.cohorts import Cohort, cohort
from cqi.estimates import rate_interval
from cqi.measures.rows import LEVEL, measure_rows
from cqi.services.definitions import STILL_HERE, TURNOVER, service_measure
from cqi.services.months import incidence_rows, months_until, months_watched
from cqi.services.referrals import is_mature
from cqi.vocabulary import MEASURE_COLUMNS, WHOLE

SHOWN = 6
"""Years that are shown, at most."""
ROLE = "role: "
MARKS = (3, 6, 9, 12, 18, 24)
"""Months after the hire at which the curve of those still here is read."""
NEVER = pd.Timestamp("2200-01-01")


def employments(staff: pd.DataFrame, *, as_of: date) -> pd.DataFrame:
    """One row for each time that a person was employed, as known on the day: `county`, `role` (as hired), `hire_date`, `end_date` (missing
    while employed), `last_county` and `last_role` (as left).

    Rows of one person that overlap, or of which the next begins on the day the last one ended or on the day after, are one time: a move
    within the agency is no leaving. Whoever comes back later was hired again.
    """
    day = pd.Timestamp(as_of)
    rows = staff.loc[staff["hire_date"] <= day].sort_values(["staff_id", "hire_date", "end_date", "county", "role"])
    until = rows["end_date"].where(rows["end_date"] <= day).fillna(NEVER)
    so_far = until.groupby(rows["staff_id"]).cummax().groupby(rows["staff_id"]).shift()
    anew = so_far.isna() | (rows["hire_date"] > so_far + pd.Timedelta(days=1))
    spell = anew.cumsum()
    last = rows.assign(until=until, spell=spell).sort_values(["spell", "until", "hire_date"], kind="stable").groupby("spell")
    first = rows.assign(spell=spell).groupby("spell")
    found = first[["county", "role", "hire_date"]].first().assign(end_date=last["until"].last(), last_county=last["county"].last(), last_role=last["role"].last())
    return found.assign(end_date=found["end_date"].mask(found["end_date"] == NEVER)).reset_index(drop=True)


def told_since(staff: pd.DataFrame) -> date:
    """The first day of the month from which the file tells who left; before it only those are in the file who stayed. `date.max` where
    nobody ever left."""
    first = staff["end_date"].min()
    return date.max if pd.isna(first) else first.date().replace(day=1)


def years(staff: pd.DataFrame, *, as_of: date, whole: bool) -> list[Cohort]:
    """Calendar years that the file can tell of, oldest first, at most SHOWN; only those that are over by the as-of date, if `whole`."""
    since, newest = told_since(staff), cohort(str(as_of.year))
    found = [newest.back(number) for number in range(SHOWN + 1)]
    found = [year for year in found if year.start >= since and (year.end <= as_of or not whole)]
    return found[:SHOWN][::-1]


def retention(times: pd.DataFrame, year: Cohort, *, as_of: date, by: str = "role") -> pd.DataFrame:
    """Measure rows of those hired in the year who were still here 12 months later: all, and by the role they were hired for.

    `times` as from `employments`. Who left on the day of the anniversary had left. Where those hired last have not had their 12 months,
    the counts are `so far` and there is no share.
    """
    measure = service_measure(STILL_HERE)
    hired = times.loc[times["hire_date"].between(pd.Timestamp(year.start), min(pd.Timestamp(year.end), pd.Timestamp(as_of)))]
    stayed = _stayed(hired, measure.within_months)
    names = sorted(set(hired[by]) - {""})
    groups = [(hired[by] == name).to_numpy() for name in names] + [np.ones(len(hired), dtype=bool)]
    mature = is_mature(year, measure.within_months, as_of)
    rows = measure_rows(measure, tuple(names), year, as_of=as_of, numerator=np.array([(stayed & each).sum() for each in groups]),
                        denominator=np.array([each.sum() for each in groups]), at=float(measure.within_months), status="shown" if mature else "so far")
    if not mature:
        rows = rows.assign(value=np.nan, lower=np.nan, upper=np.nan)
    return rows.assign(group=[*(f"{ROLE}{name}" for name in names), ""], county=WHOLE)


def _stayed(hired: pd.DataFrame, months: int) -> np.ndarray:
    """Who had not left by the day of the anniversary."""
    return months_until(hired["hire_date"], hired["end_date"], months) > months


def staying(times: pd.DataFrame, *, as_of: date, since: date) -> pd.DataFrame:
    """Measure rows of the share still here by months since the hire (MARKS), of all hired since that day, and by role (Kaplan-Meier).

    The value is missing where too few were watched that long. `numerator` counts those still here.
    """
    hired = times.loc[times["hire_date"] >= pd.Timestamp(since)]
    names = sorted(set(hired["role"]) - {""})
    left = months_until(hired["hire_date"], hired["end_date"], max(MARKS))
    watched = months_watched(hired["hire_date"], pd.Timestamp(as_of), max(MARKS))
    label = {"measure": STILL_HERE, "county": WHOLE, "cohort": f"{since.year} to {as_of.year}", "as_of": pd.Timestamp(as_of), "unit": "staff"}
    number = hired["role"].map({name: place for place, name in enumerate(names)}).fillna(-1).to_numpy(dtype=np.int64)
    of_all = incidence_rows(np.zeros(len(hired), dtype=np.int64), [""], left, watched, MARKS, **label)
    inside = number >= 0
    by_role = incidence_rows(number[inside], [f"{ROLE}{name}" for name in names], left[inside], watched[inside], MARKS, **label) if names else of_all.iloc[:0]
    rows = pd.concat([by_role, of_all], ignore_index=True)
    return rows.assign(numerator=rows["denominator"] - rows["numerator"], value=1 - rows["value"], lower=1 - rows["upper"], upper=1 - rows["lower"],
                       method="Kaplan-Meier by monthly anniversary, log-log interval of leaving")


def turnover(times: pd.DataFrame, year: Cohort, *, as_of: date, by: str = "role") -> pd.DataFrame:
    """Measure rows of a year's turnover: those who left in it (`numerator`) for those employed on an average day of it (`denominator`):
    all, and by role, or with `by` county by county.

    A person is employed from the day of hire up to the day before leaving; whoever left counts in the role they left from. The interval is
    exact Poisson. Raises nothing; a group with nobody employed has no value.
    """
    first, after = pd.Timestamp(year.start), pd.Timestamp(year.end) + pd.Timedelta(days=1)
    left = times["end_date"].between(first, pd.Timestamp(year.end)).to_numpy()
    days = (times["end_date"].fillna(after).clip(upper=after) - times["hire_date"].clip(lower=first)).dt.days.clip(lower=0).to_numpy()
    role = times[f"last_{by}"].to_numpy()
    names = sorted(set(role[left | (days > 0)]) - {""})
    groups = [role == name for name in names] + [np.ones(len(times), dtype=bool)]
    leavers = np.array([(left & each).sum() for each in groups])
    employed = np.array([days[each].sum() for each in groups]) / (after - first).days
    lower, upper = rate_interval(leavers, employed, per=1, level=LEVEL)
    value = np.divide(leavers, employed, out=np.full(len(groups), np.nan), where=employed > 0)
    place = {"county": [*names, WHOLE], "group": ""} if by == "county" else {"county": WHOLE, "group": [*(f"{ROLE}{name}" for name in names), ""]}
    return pd.DataFrame({**place, "numerator": leavers, "denominator": employed, "children": leavers, "value": value, "lower": lower, "upper": upper}).assign(
        measure=TURNOVER, cohort=year.label, part="", at=np.nan, as_of=pd.Timestamp(as_of), level=LEVEL, unit=service_measure(TURNOVER).unit,
        method="leavers by average staff, exact Poisson interval", status="shown")[list(MEASURE_COLUMNS)]
