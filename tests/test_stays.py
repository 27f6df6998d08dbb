"""Who is in: each rule of an entry cohort with the day before, the day and the day after.

Rules: CFSR Round 4 data dictionary, pages 1, 4 and 7. The measure is permanency in 12 months unless said otherwise.
"""

from datetime import date

import pytest
from counted import counts, extract

from cqi.cohorts import cohort, entered
from cqi.measures import basis

PERMANENCY, MOVES = "permanency_in_12_months", "placement_stability"


def permanency(folder, episodes, *, period="2024H1", as_of="2026-12-31", **others):
    """Children who left to permanency within 12 months, and children who count."""
    return counts(PERMANENCY, extract(folder, episodes, **others), period, as_of)[:2]


def one(entry, leaving, reason="reunification", birth="2015-06-15"):
    """A drawing of one child."""
    return f"birth_date entry_date exit_date exit_reason\n{birth} {entry} {leaving} {reason}"


# Entering in the period

@pytest.mark.parametrize(("entry", "children"), [
    ("2023-12-31", 0), ("2024-01-01", 1), ("2024-06-30", 1), ("2024-07-01", 0),
])
def test_first_and_last_day_of_the_period_count(tmp_path, entry, children):
    assert permanency(tmp_path, one(entry, ".", ".")) == (0, children)


def test_a_stay_that_began_before_the_file_is_no_entry(tmp_path):
    assert permanency(tmp_path, """
        entry_date  entry_known
        2024-01-01  no
        2024-01-01  yes
    """) == (0, 1)


# A stay counts once it has lasted 8 days

@pytest.mark.parametrize(("leaving", "children"), [
    ("2024-03-08", 0),  # day 7
    ("2024-03-09", 1),  # day 8
    ("2024-03-10", 1),
])
def test_stays_under_8_days_do_not_count(tmp_path, leaving, children):
    assert permanency(tmp_path, one("2024-03-01", leaving)) == (children, children)


@pytest.mark.parametrize(("as_of", "children"), [("2024-03-08", 0), ("2024-03-09", 1), ("2024-03-10", 1)])
def test_a_stay_counts_once_8_days_are_observed(tmp_path, as_of, children):
    assert permanency(tmp_path, one("2024-03-01", ".", "."), as_of=as_of) == (0, children)


# Under 18

@pytest.mark.parametrize(("birth", "children"), [
    ("2006-02-28", 0), ("2006-03-01", 0),  # 18 on the day of entry
    ("2006-03-02", 0), ("2006-03-08", 0),  # 18 on day 7, which ends the stay
    ("2006-03-09", 1), ("2006-03-10", 1),  # 18 on day 8
])
def test_who_enters_at_18_or_turns_18_within_8_days_does_not_count(tmp_path, birth, children):
    assert permanency(tmp_path, one("2024-03-01", "2024-06-01", birth=birth)) == (0, children)


@pytest.mark.parametrize(("birth", "children"), [
    ("2008-02-28", 0), ("2008-02-29", 0), ("2008-03-01", 1), ("2008-03-02", 1),  # entering on 29 February 2024
])
def test_a_measure_may_ask_for_younger_children(tmp_path, birth, children):
    found = basis(extract(tmp_path, one("2024-02-29", ".", ".", birth=birth))).stays
    assert len(entered(found, cohort("2024H1"), as_of=date(2024, 6, 30), age_below=16)) == children


@pytest.mark.parametrize(("birth", "children"), [("2006-03-01", 0), ("2006-03-02", 1)])
def test_who_is_18_is_no_entry_even_where_short_stays_count(tmp_path, birth, children):
    found = basis(extract(tmp_path, one("2024-03-01", ".", ".", birth=birth))).stays
    assert len(entered(found, cohort("2024H1"), as_of=date(2024, 6, 30))) == children


@pytest.mark.parametrize(("leaving", "home"), [
    ("2024-09-14", 1),  # the day before the birthday
    ("2024-09-15", 0),  # on it: turning 18
    ("2024-09-16", 0),
])
def test_turning_18_in_care_is_not_permanency(tmp_path, leaving, home):
    assert permanency(tmp_path, one("2024-03-01", leaving, birth="2006-09-15")) == (home, 1)


