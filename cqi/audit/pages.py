"""What a page gives away beside the tables: in words, cells, pictures, and in what the eye does not see."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import numpy as np

from cqi.audit.findings import Finding
from cqi.audit.pictures import Picture, numbers, pictures
from cqi.audit.reading import Page
from cqi.vocabulary import HIDDEN_MARK, HIDDEN_WORDS

PIXEL = 0.12
"""How far off a drawn place may be, in pixels: pictures are rounded to a tenth."""
WHO = r"(?:other )?(?:children|child|reports|stays|siblings)\b(?! or (?:more|fewer))"

_SMALL = r"(?<!about )(?<!than )(?<![\w.,–-])(?:[1-9]|10)"
_COUNTED = re.compile(rf"{_SMALL} (?:{WHO}|of (?:them|these|(?:all|the) children)\b)|{_SMALL} (?:of|out of) \d[\d,]* (?:{WHO}|\(\d)")
_COUNT_AND_SHARE = re.compile(r"(?:[1-9]|10) \(\d+%\).*", re.DOTALL)
_FIGURE = re.compile(r"<figure.*?</figure>", re.DOTALL)
_PICTURE = re.compile(r"<svg.*?</svg>", re.DOTALL)
_TABLE = re.compile(r"<table.*?</table>", re.DOTALL)
_TAG = re.compile(r"<[^>]+>")
_HIDDEN_CELL = re.compile(r'<t[dh][^>]*class="[^"]*hidden[^"]*"[^>]*>.*?</t[dh]>', re.DOTALL)
COUNTING = ("children", "left by now", "counted", "still in care", "reports received", "entered", "left", "exits", "moves", "counted so far")
"""Heads of columns that hold counts."""


def page_findings(page: Page) -> list[Finding]:
    """Everything that one page gives away by itself."""
    place = page.place
    return [*_in_words(page, place), *_in_cells(page, place), *_unseen(page, place), *_marks(page.source, place), *_in_pictures(page.source, place)]


def _in_words(page: Page, place: str) -> list[Finding]:
    said = [line for line in "".join(page.text).split("\n") if _COUNTED.search(line)]
    return [Finding(place, "small count in words", "a sentence counts fewer children than the threshold")] if said else []


def _in_cells(page: Page, place: str) -> list[Finding]:
    small = {head for head, words in page.cells if _few(head, words)}
    words = "a cell counts fewer children than the threshold"
    return [Finding(f"{place}, column {head}", "small count in a page's table", words) for head in sorted(small)]


def _few(head: str, words: str) -> bool:
    return bool(_COUNT_AND_SHARE.fullmatch(words)) or (head.lower() in COUNTING and re.fullmatch(r"[1-9]|10", words) is not None)


def _unseen(page: Page, place: str) -> list[Finding]:
    """Numbers in what the eye does not see and the page does not say."""
    seen = set(numbers("".join(page.text)))
    told = {kind for kind, words in page.unseen if set(numbers(words)) - (seen if kind == "spoken" else set())}
    return [Finding(place, "number unseen", f"a number stands in the page's {kind}, which a reader does not see") for kind in sorted(told)]


def _marks(text: str, place: str) -> list[Finding]:
    """A hidden cell must look as every other does."""
    looks = {" ".join(cell.replace("<th scope=\"row\"", "<td").replace("</th>", "</td>").split()) for cell in _HIDDEN_CELL.findall(text)}
    bare = {words for words in (" ".join(_TAG.sub(" ", look).split()) for look in looks) if words != f"{HIDDEN_MARK} {HIDDEN_WORDS}"}
    return [Finding(place, "hidden cells differ", "hidden cells do not all look the same")] if len(looks) > 1 or bare else []


def _in_pictures(text: str, place: str) -> list[Finding]:
    """Figures that draw what their own words and table do not say, or draw it finer."""
    found = []
    for number, figure in enumerate(_FIGURE.findall(text), 1):
        for svg in _PICTURE.findall(figure):
            try:
                drawn = pictures(svg)
            except ElementTree.ParseError:
                found.append(Finding(f"{place}, figure {number}", "picture unread", "a picture cannot be read"))
                continue
            said = _said(_PICTURE.sub("", figure))
            if any(_unsaid(plot, said) for plot in drawn):
                found.append(Finding(f"{place}, figure {number}", "drawn, not said", "a chart draws a number that its table and words do not give"))
    return found


def _said(figure: str) -> np.ndarray:
    """All numbers of a figure's words and table, the sums of a row's first cells (stacked shares are drawn so), and the shares that two
    counts of a row give."""
    rows = figure.split("<tr>")
    shares = [[float(words) for words in re.findall(r">\s*(\d+(?:\.\d+)?)%", row)] for row in rows]
    counts = [[float(words.replace(",", "")) for words in re.findall(r">\s*(\d[\d,]*)\s*<", row)] for row in rows]
    stacked = [total for row in shares for total in np.cumsum(row)]
    quotients = [100 * part / whole for row in counts for part in row for whole in row if part < whole]
    return np.unique([0.0, 100.0, *stacked, *quotients, *numbers(_TAG.sub(" ", figure))])


def _unsaid(plot: Picture, said: np.ndarray) -> bool:
    axis, number = (plot.upright, 1) if plot.upright else (plot.across, 0)
    if axis is None or not plot.corners:
        return False
    known = np.append(said, axis.ticks)
    values = axis.start + axis.scale * np.array([corner[number] for corner in plot.corners])
    return bool((np.abs(values[:, None] - known).min(axis=1) > PIXEL * abs(axis.scale)).any())
