"""Improvement cycles read back: what was predicted, what happened on the same monitors, and what to do now."""

from __future__ import annotations

import re
from datetime import date

import numpy as np
import pandas as pd

from cqi.blocks import Block, Cell, Details, Table, Text
from cqi.cohorts import cohort
from cqi.cycles.cycle import ACTS, Cycle
from cqi.cycles.reading import Figure, Happened, Reading, direction
from cqi.measures.by_month import SERIES
from cqi.registry import PROPORTIONS, measure, measure_names
from cqi.vocabulary import HIDDEN_WORDS, WHOLE, CqiError
from cqi.wording.course_numbers import than_usual
from cqi.wording.numbers import FEW, axis_words, children, day_words, joined, plural
from cqi.wording.said import WITHHELD, WITHHELD_ID, one_line, paragraphs

NONE_STAFF = ("No improvement cycle is written down for these children. What one change would you try, and what do you predict by when? "
              "Lesson 8, “From chart to change”, shows how to write a cycle down; it will be read back here.")
NONE_RELEASED = "No improvement cycle is shown here. What one change would you try first, and how would you know that it helped?"
NO_CAUSE = ("That something came after a change does not mean that it came from it. Cycles often begin when numbers are unusually low or high, and such numbers often "
            "go back to what is usual by themselves. Ask what else changed, look at where nothing was changed, and wait for the next months.")
STAFF_SEE = f"What happened is {HIDDEN_WORDS}. The agency's own staff see it in the internal review."
DECIDE = "Time to decide together: adopt (keep the change), adapt (change it and try again), or abandon (stop, and say why)?"
ACTED = {"adopt": "Adopted: the change stays.", "adapt": "Adapted: changed, and tried again.", "abandon": "Abandoned."}
FRAMES = {"observe": "We observe", "because": "because", "so": "so we plan to", "result": "which will result in"}
_FRAME = re.compile(r"^(?:(?:i|we) (?:observe|see)|because|so (?:i|we)|(?:(?:so )?(?:i|we) )?(?:plan|will|want) to|which will|(?:will )?result in)"
                    r"\b[,:]? *", re.I)
SIGNS = {"better": "Months since the start are marked on the chart by month: a sign of a change for the better.",
         "worse": "Months since the start are marked on the chart by month: a sign of a change to look into.",
         "either": "Months since the start are marked on the chart by month: a sign of a change.",
         "": "No month since the start is marked on the chart by month: chance alone can explain the ups and downs."}


def cycles(readings: list[Reading], county: str, as_of: date, *, released: bool) -> tuple[Block, ...]:
    """The cycles read back: those that go on one after another, those that are decided folded beneath; a note where there is none."""
    if not readings:
        return (Text((NONE_RELEASED if released else NONE_STAFF,), "note"),)
    going = [each for each in readings if each.cycle.is_open]
    over = [each for each in readings if not each.cycle.is_open]
    lead = (Text((_overdue(going, as_of),), "caution"),) if any(each.due for each in going) else ()
    tables = tuple(_table(each, county, as_of, released) for each in going)
    folded = (Details(f"Decided before: {plural(len(over), 'cycle')}", tuple(_table(each, county, as_of, released) for each in over)),) if over else ()
    begun = any(each.happened is not None for each in readings)
    return (*lead, *tables, *folded, *((Text((NO_CAUSE,), "note"),) if begun else ()))


def _overdue(readings: list[Reading], as_of: date) -> str:
    told = [f"{each.label}, since {day_words(each.due[0].day)}" for each in readings if each.due]
    return f"By {day_words(as_of)} a check is due, and nothing is written down of it: {'; '.join(told)}. Who looks, and what do they see?"


def _table(each: Reading, county: str, as_of: date, released: bool) -> Table:
    cycle, name = each.cycle, each.label.capitalize()
    begun = f", {'began' if each.begun else 'begins'} {day_words(cycle.start)}" if cycle.start else ""
    entry = f"\nEntry {cycle.number} of the journal" if cycle.number and not released else ""
    rows = [(f"What do we try, and why?{entry}", _plan(cycle)), ("What did we predict?", predicted(each)),
            ("What happened?", happened(each, county, as_of)), ("What must not get worse?", _beside(each)), ("When do we look?", _checks(each)),
            ("What was done and learnt?", _learnt(cycle)), ("What now?", _now(each, as_of))]
    return Table(f"{name}{begun}", ("Question", "Answer"), tuple((Cell(first), Cell(second)) for first, second in rows if second), numeric=False)


