"""Blocks as accessible HTML: every character escaped, each chart a still picture with its words and numbers beside it."""

from __future__ import annotations

import hashlib
import json
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from cqi.blocks.aggregates import refuse_protected
from cqi.blocks.svg import figure_svg
from cqi.vocabulary import HIDDEN_MARK, HIDDEN_WORDS, CqiError

ROLES = ("answer", "plain", "note", "caution", "list", "questions")
MARKS = {
    "": "", "total": "",
    "partly": "partly observed, can only grow",
    "unobserved": "not yet",
    "hidden": HIDDEN_WORDS,
}
"""A table cell's mark and what it says in words, beside its shade."""

_KINDS = ("heading", "text", "table", "figure", "details", "section")


def block_html(content: dict) -> str:
    """A block's content as HTML that stands alone, for a live notebook: markup, pictures and a small style.

    Raises CqiError for a kind, role or mark that `cqi.blocks` does not know.
    """
    name = "b" + hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:8]
    return _templates().get_template("live.html.j2").render(drawn=block_markup(content, name=name))


def block_markup(content: dict, *, name: str) -> Markup:
    """A block's content as HTML for a page that brings its own stylesheet; `name` begins every id inside.

    Raises CqiError for a kind, role or mark that `cqi.blocks` does not know.
    """
    _check(content)
    return Markup(_templates().get_template("block.html.j2").module.draw(content, name))


@cache
def _templates() -> Environment:
    templates = Environment(
        loader=FileSystemLoader(Path(__file__).parent), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )
    templates.globals |= {
        "figure_svg": figure_svg, "marks": MARKS, "marks_used": _marks_used,
        "hidden_mark": HIDDEN_MARK, "hidden_words": HIDDEN_WORDS,
    }
    return templates


def _marks_used(rows: list) -> list[str]:
    used = {cell["mark"] for row in rows for cell in row}
    return [mark for mark, words in MARKS.items() if words and mark in used]


def _check(content: dict) -> None:
    _check_known("block", content.get("kind"), _KINDS)
    if content["kind"] == "text":
        _check_known("text role", content["role"], ROLES)
    for table in (content, content.get("table") or {}):
        refuse_protected(table.get("columns", ()), title=table.get("caption", ""))
        for mark in {cell["mark"] for row in table.get("rows", ()) for cell in row}:
            _check_known("cell mark", mark, MARKS)
    for block in content.get("blocks", ()):
        _check(block)


def _check_known(what: str, word: object, known: tuple[str, ...] | dict[str, str]) -> None:
    if word not in known:
        raise CqiError(f"A page has no {what} {str(word)!r}; it has {', '.join(filter(None, known))}.")
