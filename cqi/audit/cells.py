"""Every published count as one cell, whatever file it stands in: what is counted, where, of whom, as known when."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cqi.audit.definitions import THERE, defined
from cqi.audit.files import Published, period
from cqi.vocabulary import WHOLE

HEADLINE = "permanency_in_12_months"
KEY = ["amount", "measure", "county", "cohort", "group", "part", "at", "as_of"]
COLUMNS = [*KEY, "value", "hidden", "place"]
NEVER = ("not yet mature", "data quality")
"""Statuses of a figure that is not given for another reason than its smallness."""
CARRIED = ("measures", "maturity", "curves", "official-periods")
"""Tables whose figures are as of today, or carried forward."""
STILL, REGION, MONTH = "still in care", "region", "by month"
"""Groups of our own: the children of a cohort still in care, the members of a region, the children who entered in a month."""
PROPORTIONS = ("children", "reports", "months in care")
"""Units of shares: what is counted, and among as many."""


ENTRIES = "entries_per_1000_children"
"""The measure whose numerator is the headline's denominator: the same children."""


def cells(release: Published) -> pd.DataFrame:
    """The counts of a release, one row for each place where one stands: KEY, `value` (missing where hidden), `hidden`, `place`.

    `amount` is `numerator`, `denominator` (children, reports or months), or `days` (what a rate is per: days, population).
    """
    readers = {
        "measures": _measures, "same-age": _measures, "maturity": _measures, "curves": _measures, "official-periods": _measures,
        "official-groups": _measures, "waiting": _waiting, "course": _course, "regions": _regions, "looks": _looks, "months-charted": _months,
    }
    day = today(release)
    parts = [part.assign(place=place, instead=False) for place, name, table in release.tables if name in readers and len(table)
             for part in readers[name](table, day)]
    parts += [part.assign(place=place, instead=True) for place, name, table in release.tables if name in CARRIED
              for part in readers[name](_carried(table, day), day)]
    kinds = dict.fromkeys([*KEY, "place"], "str") | {"at": "float64", "value": "float64", "instead": "bool"}
    none = pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in kinds.items()})
    found = pd.concat(parts, ignore_index=True) if parts else none
    found = one_label(found.assign(at=found["at"].fillna(-1).astype(float), hidden=found["value"].isna()))
    there = pd.MultiIndex.from_frame(found.loc[~found["instead"], KEY])
    return found.loc[~(found["instead"] & pd.MultiIndex.from_frame(found[KEY]).isin(there)), COLUMNS].reset_index(drop=True)


def _carried(table: pd.DataFrame, day: str) -> pd.DataFrame:
    """The rows that stand with an older figure, as of today: there it is hidden."""
    return table.loc[table["status"] == "carried forward"].assign(as_of=day, numerator=np.nan, denominator=np.nan)


def one_label(found: pd.DataFrame) -> pd.DataFrame:
    """The cells with one label for a period that has several (24A24B is FFY2024), and for those that begin on one day where the children
    in care on that day are counted: the same children."""
    labels = found[["measure", "cohort"]].drop_duplicates()
    there = {name for name, each in defined(labels["measure"].unique()).items() if each.kind == THERE}
    spans = {label: period(label) for label in labels["cohort"].unique()}
    span = [(*spans[label][:1 if name in there else 2], label if " to " in label else "") for name, label in labels.itertuples(index=False)]
    first = labels.assign(span=pd.Series(span, index=labels.index, dtype=object)).sort_values("cohort").drop_duplicates("span").set_index("span")["cohort"]
    label = {(name, label): first[each] for (name, label), each in zip(labels.itertuples(index=False), span)}
    own = [label[name, cohort] for name, cohort in zip(found["measure"], found["cohort"])]
    return found.assign(cohort=pd.Series(own, index=found.index, dtype="str"))


def today(release: Published) -> str:
    """The newest as-of date of the tables."""
    days = [table["as_of"].max() for _, _, table in release.tables if "as_of" in table and len(table)]
    return max(days, default="")


