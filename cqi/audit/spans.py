"""Counts over a longer period beside those over shorter ones inside it, and over the shorter ones that cover it."""

from __future__ import annotations

from datetime import date

import pandas as pd

from cqi.audit.cells import HEADLINE, MONTH
from cqi.audit.files import period

EVENTS = (HEADLINE, "recurrence_of_maltreatment", "maltreatment_in_care", "placement_stability")
"""Measures that count what began or happened in a period, so that a longer one holds a shorter."""
ENDS_WITH_PERIOD = ("placement_stability",)
"""Of those the ones that stop counting where the period ends: shorter periods together may hold less than the longer."""
HOME = ["amount", "measure", "county", "at", "as_of"]
SPAN = ["cohort", "first", "last"]


def longer_and_shorter(rows: pd.DataFrame) -> list[pd.DataFrame]:
    """Frames of `key`, `cell`, `sign`: a longer period without the shorter ones inside it, and the shorter ones that cover it without it."""
    own = rows.loc[rows["measure"].isin(EVENTS) & rows["group"].eq("") & rows["part"].eq("") & rows["amount"].ne("days")]
    own = own.loc[own["at"].isin([-1, 12]) & ~own["cohort"].str.contains(" to ")]  # periods put together are each of another day
    spans = _spans(own["cohort"].unique())
    found = []
    for longer in spans.itertuples():
        shorter = spans.loc[(spans["months"] < longer.months) & (spans["last"] >= longer.first) & (spans["first"] <= longer.last)]
        for months, some in shorter.groupby("months"):
            inside = some.loc[(some["first"] >= longer.first) & (some["last"] <= longer.last)]
            found += [_lines(own, longer.cohort, inside["cohort"].tolist(), larger=True)] if len(inside) else []
            if _covers(some, longer):
                events = own.loc[~own["measure"].isin(ENDS_WITH_PERIOD)]
                found += [_lines(events, longer.cohort, some["cohort"].tolist(), larger=False)]
    return found


def _spans(labels) -> pd.DataFrame:
    table = pd.DataFrame({"cohort": sorted(labels)})
    days = [period(label) for label in table["cohort"]]
    table = table.assign(first=[first for first, _ in days], last=[last for _, last in days])
    return table.assign(months=[round((last - first).days / 30.4) for first, last in days])


def _covers(some: pd.DataFrame, longer) -> bool:
    """Whether periods follow one another without a gap or an overlap from before the longer one's first day to its last."""
    some = some.sort_values("first")
    following = [(after - before).days == 1 for before, after in zip(some["last"], some["first"].iloc[1:])]
    return some["first"].iloc[0] <= longer.first and some["last"].iloc[-1] >= longer.last and all(following)


def _lines(rows: pd.DataFrame, longer: str, shorter: list[str], *, larger: bool) -> pd.DataFrame:
    """A line for every place that has the longer period and all shorter ones."""
    own = rows.loc[rows["cohort"].isin([longer, *shorter])]
    own = own.assign(sign=own["cohort"].eq(longer).map({larger: 1, not larger: -1}))
    whole = own.groupby(HOME)["cohort"].transform("nunique") == 1 + len(shorter)
    own = own.loc[whole]
    return own.assign(key=own.groupby(HOME).ngroup())[["key", "cell", "sign"]]


def months_of(rows: pd.DataFrame) -> list[pd.DataFrame]:
    """Frames of `key`, `cell`, `sign`: the months of a cohort without the cohort, children who entered and those who left within three."""
    entered = rows.loc[rows["amount"].eq("denominator") & rows["group"].isin(["", MONTH]) & rows["part"].eq("") & rows["measure"].eq(HEADLINE)]
    soon = rows.loc[rows["amount"].eq("numerator") & rows["measure"].eq(HEADLINE)]
    soon = soon.loc[soon["group"].eq(MONTH) & soon["part"].eq("three months") | soon["group"].eq("") & soon["part"].eq("") & soon["at"].eq(3)]
    return [_months(entered), _months(soon)]


def _months(rows: pd.DataFrame) -> pd.DataFrame:
    months = rows.loc[rows["group"] == MONTH].assign(sign=1)
    cohorts = rows.loc[(rows["group"] == "") & rows["as_of"].isin(months["as_of"])]
    spans = pd.DataFrame([(label, month) for label in cohorts["cohort"].unique() for month in _month_labels(*period(label))],
                         columns=["longer", "cohort"])
    by = ["county", "as_of", "longer"]
    parts = months.merge(spans, on="cohort")
    both = pd.concat([parts, cohorts.assign(longer=cohorts["cohort"], sign=-1)])
    wanted = both["longer"].map(spans["longer"].value_counts()) + 1
    both = both.loc[both.groupby(by)["cell"].transform("size") == wanted]
    return both.assign(key=both.groupby(by).ngroup())[["key", "cell", "sign"]]


def _month_labels(first: date, last: date) -> list[str]:
    return [f"{number // 12}-{number % 12 + 1:02d}" for number in range(first.year * 12 + first.month - 1, last.year * 12 + last.month)]
