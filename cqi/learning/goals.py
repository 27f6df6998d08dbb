"""Lesson 7: from a wish to a goal, what goals of single people say together, holding on as success, and doing ourselves out of a job."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd

from cqi.blocks import Cell, Section, Table, Text
from cqi.charts.goals import heading_spec
from cqi.cohorts import cohort
from cqi.disclosure import policy
from cqi.goals.attainment import attainment
from cqi.goals.goal import Goal
from cqi.goals.grounds import Grounds
from cqi.goals.readiness import readiness
from cqi.goals.smart import check, errors, matures
from cqi.learning.classroom import Room
from cqi.learning.drawn import Place
from cqi.learning.goal_tables import BACK, goal_for, looked_at
from cqi.learning.goals_example import people_and_goals, plans
from cqi.vocabulary import WHOLE
from cqi.wording import attainment as attainment_words
from cqi.wording import goals as say
from cqi.wording.numbers import day_words, entered_words, plural, share

ON_THE_WALL = {"a": "Train 20 workers in family finding by summer.", "b": "More children live with a family of their own within a year of coming into care.",
               "c": "Be the best county for families."}
"""What hangs on the wall: letter -> the words. Only the second says what children experience, so that it can be counted."""


def wall() -> Table:
    """The three wishes."""
    return Table("On the wall", ("Letter", "What it says"), tuple((Cell(letter), Cell(words)) for letter, words in ON_THE_WALL.items()), numeric=False)


def on(room: Room) -> Grounds:
    """What the county's children tell of a goal."""
    return looked_at(room).grounds


def wish(room: Room, **changes: object) -> Goal:
    """The second wish as a goal for the children who are on their way; `changes` are fields of the goal: `target=0.4`."""
    goal = goal_for(looked_at(room).of, words=ON_THE_WALL["b"], role="Team meeting", target=level(room), counter_measures=(BACK,))
    return replace(replace(goal, by=matures(goal)), **changes)


def level(room: Room) -> float:
    """A level that asks for something, in whole percent: halfway from where the children are heading to the best that was reached here; at least
    3 points more than where they are heading."""
    found = on(room)
    heading, best = float(found.shares[2]), float(found.past["value"].max())
    return round(min(max((heading + best) / 2, heading + 0.03), 0.95), 2)


def answered(room: Room, goal: Goal) -> Section:
    """The goal as a sentence that can be counted, and what each letter of SMART says to it."""
    return Section((Text((say.sentence(goal),), "answer"), say.checks_table(check(goal, on(room)))))


def earlier_periods(room: Room) -> Section:
    """What the county's earlier children reached, each period with its counts and interval."""
    of = looked_at(room).of
    rows = tuple((Cell(cohort(row["cohort"]).words), Cell(f"{row['value'] * row['denominator']:,.0f} of {row['denominator']:,.0f} children"),
                  Cell(f"{share(row['value'])} ({share(row['lower'])} to {share(row['upper'])})")) for _, row in on(room).past.iterrows())
    return Section((*_noted(of), Table(f"{of.called}: left to a permanent home within 12 months", ("Children who entered", "Home", "Share (95% interval)"), rows)))


def way_to_go(room: Room) -> Section:
    """What is known of the children who are on their way, in counts, and the goal as a number."""
    of, found, period = looked_at(room).of, on(room).course, cohort(wish(room).cohort)
    return Section((*_noted(of), Text((
        f"{of.called}: {found['entered']:,.0f} children entered {entered_words(period)}. By {day_words(of.as_of)} {found['observed']:,.0f} of them had left to a "
        f"permanent home. The goal on the wall becomes: {share(level(room))} of these children by {day_words(matures(wish(room)))}.",), "plain")))


def _noted(of: Place) -> tuple[Text, ...]:
    return (Text((of.note,), "note"),) if of.note else ()


def still_to_go(room: Room) -> tuple[float, float]:
    """How many more have to leave to a permanent home for the goal, in whole children, and how many have not so far."""
    found = on(room).course
    return math.ceil(level(room) * found["entered"] - found["observed"] - 1e-9), float(found["entered"] - found["observed"])


def kept(room: Room, goal: Goal, journal: str = "") -> Section:
    """Keeps the goal in the journal that is named (none: one that is gone afterwards), and shows how the next review would tell it.

    A goal with an error is not kept, and the answer says what is missing. That of a made-up county never comes into a named journal.
    """
    from cqi.journal import Journal
    from cqi.journal.heard import heard

    if wrong := errors(check(goal, on(room))):
        return Section((Text(("Not kept yet: " + " ".join(each.words for each in wrong),), "answer"),))
    of = looked_at(room).of
    journal = journal if goal.place in (WHOLE, *room.counties) else ""
    with TemporaryDirectory() as folder:
        book = Journal.opened(journal or Path(folder) / "journal.sqlite")
        entry = replace(book.add(goal.entry()), written=pd.Timestamp(of.as_of, tz="UTC").to_pydatetime())
    found = heard([entry], {entry.number: entry.written}, released=False)
    told = say.goals(found, looked_at(room).tables.__getitem__, draw=heading_spec, counties=of.on.counties, as_of=of.as_of, released=False)
    where = "the journal that you named" if journal else "a journal that is gone now; name one, journal=\"reports/journal.sqlite\", to keep it"
    return Section((Text((f"Kept in {where}. The next review tells it so:",), "plain"), *told))


# ---- goals of single people, together -----------------------------------------------------------------------------------------

def of_people(room: Room) -> tuple[pd.DataFrame, bool]:
    """The goals of people: those of goals_attained.csv beside the data, else the example's; and whether they are the example's."""
    own = room.extract.goals_attained
    return (people_and_goals(), True) if own.empty else (own, False)


def attained(room: Room) -> Section:
    """T-scores before and after by group, with the change and how sure it is; no person, and no small group of real people."""
    goals, example = of_people(room)
    rows = attainment(goals, threshold=0 if example else policy("release")["threshold"])
    where = "a fictional agency" if example else "your own data"
    return Section((Text((attainment_words.attained_words(rows),), "answer"), attainment_words.attained_table(rows, f"Goals of people, {where}")))


def ready_to_step_back() -> Section:
    """How many of a fictional group's plans have what is asked before the agency steps back."""
    found = readiness(plans())
    rows = tuple((Cell(row["words"]), Cell(f"{row['ready']:,.0f} of {row['plans']:,.0f}")) for _, row in found.rows.iterrows())
    return Section((Text((f"{plural(found.all_ready, 'plan')} of {found.plans} have all of it. These could end well; the others say what is still missing.",), "answer"),
                    Table("Plans of a fictional group: what is so before we step back?", ("What is asked", "Plans"), (*rows, (Cell("All of it", "total"),
                          Cell(f"{found.all_ready:,.0f} of {found.plans:,.0f}", "total"))))))
