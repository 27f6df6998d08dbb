"""Returns and re-entry, placement stability, reports closed in time, and who is still in care: each rule at its edge."""

from datetime import date

import pytest
from counted import counts, extract
from drawn import write

from cqi.cohorts import cohort
from cqi.measures import basis, count, still_in_care
from cqi.registry import measure
from cqi.sources import load
from cqi.vocabulary import MEASURE_COLUMNS, WHOLE

LATE = "2026-12-31"


# Returns and re-entry: children who left in the period, and came back within 12 months. The official figure leaves out those
# who came back within the same half-year (test_official_exits.py)

def reentry(folder, episodes, *, name="reentry_in_12_months", period="2024H1", as_of=LATE):
    return counts(name, extract(folder, episodes), period, as_of)[:2]


def twice(leaving, back, reason="reunification"):
    return f"""
        child_id  entry_date  exit_date  exit_reason
        one       2023-05-01  {leaving}  {reason}
        one       {back}      .          .
    """


@pytest.mark.parametrize(("back", "returned"), [
    ("2024-03-15", 1),  # on the day of the exit
    ("2024-03-16", 1),
    ("2025-03-14", 1), ("2025-03-15", 1), ("2025-03-16", 0),  # the anniversary and its neighbours
])
def test_a_new_entry_within_12_months_of_leaving(tmp_path, back, returned):
    assert reentry(tmp_path, twice("2024-03-15", back), name="return_in_12_months") == (returned, 1)


@pytest.mark.parametrize(("back", "returned"), [("2025-03-14", 1), ("2025-03-15", 1), ("2025-03-16", 0)])
def test_a_re_entry_within_12_months_of_leaving(tmp_path, back, returned):
    assert reentry(tmp_path, twice("2024-03-15", back)) == (returned, 1)


@pytest.mark.parametrize(("back", "returned"), [("2025-02-28", 1), ("2025-03-01", 0)])
def test_twelve_months_after_29_february(tmp_path, back, returned):
    assert reentry(tmp_path, twice("2024-02-29", back)) == (returned, 1)


@pytest.mark.parametrize(("reason", "children"), [
    ("reunification", 1), ("relative", 1), ("guardianship", 1),
    ("adoption", 0), ("emancipation", 0), ("runaway", 0), ("transfer", 0), (".", 0),
])
def test_who_left_to_a_family_but_not_by_adoption(tmp_path, reason, children):
    assert reentry(tmp_path, twice("2024-03-15", "2024-09-01", reason)) == (children, children)


@pytest.mark.parametrize(("leaving", "children"), [
    ("2023-12-31", 0), ("2024-01-01", 1), ("2024-06-30", 1), ("2024-07-01", 0),
])
def test_who_left_in_the_period_whenever_they_entered(tmp_path, leaving, children):
    assert reentry(tmp_path, f"entry_date exit_date exit_reason\n2015-08-01 {leaving} reunification") == (0, children)


def test_stays_under_8_days_count_here(tmp_path):
    assert reentry(tmp_path, "entry_date exit_date exit_reason\n2024-02-01 2024-02-02 reunification") == (0, 1)


def test_a_child_counts_once_with_the_first_exit(tmp_path):
    assert reentry(tmp_path, """
        child_id  entry_date  exit_date   exit_reason
        one       2023-05-01  2024-01-15  reunification
        one       2024-02-01  2024-05-01  reunification
        two       2023-05-01  2024-01-15  reunification
    """, name="return_in_12_months") == (1, 2)


@pytest.mark.parametrize(("birth", "returned", "children"), [
    ("2006-03-14", 0, 0),  # left the day after turning 18: that was the exit
    ("2006-03-15", 0, 0),
    ("2006-08-31", 0, 1),  # came back at 18: no re-entry of a child
    ("2006-09-01", 0, 1),
    ("2006-09-02", 1, 1),  # came back the day before the birthday
])
def test_leaving_and_coming_back_under_18(tmp_path, birth, returned, children):
    assert reentry(tmp_path, f"""
        child_id  birth_date  entry_date  exit_date   exit_reason
        one       {birth}     2023-05-01  2024-03-15  reunification
        one       {birth}     2024-09-01  .           .
    """) == (returned, children)


