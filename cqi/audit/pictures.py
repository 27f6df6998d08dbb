"""Numbers read back from a chart's picture: positions along an axis, turned into values by the axis's own labels."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree import ElementTree

import numpy as np

_NUMBER = re.compile(r"[-+−]?\d[\d,]*(?:\.\d+)?")
_LABEL = re.compile(r"([-+−]?\d[\d,]*(?:\.\d+)?)\s*%?")
_PLACE = re.compile(r"translate\(\s*([-\d.]+)(?:[ ,]\s*([-\d.]+))?\s*\)")
_STEP = re.compile(r"([MLHVhvlmZzAaCcQq])([^MLHVhvlmZzAaCcQq]*)")
CONTEXT = {"#595959", "#dde2e7", "#e6e8ea", "#4a5763", "white", "#ffffff", "none", ""}
"""Colours of what is drawn beside the data: goals, limits, bands, hairlines."""
THIN = 4
"""Bars thinner than this in pixels are ticks: their middle is their place."""
BELOW_MIDDLE = 0.3
"""How far below its tick an upright axis's label is set, in font sizes."""


@dataclass(frozen=True)
class Axis:
    """A straight axis: value = start + scale * place; `ticks` are its labels, `percent` whether they are shares."""

    start: float
    scale: float
    ticks: tuple[float, ...]
    percent: bool

    def value(self, place: float) -> float:
        return self.start + self.scale * place


@dataclass(frozen=True)
class Picture:
    """The axes of one plot, where they have numbers, and the corners of the data that is drawn in it, in the plot's pixels."""

    across: Axis | None
    upright: Axis | None
    corners: tuple[tuple[float, float], ...]


def pictures(svg: str) -> list[Picture]:
    """The plots of one chart. Raises ElementTree.ParseError where the picture is no XML."""
    root = ElementTree.fromstring(svg)
    plots = [group for group in root.iter() if _tag(group) == "g" and any(map(_is_axis, group))]
    return [Picture(*_axes(plot), tuple(_corners(plot))) for plot in plots]


def numbers(text: str) -> list[float]:
    """All numbers of a text."""
    return [_number(found) for found in _NUMBER.findall(text)]


def _number(text: str) -> float:
    return float(text.replace(",", "").replace("−", "-"))


def _tag(element: ElementTree.Element) -> str:
    return element.tag.rpartition("}")[2]


def _is_axis(element: ElementTree.Element) -> bool:
    """Axes are groups half a pixel off."""
    x, y = _place(element)
    return _tag(element) == "g" and x % 1 == 0.5 and y % 1 == 0.5


def _place(element: ElementTree.Element) -> tuple[float, float]:
    found = _PLACE.search(element.get("transform", ""))
    return (float(found[1]), float(found[2] or 0)) if found else (0.0, 0.0)


def _axes(plot: ElementTree.Element) -> tuple[Axis | None, Axis | None]:
    labels = [(*_place(text), text) for axis in filter(_is_axis, plot) for text in axis.iter() if _tag(text) == "text"]
    upright = [(y - round(BELOW_MIDDLE * _size(text)), text) for x, y, text in labels if text.get("text-anchor") == "end" and x <= 0]
    across = [(x, text) for x, y, text in labels if not (text.get("text-anchor") == "end" and x <= 0)]
    return _axis(across), _axis(upright)


def _size(text: ElementTree.Element) -> float:
    return float(text.get("font-size", "13px").removesuffix("px"))


def _axis(labels: list[tuple[float, ElementTree.Element]]) -> Axis | None:
    """The line through the labels that are numbers; None where there are fewer than two, or they lie on no line."""
    said = [(place, (text.text or "").strip()) for place, text in labels if not len(text)]
    found = [(place, _number(match[1]), words) for place, words in said if (match := _LABEL.fullmatch(words))]
    if len({value for _, value, _ in found}) < 2:
        return None
    place, value = (np.array([part[number] for part in found]) for number in (0, 1))
    scale, start = np.polyfit(place, value, 1)
    if np.abs(start + scale * place - value).max() > abs(scale):
        return None
    return Axis(float(start), float(scale), tuple(value.tolist()), all("%" in words for *_, words in found))


def _corners(plot: ElementTree.Element) -> Iterator[tuple[float, float]]:
    for mark in plot:
        if not _is_axis(mark):
            yield from _of(mark, 0.0, 0.0, "")


def _of(mark: ElementTree.Element, x: float, y: float, colour: str) -> Iterator[tuple[float, float]]:
    across, down = _place(mark)
    x, y, tag = x + across, y + down, _tag(mark)
    own = {mark.get(name, "").lower() for name in ("fill", "stroke")} - CONTEXT
    colour = own.pop() if own else colour if tag == "g" or not mark.get("fill", mark.get("stroke")) else ""
    if tag != "g" and not colour:
        return
    if tag == "path" and "transform" in mark.attrib:
        yield x, y  # a symbol: where it stands
    elif tag == "path":
        yield from ((x + left, y + top) for left, top in _middle_if_thin(list(_steps(mark.get("d", "")))))
    elif tag == "line":
        yield from ((x + float(mark.get(f"x{end}", 0)), y + float(mark.get(f"y{end}", 0))) for end in (1, 2))
    elif tag == "rect":
        left, top = x + float(mark.get("x", 0)), y + float(mark.get("y", 0))
        yield from ((left, top), (left + float(mark.get("width", 0)), top + float(mark.get("height", 0))))
    elif tag in ("circle", "ellipse"):
        yield x + float(mark.get("cx", 0)), y + float(mark.get("cy", 0))
    elif tag == "g":
        for part in mark:
            yield from _of(part, x, y, colour)


def _middle_if_thin(corners: list[tuple[float, float]]) -> list[tuple[float, float]]:
    sides = [max(side) - min(side) for side in zip(*corners)]
    thin = len(corners) == 4 and min(sides) < THIN
    return [tuple((max(side) + min(side)) / 2 for side in zip(*corners))] if thin else corners


def _steps(path: str) -> Iterator[tuple[float, float]]:
    """The corners of a path."""
    x = y = 0.0
    for letter, rest in _STEP.findall(path):
        values = [float(number) for number in re.findall(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?", rest)]
        if letter in "Zz":
            continue
        if letter in "HhVv":
            for value in values:
                x = (value if letter == "H" else x + value) if letter in "Hh" else x
                y = (value if letter == "V" else y + value) if letter in "Vv" else y
                yield x, y
            continue
        size = {"A": 7, "C": 6, "Q": 4}.get(letter.upper(), 2)
        for number in range(size, len(values) + 1, size):
            left, top = values[number - 2:number]
            x, y = (left, top) if letter.isupper() else (x + left, y + top)
            yield x, y
