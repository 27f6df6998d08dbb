"""Sums that signal a change: against R (tests/golden/estimates) and by hand."""

import math

import numpy as np
import pytest
from test_estimates import close, golden

from cqi import estimates
from cqi.vocabulary import CqiError

NAN = math.nan


def looks():
    return {name: values.reshape(6, 40) for name, values in golden("poisson_cusum.csv").items()}


def test_poisson_sums_as_in_r():
    table = looks()
    found = estimates.poisson_cusum(table["observed"], table["expected"])
    close(found.fewer, table["fewer"])
    close(found.more, table["more"])
    close(estimates.poisson_cusum(table["observed"], table["expected"], ratio=0.5).fewer, table["fewer_half"])
    assert found.fewer.max() > 3 and found.more.max() > 3 and (found.fewer == 0).any()


def test_poisson_sums_by_hand():
    # a quarter fewer: a quarter for each child expected, log(4/3) off for each that left; never below 0
    log = math.log(4 / 3)
    found = estimates.poisson_cusum([0, 1, 5, 0], [2, 2, 2, 4])
    close(found.fewer, [0.5, 1 - log, 0, 1])
    close(found.more, [0, 0, 5 * log - 2 / 3, 0])  # a third more: log(4/3) for each that left, a third off for each expected


def test_each_county_is_as_if_alone():
    table = looks()
    together = estimates.poisson_cusum(table["observed"], table["expected"])
    alone = estimates.poisson_cusum(table["observed"][3], table["expected"][3])
    np.testing.assert_array_equal(together.fewer[3], alone.fewer)
    np.testing.assert_array_equal(together.more[3], alone.more)


def test_a_missing_look_leaves_the_later_ones_missing():
    found = estimates.poisson_cusum([0, NAN, 1], [2, 2, 2])
    assert np.isnan(found.fewer).tolist() == [False, True, True]


@pytest.mark.parametrize("ratio", [0, 1, 1.3])
def test_the_ratio_is_a_fall(ratio):
    with pytest.raises(CqiError, match="a quarter fewer is 0.75"):
        estimates.poisson_cusum([1], [1], ratio=ratio)


def test_negative_counts_are_refused():
    with pytest.raises(CqiError, match="poisson_cusum: a number is negative"):
        estimates.poisson_cusum([1, -1], [1, 1])


@pytest.mark.parametrize("odds_ratio", [0.5, 2, 3.5])
def test_risk_adjusted_sums_as_in_r(odds_ratio):
    table = golden("bernoulli_cusum.csv")
    rows = table["odds_ratio"] == odds_ratio
    probability, outcome = table["probability"][rows], table["outcome"][rows] == 1
    having, without = estimates.bernoulli_weights(probability, odds_ratio=odds_ratio)
    close(np.where(outcome, having, without), table["weight"][rows])
    close(estimates.bernoulli_cusum(outcome, probability, odds_ratio=odds_ratio), table["sum"][rows])


def test_risk_adjusted_weights_by_hand():
    # twice the odds at an even chance: two to one, so 4/3 as likely with the outcome and 2/3 without
    having, without = estimates.bernoulli_weights([0.5, 0, 1], odds_ratio=2)
    close(having, [math.log(4 / 3), math.log(2), 0])
    close(without, [math.log(2 / 3), 0, -math.log(2)])


def test_counties_of_different_size_stand_side_by_side():
    found = estimates.bernoulli_cusum([[1, 1, 0], [1, 0, 0]], [[0.5, 0.5, 0.5], [0.5, NAN, NAN]], odds_ratio=2)
    close(found[0], [math.log(4 / 3), 2 * math.log(4 / 3), 2 * math.log(4 / 3) + math.log(2 / 3)])
    assert np.isnan(found[1]).tolist() == [False, True, True]


@pytest.mark.parametrize(("probability", "odds_ratio"), [([40], 2), ([-0.1], 2), ([0.4], 0)])
def test_impossible_risks_are_refused(probability, odds_ratio):
    with pytest.raises(CqiError, match="write 40% as 0.4"):
        estimates.bernoulli_weights(probability, odds_ratio=odds_ratio)


def test_one_sample_log_rank_as_in_r():
    table = golden("log_rank.csv")
    z = estimates.one_sample_log_rank(table["observed"], table["expected"])
    close(z**2, table["chisq"])
    assert np.all(np.sign(z) == np.sign(table["expected"] - table["observed"]))


def test_one_sample_log_rank_by_hand():
    # 30 of 50 expected: 20 / sqrt(1.6 * 50 + (0.01 + 0.03) * 2500)
    close(estimates.one_sample_log_rank(30, 50, phi=1.6, tau2=0.01, variance=[0.03, 0]), [20 / math.sqrt(180), 20 / math.sqrt(105)])


def test_nothing_expected_is_missing():
    assert np.isnan(estimates.one_sample_log_rank([0, 3, NAN], [0, 0, 5])).all()
    with pytest.raises(CqiError, match="one_sample_log_rank: a number is negative"):
        estimates.one_sample_log_rank(1, -1)
