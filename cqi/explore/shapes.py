"""Shapes of counties from us-atlas 3.0.1 (`geo/`, ISC licence): the topology's arcs as paths of a picture."""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files

_CODE = re.compile(r"\((\d{5})\)$")
_ALASKA = "02"
"""Its last islands lie beyond 180 degrees."""
Ring = list[tuple[float, float]]


@dataclass(frozen=True)
class Map:
    """Counties as paths in a picture of `width` and `height`; `middles` are where a mark may stand. By FIPS code."""

    width: float
    height: float
    paths: dict[str, str]
    middles: dict[str, tuple[float, float]]


def fips(county: str) -> str:
    """The code in a county's name, `06037` of `Los Angeles (06037)`, where it has a shape; else empty."""
    found = _CODE.search(county)
    return found[1] if found and found[1] in _counties() else ""


@lru_cache(maxsize=4)
def drawn(codes: tuple[str, ...], width: float = 640.0) -> Map:
    """All counties of the states in which these counties lie, drawn to a width, or to that height where they are taller."""
    states = {code[:2] for code in codes}
    rings = {code: _rings(code) for code in sorted(_counties()) if code[:2] in states}
    points = [point for own in rings.values() for ring in own for point in ring]
    left, right = min(x for x, _ in points), max(x for x, _ in points)
    low, top = min(y for _, y in points), max(y for _, y in points)
    narrow = math.cos(math.radians((low + top) / 2))
    scale = min(width / ((right - left) * narrow), width / (top - low))
    placed = {code: [[((x - left) * narrow * scale, (top - y) * scale) for x, y in ring] for ring in own] for code, own in rings.items()}
    return Map((right - left) * narrow * scale, (top - low) * scale, {code: _path(own) for code, own in placed.items()},
               {code: _middle(max(own, key=lambda ring: abs(_area(ring)))) for code, own in placed.items()})


@cache
def _topology() -> dict:
    return json.loads((files("cqi") / "explore" / "geo" / "counties-10m.json").read_text(encoding="utf-8"))


@cache
def _counties() -> dict[str, dict]:
    return {each["id"]: each for each in _topology()["objects"]["counties"]["geometries"] if each["type"]}


def _rings(code: str) -> list[Ring]:
    """A county's rings in degrees; islands and holes are rings of their own."""
    shape = _counties()[code]
    areas = [shape["arcs"]] if shape["type"] == "Polygon" else shape["arcs"]
    rings = [[point for arc in ring for point in _arc(arc)] for area in areas for ring in area]
    return [[(x - 360 if x > 0 else x, y) for x, y in ring] for ring in rings] if code.startswith(_ALASKA) else rings


@lru_cache(maxsize=4096)
def _arc(number: int) -> Ring:
    """An arc's points; a number below 0 is the arc of its complement, read backwards."""
    if number < 0:
        return _arc(~number)[::-1]
    (wide, tall), (left, low) = _topology()["transform"]["scale"], _topology()["transform"]["translate"]
    x = y = 0
    points = []
    for dx, dy in _topology()["arcs"][number]:
        x, y = x + dx, y + dy
        points.append((x * wide + left, y * tall + low))
    return points


def _path(rings: list[Ring]) -> str:
    return "".join(f"M{'L'.join(dict.fromkeys(f'{x:.1f},{y:.1f}' for x, y in ring))}Z" for ring in rings)


def _area(ring: Ring) -> float:
    return sum(x * b - a * y for (x, y), (a, b) in zip(ring, ring[1:] + ring[:1])) / 2


def _middle(ring: Ring) -> tuple[float, float]:
    """The centre of gravity of the largest ring."""
    area = _area(ring)
    if not area:
        return ring[0]
    sides = list(zip(ring, ring[1:] + ring[:1]))
    return (sum((x + a) * (x * b - a * y) for (x, y), (a, b) in sides) / (6 * area),
            sum((y + b) * (x * b - a * y) for (x, y), (a, b) in sides) / (6 * area))