def _plan(cycle: Cycle) -> str:
    if cycle.words_withheld:
        return WITHHELD.get(cycle.words_withheld, WITHHELD_ID)
    theory = ", ".join(f"{frame} {_part(getattr(cycle, name))}" for name, frame in FRAMES.items() if getattr(cycle, name).strip())
    who = joined([one_line(role) for role in cycle.roles if role.strip()])
    lines = (_whole(cycle.problem), f"Theory: {theory}." if theory else "", f"Change: {_whole(cycle.change)}" if cycle.change.strip() else "",
             f"Who: {who}" if who else "")
    return "\n".join(filter(None, lines))


def _part(words: str) -> str:
    """A part of the theory without the words that the frame has already, and without its full stop."""
    return _FRAME.sub("", _FRAME.sub("", one_line(words))).rstrip(". ")


def _whole(words: str) -> str:
    return "\n".join(paragraphs(words))


def predicted(each: Reading) -> str:
    """What was predicted, of what, by when; hidden where what happened is."""
    cycle = each.cycle
    if each.hidden:
        return f"What was predicted is {HIDDEN_WORDS}, as what happened is."
    if cycle.prediction is None or cycle.by is None or cycle.measure not in measure_names():
        return "This prediction cannot be read: its number, day or measure is missing."
    side = {1: "At least ", -1: "At most ", 0: "About "}[direction(cycle)]
    return f"{side}{_value(cycle.prediction, _unit(cycle))} by {day_words(cycle.by)}: {_of_what(cycle)}"


def _unit(cycle: Cycle) -> str:
    return SERIES[cycle.series].unit if cycle.series in SERIES else measure(cycle.measure).unit


def _of_what(cycle: Cycle) -> str:
    if cycle.series in SERIES:
        return f"{SERIES[cycle.series].axis}, on average over the months since the start."
    return f"{axis_words(measure(cycle.measure))}, of {_whose(cycle)}."


def _whose(cycle: Cycle) -> str:
    try:
        return f"the {measure(cycle.measure).unit if measure(cycle.measure).per == 1 else 'children'} of the period {cohort(cycle.cohort).words}"
    except CqiError:
        return "the children of its period"


def _value(value: float, unit: str) -> str:
    return f"{value:.0%}" if unit in PROPORTIONS or unit == "children" else f"{value:.2f} {unit}"


def happened(each: Reading, county: str, as_of: date) -> str:
    """What happened by the prediction's day, or so far: the figure, the prediction beside it, what is usual, and the monitors."""
    cycle, found = each.cycle, each.happened
    if each.hidden:
        return STAFF_SEE
    if found is None:
        return f"It had not begun by {day_words(as_of)}." if cycle.start else "Its start is missing."
    lead = "" if found.come or cycle.by is None else f"Not yet: the day is {day_words(cycle.by)}."
    lead = lead or ("" if not found.come or found.now.day <= cycle.by or found.reached is not None or cycle.series else
                    f"What it was on {day_words(cycle.by)} is not shown here.")
    lines = (lead, _figure_so_far(found, cycle, county), _verdict(found, cycle), _before(found, cycle), _monitors(found, cycle))
    return "\n".join(filter(None, lines))


def _figure_so_far(found: Happened, cycle: Cycle, county: str) -> str:
    here = f"The prediction is for all counties together. In {county}, " if cycle.county in ("", WHOLE) else ""
    if np.isnan(found.now.value):
        return "There is no figure for it yet."
    words = f"{'so far, ' if not found.come else ''}{figure_words(found.now)}"
    return f"{here}{words}" if here else words[:1].upper() + words[1:]


def figure_words(found: Figure) -> str:
    """The figure with its day, counts and interval; of few children the counts alone."""
    when = f"over {plural(found.months, 'month')}" if found.months else f"by {day_words(found.day)}"
    if found.unit == "children":
        share = "" if found.denominator < FEW else f" ({found.value:.0%}; the true rate is likely between {found.lower:.0%} and {found.upper:.0%})"
        return f"{when}: {found.numerator:,.0f} of {children(found.denominator)}{share}."
    if found.unit in PROPORTIONS:
        among = plural(found.denominator, found.unit, found.unit)
        return f"{when}: {found.numerator:,.0f} of {among} ({found.value:.0%}; likely between {found.lower:.0%} and {found.upper:.0%})."
    return f"{when}: {found.value:.2f} {found.unit} ({found.numerator:,.0f} counted; likely between {found.lower:.2f} and {found.upper:.2f})."


