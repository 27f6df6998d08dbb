"""Pages made from a notebook drawn by hand: what a reader gets, and what can never reach them."""

import re

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from cqi.blocks import MIME
from cqi.blocks.html import block_html
from cqi.render.page import ASSETS, index_html, page_html
from cqi.vocabulary import WHOLE, CqiError
from sample_page import HOSTILE, sample_index, sample_notebook, sample_page, soup


def page_of(*markdown: str, home: str = "index.html") -> str:
    notebook = new_notebook(cells=[new_markdown_cell(words) for words in markdown])
    return page_html(notebook, title="t", stylesheet="cqi.css", profile="release", home=home)


def test_page_has_landmarks_one_h1_and_contents():
    page = soup(sample_page())
    assert page.html["lang"] == "en" and page.title.text == "Alder, entered 2023, as of March 31, 2024"
    assert [len(page.find_all(tag)) for tag in ("h1", "header", "main", "footer")] == [1, 1, 1, 1]
    assert page.select_one("a.skip")["href"] == "#main"
    links = [link["href"] for link in page.select("nav.contents a")]
    assert links == [f"#{heading['id']}" for heading in page.select(".body h2")] and len(links) == 4


def test_answer_comes_before_contents_and_charts():
    html = sample_page()
    assert html.index('class="answer"') < html.index('class="contents"') < html.index("<figure")


def test_ids_are_unique_and_references_lead_somewhere():
    page = soup(sample_page())
    ids = [element["id"] for element in page.find_all(id=True)]
    named = [name for element in page.select("[aria-labelledby]") for name in element["aria-labelledby"].split()]
    clipped = re.findall(r"url\(#([^)]+)\)", str(page))
    assert len(ids) == len(set(ids)) and named and clipped and set(named + clipped) <= set(ids)


def test_parameters_notebook_only_cells_and_code_show_nothing():
    html = sample_page()
    assert not [words for words in ("SECRET-PARAMETER", "For the trainer only", "review.show()") if words in html]


@pytest.mark.parametrize("county", HOSTILE)
def test_hostile_county_name_stays_text(county):
    review = sample_index(4)["reviews"][0] | {"county": county, "answer": county, "reason": county}
    figure = sample_notebook(county).cells[4].outputs[0]["data"][MIME]
    index = index_html(sample_index() | {"reviews": [review]}, stylesheet="cqi.css")
    for html in (sample_page(county), index, block_html(figure)):
        page = soup(html)
        assert county in page.get_text()
        assert not page.find_all(["script", "img", "iframe", "object"])
        assert not [name for element in page.find_all(True) for name in element.attrs if name.startswith("on")]


@pytest.mark.parametrize(("output", "kind"), [
    (new_output("display_data", data={"text/html": "<b>CHILD-7</b>", "text/plain": "CHILD-7"}), "text/html"),
    (new_output("execute_result", data={"text/plain": "CHILD-7"}), "text/plain"),
    (new_output("stream", name="stderr", text="CHILD-7"), "stream"),
    (new_output("error", ename="KeyError", evalue="CHILD-7", traceback=["CHILD-7"]), "error"),
    (new_output("display_data", data={"application/vnd.jupyter.widget-view+json": {"model_id": "CHILD-7"}}), "widget"),
])
def test_other_outputs_are_refused_without_being_quoted(output, kind):
    notebook = sample_notebook()
    notebook.cells.append(nbformat.from_dict(new_code_cell("x", outputs=[output])))
    with pytest.raises(CqiError, match=rf"^Cell {len(notebook.cells)}: .*{kind}") as refused:
        page_html(notebook, title="t", stylesheet="cqi.css", profile="release", home="index.html")
    assert "CHILD-7" not in str(refused.value)


@pytest.mark.parametrize(("cells", "reason"), [
    (["## No title"], "0 main headings"),
    (["## Early", "# Late"], "begins with exactly one"),
    (["# One", "# Two"], "2 main headings"),
    (["# One", "### Three"], "skips from heading level 1 to 3"),
])
def test_headings_out_of_order_are_refused(cells, reason):
    with pytest.raises(CqiError, match=reason):
        page_of(*cells)


