"""Statistics on arrays, against R (tests/golden/estimates) and by hand."""

import csv
import math
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from cqi import estimates
from cqi.vocabulary import CqiError

GOLDEN = Path(__file__).parent / "golden" / "estimates"
COMMON_START = ["ties", "complete", "start_8", "small", "mgus2"]


def golden(name, folder=GOLDEN):
    """Columns of a golden file: floats where they can be, else text."""
    def column(values):
        try:
            return np.array([math.nan if value == "NA" else float(value) for value in values])
        except ValueError:
            return np.array(values)

    with open(folder / name, newline="") as file:
        rows = list(csv.reader(file))
    return {head: column(values) for head, *values in zip(*rows)}


def children(case):
    """First day at risk, last day, cause of the children of a case."""
    table = golden("children.csv")
    return tuple(table[name][table["case"] == case].astype(int) for name in ("entry", "days", "cause"))


def curve(case, cause):
    table = golden("incidence.csv")
    rows = (table["case"] == case) & (table["cause"] == cause)
    day = table["day"][rows].astype(int)
    return day, *(table[name][rows] for name in ("share", "standard_error", "lower", "upper"))


def incidence(case):
    entry, days, cause = children(case)
    counts = estimates.one_group(days, cause, causes=cause.max() + 1, start=entry[0], last=days.max())
    return estimates.aalen_johansen(*counts)


def close(found, expected):
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-12)


def as_in_r(result, case, causes):
    for k, cause in enumerate(causes):
        day, share, error, lower, upper = curve(case, cause)
        close(result.share[0, k, day], share)
        close(result.standard_error[0, k, day], error)
        inside = (share > 0) & (share < 1)
        for found, limit in zip(result.interval(), (lower, upper)):
            close(found[0, k, day][inside], limit[inside])
    day, share, *_ = curve(case, -1)
    close(result.in_care[0, day], share)


# ---- cumulative incidence ------------------------------------------------------------------------------------------

@pytest.mark.parametrize("case", COMMON_START)
def test_incidence_as_in_r(case):
    result = incidence(case)
    as_in_r(result, case, range(result.share.shape[1]))


@pytest.mark.parametrize("case", [*COMMON_START, "delayed", "emptied"])
def test_delayed_entry_as_in_r(case):
    entry, days, cause = children(case)
    result = estimates.aalen_johansen_delayed(entry, days, cause, causes=cause.max() + 1, last=days.max())
    as_in_r(result, case, range(cause.max() + 1))


def test_union_of_causes_as_in_r():
    _, days, cause = children("ties")
    exited, censored, entering = estimates.one_group(days, cause, causes=3, last=days.max())
    result = estimates.aalen_johansen(estimates.any_of(exited, (0, 1)), censored, entering)
    as_in_r(result, "ties two causes as one", [0, 2])


def test_four_children_by_hand():
    #  one leaves on day 0, one is last seen on day 1 when another leaves, one stays beyond day 2
    result = estimates.aalen_johansen(*estimates.one_group([0, 1, 1, 9], [0, -1, 1, -1], causes=2, last=2))
    close(result.at_risk, [[4, 3, 1]])
    close(result.known, [[4, 4, 3]])
    close(result.share[0], [[1 / 4, 1 / 4, 1 / 4], [0, 3 / 4 * 1 / 3, 3 / 4 * 1 / 3]])
    close(result.in_care, [[3 / 4, 3 / 4 * 2 / 3, 3 / 4 * 2 / 3]])
    close(result.standard_error[0, 0, 0], math.sqrt(1 / 4 * 3 / 4 / 4))


def test_standard_error_is_binomial_when_nobody_is_censored():
    _, days, cause = children("complete")
    result = incidence("complete")
    close(result.standard_error, np.sqrt(result.share * (1 - result.share) / len(days)))


def test_shares_and_in_care_make_one_in_every_group():
    random = np.random.default_rng(7)
    group, days = random.integers(0, 300, 9000), random.integers(0, 90, 9000)
    counts = estimates.tabulate(group, days, random.integers(-1, 5, 9000), groups=300, causes=5, last=60)
    result = estimates.aalen_johansen(*counts)
    assert np.abs(result.share.sum(axis=1) + result.in_care - 1).max() < 1e-12


