"""One page of paper (A4): the title, the chart, what it says, its numbers, and the day that the file knew."""

from __future__ import annotations

import hashlib
import json
import re
import textwrap
from dataclasses import dataclass

from cqi.blocks import Cell, Figure, Table
from cqi.blocks.palette import FONT, INK, QUIET, RULE
from cqi.blocks.svg import figure_svg
from cqi.explore.show import plain
from cqi.vocabulary import HIDDEN_MARK, HIDDEN_WORDS

WIDE, TALL, EDGE = 595, 842, 48
"""A4 in points, and its margin."""
SIZE, SMALLEST = 7.5, 150
"""The type of the numbers, and the least height of a chart beside them: points."""
IN_THE_FILE = "The numbers behind this picture are in the CSV file that goes with this page."
_TEXT, _BOLD = re.compile(r"<text\b[^>]*>"), re.compile(r' font-weight="(?:700|bold)"')
_LETTERS = 0.5
"""How wide a letter is on average, as a share of the size of the type."""


@dataclass(frozen=True)
class Picture:
    """What is shown and can be kept: a question, the finding, the picture as an SVG that stands alone, its numbers, and notes."""

    question: str
    finding: str
    drawn: str
    table: Table
    notes: tuple[str, ...] = ()


def pictured(figure: Figure) -> Picture:
    """A figure of a page as a picture to keep."""
    name = "d" + hashlib.sha256(json.dumps(figure.content(), sort_keys=True).encode()).hexdigest()[:8]
    drawn = str(figure_svg(figure.spec, title=figure.question, finding=figure.finding, name=name))
    return Picture(figure.question, figure.finding, drawn.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1), figure.table, figure.notes)


def page(picture: Picture, *, title: str, foot: str) -> str:
    """The page as SVG. The chart gives way to the numbers; where even a small one leaves no room, the page says where they are."""
    ending = f"{foot} {HIDDEN_MARK} means: {HIDDEN_WORDS}."
    lead, y = _texts([(title, 17, 700, INK), (picture.question, 12, 700, INK), (picture.finding, 10, 400, INK)], EDGE)
    _, below = _texts([(note, 8.5, 400, QUIET) for note in picture.notes], 0)
    room = TALL - EDGE - 24 - y - below
    fits = room - _height(picture.table) > SMALLEST
    drawn, y = _drawn(picture.drawn, y, room - (_height(picture.table) if fits else 30))
    notes, y = _texts([(note, 8.5, 400, QUIET) for note in picture.notes], y)
    numbers = _table(picture.table, y) if fits else _texts([(IN_THE_FILE, 9, 400, QUIET)], y + 8)[0]
    whole = f"{lead}{drawn}{notes}{numbers}{_texts([(ending, 8.5, 400, QUIET)], TALL - EDGE)[0]}"
    return (f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDE}" height="{TALL}" viewBox="0 0 {WIDE} {TALL}" font-family="{FONT}">'
            f'<rect width="{WIDE}" height="{TALL}" fill="#FFFFFF"/>{_TEXT.sub(_in_one_font, whole)}</svg>')


def _in_one_font(found: re.Match) -> str:
    """A text's tag with an edge of its own colour in place of bold: with two fonts the page's bytes would differ from time to time."""
    colour = re.search(r'fill="([^"]*)"', found[0])
    return _BOLD.sub(f' stroke="{colour[1] if colour else INK}" stroke-width="0.35"', found[0])


def _texts(parts: list[tuple[str, float, int, str]], y: float) -> tuple[str, float]:
    """Paragraphs (words, size, weight, colour) in lines from `y` down, and where the next may begin."""
    made = ""
    for words, size, weight, colour in parts:
        lines = textwrap.wrap(words, int((WIDE - 2 * EDGE) / (size * _LETTERS)))
        made += "".join(f'<text x="{EDGE}" y="{y + number * size * 1.35:.1f}" font-size="{size}" font-weight="{weight}" fill="{colour}">{plain(line)}</text>'
                        for number, line in enumerate(lines, 1))
        y += len(lines) * size * 1.35 + size * 0.6
    return made, y


def _drawn(drawn: str, y: float, room: float) -> tuple[str, float]:
    """The chart as large as width and room allow."""
    width, height = (float(found) for found in re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', drawn).groups())
    scale = min((WIDE - 2 * EDGE) / width, (room - 16) / height)
    wide, tall = width * scale, height * scale
    inside = re.sub(r'(<svg[^>]*?) width="[^"]*" height="[^"]*"', rf'\1 x="{EDGE}" y="{y + 6:.1f}" width="{wide:.1f}" height="{tall:.1f}"', drawn, count=1)
    return inside, y + tall + 16


def _lines(row: tuple[Cell, ...]) -> int:
    return max(cell.text.count("\n") for cell in row) + 1


def _height(table: Table) -> float:
    """How high the numbers are, with their caption and heads."""
    return 40 + SIZE * (1.5 * sum(map(_lines, table.rows)) + 1.8 * _tallest(table.columns, _widths(table)))


def _table(table: Table, y: float) -> str:
    widths = _widths(table)
    made, y = _texts([(table.caption, 9, 700, INK)], y)
    y += SIZE
    made, y = made + _row(tuple(Cell(each) for each in table.columns), widths, y, weight=700), y + SIZE * 1.6 * _tallest(table.columns, widths)
    for row in table.rows:
        made += f'<line x1="{EDGE}" x2="{WIDE - EDGE}" y1="{y - SIZE:.1f}" y2="{y - SIZE:.1f}" stroke="{RULE}"/>' + _row(row, widths, y)
        y += SIZE * 1.5 * _lines(row)
    return made


def _widths(table: Table) -> list[float]:
    """Columns as wide as their longest text asks, together as wide as the page allows."""
    longest = [max(max(len(line) for line in text.split("\n")) for text in (table.columns[number][:18], *(row[number].text for row in table.rows)))
               for number in range(len(table.columns))]
    return [(WIDE - 2 * EDGE) * each / sum(longest) for each in longest]


def _tallest(heads: tuple[str, ...], widths: list[float]) -> int:
    return max(len(_wrapped(head, width)) for head, width in zip(heads, widths))


def _wrapped(words: str, width: float) -> list[str]:
    return textwrap.wrap(words, max(int(width / (SIZE * 0.6)), 6))


def _row(cells: tuple[Cell, ...], widths: list[float], y: float, *, weight: int = 400) -> str:
    made, x = "", float(EDGE)
    for cell, width in zip(cells, widths):
        lines = _wrapped(cell.text, width) if weight == 700 else cell.text.split("\n")
        made += "".join(f'<text x="{x:.1f}" y="{y + number * SIZE * 1.25:.1f}" font-size="{SIZE}" font-weight="{weight}" fill="{INK}">{plain(line)}</text>'
                        for number, line in enumerate(lines))
        x += width
    return made
