"""Goal attainment in aggregate and readiness to step back: by hand, against publications and R, and without any person."""

import math
import shutil
import subprocess

import numpy as np
import pandas as pd
import pytest

from cqi.estimates import goal_attainment_score
from cqi.goals.attainment import ATTAINED, attainment, mean_interval
from cqi.goals.readiness import ASKED, readiness, ready
from cqi.vocabulary import WHOLE, CqiError

NAN = math.nan


def goals(*rows):
    """Rows person, group, kind, importance, difficulty, baseline, achieved."""
    names = ("person", "group", "kind", "importance", "difficulty", "baseline", "achieved")
    return pd.DataFrame(rows, columns=list(names)).assign(goal="a goal")


def one(*rows, **options):
    return attainment(goals(*rows), **options).set_index("group").loc[WHOLE]


# ---- published figures --------------------------------------------------------------------------------------------------------

def test_the_worked_example_of_the_r_package_gasr():
    """calc_tscore(c(-2, 0, -1, 2, 0, 1), c(3, 5, 1, 4, 2, 6)) of github.com/taylordunn/gasr: 50 + 10 * 7 / sqrt(0.7 * 91 + 0.3 * 21^2) = 50 + 70/14."""
    assert goal_attainment_score([-2, 0, -1, 2, 0, 1], weights=[3, 5, 1, 4, 2, 6]) == pytest.approx(55, abs=1e-12)


def test_the_formula_of_the_erratum_and_not_the_one_first_printed():
    """Turner-Stokes, Clinical Rehabilitation 23 (2009) 362, erratum: both sums stand below the root, the squared sum of weights times 0.3."""
    weights, levels = np.array([9.0, 4.0, 1.0]), np.array([1.0, 0.0, -1.0])
    right = 50 + 10 * (weights * levels).sum() / math.sqrt(0.7 * (weights**2).sum() + 0.3 * weights.sum() ** 2)
    assert goal_attainment_score(levels, weights=weights) == pytest.approx(right, abs=1e-12)
    assert goal_attainment_score(levels, weights=weights) == pytest.approx(50 + 80 / math.sqrt(0.7 * 98 + 0.3 * 196), abs=1e-12)


def test_one_goal_that_is_reached_from_one_below_moves_the_score_from_40_to_50():
    row = one(("A", "x", "improve", 1, 1, -1, 0))
    assert (row["before"], row["after"], row["change"], row["reached"]) == (40, 50, 10, 1)


# ---- by hand ------------------------------------------------------------------------------------------------------------------

def test_weight_is_importance_times_difficulty_and_a_weight_of_none_leaves_the_goal_out():
    row = one(("A", "x", "improve", 3, 1, -1, 1), ("A", "x", "improve", 1, 1, -1, -1), ("A", "x", "improve", 0, 3, -2, 2))
    step = 10 / math.sqrt(0.7 * (9 + 1) + 0.3 * 16)
    assert row["before"] == pytest.approx(50 - 4 * step) and row["after"] == pytest.approx(50 + 2 * step) and row["goals"] == 2


def test_before_and_after_are_of_the_same_goals_and_of_people_with_any():
    row = one(("A", "x", "improve", 1, 1, -1, 0), ("A", "x", "improve", 1, 1, -2, NAN), ("B", "x", "improve", 1, 1, -2, NAN))
    assert (row["before"], row["after"], row["people"], row["not_scored"], row["goals"], row["goals_missing"]) == (40, 50, 1, 1, 1, 2)


def test_the_cautious_change_takes_what_is_not_known_as_unchanged():
    row = one(("A", "x", "improve", 1, 1, -1, 1), ("B", "x", "improve", 1, 1, -1, NAN))
    assert (row["change"], row["cautious"]) == (20, 10)


@pytest.mark.parametrize(("achieved", "held"), [(-1, 0), (0, 1), (1, 1)])
def test_a_goal_to_maintain_is_held_at_its_level_and_does_not_dilute_the_change(achieved, held):
    row = one(("A", "x", "maintain", 1, 1, 0, achieved), ("A", "x", "improve", 1, 1, -1, 1))
    assert (row["maintain_goals"], row["held"], row["change"], row["improve_goals"], row["reached"]) == (1, held, 20, 1, 1)


def test_staying_the_same_counts_as_50():
    row = one(("A", "x", "maintain", 1, 1, 0, 0))
    assert (row["before"], row["after"]) == (50, 50) and math.isnan(row["change"])


def test_groups_in_order_and_all_of_them_last():
    table = attainment(goals(("A", "y", "improve", 1, 1, -1, 0), ("B", "x", "improve", 1, 1, -2, 0), ("C", "x", "improve", 1, 1, -1, 1)))
    assert table["group"].tolist() == ["x", "y", WHOLE] and table["change"].tolist() == [20, 10, pytest.approx(50 / 3)] and list(table.columns) == list(ATTAINED)
    assert "person" not in table.columns and not {"A", "B", "C"} & set(table.astype(str).to_numpy().ravel())


def test_a_group_of_which_nothing_is_known():
    row = one(("A", "x", "improve", 1, 1, -1, NAN))
    assert (row["people"], row["not_scored"], row["goals"], row["cautious"]) == (0, 1, 0, 0) and row[["before", "after", "change", "lower"]].isna().all()


