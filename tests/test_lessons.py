"""The lessons as documents, as a class plays them, and as a learner who gives wrong answers meets them."""

from __future__ import annotations

import ast
import json
import re

import nbformat
import pandas as pd
import pytest

from cqi.blocks import MIME, Block
from cqi.learning import classroom
from cqi.learning.classroom import room_in_use
from cqi.learning.exercise import commit, exercise, exercise_names, expected, reveal
from cqi.learning.lessons import FOR, MINUTES, TITLE, tags
from cqi.learning.played import played
from running import DATA, ROOT

LESSONS = sorted((ROOT / "notebooks" / "training").glob("*.ipynb"))
LOGIC = (ast.For, ast.While, ast.If, ast.Try, ast.With, ast.FunctionDef, ast.ClassDef, ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp,
         ast.GeneratorExp)
KEPT = "nbval-check-output"
TAGS = {"parameters", "exercise", "solution", "trainer", "handout", KEPT}
NAMES = [name for name in exercise_names() if not name.startswith("test: ")]
"""Exercises of the lessons, without those that other tests declare."""
each_lesson = pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)


def cells(path, kind=None, tag=None):
    found = nbformat.read(path, as_version=4).cells
    return [cell for cell in found if kind in (None, cell.cell_type) and (tag is None or tag in tags(cell))]


def calls(path, name):
    """The first words that calls of this name are given, in order of the cells: `commit("share home", guess)`."""
    return re.findall(rf"\b{name}\(\s*\"([^\"]+)\"", "\n".join(cell.source for cell in cells(path, "code")))


# ---- form --------------------------------------------------------------------------------------------------------------

def test_lessons_are_numbered_one_after_another():
    assert [int(path.name[:2]) for path in LESSONS] == list(range(1, len(LESSONS) + 1)) and len(LESSONS) >= 2


@each_lesson
def test_a_lesson_opens_with_a_situation(path):
    first = cells(path)[0]
    title = TITLE.match(first.source)
    assert first.cell_type == "markdown" and not tags(first) - {"handout"} and int(title[1]) == int(path.name[:2]) and FOR.search(first.source)
    assert len(FOR.split(first.source)[-1].split()) >= 40, "the situation is told in a few sentences"


@each_lesson
def test_one_parameter_says_which_data(path):
    lines = [line for cell in cells(path, "code", "parameters") for line in ast.parse(cell.source).body]
    assert [(line.targets[0].id, line.value.value) for line in lines] == [("data", "data_samples")]
    assert "classroom(data" in "".join(cell.source for cell in cells(path, "code"))


@each_lesson
def test_a_learner_commits_before_the_data_speak(path):
    code = [cell.source for cell in cells(path, "code")]
    committed = [place for place, source in enumerate(code) if re.search(r"\bcommit\(", source)]
    spoken = [place for place, source in enumerate(code) if re.search(r"\(room\b|\broom\.|\breveal\(", source)]
    assert committed and spoken and committed[0] < spoken[0]
    assert set(calls(path, "commit")) <= set(calls(path, "reveal")) | set(calls(path, "exercise")), "what was guessed is taken up again"


@each_lesson
def test_monday_morning_comes_last(path):
    headings = [line for cell in cells(path, "markdown") for line in cell.source.splitlines() if re.match(r"## ", line)]
    assert headings[-1] == "## Monday morning" and headings.count(headings[-1]) == 1


@each_lesson
def test_tags_are_known_and_fit_the_cell(path):
    for cell in cells(path):
        assert tags(cell) <= TAGS, cell.source
        assert (cell.cell_type == "markdown") == ("trainer" in tags(cell)) or not tags(cell) & {"trainer", "exercise", "solution", "parameters", KEPT}


@each_lesson
def test_every_exercise_waits_for_an_answer_and_has_its_solution(path):
    code = cells(path, "code")
    for cell, following in zip(code, [*code[1:], None]):
        asks = re.search(r"\b(exercise|commit)\(", cell.source)
        if asks and "solution" not in tags(cell):
            assert "exercise" in tags(cell) and re.search(r"= \.\.\.", cell.source), cell.source
        if asks and asks[1] == "exercise" and "solution" not in tags(cell):
            assert following is not None and "solution" in tags(following), cell.source
    asked, solved = ({name for name in re.findall(r"\bexercise\(\s*\"([^\"]+)\"", "\n".join(each.source for each in cells(path, "code", tag)))}
                     for tag in ("exercise", "solution"))
    assert asked <= solved and asked | set(calls(path, "commit")) <= set(NAMES)


@each_lesson
def test_a_cell_holds_calls_and_no_logic(path):
    for cell in cells(path, "code"):
        assert len([line for line in cell.source.splitlines() if line.strip()]) <= 5, cell.source
        assert not [node for node in ast.walk(ast.parse(cell.source)) if isinstance(node, LOGIC)], cell.source