@pytest.mark.parametrize(("leaving", "home"), [("2026-02-27", 1), ("2026-02-28", 0), ("2026-03-01", 0)])
def test_a_birthday_on_29_february_comes_on_the_28th_in_other_years(tmp_path, leaving, home):
    drawing = one("2026-01-10", leaving, birth="2008-02-29")
    assert permanency(tmp_path, drawing, period="2026H1") == (home, 1)


def test_without_a_birth_date_a_child_is_left_out_of_a_federal_file(tmp_path):
    """The official check on birth dates leaves the record out; files of other systems count such children as under 18."""
    assert permanency(tmp_path, one("2024-03-01", "2024-06-01", birth=".")) == (0, 0)


# Within 12 months of entry, the anniversary included

@pytest.mark.parametrize(("entry", "leaving", "home"), [
    ("2024-03-15", "2025-03-14", 1), ("2024-03-15", "2025-03-15", 1), ("2024-03-15", "2025-03-16", 0),
    ("2024-02-29", "2025-02-27", 1), ("2024-02-29", "2025-02-28", 1), ("2024-02-29", "2025-03-01", 0),
    ("2024-01-31", "2025-01-30", 1), ("2024-01-31", "2025-01-31", 1), ("2024-01-31", "2025-02-01", 0),
    ("2023-02-28", "2024-02-27", 1), ("2023-02-28", "2024-02-28", 1), ("2023-02-28", "2024-02-29", 0),
    ("2023-03-01", "2024-02-29", 1), ("2023-03-01", "2024-03-01", 1), ("2023-03-01", "2024-03-02", 0),  # day 366
])
def test_twelve_months(tmp_path, entry, leaving, home):
    assert permanency(tmp_path, one(entry, leaving), period=entry[:4] + "H1") == (home, 1)


@pytest.mark.parametrize(("reason", "home"), [
    ("reunification", 1), ("relative", 1), ("guardianship", 1), ("adoption", 1),
    ("emancipation", 0), ("transfer", 0), ("runaway", 0), ("death", 0), ("other", 0),
])
def test_permanency_is_four_kinds_of_exit(tmp_path, reason, home):
    assert permanency(tmp_path, one("2024-03-01", "2024-06-01", reason)) == (home, 1)


# As of a day: later exits are unknown

@pytest.mark.parametrize(("as_of", "home"), [("2024-05-31", 0), ("2024-06-01", 1), ("2024-06-02", 1)])
def test_an_exit_is_known_on_its_day(tmp_path, as_of, home):
    assert permanency(tmp_path, one("2024-03-01", "2024-06-01"), as_of=as_of) == (home, 1)


@pytest.mark.parametrize(("as_of", "status"), [("2025-06-29", "so far"), ("2025-06-30", "shown"), ("2025-07-01", "shown")])
def test_a_cohort_is_shown_once_its_last_child_could_have_had_12_months(tmp_path, as_of, status):
    found = extract(tmp_path, one("2024-03-01", "2024-06-01"))
    assert counts(PERMANENCY, found, "2024H1", as_of) == (1, 1, status)


def test_a_period_that_has_not_begun_has_no_figure(tmp_path):
    found = extract(tmp_path, one("2024-03-01", "2024-06-01"))
    assert counts(PERMANENCY, found, "2024H2", "2024-06-30") == (0, 0, "not yet mature")
    assert counts(PERMANENCY, found, "2024H2", "2024-07-01") == (0, 0, "so far")


# Trial home visit: days beyond 30 are taken off

def visit(folder, *, leaving, since, reason="reunification", measure=PERMANENCY, after=""):
    """A child who entered on 1 March 2024, lived with a foster family, and went on a trial home visit."""
    found = extract(folder, "episode_id " + one("2024-03-01", leaving, reason).replace("\n", "\n1 "), placements=f"""
        episode_id  setting            start_date  end_date
        1           foster~family      2024-03-01  {since}
        1           trial~home~visit   {since}     {leaving}
        {after}
    """)
    return counts(measure, found, "2024H1", "2026-12-31")[:2]


@pytest.mark.parametrize(("since", "home"), [("2025-01-29", 1), ("2025-01-30", 1), ("2025-01-31", 0)])
def test_the_stay_ends_30_days_into_the_visit(tmp_path, since, home):
    #  30 days from 30 January are over on 1 March, the anniversary
    assert visit(tmp_path, leaving="2025-06-01", since=since) == (home, 1)


