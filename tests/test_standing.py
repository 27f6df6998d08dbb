"""A second run makes what has changed and nothing else; a stopped one is finished to the byte."""

import shutil
import signal
import subprocess
import sys
import time
from dataclasses import replace

import pytest

from cqi import tables
from cqi.render import few_tables, publish
from cqi.render.digests import inputs_digest
from cqi.render.plan import jobs
from cqi.render.manifest import Manifest
from cqi.render.run import Request, resumed, run
from cqi.render.standing import PageKeys, Program
from cqi.tables.reading import INPUTS
from cqi.tables.services import service_tables
from cqi.vocabulary import OFFICIAL, SERVICES, CqiError, WHOLE
from running import ROOT, alive, at_work, blocks, notebooks_with, started, tree

WORDS = {"counties": ("Juniper", "Heron"), "cohorts": ("2025H2",), "profiles": ("internal", "release")}
PAGES = 16


@pytest.fixture(scope="module")
def small(tmp_path_factory, small_state):
    """A request for two counties of a small state."""
    return Request(**WORDS, data=str(small_state), out=tmp_path_factory.mktemp("out"))


@pytest.fixture(scope="module")
def whole(small):
    """The tree of a run of it."""
    done = run(small)
    assert not done.failed and len(done.outcomes) == PAGES
    return tree(done.folder)


@pytest.fixture
def copied(small, whole, tmp_path):
    """The same run in another place."""
    shutil.copytree(small.out, tmp_path / "out")
    return replace(small, out=tmp_path / "out")


def made(done) -> set[str]:
    return {outcome.job.place for outcome in done.outcomes if not outcome.stood}


def test_nothing_new_makes_nothing(copied, whole):
    before = {path: path.stat().st_mtime_ns for path in copied.out.rglob("*.html")}
    again = run(copied)
    assert again.unchanged == PAGES and again.outcomes == [] and all(path.is_file() for path in again.indexes.values())
    assert {path: path.stat().st_mtime_ns for path in copied.out.rglob("*.html")} == before


def test_a_page_made_alone_shows_what_the_run_shows(small, whole, tmp_path):
    alone = tmp_path / "out.ipynb"
    words = ["papermill", ROOT / "notebooks/mid_course_review.ipynb", alone, "-p", "county", "Juniper", "-p", "profile", "release", "-p", "data", small.data]
    made = subprocess.run([sys.executable, "-m", *words], cwd=ROOT / "tests", capture_output=True, text=True)
    assert made.returncode == 0, made.stderr[-2000:]
    shown = blocks(alone)
    assert len(shown) > 8 and shown == blocks(next(small.out.glob("*/restricted/release/juniper/2025h2.ipynb")))


@pytest.mark.parametrize("most", [few_tables.MOST_CELLS, pytest.param(1, marks=pytest.mark.long)])
def test_force_makes_everything_again_with_the_same_bytes(copied, whole, monkeypatch, most):
    """Also where no two tables fit into memory, as of many cohorts of a large state."""
    monkeypatch.setattr(few_tables, "MOST_CELLS", most)
    again = run(replace(copied, force=True))
    found = tree(again.folder)
    assert [(outcome.job.place, outcome.reason) for outcome in again.failed] == []
    assert len(made(again)) == PAGES and len(found) == PAGES + 2 + 2 * 17 + 1  # pages, indexes, tables, stylesheet
    assert [name for name in whole | found if whole.get(name) != found.get(name)] == []


def test_a_page_that_is_not_what_was_made_is_made_again(copied, whole):
    folder, other, gone = next(copied.out.glob("2*")), "internal/heron/2025h2.html", "release/juniper/2025h2.html"
    (folder / other).write_text("<p>another</p>", encoding="utf-8")
    (folder / gone).unlink()
    again = run(copied)
    assert made(again) == {other, gone} and tree(folder) == whole


def test_a_changed_notebook_makes_its_own_pages_again(copied, monkeypatch, tmp_path):
    monkeypatch.setenv("CQI_NOTEBOOKS", str(notebooks_with(tmp_path / "own", old="## What is the answer, in short?", new="## What is the answer, in a few words?")))
    assert made(run(copied)) == {f"{profile}/{county}/2025h2.html" for profile in WORDS["profiles"] for county in ("juniper", "heron")}