def _as_cells(table: pd.DataFrame, amount: str, value: str, **other) -> pd.DataFrame:
    """A column of a table as cells, without those that are not given for another reason."""
    defaults = {"group": "", "part": "", "at": -1.0}
    rows = table.loc[~(table["status"].isin(NEVER) & table[value].isna())] if "status" in table else table
    rows = rows.assign(**{name: word for name, word in defaults.items() if name not in rows}).assign(amount=amount, value=rows[value])
    return rows.assign(**other)[[*KEY, "value"]]


def _measures(table: pd.DataFrame, _: str) -> list[pd.DataFrame]:
    """Numerators, and what they are of: the same children at every month in care and for every kind of exit."""
    counts, entries = table["unit"].isin(PROPORTIONS), table["measure"] == ENTRIES
    return [_as_cells(table.loc[~entries], "numerator", "numerator"),
            _as_cells(table.loc[entries], "denominator", "numerator", measure=HEADLINE, at=-1.0),
            _as_cells(table.loc[counts], "denominator", "denominator", at=-1.0, part=""),
            _as_cells(table.loc[~counts], "days", "denominator", at=-1.0, part="")]


def _waiting(table: pd.DataFrame, _: str) -> list[pd.DataFrame]:
    return [_as_cells(table, "numerator", "numerator"), _as_cells(table, "denominator", "denominator", group=STILL)]


def _course(table: pd.DataFrame, _: str) -> list[pd.DataFrame]:
    """The counts of the measure that is followed by month: the same cells as in the table of measures."""
    own = table.loc[table["measure"] == HEADLINE]
    return [_as_cells(own, "numerator", "observed", at=12.0), _as_cells(own, "denominator", "entered")]


def _regions(table: pd.DataFrame, _: str) -> list[pd.DataFrame]:
    return [_as_cells(table, "numerator", "observed", at=12.0, group=REGION), _as_cells(table, "denominator", "entered", group=REGION)]


def _looks(table: pd.DataFrame, _: str) -> list[pd.DataFrame]:
    own = table.loc[(table["monitor"] == "cohort") & (table["measure"] == HEADLINE)]
    return [_as_cells(own.loc[own["observed"].notna()], "numerator", "observed", at=12.0, as_of=own["day"])]


def _months(table: pd.DataFrame, day: str) -> list[pd.DataFrame]:
    """Exits and days of a month; entries of a month, of whom some left within three months."""
    table = table.assign(cohort=table["month"].str[:7], as_of=day, part=table["series"], group=MONTH)
    soon, entered = table["series"] == "three months", table["series"] == "entries"
    return [_as_cells(table.loc[~entered], "numerator", "numerator"), _as_cells(table.loc[entered], "denominator", "numerator", part=""),
            _as_cells(table.loc[soon], "denominator", "denominator", part=""),
            _as_cells(table.loc[~soon & ~entered], "days", "denominator")]


def merged(found: pd.DataFrame) -> pd.DataFrame:
    """One row a cell: its value where any place shows it, the first place that does."""
    ordered = found.sort_values([*KEY, "hidden", "place"], kind="stable")
    return ordered.drop_duplicates(KEY).reset_index(drop=True)


def with_absent(found: pd.DataFrame) -> pd.DataFrame:
    """The cells with those of counties that are left out of a table whose total is given: hidden, and perhaps 0 (`absent`)."""
    own = found["group"] != REGION
    counties = pd.Index(sorted(set(found.loc[own, "county"]) - {WHOLE}), name="county")
    rest = [name for name in KEY if name != "county"]
    by_county = pd.MultiIndex.from_frame(found.loc[own & (found["county"] != WHOLE), rest])
    totals = found.loc[own & (found["county"] == WHOLE), [*rest, "place"]]
    totals = totals.loc[pd.MultiIndex.from_frame(totals[rest]).isin(by_county)]
    every = totals.merge(counties.to_frame(index=False), how="cross")
    known = pd.MultiIndex.from_frame(found[KEY])
    absent = every.loc[~pd.MultiIndex.from_frame(every[KEY]).isin(known)].assign(value=np.nan, hidden=True)
    both = pd.concat([found.assign(absent=False), absent.assign(absent=True)], ignore_index=True)
    return both.sort_values(KEY, kind="stable").reset_index(drop=True)
