"""`cqi doctor`: each thing that a site needs is looked at, and the line of one that is not right says what to do; nothing is changed or
sent."""

import json
from datetime import date, timedelta

import pytest

from cqi.cli import main
from cqi.render.job import NOTEBOOKS
from cqi.scheduling import airflow, systemd, unready, windows
from cqi.scheduling.task import Task
from cqi.site.when import rule
from cqi.site.reading import read_site
from drawn import write
from mail_server import free_port, mail_server

SOURCE = """
title = "Extract"
citation = "its guide"
reviewer = "a reviewer"
reviewed = 2026-11-22
valid_years = [1900, 2100]
date_formats = ["yyyy-mm-dd"]
shape = "one_row_per_episode"

[files.episodes]
patterns = ["removals.csv"]
required = true

[files.episodes.columns]
child_id = { name = "Pers", required = true, filled = true }
county = { name = "Cnty", required = true, filled = true }
entry_date = { name = "Removed", kind = "date", required = true, filled = true }
exit_date = { name = "Left", kind = "date", required = true }
exit_reason = { name = "Why", codes = "why", required = true }
sex = { name = "Gender" }

[codes.why]
Home = "reunification"
"""


@pytest.fixture(autouse=True)
def desk(tmp_path, monkeypatch):
    """The site's folder is worked in, and no scheduler has been told of it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.delenv("CQI_DEFINITIONS", raising=False)


def site(folder, *, more="", age=1, codes=("Home",) * 6, gender=True, review="", handover=""):
    """A site of its own source, the as-of date so many days ago; a child in Alder for each code."""
    rows = [f"p{number}  Alder  2025-01-05  2025-03-01  {code}{'  f' if gender else ''}" for number, code in enumerate(codes)]
    write(folder / "extract", removals="\n".join([f"Pers  Cnty  Removed  Left  Why{'  Gender' if gender else ''}", *rows]))
    (folder / "definitions" / "sources").mkdir(parents=True, exist_ok=True)
    (folder / "definitions" / "sources" / "own.toml").write_text(SOURCE)
    as_of = date.today() - timedelta(days=age)
    (folder / "cqi.toml").write_text(f'[site]\nname = "Example State"\n[extract]\ndata = "extract"\nsource = "own"\nas_of = "{as_of}"\n'
                                     f'not_older_than_days = 45\n[review]\n{review}\n[handover]\n{handover}\n{more}')


def scheduled(folder):
    """The files of a timer, as `cqi schedule --install` writes them."""
    found = read_site(folder)
    for path, text in systemd.files(Task(found, rule(found.schedule.every, found.schedule.at))).items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def lines(capsys, code):
    """What is said of each thing, with what to do about it; the exit code is as expected."""
    assert main(["doctor"]) == code
    found = {}
    for line in capsys.readouterr().out.splitlines()[:-1]:
        if line.startswith("       "):
            found[name] += f" -> {line.strip()}"
        else:
            word, name, told = line[:6].strip(), *line[7:].partition(": ")[::2]
            found[name] = f"{word}: {told}"
    return found


def test_where_nothing_is_missing_nothing_is_to_do_and_nothing_is_changed(tmp_path, capsys):
    site(tmp_path)
    scheduled(tmp_path)
    before = sorted(tmp_path.rglob("*"))
    found = lines(capsys, 0)
    assert {told.partition(":")[0] for told in found.values()} == {"ok"} and sorted(tmp_path.rglob("*")) == before
    assert found["Extract"] == "ok: extract, read as own: 6 stays in 1 county" and found["Schedule"].endswith("a systemd timer")


def test_without_a_file_it_says_how_to_get_one(capsys):
    assert main(["doctor"]) == 2 and "cqi init" in capsys.readouterr().err


def test_a_file_that_is_wrong_is_told_by_its_key(tmp_path, capsys):
    site(tmp_path, more="[schedul]\n")
    assert "there is no key 'schedul'. Did you mean 'schedule'?" in lines(capsys, 1)["cqi.toml"]


def test_data_that_are_not_there_are_asked_for(tmp_path, capsys):
    site(tmp_path)
    (tmp_path / "extract").rename(tmp_path / "elsewhere")
    assert "to do" in (found := lines(capsys, 1))["Extract"] and "Put the extract there" in found["Extract"]
    assert found["Pages"].startswith("ok")


@pytest.mark.parametrize(("age", "word"), [(44, "ok"), (45, "ok"), (46, "to do")])
def test_data_are_old_after_the_days_that_the_file_allows(tmp_path, capsys, age, word):
    site(tmp_path, age=age)
    scheduled(tmp_path)
    assert lines(capsys, int(word != "ok"))["Freshness"].startswith(word)


def test_what_it_says_of_the_data_is_what_a_scheduled_run_says(tmp_path, capsys):
    """Older than the last run, and a file that shrank: not only their age counts."""
    site(tmp_path, age=3)
    scheduled(tmp_path)
    pages, size = tmp_path / "reports" / "run", (tmp_path / "extract" / "removals.csv").stat().st_size
    pages.mkdir(parents=True)
    for days, factor, told in ((2, 1, "a run as of"), (3, 3, "removals.csv is less than half as large as last time"), (3, 1, "")):
        record = {"as_of": str(date.today() - timedelta(days=days)), "made": "2026-07-06T06:00:00+00:00", "pages": [],
                  "parameters": {"source": "own"}, "inputs": [["removals.csv", "digest", factor * size]]}
        (pages / "run.json").write_text(json.dumps(record))
        found, why = lines(capsys, int(bool(told)))["Freshness"], unready(read_site(tmp_path), date.today())
        assert told in why and (found.endswith(f"-> {why}") if why else found.startswith("ok"))


@pytest.mark.parametrize(("rows", "told"), [(4, "Why has codes in few rows"), (5, "Why has 'FK' in 5 rows"), (6, "Why has 'FK' in 6 rows")])
def test_codes_that_have_no_word_are_told_with_their_rows(tmp_path, capsys, rows, told):
    site(tmp_path, codes=("Home", "HOME", ".") * 3 + ("FK",) * rows)
    assert f"to do: {told} ->" in lines(capsys, 1)["Codes"]


def test_a_rare_code_is_not_told(tmp_path, capsys):
    """It may be a word about one child."""
    site(tmp_path, codes=("Home",) * 6 + ("FK",) * 7 + ("Zed~Hidden", "Amy~Hidden"))
    assert "to do: Why has 'FK' in 7 rows, others in few rows ->" in lines(capsys, 1)["Codes"]


@pytest.mark.parametrize(("gender", "word"), [(True, "ok"), (False, "to do: not in the extract: Gender (episodes)")])
def test_columns_that_the_source_names_and_the_files_lack_are_told(tmp_path, capsys, gender, word):
    site(tmp_path, gender=gender)
    assert lines(capsys, 1)["Columns"].startswith(word)


@pytest.mark.parametrize(("more", "what", "told"), [
    ({"review": 'counties = ["Alder", "Aldr"]'}, "Counties", "to do: not in the extract: Aldr (Alder?) ->"),
    ({"more": '[[target]]\ncounty = "Aldr"\nmeasure = "permanency_in_12_months"\ntarget = 0.4\n'}, "Extract",
     "No county 'Aldr' in cqi.toml [[target]]"),
    ({"more": '[regions]\nAldr = "North"\n'}, "Extract", "No county 'Aldr' in cqi.toml [regions]"),
])
def test_counties_that_are_not_in_the_data_are_told_wherever_they_are_named(tmp_path, capsys, more, what, told):
    site(tmp_path, **more)
    assert told in lines(capsys, 1)[what]


def test_definitions_that_a_variable_hides_are_told(tmp_path, capsys, monkeypatch):
    site(tmp_path)
    (tmp_path / "others" / "sources").mkdir(parents=True)
    (tmp_path / "others" / "sources" / "own.toml").write_text(SOURCE)
    monkeypatch.setenv("CQI_DEFINITIONS", str(tmp_path / "definitions"))
    assert "Definitions" not in lines(capsys, 1)
    monkeypatch.setenv("CQI_DEFINITIONS", str(tmp_path / "others"))
    assert "unset CQI_DEFINITIONS" in lines(capsys, 1)["Definitions"]


@pytest.mark.parametrize(("key", "what"), [("out", "Pages"), ("journal", "Journal")])
def test_a_place_where_nothing_can_be_written_is_told(tmp_path, capsys, key, what):
    (tmp_path / "file").write_text("")
    site(tmp_path, review=f'{key} = "file/below"')
    assert lines(capsys, 1)[what].startswith("to do")


MAILS = 'readers = ["r@example.org"]\nmaintainers = ["m@example.org"]\nsender = "s@example.org"\nsecurity = "none"\n'


def test_the_mail_server_is_greeted_and_gets_no_letter(tmp_path, capsys):
    with mail_server() as inbox:
        site(tmp_path, handover=f'{MAILS}host = "127.0.0.1"\nport = {inbox.port}')
        scheduled(tmp_path)
        assert lines(capsys, 0)["Mail"].endswith("answers") and inbox.readers == []


@pytest.mark.parametrize(("file", "variable", "mode", "told"), [
    ("", "", 0o600, "to do: not right -> cqi.toml, [handover] user: its password is not there; set CQI_MAIL_PASSWORD, or name a file"),
    ("", "secret-word", 0o600, "ok: from CQI_MAIL_PASSWORD; whatever starts the run must set it too"),
    ("word", "", 0o600, "ok: from word"),
    ("word", "", 0o644, "to do: not right -> cqi.toml, [handover] password_file: others may read word"),
    ("gone", "", 0o600, "to do: not right -> cqi.toml, [handover] password_file: gone cannot be read"),
])
def test_it_says_where_the_password_comes_from_and_what_to_do_where_there_is_none(
        tmp_path, capsys, monkeypatch, file, variable, mode, told):
    (tmp_path / "word").write_text("secret-word\n")
    (tmp_path / "word").chmod(mode)
    monkeypatch.setenv("CQI_MAIL_PASSWORD", variable)
    named = f'password_file = "{file}"\n' if file else ""
    secure = MAILS.replace("none", "starttls")
    site(tmp_path, handover=f'{secure}host = "127.0.0.1"\nport = {free_port()}\nuser = "cqi"\n{named}')
    found = lines(capsys, 1)
    assert found["Password"].startswith(told) and "secret-word" not in str(found)


def test_a_mail_server_that_is_not_there_is_told(tmp_path, capsys):
    site(tmp_path, handover=f'{MAILS}host = "127.0.0.1"\nport = {free_port()}')
    assert "does not answer" in lines(capsys, 1)["Mail"]


def test_where_nobody_hears_of_errors_it_is_told(tmp_path, capsys):
    with mail_server() as inbox:
        site(tmp_path,
             handover=f'readers = ["r@example.org"]\nsender = "s@example.org"\nsecurity = "none"\nhost = "127.0.0.1"\nport = {inbox.port}')
        assert main(["doctor"]) == 1 and "nobody hears of errors" in capsys.readouterr().out


def test_a_schedule_that_nobody_makes_is_told(tmp_path, capsys):
    site(tmp_path)
    assert lines(capsys, 1)["Schedule"].endswith("cqi schedule --install installs it.")


@pytest.mark.parametrize(("scheduler", "name"), [(airflow, "Airflow"), (windows, "Windows Task Scheduler"), (None, "JupyterLab")])
def test_a_schedule_that_cannot_be_seen_from_here_is_neither_well_nor_to_do(tmp_path, capsys, scheduler, name):
    site(tmp_path)
    found = read_site(tmp_path)
    if scheduler:
        scheduler.install(Task(found, rule(found.schedule.every, found.schedule.at)))
    else:
        (tmp_path / NOTEBOOKS["review"]).write_text("{}")
    assert lines(capsys, 0)["Schedule"] == f"?: first Monday at 06:00; set up elsewhere ({name}), which cannot be checked from here"
