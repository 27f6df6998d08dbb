"""Maltreatment in care: the rules of the data dictionary, pages 1 to 3. The period is April 2024 to March 2025, 365 days."""

from dataclasses import replace
from datetime import date

import pandas as pd
import pytest
from counted import counts, extract

from cqi.cohorts import cohort, day_number
from cqi.measures import basis, counted
from cqi.registry import measure

NAME = "maltreatment_in_care"
LATE = "2026-12-31"


def found_with(folder, *reports, entry="2024-06-03", leaving=".", birth="2015-06-15", known="yes"):
    """One child's stay and reports, each `report_date incident_date disposition disposition_date`, the rest usual."""
    rows = [" ".join([*report.split(), *[".", "substantiated", "."][len(report.split()) - 1:]]) for report in reports]
    reason = "." if leaving == "." else "reunification"
    head = "child_id birth_date entry_date exit_date exit_reason entry_known"
    return extract(folder, f"{head}\none {birth} {entry} {leaving} {reason} {known}",
                   reports="\n".join(["child_id county report_date incident_date disposition disposition_date",
                                      "other Alder 2020-01-01 . unsubstantiated .", *(f"one Alder {row}" for row in rows)]))


def counted_in(folder, *reports, as_of=LATE, **stay):
    """Victimizations and days in care."""
    return counts(NAME, found_with(folder, *reports, **stay), "24B25A", as_of)[:2]


# Days in care in the period: the day of leaving counts, the day of entry does not

@pytest.mark.parametrize(("entry", "leaving", "days"), [
    ("2020-01-10", ".", 365),
    ("2024-03-31", ".", 365), ("2024-04-01", ".", 364), ("2024-04-02", ".", 363),
    ("2025-03-30", ".", 1), ("2025-03-31", ".", 0), ("2025-04-01", ".", 0),
    ("2020-01-10", "2024-03-31", 0), ("2020-01-10", "2024-04-01", 1), ("2020-01-10", "2024-04-02", 2),
    ("2020-01-10", "2025-03-30", 364), ("2020-01-10", "2025-03-31", 365), ("2020-01-10", "2025-04-01", 365),
    ("2024-06-03", "2024-06-13", 10),
])
def test_days_in_the_period(tmp_path, entry, leaving, days):
    assert counted_in(tmp_path, entry=entry, leaving=leaving) == (0, days)


def test_days_over_two_periods_add_to_the_stay(tmp_path):
    found = found_with(tmp_path, entry="2024-03-01", leaving="2024-04-20")
    assert counts(NAME, found, "23B24A", LATE)[1] + counts(NAME, found, "24B25A", LATE)[1] == 50


@pytest.mark.parametrize(("as_of", "days"), [("2024-06-02", 0), ("2024-06-13", 10), ("2024-06-14", 11)])
def test_days_as_of_a_day(tmp_path, as_of, days):
    assert counted_in(tmp_path, as_of=as_of) == (0, days)


@pytest.mark.parametrize(("as_of", "expected"), [("2024-03-31", (0, 0, "not yet mature")), ("2024-04-01", (0, 1, "so far"))])
def test_no_days_before_the_period_has_begun(tmp_path, as_of, expected):
    assert counts(NAME, found_with(tmp_path, entry="2020-01-10"), "24B25A", as_of) == expected


@pytest.mark.parametrize(("birth", "days"), [
    ("2006-06-02", 0), ("2006-06-03", 0), ("2006-06-13", 10),  # 18 before or on entry, and on day 10
])
def test_days_end_on_the_18th_birthday(tmp_path, birth, days):
    assert counted_in(tmp_path, birth=birth) == (0, days)


@pytest.mark.parametrize(("birth", "days"), [("2006-03-31", 0), ("2006-04-01", 0), ("2006-04-02", 2)])
def test_who_is_18_on_the_first_day_does_not_count(tmp_path, birth, days):
    assert counted_in(tmp_path, birth=birth, entry="2020-01-10") == (0, days)


@pytest.mark.parametrize(("leaving", "expected"), [("2024-06-10", (0, 0)), ("2024-06-11", (1, 8)), ("2024-06-12", (1, 9))])
def test_complete_stays_under_8_days_bring_no_days_and_no_reports(tmp_path, leaving, expected):
    assert counted_in(tmp_path, "2024-06-10", leaving=leaving) == expected


def test_a_stay_that_goes_on_counts_from_its_first_day(tmp_path):
    assert counted_in(tmp_path, as_of="2024-06-05") == (0, 2)


def test_a_stay_of_which_the_length_is_not_known_is_left_out(tmp_path):
    assert counted_in(tmp_path, "2024-09-01", known="no") == (0, 0)
    assert counted_in(tmp_path, "2024-09-01") == (1, 301)  # 3 June to 31 March


# Which reports count

