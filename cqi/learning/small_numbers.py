"""Lesson 4: small numbers. What luck alone does in a county of 20 and how many children it takes to see a change."""

from __future__ import annotations

from math import ceil, comb, sqrt
from statistics import NormalDist

import numpy as np
import pandas as pd

from cqi.blocks import Cell, Figure, Table
from cqi.charts import lessons_small_numbers as draw
from cqi.charts import spec
from cqi.cohorts import earlier_cohorts, first_whole_entry
from cqi.estimates import wilson
from cqi.learning.classroom import Room
from cqi.learning.drawn import headline
from cqi.measures import count
from cqi.vocabulary import WHOLE
from cqi.wording.numbers import children, share

COUNTY, TRUE_SHARE = 20, 0.35
"""A county of 20 children a year, of whom 35% go home within 12 months, every year, whatever the year's count says."""
LOW, HIGH = 0.20, 0.50
SIZES = (20, 40, 100, 200, 400)
YEARS, SEED = 100, 7
BETTER = 0.45
"""A true share 10 points higher."""
POWER = 0.80
MARGIN = 0.10
PAIR, PAIR_YEARS = ("Ash", "Briar"), 6
"""Two made-up counties of 20 children with the same true share, for data whose small counties may not be shown."""
NOT_THE_SAME = ((1, 2), (3, 18))
"""Home and children, of a tiny and a small county."""


def chances(number: int, true: float) -> np.ndarray:
    """The exact chance of 0, 1, ... `number` children home, each with the same true chance (binomial)."""
    return np.array([comb(number, home) * true**home * (1 - true) ** (number - home) for home in range(number + 1)])


def at_most(value: float, number: int = COUNTY, true: float = TRUE_SHARE) -> float:
    """The chance that a year's share is that value or lower."""
    return float(chances(number, true)[: int(np.floor(value * number + 1e-9)) + 1].sum())


def at_least(value: float, number: int = COUNTY, true: float = TRUE_SHARE) -> float:
    """The chance that a year's share is that value or higher."""
    return float(chances(number, true)[int(np.ceil(value * number - 1e-9)):].sum())


def three_children() -> Table:
    """The eight ways in which it may go for three children, each as likely home as not."""
    ways = [[(way >> place) % 2 for place in (2, 1, 0)] for way in range(8)]
    rows = tuple((Cell(f"way {number}"), *(Cell("home" if home else "in care") for home in way), Cell(f"{sum(way)} of 3"))
                 for number, way in enumerate(ways, 1))
    return Table("Three children, each as likely home as not: all eight ways, each as likely as the others",
                 ("Way", "First child", "Second child", "Third child", "Home"), rows)


def luck() -> Figure:
    """How a county of 20 with an unchanging share may look in any year: exact chances of each count."""
    found = chances(COUNTY, TRUE_SHARE)
    low, high = at_most(LOW), at_least(HIGH)
    rows = pd.DataFrame({"counted": range(COUNTY + 1), "share": found,
                         "which": [_side(home / COUNTY) for home in range(COUNTY + 1)]})
    cells = tuple((Cell(f"{home} of {COUNTY}"), Cell(share(home / COUNTY)), Cell(f"{chance:.1%}")) for home, chance in enumerate(found)
                  if chance >= 0.0005)
    return Figure(f"A county of {COUNTY} children whose true share is {share(TRUE_SHARE)}, year after year: what may one year's count be?",
                  f"In {times(low)} years it shows {share(LOW)} or lower, and in {times(high)} years {share(HIGH)} or higher, by luck "
                  f"alone. In {share(low + high)} of "
                  "all years it looks very bad or very good, and nothing has changed.", spec(draw.luck(rows.loc[rows["share"] >= 0.0005])),
                  Table(f"Exact chances, {COUNTY} children, true share {share(TRUE_SHARE)}", ("Home", "Share", "Chance"), cells),
                  ("Worked out exactly (binomial), for children who each go home or stay by themselves. Brothers and sisters come and go "
                   "together, so real counties "
                   "jump even more.",))


def hundred_years() -> Figure:
    """A picture of 100 years of that county: what it shows each year."""
    counted = np.random.default_rng(SEED).binomial(COUNTY, TRUE_SHARE, YEARS)
    rows = pd.DataFrame({"place": np.arange(1, YEARS + 1), "share": counted / COUNTY})
    rows = rows.assign(which=rows["share"].map(_side))
    number = rows["which"].value_counts()
    cells = tuple((Cell(words), Cell(f"{number.get(words, 0)}"), Cell(f"{100 * chance:.0f}")) for words, chance in (
        (draw.BAD, at_most(LOW)), (draw.USUAL, 1 - at_most(LOW) - at_least(HIGH)), (draw.GOOD, at_least(HIGH))))
    lower, upper = usual_range()
    return Figure(f"{YEARS} years of one county of {COUNTY} in which nothing ever changed",
                  f"In this picture {number.get(draw.BAD, 0)} years show {share(LOW)} or lower and {number.get(draw.GOOD, 0)} show "
                  f"{share(HIGH)} or higher. The grey band, "
                  f"{share(lower)} to {share(upper)}, holds at least 95% of such years. The true share is {share(TRUE_SHARE)} in every one "
                  f"of them.",
                  spec(draw.years(rows, true=TRUE_SHARE, low=lower, high=upper)),
                  Table("Years in the picture, and how many of 100 to expect", ("One year shows", "In this picture", "To expect of 100"),
                        cells),
                  ("Drawn by a computer's dice, always the same throws. The chances beside it are exact.",))