@pytest.mark.parametrize(("as_of", "expected"), [
    ("2024-03-14", (0, 0, "so far")), ("2024-03-15", (0, 1, "so far")), ("2024-08-31", (0, 1, "so far")),
    ("2024-09-01", (1, 1, "so far")), ("2025-06-29", (1, 1, "so far")), ("2025-06-30", (1, 1, "shown")),
])
def test_as_of_an_exit_and_a_return(tmp_path, as_of, expected):
    found = extract(tmp_path, twice("2024-03-15", "2024-09-01"))
    assert counts("reentry_in_12_months", found, "2024H1", as_of) == expected


# Placement stability: moves and days in the period

def moves(folder, placements, *, leaving=".", as_of=LATE):
    """Moves and days of a child who entered on 1 March 2024: 121 days to the end of June."""
    found = extract(folder, f"episode_id entry_date exit_date exit_reason\n1 2024-03-01 {leaving} {'.' if leaving == '.' else 'transfer'}",
                    placements="episode_id setting start_date end_date\n" + placements)
    return counts("placement_stability", found, "2024H1", as_of)[:2]


def test_the_first_placement_is_not_a_move(tmp_path):
    assert moves(tmp_path, "1 kin 2024-03-01 .") == (0, 30 + 30 + 31 + 30)


@pytest.mark.parametrize(("leaving", "days"), [("2024-03-09", 8), ("2024-03-10", 9), ("2024-06-30", 121), ("2024-07-01", 121)])
def test_days_are_whole_days_to_the_exit_or_the_periods_end(tmp_path, leaving, days):
    assert moves(tmp_path, "1 kin 2024-03-01 .", leaving=leaving) == (0, days)


def test_stays_under_8_days_bring_no_days(tmp_path):
    assert moves(tmp_path, "1 kin 2024-03-01 .", leaving="2024-03-08") == (0, 0)


@pytest.mark.parametrize(("start", "moved"), [("2024-06-29", 1), ("2024-06-30", 1), ("2024-07-01", 0)])
def test_a_move_up_to_the_periods_last_day(tmp_path, start, moved):
    assert moves(tmp_path, f"1 kin 2024-03-01 {start}\n1 group~home {start} .") == (moved, 121)


@pytest.mark.parametrize(("start", "moved"), [("2024-04-30", 1), ("2024-05-01", 0), ("2024-05-02", 0)])
def test_a_placement_that_begins_on_the_day_of_the_exit_is_no_move(tmp_path, start, moved):
    assert moves(tmp_path, f"1 kin 2024-03-01 .\n1 kin {start} .", leaving="2024-05-01") == (moved, 61)


@pytest.mark.parametrize(("setting", "moved"), [
    ("trial~home~visit", 0), ("runaway", 0), ("hospital", 0), ("kin", 1), ("foster~family", 1), ("group~home", 1), (".", 1),
])
def test_what_is_a_placement_of_its_own(tmp_path, setting, moved):
    assert moves(tmp_path, f"1 foster~family 2024-03-01 .\n1 {setting} 2024-04-01 .") == (moved, 121)


@pytest.mark.parametrize(("as_of", "expected"), [("2024-03-31", (0, 30)), ("2024-04-01", (1, 31)), ("2024-04-02", (1, 32))])
def test_moves_and_days_as_of_a_day(tmp_path, as_of, expected):
    assert moves(tmp_path, "1 kin 2024-03-01 2024-04-01\n1 kin 2024-04-01 .", as_of=as_of) == expected


def test_days_without_placements_are_left_out(tmp_path):
    assert moves(tmp_path, "2 kin 2024-03-01 .") == (0, 0)


