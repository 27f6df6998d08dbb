"""Open finished pages in a real Chromium, refusing and recording whatever they ask of a network."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
             "--disable-sync", "--no-first-run"]


@contextmanager
def chromium() -> Iterator:
    """A headless browser; skips the test where Chromium or playwright is missing."""
    playwright = pytest.importorskip("playwright.sync_api")
    if not CHROMIUM:
        pytest.skip("Chromium is not installed")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@contextmanager
def opened(browser, path, *, width: int = 1280, guarded: bool = True) -> Iterator:
    """The page at `path`, loaded from disk. `page.asked` lists every address it asked for, `page.said` its console.

    `guarded=False` ignores the page's Content-Security-Policy, so that escaping stands alone.
    """
    context = browser.new_context(viewport={"width": width, "height": 900}, bypass_csp=not guarded)
    page = context.new_page()
    page.asked, page.said = [], []
    page.on("request", lambda request: page.asked.append(request.url))
    page.on("console", lambda message: page.said.append(message.text))
    page.route("**/*", lambda route: route.continue_() if route.request.url.startswith("file:") else route.abort())
    page.goto(path.as_uri())
    yield page
    context.close()
