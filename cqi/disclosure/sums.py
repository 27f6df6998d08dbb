"""The sums that hold among the counts of a release, as one system of cells and lines.

Counties add to the whole file and to their regions; those counted and the others add to the children; a count by a later day, or within
more months in care, is an earlier one and what came since. What came since is a count too: from 1 to 10 it is protected like any other.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from cqi.cohorts import spanned
from cqi.disclosure.alike import came_back, children, kept_by_day, others, reported
from cqi.disclosure.counts import ALL, COUNTY, REGION, WHOSE, celled
from cqi.disclosure.earlier import earlier_cells, moved, still_held, unmoved
from cqi.disclosure.system import System
from cqi.disclosure.lines import Lines
from cqi.disclosure.periods import covers, nested, same_day
from cqi.registry import measure
from cqi.vocabulary import PERMANENCY

LEAST = 0.01
"""The price of those not counted, who are told by the others: hiding them costs what hiding those costs."""
FEW_ALIKE = 20
"""Below this many children a count of all of them says something of each."""
PRICE = {COUNTY: 1, REGION: 0.5, ALL: 30}
"""What hiding a count costs by whose it is: that of all counties last."""
COUNTED = ["measure", "part", "cohort", "day", "at"]
LARGE = 10_000
"""Above this a larger count costs no more to hide."""
OWN, HEADLINE, TODAY, MONTHS = 2, 5, 2, {3: 0.5, 6: 0.75, 9: 0.5}
"""How much more it costs to hide a count of the page's own period, of the measure that the pages are about, and one by today; and what
one within so many months in care costs."""


@dataclass(frozen=True)
class Sums:
    """The counts with their cells, the system, which of its cells are small, and which are `held` back as they were before."""

    counts: pd.DataFrame
    system: System
    small: np.ndarray
    held: np.ndarray


def sums(
    counts: pd.DataFrame, regions: pd.DataFrame, before: pd.DataFrame, held: pd.DataFrame, *, headline: str, threshold: int,
) -> Sums:
    """The system of a release's counts (as from `release_counts`); `regions` says the `region` of each `county` by `cohort`, `before` what
    was given out earlier (as `earlier_cells` needs it), and `held` what was held back (as `still_held` does)."""
    placed, cells = celled(counts)
    lines = Lines(cells["count"].to_numpy())
    _with_others(lines, placed)
    _across(lines, placed)
    _in_regions(lines, placed, regions)
    _kinds(lines, placed)
    _a_year_on(lines, cells, placed, threshold)
    _since(lines, cells, kept_by_day(placed), threshold)
    _since(lines, cells, children(placed), threshold)
    _since(lines, cells, others(placed), threshold)
    _since(lines, cells, reported(placed), threshold)
    _since(lines, cells, came_back(placed), threshold)
    for cell, by in (("n", "base"), ("k", "measure"), ("r", "measure")):
        _since(lines, cells, nested(placed, cell, by), threshold)
        _over(lines, cells, covers(placed, cell, by), threshold)
        _since(lines, cells, same_day(placed, cell), threshold)
    earlier = earlier_cells(placed, before)
    moved(lines, earlier, threshold)
    count = np.asarray(lines.count, dtype="int64")
    known = unmoved(placed, earlier, len(count))
    line, cell, sign = (entry[~known[lines.entries()[1]]] for entry in lines.entries())
    led = _hidden_with(placed)
    system = System(count, _prices(placed, cells, headline, len(count)), line, cell, sign, led["follower"].to_numpy(), led["leader"].to_numpy())
    return Sums(placed, system, _small(placed, count, threshold) & ~known, still_held(placed, held, len(count), threshold) & ~known)


def _hidden_with(placed: pd.DataFrame) -> pd.DataFrame:
    """Cells (`follower`) that are hidden when others (`leader`) are: those counted with the children; those not counted with those counted,
    and the other way round, because each follows from the other."""
    pairs = [placed.loc[placed[leader].ge(0) & placed[follower].ge(0), [leader, follower]].set_axis(["leader", "follower"], axis=1)
             for leader, follower in (("n", "k"), ("k", "r"), ("r", "k"))]
    return pd.concat(pairs).drop_duplicates()


def _small(placed: pd.DataFrame, count: np.ndarray, threshold: int) -> np.ndarray:
    """Counts from 1 to below the threshold, and those of all children where these are few."""
    small = (count > 0) & (count < threshold)
    alike = placed.loc[placed["others"].eq(0) & placed["children"].between(1, FEW_ALIKE - 1), "k"]
    small[alike] = True
    small[placed.loc[placed["behind"].between(1, threshold - 1), "n"]] = True
    return small


def _prices(placed: pd.DataFrame, cells: pd.DataFrame, headline: str, size: int) -> np.ndarray:
    """What hiding each cell costs: the most that one of its places asks for; nothing for those that are never shown."""
    wanted = placed["level"].map(PRICE) * placed["at"].map(MONTHS).fillna(1)
    wanted *= np.where(placed["cohort"].eq(placed["page"]), OWN, 1) * np.where(placed["measure"].eq(headline), HEADLINE, 1)
    wanted *= np.where(placed["day"].eq(placed["day"].max()) & placed["at"].eq(0), TODAY, 1)
    price = np.zeros(size)
    for cell in ("n", "k"):
        there = placed[cell] >= 0
        np.maximum.at(price, placed.loc[there, cell].to_numpy(), wanted.loc[there].to_numpy())
    price[cells.index[cells["kind"] == "r"]] = LEAST
    return price * np.append(np.sqrt(cells["count"].clip(upper=LARGE)) + 1, np.zeros(size - len(cells)))


def _with_others(lines: Lines, placed: pd.DataFrame) -> None:
    """Those counted and the others add to the children."""
    rows = placed.loc[placed["r"] >= 0].drop_duplicates("r")
    number = np.arange(len(rows))
    lines.add(np.tile(number, 3), rows[["k", "r", "n"]].to_numpy().T.ravel(), np.repeat([1, 1, -1], len(rows)))


def _across(lines: Lines, placed: pd.DataFrame) -> None:
    """Counties add to the whole file."""
    rows = placed.loc[(placed["level"] != REGION) & ~_one_by_one(placed)]
    for cell, by in (("n", ["base", "measure", "cohort", "day"]), ("k", COUNTED), ("r", COUNTED)):
        members = rows.loc[rows[cell] >= 0].drop_duplicates([*by, cell])
        _sum(lines, members, by, cell, members["level"].eq(ALL))


def _in_regions(lines: Lines, placed: pd.DataFrame, regions: pd.DataFrame) -> None:
    """Counties add to their region."""
    pools = placed.loc[placed["level"] == REGION]
    by = ["measure", "cohort", "day"]
    own = placed.loc[(placed["level"] == COUNTY) & (placed["at"] == 0) & (placed["part"] == "")].merge(regions, on=["county", "cohort"])
    own = own.merge(pools[[*by, "county"]].rename(columns={"county": "region"}), on=[*by, "region"])
    both = pd.concat([own, pools.assign(region=pools["county"])], ignore_index=True)
    for cell in ("n", "k"):
        members = both.loc[both[cell] >= 0].drop_duplicates([*by, "region", cell])
        _sum(lines, members, [*by, "region"], cell, members["level"].eq(REGION))


def _a_year_on(lines: Lines, cells: pd.DataFrame, placed: pd.DataFrame, threshold: int) -> None:
    """Of the children in care for a year and more who had not left to a permanent home within a year, those still in care a year on are
    told by the next year's count: the rest left another way. A line for each county where they are few."""
    kinds = {name: measure(name) for name in placed["measure"].unique()}
    stays = {name: each.who.get("months_in_care", 0) for name, each in kinds.items() if each.kind == "exits of children in care"}
    rows = placed.loc[placed["measure"].isin(stays) & placed["part"].eq("")]
    if rows.empty:
        return
    start = rows["cohort"].map({word: pd.Timestamp(spanned(word).start) for word in rows["cohort"].unique()})
    together = rows["cohort"].map({word: " to " in word for word in rows["cohort"].unique()})
    rows = rows.assign(year=start.dt.year, month=start.dt.month, months=rows["measure"].map(stays)).loc[~together].drop_duplicates([*WHOSE, "day"])
    home = ["level", "county", "month", "day"]
    first, second = (rows.loc[rows["months"].eq(months) & rows["r"].ge(0), [*home, "year", "r"]] for months in (12, 24))
    after = rows.loc[rows["months"].eq(24), [*home, "year", "n"]].assign(year=lambda found: found["year"] - 1)
    found = first.merge(second, on=[*home, "year"], suffixes=("", "_second")).merge(after, on=[*home, "year"])
    count = cells["count"].to_numpy()
    few = np.abs(count[found["r"]] + count[found["r_second"]] - count[found["n"]]) < threshold
    found, number = found.loc[few], np.arange(few.sum())
    lines.add(np.tile(number, 3), found[["r", "r_second", "n"]].to_numpy().T.ravel(), np.repeat([1, 1, -1], len(found)))


