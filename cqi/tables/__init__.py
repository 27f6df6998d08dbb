"""Every table that a review shows, counted once for all counties of a file, then protected for its reader.

The same tables serve a notebook run by hand and a whole run: a run sets CQI_CACHE to a private folder, where tables
counted once are found again by the processes that render pages. The folder holds counts only, never rows.
"""

from __future__ import annotations

from functools import lru_cache

from cqi.cohorts import cohort
from cqi.disclosure import policy
from cqi.tables.counting import EARLIER, HEADLINE, Tables, counted
from cqi.tables.reading import as_of_and_counties, give_back, key, reached, read
from cqi.tables.official import internal
from cqi.tables.official_counted import OfficialTables, official_counted
from cqi.tables.public import public_facts
from cqi.tables.released import forget_pages, in_months, released_tables, without_over
from cqi.vocabulary import OFFICIAL

__all__ = ["EARLIER", "HEADLINE", "OfficialTables", "Tables", "as_of_and_counties", "forget_tables", "official_tables", "public_facts", "reached", "read", "tables"]


def tables(data: str, source: str, cohort_word: str, as_of: str, profile: str) -> Tables:
    """All tables of one cohort as a profile may see them; counted, or found where a run or an earlier call has put them.

    `as_of` may be empty: then the last month's end that looks complete. What a profile with a threshold may see depends on everything
    that is released with it (see `released_tables`). Raises CqiError for a cohort that has not begun by then or ended before the file begins.
    """
    if policy(profile)["threshold"]:
        return released_tables(data, source, as_of, profile, cohort(cohort_word).label)
    return _every(data, source, cohort_word, as_of, profile, key(data, source, cohort_word, as_of))


@lru_cache(maxsize=16)
def _every(data: str, source: str, cohort_word: str, as_of: str, profile: str, name: str) -> Tables:
    return without_over(in_months(counted(data, source, cohort_word, as_of), policy(profile)["months_in_care"]))


def official_tables(data: str, source: str, as_of: str, profile: str) -> OfficialTables:
    """The official indicators as a profile may see them; counted, or found where a run or an earlier call has put them."""
    if policy(profile)["threshold"]:
        return released_tables(data, source, as_of, profile, OFFICIAL)
    return _official(data, source, as_of, key(data, source, as_of))


@lru_cache(maxsize=8)
def _official(data: str, source: str, as_of: str, name: str) -> OfficialTables:
    return internal(official_counted(data, source, as_of))


def forget_tables() -> None:
    """Forgets the tables that were asked for, and gives their memory back; the next who asks finds them where a run keeps them, else they
    are counted again."""
    _every.cache_clear()
    _official.cache_clear()
    forget_pages()
    give_back()
