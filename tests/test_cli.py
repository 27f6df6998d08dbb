"""The command as its users run it: exit codes, and one line that says what is wrong and what would be right."""

import os
import re
import subprocess
import sys
from dataclasses import fields

import pytest

from cqi import __version__, cli
from cqi.cli import main
from cqi.progress import Progress
from cqi.review import Review
from cqi.reviewing import REVIEW_OPTIONS
from cqi.sources import source_names
from cqi.sources.bundled import SAID, bundled
from drawn import write
from running import DATA, ROOT, command, notebooks_with

ONE = ("--county", "Heron", "--cohort", "2025H2")


def test_the_fields_of_a_review_are_the_options_of_the_command():
    assert list(REVIEW_OPTIONS) == [field.name for field in fields(Review)]
    told = command("review", "--help").stdout
    assert all(f"--{name.replace('_', '-')} " in told for name in REVIEW_OPTIONS)


@pytest.mark.parametrize("name", ["init", "review", "check", "backtest"])
def test_the_help_of_source_lists_every_kind_that_is_accepted_an_agencys_own_too(name, tmp_path, monkeypatch, capsys):
    (tmp_path / "sources").mkdir()
    (tmp_path / "sources" / "my_50%_state.toml").write_text("")
    monkeypatch.setenv("CQI_DEFINITIONS", str(tmp_path))
    with pytest.raises(SystemExit):
        main([name, "--help"])
    told = " ".join(capsys.readouterr().out.split())
    assert {"afcars", "afcars2020", "ccwis", "episodes", "my_50%_state", "ssda903"} == set(source_names())
    assert ", ".join(source_names()) in told


def test_every_command_has_its_options_and_the_program_its_version(capsys):
    for name in cli.COMMANDS:
        with pytest.raises(SystemExit) as over:
            main([name, "--help"])
        told = " ".join(capsys.readouterr().out.split())
        assert over.value.code == 0 and cli.COMMANDS[name][0].capitalize() in told
    with pytest.raises(SystemExit):
        main(["--version"])
    assert capsys.readouterr().out == f"cqi {__version__}\n"


def test_a_file_is_checked_that_is_named_and_else_the_sample_state_from_any_folder(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["check"]) == main(["check", str(bundled())])
    told = capsys.readouterr()
    assert told.err.splitlines() == [SAID] and told.out[:len(told.out) // 2] == told.out[len(told.out) // 2:] != "" and list(tmp_path.iterdir()) == []


def test_the_past_of_the_sample_state_is_replayed_where_no_data_are_named(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["backtest", "--as-of", "2019-03-31"]) == 0
    told = capsys.readouterr()
    assert told.err.startswith(SAID) and "This file\nholds whole periods from 1 January 2019 on" in told.out


LATE = """
import os
class Late:
    def __del__(self, kill=os.kill, own=os.getpid()):
        kill(own, 15)
late = Late()
from cqi.cli import main
raise SystemExit(main(["measures", "no_such"]))
"""


@pytest.mark.skipif(os.name == "nt", reason="Windows ends processes in another way")
def test_who_is_told_to_end_when_all_is_done_says_how_it_ended():
    assert subprocess.run([sys.executable, "-c", LATE], capture_output=True).returncode == 2


# ---- what is not known, with the nearest names -------------------------------------------------------------------------

@pytest.mark.parametrize(("words", "said"), [
    ("reviw", "No command 'reviw'. Did you mean 'review'?"),
    ("review --conty Birch", "No option '--conty' in cqi review. Did you mean '--county'"),
    ("review --as_of=2026-06-30", "No option '--as_of' in cqi review. Did you mean '--as-of'"),
    ("review --count Birch", "No option '--count' in cqi review. Did you mean '--county'"),  # no guessing from a beginning
    ("review Birch", "No option 'Birch' in cqi review."),
    ("review --profile relese", "No profile 'relese'. Did you mean 'release'?"),
    ("review --source episode", "No source 'episode'. Did you mean 'episodes'?"),
    ("review --data nowhere", "nowhere: there is no such file or folder"),
    ("measures permanency", "No measure 'permanency'. Did you mean 'permanency_in_12_months'?"),
    ("check nowhere", "nowhere: there is no such file or folder"),
    ("backtest --as_of=2026-06-30", "No option '--as_of' in cqi backtest. Did you mean '--as-of'"),
    ("backtest --data nowhere", "nowhere: there is no such file or folder"),
])
def test_what_is_not_known_is_an_error_with_the_nearest_names(capsys, tmp_path, words, said):
    options = ["--out", str(tmp_path)] if words.startswith("review ") else []
    assert main([*words.split(), *options]) == 2
    told = capsys.readouterr()
    assert said in told.err and told.out == "" and list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("words", "said"), [
    ("--county Brich", "No county 'Brich' in"), ("--county Brich", "Did you mean 'Birch'"),
    ("--cohort 2025X1", "No cohort '2025X1': write a period as one of 2025, 2025H1"),
    ("--cohort 2027H1", "Cohort 2027H1 begins 2027-01-01, after the as-of date 2026-06-30"),
    ("--cohort 2015H1", "Cohort 2015H1 ends 2015-06-30; the file holds whole cohorts from 2019-01-01 on."),
    ("--as-of 2010-01-31", "no half-year cohort is open on 2010-01-31: entries begin on 2019-01-01"),
    ("--as-of 2010-01-31 --cohort 2025H2", "begins 2025-07-01, after the as-of date 2010-01-31"),
    ("--as-of tomorrow", "The as-of date 'tomorrow' is not a day: write it as 2026-06-30."),
    ("--as-of 2027-01-31", "The file does not reach 2027-01-31: after 2026-06-30, the last month's end that looks complete, about "),
])
def test_what_the_file_does_not_have_is_an_error_and_leaves_no_folder(capsys, tmp_path, words, said):
    assert main(["review", *words.split(), "--data", DATA, "--out", str(tmp_path / "reports")]) == 2
    assert said in capsys.readouterr().err and list(tmp_path.iterdir()) == []


