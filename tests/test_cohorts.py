"""Cohort words as the field writes them, and months to the day."""

from datetime import date

import numpy as np
import pytest

from cqi.cohorts import cohort, earlier_cohorts, months_after, open_cohorts, shifted_day
from cqi.vocabulary import CqiError


def day(text: str) -> date:
    return date.fromisoformat(text)


@pytest.mark.parametrize(("word", "start", "end", "words"), [
    ("2025", "2025-01-01", "2025-12-31", "January to December 2025"),
    ("2025H1", "2025-01-01", "2025-06-30", "January to June 2025"),
    ("2025H2", "2025-07-01", "2025-12-31", "July to December 2025"),
    ("2025Q1", "2025-01-01", "2025-03-31", "January to March 2025"),
    ("2025Q4", "2025-10-01", "2025-12-31", "October to December 2025"),
    ("2024-02", "2024-02-01", "2024-02-29", "February 2024"),
    ("2024-12", "2024-12-01", "2024-12-31", "December 2024"),
    ("FFY2025", "2024-10-01", "2025-09-30", "October 2024 to September 2025"),
    ("25A", "2024-10-01", "2025-03-31", "October 2024 to March 2025"),
    ("25B", "2025-04-01", "2025-09-30", "April to September 2025"),
    ("22B23A", "2022-04-01", "2023-03-31", "April 2022 to March 2023"),
    ("25A25B", "2024-10-01", "2025-09-30", "October 2024 to September 2025"),
    ("00A", "1999-10-01", "2000-03-31", "October 1999 to March 2000"),
    ("95A", "1994-10-01", "1995-03-31", "October 1994 to March 1995"),  # the first of AFCARS
    ("94B", "2094-04-01", "2094-09-30", "April to September 2094"),
    ("99B00A", "1999-04-01", "2000-03-31", "April 1999 to March 2000"),
    ("2024-25", "2024-04-01", "2025-03-31", "April 2024 to March 2025"),
    ("2024/25", "2024-04-01", "2025-03-31", "April 2024 to March 2025"),
    ("1999-00", "1999-04-01", "2000-03-31", "April 1999 to March 2000"),
    ("2010-11", "2010-11-01", "2010-11-30", "November 2010"),  # a month wins over an English year
    ("2010/11", "2010-04-01", "2011-03-31", "April 2010 to March 2011"),
    (" ffy2025 ", "2024-10-01", "2025-09-30", "October 2024 to September 2025"),
])
def test_every_word_of_the_field(word, start, end, words):
    period = cohort(word)
    assert (period.start, period.end, period.words) == (day(start), day(end), words)
    assert cohort(period.label) == period


@pytest.mark.parametrize("word", [
    "", "25", "2025H3", "2025H0", "2025Q5", "2025-13", "2025-00", "2024-26", "2024/24", "2010/12", "25C", "25A25A",
    "25B25A", "25A26B", "22B24A", "FFY25", "1899", "2101", "2025 H1", "July 2025", "٢٠٢٥", "2025-06-30", None,
])
def test_any_other_word_is_an_error_that_lists_the_forms(word):
    with pytest.raises(CqiError, match="No cohort .*: write a period as one of 2025, 2025H1, .*2024-25"):
        cohort(word)


@pytest.mark.parametrize(("word", "periods", "label"), [
    ("2025H1", 1, "2024H2"), ("2025H1", -1, "2025H2"), ("2025Q1", 5, "2023Q4"), ("2025-01", 1, "2024-12"),
    ("25A", 1, "24B"), ("22B23A", 1, "21B22A"), ("2024-25", 2, "2022-23"), ("2013-14", 1, "2012-13"), ("2012-13", 1, "2011/12"),
    ("FFY2025", 3, "FFY2022"), ("2025", 4, "2021"), ("00A", 1, "99B"),
])
def test_the_period_that_many_lengths_earlier(word, periods, label):
    assert cohort(word).back(periods).label == label
    assert cohort(word).back(periods).back(-periods) == cohort(word)


# Months to the day

@pytest.mark.parametrize(("start", "months", "end"), [
    ("2024-03-15", 12, "2025-03-15"),
    ("2024-02-29", 12, "2025-02-28"),  # no such day: the month's last
    ("2023-02-28", 12, "2024-02-28"),
    ("2024-02-29", 48, "2028-02-29"),
    ("2024-01-31", 1, "2024-02-29"),
    ("2023-01-31", 1, "2023-02-28"),
    ("2024-08-31", 3, "2024-11-30"),
    ("2024-11-30", 3, "2025-02-28"),
    ("2024-12-31", 6, "2025-06-30"),
    ("2025-03-31", -1, "2025-02-28"),
    ("2024-05-10", 0, "2024-05-10"),
])
def test_months_after(start, months, end):
    assert months_after([start], months)[0] == np.datetime64(end)


@pytest.mark.parametrize(("as_of", "months", "shifted"), [
    ("2026-06-30", -6, "2025-12-31"), ("2025-12-31", 6, "2026-06-30"), ("2024-02-29", -12, "2023-02-28"),
    ("2023-02-28", 12, "2024-02-29"), ("2026-06-29", -6, "2025-12-29"), ("2026-06-15", -12, "2025-06-15"),
])
def test_a_months_end_stays_a_months_end(as_of, months, shifted):
    assert shifted_day(day(as_of), months) == day(shifted)


# Default cohorts

@pytest.mark.parametrize(("as_of", "open_then"), [
    ("2026-06-29", ["2025H1", "2025H2", "2026H1"]),
    ("2026-06-30", ["2025H2", "2026H1"]),  # the last child of 2025H1 entered on 30 June 2025 at the latest
    ("2026-07-01", ["2025H2", "2026H1", "2026H2"]),
    ("2026-12-30", ["2025H2", "2026H1", "2026H2"]),
    ("2026-12-31", ["2026H1", "2026H2"]),
    ("2027-01-01", ["2026H1", "2026H2", "2027H1"]),
])
def test_open_cohorts_have_begun_and_their_last_child_has_not_reached_12_months(as_of, open_then):
    assert [period.label for period in open_cohorts(day(as_of))] == open_then


def test_earlier_cohorts_are_whole_periods_that_the_file_covers():
    period = cohort("2025H1")
    assert [earlier.label for earlier in earlier_cohorts(period, day("2023-07-01"))] == ["2023H2", "2024H1", "2024H2"]
    assert [earlier.label for earlier in earlier_cohorts(period, day("2023-07-02"))] == ["2024H1", "2024H2"]
    assert [earlier.label for earlier in earlier_cohorts(period, day("2000-01-01"), most=2)] == ["2024H1", "2024H2"]
    assert earlier_cohorts(period, day("2025-01-01")) == []