@pytest.mark.parametrize(("since", "leaving", "home"), [
    ("2025-01-30", "2025-02-28", 1), ("2025-01-30", "2025-03-01", 1),  # 29 and 30 days, over by the anniversary
    ("2025-01-30", "2025-03-02", 1),  # 31 days: one is taken off, so the stay ends on the anniversary
    ("2025-01-31", "2025-03-01", 1),  # 29 days, over on the anniversary
    ("2025-01-31", "2025-03-02", 0),  # 30 days, over a day late: nothing is taken off
    ("2025-01-31", "2025-03-03", 0),  # 31 days, over two days late: one is taken off
])
def test_visits_of_29_30_and_31_days(tmp_path, since, leaving, home):
    assert visit(tmp_path, leaving=leaving, since=since) == (home, 1)


@pytest.mark.parametrize("reason", ["relative", "guardianship", "adoption"])
def test_only_with_reunification(tmp_path, reason):
    assert visit(tmp_path, leaving="2025-06-01", since="2025-01-01", reason=reason) == (0, 1)


def test_only_where_the_visit_came_last(tmp_path):
    back = "1  foster~family  2025-02-15  2025-06-01"
    assert visit(tmp_path, leaving="2025-06-01", since="2025-01-01", after=back) == (0, 1)


def test_only_for_permanency_not_for_the_days_of_placement_stability(tmp_path):
    #  days to the end of the period, 30 June: 30 + 30 + 31 + 30
    assert visit(tmp_path, leaving="2025-06-01", since="2024-04-01", measure=MOVES) == (0, 121)


def test_the_current_setting_serves_where_a_file_has_no_placements(tmp_path):
    head = "entry_date exit_date exit_reason current_setting current_setting_start\n"
    assert permanency(tmp_path, head + "2024-03-01 2025-06-01 reunification trial~home~visit 2025-01-30") == (1, 1)
    assert permanency(tmp_path, head + "2024-03-01 2025-06-01 reunification trial~home~visit 2025-01-31") == (0, 1)
    assert permanency(tmp_path, head + "2024-03-01 2025-06-01 reunification trial~home~visit .") == (0, 1)
    without = head.replace(" current_setting_start", "")
    assert permanency(tmp_path, without + "2024-03-01 2025-02-01 reunification trial~home~visit") == (1, 1)


# A child counts once

@pytest.mark.parametrize(("first", "home", "why"), [
    ("2024-01-10  2024-03-01  transfer", 0, "the first stay counts, not the second that went home"),
    ("2024-01-10  2024-01-17  transfer", 1, "the first was under 8 days, so the second is the first that counts"),
    ("2023-12-20  2024-03-01  transfer", 1, "the first was before the period"),
])
def test_the_first_stay_that_counts(tmp_path, first, home, why):
    assert permanency(tmp_path, f"""
        child_id  entry_date  exit_date   exit_reason
        one       {first}
        one       2024-04-01  2024-06-01  reunification
    """) == (home, 1), why


# An exit without a reason

def test_a_stay_that_ended_without_a_reason_is_left_out(tmp_path):
    drawing = one("2024-03-01", "2024-06-01", ".")
    assert permanency(tmp_path, drawing) == (0, 0)
    assert permanency(tmp_path, drawing, as_of="2024-06-01") == (0, 0)
    assert permanency(tmp_path, drawing, as_of="2024-05-31") == (0, 1)  # not yet known to have ended


def test_the_child_is_left_out_not_only_the_stay(tmp_path):
    """Children who re-enter after a first episode without a reason are excluded (dictionary, pages 4 and 5)."""
    assert permanency(tmp_path, """
        child_id  entry_date  exit_date   exit_reason
        one       2024-01-10  2024-03-01  .
        one       2024-04-01  2024-06-01  reunification
        two       2024-01-10  2024-03-01  reunification
    """) == (1, 1)


def test_turning_18_is_a_reason(tmp_path):
    assert permanency(tmp_path, one("2024-03-01", "2024-09-20", ".", birth="2006-09-15")) == (0, 1)
