"""Figures over an official limit: which are stopped, and in what words."""

import pandas as pd
import pytest
from counted import extract

from cqi.cohorts import cohort
from cqi.measures import basis, count
from cqi.quality import broken_limits, limit_reasons, with_limits
from cqi.registry import measure
from cqi.sources.official import CHECK_COLUMNS
from cqi.vocabulary import MEASURE_COLUMNS, WHOLE
from cqi.wording.quality import reason_sentences

AS_OF = "2026-06-30"


def checks(*lines: tuple) -> pd.DataFrame:
    """Each line: check, period, county, flagged, among; over or not as the table of the file says it."""
    rows = [(check, period, county, flagged, among, flagged / among, 0.1, True) for check, period, county, flagged, among in lines]
    return pd.DataFrame(rows, columns=list(CHECK_COLUMNS))


def rows(name="permanency_in_12_months", period="2024H2", at=12.0, *, as_of=AS_OF, status="shown", counties=("Alder", "Birch", WHOLE)) -> pd.DataFrame:
    table = pd.DataFrame({"county": counties}).assign(
        measure=name, cohort=period, at=at, as_of=pd.Timestamp(as_of), status=status, numerator=4, denominator=10, children=10, value=0.4,
        lower=0.2, upper=0.6)
    return table.reindex(columns=list(MEASURE_COLUMNS))


def stopped(table, *lines) -> list[str]:
    found = with_limits(table, checks(*lines))
    return found.loc[found["status"] == "data quality", "county"].to_list()


def test_no_limit_is_broken():
    table = rows()
    pd.testing.assert_frame_equal(with_limits(table, checks()), table)
    under = checks(("no_exit_reason", "25A", WHOLE, 12, 100)).assign(over=False)
    pd.testing.assert_frame_equal(with_limits(table, under), table)


def test_a_stopped_row_has_no_figure_and_keeps_its_children():
    row = with_limits(rows(), checks(("no_exit_reason", "25A", WHOLE, 12, 100))).iloc[0]
    assert row[["numerator", "value", "lower", "upper"]].isna().all()
    assert (row["status"], row["denominator"], row["children"]) == ("data quality", 10, 10)


def test_the_whole_file_stops_every_county_and_a_county_only_itself():
    assert stopped(rows(), ("no_exit_reason", "25A", WHOLE, 12, 100)) == ["Alder", "Birch", WHOLE]
    assert stopped(rows(), ("no_exit_reason", "25A", "Birch", 12, 100)) == ["Birch"]


def test_rows_are_told_apart_whatever_their_index():
    table = pd.concat([rows(), rows("placement_stability", at=float("nan"))])
    found = with_limits(table, checks(("no_exit_reason", "25A", "Birch", 12, 100)))
    assert found["status"].to_list() == ["shown", "data quality", "shown", "shown", "shown", "shown"]


@pytest.mark.parametrize(("among", "counties"), [(19, []), (20, ["Birch"]), (21, ["Birch"])])
def test_a_countys_own_share_counts_from_twenty_records_on(among, counties):
    assert stopped(rows(), ("no_birth_date", "25A", "Birch", 2, among)) == counties


def test_a_small_whole_file_is_judged_all_the_same():
    assert stopped(rows(), ("no_birth_date", "25A", WHOLE, 1, 1)) == ["Alder", "Birch", WHOLE]


@pytest.mark.parametrize("name", ["first_removal", "ids_do_not_match"])
def test_what_is_said_of_a_file_stops_no_single_county(name):
    assert stopped(rows("reentry_in_12_months"), (name, "25A", "Birch", 100, 100)) == []
    assert stopped(rows("reentry_in_12_months"), (name, "25A", WHOLE, 100, 100)) == ["Alder", "Birch", WHOLE]


@pytest.mark.parametrize(("name", "stops"), [
    ("permanency_in_12_months", True), ("reentry_in_12_months", True), ("placement_stability", False), ("recurrence_of_maltreatment", False),
])
def test_a_check_stops_the_measures_that_it_concerns(name, stops):
    assert (stopped(rows(name), ("no_exit_reason", "25A", WHOLE, 12, 100)) != []) == stops


@pytest.mark.parametrize(("half", "stops"), [("24A", False), ("24B", True), ("25A", True), ("25B", True), ("26A", True), ("26B", False)])
def test_half_years_that_the_cohort_or_its_window_touches(half, stops):
    #  children who entered July to December 2024, until 31 December 2025: April 2024 to March 2026 is touched
    assert (stopped(rows(), ("no_exit_reason", half, WHOLE, 12, 100)) != []) == stops


@pytest.mark.parametrize(("as_of", "stops"), [("2025-09-30", False), ("2025-10-01", True), ("2025-10-02", True)])
def test_never_after_what_was_known(as_of, stops):
    assert (stopped(rows(as_of=as_of, status="so far"), ("no_exit_reason", "26A", WHOLE, 12, 100)) != []) == stops


@pytest.mark.parametrize(("half", "stops"), [("24A", False), ("24B", True), ("25A", True), ("25B", False)])
def test_a_measure_without_a_window_ends_with_its_period(half, stops):
    line = ("no_birth_date", half, WHOLE, 12, 100)
    assert (stopped(rows("placement_stability", at=float("nan")), line) != []) == stops


