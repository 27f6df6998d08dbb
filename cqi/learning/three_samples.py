"""Entry, exit, point in time: the same question asked of three samples of children, in a toy county and in the room's."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cqi import charts
from cqi.blocks import Cell, Figure, Section, Table, Text
from cqi.charts import lessons, spread
from cqi.cohorts import Cohort
from cqi.estimates import wilson
from cqi.learning.classroom import Room, sample_room
from cqi.learning.samples import ENTERED, FEWEST, IN_CARE, LEFT, SAMPLES, Middle, home_within_a_year, medians, years
from cqi.sample.state import STORIES
from cqi.vocabulary import HIDDEN_MARK, CqiError
from cqi.wording.numbers import day_words, joined, month_words

TOY = (("Ash", -20, 3), ("Bo", -18, 9), ("Cy", -9, 7), ("Dee", 1, 3), ("Eli", 2, 5), ("Fay", 7, 13), ("Gus", 5, 15), ("Hal", 8, 20))
"""Eight made-up children: name, and the months after 1 January of the year in which they entered and left; negative before it."""
TOY_DAY = 6
"""30 June, in months after 1 January."""
LITTLE = 0.5
"""A median that moves by fewer months than this is told as much the same."""


def toy_months(sample: str) -> list[int]:
    """Months in care of the toy county's children: whole stays of those who entered or left in the year, so far of those in care on 30 June."""
    if sample == IN_CARE:
        return sorted(TOY_DAY - start for _, start, end in TOY if start <= TOY_DAY < end)
    return sorted(end - start for _, start, end in TOY if 0 <= (start if sample == ENTERED else end) < 12)


def toy() -> Figure:
    """The toy county: eight children's stays as lines over one year."""
    there = {name: TOY_DAY - start for name, start, end in TOY if start <= TOY_DAY < end}
    stays = pd.DataFrame([{"name": f"{name} ({end - start} months)", "low": start, "high": end, "middle": TOY_DAY if name in there else None,
                           "where": f"{there.get(name, 0)} so far"} for name, start, end in TOY])
    rows = tuple((Cell(name), Cell(_when(start)), Cell(_when(end)), Cell(str(end - start)), Cell(str(there.get(name, "not in care"))))
                 for name, start, end in TOY)
    table = Table("Eight made-up children", ("Child", "Entered", "Left", "Months in care", "So far on 30 June"), rows)
    finding = "Each line runs from the month a child entered care to the month the child left. The shaded year is the one we ask about."
    return Figure("Eight made-up children, one year: who is in your sample?", finding, charts.spec(lessons.lifelines(stays, day=TOY_DAY)), table,
                  ("The dotted line is 30 June; on it stands how long each child in care had been there by then.",))


def _when(month: int) -> str:
    return f"{abs(month)} months {'before' if month < 0 else 'after'} 1 January"


def stage(room: Room) -> tuple[Room, tuple[Text, ...]]:
    """The room, or the sample state where the room's county has too few children for three samples; and a note that says so."""
    if all(middle.told for middle in medians(room, room.mature).values()):
        return room, ()
    return sample_room(), (Text((f"{room.county} has too few children in your data for this part, so you see the fictional sample state.",), "note"),)


def three_medians(room: Room) -> Section:
    """How long children stay, asked of the three samples of one year."""
    room, note = stage(room)
    found, period = medians(room, room.mature), room.mature
    rows = pd.DataFrame([{"name": _named(sample, period), "value": middle.value, "lower": middle.lower, "upper": _end(middle),
                          "words": f"{middle.value:.1f} months"} for sample, middle in found.items()])
    table = Table(f"{room.county}, {period.words}, as of {day_words(room.as_of)}", ("Whom we ask about", "Children", "Median months", "95% interval"),
                  tuple((Cell(_named(sample, period)), room.cell(middle.children), Cell(f"{middle.value:.1f}"), Cell(_interval(middle)))
                        for sample, middle in found.items()))
    finding = f"{room.county}: half had left, or had been there, by {joined([f'{middle.value:.1f} months ({_named(sample, period)})' for sample, middle in found.items()])}."
    chart = lessons.beside(rows, title="months in care: half stay longer, half less long", percent=False)
    return Section((*note, Figure("How long do children stay in care?", finding, charts.spec(chart), table,
                                  ("Lines are 95% intervals. Of children in care on a day, it is the time so far.",))))


def over_the_years(room: Room) -> Section:
    """The same three medians year by year."""
    room, note = stage(room)
    rows = _by_year(room)
    ends = rows.groupby("kind", sort=False)["value"].last()
    order = ends.sort_values()
    gap = 0.06 * float(rows[["value", "upper"]].max().max())
    rows = rows.assign(middle=rows["kind"].map(dict(zip(order.index, spread(order.tolist(), apart=gap)))))
    finding = f"{room.county}: " + "; ".join(_moved(kind, part) for kind, part in rows.groupby("kind", sort=False)) + "."
    chart = lessons.by_year(rows, SAMPLES, title="median months in care")
    table = Table(f"{room.county}: median months in care, as of {day_words(room.as_of)}", ("Year", *(f"Children who {words}" for words in _SHORT.values())),
                  tuple((Cell(period.label), *(_cell(middle) for middle in medians(room, period).values())) for period in years(room)))
    return Section((*note, Figure("Did stays get shorter?", finding, charts.spec(chart), table, (
        "Vertical lines are 95% intervals. For the newest year of children who entered, the median is an estimate: not all have been observed so long.",))))


