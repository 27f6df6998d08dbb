"""`cqi review --plan`: what a run would make now, and what is new since the last one, without counting."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from cqi.journal import Journal
from cqi.render.lock import held
from cqi.render.manifest import Manifest
from cqi.render.planned import planned
from cqi.render.run import Request
from running import DATA, ROOT, notebooks_with

NOTHING = "Nothing is new since the run as of 30 June 2026: data, measures, program, notebooks and what people said are what they were."


@pytest.fixture(scope="module")
def request_of(finished, tmp_path_factory):
    """A copy of the finished run, and the request that made it."""
    out = tmp_path_factory.mktemp("plan") / "reports"
    shutil.copytree(finished.folder.parent, out)
    return Request(counties=("Birch", "Bunting", "Heron"), cohorts=("2025H2",), profiles=("internal", "release"), data=DATA, out=out)


@pytest.fixture
def day(request_of):
    """The run's folder, put back afterwards."""
    folder = request_of.out / "2026-06-30"
    before = (folder / "run.json").read_text(encoding="utf-8")
    yield folder
    (folder / "run.json").write_text(before, encoding="utf-8")


def the(lines: list[str], begin: str) -> str:
    """The one line that begins so."""
    [found] = [line for line in lines if line.startswith(begin)]
    return found


def files(folder: Path) -> dict[str, float]:
    return {str(path): path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_file()}


def test_nothing_new_is_said_and_nothing_is_written(request_of):
    before = files(request_of.out)
    assert planned(request_of) == [NOTHING, "All 20 pages would stay as they are."]
    assert files(request_of.out) == before


def test_with_force_all_would_be_made_again(request_of):
    assert planned(replace(request_of, force=True)) == [NOTHING, "With --force all 20 pages would be made again."]


def test_without_an_earlier_run_everything_is_new(request_of, tmp_path):
    lines = planned(replace(request_of, out=tmp_path / "none"))
    assert lines[0].startswith("As of 30 June 2026, the last month's end that looks complete") and lines[1].endswith("everything is new.")
    assert lines[2].startswith("20 pages: 3 counties; entered 2025H2; internal and release.") and not (tmp_path / "none").exists()


def test_other_counties_and_cohorts_are_named(request_of):
    lines = planned(replace(request_of, counties=("Birch", "Alder"), cohorts=("2025H2", "2026H1"), profiles=("release",)))
    assert the(lines, "Counties:") == "Counties: new: Alder; no longer reviewed: Bunting and Heron."
    assert the(lines, "Cohorts:") == "Cohorts: new: 2026H1."
    assert the(lines, "Asked") == "Asked for otherwise than last time: counties, cohorts and who will read it."
    assert the(lines, "Not changed:") == "Not changed: the data, the measures, other definitions, the program, the notebooks and what people said."


def test_changed_files_of_the_data_are_named(request_of, tmp_path):
    shutil.copytree(DATA, tmp_path / "data", ignore=shutil.ignore_patterns("regions.csv"))
    with (tmp_path / "data/staff.csv").open("a", encoding="utf-8") as file:
        file.write("\n")
    lines = planned(replace(request_of, data=str(tmp_path / "data")))
    assert the(lines, "Data:") == "Data: changed: staff.csv; gone: regions.csv."
    assert "the data" not in the(lines, "Not changed:") and not any(line.startswith("Measures") for line in lines)


def test_changed_measures_are_named(request_of, tmp_path, monkeypatch):
    (tmp_path / "measures").mkdir()
    ours = ROOT / "cqi/definitions/measures"
    text = (ours / "permanency_in_12_months.toml").read_text(encoding="utf-8")
    (tmp_path / "measures/permanency_in_12_months.toml").write_text(text + "\n# another\n", encoding="utf-8")
    (tmp_path / "measures/mine.toml").write_text(text, encoding="utf-8")
    shutil.copy(ours / "placement_stability.toml", tmp_path / "measures")
    monkeypatch.setenv("CQI_DEFINITIONS", str(tmp_path))
    lines = planned(request_of)
    assert the(lines, "Measures:") == "Measures: changed: permanency_in_12_months; new: mine."
    assert the(lines, "Not changed:") == "Not changed: the data, other definitions, the program, the notebooks and what people said."


def test_a_changed_notebook_is_named(request_of, tmp_path, monkeypatch):
    monkeypatch.setenv("CQI_NOTEBOOKS", str(notebooks_with(tmp_path / "own", cell="# mine")))
    assert the(planned(request_of), "Notebooks:") == "Notebooks: changed: mid_course_review.ipynb."


def test_what_was_said_meanwhile_is_new(request_of, tmp_path):
    place = tmp_path / "journal.sqlite"
    Journal.opened(place)
    lines = planned(replace(request_of, journal=str(place)))
    assert the(lines, "Journal:") == "Journal: what stakeholders said, or what was done about it, has changed."
    assert the(lines, "Asked") == "Asked for otherwise than last time: the place of the journal."


@pytest.mark.parametrize(("part", "words"), [({"cqi": "0.0.9"}, "cqi 0.0.9, now "), ({"pandas": "2.9.9", "files": "x"}, "pandas 2.9.9, now "), ({"files": "x"}, "its files have changed.")])
def test_another_program_is_told_by_its_version(request_of, day, part, words):
    record = json.loads((day / "run.json").read_text(encoding="utf-8"))
    record["made_from"]["program"] |= part
    (day / "run.json").write_text(json.dumps(record), encoding="utf-8")
    assert words in the(planned(replace(request_of, profiles=("internal",))), "Program:")


def test_a_run_of_an_older_version_says_nothing_that_is_not_known(request_of, day):
    record = json.loads((day / "run.json").read_text(encoding="utf-8"))
    del record["made_from"]
    (day / "run.json").write_text(json.dumps(record), encoding="utf-8")
    lines = planned(replace(request_of, profiles=("internal",)))
    assert lines[2].startswith("What it was made from is not known") and lines[3].startswith("10 pages")


def test_a_run_at_work_and_a_stopped_one_are_told(request_of, day):
    asked = replace(request_of, counties=("Birch",))
    with held(day):
        assert planned(asked)[-1] == "Another run is at work in this folder now."
    manifest = (day / "restricted/manifest.jsonl").read_bytes()
    with held(day), Manifest(day) as opened:
        opened.begin(asked.asked, "key")
    assert planned(asked)[-1] == "A run in this folder was stopped before its end: cqi review --resume finishes it."
    (day / "restricted/manifest.jsonl").write_bytes(manifest)
