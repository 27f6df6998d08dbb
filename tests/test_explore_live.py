"""The explore page as people use it: in Chromium, against a running `cqi explore` and a running JupyterLab."""

import json
import os
import shutil
import subprocess
import sys
import urllib.request
from contextlib import contextmanager

import pytest
from browser import chromium
from live import LONG, serving, until
from running import ROOT, command

AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
TABS = ("Where are we?", "What if?", "What do we value?", "What do we aim for?", "What do we know that the data don't?", "What was said last time?")
SAID = "Families wait months for the county's only parenting course."
pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    return tmp_path_factory.mktemp("live")


@pytest.fixture(scope="module")
def journal(place):
    return place / "journal.sqlite"


@pytest.fixture(scope="module")
def server(finished, journal):
    """The agency's own page over a real run."""
    out = next(iter(finished.indexes.values())).parents[2]
    with serving("--out", str(out), "--profile", "internal", "--journal", str(journal)) as found:
        yield found


@pytest.fixture(scope="module")
def browser():
    with chromium() as found:
        yield found


@contextmanager
def visiting(browser, server, *, width: int = 1280):
    """The page in a browser of somebody's own. `page.asked` lists every address it asked for; what is not the server's is refused."""
    context = browser.new_context(viewport={"width": width, "height": 900}, accept_downloads=True)
    context.set_default_timeout(LONG * 1000)
    page = context.new_page()
    page.asked, page.said = [], []
    page.on("request", lambda request: page.asked.append(request.url))
    page.on("websocket", lambda line: page.asked.append(line.url))
    page.on("console", lambda message: page.said.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: page.said.append(str(error)))
    page.route("**/*", lambda route: route.continue_() if server.netloc in route.request.url else route.abort())
    page.goto(server.address)
    ready(page)
    yield page
    page.close(run_before_unload=True)  # the page gives its kernel back
    context.close()


def ready(page):
    """Waits until the controls are there and what they show is drawn."""
    page.get_by_label("County", exact=True).wait_for()
    page.locator(".cqi-shown").first.wait_for()


def tab(page, name: str):
    """Opens a question, and waits for what it shows."""
    page.get_by_role("tab", name=name, exact=True).click()
    panel = page.locator(".widget-tab-contents > .widget-box:visible, .widget-tab-contents > .jupyter-widgets:visible").first
    panel.locator(".cqi-markup").first.wait_for()
    return panel


def violations(page) -> list[str]:
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": AXE_TAGS}}).response["violations"]
    return [f"{rule['id']}: {node['html'][:300]}" for rule in found for node in rule["nodes"]]


def test_what_is_said_comes_back_after_a_reload_and_in_the_next_review(browser, server, journal, place):
    with visiting(browser, server) as page:
        page.get_by_label("County", exact=True).select_option("Birch")
        page.get_by_text("entered care in Birch").first.wait_for()

        panel = tab(page, "What if?")
        slider = panel.get_by_role("slider").first
        before = panel.locator("svg").first.inner_html()
        slider.press("ArrowRight")
        until(lambda: panel.locator("svg").first.inner_html() != before)

        panel = tab(page, "What do we know that the data don't?")
        panel.get_by_label("In your words").fill(SAID)
        panel.get_by_role("button", name="Save", exact=True).click()
        panel.get_by_text("Thank you. It is saved as number 1.").first.wait_for()

        page.reload()
        ready(page)
        page.get_by_label("County", exact=True).select_option("Birch")
        tab(page, "What was said last time?").get_by_text(SAID).first.wait_for()
        assert page.said == []

    made = command("review", "--county", "Birch", "--cohort", "2025H2", "--profile", "internal", "--journal", str(journal), "--out", str(place / "next"))
    assert made.returncode == 0, made.stderr
    [review] = (place / "next").rglob("internal/birch/2025h2.html")
    page = browser.new_page()
    page.goto(review.as_uri())
    assert page.get_by_text(SAID).first.is_visible()
    page.close()


@pytest.mark.parametrize("width", [1280, 390])
def test_no_tab_of_the_live_page_breaks_the_rules_of_accessibility(browser, server, width):
    with visiting(browser, server, width=width) as page:
        for name in TABS:
            tab(page, name)
            assert violations(page) == [], name
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{name} is wider than the screen"


