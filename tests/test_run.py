"""A run: every page whole or not made, with the reason; the same bytes again; nothing left behind when it is stopped."""

import csv
import gzip
import json
import os
import re
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import time
from dataclasses import fields
from pathlib import Path

import psutil
import pytest
from bs4 import BeautifulSoup

from browser import chromium, opened
from cqi.cli import main
from cqi.render import pages, run as running_of_pages
from cqi.render.counted import WRITTEN, Tables, small_left
from cqi.render.lock import FolderHeld, held
from cqi.render.job import Job
from cqi.render.plan import jobs, slug
from running import DATA, ROOT, alive, at_work, blocks, command, notebooks_with, started, tree

COUNTIES = ("birch", "bunting", "heron")
PLACES = [f"{profile}/{place}" for profile in ("internal", "release")
          for place in ("data-quality.html", "how-we-work.html", "overview-2025h2.html", "official-measures.html",
                        *(f"{county}/{page}.html" for county in COUNTIES for page in ("2025h2", "official-measures")))]


def html(folder):
    return sorted(folder.rglob("*.html"))


# ---- what a run leaves ---------------------------------------------------------------------------------------------

def test_every_page_is_made_and_in_its_place(finished):
    assert finished.failed == [] and sorted(outcome.job.place for outcome in finished.outcomes) == sorted(PLACES)
    assert all((finished.folder / place).is_file() for place in (*PLACES, "internal/index.html", "release/index.html", "assets/cqi.css"))
    assert finished.folder.name == "2026-06-30"
    assert all(outcome.answer for outcome in finished.outcomes if outcome.job.role != "quality")


def test_nothing_is_left_behind(finished):
    assert [path.name for path in finished.folder.rglob(".*")] == []
    assert stat.S_IMODE((finished.folder / "restricted").stat().st_mode) == 0o700
    assert {path.name for path in (finished.folder / "restricted").iterdir()} == {
        "internal", "release", "manifest.jsonl", "published.json", "held-back-release.csv"}
    assert not os.environ.get("CQI_CACHE", "").endswith("/counted") and "CQI_RUN" not in os.environ


def test_record_says_how_to_make_the_run_again(finished):
    record = json.loads((finished.folder / "run.json").read_text(encoding="utf-8"))
    assert record["parameters"]["counties"] == ["Birch", "Bunting", "Heron"] and record["as_of"] == "2026-06-30"
    assert {name for name, *_ in record["inputs"]} >= {"episodes.csv", "placements.csv"} and "pandas" in record["versions"]
    assert {page["place"]: page["status"] for page in record["pages"]} == dict.fromkeys(PLACES, "done")
    assert str(ROOT) not in json.dumps(record)


def test_pages_are_small_and_have_few_charts(finished):
    for path in html(finished.folder):
        page = path.read_bytes()
        assert len(page) < 300_000 and len(gzip.compress(page)) < 60_000, path
        figures = BeautifulSoup(page, "html.parser").select("figure")
        assert len([figure for figure in figures if not figure.find_parent("details", class_="more")]) <= 8, path


def test_every_figure_has_words_with_a_number_and_a_table(finished):
    figures = [figure for path in html(finished.folder) for figure in BeautifulSoup(path.read_bytes(), "html.parser").select("figure")]
    assert len(figures) > 10
    for figure in figures:
        picture = figure.select_one("svg[role=img]")
        assert re.search(r"\d", picture.select_one("desc").text) and picture.select_one("title").text
        assert figure.select_one("details.numbers table tbody tr") and re.search(r"\d", figure.select_one(".finding").text)


def test_pages_tell_no_path_and_no_time_of_the_machine(finished):
    for name, content in tree(finished.folder).items():
        text = content.decode()
        assert str(ROOT) not in text and str(finished.folder.parent) not in text and "site-packages" not in text, name


# ---- small numbers ---------------------------------------------------------------------------------------------------

def test_release_tables_show_no_count_from_one_to_ten(finished):
    counts = ("children", "numerator", "entered", "at_risk", "observed")
    tables = sorted((finished.folder / "release" / "tables").glob("*.csv"))
    rows = [row for path in tables for row in csv.DictReader(path.open(encoding="utf-8"))]
    shown = [float(row[name]) for row in rows for name in counts if row.get(name)]
    assert len(tables) == 17 and len(shown) > 1000 and not [count for count in shown if 1 <= count <= 10]
    assert any(row.get("status") == "suppressed" for row in rows)


def test_internal_tables_show_them(finished):
    path = finished.folder / "internal" / "tables" / "2025H2-course.csv"
    entered = {row["county"]: float(row["entered"]) for row in csv.DictReader(path.open(encoding="utf-8"))}
    assert 1 <= entered["Heron"] <= 10


def cells(block):
    """The texts of every table cell in a block, however deep, but for the rows' headers and what is hidden."""
    inner = [*block.get("blocks", ()), *([block["table"]] if "table" in block else [])]
    own = [cell["text"] for row in block.get("rows", ()) for cell in row[1:] if cell["mark"] != "hidden"]
    return own + [text for each in inner for text in cells(each)]


