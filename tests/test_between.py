"""The chance of a level and the pace that reaches it, between the figures that are published: drawn by hand, with the edges."""

import math

import pytest

from cqi.estimates.between import chance, pace_needed

SHARES = (0.30, 0.34, 0.38, 0.42, 0.46)
"""In 2.5, 10, 50, 90 and 97.5 of 100 cases the final share lies at these or below."""


@pytest.mark.parametrize(("level", "likely"), [
    (0.2999, 1), (0.30, 1), (0.3001, 0.975 - 0.075 * 0.0001 / 0.04), (0.32, 0.9375), (0.34, 0.90), (0.36, 0.70), (0.38, 0.50), (0.42, 0.10),
    (0.4599, 0.025 + 0.075 * 0.0001 / 0.04), (0.46, 0.025), (0.4601, 0)])
def test_at_least_a_level(level, likely):
    """Before the lowest of the five it is sure, at it too, and after it all but 1 in 40; at the highest 1 in 40, after it never."""
    assert chance(SHARES, level) == pytest.approx(likely, abs=1e-6)


@pytest.mark.parametrize(("level", "likely"), [
    (0.2999, 0), (0.30, 0.025), (0.3001, 0.025 + 0.075 * 0.0001 / 0.04), (0.38, 0.50), (0.4599, 0.975 - 0.075 * 0.0001 / 0.04), (0.46, 1),
    (0.4601, 1)])
def test_at_most_a_level_is_the_same_from_the_other_end(level, likely):
    assert chance(SHARES, level, at_least=False) == pytest.approx(likely, abs=1e-6)


@pytest.mark.parametrize(("level", "above", "below"), [(0.2999, 1, 0), (0.30, 1, 1), (0.3001, 0, 1)])
def test_where_nothing_is_open_any_more_what_happened_is_sure(level, above, below):
    assert (chance([0.30] * 5, level), chance([0.30] * 5, level, at_least=False)) == (above, below)


@pytest.mark.parametrize(("level", "above", "below"), [(0.3399, 0.9, 0.1), (0.34, 0.9, 0.9), (0.3401, 0.1, 0.9)])
def test_a_share_that_several_of_the_five_have_counts_on_both_sides(level, above, below):
    """From the 10th to the 90th of 100 cases the share is 34%: at least that are 90 cases, and at most that are 90."""
    shares = (0.30, 0.34, 0.34, 0.34, 0.38)
    assert chance(shares, level) == pytest.approx(above, abs=3e-3)
    assert chance(shares, level, at_least=False) == pytest.approx(below, abs=3e-3)


@pytest.mark.parametrize(("level", "pace"), [
    (0.2, 0.5), (0.30, 0.5), (0.301, 0.5 + 0.5 / 80), (0.34, 0.75), (0.38, 1.0), (0.40, 1.25), (0.42, 1.5), (0.4201, math.inf)])
def test_the_smallest_pace_that_reaches_a_level(level, pace):
    assert pace_needed([0.5, 1.0, 1.5], [0.30, 0.38, 0.42], level) == pytest.approx(pace, abs=1e-6)


@pytest.mark.parametrize(("level", "pace"), [(0.38, 1.0), (0.3801, 1.5 + 0.5 * 0.0001 / 0.04)])
def test_where_many_paces_come_to_the_same_the_slowest_of_them_is_enough(level, pace):
    assert pace_needed([0.5, 1.0, 1.5, 2.0], [0.30, 0.38, 0.38, 0.42], level) == pytest.approx(pace, abs=1e-6)
