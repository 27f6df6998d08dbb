"""The traps of the belief lab, a switch each: what the world does to the file, which way it pulls, its name, and what withstands it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import pandas as pd

from cqi.belief import adoption_belief, competing, finalized_early, landmark, naive, register, synthetic, time_dependent, waited
from cqi.blocks import Cell, Section, Table, Text
from cqi.vocabulary import no_such
from cqi.wording.belief import signed

BETTER, WORSE, LESS = "better", "worse", "less"
PULLS = {"a": "waiting looks better than it is", "b": "waiting looks worse than it is", "c": "neither; we only know less"}
LETTERS = {BETTER: "a", WORSE: "b", LESS: "c"}
PLACEMENTS = 20_000
SEED = 7
LIKE = ("older", "kin")


@dataclass(frozen=True)
class Switch:
    """`keyword` of `cqi.belief.synthetic`; `pull`, which way the comparison in `seen_in` goes; the trap's name, why, and what withstands it."""

    keyword: str
    title: str
    pull: str
    seen_in: str
    why: str
    cure: str


NAIVE, CRUDE, LIKE_ROW, PACE, KM = ("Naive: so far, by what came later", "Together at month 9: everybody", "Together at month 9: like with like",
                                    "Pace of breaking up, early adoption against not (1: the same)", "Month 9, as if nobody ended otherwise")
SWITCHES = {
    "finalized only": Switch(
        "only_finalized", "Survivorship: only those who made it are in the file", BETTER, CRUDE,
        "The file holds adoptions only. A family that broke up while it waited is not in it, so waiting seems to be without risk.",
        "Begin with everyone who was placed. Nothing done to a file of adoptions brings the others back."),
    "other ends": Switch(
        "competing_exits", "Competing ends", WORSE, KM,
        "Many who wait leave for relatives or guardians. Counted as if they could still break up, they push the estimate for waiting up.",
        "Count shares of all children, other ends competing (cumulative incidence), and tell where the others went."),
    "slow with the shaky": Switch(
        "indication", "Confounding by indication", WORSE, CRUDE,
        "Workers wait when they worry, and are quick with kin and young children. So those who wait had the higher risk from the first day.",
        "Compare like with like: by age, kin, earlier moves. What the worker saw and nobody wrote down stays hidden."),
    "quick ones later": Switch(
        "unequal_follow_up", "Unequal follow-up", WORSE, NAIVE,
        "The quick adoptions are the recent ones. There has been less time to see them break, so they look safer and waiting looks worse.",
        "The same months after month nine for everybody, and children seen for less counted as far as they were seen."),
    "new identity": Switch(
        "lost_linkage", "Lost linkage", WORSE, PACE,
        "After an adoption the child has a new name and number. Breaks after early adoptions go unseen, and early adoption looks safe.",
        "No analysis finds what is not there. Ask how large the unseen share would have to be to change the answer."),
    "one day": Switch(
        "point_in_time", "A day's caseload as the base", LESS, NAIVE,
        "Those waiting on one day are mostly those who wait long. Families that broke up or were adopted soon are missing, on both sides: fewer families, and other kinds of families.",
        "Follow everyone from the day of placement: an entry cohort."),
    "one unit": Switch(
        "small", "Small numbers", LESS, CRUDE,
        "Twenty families a year: one break more or less changes the picture. It pulls to neither side, it only makes the range wide.",
        "Say the range. Wait for more years, or ask together with other units."),
    "after the hardest year": Switch(
        "worst_units", "Return to the usual after a vivid year", BETTER, CRUDE,
        "Units began to wait because of their hardest year. Such a year is partly bad luck, and luck does not repeat itself: the next year is better, whatever one does.",
        "Write the belief down before looking, and use all units and all years, not those that stand out."),
}
"""What the lesson calls it -> the switch."""


def switch(name: str) -> Section:
    """The same made-up state without and with the switch, waiting having no effect in either. CqiError for a switch that is not there."""
    found = _known(name)
    off, on = (measured(found.keyword, side) for side in (False, True))
    shown = ["Placements in the file", "Share of them that waited", found.seen_in, *(row for row in (CRUDE, LIKE_ROW) if row != found.seen_in)]
    rows = tuple((Cell(row), Cell(_cell(row, off[row])), Cell(_cell(row, on[row]), "total" if row == found.seen_in else "")) for row in shown)
    return Section((
        Table("Waiting does nothing in this made-up state: difference in percentage points, those who waited less the others", ("What is compared", "Switch off", "Switch on"), rows,
              notes=(f"Look at the row: {found.seen_in}.", "Minus: waiting looks better. Plus: it looks worse. In brackets: 95% interval.")),
        Text((f"{found.title}. {found.why}", f"What helps: {found.cure}"))))


@cache
def measured(keyword: str, on: bool, seed: int = SEED) -> dict:
    """What each analysis says of one made-up state in which waiting does nothing: row -> value, or (value, lower, upper)."""
    switched = {keyword: True} if on else {}
    placements, _ = synthetic(seed, placements=PLACEMENTS, **switched)
    registered, histories = register(adoption_belief(points=0.05), on="2026-06-30"), waited(placements)
    first = naive(registered, histories).iloc[-1]
    crude, like = (landmark(registered, histories, at=(9,), by=by).iloc[0] for by in ((), LIKE))
    pace = time_dependent(registered, finalized_early(placements), by=LIKE)
    otherwise = competing(registered, histories)
    waits = histories["exposure"].le(pd.concat([histories[name].fillna(1e9) for name in ("event", "competing", "last")], axis=1).min(axis=1))
    return {
        "Placements in the file": len(placements), "Share of them that waited": float(waits.mean()), NAIVE: (first["share"], first["lower"], first["upper"]),
        CRUDE: (crude["difference"], crude["difference_lower"], crude["difference_upper"]),
        LIKE_ROW: (like["difference"], like["difference_lower"], like["difference_upper"]),
        KM: float(otherwise["kaplan_meier"].iloc[0] - otherwise["kaplan_meier"].iloc[1]), PACE: (pace.ratio, pace.lower, pace.upper)}


def _known(name: str) -> Switch:
    if name not in SWITCHES:
        raise no_such("switch", str(name), SWITCHES)
    return SWITCHES[name]


def _cell(row: str, value: object) -> str:
    if isinstance(value, int):
        return f"{value:,}"
    if row == PACE:
        return f"{value[0]:.2f} ({value[1]:.2f} to {value[2]:.2f})"
    if isinstance(value, tuple):
        return f"{signed(value[0])} ({signed(value[1])} to {signed(value[2])})"
    return signed(value) if row == KM else f"{value:.0%}"