def test_release_pages_show_no_small_count_of_children(finished):
    small = re.compile(r"^([1-9]|10)( of [\d,]+.*)?$|^[\d,]+ of ([1-9]|10)\b")
    for place in (f"{county}/{page}" for county in COUNTIES for page in ("2025h2", "official-measures")):
        shown = cells({"blocks": blocks(finished.folder / "restricted/release" / f"{place}.ipynb")})
        assert shown and [text for text in shown if small.match(text)] == [], place


def drawn(**counts):
    """Tables with one row; the counts given are those of the measures."""
    import pandas as pd

    row = {"children": 50.0, "numerator": 20.0} | counts
    course = {name: [40.0] for name in ("entered", "at_risk", "observed")}
    measures = {name: pd.DataFrame([row]) for name in WRITTEN if name != "course"}
    rest = dict.fromkeys(field.name for field in fields(Tables) if field.name not in (*measures, "course"))
    return Tables(**measures | rest, course=pd.DataFrame(course))


@pytest.mark.parametrize(("numerator", "profile", "left"), [
    (0, "release", False), (1, "release", True), (10, "release", True), (11, "release", False), (float("nan"), "release", False),
    (1, "internal", False),
])
def test_a_small_number_in_the_tables_is_noticed(numerator, profile, left):
    assert small_left(drawn(numerator=numerator), profile) is left


