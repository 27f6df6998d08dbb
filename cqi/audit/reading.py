"""A page as it is read: its words, its tables by row and column, and what the eye does not see."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path

SPOKEN = ("title", "alt", "aria-label", "aria-description", "content", "summary", "label")
NEW_LINE = frozenset(("p", "li", "td", "th", "caption", "dd", "dt", "h1", "h2", "h3", "summary", "title", "desc", "tr", "text"))
_CONTENT = re.compile(r"content\s*:\s*([\"'])(.*?)\1")


@dataclass
class Shown:
    """A table of a page: its caption, the heads of its columns, and its rows, a row's own head first."""

    caption: str = ""
    heads: list[str] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)


class Page(HTMLParser):
    """A page's title, its visible `text`, its `unseen` text (comments, attributes, style), its `tables`, and their `cells` beside their column's
    head. `place` says where it stands in its release, `source` is the page itself."""

    def __init__(self, source: str, place: str) -> None:
        super().__init__()
        self.source, self.place, self.title = source, place, ""
        self.text: list[str] = []
        self.unseen: list[tuple[str, str]] = []
        self.cells: list[tuple[str, str]] = []
        self.tables: list[Shown] = []
        self._cell: list[str] | None = None
        self._row: list[str] = []
        self._in, self._all_heads = "", True
        self.feed(source)

    def updatepos(self, i: int, j: int) -> int:
        return j  # nobody asks for the line

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self._in = tag
        if tag in NEW_LINE:
            self.text.append("\n")
        if tag == "table":
            self.tables.append(Shown())
        elif tag == "tr":
            self._row, self._all_heads = [], True
        elif tag in ("td", "th", "caption"):
            self._cell = []
        if attributes:
            self.unseen += [("data", value or "") for name, value in attributes if name.startswith("data-")]
            layout = tag == "meta" and any("width" in (value or "") for _, value in attributes)
            self.unseen += [("spoken", value or "") for name, value in attributes if name in SPOKEN and not layout]

    def handle_endtag(self, tag: str) -> None:
        if not self.tables:
            return
        if tag == "tr" and self._row:
            own = self.tables[-1]
            if self._all_heads and not own.heads:
                own.heads = self._row
            else:
                own.rows.append(self._row)
            self._row = []
        elif tag in ("td", "th", "caption") and self._cell is not None:
            self._end(tag, " ".join("".join(self._cell).split()))

    def _end(self, tag: str, words: str) -> None:
        own, column, self._cell = self.tables[-1], len(self._row), None
        if tag == "caption":
            own.caption = words
            return
        if tag == "td":
            self._all_heads = False
            if column < len(own.heads):
                self.cells.append((own.heads[column], words))
        self._row.append(words)

    def handle_data(self, data: str) -> None:
        if self._in == "style":
            self.unseen += [("style", words) for _, words in _CONTENT.findall(data)]
            return
        if self._in == "title" and not self.title:
            self.title = data.strip()
        self.text.append(data)
        if self._cell is not None:
            self._cell.append(data)

    def handle_comment(self, data: str) -> None:
        self.unseen.append(("comment", data))


def read_page(path: Path, folder: Path) -> Page:
    """One page of a release's folder."""
    return Page(path.read_text(encoding="utf-8"), str(path.relative_to(folder)))
