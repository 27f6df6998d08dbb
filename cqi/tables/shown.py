"""What one county's page may show of the tables of all: its own rows, its region's, and what is told of the whole file."""

from __future__ import annotations

from dataclasses import fields, replace

from cqi.tables.backtested import Backtests
from cqi.tables.counting import Tables
from cqi.tables.official_counted import OfficialTables

OF_THE_FILE = ("account",)
"""Tables without a county that a review tells of: rows read and set aside."""
ELSEWHERE = ("checks", "months", "defects")
"""Tables that stand on no review but on the page of data quality."""
FACTS_ELSEWHERE = ("reasons",)


def shown(tables: Tables | OfficialTables, county: str) -> Tables | OfficialTables:
    """The tables narrowed to what a review of the county, or its page of official measures, can show; `county` may be `All counties`.

    Of every table with a county only that county's rows; of `regions` the rows of the region that its course names; the tables and
    facts of the whole file that such a page tells of. Order and index of rows stay.
    """
    if isinstance(tables, OfficialTables):
        return replace(tables, **{each.name: tables.of_county(each.name, county) for each in fields(tables)[:-1]})
    apart = (*OF_THE_FILE, *ELSEWHERE, "regions", "facts")
    own = {each.name: tables.of_county(each.name, county) for each in fields(tables) if each.name not in apart}
    regions = tables.regions.loc[tables.regions["county"].isin(own["course"]["region"].unique())]
    facts = {name: fact for name, fact in tables.facts.items() if name not in FACTS_ELSEWHERE}
    return replace(tables, **own, regions=regions, facts=facts, **{name: getattr(tables, name).iloc[:0] for name in ELSEWHERE})


def shown_past(past: Backtests) -> Backtests:
    """The past replayed as every review shows it: sums over all counties, no county's own courses and forecasts."""
    return replace(past, courses=past.courses.iloc[:0], forecasts=past.forecasts.iloc[:0])
