"""Recurrence of maltreatment: the rules of the data dictionary, pages 3 and 4. The period is October 2023 to September 2024."""

from datetime import date

import pytest
from counted import counts, extract

from cqi.cohorts import cohort, day_number
from cqi.measures import basis, counted
from cqi.registry import measure

NAME = "recurrence_of_maltreatment"
LATE = "2026-12-31"
USUAL = (".", "substantiated", ".", "2015-06-15", ".", "no")


def found_with(folder, *reports):
    """Reports on one child, each `report_date incident_date disposition disposition_date birth_date age unborn`, the rest usual."""
    rows = [" ".join([*report.split(), *USUAL[len(report.split()) - 1:]]) for report in reports]
    head = "child_id county report_date incident_date disposition disposition_date birth_date age unborn"
    return extract(folder, "entry_date\n2024-01-01", reports="\n".join([head, *(f"one Alder {row}" for row in rows)]))


def recurred(folder, *reports, as_of=LATE):
    """Children who were victims again, and victims."""
    return counts(NAME, found_with(folder, *reports), "FFY2024", as_of)[:2]


@pytest.mark.parametrize(("report", "number"), [
    ("2023-09-30", 0), ("2023-10-01", 1), ("2023-10-02", 1), ("2024-09-29", 1), ("2024-09-30", 1), ("2024-10-01", 0),
])
def test_the_report_date_is_in_the_period_whatever_the_disposition_date(tmp_path, report, number):
    assert recurred(tmp_path, f"{report} . substantiated 2025-02-01") == (0, number)


@pytest.mark.parametrize(("disposition", "number"), [
    ("substantiated", 1), ("indicated", 1), ("alternative~response~victim", 0), ("unsubstantiated", 0), ("closed", 0), (".", 0),
])
def test_substantiated_and_indicated_reports_count(tmp_path, disposition, number):
    assert recurred(tmp_path, f"2024-03-01 . {disposition}") == (0, number)
    assert recurred(tmp_path, "2024-03-01", f"2024-07-01 . {disposition}") == (number, 1)


@pytest.mark.parametrize(("second", "again"), [
    ("2024-03-01", 0), ("2024-03-14", 0), ("2024-03-15", 0), ("2024-03-16", 1),  # 13, 14 and 15 days later
    ("2025-02-28", 1), ("2025-03-01", 1), ("2025-03-02", 0),  # the anniversary and its neighbours
])
def test_another_report_after_14_days_and_within_12_months(tmp_path, second, again):
    assert recurred(tmp_path, "2024-03-01", second) == (again, 1)


@pytest.mark.parametrize(("second", "again"), [("2025-02-28", 1), ("2025-03-01", 0)])
def test_twelve_months_after_29_february(tmp_path, second, again):
    assert recurred(tmp_path, "2024-02-29", second) == (again, 1)


@pytest.mark.parametrize(("first", "second", "again"), [
    ("2024-02-20", "2024-02-19", 1), ("2024-02-20", "2024-02-20", 0), ("2024-02-20", "2024-02-21", 1),
    (".", "2024-02-20", 1), ("2024-02-20", ".", 1), (".", ".", 1),  # compared where both are reported
])
def test_the_same_incident_date_is_the_same_incident(tmp_path, first, second, again):
    assert recurred(tmp_path, f"2024-03-01 {first}", f"2024-07-01 {second}") == (again, 1)


def test_a_third_report_may_be_another_incident(tmp_path):
    assert recurred(tmp_path, "2024-03-01 2024-02-20", "2024-03-10", "2024-07-01 2024-02-20", "2024-09-01 2024-08-20") == (1, 1)


def test_an_incident_date_does_not_say_when_the_child_was_a_victim(tmp_path):
    assert recurred(tmp_path, "2024-03-01 2021-01-01", "2024-07-01 2020-01-01") == (1, 1)


def test_the_first_report_in_the_period_is_the_initial_one(tmp_path):
    assert recurred(tmp_path, "2023-09-25", "2023-10-01", "2024-01-10") == (1, 1)
    assert recurred(tmp_path, "2023-09-25", "2023-10-01") == (0, 1)  # days apart are counted from 1 October


def test_a_child_counts_once(tmp_path):
    assert recurred(tmp_path, "2023-11-01", "2024-03-01", "2024-07-01", "2024-09-01") == (1, 1)


@pytest.mark.parametrize(("unborn", "birth", "number"), [
    ("yes", ".", 0), ("no", ".", 1),
    ("no", "2024-02-29", 1), ("no", "2024-03-01", 1), ("no", "2024-03-02", 0),  # born the day after the report
])
def test_unborn_children_do_not_count(tmp_path, unborn, birth, number):
    assert recurred(tmp_path, f"2024-03-01 . substantiated . {birth} . {unborn}") == (0, number)


def test_a_report_on_the_unborn_is_no_initial_report_and_no_further_one(tmp_path):
    before, born = "2024-01-10 . substantiated . 2024-02-01 . no", "2024-03-01 . substantiated . 2024-02-01 . no"
    assert recurred(tmp_path, before, born) == (0, 1)


@pytest.mark.parametrize(("birth", "number"), [("2006-02-28", 0), ("2006-03-01", 0), ("2006-03-02", 1)])
def test_adults_do_not_count(tmp_path, birth, number):
    assert recurred(tmp_path, f"2024-03-01 . substantiated . {birth}") == (0, number)


@pytest.mark.parametrize(("as_of", "expected"), [
    ("2024-07-31", (0, 1, "so far")), ("2024-08-01", (1, 1, "so far")), ("2025-09-29", (1, 1, "so far")), ("2025-09-30", (1, 1, "shown")),
])
def test_a_further_report_is_known_once_decided(tmp_path, as_of, expected):
    found = found_with(tmp_path, "2024-03-01 . substantiated 2024-03-20", "2024-07-01 . indicated 2024-08-01")
    assert counts(NAME, found, "FFY2024", as_of) == expected


def test_age_is_that_at_the_first_report(tmp_path):
    found = found_with(tmp_path, "2024-03-01", "2024-07-01")
    rows = counted(measure(NAME), basis(found), cohort("FFY2024"), as_of=date(2026, 12, 31)).frame
    assert rows[["day", "birth"]].values.tolist() == [[day_number(date(2024, 3, 1)), day_number(date(2015, 6, 15))]]
