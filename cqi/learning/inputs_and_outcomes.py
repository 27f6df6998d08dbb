"""Inputs, outputs, outcomes: what an agency puts in, what it does, and what children experience."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd

from cqi import charts
from cqi.blocks import Cell, Figure, Section, Table, Text
from cqi.charts import lessons
from cqi.cohorts import Cohort
from cqi.learning.classroom import Room, sample_room
from cqi.learning.samples import HEADLINE
from cqi.measures import count
from cqi.registry import measure
from cqi.sample.state import STORIES
from cqi.vocabulary import HIDDEN_MARK, WHOLE
from cqi.wording.numbers import day_words

VISITS, IN_TIME, KIN, BACK = "worker_visits_each_month", "investigation_completed_on_time", "first_placement_with_kin", "return_in_12_months"
THREE = ("Birch", "Cypress", "Hawthorn")
"""Counties of the sample state that show the point, in order of name."""
MOST = 3
INPUT, OUTPUT, OUTCOME = "input", "output", "outcome"
SORTED = {
    "staff": (INPUT, "What the agency puts in. It makes work possible; no child has been helped yet."),
    IN_TIME: (OUTPUT, "A task that the agency did, and when. It says nothing of what came of it for the child."),
    VISITS: (OUTPUT, "A task that the agency did. A good visit may change a life; that a visit took place does not say so."),
    "referrals": (OUTPUT, "Something the agency arranged. Whether the family came, and whether it helped, are further questions."),
    KIN: (OUTCOME, "Argue: the agency chose the home, so it looks like an output. But where a child sleeps tonight, with people the child knows, is what the child lives through."),
    HEADLINE: (OUTCOME, "What happened in a child's life."),
    BACK: (OUTCOME, "What happened in a child's life afterwards; it keeps quick exits honest."),
}
"""What each card is, and why."""
MIXED = (VISITS, HEADLINE, "staff", BACK, IN_TIME, KIN, "referrals")
"""The order in which the cards lie on the table."""
NAMES = {"staff": "Workers employed", "referrals": "Referrals of families to help", IN_TIME: "Investigations finished in time", VISITS: "Months in care with a visit",
         KIN: "Children whose first home in care was with kin", HEADLINE: "Children in a permanent home within 12 months", BACK: "Children back in care within 12 months of leaving"}


def stage(room: Room) -> tuple[Room, tuple[Text, ...]]:
    """The room, or the sample state where the room's own data have no visits of three counties; and a note that says so."""
    if len(_three(room)) == MOST:
        return room, ()
    return sample_room(), (Text(("Your data hold no visits, or too few children, to set three counties beside each other. You see the fictional sample state.",), "note"),)


@cache
def _rows(room: Room, name: str, period: Cohort) -> pd.DataFrame:
    """The measure's rows of all counties, by county."""
    return count(measure(name), room.basis, period, as_of=room.as_of).set_index("county")


def last_half(room: Room) -> Cohort:
    """The newest half-year that is over."""
    return next(period for period in map(room.young.back, (-1, 0, 1)) if period.end <= room.as_of)


def _period(room: Room, name: str) -> Cohort:
    """When a card is counted: children's outcomes in the newest half-year that tells 12 months; returns a year earlier; tasks lately."""
    if name in (VISITS, IN_TIME):
        return last_half(room).back(1 if name == IN_TIME else 0)
    return room.mature_half.back(2 if name == BACK else 0)


def cards(room: Room) -> Section:
    """What stands in the county's reports, each number on a card, in no order of worth."""
    of, note = stage(room)
    rows = tuple((Cell(NAMES[name]), Cell(words)) for name in MIXED if (words := _told(of, name)))
    return Section((*note, Table(f"{of.county}: what the reports count, as of {day_words(of.as_of)}", ("Card", "What it says"), rows, numeric=False)))


def sorted_cards(room: Room) -> Table:
    """The cards, sorted, and why."""
    rows = tuple((Cell(NAMES[name]), Cell(kind), Cell(why)) for name, (kind, why) in SORTED.items())
    return Table("The cards, sorted", ("Card", "It is an", "Why"), rows, numeric=False)


def _told(room: Room, name: str) -> str:
    """The card's number in words; empty where the data have none."""
    if name == "staff":
        return _staff(room)
    if name == "referrals":
        days = room.extract.referrals.loc[lambda rows: rows["county"].eq(room.county), "referral_date"].dt.date
        number = days.between(last_half(room).start, last_half(room).end).sum()
        return f"{room.count(number, 'referral', 'referrals')}, {last_half(room).words}" if number else ""
    period = _period(room, name)
    row = _rows(room, name, period).loc[room.county]
    if not row["denominator"]:
        return ""
    what = {VISITS: "months in care", IN_TIME: "investigations"}.get(name, "children")
    if room.hides(row["numerator"], row["denominator"], row["denominator"] - row["numerator"]):
        return f"{HIDDEN_MARK}, {period.words}"
    return f"{row['numerator']:,.0f} of {row['denominator']:,.0f} {what}, {period.words}"


