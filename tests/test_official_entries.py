"""Permanency of children entering care, and placement stability: the rules of the data dictionary, pages 1, 4, 5 and 7.

Who enters, 12 months, 8 days, turning 18 and trial home visits stand in test_stays.py, moves and days in test_measures.py.
"""

from dataclasses import replace
from datetime import date
from importlib.resources import files

import pytest
from counted import counts, extract
from drawn import write

from cqi.cohorts import cohort, day_number
from cqi.measures import basis, counted
from cqi.registry import measure
from cqi.sources import load

PERMANENCY, MOVES = "permanency_in_12_months", "placement_stability"
LATE = "2026-12-31"


def permanency(found, *, period="2024H1", as_of=LATE):
    """Children who left to permanency within 12 months, and children who count."""
    return counts(PERMANENCY, found, period, as_of)[:2]


def twice(leaving, back, *, entry="2024-01-10", reason="reunification", birth="2015-06-15"):
    """A drawing of a child who left and came back."""
    return f"""
        child_id  birth_date  entry_date  exit_date  exit_reason
        one       {birth}     {entry}     {leaving}  {reason}
        one       {birth}     {back}      .          .
    """


@pytest.fixture
def own(tmp_path, monkeypatch):
    """A user's definitions in which coming back in the same half-year counts."""
    def write_own(name):
        text = replace_once(name, 'same_period_reentry = "left out"', 'same_period_reentry = "counted"')
        (tmp_path / "own" / "measures").mkdir(parents=True)
        (tmp_path / "own" / "measures" / f"{name}.toml").write_text(text, encoding="utf-8")
        monkeypatch.setenv("CQI_DEFINITIONS", str(tmp_path / "own"))
    return write_own


def replace_once(name, old, new):
    text = (files("cqi") / "definitions" / "measures" / f"{name}.toml").read_text(encoding="utf-8")
    assert text.count(old) == 1
    return text.replace(old, new)


# Coming back in the same reporting period: October to March, or April to September

@pytest.mark.parametrize(("leaving", "back", "children"), [
    ("2024-02-10", "2024-03-30", 0), ("2024-02-10", "2024-03-31", 0), ("2024-02-10", "2024-04-01", 1),
    ("2024-03-30", "2024-03-31", 0), ("2024-03-31", "2024-04-01", 1), ("2024-04-01", "2024-04-02", 0),
    ("2024-05-10", "2024-09-30", 0), ("2024-05-10", "2024-10-01", 1),
    ("2024-10-01", "2024-12-31", 0), ("2024-12-31", "2025-01-01", 0),  # the turn of the year lies within one
    ("2024-02-10", "2024-02-10", 0),  # on the day itself
    ("2024-02-10", "2025-02-10", 1),  # the same months of another year
])
def test_coming_back_in_the_same_half_year_leaves_the_child_out(tmp_path, leaving, back, children):
    assert permanency(extract(tmp_path, twice(leaving, back))) == (children, children)


@pytest.mark.parametrize(("leaving", "expected"), [("2025-01-09", (0, 0)), ("2025-01-10", (0, 0)), ("2025-01-11", (0, 1))])
def test_coming_back_matters_where_the_stay_ended_within_12_months(tmp_path, leaving, expected):
    assert permanency(extract(tmp_path, twice(leaving, "2025-02-01"))) == expected


@pytest.mark.parametrize(("as_of", "children"), [("2024-02-29", 1), ("2024-03-01", 0), ("2024-03-02", 0)])
def test_coming_back_is_known_on_its_day(tmp_path, as_of, children):
    assert permanency(extract(tmp_path, twice("2024-02-10", "2024-03-01")), as_of=as_of) == (children, children)


@pytest.mark.parametrize(("birth", "children"), [("2006-02-28", 1), ("2006-03-01", 1), ("2006-03-02", 0)])
def test_a_new_stay_at_18_is_no_reentry(tmp_path, birth, children):
    assert permanency(extract(tmp_path, twice("2024-02-10", "2024-03-01", birth=birth))) == (children, children)


def test_a_stay_that_a_check_leaves_out_is_no_reentry(tmp_path):
    found = extract(tmp_path, twice("2024-02-10", "2024-03-01"))
    flagged = found.episodes.assign(left_out=found.episodes["entry_date"].eq("2024-03-01"))
    assert permanency(replace(found, episodes=flagged.assign(left_out=False))) == (0, 0)
    assert permanency(replace(found, episodes=flagged)) == (1, 1)


def test_a_stay_that_a_check_leaves_out_is_no_entry(tmp_path):
    found = extract(tmp_path, "entry_date exit_date exit_reason\n2024-01-10 2024-03-01 adoption\n2024-01-11 . .")
    flagged = found.episodes.assign(left_out=found.episodes["entry_date"].eq("2024-01-10"))
    assert permanency(replace(found, episodes=flagged)) == (0, 1)