def _one_by_one(placed: pd.DataFrame) -> pd.Series:
    """Rows of all counties together that no county has beside them."""
    key = placed.groupby(["measure", "part", "cohort", "day", "at"])["level"]
    return ~key.transform(lambda level: level.eq(COUNTY).any())


def _kinds(lines: Lines, placed: pd.DataFrame) -> None:
    """Kinds of permanent home add to all who left to one; with those who left another way and those still in care to the children."""
    home = ["measure", "level", "county", "cohort", "day", "at"]
    kinds = placed.loc[placed["part"] != ""].drop_duplicates([*home, "part"])
    among = placed.loc[placed["part"] == ""].merge(kinds[home].drop_duplicates(), on=home).drop_duplicates([*home, "k"])
    among = among.loc[among["k"] >= 0]
    permanency = pd.concat([kinds.loc[kinds["part"].isin(PERMANENCY)], among.assign(total=True)], ignore_index=True)
    _sum(lines, permanency, home, "k", permanency["total"].eq(True) if len(among) else pd.Series(False, index=permanency.index))
    rest = pd.concat([kinds.loc[~kinds["part"].isin(PERMANENCY)], among, among.assign(k=among["n"], total=True)], ignore_index=True)
    _sum(lines, rest, home, "k", rest["total"].eq(True) if len(among) else pd.Series(False, index=rest.index))


