"""What a cell of a review may show: heading, text, table, figure, details. Nothing else reaches a page.

A block is plain data (`content()` is JSON). The page template turns it into HTML with every character escaped; a live
notebook shows the same HTML. A figure carries a Vega-Lite specification of released aggregates, the finding as its text
alternative, and the same numbers as a table.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field, fields, is_dataclass

from cqi.blocks.aggregates import refuse_rows

MIME = "application/vnd.cqi.block+json"


class Block:
    """Base of all blocks: JSON content for the page, HTML for a live notebook."""

    def content(self) -> dict:
        """The block as JSON-ready data: its `kind` and fields, nested blocks included."""
        return {"kind": type(self).__name__.lower(), **_data(self)}

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict:
        bundle = {MIME: self.content(), "text/plain": f"<{type(self).__name__}>"}
        if not os.environ.get("CQI_RUN"):  # a run draws the page itself, once, from the JSON
            from cqi.blocks.html import block_html

            bundle["text/html"] = block_html(bundle[MIME])
        return bundle


def _data(part: object) -> object:
    """The part as data, as `dataclasses.asdict` gives it, but without a copy of every specification."""
    if isinstance(part, tuple):
        return tuple(map(_data, part))
    return {each.name: _data(getattr(part, each.name)) for each in fields(part)} if is_dataclass(part) else part


@dataclass(frozen=True)
class Heading(Block):
    """The page's one h1, the line under it, and facts as (term, text) pairs."""

    title: str
    subtitle: str = ""
    facts: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Text(Block):
    """Paragraphs of plain text. `role` is one of `answer`, `plain`, `note`, `caution`, `list`, `questions`."""

    paragraphs: tuple[str, ...]
    role: str = "plain"


@dataclass(frozen=True)
class Cell:
    """One table cell: text, and what it means for the eye: ``, `partly`, `unobserved`, `hidden`, `total`."""

    text: str
    mark: str = ""


@dataclass(frozen=True)
class Table(Block):
    """Rows under named columns. The first column is the row's header; the others align right when `numeric`."""

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    numeric: bool = True
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Figure(Block):
    """A chart: the question it answers, the finding in words (its text alternative), its numbers as a table. Raises CqiError for
    a specification with anything but aggregates."""

    question: str
    finding: str
    spec: dict = field(repr=False)
    table: Table
    notes: tuple[str, ...] = ()

    def __post_init__(self):
        refuse_rows(self.spec, title=self.question)


@dataclass(frozen=True)
class Details(Block):
    """Blocks folded under a summary, opened by one click or key."""

    summary: str
    blocks: tuple[Block, ...]

    def content(self) -> dict:
        return {"kind": "details", "summary": self.summary, "blocks": [block.content() for block in self.blocks]}


@dataclass(frozen=True)
class Section(Block):
    """Blocks shown one after another by one call."""

    blocks: tuple[Block, ...]

    def content(self) -> dict:
        return {"kind": "section", "blocks": [block.content() for block in self.blocks]}
