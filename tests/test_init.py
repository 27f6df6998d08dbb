"""`cqi init`: an extract with columns that are in no source file becomes a site; what cannot be known is asked, and no child's value is
shown."""

import os
import pty
import subprocess
import sys
import tomllib

import pandas as pd
import pytest

from cqi.cli import main
from cqi.site.init.asking import Asking
from cqi.site.init.codes import codes
from cqi.site.init.dates import formats
from cqi.site.init.fitting import fits
from cqi.site.init.likeness import ALIKE, field_likeness, word_for
from cqi.site.init.looking import about_people, sheets
from cqi.site.init.writing import site_text, source_text
from cqi.site.reading import read_site, site_of
from cqi.sources import load
from cqi.sources.declared import declared_source
from cqi.vocabulary import DISPOSITIONS, EXIT_REASONS, SETTINGS, CqiError
from drawn import write
from running import DATA, ROOT

SPOKEN = {"reunification": "Return Home", "relative": "Living w/ Relative", "guardianship": "Legal Guardianship",
          "adoption": "Adoption Finalized",
          "emancipation": "Aged Out", "transfer": "Transfer to Other Agency", "runaway": "AWOL", "death": "Deceased",
          "closed by system": "Closed by Sys"}
STAYS = {"child_id": "CLNT_NBR", "episode_id": "RMVL_EPI_ID", "county": "CNTY_NM", "birth_date": "CLNT_DOB", "entry_date": "RMVL_DT",
         "exit_date": "DISCH_DT", "exit_reason": "DISCH_RSN_TXT", "sex": "GNDR", "race": "RACE_ETHN"}
HOMES = {"episode_id": "RMVL_EPI_ID", "setting": "PLCMT_TYPE", "start_date": "PLCMT_BEG_DT", "end_date": "PLCMT_END_DT"}
NAMED = ["--name", "Example State", "--data", "extract"]


def foreign(folder, county="Heron"):
    """One county of the sample state as another system exports it, with names of people, and the same as it was."""
    stays = pd.read_csv(f"{DATA}/episodes.csv", dtype=str, keep_default_na=False).query("county == @county").reset_index(drop=True)
    stays.loc[stays.index[stays["exit_reason"].ne("")][:5], "exit_reason"] = "closed by system"
    homes = pd.read_csv(f"{DATA}/placements.csv", dtype=str, keep_default_na=False)
    homes = homes[homes["episode_id"].isin(stays["episode_id"])]
    for name, table in (("plain/episodes", stays.replace({"exit_reason": {"closed by system": "unknown"}})), ("plain/placements", homes)):
        (folder / name).parent.mkdir(exist_ok=True)
        table.to_csv(folder / f"{name}.csv", index=False)
    (folder / "extract").mkdir()
    spoken = stays.assign(exit_reason=stays["exit_reason"].replace(SPOKEN), CLNT_NM="Zed Hiddenchild", PRIMARY_WRKR="Wilma Hiddenworker")
    _american(spoken.drop(columns="county_fips")).rename(columns=STAYS).to_csv(folder / "extract" / "RMVL_2026-08.csv", index=False)
    _american(homes).rename(columns=HOMES).to_csv(folder / "extract" / "PLCMT_2026-08.csv", index=False)
    return stays, homes


def _american(table):
    days = [name for name in table if name.endswith("_date")]
    return table.assign(**{name: pd.to_datetime(table[name], errors="coerce").dt.strftime("%m/%d/%Y").fillna("") for name in days})


def test_a_letter_needs_a_sender_before_anything_is_looked_at(tmp_path, monkeypatch, capsys):
    foreign(tmp_path)
    monkeypatch.chdir(tmp_path)
    assert main(["init", *NAMED, "--yes", "--reader", "a@example.org"]) == 2
    told = capsys.readouterr()
    assert told.err == "--reader and --maintainer need --sender, the address from which letters come.\n" and told.out == ""


