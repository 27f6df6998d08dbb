"""The projection and the pace that is needed: chances by hand, what is certain has no width, and what each row says."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from plain import HEADLINE, basis, course, day, state, stays

from cqi.cohorts import cohort, day_number
from cqi.course import follow
from cqi.course.baseline import Baseline
from cqi.course.pace import more_needed, pace_needed, share_at
from cqi.course.projection import PACES, Spread, Today, ahead, chance_of, quantiles, spread

USUAL = int(np.flatnonzero(np.isclose(PACES, 1))[0])
PROJECTED = ["projected_025", "projected_10", "projected_50", "projected_90", "projected_975"]
TODAY, END = date(2024, 6, 30), date(2025, 6, 30)


def usual(**steps: tuple[float, float]) -> Baseline:
    """One county at the usual pace; `d10=(0.2, 0.1)`: on day 10 a fifth have the event and a tenth leave another way."""
    hazard, ending = np.zeros(366), np.zeros(366)
    for step, (event, other) in steps.items():
        hazard[int(step[1:])], ending[int(step[1:])] = event, other
    return Baseline(hazard, ending, np.ones(1), np.full(1, 0.01), np.full(1, 20.0), 1.0, 1.5, 0.005, 10, 100, True)


TWO_STEPS = usual(d10=(0.2, 0.0), d15=(0.0, 0.1), d20=(0.5, 0.0))


def waiting(*days: int, observed: float = 0, others: int = 0, coming: float = 0, coming_days=()) -> Today:
    """Children of one county by their day, `observed` events among them and `others` who left."""
    table = np.zeros((1, 366))
    np.add.at(table[0], list(days), 1)
    return Today(np.array([observed]), np.array([len(days) + observed + others], dtype=float), table, np.array([coming], dtype=float),
                 np.array(coming_days, dtype="int64"))


def chance(now: Today, base: Baseline = TWO_STEPS, *, until: date = END, at: int = USUAL) -> float:
    return ahead(now, base, as_of=TODAY, until=until).mean[0, at]


# Chances by hand

@pytest.mark.parametrize(("on_day", "expected"), [
    (0, 0.2 + 0.8 * 0.9 * 0.5), (9, 0.2 + 0.8 * 0.9 * 0.5),
    (10, 0.9 * 0.5), (11, 0.9 * 0.5), (14, 0.9 * 0.5),  # the event of day 10 did not come
    (15, 0.5), (19, 0.5), (20, 0), (365, 0),
])
def test_each_child_by_its_own_day_with_other_ways_of_leaving(on_day, expected):
    assert chance(waiting(on_day)) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize(("days", "expected"), [(0, 0), (9, 0), (10, 0.2), (11, 0.2), (19, 0.2), (20, 0.2 + 0.8 * 0.9 * 0.5)])
def test_only_the_days_up_to_the_day_asked_for(days, expected):
    assert chance(waiting(0), until=TODAY + timedelta(days=days)) == pytest.approx(expected, abs=1e-12)


def test_another_pace_multiplies_the_hazard_of_the_event_alone():
    at = USUAL + 8
    faster = PACES[at]
    assert chance(waiting(0), at=at) == pytest.approx(0.2 * faster + (1 - 0.2 * faster) * 0.9 * 0.5 * faster)
    assert chance(waiting(0), at=len(PACES) - 1) == pytest.approx(1)  # nobody leaves more than once


def test_chances_of_children_add_up_and_vary_each_by_its_own():
    found = ahead(waiting(0, 12, 12), TWO_STEPS, as_of=TODAY, until=END)
    assert found.mean[0, USUAL] == pytest.approx(0.56 + 2 * 0.45)
    assert found.variance[0, USUAL] == pytest.approx(0.56 * 0.44 + 2 * 0.45 * 0.55)


def test_children_yet_to_come_have_the_time_that_is_left_to_them():
    """Half of them come 15 days before the day asked for, and half on it: the first can have the event of day 10."""
    until = day_number(TODAY) + 15
    now = waiting(coming=6, coming_days=(until - 15, until))
    assert chance(now, until=TODAY + timedelta(days=15)) == pytest.approx(6 * (0.2 + 0) / 2)


# What is certain has no width

def final(now: Today, base: Baseline = TWO_STEPS) -> Spread:
    weight = np.zeros((1, 82))
    weight[0, 40:50] = 0.1
    return spread(now, base, ahead(now, base, as_of=TODAY, until=END), weight)


def test_with_nobody_left_to_wait_the_projection_is_what_was_observed():
    found = quantiles(final(waiting(observed=6, others=4)))
    assert found.tolist() == [[0.6] * 5]


@pytest.mark.parametrize(("target", "at_least", "expected"), [
    (0.59, True, 1), (0.6, True, 1), (0.61, True, 0), (0.59, False, 0), (0.6, False, 1), (0.61, False, 1), (np.nan, True, np.nan)])
def test_what_is_certain_has_a_chance_of_0_or_1(target, at_least, expected):
    found = chance_of(final(waiting(observed=6, others=4)), np.array([target]), np.array([10.0]), at_least=at_least)
    assert found == pytest.approx([expected], nan_ok=True)


def test_the_chance_counts_whole_children():
    """Of 20 children 7 have left and 13 wait for day 20: goals of 36% and 40% both need 8, of 41% needs 9."""
    found, children = final(waiting(*[16] * 13, observed=7)), np.array([20.0])
    reach = {goal: chance_of(found, np.array([goal]), children, at_least=True)[0] for goal in (0.36, 0.40, 0.41, 0.45)}
    assert reach[0.36] == pytest.approx(reach[0.40]) and reach[0.41] == pytest.approx(reach[0.45]) and reach[0.40] > reach[0.41]
    stay = chance_of(found, np.array([0.36]), children, at_least=False)[0]
    assert stay == pytest.approx(1 - reach[0.40])  # at most 7, or at least 8


def test_no_projection_below_what_is_done_or_above_what_is_left():
    """18 of 20 are gone, 10 of them with the event: between 10 and 12 of 20, however much counts vary."""
    found = quantiles(final(waiting(16, 16, observed=10, others=8), replace(TWO_STEPS, phi=9.0)))[0]
    assert found[0] == 0.5 and found[-1] == 0.6 and (np.diff(found) >= 0).all()


# The pace that is needed

def needed(now: Today, target: float, *, more_is_better: bool = True, base: Baseline = TWO_STEPS) -> float:
    return pace_needed(now, base, ahead(now, base, as_of=TODAY, until=END), np.array([target]), more_is_better=more_is_better)[0]


NOW = waiting(0, 0, 12, 12, 12, 12, observed=2, others=2)


@pytest.mark.parametrize(("target", "expected"), [(0.19, 0), (0.2, 0), (0.75, None), (0.77, np.inf), (np.nan, np.nan)])
def test_a_goal_that_is_reached_or_out_of_reach(target, expected):
    """2 of 10 have left and 6 wait, of whom 4 have day 15 before them: at most 2 + 2 + 4 * 0.9 = 7.6 of 10."""
    found = needed(NOW, target)
    assert 1 < found < np.inf if expected is None else found == pytest.approx(expected, nan_ok=True)


@pytest.mark.parametrize("pace", [0.5, 1.0, 1.7])
def test_the_pace_of_a_goal_gives_the_goal(pace):
    found = ahead(NOW, TWO_STEPS, as_of=TODAY, until=END)
    share = share_at(NOW, TWO_STEPS, found, pace)[0]
    assert needed(NOW, share) == pytest.approx(pace, rel=1e-2)
    if pace == 1:
        assert share == pytest.approx((2 + 2 * 0.56 + 4 * 0.45) / 10)


def test_the_pace_is_a_multiple_of_the_countys_own():
    fast = replace(TWO_STEPS, pace=np.full(1, 1.25))
    assert needed(NOW, 0.5, base=fast) == pytest.approx(needed(NOW, 0.5) / 1.25)


@pytest.mark.parametrize(("target", "expected"), [(0.19, np.inf), (0.2, "little"), (0.492, 1.0), (0.9, "much")])
def test_a_goal_to_stay_below(target, expected):
    """Of a measure of which less is better: passed at 19%; nothing more may happen at 20%; 90% can't be passed."""
    found = needed(NOW, target, more_is_better=False)
    words = {"little": found < 0.1, "much": 5 < found < np.inf}
    assert words.get(expected, found == pytest.approx(expected, rel=1e-2) if not isinstance(expected, str) else None)


