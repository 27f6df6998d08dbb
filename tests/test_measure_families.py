"""Random files full of edges, counted child by child (one_by_one.py) and all at once: every measure gives the same."""

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from random import Random

import one_by_one
import pandas as pd
import pytest
from counted import extract

from cqi.cohorts import cohort
from cqi.measures import basis, count
from cqi.registry import measure, measure_names
from cqi.vocabulary import DISPOSITIONS, EXIT_REASONS, SETTINGS, WHOLE

COUNTIES = ("Alder", "Birch", "Cedar")
PERIODS = ("23B24A", "24B25A", "2024H1", "FFY2024", "2024Q3")
DAYS_KNOWN = ("2024-10-01", "2025-03-31", "2026-06-30")
LENGTHS = (0, 1, 6, 7, 8, 9, 20, 45, 180, 364, 365, 366, 367, 500, 729, 730, 731, 1100, 1500)
GAPS = (-5, 0, 1, 3, 30, 90, 170, 364, 365, 366, 400)
APART = (0, 1, 2, 3, 13, 14, 15, 60, 200, 364, 365, 366, 367)
DAY = timedelta(days=1)


def drawn_stays(random: Random) -> tuple[list[dict], list[dict], list[dict]]:
    """Stays, placements and visits of 400 children, some in two stays at once, with birthdays and lengths about the edges."""
    stays, placements, visits = [], [], []
    for child in range(400):
        entry = date(2020, 6, 1) + (random.choice((0, 304, 669, 1035, 1400, random.randrange(2000))) + random.randrange(-2, 3)) * DAY
        almost_grown = one_by_one.months_later(entry, random.choice((-216, -210, -200)))
        birth = random.choice((entry - random.randrange(200, 6000) * DAY, almost_grown))
        birth += random.choice((0, 1, 2, 8, 30)) * DAY
        for number in range(random.choice((1, 1, 2, 3, 4))):
            leaving = entry + random.choice((*LENGTHS, random.randrange(800))) * DAY
            gone = random.random() < 0.85 and leaving < date(2026, 6, 30)
            stays.append({
                "child_id": f"c{child}", "episode_id": f"c{child}-{number}", "county": random.choice(COUNTIES),
                "birth_date": birth if random.random() < 0.97 else None, "entry_date": entry, "exit_date": leaving if gone else None,
                "exit_reason": random.choice((*EXIT_REASONS[:4] * 4, *EXIT_REASONS)) if gone else "",
                "entry_known": random.random() < 0.95, "left_out": random.random() < 0.05})
            placements += drawn_placements(random, stays[-1])
            visits += [{"episode_id": f"c{child}-{number}", "visit_date": entry + step * DAY} for step in random.sample(range(900), 15)]
            entry = leaving + random.choice(GAPS) * DAY
            if not gone and random.random() < 0.8:
                break
    return stays, placements, visits


def drawn_placements(random: Random, stay: dict) -> list[dict]:
    start, rows = stay["entry_date"], []
    for _ in range(random.choice((0, 1, 2, 3, 4))):
        rows.append({"episode_id": stay["episode_id"], "setting": random.choice((*SETTINGS, "kin", "trial home visit")),
                     "start_date": start, "end_date": None})
        start += random.choice((1, 10, 29, 30, 31, 150, 330, 335)) * DAY
    return rows


def drawn_reports(random: Random, stays: list[dict]) -> list[dict]:
    """Reports about the edges of stays and of each other; some with an incident date, a birth date, or on children not in care."""
    reports = []
    for number, stay in enumerate(stays):
        ends = (stay["entry_date"], stay["exit_date"] or stay["entry_date"] + 300 * DAY)
        day = random.choice(ends) + random.choice((-300, -1, 0, 1, 5, 6, 7, 8, 9, 100)) * DAY
        own = {"child_id": f"n{number // 2}", "care_id": random.choice((stay["child_id"], stay["child_id"], "")),
               "county": random.choice(COUNTIES),
               "birth_date": random.choice((None, stay["birth_date"], day + random.choice((-1, 0, 1)) * DAY))}
        incident = day - random.choice((0, 1, 8, 30)) * DAY
        for _ in range(random.choice((1, 2, 3, 4))):
            reports.append({**own, "report_date": day, "incident_date": random.choice((None, incident, day)),
                            "disposition": random.choice(("substantiated",) * 6 + ("indicated",) * 3 + DISPOSITIONS),
                            "disposition_date": random.choice((None, day + random.choice((-1, 0, 30, 59, 60, 61, 200)) * DAY)),
                            "unborn": random.choice(("no", "no", "no", "yes"))})
            day += random.choice(APART) * DAY
    return reports


def as_table(rows: list[dict], like: pd.DataFrame) -> pd.DataFrame:
    """The rows in the types and the order in which a file is read."""
    table = pd.DataFrame(rows)
    for name in table:
        if name.endswith("_date"):
            table[name] = pd.to_datetime(table[name]).astype("datetime64[s]")
    table = table.reindex(columns=[*like.columns, *(name for name in table if name not in like)])
    ordering = [name for name in ("county", "child_id", "entry_date", "episode_id", "start_date") if name in table]
    return table.sort_values([*ordering, *(name for name in table if name not in ordering)], ignore_index=True)


@pytest.fixture(scope="module", params=[(1, True), (2, True), (3, False)], ids=["federal 1", "federal 2", "other"])
def drawn(request, tmp_path_factory):
    """A random extract, as it is and prepared for counting."""
    seed, federal = request.param
    random = Random(seed)
    stays, placements, visits = drawn_stays(random)
    like = extract(tmp_path_factory.mktemp("like"), "entry_date\n2024-01-01")
    population = [{"county": county, "year": year, "age_band": band, "children": random.randrange(500, 900)}
                  for county in COUNTIES for year in (2022, 2023, 2024) for band in ("under 1", "1 to 5")]
    tables = {"episodes": stays, "placements": placements, "visits": visits, "population": population,
              "reports": drawn_reports(random, stays)}
    found = replace(like, federal=federal, **{name: as_table(rows, getattr(like, name)) for name, rows in tables.items()})
    return one_by_one.Files(found), basis(found)


@pytest.mark.parametrize("name", measure_names())
def test_counted_child_by_child_and_all_at_once(drawn, name):
    files, on = drawn
    children = 0
    for word in PERIODS:
        for known in map(date.fromisoformat, DAYS_KNOWN):
            period = cohort(word)
            numerator, denominator = Counter(), Counter()
            for county, number, among in getattr(one_by_one, name)(files, one_by_one.Period(period.start, period.end), known):
                for each in (county, WHOLE):
                    numerator[each] += number
                    denominator[each] += among
            rows = count(measure(name), on, period, as_of=known)
            found = {row.county: (row.numerator, row.denominator) for row in rows.itertuples()}
            assert found == {county: (numerator[county], denominator[county]) for county in (*COUNTIES, WHOLE)}, f"{word} as of {known}"
            children += numerator[WHOLE]
    assert children >= 10  # the drawn file has something to count