def test_an_extract_with_other_names_becomes_a_site_that_reads_the_same_children(tmp_path, monkeypatch, capsys):
    stays, _ = foreign(tmp_path)
    monkeypatch.chdir(tmp_path)
    assert main(["init", *NAMED, "--yes"]) == 2
    told = capsys.readouterr()
    assert "--code 'Closed by Sys=WORD'" in told.err and told.err.count("WORD, for a code of exit_reason, is one of: (nothing: still in care), ") == 1
    assert not (tmp_path / "cqi.toml").exists() and not (tmp_path / "definitions").exists()
    assert main(["init", *NAMED, "--code", "Closed by Sys=unknown"]) == 2  # nobody confirmed
    assert "say so by --yes" in capsys.readouterr().err and not (tmp_path / "cqi.toml").exists()
    assert main(["init", *NAMED, "--code", "Closed by Sys=unknown", "--yes"]) == 0
    told = capsys.readouterr().out
    assert "Never read, as they look like people's names or numbers, or workers: CLNT_NM, PRIMARY_WRKR." in told
    hidden = {"Hidden", *stays["child_id"], *stays["episode_id"],
              *pd.to_datetime(stays["birth_date"], errors="coerce").dropna().dt.strftime("%m/%d/%Y")}
    assert not [value for value in hidden if value in told]
    source = declared_source("example_state")
    assert {each.role: {column.field: column.names[0] for column in each.columns}
            for each in source.files} == {"episodes": STAYS, "placements": HOMES}
    assert source.date_formats == ("mm/dd/yyyy",)
    found, plain = load("extract", "example_state"), load("plain", "episodes")
    same = ["child_id", "episode_id", "county", "birth_date", "entry_date", "exit_date", "exit_reason", "sex", "race"]
    pd.testing.assert_frame_equal(found.episodes[same], plain.episodes[same])
    pd.testing.assert_frame_equal(found.placements, plain.placements)
    site = read_site(tmp_path)
    assert (site.name, site.extract.source, site.review.profiles,
            site.schedule.every) == ("Example State", "example_state", ("internal", "release"), "first Monday")
    assert main(["init", *NAMED, "--yes"]) == 2 and "cqi.toml is here already" in capsys.readouterr().err


def test_files_of_a_kind_that_is_known_need_no_new_source(tmp_path, monkeypatch, capsys):
    foreign(tmp_path)
    monkeypatch.chdir(tmp_path)
    assert main(["init", "--name", "Example State", "--data", "plain", "--yes"]) == 0
    assert "of a kind that cqi knows: Episodes" in capsys.readouterr().out
    assert read_site(tmp_path).extract.source == "episodes" and not (tmp_path / "definitions").exists()


# ---- names ---------------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize(("name", "field"), [
    ("REMOVAL_DT", "entry_date"), ("dateOfRemoval", "entry_date"), ("Entry Date", "entry_date"), ("DISCHARGE_DATE", "exit_date"),
    ("EPI_END_DT", "exit_date"),
    ("Disch Rsn Cd", "exit_reason"), ("ClientNo", "child_id"), ("person-id", "child_id"), ("DOB", "birth_date"), ("Born", "birth_date"),
    ("CNTY", "county"), ("Removal County", "county"), ("Removd_Date", "entry_date"),
])
def test_names_of_other_systems_are_understood(name, field):
    fields = ("child_id", "episode_id", "county", "birth_date", "entry_date", "exit_date", "exit_reason", "sex", "race")
    alike = {each: field_likeness(name, "episodes", each) for each in fields}
    assert max(alike, key=alike.get) == field and alike[field] >= ALIKE


@pytest.mark.parametrize("name", ["LAST_UPDATE_USER", "COMMENT_TXT", "BATCH", "XFER"])
def test_other_names_are_like_no_field(name):
    assert max(field_likeness(name, "episodes", each) for each in STAYS) < ALIKE


@pytest.mark.parametrize(("name", "hidden"), [
    ("CLIENT_NM", True), ("child_first_name", True), ("SSN", True), ("HOME_ADDR", True), ("WRKR_ID", True), ("provId", True),
    ("MOTHER_NAME", True),
    ("CNTY_NM", False), ("CLIENT_ID", False), ("RMVL_DT", False),
])
def test_columns_about_people_are_seen_under_short_names(name, hidden):
    assert about_people(name) is hidden


# ---- codes ---------------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize(("code", "codes", "word"), [
    ("Reunified with Primary Caretaker", "exit reasons", "reunification"), ("ADOPTION", "exit reasons", "adoption"),
    ("Adoptoin", "exit reasons", "adoption"),
    ("Still in care", "exit reasons", ""), ("1", "exit reasons", None), ("R", "exit reasons", None),
    ("Closed by system", "exit reasons", None),
    ("Kinship Care", "settings", "kin"), ("UNFOUNDED", "dispositions", "unsubstantiated"),
    ("Not Substantiated", "dispositions", "unsubstantiated"),
    ("Substantiated", "dispositions", "substantiated"),
])
def test_codes_are_understood_or_left_open(code, codes, word):
    words = {"exit reasons": ("", *EXIT_REASONS), "settings": SETTINGS, "dispositions": DISPOSITIONS}[codes]
    assert word_for(code, codes, words) == word


def _stays(tmp_path, *rows, heads="PersonID  Cnty  RemovalDt  DischDt  DischRsn"):
    drawn = [f"p{number}  {'Alder' if number % 2 else 'Birch'}  {row}" for number, row in enumerate(rows, 1)]
    return write(tmp_path / "extract", removals="\n".join([heads, *drawn]))