def test_a_county_that_does_not_exist_exits_2_with_one_line(tmp_path):
    done = command("review", "--county", "Brich", "--out", str(tmp_path))
    assert done.returncode == 2 and done.stdout == "" and "Traceback" not in done.stderr
    assert done.stderr.splitlines()[-1].startswith("No county 'Brich' in data_samples. Did you mean 'Birch'")


def test_a_place_that_cannot_be_written_exits_2(tmp_path, capsys):
    (tmp_path / "file").touch()
    assert main(["review", *ONE, "--data", DATA, "--out", str(tmp_path / "file")]) == 2
    assert "choose another place with --out" in capsys.readouterr().err


def test_a_fault_of_the_program_tells_its_place_and_no_value(monkeypatch, capsys):
    def faulty(options):
        raise KeyError("child 471147")

    monkeypatch.setattr(cli, "_measures", faulty)
    assert main(["measures"]) == 1
    told = capsys.readouterr().err
    assert told.startswith("A fault of the program, not of your data: KeyError in cli.py, line") and "471147" not in told


# ---- notebooks that do not fit -----------------------------------------------------------------------------------------

@pytest.mark.parametrize(("old", "new", "said"), [
    ('county = "Alder"', 'conty = "Alder"', "No parameter 'county' in the parameters cell of mid_course_review.ipynb. Did you mean 'conty'?"),
    ('county = "Alder"', 'district = "North"\ncounty = "Alder"', "No parameter 'district' in a review. Its parameters are: county, cohort"),
])
def test_a_notebook_with_other_parameters_is_refused(tmp_path, old, new, said):
    own = notebooks_with(tmp_path / "own", old=old, new=new)
    done = command("review", *ONE, "--out", str(tmp_path / "out"), CQI_NOTEBOOKS=str(own))
    assert done.returncode == 2 and said in done.stderr and "Traceback" not in done.stderr and not (tmp_path / "out").exists()


@pytest.mark.parametrize(("content", "said"), [
    (None, "mid_course_review.ipynb is not in"), ("not a notebook", "mid_course_review.ipynb: this is not a notebook"),
])
def test_a_notebook_that_is_missing_or_spoiled_is_refused(tmp_path, content, said):
    own = notebooks_with(tmp_path / "own")
    (own / "mid_course_review.ipynb").unlink()
    if content:
        (own / "mid_course_review.ipynb").write_text(content, encoding="utf-8")
    done = command("review", *ONE, "--out", str(tmp_path / "out"), CQI_NOTEBOOKS=str(own))
    assert done.returncode == 2 and said in done.stderr and "Traceback" not in done.stderr


# ---- files that do not fit -----------------------------------------------------------------------------------------------

