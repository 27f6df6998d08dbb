"""Counties by their number of children, within limits of chance: the figure with its finding, its table and what the limits mean."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from cqi.blocks import Cell, Figure, Table, Text
from cqi.estimates import Funnel, proportion_funnel, proportion_limits
from cqi.estimates.funnel import INNER, INSIDE, OUTER, OUTSIDE_OUTER
from cqi.registry import PROPORTIONS, measure
from cqi.vocabulary import WHOLE, CqiError
from cqi.wording.numbers import FEW, children, count_cell, day_words, joined, plural, share, value_cell

FEWEST = 5
"""Fewer counties than this say nothing about how counties usually differ."""
_ONE = ("measure", "cohort", "group", "part", "as_of")


def figure(rows: pd.DataFrame, caption: str, *, draw: Callable[..., dict]) -> Figure | Text:
    """The funnel of all counties, or a note where fewer than FEWEST can be drawn.

    `rows` are those of a measure table for one measure, cohort and day, hidden, small and carried forward counties and the whole among them: these
    are left out, also of the target and the limits, so that nothing hidden can be worked out from them. `draw` makes the specification
    of the rows drawn, given `title` (`cqi.charts.funnel.drawn`). CqiError for rows of several cohorts or days, or of a rate.
    """
    counties = rows.loc[rows["county"] != WHOLE]
    today = counties.loc[counties["status"] != "carried forward"]
    _check(today)
    shown = comparable(today)
    if len(shown) < FEWEST:
        return _too_few(len(shown))
    found = proportion_funnel(shown["numerator"], shown["denominator"], corrected=True)
    counted = measure(shown["measure"].iloc[0]).words["counted"]
    so_far = " so far" if shown["status"].eq("so far").any() else ""
    return Figure("Do counties differ more than chance and size explain?", finding(shown, found, counted + so_far),
                  draw(shown, title=f"{counted}{so_far}"), table(shown, found, caption, f"{counted.capitalize()}{so_far}"),
                  _notes(found, left_out=len(counties) - len(shown), so_far=bool(so_far)))


def _too_few(number: int) -> Text:
    there = plural(number, "does", "do") if number else "none does"
    return Text((f"Counties can be set beside each other by size where {FEWEST} or more have {FEW} children or more and no hidden count. "
                 f"Here {there}.",), "note")


def comparable(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows of counties that can be drawn: FEW children or more, and no number hidden; in order of name."""
    known = rows[["numerator", "denominator", "value"]].notna().all(axis=1)
    return rows.loc[(rows["county"] != WHOLE) & known & (rows["denominator"] >= FEW)].sort_values("county", ignore_index=True)


def finding(rows: pd.DataFrame, found: Funnel, counted: str) -> str:
    """How many counties, their share together, how many lie outside the limits and how many would in any case."""
    gone, whole = rows["numerator"].sum(), rows["denominator"].sum()
    why = "by chance and the ways in which these counties usually differ" if found.plain.tau2 else "by chance alone"
    return (f"On {day_words(rows['as_of'].iloc[0])}: in these {len(rows)} counties together, {gone:,.0f} of {children(whole)} "
            f"({share(gone / whole)}) {counted}. {_outside(list(rows['county']), found)} {_anyway((1 - INNER) * len(rows))} of {len(rows)} "
            f"would lie outside in any case, {why}. A county outside is a reason to look and to ask, not a verdict.")


def _outside(names: list[str], found: Funnel) -> str:
    named = [f"{name} ({side})" for name, side, verdict in zip(names, _sides(found), found.verdict) if verdict != INSIDE]
    far = int((found.verdict == OUTSIDE_OUTER).sum())
    if not named:
        return "All lie within the 95% limits."
    further = f", {far} of them outside the 99.8% limits" if far else ""
    return f"{plural(len(named), 'county lies', 'counties lie')} outside the 95% limits{further}: {joined(named)}."


def _sides(found: Funnel) -> list[str]:
    return ["above" if value > found.target else "below" for value in found.value]


def _anyway(number: float) -> str:
    return "Fewer than 1" if number < 0.5 else f"About {number:.0f}"


def table(rows: pd.DataFrame, found: Funnel, caption: str, counted: str) -> Table:
    """Each county's counts, its share with interval, where it lies beside the limits, and the limits for its number of children;
    phi and tau2 in the notes."""
    beside = [verdict if verdict == INSIDE else f"{verdict}, {side}" for verdict, side in zip(found.verdict, _sides(found))]
    cells = tuple((Cell(row["county"]), count_cell(row, "numerator"), count_cell(row, "denominator"), value_cell(row), Cell(words),
                   *(_limits(found, row["denominator"], level) for level in (INNER, OUTER))) for (_, row), words in zip(rows.iterrows(), beside))
    columns = ("County", counted, "Children", "Share (95% interval)", "Beside the limits", "95% limits", "99.8% limits")
    return Table(caption, columns, cells, notes=(f"All of these counties together: {share(found.target)}.", *_spread(found)))


def _limits(found: Funnel, children: float, level: float) -> Cell:
    """The limits for so many children; below them those of chance alone, where they are not the same."""
    widths = (found.plain.tau2, 0.0) if found.plain.tau2 else (0.0,)
    ends = [proportion_limits(found.target, children, tau2=tau2, level=level, corrected=True) for tau2 in widths]
    said = [f"{share(float(low))} to {share(float(high))}" for low, high in ends]
    return Cell("\n".join([said[0], *(f"chance: {words}" for words in said[1:])]))


def _spread(found: Funnel) -> tuple[str, ...]:
    """How much the counties differ beyond chance, in numbers."""
    plain, other = found.plain, found.winsorised
    first = (f"Spread between these counties: phi {plain.phi:.2f} (about 1 is chance alone), tau2 {plain.tau2:.4f} on the arcsine scale "
             f"(DerSimonian and Laird). {'The limits are widened by tau2.' if plain.tau2 else 'So the limits are those of chance alone.'}")
    return (first, f"With the highest and lowest tenths pulled in (winsorised), as some health services do: phi {other.phi:.2f}, "
            f"tau2 {other.tau2:.4f}. The limits do not use these: that way finds only about a third of the spread there is.")


def _notes(found: Funnel, *, left_out: int, so_far: bool) -> tuple[str, ...]:
    work, dashed = "chance alone", ""
    if found.plain.tau2:
        work, dashed = "chance and the usual spread between counties", " The dashed lines are the limits of chance alone."
    notes = (f"Each dot is a county; further right are more children. If nothing but {work} were at work, 95% of counties would lie "
             f"between the inner limits and 99.8% between the outer.{dashed} Small counties move more by chance, so the limits are wide "
             "on the left.",
             f"The line and the limits are those of the counties drawn. {_left_out(left_out)}".strip())
    young = ("Children of some counties came later in the period than those of others. That alone makes their share so far smaller.",)
    return (*notes, *(young if so_far else ()))


def _left_out(number: int) -> str:
    if not number:
        return ""
    return f"{plural(number, 'county is', 'counties are')} not drawn: fewer than {FEW} children, or a number that may not be shown."


def _check(rows: pd.DataFrame) -> None:
    if not rows["unit"].isin(PROPORTIONS).all():
        raise CqiError("A funnel of counties takes a proportion of children; this measure is a rate.")
    several = [name for name in _ONE if rows[name].nunique(dropna=False) > 1]
    if several:
        raise CqiError(f"A funnel of counties takes one measure, cohort and as-of date; the rows hold several of: {', '.join(several)}. "
                       "Shares so far are comparable only at one age.")
