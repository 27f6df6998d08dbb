"""Files that cannot be used, said all at once and without a child's value; files that can, whatever their dress."""

import hashlib
from pathlib import Path

import pytest
from drawn import csv, write

from cqi.sources import load
from cqi.sources.finding import said_by_path
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
    assert len(table) == many and set(table.county) == {"Alder\nNorth"}


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
])
def test_what_a_path_says(path, year, folder):
    assert (said_by_path(Path(path), "year"), said_by_path(Path(path), "folder")) == (year, folder)


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