def test_a_cohort_with_a_small_number_left_is_withheld_whole(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(running_of_pages, "small_left", lambda found, profile: profile == "release")
    assert main(["review", "--county", "Heron", "--cohort", "2025H2", "--data", DATA, "--out", str(tmp_path)]) == 3
    assert [path.name for path in html(tmp_path)] == ["index.html"] and not list(tmp_path.rglob("tables/*"))
    page = BeautifulSoup(html(tmp_path)[0].read_bytes(), "html.parser").text
    assert "Heron" in page and "nothing of it is given out" in page and "What the file can and cannot say: not made" in page
    assert "0 of 6 pages made." in capsys.readouterr().out


# ---- in a browser ------------------------------------------------------------------------------------------------------

@pytest.mark.browser
def test_every_page_opens_from_disk_and_asks_for_nothing_else(finished):
    with chromium() as browser:
        for path in html(finished.folder):
            with opened(browser, path) as page:
                assert all(address.startswith("file:") for address in page.asked) and len(page.asked) == 2 and page.said == [], path
                pictures = page.get_by_role("img").all()
                assert all(picture.bounding_box()["height"] > 50 for picture in pictures), path


@pytest.mark.browser
def test_every_link_of_the_index_leads_to_a_page(finished):
    with chromium() as browser, opened(browser, finished.indexes["release"]) as page:
        links = page.eval_on_selector_all("main a[href]", "links => links.map(link => link.href)")
        files = [link.partition("#")[0].removeprefix("file://") for link in links]
        assert len(files) > 8 and all(Path(file).is_file() for file in files)


# ---- when something goes wrong -----------------------------------------------------------------------------------------

def test_one_failing_review_stops_no_other(tmp_path):
    own = notebooks_with(tmp_path / "own", cell='assert county != "Birch", "child 471147 has no birth date"')
    done = command("review", "--county", "Birch", "--county", "Heron", "--cohort", "2025H2", "--profile", "internal",
                   "--out", str(tmp_path / "out"), CQI_NOTEBOOKS=str(own))
    folder = tmp_path / "out" / "2026-06-30"
    assert done.returncode == 1 and "7 of 8 pages made." in done.stdout
    assert "Not made: Birch 2025H2 (internal): The notebook stopped" in done.stderr and "Traceback" not in done.stderr
    assert not (folder / "internal/birch/2025h2.html").exists() and (folder / "internal/heron/2025h2.html").is_file()
    index = BeautifulSoup((folder / "internal/index.html").read_bytes(), "html.parser")
    assert "3 ready, 1 not made" in index.text and "The notebook stopped" in index.select_one("#not-made").find_next("li").text
    assert "471147" not in done.stderr + done.stdout + "".join(path.read_text(encoding="utf-8") for path in html(folder))
    log = next((folder / "restricted/logs").iterdir())
    assert "471147" in log.read_text(encoding="utf-8") and stat.S_IMODE(log.stat().st_mode) == 0o600


@pytest.mark.parametrize(("cell", "said"), [
    ("import time; time.sleep(60)", "took longer than 3 seconds"),
    ("import os; os._exit(9)", "process ended before it was done"),
    ("raise KeyError('child 471147')", "The notebook stopped in its step 3 (KeyError)"),
    ("from cqi import CqiError; raise CqiError('alder.csv: too short; send a longer one.')", "alder.csv: too short; send a longer one."),
])
def test_a_failure_has_a_reason_in_words(monkeypatch, tmp_path, cell, said):
    own = notebooks_with(tmp_path / "own", old="from cqi import Review", new=cell + "\nfrom cqi import Review")
    monkeypatch.setenv("CQI_NOTEBOOKS", str(own))
    monkeypatch.setattr(pages, "CELL_SECONDS", 3)
    job = Job("review", {"county": "Birch", "cohort": "2025H2", "as_of": "", "source": "episodes", "data": DATA, "profile": "internal"},
              "internal/birch/2025h2.html")
    with tempfile.TemporaryDirectory() as private:
        outcome = pages.rendered(job, tmp_path / "out{county}", tmp_path / "out{county}", Path(private))
        assert alive(psutil.Process().children(), seconds=60) == []
    assert outcome.status == "failed" and said in outcome.reason and "471147" not in outcome.reason


# ---- names of pages ----------------------------------------------------------------------------------------------------

@pytest.mark.parametrize(("name", "file"), [
    ("Alder", "alder"), ("De Witt", "de-witt"), ("St. Clair/Oaks", "st-clair-oaks-"), ("Doña Encina", "dona-encina-"), ("../../etc", "etc-"),
    ("CON", "con-"), ("tables", "tables-"), ("東", ""), ("-", ""),
])
def test_a_county_becomes_a_safe_file_name(name, file):
    made = slug(name)
    assert made.startswith(file) and re.fullmatch(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?", made) and (not file.endswith("-") or len(made) == len(file) + 8)


def test_counties_that_differ_in_capitals_only_have_pages_of_their_own():
    planned = jobs(counties=["St Clair", "ST Clair", "Alder"], cohorts=["2025H2"], profiles=["release"], shared={})
    places = [job.place for job in planned if job.role == "review"]
    assert len(set(places)) == 3 and "release/alder/2025h2.html" in places


# ---- one run a folder --------------------------------------------------------------------------------------------------

def test_a_second_run_of_a_folder_is_turned_away_with_4(tmp_path):
    with held(tmp_path / "2026-06-30"):
        done = command("review", "--county", "Heron", "--cohort", "2025H2", "--out", str(tmp_path))
        assert done.returncode == 4 and f"process {os.getpid()}" in done.stderr and "Traceback" not in done.stderr
    assert not (tmp_path / "2026-06-30").exists()


def test_a_lock_whose_process_is_gone_is_taken_over(tmp_path):
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    for words in (f"{gone.pid} 1700000000 {socket.gethostname()} 2026-01-01T00:00:00Z",  # no such process
                  f"{os.getpid()} 1700000000 {socket.gethostname()} 2026-01-01T00:00:00Z"):  # its number went to another
        (tmp_path / ".lock").write_text(words, encoding="utf-8")
        with held(tmp_path):
            assert (tmp_path / ".lock").read_text(encoding="utf-8").startswith(f"{os.getpid()} ")
        assert not (tmp_path / ".lock").exists()


def test_a_lock_without_words_holds_while_it_is_new(tmp_path):
    (tmp_path / ".lock").touch()
    with pytest.raises(FolderHeld), held(tmp_path):
        pass
    os.utime(tmp_path / ".lock", (0, 0))
    with held(tmp_path):
        pass


def test_a_lock_of_another_machine_holds(tmp_path):
    (tmp_path / ".lock").write_text("1 1700000000 elsewhere 2026-01-01T00:00:00Z", encoding="utf-8")
    with pytest.raises(FolderHeld, match="elsewhere.*delete .lock there"), held(tmp_path):
        pass


# ---- stopped -----------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_a_stopped_run_leaves_whole_pages_and_nothing_else(finished, tmp_path, number, code):
    out, own = tmp_path / "out", tmp_path / "temporary"
    own.mkdir()
    shutil.copytree(finished.folder, out / "2026-06-30")
    before = tree(out)
    process = started("review", "--cohort", "2025H2", "--profile", "internal", "--data", DATA, "--out", str(out), TMPDIR=str(own))
    running = at_work(process, out)
    time.sleep(1)
    running += psutil.Process(process.pid).children(recursive=True)
    process.send_signal(number)
    said = process.communicate(timeout=60)[1]  # after an interrupt the pages in hand are finished
    assert process.returncode == code and "Stopped." in said and "Traceback" not in said
    assert alive(running, seconds=0.9) == []  # they were ended, and did not have to notice that they are alone
    assert list(own.iterdir()) == [] and [path.name for path in out.rglob(".*")] == []
    after = tree(out)
    assert {name: after[name] for name in before if name.endswith(".html")} == {name: before[name] for name in before if name.endswith(".html")}
    assert all(content.rstrip().endswith(b"</html>") for name, content in after.items() if name.endswith(".html"))


def test_after_a_kill_no_kernel_stays_and_the_next_run_takes_over(tmp_path):
    words = ("review", "--county", "Heron", "--cohort", "2025H2", "--data", DATA, "--out", str(tmp_path))
    process = started(*words, TMPDIR=str(tmp_path))  # what a kill leaves there goes with the test
    running = at_work(process, tmp_path)
    process.kill()
    process.communicate()
    assert alive(running, seconds=60) == [] and (tmp_path / "2026-06-30/.lock").is_file()
    assert command(*words).returncode == 0 and not (tmp_path / "2026-06-30/.lock").exists()
