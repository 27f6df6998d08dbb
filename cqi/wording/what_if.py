"""What if children left faster: sentences about another pace, what a goal would take, and what came of faster periods."""

from __future__ import annotations

import pandas as pd

from cqi.blocks import Cell, Table
from cqi.registry import Measure
from cqi.wording.course_numbers import chance_words
from cqi.wording.numbers import day_words, plural, share

FAN_NOTES = (
    "Blue: where the share would likely go at the pace that you chose. The dashed line is the middle, the dark band holds the final "
    "figure 4 times in 5, the light "
    "band 19 times in 20. Grey, between dotted lines: the pace now. The bands show chance, not how sure it is that the pace will change.",
    "A pace is how many leave of those who could. Nobody can simply choose it: it stands for what families, courts and services do "
    "together.",
)
COARSE_NOTE = "For this reader only the last day is given at other paces, for five of them. Between them, and before that day, the picture follows straight lines."
BACK_NOTE = ("A line is one earlier period, the fastest first. Circle: of the children who entered, how many left to a permanent "
             "home within 12 months. Diamond: of the "
             "children who left, how many came back within 12 months. Bars are 95% ranges: how far chance alone could move it.")
NOT_A_PROOF = ("These are few periods, and much else changed between them. They prove nothing. They are a reason to ask: when we were "
               "faster, did more children come "
               "back, and do we know why?")


def pace_words(pace: float) -> str:
    """`as fast as now`, `15% faster than now`, `20% slower than now`."""
    percent = round((pace - 1) * 100)
    return "as fast as now" if percent == 0 else f"{abs(percent)}% {'faster' if percent > 0 else 'slower'} than now"


def likely(shares: pd.Series) -> str:
    """`38 to 47 in 100`."""
    low, high = (round(100 * shares[name]) for name in ("share_10", "share_90"))
    return f"{low} in 100" if low == high else f"{low} to {high} in 100"


def what_if(chosen: pd.Series, now: pd.Series, definition: Measure, by: pd.Timestamp, how: str) -> str:
    """What another pace would likely give by the last day, beside what it looks like now. `how` says the pace: `15% faster than now`; it
    is empty for
    the pace now."""
    counted, day = definition.words["counted"].replace("left", "leave", 1), day_words(by)
    if not how:
        return f"If it goes on as now, {likely(now)} children will likely {counted} by {day}. The middle of what is likely is {share(now['share_50'])}."
    return (f"If children left {how} from today on, {likely(chosen)} would likely {counted} by {day}. As it goes now it looks like {likely(now)}. "
            f"The middle moves from {share(now['share_50'])} to {share(chosen['share_50'])}.")


def usual_words(like: float) -> str:
    """What the usual pace is beside the pace now."""
    words = pace_words(like)
    return f"The usual pace of earlier periods is about {'the pace now' if words == 'as fast as now' else words}."


def goal_needs(goal: float, needed: float | None, now: float, slowest: float) -> str:
    """What pace would reach a goal, and how sure: `now` is the chance at the pace now. `needed` is None where no pace up to half as fast
    again does."""
    what, sure_now = f"{round(100 * goal)} in 100", f"At the pace now the chance of reaching it is {chance_words(now)}."
    if needed is None:
        return f"{what} is not in reach even at one and a half times the pace now: most projections stay below it. {sure_now}"
    if needed <= 1:
        slower = " even at half the pace now" if needed <= slowest else ""
        return f"The middle of what is likely reaches {what} already{slower or ' at the pace now'}. {sure_now}"
    more = max(1, round((needed - 1) * 100))
    return (f"To reach {what}, children would have to leave about {more}% faster than now, from today on. Even then it is no promise: "
            f"about half of the projections reach it and half do not. {sure_now}")


def chosen_chance(goal: float, chance: float) -> str:
    """How sure the goal is at the pace that is chosen."""
    return f"At this pace the chance of reaching the goal of {share(goal)} is {chance_words(chance)}."


def paces_table(rows: list[tuple[str, pd.Series, float | None]], caption: str, goal: float | None) -> Table:
    """One row a pace: its name, the five shares by the last day, and the chance of the goal."""
    columns = ("From today on", "Middle of what is likely", "Range, 4 times in 5", "Range, 19 times in 20", *(("Chance of the goal",
        ) if goal is not None else ()))
    lines = tuple((Cell(name), Cell(share(shares["share_50"])), Cell(f"{share(shares['share_10'])} to {share(shares['share_90'])}"),
                   Cell(f"{share(shares['share_025'])} to {share(shares['share_975'])}"), *((Cell(chance_words(chance)),
                       ) if goal is not None else ()))
                  for name, shares, chance in rows)
    return Table(caption, columns, lines)


def back_finding(pairs: pd.DataFrame, place: str) -> str:
    """What the faster half of earlier periods and the slower half had of children who came back. `pairs` hold `value`, `numerator_back`,
    `denominator_back`."""
    middle = pairs["value"].median()
    halves = {"faster": pairs.loc[pairs["value"] > middle], "slower": pairs.loc[pairs["value"] <= middle]}
    told = [f"in the {name} ones {rows['numerator_back'].sum():,.0f} of {rows['denominator_back'].sum():,.0f} ({share(rows['numerator_back'].sum() / rows['denominator_back'].sum())})"
            for name, rows in halves.items() if len(rows) and rows["denominator_back"].sum()]
    return f"{place}, {plural(len(pairs), 'earlier period')}. Of the children who left care, so many came back within 12 months: {'; '.join(told)}. {NOT_A_PROOF}"


def back_table(pairs: pd.DataFrame, caption: str, names: list[str]) -> Table:
    """One row a period: how many left soon, and how many came back, with counts and intervals."""
    lines = tuple((Cell(name), Cell(_counted(row["numerator"], row["denominator"], row["lower"], row["upper"])),
                   Cell(_counted(row["numerator_back"], row["denominator_back"], row["low"], row["high"])))
                  for name, row in zip(names, pairs.to_dict("records")))
    return Table(caption, ("Period", "Of those who entered, left to a permanent home within 12 months",
        "Of those who left, came back within 12 months"), lines)


def _counted(count: float, among: float, low: float, high: float) -> str:
    return f"{count:,.0f} of {among:,.0f}\n({share(low)} to {share(high)})"
