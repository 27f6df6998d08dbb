"""Signals in sentences: an invitation to look, never a verdict; where a county is too small to tell by itself, its region beside it."""

from __future__ import annotations

import math

import pandas as pd

from cqi.cohorts import cohort
from cqi.course.looks import look_days
from cqi.registry import Measure
from cqi.vocabulary import HIDDEN_WORDS
from cqi.wording.course_numbers import as_many, events, not_said, one, than_usual, unit
from cqi.wording.numbers import day_words, joined, plural

MOST_DETECTABLE = 0.5
"""A county that could notice only a change larger than this is too small to tell by itself."""

MONITOR_WORDS = {
    "cohort": "the children of this period",
    "calendar": "all children in their first 12 months, not only those of this period",
    "calendar from any month on": "all children in their first 12 months, with a change that may begin in any month",
}
"""What each monitor watches."""


def signal_words(course: pd.Series, looks: pd.DataFrame, regions: pd.DataFrame, definition: Measure) -> tuple[str, ...]:
    """Whether a monitor has signalled: an invitation to look, or how many looks found nothing and what could be noticed.

    A county too small to tell by itself is said to be so, beside its region's line.
    """
    if reason := not_said(course):
        return (reason,)
    small = not course["minimum_detectable_change"] <= MOST_DETECTABLE
    told = _signal(course, looks, definition) if course["signal"] else () if small else _none(course, definition)
    return (*told, *((too_few(course, definition), region_words(course, regions, definition)) if small else ()))


def _none(course: pd.Series, definition: Measure) -> tuple[str, ...]:
    number = sum(day <= course["as_of"].date() for day in look_days(definition, cohort(course["cohort"])))
    lead = f"No signal in {plural(number, 'look')}, one at each month's end. {_usual_now(course, definition)}"
    return (lead, f"{FALSE_SIGNALS} With this many {unit(definition)} we could notice a change for the worse, in pace, of about "
                  f"{course['minimum_detectable_change']:.0%} or more. A smaller change may be there unseen. A change for the better must be "
                  "larger: a false one is to come up in only 1 county in 100.")


FALSE_SIGNALS = "Where nothing has changed, about 1 county in 20 still gets a signal by chance over the whole course."


def _signal(course: pd.Series, looks: pd.DataFrame, definition: Measure) -> tuple[str, ...]:
    worse = course["signal"] == "worse"
    monitor = _alarmed(looks, course["signal_by"])
    ask = "What changed around then, and what do the people concerned see?" if worse else "What helped, and can it go on?"
    came = day_words(course["first_signal"])
    return (f"An invitation to look: {than_usual(definition, worse=worse)}. The signal came on {came}, from watching "
            f"{MONITOR_WORDS[monitor]}.",
            f"{_usual_now(course, definition)}{_calendar_now(looks, monitor, definition)} {ask}",
            f"It does not say why, and it may be chance. {FALSE_SIGNALS} It is a reason to ask, not a judgement.")


def _alarmed(looks: pd.DataFrame, signal_by: str) -> str:
    """The monitor that signalled first, of those of that kind."""
    rows = looks.loc[looks["alarm"].ne("") & looks["monitor"].str.startswith(signal_by)].sort_values(["day", "monitor"])
    return rows["monitor"].iloc[0] if len(rows) else signal_by


def _usual_now(course: pd.Series, definition: Measure) -> str:
    return (f"So far {one(definition, course['observed'])}. At the usual pace it would be about {course['expected']:,.0f}; anything from "
            f"{course['usual_low']:,.0f} to {course['usual_high']:,.0f} would be usual.")


def _calendar_now(looks: pd.DataFrame, monitor: str, definition: Measure) -> str:
    rows = looks.loc[(looks["monitor"] == monitor) & looks["observed"].notna() & looks["expected"].notna()].sort_values("day")
    if monitor == "cohort" or rows.empty:
        return ""
    last = rows.iloc[-1]
    counted = one(definition, last["observed"], events(definition))
    return f" Of all children watched, {counted}, where about {last['expected']:,.0f} would be usual."


