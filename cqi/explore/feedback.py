"""What do we know that the data don't? A comment, a question, a proposed change or a need, kept with what it is about."""

from __future__ import annotations

import ipywidgets as widgets

from cqi.cohorts import cohort as period
from cqi.explore import show
from cqi.explore.chosen import Chosen
from cqi.explore.published import Published
from cqi.vocabulary import CqiError

KINDS = {"A comment: what we see": "comment", "A question": "question", "A change we propose": "proposed change",
         "A need: what we need from the agency": "need"}
ROLES = ("Young person", "Parent", "Kin caregiver", "Foster parent", "Tribe", "Judge or court staff", "Attorney or advocate",
         "Service provider", "School or health", "Agency staff", "Supervisor", "County leader")
CHARTS = ("The county as a whole", "The way to the goal", "Beside earlier periods", "Groups of children", "All counties", "What if?", "What we value")
NO_JOURNAL = ("There is no place to keep what is said, so nothing can be written here. "
              "Start the page with a journal: cqi explore --journal reports/journal.sqlite")
ABOUT = ("Numbers do not see everything. Say what you see, in your own words. Please tell no child's name, date of birth or case number: "
         "“a child”, “a family” says enough.")
FAILED = "It could not be saved, and nothing of what you typed is lost: it still stands above. {} Then press Save again."
NAMED = "Your name. Only the agency's own staff will see it, so that they can come back to you"


def panel(published: Published, chosen: Chosen, journal=None) -> widgets.Widget:
    """The form; what it keeps is tied to what is chosen at the top."""
    if journal is None:
        return widgets.HTML(f'<div class="cqi-markup"><p class="note">{show.plain(NO_JOURNAL)}</p></div>')
    return Form(published, chosen, journal).whole


class Form:
    """The form's controls and what they do; `whole` is the widget."""

    def __init__(self, published: Published, chosen: Chosen, journal) -> None:
        self.published, self.chosen, self.journal = published, chosen, journal
        self.about = widgets.HTML()
        self.kind = widgets.RadioButtons(options=list(KINDS), description="What is it?")
        self.text = widgets.Textarea(description="In your words", rows=6, placeholder="What do you see that these numbers do not show?")
        self.chart = widgets.Dropdown(options=CHARTS, description="It is about")
        self.role = widgets.Combobox(options=ROLES, description="Who speaks: your role, not your name", ensure_option=False)
        self.named = widgets.Checkbox(description="Add my name", indent=False)
        self.name = widgets.Text(description=NAMED)
        self.owner = widgets.Text(description="Who should answer, if you know")
        self.due = widgets.DatePicker(description="By when is it needed?")
        self.save = widgets.Button(description="Save", tooltip="Save what you typed")
        self.change = widgets.Button(description="Change it", tooltip="Go back to what you typed").add_class("cqi-second")
        self.sure = widgets.Button(description="It is all right, save", tooltip="Save it as it is")
        self.said, self.line = widgets.HTML(), show.spoken()
        self.asked = widgets.HBox([self.change, self.sure]).add_class("cqi-row")
        self.more, self.own = widgets.VBox([self.owner, self.due]), widgets.VBox([self.name])
        self.whole = widgets.VBox([self.about, self.kind, self.text, self.more, self.chart, self.role, self.named, self.own, self.save, self.said,
                                   self.asked, self.line]).add_class("cqi-form")
        self._connect()

    def _connect(self) -> None:
        self.kind.observe(lambda _: _open(self.more, self._word == "need"), "value")
        self.named.observe(lambda _: _open(self.own, self.named.value), "value")
        self.chosen.observe(lambda _: self._tell(), ["county", "cohort", "measure"])
        self.save.on_click(lambda _: self._look())
        self.sure.on_click(lambda _: self._keep())
        self.change.on_click(lambda _: self._reconsider())
        for part in (self.more, self.own, self.asked):
            _open(part, False)
        self._tell()

    @property
    def _word(self) -> str:
        return KINDS[self.kind.value]

    def _tell(self) -> None:
        """Says what the entry will be about."""
        now = f"{self.chosen.county}, children who entered {period(self.chosen.cohort).words}: {self.published.titles[self.chosen.measure]}"
        beside = f'<p class="cqi-about">This will stand beside: <strong>{show.plain(now)}</strong></p>'
        self.about.value = f'<div class="cqi-markup"><p>{show.plain(ABOUT)}</p>{beside}</div>'

    def _look(self) -> None:
        """Saves, unless something looks as if it could tell who a child is: then it asks first."""
        from cqi.journal import hints

        _open(self.asked, False)
        known = (*self.published.counties, *self.published.titles.values())
        if found := hints("\n".join((self.text.value, self.role.value, self.owner.value)), known):
            self._answer("cqi-hints", "Before it is saved: could this tell who a child is?", found)
            _open(self.asked, True)
            self.change.focus()
        else:
            self._keep()

    def _reconsider(self) -> None:
        _open(self.asked, False)
        self.said.value = ""
        self.text.focus()

    def _keep(self) -> None:
        """Keeps the entry; what was typed goes only once it is kept."""
        _open(self.asked, False)
        try:
            kept = self.journal.add(self._entry())
        except CqiError as error:
            self._answer("cqi-unsaved", FAILED.format(error))
            return
        self._empty()
        self.chosen.wrote(kept.number)
        self._answer("cqi-saved", f"Thank you. It is saved as number {kept.number}.",
                     ("You find it under “What was said last time?”, and in the next review of this county, with what was done about it.",
                      "People outside the agency read it there once the agency's staff have cleared it."))
        self.save.focus()

    def _entry(self):
        from cqi.journal import Entry

        need = self._word == "need"
        return Entry(kind=self._word, text=self.text.value, role=self.role.value, name=self.name.value if self.named.value else "",
                     county=self.chosen.county, cohort=self.chosen.cohort, measure=self.chosen.measure,
                     chart="" if self.chart.value == CHARTS[0] else self.chart.value,
                     owner=self.owner.value if need else "", due=self.due.value if need else None,
                     details={"as_of": self.published.as_of, "profile": self.published.profile, "group": self.chosen.group})

    def _empty(self) -> None:
        self.text.value = self.owner.value = self.name.value = ""
        self.due.value, self.named.value = None, False

    def _answer(self, looks: str, lead: str, more: tuple[str, ...] | list[str] = ()) -> None:
        """Shows an answer below the form, and has it spoken."""
        rest = "".join(f"<li>{show.plain(each)}</li>" for each in more)
        self.said.value = f'<div class="cqi-markup {looks}"><p><strong>{show.plain(lead)}</strong></p>{f"<ul>{rest}</ul>" if rest else ""}</div>'
        show.say(self.line, " ".join((lead, *more)))


def _open(part: widgets.Widget, there: bool) -> None:
    """Shows a part of the form, or takes it away for everyone."""
    part.layout.display = None if there else "none"