HEADER = "child_id,county,birth_date,entry_date,exit_date,exit_reason\n"


@pytest.mark.parametrize(("content", "said"), [
    ("", "alder.csv: the file is empty"), (HEADER, "alder.csv: there are column names but no rows"),
    (HEADER.replace("entry_date", "entered"), "alder.csv"),
])
def test_a_file_that_cannot_be_used_exits_2(tmp_path, content, said):
    (tmp_path / "alder.csv").write_text(content, encoding="utf-8")
    for words in (["check", str(tmp_path / "alder.csv")], ["review", "--data", str(tmp_path / "alder.csv"), "--out", str(tmp_path / "out")]):
        done = command(*words)
        assert done.returncode == 2 and said in done.stderr and "Traceback" not in done.stderr
    assert not (tmp_path / "out").exists()


def test_rows_with_dates_reversed_are_set_aside_with_file_count_and_first_row(tmp_path):
    write(tmp_path, alder="""
        child_id  county  birth_date  entry_date  exit_date   exit_reason
        c1        Alder   2015-01-01  2025-01-05  2025-03-01  reunification
        hidden2   Alder   2015-01-01  2025-02-05  2025-01-01  reunification
        c3        Alder   2015-01-01  2025-03-05  .           .
        hidden4   Alder   2015-01-01  2025-03-07  2025-03-01  adoption""")
    done = command("check", str(tmp_path / "alder.csv"))
    assert done.returncode == 3 and "alder.csv: 4 rows read = 2 used + 0 merged + 2 set aside" in done.stdout  # half of them: over 5%
    assert "alder.csv, the first on row 3: 2 rows set aside: exit_date comes before entry_date." in done.stdout
    assert "hidden" not in done.stdout + done.stderr


DRAWN = """
    child_id  county  birth_date  entry_date  exit_date   exit_reason
    hidden1   Alder   2015-01-01  2025-01-05  2025-03-01  reunification
    hidden2   Alder   2015-01-01  2025-02-05  .           .
    hidden3   Alder   2015-01-01  2025-03-05  .           .
    hidden1   Alder   2015-01-01  2025-04-07  2025-05-01  adoption"""


@pytest.mark.parametrize(("old", "new", "code", "said"), [
    ("", "", 0, "alder.csv: 4 rows read = 4 used + 0 merged + 0 set aside"),
    ("Alder", ".", 1, "To check:\n  alder.csv, on row 2: 1 row had no county; counted under 'Unknown county'."),
    ("hidden3", ".", 1, "Serious:\n  alder.csv, on row 4: 1 row set aside: child_id is blank."),
    ("2025-05-01", "2025-04-07", 3, "An official limit is broken in the whole file"),  # 1 of 4 leaves on the day of entry
    ("hidden3   Alder   2015-01-01  2025-03-05", "hidden3   Alder   2015-01-01  3/5/25", 2, "year of two digits, the first on row 4"),
])
def test_check_says_how_bad_it_is_by_its_exit_code(tmp_path, capsys, old, new, code, said):
    assert old in DRAWN
    write(tmp_path, alder=DRAWN.replace(old, new, 1) if old else DRAWN)
    assert main(["check", str(tmp_path / "alder.csv")]) == code
    told = capsys.readouterr()
    assert said in told.out + told.err and "hidden" not in told.out + told.err and "1 rows" not in told.out


def test_check_tells_the_most_severe_first_with_why_and_what_to_do(tmp_path, capsys):
    drawn = DRAWN.replace("hidden2", ".").replace("Alder", ".", 1)
    write(tmp_path, alder=drawn + "\n    hidden4 Alder 2015-01-01 2025-01-05 2025-01-09 adoption")
    assert main(["check", str(tmp_path / "alder.csv"), "--csv", str(tmp_path / "found.csv")]) == 1
    told = capsys.readouterr().out
    titles = [line for line in told.splitlines() if line in ("Serious:", "To check:", "To know:")]
    assert titles == ["Serious:", "To check:", "To know:"]
    assert ("  alder.csv, on row 3: 1 row set aside: child_id is blank.\n"
            "      A stay without a child can't be linked to the child's other stays. What to do: fill in the id in the source.\n") in told
    lines = (tmp_path / "found.csv").read_text(encoding="utf-8").splitlines()
    assert lines[0] == "severity,action,defect,file,row,count,among,what,why,do"
    assert lines[1].startswith("high,quarantine,no-child-id,alder.csv,3,1,5,")


