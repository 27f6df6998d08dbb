"""Files that cannot be used, said all at once and without a child's value; files that can, whatever their dress."""

import hashlib
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet
import pytest
from drawn import cells, csv, write

from cqi.sources import load
from cqi.sources.paths import said_by_path
from cqi.vocabulary import CqiError

HEAD = "child_id county entry_date exit_date exit_reason"
GOOD = f"{HEAD}\nhidden7 Alder 2024-01-01 2024-02-01 adoption\nhidden8 Birch 2024-01-01 . ."


def error(data, source="episodes"):
    with pytest.raises(CqiError) as raised:
        load(data, source)
    assert "hidden" not in str(raised.value)
    return str(raised.value)


def raw(folder, text, name="episodes.csv"):
    (folder / name).write_bytes(text if isinstance(text, bytes) else text.encode())
    return folder


def test_every_problem_of_every_file_in_one_error(tmp_path):
    raw(tmp_path, "child_id,County,Entry_Dt,exit_date,EXIT_DATE\nhidden7,Alder,2024-01-01,,\n")
    head = "episode_id,setting,start_date,end_date"
    raw(tmp_path, f"{head}\nhidden7,kin,2024-01-01,\nhidden8,kin,2024-01-01\n", "placements.csv")
    raw(tmp_path, "county,year\n", "population.csv")
    assert error(tmp_path).splitlines() == [
        "episodes.csv: the column name 'EXIT_DATE' is there 2 times; keep one of them.",
        "episodes.csv: there is no column 'entry_date'; add it or rename the column that holds it. "
        "Did you mean 'Entry_Dt'?",
        "episodes.csv: there is no column 'exit_reason'; add it or rename the column that holds it.",
        "placements.csv: line 3 has 3 fields where the header has 4; "
        "put quotation marks around values that hold the separator.",
        "population.csv: there is no column 'age_band'; add it or rename the column that holds it.",
        "population.csv: there is no column 'children'; add it or rename the column that holds it.",
    ]


@pytest.mark.parametrize(("content", "said"), [
    (b"", "the file is empty"),
    (b"  \n", "the file is empty"),
    (b"child_id,county,entry_date,exit_date,exit_reason\n", "column names but no rows"),
    (b"child_id,county,entry_date,exit_date,exit_reason", "column names but no rows"),
    ("child_id,county\nhidden7,Alder".encode("utf-16-le"), "UTF-16 without the mark"),
    ("child_id,county\nhidden7,Alder".encode("utf-16") + b"\x00", "begins as UTF-16 and does not go on so"),
    (csv(GOOD).replace("Birch", "Doña").encode("cp1252"), "line 3 has letters that are not saved as UTF-8"),
    (csv(GOOD).replace("Alder", '"Alder').encode(), "a quotation mark on line 2 is never closed"),
    (csv(GOOD).replace("Alder", "All counties").encode(), "a county is named 'All counties'"),
    (csv(GOOD).replace("Alder", "").replace("Birch", "").encode(), "county is blank on every row"),
    (csv(GOOD).replace("county", "").encode(), "there is no column 'county'"),
    (csv(GOOD).replace("2024-01-01", "2024-01-32").encode(), "no row of the files can be used: entry_date is not"),
])
def test_files_that_cannot_be_used(tmp_path, content, said):
    assert said in error(raw(tmp_path, content))


def test_no_such_folder_file_or_source(tmp_path):
    assert error(tmp_path / "nowhere").endswith("give the path to the data.")
    assert "no file for 'episodes' is in the folder; name it like episodes.csv or episodes.parquet." in error(tmp_path)
    assert error(tmp_path, "episode") == (
        "No source 'episode'. Did you mean 'episodes'? There are: afcars, afcars2020, ccwis, episodes, ssda903."
    )


@pytest.mark.parametrize(("begins", "kind"), [
    (b"PK\x03\x04\x14\0", "an Excel workbook or another packed file"), (b"\xd0\xcf\x11\xe0", "an old Excel workbook, or a locked one"),
    (b"PAR1\x15\4", "Parquet"), (b"%PDF-1.4\n%\xe2", "a PDF"), (b"\x1f\x8b\x08", "packed (gzip)"),
    (b'\xef\xbb\xbf<?xml version="1.0"?>', "XML or a web page"), (b"\n<!DOCTYPE html>", "XML or a web page"),
    (b'[{"child_id":"hidden7"}]', "JSON"),
])
def test_a_file_of_another_kind_under_the_name_of_a_table(tmp_path, begins, kind):
    assert error(raw(tmp_path, begins)).startswith(f"episodes.csv: its name says a table of text, but it is {kind}; give it the ending")