def test_every_stay_of_a_child_brings_its_moves_and_days(tmp_path):
    found = extract(tmp_path, """
        child_id  episode_id  entry_date  exit_date   exit_reason
        one       1           2024-01-01  2024-01-21  reunification
        one       2           2024-06-10  .           .
    """, placements="""
        episode_id  setting     start_date  end_date
        1           kin         2024-01-01  2024-01-11
        1           group~home  2024-01-11  2024-01-21
        2           kin         2024-06-10  .
    """)
    assert counts("placement_stability", found, "2024H1", LATE) == (1 + 0, 20 + 20, "shown")


@pytest.mark.parametrize(("number", "since", "expected"), [
    ("1", "2024-03-01", (0, 121)), ("3", "2024-05-01", (2, 121)),
    ("3", "2024-06-30", (2, 121)), ("2", "2024-07-01", (0, 121)),  # the one move came after the period
    ("3", "2024-07-01", (0, 0)),  # of two moves, one or both came after: not known
    ("3", ".", (2, 121)), ("0", ".", (0, 0)), (".", ".", (0, 0)),
])
def test_the_number_of_placements_where_a_file_has_no_placements(tmp_path, number, since, expected):
    found = extract(tmp_path, f"""
        entry_date  placement_count  current_setting_start
        2024-03-01  {number}         {since}
    """)
    assert counts("placement_stability", found, "2024H1", LATE)[:2] == expected


# Reports closed in time: a report counts once its 60 days are over

def reports(folder, closed, *, received="2024-02-01", period="2024Q1", as_of=LATE):
    found = extract(folder, "entry_date\n2024-01-01", reports=f"""
        child_id  county  report_date  incident_date  disposition    disposition_date
        one       Alder   {received}   .              substantiated  {closed}
        before    Alder   2023-01-01   .              substantiated  2023-01-10
    """)
    return counts("investigation_completed_on_time", found, period, as_of)


@pytest.mark.parametrize(("closed", "in_time"), [
    ("2024-02-01", 1), ("2024-03-31", 1), ("2024-04-01", 1), ("2024-04-02", 0),  # days 0, 59, 60, 61
    (".", 0), ("2024-01-31", 0),  # never, and a date before the report
])
def test_closed_within_60_days(tmp_path, closed, in_time):
    assert reports(tmp_path, closed)[:2] == (in_time, 1)


@pytest.mark.parametrize(("as_of", "expected"), [("2024-03-31", (0, 0)), ("2024-04-01", (1, 1)), ("2024-04-02", (1, 1))])
def test_a_quick_report_waits_for_its_limit_too(tmp_path, as_of, expected):
    assert reports(tmp_path, "2024-02-10", as_of=as_of)[:2] == expected


@pytest.mark.parametrize(("received", "number"), [("2023-12-31", 0), ("2024-01-01", 1), ("2024-03-31", 1), ("2024-04-01", 0)])
def test_received_in_the_period(tmp_path, received, number):
    assert reports(tmp_path, received, received=received)[:2] == (number, number)


@pytest.mark.parametrize(("as_of", "status"), [("2024-05-29", "so far"), ("2024-05-30", "shown"), ("2024-05-31", "shown")])
def test_shown_once_the_last_limit_is_over(tmp_path, as_of, status):
    assert reports(tmp_path, "2024-02-10", as_of=as_of)[2] == status  # 31 March + 60 days


# The rows that come out

def test_a_row_for_each_county_and_the_whole_file_last(tmp_path):
    found = extract(tmp_path, """
        county  entry_date  exit_date   exit_reason
        Birch   2024-03-01  2024-06-01  reunification
        Alder   2024-03-01  .           .
        Alder   2024-03-01  2024-06-01  adoption
        Cedar   2020-03-01  .           .
    """)
    rows = count(measure("permanency_in_12_months"), basis(found), cohort("2024H1"), as_of=date(2026, 12, 31))
    assert tuple(rows.columns) == MEASURE_COLUMNS
    assert list(rows["county"]) == ["Alder", "Birch", "Cedar", WHOLE]
    assert list(rows["numerator"]) == [1, 1, 0, 1 + 1 + 0]
    assert list(rows["denominator"]) == [2, 1, 0, 2 + 1 + 0]
    assert rows["value"].tolist()[:2] == [1 / 2, 1] and rows["value"].isna().tolist() == [False, False, True, False]


