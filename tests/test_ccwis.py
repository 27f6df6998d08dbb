"""An extract of a state's own system: removals and placements, flagged errors, and extracts as of several days."""

import pandas as pd
import pytest
from drawn import write

from cqi.sources import load

REMOVALS = """
    child_id  removal_id  county  dob         start       end         exit_reason  data_as_of
    007       R1          Alder   2015-06-15  2024-01-10  2024-05-01  return~home  2024-06-30
    007       R2          Alder   2015-06-15  2024-06-02  .           .            2024-06-30
    008       R3          Birch   2018-01-02  2024-02-01  9999-12-31  .            2024-06-30
"""
PLACEMENTS = """
    removal_id  start       end         setting
    R1          2024-01-10  2024-04-01  relative~care
    R1          2024-04-01  2024-05-01  trial~return~home
    R2          2024-06-02  .           Foster~Care
    R9          2024-06-02  .           Foster~Care
"""


def read(folder, **tables):
    extract = load(write(folder, **tables), "ccwis")
    account = extract.account
    assert (account.rows_read == account.used + account.merged + account.quarantined).all()
    return extract


def test_removals_and_placements(tmp_path):
    extract = read(tmp_path, removals=REMOVALS, placements=PLACEMENTS)
    episodes = extract.episodes
    assert episodes[["child_id", "episode_id", "county", "exit_reason"]].values.tolist() == [
        ["007", "R1", "Alder", "reunification"], ["007", "R2", "Alder", ""], ["008", "R3", "Birch", ""]]
    assert episodes.exit_date.isna().to_list() == [False, True, True] and episodes.birth_date.notna().all()
    assert extract.placements[["episode_id", "setting"]].values.tolist() == [
        ["R1", "kin"], ["R1", "trial home visit"], ["R2", "foster family"]]
    assert extract.quarantine.reason.to_list() == ["its episode is not in the file or was set aside"]
    assert not {"data_as_of", "in_error"} & {*episodes, *extract.placements}


def test_names_of_the_systems_own_tables_without_what_is_about_workers(tmp_path):
    extract = read(tmp_path, REMOVAL_EPISODE_FACT="""
        ID_PRSN_CHILD  ID_REMOVAL_EPISODE_FACT  COUNTY  REMOVAL_DATE  DISCHARGE_DATE  DISCHARGE_TYPE  FL_IN_ERROR  ID_WORKER_DIM_CURRENT
        1              11                       King    1/10/2024     2/28/2024       Adopted         N            hidden
        2              12                       King    1/10/2024     .               .               Y            hidden
    """)
    assert extract.episodes[["child_id", "exit_reason"]].values.tolist() == [["1", "adoption"]]
    assert extract.quarantine.reason.to_list() == ["flagged in the system as entered in error"]
    assert "hidden" not in repr([getattr(extract, name).to_csv() for name in ("episodes", "account", "findings")])


@pytest.mark.parametrize(("flags", "kept"), [("N N", ["2024-05-01"]), ("Y N", ["2024-05-01"]), ("N Y", []), (". .", ["2024-05-01"])])
def test_of_several_extracts_the_latest_counts_and_with_it_its_flag(tmp_path, flags, kept):
    first, second = flags.split()
    head = "child_id removal_id county start end exit_reason data_as_of fl_in_error\n"
    other = "008 R3 Birch 2024-02-01 . . 2024-03-31 N\n"
    extract = read(tmp_path, removals_march=f"{head}007 R1 Alder 2024-01-10 . . 2024-03-31 {first}\n{other}",
                   removals_june=f"{head}007 R1 Alder 2024-01-10 2024-05-01 adoption 2024-06-30 {second}")
    mine = extract.episodes[extract.episodes.child_id == "007"]
    assert mine.exit_date.dt.strftime("%Y-%m-%d").to_list() == kept
    assert extract.merged["into"].to_list() == ["a later report of the same row"]


def test_two_versions_without_a_day_are_set_aside(tmp_path):
    extract = read(tmp_path, removals="child_id removal_id county start end exit_reason\n"
                   "007 R1 Alder 2024-01-10 . .\n007 R1 Alder 2024-01-10 2024-05-01 adoption\n008 R2 Alder 2024-01-10 . .")
    assert extract.episodes.child_id.to_list() == ["008"] and len(extract.quarantine) == 2


@pytest.mark.parametrize("mistyped", ["0203-03-31", "."])
def test_a_mistyped_or_missing_day_of_the_extract_is_the_earliest(tmp_path, mistyped):
    head = "child_id removal_id county start end exit_reason data_as_of\n"
    extract = read(tmp_path, removals=f"{head}007 R1 Alder 2024-01-10 . . {mistyped}\n"
                   "007 R1 Alder 2024-01-10 2024-05-01 adoption 2024-06-30")
    assert extract.episodes.exit_reason.to_list() == ["adoption"]


def test_a_later_version_of_a_placement_counts(tmp_path):
    placements = "removal_id start end setting data_as_of\nR1 2024-01-10 . kin 2024-03-31\nR1 2024-01-10 2024-05-01 kin 2024-06-30"
    extract = read(tmp_path / "start", removals=REMOVALS, placements=placements)
    assert extract.placements.end_date.to_list() == [pd.Timestamp("2024-05-01")]
    assert "data_as_of" not in extract.placements
    numbered = """
        removal_id  placement_id  start       end         setting  data_as_of
        R1          1             2024-01-10  .           kin      2024-03-31
        R1          1             2024-01-12  2024-05-01  kin      2024-06-30
        R1          2             2024-01-12  .           kin      2024-06-30
    """
    extract = read(tmp_path / "number", removals=REMOVALS, placements=numbered)
    assert extract.placements.start_date.dt.day.to_list() == [12, 12]


def test_unknown_words_are_unknown_and_said(tmp_path):
    extract = read(tmp_path, removals=REMOVALS.replace("return~home", "went~away"), placements=PLACEMENTS.replace("Foster~Care", "House"))
    assert "unknown" in set(extract.episodes.exit_reason) and "unknown" in set(extract.placements.setting)
    assert sum("that is not in the declared list" in note for note in extract.notes) == 2


def test_reports_and_visits_beside_them(tmp_path):
    extract = read(tmp_path, removals=REMOVALS, visits="removal_id visit_date\nR1 2024-02-01",
                   ncands_2024="StaTerr ChID RptCnty RptDt RptDisp Mal1Lev AFCARSID\nWA C1 033 2024-02-10 1 1 007")
    assert extract.visits.values.tolist() == [["R1", pd.Timestamp("2024-02-01")]]
    found = extract.reports.iloc[0]
    assert (found.child_id, found.care_id, found.county, found.disposition) == ("WA-C1", "007", "53033", "substantiated")


def test_plain_reports_of_the_same_system(tmp_path):
    extract = read(tmp_path, removals=REMOVALS, reports="child_id county report_date disposition\n007 Alder 2024-02-10 Unfounded")
    assert extract.reports[["child_id", "disposition"]].values.tolist() == [["007", "unsubstantiated"]]
    assert "care_id" not in extract.reports
