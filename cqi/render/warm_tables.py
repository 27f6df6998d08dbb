"""What a warm parent reads before it forks: the tables of a run's pages, and what their parts import and prepare."""

from __future__ import annotations

from contextlib import suppress
from inspect import signature

from cqi.official import Official
from cqi.review import Review
from cqi.tables import OfficialTables, Tables, official_tables, tables
from cqi.tables.backtested import backtested
from cqi.tables.services import ServiceTables, service_tables
from cqi.vocabulary import OFFICIAL, SERVICES
from cqi.working import Working


def read_ahead(place: tuple[str, str, str, str, str]) -> Tables | OfficialTables | ServiceTables:
    """The tables of [data, source, cohort, as-of day, profile], now in this process's memory, where the children find them."""
    data, source, word, as_of, profile = place
    shared = {"as_of": as_of, "source": source, "data": data, "profile": profile}
    backtested(data, source, as_of, profile)
    if word == SERVICES:
        found = service_tables(data, source, as_of, profile)
        _tried(Working(**shared))
    elif word == OFFICIAL:
        found = official_tables(data, source, as_of, profile)
        _tried(Official(county=found.facts["counties"][0], **shared))
    else:
        found = tables(data, source, word, as_of, profile)
        _tried(Review(county=found.facts["counties"][0], cohort=word, **shared))
    return found


def _tried(page: Review | Official | Working) -> None:
    """Asks for every part of a page once: what that imports and prepares is there for the children."""
    for name, part in vars(type(page)).items():
        if callable(part) and not name.startswith("_") and len(signature(part).parameters) == 1:
            with suppress(Exception):  # the notebook that asks for it says what is wrong with it
                part(page)
