"""Lesson 8, the next quarter: why the number after the worst one is better by itself, and three cycles whose quarter is over."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cqi.blocks import Cell, Figure, Section, Table, Text
from cqi.charts import lessons_change as draw
from cqi.charts import spec
from cqi.wording.numbers import share

QUARTERS, A_QUARTER = 8, 20
"""Quarters before somebody decides to act, and children who go home in a quarter on average, in a county in which nothing changes."""
COUNTIES, SEED = 6, 8
OUTCOMES = {
    "A": ("34%", "35% (60 of 170 children; likely 28% to 43%)",
          "No signal for the worse any more since two looks; about 33% would be usual.", "Returns to care: as usual.",
          "As planned: nine of ten families were called within two days."),
    "B": ("34%", "33% (56 of 170 children; likely 26% to 40%)", "No signal, neither for the worse nor for the better.", "Returns to care: as usual.",
          "Not as planned: only families with a telephone were called; visits at home were tried with the others, and worked."),
    "C": ("34%", "36% (61 of 170 children; likely 29% to 43%)", "No signal.", "Returns to care: a signal, more children than usual came back.",
          "As planned, and in half of the calls families were told a date to go home that nobody had checked."),
}
"""Three made-up cycles: predicted, happened, monitors, counter-measure, done."""


def better_by_itself() -> float:
    """The chance that a quarter is better than the one before, where that was the lowest of its 8 and nothing changed (exact, Poisson counts)."""
    from scipy.special import gammaln

    number = np.arange(200)
    chance = np.exp(number * np.log(A_QUARTER) - A_QUARTER - gammaln(number + 1))
    above = 1 - np.cumsum(chance)
    lowest = chance * above ** (QUARTERS - 1)
    return float((lowest * above).sum() / lowest.sum())


def lowest_then_next() -> Figure:
    """Counties in which nothing ever changed, each after its lowest quarter: by dice, always the same throws."""
    rows = pd.DataFrame(_thrown())
    last, after = (rows.loc[rows["month"] == quarter, "observed"].to_numpy() for quarter in (QUARTERS, QUARTERS + 1))
    cells = tuple((Cell(f"County {number}"), Cell(f"{low}"), Cell(f"{then}")) for number, (low, then) in enumerate(zip(last, after), 1))
    return Figure("The lowest of eight quarters, and the one after it: what helped?",
                  f"In {int((after > last).sum())} of {COUNTIES} counties more children went home in the next quarter. In none of them was "
                  "anything changed: all of it is luck.",
                  spec(draw.quarters(rows, QUARTERS)),
                  Table("Made-up counties: children who went home", ("County", f"Quarter {QUARTERS}, the lowest so far", f"Quarter {QUARTERS + 1}"), cells),
                  (f"In each county about {A_QUARTER} children go home in a quarter, always. Shown are counties whose eighth quarter was their "
                   "lowest.",))


def _thrown() -> list[dict]:
    """Quarters of the first counties, thrown one after another, whose eighth quarter is below all before it."""
    random, found = np.random.default_rng(SEED), []
    while len(found) < COUNTIES:
        quarters = random.poisson(A_QUARTER, QUARTERS + 1)
        if quarters[QUARTERS - 1] < quarters[:QUARTERS - 1].min():
            found.append(quarters)
    return [{"name": f"County {number}", "month": quarter, "observed": int(home)}
            for number, quarters in enumerate(found, 1) for quarter, home in enumerate(quarters, 1)]


def by_luck() -> Text:
    """How often it gets better by itself, and what that means for a cycle."""
    return Text((f"After its lowest quarter of eight, a county in which nothing changes does better in {share(better_by_itself())} of cases. "
                 "This is called regression to the mean.",
                 "We begin cycles when numbers are unusually low or high. So most cycles are followed by better numbers, also those that change nothing. That is"
                 " why a prediction with a number is written "
                 "down before, why the monitors have limits, and why we look at where nothing was changed."), "answer")


def outcomes() -> Section:
    """Three cycles whose quarter is over, to decide on."""
    names = ("What did we predict, at least?", "What happened?", "What do the monitors say?", "What must not get worse?", "What was done?")
    rows = {letter: tuple((Cell(name), Cell(words)) for name, words in zip(names, told)) for letter, told in OUTCOMES.items()}
    return Section(tuple(Table(f"Cycle {letter} (made up)", ("Question", "Answer"), own, numeric=False) for letter, own in rows.items()))
