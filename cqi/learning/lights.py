"""Lesson 5: red, amber and green on counties in which nothing changes, worked out exactly."""

from __future__ import annotations

from math import sqrt

import numpy as np
import pandas as pd

from cqi.blocks import Cell, Figure, Table, Text
from cqi.charts import lessons_signal_or_noise as draw
from cqi.charts import spec
from cqi.learning import small_numbers as small
from cqi.wording.numbers import share

COUNTIES, MONTHS = 24, 12
CHILDREN, TRUE_SHARE, RED_BELOW, GREEN_FROM = small.COUNTY, small.TRUE_SHARE, 0.30, 0.35
"""Each month each county has 20 children in the count, and a true share of 35% that never changes. Red: below 30%; green: 35% or more."""
SEED = 11


def lights() -> dict[str, float]:
    """The chance of each light in any month, for a county in which nothing changes (exact)."""
    found = small.chances(CHILDREN, TRUE_SHARE)
    home = np.arange(CHILDREN + 1) / CHILDREN
    red, green = found[home < RED_BELOW - 1e-9].sum(), found[home >= GREEN_FROM - 1e-9].sum()
    return {draw.RED: float(red), draw.AMBER: float(1 - red - green), draw.GREEN: float(green)}


def reds() -> tuple[float, float]:
    """Red lights to expect in a month and in a year, in 24 counties in which nothing changes."""
    month = COUNTIES * lights()[draw.RED]
    return month, MONTHS * month


def after_red() -> float:
    """The chance that the month after a red one shows a higher share, with nothing done (exact)."""
    found = small.chances(CHILDREN, TRUE_SHARE)
    above = 1 - np.cumsum(found)
    red = np.arange(CHILDREN + 1) / CHILDREN < RED_BELOW - 1e-9
    return float((found * above)[red].sum() / found[red].sum())


def outside_limits() -> float:
    """The chance that a month of such a county lies outside its control limits (exact)."""
    found = small.chances(CHILDREN, TRUE_SHARE)
    reach = 3 * sqrt(TRUE_SHARE * (1 - TRUE_SHARE) / CHILDREN)
    home = np.arange(CHILDREN + 1) / CHILDREN
    return float(found[(home < TRUE_SHARE - reach) | (home > TRUE_SHARE + reach)].sum())


def dashboard() -> Figure:
    """A year of lights in 24 counties in which nothing changed, as dice would have it."""
    home = np.random.default_rng(SEED).binomial(CHILDREN, TRUE_SHARE, (COUNTIES, MONTHS)) / CHILDREN
    rows = pd.DataFrame({"name": np.repeat([f"County {number}" for number in range(1, COUNTIES + 1)], MONTHS),
                         "place": np.tile(np.arange(1, MONTHS + 1), COUNTIES),
                         "kind": [_light(value) for value in home.ravel()]})
    seen, chance = rows["kind"].value_counts(), lights()
    cells = tuple((Cell(light), Cell(f"{seen[light]}"), Cell(f"{COUNTIES * MONTHS * chance[light]:.0f}"), Cell(share(chance[light])))
                  for light in chance)
    worst = int((rows.loc[rows["kind"] == draw.RED, "name"].value_counts()).max())
    return Figure(f"One year of lights in {COUNTIES} counties: who needs a letter from the state?",
                  f"{seen[draw.RED]} red lights in a year, and one county had {worst}. In every county and every month the true share was "
                  f"{share(TRUE_SHARE)}. Nothing ever changed: "
                  "all of these lights are luck.", spec(draw.dashboard(rows)),
                  Table(f"{COUNTIES} counties, {MONTHS} months, {CHILDREN} children each month",
                        ("Light", "In this picture", "To expect in a year", "Chance in any month"), cells),
                  (f"Red: below {share(RED_BELOW)}. Amber: {share(RED_BELOW)} to below {share(GREEN_FROM)}. Green: {share(GREEN_FROM)} or "
                   f"more, the goal.",
                   "Red is drawn in orange here, with letters. Drawn by a computer's dice, always the same throws; the chances in the "
                   "table are exact."))


def fewer_alarms() -> Text:
    """The same state seen with control limits."""
    _, year = reds()
    false = COUNTIES * MONTHS * outside_limits()
    return Text((f"The same {COUNTIES} counties, the same year, with control limits (3 standard errors on each side): {_few(false)} of "
                 f"{COUNTIES * MONTHS} points would lie "
                 f"outside by luck, in place of about {year:.0f} red lights.",
                 f"And after a red light the next month is better in {share(after_red())} of cases, with nothing done at all. Whoever "
                 f"writes a letter after each red light will "
                 "believe in letters."), "answer")


def _few(number: float) -> str:
    return "fewer than 1" if number < 1 else f"about {number:.0f}"


def _light(value: float) -> str:
    return draw.RED if value < RED_BELOW - 1e-9 else draw.GREEN if value >= GREEN_FROM - 1e-9 else draw.AMBER
