"""Everyone can read a finished page: axe-core, the tree that a screen reader reads, keyboard, narrow and enlarged windows, paper."""

import json
import re
from functools import cache

import nbformat
import pytest
from bs4 import BeautifulSoup

from axe import examined, script
from browser import chromium, opened
from cqi.blocks import MIME
from cqi.vocabulary import HIDDEN_MARK, HIDDEN_WORDS

PAGES = ("internal/birch/2025h2", "release/birch/2025h2", "release/heron/2025h2", "internal/overview-2025h2", "release/overview-2025h2",
         "internal/official-measures", "release/birch/official-measures", "internal/data-quality", "release/data-quality", "internal/how-we-work", "release/how-we-work",
         "internal/index", "release/index")
"""Every kind of page, for both kinds of readers."""
REVIEW = "release/birch/2025h2"
OPEN = "document.querySelectorAll('details').forEach(part => part.open = true)"


@pytest.fixture(scope="module")
def browser():
    with chromium() as started:
        yield started


@pytest.fixture(scope="module")
def page_at(finished, browser):
    """A function that opens a page of the run by its place."""
    return lambda place, **how: opened(browser, finished.folder / f"{place}.html", **how)


@pytest.fixture(scope="module")
def soups(finished):
    return {place: BeautifulSoup((finished.folder / f"{place}.html").read_bytes(), "html.parser") for place in PAGES}


# ---- axe-core --------------------------------------------------------------------------------------------------------

@pytest.mark.browser
@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("place", PAGES)
def test_axe_finds_nothing_against_a_rule(page_at, place, width):
    with page_at(place, width=width, guarded=False) as page:
        violations, undecided = examined(page, contrast=width == 1280)
        assert violations == []
        # axe can't see behind words in pictures and on shaded edges: test_colours works out the contrast of all words
        assert {rule for rule, *_ in undecided} <= {"color-contrast"}


@pytest.mark.browser
@pytest.mark.parametrize(("spoiled", "rule"), [
    ("document.documentElement.removeAttribute('lang')", "html-has-lang"), ("document.querySelector('h2').outerHTML = '<h4>x</h4>'", "heading-order"),
    ("document.querySelector('svg title').remove(); document.querySelector('svg desc').remove()", "svg-img-alt"),
    ("document.querySelector('.answer p').style.color = '#8A949E'", "color-contrast"),
])
def test_axe_notices_what_is_spoiled(page_at, spoiled, rule):
    with page_at(REVIEW, guarded=False) as page:
        page.evaluate(f"() => {{ {spoiled} }}")
        assert rule in {name for name, *_ in examined(page)[0]}


def test_axe_comes_with_the_development_tools():
    assert re.search(r"axe v4\.\d+", script()[:200])


# ---- what a screen reader reads ----------------------------------------------------------------------------------------

def heard(page) -> list[tuple[str, str, str]]:
    """Role, name and description of everything in the browser's accessibility tree, in the order of reading."""
    session = page.context.new_cdp_session(page)
    nodes = {node["nodeId"]: node for node in session.send("Accessibility.getFullAXTree")["nodes"]}
    found, ahead = [], [next(iter(nodes))]
    while ahead:
        node = nodes[ahead.pop()]
        if not node.get("ignored"):
            found.append(tuple(node.get(part, {}).get("value", "") for part in ("role", "name", "description")))
        ahead += [child for child in reversed(node.get("childIds", ())) if child in nodes]
    return found


@pytest.fixture(scope="module")
def told(page_at):
    """What is read of a page, folded parts opened."""

    @cache
    def read(place):
        with page_at(place) as page:
            page.evaluate(OPEN)
            return heard(page)

    return read


@pytest.mark.browser
@pytest.mark.parametrize("place", ["release/birch/2025h2", "release/overview-2025h2", "release/birch/official-measures", "release/heron/2025h2"])
def test_what_is_hidden_is_said_in_words(told, soups, place):
    said = told(place)
    cells = [name for role, name, _ in said if role == "cell" and name == HIDDEN_WORDS]
    marks = soups[place].select("td .unseen, th .unseen")
    assert len(cells) == sum(mark.text == HIDDEN_WORDS for mark in marks) > 0
    assert not any(HIDDEN_MARK in name + more for _, name, more in said)
    assert all(mark["title"] == HIDDEN_WORDS and mark["aria-hidden"] == "true" and mark.text == HIDDEN_MARK for mark in soups[place].select("abbr"))
    assert all(text.parent.name == "abbr" or text.find_parent(class_="key") for text in soups[place].find_all(string=re.compile(r"\[c\]")))


