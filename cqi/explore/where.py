"""Where are we? The chosen county at this age beside earlier periods at the same age, the way to the goal, and all counties."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import lru_cache, partial

import ipywidgets as widgets
import pandas as pd

from cqi import charts
from cqi.blocks import Block, Details, Figure, Section, Table, Text
from cqi.charts import course as pictures
from cqi.cohorts import cohort as period
from cqi.explore import show
from cqi.explore.chosen import Chosen
from cqi.explore.published import OFFICIAL, Published
from cqi.registry import measure
from cqi.vocabulary import HIDDEN_WORDS, WHOLE
from cqi.wording import answer as say
from cqi.wording import course as course_words
from cqi.wording import course_signals, course_tables, displays, findings
from cqi.wording.notes import FEW_EXPECTED, HIDDEN_NOTE, NO_FIGURE
from cqi.wording.numbers import FEW, axis_words, day_words

HEADLINE = "permanency_in_12_months"
GROUPINGS = {"race": "By race and ethnicity, as recorded", "sex": "By sex, as recorded", "age": "By age"}
NOT_COUNTED = ("This figure cannot be given: the file is over a federal limit of data quality. The review of this county says which, and what can be done.",)
COUNTED = "Counted are {}."
FAN_WORDS = "Read it like a weather forecast: the wider the band, the less sure we are."


def panel(published: Published, chosen: Chosen, journal=None) -> widgets.Widget:
    """The panel; it follows what is chosen."""
    from cqi.explore import downloads  # below the pictures, so that they need not wait for it

    answer, below, counties, line = widgets.HTML(), widgets.HTML(), widgets.HTML(), show.spoken()

    def follow(_=None) -> None:
        now = (chosen.county, chosen.cohort, chosen.measure, chosen.group)
        if not all(now[:3]):
            return
        first, rest = view(published, *now)
        show.show(answer, first)
        show.show(below, rest)
        counties.value = county_map(published, *now[1:3], now[0])
        if now != follow.last and follow.last:
            show.say(line, f"Now shown: {now[0]}, {period(now[1]).words}, {published.titles[now[2]]}.")
        follow.last = now

    follow.last = ()
    follow()
    chosen.observe(follow)
    parts = [line, answer, below, counties, downloads.box(published, chosen, partial(pictures_of, published))]
    return widgets.VBox(parts).add_class("cqi-panel")


@lru_cache(maxsize=256)
def view(published: Published, county: str, cohort: str, name: str, group: str) -> tuple[Block, Block]:
    """What is said first, and the pictures below it."""
    course, same_age = _course(published, county, cohort, name), published.rows(cohort, "same_age", county=county, measure=name)
    first = _headline(published, county, cohort, course, same_age) if name == HEADLINE and course is not None else _answer(county, cohort, name, same_age)
    parts = [*figures(published, county, cohort, name).values(), *_signal(published, county, cohort, course), *by_group(published, county, cohort, name, group)]
    asked = Text((f"{measure(name).question} {COUNTED.format(measure(name).words['numerator'])}",), "note")
    return Section((asked, Text(first, "answer"))), Section(tuple(parts))


@lru_cache(maxsize=256)
def figures(published: Published, county: str, cohort: str, name: str) -> dict[str, Block]:
    """The pictures of the county by name: the way to the goal, the same age."""
    makers: dict[str, Callable] = {"The way to the goal": _way, "Beside earlier periods": _same_age}
    found = {title: make(published, county, cohort, name) for title, make in makers.items()}
    return {title: block for title, block in found.items() if block is not None}


def pictures_of(published: Published, chosen: Chosen) -> dict:
    """The pictures that are shown and can be kept."""
    from cqi.explore.maps import picture

    now = (chosen.county, chosen.cohort, chosen.measure)
    groups = next((block for block in by_group(published, *now, chosen.group) if isinstance(block, Figure)), None)
    found = figures(published, *now) | {"Groups of children": groups, "All counties": picture(published, chosen.cohort, chosen.measure, chosen.county)}
    return {title: block for title, block in found.items() if block is not None and not isinstance(block, Table)}


@lru_cache(maxsize=256)
def county_map(published: Published, cohort: str, name: str, county: str) -> str:
    """All counties for this cohort and measure, the chosen one marked."""
    from cqi.explore.maps import map_markup

    return map_markup(published, cohort, name, county)


def _course(published: Published, county: str, cohort: str, name: str) -> pd.Series | None:
    """The county's row of the course; none where the measure is not followed."""
    rows = published.rows(cohort, "course", county=county, measure=name)
    return None if rows.empty else rows.iloc[0]


def _headline(published: Published, county: str, cohort: str, course: pd.Series, same_age: pd.DataFrame) -> tuple[str, ...]:
    """The review's own answer."""
    if pd.isna(course["observed"]) and course["status"] != "suppressed":
        return NOT_COUNTED
    waiting = published.rows(cohort, "waiting", county=county)
    regions = published.rows(cohort, "regions", county=course["region"])
    told = say.answer(county, period(cohort), date.fromisoformat(published.as_of), course=course, same_age=same_age, waiting=waiting,
                      region=None if regions.empty else regions.iloc[0])
    definition = measure(HEADLINE)
    return (*told, *filter(None, (course_words.standing(course, definition), course_words.next_month(course, waiting, definition))))


