"""Pages as PDF: printed by a Chromium, Chrome or Edge that is there, as a reader would by hand. The browser reaches no network."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from html import unescape
from pathlib import Path

from cqi.handover.given import Given
from cqi.handover.zips import made_folder, write_bytes, zip_folder
from cqi.render.pages import make_folder
from cqi.vocabulary import CqiError

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge", "microsoft-edge")
PLACES = {
    "darwin": ("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome", "/Applications/Chromium.app/Contents/MacOS/Chromium",
               "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge"),
    "win32": ("Google/Chrome/Application/chrome.exe", "Microsoft/Edge/Application/msedge.exe"),
}
PAGE_SECONDS = 120
_TITLE, _STYLES = re.compile(r"<title>([^<]*)</title>"), re.compile(r'href="[./]*assets/cqi\.css"')
BY_HAND = "Open a page in any browser and choose Print, then Save as PDF; or install Chromium, Chrome or Edge, or let CHROMIUM name it."


def browser() -> str:
    """The browser that prints: the one that CHROMIUM names, else the first that is there; empty where there is none."""
    named = os.environ.get("CHROMIUM", "")
    usual = [os.path.join(os.environ.get(root, ""), place) for place in PLACES.get(sys.platform, ())
             for root in ("ProgramFiles", "ProgramFiles(x86)")]
    found = (shutil.which(each) for each in (named, *BROWSERS, *usual) if each)
    return next(filter(None, found), "")


def paper_folder(given: Given) -> Path:
    """Where the pages on paper lie: beside the zip files."""
    return zip_folder(given) / "pdf"


def printed(given: Given) -> Iterator[Path]:
    """Prints every page of the run for this profile, `pdf/birch-2025h2.pdf` for `birch/2025h2.html`, each whole or not there, and yields
    its path.

    Raises CqiError where there is no browser, saying how to print by hand, or where one does not print. Whoever calls it holds the run's
    folder.
    """
    if not (program := browser()):
        raise CqiError(f"No browser was found that prints. {BY_HAND}")
    folder = made_folder(given) / "pdf"
    make_folder(folder)
    with tempfile.TemporaryDirectory(prefix="cqi-print-") as own:
        for place in given.pages:
            name = Path(place).with_suffix("").as_posix().partition("/")[2].replace("/", "-")
            (page := Path(own) / "page.html").write_text(_titled((given.folder / place).read_text(encoding="utf-8"), given.folder),
                                                         encoding="utf-8")
            yield write_bytes(folder / f"{name}.pdf", _pdf(program, page, place))


def _titled(page: str, run: Path) -> str:
    """The page for printing away from its folder, with its title, which names place and as-of date, at the foot of each sheet."""
    title = unescape(found[1]) if (found := _TITLE.search(page)) else ""
    foot = f'<style>@page {{ @bottom-left {{ content: "{css_text(title)}"; font: 9pt sans-serif; color: #4A5763; }} }}</style>'
    return _STYLES.sub(lambda _: f'href="{(run / "assets" / "cqi.css").resolve().as_uri()}"', page,
                       count=1).replace("</head>", f"{foot}</head>", 1)


def css_text(words: str) -> str:
    """The words as they may stand between the quotation marks of a text in a stylesheet: all but letters and digits of ASCII by their
    numbers."""
    return "".join(letter if letter.isascii() and letter.isalnum() else f"\\{ord(letter):06x}" for letter in words)


def _pdf(program: str, page: Path, place: str) -> bytes:
    """One page as PDF; beside it the browser keeps what it needs."""
    own, paper = page.parent, page.with_suffix(".pdf")
    paper.unlink(missing_ok=True)
    words = [program, "--headless", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update",
             "--disable-sync",
             "--disable-extensions", "--host-resolver-rules=MAP * ~NOTFOUND", f"--user-data-dir={own / 'browser'}",
             "--no-pdf-header-footer",
             f"--print-to-pdf={paper}", *(["--no-sandbox"] if _is_root() else []), page.as_uri()]
    try:
        subprocess.run(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL, timeout=PAGE_SECONDS,
                       check=False)
        return paper.read_bytes()
    except (OSError, subprocess.TimeoutExpired):
        raise CqiError(f"{Path(program).name} did not print {place}. {BY_HAND}") from None


def _is_root() -> bool:
    """Whether this is the administrator's account, for which Chromium has no sandbox."""
    return hasattr(os, "geteuid") and os.geteuid() == 0

