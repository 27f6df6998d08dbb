"""Charts as still pictures: a Vega-Lite specification becomes one small SVG that asks for nothing and runs nothing."""

from __future__ import annotations

import json
import os
import re
from functools import cache, lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from xml.etree import ElementTree

import vl_convert
from markupsafe import Markup

from cqi.blocks.aggregates import refuse_rows
from cqi.blocks.palette import FONT, altair_config
from cqi.vocabulary import CqiError

_NUMBER = re.compile(r"-?\d*\.\d\d+(?:e[-+]?\d+)?|-?\d+(?:\.\d*)?e[-+]?\d+")
"""A number with more than one decimal; the engine writes the others as they stay."""
_REFERENCE = re.compile(r"url\(#([\w-]+)\)")
_ELEMENTS = {"g", "path", "text", "tspan", "rect", "line", "circle", "ellipse", "polygon", "defs", "clipPath",
             "linearGradient", "stop"}
_PLACES = {"d", "transform", "x", "y", "x1", "y1", "x2", "y2", "cx", "cy", "r", "rx", "ry", "dx", "dy", "width",
           "height", "points"}
_LOOKS = {"id", "clip-path", "fill", "fill-opacity", "stroke", "stroke-opacity", "stroke-width", "stroke-dasharray",
          "stroke-dashoffset", "stroke-linecap", "stroke-linejoin", "opacity", "font-size", "font-weight", "font-style",
          "text-anchor", "offset", "stop-color", "stop-opacity", "gradientUnits"}
_KEPT = _PLACES | _LOOKS
_WITHOUT_EFFECT = {("opacity", "1"), ("fill-opacity", "1"), ("stroke-opacity", "1"), ("transform", "translate(0,0)")}

_NAMED_BY_CONTENT = re.compile(r'"(data-[0-9a-f]{32})"')
"""Altair's name for a table: a digest of its rows."""
_ENDS = re.compile(r'"domain": \[(-?\d[\d.e+-]*), (-?\d[\d.e+-]*)\]')
_OURS = re.compile(r"-?900719925\d{3}\.5")
_ROWS = 500
"""From here on our numbers stand for rows, below it for ends of scales."""
_NO_FONTS = "<fontconfig><dir>/dev/null</dir></fontconfig>"
_ONE_WORD = {"$schema": "https://vega.github.io/schema/vega/v6.json",
             "marks": [{"type": "text", "encode": {"enter": {"text": {"signal": "timeFormat(0, '%Y')"}}}}]}


def figure_svg(spec: dict, *, title: str, finding: str, name: str) -> Markup:
    """The chart as one image named by `title` and `finding`, width following the page, one decimal. What is drawn is not
    read out: the element `{name}-n`, which the page has to hold, says where its numbers are.

    `name` begins every id inside, so that charts of one page do not clash. Only shapes and text pass: no script, link,
    style, event or outside picture. The house's `altair_config` takes the place of the specification's own, so that
    all charts look alike. The same input gives the same bytes.

    Raises CqiError when the specification fetches anything (`url`), holds anything but aggregates, or cannot be drawn.
    """
    drawn = ElementTree.fromstring(_drawn(spec, title))
    width, height = (_rounded(drawn.get(side)) for side in ("width", "height"))
    image = ElementTree.Element("svg", {
        "viewBox": f"0 0 {width} {height}", "width": width, "height": height, "role": "img",
        "aria-labelledby": f"{name}-t {name}-d", "aria-describedby": f"{name}-n", "font-family": FONT,
    })
    ElementTree.SubElement(image, "title", {"id": f"{name}-t"}).text = title
    ElementTree.SubElement(image, "desc", {"id": f"{name}-d"}).text = finding
    unspoken = ElementTree.SubElement(image, "g", {"aria-hidden": "true"})  # else every tick of an axis is read out
    unspoken.extend(_kept(drawn, _own_ids(drawn, name)))
    return Markup(ElementTree.tostring(image, encoding="unicode"))


def _drawn(spec: dict, title: str) -> str:
    if _fetches(spec):
        raise CqiError(f"Chart {title!r}: its specification names an address to fetch from; give the rows themselves.")
    refuse_rows(spec, title=title)
    start_engine()
    try:
        return _picture(_vega({**spec, "config": _settings()}))
    except ValueError as error:
        raise CqiError(f"Chart {title!r}: its specification cannot be drawn; give valid Vega-Lite.") from error


def _settings() -> dict:
    """The house's settings for a still picture. Labels have no limit unless their chart sets one: each is measured again for it."""
    house = altair_config()
    return house | {"aria": False, "axis": house["axis"] | {"labelLimit": 0}, "legend": house["legend"] | {"labelLimit": 0}}


@lru_cache(maxsize=64)
def _picture(vega: str) -> str:
    """The chart as the drawing engine draws it; kept, because every county has the chart of the whole file's past."""
    return vl_convert.vega_to_svg(json.loads(vega), allowed_base_urls=[])  # given text, it reads numbers less exactly