def _sum(lines: Lines, members: pd.DataFrame, by: list[str], cell: str, total: pd.Series) -> None:
    """One line for each group that has a total; the same line is taken once."""
    kept = members.assign(total=total).loc[lambda rows: rows.groupby(by)["total"].transform("any")]
    if kept.empty:
        return
    number = kept.groupby(by).ngroup()
    same = kept.sort_values(cell).groupby(number)[cell].agg(tuple)
    first = ~same.duplicated()
    kept, number = kept.loc[number.map(first)], number.loc[number.map(first)]
    lines.add(number.rank(method="dense").astype(int).to_numpy() - 1, kept[cell].to_numpy(), np.where(kept["total"], -1, 1))


def _since(lines: Lines, cells: pd.DataFrame, pairs: pd.DataFrame, threshold: int) -> None:
    """A line for each pair whose difference is small. A larger one bounds nothing that would matter: a count may move by as much."""
    count = cells["count"].to_numpy()
    one, other = pairs["one"].to_numpy(), pairs["other"].to_numpy()
    less, more = np.where(count[one] < count[other], one, other), np.where(count[one] < count[other], other, one)
    found = pd.DataFrame({"less": less, "more": more}).loc[count[more] - count[less] < threshold].drop_duplicates().sort_values(["less", "more"])
    number = np.arange(len(found))
    lines.add(np.tile(number, 2), np.append(found["less"], found["more"]), np.repeat([1, -1], len(found)))


def _over(lines: Lines, cells: pd.DataFrame, entries: pd.DataFrame, threshold: int) -> None:
    """The lines of periods that cover another by a small count."""
    over = (entries["sign"] * cells["count"].to_numpy()[entries["cell"]]).groupby(entries["line"]).transform("sum")
    kept = entries.loc[over.abs() < threshold]
    lines.add(kept["line"].rank(method="dense").astype(int).to_numpy() - 1, kept["cell"].to_numpy(), kept["sign"].to_numpy())
