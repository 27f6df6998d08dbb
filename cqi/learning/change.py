"""Lesson 8: from chart to change. A signal, a theory, a cycle with a prediction, and where it is read back."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path

import pandas as pd

from cqi import ahead
from cqi.blocks import Cell, Section, Table, Text
from cqi.cohorts import Cohort, months_after, open_cohorts
from cqi.course.following import Followed, follow
from cqi.cycles import Check, Cycle, begin, checked, cycles, hinted
from cqi.cycles.checking import reach
from cqi.cycles.reading import Shown, reading
from cqi.learning.answers import as_number, not_yet
from cqi.learning.classroom import Room
from cqi.learning.drawn import SLOWED, Place, drawn_place, headline, own_county
from cqi.measures import count
from cqi.registry import measure
from cqi.vocabulary import CqiError
from cqi.wording import course_signals
from cqi.wording import cycles as cycle_words
from cqi.wording.numbers import children, day_words, share

DEFAULT = "lesson_8_journal.sqlite"
"""The journal of a learner who names none: a file in the folder where the lesson runs."""
MONTHS_LEFT = 5
"""So many months at least a cycle of the lesson has until its cohort's last day."""
ROLES = (
    ("Case workers", "how each child's plan stands, and what it waits for",
     "manage the outcome, not the form: ask for each child “what has to be true to go home?”"),
    ("Supervisors", "which waits come up again and again", "talk about outcomes in supervision; take one obstacle away each week"),
    ("Outreach staff", "families on the day of removal, or before", "call or visit within two days; say what happens next, and whom to ask"),
    ("Front-desk staff", "who comes, who is sent away, who never comes back", "know each family's next date; make sure that nobody leaves "
                                                                              "without one"),
    ("Family support staff", "what stands in the way at home: transport, work, housing",
     "bring visits to where families are; solve the first obstacle themselves"),
    ("Carers, courts, partners", "how visits and hearings really go", "say what they need; free a slot, open a door"),
)


@dataclass(frozen=True)
class Stage:
    """Where the lesson looks: a county with a signal, its cohort, its row of the course and the looks of its monitors."""

    place: Place
    period: Cohort
    row: pd.Series = field(repr=False)
    looks: pd.DataFrame = field(repr=False)


@lru_cache(maxsize=4)
def stage(room: Room) -> Stage:
    """The largest county of the room with a signal for the worse whose counts may be shown; else the drawn county in which the way home
    really took longer."""
    period, own = _period(room.as_of), own_county(room)
    found = _own_course(room)
    rows = found.course.loc[found.course["signal"].eq("worse")].sort_values(["expected_final", "county"], ascending=[False, True])
    for row in (row for _, row in rows.iterrows()):
        looks = found.looks.loc[found.looks["county"] == row["county"]]
        steps = looks.loc[looks["monitor"] == "cohort", "observed"]
        if own.tells(steps, row["entered"]):
            return Stage(replace(own, county=row["county"], called=row["county"]), period, row, looks)
    drawn = drawn_place(SLOWED, f"No county of these data has a signal that could be shown here without telling of few children. So you practise"
                                f" on {SLOWED}, "
                                f"a made-up county; your own cycle will be for {room.county}.")
    found = _followed(drawn, _period(drawn.as_of))
    own_rows = found.course["county"].eq(SLOWED)
    return Stage(drawn, _period(drawn.as_of), found.course.loc[own_rows].iloc[0], found.looks.loc[found.looks["county"] == SLOWED])


def _period(as_of: date) -> Cohort:
    """The oldest cohort that is still open for some months."""
    later = months_after([as_of], MONTHS_LEFT)[0].item()
    return next(each for each in open_cohorts(as_of) if each.end <= as_of and reach(headline(), each)[1] >= later)


@lru_cache(maxsize=4)
def _own_course(room: Room) -> Followed:
    return _followed(own_county(room), _period(room.as_of))


def _followed(of: Place, period: Cohort) -> Followed:
    return follow(headline(), of.on, period, as_of=of.as_of, first_entry=of.begins)