def test_other_systems_tell_each_reason_so_coming_back_soon_counts(tmp_path):
    found = load(write(tmp_path, episodes="""
        CHILD  DECOM       RNE  PLACE  DEC         REC  LA     YEAR
        one    2024-01-10  S    U4     2024-02-10  E4A  Alder  2024
        one    2024-03-01  S    U4     .           .    Alder  2024
    """), "ssda903")
    assert permanency(found) == (1, 1)


def test_coming_back_soon_may_be_declared_to_count(tmp_path, own):
    own(PERMANENCY)
    assert permanency(extract(tmp_path, twice("2024-02-10", "2024-03-01"))) == (1, 1)


# No discharge reason

@pytest.mark.parametrize(("leaving", "children"), [("2025-01-09", 0), ("2025-01-10", 0), ("2025-01-11", 1)])
def test_no_discharge_reason_within_12_months_leaves_the_child_out(tmp_path, leaving, children):
    found = extract(tmp_path, f"entry_date exit_date exit_reason\n2024-01-10 {leaving} .\n2024-01-10 2024-05-01 adoption")
    assert permanency(found) == (1, children + 1)


# Trial home visit, discharged in one of the five half-years: for April 2023 to March 2024 they end in September 2025

@pytest.mark.parametrize(("leaving", "home"), [("2025-09-29", 1), ("2025-09-30", 1), ("2025-10-01", 0)])
def test_a_visits_days_are_taken_off_for_discharges_in_the_five_data_periods(tmp_path, leaving, home):
    found = extract(tmp_path, f"episode_id entry_date exit_date exit_reason\n1 2024-01-10 {leaving} reunification", placements=f"""
        episode_id  setting           start_date  end_date
        1           foster~family     2024-01-10  2024-11-01
        1           trial~home~visit  2024-11-01  {leaving}
    """)
    assert permanency(found, period="23B24A") == (home, 1)


# Placement stability

@pytest.mark.parametrize(("birth", "days"), [
    ("2006-03-01", 0), ("2006-03-02", 0),  # 18 on the day of entry, and within 8 days
    ("2006-03-09", 8), ("2006-05-01", 61),  # the days end on the birthday
    ("2006-06-30", 121), ("2006-07-01", 121),
])
def test_days_of_a_child_who_is_or_turns_18(tmp_path, birth, days):
    found = extract(tmp_path, f"episode_id birth_date entry_date\n1 {birth} 2024-03-01",
                    placements="episode_id setting start_date end_date\n1 kin 2024-03-01 .")
    assert counts(MOVES, found, "2024H1", LATE)[:2] == (0, days)


@pytest.mark.parametrize(("start", "moves"), [("2024-04-30", 1), ("2024-05-01", 0)])
def test_a_move_on_or_after_the_18th_birthday_is_none(tmp_path, start, moves):
    found = extract(tmp_path, "episode_id birth_date entry_date\n1 2006-05-01 2024-03-01", placements=f"""
        episode_id  setting     start_date  end_date
        1           kin         2024-03-01  {start}
        1           group~home  {start}     .
    """)
    assert counts(MOVES, found, "2024H1", LATE)[:2] == (moves, 61)


def test_stability_asks_for_no_reason_and_counts_children_who_come_back(tmp_path):
    found = extract(tmp_path, """
        child_id  episode_id  entry_date  exit_date
        one       1           2024-01-10  2024-02-10
        one       2           2024-03-01  .
    """, placements="episode_id setting start_date end_date\n1 kin 2024-01-10 .\n2 kin 2024-03-01 .")
    assert counts(MOVES, found, "2024H1", LATE)[:2] == (0, 31 + 121)


# Age is taken at entry; the rate of entries stands by itself

@pytest.mark.parametrize("name", [PERMANENCY, MOVES])
def test_age_is_that_at_entry(tmp_path, name):
    found = extract(tmp_path, "episode_id entry_date\n1 2024-03-01",
                    placements="episode_id setting start_date end_date\n1 kin 2024-03-01 .")
    rows = counted(measure(name), basis(found), cohort("2024H1"), as_of=date(2026, 12, 31)).frame
    assert rows[["day", "birth"]].values.tolist() == [[day_number(date(2024, 3, 1)), day_number(date(2015, 6, 15))]]


@pytest.mark.parametrize(("period", "among"), [("2024Q2", 900), ("24A", 900), ("2024Q3", 1000), ("24B25A", 1000), ("2025H1", 1000)])
def test_the_entry_rate_takes_the_population_of_1_july(tmp_path, period, among):
    found = extract(tmp_path, "entry_date\n2023-11-01\n2024-05-01\n2024-08-01\n2025-02-01", population="""
        county  year  age_band  children
        Alder   2023  under~1   100
        Alder   2023  1~to~5    800
        Alder   2024  under~1   1000
    """)
    entries = {"2024Q2": 1, "24A": 1, "2024Q3": 1, "24B25A": 3, "2025H1": 1}[period]
    assert counts("entries_per_1000_children", found, period, LATE)[:2] == (entries, among)
