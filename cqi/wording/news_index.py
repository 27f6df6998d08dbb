"""What changed since the last run, for the index: signals by county in order of name, numbers that read differently, what is counted otherwise."""

from __future__ import annotations

from datetime import date

import pandas as pd

from cqi.cohorts import cohort
from cqi.vocabulary import WHOLE
from cqi.wording.news import FIRST, MAY_BE, NET, is_corrected, title_of, which_words
from cqi.wording.numbers import day_words, joined, month_words

OPEN = 12
"""Lists of so many lines or fewer stand open."""
GROUPS = (("Signals that are new", ("new", "late", "first told")), ("Signals that are still there", ("persists",)),
          ("Signals that ended", ("ended", "over")), ("Signals of the last run of which nothing can be said now", ("untold",)))
AFTER = {"late": " By today's data it would have come before the last run.", "first told": " The last run could not say whether there was one.",
         "over": " Its period is no longer followed here."}


def index_news(found: dict, ended: pd.DataFrame, counties: set[str], *, as_of: date) -> dict:
    """`title`, what is `told` in sentences, `groups` of (heading, lines) and how many lines stand `open`; of these counties only.

    `found`: `cqi.news.News` by cohort. `ended`: signals of cohorts that are no longer followed. `as_of`: this run's day.
    """
    news = list(found.values())
    last = next((each.facts["last"] for each in news if each.facts["last"]), "")
    if not last:
        return {"title": "What changed since the last run", "told": [FIRST], "groups": [], "open": OPEN}
    day, shown = day_words(date.fromisoformat(last)), {*counties, WHOLE}
    signals = pd.concat([*(each.signals for each in news), ended], ignore_index=True)
    signals = signals.loc[signals["county"].isin(counties) & signals["what"].isin([kind for _, kinds in GROUPS for kind in kinds])].sort_values(["county", "cohort", "measure"], key=_by_name, kind="stable")
    groups = [(heading, [_signal(row) for _, row in signals.loc[signals["what"].isin(kinds)].iterrows()]) for heading, kinds in GROUPS]
    groups += [_corrected(news, shown, day), ("What is counted otherwise", _otherwise(news)), ("Counties and periods", _places(found, counties))]
    groups = [(heading, lines) for heading, lines in groups if lines]
    told = [] if groups else [f"No signal came or went, no number up to {day} reads differently, and nothing is counted in another way."]
    return {"title": f"What changed since the last run ({day})", "told": [*_months_without(date.fromisoformat(last), as_of), *told, *_cautions(news, groups)], "groups": groups, "open": OPEN}


def _months_without(last: date, as_of: date) -> list[str]:
    """The whole months between the two as-of dates, of which no run is known; nothing where there is none."""
    months = [str(month) for month in pd.period_range(last, as_of, freq="M")[1:-1]]
    if not months:
        return []
    which = f"{month_words(months[0])} to {month_words(months[-1])}" if len(months) > 1 else month_words(months[0])
    return [f"No run as of {which} is known here, so what changed then is told now."]


def _by_name(column: pd.Series) -> pd.Series:
    return column.str.casefold()


def _signal(row: pd.Series) -> str:
    lead = f"{row['county']}, {cohort(row['cohort']).words}: {title_of(row['measure'])}"
    return f"{lead}{f', {which_words(row)}' if row['now'] else ''}.{AFTER.get(row['what'], '')}"


def _corrected(news: list, counties: set[str], day: str) -> tuple[str, list[str]]:
    """Where numbers of the days up to the last run read differently now: counties with the periods of the pages that say so."""
    heading = f"Numbers up to {day} that read differently now"
    places = {(county, each.facts["cohort"]) for each in news for county in _touched(each) if county in counties}
    names = sorted({county for county, _ in places}, key=lambda name: (name != WHOLE, name.casefold(), name))
    return heading, [f"{name}: the pages of {joined([cohort(word).words for one, word in sorted(places) if one == name])}." for name in names]


def _touched(found) -> set[str]:
    counts = found.counts
    moved = counts["numerator_then"].ne(counts["numerator_again"]) | (counts["denominator_then"].ne(counts["denominator_again"]) & counts["denominator_then"].notna())
    again = found.restated if found.facts["released"] else found.restated.loc[[is_corrected(row) for _, row in found.restated.iterrows()]]
    return {*counts.loc[moved & counts["numerator_again"].notna(), "county"], *again["county"]}


def _otherwise(news: list) -> list[str]:
    facts = next(each.facts for each in news if each.facts["last"])
    return [*(f"The rule changed: {title_of(name)}." for name in facts["changed"]), *(f"Another table of published figures: {name}." for name in facts["benchmarks"]),
            *(["The way the files are read changed."] if facts["source"] else []),
            *([f"The program: {facts['program'][0] or 'an unknown version'} then, {facts['program'][1]} now. Its list of changes says which numbers change."] if facts["program"] else [])]


def _places(found: dict, counties: set[str]) -> list[str]:
    facts = [each.facts for each in found.values()]
    new, gone = (sorted({name for each in facts for name in each[kind]}) for kind in ("new", "gone"))
    then = {word for each in facts for word in each["words"]}
    return [*(f"{name} is new." for name in new if name in counties), *(f"{name} is not in the files any more." for name in gone),
            *(f"{cohort(word).words} is a new period." for word in found if word not in then),
            *(f"{cohort(word).words} is no longer followed here." for word in sorted(then - {*found}))]


def _cautions(news: list, groups: list) -> list[str]:
    headings = {heading for heading, _ in groups}
    facts = next(each.facts for each in news if each.facts["last"])
    if not any(heading.startswith("Numbers up to") for heading in headings):
        return []
    if "What is counted otherwise" in headings:
        return ["Numbers that read differently were entered late or corrected, or are counted otherwise: their pages say which can be told."]
    return [f"Numbers that read differently: {MAY_BE[0].lower()}{MAY_BE[1:]}" if facts["released"] else f"Numbers that read differently were entered late or corrected. {NET}"]
