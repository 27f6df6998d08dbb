"""What a page gives away beside its tables: real charts read back from their pictures, and drawn pages with one thing given away."""

import altair as alt
import pandas as pd
import pytest

from cqi.audit.pages import page_findings
from cqi.audit.pictures import numbers, pictures
from cqi.audit.reading import read_page
from cqi.blocks import Cell, Figure, Table
from cqi.blocks.html import block_markup
from cqi.blocks.palette import BLUE
from cqi.charts import spec

HIDDEN = '<td class="hidden"><abbr title="hidden to protect privacy" aria-hidden="true">[c]</abbr><span class="unseen">hidden to protect privacy</span></td>'


def bars(heights, printed):
    """A chart of bars for periods A, B ... as a page shows it, and its table with these numbers."""
    rows = pd.DataFrame({"period": list("ABCD")[:len(heights)], "share": heights})
    chart = alt.Chart(rows).mark_bar(color=BLUE).encode(x="period:N", y=alt.Y("share:Q", axis=alt.Axis(format="%"), scale=alt.Scale(domain=[0, 1])))
    cells = tuple((Cell(name), Cell(words, "hidden" if words == "[c]" else "")) for name, words in zip("ABCD", printed))
    figure = Figure("How many?", "As the table says.", spec(chart), Table("Shares", ("Period", "Share"), cells))
    return str(block_markup(figure.content(), name="f"))


def found(tmp_path, html):
    page = tmp_path / "page.html"
    page.write_text(f"<!DOCTYPE html><html><body>{html}</body></html>", encoding="utf-8")
    return [finding.kind for finding in page_findings(read_page(page, tmp_path))]


def test_bar_heights_are_read_back():
    html = bars([0.24, 0.4], ["24%", "40%"])
    svg = html[html.index("<svg"):html.index("</svg>") + 6]
    plot, = pictures(svg)
    tops = {round(plot.upright.value(y)) for _, y in plot.corners}
    assert tops == {0, 24, 40}
    assert plot.upright.percent and plot.across is None


def test_a_chart_that_draws_its_table_passes(tmp_path):
    assert found(tmp_path, bars([0.24, 0.4], ["24%", "40%"])) == []


def test_a_bar_of_a_hidden_count_is_found(tmp_path):
    assert found(tmp_path, bars([0.24, 0.07], ["24%", "[c]"])) == ["drawn, not said"]


@pytest.mark.parametrize(("height", "finer"), [(0.24, False), (0.243, True)])
def test_a_bar_drawn_finer_than_its_number_is_found(tmp_path, height, finer):
    assert ("drawn, not said" in found(tmp_path, bars([height, 0.4], ["24%", "40%"]))) == finer


@pytest.mark.parametrize(("words", "small"), [
    ("7 of 40 children left.", True), ("3 children left.", True), ("10 of them left.", True), ("0 of 40 children left.", False),
    ("11 of 40 children left.", False), ("17 children left.", False), ("About 4 times in 5 it is right.", False),
    ("Those of fewer than 10 children are left out.", False), ("6 of the 7 indicators have a figure.", False),
])
def test_small_counts_in_words(tmp_path, words, small):
    assert ("small count in words" in found(tmp_path, f"<p>{words}</p>")) == small


@pytest.mark.parametrize(("cell", "small"), [("7", True), ("10", True), ("0", False), ("11", False), ("7 (18%)", True), ("21 (24%)", False)])
def test_small_counts_in_a_page_s_table(tmp_path, cell, small):
    html = f"<table><thead><tr><th>Period</th><th>Children</th></tr></thead><tbody><tr><th>A</th><td>{cell}</td></tr></tbody></table>"
    assert ("small count in a page's table" in found(tmp_path, html)) == small


@pytest.mark.parametrize("html", ["<!-- 7 -->", '<p data-count="7">words</p>', '<p title="7">words</p>', '<img alt="7 children" src="">',
                                  '<p aria-label="7">words</p>', "<style>p::after { content: '7' }</style>"])
def test_numbers_that_the_eye_does_not_see(tmp_path, html):
    assert found(tmp_path, html) == ["number unseen"]


def test_a_label_that_says_what_the_page_says_passes(tmp_path):
    assert found(tmp_path, '<p aria-label="24 reviews">24 reviews</p>') == []


def test_hidden_cells_look_the_same(tmp_path):
    assert found(tmp_path, f"<table><tr>{HIDDEN}{HIDDEN}</tr></table>") == []
    other = HIDDEN.replace('class="hidden"', 'class="hidden complementary"')
    assert found(tmp_path, f"<table><tr>{HIDDEN}{other}</tr></table>") == ["hidden cells differ"]


def test_a_hidden_cell_with_a_number_is_found(tmp_path):
    cell = HIDDEN.replace("[c]", "12")
    assert "hidden cells differ" in found(tmp_path, f"<table><tr>{cell}</tr></table>")


def test_numbers_of_a_text():
    assert numbers("1,689 of 1,838 (92%), −0.5") == [1689.0, 1838.0, 92.0, -0.5]