LEFT = "2025-01-05  2025-03-01"


@pytest.mark.parametrize(("rows", "words"), [(4, "few rows"), (5, "5 rows"), (6, "6 rows")])
def test_of_a_code_that_few_rows_have_the_number_is_not_told(tmp_path, rows, words):
    there = sheets(_stays(tmp_path, *[f"{LEFT}  Adopted"] * rows, *[f"{LEFT}  Died"] * 9))
    found = {code.code: code.counted for code in codes(fits(there, {})[0], {})}
    assert found == {"Adopted": words, "Died": "9 rows"}


@pytest.mark.parametrize(("given", "said"), [
    ("Zzz=adoption", "no coded column holds it"), ("Code 7=adopion", "Did you mean 'adoption'?"),
    ("Code 7=kin", "is no word for exit_reason"), ("Code 7", "write it as CODE=WORD"),
])
def test_a_code_that_is_said_wrongly_is_one_clear_error(tmp_path, monkeypatch, capsys, given, said):
    _stays(tmp_path, *[f"{LEFT}  Code~7"] * 6)
    monkeypatch.chdir(tmp_path)
    assert main(["init", *NAMED, "--yes", "--code", given]) == 2 and said in capsys.readouterr().err


# ---- dates ---------------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize(("dates", "found", "unsure"), [
    (["06/12/2025", "03/11/2025"], (), True), (["06/13/2025", "03/11/2025"], ("mm/dd/yyyy",), False),
    (["13/06/2025", "03/11/2025"], ("dd/mm/yyyy",), False),
    (["2025-06-12", ""], ("yyyy-mm-dd",), False), (["12-JUN-2025"], ("dd-mon-yyyy",), False),
    (["2025-06-12", "06/13/2025"], ("yyyy-mm-dd", "mm/dd/yyyy"), False),
    (["06/12/25"], (), False), ([], (), False), (["06/13/2025 00:00:00"], ("mm/dd/yyyy",), False),
])
def test_how_dates_are_written_is_told_by_a_day_after_the_twelfth(dates, found, unsure):
    assert formats([pd.Series(dates, dtype="str")]) == (found, unsure)


def test_dates_that_do_not_tell_are_asked_for(tmp_path, monkeypatch, capsys):
    _stays(tmp_path, *["06/12/2025  07/12/2025  Adopted"] * 6)
    monkeypatch.chdir(tmp_path)
    assert main(["init", *NAMED, "--yes"]) == 2
    told = capsys.readouterr()
    assert "--dates mm/dd/yyyy, or --dates dd/mm/yyyy" in told.err and "don't tell" in told.out
    assert main(["init", *NAMED, "--yes", "--dates", "dd/mm/yyyy"]) == 0
    assert str(load("extract", "example_state").episodes["entry_date"].dt.date.iloc[0]) == "2025-12-06"


# ---- columns that are said, or missing -----------------------------------------------------------------------------------

@pytest.mark.parametrize(("given", "said"), [
    ("entry_date=RemvalDt", "Did you mean 'RemovalDt'?"), ("entry_dat=RemovalDt", "Did you mean 'entry_date'"),
    ("staf.x=RemovalDt", "No table 'staf'"),
    ("child_id=WorkerID", "is never read"), ("entry_date", "write it as FIELD=COLUMN"),
])
def test_a_column_that_is_said_wrongly_is_one_clear_error(tmp_path, monkeypatch, capsys, given, said):
    _stays(tmp_path, *[f"{LEFT}  Adopted  w1"] * 6, heads="PersonID  Cnty  RemovalDt  DischDt  DischRsn  WorkerID")
    monkeypatch.chdir(tmp_path)
    assert main(["init", *NAMED, "--yes", "--map", given]) == 2 and said in capsys.readouterr().err


def test_a_column_for_which_only_its_content_speaks_is_not_taken_unasked(tmp_path, monkeypatch, capsys):
    _stays(tmp_path, *[f"{LEFT}  Adopted"] * 6, heads="PersonID  Cnty  RemovalDt  Zzq  DischRsn")
    monkeypatch.chdir(tmp_path)
    assert main(["init", *NAMED, "--yes"]) == 2
    told = capsys.readouterr()
    assert "--map exit_date=Zzq" in told.err and "Zzq   (by what is in it; please check)" in told.out
    assert main(["init", *NAMED, "--yes", "--map", "exit_date=Zzq"]) == 0
    assert load("extract", "example_state").episodes["exit_date"].notna().all()