@pytest.mark.parametrize(("name", "head", "source", "said"), [
    ("fc.csv", csv(GOOD).encode(), "ssda903", "It holds fc.csv. fc.csv looks like the source 'episodes'."),
    ("fc.csv", csv(GOOD).encode("utf-16"), "ssda903", "It holds fc.csv. fc.csv looks like the source 'episodes'."),
    ("reports.txt", b'"StaTerr";"ChID";"RptDt";"RptDisp"\n', "episodes",
     "It holds reports.txt. reports.txt looks like the 'reports' file of the source 'afcars'."),
    ("a.xml", b"<a/>", "afcars", "It holds a.xml. a.xml looks like the source 'afcars2020'."),
    ("hidden.txt", b"hidden7,Alder", "ssda903", "It holds hidden.txt."),
    ("readme.md", b"x", "ssda903", "It holds no table."),
])
def test_a_folder_without_the_file_that_is_needed_says_what_it_holds(tmp_path, name, head, source, said):
    raw(tmp_path, head, name)
    with pytest.raises(CqiError) as caught:
        load(tmp_path, source)
    assert str(caught.value).endswith(said)


def test_the_file_of_another_table_is_told(tmp_path):
    raw(tmp_path, "StaTerr,ChID,RptDt,RptDisp\nCA,hidden7,2021-01-01,1\n")
    assert error(tmp_path).startswith("episodes.csv: its columns look like those of the 'reports' file of the source 'afcars'; give the")


def parquet(folder, names, **changed):
    """The rows of GOOD as Parquet under these column names."""
    held = dict(zip(HEAD.split(), zip(*cells(GOOD)[1:]), strict=True)) | changed
    pyarrow.parquet.write_table(pa.table([pa.array(held[name]) for name in HEAD.split()], names=names), folder / "episodes.parquet")
    return folder


def test_a_parquet_file_with_one_name_twice(tmp_path):
    parquet(tmp_path, ["child_id", "county", "entry_date", "exit_date", "child_id"])
    assert error(tmp_path).splitlines()[0] == "episodes.parquet: the column name 'child_id' is there 2 times; keep one of them."


def test_a_parquet_file_with_bytes_that_are_no_text(tmp_path):
    data = (parquet(tmp_path, HEAD.split(), county=["Alder", "BirchX"]) / "episodes.parquet").read_bytes()
    (tmp_path / "episodes.parquet").write_bytes(data.replace(b"BirchX", b"Birch\xff"))
    assert error(tmp_path) == "episodes.parquet: a column cannot be read as text; export it again."
    (tmp_path / "episodes.parquet").write_bytes(data.replace(b"county", b"count\xff"))
    assert error(tmp_path) == "episodes.parquet: the file cannot be read as Parquet; export it again."


def test_two_files_for_one_table(tmp_path):
    write(tmp_path, episodes=GOOD)
    raw(tmp_path, b"PAR1", "episodes.parquet")
    assert "episodes.csv and episodes.parquet are for the same table; keep one of them." in error(tmp_path)
    assert "cannot be read as Parquet" in error(tmp_path / "episodes.parquet")


@pytest.mark.parametrize("dress", [
    lambda text: text.encode("utf-8-sig"),
    lambda text: text.encode("utf-16"),
    lambda text: text.replace("\n", "\r\n").encode(),
    lambda text: text.replace(",", ";").encode(),
    lambda text: text.replace(",", "\t").encode(),
    lambda text: text.replace("Alder", " Alder\u00a0").encode(),
    lambda text: text.replace("Alder", '"Alder"').encode() + b"\n\n",
    lambda text: text.replace("2024-01-01", "2024-01-01 00:00:00").encode(),
    lambda text: text.replace("child_id", " Child_ID ").encode(),
])
def test_dress_does_not_matter(tmp_path, dress):
    table = load(raw(tmp_path, dress(csv(GOOD)))).episodes
    assert table[["child_id", "county", "exit_reason"]].values.tolist() == [
        ["hidden7", "Alder", "adoption"], ["hidden8", "Birch", ""],
    ]
    assert table.entry_date.dt.strftime("%Y-%m-%d").to_list() == ["2024-01-01", "2024-01-01"]


