"""Re-entry to care: the rules of the data dictionary, pages 1 and 6. Beside it all returns, quick ones too.

Kinds of exit, the period, 12 months and 18 stand in test_measures.py.
"""

from datetime import date

import pytest
from counted import counts, extract
from drawn import write

from cqi.cohorts import cohort, day_number
from cqi.measures import basis, counted
from cqi.registry import measure
from cqi.sources import load

OFFICIAL, ALL = "reentry_in_12_months", "return_in_12_months"
LATE = "2026-12-31"


def reentry(found, *, name=OFFICIAL, period="2024H1", as_of=LATE):
    """Children who came back within 12 months, and children who left to a family."""
    return counts(name, found, period, as_of)[:2]


def stays(*drawn):
    """A drawing of one child's stays, each `entry exit reason`."""
    return "child_id entry_date exit_date exit_reason\n" + "\n".join(f"one {stay}" for stay in drawn)


# Coming back in the same reporting period

@pytest.mark.parametrize(("leaving", "back", "official", "returned"), [
    ("2024-02-10", "2024-03-30", (0, 0), 1), ("2024-02-10", "2024-03-31", (0, 0), 1), ("2024-02-10", "2024-04-01", (1, 1), 1),
    ("2024-05-10", "2024-09-30", (0, 0), 1), ("2024-05-10", "2024-10-01", (1, 1), 1),
    ("2024-03-31", "2024-03-31", (0, 0), 1), ("2024-03-31", "2024-04-01", (1, 1), 1),
    ("2024-02-10", "2025-02-11", (0, 1), 0),  # the same months of another year, and a day too late
])
def test_coming_back_in_the_same_half_year_is_left_out_of_the_official_figure_only(tmp_path, leaving, back, official, returned):
    found = extract(tmp_path, stays(f"2023-05-01 {leaving} reunification", f"{back} . ."))
    assert reentry(found) == official
    assert reentry(found, name=ALL) == (returned, 1)


@pytest.mark.parametrize(("as_of", "expected"), [
    ("2024-02-09", (0, 0)), ("2024-02-29", (0, 1)), ("2024-03-01", (0, 0)), ("2024-03-02", (0, 0)),
])
def test_coming_back_is_known_on_its_day(tmp_path, as_of, expected):
    found = extract(tmp_path, stays("2023-05-01 2024-02-10 reunification", "2024-03-01 . ."))
    assert reentry(found, as_of=as_of) == expected


def test_other_systems_tell_each_reason_so_coming_back_soon_counts(tmp_path):
    found = load(write(tmp_path, episodes="""
        CHILD  DECOM       RNE  PLACE  DEC         REC  LA     YEAR
        one    2023-05-01  S    U4     2024-02-10  E4A  Alder  2024
        one    2024-03-01  S    U4     .           .    Alder  2024
    """), "ssda903")
    assert reentry(found) == reentry(found, name=ALL) == (1, 1)


# What is left out is an exit, not a child: the next one may count

@pytest.mark.parametrize(("first", "why"), [
    ("2023-05-01 2024-01-15 reunification", "came back in the same half-year"),
    ("2023-05-01 2024-01-15 .", "no discharge reason"),
    ("2023-05-01 2024-01-15 adoption", "adoption is not among the exits"),
])
def test_after_an_exit_that_does_not_count_the_next_one_may(tmp_path, first, why):
    found = extract(tmp_path, stays(first, "2024-02-01 2024-05-01 relative", "2024-11-01 . ."))
    assert reentry(found) == (1, 1), why
    assert reentry(found, period="2024Q1") == (0, 0), why  # the first alone


@pytest.mark.parametrize(("leaving", "first"), [("2024-01-31", (1, 1)), ("2024-02-01", (1, 1)), ("2024-02-02", (0, 0))])
def test_after_an_exit_that_the_next_stay_overlaps_the_next_one_may(tmp_path, leaving, first):
    found = load(write(tmp_path, episodes=f"""
        CHILD  DECOM       RNE  PLACE  DEC         REC  LA     YEAR
        one    2023-05-01  S    U4     {leaving}   E4A  Alder  2024
        one    2024-02-01  S    U4     2024-05-01  E4A  Alder  2024
    """), "ssda903")
    assert reentry(found, period="2024Q1") == first
    assert reentry(found) == (first[0], 1)


@pytest.mark.parametrize("name", [OFFICIAL, ALL])
def test_no_discharge_reason_is_no_exit_to_a_family(tmp_path, name):
    found = extract(tmp_path, stays("2023-05-01 2024-02-10 .", "2024-09-01 . ."))
    assert reentry(found, name=name) == (0, 0)


@pytest.mark.parametrize(("back", "official", "returned"), [
    ("2024-03-30", (0, 1), (0, 1)),  # before the discharge
    ("2024-03-31", (0, 1), (1, 2)), ("2024-04-01", (1, 2), (1, 2)),
])
def test_a_removal_dated_before_the_discharge_leaves_the_exit_out(tmp_path, back, official, returned):
    found = extract(tmp_path, stays("2023-05-01 2024-03-31 guardianship", f"{back} 2025-06-01 adoption")
                    + "\ntwo 2023-05-01 2024-03-15 guardianship")
    assert (reentry(found), reentry(found, name=ALL)) == (official, returned)


# Who counts, and once

def test_several_returns_count_once(tmp_path):
    found = extract(tmp_path, stays("2023-05-01 2024-03-15 reunification", "2024-05-01 2024-07-01 reunification",
                                    "2024-11-01 2024-12-01 reunification", "2025-01-10 . ."))
    assert reentry(found) == (1, 1)


@pytest.mark.parametrize("days", [7, 8, 9])
@pytest.mark.parametrize("short", ["the stay that ended", "the new stay"])
def test_stays_under_8_days_count_here(tmp_path, short, days):
    drawn = {"the stay that ended": (f"2024-03-01 2024-03-{1 + days:02} reunification", "2024-09-01 . ."),
             "the new stay": ("2023-05-01 2024-03-15 reunification", f"2024-09-01 2024-09-{1 + days:02} reunification")}
    assert reentry(extract(tmp_path, stays(*drawn[short]))) == (1, 1)


@pytest.mark.parametrize(("birth", "expected"), [
    ("2005-12-31", (0, 0)), ("2006-01-10", (0, 0)),  # entered at 18
    ("2006-03-14", (0, 0)), ("2006-03-15", (0, 0)),  # turned 18 before leaving, or on the day
    ("2006-03-16", (0, 1)),
])
def test_who_enters_at_18_or_turns_18_in_care_does_not_leave_to_a_family(tmp_path, birth, expected):
    found = extract(tmp_path, f"birth_date entry_date exit_date exit_reason\n{birth} 2024-01-10 2024-03-15 reunification")
    assert reentry(found) == expected


def test_a_trial_home_visit_does_not_move_the_exit(tmp_path):
    found = extract(tmp_path, "episode_id entry_date exit_date exit_reason\n1 2023-05-01 2024-03-15 reunification", placements="""
        episode_id  setting           start_date  end_date
        1           kin               2023-05-01  2023-11-01
        1           trial~home~visit  2023-11-01  2024-03-15
    """)
    assert (reentry(found, period="2023H2"), reentry(found)) == ((0, 0), (0, 1))


def test_age_is_that_at_exit(tmp_path):
    found = extract(tmp_path, stays("2023-05-01 2024-03-15 reunification"))
    rows = counted(measure(OFFICIAL), basis(found), cohort("2024H1"), as_of=date(2026, 12, 31)).frame
    assert rows["day"].tolist() == [day_number(date(2024, 3, 15))]
