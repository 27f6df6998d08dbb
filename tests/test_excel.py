"""Excel workbooks: a sheet is a table, cells are read as what they say, and what Excel has changed is refused."""

import zipfile
from datetime import date, datetime

import openpyxl
import pandas as pd
import pytest

from cqi.sources import load
from cqi.vocabulary import CqiError

HEAD = ["child_id", "county", "birth_date", "entry_date", "exit_date", "exit_reason"]
ROWS = [
    ["007", "Alder", date(2015, 6, 15), date(2024, 1, 10), date(2024, 5, 1), "adoption"],
    [12, "Birch", None, datetime(2024, 2, 1), None, None],
]


def workbook(path, **sheets):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


def error(data, source="episodes"):
    with pytest.raises(CqiError) as raised:
        load(data, source)
    assert "hidden" not in str(raised.value)
    return str(raised.value)


def check(extract):
    assert extract.episodes[["child_id", "county", "exit_reason"]].values.tolist() == [["007", "Alder", "adoption"], ["12", "Birch", ""]]
    assert extract.episodes.entry_date.to_list() == [pd.Timestamp("2024-01-10"), pd.Timestamp("2024-02-01")]
    assert (extract.account.rows_read == extract.account[["used", "merged", "quarantined"]].sum(axis=1)).all()


def test_a_sheet_is_a_table(tmp_path):
    check(load(workbook(tmp_path / "episodes.xlsx", Sheet1=[HEAD, *ROWS]), "episodes"))
    check(load(tmp_path, "episodes"))


def test_the_same_cells_as_csv_give_the_same_tables(tmp_path):
    (tmp_path / "csv").mkdir()
    table = pd.DataFrame(ROWS, columns=HEAD).map(lambda cell: f"{cell:%Y-%m-%d}" if isinstance(cell, date) else cell)
    table.to_csv(tmp_path / "csv" / "episodes.csv", index=False)
    theirs = load(workbook(tmp_path / "episodes.xlsx", Sheet1=[HEAD, *ROWS]), "episodes")
    pd.testing.assert_frame_equal(load(tmp_path / "csv", "episodes").episodes, theirs.episodes)


def test_a_workbook_with_a_sheet_for_each_table(tmp_path):
    rows = [[*row[:1], f"E{number}", *row[1:]] for number, row in enumerate(ROWS)]
    homes = [["episode_id", "setting", "start_date", "end_date"], ["E0", "kin", date(2024, 1, 10), date(2024, 5, 1)]]
    workbook(tmp_path / "june.xlsx", Episodes=[["child_id", "episode_id", *HEAD[1:]], *rows], placements=homes, Notes=[["hidden"]])
    for data in (tmp_path, tmp_path / "june.xlsx"):
        extract = load(data, "episodes")
        check(extract)
        assert extract.placements.setting.to_list() == ["kin"]
        assert extract.account.file.to_list() == ["june.xlsx (episodes)", "june.xlsx (placements)"]
        assert extract.inputs.file.to_list() == ["june.xlsx"]


def test_dates_are_read_in_the_formats_of_the_source(tmp_path):
    rows = [["CHILD", "DECOM", "RNE", "DEC", "REC", "PLACE", "LA", "YEAR"], ["1", date(2017, 3, 4), "S", None, None, "U1", "Alder", 2018]]
    extract = load(workbook(tmp_path / "episodes_2018.xlsx", a=rows), "ssda903")
    assert extract.episodes.entry_date.to_list() == [pd.Timestamp("2017-03-04")]


@pytest.mark.parametrize(("number", "good"), [(10**15 - 1, True), (10**15, False), (123456789012345678, False), (-(10**15), False)])
def test_numbers_longer_than_15_digits_are_refused(tmp_path, number, good):
    path = workbook(tmp_path / "episodes.xlsx", a=[HEAD, [number, *ROWS[0][1:]]])
    if good:
        assert load(path, "episodes").episodes.child_id.to_list() == [str(number)]
    else:
        assert error(path) == ("episodes.xlsx: child_id holds numbers of more than 15 digits: Excel changed the last ones; "
                               "export ids as text, straight from the system.")


def test_long_ids_kept_as_text_are_good(tmp_path):
    path = workbook(tmp_path / "episodes.xlsx", a=[HEAD, ["123456789012345678", *ROWS[0][1:]]])
    assert load(path, "episodes").episodes.child_id.to_list() == ["123456789012345678"]


