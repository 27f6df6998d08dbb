"""A lesson's handout: the cells tagged `handout` as one page to print, with lines to write on. It fetches nothing and runs nothing."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from mistune import HTMLRenderer, create_markdown
from nbformat import NotebookNode

from cqi.blocks import Block
from cqi.blocks.html import block_markup
from cqi.learning.classroom import Room
from cqi.learning.lessons import TITLE, Lesson, tags
from cqi.learning.played import played
from cqi.wording.numbers import day_words

TEMPLATE = Path(__file__).parent / "template"


class Printed(HTMLRenderer):
    """Markdown for paper: HTML written inside it is shown as text, a picture or link is its words."""

    def __init__(self) -> None:
        super().__init__(escape=True)

    def image(self, text: str, url: str, title: str | None = None) -> str:
        return text

    def link(self, text: str, url: str, title: str | None = None) -> str:
        return text


def handout(lesson: Lesson, room: Room) -> str:
    """The handout as a whole HTML page, its numbers worked out from the room's data."""
    notebook = lesson.notebook
    shown = {cell.id: value for cell, value in played(notebook, data=str(room.data)) if "handout" in tags(cell)}
    parts = [_part(cell, shown, number) for number, cell in enumerate(notebook.cells) if "handout" in tags(cell)]
    template = _templates().get_template("handout.html.j2")
    return template.render(lesson=lesson, parts=parts, said=room.said, as_of=day_words(room.as_of))


def _part(cell: NotebookNode, shown: dict[str, object], number: int) -> Markup:
    if cell.cell_type == "markdown":
        return Markup(_markdown()(TITLE.sub("", cell.source, count=1)))
    if "exercise" in tags(cell):
        words = "My guess" if "commit(" in cell.source else "My answer"
        return Markup('<p class="write"><span>{}:</span></p>').format(words)
    block = shown[cell.id]
    return block_markup(block.content(), name=f"c{number}") if isinstance(block, Block) else Markup()


@cache
def _markdown():
    return create_markdown(renderer=Printed(), plugins=["table"])


@cache
def _templates() -> Environment:
    environment = Environment(loader=FileSystemLoader(TEMPLATE), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.globals["style"] = Markup((TEMPLATE / "handout.css").read_text(encoding="utf-8"))
    return environment
