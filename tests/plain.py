"""Plain tables of stays, drawn in words or by chance, as `cqi.course.on_course` takes them."""

from datetime import date

import numpy as np
import pandas as pd

from cqi.course import on_course
from cqi.course.episodes import basis_of
from cqi.registry import measure
from cqi.sample.process import World, day_number, history

HEADLINE = measure("permanency_in_12_months")


def stays(*rows: tuple) -> pd.DataFrame:
    """Rows of (how many, county, entry, days in care or None, reason), one child each."""
    drawn = [(county, entry, "" if days is None else f"{pd.Timestamp(entry) + pd.Timedelta(days=days):%Y-%m-%d}", reason)
             for number, county, entry, days, reason in rows for _ in range(number)]
    table = pd.DataFrame(drawn, columns=["county", "entry_date", "exit_date", "exit_reason"], dtype="str")
    return table.assign(child_id=[f"c{number}" for number in range(len(table))])


def course(table: pd.DataFrame, as_of: str, *, cohort: str = "2024H1", name: str = HEADLINE.name, **asked) -> pd.DataFrame:
    """The course by county."""
    return on_course(table, measure=name, cohort=cohort, as_of=as_of, **asked).set_index("county")


def state(seed: int, yearly: tuple[float, ...], *, changes=(), first: str = "2020-01-01", last: str = "2026-06-30") -> pd.DataFrame:
    """A drawn state in which siblings leave together; counties in the order of their expected entries a year."""
    world = World(yearly, day_number(first), day_number(last), changes=tuple(changes))
    spells = history(np.random.Generator(np.random.PCG64(seed)), world)
    gone = spells["exit"].to_numpy() <= world.last
    names = np.array([f"County {number:02}" for number in range(len(yearly))])
    exits = np.where(gone, spells["exit"].to_numpy().astype("datetime64[D]"), np.datetime64("NaT"))
    return pd.DataFrame({"child_id": spells["child"], "county": names[spells["county"]],
                         "entry_date": spells["entry"].to_numpy().astype("datetime64[D]").astype("datetime64[s]"),
                         "exit_date": exits.astype("datetime64[s]"), "exit_reason": spells["kind"].where(gone, "")})


def families(rng: np.random.Generator, *, sizes, cohorts: int, together: int, paces, cohort_variance: float = 0.0) -> pd.DataFrame:
    """Children of past half-years (from 2014H1) by county, who stay for times of an even hazard, `together` of them always at once.

    The hazard is 0.5 in a year, times the county's pace, times a gamma factor of the cohort of mean 1."""
    counties = len(sizes)
    factor = rng.gamma(1 / cohort_variance, cohort_variance, (counties, cohorts)) if cohort_variance else np.ones((counties, cohorts))
    county = np.repeat(np.arange(counties), np.asarray(sizes) // together * cohorts)
    cohort = np.arange(len(county)) % cohorts
    start = np.array([np.datetime64(f"{2014 + number // 2}-{'07' if number % 2 else '01'}-01") for number in range(cohorts)])
    entry = start[cohort] + rng.integers(0, 180, len(county))
    stay = 8 + np.floor(rng.exponential(365 / (0.5 * np.asarray(paces)[county] * factor[county, cohort]))).astype(int)
    rows = {"county": np.array([f"County {number:02}" for number in range(counties)])[county], "entry_date": entry.astype("datetime64[s]"),
            "exit_date": (entry + stay).astype("datetime64[s]"), "exit_reason": "adoption"}
    table = pd.DataFrame({name: np.repeat(values, together) if np.ndim(values) else values for name, values in rows.items()})
    return table.assign(child_id=np.arange(len(table)))


def basis(table: pd.DataFrame, name: str = HEADLINE.name):
    return basis_of(table, measure(name))


def day(text: str) -> date:
    return date.fromisoformat(text)
