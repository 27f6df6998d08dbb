"""What was said last time? Earlier entries with what was done about them; in the agency's own room staff answer and clear them here."""

from __future__ import annotations

from dataclasses import replace

import ipywidgets as widgets

from cqi.cohorts import cohort as period
from cqi.explore import show
from cqi.explore.chosen import Chosen
from cqi.explore.feedback import NO_JOURNAL
from cqi.explore.published import Published
from cqi.journal.heard import COUNTS
from cqi.vocabulary import WHOLE, CqiError, printable
from cqi.wording.numbers import day_words, plural
from cqi.wording.said import WITHHELD

AROUND = {"This county and period": 0, "This county, any period": 1, "All counties": 2}
ANSWERED = {"open": "not answered yet", "under way": "under way", "done": "done", "not now": "not now"}
NONE_YET = "Nothing has been said about this yet. You can be the first: open “What do we know that the data don't?”"
ONLY_CLEARED = "Shown here: what the agency's staff have cleared for everyone, and what was written in this sitting."
FIELDS = ("answer", "status", "owner", "due", "cleared")


def panel(published: Published, chosen: Chosen, journal=None) -> widgets.Widget:
    """The entries, and in the internal profile a form to answer them."""
    if journal is None:
        return widgets.HTML(f'<div class="cqi-markup"><p class="note">{show.plain(NO_JOURNAL)}</p></div>')
    around = widgets.Dropdown(options=list(AROUND), description="Show what was said about")
    again = widgets.Button(description="Look again", tooltip="Read the journal again: others may have written").add_class("cqi-second")
    listed, line = widgets.HTML(), show.spoken()
    parts = [widgets.HBox([around, again]).add_class("cqi-row"), line, listed]
    answering = Answering(journal, lambda: follow()) if published.profile == "internal" else None

    def follow(_=None) -> None:
        found, failed = _read(journal, published, chosen, AROUND[around.value])
        listed.value = failed or _listed(found, published)
        if answering:
            answering.offer(found)

    around.observe(follow, "value")
    chosen.observe(follow, ["county", "cohort", "written"])
    again.on_click(lambda _: (follow(), show.say(line, "Read again.")))
    follow()
    return widgets.VBox([*parts, *([answering.whole] if answering else [])]).add_class("cqi-panel")


def _read(journal, published: Published, chosen: Chosen, around: int) -> tuple[list, str]:
    """The entries that may be read here, the newest first; and why they cannot be read, if so."""
    from cqi.journal.entry import FEEDBACK

    try:
        begun = journal.begun()
        found = [replace(each, written=begun[each.number]) for each in journal.entries(FEEDBACK)]
    except CqiError as error:
        return [], f'<div class="cqi-markup cqi-unsaved"><p>{show.plain(str(error))}</p></div>'
    near = [each for each in found if around == 2 or each.county in (chosen.county, "", WHOLE)]
    near = [each for each in near if around or each.cohort in (chosen.cohort, "")]
    if published.profile == "internal":
        return near[::-1], ""
    return [each if each.number in chosen.written else _released(each) for each in near if each.cleared or each.number in chosen.written][::-1], ""


def _released(each):
    """A cleared entry as everyone may read it: where its words count children, without them, as on the pages."""
    from cqi.journal.counting import counts_children

    if any(map(counts_children, (each.text, each.answer, each.role, each.owner))):
        return replace(each, text=WITHHELD[COUNTS], answer="", role="", owner="")
    return each


def _listed(found: list, published: Published) -> str:
    inside = published.profile == "internal"
    note = "" if inside else f'<p class="note">{show.plain(ONLY_CLEARED)}</p>'
    if not found:
        return f'<div class="cqi-markup"><p>{show.plain(NONE_YET)}</p>{note}</div>'
    entries = "".join(_entry(each, published, inside) for each in found)
    count = f'<p class="cqi-about">{plural(len(found), "entry", "entries")}, the newest first.</p>'
    return f'<div class="cqi-markup">{count}{note}<ul class="cqi-entries">{entries}</ul></div>'


