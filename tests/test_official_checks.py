"""The official checks of a file, each at its exact limit. All rows are made up."""

from pathlib import Path

import afcars2020_files as xml
import pandas as pd
import pytest
from counted import extract
from drawn import write
from test_afcars import drawn, row

from cqi.registry import measure_names
from cqi.sources import declared, load
from cqi.sources.official import CHECK_COLUMNS, FLAGGED_COLUMNS, declared_checks
from cqi.vocabulary import WHOLE

GOOD = {"birth_date": "2015-06-15", "entry_date": "2024-11-10", "exit_date": "2025-02-10", "exit_reason": "adoption"}
FAULTS = {
    "birth_after_entry": {"birth_date": "2024-11-11"},
    "birth_after_exit": {"birth_date": "2025-02-11"},
    "same_day_exit": {"exit_date": "2024-11-10"},
    "exit_before_entry": {"exit_date": "2024-11-09"},
    "no_birth_date": {"birth_date": ""},
    "no_exit_reason": {"exit_reason": ""},
    "no_placement_count": {"placement_count": ""},
}


def counted(found, name, county=WHOLE) -> dict:
    """Period: flagged, among, over."""
    rows = found.checks.loc[(found.checks["check"] == name) & (found.checks["county"] == county)]
    return {row.period: (row.flagged, row.among, row.over) for row in rows.itertuples(index=False)}


def stays(faulty: int, of: int, fault: dict, good: dict | None = None) -> pd.DataFrame:
    """So many stays in 25A, the first of them with a fault."""
    rows = pd.DataFrame([{**(good or GOOD), **({"placement_count": "1"} if "placement_count" in fault else {})}] * of)
    for name, value in fault.items():
        rows.loc[: faulty - 1, name] = value
    return rows


# The declared checks

def test_the_sixteen_checks_and_their_limits():
    limits = {name: (check.limit, check.direction) for name, check in declared_checks().checks.items()}
    assert limits == {
        "ids_do_not_match": (40, "over"), "birth_after_entry": (5, "over"), "birth_after_exit": (5, "over"),
        "dropped_records": (10, "over"), "same_day_exit": (5, "over"), "exit_before_entry": (5, "over"),
        "no_birth_date": (5, "over"), "no_entry_date": (5, "over"), "no_exit_reason": (10, "over"),
        "no_placement_count": (5, "over"), "first_removal": (95, "over"),
        "victims_match_across_years": (1, "under"), "matched_victims_disagree": (5, "over"), "no_victim_age": (5, "over"),
        "victims_with_care_id": (1, "under"), "care_ids_match": (0, "none"),
    }


def test_every_check_says_what_it_means_and_stops_measures_that_there_are():
    for check in declared_checks().checks.values():
        assert all((check.title, check.words, check.plain, check.means, check.do)) and 8 <= check.page <= 13
        assert check.stops and set(check.stops) <= set(measure_names())


def test_records_that_a_check_leaves_out_are_missing_from_every_measure_of_stays():
    """A check that leaves records out stops the same measures, or more, as any other that does."""
    stops = [set(check.stops) for check in declared_checks().checks.values() if check.leaves_out]
    assert set.intersection(*stops) == set(declared_checks().checks["no_birth_date"].stops)


@pytest.mark.parametrize(("name", "flagged", "among", "over"), [
    ("no_birth_date", 1, 20, False), ("no_birth_date", 500, 10_000, False), ("no_birth_date", 501, 10_000, True),
    ("dropped_records", 1000, 10_000, False), ("dropped_records", 1001, 10_000, True),
    ("ids_do_not_match", 4000, 10_000, False), ("ids_do_not_match", 4001, 10_000, True),
    ("first_removal", 9500, 10_000, False), ("first_removal", 9501, 10_000, True),
    ("victims_match_across_years", 100, 10_000, False), ("victims_match_across_years", 99, 10_000, True),
    ("victims_with_care_id", 1, 100, False), ("victims_with_care_id", 0, 100, True),
    ("care_ids_match", 1, 10_000, False), ("care_ids_match", 0, 1, True),
])
def test_limits_are_exact(name, flagged, among, over):
    assert declared_checks().checks[name].over(flagged, among) == over


