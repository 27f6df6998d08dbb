"""How the published counts hang together: sums that hold, and differences that a reader can take.

A line is a sum of cells that is 0. Its last cell may be a difference: what is left when smaller counts are taken from a
larger one (children counted by a later day, not counted, left another way). It stands in no table, and is a count too.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from cqi.audit.ages import contained
from cqi.audit.cells import HEADLINE, KEY, REGION, STILL
from cqi.audit.files import Published
from cqi.audit.line import line, numbered, of, pairs
from cqi.audit.exits import BY_MONTH, exits_less_looks
from cqi.audit.same_children import same_children
from cqi.audit.spans import longer_and_shorter, months_of
from cqi.vocabulary import PERMANENCY, WHOLE

MONTHS, ENTERED_TWICE = "months of a period", 2
"""Lines of months and their period, whose difference is the children who entered twice: hardly any, as a reader knows."""
ACROSS_PERIODS = ("longer period", MONTHS, BY_MONTH)
PARTS = (*PERMANENCY, "other exit", "still in care")
HOME = ["measure", "county", "cohort", "as_of"]
NOT_GROWING = ("entries_per_1000_children", "first_placement_with_kin", "kept_at_home_after_report")
"""Measures whose count can fall from one as-of date to the next: children are left out again, or are no longer at home."""


@dataclass(frozen=True)
class Lines:
    """The cells with the differences after them (`amount` difference), and `line`, `cell`, `sign`; `kinds` says by line what holds it
    together. Signed cells of a line add to 0; a difference is never below 0."""

    cells: pd.DataFrame
    line: np.ndarray
    cell: np.ndarray
    sign: np.ndarray
    kinds: np.ndarray


def lines(found: pd.DataFrame, release: Published) -> Lines:
    """The lines of the cells, which have a row each (`merged`, `with_absent`)."""
    own = found.reset_index(names="cell")
    sums = [_counties(own), *_kinds_of_exit(own), _groupings(own), _regions(own, release)]
    apart = [_others(own), _by_month(own), _by_day(own), _by_age(own), _left_another_way(own), _other_groups(own), *same_children(own), exits_less_looks(own),
             *numbered(ACROSS_PERIODS[0], longer_and_shorter(own)), *numbered(MONTHS, months_of(own))]
    return together(found, sums, apart)


def together(found: pd.DataFrame, sums: list[pd.DataFrame], apart: list[pd.DataFrame]) -> Lines:
    """The lines of cells numbered, `sums` and those in `apart`; to those in `apart`, which are what is taken from what, a cell is added for what is left."""
    frames = [frame.assign(kind=frame["kind"], left=left) for left, group in ((False, sums), (True, apart)) for frame in group if len(frame)]
    if not frames:
        return Lines(found, *(np.zeros(0, dtype=int) for _ in range(3)), np.zeros(0, dtype=object))
    every = pd.concat(frames, ignore_index=True)
    every["line"] = every.groupby(["kind", "key"], sort=True).ngroup()
    first = every.drop_duplicates("line").sort_values("line")
    larger = every.loc[every["left"] & (every["sign"] > 0)].drop_duplicates("line")
    rest = found.iloc[larger["cell"].to_numpy()].assign(amount="difference", value=np.nan, hidden=True, absent=True, part=larger["kind"].to_numpy())
    added = len(found) + np.arange(len(rest))
    return Lines(
        pd.concat([found, rest], ignore_index=True), np.append(every["line"], larger["line"]).astype(int),
        np.append(every["cell"], added).astype(int), np.append(every["sign"], -np.ones(len(rest))).astype(int), first["kind"].to_numpy())


def _counties(rows: pd.DataFrame) -> pd.DataFrame:
    own = rows.loc[rows["group"] != REGION]
    whole = own["county"] == WHOLE
    return line("counties", [(own.loc[~whole], 1), (own.loc[whole], -1)], [name for name in KEY if name != "county"])


def _kinds_of_exit(rows: pd.DataFrame) -> list[pd.DataFrame]:
    """Kinds of permanency are permanency; with the other exits and those still in care they are all children."""
    counts = of(rows, "numerator", group="")
    by = [*HOME, "at"]
    kinds = counts.loc[counts["part"].isin(PERMANENCY)]
    marks = kinds[by].drop_duplicates()
    children = of(rows, "denominator", group="").drop(columns="at").merge(marks, on=HOME)
    home, rest = counts.loc[counts["part"] == ""], counts.loc[counts["part"].isin(PARTS[-2:])]
    home = home.merge(marks, on=by)
    return [line("kinds of exit", [(kinds, 1), (home, -1)], by), line("everybody", [(home, 1), (rest, 1), (children, -1)], by)]


def _groupings(rows: pd.DataFrame) -> pd.DataFrame:
    """Groups of the children still in care are all of them."""
    groups = of(rows, "numerator").loc[lambda rows: rows["group"].str.contains(": ")]
    groups = groups.assign(grouping=groups["group"].str.split(": ").str[0])
    children = of(rows, "denominator", group=STILL).merge(groups[[*HOME, "grouping"]].drop_duplicates(), on=HOME)
    return line("groups", [(groups, 1), (children, -1)], [*HOME, "grouping"])


def _regions(rows: pd.DataFrame, release: Published) -> pd.DataFrame:
    """Members of a region are the region, for the children who entered and those counted."""
    tables = [table[["county", "members"]] for _, _, table in release.named("regions")]
    listed = pd.concat([*tables, pd.DataFrame({"county": [], "members": []}, dtype="str")]).drop_duplicates("county")
    listed = listed.assign(member=listed["members"].str.split(", ")).explode("member").dropna()
    by = ["amount", "measure", "cohort", "as_of", "at", "region"]
    pooled = rows.loc[rows["group"] == REGION].assign(region=lambda rows: rows["county"])
    members = rows.loc[rows["group"].eq("") & rows["part"].eq("")].merge(
        listed[["county", "member"]].set_axis(["region", "county"], axis=1), on="county")
    return line("regions", [(members, 1), (pooled, -1)], by)


def _others(rows: pd.DataFrame) -> pd.DataFrame:
    """Children who are not counted: the denominator without the numerator."""
    counts = of(rows, "numerator")
    counts = counts.loc[counts["part"].isin(["", "three months"])].assign(number=lambda rows: rows["cell"])
    children = of(rows, "denominator").drop(columns=["part", "at"])
    own = counts.merge(children[[*HOME, "group", "cell"]], on=[*HOME, "group"], suffixes=("_", ""))
    still = counts.loc[~counts["cell"].isin(own["number"]) & counts["group"].str.contains(": ")]
    still = still.merge(children.loc[children["group"] == STILL, [*HOME, "cell"]], on=HOME, suffixes=("_", ""))
    larger = pd.concat([own, still])
    return line("others", [(larger, 1), (counts, -1)], ["number"])


def _by_month(rows: pd.DataFrame) -> pd.DataFrame:
    """Counted within so many months and not within the mark before; of those still in care, who left between."""
    counts = of(rows, "numerator", group="")
    return _steps(counts, [*HOME, "part"], "at", "step between months")


def _by_day(rows: pd.DataFrame) -> pd.DataFrame:
    """Counted by a later day and not by the one before."""
    counts = of(rows, "numerator", group="", part="")
    return _steps(counts.loc[~counts["measure"].isin(NOT_GROWING)], ["measure", "county", "cohort", "at"], "as_of", "step between days")


def _steps(counts: pd.DataFrame, by: list[str], order: str, kind: str) -> pd.DataFrame:
    """A line for each count and the one before it, and for each shown count and the shown one before it; the larger is the later
    one, but the earlier of those still in care."""
    found = []
    for some in (counts, counts.loc[~counts["hidden"]]):
        some = some.sort_values([*by, order], kind="stable")
        some = some.assign(before=some.groupby(by)["cell"].shift()).dropna(subset=["before"])
        falls = some["part"] == "still in care"
        found.append(pd.DataFrame({"later": some["cell"].where(~falls, some["before"]), "before": some["before"].where(~falls, some["cell"])}))
    return pairs(pd.concat(found).astype(int).drop_duplicates(), kind)


def _by_age(rows: pd.DataFrame) -> pd.DataFrame:
    """Counted within some months in care, as known today, beside counted by a day: the one may hold the other."""
    counts = of(rows, "numerator", group="", part="", measure=HEADLINE)
    return pairs(contained(counts), "step between months and days")


def _left_another_way(rows: pd.DataFrame) -> pd.DataFrame:
    """Of the children who entered those who are neither counted nor still in care."""
    entered, still = of(rows, "denominator", group=""), of(rows, "denominator", group=STILL)
    counted = of(rows, "numerator", group="", part="")
    counted = counted.loc[counted["at"] == counted.groupby(HOME)["at"].transform("max")]
    return line("left another way", [(entered, 1), (counted, -1), (still, -1)], HOME)


def _other_groups(rows: pd.DataFrame) -> pd.DataFrame:
    """Children of no group that is shown."""
    by = [*HOME, "amount", "grouping"]
    groups = rows.loc[rows["group"].str.contains(": ")]
    groups = groups.assign(grouping=groups["group"].str.split(": ").str[0])
    whole = rows.loc[rows["group"].eq("") & rows["part"].eq("")].merge(groups[by].drop_duplicates(), on=[*HOME, "amount"])
    whole = whole.loc[whole["at"].eq(whole.groupby(by)["at"].transform("max"))]
    official = ~pd.MultiIndex.from_frame(groups[HOME]).isin(pd.MultiIndex.from_frame(of(rows, "denominator", group=STILL)[HOME]))
    return line("other groups", [(whole, 1), (groups.loc[official], -1)], by)
