"""A page's words and headings: markdown as HTML, anchors, contents, and the order that screen readers rely on."""

from __future__ import annotations

import html
import re

from markupsafe import Markup
from mistune import HTMLRenderer
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

from cqi.vocabulary import CqiError

_HEADING = re.compile(r"<h([1-6])>(.*?)</h\1>", re.DOTALL)
_TAG = re.compile(r"<[^>]+>")


class PageWords(IPythonRenderer):
    """nbconvert's own renderer for a page: HTML and diagrams are text, and a picture, which could be fetched, is its words."""

    def __init__(self) -> None:
        super().__init__(escape=True, allow_harmful_protocols=False, exclude_anchor_links=True)

    def block_code(self, code: str, info: str | None = None) -> str:
        """Code as text, whatever language it says; nbconvert gives a diagram's lines out as they are."""
        return HTMLRenderer.block_code(self, code)

    def image(self, text: str, url: str, title: str | None = None) -> str:
        """The words that stand for the picture."""
        return text


def words_html(markdown: str) -> str:
    """A notebook's markdown as HTML; HTML written inside it is shown as text, not obeyed, and nothing is fetched."""
    return MarkdownWithMath(renderer=PageWords()).render(markdown)


def outlined(body: str) -> tuple[str, list[tuple[str, Markup]]]:
    """The body with an anchor on every heading, and the contents: (anchor, words) of each h2.

    Raises CqiError unless the page has exactly one h1, first, and no level is skipped.
    """
    headings = [(int(level), _plain(words)) for level, words in _HEADING.findall(body)]
    _check_order([level for level, _ in headings])
    anchors = _anchors([words for _, words in headings])
    named = iter(anchors)
    anchored = _HEADING.sub(lambda found: f'<h{found[1]} id="{next(named)}">{found[2]}</h{found[1]}>', body)
    contents = [(anchor, words) for anchor, (level, words) in zip(anchors, headings, strict=True) if level == 2]
    return anchored, contents


def _plain(words: str) -> str:
    return html.unescape(_TAG.sub("", words)).strip()


def _check_order(levels: list[int]) -> None:
    if levels[:1] != [1] or levels.count(1) != 1:
        raise CqiError(f"The page has {levels.count(1)} main headings; it begins with exactly one heading block.")
    for above, level in zip(levels, levels[1:]):
        if level > above + 1:
            raise CqiError(f"The page skips from heading level {above} to {level}; levels go down one at a time.")


def _anchors(titles: list[str]) -> list[str]:
    anchors: list[str] = []
    for title in titles:
        stem = "to-" + (re.sub(r"[^a-z0-9]+", "-", title.casefold()).strip("-")[:60] or "part")
        taken = sum(anchor == stem or anchor.startswith(f"{stem}--") for anchor in anchors)
        anchors.append(f"{stem}--{taken + 1}" if taken else stem)
    return anchors