def _staff(room: Room) -> str:
    staff, today = room.extract.staff, pd.Timestamp(room.as_of)
    there = staff["county"].eq(room.county) & (staff["hire_date"] <= today) & ~(staff["end_date"] <= today)
    return f"{there.sum():,} workers on {day_words(room.as_of)}" if there.any() else ""


def tasks(room: Room) -> tuple[int, int]:
    """Months in care with a visit, and all months in care, of the county that visits least often among the three."""
    of = stage(room)[0]
    county = _three(of)["visits"].idxmin()
    row = _rows(of, VISITS, last_half(of)).loc[county]
    return int(row["numerator"]), int(row["denominator"])


def to_divide(room: Room) -> Section:
    """The counts behind a share, in words: months with a visit in one county."""
    of, note = stage(room)
    counted, among = tasks(room)
    county = _three(of)["visits"].idxmin()
    return Section((*note, Text((f"{county}, {last_half(of).words}: children spent {among:,} whole months in care. In {counted:,} of these months they were visited.",))))


@cache
def _three(room: Room) -> pd.DataFrame:
    """Three counties by name, with the shares of months with a visit and of children home; fewer where the data do not have them."""
    home, visits = (_rows(room, name, _period(room, name)).drop(WHOLE) for name in (HEADLINE, VISITS))
    enough = home["denominator"].ge(30) & visits["denominator"].ge(30) & ~_hidden(room, home) & ~_hidden(room, visits)
    names = [name for name in (THREE if room.fictional else home.index) if enough.get(name, False)]
    own = [name for name in names if name == room.county]
    chosen = sorted([*own, *[name for name in names if name not in own]][:MOST])
    return pd.DataFrame({"visits": visits["value"], "home": home["value"]}).loc[chosen]


def _hidden(room: Room, rows: pd.DataFrame) -> pd.Series:
    return pd.Series([room.hides(each.numerator, each.denominator, each.denominator - each.numerator) for each in rows.itertuples()], index=rows.index)


def fewest_home(room: Room) -> bool:
    """Whether, of the three counties, the one that visits least often also has the smallest share of children home."""
    three = _three(stage(room)[0])
    return three["visits"].idxmin() == three["home"].idxmin()


KINDS = ("months with a visit", "children home within 12 months")


def visits_and_home(room: Room) -> Section:
    """Three counties: how often children were visited, and how many were home within 12 months."""
    of, note = stage(room)
    three = _three(of)
    rows = pd.DataFrame([_mark(of, county, kind, name) for county in three.index for kind, name in zip(KINDS, (VISITS, HEADLINE), strict=True)])
    rows["words"] = np.where(rows["name"].eq(three.index[0]), rows["kind"] + ": ", "") + rows["value"].map("{:.0%}".format)
    table = Table(f"Three counties, as of {day_words(of.as_of)}", ("County", f"Months with a visit, {last_half(of).words}", f"Children home, entered {of.mature_half.words}"),
                  tuple((Cell(county), *(_share_cell(of, county, name) for name in (VISITS, HEADLINE))) for county in three.index))
    finding = "; ".join(f"{county}: {row['visits']:.0%} of months with a visit, {row['home']:.0%} of children home within 12 months" for county, row in three.iterrows()) + "."
    return Section((*note, Figure("Where children are visited often, are more of them home?", finding, charts.spec(lessons.pairs(rows, KINDS, title="share")), table,
                                  ("Lines are 95% intervals: how far chance alone might move a share. Three counties cannot show what causes what.",))))


def _mark(room: Room, county: str, kind: str, name: str) -> dict:
    row = _rows(room, name, _period(room, name)).loc[county]
    return {"name": county, "kind": kind, "value": row["value"], "lower": row["lower"], "upper": row["upper"]}


def _share_cell(room: Room, county: str, name: str) -> Cell:
    row = _rows(room, name, _period(room, name)).loc[county]
    return Cell(f"{row['numerator']:,.0f} of {row['denominator']:,.0f}\n{row['value']:.0%} ({row['lower']:.0%} to {row['upper']:.0%})")


def truth(room: Room) -> Text:
    """What was planted in the three counties of the sample state; of a trainer's own data, what to ask there."""
    of = stage(room)[0]
    if not of.fictional:
        return Text(("Nobody knows the whole truth of your own data. Ask in each county: what happens in a visit, and what stands between these children and home?",))
    told = {story.county: f"{story.title[0].lower()}{story.title[1:]}" for story in STORIES if story.county in THREE}
    return Text(("We made this state up, so we know: " + "; ".join(f"in {county}, {told[county]}" for county in THREE if county in told) + ".",
                 "In this made-up state a missed visit changes nothing for the child. In life it may: what nobody sees, nobody can help with. That is why a count of visits "
                 "stays, and why it can never stand alone."))