def test_each_group_is_as_if_alone():
    random = np.random.default_rng(8)
    group, days, cause = random.integers(0, 130, 4000), random.integers(0, 50, 4000), random.integers(-1, 3, 4000)
    many = estimates.aalen_johansen(*estimates.tabulate(group, days, cause, groups=130, causes=3, start=2, last=40))
    for one in (0, 64, 129):
        own = group == one
        alone = estimates.aalen_johansen(*estimates.one_group(days[own], cause[own], causes=3, start=2, last=40))
        np.testing.assert_array_equal(many.share[one], alone.share[0])
        np.testing.assert_array_equal(many.standard_error[one], alone.standard_error[0])


def test_error_of_all_causes_together_is_that_of_in_care():
    _, days, cause = children("ties")
    exited, censored, entering = estimates.one_group(days, cause, causes=3, last=days.max())
    result = estimates.aalen_johansen(estimates.any_of(exited, (0, 1, 2)), censored, entering)
    leaving = exited.sum(axis=1)[0]
    greenwood = np.cumsum(leaving / (result.at_risk[0] * (result.at_risk[0] - leaving)))
    close(result.standard_error[0, 0], result.in_care[0] * np.sqrt(greenwood))


def test_everybody_gone_is_certain_about_these_children_and_not_about_the_next():
    size = np.arange(1, 60)
    group = np.repeat(size - 1, size)
    days = np.concatenate([np.arange(n) for n in size])
    counts = estimates.tabulate(group, days, group * 0, groups=59, causes=1, last=60)
    result = estimates.aalen_johansen(*counts)
    assert (result.standard_error[:, 0, -1] == 0).all()
    close(np.array(result.interval())[:, :, 0, -1], estimates.wilson(size, size))


def test_nobody_gone_for_a_cause_rests_on_the_children_known():
    # one has left for another cause, one was last seen on day 1: four are known to day 1, three to day 2
    result = estimates.aalen_johansen(*estimates.one_group([0, 1, 9, 9], [0, -1, -1, -1], causes=2, last=2))
    close(np.array(result.interval())[:, 0, 1], estimates.wilson([0, 0, 0], [4, 4, 3]))


def test_errors_only_of_the_causes_asked_for():
    _, days, cause = children("ties")
    counts = estimates.one_group(days, cause, causes=3, last=days.max())
    result, full = estimates.aalen_johansen(*counts, errors_of=(1,)), estimates.aalen_johansen(*counts)
    np.testing.assert_array_equal(result.standard_error[0, 1], full.standard_error[0, 1])
    assert np.isnan(result.standard_error[0, [0, 2]]).all()


def test_group_of_nobody_is_missing():
    result = estimates.aalen_johansen(*estimates.tabulate([1], [0], [0], groups=2, causes=1, last=1))
    assert np.isnan(result.share[0]).all() and np.isnan(result.in_care[0]).all()
    close(result.share[1], [[1, 1]])
    assert np.isnan(estimates.aalen_johansen(*estimates.one_group([], [], causes=2, last=3)).share).all()


def test_tabulate_draws_the_line_at_start_and_last():
    days = [7, 8, 9, 10, 11]
    exited, censored, entering = estimates.one_group(days, [0, 0, -1, 0, 0], causes=1, start=8, last=10)
    assert entering.tolist() == [4]
    assert exited[0, 0, 7:].tolist() == [0, 1, 0, 1] and censored[0, 7:].tolist() == [0, 0, 1, 0]


@pytest.mark.parametrize("group, days, cause", [([2], [1], [0]), ([0], [-1], [0]), ([0], [1], [3]), ([0], [1.5], [0])])
def test_tabulate_refuses_what_it_cannot_place(group, days, cause):
    with pytest.raises(CqiError, match="tabulate: a "):
        estimates.tabulate(group, days, cause, groups=2, causes=3, last=5)


def test_more_leaving_than_entered_is_refused():
    with pytest.raises(CqiError, match="more exits"):
        estimates.aalen_johansen([[[2, 0]]], [[0, 1]], [2])


def test_delayed_entry_counts_the_entry_day_and_refuses_exit_before_it():
    result = estimates.aalen_johansen_delayed([0, 3, 5], [9, 3, 6], [-1, 0, 0], causes=1, last=4)
    assert result.at_risk.tolist() == [[1, 1, 1, 2, 1]]
    close(result.share[0, 0], [0, 0, 0, 1 / 2, 1 / 2])
    with pytest.raises(CqiError, match="leaves before it enters"):
        estimates.aalen_johansen_delayed([4], [3], [0], causes=1, last=4)


@pytest.mark.parametrize("share", [0, 1])
def test_log_log_interval_at_an_edge_is_wilson_on_the_children_known(share):
    lower, upper = estimates.log_log_interval(share, 0, children=20)
    close((lower, upper), estimates.wilson(share * 20, 20))


