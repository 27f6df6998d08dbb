"""Small made-up numbers of lessons 3 and 5, to work out by hand: ten children, late exits, five months, four throws."""

from __future__ import annotations

from math import sqrt

import numpy as np
import pandas as pd

from cqi.blocks import Cell, Figure, Table
from cqi.charts import lessons_signal_or_noise as draw_throws
from cqi.charts import lessons_young_cohort as draw_children
from cqi.charts import spec
from cqi.control import xmr
from cqi.estimates import Incidence, aalen_johansen, chain_ladder, one_group
from cqi.wording.numbers import share

HOME, HERE = "home", "still in care"
TEN = (
    ("A", 12, 2, HOME), ("B", 12, 12, HERE), ("C", 11, 5, HOME), ("D", 11, 11, HERE), ("E", 10, 8, HOME),
    ("F", 9, 9, HERE), ("G", 4, 4, HERE), ("H", 4, 2, HOME), ("I", 3, 3, HERE), ("J", 2, 2, HERE),
)
"""Ten made-up children: name, months since entry, months watched in care (until home, or until today), and what is known today."""
ENTERED_LATE = ((6, 9, 10), (12, 18, 20), (6, 9, 10), (12, 18, 20), (6, 9, np.nan), (6, np.nan, np.nan))
"""Made-up exits of six months, January to June, as the file had them at the month's end, one month later and two months later."""
LATE_MONTHS = ("January", "February", "March", "April", "May", "June")
THROWN = 11
FIVE = (4, 6, 5, 7, 8)
"""Children who entered a made-up county in five months."""
THROWS = (2, -1, 1, -2)
"""How far four throws land from where one aims."""


def ten() -> Incidence:
    """The ten children's curves by month in care, 0 to 12: cause 0 is home."""
    months, home = np.array([child[2] for child in TEN]), np.array([child[3] == HOME for child in TEN])
    return aalen_johansen(*one_group(months, np.where(home, 0, -1), causes=1, last=12))


def ten_children() -> Figure:
    """The ten children: how long each has been watched, and who went home."""
    rows = pd.DataFrame([(name, 0, watched, kind) for name, _, watched, kind in TEN], columns=["name", "low", "high", "kind"])
    cells = tuple((Cell(f"Child {name}"), Cell(f"{since}"), Cell(f"home after {watched} months" if kind == HOME else f"still in care, "
                                                                                                                     f"after {watched} "
                                                                                                                     f"months"))
                  for name, since, watched, kind in TEN)
    table = Table("Ten made-up children, as known today", ("Child", "Months since entry", "What is known today"), cells, numeric=False)
    home = sum(kind == HOME for *_, kind in TEN)
    young = sum(kind == HERE and watched < 12 for _, _, watched, kind in TEN)
    return Figure("Ten children who came into care in the last year: what do we know today?",
                  f"{home} of the 10 went home. {10 - home} are still in care, and {young} of these came less than 12 months ago: "
                  "nobody can know yet whether they will be home within 12 months.", spec(draw_children.lifelines(rows)), table,
                  ("A line is the time in care that we have seen. A circle: the child went home. An arrow: still in care; the story goes "
                   "on.",))


def ten_by_hand() -> Table:
    """The estimate step by step: at each month when a child went home, how many had been watched that long, and what share stays."""
    curve = ten()
    steps, rows, stay = [month for month in range(13) if any(kind == HOME and watched == month for *_, watched, kind in TEN)], [], 1.0
    for month in steps:
        here, gone = int(curve.at_risk[0, month]), sum(kind == HOME and watched == month for *_, watched, kind in TEN)
        now = float(curve.in_care[0, month])
        rows.append(tuple(map(Cell, (f"month {month}", f"{here}", f"{gone}", f"{here - gone} of {here}", f"{share(stay)} x "
                                                                                                         f"{here - gone}/{here} = "
                                                                                                         f"{share(now)}",
                                     share(1 - now)))))
        stay = now
    lower, upper = (float(end[0, 0, 12]) for end in curve.interval())
    return Table("The same ten children, with everyone counted for as long as they were seen",
                 ("When", "Seen so long", "Went home", "Stayed", "Still in care", "Home"), tuple(rows),
                 notes=(f"With ten children the estimate is rough: the true share could lie anywhere between {share(lower)} and "
                        f"{share(upper)}.",
                        "Statisticians call this way of counting Kaplan-Meier. Where children also leave for other reasons, its sister, "
                        "Aalen-Johansen, keeps these apart; this workbook uses that one."))


