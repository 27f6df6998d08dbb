"""The NCANDS Child File beside foster care files: the child's own finding, one version of each report, and whose stay it is."""

import pandas as pd
import pytest
from afcars2020_files import file, record, removal
from drawn import csv, write
from test_afcars import drawn, row

from cqi.sources import load

CARE = drawn(row("CA000001", "2021-9", "2021-01-10"), row("CA000002", "2021-9", "2021-01-10"))
HEAD = "SubYr StaTerr RptID ChID RptFIPS RptDt IncidDt RptDisp RpDispDt Mal1Lev Mal2Lev MalDeath AFCARSID ChAge ChSex"


def one(*, year="2021", report="R1", child="C1", county="06037", day="2021-02-01", incident="2021-01-30", disposition="1",
        levels="1 .", death="2", care="000001", age="7", sex="1"):
    return f"{year} CA {report} {child} {county} {day} {incident} {disposition} 2021-03-01 {levels} {death} {care} {age} {sex}\n"


def reports(folder, *rows, head=HEAD, care=CARE, source="afcars", **names):
    """The extract of a foster care file with a child file beside it."""
    write(folder, fc2021=care, **{**names, "ncands_2021": f"{head}\n" + "".join(rows)})
    extract = load(folder, source)
    account = extract.account
    assert (account.rows_read == account.used + account.merged + account.quarantined).all()
    return extract


def test_one_row_for_a_child_and_report(tmp_path):
    extract = reports(tmp_path, one())
    assert len(extract.episodes) == 2  # the child file is no file of stays
    found = extract.reports.iloc[0]
    assert (found.child_id, found.care_id, found.county, found.disposition) == ("CA-C1", "CA000001", "Los Angeles (06037)", "substantiated")
    days = tuple(f"{day:%m-%d}" for day in (found.report_date, found.incident_date, found.disposition_date))
    assert days == ("02-01", "01-30", "03-01")
    assert (found.age, found.sex, found.unborn, found.report_id) == (7, "male", "", "R1")
    assert list(extract.reports)[:6] == ["child_id", "county", "report_date", "incident_date", "disposition", "disposition_date"]
    assert not {"state", "submission_year", "level_1", "death", "care_number"} & set(extract.reports)


@pytest.mark.parametrize(("report", "levels", "death", "finding"), [
    ("1", "1 .", "2", "substantiated"), ("1", "2 .", "2", "indicated"), ("1", "5 2", "2", "indicated"),
    ("1", "2 1", "2", "substantiated"),
    ("1", "5 .", "2", "unsubstantiated"), ("1", "6 .", ".", "intentionally false"), ("3", "3 .", "2", "alternative response victim"),
    ("4", "4 .", "2", "alternative response non-victim"), ("7", "7 .", "2", "closed"), ("1", "8 .", "2", "other"),
    ("1", ". .", "2", "unsubstantiated"), ("2", ". .", ".", "unsubstantiated"), ("1", "99 .", ".", "unsubstantiated"),
    ("5", ". .", "2", "unsubstantiated"), ("4", ". .", "2", "alternative response non-victim"), ("88", ". .", ".", "other"),
    ("5", "5 .", "1", "substantiated"), ("1", "2 .", "1", "indicated"), ("1", ". .", "1", "substantiated"),
    ("5", "5 .", "9", "unsubstantiated"),
    (".", ". .", ".", "unknown"), ("17", ". .", ".", "unknown"),
])
def test_the_finding_about_this_child(tmp_path, report, levels, death, finding):
    """A report may be substantiated for a sister only."""
    extract = reports(tmp_path, one(disposition=report, levels=levels, death=death))
    assert extract.reports.disposition.to_list() == [finding]
    assert any("code of disposition" in note for note in extract.notes) == (report == "17")


def test_a_file_without_findings_of_each_child_says_so(tmp_path):
    extract = reports(tmp_path, "2021 CA R1 C1 06037 2021-02-01 1\n", head="SubYr StaTerr RptID ChID RptFIPS RptDt RptDisp")
    assert extract.reports.disposition.to_list() == ["substantiated"] and extract.reports.care_id.to_list() == [""]
    assert any("no column tells the finding about each child" in note for note in extract.notes)


@pytest.mark.parametrize(("age", "years", "unborn"), [
    ("0", 0, ""), ("17", 17, ""), ("76", 76, ""), ("77", None, "yes"), ("99", None, ""), (".", None, ""),
])
def test_the_unborn_are_told_by_their_age(tmp_path, age, years, unborn):
    found = reports(tmp_path, one(age=age)).reports.iloc[0]
    assert (None if pd.isna(found.age) else found.age, found.unborn) == (years, unborn)


