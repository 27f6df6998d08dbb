"""Two groups compared: against R (tests/golden/estimates), published examples, and by hand."""

import math

import numpy as np
import pytest
from test_estimates import close, golden

from cqi import estimates
from cqi.vocabulary import CqiError

KNOWN = ("first", "first_of", "other", "other_of")
FUNCTIONS = ("rate_ratio", "rate_difference", "proportion_ratio", "proportion_difference")


def compare(what, *amounts, level=0.95):
    per = {"per": 1000} if what == "rate_difference" else {}
    return estimates.Comparison(*getattr(estimates, what)(*amounts, level=level, **per))


@pytest.mark.parametrize("what", FUNCTIONS)
def test_as_in_r(what):
    table = golden("comparing.csv")
    for level in np.unique(table["level"]):
        rows = (table["what"] == what) & (table["level"] == level)
        assert rows.sum() >= 4
        found = compare(what, *(table[name][rows] for name in KNOWN), level=level)
        for values, name in zip(found, ("value", "lower", "upper")):
            close(values, table[name][rows])


# Published examples

@pytest.mark.parametrize(("children", "lower", "upper"), [
    ((56, 70, 48, 80), 0.0524, 0.3339), ((9, 10, 3, 10), 0.1705, 0.8090), ((6, 7, 2, 7), 0.0582, 0.8062),
    ((5, 56, 0, 29), -0.0381, 0.1926), ((0, 10, 0, 20), -0.1611, 0.2775), ((0, 10, 0, 10), -0.2775, 0.2775),
    ((10, 10, 0, 20), 0.6791, 1), ((10, 10, 0, 10), 0.6075, 1),
])
def test_difference_of_proportions_as_newcombe_published_it(children, lower, upper):
    found = estimates.proportion_difference(*children)
    assert (round(float(found.lower), 4), round(float(found.upper), 4)) == (lower, upper)


@pytest.mark.parametrize(("children", "lower", "upper", "digits"), [
    ((36, 40, 16, 80), 2.94, 7.15, 2),  # Koopman 1984
    ((7, 34, 1, 34), 1.220853, 42.575718, 6),  # riskscoreci of R's PropCIs
])
def test_ratio_of_proportions_as_published(children, lower, upper, digits):
    found = estimates.proportion_ratio(*children)
    assert (round(float(found.lower), digits), round(float(found.upper), digits)) == (lower, upper)


# Few and many

@pytest.mark.parametrize("few", [(9, 100), (100, 9)])
def test_a_rate_ratio_is_exact_when_either_count_is_below_ten(few):
    # the chance of as many or more of the first among all is the tail at the lower limit, by Clopper and Pearson
    a, b = few
    found = estimates.rate_ratio(a, 50, b, 40)
    share = found.lower * 50 / (found.lower * 50 + 40)
    as_many = sum(math.comb(a + b, k) * share**k * (1 - share) ** (a + b - k) for k in range(a, a + b + 1))
    close(as_many, 0.025)


def test_a_rate_ratio_of_ten_and_ten_is_log_normal():
    found = estimates.rate_ratio(10, 50, 10, 40)
    spread = math.exp(1.959963984540054 * math.sqrt(1 / 10 + 1 / 10))
    close(found, [0.8, 0.8 / spread, 0.8 * spread])


@pytest.mark.parametrize("children", [(9, 50, 20, 60), (41, 50, 20, 60), (20, 50, 9, 60), (20, 50, 51, 60)])
def test_a_ratio_of_proportions_is_by_score_when_any_of_the_four_numbers_is_below_ten(children):
    x, n, y, m = children
    katz = x / n / (y / m) * math.exp(1.959963984540054 * math.sqrt(1 / x - 1 / n + 1 / y - 1 / m))
    assert abs(estimates.proportion_ratio(*children).upper / katz - 1) > 1e-4


def test_a_ratio_of_proportions_with_all_numbers_ten_or_more_is_by_katz():
    katz = 10 / 20 / (10 / 20) * math.exp(1.959963984540054 * math.sqrt(1 / 10 - 1 / 20 + 1 / 10 - 1 / 20))
    close(estimates.proportion_ratio(10, 20, 10, 20).upper, katz)