def test_a_rate_is_per_1000_days_and_knows_its_children(tmp_path):
    found = extract(tmp_path, "episode_id entry_date\n1 2024-03-01\n2 2024-03-01", placements="""
        episode_id  setting  start_date  end_date
        1           kin      2024-03-01  2024-04-01
        1           kin      2024-04-01  .
        2           kin      2024-03-01  .
    """)
    rows = count(measure("placement_stability"), basis(found), cohort("2024H1"), as_of=date(2026, 12, 31))
    assert rows["value"].tolist() == [1000 * 1 / (121 + 121)] * 2
    assert rows["children"].tolist() == [2, 2]


# Children still in care

def groups(found, as_of):
    """Groups with a child in them."""
    rows = still_in_care(measure("permanency_in_12_months"), basis(found), cohort("2024H1"), as_of=date.fromisoformat(as_of))
    own = rows.loc[rows["county"].eq("Alder") & rows["numerator"].gt(0)]
    return dict(zip(own["group"], own["numerator"])), rows["denominator"].iloc[0]


@pytest.mark.parametrize(("as_of", "group"), [
    ("2024-05-31", "9 to 12 months left"), ("2024-06-01", "6 to 9 months left"), ("2024-08-31", "6 to 9 months left"),
    ("2024-09-01", "3 to 6 months left"), ("2024-11-30", "3 to 6 months left"), ("2024-12-01", "less than 3 months left"),
    ("2025-02-28", "less than 3 months left"), ("2025-03-01", "12 months are over"),
])
def test_time_left_to_the_childs_own_12_months(tmp_path, as_of, group):
    found, children = groups(extract(tmp_path, "entry_date\n2024-03-01"), as_of)
    assert found[f"time left: {group}"] == children == 1


@pytest.mark.parametrize(("as_of", "group"), [("2024-06-14", "6 to 10"), ("2026-06-14", "6 to 10"), ("2026-06-15", "11 to 15")])
def test_age_on_the_as_of_date(tmp_path, as_of, group):
    assert f"age: {group}" in groups(extract(tmp_path, "birth_date entry_date\n2015-06-15 2024-03-01"), as_of)[0]


def test_age_without_a_birth_date(tmp_path):
    """In a file of the federal system an official check leaves the child out; other systems have no such check."""
    assert groups(extract(tmp_path, "birth_date entry_date\n. 2024-03-01"), "2024-06-01") == ({}, 0)
    found = load(write(tmp_path, episodes="CHILD DECOM RNE PLACE DEC REC LA YEAR\none 2024-03-01 S U4 . . Alder 2024"), "ssda903")
    assert "age: not known" in groups(found, "2024-06-01")[0]


@pytest.mark.parametrize(("as_of", "home"), [
    ("2024-04-09", "foster or pre-adoptive family"), ("2024-04-10", "with kin"), ("2025-12-31", "group home or institution"),
])
def test_where_the_child_lived_on_the_as_of_date(tmp_path, as_of, home):
    found = extract(tmp_path, "episode_id entry_date\n1 2024-03-01\n2 2024-03-01", placements="""
        episode_id  setting        start_date  end_date
        1           foster~family  2024-03-01  2024-04-10
        1           kin            2024-04-10  2025-01-10
        1           group~home     2025-01-10  .
        2           kin            2026-01-01  .
    """)
    living = {group: number for group, number in groups(found, as_of)[0].items() if group.startswith("living")}
    assert living == {f"living: {home}": 1, "living: other or not known": 1}


def test_reports_without_any_disposition_give_no_figure(tmp_path):
    """A file that holds no disposition at all says nothing of time; 0% would be false."""
    found = extract(tmp_path, "entry_date\n2024-01-01", reports="""
        child_id  county  report_date  incident_date  disposition    disposition_date
        one       Alder   2024-02-01   .              substantiated  .
    """)
    assert counts("investigation_completed_on_time", found, "2024Q1", LATE)[:2] == (0, 0)
