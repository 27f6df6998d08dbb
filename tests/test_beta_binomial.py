"""Shares pulled together: against R (tests/golden/estimates), by hand and by simulation."""

import math
import warnings

import numpy as np
import pytest
from test_estimates import close, golden

from cqi import estimates
from cqi.vocabulary import CqiError


@pytest.mark.parametrize("case", ["spread", "spread 80%", "chance", "all or none", "alike"])
def test_shares_as_in_r(case):
    table = golden("beta_binomial.csv")
    rows = {name: values[table["case"] == case] for name, values in table.items()}
    found = estimates.empirical_bayes_beta(rows["numerator"], rows["denominator"], level=rows["level"][0])
    for name in ("share", "lower", "upper"):
        close(getattr(found, name), rows[name])
    close([found.alpha, found.beta], [rows["alpha"][0], rows["beta"][0]])


def test_shares_by_hand():
    # three counties of 10: p = 1/2, S / p(1-p) = 10 (0.09 + 0 + 0.09) / 0.25 = 7.2; correlation (7.2 - 2) / (30 - 10 - 2) = 5.2 / 18
    found = estimates.empirical_bayes_beta([2, 5, 8], [10, 10, 10])
    size = 18 / 5.2 - 1
    close([found.alpha, found.beta], [size / 2, size / 2])
    close(found.share, [(2 + size / 2) / (10 + size), 1 / 2, (8 + size / 2) / (10 + size)])
    assert np.all((found.lower < found.share) & (found.share < found.upper))


def test_few_children_are_pulled_more_than_many():
    found = estimates.empirical_bayes_beta([6, 600, 100, 290], [10, 1000, 500, 900])
    overall = 996 / 2410
    assert abs(found.share[0] - overall) < abs(found.share[1] - overall)
    assert found.upper[0] - found.lower[0] > found.upper[1] - found.lower[1]


@pytest.mark.parametrize(("numerator", "denominator"), [
    ([4, 10, 20], [8, 20, 40]), ([7], [20]), ([0, 0], [8, 20]), ([8, 20], [8, 20]), ([1, 0, 1], [1, 1, 1])])
def test_counties_alike_share_the_overall_share_and_its_interval(numerator, denominator):
    """All equal, one county, none or all of the children, counties of one child."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = estimates.empirical_bayes_beta(numerator, denominator)
    lower, upper = estimates.wilson(sum(numerator), sum(denominator))
    close(found.share, [sum(numerator) / sum(denominator)] * len(numerator))
    close([found.lower, found.upper], [[lower] * len(numerator), [upper] * len(numerator)])
    assert found.alpha == found.beta == math.inf and upper > lower


def test_the_prior_is_worth_one_child_at_least():
    found = estimates.empirical_bayes_beta([0, 10, 0, 10], [10, 10, 10, 10])
    close([found.alpha, found.beta], [0.5, 0.5])
    close(found.share, [0.5 / 11, 10.5 / 11, 0.5 / 11, 10.5 / 11])


def test_a_county_without_children_is_missing_and_says_nothing_of_the_others():
    found = estimates.empirical_bayes_beta([2, 0, 5, math.nan, 8, 4], [10, 0, 10, 10, 10, math.nan])
    without = estimates.empirical_bayes_beta([2, 5, 8], [10, 10, 10])
    assert np.isnan(np.array(found[:3])[:, [1, 3, 5]]).all()
    np.testing.assert_array_equal(np.array(found[:3])[:, [0, 2, 4]], np.array(without[:3]))
    assert (found.alpha, found.beta) == (without.alpha, without.beta)


def test_the_spread_that_was_simulated_is_found_and_the_intervals_hold_the_truth():
    random = np.random.default_rng(20261122)
    sizes = np.exp(random.uniform(np.log(10), np.log(600), 58)).astype(int)
    correlations, held = [], []
    for _ in range(300):
        truth = random.beta(6, 14, 58)
        found = estimates.empirical_bayes_beta(random.binomial(sizes, truth), sizes)
        correlations.append(1 / (found.alpha + found.beta + 1))
        held.append((found.lower <= truth) & (truth <= found.upper))
    assert abs(np.mean(correlations) / (1 / 21) - 1) < 0.04
    assert 0.93 < np.mean(held) < 0.96


def test_impossible_numbers_are_refused():
    for numbers in (([3], [2]), ([-1], [2]), ([1], [0])):
        with pytest.raises(CqiError, match="a numerator is negative or above"):
            estimates.empirical_bayes_beta(*numbers)
    with pytest.raises(CqiError, match="no county has a child"):
        estimates.empirical_bayes_beta([0, math.nan], [0, 10])
    with pytest.raises(CqiError, match="write 95% as 0.95"):
        estimates.empirical_bayes_beta([2, 8], [10, 10], level=95)
