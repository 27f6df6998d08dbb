"""A fictional state's extract: drawn from a stated process, with planted stories and faults, the same bytes every time."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from cqi.sample import state
from cqi.sample.goals import regions, targets
from cqi.sample.process import history
from cqi.sample.readme import readme
from cqi.sample.reports import all_reports, described, reports
from cqi.sample.services import population, referrals, staff
from cqi.sample.tables import episodes, identifiers, placements, sex_and_race, spoiled, with_file_fields, world
from cqi.sample.visits import visits

STEPS = ("history", "identifiers", "episodes", "spoiled", "placements", "who is reported", "reports", "population",
         "referrals", "staff", "who the reported are", "visits")


def write_sample(folder: Path, *, seed: int = state.SEED) -> list[Path]:
    """The files written into `folder` (made if need be): one CSV for each table, the state's goals, and README.md."""
    tables, faults = drawn(seed)
    tables |= {"targets": targets(), "regions": regions()}
    paths = write_tables(tables, folder)
    (Path(folder) / "README.md").write_bytes(readme(tables, faults, seed).encode("utf-8"))
    return [*paths, Path(folder) / "README.md"]


def write_tables(tables: dict[str, pd.DataFrame], folder: Path) -> list[Path]:
    """The files written into `folder` (made if need be): one CSV for each table."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"{name}.csv" for name in tables]
    for path, table in zip(paths, tables.values(), strict=True):
        path.write_bytes(table.to_csv(index=False, lineterminator="\n", date_format="%Y-%m-%d").encode("utf-8"))
    return paths


def drawn(seed: int, counties: dict[str, float] = state.COUNTIES) -> tuple[dict[str, pd.DataFrame], dict[str, int]]:
    """The tables of the fictional state by name, and how many rows of episodes have which fault.

    `counties` and the entries that each expects in a year may be others (at most 499); stories stay with the counties of their name.
    Columns are `cqi.vocabulary.TABLE_COLUMNS`, then covariates. Types are those of the tables that `cqi.sources` reads:
    dates datetime64[s], missing where unknown on the extract's date; text str, '' where missing; whole numbers Int64.
    Episodes hold the spoiled rows.
    """
    # Each step has its own stream, so that a change in one table leaves the others as they were.
    rng = {step: np.random.Generator(np.random.PCG64([seed, number])) for number, step in enumerate(STEPS)}
    spells = with_file_fields(rng["identifiers"], history(rng["history"], world(counties)), counties)
    reported = all_reports(rng["who is reported"], spells, counties)
    child_ids = identifiers(rng["identifiers"], "C", 1 + int(max(spells["child"].max(), reported["child"].max())), 7)
    sex, race = sex_and_race(rng["episodes"], spells)
    table, faults = spoiled(rng["spoiled"], episodes(rng["episodes"], spells, child_ids, sex, race, counties))
    tables = {
        "episodes": table,
        "placements": placements(rng["placements"], spells),
        "reports": reports(rng["reports"], described(rng["who the reported are"], reported, sex, race), child_ids, counties),
        "population": population(rng["population"], counties),
        "referrals": referrals(rng["referrals"], spells, child_ids, counties),
        "staff": staff(rng["staff"], counties),
        "visits": visits(rng["visits"], spells, counties),
    }
    return {name: table_types(table) for name, table in tables.items()}, faults


def table_types(table: pd.DataFrame) -> pd.DataFrame:
    """The table with text as str ('' where missing) and whole numbers as Int64."""
    text = {column: table[column].fillna("").astype("str") for column in table.select_dtypes(["object", "str"])}
    return table.assign(**text).astype({column: "Int64" for column in table.select_dtypes("int64")})
