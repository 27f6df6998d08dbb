"""What is shown, to keep: CSV, SVG, PNG and a page of PDF. Made here, handed over as links that need no server and no network."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from dataclasses import dataclass
from html import escape

import ipywidgets as widgets
import pandas as pd
import vl_convert

from cqi.blocks import Figure, Table
from cqi.cohorts import cohort as period
from cqi.explore import show
from cqi.explore.chosen import Chosen
from cqi.explore.paper import Picture, page, pictured
from cqi.explore.published import Published
from cqi.vocabulary import HIDDEN_WORDS
from cqi.wording.plain import spreadsheet_safe

KINDS = {"csv": ("text/csv", "numbers, for a spreadsheet"), "svg": ("image/svg+xml", "picture that stays sharp"),
         "png": ("image/png", "picture for slides"), "pdf": ("application/pdf", "one page to print")}


@dataclass(frozen=True)
class Kept:
    """A file to keep: its name and its bytes."""

    name: str
    content: bytes


def box(published: Published, chosen: Chosen, pictures: Callable[[Chosen], dict[str, Figure | Picture]]) -> widgets.Widget:
    """A choice of the pictures that are shown and a button that makes the files of one; their links come up beneath it."""
    which = widgets.Dropdown(description="Picture", tooltip="Which picture to keep")
    button = widgets.Button(description="Make the files", tooltip="Make CSV, SVG, PNG and PDF of this picture")
    links, line = widgets.HTML(), show.spoken()

    def clear(_=None) -> None:
        names, kept = list(pictures(chosen)), which.value
        links.value, which.options = "", names
        which.value = kept if kept in names else next(iter(names), None)

    def make(_) -> None:
        figure = pictures(chosen).get(which.value)
        if figure is None:
            links.value = "<p>There is no picture to keep for this choice.</p>"
            return
        links.value = _links(files(figure if isinstance(figure, Picture) else pictured(figure), _title(chosen, which.value), facts(published)))
        show.say(line, "The files are ready. Their links are below the button.")

    clear()
    chosen.observe(clear)
    which.observe(lambda _: setattr(links, "value", ""), "value")
    button.on_click(make)
    heading = widgets.HTML('<div class="cqi-markup"><h2>Keep what is shown</h2></div>')
    return widgets.VBox([heading, widgets.HBox([which, button]).add_class("cqi-row"), line, links]).add_class("cqi-keep")


def _title(chosen: Chosen, picture: str) -> str:
    return f"{chosen.county}, {period(chosen.cohort).words}: {picture[0].lower()}{picture[1:]}"


def facts(published: Published) -> str:
    """What stands at the foot of every page: the day, and who may read it."""
    readers = {"internal": "For the agency's own staff only.", "release": f"For everyone; small numbers are {HIDDEN_WORDS}."}
    return f"As the file was known on {published.as_of_words}. {readers.get(published.profile, '')}"


def files(picture: Picture, title: str, foot: str) -> list[Kept]:
    """The picture as CSV, SVG, PNG and PDF; the same picture gives the same bytes."""
    name = re.sub(r"[^a-z0-9]+", "-", title.casefold()).strip("-")
    made = {"csv": table_csv(picture.table), "svg": picture.drawn.encode(), "png": vl_convert.svg_to_png(_white(picture.drawn), scale=2.0),
            "pdf": _in_order(vl_convert.svg_to_pdf(page(picture, title=title, foot=foot)))}
    return [Kept(f"{name}.{kind}", content) for kind, content in made.items()]


_NAMES = re.compile(rb"(?:\s+/\w+ \d+ 0 R\n){2,}")


def _in_order(pdf: bytes) -> bytes:
    """The page with the names of its patterns in order, which the drawing engine writes in any; nothing else moves."""
    return _NAMES.sub(lambda found: b"".join(sorted(found[0].splitlines(keepends=True))), pdf)


def _white(drawn: str) -> str:
    """The picture on white, for slides of any colour."""
    return re.sub(r"(<svg[^>]*>)", r'\1<rect width="100%" height="100%" fill="#FFFFFF"/>', drawn, count=1)


def table_csv(table: Table) -> bytes:
    """The numbers as CSV; text that a spreadsheet would run is made text, a hidden number says that it is hidden."""
    rows = [[HIDDEN_WORDS if cell.mark == "hidden" else cell.text.replace("\n", "; ") for cell in row] for row in table.rows]
    found = pd.DataFrame(rows, columns=list(table.columns), dtype="str")
    return ("\ufeff" + spreadsheet_safe(found).to_csv(index=False, lineterminator="\r\n")).encode()


def _links(kept: list[Kept]) -> str:
    """Each file as a link that holds it."""
    lines = []
    for each in kept:
        kind, words = KINDS[each.name.rpartition(".")[2]]
        address = f"data:{kind};base64,{base64.b64encode(each.content).decode()}"
        lines.append(f'<li><a download="{escape(each.name)}" href="{address}">{each.name.rpartition(".")[2].upper()}: {words}</a></li>')
    return f'<div class="cqi-markup"><ul class="cqi-links">{"".join(lines)}</ul></div>'