def _entry(each, published: Published, inside: bool) -> str:
    """One entry: who said it and about what, in their words, and what was done."""
    who = ", ".join(filter(None, (each.role or "Somebody", each.name if inside else "")))
    what = (each.county or WHOLE, each.cohort and period(each.cohort).words, published.titles.get(each.measure, each.measure), each.chart)
    about = " \u00b7 ".join(filter(None, what))
    done = [f"<strong>{_safe(ANSWERED[each.status].capitalize())}.</strong>", _safe(each.answer)]
    done += [f"Owner: {_safe(each.owner)}." if each.owner else "", f"By {day_words(each.due)}." if each.due else ""]
    who_reads = "Cleared: everyone may read it." if each.cleared else "For the agency’s own staff only, until it is cleared."
    cleared = f'<p class="cqi-about">{who_reads}</p>' if inside else ""
    return (f'<li><p class="cqi-about">Number {each.number}, {_safe(each.kind)}. {_safe(who)}, {day_words(each.written)}<br>{_safe(about)}</p>'
            f"<blockquote>{_safe(each.text)}</blockquote><p>{' '.join(filter(None, done))}</p>{cleared}</li>")


def _safe(words: str) -> str:
    return show.plain(printable(words))


class Answering:
    """Staff's form: what was done about an entry, by whom and until when, and whether everyone may read it."""

    def __init__(self, journal, told) -> None:
        from cqi.journal.entry import STATUSES

        self.journal, self.told, self.found, self.read = journal, told, {}, None
        self.which = widgets.Dropdown(description="Entry")
        self.answer = widgets.Textarea(description="What was done, or what we answer", rows=4)
        self.status = widgets.Dropdown(options=[(ANSWERED[each], each) for each in STATUSES], description="Where it stands")
        self.owner = widgets.Text(description="Who sees to it (a role is enough)")
        self.due = widgets.DatePicker(description="By when")
        self.cleared = widgets.Checkbox(description="Everyone may read this entry and its answer", indent=False)
        self.save = widgets.Button(description="Save the answer", tooltip="Save what was done about this entry")
        self.said, self.line = widgets.HTML(), show.spoken()
        heading = widgets.HTML('<div class="cqi-markup"><h2>For staff: answer an entry</h2></div>')
        parts = [heading, self.which, self.answer, self.status, self.owner, self.due, self.cleared, self.save, self.said, self.line]
        self.whole = widgets.VBox(parts).add_class("cqi-form")
        self.which.observe(self._fill, "value")
        self.save.on_click(self._keep)

    def offer(self, found: list) -> None:
        """The entries that may be answered; the one that is being answered stays, with what is being typed."""
        self.found, kept = {each.number: each for each in found}, self.which.value
        options = [(f"{each.number}: {printable(each.text)[:60]}", each.number) for each in found]
        if options != list(self.which.options):
            self.which.unobserve(self._fill, "value")  # a new list chooses its first for a moment, and what is being typed must not go
            self.which.options = options
            self.which.value = kept if kept in self.found else next(iter(self.found), None)
            self.which.observe(self._fill, "value")
        self._fill()
        self.whole.layout.display = None if found else "none"

    def _fill(self, _=None) -> None:
        """Shows the entry as it is now; of one that was shown already, what was typed since stays."""
        now = self.found.get(self.which.value)
        same = now and self.read and now.number == self.read.number
        for name in FIELDS if now else ():
            if not same or getattr(self, name).value == getattr(self.read, name):
                getattr(self, name).value = getattr(now, name)
        self.read = now

    def _keep(self, _) -> None:
        """Keeps what was changed as a new version; what others changed meanwhile stays."""
        each = self.read
        changes = {name: getattr(self, name).value for name in FIELDS if each and getattr(self, name).value != getattr(each, name)}
        try:
            words = self._kept(each, changes)
        except CqiError as error:
            words = f"It could not be saved, and what you typed still stands above. {error}"
        self.said.value = f'<div class="cqi-markup cqi-saved"><p>{show.plain(words)}</p></div>'
        show.say(self.line, words)

    def _kept(self, each, changes: dict) -> str:
        if not changes:
            return "Nothing was changed."
        now = self.read = self.journal.revise(each.number, **changes)
        for name in FIELDS:
            getattr(self, name).value = getattr(now, name)
        self.told()
        return f"Saved for number {each.number}, for {'everyone' if self.cleared.value else 'staff'} to read."