def test_the_page_can_be_used_by_keyboard_alone(browser, server):
    """From the top: the skip link, the four lists, the tabs by arrows; and in every tab each control that is shown is reached by Tab."""
    with visiting(browser, server) as page:
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "rendered_cells"
        page.get_by_role("tab", name=TABS[0], exact=True).focus()
        for name in TABS:
            page.keyboard.press("Enter")
            page.get_by_role("tab", name=name, exact=True, selected=True).wait_for()
            tab(page, name)
            wanted, reached = set(page.evaluate(CONTROLS)), set()
            page.evaluate("document.getElementById('rendered_cells').focus()")
            for _ in range(len(wanted) + 30):
                page.keyboard.press("Tab")
                reached.add(page.evaluate("[...document.querySelectorAll('*')].indexOf(document.activeElement)"))
            missed = [page.evaluate(f"document.querySelectorAll('*')[{each}].outerHTML.slice(0, 200)") for each in wanted - reached]
            assert len(wanted) > 4 and missed == [], name
            page.get_by_role("tab", name=name, exact=True).focus()
            page.keyboard.press("ArrowRight")


CONTROLS = """[...document.querySelectorAll('select, textarea, button, a[href], input:not([type=radio]), input[type=radio]:checked, [role=slider], summary')]
  .filter(part => part.checkVisibility({visibilityProperty: true}) && !part.disabled && part.offsetParent && part.tabIndex >= 0)
  .map(part => [...document.querySelectorAll('*')].indexOf(part))"""
"""Every control that can be seen, by its place in the page."""


def test_two_people_at_once_do_not_see_each_others_choices(browser, server):
    with visiting(browser, server) as first, visiting(browser, server) as second:
        first.get_by_label("County", exact=True).select_option("Heron")
        second.get_by_label("County", exact=True).select_option("Bunting")
        first.get_by_text("entered care in Heron").first.wait_for()
        second.get_by_text("entered care in Bunting").first.wait_for()
        assert first.get_by_label("County", exact=True).input_value() == "Heron"
        assert first.get_by_text("entered care in Bunting").count() == 0
        assert second.get_by_text("entered care in Heron").count() == 0


def test_nothing_is_asked_of_any_other_address_and_the_page_says_what_it_is(browser, server):
    with visiting(browser, server) as page:
        for name in TABS:
            tab(page, name)
        assert len(page.asked) > 20
        assert [address for address in page.asked if server.netloc not in address and not address.startswith(("data:", "blob:"))] == []
        assert any(address.startswith("ws://") for address in page.asked)
        assert page.said == []
        assert page.title() == "Explore: how are the children doing?"
        assert page.locator("html").get_attribute("lang") == "en"
        assert page.locator("h1").count() == 1
        assert server.key not in page.url
        assert page.locator(".jp-InputArea, .jp-CodeMirrorEditor").count() == 0  # no code


@pytest.fixture(scope="module")
def lab(finished, place):
    """A JupyterLab with the project's notebook in a folder beside a finished run; its address, with the token."""
    folder = place / "lab"
    folder.mkdir()
    shutil.copyfile(ROOT / "notebooks" / "explore.ipynb", folder / "explore.ipynb")
    (folder / "reports").symlink_to(next(iter(finished.indexes.values())).parents[2])
    words = ["--no-browser", "--ServerApp.port=0", "--ServerApp.open_browser=False", f"--ServerApp.root_dir={folder}", "--allow-root", "--LabApp.news_url=None",
             "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate"]
    own = {variable: str(place / variable.lower()) for variable in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR", "HOME")}
    process = subprocess.Popen([sys.executable, "-m", "jupyterlab", *words], cwd=folder, env={**os.environ, **own, "PYTHONPATH": str(ROOT)},
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        [told] = until(lambda: list((place / "jupyter_runtime_dir").glob("jpserver-*.json")))
        server = until(lambda: _answering(told))
        yield f"{server['url']}lab/tree/explore.ipynb?token={server['token']}"
    finally:
        process.terminate()
        process.wait(LONG)


def _answering(told) -> dict:
    try:
        server = json.loads(told.read_text())
        urllib.request.urlopen(f"{server['url']}api?token={server['token']}", timeout=LONG).close()
        return server
    except (ValueError, OSError):
        return {}


def test_the_notebook_runs_in_jupyterlab_and_its_controls_answer(browser, lab):
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.set_default_timeout(LONG * 1000)
    page = context.new_page()
    page.goto(lab)
    page.locator(".jp-Notebook").wait_for()
    page.get_by_text("Python 3 (ipykernel) | Idle").wait_for()
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
    county = page.get_by_label("County", exact=True)
    county.wait_for()
    county.select_option("Bunting")
    page.get_by_text("entered care in Bunting").first.wait_for()
    context.close()