@pytest.mark.parametrize(("report", "number"), [
    ("2024-06-02", 0), ("2024-06-03", 0), ("2024-06-09", 0), ("2024-06-10", 1), ("2024-06-11", 1),
])
def test_reports_in_the_first_7_days_do_not_count(tmp_path, report, number):
    assert counted_in(tmp_path, report)[0] == number


@pytest.mark.parametrize(("report", "number"), [
    ("2024-03-31", 0), ("2024-04-01", 1), ("2024-04-02", 1), ("2025-03-30", 1), ("2025-03-31", 1), ("2025-04-01", 0),
])
def test_the_report_date_is_in_the_period(tmp_path, report, number):
    assert counted_in(tmp_path, report, entry="2020-01-10") == (number, 365)


@pytest.mark.parametrize(("report", "number"), [("2024-08-31", 1), ("2024-09-01", 0), ("2024-09-02", 0)])
def test_the_report_date_is_in_the_stay(tmp_path, report, number):
    assert counted_in(tmp_path, report, leaving="2024-09-01")[0] == number


@pytest.mark.parametrize(("incident", "number"), [
    ("2024-06-02", 0), ("2024-06-03", 1), ("2024-06-04", 1), ("2024-09-01", 1), ("2024-09-02", 1), ("2024-09-03", 0), (".", 1),
])
def test_an_incident_outside_the_stay_does_not_count(tmp_path, incident, number):
    assert counted_in(tmp_path, f"2024-09-01 {incident}", leaving="2024-09-02")[0] == number


@pytest.mark.parametrize(("disposition", "number"), [
    ("substantiated", 1), ("indicated", 1), ("alternative~response~victim", 0), ("unsubstantiated", 0), ("closed", 0), (".", 0),
])
def test_substantiated_and_indicated_reports_count(tmp_path, disposition, number):
    assert counted_in(tmp_path, f"2024-09-01 . {disposition}")[0] == number


@pytest.mark.parametrize(("second", "number"), [("2024-09-01", 1), ("2024-09-02", 1), ("2024-09-03", 2)])
def test_a_second_report_within_1_day_is_the_same(tmp_path, second, number):
    assert counted_in(tmp_path, "2024-09-01 2024-08-01", f"{second} 2024-08-20")[0] == number


def test_days_apart_are_counted_from_the_report_that_counts(tmp_path):
    assert counted_in(tmp_path, "2024-09-01", "2024-09-02", "2024-09-03", "2024-09-04", "2024-09-05")[0] == 3  # 1, 3, 5


@pytest.mark.parametrize(("second", "number"), [("2024-04-01", 0), ("2024-04-02", 1)])
def test_the_repeat_of_a_report_from_before_the_period_is_the_same(tmp_path, second, number):
    assert counted_in(tmp_path, "2024-03-31", second, entry="2020-01-10")[0] == number


@pytest.mark.parametrize(("as_of", "number"), [("2025-05-31", 0), ("2025-06-01", 1)])
def test_the_date_of_disposition_may_come_after_the_period(tmp_path, as_of, number):
    assert counted_in(tmp_path, "2024-09-01 . substantiated 2025-06-01", as_of=as_of)[0] == number


@pytest.mark.parametrize(("as_of", "status"), [("2026-03-30", "so far"), ("2026-03-31", "shown")])
def test_the_next_years_reports_are_awaited(tmp_path, as_of, status):
    assert counts(NAME, found_with(tmp_path), "24B25A", as_of)[2] == status


# Which child

def test_reports_find_the_child_by_the_id_in_care(tmp_path):
    found = found_with(tmp_path, "2024-09-01")
    for own, number in (("one", 1), ("stranger", 0), ("", 0)):
        told = found.reports.assign(child_id="N1", care_id=pd.Series(own, index=found.reports.index, dtype="str"))
        assert counts(NAME, replace(found, reports=told), "24B25A", LATE)[:2] == (number, 301)


def test_a_report_counts_once_where_a_child_is_in_two_stays_at_once(tmp_path):
    found = extract(tmp_path, "child_id entry_date exit_date exit_reason\none 2024-06-03 2024-07-01 relative\none 2024-07-01 . .",
                    reports="child_id county report_date incident_date disposition disposition_date\none Alder 2024-09-01 . indicated .")
    found = replace(found, episodes=found.episodes.assign(exit_date=pd.NaT, exit_reason=""))
    assert counts(NAME, found, "24B25A", LATE)[0] == 1


@pytest.mark.parametrize(("entry", "day"), [
    ("2020-01-10", date(2024, 4, 1)), ("2024-04-01", date(2024, 4, 1)), ("2024-06-03", date(2024, 6, 3)),
])
def test_age_is_that_at_entry_or_on_the_first_day(tmp_path, entry, day):
    rows = counted(measure(NAME), basis(found_with(tmp_path, entry=entry)), cohort("24B25A"), as_of=date(2026, 12, 31)).frame
    assert rows["day"].tolist() == [day_number(day)]
