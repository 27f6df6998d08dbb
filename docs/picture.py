"""Makes the pictures of the README and the documentation from the sample state, as a browser shows them. Needs Chromium and `.[dev]`.

    python docs/picture.py
"""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
sys.path += [str(ROOT), str(ROOT / "tests")]

from browser import chromium  # noqa: E402
from live import LONG, serving  # noqa: E402

from cqi.learning import classroom  # noqa: E402
from cqi.learning.copies import write_copies  # noqa: E402
from cqi.learning.lessons import lessons  # noqa: E402
from cqi.render.run import Request, run  # noqa: E402

WIDTH = 1100
SMALLER = 0.56
"""Pixels of a picture to one of the page: it is shown no wider than so, and stays below 150 kilobytes."""
DATA = str(ROOT / "data_samples")


def taken(page, name: str, *, height: int, top: float = 0, left: int = 0) -> None:
    """Keeps this much of the page, below `top` and right of `left`, as docs/NAME.png."""
    page.screenshot(path=DOCS / f"{name}.png", full_page=True, clip={"x": left, "y": top, "width": WIDTH - left, "height": height})


def top_of(page, words: str) -> float:
    """Where on the page a heading stands, with a little room above it."""
    return page.get_by_role("heading", name=words).first.bounding_box()["y"] - 24


def main() -> None:
    """Makes one small run and takes all pictures."""
    with TemporaryDirectory() as folder, chromium() as browser:
        out = Path(folder) / "reports"
        made = run(Request(counties=("Birch",), cohorts=("2025H2",), profiles=("internal",), data=DATA, out=out)).folder / "internal"
        page = browser.new_page(viewport={"width": WIDTH, "height": 900}, device_scale_factor=SMALLER)
        page.set_default_timeout(LONG * 1000)
        page.goto((made / "birch/2025h2.html").as_uri())
        taken(page, "review", height=1755)
        page.goto((made / "overview-2025h2.html").as_uri())
        taken(page, "overview", height=800, left=285, top=top_of(page, "How far is each county, and how sure are we?"))
        (lesson,) = [each for each in lessons() if each.number == 4]
        write_copies(lesson, classroom(DATA), Path(folder) / "lessons")
        page.goto(next((Path(folder) / "lessons/handouts").glob("*.html")).as_uri())
        taken(page, "lesson", height=1000, left=100)
        with serving("--out", str(out), "--profile", "internal", "--journal", str(Path(folder) / "journal.sqlite")) as server:
            page.goto(server.address)
            page.get_by_label("County", exact=True).select_option("Birch")
            page.get_by_text("entered care in Birch").first.wait_for()
            page.get_by_role("tab", name="What if?", exact=True).click()
            page.get_by_role("slider").first.wait_for()
            page.get_by_text("Where would this period end?").first.wait_for()
            taken(page, "explore", height=1700)
            page.close(run_before_unload=True)


if __name__ == "__main__":
    main()
