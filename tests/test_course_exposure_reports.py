"""Who is at risk where reports and moves are counted: each rule the day before, on the day and after."""

from datetime import date

import pytest
from counted import extract
from test_course_exposure import LATE, told

from cqi.cohorts import cohort
from cqi.course.exposure import exposure
from cqi.measures import basis
from cqi.registry import measure

NOBODY = "child_id entry_date\nother 2019-01-01"


def one(folder, name: str, period: str, as_of: str, episodes: str, **others: str):
    """The exposure of the drawn children."""
    return exposure(measure(name), basis(extract(folder, episodes, **others)), cohort(period), as_of=date.fromisoformat(as_of))


# Further reports on victims; children kept at home

def reports(folder, name: str, again: str, *, first: str = "2024-03-10", as_of: str = LATE, episodes: str = NOBODY):
    return one(folder, name, "2024H1", as_of, episodes, reports=f"""
        report_id  child_id  county  report_date  incident_date  disposition    disposition_date
        r1         one       Alder   {first}      .              substantiated  {first}
        r2         one       Alder   {again}      .              substantiated  {again}
    """)


@pytest.mark.parametrize(("again", "expected"), [
    ("2024-03-24", (-1, 365, False, False)), ("2024-03-25", (15, 15, False, False)), ("2024-03-26", (16, 16, False, False)),
    ("2025-03-09", (364, 364, False, False)), ("2025-03-10", (365, 365, False, False)), ("2025-03-11", (-1, 365, False, False)),
])
def test_another_report_counts_after_14_days_and_to_the_anniversary(tmp_path, again, expected):
    assert told(reports(tmp_path, "recurrence_of_maltreatment", again)) == expected


@pytest.mark.parametrize(("as_of", "expected"), [
    ("2024-09-05", (-1, 179, False, True)), ("2024-09-06", (180, 180, False, False)), ("2024-09-07", (180, 180, False, False)),
])
def test_another_report_is_known_from_its_own_day(tmp_path, as_of, expected):
    assert told(reports(tmp_path, "recurrence_of_maltreatment", "2024-09-06", as_of=as_of)) == expected


@pytest.mark.parametrize(("first", "children"), [("2023-12-31", 0), ("2024-01-01", 1), ("2024-06-30", 1), ("2024-07-01", 0)])
def test_the_first_report_is_in_the_period(tmp_path, first, children):
    assert len(reports(tmp_path, "recurrence_of_maltreatment", "2026-06-30", first=first).start) == children


@pytest.mark.parametrize(("entry", "expected"), [
    ("2024-03-09", None), ("2024-03-10", (0, 0, False, False)), ("2024-03-11", (1, 1, False, False)),
    ("2025-03-10", (365, 365, False, False)), ("2025-03-11", (-1, 365, False, False)),
])
def test_kept_at_home_ends_with_entry_into_care(tmp_path, entry, expected):
    """A child who was in care already on the day before the report was not at home."""
    found = reports(tmp_path, "kept_at_home_after_report", "2026-06-30", episodes=f"child_id entry_date\none {entry}")
    assert (told(found) if len(found.start) else None) == expected


def test_kept_at_home_ends_with_another_report(tmp_path):
    assert told(reports(tmp_path, "kept_at_home_after_report", "2024-05-10")) == (61, 61, False, False)  # 21 + 30 + 10


# Moves of an entry cohort

def moves(folder, move: str, *, leaving: str = ".", as_of: str = LATE, entry: str = "2024-03-01"):
    reason = "." if leaving == "." else "transfer"
    return one(folder, "placement_stability", "2024H1", as_of, f"episode_id entry_date exit_date exit_reason\n1 {entry} {leaving} {reason}",
               placements=f"episode_id setting start_date end_date\n1 kin {entry} {move}\n1 kin {move} .")


@pytest.mark.parametrize(("move", "offset"), [("2024-06-29", [120]), ("2024-06-30", [121]), ("2024-07-01", [])])
def test_a_move_counts_to_the_end_of_the_period(tmp_path, move, offset):
    found = moves(tmp_path, move)
    assert (found.offset.tolist(), found.last.tolist(), found.length.tolist()) == (offset, [121], [121])  # 30 + 30 + 31 + 30


@pytest.mark.parametrize(("as_of", "offset", "last"), [("2024-03-30", [], 29), ("2024-03-31", [30], 30), ("2024-04-01", [30], 31)])
def test_a_move_is_known_from_its_own_day(tmp_path, as_of, offset, last):
    found = moves(tmp_path, "2024-03-31", as_of=as_of)
    assert (found.offset.tolist(), found.last.tolist(), found.waiting.tolist()) == (offset, [last], [True])


@pytest.mark.parametrize(("leaving", "offset"), [("2024-03-30", []), ("2024-03-31", []), ("2024-04-01", [30])])
def test_a_move_on_the_day_of_leaving_is_none(tmp_path, leaving, offset):
    found = moves(tmp_path, "2024-03-31", leaving=leaving)
    assert found.offset.tolist() == offset and found.ended.tolist() == [True]


# Reports during care

def in_care(folder, report: str, *, entry: str = "2023-05-01", leaving: str = ".", as_of: str = LATE):
    reason = "." if leaving == "." else "transfer"
    stay = f"child_id entry_date exit_date exit_reason\none {entry} {leaving} {reason}"
    return one(folder, "maltreatment_in_care", "2024H1", as_of, stay, reports=f"""
        report_id  child_id  care_id  county  report_date  incident_date  disposition    disposition_date
        r1         one       one      Alder   {report}     .              substantiated  {report}
    """)


@pytest.mark.parametrize(("report", "offset"), [
    ("2023-12-31", []), ("2024-01-01", [1]), ("2024-01-02", [2]), ("2024-06-30", [182]), ("2024-07-01", []),
])
def test_reports_in_the_period_are_dated_from_its_eve(tmp_path, report, offset):
    found = in_care(tmp_path, report)
    assert (found.offset.tolist(), found.last.tolist()) == (offset, [182])  # 31 + 29 + 31 + 30 + 31 + 30


@pytest.mark.parametrize(("report", "offset"), [("2024-03-07", []), ("2024-03-08", [7]), ("2024-03-09", [8])])
def test_reports_of_the_first_week_do_not_count(tmp_path, report, offset):
    found = in_care(tmp_path, report, entry="2024-03-01")
    assert (found.offset.tolist(), found.last.tolist()) == (offset, [121])


@pytest.mark.parametrize(("leaving", "offset", "last"), [("2024-03-31", [], 91), ("2024-04-01", [], 92), ("2024-04-02", [92], 93)])
def test_reports_count_until_the_day_before_leaving(tmp_path, leaving, offset, last):
    found = in_care(tmp_path, "2024-04-01", leaving=leaving)  # 31 + 29 + 31 days to the end of March
    assert (found.offset.tolist(), found.last.tolist(), found.ended.tolist()) == (offset, [last], [True])
