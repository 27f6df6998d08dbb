"""All tables of a release protected at once: what a reader of every page, table and download together may not work out."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from cqi.disclosure.counts import release_counts
from cqi.disclosure.course import rounded_course, tells_who_is_left, without_course
from cqi.disclosure.earlier import KEY
from cqi.disclosure.joint import hidden_jointly
from cqi.disclosure.sums import Sums, sums
from cqi.disclosure.table import without_counts

Pages = Mapping[str, Mapping[str, pd.DataFrame]]


def protected_release(
    pages: Pages, regions: pd.DataFrame, before: pd.DataFrame, held: pd.DataFrame, *, headline: str, threshold: int,
) -> tuple[dict[str, dict[str, pd.DataFrame]], pd.DataFrame]:
    """The tables of all pages of a release (as for `release_counts`) with their small counts hidden, and as many others as it takes; and
    the counts that are hidden, for the next release: the columns KEY of `earlier`, `children`, `numerator`.

    Every count from 1 to below the threshold is hidden, whether it stands in a table or follows from two that do: those not counted, the
    steps between days and months, the rest of a longer period. Then enough others that none can be narrowed down by all sums together.
    `regions` says the `region` of each `county` by `cohort`; `before`, what was given out earlier and is known (the columns KEY of
    `earlier`, `children`, `numerator`): a count that moved by 1 to below the threshold since is hidden, one that did not stays shown.
    `held`: what releases before hid, by the same columns; a count that moved by less since stays hidden. `headline` is the measure whose
    counts are hidden last.
    """
    found = sums(release_counts(pages), regions, before, held, headline=headline, threshold=threshold)
    hidden = hidden_jointly(found.system, found.small, threshold=threshold, held=found.held)
    shown = {page: {name: _without(table, *_rows(found, hidden, page, name, len(table)), name, threshold) for name, table in tables.items()}
             for page, tables in pages.items()}
    return shown, _hidden_counts(found.counts, hidden)


def _hidden_counts(counts: pd.DataFrame, hidden: np.ndarray) -> pd.DataFrame:
    few, counted = hidden[counts["n"]], counts["k"].ge(0).to_numpy() & hidden[counts["k"]]
    found = counts.assign(children=counts["children"].where(few), numerator=counts["counted"].where(counted))
    return found.loc[few | counted, [*KEY, "children", "numerator"]].drop_duplicates(ignore_index=True)


def _rows(found: Sums, hidden: np.ndarray, page: str, name: str, size: int) -> tuple[np.ndarray, np.ndarray]:
    """Rows of a table whose counted are hidden, and those whose children are."""
    own = found.counts.loc[found.counts["page"].eq(page) & found.counts["table"].eq(name)]
    counted, few = np.zeros(size, dtype=bool), np.zeros(size, dtype=bool)
    there = own["k"].to_numpy() >= 0
    counted[own["row"].to_numpy()[there]] = hidden[own["k"].to_numpy()[there]]
    few[own["row"].to_numpy()] = hidden[own["n"].to_numpy()]
    return counted | few, few


def _without(table: pd.DataFrame, hidden: np.ndarray, few: np.ndarray, name: str, threshold: int) -> pd.DataFrame:
    if name != "regions":
        return without_counts(table, hidden, few)
    if table.empty:
        return table
    found = rounded_course(without_course(table, hidden | tells_who_is_left(table, threshold)))
    return found.assign(entered=table["entered"].mask(few))
