"""Who is at risk, on which days, and when the event came: each rule the day before, on the day and after, and a law for all kinds."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from counted import USUAL, table
from test_measure_families import COUNTIES, DAYS_KNOWN, PERIODS, drawn  # noqa: F401 - a fixture

from cqi.cohorts import cohort
from cqi.course.episodes import basis_of
from cqi.course.exposure import KINDS, can_follow, exposure, official_date, window_days
from cqi.measures import count
from cqi.registry import measure, measure_names

LATE = "2027-06-30"
FOLLOWED = [name for name in measure_names() if can_follow(measure(name))]


def one(name: str, period: str, as_of: str, episodes: str):
    """The exposure of the drawn children."""
    rows = table(episodes)
    numbers = pd.Series(range(1, len(rows) + 1)).astype("str")
    rows = rows.assign(**{each: value for each, value in {"child_id": numbers, **USUAL}.items() if each not in rows})
    return exposure(measure(name), basis_of(rows, measure(name)), cohort(period), as_of=date.fromisoformat(as_of))


def told(found) -> tuple:
    """Of a single child: the day of the event (none: -1), the last day observed, left another way, still waiting."""
    assert len(found.start) == 1
    return (int(found.offset[0]) if len(found.offset) else -1, int(found.last[0]), bool(found.ended[0]), bool(found.waiting[0]))


# What the exposure says and what the measure counts are the same children and events

@pytest.mark.parametrize("name", FOLLOWED)
def test_events_and_children_are_those_that_the_measure_counts(drawn, name):  # noqa: F811
    """At every day and in every county of files full of edges, whether the windows are over or not."""
    on, definition, events = drawn[1], measure(name), 0
    for word in PERIODS[2:]:
        for known in map(date.fromisoformat, DAYS_KNOWN):
            found = exposure(definition, on, cohort(word), as_of=known)
            happened = np.bincount(found.county[found.row], minlength=len(COUNTIES))
            children = np.bincount(found.county, minlength=len(COUNTIES))
            days = np.bincount(found.county, weights=found.last, minlength=len(COUNTIES))
            rows = count(definition, on, cohort(word), as_of=known).iloc[:-1]
            kind = KINDS[definition.kind]
            assert (happened if kind.good else children - happened).tolist() == rows["numerator"].tolist()
            assert (children if kind.denominator == "children" else days).tolist() == rows["denominator"].tolist()
            days_and_events_fit(found, kind, definition, cohort(word), known)
            events += happened.sum()
    assert events >= 5  # the drawn file has something to count


def days_and_events_fit(found, kind, definition, period, known) -> None:
    assert (found.last >= 0).all() and (found.last <= found.length).all()
    assert (found.offset >= 0).all() and (found.offset <= found.last[found.row]).all()
    assert not (found.waiting & found.ended).any()
    if kind.once:
        assert len(np.unique(found.row)) == len(found.row) and not (found.waiting | found.ended)[found.row].any()
        assert found.length.max(initial=0) <= window_days(definition, period) == 365
        assert official_date(definition, period) > known or not found.waiting.any()



def test_the_kinds_that_are_followed_and_those_that_are_not():
    assert {measure(name).kind for name in FOLLOWED} == set(KINDS)
    assert not {"entries_per_1000_children", "worker_visits_each_month", "first_placement_with_kin"} & set(FOLLOWED)
    assert "reentry_in_12_months_round_3" not in FOLLOWED  # its children are not known before two windows are over


@pytest.mark.parametrize(("name", "period", "day"), [
    ("permanency_in_12_months", "2024H1", "2025-06-30"), ("permanency_in_12_months", "2023H1", "2024-06-30"),
    ("return_in_12_months", "2024H2", "2025-12-31"), ("recurrence_of_maltreatment", "2023-02", "2024-02-28"),
    ("placement_stability", "2024H1", "2024-06-30"), ("maltreatment_in_care", "2024H1", "2024-06-30"),
    ("permanency_in_12_months_12_to_23", "2024H1", "2024-12-31"),  # in care on 1 January: the last day of that year
])
def test_the_day_from_which_the_official_figure_can_be_known(name, period, day):
    assert official_date(measure(name), cohort(period)) == date.fromisoformat(day)


# Exits of an entry cohort

def entry(leaving: str, reason: str = "adoption", *, entry: str = "2024-01-10", as_of: str = LATE):
    reason = "." if leaving == "." else reason
    return one("permanency_in_12_months", "2024H1", as_of, f"entry_date exit_date exit_reason\n{entry} {leaving} {reason}")


@pytest.mark.parametrize(("leaving", "children"), [("2024-01-17", 0), ("2024-01-18", 1), ("2024-01-19", 1)])
def test_a_stay_counts_from_its_8th_day(leaving, children):
    assert len(entry(leaving).start) == children


@pytest.mark.parametrize(("as_of", "children"), [("2024-01-17", 0), ("2024-01-18", 1), ("2024-01-19", 1)])
def test_a_child_counts_once_8_days_were_seen(as_of, children):
    assert len(entry(".", as_of=as_of).start) == children


@pytest.mark.parametrize(("day", "children"), [("2023-12-31", 0), ("2024-01-01", 1), ("2024-06-30", 1), ("2024-07-01", 0)])
def test_the_period_holds_its_first_and_last_day(day, children):
    assert len(entry(".", entry=day).start) == children


@pytest.mark.parametrize(("leaving", "expected"), [
    ("2025-01-09", (365, 365, False, False)),  # 366 days make this year, as 29 February is in it
    ("2025-01-10", (365, 365, False, False)),  # the anniversary: day 366 counts as day 365
    ("2025-01-11", (-1, 365, False, False)),
])
def test_an_exit_on_the_anniversary_counts(leaving, expected):
    assert told(entry(leaving)) == expected


@pytest.mark.parametrize(("leaving", "expected"), [("2025-03-09", (364, 364, False, False)), ("2025-03-10", (365, 365, False, False)),
                                                   ("2025-03-11", (-1, 365, False, False))])
def test_an_exit_on_the_anniversary_of_a_common_year_counts(leaving, expected):
    assert told(entry(leaving, entry="2024-03-10")) == expected


@pytest.mark.parametrize(("as_of", "expected"), [
    ("2024-04-08", (-1, 89, False, True)), ("2024-04-09", (90, 90, False, False)), ("2024-04-10", (90, 90, False, False)),
])
def test_an_exit_is_known_from_its_own_day(as_of, expected):
    assert told(entry("2024-04-09", as_of=as_of)) == expected


@pytest.mark.parametrize(("as_of", "expected"), [
    ("2024-04-08", (-1, 89, False, True)), ("2024-04-09", (-1, 90, True, False)), ("2024-04-10", (-1, 90, True, False)),
])
def test_leaving_another_way_ends_the_wait(as_of, expected):
    assert told(entry("2024-04-09", "transfer", as_of=as_of)) == expected


@pytest.mark.parametrize(("as_of", "expected"), [
    ("2025-01-09", (-1, 365, False, True)), ("2025-01-10", (-1, 365, False, False)), ("2025-01-11", (-1, 365, False, False))])
def test_the_wait_ends_with_the_anniversary(as_of, expected):
    assert told(entry(".", as_of=as_of)) == expected


def test_a_child_counts_once_with_the_first_stay_that_counts():
    found = one("permanency_in_12_months", "2024H1", LATE, """
        child_id  entry_date  exit_date   exit_reason
        one       2024-01-10  2024-01-12  reunification
        one       2024-02-01  2024-03-02  reunification
        one       2024-05-01  .           .
    """)
    assert told(found) == (30, 30, False, False)  # 1 February to 2 March 2024: 29 + 1 days


# Exits of children in care on the period's first day

@pytest.mark.parametrize(("leaving", "expected"), [
    ("2024-01-01", (0, 0, False, False)), ("2024-01-02", (1, 1, False, False)),
    ("2024-12-30", (364, 364, False, False)), ("2024-12-31", (365, 365, False, False)), ("2025-01-01", (-1, 365, False, False)),
])
def test_children_in_care_are_followed_for_the_year_that_begins_with_the_period(leaving, expected):
    found = one("permanency_in_12_months_12_to_23", "2024H1", LATE,
                f"entry_date exit_date exit_reason\n2022-10-01 {leaving} adoption")
    assert told(found) == expected


@pytest.mark.parametrize(("day", "children"), [("2022-01-01", 0), ("2022-01-02", 1), ("2023-01-01", 1), ("2023-01-02", 0)])
def test_children_in_care_for_12_to_23_months(day, children):
    assert len(one("permanency_in_12_months_12_to_23", "2024H1", LATE, f"entry_date\n{day}").start) == children


# Returns of an exit cohort

def back(again: str, *, leaving: str = "2024-03-10", as_of: str = LATE):
    return one("return_in_12_months", "2024H1", as_of, f"""
        child_id  entry_date  exit_date  exit_reason
        one       2023-05-01  {leaving}  reunification
        one       {again}     .          .
    """)


@pytest.mark.parametrize(("again", "expected"), [
    ("2024-03-10", (0, 0, False, False)), ("2024-03-11", (1, 1, False, False)),
    ("2025-03-09", (364, 364, False, False)), ("2025-03-10", (365, 365, False, False)), ("2025-03-11", (-1, 365, False, False)),
])
def test_a_return_counts_to_the_anniversary_of_leaving(again, expected):
    assert told(back(again)) == expected


@pytest.mark.parametrize(("as_of", "expected"), [
    ("2024-08-31", (-1, 174, False, True)), ("2024-09-01", (175, 175, False, False)), ("2024-09-02", (175, 175, False, False)),
])
def test_a_return_is_known_from_its_own_day(as_of, expected):
    assert told(back("2024-09-01", as_of=as_of)) == expected  # 10 March + 175 days


@pytest.mark.parametrize(("leaving", "children"), [("2023-12-31", 0), ("2024-01-01", 1), ("2024-06-30", 1), ("2024-07-01", 0)])
def test_who_left_in_the_period(leaving, children):
    assert len(back("2026-01-01", leaving=leaving).start) == children
