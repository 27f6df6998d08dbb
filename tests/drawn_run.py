"""A finished run drawn by hand: the tables of one cohort as they are published, of as many counties as a test needs."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd

from cqi.vocabulary import MEASURE_COLUMNS, WHOLE

HEADLINE, RETURNS = "permanency_in_12_months", "return_in_12_months"
COURSE = {
    "measure": HEADLINE, "cohort": "2025H2", "as_of": "2026-06-30", "entered": 100, "at_risk": 60, "observed": 24, "expected": 24, "ratio": 1, "lower": .7, "upper": 1.3,
    "usual_low": 12, "usual_high": 36, "usual_low_80": 15, "usual_high_80": 31, "usual_pace": 1, "projected_025": .26, "projected_10": .28, "projected_50": .32,
    "projected_90": .36, "projected_975": .38, "expected_final": 100, "usual_final": .34, "target": .4, "probability_of_target": .01, "pace_needed": 2.1, "more_needed": 16,
    "in_reach": .36, "minimum_detectable_change": .3, "signal": "", "signal_by": "", "first_signal": "", "phi": 1.3, "tau2": .01, "past_cohorts": 13, "level": .95,
    "method": "own days", "target_by": "2026-12-31", "status": "shown", "region": "North"}
ROW = dict.fromkeys(MEASURE_COLUMNS, "") | {
    "measure": HEADLINE, "cohort": "2025H2", "at": 12, "as_of": "2026-06-30", "children": 100, "numerator": 24, "denominator": 100, "value": .24, "level": .95, "lower": .17,
    "upper": .33, "unit": "children", "method": "proportion", "status": "so far"}
HIDDEN = dict.fromkeys(("children", "numerator", "denominator", "value", "lower", "upper"), "") | {"status": "suppressed"}
HIDDEN_COURSE = {name: "" for name, value in COURSE.items() if isinstance(value, (int, float)) and name not in ("target", "level", "past_cohorts")} | {"status": "suppressed"}


def drawn_run(folder: Path, counties: dict[str, dict], *, profile: str = "internal", cohorts: tuple[str, ...] = ("2025H2",), day: str = "2026-06-30") -> Path:
    """Writes a run of these counties and returns the folder of its day. A county's dict says what differs in its course, `hidden`, and the `row_status` of its row
    in the table of ages."""
    tables = folder / day / profile / "tables"
    tables.mkdir(parents=True)
    for word in cohorts:
        for name, rows in _tables(counties, word).items():
            pd.DataFrame(rows).to_csv(tables / f"{word}-{name}.csv", index=False)
    record = {"parameters": {"profiles": [profile]}, "as_of": day}
    (folder / day / "run.json").write_text(json.dumps(record), encoding="utf-8")
    return folder / day


def _tables(counties: dict[str, dict], word: str) -> dict[str, list[dict]]:
    own = {county: dict(given) for county, given in counties.items()}
    hidden = {county for county, given in own.items() if given.pop("hidden", False)}
    statuses = {county: given.pop("row_status", "so far") for county, given in own.items()}
    courses = [COURSE | {"cohort": word, "county": county} | (HIDDEN_COURSE if county in hidden else own[county]) for county in own]
    now = [_row(course, hidden) | ({} if course["county"] in hidden else {"status": statuses[course["county"]]}) for course in courses]
    before = [row | {"cohort": "2025H1", "as_of": "2025-12-31", "numerator": 30, "value": .3, "children": 100, "denominator": 100, "lower": .2, "upper": .4, "status": "so far"}
              for row in now if row["county"] not in hidden]
    waiting = [ROW | {"county": course["county"], "cohort": word, "group": "time left: less than 3 months left", "numerator": 12, "denominator": 60} for course in courses]
    return {"course": [*courses, COURSE | {"cohort": word, "county": WHOLE, "region": ""}], "same-age": [*before, *now], "waiting": waiting,
            "regions": [COURSE | {"county": "North", "cohort": word, "members": "Alder, Birch", "entered": 200, "observed": 51}], "projection": [row for each in courses for row in _path(each, hidden)],
            "looks": [{"measure": HEADLINE, "county": "Alder", "cohort": word, "as_of": "2026-06-30", "day": "2026-06-30", "monitor": "cohort", "observed": 24, "expected": 24,
                       "worse": .1, "better": .1, "limit_worse": 2.5, "limit_better": 4.7, "alarm": ""}]}


def _row(course: dict, hidden: set[str]) -> dict:
    """The county's row of this cohort, with the counts of its course."""
    row = ROW | {"county": course["county"], "cohort": course["cohort"]}
    if course["county"] in hidden:
        return row | HIDDEN
    entered, observed = course["entered"], course["observed"]
    return row | {"children": entered, "denominator": entered, "numerator": observed, "value": observed / entered}


def _path(course: dict, hidden: set[str]) -> list[dict]:
    """The share by month's end, counted until the as-of date and then projected."""
    days = pd.date_range("2025-07-31", "2026-12-31", freq="ME")
    shares = {} if course["county"] in hidden else {"share_025": .1, "share_10": .15, "share_50": .2, "share_90": .25, "share_975": .3, "usual": .2}
    return [dict.fromkeys(("share_025", "share_10", "share_50", "share_90", "share_975", "usual"), "") | shares | {
        "measure": HEADLINE, "county": course["county"], "cohort": course["cohort"], "as_of": "2026-06-30", "day": day.date().isoformat(),
        "kind": "observed" if day <= pd.Timestamp("2026-06-30") else "projected"} for day in days]