# ---- intervals -----------------------------------------------------------------------------------------------------

def by_level(table, interval, *arguments):
    """Compare limits with the file's, level by level."""
    for level in np.unique(table["level"]):
        rows = table["level"] == level
        lower, upper = interval(*(table[name][rows] for name in arguments), level=level)
        yield rows, lower, upper


def test_wilson_as_in_r():
    table = golden("wilson.csv")
    for rows, lower, upper in by_level(table, estimates.wilson, "numerator", "denominator"):
        close(lower, table["lower"][rows])
        close(upper, table["upper"][rows])


def test_wilson_edges():
    lower, upper = estimates.wilson([0, 5, 0, math.nan], [5, 5, 0, 5])
    close([lower[0], upper[1]], [0, 1])
    assert np.isnan([*lower[2:], *upper[2:]]).all()
    size = np.arange(1, 3000)
    assert estimates.wilson(size * 0, size)[0].min() >= 0 and estimates.wilson(size, size)[1].max() <= 1
    with pytest.raises(CqiError, match="above its denominator"):
        estimates.wilson(6, 5)
    with pytest.raises(CqiError, match="95% as 0.95"):
        estimates.wilson(1, 5, level=95)


def test_poisson_interval_as_in_r():
    table = golden("poisson.csv")
    for rows, lower, upper in by_level(table, estimates.poisson_interval, "count"):
        close(lower, table["lower"][rows])
        close(upper, table["upper"][rows])


def test_byar_is_the_formula_never_below_zero_and_exact_at_zero():
    table = golden("poisson.csv")
    for rows, lower, upper in by_level(table, estimates.byar, "count"):
        zero = table["count"][rows] == 0
        close(lower, np.where(zero, 0, np.maximum(table["byar_lower"][rows], 0)))
        close(upper, np.where(zero, table["upper"][rows], table["byar_upper"][rows]))


def test_rate_interval_scales_the_count():
    lower, upper = estimates.rate_interval([12, 3], [3000, 0], per=1000)
    exact_lower, exact_upper = estimates.poisson_interval(12)
    close([lower[0], upper[0]], [exact_lower / 3, exact_upper / 3])
    assert np.isnan([lower[1], upper[1]]).all()


def test_negative_binomial_interval_as_in_r():
    table = golden("negative_binomial.csv")
    for rows, lower, upper in by_level(table, estimates.negative_binomial_interval, "mean", "variance"):
        np.testing.assert_array_equal(lower, table["lower"][rows])
        np.testing.assert_array_equal(upper, table["upper"][rows])


def test_negative_binomial_interval_edges():
    lower, upper = estimates.negative_binomial_interval([0, 0, math.nan], [0, 3, 1])
    assert lower[:2].tolist() == upper[:2].tolist() == [0, 0] and np.isnan([lower[2], upper[2]]).all()
    with pytest.raises(CqiError, match="negative"):
        estimates.negative_binomial_interval(-1, 1)


# ---- shrinkage -----------------------------------------------------------------------------------------------------

def test_shrinkage_by_hand():
    # three counties of 40 expected: spread sum (O - E)^2 / E = 10, two degrees of freedom, scale 120 - 40
    result = estimates.empirical_bayes_gamma([20, 40, 60], [40, 40, 40])
    between = (20**2 / 40 + 20**2 / 40 - 2) / (120 - 3 * 40**2 / 120)
    close(result.prior_variance, between)
    close(result.multiplier, [(1 / between + seen) / (1 / between + 40) for seen in (20, 40, 60)])
    close(result.variance, [(1 / between + seen) / (1 / between + 40) ** 2 for seen in (20, 40, 60)])


def test_shrinkage_keeps_the_overall_level_and_weighs_counties_by_size():
    result = estimates.empirical_bayes_gamma([8, 900, 0, 0], [2, 400, 100, 0], phi=1.6)
    overall = 908 / 502
    assert abs(result.multiplier[1] - 900 / 400) < abs(result.multiplier[0] - 8 / 2)
    close(result.multiplier[3], overall)
    close(result.variance[3], result.prior_variance)


def test_halving_what_is_expected_doubles_the_multipliers():
    expected = np.array([40, 35, 50])
    whole, half = (estimates.empirical_bayes_gamma([25, 40, 65], expected * part) for part in (1, 0.5))
    close(half.multiplier, whole.multiplier * 2)
    close(half.variance, whole.variance * 4)
    close(half.prior_variance, whole.prior_variance * 4)