def test_a_later_submission_of_a_report_and_child_counts(tmp_path):
    early, late = one(disposition="5", levels="5 .", day="2021-02-01"), one(year="2022", disposition="1", levels="1 .", day="2021-02-01")
    apart = reports(tmp_path / "apart", early, one(child="C2"), one(report="R2", levels="5 ."), ncands_2022=f"{HEAD}\n{late}")
    assert sorted(zip(apart.reports.child_id, apart.reports.report_id, apart.reports.disposition)) == [
        ("CA-C1", "R1", "substantiated"), ("CA-C1", "R2", "unsubstantiated"), ("CA-C2", "R1", "substantiated")]
    assert apart.merged["into"].to_list() == ["a later report of the same row"]
    together = reports(tmp_path / "together", late, one(report="R2", levels="5 ."), early, one(child="C2"))
    pd.testing.assert_frame_equal(apart.reports, together.reports)


def test_two_reports_of_a_child_on_one_day_are_two(tmp_path):
    assert len(reports(tmp_path, one(), one(report="R2")).reports) == 2


def test_two_versions_in_one_submission_are_set_aside(tmp_path):
    extract = reports(tmp_path, one(), one(levels="5 ."), one(report="R2"))
    assert extract.reports.report_id.to_list() == ["R2"]
    assert extract.quarantine.reason.to_list() == ["two different rows for one report_id and child_id"] * 2


# ---- whose stay it is --------------------------------------------------------------------------------------------------

def linked(extract):
    return extract.reports.care_id.to_list(), extract.reports.care_id.isin(extract.episodes.child_id).to_list()


def test_the_state_and_the_afcars_id_are_the_child_of_the_annual_file(tmp_path):
    extract = reports(tmp_path, one(), one(child="C2", care="."), one(child="C3", care="000009"))
    assert linked(extract) == (["CA000001", "", "CA000009"], [True, False, False])
    said = "2 rows of 3 have an id of foster care (StaTerr with AFCARSID); 1 of them are of children in the foster care files"
    assert any(said in note for note in extract.notes)


def test_the_foster_care_id_of_the_child_file_is_taken_where_it_is_there(tmp_path):
    extract = reports(tmp_path, "CA C1 06037 2021-02-01 1 CA000002 000002\n", head="StaTerr ChID RptFIPS RptDt RptDisp StFCID AFCARSID")
    assert linked(extract) == (["CA000002"], [True])


def test_the_states_number_where_the_foster_care_file_has_it(tmp_path):
    care = CARE.replace("StFCID", "State RecNumbr").replace("CA0", "06 0")
    assert linked(reports(tmp_path, one(), one(child="C2", care="."), care=care)) == (["06-000001", ""], [True, False])


def test_afcars_2020_beside_it(tmp_path):
    (tmp_path / "ooh.xml").write_text(file(record("000001", removal("20221105", "06037")), state="06"), encoding="utf-8")
    (tmp_path / "child_file_2023.csv").write_text(csv(f"{HEAD}\n{one(day='2023-01-04')}"), encoding="utf-8")
    assert linked(load(tmp_path, "afcars2020")) == (["06-000001"], [True])


# ---- counties and names of the states' own submission ------------------------------------------------------------------

@pytest.mark.parametrize(("number", "county"), [
    ("037", "Los Angeles (06037)"), ("37", "Los Angeles (06037)"), ("998", "unknown"), ("999", "unknown"), (".", "unknown"),
])
def test_counties_of_three_digits(tmp_path, number, county):
    extract = reports(tmp_path, f"CA C1 {number} 2/1/2021 1\n", "CA C2 001 2/13/2021 1\n", head="STATERR CHID RPTCNTY RPTDT RPTDISP")
    assert extract.reports.set_index("child_id").county.to_dict() == {"CA-C1": county, "CA-C2": "Alameda (06001)"}


@pytest.mark.parametrize(("flags", "race"), [
    ("1 2 2", "Black or African American"), ("1 1 2", "more than one race"), ("2 1 1", "Hispanic or Latino"), ("2 2 9", "unknown"),
])
def test_race_from_flags(tmp_path, flags, race):
    head = "StaTerr ChID RptFIPS RptDt RptDisp ChRacBl ChRacWh CEthn"
    extract = reports(tmp_path, f"CA C1 06037 2021-02-01 1 {flags}\n", head=head)
    assert extract.reports.race.to_list() == [race]


def test_reports_under_plain_names(tmp_path):
    head = "child_id county report_date disposition care_id race"
    extract = reports(tmp_path, "7 Alder 2021-02-01 substantiated CA000001 White\n", head=head)
    assert extract.reports[["child_id", "county", "disposition", "care_id", "race"]].values.tolist() == [
        ["7", "Alder", "substantiated", "CA000001", "White"]]
