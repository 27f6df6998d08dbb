"""What people said, and what was done about it, as blocks of a page and as lines of the command."""

from __future__ import annotations

from datetime import date

from cqi.blocks import Block, Cell, Details, Table, Text
from cqi.journal.entry import Entry
from cqi.journal.heard import COUNTS, Heard
from cqi.registry import measure
from cqi.vocabulary import STEERING, CqiError, printable
from cqi.wording.numbers import day_words, plural

LONG, BEGINNING = 400, 200
"""From how many characters on words are folded, and how many then stand in the table."""
SHOWN = 10
"""How many entries stand open; older ones are folded."""
NO_JOURNAL = "No journal is kept with these pages yet. What do you know that the numbers don't? Tell whoever gave you this page, and ask that it be written down."
NOBODY = "Nobody has said anything about this cohort yet. What do you know that the numbers don't? Tell whoever gave you this page, and it will stand here next time."
CLEARED = "Shown is what the agency has cleared for everyone, without names."
WITHHELD = {COUNTS: "These words are not shown here, because they count children, and that number has not been checked for privacy. "
                    "The agency's own staff see them."}
WITHHELD_ID = "These words are not shown, because they hold a number of a child's record. Please write them again without it."
STATUS = {"open": "Open", "under way": "Under way", "done": "Done", "not now": "Not now"}
_JOINERS = "\u200c\u200d"


def said(entries: list[Heard] | None, *, released: bool) -> tuple[Block, ...]:
    """What was said about one cohort: open needs first, then all else, the newest last; long words and older entries folded. `entries` None:
    there is no journal."""
    if not entries:
        return (Text((NO_JOURNAL if entries is None else NOBODY,), "note"),)
    needs = [each for each in entries if each.kind == "need" and each.status in ("open", "under way")]
    others = [each for each in entries if each not in needs]
    older, newer = others[:-SHOWN], others[-SHOWN:]
    caption = "What else was said" if needs else "What was said"
    return (*(_table(needs, "Needs that are open", released) if needs else ()),
            *((Details(f"Said before: {plural(len(older), 'entry', 'entries')}", _table(older, "Said before", released)),) if older else ()),
            *(_table(newer, caption, released) if newer else ()), *((Text((CLEARED,), "note"),) if released else ()))


def _table(entries: list[Heard], caption: str, released: bool) -> tuple[Block, ...]:
    rows = tuple((Cell(_who(each, released)), Cell(_words(each)), Cell(_done(each))) for each in entries)
    long = [each for each in entries if len(each.text) > LONG or len(each.answer) > LONG]
    folded = (Details(f"All of what was said: {_title(each)}", tuple(Text(paragraphs(words)) for words in (each.text, each.answer) if words)) for each in long)
    return (Table(caption, ("Who and when", "What was said", "What we did"), rows, numeric=False), *folded)


def _title(each: Heard) -> str:
    return f"{each.kind}{f', {role}' if (role := one_line(each.role)) else ''}, {day_words(date.fromisoformat(each.said))}"


def _who(each: Heard, released: bool) -> str:
    lines = (each.kind.capitalize(), ", ".join(filter(None, (one_line(each.name), one_line(each.role)))), day_words(date.fromisoformat(each.said)),
             "" if released else f"Entry {each.number}")
    return "\n".join(filter(None, lines))


def _words(each: Heard) -> str:
    if each.withheld:
        return WITHHELD.get(each.withheld, WITHHELD_ID)
    return "\n".join(filter(None, (_beginning(each.text), f"About: {_measure(each.measure)}" if each.measure else "")))


def _done(each: Heard) -> str:
    answer = _beginning(each.answer) or ("" if each.withheld else "No answer yet.")
    owner, due = one_line(each.owner), f"By {day_words(date.fromisoformat(each.due))}." if each.due else ""
    return "\n".join(filter(None, (STATUS[each.status] + ".", answer, f"Who: {owner}" if owner else "", due)))


def _measure(name: str) -> str:
    try:
        return measure(name).title
    except CqiError:
        return one_line(name)


def _beginning(words: str) -> str:
    """The words, or where they begin if they are long; the rest is folded below."""
    whole = "\n".join(paragraphs(words))
    if len(whole) <= LONG:
        return whole
    cut = whole[:BEGINNING]
    return f"{cut[:cut.rfind(' ')] if ' ' in cut[BEGINNING // 2:] else cut} … (all of it below)"


def paragraphs(words: str) -> tuple[str, ...]:
    """The words line by line, without characters that turn the order of letters or steer a terminal; those that join letters stay."""
    lines = STEERING.sub(lambda found: found.group() if found.group() in _JOINERS else " " if found.group() == "\t" else "", words.replace("\r", "\n")).split("\n")
    return tuple(line.strip() for line in lines if line.strip())


def one_line(words: str) -> str:
    """What somebody typed as one line, without characters that steer a terminal."""
    return " ".join(printable(words).split())


def journal_lines(entries: list[Entry]) -> list[str]:
    """The entries for a terminal: number, day, kind, about what, whose it is to do, and the words, one entry after another."""
    return [line for each in entries for line in _entry_lines(each)] or ["The journal has no entries yet."]


def _entry_lines(entry: Entry) -> list[str]:
    about = ", ".join(filter(None, (one_line(entry.county) or "All counties", one_line(entry.cohort), one_line(entry.measure))))
    who = ", ".join(filter(None, (one_line(entry.name), one_line(entry.role))))
    due = f", by {day_words(entry.due)}" if entry.due else ""
    owner = f", {one_line(entry.owner)}" if entry.owner else ""
    head = f"{entry.number:>4}  {entry.kind}, {STATUS[entry.status].lower()}{owner}{due}{'' if not entry.cleared else ', cleared for everyone'}"
    said = [f"      {about}{f'; {who}' if who else ''}; {day_words(entry.written.date())}", *(f"      {line}" for line in paragraphs(entry.text))]
    return [head, *said, *(f"      > {line}" for line in paragraphs(entry.answer)), ""]