def _answer(county: str, cohort: str, name: str, rows: pd.DataFrame) -> tuple[str, ...]:
    """The measure in a sentence, with counts, interval and day; or why there is none."""
    definition, place = measure(name), f"{county}, {period(cohort).words}. {measure(name).title}"
    now = rows.loc[(rows["cohort"] == cohort) & rows["value"].notna()]
    if now.empty or now["children"].iloc[0] < FEW:
        status = rows.loc[rows["cohort"] == cohort, "status"]
        why = next((f"It is {NO_FIGURE[each]}." for each in status if each in NO_FIGURE), FEW_EXPECTED if len(now) else "The file has too little for a figure.")
        return (f"{place}: not given.", why, definition.why)
    told = findings.by_cohort(rows.loc[rows["value"].notna()], cohort, place)
    counts = "" if definition.per == 1 else f"Counted were {now['numerator'].iloc[0]:,.0f}. "
    return (told, f"{counts}This is as known on {day_words(now['as_of'].iloc[0])}. {definition.why}")


def _way(published: Published, county: str, cohort: str, name: str) -> Block | None:
    """The projection to the goal, and the pace that would reach it; none for a measure without one."""
    course = _course(published, county, cohort, name)
    rows = published.rows(cohort, "projection", county=county, measure=name)
    if course is None or rows.empty or course_words.not_ahead(course) or course["expected_final"] < FEW or rows["share_50"].isna().all():
        return None
    definition, target = measure(name), None if pd.isna(course["target"]) else float(course["target"])
    caption = f"{county}, entered {period(cohort).words}: share that {definition.words['counted']}, as of {published.as_of_words}"
    table = course_tables.fan_table(rows, target, definition, caption)
    notes = (FAN_WORDS, *course_words.FAN_NOTE, course_words.pace_words(course, definition))
    return Figure("Where is this period heading?", course_words.projection_finding(course, definition), charts.spec(pictures.fan(rows, target)), table, notes)


def _same_age(published: Published, county: str, cohort: str, name: str) -> Block | None:
    """This period beside earlier ones, each as it was known at the same age."""
    rows, definition = published.rows(cohort, "same_age", county=county, measure=name), measure(name)
    if rows.empty:
        return None
    caption = f"{county}: {definition.title[0].lower()}{definition.title[1:]}, each period as known at the same age"
    table, solid = displays.by_cohort(rows, caption), rows.loc[rows["value"].notna() & ~(rows["children"] < FEW)]
    if len(solid) < 2 or cohort not in set(solid["cohort"]):
        return table
    chart = charts.by_cohort(solid, cohort, title=axis_words(definition), percent=definition.per == 1)
    told = findings.by_cohort(solid, cohort, definition.title)
    return Figure("How is this period doing beside earlier ones at the same age?", told, charts.spec(chart), table,
                  ("Dots are what was counted, lines how far chance alone could move them.", *definition.caveats[:1]))


def _signal(published: Published, county: str, cohort: str, course: pd.Series | None) -> tuple[Block, ...]:
    """Whether there is a signal, in words."""
    if course is None:
        return ()
    if course["status"] == "suppressed":
        return (Text((f"Is there a signal? {HIDDEN_NOTE}",), "note"),)
    looks = published.rows(cohort, "looks", county=county, measure=course["measure"])
    words = course_signals.signal_words(course, looks, published.table(cohort, "regions"), measure(course["measure"]))
    return (Details("Is there a signal, and how sure is it?", (Text(words),)),)


def groups(published: Published, name: str) -> dict[str, str]:
    """The groups that can be chosen for a measure: words -> name in the table."""
    held = _groups(published, name)["group"].str.split(": ").str[0].unique()
    return {"All children": "", **{words: grouping for grouping, words in GROUPINGS.items() if grouping in held}}


def _groups(published: Published, name: str) -> pd.DataFrame:
    if not published.has(OFFICIAL, "groups"):
        return pd.DataFrame(columns=["county", "measure", "group", "children"], dtype="str")
    return published.rows(OFFICIAL, "groups", measure=name)


@lru_cache(maxsize=256)
def by_group(published: Published, county: str, cohort: str, name: str, group: str) -> tuple[Block, ...]:
    """The chosen groups' rows of the measure; they are of its newest complete period, and it is said."""
    from cqi.charts import official as group_charts
    from cqi.wording import official as words

    if not group:
        return ()
    rows = _groups(published, name)
    rows = rows.loc[rows["group"].str.startswith(f"{group}: ") & ~rows["children"].eq(0)]
    place = county if rows["county"].eq(county).sum() > 1 else WHOLE
    own = rows.loc[rows["county"] == place]
    if len(own) < 2:
        return (Text((f"{GROUPINGS[group]}: there are no two groups to show, or they are {HIDDEN_WORDS}.",), "note"),)
    definition, newest = measure(name), period(own["cohort"].iloc[0]).words
    table = words.groups(own, definition, f"{place}, {newest}: {definition.title[0].lower()}{definition.title[1:]}, {GROUPINGS[group][3:]}")
    solid = own.loc[~(own["children"] < FEW) & own["value"].notna()]
    together = "" if place == county else f" They are of all counties together: in {county} alone too much would be {HIDDEN_WORDS}, or there are too few."
    note = Text((f"Groups are told for complete periods only: {newest}, not {period(cohort).words}.{together}", words.WHAT_GROUPS_CANNOT_TELL[0]), "note")
    return (note, _group_picture(solid, definition, table, group_charts, words))


def _group_picture(rows: pd.DataFrame, definition, table: Table, group_charts, words) -> Block:
    if len(rows) < 2:
        return table
    chart = group_charts.by_group(rows, title=axis_words(definition), percent=definition.per == 1)
    return Figure("Does it differ between groups of children?", words.group_finding(rows, definition), charts.spec(chart), table)