def county(room: Room) -> str:
    """The county of the data that the learner's cycle is for."""
    on = stage(room).place.county
    return on if on in room.counties else room.county


def signal(room: Room) -> Section:
    """The signal in words, and the chart behind it."""
    on = stage(room)
    row = pd.concat([on.row, pd.Series({"region": ""})])
    words = course_signals.signal_words(row, on.looks, pd.DataFrame(columns=["measure", "county", "members"]), headline())
    caption = f"{on.place.county}, entered {on.period.words}: exits to a permanent home, month by month"
    note = (Text((on.place.note,), "note"),) if on.place.note else ()
    return Section((*note, Text(words), ahead.gap(on.looks, headline(), caption)))


def roles() -> Table:
    """Who sees what first, and what each can change."""
    rows = tuple(tuple(map(Cell, row)) for row in ROLES)
    return Table("Who meets children and families, and what each can change", ("Who", "What they see first", "What they can change"), rows, numeric=False)


def paths(room: Room) -> Table:
    """Where the cohort is heading, and where it would end at the usual pace: what a prediction can be set beside."""
    on, row = stage(room), stage(room).row
    size = row["expected_final"]
    lines = (("So far", share(row["observed"] / row["entered"]), f"{row['observed']:,.0f} of {children(row['entered'])}"),
             ("At today's pace, by the last day", f"{share(row['projected_50'])} (likely {share(row['projected_025'])} to "
                                                  f"{share(row['projected_975'])})",
              f"about {row['projected_50'] * size:,.0f} of {children(size)}"),
             ("At the usual pace, by the last day", share(row["usual_final"]), f"about {row['usual_final'] * size:,.0f} of {children(size)}"))
    last = day_words(reach(headline(), on.period)[1])
    caption = f"{on.place.county}, entered {on.period.words}, as of {day_words(on.place.as_of)}; the last day that counts is {last}"
    return Table(caption, ("", "Share home", "Children"), tuple(tuple(map(Cell, line)) for line in lines))


def missing(room: Room) -> float:
    """How many more children the usual pace would bring home than today's, by the last day that counts."""
    row = stage(room).row
    return round(float((row["usual_final"] - row["projected_50"]) * row["expected_final"]))


def theory(problem: object = ..., observe: object = ..., because: object = ..., so: object = ..., result: object = ...) -> Cycle:
    """A cycle with the learner's problem and theory, as far as they are written."""
    return Cycle(**{name: _text(words) for name, words in zip(("problem", "observe", "because", "so", "result"), (problem, observe, because, so, result))})


def plan(room: Room, begun: Cycle, change: object = ..., who: object = ..., start: object = ..., by: object = ..., prediction: object = ...,
         counter: object = ..., check: object = ..., look_at: object = ...) -> Cycle:
    """The cycle with change, roles, days, prediction, counter-measure and a check, as far as they are written; for the room's county and cohort."""
    look = _day(check)
    number = None if not_yet(prediction) else as_number(prediction, "percent")
    return replace(begun, county=county(room), cohort=_period(room.as_of).label, change=_text(change), roles=_names(who), start=_day(start), by=_day(by),
                   prediction=number, counter_measure=_text(counter), checks=(Check(look, _text(look_at)),) if look else ())


def heard(mine: Cycle) -> Section:
    """What is said to a cycle or a theory: an invitation where nothing is written, what is still open, and what may tell a child."""
    if mine == Cycle(county=mine.county, cohort=mine.cohort):
        return _said("Your turn: write your own words, in quotation marks, in place of the dots, and run the cell again.")
    told = checked(mine)
    told = told if mine.cohort else tuple(each for each in told if "problem" in each or "theory" in each)
    doubts = hinted(mine)
    lead = "That is a cycle that can begin." if mine.cohort else "That is a theory that a test can teach you something about."
    lines = ("A good start. Still open:", *told) if told else (lead,)
    return Section((Text(lines[:1], "answer"), *((Text(lines[1:], "list"),) if lines[1:] else ()), *((Text(doubts, "caution"),) if doubts else ())))