@cache
def start_engine() -> None:
    """Starts the drawing engine, once in a process, without what differs from one machine to another.

    Not with the machine's fonts: it has the first of `FONT` in itself, measures the same with it everywhere, and would open a font's
    file anew for each letter. Nor in the machine's time zone: a day begins at midnight of the zone that it starts in, so that where
    clocks change a line of months would bend.
    """
    with TemporaryDirectory() as folder:
        (Path(folder) / "fonts.conf").write_text(_NO_FONTS, encoding="ascii")
        own = {"FONTCONFIG_FILE": str(Path(folder) / "fonts.conf"), "TZ": "UTC"}
        before = {name: os.environ.get(name) for name in own}
        os.environ.update(own)
        try:
            vl_convert.vega_to_svg(_ONE_WORD, allowed_base_urls=[])
        finally:
            for name, value in before.items():
                os.environ.pop(name) if value is None else os.environ.update({name: value})


def _vega(spec: dict) -> str:
    """The specification compiled to Vega. Compiling does not look at rows, and of the ends of a scale at the signs only: charts that
    differ in nothing else are compiled once, with numbers of ours in their place."""
    tables = spec.get("datasets", {})
    text = json.dumps({name: part for name, part in spec.items() if name != "datasets"})
    names = {name: f"rows-{number}" for number, name in enumerate(dict.fromkeys(_NAMED_BY_CONTENT.findall(text))) if name in tables}
    given = {names.get(name, name): rows for name, rows in tables.items()}
    shape, filled = _without_ends(_NAMED_BY_CONTENT.sub(lambda found: f'"{names.get(found[1], found[1])}"', text))
    filled |= {_ours(_ROWS + number): json.dumps(given[name]) for number, name in enumerate(sorted(given))}
    return _OURS.sub(lambda found: filled.get(found[0], found[0]), _compiled(shape, tuple(sorted(given))))


def _without_ends(shape: str) -> tuple[str, dict[str, str]]:
    """The shape with numbers of ours as ends of its scales, each with the sign of the one that it stands for; 0 stays."""
    ours: dict[float, str] = {}

    def exchanged(found: re.Match) -> str:
        ends = [ours.setdefault(float(end), "-" * (float(end) < 0) + _ours(len(ours))) if float(end) else end for end in found.groups()]
        return f'"domain": [{", ".join(ends)}]'

    return _ENDS.sub(exchanged, shape), {own: json.dumps(end) for end, own in ours.items()}


def _ours(number: int) -> str:
    return f"900719925{number:03}.5"


@lru_cache(maxsize=256)
def _compiled(shape: str, tables: tuple[str, ...]) -> str:
    """The shape as Vega, with a number of ours for the rows of each table."""
    vega = vl_convert.vegalite_to_vega({**json.loads(shape), "datasets": dict.fromkeys(tables, [])})
    for each in vega.get("data", ()):
        if each["name"] in tables:
            each["values"] = float(_ours(_ROWS + tables.index(each["name"])))
    return json.dumps(vega)


def _fetches(part: object) -> bool:
    if isinstance(part, dict):
        return "url" in part or any(map(_fetches, part.values()))
    return isinstance(part, (list, tuple)) and any(map(_fetches, part))


def _own_ids(drawn: ElementTree.Element, name: str) -> dict[str, str]:
    ids = [element.get("id") for element in drawn.iter() if element.get("id")]
    return {old: f"{name}-{number}" for number, old in enumerate(ids, 1)}


def _kept(parent: ElementTree.Element, ids: dict[str, str]) -> list[ElementTree.Element]:
    """The parent's children cleaned, without those that draw nothing; groups that add nothing give way to their content."""
    kept: list[ElementTree.Element] = []
    for child in parent:
        clean = _cleaned(child, ids)
        if clean is None:
            continue
        if clean.tag == "g" and not clean.attrib:
            kept.extend(clean)
        else:
            kept.append(clean)
    return kept


def _cleaned(element: ElementTree.Element, ids: dict[str, str]) -> ElementTree.Element | None:
    tag = element.tag.rpartition("}")[2]
    tag = "g" if tag == "a" else tag
    if tag not in _ELEMENTS or _draws_nothing(tag, element):
        return None
    clean = ElementTree.Element(tag, _attributes(element, ids, exact=tag in ("linearGradient", "stop")))
    clean.text = element.text if tag in ("text", "tspan") else None
    clean.extend(_kept(element, ids))
    return None if tag == "g" and not len(clean) else clean


def _draws_nothing(tag: str, element: ElementTree.Element) -> bool:
    bare = element.get("class") in ("background", "foreground") and not {"fill", "stroke"} & set(element.attrib)
    return bare or element.get("display") == "none" or (tag == "path" and not element.get("d"))


def _attributes(element: ElementTree.Element, ids: dict[str, str], *, exact: bool) -> dict[str, str]:
    kept = {}
    for key, value in element.attrib.items():
        if (key, value) in _WITHOUT_EFFECT or (key not in _KEPT):
            continue
        if key == "id":
            value = ids[value]
        elif "url(" in value:
            value = _REFERENCE.sub(lambda found: f"url(#{ids.get(found[1], '')})", value)
        kept[key] = _rounded(value) if key in _PLACES and not exact else value
    return kept


def _rounded(text: str) -> str:
    return _NUMBER.sub(lambda found: f"{round(float(found[0]), 1) + 0.0:.1f}".removesuffix(".0"), text)
