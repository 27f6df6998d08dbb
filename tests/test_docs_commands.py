"""Every command of the README and the documentation is run in a folder of its own; those that cannot be stand in one list with the reason,
and are held to the real parser. The worked examples are carried out from top to bottom, the files they show among them."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from inspect import signature
from pathlib import Path

import mistune
import nbformat
import pandas as pd
import pytest
from bs4 import BeautifulSoup

import test_lessons
from cqi.cli import _options, main
from cqi.journal import Entry, Journal
from running import ROOT

PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
LESSON = "adding_a_lesson.md"
EXTRAS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]

NO_COMMANDS = {
    "reports/<as-of date>/": "files of a run",
    "reports/2026-06-30/handover": "a file of a run",
    "from cqi.course": "Python: tests/test_on_course.py",
    "data = ": "a cell of a lesson: tests/test_lessons.py",
    "location / {": "settings of nginx",
    "distributed:": "settings of Dask",
}
"""What else stands as code, by how the block begins."""

NOT_RUN = {
    r"make (review|test)\b": "sets everything up anew; `make test` is what runs this",
    r"\S*python3? -m (venv|pip) |pip install |source ": "fetches packages: tests/test_packaging.py installs the wheel (make wheel)",
    r"\S+/bin/cqi review": "in the environment just made: tests/test_packaging.py",
    r"conda |python -m pip install --no-deps": "needs conda: tests/test_project.py keeps the list of packages, the solve is untested",
    r"jupyter lab ": "a server: tests/test_explore_live.py starts one",
    r"cqi explore": "a server: tests/test_explore_serve.py starts it",
    r"papermill ": "half a minute each: tests/test_notebooks.py and tests/test_engine.py",
    r"createdb |CQI_JOURNAL=": "a PostgreSQL server: tests/test_journal_postgres.py",
    r"dask |cqi review .*--cluster": "several machines: tests/test_cluster.py",
    r"cqi review( |$)(?!--data county_extract|--plan)": "a whole run, a minute or more: tests/test_run.py; one run is made here, of adding_a_source.md",
    r"python -m pytest ": "called by the test that carries the page out",
    r"cqi handover( |$)": "hands over a finished run: tests/test_handover*.py",
    r"cqi schedule .*--(install|remove)": "changes the user's own schedule: tests/test_scheduling*.py",
    r"cqi lessons build(?! --lesson)": "half a minute: tests/test_lessons_copies.py builds all",
    r"(\S+\s+){5}cqi review": "a line of cron",
}
"""What is held to the parser only, and why."""


def code(path: Path) -> list[tuple[str, str]]:
    """The blocks of code of a page in order: what stands behind the fence (empty without one), and the text."""
    def inside(tokens):
        for token in tokens:
            if token["type"] == "block_code":
                yield token.get("attrs", {}).get("info", ""), token["raw"]
            yield from inside(token.get("children", ()))

    return list(inside(mistune.create_markdown(renderer=None)(path.read_text(encoding="utf-8"))))


def commands(path: Path) -> list[str]:
    """The command lines of a page, in order."""
    blocks = [text for info, text in code(path) if not info and not text.startswith(tuple(NO_COMMANDS))]
    return [line.strip() for text in blocks for line in text.splitlines() if line.strip()]


def not_run(line: str) -> bool:
    return any(re.match(pattern, line) for pattern in NOT_RUN)


ALL = [(path.name, line) for path in PAGES for line in commands(path)]


# ---- what is not run is right all the same ----------------------------------------------------------------------------------

def own_words(line: str) -> list[str]:
    """The words of a line for `cqi`, wherever it lies and whoever calls it; empty for another program."""
    words = shlex.split(line.partition(" 2>> ")[0], comments=True)
    starts = [number for number, word in enumerate(words) if Path(word).name == "cqi" and "install" not in words]
    return words[starts[0] + 1:] if starts and words[0] not in ("conda", "dask", "papermill") else []


@pytest.mark.parametrize(("page", "line"), [(page, line) for page, line in ALL if not_run(line)])
def test_a_command_that_is_not_run_is_written_rightly(page, line):
    words = shlex.split(line, comments=True)
    if own := own_words(line):
        assert _options(own).command == own[0]
    elif words[0] == "make":
        assert re.search(rf"^{words[1]}:", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    elif words[0] == "papermill":
        (notebook,) = [word for word in words if word.startswith("notebooks/")]
        cells = nbformat.read(ROOT / notebook, as_version=4).cells
        (declared,) = [cell.source for cell in cells if "parameters" in cell.metadata.get("tags", ())]
        assert all(re.search(rf"^{words[number + 1]} = ", declared, re.MULTILINE) for number, word in enumerate(words) if word == "-p")
    elif not line.startswith("python -m pytest"):
        extras = [each for found in re.findall(r"cqi-workbook\[([\w,]+)\]", line) for each in found.split(",")]
        assert set(extras) <= set(EXTRAS) and (extras or not line.startswith("pip install "))


@pytest.mark.parametrize("reason", [*NOT_RUN, *NO_COMMANDS])
def test_the_lists_hold_nothing_that_no_page_needs(reason):
    blocks = [text for path in PAGES for _, text in code(path)]
    assert any(re.match(reason, line) for _, line in ALL) if reason in NOT_RUN else any(text.startswith(reason) for text in blocks)


# ---- the others are run ------------------------------------------------------------------------------------------------------

def stays(folder: Path) -> None:
    """A small state: a child enters in Alder every fourth day for four years, up to the end of the last month (an extract must be fresh), and stays
    40, 150 or 330 days."""
    newest = pd.Timestamp.today().normalize().replace(day=1) - pd.Timedelta(days=1)
    entries = pd.date_range(end=newest, periods=365, freq="4D")
    number = pd.Series(range(len(entries)))
    exits = (entries + pd.to_timedelta(number.mod(3).map({0: 40, 1: 150, 2: 330}), unit="D")).where(lambda day: day <= newest)
    folder.mkdir()
    pd.DataFrame({"child_id": "00" + number.astype(str), "county": "Alder", "birth_date": "2018-03-09", "entry_date": entries, "exit_date": exits,
                  "exit_reason": exits.notna().map({True: "reunification", False: ""})}).to_csv(folder / "episodes.csv", index=False, date_format="%Y-%m-%d")


def typed_in() -> None:
    """What people do between two commands: seven of a team answer on paper, and somebody types it in; a team rates together."""
    sheet = Path("culture_check.csv")
    if sheet.is_file() and len(lines := sheet.read_text(encoding="utf-8-sig").splitlines()) == 1:
        rows = [",".join(["North", "2026H1", *["4"] * (lines[0].count(",") - 1)])] * 7
        sheet.write_text("\n".join([*lines, *rows, ""]), encoding="utf-8")


def rated() -> None:
    """A team's rating, all at 2, kept under its name."""
    assert main(["survey", "paper", "case_management_check"]) == 0
    table = pd.read_csv("case_management_check.csv", dtype=str).assign(team="North", round="2026H1", rating="2", evidence="We looked together.")
    table.to_csv("case_management_check.csv", index=False)
    assert main(["survey", "enter", "case_management_check", "case_management_check.csv", "--keep"]) == 0


