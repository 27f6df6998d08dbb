"""Federal reporting periods: which have ended, what data they need, and the half-year of a day."""

from datetime import date

import numpy as np
import pytest

from cqi.cohorts import (
    NEVER, cohort, day_number, federal_years, files_needed, reporting_period, rolling_periods,
)


def day(text: str) -> date:
    return date.fromisoformat(text)


def labels(periods) -> list[str]:
    return [period.label for period in periods]


# Which periods have ended

@pytest.mark.parametrize(("as_of", "newest"), [
    ("2023-03-30", "21B22A 22A22B"), ("2023-03-31", "22A22B 22B23A"), ("2023-04-01", "22A22B 22B23A"),
    ("2023-09-29", "22A22B 22B23A"), ("2023-09-30", "22B23A 23A23B"), ("2023-10-01", "22B23A 23A23B"),
    ("2024-01-01", "22B23A 23A23B"), ("2000-03-31", "99A99B 99B00A"),
])
def test_a_period_counts_from_its_last_day_on(as_of, newest):
    # 22B23A is April 2022 to 31 March 2023; the next begins six months later and ends on 30 September 2023
    assert labels(rolling_periods(day(as_of), most=2)) == newest.split()


def test_six_rolling_periods_as_in_a_data_profile_oldest_first():
    # the profile of August 2025 has data to 31 March 2025
    periods = rolling_periods(day("2025-08-03"))
    assert labels(periods) == ["22A22B", "22B23A", "23A23B", "23B24A", "24A24B", "24B25A"]
    assert [(period.start, period.end) for period in periods[-2:]] == [
        (day("2023-10-01"), day("2024-09-30")), (day("2024-04-01"), day("2025-03-31"))]
    assert all(cohort(period.label) == period for period in periods)


@pytest.mark.parametrize(("as_of", "years"), [
    ("2024-09-29", ["FFY2021", "FFY2022", "FFY2023"]), ("2024-09-30", ["FFY2022", "FFY2023", "FFY2024"]),
    ("2024-10-01", ["FFY2022", "FFY2023", "FFY2024"]), ("2025-01-01", ["FFY2022", "FFY2023", "FFY2024"]),
])
def test_three_federal_years_each_from_its_last_day_on(as_of, years):
    found = federal_years(day(as_of))
    assert labels(found) == years and all(cohort(word) == year for word, year in zip(years, found))


def test_as_many_as_asked_for():
    assert len(rolling_periods(day("2025-08-03"), most=1)) == len(federal_years(day("2025-08-03"), most=1)) == 1


# Files that a figure needs

@pytest.mark.parametrize(("period", "halves", "years", "words", "last_day"), [
    # as in the dictionary: national performance data periods of the seven indicators
    ("19B20A", 5, 0, "AFCARS 19B to 21B", "2021-09-30"), ("20A20B", 4, 0, "AFCARS 20A to 21B", "2021-09-30"),
    ("21A21B", 2, 0, "AFCARS 21A and 21B", "2021-09-30"), ("FFY2019", 2, 2, "AFCARS 19A and 19B; NCANDS FFY2019 and FFY2020", "2020-09-30"),
    ("FFY2019", 0, 2, "NCANDS FFY2019 and FFY2020", "2020-09-30"),
    # as in a data profile
    ("22B23A", 5, 0, "AFCARS 22B to 24B", "2024-09-30"), ("23A23B", 5, 0, "AFCARS 23A to 25A", "2025-03-31"),
    # a half-year of entries needs as many half-years after it as a year does
    ("25A", 5, 0, "AFCARS 25A to 26B", "2026-09-30"), ("25A", 2, 0, "AFCARS 25A", "2025-03-31"),
    # periods that begin elsewhere need every file they touch
    ("2025H2", 2, 0, "AFCARS 25B and 26A", "2026-03-31"), ("2025", 5, 0, "AFCARS 25A to 27B", "2027-09-30"),
    ("22B23A", 2, 2, "AFCARS 22B and 23A; NCANDS FFY2022 to FFY2024", "2024-09-30"),
    ("FFY2019", 2, 1, "AFCARS 19A and 19B; NCANDS FFY2019", "2019-09-30"),
    ("FFY2019", 5, 1, "AFCARS 19A to 21A; NCANDS FFY2019", "2021-03-31"),
    ("2025", 0, 0, "", "2025-12-31"),
])
def test_files_needed(period, halves, years, words, last_day):
    found = files_needed(cohort(period), half_years=halves, report_years=years)
    assert (found.words, found.last_day) == (words, day(last_day))


def test_files_needed_are_named_one_by_one_oldest_first():
    found = files_needed(cohort("19B20A"), half_years=5, report_years=2)
    assert found.half_years == ("19B", "20A", "20B", "21A", "21B") and found.report_years == ("FFY2019", "FFY2020", "FFY2021")


# The half-year of a day

@pytest.mark.parametrize(("before", "after"), [("2023-03-31", "2023-04-01"), ("2023-09-30", "2023-10-01"), ("1969-09-30", "1969-10-01")])
def test_the_number_rises_by_one_between_these_days(before, after):
    earlier, later = reporting_period(day_number([day(before), day(after)]))
    assert later == earlier + 1


@pytest.mark.parametrize(("first", "last"), [("2022-10-01", "2023-03-31"), ("2023-04-01", "2023-09-30"), ("1969-10-01", "1970-03-31")])
def test_the_first_and_the_last_day_of_a_file_have_one_number(first, last):
    days = np.arange(day_number(day(first)), day_number(day(last)) + 1)
    assert len(np.unique(reporting_period(days))) == 1


def test_even_numbers_are_a():
    periods = [cohort(word) for word in ("99B", "00A", "23A", "23B", "24A")]
    assert (reporting_period(day_number([period.start for period in periods])) % 2).tolist() == [1, 0, 0, 1, 0]


def test_a_missing_day_is_later_than_any():
    first, missing = reporting_period([day_number(day("2100-12-31")), NEVER])
    assert missing > first