# Records of single stays, in a file without six-month reports

@pytest.mark.parametrize("name", FAULTS)
def test_five_percent_passes_and_a_hair_more_does_not(tmp_path, name):
    limit = declared_checks().checks[name].limit
    good = {**GOOD, "entry_date": "2024-11-10"}
    at = extract(tmp_path, stays(limit, 100, FAULTS[name], good))
    assert counted(at, name)["25A"] == (limit, 100, False)
    above = extract(tmp_path, stays(limit + 1, 100, FAULTS[name], good))
    assert counted(above, name)["25A"] == (limit + 1, 100, True)


def test_501_of_10000_is_over_five_percent(tmp_path):
    assert counted(extract(tmp_path, stays(500, 10_000, FAULTS["no_birth_date"])), "no_birth_date") == {"25A": (500, 10_000, False)}
    assert counted(extract(tmp_path, stays(501, 10_000, FAULTS["no_birth_date"])), "no_birth_date") == {"25A": (501, 10_000, True)}


def test_a_check_looks_at_records_with_all_its_values(tmp_path):
    found = extract(tmp_path, """
        birth_date  entry_date  exit_date   exit_reason
        2015-06-15  2024-11-10  .           .
        .           2024-11-10  2025-02-10  adoption
        2024-11-11  2024-11-10  2025-02-10  adoption
    """)
    assert counted(found, "birth_after_entry") == {"25A": (1, 2, True)}
    assert counted(found, "birth_after_exit") == {"25A": (0, 1, False)}
    assert counted(found, "no_birth_date") == {"25A": (1, 3, True)}
    assert counted(found, "no_exit_reason") == {"25A": (0, 2, False)}


@pytest.mark.parametrize(("entry", "exit_date", "halves"), [
    ("2024-09-30", "2024-09-30", ["24B"]), ("2024-09-30", "2024-10-01", ["24B", "25A"]), ("2024-10-01", "2025-03-31", ["25A"]),
    ("2024-10-01", "2025-04-01", ["25A", "25B"]), ("2024-03-31", "", ["24A", "24B", "25A", "25B"]),
])
def test_a_stay_counts_in_every_half_year_in_which_it_was_in_care(tmp_path, entry, exit_date, halves):
    whole = [{"entry_date": "2024-03-31", "exit_date": "2025-04-01", "exit_reason": "adoption"}]  # 24A to 25B
    found = extract(tmp_path, pd.DataFrame([{"entry_date": entry, "exit_date": exit_date, "exit_reason": "adoption" if exit_date else ""}, *whole]))
    among = {period: among for period, (_, among, _) in counted(found, "no_birth_date").items()}
    assert [period for period, number in among.items() if number == 2] == halves and set(among.values()) <= {1, 2}


def test_an_exit_counts_in_the_half_year_of_the_exit(tmp_path):
    found = extract(tmp_path, "entry_date exit_date exit_reason\n2024-01-10 2025-03-31 .\n2024-01-10 2025-04-01 adoption")
    assert counted(found, "no_exit_reason") == {"25A": (1, 1, True), "25B": (0, 1, False)}
    for name in ("birth_after_exit", "same_day_exit", "exit_before_entry"):
        assert counted(found, name) == {"25A": (0, 1, False), "25B": (0, 1, False)}
    assert list(counted(found, "birth_after_entry")) == list(counted(found, "no_birth_date")) == ["24A", "24B", "25A", "25B"]


def test_counties_stand_beside_the_whole_file(tmp_path):
    rows = stays(1, 10, FAULTS["no_birth_date"]).assign(county=["Alder"] * 5 + ["Birch"] * 5)
    found = extract(tmp_path, rows)
    assert counted(found, "no_birth_date", "Alder") == {"25A": (1, 5, True)}
    assert counted(found, "no_birth_date", "Birch") == {"25A": (0, 5, False)}
    own = found.checks.loc[found.checks["check"] == "no_birth_date"]
    assert own["county"].to_list() == ["Alder", "Birch", WHOLE] and own["share"].to_list() == [0.2, 0, 0.1]
    assert tuple(found.checks.columns) == CHECK_COLUMNS and set(own["limit"]) == {0.05}