@pytest.fixture
def desk(tmp_path, monkeypatch) -> Path:
    """A user's folder, with their extract, the last one, and a journal in which people said twelve things."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("CQI_DEFINITIONS", raising=False)
    stays(tmp_path / "my_state")
    for copy in ("last_year", "extract"):
        shutil.copytree("my_state", copy)
    monkeypatch.setenv("CQI_JOURNAL", "reports/journal.sqlite")
    Path("reports").mkdir()
    for number in range(12):
        Journal.opened("reports/journal.sqlite").add(Entry(kind="comment", text=f"Visit hours, {number}.", county="Birch"))
    return tmp_path


def carried_out(line: str, monkeypatch) -> int:
    """The exit code of a line: `cqi` as the command itself runs, `python` in a process of its own."""
    words = [re.sub(r"^/srv/cqi/", "reports/", word) for word in shlex.split(line, comments=True)]
    if words[0] == "export":
        monkeypatch.setenv(*words[1].split("=", 1))
        return 0
    if words == ["cqi", "init"]:  # which asks at a terminal; here everything proposed is taken
        words += ["--name", "Example State", "--data", "extract", "--yes"]
    if words[0] == "python" or words[:2] == ["cqi", "init"]:
        words = ["python", "-m", *words] if words[0] == "cqi" else words
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join([os.getcwd(), str(ROOT)]), "PYTEST_ADDOPTS": "-p no:cacheprovider", "CQI_NO_SKIPS": "0"}
        done = subprocess.run([sys.executable, *words[1:]], env=environment, input="\n" * 30, capture_output=True, text=True, encoding="utf-8")
        print(done.stdout[-3000:], done.stderr[-3000:])
        return done.returncode
    assert words[0] == "cqi", f"no command that is known: {line}"
    typed_in()
    if words[1:3] == ["survey", "propose"]:
        rated()
    return main(words[1:])


def page_carried_out(path: Path, monkeypatch) -> list[str]:
    """Writes the files that the page shows under a name and runs its commands, in order; the lines that were run."""
    run = []
    for info, text in code(path):
        name = info.partition(" ")[2]
        if name:
            Path(name).parent.mkdir(parents=True, exist_ok=True)
            Path(name).write_text(text, encoding="utf-8")
        elif not info and not text.startswith(tuple(NO_COMMANDS)):
            for line in filter(str.strip, text.splitlines()):
                if not not_run(line.strip()):
                    found = {"check": (0, 1), "doctor": (0, 1)}.get(line.split()[1], (0,))
                    assert carried_out(line.strip(), monkeypatch) in found, line
                    run.append(line)
    return run


SITE = """
[site]
name = "Example State"
[extract]
data = "extract"
source = "episodes"
[schedule]
every = "first Monday"
at = "06:00"
"""
OF_A_SITE = ("scheduling.md", "handing_over.md")
"""Pages whose commands are given in a folder that has its cqi.toml."""
ORDINARY = [path for path in PAGES if path.name not in (LESSON, "adding_a_measure.md", "adding_a_source.md") and any(not not_run(line) for line in commands(path))]


@pytest.mark.parametrize("path", ORDINARY, ids=lambda path: path.name)
def test_the_commands_of_a_page_run(path, desk, monkeypatch):
    if path.name in OF_A_SITE:
        Path("cqi.toml").write_text(SITE, encoding="utf-8")
    assert page_carried_out(path, monkeypatch)


# ---- worked examples ---------------------------------------------------------------------------------------------------------

def test_a_measure_and_a_source_added_as_the_pages_say(desk, monkeypatch, capsys):
    monkeypatch.delenv("CQI_JOURNAL")
    page_carried_out(ROOT / "docs/adding_a_measure.md", monkeypatch)
    assert "Reunification in 6 months" in capsys.readouterr().out and "Reunification in 6 months" in Path("our_measures.md").read_text(encoding="utf-8")
    page_carried_out(ROOT / "docs/adding_a_source.md", monkeypatch)
    page = BeautifulSoup(Path("reports/2026-06-30/internal/alder/2025h2.html").read_bytes(), "html.parser").get_text(" ", strip=True)
    assert page.count("Reunification in 6 months") >= 1
    # two children of Alder entered from July to December 2025, one of them went home within 6 months, the other was adopted later
    table = pd.read_csv("reports/2026-06-30/internal/tables/2025H2-measures.csv")
    own = table.query("measure == 'reunification_in_6_months' and county == 'Alder' and cohort == '2025H2' and at == 6 and group.isna()")
    assert [(row.numerator, row.denominator, row.status) for row in own.itertuples()] == [(1, 2, "shown")]


def test_a_lesson_added_as_the_page_says(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for part in ("cqi", "notebooks"):
        shutil.copytree(ROOT / part, part, ignore=shutil.ignore_patterns("__pycache__"))
    Path("tests").mkdir()
    shutil.copyfile(ROOT / "tests/keep_outputs.py", "tests/keep_outputs.py")
    Path("data_samples").symlink_to(ROOT / "data_samples")
    assert len(page_carried_out(ROOT / "docs" / LESSON, monkeypatch)) == 3
    assert sorted(path.name for path in Path("copies").rglob("09_*")) == ["09_still_here.html", "09_still_here.ipynb", "09_still_here.ipynb"]
    monkeypatch.setattr(test_lessons, "NAMES", [*test_lessons.NAMES, "children still here"])  # found in the copy, not here
    looked = [found for name, found in vars(test_lessons).items() if name.startswith("test_") and signature(found).parameters.keys() == {"path"}]
    assert len(looked) >= 8
    for found in looked:
        found(tmp_path / "notebooks/training/09_still_here.ipynb")
