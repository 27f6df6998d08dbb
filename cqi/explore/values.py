"""What do we value? The values that a group holds beside the measures reviewed: a picture, saved in the journal, loaded again, printed."""

from __future__ import annotations

import ipywidgets as widgets
import pandas as pd

from cqi import charts
from cqi.blocks import Block, Details, Figure, Section, Text
from cqi.charts import values as pictures
from cqi.explore import show
from cqi.explore.chosen import Chosen
from cqi.explore.holding import Value, kept, measures_of, own_value, read_again, reviewed_of, stated, suggested
from cqi.explore.published import Published
from cqi.registry import Measure, measure
from cqi.vocabulary import CqiError, printable
from cqi.wording import values as say
from cqi.wording.numbers import day_words

ABOUT = ("Which of these do you hold? Choose them, and add what is missing in your own words. The picture shows which of them a measure "
         "looks after, and which nobody would see "
         "slipping.")
QUESTION = "Which of our values does a measure look after?"
NONE_HELD = "Choose at least one value, or write your own."
SAVED = "Saved as number {}. You find it under “Maps saved before”, and you can load it again."
NOBODY = "A value tells of no child: please write no name, date of birth or case number. This looks like one: {} Press Add again if it is all right."
TITLE = "What we value"


def panel(published: Published, chosen: Chosen, journal=None) -> widgets.Widget:
    """The panel; what is saved is tied to the county that is chosen."""
    return Values(published, chosen, journal).whole


class Values:
    """The controls and the map; `whole` is the widget, `values` are all that stand to choose from."""

    def __init__(self, published: Published, chosen: Chosen, journal) -> None:
        self.published, self.chosen, self.journal = published, chosen, journal
        self.reviewed = reviewed_of(published.titles)
        self.values, self.sure = stated(self.reviewed), ""
        self.boxes, self.picture, self.said, self.line = widgets.VBox().add_class("cqi-held"), widgets.HTML(), widgets.HTML(), show.spoken()
        self.words = widgets.Text(description="Another value, in your own words", placeholder="Brothers and sisters grow up together")
        self.speaks = widgets.SelectMultiple(options=[(published.titles[name], name) for name in self.reviewed], rows=5,
                                             description="Measures that speak of it, if any (hold Ctrl for several)")
        self.add = widgets.Button(description="Add", tooltip="Add this value to the list").add_class("cqi-second")
        self.role = widgets.Text(description="Who you are: a group or role, no names", placeholder="Foster parents' council")
        self.save = widgets.Button(description="Save this map", tooltip="Keep the map in the journal")
        self.earlier = widgets.Dropdown(description="Maps saved before")
        self.load = widgets.Button(description="Load it", tooltip="Show a map that was saved before").add_class("cqi-second")
        self.kept = widgets.HTML()
        self._offer(frozenset(value.words for value in self.values if value.measures))
        self.whole = self._laid_out()
        self._connect()
        self._earlier()

    def _laid_out(self) -> widgets.Widget:
        from cqi.explore import downloads

        adding = widgets.VBox([self.words, self.speaks, self.add, self.said]).add_class("cqi-form")
        keeping = widgets.VBox([self.role, self.save, self.kept]).add_class("cqi-form")
        again = widgets.HBox([self.earlier, self.load]).add_class("cqi-row")
        parts = [widgets.HTML(f'<div class="cqi-markup"><p>{show.plain(ABOUT)}</p></div>'), self.boxes, adding, self.line, self.picture]
        files = downloads.box(self.published, self.chosen, lambda _: self._pictures())
        return widgets.VBox([*parts, *([keeping, again] if self.journal is not None else []), files]).add_class("cqi-panel")

    def _connect(self) -> None:
        self.add.on_click(lambda _: self._add())
        self.save.on_click(lambda _: self._save())
        self.load.on_click(lambda _: self._load())

    @property
    def held(self) -> list[Value]:
        """The values that the group holds."""
        return [value for value, box in zip(self.values, self.boxes.children) if box.value]

    def _offer(self, held: frozenset[str]) -> None:
        """A box to choose each value."""
        self.boxes.children = [widgets.Checkbox(value.words in held, description=value.words, indent=False) for value in self.values]
        for box in self.boxes.children:
            box.observe(lambda _: self._draw(), "value")
        self._draw()

    def _draw(self) -> None:
        show.show(self.picture, values_map(self.held, self.reviewed))

    def _add(self) -> None:
        """Takes up a value of the group's own; it asks first where the words could tell who a child is."""
        from cqi.journal import hints

        try:
            value = own_value(self.words.value, tuple(self.speaks.value), self.values)
        except CqiError as error:
            return self._answer("cqi-unsaved", str(error))
        found = hints(value.words, (*self.published.counties, *self.published.titles.values()))
        if found and self.sure != value.words:
            self.sure = value.words
            return self._answer("cqi-hints", NOBODY.format(" ".join(found)))
        held = frozenset(each.words for each in self.held) | {value.words}
        self.values, self.words.value, self.speaks.value, self.sure = [*self.values, value], "", (), ""
        self._offer(held)
        return self._answer("cqi-saved", f"Added: {value.words}")

    def _save(self) -> None:
        """Keeps the map in the journal."""
        from cqi.journal import Entry

        if not self.held:
            return self._answer("cqi-unsaved", NONE_HELD, self.kept)
        finding = say.map_finding([say.standing(measures_of(value)) for value in self.held], [measure(name) for name in self.reviewed])
        try:
            entry = self.journal.add(Entry(kind="values", text=finding, role=self.role.value, county=self.chosen.county, chart=TITLE,
                details=kept(self.held)))
        except CqiError as error:
            return self._answer("cqi-unsaved", f"It could not be saved: {error}", self.kept)
        self.chosen.wrote(entry.number)
        self._earlier()
        return self._answer("cqi-saved", SAVED.format(entry.number), self.kept)

    def _earlier(self) -> None:
        """Offers the maps saved before, the newest first: in the agency's own room all, else those cleared and those of this sitting."""
        try:
            found = self.journal.entries(("values",)) if self.journal is not None else []
        except CqiError as error:
            found = []
            self._answer("cqi-unsaved", str(error), self.kept)
        may = [each for each in found if self.published.profile == "internal" or each.cleared or each.number in self.chosen.written]
        self.maps = {each.number: each for each in may}
        self.earlier.options = [(_named(each), each.number) for each in may[::-1]] or [("None yet", 0)]
        self.earlier.value, self.load.disabled = self.earlier.options[0][1], not may

    def _load(self) -> None:
        """Shows a map that was saved: its values are chosen, and those that it alone has stand there too."""
        loaded = read_again(self.maps[self.earlier.value].details, self.reviewed)
        own = [value for value in loaded if value.ours]
        self.values = [*stated(self.reviewed), *own]
        self._offer(frozenset(value.words for value in loaded))
        self._answer("cqi-saved", f"Loaded: {_named(self.maps[self.earlier.value])}.", self.kept)

    def _answer(self, kind: str, words: str, place: widgets.HTML | None = None) -> None:
        """Says what came of it beside the button, and aloud."""
        self.said.value = self.kept.value = ""
        (place or self.said).value = f'<div class="cqi-markup {kind}"><p>{show.plain(words)}</p></div>'
        show.say(self.line, words)

    def _pictures(self) -> dict[str, Figure]:
        return {TITLE: _figure(self.held, self.reviewed)} if self.held else {}


