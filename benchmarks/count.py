"""Counting five million episodes over 3,000 counties: every table of one review cohort, all counties at once.

    python benchmarks/count.py [episodes] [counties]

Prints seconds by stage, and the ratio of each stage to one plain pandas group-by over the same rows in the same run, so
that figures from different machines can be compared.
"""

from __future__ import annotations

import resource
import sys
import time
from datetime import date
from types import SimpleNamespace

import numpy as np
import pandas as pd

from cqi.cohorts import cohort, earlier_cohorts
from cqi.course import follow
from cqi.measures import adjusted, basis, by_group, count, cumulative_incidence, groupings, maturity, still_in_care
from cqi.registry import indicators, measure, measure_names
from cqi.tables.counting import EARLIER, HEADLINE

FIRST, LAST = date(2019, 1, 1), date(2026, 6, 30)


def drawn(episodes: int, counties: int) -> SimpleNamespace:
    """An extract of the plain contract: episodes, two placements each, and a report a child; seeded."""
    rng = np.random.default_rng(2026)
    span = (LAST - FIRST).days
    entry = rng.integers(0, span, episodes)
    stay = rng.exponential(600, episodes).astype(int)
    gone = entry + stay <= span
    reason = rng.choice(["reunification", "relative", "guardianship", "adoption", "emancipation"], episodes, p=[.55, .1, .1, .15, .1])
    start = np.datetime64(FIRST)
    county = np.char.add("county ", (rng.zipf(1.3, episodes) % counties).astype(str))
    child = np.char.add("c", rng.integers(0, int(episodes * 0.9), episodes).astype(str))
    frame = pd.DataFrame({
        "child_id": child, "episode_id": np.char.add("e", np.arange(episodes).astype(str)), "county": county,
        "birth_date": (start + entry - rng.integers(0, 17 * 365, episodes)).astype("datetime64[s]"),
        "entry_date": (start + entry).astype("datetime64[s]"),
        "exit_date": np.where(gone, start + entry + stay, np.datetime64("NaT")).astype("datetime64[s]"),
        "exit_reason": np.where(gone, reason, ""), "race": rng.choice(["A", "B", "C", "D", ""], episodes),
    }).astype({name: "str" for name in ("child_id", "episode_id", "county", "exit_reason", "race")})
    placements = pd.DataFrame({
        "episode_id": np.repeat(frame["episode_id"].to_numpy(), 2),
        "setting": np.tile(["kin", "foster family"], episodes),
        "start_date": (start + np.stack([entry, entry + stay // 3], axis=1).ravel()).astype("datetime64[s]"),
        "end_date": pd.NaT,
    }).astype({"episode_id": "str", "setting": "str"})
    reports = pd.DataFrame({
        "child_id": frame["child_id"], "county": frame["county"], "birth_date": frame["birth_date"], "race": frame["race"],
        "report_date": frame["entry_date"] + pd.to_timedelta(rng.integers(-30, 400, episodes), "D"), "incident_date": pd.NaT,
        "disposition": rng.choice(["substantiated", "unsubstantiated"], episodes, p=[.3, .7]),
    }).astype({"disposition": "str"})
    reports = reports.assign(disposition_date=reports["report_date"] + pd.to_timedelta(rng.integers(5, 90, episodes), "D"))
    names = np.unique(county)
    population = pd.DataFrame({"county": np.tile(names, 8), "year": np.repeat(np.arange(2019, 2027), len(names)), "children": 20_000})
    visits = pd.DataFrame({"episode_id": frame["episode_id"], "visit_date": frame["entry_date"] + pd.to_timedelta(40, "D")})
    return SimpleNamespace(episodes=frame, placements=placements, reports=reports, population=population, visits=visits, federal=True)


def main(episodes: int = 5_000_000, counties: int = 3_000) -> None:
    extract = drawn(episodes, counties)
    seconds: dict[str, float] = {}

    def timed(name: str, work):
        started = time.perf_counter()
        result = work()
        seconds[name] = seconds.get(name, 0) + time.perf_counter() - started
        return result

    timed("one pandas group-by (the yardstick)", lambda: extract.episodes.groupby(["county", "exit_reason"])["entry_date"].count())
    on = timed("prepare: text to integers", lambda: basis(extract))
    period, headline = cohort("2025H2"), measure(HEADLINE)
    shown = [*earlier_cohorts(period, FIRST, most=EARLIER), period, period.back(-1)]
    for name in measure_names():
        timed(f"count: {name}", lambda name=name: [count(measure(name), on, each, as_of=LAST) for each in shown])
    year = cohort("24A24B")
    timed("official: the seven indicators, 12 months", lambda: [count(measure(name), on, year, as_of=LAST) for name in indicators()])
    timed("official: adjusted by age", lambda: [adjusted(measure(name), on, year, as_of=LAST) for name in indicators()])
    timed("official: by race and age", lambda: [by_group(measure(name), on, year, as_of=LAST, grouping=grouping)
                                                for name in indicators() for grouping in groupings()])
    timed("count: maturity", lambda: [maturity(headline, on, each, as_of=LAST) for each in shown])
    timed("count: cumulative incidence", lambda: [cumulative_incidence(headline, on, each, as_of=LAST) for each in shown])
    timed("count: still in care", lambda: still_in_care(headline, on, period, as_of=LAST))
    timed("count: observed and expected", lambda: follow(headline, on, period, as_of=LAST, first_entry=FIRST, whole=True))
    yardstick = next(iter(seconds.values()))
    for name, spent in seconds.items():
        print(f"{name:<42} {spent:7.2f} s {spent / yardstick:7.1f} x")
    counting = sum(spent for name, spent in seconds.items() if name.startswith("count"))
    print(f"{'counting, all tables of one cohort':<42} {counting:7.2f} s {counting / yardstick:7.1f} x")
    print(f"{episodes:,} episodes, {counties:,} counties, {len(shown)} cohorts; "
          f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6:.1f} GB")


if __name__ == "__main__":
    main(*(int(word) for word in sys.argv[1:]))