def example(room: Room) -> Cycle:
    """A cycle that can begin, to compare with one's own: a change made by those who meet families first."""
    period, start = _period(room.as_of), room.as_of + timedelta(days=1)
    last = reach(headline(), period)[1]
    usual = stage(room).row["usual_final"]
    return Cycle(
        problem="Children wait longer for their way home than those who came before them.",
        observe="that fewer children than usual go home in their first months",
        because="families do not hear in the first days what has to happen, and whom they can call",
        so="have outreach staff call every family within two days of removal", result="more children safely home by the end of their first year",
        change="Outreach staff call every family within two days; front-desk staff give each family its next date before it leaves.",
        roles=("outreach staff", "front-desk staff", "case workers", "supervisors"), start=start, by=last, prediction=round(float(usual), 2),
        counter_measure="return_in_12_months", county=county(room), cohort=period.label,
        checks=(Check(start + (last - start) // 2, "how many families were called, and exits month by month"),))


def keep(room: Room, mine: Cycle, journal: object = ...) -> Section:
    """Keeps the cycle in the journal that the learner names (a file's path; none: DEFAULT in this folder), once; nothing while something is open."""
    if checked(mine, room.counties):
        return _said("Nothing is kept yet: the cycle above is not finished. When it can begin, run this cell again.")
    place = Path(DEFAULT) if not_yet(journal) else Path(str(journal))
    try:
        same = [each for each in (cycles(place) if place.is_file() else []) if replace(each, number=0, status="open") == mine]
        kept = same[0] if same else begin(place, mine)
    except CqiError as error:
        return _said(str(error))
    return _said(f"Kept: it is entry {kept.number} of the journal {place.name}. The next review of {mine.county} reads it back, beside its own "
                 "numbers:",
                 f"cqi review --county \"{mine.county}\" --journal \"{place.name}\"")


def read_back(room: Room, mine: Cycle) -> Section:
    """The cycle as the agency's own review would show it today, from this room's data."""
    if checked(mine, room.counties):
        return _said("There is nothing to read back yet: the cycle above is not finished.")
    found = reading(mine, "cycle 1", _shown(room, mine))
    return Section(cycle_words.cycles([found], mine.county, room.as_of, released=not room.fictional))


def _shown(room: Room, mine: Cycle) -> Shown:
    """The county's rows of the tables, counted for this lesson; small counts of real children hidden."""
    found, period = _own_course(room), _period(room.as_of)
    rows = pd.concat([count(measure(name), room.basis, period, as_of=room.as_of) for name in (mine.measure, mine.counter_measure)], ignore_index=True)
    rows = rows.loc[rows["county"] == mine.county]
    hide = [room.hides(row.numerator, row.denominator, row.denominator - row.numerator) for row in rows.itertuples()]
    rows.loc[hide, ["numerator", "denominator", "value", "lower", "upper"]] = float("nan")
    course = found.course.loc[found.course["county"].eq(mine.county)]
    told = not room.hides(*course["observed"], *(course["entered"] - course["observed"]))
    none = found.looks.iloc[:0]
    return Shown(course if told else course.iloc[:0], none, rows.assign(status=rows["status"].mask(hide, "suppressed")),
                 pd.DataFrame(columns=["series", "month", "status"]), period.label, room.as_of)


def _said(*words: str) -> Section:
    return Section((Text(words, "answer"),))


def _text(words: object) -> str:
    return words.strip() if isinstance(words, str) and not not_yet(words) else ""


def _names(words: object) -> tuple[str, ...]:
    listed = words if isinstance(words, (list, tuple)) else _text(words).replace(" and ", ", ").split(",")
    return tuple(each.strip() for each in listed if isinstance(each, str) and each.strip())


def _day(words: object) -> date | None:
    if isinstance(words, date):
        return words
    try:
        return date.fromisoformat(_text(words))
    except ValueError:
        return None