@pytest.mark.r
def test_the_interval_is_students_as_in_r():
    if not shutil.which("Rscript"):
        pytest.skip("R is not there")
    values = [3.1, -2.4, 10, 12.25, 0, 7.5]
    words = f"cat(t.test(c({', '.join(map(str, values))}))$conf.int, sep=' ')"
    told = subprocess.run(["Rscript", "-e", words], capture_output=True, text=True, check=True, timeout=120).stdout
    assert mean_interval(pd.Series(values)) == pytest.approx(tuple(map(float, told.split())), abs=1e-3)


@pytest.mark.parametrize(("people", "there"), [(1, False), (2, True)])
def test_an_interval_needs_two_people(people, there):
    assert math.isnan(mean_interval(pd.Series(np.arange(people) * 1.0))[0]) is not there


# ---- privacy ------------------------------------------------------------------------------------------------------------------

def many(**sizes):
    """Groups of so many people, each with a goal of each kind; every third does not reach it."""
    rows = [(f"{group}{number}", group, kind, 1, 1, -1 if kind == "improve" else 0, 0 if number % 3 else -1) for group, size in sizes.items()
            for number in range(size) for kind in ("improve", "maintain")]
    return goals(*rows)


@pytest.mark.parametrize(("small", "hidden"), [(9, {"a", "b"}), (10, set()), (11, set())])
def test_a_small_group_is_hidden_with_the_next_smallest(small, hidden):
    table = attainment(many(a=small, b=20, c=30), threshold=10).set_index("group")
    assert set(table.index[table["status"] == "suppressed"]) == hidden
    assert table.loc[list(hidden), ["people", "before", "change"]].isna().all(axis=None)


def test_two_small_groups_that_are_together_enough_need_no_third():
    table = attainment(many(a=6, b=6, c=30), threshold=10).set_index("group")
    assert set(table.index[table["status"] == "suppressed"]) == {"a", "b"} and table.loc["c", "people"] == 30


def test_if_all_are_few_nothing_is_told():
    table = attainment(many(a=3, b=4), threshold=10)
    assert set(table["status"]) == {"suppressed"} and table.drop(columns=["group", "status"]).isna().all(axis=None)


def test_counts_of_goals_stand_in_the_last_row_only_and_not_if_they_are_few():
    table = attainment(many(a=20, b=40), threshold=10).set_index("group")
    assert table.loc[["a", "b"], ["goals", "held", "reached"]].isna().all(axis=None) and table.loc[WHOLE, "held"] == 39
    few = many(a=12, b=12).assign(achieved=lambda rows: rows["achieved"].where(rows["kind"] == "improve", 0))
    few.loc[few.index[1], "achieved"] = -1
    assert math.isnan(attainment(few, threshold=10).set_index("group").loc[WHOLE, "held"])


# ---- what cannot be -----------------------------------------------------------------------------------------------------------

RIGHT = ("CQI-7", "x", "improve", 1, 1, -1, 0)


@pytest.mark.parametrize(("place", "value", "said"), [
    (2, "hope", "'kind'"), (3, 4, "'importance'"), (4, -1, "'difficulty'"), (5, -3, "'baseline'"), (6, 0.5, "'achieved'"), (5, 0, "-1 or -2 for a goal to improve"),
])
def test_what_cannot_be_is_said_without_the_person(place, value, said):
    row = list(RIGHT)
    row[place] = value
    with pytest.raises(CqiError, match=said) as raised:
        attainment(goals(tuple(row)))
    assert "CQI-7" not in str(raised.value)


def test_a_goal_to_maintain_begins_where_it_is():
    with pytest.raises(CqiError, match="0 for a goal to maintain"):
        attainment(goals(("A", "x", "maintain", 1, 1, -1, 0)))
    with pytest.raises(CqiError, match="one for each person"):
        attainment(goals(RIGHT, ("CQI-7", "y", "improve", 1, 1, -1, 0)))
    with pytest.raises(CqiError, match="no column 'kind'"):
        attainment(goals(RIGHT).drop(columns="kind"))


# ---- stepping back ------------------------------------------------------------------------------------------------------------

YES = dict.fromkeys(ASKED, True)


def test_a_plan_is_ready_when_all_is_and_what_nobody_asked_is_not():
    assert ready(YES) == (True, ())
    assert ready(YES | {"way_back": False}) == (False, (ASKED["way_back"],))
    for wrong in ({}, YES | {"more": True}, YES | {"way_back": None}):
        with pytest.raises(CqiError, match="answer each of"):
            ready(wrong)


def test_how_many_plans_of_a_group_are_ready():
    plans = pd.DataFrame([YES] * 3 + [YES | {"way_back": False}])
    found = readiness(plans)
    assert found.plans == 4 and found.all_ready == 3 and found.rows.set_index("asked")["ready"].to_dict() == dict.fromkeys(ASKED, 4) | {"way_back": 3}


@pytest.mark.parametrize(("plans", "without", "told"), [(9, 0, False), (10, 0, True), (30, 9, False), (30, 10, True), (30, 21, False)])
def test_few_plans_or_few_others_are_not_told(plans, without, told):
    found = readiness(pd.DataFrame([YES | {"way_back": False}] * without + [YES] * (plans - without)), threshold=10)
    assert math.isnan(found.all_ready) is not told
