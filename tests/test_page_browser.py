"""Finished pages in a real browser, from disk and without a network: nothing fetched, nothing run, readable when narrow."""

import pytest

from browser import chromium, opened
from cqi.render.page import index_html
from sample_page import HOSTILE, sample_index, sample_page, written

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def browser():
    with chromium() as started:
        yield started


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    index = index_html(sample_index(254), stylesheet="assets/cqi.css")
    hostile = {f"hostile{number}": sample_page(county, "release") for number, county in enumerate(HOSTILE)}
    return written(tmp_path_factory.mktemp("run"), review=sample_page(), index=index, **hostile)


@pytest.mark.parametrize("guarded", [True, False])
def test_pages_ask_for_their_stylesheet_only_and_run_nothing(browser, pages, guarded):
    for path in pages:
        with opened(browser, path, guarded=guarded) as page:
            assert page.asked == [path.as_uri(), (path.parent / "assets/cqi.css").as_uri()] and page.said == []
            assert page.evaluate("window.PWNED") is None
            assert page.evaluate("getComputedStyle(document.querySelector('.facts')).display") == "flex"


@pytest.mark.parametrize("width", [320, 390, 640, 1280])
def test_page_never_scrolls_sideways(browser, pages, width):
    for path in pages:
        with opened(browser, path, width=width) as page:
            page.evaluate("document.querySelectorAll('details').forEach(part => part.open = true)")
            assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_every_picture_is_one_image_with_a_name(browser, pages):
    with opened(browser, pages[0]) as page:
        pictures = page.get_by_role("img").all()
        assert [picture.locator("title").text_content() for picture in pictures] == [
            "How many have left, and to what kind of home?", "How does this cohort compare with children like them?"]
        assert page.get_by_role("img", name="54 of 120 children").count() == 2


def test_keyboard_reaches_the_content_and_opens_the_numbers(browser, pages):
    with opened(browser, pages[0]) as page:
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip"
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "main"
        numbers = page.locator("details.numbers").first
        numbers.locator("summary").focus()
        page.keyboard.press("Enter")
        assert numbers.evaluate("part => part.open") and numbers.get_by_role("table").is_visible()
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.getAttribute('role')") == "region"


def test_targets_are_large_enough(browser, pages):
    within_a_sentence = "p:not(.home) a, ul.list a, .skip"
    small = """besides => [...document.querySelectorAll('a, summary')]
        .filter(link => link.checkVisibility() && !link.matches(besides) && link.getBoundingClientRect().height < 24)
        .map(link => link.textContent)"""
    for path in pages[:2]:
        with opened(browser, path) as page:
            assert page.evaluate(small, within_a_sentence) == []


def test_index_keeps_its_table_when_rows_become_blocks(browser, pages):
    with opened(browser, pages[1], width=320) as page:
        assert page.get_by_role("table", name="One row a county").get_by_role("rowheader").count() == 254


def test_paper_opens_folded_parts_and_drops_the_contents(browser, pages):
    with opened(browser, pages[0]) as page:
        page.emulate_media(media="print")
        assert all(table.is_visible() for table in page.locator("details table").all())
        assert not page.locator(".contents").is_visible() and page.locator(".profile").is_visible()