def test_a_value_may_hold_a_line_break_in_a_long_file(tmp_path):
    head, row, _ = csv(GOOD).replace("Alder", '"Alder\nNorth"').replace("\nhidden", "|hidden").split("|")
    many = 40_000  # more than one block of the reader
    table = load(raw(tmp_path, head + "\n" + "".join(f"{number}{row}\n" for number in range(many)))).episodes
    assert len(table) == many and set(table.county) == {"Alder North"}


def test_optional_files_may_be_empty(tmp_path):
    write(tmp_path, episodes=GOOD)
    raw(tmp_path, b"", "placements.csv")
    raw(tmp_path, b"child_id,county,report_date,disposition\n", "reports.csv")
    extract = load(tmp_path)
    assert extract.notes == (
        "placements.csv: the file is empty; it was left out.",
        "reports.csv: there are column names but no rows; it was left out.",
    )
    assert extract.placements.empty and extract.reports.empty


def test_columns_that_are_not_declared_are_not_read(tmp_path):
    write(tmp_path, episodes=f"{HEAD} worker_name SSN notes\nhidden7 Alder 2024-01-01 . . Jo 1 x")
    extract = load(tmp_path)
    assert not {"worker_name", "SSN", "notes"} & set(extract.episodes.columns)
    assert extract.notes == (
        "episodes.csv: columns that look like people's names or numbers were dropped: SSN.",
        "episodes.csv: columns that look like workers or providers were dropped: worker_name.",
        "episodes.csv: columns that this source does not declare were not read: notes.",
    )
    assert "hidden" not in repr(extract)


def test_a_file_without_a_line_of_names_tells_nothing_of_its_first_child(tmp_path):
    said = error(raw(tmp_path, "hidden7,Alder,2024-01-01,2024-01-01,adoption\nhidden8,Birch,2024-01-01,,\n"))
    assert said == (
        "episodes.csv: the first line names none of the columns (child_id, county, entry_date, exit_date, exit_reason); put the "
        "column names, one line of them, at the top of the file. Or look for the right file."
    )


def test_columns_that_are_not_read_may_have_one_name_or_none(tmp_path):
    extract = load(raw(tmp_path, csv(GOOD).replace("exit_reason\n", "exit_reason,note,note,\n").replace("adoption", "adoption,a,b,").replace(
        "2024-01-01,,", "2024-01-01,,,,,")))
    assert extract.episodes.exit_reason.to_list() == ["adoption", ""]
    assert extract.notes == ("episodes.csv: columns that this source does not declare were not read: note, note.",)


@pytest.mark.parametrize(("ragged", "said"), [(1, "in the header"), (2, "1 more line like it"), (1001, "1,000 more lines like it")])
def test_lines_with_too_many_fields_are_counted(tmp_path, ragged, said):
    told = error(raw(tmp_path, csv(GOOD) + "hidden9,Alder,2024-01-01,,,x\n" * ragged)).replace("where the header has 5", "in the header")
    assert told.startswith("episodes.csv: line 4 has 6 fields") and said in told


def test_the_same_note_on_many_files_is_told_once(tmp_path):
    rows = "CHILD DECOM RNE PLACE DEC REC LS\nhidden7 2017-04-10 S U4 . . C2"
    write(tmp_path, **{f"Bromley__{year}__episodes": rows for year in (2016, 2017, 2018)})
    assert load(tmp_path, "ssda903").notes == (
        "3 files, the first Bromley/2016/episodes.csv: columns that this source does not declare were not read: LS.",
    )


@pytest.mark.parametrize(("path", "year", "folder"), [
    ("Bromley/2017/episodes.csv", "2017", "Bromley"),
    ("Bromley/2016-17/episodes.csv", "2016", "Bromley"),
    ("Bromley/2016_17/episodes.csv", "2016", "Bromley"),
    ("Bromley/201617/episodes.csv", "2016", "Bromley"),
    ("2016/Bromley/episodes_20170630.csv", "2016", "Bromley"),  # a day is not a year
    ("Bromley/2016/SSDA903_2017_episodes.csv", "2017", "Bromley"),
    ("Bromley/FY2016/episodes.csv", "2016", "Bromley"),
    ("Bromley/SSDA903 return 2016 (final)/episodes.csv", "2016", "Bromley"),
    ("Isle of Wight 2016-17/episodes.csv", "2016", "Isle of Wight"),
    ("Kingston-upon-Thames_2016/episodes.csv", "2016", "Kingston-upon-Thames"),
    ("305_2016/episodes.csv", "2016", "305"),
    ("Bromley/903_2016/episodes.csv", "2016", "Bromley"),
])
def test_what_a_path_says(path, year, folder):
    assert (said_by_path(Path(path), "year"), said_by_path(Path(path), "folder")) == (year, folder)


