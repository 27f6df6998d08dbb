"""Permanency of children already in care 12 to 23 months, and 24 months or more: the data dictionary, pages 1, 5 and 6.

The period is April 2024 to March 2025; its first day is 1 April 2024.
"""

from datetime import date

import pytest
from counted import counts, extract
from drawn import write

from cqi.cohorts import cohort, day_number
from cqi.measures import basis, counted
from cqi.registry import measure
from cqi.sources import load

YOUNGER, OLDER = "permanency_in_12_months_12_to_23", "permanency_in_12_months_24_plus"
ENTRY = {YOUNGER: "2022-10-01", OLDER: "2021-10-01"}
BOTH = pytest.mark.parametrize("name", [YOUNGER, OLDER])
LATE = "2026-12-31"


def permanency(folder, name, leaving, reason="adoption", *, entry="", birth="2015-06-15", as_of=LATE, back="", **others):
    """Children who left to permanency and children who count, of one child who may come back."""
    again = f"one 1b {birth} {back} . ." if back else ""
    found = extract(folder, f"""
        child_id  episode_id  birth_date  entry_date             exit_date  exit_reason
        one       1           {birth}     {entry or ENTRY[name]} {leaving}  {reason}
        {again}
    """, **others)
    return counts(name, found, "24B25A", as_of)[:2]


# Who is in care on the first day, and for how long

@BOTH
@pytest.mark.parametrize(("leaving", "expected"), [("2024-03-31", (0, 0)), ("2024-04-01", (1, 1)), ("2024-04-02", (1, 1))])
def test_in_care_on_the_first_day(tmp_path, name, leaving, expected):
    assert permanency(tmp_path, name, leaving) == expected


@pytest.mark.parametrize(("entry", "younger", "older"), [
    ("2023-04-02", 0, 0), ("2023-04-01", 1, 0), ("2023-03-31", 1, 0),  # 12 months on 1 April 2024
    ("2022-04-02", 1, 0), ("2022-04-01", 0, 1), ("2022-03-31", 0, 1),  # 24 months
])
def test_months_in_care_are_anniversaries(tmp_path, entry, younger, older):
    assert permanency(tmp_path, YOUNGER, ".", ".", entry=entry) == (0, younger)
    assert permanency(tmp_path, OLDER, ".", ".", entry=entry) == (0, older)


@pytest.mark.parametrize(("back", "younger", "older"), [("2023-04-02", 0, 0), ("2023-04-01", 1, 0)])
def test_continuously_means_since_the_child_came_back(tmp_path, back, younger, older):
    drawn = {"entry": "2019-01-10", "back": back}
    assert permanency(tmp_path, YOUNGER, "2023-03-30", "reunification", **drawn) == (0, younger)
    assert permanency(tmp_path, OLDER, "2023-03-30", "reunification", **drawn) == (0, older)


def test_a_child_in_two_stays_at_once_counts_once_with_the_longer(tmp_path):
    found = load(write(tmp_path, episodes="""
        CHILD  DECOM       RNE  PLACE  DEC         REC  LA     YEAR
        one    2021-10-01  S    U4     .           .    Alder  2024
        one    2022-10-01  S    U4     2024-06-01  E11  Alder  2024
    """), "ssda903")
    assert counts(YOUNGER, found, "24B25A", LATE)[:2] == (0, 0)
    assert counts(OLDER, found, "24B25A", LATE)[:2] == (0, 1)


@pytest.mark.parametrize(("name", "children"), [(YOUNGER, 0), (OLDER, 1)])
def test_a_stay_from_before_the_file_is_at_least_so_long(tmp_path, name, children):
    found = extract(tmp_path, f"entry_date entry_known\n{ENTRY[name]} no")
    assert counts(name, found, "24B25A", LATE)[:2] == (0, children)


# Within 12 months of the first day

@BOTH
@pytest.mark.parametrize(("leaving", "home"), [("2025-03-30", 1), ("2025-03-31", 1), ("2025-04-01", 0)])
def test_the_window_is_the_period(tmp_path, name, leaving, home):
    assert permanency(tmp_path, name, leaving) == (home, 1)


@BOTH
@pytest.mark.parametrize(("as_of", "expected"), [
    ("2024-08-31", (0, 1, "so far")), ("2024-09-01", (1, 1, "so far")), ("2025-03-30", (1, 1, "so far")), ("2025-03-31", (1, 1, "shown")),
])
def test_as_of_an_exit_and_of_the_periods_last_day(tmp_path, name, as_of, expected):
    found = extract(tmp_path, f"entry_date exit_date exit_reason\n{ENTRY[name]} 2024-09-01 adoption")
    assert counts(name, found, "24B25A", as_of) == expected


