"""`cqi review` in the folder of a site: no words are needed, options win, data that are not ready publish nothing, and a changed target is changed data."""

import json

import pytest

from cqi.cli import _options, main
from cqi.reviewing import _request
from cqi.site.reading import read_site
from drawn import write
from running import command
from test_site import LEAST, drawn, site

REVIEW = '[review]\ncounties = ["Heron"]\ncohorts = ["2025H2"]\nprofiles = ["internal"]\nout = "pages"\njournal = "said.sqlite"\n'


def asked(folder, *words):
    """The request that the words make in the folder of the site."""
    return _request(_options(["review", *words]), read_site(folder))


def test_what_is_not_given_is_as_the_file_says(tmp_path, monkeypatch):
    (tmp_path / "extract").mkdir()
    site(tmp_path, LEAST + 'as_of = "2025-12-31"\nsource = "ccwis"\n' + REVIEW)
    monkeypatch.chdir(tmp_path)
    assert asked(tmp_path).journal == ""  # nobody has said anything yet
    (tmp_path / "said.sqlite").touch()
    found = asked(tmp_path)
    assert (found.counties, found.cohorts, found.profiles) == (("Heron",), ("2025H2",), ("internal",))
    assert (found.state, found.as_of, found.source, found.data, found.out, found.journal) == (
        "Example State", "2025-12-31", "ccwis", str(tmp_path / "extract"), tmp_path / "pages", str(tmp_path / "said.sqlite"))


def test_options_win(tmp_path, monkeypatch):
    (tmp_path / "extract").mkdir()
    site(tmp_path, LEAST + 'as_of = "2025-12-31"\nsource = "ccwis"\n' + REVIEW)
    monkeypatch.chdir(tmp_path)
    found = asked(tmp_path, "--county", "Birch", "--county", "Cedar", "--cohort", "2024", "--profile", "release", "--as-of", "2025-06-30", "--out", "x", "--journal", "y")
    assert (found.counties, found.cohorts, found.profiles, found.as_of, str(found.out), found.journal) == (("Birch", "Cedar"), ("2024",), ("release",), "2025-06-30", "x", "y")
    assert asked(tmp_path, "--source", "afcars").source == "afcars"


def test_the_as_of_date_of_the_file_is_that_of_its_extract(tmp_path, monkeypatch):
    """Other data have their own last complete month."""
    site(tmp_path, LEAST + 'as_of = "2025-12-31"\n' + REVIEW)
    monkeypatch.chdir(tmp_path)
    assert (asked(tmp_path, "--data", "other").as_of, asked(tmp_path, "--data", "other").data) == ("", "other")
    assert asked(tmp_path, "--data", "other").state == ""


def test_data_that_are_not_there_are_said(tmp_path, monkeypatch, capsys):
    site(tmp_path, LEAST + REVIEW)
    monkeypatch.chdir(tmp_path)
    assert main(["review"]) == 2 and "nothing is called extract yet" in capsys.readouterr().err


def test_data_that_are_too_old_publish_nothing_and_exit_5(tmp_path, monkeypatch, capsys):
    drawn(tmp_path / "extract")
    site(tmp_path, LEAST + "not_older_than_days = 1\n")
    monkeypatch.chdir(tmp_path)
    assert main(["review"]) == 5
    assert "cqi.toml allows 1" in capsys.readouterr().err and not list((tmp_path / "reports").glob("20*"))


def test_a_folder_that_is_named_must_be_a_site(tmp_path, capsys):
    assert main(["review", "--site", str(tmp_path)]) == 2 and "there is no cqi.toml in this folder" in capsys.readouterr().err


TINY = LEAST + 'as_of = "2026-06-30"\nnot_older_than_days = 3660\n' + REVIEW.replace("Heron", "Birch").replace("2025H2", "2026H1") + "[handover]\nzip = false\n"


def few_children(folder):
    """Forty children of two counties who came into care within half a year: too short a time for most of what takes long."""
    rows = [f"c{number} {'Alder' if number % 2 else 'Birch'} 2015-01-01 2026-0{1 + number % 4}-05 {'2026-05-20 reunification' if number % 3 else '. .'}" for number in range(40)]
    heads = "child_id county birth_date entry_date exit_date exit_reason"
    return write(folder, episodes="\n".join([heads, *rows, "c40 Birch 2015-01-01 2025-07-01 2026-01-05 reunification"]))


@pytest.fixture(scope="module")
def state(tmp_path_factory):
    """A site, and the first run there, which nobody told anything."""
    folder = tmp_path_factory.mktemp("state")
    few_children(folder / "extract")
    site(folder, TINY)
    return folder, command("review", cwd=folder)


def test_a_run_needs_no_words_and_hands_over(state):
    folder, done = state
    assert done.returncode == 0, done.stderr
    index = next((folder / "pages").glob("*/internal/index.html"))
    asked = json.loads((index.parents[1] / "run.json").read_text())
    assert "Open (internal)" in done.stdout and "Nothing to hand over: [handover] in cqi.toml" in done.stdout
    assert asked["parameters"]["counties"] == ["Birch"] and "All counties" in index.read_text()


def test_the_same_again_makes_nothing_and_a_changed_target_is_changed_data(state):
    folder, _ = state
    assert "Nothing new" in command("review", cwd=folder).stdout
    site(folder, TINY + '[[target]]\ncounty = "Birch"\nmeasure = "permanency_in_12_months"\ntarget = "37%"\nby = 2027-06-30\n')
    told = command("review", "--plan", cwd=folder).stdout
    assert [line for line in told.splitlines() if line.startswith("Data: ") and "cqi.toml [[target]]" in line], told
