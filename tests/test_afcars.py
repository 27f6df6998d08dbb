"""Legacy AFCARS in miniature: the last report of a removal wins. All rows are made up."""

import pandas as pd
import pytest
from drawn import cells, write

from cqi.sources import load

HEAD = (
    "StFCID FIPSCode RepDatYr RepDatMo FY DOB LatRemDt DoDFCDt DISREASN TotalRem DLstFCDt Sex RaceEthn NumPlep CurPlSet "
    "CurSetDt"
)


def read(folder, drawing):
    extract = load(write(folder, fc2021=drawing), "afcars")
    account = extract.account
    assert (account.rows_read == account.used + account.merged + account.quarantined).all()
    return extract


def row(
    child, period, entry, end=".", reason="0", *,
    county="6037", removals=1, prior=".", places=1, setting=3, since=".",
):
    year, month = period.split("-")
    removal = f"2015-06-15 {entry} {end} {reason} {removals} {prior}"
    return f"{child} {county} {year} {month} {year} {removal} 1 2 {places} {setting} {since}\n"


def drawn(*rows):
    return f"{HEAD}\n" + "".join(rows)


def test_the_last_report_of_a_removal_wins(tmp_path):
    extract = read(tmp_path, drawn(
        row("CA1", "2021-9", "2020-01-10", "2021-05-01", "5", places=3, setting=1, since="2020-11-01"),
        row("CA1", "2020-3", "2020-01-10", places=1, setting=2),
        row("CA1", "2020-9", "2020-01-10", places=2, setting=3),
        row("CA2", "2021-9", "2021-02-01"),
    ))
    first = extract.episodes.iloc[0]
    assert (first.county, first.exit_reason) == ("Los Angeles (06037)", "guardianship")
    assert (first.placement_count, first.current_setting) == (3, "pre-adoptive home")
    assert first.current_setting_start == pd.Timestamp("2020-11-01")
    assert (first.sex, first.race) == ("male", "Black or African American")
    assert extract.episodes.exit_reason.to_list() == ["guardianship", ""]
    assert str(extract.episodes.placement_count.dtype) == "Int64"
    assert extract.merged.row.to_list() == [3, 4]
    assert extract.placements.empty


def test_codes_that_a_program_wrote_as_decimals(tmp_path):
    extract = read(tmp_path, drawn(row(
        "CA1", "2021.0-9.0", "01OCT2020", "3-May-2021", "5.0", county="6037.0", places="2.0", setting="1.0")))
    child = extract.episodes.iloc[0]
    assert (child.county, child.exit_reason, child.current_setting) == ("Los Angeles (06037)", "guardianship", "pre-adoptive home")
    assert (child.entry_date, child.exit_date) == (pd.Timestamp("2020-10-01"), pd.Timestamp("2021-05-03"))


@pytest.mark.parametrize(("month", "reason"), [("12", "adoption"), ("13", ""), ("0", ""), ("90011001", ""), ("x", "")])
def test_a_month_that_is_none_makes_no_report_the_latest(tmp_path, month, reason):
    extract = read(tmp_path, drawn(row("CA1", f"2021-{month}", "2021-01-10", "2021-05-01", "3"), row("CA1", "2021-9", "2021-01-10")))
    assert extract.episodes.exit_reason.to_list() == [reason]
    assert any("report_month is not a month from 1 to 12 in 1 row; read as blank" in note for note in extract.notes) == (reason == "")


@pytest.mark.parametrize(("code", "word"), [
    ("1", "reunification"), ("2", "relative"), ("3", "adoption"), ("4", "emancipation"), ("5", "guardianship"),
    ("6", "transfer"), ("7", "runaway"), ("8", "death"), ("0", "unknown"), (".", "unknown"), ("9", "unknown"),
    ("3.0", "adoption"), ("03", "adoption"), ("99.0", "unknown"), ("00", "unknown"),
])
def test_discharge_reasons(tmp_path, code, word):
    extract = read(tmp_path, drawn(row("CA1", "2021-9", "2021-01-10", "2021-05-01", code)))
    assert extract.episodes.exit_reason.to_list() == [word]
    assert any("not in the declared list" in note for note in extract.notes) == (code == "9")