# Zeros: an open end, never a number made up

@pytest.mark.parametrize("what", ["rate_ratio", "proportion_ratio"])
def test_zeros_open_the_interval(what):
    value, lower, upper = compare(what, [0, 5, 0], [20, 20, 20], [5, 0, 0], [30, 30, 30])
    np.testing.assert_array_equal(value, [0, math.inf, math.nan])
    assert lower[0] == lower[2] == 0 and upper[1] == upper[2] == math.inf
    assert 0 < upper[0] < math.inf and 0 < lower[1] < math.inf


def test_all_children_of_both_groups_leave_room_for_doubt():
    # the score statistic at ratio r is -sqrt(m (r - 1)) above 1 and sqrt(n (1 - r) / r) below
    z2 = 1.959963984540054**2
    found = estimates.proportion_ratio(5, 5, 20, 20)
    close(found, [1, 5 / (5 + z2), 1 + z2 / 20])


def test_changing_the_groups_over_turns_the_ratio_over():
    one, other = (estimates.proportion_ratio(*children) for children in ((7, 34, 1, 30), (1, 30, 7, 34)))
    close(one.lower, 1 / other.upper)
    close(one.upper, 1 / other.lower)
    one, other = (estimates.rate_ratio(*children) for children in ((7, 34, 1, 30), (1, 30, 7, 34)))
    close([one.lower, one.upper], [1 / other.upper, 1 / other.lower])


@pytest.mark.parametrize("what", ["rate_difference", "proportion_difference"])
def test_changing_the_groups_over_turns_the_difference_over(what):
    one, other = (compare(what, *children) for children in ((7, 34, 1, 30), (1, 30, 7, 34)))
    close([one.value, one.lower, one.upper], [-other.value, -other.upper, -other.lower])


def test_difference_of_rates_by_hand_where_nobody_moved():
    # 0 in 400 days and 0 in 100: the upper limits of the two rates, -log(0.025) / days, are all the room there is
    value, lower, upper = estimates.rate_difference(0, 400, 0, 100, per=1000)
    limit = -1000 * math.log(0.025)
    close([value, lower, upper], [0, -limit / 100, limit / 400])


@pytest.mark.parametrize("what", FUNCTIONS)
@pytest.mark.parametrize("amounts", [(0, 0, 5, 30), (5, 30, 0, 0), (math.nan, 30, 5, 30), (5, math.nan, 5, 30),
                                     (5, 30, math.nan, 30), (5, 30, 5, math.nan)])
def test_a_group_of_nobody_or_not_known_is_missing(what, amounts):
    assert np.isnan(compare(what, *amounts)).all()


# Errors

@pytest.mark.parametrize("what", FUNCTIONS)
def test_negative_numbers_are_refused(what):
    with pytest.raises(CqiError, match=f"{what}: a number is negative"):
        compare(what, -1, 30, 5, 30)


@pytest.mark.parametrize("what", FUNCTIONS[2:])
@pytest.mark.parametrize("amounts", [(31, 30, 5, 30), (5, 30, 1, 0)])
def test_a_part_above_its_whole_is_refused(what, amounts):
    with pytest.raises(CqiError, match=f"{what}: a part is above its whole"):
        compare(what, *amounts)


@pytest.mark.parametrize("what", FUNCTIONS)
def test_level_is_a_share(what):
    with pytest.raises(CqiError, match="write 95% as 0.95"):
        compare(what, 5, 30, 5, 30, level=95)


@pytest.mark.parametrize("what", FUNCTIONS)
def test_many_pairs_at_once_are_as_each_alone(what):
    random = np.random.default_rng(5)
    wholes = random.integers(20, 90, (2, 200))
    parts = random.integers(0, wholes + 1)
    together = compare(what, parts[0], wholes[0], parts[1], wholes[1])
    alone = [compare(what, parts[0, k], wholes[0, k], parts[1, k], wholes[1, k]) for k in range(0, 200, 17)]
    np.testing.assert_array_equal(np.array(together)[:, ::17], np.array(alone).T)