def _verdict(found: Happened, cycle: Cycle) -> str:
    if found.reached is None:
        return ""
    chance = "" if found.sure else " Chance alone could make that difference."
    if not direction(cycle):
        return "That is near what we predicted." if found.reached else "That is not what we predicted."
    return f"That {'is as good as we predicted, or better' if found.reached else 'is not as good as we predicted'}.{chance}"


def _before(found: Happened, cycle: Cycle) -> str:
    if found.before is not None and not np.isnan(found.before.value):
        return f"Before it began, {figure_words(found.before)}"
    if np.isnan(found.expected):
        return ""
    return f"At the usual pace here it would be about {found.expected:,.0f}."


def _monitors(found: Happened, cycle: Cycle) -> str:
    if not found.monitored:
        return ""
    if cycle.series in SERIES:
        return SIGNS[found.signal] if found.now.months else ""
    if not found.signal:
        return "The monitors give no signal."
    when = "before" if found.first_signal < cycle.start else "after"
    return (f"The monitors have given a signal since {day_words(found.first_signal)}, {when} the change began: "
            f"{than_usual(measure(cycle.measure), worse=found.signal == 'worse')}.{' That alone proves nothing.' if when == 'after' else ''}")


def _beside(each: Reading) -> str:
    if each.counter is None:
        return ""
    definition, row = measure(each.cycle.counter_measure), each.counter_course
    if each.counter.hidden:
        told = f"{HIDDEN_WORDS}."
    else:
        told = "no figure for this period yet." if np.isnan(each.counter.value) else figure_words(each.counter)
    told = f"{definition.title}, {told}" if told.startswith("by ") else f"{definition.title}: {told}"
    return "\n".join(filter(None, (told, _counter_signal(row, definition))))


def _counter_signal(row: pd.Series | None, definition) -> str:
    if row is None or pd.isna(row["usual_low"]):
        return ""
    usual = f"Usual by now: {row['usual_low']:,.0f} to {row['usual_high']:,.0f}."
    if not row["signal"]:
        return f"{usual} The monitors give no signal."
    worse = row["signal"] == "worse"
    return (f"{usual} The monitors have given a signal since {day_words(row['first_signal'])}: {than_usual(definition, worse=worse)}."
            f"{' Look at this before you go on.' if worse else ''}")


def _checks(each: Reading) -> str:
    withheld = bool(each.cycle.words_withheld)
    return "\n".join(_check(check, withheld, check in each.due) for check in sorted(each.cycle.checks, key=lambda check: check.day))


def _check(check, withheld: bool, due: bool) -> str:
    look = "" if withheld or not check.look_at.strip() else f" look at {one_line(check.look_at).removeprefix('look at ')}."
    found = "" if withheld or not check.found.strip() else f" Found: {one_line(check.found)}"
    return f"{day_words(check.day)}:{look}{found}{' Due; nothing is written down yet.' if due else ''}".removesuffix(":")


def _learnt(cycle: Cycle) -> str:
    if cycle.words_withheld:
        return ""
    done = {True: "Done as planned. ", False: "Not done as planned. ", None: ""}[cycle.as_planned] + _whole(cycle.done)
    return "\n".join(filter(None, (done.strip(), _whole(cycle.study))))


def _now(each: Reading, as_of: date) -> str:
    cycle = each.cycle
    if cycle.act in ACTS:
        onward = f" It goes on as entry {cycle.next} of the journal." if cycle.next else ""
        return f"{ACTED[cycle.act]} {'' if cycle.words_withheld else _whole(cycle.reason)}".strip() + onward
    if not cycle.is_open:
        return "Not now: set aside." if cycle.status == "not now" else "Closed."
    if each.decide:
        return DECIDE
    ahead = [check.day for check in cycle.checks if check.day > as_of] + [day for day in (cycle.by,) if day and day > as_of]
    return f"Go on. The next day to look is {day_words(min(ahead))}." if ahead and each.happened is not None else ""