@pytest.mark.browser
@pytest.mark.parametrize("place", ["internal/birch/2025h2", "release/birch/2025h2", "internal/overview-2025h2", "internal/official-measures",
                                   "internal/data-quality"])
def test_a_picture_is_read_once_with_its_finding(told, soups, place):
    said = told(place)
    images = [(name, more) for role, name, more in said if role == "image"]
    figures = soups[place].select("figure")
    assert [name for name, _ in images] == [f"{figure.select_one('.question').text} {figure.select_one('.finding').text}" for figure in figures]
    assert all(re.search(r"\d", name.removeprefix(figure.select_one(".question").text)) for (name, _), figure in zip(images, figures))
    assert {more for _, more in images} == {"Numbers behind this chart"}
    ticks = {text.text for figure in figures for text in figure.select("svg text")}
    assert len(ticks) > 5 and not any(role == "StaticText" and name in {"months in care", "end of the month", "today"} for role, name, _ in said)


@pytest.mark.browser
@pytest.mark.parametrize("place", PAGES)
def test_nothing_is_read_that_means_nothing(told, place):
    """No sign without a word, no empty cell, no raw name of a column or a missing number."""
    said = told(place)
    assert [name for role, name, _ in said if role in ("cell", "columnheader", "rowheader", "link", "heading", "DisclosureTriangle") and not name.strip()] == []
    nothing = re.compile(r"^[^\w\d]+$|\bnan\b|\bNaT\b|\bNone\b|\bpp\b|[\u00d7\u2190-\u2193~]|%\u2013|\d\s?\u2013\s?\d")
    words = [name for role, name, _ in said if role == "StaticText" and not re.fullmatch(r"[\s.,:;]*", name)]
    assert len(words) > 20 and [name for name in words if nothing.search(name.strip(" .,:;"))] == []


@pytest.mark.browser
def test_the_answer_comes_first_and_the_order_is_that_of_the_eye(page_at):
    with page_at(REVIEW) as page:
        order = page.evaluate("""[...document.querySelectorAll('h1, .answer, .contents, .body h2, footer.site')].map(
            part => [part.getBoundingClientRect().top, part.className || part.tagName])""")
        body = [top for top, name in order if name == "H2"]
        assert [name for _, name in order[:3]] == ["H1", "answer", "contents"] and body == sorted(body) and order[-1][0] > body[-1]


# ---- headings, language, titles ----------------------------------------------------------------------------------------

def test_language_title_and_headings(soups):
    titles = [(place.partition("/")[0], page.title.text) for place, page in soups.items()]
    assert len(set(titles)) == len(titles) and all(re.search(r"20\d\d", title) for _, title in titles)
    for place, page in soups.items():
        assert page.html["lang"] == "en", place
        levels = [int(heading.name[1]) for heading in page.select("h1, h2, h3, h4, h5, h6")]
        assert levels[0] == 1 and levels.count(1) == 1 and all(after - before <= 1 for before, after in zip(levels, levels[1:])), place


def test_tables_have_a_caption_and_headers_with_a_scope(soups):
    for place, page in soups.items():
        for table in page.select("table"):
            assert table.caption.get_text(strip=True) and all(cell.get("scope") for cell in table.select("th")), place
            assert all(row.find(["th", "td"]).name == "th" for row in table.select("tr")), place
        captions = [table.caption.text for table in page.select("table")]
        assert len(set(captions)) == len(captions), place


# ---- keyboard, sizes, windows ------------------------------------------------------------------------------------------

@pytest.mark.browser
@pytest.mark.parametrize("place", ["internal/birch/2025h2", "release/overview-2025h2", "internal/index"])
def test_tab_goes_through_the_page_in_the_order_of_reading_and_is_seen(page_at, place):
    with page_at(place) as page:
        all_of_them = page.evaluate("""[...document.querySelectorAll('a[href], summary, [tabindex="0"]')].filter(part => part.checkVisibility()).map(
            (part, number) => part.dataset.order = number).length""")
        for number in range(all_of_them):
            page.keyboard.press("Tab")
            reached, seen = page.evaluate("""(() => {
                const part = document.activeElement, look = getComputedStyle(part), box = part.getBoundingClientRect()
                const ring = look.outlineStyle !== 'none' && parseFloat(look.outlineWidth) >= 2
                return [part.dataset.order, ring && box.bottom > 0 && box.top < innerHeight] })()""")
            assert (reached, seen) == (str(number), True)