@BOTH
@pytest.mark.parametrize(("as_of", "expected"), [("2024-03-31", (0, 0, "not yet mature")), ("2024-04-01", (0, 1, "so far"))])
def test_nobody_counts_before_the_first_day_has_come(tmp_path, name, as_of, expected):
    assert counts(name, extract(tmp_path, f"entry_date\n{ENTRY[name]}"), "24B25A", as_of) == expected


@BOTH
@pytest.mark.parametrize(("reason", "home"), [
    ("reunification", 1), ("relative", 1), ("guardianship", 1), ("adoption", 1),
    ("emancipation", 0), ("transfer", 0), ("runaway", 0), ("death", 0), ("other", 0),
])
def test_permanency_is_four_kinds_of_exit(tmp_path, name, reason, home):
    assert permanency(tmp_path, name, "2024-09-01", reason) == (home, 1)


# 18

@BOTH
@pytest.mark.parametrize(("birth", "expected"), [
    ("2006-03-31", (0, 0)), ("2006-04-01", (0, 0)),  # 18 by the first day
    ("2006-04-02", (0, 1)), ("2006-08-31", (0, 1)), ("2006-09-01", (0, 1)),  # turned 18 before leaving, or on the day
    ("2006-09-02", (1, 1)),
])
def test_turning_18_by_the_first_day_or_before_leaving(tmp_path, name, birth, expected):
    assert permanency(tmp_path, name, "2024-09-01", birth=birth) == expected


@BOTH
@pytest.mark.parametrize("years_old", [17, 18, 19])
def test_who_entered_at_18_is_18_on_the_first_day(tmp_path, name, years_old):
    entry = ENTRY[name]
    assert permanency(tmp_path, name, ".", ".", birth=f"{int(entry[:4]) - years_old}{entry[4:]}") == (0, 0)


# No discharge reason; coming back in the same reporting period

@BOTH
@pytest.mark.parametrize(("leaving", "children"), [("2025-03-30", 0), ("2025-03-31", 0), ("2025-04-01", 1)])
def test_no_discharge_reason_within_the_window(tmp_path, name, leaving, children):
    assert permanency(tmp_path, name, leaving, ".") == (0, children)


@BOTH
@pytest.mark.parametrize(("leaving", "back", "expected"), [
    ("2024-09-01", "2024-09-29", (0, 0)), ("2024-09-01", "2024-09-30", (0, 0)), ("2024-09-01", "2024-10-01", (1, 1)),
    ("2024-10-01", "2025-03-31", (0, 0)), ("2025-03-30", "2025-04-01", (1, 1)),
    ("2025-04-01", "2025-05-01", (0, 1)),  # the stay ended after the window
])
def test_coming_back_in_the_same_half_year_leaves_the_child_out(tmp_path, name, leaving, back, expected):
    assert permanency(tmp_path, name, leaving, "reunification", back=back) == expected


@BOTH
def test_other_systems_tell_each_reason_so_coming_back_soon_counts(tmp_path, name):
    found = load(write(tmp_path, episodes=f"""
        CHILD  DECOM          RNE  PLACE  DEC         REC  LA     YEAR
        one    {ENTRY[name]}  S    U4     2024-09-01  E4A  Alder  2024
        one    2024-09-20     S    U4     .           .    Alder  2024
    """), "ssda903")
    assert counts(name, found, "24B25A", LATE)[:2] == (1, 1)


# Rules that have no place here, and the age

@BOTH
def test_a_trial_home_visit_is_not_taken_off(tmp_path, name):
    visit = f"episode_id setting start_date end_date\n1 kin {ENTRY[name]} 2024-06-01\n1 trial~home~visit 2024-06-01 2025-04-01"
    assert permanency(tmp_path, name, "2025-04-01", "reunification", placements=visit) == (0, 1)
    assert permanency(tmp_path, name, "2025-03-31", "reunification", placements=visit) == (1, 1)


@BOTH
def test_age_is_that_on_the_first_day(tmp_path, name):
    found = extract(tmp_path, f"entry_date\n{ENTRY[name]}")
    rows = counted(measure(name), basis(found), cohort("24B25A"), as_of=date(2026, 12, 31)).frame
    assert rows["day"].tolist() == [day_number(date(2024, 4, 1))]