_SHORT = {ENTERED: "entered in the year", LEFT: "left in the year", IN_CARE: "were in care on its last day"}


def home(room: Room) -> Section:
    """Who was home within 12 months: the counts to divide, of the three samples."""
    room, note = stage(room)
    period, found = room.mature, home_within_a_year(room, room.mature)
    words = (("Children who entered in the year", "within 12 months of entering"), ("Children who left in the year", "within 12 months of entering"),
             ("Children in care on its first day", "within 12 months of that day"))
    rows = tuple((Cell(who), Cell(when), *_counts(room, *pair)) for (who, when), pair in zip(words, found.values(), strict=True))
    return Section((*note, Table(f"{room.county}, {period.words}: in a permanent home, as of {day_words(room.as_of)}",
                                 ("Whom we ask about", "In a permanent home", "Children home", "All of them"), rows)))


def shares_home(room: Room) -> Section:
    """The three shares side by side, with their intervals."""
    room, note = stage(room)
    told = {sample: pair for sample, pair in home_within_a_year(room, room.mature).items() if pair[1] and not room.hides(*pair, pair[1] - pair[0])}
    if not told:
        return Section((*note, Text(("All three shares rest on small numbers, so they are hidden to protect privacy.",), "note")))
    names = {ENTERED: "entered in the year", LEFT: "left in the year", IN_CARE: "in care on its first day"}
    rows = pd.DataFrame([_share_row(names[sample], *pair) for sample, pair in told.items()])
    finding = f"{room.county}, {room.mature.words}: " + "; ".join(f"{names[sample]}, {room.share(*pair)}" for sample, pair in told.items()) + "."
    table = Table(f"{room.county}, {room.mature.words}, as of {day_words(room.as_of)}", ("Whom we ask about", "Children home", "All of them"),
                  tuple((Cell(names[sample]), *_counts(room, *pair)) for sample, pair in told.items()))
    chart = lessons.beside(rows, title="share in a permanent home within 12 months", percent=True)
    return Section((*note, Figure("What share was in a permanent home within 12 months?", finding, charts.spec(chart), table)))


def truth(room: Room) -> Text:
    """What was planted in the county of the sample state; of a trainer's own data, what to ask there."""
    story = next((story for story in STORIES if room.fictional and story.county == room.county), None)
    if story is None:
        return Text(("Nobody knows the whole truth of your own data. Ask: what changed in practice, from when on, and for which children?",))
    return Text((f"We made this state up, so we know: {story.title[0].lower()}{story.title[1:]}, from {month_words(story.start[:7])} on.",
                 "Children who entered tell it first. Those in care on a day tell the opposite: children who went home sooner are no longer among them, "
                 "so those who have waited longest make up more of the rest."))


def directions(room: Room) -> dict[str, str]:
    """Which way each median went from the first year to the last that has one: `down`, `up`, `same`. Raises CqiError where one has no two years."""
    parts = dict(list(_by_year(stage(room)[0]).groupby("kind", sort=False)))
    if len(parts) < len(SAMPLES) or any(len(part) < 2 for part in parts.values()):
        raise CqiError(f"{room.county} has too few children in these data to tell two years of each sample; use the sample state, or a larger county.")
    moved = {kind: part["value"].iloc[-1] - part["value"].iloc[0] for kind, part in parts.items()}
    return {kind: "same" if abs(months) < LITTLE else "up" if months > 0 else "down" for kind, months in moved.items()}


def _by_year(room: Room) -> pd.DataFrame:
    """The medians of each sample by year, those that may be told."""
    return pd.DataFrame([
        {"kind": sample, "period": period.label, "place": place + 0.06 * (number - 1), "value": middle.value, "lower": middle.lower, "upper": _end(middle), "middle": middle.value}
        for number, sample in enumerate(SAMPLES) for place, period in enumerate(years(room)) if (middle := medians(room, period)[sample]).told])


def _moved(kind: str, part: pd.DataFrame) -> str:
    first, last = part.iloc[0], part.iloc[-1]
    return f"children {'who ' if kind != IN_CARE else ''}{kind}, from {first['value']:.1f} months ({first['period']}) to {last['value']:.1f} ({last['period']})"


def _named(sample: str, period: Cohort) -> str:
    return {ENTERED: f"entered in {period.label}", LEFT: f"left in {period.label}", IN_CARE: f"in care on {day_words(period.end)}"}[sample]


def _end(middle: Middle) -> float:
    """The interval's upper end; the middle itself where the end is not yet known."""
    return middle.value if np.isnan(middle.upper) else middle.upper


def _interval(middle: Middle) -> str:
    return f"{middle.lower:.1f} to {'not yet known' if np.isnan(middle.upper) else f'{middle.upper:.1f}'}"


def _cell(middle: Middle) -> Cell:
    if middle.children < FEWEST:
        return Cell("too few")
    return Cell(f"{middle.value:.1f} ({_interval(middle)})") if middle.told else Cell("", "unobserved")


def _counts(room: Room, counted: int, among: int) -> tuple[Cell, Cell]:
    hidden = room.hides(counted, among - counted)
    return (Cell(HIDDEN_MARK, "hidden") if hidden else Cell(f"{counted:,}"), room.cell(among))


def _share_row(name: str, counted: int, among: int) -> dict:
    lower, upper = wilson(counted, among)
    return {"name": name, "value": counted / among, "lower": float(lower), "upper": float(upper), "words": f"{counted / among:.0%}"}