def test_a_missing_exit_is_filled_when_removals_rise_by_one(tmp_path):
    extract = read(tmp_path, drawn(
        row("CA1", "2020-3", "2020-01-10", removals=1),
        row("CA1", "2021-3", "2021-01-10", removals=2, prior="2020-06-30"),
        row("CA2", "2020-3", "2020-01-10", removals=1),
        row("CA2", "2021-3", "2021-01-10", removals=3, prior="2020-06-30"),
        row("CA3", "2020-3", "2020-01-10", removals=1),
        row("CA3", "2021-3", "2021-01-10", removals=2),
        row("CA4", "2020-3", "2020-01-10", removals=1),
        row("CA4", "2021-3", "2021-01-10", removals=2, prior="2020-01-09"),
        row("CA5", "2020-3", "2020-01-10", "2020-03-01", "1", removals=1),
        row("CA5", "2021-3", "2021-01-10", removals=2, prior="2020-06-30"),
    ))
    exits = extract.episodes[extract.episodes.exit_date.notna()]
    assert exits[["child_id", "exit_reason"]].values.tolist() == [["CA1", "unknown"], ["CA5", "reunification"]]
    assert exits.exit_date.dt.strftime("%Y-%m-%d").to_list() == ["2020-06-30", "2020-03-01"]
    assert len(extract.episodes) == 7
    assert extract.quarantine.row.to_list() == [4, 6, 8]
    assert set(extract.quarantine.reason) == {"no exit_date, and the child's next removal does not tell it"}
    assert any("1 removal had no discharge date" in note for note in extract.notes)


def test_counties_dates_and_years(tmp_path):
    extract = read(tmp_path, drawn(
        row("AL1", "2021-9", "1/9/2021", "20210501", "3", county="8"),
        row("AL2", "2021-9", "2021-01-10", county="01001"),
        row("AL3", "2023-3", "2023-01-10", "2023-02-01", "8"),
        row("AL4", "2021-9", "13~Jan~2021"),
    ))
    assert extract.episodes.county.to_list() == ["Autauga (01001)", "Other counties"]
    assert extract.episodes.entry_date.dt.strftime("%Y-%m-%d").to_list() == ["2021-01-10", "2021-01-09"]
    assert extract.quarantine.reason.to_list() == [
        "report_year is outside 1995 to 2022, where the codes hold",
        "entry_date is not a date in a declared format (yyyy-mm-dd, mm/dd/yyyy, yyyymmdd, dd-mon-yyyy, ddmonyyyy)",
    ]


def test_state_and_record_number_stand_for_the_child(tmp_path):
    text = drawn(row("06 0000012", "2021-9", "2021-01-10")).replace("StFCID", "State RecNumbr")
    assert read(tmp_path, text).episodes.child_id.to_list() == ["06-0000012"]


def test_many_periods_in_many_files_whatever_the_order(tmp_path):
    early = drawn(row("CA1", "2020-3", "2020-01-10"), row("CA2", "2020-3", "2020-01-10", "2020-02-01", "1"))
    late = drawn(row("CA1", "2020-9", "2020-01-10", "2020-08-01", "2"))
    apart = load(write(tmp_path / "apart", FC2020A=early, FC2020B=late), "afcars")
    head, *rows = cells(early + "".join(late.splitlines(keepends=True)[1:]))
    (tmp_path / "whole").mkdir()
    pd.DataFrame(rows[::-1], columns=head).to_csv(tmp_path / "whole" / "fc.tab", sep="\t", index=False)
    pd.testing.assert_frame_equal(apart.episodes, load(tmp_path / "whole", "afcars").episodes)
    assert apart.account[["file", "used", "merged"]].values.tolist() == [["FC2020A.csv", 1, 1], ["FC2020B.csv", 1, 0]]


def test_two_last_reports_that_differ_are_set_aside(tmp_path):
    extract = read(tmp_path, drawn(
        row("CA1", "2021-9", "2021-01-10"),
        row("CA1", "2021-9", "2021-01-10", "2021-03-01", "1"),
        row("CA2", "2021-9", "2021-01-10"),
    ))
    assert extract.episodes.child_id.to_list() == ["CA2"]
    assert extract.quarantine.reason.to_list() == ["two different rows for one child_id and entry_date"] * 2