@pytest.mark.parametrize(("half", "stops"), [("24A", False), ("24B", True), ("25A", True), ("25B", False), ("26A", False)])
def test_children_in_care_on_a_day_have_their_window_from_that_day(half, stops):
    #  in care on 1 April 2024, window to 31 March 2025
    table = rows("permanency_in_12_months_24_plus", "24B25A")
    assert (stopped(table, ("no_exit_reason", half, WHOLE, 12, 100)) != []) == stops


@pytest.mark.parametrize(("year", "stops"), [("FFY2024", True), ("FFY2025", True), ("FFY2026", True), ("FFY2027", False)])
def test_federal_years_of_victims(year, stops):
    table = rows("recurrence_of_maltreatment")
    assert (stopped(table, ("no_victim_age", year, WHOLE, 12, 100)) != []) == stops


def test_a_check_of_the_file_as_a_whole_stops_every_period():
    assert stopped(rows(period="2019H1"), ("no_entry_date", "", WHOLE, 12, 100)) == ["Alder", "Birch", WHOLE]


@pytest.mark.parametrize("status", ["suppressed", "not yet mature"])
def test_rows_without_a_figure_stay_as_they_are(status):
    table = rows(status=status)
    broken = checks(("no_exit_reason", "25A", WHOLE, 12, 100))
    pd.testing.assert_frame_equal(with_limits(table, broken), table)
    assert limit_reasons(table, broken).empty and not limit_reasons(with_limits(rows(), broken), broken).empty


def test_from_a_file_to_the_cell(tmp_path):
    """21 exits, 2 without a reason: 9.5% passes. 3 of 21: 14.3% does not."""
    def cell(without):
        folder = tmp_path / str(without)
        folder.mkdir(exist_ok=True)
        lines = [f"2024-07-{1 + number:02} 2024-11-10 {'.' if number < without else 'adoption'}" for number in range(21)]
        found = extract(folder, "\n".join(["entry_date exit_date exit_reason", *lines]))
        table = count(measure("permanency_in_12_months"), basis(found), cohort("2024H2"), as_of=pd.Timestamp(AS_OF).date())
        return with_limits(table, found.checks).iloc[0]

    assert (cell(2)["numerator"], cell(2)["denominator"], cell(2)["status"]) == (19, 19, "shown")
    assert (pd.isna(cell(3)["value"]), cell(3)["status"]) == (True, "data quality")


def test_broken_limits_are_those_that_stop_a_figure():
    lines = [("no_birth_date", "25A", WHOLE, 1, 10), ("no_birth_date", "25A", "Alder", 2, 20), ("no_birth_date", "25A", "Birch", 2, 19),
             ("first_removal", "25A", "Alder", 99, 100)]
    assert broken_limits(checks(*lines))["county"].to_list() == [WHOLE, "Alder"]
    assert broken_limits(checks()).empty


# In words

def said(table, *lines, counts=True, county="Alder"):
    found = limit_reasons(table, checks(*lines))
    return reason_sentences(found.loc[found["county"] == county], counts=counts)


def test_reasons_are_facts_of_each_cell():
    found = limit_reasons(rows(counties=("Alder", WHOLE)), checks(("no_exit_reason", "25A", "Alder", 30, 100), ("no_exit_reason", "24B", WHOLE, 12, 100)))
    assert found[["county", "period", "where", "flagged", "among"]].values.tolist() == [
        ["Alder", "24B", WHOLE, 12, 100], ["Alder", "25A", "Alder", 30, 100], [WHOLE, "24B", WHOLE, 12, 100]]


def test_the_reason_in_plain_words():
    assert said(rows(), ("no_exit_reason", "25A", WHOLE, 12, 100)) == (
        "Not calculated: 12% of exits have no reason in October 2024 to March 2025; the federal limit is 10%.",)
    assert said(rows(), ("no_exit_reason", "25A", "Birch", 12, 100), county="Birch") == (
        "Not calculated: 12% of exits have no reason in Birch in October 2024 to March 2025; the federal limit is 10%.",)
    assert said(rows(), ("no_entry_date", "", WHOLE, 12, 100)) == ("Not calculated: 12% of records have no date of removal; the federal limit is 5%.",)


@pytest.mark.parametrize(("flagged", "words"), [(1049, "10.5%"), (1044, "10.4%"), (1004, "10.04%"), (1001, "10.01%"), (1200, "12%")])
def test_a_share_over_the_limit_does_not_look_like_the_limit(flagged, words):
    assert words in said(rows(), ("no_exit_reason", "25A", WHOLE, flagged, 10_000))[0]


def test_limits_from_below():
    table = rows("recurrence_of_maltreatment")
    assert said(table, ("victims_match_across_years", "FFY2025", WHOLE, 4, 1000)) == (
        "Not calculated: 0.4% of victims are found again in the next federal year in October 2024 to September 2025; the federal limit is at least 1%.",)
    table = rows("maltreatment_in_care", at=float("nan"))
    assert said(table, ("care_ids_match", "FFY2025", WHOLE, 0, 10)) == (
        "Not calculated: none of victims' foster care ids are found among the stays in care of that year in October 2024 to September 2025; "
        "at least one must be.",)


def test_without_counts_no_share_is_told():
    assert said(rows(), ("no_exit_reason", "25A", WHOLE, 12, 100), counts=False) == (
        "Not calculated: too many exits have no reason in October 2024 to March 2025.",)
    assert said(rows("recurrence_of_maltreatment"), ("victims_match_across_years", "FFY2025", WHOLE, 4, 1000), counts=False) == (
        "Not calculated: too few victims are found again in the next federal year in October 2024 to September 2025.",)
