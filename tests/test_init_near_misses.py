"""`cqi init`, what looks alike and is another thing: a case is no child, data entry no entry, a court's date no exit, "non-relative" no
kin."""

import pandas as pd
import pytest

from cqi.cli import main
from cqi.site.init.dates import formats
from cqi.site.init.fitting import fits
from cqi.site.init.likeness import ALIKE, field_likeness, word_for
from cqi.site.init.looking import sheets
from cqi.vocabulary import EXIT_REASONS, SETTINGS
from drawn import write

HEADS = ["PersonID", "Cnty", "RemovalDt", "DischDt", "DischRsn"]
NAMED = ["--name", "Example State", "--data", "extract", "--yes"]


def stays(tmp_path, **columns):
    """Twelve children, entered on twelve days of January to December, all home after a while; `columns` beside or in place of the usual
    ones."""
    days = [f"2025-{month:02}-13" for month in range(1, 13)]
    usual = {"PersonID": [f"p{number}" for number in range(12)], "Cnty": ["Alder", "Birch"] * 6, "RemovalDt": days,
             "DischDt": [day.replace("2025", "2026") for day in days],
             "DischRsn": ["Adopted"] * 12}
    table = pd.DataFrame({name: values for name, values in {**usual, **columns}.items() if values is not None})
    return write(tmp_path / "extract", removals="\n".join(["  ".join(table), *("  ".join(row) for row in table.itertuples(index=False))]))


def columns_of(folder):
    return fits(sheets(folder), {})[0].columns


# ---- names ---------------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize(("name", "field"), [
    ("CASE_ID", "child_id"), ("FamilyNo", "child_id"), ("RecordID", "child_id"), ("UserId", "child_id"), ("CountyID", "child_id"),
    ("DATA_ENTRY_DT", "entry_date"), ("RemovalReviewDate", "entry_date"), ("LAST_REMOVAL_DT", "entry_date"), ("BirthCounty", "county"),
    ("County of residence", "county"), ("PlannedDischargeDate", "exit_date"), ("PREV_EXIT_DATE", "exit_date"),
    ("ParentBirthDate", "birth_date"),
    ("MOTHER_RACE", "race"), ("exit_interview", "exit_date"),
])
def test_a_name_that_says_something_else_is_not_proposed(name, field):
    assert field_likeness(name, "episodes", field) < ALIKE


@pytest.mark.parametrize(("name", "field"), [
    ("CHILD_ID", "child_id"), ("PersonNr", "child_id"), ("Child Record Number", "child_id"), ("ENTRY_DT", "entry_date"),
    ("Removal County Name", "county"),
    ("DischargeDate", "exit_date"), ("ChildBirthDate", "birth_date"), ("CHILD_RACE", "race"), ("RmvlBegDt", "entry_date"),
])
def test_and_the_name_beside_it_is(name, field):
    assert field_likeness(name, "episodes", field) >= ALIKE


def test_the_number_of_a_case_is_not_taken_for_that_of_a_child(tmp_path):
    """Brothers and sisters share a case: they would become one child with overlapping stays."""
    folder = stays(tmp_path, PersonID=None, CaseID=[f"k{number // 2}" for number in range(12)],
                   PersonNr=[f"p{number}" for number in range(12)])
    assert columns_of(folder)["child_id"] == "PersonNr"


# ---- codes ---------------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize(("code", "codes"), [
    ("No reunification", "exit reasons"), ("Adoption disrupted", "exit reasons"), ("Not adopted", "exit reasons"),
    ("No permanent guardianship", "exit reasons"),
    ("Placed with non-relative", "exit reasons"), ("Licensed non-relative", "settings"), ("Unlicensed Non-Relative", "settings"),
    ("Non-relative home", "settings"),
    ("01", "exit reasons"), ("", "exit reasons"),
])
def test_a_code_that_says_that_something_was_not_so_is_asked(code, codes):
    assert word_for(code, codes, {"exit reasons": EXIT_REASONS, "settings": SETTINGS}[codes]) is None


@pytest.mark.parametrize(("code", "codes", "word"), [
    ("Reunificaton", "exit reasons", "reunification"), ("Permanent guardianship", "exit reasons", "guardianship"),
    ("Licensed relative", "settings", "kin"),
    ("Foster Family Home (Relative)", "settings", "kin"), ("Foster Family Home (Non-Relative)", "settings", "foster family"),
    ("Not known", "exit reasons", "unknown"),
])
def test_and_the_code_beside_it_is_understood(code, codes, word):
    assert word_for(code, codes, {"exit reasons": EXIT_REASONS, "settings": SETTINGS}[codes]) == word


# ---- content -------------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("dates", [10, 11, 12])
def test_most_values_must_be_days(tmp_path, dates):
    """Of twelve 90% are 10.8: with 10 days it is no column of days, with 11 it is."""
    held = [f"2025-{month:02}-13" for month in range(1, dates + 1)] + [f"later~{number}" for number in range(dates, 12)]
    found = columns_of(stays(tmp_path, RemovalDt=held))
    assert ("RemovalDt" in found.values()) is (dates > 10)


