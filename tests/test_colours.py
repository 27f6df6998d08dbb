"""Colours of finished pages: words 4.5:1, shapes 3:1, series apart for colour-blind readers, and never by colour alone."""

import colorsys
from itertools import combinations

import numpy as np
import pytest
from bs4 import BeautifulSoup

from browser import chromium, opened
from cqi.blocks.palette import GREY, LIGHT_GREY, PAPER, RULE, SERIES, WORDS_ORANGE

TEXT, SHAPES, APART = 4.5, 3.0, 10.0
BACKGROUNDS = {RULE: "lines of a grid, whose values are written beside it", LIGHT_GREY: "a band, whose edges are lines of their own",
               PAPER: "the white seam between two areas"}
"""Colours that need no contrast -> why."""

COLOUR_BLIND = {
    "none": np.eye(3),
    "protan": np.array([[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]),
    "deutan": np.array([[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]),
    "tritan": np.array([[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]),
}
"""Linear RGB as such readers see it: Machado, Oliveira and Fernandes, IEEE Transactions on Visualization and Computer Graphics
15 (2009) 1291-1298, severity 1.0."""

WORDS = """() => {
  const parse = text => { const n = text.match(/[\\d.]+/g).map(Number); return [n[0], n[1], n[2], n.length > 3 ? n[3] : 1] }
  const over = (top, under) => [0, 1, 2].map(i => top[i] * top[3] + under[i] * (1 - top[3])).concat(1)
  const light = c => { const [r, g, b] = c.slice(0, 3).map(v => v / 255).map(v => v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4);
    return .2126 * r + .7152 * g + .0722 * b }
  const contrast = (a, b) => { const [x, y] = [light(a), light(b)].sort((p, q) => q - p); return (x + .05) / (y + .05) }
  const grounds = element => {  // every colour that may lie behind an element's words, patterns included
    const styles = []
    for (let at = element; at; at = at.parentElement) styles.push(getComputedStyle(at))
    let found = [[255, 255, 255, 1]]
    for (const style of styles.reverse()) {
      found = found.map(ground => over(parse(style.backgroundColor), ground))
      const stops = (style.backgroundImage.match(/rgba?\\([^)]*\\)/g) || []).map(parse)
      found = found.concat(...found.map(ground => stops.map(stop => over(stop, ground))))
      found = [...new Map(found.map(colour => [colour.map(Math.round).join(), colour])).values()]
    }
    return found
  }
  const filled = svg => [...svg.querySelectorAll('path, rect, circle')].map(shape => [shape, getComputedStyle(shape)])
    .filter(([, style]) => style.fill !== 'none' && style.fillOpacity * style.opacity > 0)
  const shapes = new Map([...document.querySelectorAll('figure svg')].map(svg => [svg, filled(svg)]))
  const behind = text => {
    const box = text.getBoundingClientRect(), svg = text.ownerSVGElement
    return [.02, .5, .98].map(part => {
      let ground = [255, 255, 255, 1]
      for (const [shape, style] of shapes.get(svg)) {
        const point = new DOMPoint(box.x + part * box.width, box.y + box.height / 2).matrixTransform(shape.getScreenCTM().inverse())
        const before = shape.compareDocumentPosition(text) & Node.DOCUMENT_POSITION_FOLLOWING
        if (before && shape.isPointInFill(point)) {
          const [r, g, b, a] = parse(style.fill); ground = over([r, g, b, a * style.fillOpacity * style.opacity], ground) }
      }
      return ground })
  }
  const words = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), poor = []
  let read = 0
  for (let node = words.nextNode(); node; node = words.nextNode()) {
    const element = node.parentElement
    if (!node.textContent.trim() || !element.checkVisibility() || element.closest('title, desc, style, .unseen')) continue
    const svg = element.closest('svg'), style = getComputedStyle(element), colour = parse(svg ? style.fill : style.color)
    const least = Math.min(...(svg ? behind(element.closest('text')) : grounds(element)).map(ground => contrast(over(colour, ground), ground)))
    read += 1
    if (least < 4.5) poor.push([node.textContent.trim().slice(0, 60), least])
  }
  return [read, poor]
}"""


def linear(colour: str) -> np.ndarray:
    value = np.array([int(colour[place:place + 2], 16) for place in (1, 3, 5)]) / 255
    return np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)


def contrast(one: str, other: str) -> float:
    """As WCAG 2 defines it."""
    low, high = sorted(linear(colour) @ [0.2126, 0.7152, 0.0722] for colour in (one, other))
    return (high + 0.05) / (low + 0.05)


def lab(light: np.ndarray) -> np.ndarray:
    """CIE L*a*b* (D65) of linear RGB."""
    to_xyz = np.array([[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]])
    part = to_xyz @ np.clip(light, 0, 1) / [0.95047, 1, 1.08883]
    root = np.where(part > 216 / 24389, np.cbrt(part), (24389 / 27 * part + 16) / 116)
    return np.array([116 * root[1] - 16, 500 * (root[0] - root[1]), 200 * (root[1] - root[2])])


def difference(one: np.ndarray, other: np.ndarray) -> float:
    """CIEDE2000 of two colours in L*a*b*: Sharma, Wu and Dalal, Color Research and Application 30 (2005) 21-30."""
    (light1, a1, b1), (light2, a2, b2) = one, other
    grey = (np.hypot(a1, b1) + np.hypot(a2, b2)) / 2
    stretch = 1.5 - 0.5 * np.sqrt(grey**7 / (grey**7 + 25**7))
    chroma1, chroma2 = np.hypot(a1 * stretch, b1), np.hypot(a2 * stretch, b2)
    hue1, hue2 = (np.degrees(np.arctan2(b, a * stretch)) % 360 for a, b in ((a1, b1), (a2, b2)))
    both = chroma1 * chroma2 > 0
    turn = (hue2 - hue1 + 180) % 360 - 180 if both else 0.0
    hue = (hue1 + turn / 2) % 360 if both else hue1 + hue2
    light, chroma = (light1 + light2) / 2, (chroma1 + chroma2) / 2
    cosines = sum(size * np.cos(np.radians(times * hue + shift)) for size, times, shift in ((-0.17, 1, -30), (0.24, 2, 0), (0.32, 3, 6), (-0.2, 4, -63)))
    parts = np.array([(light2 - light1) / (1 + 0.015 * (light - 50) ** 2 / np.sqrt(20 + (light - 50) ** 2)), (chroma2 - chroma1) / (1 + 0.045 * chroma),
                      2 * np.sqrt(chroma1 * chroma2) * np.sin(np.radians(turn / 2)) / (1 + 0.015 * chroma * (1 + cosines))])
    rotation = -np.sin(np.radians(60 * np.exp(-((hue - 275) / 25) ** 2))) * 2 * np.sqrt(chroma**7 / (chroma**7 + 25**7))
    return float(np.sqrt((parts**2).sum() + rotation * parts[1] * parts[2]))


def closest(one: str, other: str) -> float:
    """The smallest difference of two colours over readers of every kind."""
    return min(difference(*(lab(seen @ linear(colour)) for colour in (one, other))) for seen in COLOUR_BLIND.values())


@pytest.mark.parametrize(("one", "other", "expected"), [
    ((50.0, 2.6772, -79.7751), (50.0, 0.0, -82.7485), 2.0425), ((50.0, 2.49, -0.001), (50.0, -2.49, 0.0009), 7.1792),
    ((50.0, 2.5, 0.0), (73.0, 25.0, -18.0), 27.1492), ((2.0776, 0.0795, -1.135), (0.9033, -0.0636, -0.5514), 0.9082),
])
def test_difference_of_colours_as_published(one, other, expected):
    # pairs 1, 9, 17 and 34 of the data published with Sharma, Wu and Dalal (2005), table 1
    assert difference(np.array(one), np.array(other)) == pytest.approx(expected, abs=5e-5)


def test_contrast_as_wcag_has_it():
    # WCAG 2: black on white is 21:1; #767676 is the lightest grey that words may have on white
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21) and contrast("#767676", "#FFFFFF") >= TEXT > contrast("#777777", "#FFFFFF")


def test_the_palette_holds():
    assert all(contrast(colour, PAPER) >= SHAPES for colour in SERIES) and contrast(WORDS_ORANGE, LIGHT_GREY) >= TEXT
    assert all(closest(*pair) >= APART for pair in combinations(SERIES, 2))


@pytest.fixture(scope="module")
def pictures(finished):
    """Every picture of the run, by page and question."""
    pages = [path for path in sorted(finished.folder.rglob("*.html")) if path.parent.name != "heron"]
    return {(path.relative_to(finished.folder).as_posix(), figure.select_one(".question").text): figure.select_one("svg")
            for path in pages for figure in BeautifulSoup(path.read_bytes(), "html.parser").select("figure")}


def looks(shape) -> list[str]:
    """The colours of a shape that can be seen."""
    return [shape[kind].upper() for kind in ("fill", "stroke")
            if shape.get(kind, "none").startswith("#") and float(shape.get(f"{kind}-opacity", 1)) * float(shape.get("opacity", 1)) > 0]


def marks(picture):
    """The shapes that carry data: axes and the lines of a grid are straight lines in grey."""
    for shape in picture.select("path, line, rect, circle"):
        if looks(shape) and not (shape.name == "line" and set(looks(shape)) <= {GREY, RULE}):
            yield shape


def test_shapes_stand_out_from_the_page(pictures):
    assert len(pictures) > 40
    poor = {(place, colour) for place, picture in pictures.items() for shape in marks(picture)
            for colour in [max(looks(shape), key=lambda colour: contrast(colour, PAPER))]
            if contrast(colour, PAPER) < SHAPES and colour not in BACKGROUNDS}
    assert poor == set()


def test_series_of_one_chart_are_apart_for_every_reader(pictures):
    for place, picture in pictures.items():
        colours = {colour for shape in marks(picture) for colour in looks(shape) if contrast(colour, PAPER) >= SHAPES}
        near = {(one, other) for one, other in combinations(sorted(colours), 2) if closest(one, other) < APART}
        assert near == set(), place


def test_lines_differ_by_more_than_colour(pictures):
    seen = 0
    for place, picture in pictures.items():
        lines = {(shape["stroke"].upper(), shape.get("stroke-dasharray", ""), shape.get("stroke-width")) for shape in picture.select("path[stroke]")
                 if shape.get("fill", "none") in ("none", "transparent") and "L" in shape["d"]}
        marked = {shape["fill"].upper() for shape in picture.select("path[fill]") if "A" in shape["d"]}  # a line with dots on it
        alike = {(one, other) for one, other in combinations(sorted(lines), 2)
                 if one[0] != other[0] and one[1:] == other[1:] and not {one[0], other[0]} & marked}
        seen += len({line[0] for line in lines}) > 1
        assert alike == set(), place
    assert seen > 4


def test_no_red_and_green_of_judgement(pictures):
    """Green stands for a kind of exit only, and red for nothing."""
    for (page, question), picture in pictures.items():
        hues = {hue(colour) for shape in picture.find_all(True) for colour in looks(shape)} - {None}
        red, green = ([each for each in hues if low <= (each + 15) % 360 <= high] for low, high in ((0, 30), (90, 185)))
        assert not red and (not green or question == "Where do the children go?"), (page, question)


def hue(colour: str) -> float | None:
    """In degrees, red is 0 and green 120; none for greys and shades near them."""
    angle, saturation, _ = colorsys.rgb_to_hsv(*(int(colour[place:place + 2], 16) / 255 for place in (1, 3, 5)))
    return 360 * angle if saturation > 0.35 else None


def test_hues():
    assert [round(hue(colour)) for colour in ("#FF0000", "#00FF00", *SERIES[:2], SERIES[3])] == [0, 120, 202, 26, 164] and hue(GREY) is None


@pytest.fixture(scope="module")
def browser():
    with chromium() as started:
        yield started


@pytest.mark.browser
@pytest.mark.parametrize("place", ["internal/birch/2025h2", "release/birch/2025h2", "internal/overview-2025h2", "internal/official-measures",
                                   "internal/data-quality", "release/index"])
def test_words_stand_out_from_what_lies_behind_them(finished, browser, place):
    with opened(browser, finished.folder / f"{place}.html") as page:
        page.evaluate("document.querySelectorAll('details').forEach(part => part.open = true)")
        read, poor = page.evaluate(WORDS)
        assert read > 30 and poor == []


@pytest.mark.browser
def test_a_poor_colour_is_noticed(finished, browser):
    with opened(browser, finished.folder / "internal/birch/2025h2.html") as page:
        page.add_style_tag(content="td { color: #8A949E !important; } figure svg text { fill: #D55E00; }")
        poor = page.evaluate(WORDS)[1]
        assert len(poor) > 50
