"""What do we aim for? A goal in people's own words, with its SMART checks answered at once; kept, revised and, by staff, cleared."""

from __future__ import annotations

from datetime import date

import ipywidgets as widgets
import pandas as pd

from cqi.blocks import Section, Text
from cqi.cohorts import cohort as period
from cqi.explore import show
from cqi.explore.chosen import Chosen
from cqi.explore.feedback import NO_JOURNAL, ROLES
from cqi.explore.published import Published
from cqi.goals.goal import SAID, Goal, goal_of, revised
from cqi.goals.grounds import grounds
from cqi.goals.smart import check, errors, matures
from cqi.registry import measure, measure_names, reviewed_names
from cqi.vocabulary import CqiError, printable
from cqi.wording.goals import checks_table, sentence

NEW = "A new goal"
KINDS = {"To get better": "improve", "Not to get worse: hold a level": "maintain"}
ABOUT = ("Begin with what you wish for, in your own words. Choose county, children and measure at the top; below you see at once whether the goal can be "
         "counted and known, and whether it was ever reached here. Please tell no child's name.")
USUAL_SHARE, USUAL_RATE, USUAL_MARGIN = 40.0, 4.0, 5.0
FAILED = "It could not be saved, and nothing of what you typed is lost: it still stands above. {}"
NOT_YET = "It is not saved yet: something below still says “Not yet”. What you typed still stands above."
SAVED = "Saved as number {}. The next review of this county reads it back: what was aimed for, and where it stands."
AGAIN = "Before it is saved: could this tell who a child is? Change it, or press Save once more. {}"
COUNTS = "Its words or activities count children, so pages for everyone will show the goal without them."


def panel(published: Published, chosen: Chosen, journal=None) -> widgets.Widget:
    """The form; the goal is for the county, children and measure that are chosen."""
    if journal is None:
        return widgets.HTML(f'<div class="cqi-markup"><p class="note">{show.plain(NO_JOURNAL)}</p></div>')
    return Goals(published, chosen, journal).whole


