"""Goal attainment scaling: against R (tests/golden/estimates) and by hand."""

import math

import numpy as np
import pytest
from test_estimates import close, golden

from cqi import estimates
from cqi.vocabulary import CqiError

NAN = math.nan


def test_scores_as_in_r():
    table = golden("goal_attainment.csv")
    for person in np.unique(table["person"]):
        rows = table["person"] == person
        levels, weights, correlation = (table[name][rows] for name in ("level", "weight", "correlation"))
        close(estimates.goal_attainment_score(levels, weights=weights, correlation=correlation[0]), table["score"][rows][0])


def test_one_goal_moves_by_ten_a_level():
    close(estimates.goal_attainment_score([[-2], [-1], [0], [1], [2]]), [30, 40, 50, 60, 70])


@pytest.mark.parametrize(("goals", "step"), [(2, 6.20), (3, 4.56), (4, 3.63), (5, 3.02)])
def test_one_level_of_one_of_several_equal_goals(goals, step):
    """10 / sqrt(0.7 n + 0.3 n^2) to two digits."""
    levels = [1] + [0] * (goals - 1)
    assert round(float(estimates.goal_attainment_score(levels)) - 50, 2) == step


def test_weights_by_hand():
    # weights 3 and 1, levels 1 and -1: 10 (3 - 1) / sqrt(0.7 (9 + 1) + 0.3 * 16)
    close(estimates.goal_attainment_score([1, -1], weights=[3, 1]), 50 + 20 / math.sqrt(11.8))
    close(estimates.goal_attainment_score([1, -1], weights=[30, 10]), 50 + 20 / math.sqrt(11.8))


def test_persons_have_as_many_goals_as_they_have():
    close(estimates.goal_attainment_score([[1, NAN], [1, 0], [NAN, NAN]]), [60, 50 + 10 / math.sqrt(2.6), NAN])
    close(estimates.goal_attainment_score([1, NAN], weights=[2, NAN]), 60)


@pytest.mark.parametrize("level", [3, -3, 0.5])
def test_levels_are_the_five(level):
    with pytest.raises(CqiError, match="a level is not one of -2, -1, 0, 1, 2"):
        estimates.goal_attainment_score([0, level])


@pytest.mark.parametrize("weight", [0, -1, NAN])
def test_weights_are_above_zero(weight):
    with pytest.raises(CqiError, match="a weight is not above 0"):
        estimates.goal_attainment_score([0, 1], weights=[1, weight])


@pytest.mark.parametrize("correlation", [-0.1, 30])
def test_the_correlation_is_a_share(correlation):
    with pytest.raises(CqiError, match="between 0 and 1"):
        estimates.goal_attainment_score([0, 1], correlation=correlation)
