"""Copies of the lessons: participants get no solution, trainers get notes and a key worked out, handouts print and need nothing."""

from __future__ import annotations

import json
import re
import subprocess
import sys

import nbformat
import pytest
from bs4 import BeautifulSoup
from nbformat.v4 import new_code_cell, new_notebook

from axe import examined
from browser import chromium, opened
from cqi.learning import classroom
from cqi.learning.copies import asked, participant_copy, trainer_copy, waiting, write_copies
from cqi.learning.exercise import expected
from cqi.learning.lessons import lessons, tags
from cqi.learning.played import played
from cqi.vocabulary import CqiError
from running import DATA, ROOT, command

LESSONS = lessons()
each_lesson = pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.path.stem)


@pytest.fixture(scope="module")
def room():
    return classroom(DATA)


@pytest.fixture(scope="module")
def built(tmp_path_factory, room):
    """The copies of all lessons, in a folder."""
    folder = tmp_path_factory.mktemp("lessons")
    for lesson in LESSONS:
        write_copies(lesson, classroom(DATA), folder)
    return folder


def words_of(notebook) -> str:
    return json.dumps([cell.source for cell in notebook.cells], ensure_ascii=False)


# ---- the participants' copy --------------------------------------------------------------------------------------------

@each_lesson
def test_participants_get_no_solution_no_note_and_no_output(lesson, built):
    copy = nbformat.read(built / "participant" / lesson.path.name, as_version=4)
    assert not any(tags(cell) & {"solution", "trainer", "nbval-check-output"} for cell in copy.cells) and "solution" not in words_of(copy)
    assert all(not cell.outputs and cell.execution_count is None for cell in copy.cells if cell.cell_type == "code")
    for cell in lesson.notebook.cells:
        if tags(cell) & {"solution", "trainer"}:
            assert json.dumps(cell.source, ensure_ascii=False)[1:-1] not in words_of(copy)


@each_lesson
def test_participants_do_not_read_the_key(lesson, built, room):
    text = (built / "participant" / lesson.path.name).read_text(encoding="utf-8")
    for name in asked(lesson):
        assert json.dumps(expected(name, classroom(DATA)).why, ensure_ascii=False)[1:-1] not in text, name


@each_lesson
def test_every_exercise_of_a_copy_waits(lesson, built):
    copy = nbformat.read(built / "participant" / lesson.path.name, as_version=4)
    waits = [cell.source for cell in copy.cells if "exercise" in tags(cell)]
    assert waits and all("= ..." in source for source in waits)


def test_an_answer_that_was_left_in_an_exercise_is_taken_out():
    cells = [new_code_cell('answer = 0.4  # forty percent, "0.4"\nexercise("share", answer)', metadata={"tags": ["exercise"]}),
             new_code_cell("guess = 'ä'; other = room.county\ncommit('x', guess)", metadata={"tags": ["exercise"]}), new_code_cell("kept = 3")]
    copy = participant_copy(new_notebook(cells=cells))
    assert [cell.source for cell in copy.cells] == ['answer = ...  # forty percent, "0.4"\nexercise("share", answer)', "guess = ...; other = room.county\ncommit('x', guess)", "kept = 3"]


@pytest.mark.parametrize(("source", "waits"), [("answer = -3", "answer = -3"), ("answer = ...", "answer = ..."), ("a = 1\nb = 'é'\nexercise('x', a)", "a = ...\nb = ...\nexercise('x', a)")])
def test_what_is_reset(source, waits):
    assert waiting(source) == waits


@each_lesson
def test_the_source_is_left_as_it_is(lesson, room):
    source = lesson.notebook
    before = nbformat.writes(source)
    participant_copy(source)
    assert nbformat.writes(source) == before


# ---- the trainer's copy ------------------------------------------------------------------------------------------------

@each_lesson
def test_trainers_get_every_note_and_the_key(lesson, built, room):
    copy = nbformat.read(built / "trainer" / lesson.path.name, as_version=4)
    notes = [cell.source for cell in lesson.notebook.cells if tags(cell) & {"trainer", "solution"}]
    assert notes and set(notes) <= {cell.source for cell in copy.cells}
    key = copy.cells[-1].source
    assert key.startswith("## Answer key\n\nWorked out in the fictional sample state, as of 30 June 2026.")
    for name in asked(lesson):
        assert f"**{name}**\n\n- Answer: {expected(name, classroom(DATA)).told}" in key


@pytest.mark.external
@each_lesson
def test_a_key_is_worked_out_from_a_trainers_own_data(lesson, external):
    key = trainer_copy(lesson, classroom(external("ssda903_three_boroughs"))).cells[-1].source
    assert "Worked out in your own data" in key and key.count("\n**") == len(asked(lesson))


# ---- copies are used wherever cqi is installed ---------------------------------------------------------------------------

