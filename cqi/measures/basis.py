"""What is counted from: the tables of one extract as integers, prepared once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from cqi.cohorts import NEVER, Stays, day_number, ordered, placed, places, stays
from cqi.vocabulary import DISPOSITIONS, UNKNOWN

GROUPINGS = ("race", "sex")
"""Covariates by which outcomes are compared, where the file has them; age is worked out."""


@dataclass(frozen=True)
class Basis:
    """Stays, placements, reports and the other tables as integers.

    `placements` (row, setting, start) is ordered by row of the episodes table and start; those of row i are
    `first_placement[i]` up to `first_placement[i + 1]`. `placement_counts` stands in where there are no placement rows.
    `reports`: one row per child and report, by child and day: row (of the reports table), child, care (the child's code
    among the stays, -1 for none), county, report, incident, closed (day numbers), disposition (place in DISPOSITIONS),
    birth, unborn. `visits`: row (of the episodes table) and day. `children`: population under 18 by county and year.
    `groups`: for each grouping and table (`episodes`, `reports`), codes by row and the words they stand for.
    `births_reported`: reports have birth dates of their own, not only those of children who were in care.
    """

    stays: Stays
    placements: pd.DataFrame
    first_placement: np.ndarray
    placement_counts: pd.DataFrame
    reports: pd.DataFrame
    visits: pd.DataFrame
    children: pd.DataFrame
    groups: dict[str, tuple[dict[str, np.ndarray], tuple[str, ...]]]
    births_reported: bool

    @property
    def counties(self) -> tuple[str, ...]:
        """County names, in order; their places are the codes."""
        return self.stays.counties


def basis(extract) -> Basis:
    """The extract's tables as integers. Counties are those of episodes and reports, in order of name."""
    counties = tuple(sorted({*extract.episodes["county"].unique(), *extract.reports["county"].unique()}))
    placements = placed(extract.placements, extract.episodes)
    offsets = np.searchsorted(placements["row"], np.arange(len(extract.episodes) + 1))
    return Basis(
        stays(extract.episodes, placements, counties, federal=extract.federal), placements, offsets,
        _placement_counts(extract.episodes), _reports(extract, counties), _visits(extract), _children(extract.population, counties),
        {name: _groups(extract, name) for name in GROUPINGS if name in extract.episodes}, "birth_date" in extract.reports,
    )


def _placement_counts(episodes: pd.DataFrame) -> pd.DataFrame:
    """Number of placements (0 where not known) and first day of the current one by row of the episodes table, where the
    file has them."""
    if "placement_count" not in episodes:
        return pd.DataFrame({"placements": [], "since": []}, dtype="int64")
    counts = pd.to_numeric(episodes["placement_count"], errors="coerce").astype("float64").fillna(0)
    since = day_number(episodes["current_setting_start"]) if "current_setting_start" in episodes else NEVER
    return pd.DataFrame({"placements": counts.astype("int64"), "since": since}).reset_index(drop=True)


def _reports(extract, counties: tuple[str, ...]) -> pd.DataFrame:
    table = extract.reports
    care = table["care_id"] if "care_id" in table else table["child_id"]
    children = pd.unique(extract.episodes["child_id"]) if len(table) else []
    frame = pd.DataFrame({
        "row": np.arange(len(table)), "child": pd.factorize(table["child_id"])[0], "care": places(care, children),
        "county": places(table["county"], counties), "report": day_number(table["report_date"]),
        "incident": day_number(table["incident_date"]), "closed": day_number(table["disposition_date"]),
        "disposition": places(table["disposition"], DISPOSITIONS),
        "unborn": table["unborn"].eq("yes") if "unborn" in table else False,
    })
    frame = frame.assign(birth=_birth(table, frame["care"].to_numpy(), extract.episodes))
    order = ordered(frame["child"].to_numpy(), frame["report"].to_numpy(), np.minimum(frame["incident"], 2**17).to_numpy())
    return frame.iloc[order].reset_index(drop=True)


def _birth(reports: pd.DataFrame, care: np.ndarray, episodes: pd.DataFrame) -> np.ndarray:
    """Each report's child's birth as the report has it, else as the child's stays have it."""
    own = day_number(reports["birth_date"]) if "birth_date" in reports else np.full(len(reports), NEVER)
    if not len(reports):
        return own
    codes = pd.factorize(episodes["child_id"])[0]
    births = pd.Series(day_number(episodes["birth_date"])).groupby(codes).min()
    in_care = np.append(births.to_numpy(), NEVER)[care]
    return np.where(own < NEVER, own, in_care)


def _visits(extract) -> pd.DataFrame:
    row = places(extract.visits["episode_id"], extract.episodes["episode_id"])
    return pd.DataFrame({"row": row, "day": day_number(extract.visits["visit_date"])}).loc[row >= 0]


def _children(population: pd.DataFrame, counties: tuple[str, ...]) -> pd.DataFrame:
    frame = pd.DataFrame({"county": places(population["county"], counties), "year": population["year"].astype("float64"),
                          "children": population["children"].astype("float64")})
    return frame.loc[frame["county"] >= 0].groupby(["county", "year"], as_index=False)["children"].sum()


def _groups(extract, name: str) -> tuple[dict[str, np.ndarray], tuple[str, ...]]:
    tables = {each: getattr(extract, each)[name].replace("", UNKNOWN) for each in ("episodes", "reports") if name in getattr(extract, each)}
    words = tuple(sorted(set().union(*(values.unique() for values in tables.values())), key=lambda word: (word == UNKNOWN, word)))
    return {each: places(values, words) for each, values in tables.items()}, words
