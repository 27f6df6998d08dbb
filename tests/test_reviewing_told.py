"""Who hears of a run of a site: readers of what was made, maintainers of what went wrong, and nobody of anything else. A real mail server, and one small run."""

from datetime import date, timedelta
from pathlib import Path

import pandas as pd
import pytest
from mail_server import mail_server
from running import DATA, ROOT

from cqi.cli import _options, main
from cqi.render.lock import held
from cqi.reviewing import _request, told
from cqi.sources.defects import problem

HEADLINE = "permanency_in_12_months"
DAY = date(2025, 12, 31)
SITE = """
[site]
name = "Example State"
[extract]
data = "extract"
as_of = {day}
not_older_than_days = {days}
[review]
counties = ["{county}"]
cohorts = ["2025H1"]
profiles = ["internal"]
out = "pages"
[handover]
readers = ["reader@example.org"]
maintainers = ["it@example.org"]
sender = "cqi@example.org"
host = "127.0.0.1"
port = {port}
security = "none"
[[target]]
county = "Alder"
measure = "permanency_in_12_months"
target = "47%"
[regions]
Alder = "Capital"
"""


def write_site(folder: Path, *, port=25, county="Alder", days=3000, day=DAY) -> Path:
    (folder / "cqi.toml").write_text(SITE.format(port=port, county=county, days=days, day=day), encoding="utf-8")
    return folder


def write_extract(folder: Path) -> None:
    """A child enters every nine days for three years, two of three in Alder; every other one goes home after 200 days."""
    days = [date(2023, 1, 3) + timedelta(days=9 * number) for number in range(121)]
    left = [day + timedelta(days=200) if number % 2 == 0 and day + timedelta(days=200) <= DAY else None for number, day in enumerate(days)]
    rows = {"child_id": [f"c{number}" for number in range(121)], "county": ["Birch" if number % 3 == 2 else "Alder" for number in range(121)],
            "birth_date": "2015-05-02", "entry_date": days, "exit_date": left, "exit_reason": ["reunification" if day else "" for day in left]}
    folder.mkdir()
    pd.DataFrame(rows).to_csv(folder / "episodes.csv", index=False)


@pytest.fixture
def here(tmp_path, monkeypatch):
    write_extract(tmp_path / "extract")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def inbox():
    with mail_server() as found:
        yield found


# ---- without a site -------------------------------------------------------------------------------------------------------

def test_without_a_site_all_is_as_always(here, monkeypatch, capsys):
    bundled = _request(_options(["review"]), None)
    assert (bundled.counties, bundled.profiles, bundled.out, bundled.source) == ((), ("release",), Path("reports"), "episodes")
    assert (Path(bundled.data) / "episodes.csv").is_file() and "children of a fictional state, who do not exist" in capsys.readouterr().err
    monkeypatch.chdir(ROOT)
    assert Path(_request(_options(["review"]), None).data).resolve() == Path(DATA) and capsys.readouterr() == ("", "")


# ---- data that are not ready ---------------------------------------------------------------------------------------------

def age() -> int:
    return (date.today() - DAY).days


@pytest.mark.parametrize(("days", "ready"), [(-1, False), (0, True)])
def test_old_data_publish_nothing_and_those_who_look_after_the_site_hear_why(here, inbox, capsys, days, ready):
    """The day before the limit's last, and the last. A county that is not there ends the run that is let through."""
    write_site(here, port=inbox.port, days=age() + days, county="Adler")
    assert main(["review"]) == (2 if ready else 5)
    why = "No county 'Adler'" if ready else "That is {:,} days before".format(age())
    assert why in capsys.readouterr().err and not (here / "pages" / DAY.isoformat()).exists()
    [(address, letter)] = inbox.letters
    assert address == "it@example.org" and why in " ".join(letter.get_body(("plain",)).get_content().split())


def test_force_makes_the_pages_of_old_data(here, inbox, capsys):
    write_site(here, port=inbox.port, days=1, county="Adler")
    assert main(["review", "--force"]) == 2 and "No county 'Adler'" in capsys.readouterr().err


def test_other_data_are_not_asked_whether_they_are_ready_and_nobody_is_written_to(here, inbox, capsys):
    write_site(here, port=inbox.port, days=1)
    assert main(["review", "--data", "extract", "--county", "Adler"]) == 2
    said = capsys.readouterr().err
    assert "Targets and regions of cqi.toml count for extract, and not for other data." in said and "No county 'Adler'" in said
    assert main(["review", "--county", "Adler"]) == 5 and inbox.letters == []


# ---- what goes wrong -----------------------------------------------------------------------------------------------------

def test_data_that_are_gone_are_told_to_those_who_look_after_the_site(here, inbox, capsys):
    write_site(here, port=inbox.port)
    (here / "extract").rename(here / "elsewhere")
    assert main(["review"]) == 2 and "[extract] data: nothing is called extract yet" in capsys.readouterr().err
    assert inbox.readers == ["it@example.org"]


def test_another_run_in_the_folder_is_no_failure(here, inbox):
    write_site(here, port=inbox.port)
    with held(here / "pages" / DAY.isoformat()):
        assert main(["review"]) == 4
    assert inbox.letters == []


def test_a_mail_server_that_is_away_is_said_and_changes_no_exit_code(here, capsys):
    write_site(here, port=9, days=1)
    assert main(["review"]) == 5
    assert "Maintainers were not told (it@example.org)" in capsys.readouterr().err


def test_a_fault_of_the_program_tells_its_place_and_no_value():
    with pytest.raises(KeyError, match="471147") as raised:
        problem("child 471147", "", "")
    assert told(raised.value).startswith("A fault of the program, not of your data: KeyError in sources/defects.py, line ")
    assert "471147" not in told(raised.value)


# ---- a whole run ---------------------------------------------------------------------------------------------------------

def test_a_run_with_no_argument_makes_the_pages_shows_the_targets_and_hands_over(here, inbox, monkeypatch, capsys):
    write_site(here, port=inbox.port)
    (here / "elsewhere").mkdir()
    monkeypatch.chdir(here / "elsewhere")  # a page is made by processes that are told of the site
    assert main(["review", "--site", ".."]) == 0
    said = capsys.readouterr()
    folder = here / "pages" / DAY.isoformat() / "internal"
    assert (folder / "alder" / "2025h1.html").is_file() and not (folder / "birch").exists() and f"Open (internal): {folder / 'index.html'}" in said.out
    course = pd.read_csv(folder / "tables" / "2025H1-course.csv").query("county == 'Alder' and measure == @HEADLINE")
    assert course[["target", "region"]].values.tolist() == [[0.47, "Capital"]]
    assert inbox.readers == ["reader@example.org"] and said.err.count("Targets and regions") == 0

    monkeypatch.chdir(here)
    assert main(["review"]) == 0 and "Nothing new: all 6 pages are as they were made." in capsys.readouterr().out
    assert main(["review", "--plan"]) == 0 and "Nothing is new since the run as of 31 December 2025" in capsys.readouterr().out
    (here / "cqi.toml").write_text((here / "cqi.toml").read_text(encoding="utf-8").replace("47%", "44%"), encoding="utf-8")
    assert main(["review", "--plan"]) == 0 and "Data: changed: cqi.toml [[target]]." in capsys.readouterr().out
    assert inbox.readers == ["reader@example.org"]