def late_entry() -> Table:
    """Exits of six months as the file had them on later days: the last months are not all in yet."""
    rows = tuple((Cell(month), *(Cell("not yet", "unobserved") if np.isnan(number)
                                 else Cell(f"{number:.0f}", "partly" if place == 0 else "")
                                 for place, number in enumerate(known))) for month, known in zip(LATE_MONTHS, ENTERED_LATE))
    return Table("A made-up county: children who went home, by month, and when the file knew of it",
                 ("Went home in", "Known at the month's end", "one month later", "two months later"), rows)


def late_june() -> tuple[float, float, float]:
    """June's exits known at its end, the share of a final count that is usual by then, and the final count to expect (chain ladder)."""
    found = chain_ladder(np.array(ENTERED_LATE, float))
    return float(found.latest[-1]), float(found.developed[-1]), float(found.ultimate[-1])


def five_months() -> Table:
    """Five months of entries, to work out limits by hand."""
    steps = [None, *np.abs(np.diff(FIVE))]
    rows = tuple((Cell(f"month {number}"), Cell(f"{value}"), Cell("none" if step is None else "?")) for number,
                 (value, step) in enumerate(zip(FIVE, steps), 1))
    return Table("A made-up county: children who entered care", ("Month", "Children", "Step from the month before"), rows,
                 notes=("Average of the children: add them up, divide by 5. A step has no sign: from 8 to 7 is a step of 1.",))


def five_limits() -> tuple[float, float, float, float]:
    """Average, average step, lower and upper limit of the five months (XmR)."""
    found = xmr(FIVE)
    return float(found.centre[0]), float(np.abs(np.diff(FIVE)).mean()), float(found.lower[0]), float(found.upper[0])


def tampering() -> Figure:
    """Throws left alone, and the same throws where the aim is moved after each by as much as it missed."""
    alone = np.random.default_rng(THROWN).normal(0, 1, 40)
    moved = adjusted(alone)
    rows = pd.concat([pd.DataFrame({"place": np.arange(1, 41), "value": values, "which": name}) for values,
                      name in ((alone, draw_throws.ALONE), (moved, draw_throws.CHASED))])
    cells = tuple((Cell(name.replace(",", "")), Cell(f"{np.abs(values).mean():.1f}"), Cell(f"{np.abs(values).max():.1f}")) for values,
                  name in ((alone, draw_throws.ALONE), (moved, draw_throws.CHASED)))
    return Figure("What happens if you correct after every miss?",
                  f"Left alone, a throw misses by {np.abs(alone).mean():.1f} on average; with the aim moved after every miss, by "
                  f"{np.abs(moved).mean():.1f}. Worked out exactly, chasing each miss makes the "
                  f"spread {sqrt(2):.1f} times as wide. The thrower works harder, and gets worse.", spec(draw_throws.tampering(rows)),
                  Table("Forty throws: how far from the mark", ("", "Average miss", "Largest miss"), cells),
                  ("This is W. E. Deming's funnel, in words of a dart board. The same throws in both rows.",))


def adjusted(throws) -> np.ndarray:
    """Where throws land if after each one the aim is moved by as much as it missed, the other way: each less the one before."""
    throws = np.asarray(throws, float)
    return throws - np.append(0, throws[:-1])


def four_throws() -> Table:
    """Four throws left alone, and an empty column for what comes of correcting."""
    first = (Cell(f"{adjusted(THROWS)[0]:+.0f}"), Cell(f"{adjusted(THROWS)[1]:+.0f}"))
    rows = tuple((Cell(f"throw {number}"), Cell(f"{throw:+d}"), first[number - 1] if number <= 2 else Cell("?")) for number,
                 throw in enumerate(THROWS, 1))
    return Table("Four throws: how far from the mark (+ right, - left)", ("", "Left alone", "Aim moved after every miss"), rows,
                 notes=("Throw 1 misses by 2 to the right, so the thrower aims 2 further left. Throw 2 would have landed 1 to the left; "
                        "now it lands 3 to the left. "
                        "So the thrower aims back, 1 to the right of the mark. And so on.",))