def test_a_mistyped_year_adds_no_half_years(tmp_path):
    rows = pd.concat([stays(0, 5, {}), stays(0, 1, {}, {**GOOD, "entry_date": "2052-11-10", "exit_date": "", "exit_reason": ""})], ignore_index=True)
    assert counted(extract(tmp_path, rows), "no_birth_date") == {"25A": (0, 5, False)}


def test_rows_without_a_date_of_removal_are_counted_for_the_file_as_a_whole(tmp_path):
    fault = {"entry_date": ""}
    assert counted(extract(tmp_path, stays(5, 100, fault)), "no_entry_date") == {"": (5, 100, False)}
    assert counted(extract(tmp_path, stays(6, 100, fault)), "no_entry_date") == {"": (6, 100, True)}


def test_placements_in_rows_of_their_own(tmp_path):
    found = extract(tmp_path, "entry_date\n2024-11-10\n2024-11-10", placements="episode_id setting start_date end_date\n1 kin 2024-11-10 .")
    assert counted(found, "no_placement_count") == {"25A": (1, 2, True)}


def test_no_check_of_placements_without_any(tmp_path):
    found = extract(tmp_path, stays(0, 2, {}))
    assert set(found.checks["check"]) == {"birth_after_entry", "birth_after_exit", "same_day_exit", "exit_before_entry", "no_birth_date",
                                          "no_entry_date", "no_exit_reason"}


def test_first_removals_are_counted_once_the_file_has_five_years_of_exits(tmp_path):
    found = extract(tmp_path, """
        child_id  entry_date  exit_date   exit_reason
        1         2019-06-10  2019-11-10  adoption
        2         2024-05-10  .           .
        1         2024-11-10  .           .
    """)
    #  first exits in 20A, so from 25A on: child 2 is on a first removal, child 1 on a second
    assert counted(found, "first_removal") == {"25A": (1, 2, False)}


# What is left out, and what is flagged

def test_records_without_a_birth_date_and_stays_of_no_days_are_left_out(tmp_path):
    found = extract(tmp_path, """
        birth_date  entry_date  exit_date   exit_reason
        2015-06-15  2024-11-10  2024-11-10  adoption
        2015-06-15  2024-11-10  2024-11-11  adoption
        .           2024-11-10  .           .
        2015-06-15  2024-11-10  2024-12-10  .
    """)
    assert found.episodes.set_index("episode_id")["left_out"].to_dict() == {"1": True, "2": False, "3": True, "4": False}


def test_flagged_records_have_dates_and_a_county_and_no_id(tmp_path):
    found = extract(tmp_path, """
        county  birth_date  entry_date  exit_date   exit_reason
        Alder   2015-06-15  2024-11-10  2024-11-09  adoption
        Birch   .           2024-11-10  2024-12-10  .
        Birch   2015-06-15  2024-11-10  .           .
    """)
    assert tuple(found.flagged.columns) == FLAGGED_COLUMNS and len(found.quarantine) == 1
    rows = found.flagged.astype({"entry_date": "str", "exit_date": "str"})
    assert rows.to_dict("records") == [
        {"check": "exit_before_entry", "county": "Alder", "period": "25A", "entry_date": "2024-11-10", "exit_date": "2024-11-09", "record": 1},
        {"check": "no_birth_date", "county": "Birch", "period": "25A", "entry_date": "2024-11-10", "exit_date": "2024-12-10", "record": 2},
        {"check": "no_exit_reason", "county": "Birch", "period": "25A", "entry_date": "2024-11-10", "exit_date": "2024-12-10", "record": 2},
    ]