@pytest.mark.parametrize(("target", "expected"), [(0.59, np.inf), (0.6, 0), (0.61, 0)])
def test_a_goal_to_stay_below_once_nobody_is_left(target, expected):
    assert needed(waiting(observed=6, others=4), target, more_is_better=False) == expected


@pytest.mark.parametrize(("target", "expected"), [(0.5, 3), (0.51, 4), (0.2, 0), (0.1, -1)])
def test_how_many_more(target, expected):
    assert more_needed(NOW, np.array([target]))[0] == expected


# On a drawn state

SIZES = (40.0, 120.0, 400.0, 400.0, 2000.0)


@pytest.fixture(scope="module")
def drawn() -> pd.DataFrame:
    return state(3, SIZES, first="2019-01-01", last="2025-06-30")


@pytest.mark.parametrize("as_of", ["2024-01-05", "2024-05-31", "2024-11-11", "2025-06-29", "2025-06-30", "2026-03-31"])
def test_quantiles_are_in_order_and_within_what_can_be(drawn, as_of):
    goals = dict.fromkeys(drawn["county"].unique(), 0.4)
    table = course(drawn, as_of, targets=goals)
    quantile = table[PROJECTED].to_numpy()
    assert (np.diff(quantile, axis=1) >= 0).all() and (quantile >= 0).all() and (quantile <= 1).all()
    assert table["probability_of_target"].between(0, 1).all() and (table["pace_needed"] >= 0).all()
    if as_of > "2024-07-07":  # all have come, and count
        assert (quantile[:, 0] >= table["observed"] / table["entered"]).all()
        assert (quantile[:, -1] <= (table["observed"] + table["at_risk"]) / table["entered"]).all()
    if as_of >= "2025-06-30":
        share = table["observed"] / table["entered"]
        assert (quantile == share.to_numpy()[:, None]).all() and table["at_risk"].eq(0).all()
        assert table["probability_of_target"].tolist() == (share >= 0.4).tolist()
        assert table["pace_needed"].tolist() == np.where(share >= 0.4, 0, np.inf).tolist()