def test_sibling_groups_count_as_fewer_exits():
    alone, together = (estimates.empirical_bayes_gamma([25, 40, 55], [40, 40, 40], phi=phi) for phi in (1, 2))
    assert together.prior_variance < alone.prior_variance
    close(together.prior_variance, (2 * 15**2 / 40 / 2 - 2) / (60 - 3 * 20**2 / 60))


def test_counties_no_more_different_than_chance_get_the_overall_ratio():
    result = estimates.empirical_bayes_gamma([11, 19, 30], [10, 20, 30])
    close(result.multiplier, [1, 1, 1])
    close(result.variance, [0, 0, 0])
    with pytest.raises(CqiError, match="nothing is expected"):
        estimates.empirical_bayes_gamma([0, 0], [0, 0])


def simulated_pairs(random, *, phi, tau2):
    """Exits in sibling groups of 1 and 2 (mean square over mean = phi) under a cohort's own gamma rate."""
    expected = np.repeat(np.exp(random.uniform(np.log(3), np.log(600), 58)), 24)
    rate = random.gamma(1 / tau2, tau2, expected.size)
    pairs_share = phi - 1  # of children who leave with a sibling
    twos = random.poisson(expected * rate * pairs_share / 2)
    return random.poisson(expected * rate * (1 - pairs_share)) + 2 * twos, expected


def test_dispersion_recovers_what_was_simulated():
    random = np.random.default_rng(20261122)
    found = np.array([estimates.dispersion(*simulated_pairs(random, phi=1.6, tau2=0.0064))[:2] for _ in range(300)])
    assert abs(found[:, 0].mean() - 1.6) < 0.03
    assert abs(found[:, 1].mean() - 0.0064) < 0.0003
    assert found[:, 0].std() < 0.15 and found[:, 1].std() < 0.0015


def test_dispersion_keeps_its_bounds():
    expected = np.array([4.0, 9, 50, 200, 0.4])
    assert estimates.dispersion(expected, expected) == (1, 0, 4)
    assert estimates.dispersion(expected + np.sqrt(3 * expected), expected) == pytest.approx((3, 0, 4))
    assert estimates.dispersion([9.0], [4.0]) == pytest.approx((25 / 4, 0, 1))
    assert estimates.dispersion([], []) == (1, 0, 0)


def test_dispersion_fits_phi_alone_where_tau2_would_be_negative():
    expected, times = np.array([4.0, 9, 50, 200]), np.array([6, 6, 3, 1])
    phi, tau2, _ = estimates.dispersion(expected + np.sqrt(times * expected), expected)
    assert (phi, tau2) == (pytest.approx((6 + 6 + 3 + 1) / 4), 0)


def test_dispersion_weighs_by_its_own_variance():
    observed, expected = simulated_pairs(np.random.default_rng(4), phi=1.6, tau2=0.05)
    phi, tau2, _ = estimates.dispersion(observed, expected)
    variance = phi * expected + tau2 * expected**2
    relative = (observed - expected) ** 2 / variance - 1
    assert abs(np.mean(relative * expected / variance)) < 1e-4
    assert abs(np.mean(relative * expected**2 / variance)) < 1e-2


def test_dispersion_solves_for_both_when_the_squares_lie_on_the_line():
    expected = np.array([4.0, 9, 50, 200])
    observed = expected + np.sqrt(1.6 * expected + 0.0064 * expected**2)
    assert estimates.dispersion(observed, expected) == pytest.approx((1.6, 0.0064, 4))


# ---- the golden files and the import -------------------------------------------------------------------------------

@pytest.mark.r
@pytest.mark.skipif(not shutil.which("Rscript"), reason="R is not installed")
def test_golden_files_come_out_of_r_again(tmp_path):
    has_survival = subprocess.run(["Rscript", "-e", "library(survival)"], capture_output=True)
    if has_survival.returncode:
        pytest.skip("R has no survival package")
    subprocess.run(["Rscript", str(GOLDEN / "make.R"), str(tmp_path)], check=True, capture_output=True)
    names = sorted(path.name for path in GOLDEN.glob("*.csv"))
    assert names == sorted(path.name for path in tmp_path.glob("*.csv"))
    for name in names:
        fresh, committed = golden(name, tmp_path), golden(name)
        assert list(fresh) == list(committed)
        for head in fresh:
            if fresh[head].dtype.kind == "f":
                np.testing.assert_allclose(fresh[head], committed[head], rtol=1e-11, atol=1e-13)
            else:
                np.testing.assert_array_equal(fresh[head], committed[head])


def test_importing_estimates_does_not_load_scipy():
    code = "import sys, cqi.estimates; sys.exit('scipy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
