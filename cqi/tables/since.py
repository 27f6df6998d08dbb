"""What changed since the last extract: findings, and closed cohorts that no longer come out the same."""

from __future__ import annotations

import pandas as pd

from cqi.cohorts import chosen_as_of, earlier_cohorts, first_whole_entry, open_cohorts
from cqi.measures import count
from cqi.quality import changed_cohorts, changed_stays, changes
from cqi.registry import measure, reviewed_names
from cqi.tables.reading import read

CLOSED = 6
"""Half-year cohorts that were closed at the earlier extract's as-of date and are compared."""


def since(data: str, source: str, before: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The findings of `cqi.quality.changes`, and the closed cohorts of `changed_cohorts`, of two extracts of one source.

    Counts and names of counties only. Raises CqiError as `cqi.sources.load` does for either.
    """
    earlier, now = read(before, source), read(data, source)
    eve = chosen_as_of(earlier[0].episodes).day
    periods = earlier_cohorts(open_cohorts(eve)[0], first_whole_entry(earlier[0].episodes), most=CLOSED)
    tables = [[count(measure(name), on, period, as_of=chosen_as_of(extract.episodes).day) for name in reviewed_names() for period in periods]
              for extract, on in (earlier, now)]
    return changes(earlier[0], now[0]), changed_cohorts(tables[0], tables[1], changed_stays(earlier[0], now[0]))