@pytest.mark.parametrize(("after_12", "unsure"), [(0, True), (1, True), (2, False)])
def test_one_slip_in_a_hundred_dates_does_not_tell_day_from_month(after_12, unsure):
    """All others read either way: one in a hundred is a slip, two are not."""
    dates = ["13/06/2025"] * after_12 + ["05/06/2025"] * (100 - after_12)
    assert formats([pd.Series(dates, dtype="str")]) == (() if unsure else ("dd/mm/yyyy",), unsure)


# ---- children stay unseen ------------------------------------------------------------------------------------------------

def test_a_column_of_children_said_to_hold_codes_is_refused_unshown(tmp_path, monkeypatch, capsys):
    stays(tmp_path)
    monkeypatch.chdir(tmp_path)
    assert main(["init", *NAMED, "--map", "exit_reason=PersonID"]) == 2
    told = capsys.readouterr()
    assert "not a list of codes" in told.err and "p7" not in told.out + told.err
    assert main(["init", *NAMED, "--map", "exit_date=Cnty"]) == 2 and "not days that can be read" in capsys.readouterr().err


@pytest.mark.parametrize(("numbers", "read"), [(6, True), (7, False)])
def test_social_security_numbers_are_known_whatever_their_column_is_called(tmp_path, numbers, read):
    """More than half of the values."""
    held = [f"123-45-67{number:02}" for number in range(numbers)] + [f"p{number}" for number in range(numbers, 12)]
    sheet, = sheets(stays(tmp_path, PersonID=held))
    assert ("PersonID" in sheet.columns) is read and ("PersonID" in sheet.left_alone) is not read


def test_nobody_s_name_birth_or_number_is_said_or_written(tmp_path, monkeypatch, capsys):
    secret = {"PersonID": [f"Q{number}Z" for number in range(12)], "DOB": ["2017-04-19"] * 12, "ChildName": ["Zed"] * 12,
              "Caseworker": ["Wilma"] * 12,
              "HomeAddress": ["Elm~9"] * 12}
    stays(tmp_path, **secret)
    monkeypatch.chdir(tmp_path)
    assert main(["init", *NAMED]) == 0
    told = capsys.readouterr()
    written = "".join(path.read_text() for path in tmp_path.rglob("*.toml"))
    assert "ChildName" in told.out and "birth_date" in written
    for word in ("Q7Z", "2017-04-19", "Zed", "Wilma", "Elm 9", "2025-07-13"):
        assert word not in told.out + told.err + written


# ---- what is there already -----------------------------------------------------------------------------------------------

CCWIS = """
client_id  removal_id  county  removal_date  discharge_date  discharge_reason
""" + "\n".join(f"c{number}  r{number}  Alder  2025-01-13  2025-06-20  {{}}" for number in range(20))


@pytest.mark.parametrize(("others", "source"), [(0, "ccwis"), (1, "ccwis"), (2, "example_state")])
def test_columns_of_a_kind_that_is_known_with_other_codes_are_another_kind(tmp_path, monkeypatch, others, source):
    """Of twenty rows one code is a slip, two are a code list of their own; read as that kind, those children would have left for an unknown
    reason."""
    write(tmp_path / "extract", removals=CCWIS.format(*["Code~7"] * others, *["Adopted"] * (20 - others)))
    monkeypatch.chdir(tmp_path)
    assert main(["init", *NAMED]) == (0 if source == "ccwis" else 2)
    if source != "ccwis":
        assert main(["init", *NAMED, "--code", "Code 7=runaway"]) == 0
    assert f'source = "{source}"' in (tmp_path / "cqi.toml").read_text()


@pytest.mark.parametrize("name", ["cqi.toml", "definitions/sources/example_state.toml"])
def test_a_file_of_the_user_s_is_written_over_only_where_it_is_said(tmp_path, monkeypatch, capsys, name):
    stays(tmp_path)
    monkeypatch.chdir(tmp_path)
    (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / name).write_text("# mine\n")
    assert main(["init", *NAMED]) == 2 and f"{name} is here already" in capsys.readouterr().err
    assert (tmp_path / name).read_text() == "# mine\n" and len([path for path in tmp_path.rglob("*.toml")]) == 1
    assert main(["init", *NAMED, "--force"]) == 0 and "mine" not in (tmp_path / name).read_text()


def test_a_folder_called_extract_is_the_extract_where_nobody_says_another(tmp_path, monkeypatch, capsys):
    folder = stays(tmp_path)
    monkeypatch.chdir(tmp_path)
    assert main(["init", "--name", "Example State", "--yes"]) == 0
    assert 'data = "extract"' in (tmp_path / "cqi.toml").read_text()
    folder.rename(tmp_path / "elsewhere")
    assert main(["init", "--name", "Example State", "--yes", "--force"]) == 2 and "--data FOLDER" in capsys.readouterr().err