def _named(entry) -> str:
    return f"Number {entry.number}, {printable(entry.role) or 'somebody'}, {entry.county}, {day_words(entry.written.date())}"


def values_map(held: list[Value], reviewed: list[str]) -> Block:
    """The map with its words; what values without an outcome measure could get; and the tasks that are counted only."""
    if not held:
        return Text((NONE_HELD,), "note")
    lacking = [say.suggestion(value.words, titles, more=more) for value in held if say.standing(measures_of(value)) != "outcome"
               for titles, more in [suggested(value, reviewed)]]
    tasks = say.only_counted([measure(name) for name in reviewed])
    parts = [_figure(held, reviewed), *([Details("What could look after the values that have no outcome measure?", (Text(tuple(lacking),
        "list"),))] if lacking else []),
             *([Details("What do we only count as done?", (Text(tuple(tasks), "list"),))] if tasks else [])]
    return Section(tuple(parts))


def _figure(held: list[Value], reviewed: list[str]) -> Figure:
    rows = [(value.words, measures_of(value)) for value in held]
    finding = say.map_finding([say.standing(measures) for _, measures in rows], [measure(name) for name in reviewed])
    return Figure(QUESTION, finding, charts.spec(pictures.values_map(_rows(rows))), say.map_table(rows,
        "Our values, and what is measured of them"), say.MAP_NOTES)


def _rows(rows: list[tuple[str, list[Measure]]]) -> pd.DataFrame:
    """A row a value and measure."""
    return pd.DataFrame([{"title": value, "words": each.title if each else say.NO_MEASURE, "kind": each.type if each else pictures.NONE}
                         for value, measures in rows for each in (measures or [None])])
