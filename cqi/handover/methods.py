"""The definitions of the measures on a county's pages, as one more page."""

from __future__ import annotations

import csv
import io
import re
from functools import cache

from nbformat.v4 import new_markdown_cell, new_notebook

from cqi.registry import measure, measure_names
from cqi.render.outline import outlined, words_html
from cqi.render.page import page_html
from cqi.wording.dictionary import measure_dictionary

TITLE = "How the numbers are made"
LEAD = """# How the numbers are made

Every measure of these pages: what is counted, why, by which rules, from which source, and what it cannot tell.
An outcome measure says how children fare. A compliance measure says whether a task was done.
"""
WIDE = '<div class="scroll" tabindex="0" role="region" aria-label="Table">'
"""What a table stands in that may be wider than a telephone."""
_ANCHOR = re.compile(r'^<a id="[^"]*"></a>\n\n?', re.M)
_OUTSIDE = re.compile(r"\[([^\]]*)\]\((?!#)[^)]*\)")
_MEASURE = re.compile(r"\[([^\]]*)\]\(#(\w+)\)")


def measures_in(tables: dict[str, str]) -> tuple[str, ...]:
    """The measures that these tables hold, and those to be read together with them, in the registry's order. `tables`: CSV texts whose
    first column is
    `measure`."""
    found = {line[0] for text in tables.values() for line in csv.reader(io.StringIO(text))} & set(measure_names())
    while more := {near for name in found for near in measure(name).counter_measures} - found:
        found |= more
    return tuple(name for name in measure_names() if name in found)


@cache
def methods_page(names: tuple[str, ...], profile: str) -> str:
    """The page, for a place beside the `index.html` that it leads back to. Its links stay on the page: it says the same away from the
    program."""
    told = _OUTSIDE.sub(r"\1", measure_dictionary([measure(name) for name in names]))
    words = LEAD + _ANCHOR.sub("", told[told.find("\n## "):])
    anchors = {title: anchor for anchor, title in outlined(words_html(words))[1]}
    words = _MEASURE.sub(lambda found: _linked(found[1], anchors), words)
    notebook = new_notebook(cells=[new_markdown_cell(words, id="methods")])
    page = page_html(notebook, title=TITLE, stylesheet="../assets/cqi.css", profile=profile, home="index.html")
    return page.replace("<table>", f"{WIDE}<table>").replace("</table>", "</table></div>")


def _linked(title: str, anchors: dict[str, str]) -> str:
    """The title with a link to its place on the page; without one where the measure is not told here."""
    return f"[{title}](#{anchors[title]})" if title in anchors else title