def test_a_copy_runs_in_a_folder_without_data(built, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    copy = nbformat.read(built / "participant" / LESSONS[0].path.name, as_version=4)
    assert len([value for _, value in played(copy) if value is not None]) >= 5 and list(tmp_path.iterdir()) == []


@each_lesson
def test_a_copy_names_no_folder_of_this_machine(lesson, built):
    for kind in ("participant", "trainer"):
        assert str(ROOT) not in (built / kind / lesson.path.name).read_text(encoding="utf-8")
    assert str(ROOT) not in (built / "handouts" / f"{lesson.path.stem}.html").read_text(encoding="utf-8")


# ---- handouts ----------------------------------------------------------------------------------------------------------

@each_lesson
def test_a_handout_is_whole_and_asks_for_nothing(lesson, built):
    text = (built / "handouts" / f"{lesson.path.stem}.html").read_text(encoding="utf-8")
    page = BeautifulSoup(text, "html.parser")
    assert page.html["lang"] == "en" and page.title.text == f"Lesson {lesson.number}: {lesson.title} (handout)"
    assert not page.select("script, link, img, iframe, [src], [href^=http], [onclick]") and not re.search(r"@import|url\(\s*['\"]?(?!#)", page.style.text)
    levels = [int(heading.name[1]) for heading in page.select("h1, h2, h3")]
    assert levels[0] == 1 and levels.count(1) == 1 and all(below <= above + 1 for above, below in zip(levels, levels[1:]))
    assert all(svg.find("title") and svg["role"] == "img" for svg in page.select("svg")) and all(table.find("th") for table in page.select("table"))
    ids = [each["id"] for each in page.select("[id]")]
    assert len(ids) == len(set(ids))
    assert "solution(" not in text and "**Trainer" not in page.text
    assert len(page.select("p.write")) == 1 + len([cell for cell in lesson.notebook.cells if {"exercise", "handout"} <= tags(cell)])


def test_html_in_a_lesson_is_text_on_paper():
    from cqi.learning.handout import _markdown

    assert "<script>" not in _markdown()("a <script>alert(1)</script> ![words](http://x/y.png) [link](javascript:alert(1))")
    assert _markdown()("![words](http://x/y.png) and [this](http://x)") == "<p>words and this</p>\n"


@pytest.fixture(scope="module")
def browser():
    with chromium() as started:
        yield started


@pytest.mark.browser
@pytest.mark.parametrize("width", [1280, 390])
def test_axe_finds_nothing_against_a_rule(browser, built, width):
    with opened(browser, built / "handouts" / f"{LESSONS[1].path.stem}.html", width=width, guarded=False) as page:
        violations, undecided = examined(page, contrast=width == 1280)
        assert violations == [] and {rule for rule, *_ in undecided} <= {"color-contrast"} and len(page.asked) == 1
        assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.browser
def test_on_paper_there_are_lines_to_write_on_and_no_folded_parts(browser, built):
    with opened(browser, built / "handouts" / f"{LESSONS[1].path.stem}.html") as page:
        page.emulate_media(media="print")
        assert not page.locator("details.numbers").first.is_visible() and page.locator("p.write").first.is_visible()
        assert page.evaluate("document.querySelector('.chart svg').getBoundingClientRect().width") < 700


# ---- the command -------------------------------------------------------------------------------------------------------

def test_the_command_lists_and_builds(tmp_path):
    listed = command("lessons")
    assert listed.returncode == 0 and f"2. {LESSONS[1].title} ({LESSONS[1].minutes} minutes)\n   For " in listed.stdout
    done = command("lessons", "build", "--lesson", "2", "--out", str(tmp_path / "copies"), "--data", DATA)
    assert done.returncode == 0 and done.stderr == "" and len(done.stdout.splitlines()) == 3
    assert sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*.*")) == [
        f"copies/handouts/{LESSONS[1].path.stem}.html", f"copies/participant/{LESSONS[1].path.name}", f"copies/trainer/{LESSONS[1].path.name}"]


@pytest.mark.parametrize(("words", "said"), [(("--lesson", "77"), " Lessons: 1, 2"), (("build", "--out", "http://x/y"), "this is an address")])
def test_what_is_not_there_is_said_in_one_line(words, said):
    done = command("lessons", *words)
    assert done.returncode == 2 and said in done.stderr and "Traceback" not in done.stderr


def test_same_lesson_same_bytes(built, tmp_path, room):
    again = [path.read_bytes() for path in write_copies(LESSONS[1], classroom(DATA), tmp_path)]
    assert again == [(built / path.relative_to(tmp_path)).read_bytes() for path in sorted(tmp_path.rglob("*.*"), key=lambda path: ("participant", "trainer", "handouts").index(path.parent.name))]


def test_a_notebook_that_does_not_begin_as_a_lesson_is_an_error(tmp_path, monkeypatch):
    (tmp_path / "training").mkdir()
    monkeypatch.setenv("CQI_NOTEBOOKS", str(tmp_path))
    with pytest.raises(CqiError, match="There are no lessons"):
        lessons()
    nbformat.write(new_notebook(cells=[]), tmp_path / "training" / "01_x.ipynb")
    with pytest.raises(CqiError, match="01_x.ipynb: a lesson begins with"):
        lessons()


def test_import_cqi_learning_lessons_needs_no_widgets():
    code = "import sys, cqi.learning; print(sorted({'papermill', 'ipywidgets', 'sqlalchemy', 'IPython'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True).stdout == "[]\n"
