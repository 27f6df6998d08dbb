"""Risk-adjusted ratios: against R (tests/golden/estimates) and by hand."""

import math

import numpy as np
import pytest
from test_estimates import close, golden

from cqi import estimates
from cqi.vocabulary import CqiError


# Expected counts

def test_expected_is_the_sum_over_bands_of_children_and_the_rate_of_their_band():
    close(estimates.expected_count([[20, 30, 50], [0, 0, 10]], [0.25, 0.35, 0.2]), [20 * 0.25 + 30 * 0.35 + 50 * 0.2, 10 * 0.2])


def test_rates_may_be_of_each_group_its_own():
    close(estimates.expected_count([[1, 2], [1, 2]], [[0.1, 0.2], [0.3, 0.4]]), [0.1 + 2 * 0.2, 0.3 + 2 * 0.4])


def test_a_rate_that_is_not_known_matters_only_where_somebody_is_in_the_band():
    close(estimates.expected_count([[20, 0], [20, 1]], [0.25, math.nan]), [5, math.nan])


def test_nobody_at_all_expects_nothing():
    close(estimates.expected_count([0, 0], [0.25, 0.35]), 0)


@pytest.mark.parametrize(("amounts", "rates"), [([-1, 2], [0.1, 0.1]), ([1, 2], [0.1, -0.1])])
def test_negative_amounts_and_rates_are_refused(amounts, rates):
    with pytest.raises(CqiError, match="expected_count: an amount or a rate is negative"):
        estimates.expected_count(amounts, rates)


# Observed / expected

def test_standardised_ratio_as_in_r():
    table = golden("standardised.csv")
    for level in np.unique(table["level"]):
        rows = table["level"] == level
        found = estimates.standardised_ratio(table["observed"][rows], table["expected"][rows], level=level)
        for values, name in zip(found, ("ratio", "lower", "upper")):
            close(values, table[name][rows])


def test_exact_below_ten_and_byar_from_ten():
    found = estimates.standardised_ratio([9, 10], [5, 5])
    exact, byar = estimates.poisson_interval([9, 10]), estimates.byar([9, 10])
    close(found.lower * 5, [exact[0][0], byar[0][1]])
    close(found.upper * 5, [exact[1][0], byar[1][1]])
    assert exact[1][1] != byar[1][1]


def test_none_observed_has_lower_limit_zero_and_an_upper_one():
    ratio, lower, upper = estimates.standardised_ratio(0, 2)
    assert (ratio, lower) == (0, 0)
    close(upper, -math.log(0.025) / 2)  # where none of two expected has a chance of 2.5%


def test_nothing_expected_or_not_known_is_missing():
    found = estimates.standardised_ratio([3, 0, math.nan, 3], [0, 0, 4, math.nan])
    assert np.isnan(found).all()


@pytest.mark.parametrize("ratio", [estimates.standardised_ratio, estimates.shrunken_ratio])
def test_negative_counts_are_refused(ratio):
    with pytest.raises(CqiError, match=f"{ratio.__name__}: a count is negative"):
        ratio([-1, 2], [3, 4])


# Pulled towards all groups together

def test_shrunken_ratio_as_in_r():
    table = golden("shrunken.csv")
    for case in np.unique(table["case"]):
        rows = table["case"] == case
        phi, level = table["phi"][rows][0], table["level"][rows][0]
        found = estimates.shrunken_ratio(table["observed"][rows], table["expected"][rows], phi=phi, level=level)
        for values, name in zip(found, ("ratio", "lower", "upper")):
            close(values, table[name][rows])


def test_shrunken_by_hand():
    # three counties of 40 expected: the spread between them is 8 / 80, so each counts as 10 expected and 10 seen more
    between = (20**2 / 40 + 20**2 / 40 - 2) / (120 - 3 * 40**2 / 120)
    found = estimates.shrunken_ratio([20, 40, 60], [40, 40, 40])
    close(found.ratio, [(1 / between + seen) / (1 / between + 40) for seen in (20, 40, 60)])
    assert np.all((found.lower < found.ratio) & (found.ratio < found.upper))


def test_few_are_pulled_more_than_many():
    found = estimates.shrunken_ratio([4, 400, 150, 260], [2, 200, 200, 200])
    overall = 814 / 602
    assert abs(found.ratio[0] - overall) < abs(found.ratio[1] - overall)
    assert found.upper[0] - found.lower[0] > found.upper[1] - found.lower[1]


def test_groups_alike_share_the_overall_ratio_with_its_interval_and_never_none():
    found = estimates.shrunken_ratio([11, 19, 30], [10, 20, 30])
    lower, upper = estimates.poisson_interval(60)
    close(found, [[1] * 3, [lower / 60] * 3, [upper / 60] * 3])


def test_nobody_seen_anywhere_is_zero_up_to_the_exact_limit():
    found = estimates.shrunken_ratio([0, 0], [10, 20])
    close(found, [[0, 0], [0, 0], [-math.log(0.025) / 30] * 2])


def test_a_group_of_which_nothing_is_expected_is_missing_and_says_nothing_of_the_others():
    with_it = estimates.shrunken_ratio([20, 3, 40, math.nan, 60], [40, 0, 40, 40, 40])
    without = estimates.shrunken_ratio([20, 40, 60], [40, 40, 40])
    assert np.isnan(np.array(with_it)[:, [1, 3]]).all()
    close(np.array(with_it)[:, [0, 2, 4]], without)


def test_nothing_expected_anywhere_is_refused():
    with pytest.raises(CqiError, match="nothing is expected"):
        estimates.shrunken_ratio([1, 0], [0, 0])
