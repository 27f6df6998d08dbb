"""`cqi survey` as its users run it: from the sheet to the result, and the goals that the next review reads back."""

import csv
import io
import sqlite3

import pytest

from cqi.cli import main
from cqi.journal import Journal
from cqi.questionnaire import questionnaire
from drawn_sheets import CULTURE, SYSTEM
from running import command

CHECK, RATED = questionnaire(CULTURE), questionnaire(SYSTEM)


class Said:
    """What the command said, run here: its exit code, output and errors."""

    def __init__(self, returncode, told):
        self.returncode, self.stdout, self.stderr = returncode, told.out, told.err


@pytest.fixture
def survey(tmp_path, monkeypatch, capsys):
    """`cqi survey` with these words in a folder of its own, without a journal's place in the environment."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("CQI_JOURNAL", raising=False)

    def run(*words):
        capsys.readouterr()
        return Said(main(["survey", *words]), capsys.readouterr())

    return run


def type_in(folder, name, **teams):
    """Fills the file to type into: as many sheets as a team has levels."""
    head = next(csv.reader(io.StringIO((folder / "culture_check.csv").read_text(encoding="utf-8-sig"))))
    rows = [[team, "2026Q2", *(8 - level if item.reversed else level for item in CHECK.items)] for team, levels in teams.items() for level in levels]
    with open(folder / name, "w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([head, *rows])


@pytest.fixture
def folder(tmp_path, survey):
    done = survey("paper", CULTURE)
    assert (done.returncode, done.stderr) == (0, "") and "print it from a browser" in done.stdout
    return tmp_path


def test_from_the_sheet_to_the_result(folder, survey):
    type_in(folder, "typed.csv", Intake=[3, 4, 5, 6, 2, 4, 5], Ongoing=[1, 2, 7, 7, 7, 7])
    looked = survey("enter", CULTURE, "typed.csv")
    assert looked.returncode == 0 and "team Intake: 7 sheets." in looked.stdout and "team Ongoing: 6 sheets; its own result stays hidden below 7." in looked.stdout
    assert "Nothing is kept yet" in looked.stdout and not (folder / "reports").exists()
    kept = survey("enter", CULTURE, "typed.csv", "--keep")
    assert kept.returncode == 0 and "Now delete typed.csv and shred the sheets" in kept.stdout and (folder / "reports" / "journal.sqlite").is_file()
    told = survey("results", CULTURE)
    lines = [line.split(maxsplit=1) for line in told.stdout.splitlines() if line.startswith("2026Q2")]
    assert told.returncode == 0 and len(lines) == 15 and sum("7 answers" in line[1] for line in lines) == 10 and sum("[c] hidden" in line[1] for line in lines) == 5
    assert not [line for line in lines if "Ongoing" in line[1] and "answers" in line[1]]
    again = survey("enter", CULTURE, "typed.csv", "--keep")
    assert again.returncode == 2 and "kept already" in again.stderr and "Traceback" not in again.stderr
    with sqlite3.connect(folder / "reports" / "journal.sqlite") as file:
        assert file.execute("SELECT count(*) FROM cqi_survey_slips").fetchall() == [(13 * 5,)]


def test_from_a_teams_rating_to_the_journal(folder, survey, monkeypatch):
    survey("paper", SYSTEM)
    head, *rows = csv.reader(io.StringIO((folder / f"{SYSTEM}.csv").read_text(encoding="utf-8-sig")))
    with open(folder / "rated.csv", "w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([head, *(["North", "2026H1", *row[2:4], *((2, "We asked about Maya Jones") if row[2] == "14" else (3, "Looked in May"))] for row in rows)])
    place = str(folder / "own.sqlite")
    kept = survey("enter", SYSTEM, "rated.csv", "--keep", "--journal", place)
    assert kept.returncode == 0 and "one rating together" in kept.stdout and "Maya Jones" in kept.stderr  # what could tell who a child is, is said to the writer
    monkeypatch.setenv("CQI_JOURNAL", place)
    assert "1 proposed goal." in survey("results", SYSTEM).stdout
    for _ in range(2):
        proposed = survey("propose", SYSTEM, "--team", "North")
        assert proposed.returncode == 0
    entries = Journal.opened(place).entries()
    assert [(entry.kind, entry.role) for entry in entries] == [("proposed change", "North")] and entries[0].text.startswith("Try a warm hand-over")


@pytest.mark.parametrize(("words", "told"), [
    (("paper",), "name the questionnaire: case_management_check, culture_check"), (("results", "cultur_check"), "Did you mean 'culture_check'"),
    (("enter", CULTURE), "name the file with the answers"), (("enter", CULTURE, "nothing.csv"), "nothing.csv: "), (("enter", CULTURE, "https://x.org/a.csv"), "this is an address"),
    (("paper", CULTURE, "--to", "https://x.org/a.html"), "this is an address"), (("propose", SYSTEM, "--team", "North"), "There is no journal yet"),
    (("results", CULTURE, "--journal", "mysql://me:secret@there/x"), "or a PostgreSQL database"), (("enter", CULTURE, "."), "irectory"),
])
def test_errors_are_one_line_and_leave_nothing_behind(tmp_path, survey, words, told):
    done = survey(*words)
    assert done.returncode == 2 and told in done.stderr and len(done.stderr.splitlines()) == 1 and "secret" not in done.stderr and list(tmp_path.iterdir()) == []


def test_the_list_says_who_answers(survey):
    done = survey()
    assert done.returncode == 0 and "culture_check" in done.stdout and "each answers alone, unnamed" in done.stdout and "a team rates together" in done.stdout


def test_the_command_in_a_process_of_its_own(tmp_path):
    done = command("survey", "results", CULTURE, cwd=tmp_path, CQI_JOURNAL="")
    assert (done.returncode, done.stderr) == (0, "") and "Nobody has answered the culture check yet" in done.stdout
