"""The page of widgets: what is chosen at the top, and six questions below, each built when it is first opened."""

from __future__ import annotations

from functools import cached_property
from importlib import import_module
from pathlib import Path

import ipywidgets as widgets

from cqi.blocks import Heading
from cqi.cohorts import cohort as period
from cqi.explore import show
from cqi.explore.chosen import Chosen
from cqi.explore.published import Published
from cqi.vocabulary import CqiError, local
from cqi.wording.numbers import READERS, plural

QUESTIONS = {"Where are we?": "where", "What if?": "what_if", "What do we value?": "values", "What do we aim for?": "goals",
             "What do we know that the data don't?": "feedback", "What was said last time?": "earlier"}
"""The tabs: the question -> the room that answers it."""
HOW_TO_READ = "Choose, and everything below follows. Numbers raise questions; you who know the children and families bring the answers."
FIRST = "permanency_in_12_months"


def explore(folder: str | Path, profile: str = "release", journal=None) -> widgets.Widget:
    """The whole page for a finished run. `folder`: of a run, or of the runs of several days. `profile`: who sits in the room. `journal`: where what is said
    is kept, a path or a database URL (none: the journal beside the run). Where there is no such run, the page says so in plain words."""
    try:
        published = Published(_above(folder), profile)
        return _page(published, _chosen(published), _Journal(journal, published.folder.parent))
    except CqiError as error:
        return notice(str(error))


def _above(folder: str | Path) -> Path:
    """The folder as it stands, else in the first folder above the working folder that has it: a notebook works in its own."""
    asked = local(folder, "the run")
    return next((place / asked for place in (Path.cwd(), *Path.cwd().parents) if (place / asked).exists()), asked)


def notice(words: str) -> widgets.Widget:
    """A calm page with one thing to say."""
    text = f'<div class="cqi-markup"><h1>Nothing to explore yet</h1><p>{show.plain(words)}</p></div>'
    return _framed([widgets.HTML(text)])


def _framed(parts: list[widgets.Widget]) -> widgets.VBox:
    return widgets.VBox([widgets.HTML(show.stylesheet()).add_class("cqi-style"), *parts]).add_class("cqi-explore")


class _Journal:
    """The store of what is said, opened when it is first needed."""

    def __init__(self, place, out: Path) -> None:
        self.place, self.out = place, out

    @cached_property
    def opened(self):
        """The journal. Raises CqiError where it cannot be opened."""
        from cqi.journal import Journal
        from cqi.journal.place import FILE, chosen

        if self.place and not isinstance(self.place, (str, Path)):
            return self.place
        return Journal.opened(chosen(str(self.place or ""), self.out) or self.out / FILE)


def _chosen(published: Published) -> Chosen:
    """What the page begins with: the first county, the oldest period that is still open, and whether children find a home."""
    names = list(published.titles)
    if not published.counties or not names:
        raise CqiError(f"The run of {published.as_of_words} holds no county and measure to look at. Make one with: make review")
    return Chosen(county=published.counties[0], cohort=published.cohorts[0], measure=FIRST if FIRST in names else names[0])


def _page(published: Published, chosen: Chosen, journal: _Journal) -> widgets.Widget:
    facts = (("What the file knew on", published.as_of_words), ("Counties", plural(len(published.counties), "county", "counties")),
             ("Who may read this", READERS.get(published.profile, published.profile)))
    head = show.shown(Heading("How are the children doing, and what do you know?", HOW_TO_READ, facts))
    return _framed([head, choices(published, chosen), _tabs(published, chosen, journal)])


def choices(published: Published, chosen: Chosen) -> widgets.Widget:
    """The four controls; each changes what every panel shows."""
    from cqi.explore.where import groups

    county = _control("County", list(published.counties), chosen, "county", "The county to look at")
    cohort = _control("Children who entered", [(period(word).words, word) for word in published.cohorts], chosen, "cohort", "When the children entered care")
    named = _control("Measure", [(title, name) for name, title in published.titles.items()], chosen, "measure", "What is counted")
    group = _control("Group", list(groups(published, chosen.measure).items()), chosen, "group", "All children, or groups of them")

    def regroup(_) -> None:
        found = list(groups(published, chosen.measure).items())
        kept = chosen.group if chosen.group in dict(found).values() else ""
        group.options = found
        group.value = kept

    chosen.observe(regroup, "measure")
    return widgets.HBox([county, cohort, named, group]).add_class("cqi-choices")


def _control(words: str, options: list, chosen: Chosen, name: str, tooltip: str) -> widgets.Dropdown:
    """A labelled list that sets what is chosen, and follows it."""
    found = widgets.Dropdown(description=words, options=options, value=getattr(chosen, name), tooltip=tooltip, style={"description_width": "initial"})
    found.observe(lambda change: setattr(chosen, name, change["new"] or ""), "value")
    chosen.observe(lambda change: setattr(found, "value", change["new"]), name)
    return found


def _tabs(published: Published, chosen: Chosen, journal: _Journal) -> widgets.Widget:
    """The six questions; a panel is built when it is first opened."""
    places = [widgets.VBox() for _ in QUESTIONS]
    tabs = widgets.Tab(places, titles=list(QUESTIONS)).add_class("cqi-tabs")

    def build(_=None) -> None:
        number = tabs.selected_index
        if number is not None and not places[number].children:
            places[number].children = [_panel(list(QUESTIONS.values())[number], published, chosen, journal)]

    tabs.observe(build, "selected_index")
    tabs.selected_index = 0
    build()
    return tabs


def _panel(room: str, published: Published, chosen: Chosen, journal: _Journal) -> widgets.Widget:
    """The panel, or in plain words why it cannot be shown."""
    try:
        kept = journal.opened if room not in ("where", "what_if") else None
        return import_module(f"cqi.explore.{room}").panel(published, chosen, kept)
    except CqiError as error:
        return widgets.HTML(f'<div class="cqi-markup"><p class="note">{show.plain(str(error))}</p></div>')
