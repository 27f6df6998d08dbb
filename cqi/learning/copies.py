"""A lesson's copies: for participants without solutions and notes, for the trainer with the answer key worked out."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from nbformat import NotebookNode, validate, writes
from nbformat.v4 import new_markdown_cell

from cqi.learning.classroom import Room
from cqi.learning.exercise import expected
from cqi.learning.handout import handout
from cqi.learning.lessons import Lesson, tags
from cqi.vocabulary import CqiError
from cqi.wording.numbers import day_words

CHECKED = "nbval-check-output"
TRAINERS = {"solution", "trainer"}


def write_copies(lesson: Lesson, room: Room, folder: Path) -> list[Path]:
    """Writes the participants' copy, the trainer's copy and the handout of a lesson below the folder, and says where."""
    name = lesson.path.stem
    made = {f"participant/{name}.ipynb": writes(participant_copy(lesson.notebook)), f"trainer/{name}.ipynb": writes(trainer_copy(lesson, room)),
            f"handouts/{name}.html": handout(lesson, room)}
    for place, words in made.items():
        (folder / place).parent.mkdir(parents=True, exist_ok=True)
        (folder / place).write_text(words, encoding="utf-8", newline="\n")
    return [folder / place for place in made]


def participant_copy(source: NotebookNode) -> NotebookNode:
    """The lesson without solutions, trainer's notes and outputs, every exercise waiting for an answer."""
    copy = _bare(source)
    copy.cells = [cell for cell in copy.cells if not tags(cell) & TRAINERS]
    for cell in copy.cells:
        if "exercise" in tags(cell):
            cell.source = waiting(cell.source)
        if cell.cell_type == "code":
            cell.source = re.sub(r", solution\b|\bsolution, ", "", cell.source)
    return copy


def waiting(source: str) -> str:
    """The cell with three dots in place of every answer: a name set to a number, a letter or words."""
    lines = source.splitlines()
    for line in ast.parse(source).body:
        if isinstance(line, ast.Assign) and isinstance(line.value, ast.Constant) and line.lineno == line.end_lineno:
            value, text = line.value, lines[line.lineno - 1].encode()
            lines[line.lineno - 1] = (text[:value.col_offset] + b"..." + text[value.end_col_offset:]).decode()
    return "\n".join(lines)


def trainer_copy(lesson: Lesson, room: Room) -> NotebookNode:
    """The lesson with notes and solutions, without outputs, and last the answer key, worked out from the room's data."""
    copy = _bare(lesson.notebook)
    copy.cells.append(new_markdown_cell(answer_key(lesson, room), id="answer-key", metadata={"tags": ["trainer"]}))
    validate(copy)
    return copy


def answer_key(lesson: Lesson, room: Room) -> str:
    """The expected answers of the lesson's exercises, why they are so, and what to say to mistakes that many make; as Markdown."""
    lines = ["## Answer key", "", f"Worked out {room.said}, as of {day_words(room.as_of)}."]
    for name in asked(lesson):
        lines += ["", f"**{name}**", "", *_key(name, room)]
    return "\n".join(lines)


def asked(lesson: Lesson) -> list[str]:
    """The names of the exercises that the lesson asks, in their order."""
    code = "\n".join(cell.source for cell in lesson.notebook.cells if cell.cell_type == "code")
    return list(dict.fromkeys(re.findall(r"\b(?:exercise|commit)\(\s*\"([^\"]+)\"", code)))


def _key(name: str, room: Room) -> list[str]:
    try:
        key = expected(name, room)
    except CqiError as error:
        return [f"- {error}"]
    mistakes = [f'- To "{key.words(mistake.answer)}": {mistake.words}' for mistake in key.mistakes if not key.same(mistake.answer, key.value)]
    return [f"- Answer: {key.told}. {key.why}", *([f"- {key.many}"] if key.many else []), *mistakes]


def _bare(source: NotebookNode) -> NotebookNode:
    """The notebook without outputs and without marks that only checks need; the given one is left as it is."""
    copy = source.copy()
    copy.cells = [_cell(cell) for cell in source.cells]
    return copy


def _cell(cell: NotebookNode) -> NotebookNode:
    kept = [tag for tag in cell.metadata.get("tags", ()) if tag != CHECKED]
    bare = NotebookNode(cell | {"metadata": NotebookNode({"tags": kept} if kept else {})})
    if cell.cell_type == "code":
        bare.outputs, bare.execution_count = [], None
    return bare