def authority_of(folder, *paths, rows="CHILD DECOM RNE PLACE DEC REC\na 2017-04-10 S U4 . ."):
    """The authorities of one child's row in each of these files."""
    write(folder, **{path: rows for path in paths})
    return sorted(load(folder, "ssda903").episodes.county)


@pytest.mark.parametrize(("paths", "counties"), [
    (("Bromley_episodes_2017", "Eastham_episodes_2017", "Bromley_episodes_2018"), ["Bromley", "Eastham"]),
    (("SSDA903_2017_Isle_of_Wight_episodes", "SSDA903_2017_Ely_episodes"), ["Ely", "Isle of Wight"]),
    (("raw__2017__episodes~Bromley", "raw__2018__episodes~Eastham"), ["Bromley", "Eastham"]),
    (("2017__E09000006_episodes", "2017__E09000007_episodes"), ["E09000006", "E09000007"]),
    (("305_episodes_2017", "306_episodes_2017"), ["305", "306"]),
    (("Bromley__episodes_2017_final", "Bromley__episodes_2018_part2"), ["Bromley"]),
    (("Bromley__2017__episodes", "Bromley__2018__episodes_checked"), ["Bromley"]),
    (("Bromley_2017__episodes", "Bromley_2018__episodes", "Eastham~2017-18__episodes"), ["Bromley", "Eastham"]),
])
def test_authorities_in_the_names_of_files(tmp_path, paths, counties):
    assert authority_of(tmp_path, *(path.replace("~", " ") for path in paths)) == counties


def test_a_file_whose_name_does_not_tell_the_authority_beside_others_that_do(tmp_path):
    with pytest.raises(CqiError) as caught:
        authority_of(tmp_path, "2017__Bromley_episodes", "2017__Eastham_episodes", "2018__episodes")
    assert str(caught.value).startswith("2018/episodes.csv: its name does not tell whose rows these are")
    rows = "CHILD DECOM RNE PLACE DEC REC LA\na 2017-04-10 S U4 . . West"
    assert authority_of(tmp_path, "2018__episodes", rows=rows) == ["Bromley", "Eastham", "West"]


ROW = "CHILD,DECOM,RNE,PLACE,DEC,REC\na,2017-04-10,S,U4,,\n"


@pytest.mark.parametrize(("empty", "said"), [
    (b"", "the file is empty"), (b"\xef\xbb\xbf\r\n", "the file is empty"), (b"\xff\xfe", "the file is empty"),
    (ROW.splitlines()[0].encode(), "there are column names but no rows"),
])
def test_a_year_with_an_empty_file_beside_others(tmp_path, empty, said):
    for year, content in (("2017", ROW.encode()), ("2018", empty)):
        (tmp_path / year).mkdir()
        raw(tmp_path / year, content)
    extract = load(tmp_path, "ssda903")
    assert extract.notes == (f"2018/episodes.csv: {said}; it was left out.",)
    assert extract.findings.query("defect == 'empty-file-of-several'")[["severity", "action"]].values.tolist() == [["medium", "warn"]]
    raw(tmp_path / "2017", empty)
    assert "none of its 2 episodes files has a row" in error(tmp_path, "ssda903")


def test_files_in_yearly_folders_that_no_role_declares_are_told(tmp_path):
    for year, name, content in (("2017", "episodes.csv", ROW.encode()), ("2018", "episodes.txt", b"x"), ("2018", "returns.zip", b"x")):
        (tmp_path / year).mkdir(exist_ok=True)
        raw(tmp_path / year, content, name)
    assert load(tmp_path, "ssda903").notes == (
        "Files that this source does not declare were not read: 2018/episodes.txt, 2018/returns.zip.",)


def test_inputs_are_named_by_their_checksum(tmp_path):
    write(tmp_path, episodes=GOOD)
    data = (tmp_path / "episodes.csv").read_bytes()
    assert load(tmp_path).inputs.values.tolist() == [["episodes.csv", hashlib.sha256(data).hexdigest(), len(data)]]


def test_a_relative_path_is_found_in_a_folder_above(tmp_path, monkeypatch):
    write(tmp_path / "data_samples", episodes=GOOD)
    (tmp_path / "notebooks" / "training").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "notebooks" / "training")
    extract = load("data_samples")
    assert extract.data == (tmp_path / "data_samples").resolve()
    assert load("data_samples/episodes.csv").episodes.equals(extract.episodes)
