"""The cube of counties by cohorts by yes and no, with all totals, as a reader may see it.

Every number of the cube is hidden or shown together with all others: what adding, subtracting, comparing totals or the
percent would tell of a hidden one is hidden too.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from cqi.cohorts import cohort
from cqi.disclosure.joint import System, hidden_jointly
from cqi.vocabulary import WHOLE, CqiError

ALL_COHORTS = "all cohorts"
COLUMNS = ["county", "cohort", "yes", "no"]
COUNTS = ["yes", "no", "all"]
WHOLE_GROUP = 20
"""Where all children of a group below this size went one way, the group tells of each of them."""
TOO_MANY = 0.25
"""The share of a county's cohorts that may be hidden before they are put together."""
ALL_PRICE, TOTAL_PRICE, GRAND_PRICE = 3, 50, 5000
"""How much more it costs to hide the children of a county, any total, and the total of all."""


def protected_cube(table: pd.DataFrame, *, threshold: int = 11) -> pd.DataFrame:
    """The cube as a reader may see it: county, cohort, yes, no, all, percent, status; with `WHOLE` and `ALL_COHORTS`.

    `table` has one row by county and cohort with the counts `yes` and `no`; a pair without a row has no children. A
    count from 1 to below the threshold is hidden, and so are yes and no of a group of fewer than 20 that all went one
    way; then what is needed so that none can be worked out (`hidden_jointly`). Hidden is missing, and its row's status
    `suppressed`. Other zeros are shown. The percent is whole, and hidden unless yes and all are shown. Rows come by name,
    totals last, whatever the order of `table`. Raises CqiError for other columns, or counts that are none.
    """
    return _protected(_grid(_checked(table)), threshold).drop(columns="pooled")


def coarsened_cube(table: pd.DataFrame, *, regions: pd.DataFrame | None = None, threshold: int = 11) -> pd.DataFrame:
    """The cube with cohorts put together before anything is hidden, as `protected_cube`, with one more column, `pooled`.

    A county of which more than a quarter of the cohorts would be hidden for their own counts is shown by calendar years;
    if more than a quarter of these would, for all cohorts together; and if that would, not at all: its region (`regions`:
    county, region) is shown instead. `pooled` says so: `by year`, `all cohorts together`, `region`, or nothing. What is
    not shown is protected beside what is: a half-year's count can't be worked out from the years. Raises CqiError for
    cohorts that are no periods.
    """
    return _protected(_coarsened(_grid(_checked(table)), regions, threshold), threshold)


def _checked(table: pd.DataFrame) -> pd.DataFrame:
    if sorted(table.columns) != sorted(COLUMNS):
        raise CqiError(f"A cube has the columns {', '.join(COLUMNS)}; this table has {', '.join(map(str, table.columns))}.")
    if table["county"].eq(WHOLE).any() or table["cohort"].eq(ALL_COHORTS).any():
        raise CqiError(f"A cube is given without its totals: leave out '{WHOLE}' and '{ALL_COHORTS}'.")
    if table[COLUMNS].isna().any(axis=None) or table.duplicated(["county", "cohort"]).any():
        raise CqiError("A cube has one row by county and cohort, and nothing missing in it.")
    counts = table[["yes", "no"]].to_numpy()
    if counts.dtype.kind not in "iuf" or (counts < 0).any() or (counts != np.floor(counts)).any():
        raise CqiError("yes and no are numbers of children: whole, 0 or more.")
    return table.astype({"county": "str", "cohort": "str", "yes": "int64", "no": "int64"})


def _grid(table: pd.DataFrame) -> pd.DataFrame:
    """A row for every county and cohort and their totals, by name, totals last."""
    both = pd.MultiIndex.from_product([sorted(table["county"].unique()), sorted(table["cohort"].unique())], names=["county", "cohort"])
    cells = table.set_index(["county", "cohort"])[["yes", "no"]].reindex(both, fill_value=0).reset_index()
    rows = pd.concat([cells, _summed(cells, "county").assign(cohort=ALL_COHORTS)])
    rows = pd.concat([rows, _summed(rows, "cohort").assign(county=WHOLE)], ignore_index=True)
    rows = _ordered(rows)
    return rows.assign(all=rows["yes"] + rows["no"], level="county", shown=True, pooled="", part_of="")


def _ordered(rows: pd.DataFrame) -> pd.DataFrame:
    order = np.lexsort((rows["cohort"], rows["cohort"].eq(ALL_COHORTS), rows["county"], rows["county"].eq(WHOLE)))
    return rows.iloc[order].reset_index(drop=True)


def _summed(rows: pd.DataFrame, by: str) -> pd.DataFrame:
    return rows.groupby(by, as_index=False)[["yes", "no"]].sum()


def _small(rows: pd.DataFrame, threshold: int) -> np.ndarray:
    """Which of a row's yes, no and all are hidden for their own counts: an array of rows by three."""
    counts = rows[COUNTS].to_numpy()
    told = rows["all"].between(1, WHOLE_GROUP - 1) & (rows["yes"].eq(0) | rows["no"].eq(0))
    small = (counts > 0) & (counts < threshold)
    small[:, :2] |= told.to_numpy()[:, None]
    return small