def usual_range(number: int = COUNTY, true: float = TRUE_SHARE) -> tuple[float, float]:
    """Shares between which at least 95% of years lie: no more than 2.5% of years on either side (exact)."""
    below = np.cumsum(chances(number, true))
    return int(np.argmax(below > 0.025)) / number, int(np.argmax(below >= 0.975)) / number


def widths() -> Figure:
    """The same 35% seen in more and more children: Wilson's 95% interval gets narrow slowly."""
    home = np.array([round(TRUE_SHARE * size) for size in SIZES])
    lower, upper = wilson(home, SIZES)
    rows = pd.DataFrame({"name": [f"{size:,}" for size in SIZES], "value": home / SIZES, "lower": lower, "upper": upper})
    cells = tuple((Cell(children(size)), Cell(f"{number}"), Cell(f"{share(low)} to {share(high)}"),
                   Cell(f"about {100 * (high - low) / 2:.0f} points"),
                   Cell(f"{100 / sqrt(size):.0f} points")) for size, number, low, high in zip(SIZES, home, lower, upper))
    return Figure(f"{share(TRUE_SHARE)} home: how sure can you be of the true share?",
                  f"In {SIZES[0]} children the true share may be anywhere from {share(lower[0])} to {share(upper[0])}. In {SIZES[-1]} it "
                  f"is between {share(lower[-1])} and "
                  f"{share(upper[-1])}. Four times as many children make the interval half as wide.", spec(draw.widths(rows)),
                  Table("The same share in more children", ("Children", "Home", "Likely true share (95%, Wilson)", "Each way",
                                                            "Rule of thumb: 100 / root of children"), cells))


def children_needed(before: float = TRUE_SHARE, after: float = BETTER) -> int:
    """Children in each of two groups for a real change of share to be seen 4 times in 5 (power 80%, two-sided test at 5%).

    The normal approximation of R's `power.prop.test`: (z1 sqrt(2 p q) + z2 sqrt(p1 q1 + p2 q2))^2 / (p1 - p2)^2, p their middle.
    """
    sure, seen = NormalDist().inv_cdf(0.975), NormalDist().inv_cdf(POWER)
    middle = (before + after) / 2
    spread = sure * sqrt(2 * middle * (1 - middle)) + seen * sqrt(before * (1 - before) + after * (1 - after))
    return ceil(spread**2 / (before - after) ** 2)


def change_needs() -> Table:
    """How many children it takes to see a true change of some size, and how many years that is for a county of 20."""
    rows = []
    for gain in (0.05, 0.10, 0.20, 0.30):
        number = children_needed(TRUE_SHARE, TRUE_SHARE + gain)
        rows.append(tuple(map(Cell, (f"{share(TRUE_SHARE)} to {share(TRUE_SHARE + gain)}", f"{number:,}",
                                     f"{ceil(number / COUNTY)} years"))))
    return Table("To see a real change 4 times in 5", ("True change", "Children before, and as many after", f"A county of {COUNTY} needs, "
                                                                                                            f"before and after"),
                 tuple(rows))


def same_luck() -> tuple[float, float]:
    """For two counties of 20 with the same true share: the chance that they tie, and that this year's better one is behind next year."""
    found = chances(COUNTY, TRUE_SHARE)
    tied = float((found**2).sum())
    return tied, (1 - tied) / 2


def pair(room: Room) -> tuple[pd.DataFrame, str]:
    """Two small counties by year of entry (county, name, numerator, denominator), and a note where made-up ones stand in."""
    real = _real_pair(room)
    if len(real):
        return real, ""
    home = np.random.default_rng(SEED).binomial(COUNTY, TRUE_SHARE, (PAIR_YEARS, 2))
    rows = [(county, f"Year {year + 1}", home[year, place], COUNTY) for place, county in enumerate(PAIR) for year in range(PAIR_YEARS)]
    return pd.DataFrame(rows, columns=["county", "name", "numerator", "denominator"]), (
        f"Small counties of your own data may not be shown, so two made-up ones stand in, {PAIR[0]} and {PAIR[1]}. Both have a true share "
        f"of {share(TRUE_SHARE)}, every year.")