NARROW = """(() => {
    const shown = [...document.querySelectorAll('main *, header *, footer *')].filter(part => part.checkVisibility())
    const targets = shown.filter(part => part.matches('a, summary') && !part.matches('p:not(.home) a, ul.list a, .skip'))
    const side = part => Math.min(part.getBoundingClientRect().height, part.getBoundingClientRect().width)
    const apart = '.chart, .scroll, pre, .unseen, .skip, .reviews thead'
    return [targets.filter(part => side(part) < 24).map(part => part.textContent), document.documentElement.scrollWidth,
            shown.filter(part => !part.closest(apart) && part.getBoundingClientRect().right > 321).map(part => part.outerHTML.slice(0, 80))]
})()"""
"""Targets under 24 px, the width of the page, and what stands beyond its edge in nothing that scrolls."""


@pytest.mark.browser
@pytest.mark.parametrize("place", PAGES)
def test_a_narrow_or_enlarged_window_loses_nothing(page_at, place):
    with page_at(place, width=320) as page:
        page.evaluate(OPEN)
        small, wide, lost = page.evaluate(NARROW)
        assert small == [] and wide <= 320 and lost == []
        assert page.evaluate("""[...document.querySelectorAll('.chart, .scroll')].filter(part => part.scrollWidth > part.clientWidth + 1)
            .every(part => part.tabIndex === 0 && part.hasAttribute('role') && getComputedStyle(part).overflowX === 'auto'
                           && part.scrollHeight <= part.clientHeight + 1)""")
    with page_at(place, width=640) as page:  # 1280 at 200%
        assert page.evaluate("document.documentElement.scrollWidth") <= 640


@pytest.mark.browser
def test_words_may_be_twice_as_large(page_at):
    with page_at(REVIEW) as page:
        page.add_style_tag(content="html { font-size: 200% }")
        page.evaluate(OPEN)
        assert page.evaluate("document.documentElement.scrollWidth") <= 1280
        cut = page.evaluate("""[...document.querySelectorAll('p, li, h1, h2, h3, summary, dd, dt, figcaption')].filter(part => part.checkVisibility()
            && !part.closest('.unseen') && getComputedStyle(part).overflow !== 'visible' && part.scrollHeight > part.clientHeight + 1).length""")
        assert cut == 0


@pytest.mark.browser
@pytest.mark.parametrize("place", ["internal/birch/2025h2", "release/overview-2025h2"])
def test_paper_is_tagged_and_has_everything(page_at, place):
    with page_at(place) as page:
        paper = page.pdf(tagged=True, prefer_css_page_size=True)
        assert b"/MarkInfo" in paper and re.search(rb"/Marked\s+true", paper) and b"/StructTreeRoot" in paper and re.search(rb"/Lang\s*\(en\)", paper)
        page.emulate_media(media="print")
        whole = page.evaluate("""[...document.querySelectorAll('.scroll, .chart')].filter(part => part.checkVisibility()).every(
            part => getComputedStyle(part).overflow === 'visible') && [...document.querySelectorAll('tr, .chart, figcaption')].every(
            part => getComputedStyle(part).breakInside === 'avoid')""")
        assert whole and page.evaluate("[...document.querySelectorAll('details table')].every(part => part.checkVisibility())")


# ---- a picture and its table say the same ------------------------------------------------------------------------------

NUMBER = re.compile(r"(?<![\w.])([\u2212+-]?)(\d[\d,]*(?:\.\d+)?)(%?)")
PLACES = {"month", "at", "height", "top", "middle", "children"}
"""Where along an axis something stands: months, sizes, and where a name is written."""


def figures(folder):
    """Every figure of the run, as its notebook shows it."""
    for path in sorted(folder.glob("restricted/*/**/*.ipynb")):
        for cell in nbformat.read(path, as_version=4).cells:
            for output in cell.get("outputs", ()):
                yield from ((path.relative_to(folder).as_posix(), each) for each in _figures(output.get("data", {}).get(MIME, {})))


def _figures(block):
    yield from [block] if block.get("kind") == "figure" else []
    for inner in block.get("blocks", ()):
        yield from _figures(inner)


