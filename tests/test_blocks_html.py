"""Blocks as HTML and charts as pictures: what is said for the ear, what is hidden, what is refused."""

import re
from xml.etree import ElementTree

import pytest

from cqi.blocks import Cell, Details, Table, Text
from cqi.blocks.html import block_html
from cqi.blocks.palette import BLUE, DASHES, GREEN, GREY, INK, ORANGE, QUIET, SERIES, altair_config
from cqi.blocks.svg import figure_svg
from cqi.vocabulary import CqiError
from sample_page import figure, finding, quarters, soup, stacked_area


def test_hidden_cell_never_shows_its_text_and_says_why():
    table = soup(block_html(quarters().content()))
    hidden = table.select("td.hidden")
    assert [cell.abbr.text for cell in hidden] == ["[c]"] * 3 and "3 of 8" not in str(table)
    assert {cell.select_one(".unseen").text for cell in hidden} == {"hidden to protect privacy"}


def test_marked_cells_say_what_their_shade_means():
    table = soup(block_html(quarters().content()))
    assert table.select_one("td.partly").text == "49%, partly observed, can only grow"
    assert table.select_one("td.unobserved").text == "not yet"
    assert [item.text.strip() for item in table.select(".key li")] == [
        "partly observed, can only grow", "not yet observed", "[c] hidden to protect privacy"]


def test_table_is_a_named_table_with_scopes_in_a_focusable_region():
    table = soup(block_html(quarters().content()))
    assert table.caption.text == "Children in a permanent home by months since entry"
    assert [head["scope"] for head in table.thead.find_all("th")] == ["col"] * 6
    assert [head["scope"] for head in table.tbody.find_all("th")] == ["row"] * 5
    region = table.select_one(".scroll")
    assert (region["tabindex"], region["role"], region["aria-labelledby"]) == ("0", "region", table.caption["id"])


@pytest.mark.parametrize(("role", "tag"), [
    ("answer", "div"), ("plain", "div"), ("note", "div"), ("caution", "div"), ("list", "ul"), ("questions", "ol")])
def test_each_role_of_text_has_its_element(role, tag):
    drawn = soup(block_html(Text(("One < two.", "Three."), role).content())).select_one(f".{role}")
    assert drawn.name == tag and [part.text for part in drawn.find_all(["p", "li"])][-2:] == ["One < two.", "Three."]


@pytest.mark.parametrize("content", [
    {"kind": "widget"},
    Text(("x",), "shout").content(),
    Table("c", ("a",), ((Cell("x", "red"),),)).content(),
    Details("d", (Text(("x",), "shout"),)).content(),
])
def test_unknown_kinds_roles_and_marks_are_refused(content):
    with pytest.raises(CqiError, match="A page has no"):
        block_html(content)


def test_figure_reads_as_one_image_named_by_question_and_finding():
    picture = soup(block_html(figure("Alder", "How many?", stacked_area("Alder")).content())).svg
    words = [picture.find(id=name).text for name in picture["aria-labelledby"].split()]
    assert picture["role"] == "img" and words == ["How many?", finding("Alder")]
    spoken = {"role", "aria-label", "aria-roledescription", "class", "href"}
    assert not [element for element in picture.find_all(True) if spoken & set(element.attrs)]


def test_picture_is_rounded_small_and_the_same_every_time():
    first, second = (figure_svg(stacked_area("Alder"), title="t", finding="f", name="n") for _ in range(2))
    assert first == second and len(first) < 9_000
    places = [element.get(name, "") for element in ElementTree.fromstring(first).iter() for name in ("d", "transform", "x")]
    assert not re.findall(r"\d\.\d\d", " ".join(places))


def test_picture_keeps_opacity_exact_and_loses_its_links():
    place = {axis: {"field": name, "type": "quantitative"} for axis, name in (("x", "at"), ("y", "value"))}
    layers = [{"mark": {"type": "point", "opacity": .25}, "encoding": {"href": {"field": "words"}}},
              {"mark": {"type": "text", "text": "seen"}}]
    rows = {"values": [{"at": 1, "value": 2, "words": "https://example.org/"}]}
    picture = figure_svg({"data": rows, "encoding": place, "layer": layers}, title="t", finding="f", name="n")
    assert 'opacity="0.25"' in picture and "seen" in picture and "example.org" not in picture


@pytest.mark.parametrize("spec", [
    {"data": {"url": "https://example.org/x.csv"}, "mark": "bar"},
    {"data": {"values": [{}]}, "layer": [{"mark": "image", "encoding": {"url": {"value": "file:///etc/passwd"}}}]},
    {"mark": "no such mark"},
])
def test_specification_that_fetches_or_cannot_be_drawn_is_refused(spec):
    with pytest.raises(CqiError, match="Chart 't'"):
        figure_svg(spec, title="t", finding="f", name="n")


def luminance(colour: str) -> float:
    parts = [int(colour[place:place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= .04045 else ((part + .055) / 1.055) ** 2.4 for part in parts)
    return .2126 * red + .7152 * green + .0722 * blue


def contrast_on_white(colour: str) -> float:
    return 1.05 / (luminance(colour) + .05)


def test_palette_reaches_contrast_on_white():
    assert SERIES == (BLUE, ORANGE, GREY, GREEN) and len(DASHES) == 4
    assert min(map(contrast_on_white, SERIES)) >= 3 and min(map(contrast_on_white, (INK, QUIET))) >= 7
    assert altair_config()["range"]["category"] == list(SERIES)