@each_lesson
def test_trainer_notes_tell_the_minutes(path):
    notes = [cell.source for cell in cells(path, "markdown", "trainer")]
    minutes = [MINUTES.match(note) for note in notes]
    assert notes and all(minutes), "every note of the trainer begins with **Trainer, 8 minutes.**"
    assert 30 <= sum(int(found[1]) for found in minutes) <= 60


@each_lesson
def test_something_is_printed(path):
    assert cells(path, tag="handout")


@each_lesson
def test_only_cells_that_are_checked_keep_outputs(path):
    for cell in cells(path, "code"):
        assert bool(cell.outputs) == (KEPT in tags(cell)), cell.source
        assert all(MIME in output.get("data", {}) for output in cell.outputs), "a cell ends in one of our blocks"
        assert cell.execution_count is None or cell.outputs
    assert cells(path, "code", KEPT), "one answer at least is checked"


@each_lesson
def test_no_child_is_in_a_lesson(path, room):
    words = set(re.findall(r"[\w-]+", path.read_text(encoding="utf-8")))
    ids = {*room.extract.episodes["child_id"], *room.extract.episodes["episode_id"]}
    assert len(ids) > 10_000 and not words & ids


# ---- as a class plays them ---------------------------------------------------------------------------------------------

@pytest.fixture(scope="module")
def room():
    """The room of the sample state."""
    return classroom(DATA)


def shown(path, data):
    """What every cell of a lesson shows, one after another."""
    return [(cell, value) for cell, value in played(nbformat.read(path, as_version=4), data=str(data))]


def words_of(block) -> str:
    return json.dumps(block.content(), ensure_ascii=False)


@pytest.mark.external
@each_lesson
def test_a_lesson_plays_on_a_trainers_own_data(path, external):
    found = [value for _, value in shown(path, external("ssda903_three_boroughs")) if value is not None]
    assert found and all(isinstance(value, Block) for value in found)
    ids = {each for each in room_in_use().extract.episodes["child_id"] if len(each) > 5}  # a shorter one may be some other number
    assert len(ids) > 100 and not ids & set(re.findall(r"[\w.-]+", "".join(map(words_of, found))))


# ---- a learner who gives wrong answers ---------------------------------------------------------------------------------

ODD = (..., None, "", "?", True, [], [40], {}, {"a": 1}, (1, 2), object(), pd.DataFrame({"a": [1]}), pd.Series([0.4]), float("nan"), float("inf"), -1, 0, 1, 40,
       0.40, 1e300, 10**400, 3j, "40%", "40 percent", "0,40", "1,204", "forty", "a", "B", " c. ", "z", "a or b", "<script>alert(1)</script>", "\x00\u202e",
       "x" * 5000, b"40", exercise)


def said(block) -> str:
    """What a block says, for a check of its words."""
    assert isinstance(block, Block)
    return words_of(block)


def is_kind(words: str) -> bool:
    """Whether what was said holds an invitation or help, and no bare verdict."""
    helped = any(each in words for each in ("A hint: ", "What was expected, and why", "Yes: ", "Kept. You say", "a guess costs nothing", "not what you think",
                                              "Please guess again."))
    return helped and not any(each in words for each in ("Wrong", "wrong!", "Incorrect", "Error", "Traceback", "Failed"))


@pytest.mark.parametrize("name", NAMES)
def test_every_answer_is_met_kindly(name, room):
    asked = expected(name, classroom(DATA))
    for answer in ODD:
        words = said(exercise(name, answer))
        assert is_kind(words), (answer, words)
        assert is_kind(said(commit(name, answer))), answer
    assert "<script>" not in exercise(name, "<script>alert(1)</script>")._repr_mimebundle_()["text/html"]
    assert asked.hint and asked.why and asked.form


@pytest.mark.parametrize("name", NAMES)
def test_the_solution_is_right_and_each_mistake_is_told_from_it(name, room):
    asked = expected(name, classroom(DATA))
    assert "Yes: " in said(exercise(name, asked.value))
    for mistake in asked.mistakes:
        if not asked.same(asked.read(mistake.answer), asked.value):
            assert mistake.words in exercise(name, mistake.answer).content()["blocks"][0]["paragraphs"]
    assert asked.hint != asked.why and asked.told not in asked.hint


@pytest.mark.parametrize("name", NAMES)
def test_a_guess_stands_beside_the_data(name, room):
    asked = expected(name, classroom(DATA))
    commit(name, asked.value)
    assert f"You said {asked.words(asked.read(asked.value))}" in reveal(name).content()["blocks"][0]["paragraphs"][0]
    assert reveal(name).content()["blocks"][0]["paragraphs"][0].endswith(("The data say the same.", "Yes, that was expected."))