def too_few(course: pd.Series, definition: Measure) -> str:
    """That the county is too small to tell by itself whether its pace changed."""
    change = course["minimum_detectable_change"]
    most = f"only a change for the worse of {change:.0%} or more in pace would show" if change <= 1 else "even a very large change in pace might not show"
    rest = "So look at each child's story first." if course["signal"] else "That no signal came does not mean that nothing changed."
    return f"Too few {unit(definition)} to tell by itself: {most} over the whole course. {rest}"


def region_words(course: pd.Series, regions: pd.DataFrame, definition: Measure) -> str:
    """The line of the county's region: what all its counties count together, what is usual, whether there is a signal."""
    rows = regions.loc[(regions["measure"] == course["measure"]) & (regions["county"] == course["region"])]
    if rows.empty or ", " not in rows["members"].iloc[0]:
        return "There is no region of counties that it could be taken together with."
    region = rows.iloc[0]
    name = f"{region['county']}{_members(region)}, all counties together"
    if reason := not_said(region):
        return f"{name}: {reason[0].lower()}{reason[1:]}"
    told = (f"a signal since {day_words(region['first_signal'])}, {than_usual(definition, worse=region['signal'] == 'worse')}"
            if region["signal"] else "no signal")
    return (f"{name}: {one(definition, region['observed'])} so far. Anything from {region['usual_low']:,.0f} to "
            f"{region['usual_high']:,.0f} would be usual: {told}.")


def _members(region: pd.Series) -> str:
    """The counties of a region in brackets, unless its name tells them."""
    return "" if "(" in region["county"] else f" ({members_words(region['members'])})"


def members_words(members: str) -> str:
    """`Ash, Elm and Fir`; of more than six counties their number."""
    names = members.split(", ")
    return joined(names) if len(names) <= 6 else plural(len(names), "county", "counties")


def vlad_finding(rows: pd.DataFrame, definition: Measure) -> str:
    """How many more or fewer than expected by now, and at what gap a signal would come. `rows` as from
    `cqi.charts.course.differences`."""
    if rows.empty:
        return f"How the count compares with what was expected is {HIDDEN_WORDS}."
    last, begun = rows.iloc[-1], rows.loc[rows["begins"], "day"]
    size = round(abs(last["difference"]))
    counted = f" {as_many(events(definition), size)}" if definition.per == 1 else ""
    words = (f"By {day_words(last['day'])}, {_gap(last['difference'], definition)} expected{counted}: {last['observed']:,.0f}, where about "
             f"{last['expected']:,.0f} would be usual.")
    if len(begun):
        return f"{words} The gap became a signal by {day_words(begun.iloc[0])}."
    edge = last["high"] if last["difference"] > 0 else -last["low"]
    return words if pd.isna(edge) else f"{words} A gap of about {max(math.ceil(edge), 1):,} would be a signal."


def _gap(difference: float, definition: Measure) -> str:
    """`about 9 fewer children than`, `as many children as`."""
    size = round(abs(difference))
    if not size:
        return f"as many {unit(definition)} as"
    return f"about {size:,} {'more' if difference > 0 else 'fewer'} {unit(definition, size)} than"


def monitors_finding(rows: pd.DataFrame) -> str:
    """Which monitor passed its limit and when, or how near the nearest is. `rows` as from `cqi.charts.course.shares_of_limit`."""
    if rows.empty:
        return f"What the monitors show is {HIDDEN_WORDS}."
    begun = rows.loc[rows["begins"]].sort_values(["day", "monitor"])
    if len(begun):
        return " ".join(f"A signal on the {row.alarm} side came on {day_words(row.day)}, from watching {MONITOR_WORDS[row.monitor]}."
                        for row in begun.itertuples(index=False))
    last = rows.loc[rows["day"] == rows["day"].max()]
    near = last.loc[last["share"].abs().idxmax()]
    return (f"No monitor has passed its limit by {day_words(near['day'])}. The nearest has used {abs(near['share']):.0%} of its limit, on "
            f"the {'worse' if near['share'] < 0 else 'better'} side: it watches {MONITOR_WORDS[near['monitor']]}.")