class Goals:
    """The form's controls and what they do; `whole` is the widget."""

    def __init__(self, published: Published, chosen: Chosen, journal) -> None:
        self.published, self.chosen, self.journal, self.sure, self.kept = published, chosen, journal, "", {}
        self.about, self.said, self.checked, self.line = widgets.HTML(), widgets.HTML(), widgets.HTML(), show.spoken()
        self.which = widgets.Dropdown(options=[(NEW, 0)], description="New, or change one that is kept")
        self.words = widgets.Textarea(description="In your own words: what should be different for children and families?", rows=3, continuous_update=False)
        self.role = widgets.Combobox(options=ROLES, description="Whose words: a group or role, no names", ensure_option=False, continuous_update=False)
        self.kind = widgets.RadioButtons(options=list(KINDS), description="What kind of goal is it?")
        self.target, self.margin = (widgets.BoundedFloatText(value, min=0, max=1000, step=0.1) for value in (USUAL_SHARE, USUAL_MARGIN))
        self.by = widgets.DatePicker(description="By when")
        self.counter = widgets.SelectMultiple(rows=4, description="What must not suffer meanwhile (hold Ctrl for several)")
        self.inputs, self.activities = (widgets.Textarea(description=words, rows=2, continuous_update=False) for words in (
            "What goes in: people, time, money (a line each)", "What we will do (a line each); it is the way, not the goal"))
        self.agreed = widgets.Checkbox(description="The people whose words these are say that it still says the same", indent=False)
        self.reason = widgets.Text(description="Why does it change?", continuous_update=False)
        self.save = widgets.Button(description="Save the goal", tooltip="Keep the goal in the journal")
        self.clear = widgets.Button(description="Let everyone read it", tooltip="Clear the goal that is chosen for everyone, or take that back").add_class("cqi-second")
        self._connect()
        buttons = widgets.HBox([self.save, self.clear]).add_class("cqi-row")
        numbers = widgets.HBox([self.target, self.margin, self.by]).add_class("cqi-row")
        form = widgets.VBox([self.which, self.words, self.role, self.kind, numbers, self.counter, self.inputs, self.activities, self.agreed, self.reason,
                             buttons, self.said]).add_class("cqi-form")
        self.whole = widgets.VBox([self.about, form, self.line, self.checked]).add_class("cqi-panel")

    def _connect(self) -> None:
        for control in (self.words, self.role, self.kind, self.target, self.margin, self.by, self.counter, self.inputs, self.activities, self.agreed):
            control.observe(lambda _: self._check(), "value")
        for control in (self.words, self.kind, self.target, self.margin, self.by):
            control.observe(lambda _: self._ask_anew(), "value")
        self.which.observe(lambda _: self._fill(), "value")
        self.chosen.observe(lambda _: self._follow(), ["county", "cohort", "measure"])
        self.save.on_click(lambda _: self._save())
        self.clear.on_click(lambda _: self._clear())
        self._follow()

    @property
    def _share(self) -> bool:
        return measure(self.chosen.measure).per == 1

    @property
    def goal(self) -> Goal:
        """The goal as it stands in the form."""
        part, maintain = 100 if self._share else 1, KINDS[self.kind.value] == "maintain"
        lines = {name: tuple(each.strip() for each in getattr(self, name).value.splitlines() if each.strip()) for name in ("inputs", "activities")}
        return Goal(words=self.words.value.strip(), role=self.role.value, measure=self.chosen.measure, county=self.chosen.county, cohort=self.chosen.cohort,
                    target=round(self.target.value / part, 6), by=self.by.value, kind=KINDS[self.kind.value],
                    margin=round(self.margin.value / part, 6) if maintain else None, counter_measures=tuple(self.counter.value), agreed=self.agreed.value, **lines)

    def _follow(self) -> None:
        """Takes up another county, period or measure: its own counter-measures, the day when its figure can be known, and the goals that are kept."""
        definition = measure(self.chosen.measure)
        unit = "so many in 100" if self._share else definition.unit
        self.target.description, self.margin.description = f"The level: {unit}", f"A drop that would matter: {unit}"
        others = [(measure(name).title, name) for name in reviewed_names() if name != self.chosen.measure]
        self.counter.options = others
        self.counter.value = tuple(name for _, name in others if name in definition.counter_measures[:1])
        self.target.value = USUAL_SHARE if self._share else USUAL_RATE
        self.by.value = matures(self.goal)
        where = f"{self.chosen.county}, {period(self.chosen.cohort).words}: {definition.title}"
        self.about.value = (f'<div class="cqi-markup"><p>{show.plain(ABOUT)}</p><p class="cqi-about">The goal is for: <strong>{show.plain(where)}</strong></p></div>')
        self._offer()
        self._fill()

    def _offer(self, number: int = 0) -> None:
        """The goals of what is chosen that may be changed here: in the agency's own room all, else those of this sitting."""
        try:
            found = self.journal.entries(("goal",), county=self.chosen.county, cohort=self.chosen.cohort)
        except CqiError as error:
            found = []
            self._answer("cqi-unsaved", str(error))
        may = [each for each in found if self.published.profile == "internal" or each.number in self.chosen.written]
        self.kept = {each.number: each for each in may if each.measure == self.chosen.measure and _is_goal(each)}
        self.which.options = [(NEW, 0), *((f"Goal {each.number}: {printable(each.text)[:60]}", each.number) for each in self.kept.values())]
        self.which.value = number if number in self.kept else 0

    def _fill(self) -> None:
        """Shows the goal that is chosen, to be changed; for a new one the form stays as it is."""
        entry = self.kept.get(self.which.value)
        if entry:
            goal, part = goal_of(entry), 100 if self._share else 1
            self.words.value, self.role.value, self.by.value = goal.words, goal.role, goal.by
            self.kind.value = next(words for words, kind in KINDS.items() if kind == goal.kind)
            self.target.value, self.margin.value = part * goal.target, part * goal.margin if goal.margin else USUAL_MARGIN
            self.counter.value = tuple(name for name in goal.counter_measures if name in dict(self.counter.options).values())
            self.inputs.value, self.activities.value = "\n".join(goal.inputs), "\n".join(goal.activities)
            self.agreed.value = goal.agreed
        self.reason.layout.display = None if entry else "none"
        self.clear.layout.display = None if entry and self.published.profile == "internal" else "none"
        self.clear.description = "Take back: staff only" if entry and entry.cleared else "Let everyone read it"
        self._check()

    def _check(self) -> None:
        """Answers the goal as it stands."""
        self.margin.layout.display = None if KINDS[self.kind.value] == "maintain" else "none"
        self.said.value, goal = "", self.goal
        self.checked.value = show.markup(Section((Text((sentence(goal),), "answer"), checks_table(self._found(goal)))))

    def _ask_anew(self) -> None:
        """What has changed, nobody has agreed to yet."""
        kept = self.kept.get(self.which.value)
        if not (kept and all(getattr(self.goal, name) == getattr(goal_of(kept), name) for name in SAID)):
            self.agreed.value = False

    def _found(self, goal: Goal) -> list:
        return check(goal, grounds(goal, self._rows, counties=self.published.counties, as_of=date.fromisoformat(self.published.as_of),
                                   released=self.published.profile != "internal"))

    def _rows(self, name: str) -> pd.DataFrame:
        word = self.chosen.cohort
        return self.published.table(word, name) if self.published.has(word, name) else pd.DataFrame()

    def _save(self) -> None:
        """Keeps the goal, or its new version; it asks first where the words could tell who a child is."""
        from cqi.journal import hints

        goal = self.goal
        if found := errors(self._found(goal)):
            return self._answer("cqi-unsaved", " ".join((NOT_YET, *(each.words for each in found))))
        typed = "\n".join((goal.words, goal.role, self.reason.value, *goal.inputs, *goal.activities))
        told = hints(typed, (*self.published.counties, *self.published.titles.values()))
        if told and self.sure != typed:
            self.sure = typed
            return self._answer("cqi-hints", AGAIN.format(" ".join(told)))
        try:
            number = self._kept(goal)
        except CqiError as error:
            return self._answer("cqi-unsaved", FAILED.format(error))
        self.sure, self.reason.value = "", ""
        self._offer(number)
        self._fill()
        return self._answer("cqi-saved", SAVED.format(number))

    def _kept(self, goal: Goal) -> int:
        number = self.which.value
        if number:
            return revised(self.journal, number, goal, reason=self.reason.value, agreed=goal.agreed).number
        entry = self.journal.add(goal.entry())
        self.chosen.wrote(entry.number)
        return entry.number

    def _clear(self) -> None:
        """Staff let everyone read the goal that is chosen, as it is kept, or take that back."""
        from cqi.journal.counting import counts_children
        from cqi.journal.heard import values_of

        number = self.which.value
        try:
            entry = self.journal.revise(number, cleared=not self.kept[number].cleared)
        except CqiError as error:
            return self._answer("cqi-unsaved", FAILED.format(error))
        typed = [words for words in (entry.text, entry.role, *values_of(entry.details)) if words not in measure_names()]
        self._offer(number)
        self._fill()
        counts = f" {COUNTS}" if entry.cleared and any(map(counts_children, typed)) else ""
        return self._answer("cqi-saved", f"Number {number} is now for {'everyone' if entry.cleared else 'staff'} to read.{counts}")

    def _answer(self, looks: str, words: str) -> None:
        self.said.value = f'<div class="cqi-markup {looks}"><p>{show.plain(words)}</p></div>'
        show.say(self.line, words)


def _is_goal(entry) -> bool:
    try:
        return bool(goal_of(entry))
    except CqiError:
        return False
