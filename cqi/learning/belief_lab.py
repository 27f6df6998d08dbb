"""Lesson 6, the belief lab: does waiting keep adoptive families together? Registered first, examined in a made-up world, then in one's own data."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

import numpy as np
import pandas as pd

from cqi.belief import (
    Registered, Truth, adoption_belief, answerable, competing, decide, finalized_early, landmark, landmark_curves, luck, missed, naive, naive_curves,
    noticed, paths, register, synthetic, time_dependent, waited, waiting_days,
)
from cqi.belief import question
from cqi.belief.histories import day_of
from cqi.blocks import Cell, Figure, Section, Table, Text
from cqi.charts import belief as draw
from cqi.charts import spec
from cqi.learning.belief_choices import USUAL_POINTS, chosen_points, chosen_world
from cqi.learning.classroom import Room
from cqi.vocabulary import CqiError
from cqi.wording import belief as say
from cqi.wording.numbers import children, share

MONTHS = 9
MADE_UP = "These families are made up. They belong to no agency."
LIKE = ("older", "kin")
PLACEMENTS = 4_000
UNIT, RATE = 20, 0.10
TOY = (
    ("Ada", 5, None), ("Ben", 6, 20), ("Cleo", None, 3), ("Dan", None, 7), ("Eva", 12, None), ("Finn", 10, None), ("Gia", None, 11), ("Hal", 7, None),
)
"""Eight made-up families: name, month of adoption, month in which the family broke up; all watched for 33 months."""


@dataclass(frozen=True)
class Lab:
    """One made-up world and the belief that is examined in it. `truth` is for the end; `said`: what was put in place of what the learner wrote."""

    world: str
    registered: Registered
    placements: pd.DataFrame = field(repr=False)
    truth: Truth = field(repr=False)
    said: str = ""

    @cached_property
    def histories(self) -> pd.DataFrame:
        """The placements with waiting as the exposure."""
        return waited(self.placements)

    @cached_property
    def landmarks(self) -> dict[str, pd.DataFrame]:
        """The landmark comparison of everybody, and of like with like."""
        return {"everybody": landmark(self.registered, self.histories), "like with like": landmark(self.registered, self.histories, by=LIKE)}


def lab(room: Room, *, points: object = ..., world: str = "A") -> Lab:
    """The lab for a world (A, B or C), with the belief registered as of the room's day. `points`: what would change the learner's mind, in
    percentage points. Where one of the two is not given or cannot be read, world A and USUAL_POINTS stand in, and `registered` says so."""
    worlds = say.evidence()["worlds"]
    chosen, other = chosen_world(world, tuple(worlds))
    value, instead = chosen_points(points)
    placements, truth = synthetic(worlds[chosen]["seed"], placements=PLACEMENTS, effect=worlds[chosen]["effect"], indication=True)
    return Lab(chosen, _registered(room.as_of, value), placements, truth, " ".join(filter(None, (other, instead))))


def registered(of: Lab) -> Text | Section:
    """The belief as registered; before it what was put in place of what could not be read."""
    told = say.registered_text(of.registered)
    return Section((Text((of.said,), "note"), told)) if of.said else told


def toy_families() -> Table:
    """Eight families, to be sorted by hand."""
    rows = tuple((Cell(name), Cell(f"month {adopted}" if adopted else "not adopted"), Cell(f"month {broke}" if broke else "still together"))
                 for name, adopted, broke in TOY)
    return Table("Eight made-up families, counted from the day the child moved in", ("Child", "Adopted in", "Family broke up in"), rows, numeric=False)


def toy() -> pd.DataFrame:
    """The eight families as placements."""
    months = pd.DataFrame(TOY, columns=["child_id", "adopted", "broke"]).astype({"adopted": float, "broke": float})
    days = {name: months[name].map(lambda month: np.nan if np.isnan(month) else float(day_of(month))) for name in ("adopted", "broke")}
    after = days["adopted"].notna()
    return months[["child_id"]].assign(finalized=days["adopted"], disrupted=days["broke"].where(~after), dissolved=days["broke"].where(after), other=np.nan,
                                       last=float(day_of(33)))


def toy_landmark() -> pd.Series:
    """The comparison of the eight families at month nine."""
    return landmark(_registered(date(2026, 6, 30), USUAL_POINTS), waited(toy()), at=(MONTHS,)).iloc[0]


def naive_chart(of: Lab) -> Figure:
    """The chart that the meeting is shown: groups by what happened later."""
    found = naive(of.registered, of.histories)
    return _figure(of, "Do families that waited break up less?", say.naive_finding(found, of.registered), naive_curves(of.registered, of.histories, months=33),
                   say.naive_table(found, of.registered), since="months since the child moved in")


def what_was_wrong(of: Lab) -> Figure:
    """The same chart, with the months shaded in which one group could not break up."""
    found = naive(of.registered, of.histories)
    early = of.placements["disrupted"].le(day_of(MONTHS)).sum()
    words = (f"To be in the group that waited, a family had to last {MONTHS} months. {early:,} families broke up before that, unadopted, and every one of them was counted "
             "against not waiting. Statisticians call these months immortal time.")
    return _figure(of, f"Who could break up in the first {MONTHS} months?", words, naive_curves(of.registered, of.histories, months=33),
                   say.naive_table(found, of.registered), since="months since the child moved in", immortal=MONTHS)


def landmark_chart(of: Lab) -> Figure:
    """From month nine on, only families that are still together."""
    rows = of.landmarks["everybody"]
    row = rows.loc[rows["at"] == MONTHS].iloc[0]
    return _figure(of, f"Of the families still together at month {MONTHS}, who breaks up afterwards?", say.landmark_finding(row, of.registered),
                   landmark_curves(of.registered, of.histories), say.landmark_table(rows, of.registered), since=f"months after month {MONTHS}")


def like_with_like(of: Lab) -> Figure:
    """The naive difference, that at the landmark, and that of like with like, beside the number named before looking."""
    row = _row(of, "like with like")
    words = f"Older children with older, kin with kin: {_lower_first(say.landmark_finding(row, of.registered))}"
    return _differences(of, "What is left when like is compared with like?", words, _three(of))


def over_time(of: Lab) -> Text:
    """The time-dependent analysis, and the same from the other side."""
    one = time_dependent(of.registered, of.histories, by=LIKE, from_month=MONTHS)
    return say.hazards_text(one, of.registered, other_side=time_dependent(of.registered, finalized_early(of.placements), by=LIKE))


def ended_otherwise(of: Lab) -> Table:
    """Other ends competing, or not."""
    return say.competing_table(competing(of.registered, of.histories), of.registered)


def never_seen(of: Lab) -> Table:
    """If some breaks after finalization are never seen."""
    return say.missed_table(missed(of.registered, of.histories))


def luck_of_a_unit() -> Figure:
    """A hundred years of a unit of 20 families a year, where nothing differs but luck."""
    found = luck(UNIT, RATE)
    none, many = found["chance"].iloc[0], found.loc[found["events"] >= 2 * UNIT * RATE, "chance"].sum()
    rows = found.loc[found["chance"] >= 0.0005].rename(columns={"events": "counted", "chance": "share"})
    table = Table("A hundred years of the same unit", ("Families that break up", "Of 100 years"),
                  tuple((Cell(f"{row.counted:,.0f}"), Cell(f"{100 * row.share:.0f}" if row.share >= 0.005 else "fewer than 1")) for row in rows.itertuples(index=False)))
    return Figure("Did the worker do better this year?", f"A unit places {UNIT} children a year, and one family in ten breaks up, always. By luck alone none does in {share(none)} "
                  f"of years, and four or more do in {share(many)}.", spec(draw.by_luck(rows)), table)


def cost(of: Lab) -> Text:
    """The other side of the scale: what the waiting took."""
    return say.waiting_text(waiting_days(of.placements, months=MONTHS), MONTHS)


def research() -> Table:
    """What published research says and does not."""
    return say.evidence_table()


def decision(of: Lab) -> Text:
    """What the sound comparison says to the belief."""
    return say.decision_text(decide(of.registered, of.landmarks["like with like"]), of.registered)


def revealed(of: Lab) -> Figure:
    """The truth of this world, beside what the analyses said."""
    effect = of.truth.effect
    pace = "the same pace as" if effect == 1 else f"{effect:g} times the pace of"
    words = (f"In world {of.world}, families that waited broke up at {pace} families adopted earlier, like with like, on the same day. From month {MONTHS} on, within "
             f"{of.registered.belief.horizon} months, that makes {say.fewer_or_more(of.truth.difference)}.")
    return _differences(of, f"What was the truth of world {of.world}?", words, _three(of), planted=of.truth.difference)


def all_worlds(room: Room) -> Table:
    """The three worlds side by side: the naive chart says much the same in each."""
    labs = [lab(room, world=world) for world in say.evidence()["worlds"]]
    rows = tuple((Cell(f"World {of.world}"), *(Cell(say.signed(value)) for value in (*_three(of)["value"], of.truth.difference))) for of in labs)
    return Table("Three worlds: difference in percentage points, those who waited less the others",
                 ("World", "Naive chart", f"Together at month {MONTHS}", "Like with like", "Truth"), rows,
                 notes=("In one world waiting helps, in one it does nothing, in one it harms. The naive chart likes waiting in all three.",))


def own_data(room: Room, *, points: object = ...) -> Section | Text:
    """The same analysis on the room's own data where they allow it; else what is missing, in words. Small numbers are not shown."""
    try:
        placements = answerable(paths(room.extract, as_of=room.as_of))
    except CqiError as error:
        return Text((f"Asked {room.said}: the question cannot be answered.", str(error), "What you learned on made-up families holds all the same: ask for this link."), "note")
    registered, histories = _registered(room.as_of, chosen_points(points)[0]), waited(placements)
    found = landmark(registered, histories, by=question.LIKE)
    if _hidden(room, found.loc[found["at"] == MONTHS].iloc[0]):
        return Text((f"Asked {room.said}: there are too few families in one of the groups to show the numbers; they are hidden to protect privacy.",), "note")
    seen = found.loc[found["at"] == MONTHS]
    return Section((Text((f"Asked {room.said}: {children(len(placements))} placed in a pre-adoptive home.",)), say.landmark_table(seen, registered),
                    say.noticed_text(noticed(registered, histories)), say.decision_text(decide(registered, seen), registered)))


