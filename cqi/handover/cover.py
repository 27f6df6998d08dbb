"""What a reader of a county's zip file sees first: a page that leads to the others, and the same in a text file."""

from __future__ import annotations

import csv
import io
import textwrap
from pathlib import Path

from cqi.handover.given import County, Given, words_of
from cqi.render.page import exporter
from cqi.vocabulary import HIDDEN_MARK, HIDDEN_WORDS, printable
from cqi.wording.numbers import READERS

TEMPLATE = Path(__file__).parent / "cover.html.j2"
WIDTH = 90
ALONE = {
    "internal": "It is for the agency's own staff. Please keep it where only they can open it, and do not mail it outside.",
    "release": "Everyone may read it. Small numbers are hidden, so that nobody can tell who a child is.",
}


def cover_page(given: Given, county: County, tables: dict[str, str]) -> str:
    """The `index.html` that the county's pages lead back to, with a link to everything in the zip file."""
    template = exporter().environment.from_string(TEMPLATE.read_text(encoding="utf-8"))
    record = given.published.record
    return template.render(
        page={"title": f"{county.name}: reviews as of {given.as_of_words}", "stylesheet": "../assets/cqi.css", "profile": given.profile},
        county=county.name, as_of=given.as_of_words, state=given.state, readers=READERS[given.profile],
        pages=[(words_of(page), page.place.partition("/")[2]) for page in county.pages],
        tables=[(name, len(list(csv.reader(io.StringIO(text)))) - 1) for name, text in tables.items()],
        to_know=to_know(given), made_by=f"cqi {record['versions']['cqi']}") + "\n"


def readme(given: Given, county: County) -> str:
    """The README.txt: what this is, as of when, for whom, how to open it, in plain words."""
    name = printable(" ".join(county.name.split()))
    pages = [f"- {words_of(page)}: {page.place}" for page in county.pages]
    parts = [
        f"{name}: reviews as of {given.as_of_words}",
        f"These pages say how children in foster care in {name} are doing, as the file knew it on {given.as_of_words}. "
        f"{ALONE[given.profile]}",
        f"How to open it. First unpack the whole zip file into a folder. Then open {given.profile}/index.html with a double click. The "
        "pages need no network and no program but a browser. To have a page on paper or as a PDF, open it and choose Print; folded parts "
        "are printed too.",
        "What is in it.", "\n".join([*pages, f"- How the numbers are made: {given.profile}/methods.html",
                                     f"- The numbers behind the pages, for a spreadsheet: {given.profile}/tables"]),
        "How to read it.", "\n".join(f"- {words}" for words in to_know(given)),
    ]
    return "\n\n".join(_filled(part) for part in parts) + "\n"


def to_know(given: Given) -> tuple[str, ...]:
    """What a reader must know who has these pages alone."""
    hidden = (f"{HIDDEN_MARK} stands for a number that is {HIDDEN_WORDS}. It is not zero. "
              "In the tables its cell is empty and its status is 'suppressed'.")
    return (
        f"Everything is as of {given.as_of_words}. What was written down later is in later reviews.",
        "So far means: many of these children may still be in care. Their figures are not final and are never set beside a figure that is.",
        "A range beside a figure says how sure we can be. A signal is an invitation to look, not a verdict.",
        *((hidden,) if given.profile == "release" else ()),
        "The numbers do not say why, or how the children are doing. The pages say what else they cannot tell.",
    )


def _filled(part: str) -> str:
    """Lines of a width that any program shows whole; a list keeps its lines."""
    return "\n".join(textwrap.fill(line, WIDTH, subsequent_indent="  " if line.startswith("- ") else "", break_long_words=False,
                                   break_on_hyphens=False)
                     for line in part.split("\n"))
