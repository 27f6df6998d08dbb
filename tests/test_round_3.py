"""Round 3: fewer than 12 completed months, and re-entry of those who had entered in the period."""

import pytest
from counted import counts, extract

LATE = "2026-12-31"


def one(leaving, reason="relative"):
    return f"entry_date exit_date exit_reason\n2024-03-15 {leaving} {reason}"


@pytest.mark.parametrize(("leaving", "round_3", "round_4"), [("2025-03-14", 1, 1), ("2025-03-15", 0, 1), ("2025-03-16", 0, 0)])
def test_the_anniversary_does_not_count(tmp_path, leaving, round_3, round_4):
    found = extract(tmp_path, one(leaving))
    assert counts("permanency_in_12_months_round_3", found, "2024H1", LATE)[:2] == (round_3, 1)
    assert counts("permanency_in_12_months", found, "2024H1", LATE)[:2] == (round_4, 1)


def reentry(folder, *stays):
    drawn = "child_id entry_date exit_date exit_reason\n" + "\n".join(f"one {stay}" for stay in stays)
    return counts("reentry_in_12_months_round_3", extract(folder, drawn), "2024H1", LATE)[:2]


@pytest.mark.parametrize(("entry", "children"), [("2023-12-31", 0), ("2024-01-01", 1), ("2024-06-30", 1), ("2024-07-01", 0)])
def test_who_entered_in_the_period(tmp_path, entry, children):
    assert reentry(tmp_path, f"{entry} 2024-08-01 relative") == (0, children)


@pytest.mark.parametrize(("leaving", "children"), [("2025-03-14", 1), ("2025-03-15", 0), ("2025-03-16", 0)])
def test_who_left_in_less_than_12_completed_months(tmp_path, leaving, children):
    assert reentry(tmp_path, f"2024-03-15 {leaving} relative") == (0, children)


@pytest.mark.parametrize(("back", "returned"), [("2025-08-31", 1), ("2025-09-01", 0), ("2025-09-02", 0)])
def test_who_came_back_in_less_than_12_completed_months(tmp_path, back, returned):
    assert reentry(tmp_path, "2024-03-15 2024-09-01 relative", f"{back} . .") == (returned, 1)


@pytest.mark.parametrize(("leaving", "children"), [("2024-03-22", 0), ("2024-03-23", 1), ("2024-03-24", 1)])
def test_stays_of_8_days_and_more(tmp_path, leaving, children):
    assert reentry(tmp_path, f"2024-03-15 {leaving} relative") == (0, children)


def test_adoption_is_no_exit_of_the_denominator(tmp_path):
    assert reentry(tmp_path, "2024-03-15 2024-09-01 adoption") == (0, 0)


@pytest.mark.parametrize(("as_of", "status"), [("2026-06-29", "so far"), ("2026-06-30", "shown"), ("2026-07-01", "shown")])
def test_two_windows_must_be_over(tmp_path, as_of, status):
    """The last child entered on 30 June 2024, may leave until June 2025 and come back until June 2026."""
    assert counts("reentry_in_12_months_round_3", extract(tmp_path, one("2024-08-01")), "2024H1", as_of)[2] == status