def test_a_file_name_that_a_spreadsheet_would_run_is_written_as_text(tmp_path, capsys):
    write(tmp_path, **{"=cmd": DRAWN.replace("Alder", ".", 1)})
    assert main(["check", str(tmp_path / "=cmd.csv"), "--csv", str(tmp_path / "found.csv")]) == 1
    assert ",'=cmd.csv," in (tmp_path / "found.csv").read_text(encoding="utf-8")


# ---- what is printed -----------------------------------------------------------------------------------------------------

def test_measures_and_one_measure_are_listed(capsys):
    assert main(["measures"]) == 0 and main(["measures", "permanency_in_12_months"]) == 0
    told = capsys.readouterr().out
    assert "outcome     Permanency in 12 months" in told and "Source: CFSR Round 4" in told


def test_sample_writes_the_sample_state(tmp_path, capsys):
    assert main(["sample", str(tmp_path)]) == 0
    assert capsys.readouterr().out.splitlines()[0].endswith(".csv") and (tmp_path / "episodes.csv").read_bytes() == (ROOT / "data_samples/episodes.csv").read_bytes()


@pytest.fixture
def tiny(tmp_path):
    """Words for a review of six children: too few for a number, and too short a time for any official period."""
    rows = "c1,Alder,2020-01-01,2025-07-01,,\nc2,Alder,2019-01-01,2025-08-03,2026-01-05,reunification\nc3,Birch,2018-01-01,2025-09-03,,\n" \
           "c4,Birch,2017-01-01,2025-10-03,2026-06-02,adoption\nc5,Alder,2017-01-01,2026-02-03,,\nc6,Birch,2017-01-01,2026-03-03,,\n"
    (tmp_path / "data").mkdir()
    (tmp_path / "data/episodes.csv").write_text("child_id,county,birth_date,entry_date,exit_date,exit_reason\n" + rows, encoding="utf-8")
    return ("--data", str(tmp_path / "data"), "--county", "Birch", "--cohort", "2026H1", "--as-of", "2026-06-30")


def test_without_a_terminal_progress_is_plain_lines_and_only_the_result_is_output(tmp_path, tiny):
    done = command("review", *tiny, "--out", str(tmp_path))
    assert done.returncode == 0 and "\r" not in done.stderr and "\x1b" not in done.stderr
    assert re.search(r"6 of 6 pages, 0 failed, [\d.]+ a second, about 0 s left: ", done.stderr)
    assert done.stdout.splitlines() == ["6 of 6 pages made.", f"Open (release): {tmp_path / '2026-06-30/release/index.html'}"]


def test_on_a_terminal_progress_is_a_bar(monkeypatch, capsys):
    from types import SimpleNamespace

    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    outcome = SimpleNamespace(status="failed", job=SimpleNamespace(name="Alder 2025H2 (release)"))
    with Progress() as progress:
        progress(1, 2, outcome)
    told = capsys.readouterr().err
    assert "1/2" in told and "1 failed, Alder 2025H2 (release)" in told


@pytest.mark.skipif(os.name == "nt", reason="a shell's pipe")
def test_a_reader_that_goes_away_ends_nothing(tmp_path, tiny):
    line = f'{sys.executable} -m cqi review {" ".join(tiny)} --out {tmp_path} 2>&1 | head -1; echo "${{PIPESTATUS[0]}}"'
    done = subprocess.run(["bash", "-c", line], cwd=ROOT, capture_output=True, text=True)
    assert done.stdout.splitlines() == [f"Reading {tiny[1]} and counting ...", "0"] and done.stderr == ""
    assert (tmp_path / "2026-06-30/release/index.html").is_file()


def test_with_output_and_errors_closed_the_work_is_done_in_silence(tmp_path):
    """As some services start a command."""
    said = tmp_path / "measures.md"
    done = subprocess.run(["bash", "-c", '"$@" >&- 2>&- <&-', "bash", sys.executable, "-m", "cqi", "measures", "--dictionary", str(said)], cwd=ROOT)
    assert done.returncode == 0 and said.read_text(encoding="utf-8") == (ROOT / "docs/measures.md").read_text(encoding="utf-8")
    done = subprocess.run(["bash", "-c", '"$@" >&- 2>&-', "bash", sys.executable, "-m", "cqi", "check", str(tmp_path / "nothing")], cwd=ROOT)
    assert done.returncode == 2
