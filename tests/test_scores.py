"""Scores of projections: against R (tests/golden/estimates), closed forms, and by hand."""

import math

import numpy as np
import pytest
from scipy.stats import norm
from test_estimates import close, golden

from cqi import estimates
from cqi.vocabulary import CqiError

NAN = math.nan


def test_samples_and_quantiles_as_in_r():
    table = golden("crps.csv")
    by_case = {name: values.reshape(-1, 8) for name, values in table.items()}
    close(estimates.crps_of_samples(by_case["value"], by_case["observed"][:, 0]), by_case["crps"][:, 0])
    close(estimates.crps_of_quantiles(by_case["quantile"][:, :5], by_case["observed"][:, 0]), by_case["crps_quantiles"][:, 0])


def test_two_samples_by_hand():
    # mean distance of 1 and 5 from 2 is 2; the four pairs are 0, 4, 4, 0 apart: 2 - 2 / 2
    close(estimates.crps_of_samples([5, 1], 2), 1)


def test_one_sample_is_the_absolute_error():
    close(estimates.crps_of_samples([[7.0], [7.0]], [4, 9]), [3, 2])


def test_many_samples_and_many_quantiles_of_a_normal_forecast_are_its_score():
    table = golden("crps_normal.csv")
    levels = (np.arange(4000) + 0.5) / 4000
    points = table["mean"][:, None] + table["sd"][:, None] * norm.ppf(levels)
    np.testing.assert_allclose(estimates.crps_of_samples(points, table["observed"]), table["crps"], rtol=1e-4)
    np.testing.assert_allclose(estimates.crps_of_quantiles(points, table["observed"], levels=tuple(levels)), table["crps"], rtol=1e-3)


def test_five_quantiles_by_hand():
    # at 10: pinball losses 0.025 * 8, 0.1 * 6, 0.5 * 2, and (1 - 0.9) * 1, (1 - 0.975) * 4
    losses = np.array([0.025 * 8, 0.1 * 6, 0.5 * 2, 0.1 * 1, 0.025 * 4])
    close(estimates.crps_of_quantiles([[2, 4, 8, 11, 14]], [10]), [2 * losses @ [0.0625, 0.2375, 0.4, 0.2375, 0.0625]])


def test_five_quantiles_of_a_true_normal_forecast_score_a_ninth_low():
    # the mean pinball loss of a true quantile is the density there; the full score's mean is 1 / sqrt(pi)
    quantiles = norm.ppf(estimates.scores.LEVELS)
    observed = norm.ppf((np.arange(20000) + 0.5) / 20000)
    mean = estimates.crps_of_quantiles(np.tile(quantiles, (20000, 1)), observed).mean()
    np.testing.assert_allclose(mean, 2 * norm.pdf(quantiles) @ [0.0625, 0.2375, 0.4, 0.2375, 0.0625], rtol=1e-3)
    assert 0.88 < mean * math.sqrt(math.pi) < 0.90


@pytest.mark.parametrize("change", [(1.15, 0), (0.85, 0), (1, 0.2), (1, -0.2)])
def test_the_true_quantiles_score_best(change):
    quantiles = norm.ppf(estimates.scores.LEVELS)
    observed = norm.ppf((np.arange(2000) + 0.5) / 2000)
    true, other = (estimates.crps_of_quantiles(np.tile(q, (2000, 1)), observed).mean()
                   for q in (quantiles, quantiles * change[0] + change[1]))
    assert true < other


def test_a_missing_number_is_a_missing_score():
    assert np.isnan(estimates.crps_of_samples([[1, NAN], [1, 2]], [1, NAN])).all()
    assert np.isnan(estimates.crps_of_quantiles([[1, 2, NAN, 4, 5], [1, 2, 3, 4, 5]], [1, NAN])).all()


def test_quantiles_out_of_order_are_refused():
    with pytest.raises(CqiError, match="quantiles fall"):
        estimates.crps_of_quantiles([[1, 2, 5, 4, 6]], [3])
    for levels in ((0.1, 0.5, 0.5), (0, 0.5, 0.9), (0.1, 0.9)):
        with pytest.raises(CqiError, match="levels rise"):
            estimates.crps_of_quantiles([[1, 2, 3]], [2], levels=levels)


def test_coverage_counts_the_ends_and_leaves_the_missing_out():
    found = estimates.coverage([2, 2, 2, 2, NAN, 2], [4, 4, 4, 4, 4, 4], [1.9, 2, 4, 4.1, 3, NAN])
    assert (found.inside, found.of, found.share) == (2, 4, 0.5)
    close([found.lower, found.upper], estimates.wilson(2, 4))


def test_coverage_of_nothing_is_missing():
    found = estimates.coverage([NAN], [1], [1])
    assert found.of == 0 and np.isnan(found[:3]).all()


def test_bias_is_forecast_less_truth():
    found = estimates.bias([12, 9, 15, NAN], [10, 10, 10, 10])
    close([found.mean, found.standard_error], [2, 3 / math.sqrt(3)])  # errors of 2, -1 and 5: standard deviation 3
    assert found.of == 3
    assert math.isnan(estimates.bias([1], [0]).standard_error) and math.isnan(estimates.bias([NAN], [0]).mean)