def test_blank_lines_and_cells_of_other_kinds(tmp_path):
    afternoon = [True, "Alder", None, datetime(2024, 1, 10, 14, 30), None, None]
    rows = [HEAD, [None] * 6, afternoon, [1.5, "Alder", None, date(2024, 1, 10), None, None]]
    extract = load(workbook(tmp_path / "episodes.xlsx", a=rows), "episodes")
    assert extract.episodes.child_id.to_list() == ["1.5", "True"]
    assert set(extract.episodes.entry_date) == {pd.Timestamp("2024-01-10")}


@pytest.mark.parametrize(("rows", "said"), [
    ([["hidden of June", *[None] * 5], HEAD, *ROWS], "column names"),
    ([["Children", None, None, "Stays", None, None], HEAD, *ROWS], "column names"),
    ([["child_id", "county", None, "entry_date", None, "exit_reason"], *ROWS], "there is no column 'exit_date'"),
    ([HEAD], "no rows"), ([], "the sheet is empty"),
])
def test_headings_over_the_names_are_refused(tmp_path, rows, said):
    assert said in error(workbook(tmp_path / "episodes.xlsx", a=rows))


@pytest.mark.parametrize(("content", "said"), [
    (b"PK\x03\x04hidden", "episodes.xlsx: the file cannot be read as an Excel workbook; export it again."),
    (b"", "episodes.xlsx: the file cannot be read as an Excel workbook; export it again."),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(1024), "the workbook is locked with a password, or in the format of old Excel"),
])
def test_workbooks_that_cannot_be_read(tmp_path, content, said):
    (tmp_path / "episodes.xlsx").write_bytes(content)
    assert said in error(tmp_path / "episodes.xlsx") and said in error(tmp_path)


def test_a_sheet_that_is_damaged_is_said(tmp_path):
    whole = workbook(tmp_path / "episodes.xlsx", a=[HEAD, *ROWS]).read_bytes()
    (tmp_path / "episodes.xlsx").write_bytes(whole[: len(whole) // 2])
    assert "cannot be read as an Excel workbook" in error(tmp_path / "episodes.xlsx")


@pytest.mark.parametrize(("sheets", "said"), [
    ({"one": [HEAD, *ROWS], "two": [HEAD, *ROWS]}, "none of its sheets is called as the table is"),
    ({"Episodes": [HEAD, *ROWS], "episodes ": [HEAD, *ROWS]}, None),
])
def test_which_of_several_sheets(tmp_path, sheets, said):
    path = workbook(tmp_path / "episodes.xlsx", **sheets)
    if said:
        assert said in error(path)
    else:
        check(load(path, "episodes"))


def test_two_sheets_for_one_table(tmp_path):
    rows = [["CHILD", "DECOM", "RNE", "DEC", "REC", "PLACE", "LA", "YEAR"], ["1", date(2017, 3, 4), "S", None, None, "U1", "Alder", 2018]]
    path = workbook(tmp_path / "a.xlsx", **{"episodes 2018": rows, "episodes 2019": rows})
    assert "several sheets fit this table; keep one sheet in the workbook" in error(path, "ssda903")


def test_a_hidden_sheet_beside_the_table_is_not_read(tmp_path):
    workbook(tmp_path / "episodes.xlsx", table=[HEAD, *ROWS], old=[HEAD, *ROWS])
    book = openpyxl.load_workbook(tmp_path / "episodes.xlsx")
    book["old"].sheet_state = "hidden"
    book.save(tmp_path / "episodes.xlsx")
    check(load(tmp_path))


def test_an_empty_sheet_is_an_empty_file(tmp_path):
    openpyxl.Workbook().save(tmp_path / "episodes.xlsx")
    assert error(tmp_path) == "episodes.xlsx: the sheet is empty; export the table again."
    assert "none of its" not in error(tmp_path, "ssda903")


@pytest.mark.parametrize(("cell", "good"), [("XFD1048576", False), ("ZZ400000", False), ("F100000", True), ("ZZ3", True)])
def test_a_cell_far_from_the_table_does_not_fill_the_memory(tmp_path, cell, good):
    workbook(tmp_path / "episodes.xlsx", table=[HEAD, *ROWS])
    book = openpyxl.load_workbook(tmp_path / "episodes.xlsx")
    book.active[cell] = "x"
    book.save(tmp_path / "episodes.xlsx")
    assert good or "a sheet is too large to be read" in error(tmp_path)
    if good:
        check(load(tmp_path))


def test_a_packed_file_that_swells_is_refused(tmp_path):
    workbook(tmp_path / "episodes.xlsx", table=[HEAD, *ROWS])
    with zipfile.ZipFile(tmp_path / "episodes.xlsx", "a", zipfile.ZIP_DEFLATED) as packed:
        for number in range(11):
            packed.writestr(f"more{number}.bin", bytes(100 << 20))
    assert "a sheet is too large to be read" in error(tmp_path)