def test_a_name_that_fits_is_not_taken_where_the_content_does_not(tmp_path):
    rows = [f"{LEFT}  Adopted  note~{number}" for number in range(70)]
    folder = _stays(tmp_path, *rows, heads="PersonID  Cnty  Removal_Date  DischDt  DischRsn  EntryDate")
    assert fits(sheets(folder), {})[0].columns["entry_date"] == "Removal_Date"


def test_two_extracts_in_one_folder_are_not_read_together(tmp_path, monkeypatch, capsys):
    folder = _stays(tmp_path, *[f"{LEFT}  Adopted"] * 6)
    text = (folder / "removals.csv").read_text()
    for month in ("06", "07"):
        (folder / f"removals_2026-{month}.csv").write_text(text)
    (folder / "removals.csv").unlink()
    monkeypatch.chdir(tmp_path)
    assert main(["init", *NAMED, "--yes"]) == 2 and "called alike" in capsys.readouterr().err


@pytest.mark.parametrize("ending", ["parquet", "xlsx"])
def test_other_kinds_of_file_are_looked_at_too(tmp_path, monkeypatch, ending):
    folder = _stays(tmp_path, *[f"{LEFT}  Adopted"] * 6, "2025-06-07  .  .")
    table = pd.read_csv(folder / "removals.csv", parse_dates=["RemovalDt", "DischDt"])
    (folder / "removals.csv").unlink()
    getattr(table, {"parquet": "to_parquet", "xlsx": "to_excel"}[ending])(folder / f"removals.{ending}", index=False)
    monkeypatch.chdir(tmp_path)
    assert main(["init", *NAMED, "--yes"]) == 0
    found = load("extract", "example_state").episodes
    assert len(found) == 7 and found["exit_reason"].value_counts().to_dict() == {"adoption": 6, "": 1}


# ---- what is written -----------------------------------------------------------------------------------------------------

HOSTILE = 'A "quoted" {name} \\ [part] é # ]'


def test_names_are_text_in_what_is_written(tmp_path):
    text = site_text(name=HOSTILE, data=HOSTILE, source="episodes", profiles=["release"], readers=[], maintainers=[], sender="")
    assert site_of(tmp_path, text).name == HOSTILE and site_of(tmp_path, text).extract.data == HOSTILE
    folder = _stays(tmp_path, *[f'{LEFT}  "Odd""code=1"'] * 6)
    found = fits(sheets(folder), {})
    told = source_text(found, codes(found[0], {'Odd"code=1': "other"}), ("yyyy-mm-dd",), name=HOSTILE, federal=False,
                       day=pd.Timestamp("2026-07-01").date())
    assert tomllib.loads(told)["codes"]["exit_reason"]['Odd"code=1'] == "other" and tomllib.loads(told)["reviewer"] == HOSTILE


def test_a_name_with_a_line_end_writes_nothing(tmp_path, monkeypatch, capsys):
    _stays(tmp_path, *[f"{LEFT}  Adopted"] * 6)
    monkeypatch.chdir(tmp_path)
    assert main(["init", "--name", "One\nTwo", "--data", "extract", "--yes"]) == 2
    assert "[site] name" in capsys.readouterr().err and sorted(path.name for path in tmp_path.iterdir()) == ["extract"]


def test_questions_nobody_answers_are_listed_together():
    asking = Asking(terminal=False)
    asking.line("One?", "--one X")
    asking.line("Two?", "--two Y")
    asking.line("Three?", "--three Z", needed=False)
    with pytest.raises(CqiError, match="(?s)--one X.*--two Y") as found:
        asking.check()
    assert "--three" not in str(found.value)


@pytest.mark.skipif(os.name == "nt", reason="terminals of this kind are not there")
def test_on_a_terminal_it_asks(tmp_path):
    """As somebody who types: the agency, a code that cannot be known (first misspelt), the confirmation."""
    _stays(tmp_path, *[f"{LEFT}  Adopted"] * 6, *[f"{LEFT}  Code~7"] * 6)
    ours, theirs = pty.openpty()
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.Popen([sys.executable, "-m", "cqi", "init"], cwd=tmp_path, env=environment, stdin=theirs, stdout=subprocess.PIPE,
                            stderr=subprocess.STDOUT, text=True)
    os.write(ours, b"Example State\nrunawy\nrunaway\ny\n")
    told = done.communicate(timeout=240)[0]
    os.close(ours), os.close(theirs)
    assert done.returncode == 0, told
    assert "What does 'Code 7' mean" in told and "Please write runaway." in told and "Is this right?" in told
    source = tomllib.loads((tmp_path / "definitions" / "sources" / "example_state.toml").read_text())
    assert source["codes"]["exit_reason"]["Code 7"] == "runaway"