def test_the_order_of_rows_changes_nothing(tmp_path):
    rows = pd.concat([stays(3, 20, fault) for fault in FAULTS.values()], ignore_index=True)
    rows = rows.assign(child_id=[str(number % 90) for number in range(len(rows))], county=["Alder", "Birch"] * (len(rows) // 2),
                       episode_id=[str(number) for number in range(len(rows))])
    found, again = extract(tmp_path, rows), extract(tmp_path, rows.iloc[::-1].reset_index(drop=True))
    pd.testing.assert_frame_equal(found.checks, again.checks)
    pd.testing.assert_frame_equal(found.flagged, again.flagged)
    pd.testing.assert_frame_equal(found.episodes, again.episodes)


@pytest.mark.external
def test_a_file_of_another_system_has_no_checks(external):
    found = load(external("ssda903_three_boroughs"), "ssda903")
    assert found.checks.empty and found.flagged.empty and not found.episodes["left_out"].any()
    assert tuple(found.checks.columns) == CHECK_COLUMNS and found.checks["over"].dtype == bool


# AFCARS reports: two files, and a third

def afcars(folder, *rows):
    return load(write(folder, fc=drawn(*rows)), "afcars")


def test_ids_that_do_not_match_the_next_file(tmp_path):
    def read(number, name):
        first = [row(f"CA{child:03}", "2021-3", "2020-11-10") for child in range(100)]
        second = [row(f"CA{child:03}", "2021-9", "2020-11-10") for child in range(number, 100)]
        return afcars(tmp_path / name, *first, *second)

    assert counted(read(40, "at"), "ids_do_not_match") == {"21A": (40, 100, False)}
    assert counted(read(41, "above"), "ids_do_not_match") == {"21A": (41, 100, True)}


def test_dropped_records_have_no_exit_and_are_not_in_the_next_file(tmp_path):
    def read(number, name):
        first = [row(f"CA{child:03}", "2021-3", "2020-11-10") for child in range(80)]
        gone = [row(f"CA{child:03}", "2021-3", "2020-11-10", "2021-02-10", "1") for child in range(80, 100)]
        second = [row(f"CA{child:03}", "2021-9", "2020-11-10") for child in range(number, 80)]
        return afcars(tmp_path / name, *first, *gone, *second)

    at, above = read(10, "at"), read(11, "above")
    assert counted(at, "dropped_records") == {"21A": (10, 100, False)} and counted(above, "dropped_records") == {"21A": (11, 100, True)}
    assert counted(at, "ids_do_not_match") == {"21A": (30, 100, False)}
    assert at.episodes["left_out"].sum() == 10 and above.episodes["left_out"].sum() == 11
    assert set(at.episodes.loc[at.episodes["left_out"], "child_id"]) == {f"CA{child:03}" for child in range(10)}
    assert at.flagged["check"].value_counts().to_dict() == {"dropped_records": 10}


def test_the_newest_period_is_blank_where_the_next_file_is_needed(tmp_path):
    found = afcars(tmp_path, row("CA1", "2020-9", "2020-05-10"), row("CA1", "2021-3", "2020-05-10"), row("CA2", "2021-3", "2021-01-10"))
    assert list(counted(found, "dropped_records")) == list(counted(found, "ids_do_not_match")) == ["20B"]
    assert list(counted(found, "no_birth_date")) == ["20B", "21A"]
    assert not found.episodes["left_out"].any()


def test_a_file_that_is_not_there_is_not_the_next(tmp_path):
    found = afcars(tmp_path, row("CA1", "2020-9", "2020-05-10"), row("CA2", "2021-9", "2021-05-10"))
    assert counted(found, "dropped_records") == {} and not found.episodes["left_out"].any()


def test_a_child_who_is_reported_again_later_was_not_dropped_for_good(tmp_path):
    found = afcars(tmp_path, row("CA1", "2020-9", "2020-05-10"), row("CA2", "2021-3", "2020-11-10"), row("CA2", "2021-9", "2020-11-10"),
                   row("CA1", "2021-9", "2020-05-10"))
    assert counted(found, "dropped_records")["20B"] == (1, 1, True)
    assert not found.episodes["left_out"].any() and found.flagged.empty


def test_a_dropped_record_whose_exit_a_later_report_tells_is_counted(tmp_path):
    found = afcars(tmp_path, row("CA1", "2020-3", "2020-01-10"), row("CA2", "2020-9", "2020-05-10", "2020-06-10", "1"),
                   row("CA1", "2021-3", "2021-01-10", removals=2, prior="2020-06-30"))
    assert counted(found, "dropped_records")["20A"] == (1, 1, True)
    assert len(found.episodes) == 3 and not found.episodes["left_out"].any()


def test_records_count_as_they_were_in_each_file(tmp_path):
    found = afcars(
        tmp_path, row("CA1", "2021-3", "2020-11-10").replace("2015-06-15", "."), row("CA1", "2021-9", "2020-11-10", "2021-05-10", "1"),
        row("CA2", "2021-3", "2020-11-10", "2021-02-10", "0"), row("CA3", "2021-9", "2021-05-10"),
    )
    assert counted(found, "no_birth_date") == {"21A": (1, 2, True), "21B": (0, 2, False)}
    assert counted(found, "no_exit_reason") == {"21A": (1, 1, True), "21B": (0, 1, False)}
    assert not found.episodes["left_out"].any()  # the last report has the birth date


@pytest.mark.parametrize(("first", "over"), [(95, False), (96, True)])
def test_children_on_their_first_removal_by_the_number_of_removals(tmp_path, first, over):
    rows = [row(f"CA{child:03}", "2021-9", "2021-05-10", removals=1 if child < first else 2) for child in range(100)]
    assert counted(afcars(tmp_path, *rows), "first_removal") == {"21B": (first, 100, over)}


@pytest.mark.parametrize(("missing", "over"), [(5, False), (6, True)])
def test_the_number_of_placements(tmp_path, missing, over):
    rows = [row(f"CA{child:03}", "2021-9", "2021-05-10", places="." if child < missing else 1) for child in range(100)]
    assert counted(afcars(tmp_path, *rows), "no_placement_count") == {"21B": (missing, 100, over)}


def test_a_date_of_removal_is_missing_in_the_half_year_of_its_file(tmp_path):
    early = drawn(row("CA1", "2021-3", "2020-11-10"), row("CA2", "2021-3", "."))
    late = drawn(row("CA1", "2021-9", "2020-11-10"))
    found = load(write(tmp_path, FC2021A=early, FC2021B=late), "afcars")
    assert counted(found, "no_entry_date") == {"21A": (1, 2, True), "21B": (0, 1, False)}


def test_a_yearly_file_with_the_last_record_of_each_child(tmp_path):
    """NDACAN's annual file: those still in care stand in the B half only, so that most of the A half have left."""
    rows = [row("CA1", "2020-3", "2019-05-10", "2019-12-10", "1"), row("CA2", "2020-9", "2019-11-10"), row("CA3", "2020-9", "2020-05-10"),
            row("CA2", "2021-3", "2019-11-10", "2020-12-10", "3")]
    found = afcars(tmp_path, *rows)
    assert counted(found, "ids_do_not_match") == counted(found, "dropped_records") == {}
    among = {period: among for period, (_, among, _) in counted(found, "no_birth_date").items()}
    assert among == {"20A": 2, "20B": 2, "21A": 1}  # CA1 and CA2; CA2 and CA3; CA2
    assert found.episodes.set_index("child_id")["left_out"].to_dict() == {"CA1": False, "CA2": False, "CA3": True}


# Victims

def victims(folder, reports, episodes="child_id entry_date\n1 2023-11-10"):
    return extract(folder, episodes, reports=reports)


HEAD = "child_id county report_date incident_date disposition disposition_date"


@pytest.mark.parametrize(("matched", "over"), [(1, False), (0, True)])
def test_victims_found_again_in_the_next_year(tmp_path, matched, over):
    first = [f"{child} Alder 2024-09-30 . substantiated ." for child in range(100)]
    second = [f"{child} Alder 2024-10-01 . indicated ." for child in range(100 - matched, 200 - matched)]
    found = victims(tmp_path, "\n".join([HEAD, *first, *second]))
    assert counted(found, "victims_match_across_years") == {"FFY2024": (matched, 100, over)}  # the newest year is blank


def test_only_victims_count_and_each_child_once_a_year(tmp_path):
    found = victims(tmp_path, f"""
        {HEAD}
        1 Alder 2024-01-10 . substantiated .
        1 Alder 2024-02-10 . indicated .
        2 Alder 2024-01-10 . unsubstantiated .
        3 Alder 2024-01-10 . alternative~response~victim .
        1 Alder 2025-01-10 . unsubstantiated .
        4 Alder 2025-01-10 . indicated .
    """)
    assert counted(found, "victims_match_across_years") == {"FFY2024": (0, 1, True)}


@pytest.mark.parametrize(("line", "expected"), [
    ("1 Alder 2025-01-10 . indicated . girl 8 .", (0, 1, False)),
    ("1 Alder 2025-01-10 . indicated . girl 11 .", (0, 1, False)),
    ("1 Alder 2025-01-10 . indicated . girl 12 .", (1, 1, True)),
    ("1 Alder 2025-01-10 . indicated . girl 7 .", (1, 1, True)),
    ("1 Alder 2025-01-10 . indicated . boy 9 .", (1, 1, True)),
    ("1 Alder 2025-01-10 . indicated . . 9 .", None),
    ("1 Alder 2025-01-10 . indicated . girl . .", None),
    ("1 Alder 2025-01-10 . indicated . girl . 2016-01-11", (0, 1, False)),  # 8 years, worked out
    ("1 Alder 2025-01-10 . indicated . girl . 2017-01-11", (1, 1, True)),  # 7 years
])
def test_matched_victims_agree_in_sex_and_in_age_within_three_years(tmp_path, line, expected):
    found = victims(tmp_path, f"{HEAD} sex age birth_date\n1 Alder 2024-01-10 . indicated . girl 8 .\n{line}")
    assert counted(found, "matched_victims_disagree") == ({"FFY2024": expected} if expected else {})


@pytest.mark.parametrize(("first", "second", "expected"), [
    ("0 2023-06-15", "1 2023-06-15", (0, 1, False)), ("0 2023-06-15", "1 2023-06-16", (1, 1, True)), ("0 .", "1 2023-06-15", None),
    ("1 2022-06-15", "2 2022-06-16", (0, 1, False)),
])
def test_the_birth_date_is_compared_under_the_age_of_one(tmp_path, first, second, expected):
    found = victims(tmp_path, f"{HEAD} sex age birth_date\n1 Alder 2024-01-10 . indicated . girl {first}\n1 Alder 2025-01-10 . indicated . girl {second}")
    assert counted(found, "matched_victims_disagree") == ({"FFY2024": expected} if expected else {})


@pytest.mark.parametrize(("missing", "over"), [(1, False), (2, True)])
def test_victims_without_an_age(tmp_path, missing, over):
    lines = [f"{child} Alder 2024-01-10 . indicated . {'.' if child < missing else 8}" for child in range(20)]
    assert counted(victims(tmp_path, "\n".join([f"{HEAD} age", *lines])), "no_victim_age") == {"FFY2024": (missing, 20, over)}


@pytest.mark.parametrize(("ids", "with_id", "matched"), [
    (["1"] + ["."] * 99, (1, 100, False), (1, 1, False)),  # child 1 is in care in that year
    (["9"] + ["."] * 99, (1, 100, False), (0, 1, True)),
    (["."] * 101, (0, 101, True), None),
])
def test_ids_of_foster_care_on_reports(tmp_path, ids, with_id, matched):
    lines = [f"V{number} Alder 2024-01-10 . indicated . {care}" for number, care in enumerate(ids)]
    found = victims(tmp_path, "\n".join([f"{HEAD} care_id", *lines]))
    assert counted(found, "victims_with_care_id") == {"FFY2024": with_id}
    assert counted(found, "care_ids_match") == ({"FFY2024": matched} if matched else {})


@pytest.mark.parametrize(("entry", "exit_date", "matched"), [
    ("2023-09-10", "2023-09-30", 0), ("2023-09-10", "2023-10-01", 1), ("2024-09-30", "", 1), ("2024-10-01", "", 0),
])
def test_the_stay_is_in_the_same_federal_year(tmp_path, entry, exit_date, matched):
    episodes = f"child_id entry_date exit_date exit_reason\n1 {entry} {exit_date or '.'} {'adoption' if exit_date else '.'}\n2 2024-01-10 . ."
    found = victims(tmp_path, f"{HEAD}\n1 Alder 2024-03-10 . indicated .", episodes)
    assert counted(found, "care_ids_match") == {"FFY2024": (matched, 1, not matched)}
    assert counted(found, "victims_with_care_id") == {"FFY2024": (1, 1, False)}  # without care_id, a child's own id is looked for


def test_the_unborn_have_no_age_to_miss(tmp_path):
    found = victims(tmp_path, f"{HEAD} age unborn\n1 Alder 2024-01-10 . indicated . . yes\n2 Alder 2024-01-10 . indicated . . no")
    assert counted(found, "no_victim_age") == {"FFY2024": (1, 1, True)}


# Other federal sources

def test_of_several_versions_of_a_stay_the_latest_counts(tmp_path, monkeypatch):
    ours = (Path(declared.__file__).parents[1] / "definitions" / "sources" / "episodes.toml").read_text(encoding="utf-8")
    told = ours.replace("federal = true", 'federal = true\norder = ["version"]', 1).replace("episode_id = {}", 'episode_id = {}\nversion = { kind = "number" }', 1)
    (tmp_path / "sources").mkdir()
    (tmp_path / "sources" / "versions.toml").write_text(told, encoding="utf-8")
    monkeypatch.setenv("CQI_DEFINITIONS", str(tmp_path))
    found = load(write(tmp_path, episodes="""
        child_id  episode_id  county  birth_date  entry_date  exit_date   exit_reason  version
        1         R1          Alder   .           2024-11-10  .           .            1
        1         R1          Alder   2015-06-15  2024-11-09  2025-02-10  .            2
        2         R2          Alder   2015-06-15  2024-11-10  .           .            2
    """), "versions")
    assert counted(found, "no_birth_date") == {"25A": (0, 2, False)}
    assert counted(found, "no_exit_reason") == {"25A": (1, 1, True)}


def test_the_second_federal_format_with_its_own_reports(tmp_path):
    def child(number, *homes, end="", reason="9"):
        inside = "".join(xml.placed(pd.Timestamp("2022-11-10"), home) for home in homes)
        return xml.record(number, xml.removal("20221110", inside=inside, end=end, reason=reason))

    kin = ["kin"]
    first = xml.file(child("1", *kin), child("2", *kin), child("3"), child("4", *kin, end="20230301", reason="1"), report="202303")
    second = xml.file(child("1", *kin), child("3", *kin), report="202309")
    (tmp_path / "a.xml").write_text(first, encoding="utf-8")
    (tmp_path / "b.xml").write_text(second, encoding="utf-8")
    found = load(tmp_path, "afcars2020")
    assert counted(found, "dropped_records") == {"23A": (1, 4, True)}  # child 2
    assert counted(found, "ids_do_not_match") == {"23A": (2, 4, True)}  # children 2 and 4
    assert counted(found, "no_placement_count") == {"23A": (1, 4, True), "23B": (0, 2, False)}  # child 3 in the first file
    assert found.episodes["left_out"].sum() == 1


def test_what_the_file_says_of_itself_is_a_finding(tmp_path):
    rows = [row(f"CA{child:03}", "2021-9", "2021-05-10") for child in range(20)]
    found = afcars(tmp_path / "all", *rows)
    said = found.findings.loc[found.findings["defect"] == "first-stays-only", "what"].to_list()
    assert said == ["1 half-year, the last 21B: 100.0% of children are on their first removal; the federal limit is 95%."]
    assert "first-stays-only" not in set(afcars(tmp_path / "few", *rows[:19]).findings["defect"])
