"""Makes docs/review.png: the top of one review of the sample state, as a browser shows it. Needs Chromium and `.[dev]`.

    python docs/picture.py
"""

import os
import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import sync_playwright

from cqi.render.run import Request, run

ROOT = Path(__file__).parents[1]
SIZE = {"width": 1100, "height": 1800}
CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")

with TemporaryDirectory() as folder, sync_playwright() as driver:
    request = Request(counties=("Birch",), cohorts=("2025H2",), profiles=("internal",), data=str(ROOT / "data_samples"), out=Path(folder))
    page = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"]).new_page(viewport=SIZE)
    page.goto((run(request).folder / "internal/birch/2025h2.html").as_uri())
    page.screenshot(path=ROOT / "docs/review.png", clip={"x": 0, "y": 0, **SIZE})
    page.context.browser.close()