def test_same_heading_twice_gets_two_anchors():
    page = soup(page_of("# One\n\n## Same\n\n## Same", "## 2 < 3 & *so on*"))
    assert [heading["id"] for heading in page.select(".body h2")] == ["to-same", "to-same--2", "to-2-3-so-on"]
    assert [link.text for link in page.select(".contents a")] == ["Same", "Same", "2 < 3 & so on"]


def test_html_and_script_addresses_in_markdown_are_not_obeyed():
    page = soup(page_of("# One\n\n<script>alert(1)</script>\n\n[x](javascript:alert(1)) <b onclick=1>b</b>"))
    assert not page.find_all(["script", "b"])
    assert not [link for link in page.find_all("a") if link["href"].startswith("javascript")]


@pytest.mark.parametrize("href", ["https://example.org/", "//example.org", "/x", "javascript:alert(1)", "file:///x"])
def test_page_links_stay_inside_the_run(href):
    with pytest.raises(CqiError, match="relative"):
        page_of("# One", home=href)
    with pytest.raises(CqiError, match="relative"):
        index_html(sample_index() | {"other_profile": {"title": "x", "href": href}}, stylesheet="cqi.css")


def test_only_the_internal_profile_is_marked_confidential():
    assert "Confidential" in sample_page(profile="internal") and "Confidential" not in sample_page(profile="release")
    with pytest.raises(CqiError, match="internal or release"):
        sample_page(profile="public")


def test_stylesheet_fetches_nothing():
    assert not re.search(r"url\(|@import|https?:/", (ASSETS / "cqi.css").read_text())


@pytest.mark.parametrize("counties", [4, 40, 41, 254])
def test_index_has_one_row_a_county_in_alphabetical_order(counties):
    page = soup(index_html(sample_index(counties), stylesheet="cqi.css"))
    names = [head.text for head in page.select(".reviews tbody th")]
    assert len(names) == counties and names == sorted(names)
    assert len(page.select(".reviews td a")) == 2 * counties - 2
    letters = [link["href"][1:] for link in page.select("nav.letters a")]
    assert letters == ([body["id"] for body in page.select(".reviews tbody")] if counties > 40 else [])


def test_index_puts_the_whole_first_and_gathers_counties_that_share_a_name():
    reviews = [sample_index(4)["reviews"][0] | {"county": county, "cohort": cohort}
               for cohort in ("2022", "2023") for county in ("alder", "Birch", WHOLE, "Alder", "1st")]
    page = soup(index_html(sample_index() | {"reviews": reviews}, stylesheet="cqi.css"))
    assert [head.text for head in page.select(".reviews tbody th")] == [WHOLE, "1st", "Alder", "alder", "Birch"]


def test_index_says_what_was_not_made_and_why():
    page = soup(index_html(sample_index(), stylesheet="cqi.css"))
    assert [item.text for item in page.select("#not-made + ul li")] == [
        "Alder 001, Entered 2023: not made. The file has no entries after June 2023.",
        "Clder 003, Entered 2022: withheld. Fewer than 11 children entered.",
    ]
    assert "46 ready, 1 not made, 1 withheld" in page.select_one(".facts").text and "48,210" in page.text
    assert page.find("a", href="tables/measures.csv") and page.find("a", href="../release/index.html")
    assert not soup(index_html(sample_index(profile="release"), stylesheet="cqi.css")).find("a", href="../release/index.html")
    with pytest.raises(CqiError, match="no status 'lost'"):
        index_html(sample_index() | {"reviews": [sample_index()["reviews"][0] | {"status": "lost"}]}, stylesheet="cqi.css")


def test_page_and_index_are_the_same_every_time():
    assert sample_page() == sample_page()
    assert index_html(sample_index(), stylesheet="cqi.css") == index_html(sample_index(), stylesheet="cqi.css")
