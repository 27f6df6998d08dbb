"""Best and worst case: k of n with m records left out lies between k/(n+m) and (k+m)/(n+m)."""

from datetime import date

import pandas as pd
import pytest
from counted import extract
from drawn import write
from test_afcars import drawn, row

from cqi.cohorts import cohort
from cqi.measures import basis, count
from cqi.quality import bounds
from cqi.registry import measure
from cqi.sources import load
from cqi.vocabulary import WHOLE

GOOD = "Alder 2015-06-15 2024-08-10 2025-02-10 adoption\nAlder 2015-06-15 2024-08-10 . .\n"


def bounded(found, name="permanency_in_12_months", period="2024H2", as_of="2026-06-30", county="Alder"):
    table = count(measure(name), basis(found), cohort(period), as_of=date.fromisoformat(as_of))
    rows = bounds(table, found.flagged)
    row = rows.loc[rows["county"] == county].iloc[0]
    return row["left_out"], row["lowest"], row["highest"]


def drawing(*lines):
    return "county birth_date entry_date exit_date exit_reason\n" + GOOD + "\n".join(lines)


def test_nothing_left_out_gives_the_value_itself(tmp_path):
    assert bounded(extract(tmp_path, drawing())) == (0, 1 / 2, 1 / 2)


def test_two_records_left_out_of_the_cohort(tmp_path):
    found = extract(tmp_path, drawing("Alder . 2024-08-10 . .", "Alder 2015-06-15 2024-08-10 2024-11-10 ."))
    assert bounded(found) == (2, 1 / 4, 3 / 4)


def test_a_record_that_two_checks_flag_counts_once(tmp_path):
    assert bounded(extract(tmp_path, drawing("Alder . 2024-08-10 2024-11-10 ."))) == (1, 1 / 3, 2 / 3)


def test_counties_by_themselves_and_the_whole_file_together(tmp_path):
    found = extract(tmp_path, drawing("Birch . 2024-08-10 . .", "Birch 2015-06-15 2024-08-10 . ."))
    assert bounded(found) == (0, 1 / 2, 1 / 2)
    assert bounded(found, county="Birch") == (1, 0, 1 / 2)
    assert bounded(found, county=WHOLE) == (1, 1 / 4, 2 / 4)


@pytest.mark.parametrize(("entry", "left_out"), [("2024-06-30", 0), ("2024-07-01", 1), ("2024-12-31", 1), ("2025-01-01", 0)])
def test_the_entry_date_places_a_record_in_an_entry_cohort(tmp_path, entry, left_out):
    assert bounded(extract(tmp_path, drawing(f"Alder . {entry} . .")))[0] == left_out


@pytest.mark.parametrize(("as_of", "left_out"), [("2024-09-09", 0), ("2024-09-10", 1), ("2024-09-11", 1)])
def test_what_was_not_known_yet_is_not_left_out(tmp_path, as_of, left_out):
    assert bounded(extract(tmp_path, drawing("Alder . 2024-09-10 . .")), as_of=as_of)[0] == left_out


@pytest.mark.parametrize(("exit_date", "left_out"), [("2024-12-31", 0), ("2025-01-01", 1), ("2025-06-30", 1), ("2025-07-01", 0)])
def test_the_exit_date_places_a_record_in_an_exit_cohort(tmp_path, exit_date, left_out):
    found = extract(tmp_path, drawing(f"Alder 2015-06-15 2023-08-10 {exit_date} ."))
    assert bounded(found, "reentry_in_12_months", "2025H1")[0] == left_out


@pytest.mark.parametrize(("entry", "exit_date", "left_out"), [
    ("2022-10-01", ".", 1), ("2022-10-02", ".", 0), ("2020-10-02", "2024-09-30", 0), ("2020-10-02", "2024-10-01", 1),
])
def test_children_in_care_on_the_first_day_for_24_months(tmp_path, entry, exit_date, left_out):
    found = extract(tmp_path, drawing(f"Alder . {entry} {exit_date} {'adoption' if exit_date != '.' else '.'}"))
    assert bounded(found, "permanency_in_12_months_24_plus", "25A25B")[0] == left_out


@pytest.mark.parametrize(("entry", "left_out"), [("2022-10-01", 0), ("2022-10-02", 1), ("2023-10-01", 1), ("2023-10-02", 0)])
def test_children_in_care_on_the_first_day_for_12_to_23_months(tmp_path, entry, left_out):
    found = extract(tmp_path, drawing(f"Alder . {entry} . ."))
    assert bounded(found, "permanency_in_12_months_12_to_23", "25A25B")[0] == left_out


@pytest.mark.parametrize("dates", ["2025-03-10 2024-09-10", "2024-09-10 2024-03-10"])
def test_of_two_dates_of_which_one_is_wrong_either_may_place_the_record(tmp_path, dates):
    assert bounded(extract(tmp_path, drawing(f"Alder 2015-06-15 {dates} adoption")))[0] == 1


def test_a_record_that_the_measure_counts_is_not_left_out(tmp_path):
    """Exits without a reason and a missing number of placements: each for its own measures."""
    lines = "county entry_date exit_date exit_reason placement_count\nAlder 2024-08-10 2024-11-10 . 1\nAlder 2024-08-10 2025-11-10 adoption ."
    found = extract(tmp_path, lines)
    assert bounded(found)[0] == 1 and bounded(found, "first_placement_with_kin")[0] == 1
    assert set(found.flagged["check"]) == {"no_exit_reason", "no_placement_count"}


@pytest.mark.parametrize(("period", "left_out"), [("21A", 0), ("21B", 1), ("22A", 0)])
def test_a_dropped_record_may_have_left_in_the_half_year_after_its_last_report(tmp_path, period, left_out):
    found = load(write(tmp_path, fc=drawn(
        row("CA1", "2021-3", "2020-05-10", county="01001"), row("CA2", "2021-3", "2020-05-10", county="01001"),
        row("CA2", "2021-9", "2020-05-10", county="01001"), row("CA2", "2022-3", "2020-05-10", county="01001"))), "afcars")
    assert found.flagged["check"].to_list() == ["dropped_records"]
    assert bounded(found, "reentry_in_12_months", period, county="Autauga (01001)")[0] == left_out


def test_rates_and_measures_of_reports_have_no_bounds(tmp_path):
    found = extract(tmp_path, drawing("Alder . 2024-08-10 . ."))
    names = ("placement_stability", "recurrence_of_maltreatment", "investigation_completed_on_time")
    tables = [count(measure(name), basis(found), cohort("2024H2"), as_of=date(2026, 6, 30)) for name in names]
    assert bounds(pd.concat(tables, ignore_index=True), found.flagged).empty


def test_nobody_counted_and_nobody_left_out(tmp_path):
    left_out, lowest, highest = bounded(extract(tmp_path, drawing()), period="2023H1")
    assert left_out == 0 and pd.isna(lowest) and pd.isna(highest)