def written(table) -> dict[bool, list[tuple[float, float]]]:
    """Numbers of a table and its notes, with half a unit of their last digit; shares by themselves."""
    texts = [cell["text"] for row in table["rows"] for cell in row] + table["notes"]
    found = {True: [], False: []}
    for sign, digits, percent in NUMBER.findall("\n".join(texts)):
        value, half = float(digits.replace(",", "")) * (-1 if sign in ("-", "\u2212") else 1), 0.5 * 10.0 ** -len(digits.partition(".")[2]) + 1e-9
        found[bool(percent)].append((value / 100, half / 100) if percent else (value, half))
    return found


def layers(spec, data=None):
    """Each layer's rows, mark and channels."""
    data = spec.get("data", {}).get("name", data)
    for inner in spec.get("layer", ()):
        yield from layers(inner, data)
    if "mark" in spec:
        mark = spec["mark"]
        yield data, mark if isinstance(mark, str) else mark["type"], spec.get("encoding", {})


def drawn(spec) -> dict[bool, set[float]]:
    """The numbers drawn, shares by themselves; not where names stand, nor the beginning of a curve at nothing or all."""
    parts = list(layers(spec))
    percent = {side: any("%" in json.dumps(channels.get(side, {}).get("axis") or {}) for *_, channels in parts) for side in "xy"}
    found = {True: set(), False: set()}
    for data, mark, channels in parts:
        for side in ("x", "y", "x2", "y2"):
            name = channels.get(side, {}).get("field")
            if name is None or name in PLACES or mark in ("text", "rect", "square"):
                continue
            found[percent[side[0]]] |= {float(row[name]) for row in spec["datasets"][data] if isinstance(row.get(name), (int, float)) and not starts(row)}
    return found


def starts(row) -> bool:
    return any(row.get(name) == 0 for name in ("at", "month"))


def test_every_number_of_a_picture_is_in_its_table(finished):
    seen = 0
    for place, figure in figures(finished.folder):
        if figure["question"].startswith("Do counties differ"):
            continue  # below
        have, numbers = written(figure["table"]), drawn(figure["spec"])
        for percent, values in numbers.items():
            missing = [value for value in values if not any(abs(value - each) <= half for each, half in have[percent])]
            whole = any(words in figure["question"] for words in ("limit", "how far did their families come"))  # a line or a bar at 100%
            assert missing in ([], [1.0]) if whole else missing == [], (place, figure["question"])
        seen += sum(map(len, numbers.values()))
    assert seen > 2000


def test_limits_of_the_funnel_are_in_its_table_for_every_county(finished):
    """Its curves run between the counties; at each county their height is in the table, and rises or falls steadily between."""
    place, figure = next(found for found in figures(finished.folder) if found[1]["question"].startswith("Do counties differ"))
    curves = next(rows for rows in figure["spec"]["datasets"].values() if "upper_95" in rows[0])
    dots = next(rows for rows in figure["spec"]["datasets"].values() if "where" in rows[0])
    cells = {row[0]["text"]: [cell["text"] for cell in row] for row in figure["table"]["rows"]}
    assert len(dots) == len(cells) > 10
    for name, values in cells.items():
        children, ends = float(values[2].replace(",", "")), [float(end) / 100 for end in re.findall(r"(\d+)%", " ".join(values[5:]))]
        near = sorted(curves, key=lambda row: abs(row["children"] - children))[:3]
        names = ["lower_95", "upper_95", "chance_lower_95", "chance_upper_95", "lower_998", "upper_998", "chance_lower_998", "chance_upper_998"]
        if f"chance_{names[0]}" not in curves[0]:
            names = [each for each in names if not each.startswith("chance")]
        assert len(ends) == len(names), name
        for end, which in zip(ends, names):
            heights = [row[which] for row in near]
            assert min(heights) - 0.0251 <= end <= max(heights) + 0.0251, (name, which)


def test_no_cell_of_a_table_is_without_words(soups):
    for place, page in soups.items():
        assert [cell for cell in page.select("td, th") if not cell.get_text(strip=True)] == [], place


def test_numbers_are_read_as_written():
    figure = {"rows": [[{"text": "41 of 191 (21%)"}, {"text": "\u22123.4 or +1.5"}]], "notes": ["The goal is 36%."]}
    found = written(figure)
    assert [round(value, 3) for value, _ in found[True]] == [0.21, 0.36] and [value for value, _ in found[False]] == [41, 191, -3.4, 1.5]