def _protected(rows: pd.DataFrame, threshold: int) -> pd.DataFrame:
    system = _system(rows)
    hidden = hidden_jointly(system, _small(rows, threshold).T.ravel(), threshold=threshold, strict=True).reshape(3, -1).T
    found = rows.astype(dict.fromkeys(COUNTS, "float64"))
    found[COUNTS] = found[COUNTS].mask(hidden)
    percent = np.floor(100 * found["yes"] / found["all"].where(found["all"] > 0) + 0.5)
    found = found.assign(percent=percent, status=np.where(hidden.any(axis=1), "suppressed", "shown"))
    columns = ["county", "cohort", *COUNTS, "percent", "status"]
    return found.loc[found["shown"], [*columns, "pooled"]].reset_index(drop=True)


def _system(rows: pd.DataFrame) -> System:
    """The cells of all rows' yes, then no, then all; and every sum that holds among them."""
    size, entries = len(rows), _sums(rows)
    number, place = np.arange(3), np.arange(size)
    lines = entries["line"].max() + 1
    across = [number[:, None] * lines + entries["line"].to_numpy(), number[:, None] * size + entries["row"].to_numpy(),
              np.tile(entries["sign"].to_numpy(), (3, 1))]
    inside = [np.tile(3 * lines + place, (3, 1)), number[:, None] * size + place, np.repeat([[1], [1], [-1]], size, axis=1)]
    line, cell, sign = (np.append(first, second) for first, second in zip(across, inside))
    count = rows[COUNTS].to_numpy().T.ravel()
    return System(count, np.tile(rows["shown"], 3) * _price(rows) * (1 + np.log1p(count)), line, cell, sign, *np.empty((2, 0), dtype=int))


def _price(rows: pd.DataFrame) -> np.ndarray:
    """How much more than its size it costs to hide each cell, by yes, no and all of every row."""
    totals = rows["county"].eq(WHOLE).astype(int) + rows["cohort"].eq(ALL_COHORTS) + rows["level"].eq("region")
    of_total = np.select([totals == 0, totals == 1], [1, TOTAL_PRICE], GRAND_PRICE)
    return np.concatenate([of_total, of_total, np.where(totals == 0, ALL_PRICE, of_total)])


def _sums(rows: pd.DataFrame) -> pd.DataFrame:
    """The sums that hold among rows, as entries: `line`, `row`, `sign`. Counties, cohorts, the halves of a year, a region's counties."""
    own, year, region = (rows["level"].eq(level) for level in ("county", "year", "region"))
    whole, together = rows["county"].eq(WHOLE), rows["cohort"].eq(ALL_COHORTS)
    pooled = own & rows["county"].isin(rows.loc[year, "county"]) & ~together
    lines = [
        (own, whole, rows["cohort"]),
        (own | region, together, rows["county"]),
        (year | pooled, year, rows["county"] + "\n" + rows["cohort"].where(year, rows["cohort"].map(_year_of))),
        (region | own & rows["part_of"].ne(""), region, rows["part_of"].where(own, rows["county"]) + "\n" + rows["cohort"]),
    ]
    found = pd.concat([pd.DataFrame({"key": str(number) + key[among], "row": np.flatnonzero(among), "sign": np.where(total[among], -1, 1)})
                       for number, (among, total, key) in enumerate(lines)])
    return found.assign(line=found.groupby("key").ngroup()).sort_values(["line", "row"])


def _year_of(label: str) -> str:
    return label if label == ALL_COHORTS else str(cohort(label).start.year)


def _coarsened(rows: pd.DataFrame, regions: pd.DataFrame | None, threshold: int) -> pd.DataFrame:
    """The rows with those of years and regions, and which of them all are shown."""
    cells = rows.loc[rows["county"].ne(WHOLE) & rows["cohort"].ne(ALL_COHORTS)]
    years = cells.assign(cohort=cells["cohort"].map(_year_of), level="year", pooled="by year")
    years = years.groupby(["county", "cohort", "level", "pooled", "part_of"], as_index=False)[COUNTS].sum().assign(shown=True)
    together = rows.loc[rows["county"].ne(WHOLE) & rows["cohort"].eq(ALL_COHORTS)]
    by_year = _too_many(cells, threshold)
    by_all = by_year & _too_many(years, threshold)
    names = {} if regions is None else regions.set_index("county")["region"].to_dict()
    if set(names.values()) & {WHOLE, *rows["county"]}:
        raise CqiError("A region needs a name that no county has.")
    by_region = by_all & _too_many(together, threshold) & set(names)
    county = rows["county"]
    rows = rows.assign(
        part_of=county.map(names).where(county.map(names).isin([names[name] for name in by_region]), "") if by_region else "",
        pooled=np.select([county.isin(some) for some in (by_region, by_all, by_year)], ["region", "all cohorts together", "by year"], ""),
        shown=~county.isin(by_region) & (~county.isin(by_year) | rows["cohort"].eq(ALL_COHORTS)))
    years = years.loc[years["county"].isin(by_year - by_all)]
    return _ordered(pd.concat([rows, years, _of_regions(rows)], ignore_index=True))


def _too_many(rows: pd.DataFrame, threshold: int) -> set[str]:
    """Counties of which more than a quarter of the rows are hidden for their own counts."""
    share = pd.Series(_small(rows, threshold).any(axis=1), index=rows["county"]).groupby(level=0).mean()
    return set(share.index[share > TOO_MANY])


def _of_regions(rows: pd.DataFrame) -> pd.DataFrame:
    counties = rows.loc[rows["part_of"].ne("")]
    found = counties.groupby(["part_of", "cohort"], as_index=False)[COUNTS].sum().rename(columns={"part_of": "county"})
    return found.assign(level="region", shown=True, pooled="region", part_of="")