def test_the_projection_gets_narrower(drawn):
    tables = [course(drawn, as_of) for as_of in ("2024-05-31", "2024-11-11", "2025-03-31")]
    width = np.array([(table["projected_90"] - table["projected_10"]) for table in tables])
    assert (np.diff(width, axis=0) < 0).all() and (width[0, 0] > width[0, 2] > width[0, 4])


@pytest.mark.parametrize(("as_of", "rows"), [
    ("2024-05-31", 18), ("2024-05-15", 19), ("2024-01-01", 19), ("2025-06-30", 18), ("2026-01-31", 18)])
def test_rows_by_months_end(drawn, as_of, rows):
    found = follow(HEADLINE, basis(drawn), cohort("2024H1"), as_of=day(as_of), first_entry=date(2019, 1, 1), paths=True)
    table = found.projection.loc[found.projection["county"] == "County 04"].set_index("day")
    shares = table[["share_025", "share_10", "share_50", "share_90", "share_975"]]
    whole = found.course.set_index("county").loc["County 04"]
    assert len(table) == rows and table.index.is_monotonic_increasing
    assert table["kind"].tolist() == ["observed" if each <= pd.Timestamp(as_of) else "projected" for each in table.index]
    if pd.Timestamp(as_of) in table.index:
        assert shares.loc[as_of].tolist() == pytest.approx([whole["observed"] / whole["expected_final"]] * 5)
    assert shares.iloc[-1].tolist() == pytest.approx(whole[PROJECTED].tolist(), abs=1e-6)
    assert (shares.diff().iloc[1:].loc[table["kind"].iloc[1:] == "observed"] >= 0).all(axis=None)
    assert table["usual"].iloc[-1] == pytest.approx(whole["usual_final"])


def test_a_county_at_its_usual_pace_is_projected_to_its_usual_share():
    """The same children every half-year; on the eve of the last one, 2024H1, nothing is known but that."""
    rows = [(20, "Alder", f"{year}-{month}-01", days, reason) for year in (2021, 2022, 2023) for month in ("02", "08")
            for days, reason in ((60, "adoption"), (200, "reunification"), (90, "transfer"), (700, "adoption"))]
    table = course(stays(*rows, (1, "Alder", "2021-01-01", 20, "transfer")), "2024-01-01")
    assert table.loc["Alder", "projected_50"] == pytest.approx(0.5, abs=0.03)
