"""The course on drawn states: false alarms, changes noticed and how early, and how well the projection keeps its word.

    python benchmarks/course.py [states] [processes]

Each state has 25 counties of each size, five years of half-year cohorts before the one followed, siblings who leave together,
and counties and cohorts that differ (`cqi/sample/state.py`). It is drawn three times with the same luck: with nothing changed,
with a quarter fewer permanent exits a day from the cohort's first day on, and with the same from half-way to the official date
on. Everything is asked of `on_course` with the five columns that it needs. Then seconds, and their ratio to reading the table.
"""

from __future__ import annotations

import io
import resource
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from datetime import date, timedelta
from functools import partial

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv
from scipy.special import ndtri

from cqi.course import on_course
from cqi.estimates import wilson
from cqi.sample.process import Change, World, day_number, history
from cqi.vocabulary import PERMANENCY

MEASURE, COHORT = "permanency_in_12_months", "2025H1"
FIRST, START, OFFICIAL = date(2020, 1, 1), date(2025, 1, 1), date(2026, 6, 30)
HALF_WAY = START + timedelta(days=(OFFICIAL - START).days // 2)
DAY_150 = START + timedelta(days=150)
SIZES, EACH = (20, 60, 200, 1000), 25
CHANGES = {"stable": None, "drop": START, "late drop": HALF_WAY}
DROP = 0.75
QUANTILES = {"projected_025": 0.025, "projected_10": 0.1, "projected_50": 0.5, "projected_90": 0.9, "projected_975": 0.975}
PAST = ("2023-01-01", "2023-12-31")
"""The year whose children's 12 months are over when the cohort begins."""


def drawn(seed: int, sizes, changed: date | None = None) -> pd.DataFrame:
    """A state's stays: counties of so many entries a half-year; permanent exits slower in all of them from `changed` on."""
    changes = () if changed is None else (Change(None, day_number(str(changed)), PERMANENCY, DROP),)
    world = World(tuple(2.0 * np.asarray(sizes)), day_number(str(FIRST)), day_number(str(OFFICIAL)), changes)
    spells = history(np.random.Generator(np.random.PCG64(seed)), world)
    exits = spells["exit"].to_numpy().astype("datetime64[D]")
    gone = spells["exit"].to_numpy() <= world.last
    return pd.DataFrame({
        "child_id": spells["child"], "county": np.array([f"County {number:04}" for number in range(len(sizes))])[spells["county"]],
        "entry_date": spells["entry"].to_numpy().astype("datetime64[D]").astype("datetime64[s]"),
        "exit_date": np.where(gone, exits, np.datetime64("NaT")).astype("datetime64[s]"), "exit_reason": spells["kind"].where(gone, ""),
    })


def followed(seed: int) -> pd.DataFrame:
    """One row a county and change: what stood on the official date, the projection on day 150, and what came of it."""
    sizes, rows = np.repeat(SIZES, EACH), []
    for name, changed in CHANGES.items():
        episodes = drawn(seed, sizes, changed)
        ask = partial(on_course, episodes, measure=MEASURE, cohort=COHORT)
        end, early = ask(as_of=OFFICIAL), ask(as_of=DAY_150)
        early = early.rename(columns={"observed": "so_far", "entered": "entered_so_far"})
        facts = {"final": end["observed"] / end["entered"], "past": past_share(episodes), "state": seed, "size": sizes, "change": name}
        both = [end[["entered", "signal", "first_signal"]], early[[*QUANTILES, "so_far", "entered_so_far"]]]
        rows.append(pd.concat(both, axis=1).assign(**facts))
    return pd.concat(rows, ignore_index=True)


def past_share(episodes: pd.DataFrame) -> np.ndarray:
    """By county, the share of those who entered in PAST who left to a permanent home within 12 months; stays of 8 days or more."""
    days = (episodes["exit_date"] - episodes["entry_date"]).dt.days
    past = episodes.assign(home=days.le(365) & episodes["exit_reason"].isin(PERMANENCY))
    return past.loc[past["entry_date"].between(*PAST) & ~days.lt(8)].groupby("county")["home"].mean().to_numpy()


def report(rows: pd.DataFrame) -> pd.DataFrame:
    """The figures by size, and all sizes together; percentages, days, and percentage points where it says so."""
    rows = rows.assign(worse=rows["signal"].eq("worse"), better=rows["signal"].eq("better"), crps=_crps(rows),
                       lead=_lead(rows), official=_official(rows), dashboard=_dashboard(rows), bias=rows["projected_50"] - rows["final"])
    for level, low, high in ((80, "projected_10", "projected_90"), (95, "projected_025", "projected_975")):
        rows[f"in{level}"] = rows["final"].between(rows[low] - 1e-9, rows[high] + 1e-9)
    sized = [*((str(size), rows.loc[rows["size"].eq(size)]) for size in SIZES), ("all", rows)]
    return pd.DataFrame({size: _figures({name: part.loc[part["change"].eq(name)] for name in CHANGES}) for size, part in sized})


def _figures(part: dict[str, pd.DataFrame]) -> dict[str, float]:
    stable = part["stable"]
    projected = {"in80": "80% interval holds, %", "in95": "95% interval holds, %", "crps": "CRPS, pp", "bias": "bias, pp"}
    return {
        "false alarm, worse, %": 100 * stable["worse"].mean(), "false alarm, better, %": 100 * stable["better"].mean(),
        "false alarm, any, %": 100 * (stable["worse"] | stable["better"]).mean(),
        "false alarm of the dashboard at day 150, %": 100 * stable["dashboard"].mean(),
        **_noticed("drop", part["drop"]), **_noticed("late drop", part["late drop"]),
        **{f"day 150, {name}: {words}": 100 * part[name][column].mean()
           for name in ("stable", "drop") for column, words in projected.items()},
    }


def _noticed(name: str, rows: pd.DataFrame) -> dict[str, float]:
    return {f"{name}: noticed by the official date, %": 100 * rows["worse"].mean(),
            f"{name}: by the official measure itself, %": 100 * rows["official"].mean(),
            f"{name}: median lead over the official date, days": rows["lead"].median(), f"{name}: mean lead, days": rows["lead"].mean()}


def _lead(rows: pd.DataFrame) -> pd.Series:
    """Days from a signal of worse to the official date; 0 where there was none."""
    return (pd.Timestamp(OFFICIAL) - rows["first_signal"]).dt.days.where(rows["signal"].eq("worse"), 0)


def _official(rows: pd.DataFrame) -> pd.Series:
    """Whether the official figure fell further below the county's newest past ones than in 95% of stable counties of its size."""
    fall = rows["final"] - rows["past"]
    limit = fall.loc[rows["change"].eq("stable")].groupby(rows["size"]).quantile(0.05)
    return fall < rows["size"].map(limit)


def _dashboard(rows: pd.DataFrame) -> pd.Series:
    """The mistake: the share gone so far, its whole 95% interval below the share that the county's past cohorts reached in 12 months."""
    known = rows["entered_so_far"].gt(0)
    high = wilson(rows["so_far"], rows["entered_so_far"].where(known, 1))[1]
    return known & (high < rows["past"])


def _crps(rows: pd.DataFrame) -> np.ndarray:
    """Continuous ranked probability score of the five quantiles, joined by straight lines on the normal scale."""
    levels = (np.arange(400) + 0.5) / 400
    z, known = ndtri(levels), ndtri(list(QUANTILES.values()))
    table, final = rows[list(QUANTILES)].to_numpy(), rows["final"].to_numpy()[:, None]
    left = np.clip(np.searchsorted(known, z) - 1, 0, len(known) - 2)
    drawn_at = table[:, left] + (z - known[left]) / (known[left + 1] - known[left]) * (table[:, left + 1] - table[:, left])
    drawn_at = np.clip(drawn_at, 0, 1)
    return 2 * ((final - drawn_at) * (levels - (final < drawn_at))).mean(axis=1)


def plain(episodes: int, counties: int) -> pd.DataFrame:
    """Stays without any story, as many as asked for; seeded."""
    rng, span = np.random.default_rng(2026), (OFFICIAL - FIRST).days
    entry, stay = rng.integers(0, span, episodes), rng.exponential(600, episodes).astype(int)
    gone, start = entry + stay <= span, np.datetime64(FIRST)
    reason = rng.choice(["reunification", "relative", "guardianship", "adoption", "emancipation"], episodes, p=[.55, .1, .1, .15, .1])
    size = rng.gamma(0.5, 1, counties)
    exits = np.where(gone, start + entry + stay, np.datetime64("NaT")).astype("datetime64[s]")
    return pd.DataFrame({
        "child_id": rng.integers(0, int(episodes * 0.9), episodes),
        "county": np.array([f"County {number:04}" for number in range(counties)])[rng.choice(counties, episodes, p=size / size.sum())],
        "entry_date": (start + entry).astype("datetime64[s]"), "exit_date": exits, "exit_reason": np.where(gone, reason, ""),
    })


def timed(episodes: int, counties: int) -> str:
    """Seconds of one course, of the reading of its table, and their ratio."""
    table = plain(episodes, counties)
    file = io.BytesIO()
    pyarrow.csv.write_csv(pa.Table.from_pandas(table, preserve_index=False), file)
    started = time.perf_counter()
    pyarrow.csv.read_csv(io.BytesIO(file.getbuffer()))
    reading = time.perf_counter() - started
    started = time.perf_counter()
    on_course(table, measure=MEASURE, cohort=COHORT, as_of=date(2026, 3, 31))
    spent = time.perf_counter() - started
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    return (f"{episodes:>9,} episodes, {counties:>5,} counties: {spent:6.1f} s, {spent / reading:6.1f} x the reading of the table as CSV "
            f"({reading:.2f} s); peak memory {memory:.1f} GB")


def main(states: int = 14, processes: int = 2) -> None:
    with ProcessPoolExecutor(processes) as pool:
        rows = pd.concat(pool.map(followed, range(1, states + 1)), ignore_index=True)
    print(f"{states} states of {len(SIZES) * EACH} counties; columns are entries a half-year\n")
    print(report(rows).to_string(float_format="{:.1f}".format))
    print()
    for episodes, counties in ((80_000, 100), (5_000_000, 3_000)):
        print(timed(episodes, counties))


if __name__ == "__main__":
    main(*(int(word) for word in sys.argv[1:]))