def test_a_page_is_known_by_the_rows_that_it_shows(small, whole, monkeypatch):
    data = small.data
    monkeypatch.setenv(INPUTS, f"{inputs_digest(data, 'episodes')}:")  # the run's own tables
    shared = {"as_of": "2026-06-30", "source": "episodes", "data": data}
    found = {("internal", "2025H2"): tables.tables(data, "episodes", "2025H2", "2026-06-30", "internal"),
             ("internal", OFFICIAL): tables.official_tables(data, "episodes", "2026-06-30", "internal"),
             ("internal", SERVICES): service_tables(data, "episodes", "2026-06-30", "internal")}
    planned = jobs(counties=["Juniper", "Heron"], cohorts=["2025H2"], profiles=["internal"], shared=shared)
    before = {job.place: PageKeys(found, Program.now()).of(job) for job in planned}
    own = found["internal", "2025H2"]
    here = own.measures.index[own.measures["county"] == "Heron"][0]
    found["internal", "2025H2"] = replace(own, measures=own.measures.assign(numerator=own.measures["numerator"].where(own.measures.index != here, 3)))
    after = {job.place: PageKeys(found, Program.now()).of(job) for job in planned}
    assert {place for place in before if before[place] != after[place]} == {"internal/heron/2025h2.html", "internal/overview-2025h2.html", "internal/data-quality.html"}
    assert WHOLE not in before


# ---- stopped ---------------------------------------------------------------------------------------------------------------

def words(request: Request) -> list[str]:
    counties = [word for county in request.counties for word in ("--county", county)]
    profiles = [word for profile in request.profiles for word in ("--profile", profile)]
    return ["review", *counties, "--cohort", "2025H2", *profiles, "--data", request.data, "--out", str(request.out)]


@pytest.mark.parametrize("number", [signal.SIGKILL, pytest.param(signal.SIGINT, marks=pytest.mark.long)])
def test_a_stopped_run_is_finished_to_the_byte(small, whole, tmp_path, number):
    request = replace(small, out=tmp_path / "out")
    process = started(*words(request))
    running = at_work(process, request.out)
    manifest = next(request.out.glob("2*")) / "restricted/manifest.jsonl"
    until = time.monotonic() + 60
    while manifest.read_text(encoding="utf-8").count('"what":"done"') < 2 and time.monotonic() < until:
        time.sleep(0.02)
    process.send_signal(number)
    said = process.communicate(timeout=60)[1]
    assert process.returncode == {signal.SIGKILL: -9, signal.SIGINT: 130}[number], said
    assert alive(running, seconds=60) == []
    folder = manifest.parents[1]
    with Manifest(folder) as seen:
        assert seen.unfinished["counties"] == list(WORDS["counties"]) and seen.damaged == 0
    assert not any((folder / "release").glob("**/*.html"))  # a release comes whole or not at all
    (folder / "internal/.index.html.25102.140088797039488").write_text("half an index")  # as one leaves that is killed while it writes
    done = run(resumed(request.out))
    assert 1 <= len([outcome for outcome in done.outcomes if outcome.stood]) < PAGES
    assert tree(folder) == whole and not done.failed


def test_where_no_run_was_stopped_there_is_nothing_to_resume(copied):
    with pytest.raises(CqiError, match="no run is unfinished"):
        resumed(copied.out)


@pytest.mark.parametrize("moved", [pytest.param(0, marks=pytest.mark.long), 12])
def test_a_release_that_was_half_moved_is_finished(small, whole, tmp_path, monkeypatch, moved):
    """The run dies when so many files of the release have been moved."""
    request, left = replace(small, out=tmp_path / "out"), [moved]

    def failing(files, making, folder):
        for name in files:
            if not left[0]:
                raise KeyboardInterrupt
            left[0] -= 1
            own([name], making, folder)

    own = publish._move
    monkeypatch.setattr(publish, "_move", failing)
    with pytest.raises(KeyboardInterrupt):
        run(request)
    monkeypatch.setattr(publish, "_move", own)
    done = run(resumed(request.out))
    assert tree(done.folder) == whole and not any((done.folder / "restricted").glob("making"))


# ---- changed meanwhile -------------------------------------------------------------------------------------------------------

def test_data_that_change_meanwhile_are_noticed(small, whole, tmp_path, monkeypatch):
    data = shutil.copytree(small.data, tmp_path / "data")
    request = replace(small, data=str(data), out=tmp_path / "out")
    monkeypatch.delenv("CQI_CACHE")  # all is counted from the files, and nothing kept for another

    def changing(done, total, outcome):
        with open(data / "episodes.csv", "a", encoding="utf-8") as file:
            file.write("\n")

    with pytest.raises(CqiError, match="The data changed while the pages were made"):
        run(request, progress=changing)
    folder = next(request.out.glob("2*"))
    assert not any((folder / "release").glob("**/*"))
    pages = {name: content for name, content in tree(folder).items() if name.endswith("2025h2.html")}
    assert pages and {name: whole[name] for name in pages} == pages  # all of what the file held when the run began


@pytest.mark.parametrize("profile", ["release", pytest.param("internal", marks=pytest.mark.long)])
def test_both_engines_make_the_same_bytes(small, whole, tmp_path, profile):
    done = run(replace(small, counties=("Heron",), profiles=(profile,), engine="kernel", out=tmp_path))
    found = tree(done.folder)
    assert not done.failed and len(done.outcomes) == PAGES / 2 - 2
    own = {name for name in found if not name.endswith("index.html")}
    assert {name: found[name] for name in own} == {name: whole[name] for name in own}