def _registered(on: date, points: float) -> Registered:
    return register(adoption_belief(points=points / 100, months=MONTHS), on=on)


def _row(of: Lab, which: str) -> pd.Series:
    rows = of.landmarks[which]
    return rows.loc[rows["at"] == MONTHS].iloc[0]


def _three(of: Lab) -> pd.DataFrame:
    """The three differences with their intervals: name, value, lower, upper."""
    first = naive(of.registered, of.histories).set_index("group").loc["difference"]
    rows = [("Naive chart", first["share"], first["lower"], first["upper"])]
    for name, which in ((f"Together, at month {MONTHS}", "everybody"), (f"Like with like, at month {MONTHS}", "like with like")):
        row = _row(of, which)
        rows.append((name, row["difference"], row["difference_lower"], row["difference_upper"]))
    return pd.DataFrame(rows, columns=["name", "value", "lower", "upper"])


def _differences(of: Lab, asked: str, words: str, rows: pd.DataFrame, *, planted: float | None = None) -> Figure:
    belief = of.registered.belief
    cells = [(Cell(row.name.replace(",", "")), Cell(say.signed(row.value)), Cell(f"{say.signed(row.lower)} to {say.signed(row.upper)}")) for row in rows.itertuples(index=False)]
    cells += [(Cell("Planted truth"), Cell(say.signed(planted)), Cell(""))] if planted is not None else []
    notes = (f"Shaded, beyond the dashed line: at least as large as you named ({say.points(belief.points)}).", *(("Dotted: the planted truth.",) if planted is not None else ()), MADE_UP)
    chart = draw.differences(rows, points=belief.points, direction=belief.direction, planted=planted)
    return Figure(asked, words, spec(chart), Table("Differences in percentage points: those who waited less the others", ("Comparison", "Difference", "95% interval"),
                                                   tuple(cells)), notes)


def _figure(of: Lab, asked: str, words: str, curves: pd.DataFrame, table: Table, *, since: str, immortal: int = 0) -> Figure:
    names = (of.registered.belief.exposed, of.registered.belief.unexposed if "after" in since else "all others")
    chart = draw.over_time(curves, names, title="share of families that have broken up", months=since, immortal=immortal)
    return Figure(asked, words, spec(chart), table, (MADE_UP,))


def _hidden(room: Room, row: pd.Series) -> bool:
    counts = [row[f"{side}_{name}"] for side in ("exposed", "unexposed") for name in ("children", "events")]
    return room.hides(*counts, counts[0] - counts[1], counts[2] - counts[3], row["left_out"], row["intact"])


def _lower_first(text: str) -> str:
    return text[0].lower() + text[1:]
