"""Finished pages: an executed notebook as one accessible HTML page, and the run's index.

Only markdown of the notebook and `cqi.blocks` reach a page. It has no script and fetches nothing but its stylesheet, so
that it reads the same from a shared drive, a mail attachment or a server.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path

from jinja2 import StrictUndefined
from markupsafe import Markup
from nbconvert.exporters.templateexporter import TemplateExporter
from nbformat import NotebookNode
from nbformat.v4 import new_notebook

from cqi.blocks import MIME
from cqi.blocks.html import block_markup
from cqi.render.index import index_model
from cqi.render.outline import outlined, words_html
from cqi.vocabulary import CqiError

PROFILES = ("internal", "release")
ASSETS = Path(__file__).parent / "assets"
"""The folder whose files a run copies beside its pages: one stylesheet."""

QUIET_TAGS = {"parameters", "injected-parameters", "notebook-only"}
"""Cells with one of these tags show nothing on a page."""


class PageExporter(TemplateExporter):
    """An nbconvert exporter with the project's own template: no code, no prompts, every character escaped.

    `resources["page"]` holds `title`, `stylesheet`, `profile`, `home`, `facts` and `links`; `page_html` fills it.
    """

    output_mimetype = "text/html"
    file_extension = ".html"
    template_name = "cqi"
    extra_template_basedirs = [str(Path(__file__).parent / "template")]

    def _create_environment(self):
        environment = super()._create_environment()
        environment.autoescape, environment.undefined = True, StrictUndefined
        environment.trim_blocks = environment.lstrip_blocks = True
        return environment

    def from_notebook_node(self, nb, resources=None, **kw):
        """The page as text, and the resources; raises CqiError for an output that is not a block, or widgets."""
        if nb.metadata.get("widgets"):
            raise CqiError("The notebook made widgets, which keep what they are given; a page shows blocks and markdown only.")
        cells = "\n".join(_cell_html(number, cell) for number, cell in enumerate(nb.cells, 1))
        body, contents = outlined(cells)
        lead, opening, rest = body.partition("<h2")
        shown = {"lead": Markup(lead), "body": Markup(opening + rest), "contents": contents}
        # nbconvert copies the notebook it is given, and the template needs none of it
        return super().from_notebook_node(new_notebook(), (resources or {}) | shown, **kw)


def page_html(
    notebook: NotebookNode, *, title: str, stylesheet: str, profile: str, home: str,
    facts: Sequence[tuple[str, str]] = (), links: Sequence[tuple[str, str]] = (),
) -> str:
    """An executed notebook as a whole page.

    `title` is the browser's title and should be unique in a run (place, cohort, date); `stylesheet`, `home` (the run's
    index) and `links` ((title, address) pairs) are addresses relative to the page; `facts` are (term, words) pairs about
    the run for the footer; `profile` is `internal` or `release`.

    Raises CqiError for an output that is no block (naming cell and kind, never the content), headings out of order, an
    unknown profile, or an address that leaves the run's folder.
    """
    page = _page(title, stylesheet, profile) | {"home": _relative(home), "facts": facts}
    page["links"] = [(words, _relative(href)) for words, href in links]
    return exporter().from_notebook_node(notebook, {"page": page})[0]


def index_html(model: dict, *, stylesheet: str) -> str:
    """The run's index as a whole page: what ran, what could not be made and why, what is missing, links, rows accounted for.

    `model` has `title`, `state`, `as_of`, `as_of_reason`, `profile`, `made_by`, `reviews` (county, cohort, cohort_words,
    href, status, answer: its first sentence, reason), `pages` (title, href, about), `tables` (title, href, rows),
    `account` (file, rows_read, used, merged, quarantined), `notes` and `other_profile` (title, href, or None).
    Counties stand in alphabetical order; more than 40 of them bring links by first letter.

    Raises CqiError for an unknown profile or status, or an address that leaves the run's folder.
    """
    linked = [*model["pages"], *model["tables"], *filter(None, [model["other_profile"]])]
    for href in [entry["href"] for entry in linked + model["reviews"] if entry.get("href")]:
        _relative(href)
    template = exporter().environment.get_template("index_page.html.j2")
    return template.render(page=_page(model["title"], stylesheet, model["profile"]), **index_model(model))


@cache
def exporter() -> PageExporter:
    """The exporter of pages, made once in a process."""
    return PageExporter()


def _page(title: str, stylesheet: str, profile: str) -> dict:
    if profile not in PROFILES:
        raise CqiError(f"A page has no profile {profile!r}; it is {' or '.join(PROFILES)}.")
    return {"title": title, "stylesheet": _relative(stylesheet), "profile": profile}


def _relative(href: str) -> str:
    if href.startswith(("/", "\\")) or ":" in href.partition("/")[0]:
        raise CqiError(f"A page links to {href!r}; its links are relative, such as '../index.html'.")
    return href


def _cell_html(number: int, cell: NotebookNode) -> str:
    if QUIET_TAGS & set(cell.metadata.get("tags", ())):
        return ""
    if cell.cell_type == "markdown":
        return words_html(cell.source)
    outputs = cell.get("outputs", ())
    return "".join(_output_html(number, f"c{number}-{place}", output) for place, output in enumerate(outputs, 1))


def _output_html(number: int, name: str, output: NotebookNode) -> str:
    content = output.get("data", {}).get(MIME)
    if content is None:
        raise CqiError(f"Cell {number}: its output is {_kind(output)}; a page shows blocks and markdown only.")
    return block_markup(content, name=name)


def _kind(output: NotebookNode) -> str:
    kinds = sorted(set(output.get("data", ())) - {"text/plain"}) or list(output.get("data", ()))
    return f"{output.output_type} ({', '.join(kinds)})" if kinds else output.output_type
