"""Goals in words: as a sentence that can be checked, where they stand, and what was set before."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pandas as pd

from cqi.blocks import Block, Cell, Details, Figure, Table, Text
from cqi.cohorts import cohort
from cqi.goals.goal import Goal, goal_of
from cqi.goals.grounds import Grounds, grounds, pace_needed
from cqi.goals.progress import AHEAD, HELD, HIDDEN, LOST, NOT_REACHED, REACHED, UNSURE, Standing, limit, standing
from cqi.goals.smart import LETTERS, Finding, matures
from cqi.journal.heard import Planned
from cqi.registry import measure, measure_names
from cqi.vocabulary import HIDDEN_WORDS, CqiError
from cqi.wording.course import not_ahead
from cqi.wording.course_numbers import chance_words
from cqi.wording.numbers import FEW, day_words, plural, share, value_form
from cqi.wording.said import CLEARED, STATUS, WITHHELD, WITHHELD_ID, one_line, paragraphs

Rows = Callable[[str], pd.DataFrame]
Draw = Callable[[Goal, Grounds], dict]
NO_JOURNAL = "No journal is kept with these pages yet, so no goal is written down. A goal can be made on the explore page, under “What do we aim for?”."
NONE_SET = "No goal has been set for these children yet. One can be made on the explore page, under “What do we aim for?”."
NOT_READ = "This goal is not kept in a form that a review can follow. Write it anew on the explore page."
NOTES = ("The dark band holds the final figure 4 times in 5, the light band 19 times in 20; the blue mark is the middle. The dashed line is the goal. "
         "The figure so far is not drawn: it still grows, and may not be set beside a goal that is for the whole time.",)
HOLD_NOTE = "The grey part is the drop that was said beforehand not to matter."
SIGN = {"ok": "Yes", "warning": "Ask", "error": "Not yet"}
ASKED = {"specific": "Specific: is it an outcome?", "measurable": "Measurable: can it be counted?", "accurate": "Accurate: do the people say it is theirs?",
         "realistic": "Realistic: has it been done?", "time-bound": "Time-bound: can it be known by then?", "in balance": "In balance: what must not suffer?"}


def sentence(goal: Goal) -> str:
    """The goal as it is counted: `Children who entered care, Birch, July to December 2025: at least 38% left to a permanent home (...)`."""
    definition, up = measure(goal.measure), measure(goal.measure).direction != "down"
    who = f"{definition.words['among'][:1].upper()}{definition.words['among'][1:]}" if definition.per == 1 else definition.title
    counted = f" {definition.words['counted']}" if definition.per == 1 else f" {definition.unit}"
    when = f" Known by {day_words(goal.by)}." if goal.by else ""
    where = f"{who}, {one_line(goal.place)}, {cohort(goal.cohort).words}"
    if goal.kind == "maintain":
        edge = f"; {'below' if up else 'above'} {_level(goal, limit(goal))} the drop would matter" if goal.margin else ""
        return f"{where}: {_level(goal)}{counted} is held{edge}.{when} (Measure: {definition.title}.)"
    return f"{where}: {'at least' if up else 'at most'} {_level(goal)}{counted}.{when} (Measure: {definition.title}.)"


def _level(goal: Goal, value: float | None = None) -> str:
    return f"{goal.target if value is None else value:{value_form(measure(goal.measure).unit)}}"


def checks_table(found: list[Finding], caption: str = "Is this goal SMART, and in balance?") -> Table:
    """One row a finding, in order: what was asked, whether it holds, and why."""
    rows = tuple((Cell(ASKED[each.letter]), Cell(SIGN[each.level]), Cell(each.words)) for letter in LETTERS for each in found if each.letter == letter)
    return Table(caption, ("What is asked", "Is it so?", "Why, and what would help"), rows, numeric=False)


def goals(kept: list[Planned] | None, rows: Rows, *, draw: Draw, counties: tuple[str, ...], as_of: date, released: bool) -> tuple[Block, ...]:
    """The goals of one county and cohort with where each stands; those done or put off folded. `kept` None: there is no journal. `draw` makes
    the chart of where a goal is heading."""
    if not kept:
        return (Text((NO_JOURNAL if kept is None else NONE_SET,), "note"),)
    parts = [(each, _one(each, rows, draw=draw, counties=counties, as_of=as_of, released=released)) for each in kept]
    now = [block for each, blocks in parts if each.status in ("open", "under way") for block in blocks]
    past = [block for each, blocks in parts if each.status not in ("open", "under way") for block in blocks]
    count = len([each for each in kept if each.status not in ("open", "under way")])
    return (*now, *((Details(f"{plural(count, 'goal')} done or put off", tuple(past)),) if past else ()), *((Text((CLEARED,), "note"),) if released else ()))


def _one(each: Planned, rows: Rows, *, draw: Draw, counties: tuple[str, ...], as_of: date, released: bool) -> tuple[Block, ...]:
    own = Cell(_quoted(each)), Cell(STATUS[each.status] + "." + (f" {one_line(each.answer)}" if each.answer else ""))
    try:
        goal = goal_of(each)
        told = sentence(goal)
    except CqiError:
        lines = ((Cell("In their own words"), own[0]), (Cell("As a measure"), Cell(NOT_READ)), (Cell("Status"), own[1]))
        return (Table(f"Goal {each.number}", ("What", "In words"), lines, numeric=False),)
    on = _grounds(goal, rows, counties, as_of, released)
    stands = standing(goal, on)
    figure = _figure(goal, on, stands, draw)
    lines = [("In their own words", own[0].text), ("As a measure", f"{told}\n{_agreed(goal, each)}"), ("Counted so far", so_far(goal, on)),
             ("Where it stands", _brief(goal, on, stands) if figure else standing_words(goal, on, stands)),
             *((f"Must not suffer: {measure(name).title}", beside(goal, name, _grounds(replace(goal, measure=name), rows, counties, as_of, released)))
               for name in goal.counter_measures if name in measure_names()), ("Status", own[1].text)]
    table = Table(f"Goal {each.number}, set on {day_words(date.fromisoformat(each.said))}", ("What", "As of " + day_words(as_of)),
                  tuple((Cell(name), Cell(words)) for name, words in lines), numeric=False)
    return (table, *figure, *_more(goal, each))


def _grounds(goal: Goal, rows: Rows, counties: tuple[str, ...], as_of: date, released: bool) -> Grounds:
    return grounds(goal, rows, counties=counties, as_of=as_of, released=released)


def _quoted(each: Planned) -> str:
    if each.withheld:
        return WITHHELD.get(each.withheld, WITHHELD_ID)
    who = ", ".join(filter(None, (one_line(each.name), one_line(each.role))))
    return "\n".join((*paragraphs(each.text), *((f"({who})",) if who else ())))


def _agreed(goal: Goal, each: Planned) -> str:
    if goal.agreed:
        return "The people whose words these are said that this still says the same."
    again = " since it was changed" if each.earlier else ""
    return f"Not yet read back{again} to the people whose words these are. Does it still say the same?"


def so_far(goal: Goal, on: Grounds) -> str:
    """What was counted, with how many children, and that it may still grow."""
    row = on.now
    if row is None or pd.isna(row["value"]):
        return f"Not shown: {HIDDEN_WORDS}." if standing(goal, on).what == HIDDEN else "Nothing can be counted yet."
    counted = f"{row['numerator']:,.0f} of {row['denominator']:,.0f}" if measure(goal.measure).per == 1 else f"{row['value']:.2f} {row['unit']}"
    if row["status"] == "shown":
        span = f" ({share(row['value'])}; the true rate is likely between {share(row['lower'])} and {share(row['upper'])})" if _share(goal, row) else ""
        return f"{counted}{span}. All have had their full time."
    return f"{counted} so far. Not all have had their full time, so this may not be set beside the goal yet."


def _share(goal: Goal, row: pd.Series) -> bool:
    return measure(goal.measure).per == 1 and row["denominator"] >= FEW


def standing_words(goal: Goal, on: Grounds, stands: Standing) -> str:
    """Where the goal stands: reached or not, held or not, how likely, and what pace it takes."""
    if stands.what == HIDDEN:
        return f"Where this is heading is {HIDDEN_WORDS}. The agency's own staff see it in the internal review."
    if stands.what in _WHOLE:
        return _WHOLE[stands.what].format(level=_level(goal, stands.level))
    if stands.what == AHEAD:
        return _ahead(goal, on, stands)
    ripe = matures(goal)
    reason = not_ahead(on.course) if on.course is not None else ""
    known = f" The figure of all these children can be known from {day_words(ripe)} on." if ripe and ripe > on.as_of else ""
    return (reason or "There is nothing to say about it yet.") + known


_WHOLE = {
    REACHED: "The goal of {level} was reached. See that it lasts.",
    NOT_REACHED: "The figure came to lie short of {level}. That is no judgement on anyone's work: what did we learn, and what is the next goal?",
    HELD: "Held: even with chance allowed for, there was no drop that matters (past {level}). Not getting worse is a success here.",
    LOST: "There was a drop that matters: even with chance allowed for, the figure lies past {level}. What changed?",
    UNSURE: "It cannot be told from chance whether there was a drop that matters (past {level}). Go on watching.",
}


def _ahead(goal: Goal, on: Grounds, stands: Standing) -> str:
    low, inner_low, middle, inner_high, high = on.shares
    if on.course["expected_final"] < FEW:
        return "With so few children there is no share to look ahead to. Look at each child: what is the plan, and what is in its way?"
    by, what = day_words(on.course["target_by"]), "of coming through without a drop that matters" if goal.kind == "maintain" else "of getting there"
    words = (f"By {by} the figure will likely be about {share(middle)}; we are fairly sure (4 times in 5) that it will be between {share(inner_low)} and "
             f"{share(inner_high)}, very sure (19 in 20) between {share(low)} and {share(high)}. The chance {what} is {chance_words(stands.chance)}.")
    return f"{words}{_pace(goal, on, stands)}"


def _brief(goal: Goal, on: Grounds, stands: Standing) -> str:
    """What the picture below tells, in a line."""
    what = "coming through without a drop that matters" if goal.kind == "maintain" else "getting there"
    return f"Heading for about {share(on.shares[2])}; the chance of {what} is {chance_words(stands.chance)}. How sure that is stands below."


def _pace(goal: Goal, on: Grounds, stands: Standing) -> str:
    pace = pace_needed(on, stands.level)
    if pace is None or measure(goal.measure).direction == "down":
        return ""
    if math.isinf(pace):
        return " Even at one and a half times the pace now the middle of what is likely stays below it."
    return f" It takes about {pace - 1:.0%} more than the pace now, from today on." if pace >= 1.05 else " The pace now is about enough."


def beside(goal: Goal, name: str, on: Grounds) -> str:
    """What is known of a counter-measure for the same period: never as a target, and only whether there is a signal."""
    row = on.course
    if row is None or row["status"] == "suppressed":
        return f"Not shown: {HIDDEN_WORDS}." if row is not None else "Not counted for these children yet."
    if row["status"] != "shown":
        return not_ahead(row)
    counted = so_far(replace(goal, measure=name), on).replace(", so this may not be set beside the goal yet", "")
    if row["signal"] == "worse":
        return f"{counted} There is a signal that it is worse than usual: look there first."
    return f"{counted} No signal that it is worse than usual."


def _figure(goal: Goal, on: Grounds, stands: Standing, draw: Draw) -> tuple[Block, ...]:
    if stands.what != AHEAD or on.course["expected_final"] < FEW or measure(goal.measure).per != 1:
        return ()
    columns = ("What", "Share of the children")
    low, inner_low, middle, inner_high, high = on.shares
    rows = [("Level to hold" if goal.kind == "maintain" else "Goal", share(goal.target)), ("Middle of what is likely", share(middle)),
            ("Range, 4 times in 5", f"{share(inner_low)} to {share(inner_high)}"), ("Range, 19 times in 20", f"{share(low)} to {share(high)}"),
            ("At the usual pace", share(on.course["usual_final"]))]
    rows[1:1] = [("Drop that would matter, past", share(stands.level))] if goal.kind == "maintain" else []
    table = Table(f"Final figure, likely by {day_words(on.course['target_by'])}", columns, tuple((Cell(name), Cell(words)) for name, words in rows))
    notes = (*NOTES, *((HOLD_NOTE,) if goal.kind == "maintain" else ()))
    return (Figure("Where is this goal heading?", _ahead(goal, on, stands), draw(goal, on), table, notes),)


def _more(goal: Goal, each: Planned) -> tuple[Block, ...]:
    """What goes in and what is done, apart from the outcome; and the versions before."""
    parts = [(name, words) for name, words in (("What goes in (people, time, money)", goal.inputs), ("What we do (activities)", goal.activities))
             if any(map(str.strip, words))]
    blocks = [Table("How we mean to get there: not the goal itself", ("What", "In words"), tuple((Cell(name), Cell("\n".join(map(one_line, words)))) for name, words in parts),
                    numeric=False)] if parts and not each.withheld else []
    versions = [(day_words(date.fromisoformat(old.changed)), *_version(old)) for old in each.earlier]
    if versions:
        why = f"Changed on {day_words(date.fromisoformat(each.changed))}" + (f": {one_line(goal.reason)}" if goal.reason else ".")
        blocks += [Table("What was set before", ("Version of", "In their own words", "As a measure"), tuple(tuple(map(Cell, row)) for row in versions), numeric=False),
                   Text((why,), "note")]
    return (Details(f"Goal {each.number}: how we mean to get there, and what was set before", tuple(blocks)),) if blocks else ()


def _version(old: Planned) -> tuple[str, str]:
    try:
        return _quoted(old), sentence(goal_of(old))
    except CqiError:
        return _quoted(old), NOT_READ