def _real_pair(room: Room) -> pd.DataFrame:
    """The two counties nearest to 20 children a year over the last years that are complete; none where a number of theirs is small."""
    years = [*earlier_cohorts(room.mature, first_whole_entry(room.extract.episodes), most=PAIR_YEARS - 1), room.mature]
    rows = pd.concat([count(headline(), room.basis, year, as_of=room.as_of) for year in years], ignore_index=True)
    rows = rows.loc[rows["county"] != WHOLE].assign(name=rows["cohort"])
    size = rows.groupby("county")["denominator"].agg(["mean", "min"])
    near = (size.loc[size["min"] >= 5, "mean"] - COUNTY).abs().sort_values(kind="stable").index[:2]
    rows = rows.loc[rows["county"].isin(near)].sort_values(["county", "name"], ignore_index=True)
    counts = [*rows["numerator"], *rows["denominator"], *(rows["denominator"] - rows["numerator"])]
    return rows.iloc[:0] if len(near) < 2 or len(years) < 3 or room.hides(*counts) else rows[["county", "name", "numerator", "denominator"]]


def league(room: Room) -> Figure:
    """Two small counties year by year: who is ahead changes, and the intervals overlap."""
    rows, note = pair(room)
    lower, upper = wilson(rows["numerator"], rows["denominator"])
    rows = rows.assign(value=rows["numerator"] / rows["denominator"], lower=lower, upper=upper)
    one, other = sorted(set(rows["county"]))
    sides = rows.pivot(index="name", columns="county", values="value")
    ahead = [one if row[one] > row[other] else other if row[other] > row[one] else "neither" for _, row in sides.iterrows()]
    swaps = _swaps(ahead)
    tied, behind = same_luck()
    told = {row.county + row.name: f"{row.numerator:,.0f} of {row.denominator:,.0f}: {share(row.value)} ({share(row.lower)} to "
                                   f"{share(row.upper)})"
            for row in rows.itertuples(index=False)}
    cells = tuple((Cell(year), Cell(told[one + year]), Cell(told[other + year]), Cell(who)) for year, who in zip(sides.index, ahead))
    return Figure("Two small counties: which of them does better?",
                  f"In {len(ahead)} years the lead changed {_count(swaps)}. If both had the very same true share, this year's leader would "
                  f"be behind next year in "
                  f"{share(behind)} of years, and in {share(tied)} they would tie. A list in order of rank would tell a new story every "
                  f"year, and most of it would be luck.",
                  spec(draw.league(rows.drop(columns=["numerator", "denominator"]))),
                  Table("Children home within 12 months, by year of entry (95% interval)", ("Entered in", one, other, "Ahead"), cells),
                  (note,) if note else ())


def _swaps(ahead: list[str]) -> int:
    """How often the lead passed from one to the other; a tie in between does not count."""
    leads = [who for who in ahead if who != "neither"]
    return sum(now != before for before, now in zip(leads, leads[1:]))


def _count(number: int) -> str:
    return {0: "never", 1: "once", 2: "twice"}.get(number, f"{number} times")


def pooled(room: Room) -> Table:
    """What becomes of the interval when years, or counties, are put together."""
    rows, note = pair(room)
    one, other = sorted(set(rows["county"]))
    last = rows["name"].max()
    parts = (
        (f"{one}, {last} alone", rows["county"].eq(one) & rows["name"].eq(last)), (f"{one}, all years", rows["county"].eq(one)),
        (f"{one} and {other}, {last}", rows["name"].eq(last)), (f"{one} and {other}, all years", rows["county"].isin([one, other])))
    cells = tuple(_pool(words, rows.loc[chosen, ["numerator", "denominator"]].sum()) for words, chosen in parts)
    return Table("The same counties, put together", ("Put together", "Home", "Children", "Likely true share (95%)", "Each way"), cells,
                 notes=tuple(filter(None, (note, "Put together counts, never percents. A pooled number speaks of all of them: it hides how "
                                                 "they differ."))))


def _pool(words: str, total: pd.Series) -> tuple[Cell, ...]:
    lower, upper = (float(end) for end in wilson(total["numerator"], total["denominator"]))
    return tuple(map(Cell, (words, f"{total['numerator']:,.0f}", f"{total['denominator']:,.0f}",
                            f"{share(total['numerator'] / total['denominator'])} ({share(lower)} to {share(upper)})",
                            f"about {50 * (upper - lower):.0f} points")))


def times(chance: float) -> str:
    """A chance as so many in a hundred: `12 of 100`."""
    return f"{100 * chance:.0f} of 100"


def _side(value: float) -> str:
    return draw.BAD if value <= LOW + 1e-9 else draw.GOOD if value >= HIGH - 1e-9 else draw.USUAL
