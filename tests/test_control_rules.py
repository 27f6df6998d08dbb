"""Which points stand out: each rule the point before, at and after; ties, gaps, meetings; icons; runs tests."""

import math

import numpy as np
import pytest
from test_control_limits import GOLDEN, cases

from cqi.control import RULES, Limits, Runs, anhoej, assurance, dispersed, fired, mdc7, variation, xmr
from cqi.vocabulary import CqiError

GAP = math.nan


def lines(values, *, centre=0.0, near=2.0, limit=3.0, refused=""):
    """Limits drawn by hand: about 0, near limits at 2, limits at 3."""
    same = np.ones(len(values))
    return Limits("xmr", np.array(values, float), centre * same, (centre - near) * same, (centre + near) * same, (centre - limit) * same,
                  (centre + limit) * same, GAP, refused)


def marked(rule, values, **how):
    """The rule's direction at each point, as one reads it: + - and a dot for none."""
    return "".join("-.+"[side + 1] for side in fired(lines(values), **how)[rule])


# Each rule alone

@pytest.mark.parametrize(("value", "mark"), [(2.9, "."), (3, "."), (3.1, "+"), (-3, "."), (-3.1, "-")])
def test_outside_the_limits(value, mark):
    assert marked("astronomical", [0, value, 0]) == f".{mark}."


@pytest.mark.parametrize(("values", "marks"), [
    ([1] * 6, "......"), ([1] * 7, "+++++++"), ([1] * 8, "++++++++"), ([-1] * 7 + [1], "-------."), ([1, *[-1] * 7], ".-------"),
    ([1, 1, 1, 0, 1, 1, 1, 1], "........"), ([1, 1, 1, 1, 1, 1, GAP, 1], "........"), ([1] * 7 + [GAP] + [1] * 7, "+++++++.+++++++"),
])
def test_a_shift_is_seven_on_one_side(values, marks):
    """A point on the centre, or a missing one, ends the run."""
    assert marked("shift", values) == marks


@pytest.mark.parametrize(("values", "marks"), [
    ([1, 2, 3, 4, 5, 6], "......"), ([1, 2, 3, 4, 5, 6, 7], "+++++++"), ([9, 1, 2, 3, 4, 5, 6, 7, 3], ".+++++++."),
    ([7, 6, 5, 4, 3, 2, 1], "-------"),
    ([1, 2, 3, 3, 4, 5, 6, 7], "........"), ([-3, -2, -1, 0, 1, 2, 3], "+++++++"), ([1, 2, 3, GAP, 4, 5, 6, 7, 8], "........."),
    ([1, 2, 3, 4, 5, 6, 7, GAP, 5], "+++++++.."),
])
def test_a_trend_is_seven_points_each_above_the_one_before(values, marks):
    """Also across the centre; a tie or a missing point ends it."""
    assert marked("trend", values) == marks


def test_a_trend_of_six_where_it_is_asked_for():
    assert marked("trend", [1, 2, 3, 4, 5, 6], trend=6) == "++++++" and marked("trend", [1, 2, 3, 4, 5], trend=6) == "....."


@pytest.mark.parametrize(("values", "marks"), [
    ([1, 2, 3, 4, 5, 6, 7, 6, 5, 4, 3, 2, 1], "++++++-------"), ([1, 2, 3, 4, 5, 6, 7, 7, 6, 5, 4, 3, 2, 1], "++++++--------"),
    ([1, 2, 3, 4, 5, 6, 7, 3, 4, 5, 6, 7, 8, 9], "++++++-+++++++"), ([1, 2, 3, 4, 5, 6, 7, 1], "+++++++."),
])
def test_where_two_trends_meet_the_step_to_the_right_counts(values, marks):
    """As in NHSRplotthedots, also where that step is a tie or a fall between two rises."""
    assert marked("trend", values) == marks


@pytest.mark.parametrize(("values", "marks"), [
    ([2.5, 2.5], ".."), ([2.5, 1, 2.5], "+.+"), ([1, 2.5, 2.5], ".++"), ([2.5, 2.5, 1], "++."), ([2.5, 2.5, 2.5], "+++"),
    ([2.5, 1, 1, 2.5], "...."),
    ([2, 1, 2.5], "..."), ([2.1, 1, 2.5], "+.+"), ([3, 1, 2.5], "+.+"), ([3.1, 1, 2.5], "..."), ([3.1, 2.5, 2.5], ".++"),
    ([2.5, -1, 2.5], "..."), ([2.5, 0, 2.5], "..."), ([-2.5, -1, -2.5], "-.-"), ([2.5, GAP, 2.5], "..."), ([2.5, 2.5, GAP, 1], "...."),
])
def test_two_of_three_near_a_limit_all_three_on_one_side(values, marks):
    """A point on the near limit is not near, one on the limit is, one outside is not. Only the near points are marked."""
    assert marked("two of three", values) == marks


# Together

def test_a_point_has_the_first_rule_and_all_that_fire():
    values = [1, 1.1, 1.2, 2.1, 2.2, 2.3, 3.5] + [0, -1] * 4
    found = mdc7(lines(values), improvement=1)
    assert found.rules[6] == ("astronomical", "trend", "shift") and found.rule[6] == "astronomical"
    assert found.rules[4] == ("trend", "two of three", "shift") and found.rule[4] == "trend"
    assert found.rules[7] == () and found.rule[7] == "" and found.direction[7] == 0


def test_two_of_three_comes_before_shift():
    found = mdc7(lines([1, 2.5, 1, 2.5, 1, 1, 1] + [0, -1] * 4), improvement=1)
    assert found.rule[:4].tolist() == ["shift", "two of three", "shift", "two of three"]


@pytest.mark.parametrize(("improvement", "high", "low"), [
    (1, "special_cause_improvement", "special_cause_concern"), (-1, "special_cause_concern", "special_cause_improvement"),
    (0, "special_cause_neutral_high", "special_cause_neutral_low"),
])
def test_kinds_follow_what_is_better(improvement, high, low):
    found = mdc7(lines([4, -4, 0]), improvement=improvement)
    assert found.kind.tolist() == [high, low, "common_cause"]


def test_a_falling_trend_above_the_mean_is_a_concern_when_up_is_good():
    found = mdc7(lines([1.7, 1.6, 1.5, 1.4, 1.3, 1.2, 1.1]), improvement=1)
    assert set(found.kind) == {"special_cause_concern"} and found.rules[0] == ("trend", "shift")


def test_a_missing_point_is_flagged_by_nothing():
    found = mdc7(lines([4, GAP, 4]), improvement=1)
    assert found.rules[1] == () and found.kind[1] == "common_cause"


def test_nothing_is_flagged_where_limits_were_refused():
    for series, why in (([0] * 19 + [1], "no spread"), ([0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 90], "trial")):
        limits = xmr(series)
        found = mdc7(limits, improvement=1)
        assert any(side.any() for side in fired(limits).values())
        assert found.refused == why and not any(found.rules) and set(found.kind) == {"common_cause"}
        assert variation(limits, found) == (why, 0) and assurance(limits, 5, improvement=1) == ""


@pytest.mark.parametrize("size", range(9))
def test_a_short_series_is_no_error(size):
    assert [len(side) for side in fired(lines([1] * size)).values()] == [size] * 4
    assert len(mdc7(lines([1] * size), improvement=0).rules) == size


@pytest.mark.parametrize("wrong", [{"improvement": 2}, {"improvement": 1, "trend": 8}])
def test_another_trend_or_direction_is_refused(wrong):
    with pytest.raises(CqiError, match="a trend has 6 or 7 points"):
        mdc7(lines([1]), **wrong)


@pytest.mark.parametrize(("case", "golden"), cases("mdc7.csv"))
def test_rules_as_in_r(case, golden):
    limits = xmr(golden["value"], baseline=int(golden["baseline"][0]), screen=bool(golden["screen"][0]))
    found = fired(limits)
    first = [next(((name, found[name][place]) for name in RULES if found[name][place]), ("none", 0)) for place in range(len(limits.values))]
    assert first == list(zip(golden["rule"].tolist(), golden["direction"].astype(int).tolist()))


# Icons

def test_the_variation_icon_is_the_last_points():
    limits = lines([4, 0])
    assert variation(limits, mdc7(limits, improvement=1)) == ("common_cause", 0)
    limits = lines([0, -4])
    assert variation(limits, mdc7(limits, improvement=1)) == ("special_cause_concern", -1)
    limits = lines([0, 4, GAP])
    assert variation(limits, mdc7(limits, improvement=1)) == ("special_cause_improvement", 1)


@pytest.mark.parametrize(("target", "up", "down"), [
    (3.1, "consistent_fail", "consistent_pass"), (3, "inconsistent", "inconsistent"), (0, "inconsistent", "inconsistent"),
    (-3, "inconsistent", "inconsistent"), (-3.1, "consistent_pass", "consistent_fail"), (None, "", ""),
])
def test_the_assurance_icon(target, up, down):
    assert assurance(lines([0]), target, improvement=1) == up and assurance(lines([0]), target, improvement=-1) == down
    assert assurance(lines([0]), target, improvement=0) == ""


# Runs

def test_runs_by_hand():
    """Median 5; sides + + - - - + + -, without the 5 and the gap: 8 points, longest run 3 (usual to 3 + 3), 3 crossings. Of 7 tosses
    1 head or none comes 8 times in 128, over 5%; none once: 1 is the fewest."""
    found = anhoej([6, 7, 2, 5, 3, GAP, 4, 8, 9, 1])
    assert found == Runs(useful=8, longest=3, longest_usual=6, crossings=3, fewest_usual=1, signal=False)


def test_a_centre_may_be_given():
    assert anhoej([6, 7, 2, 5], centre=4.0).crossings == 2 and anhoej([6, 7, 2, 5], centre=[9, 9, 1, 1]).crossings == 1


@pytest.mark.parametrize(("length", "signal"), [(7, False), (8, False), (9, True)])
def test_a_run_of_more_than_eight_in_24(length, signal):
    """round(log2 24) + 3 is 8; crossings stay at eight or more."""
    values = [1] * length + [-1, 1] * 12
    assert anhoej(values[:24], centre=0).longest == length and anhoej(values[:24], centre=0).signal == signal


@pytest.mark.parametrize(("crossings", "signal"), [(7, True), (8, False), (9, False)])
def test_fewer_than_eight_crossings_in_24(crossings, signal):
    lengths = [24 // (crossings + 1) + (place < 24 % (crossings + 1)) for place in range(crossings + 1)]
    values = [(-1) ** place for place, length in enumerate(lengths) for _ in range(length)]
    found = anhoej(values, centre=0)
    assert (found.crossings, found.fewest_usual, found.longest <= 8, found.signal) == (crossings, 8, True, signal)


def test_no_useful_point_is_no_signal():
    assert not anhoej([5, 5, 5]).signal and anhoej([]).useful == 0 and anhoej([GAP]).useful == 0


def test_usual_runs_as_in_r():
    for useful, longest, fewest in np.loadtxt(GOLDEN / "runs_limits.csv", delimiter=",", skiprows=1):
        found = anhoej([1] * int(useful), centre=0)
        assert (found.longest_usual, found.fewest_usual) == (longest, fewest)


def test_runs_as_in_r():
    golden = dict(cases("runs.csv"))
    for case, series in cases("mdc7.csv"):
        found, row = anhoej(series["value"]), golden[case]
        assert [getattr(found, name) for name in row] == [column[0] for column in row.values()]


# How often chance alone marks a chart

def share_marked(draw, *, charts=500):
    found = (mdc7(draw(), improvement=1) for _ in range(charts))
    return np.mean([any(each.rules) for each in found])


def test_chance_marks_one_or_two_charts_in_ten_and_many_more_of_few():
    """What the pages say of 24 months in which nothing changes, and why there is no chart of fewer than 3 a month."""
    rng = np.random.default_rng(20260630)
    rates = {mean: share_marked(lambda: dispersed("u", rng.poisson(mean, 24), np.full(24, 1000), per=1000)) for mean in (0.5, 3, 50)}
    shares = share_marked(lambda: dispersed("p", rng.binomial(100, 0.1, 21), np.full(21, 100)))
    singles = share_marked(lambda: xmr(rng.poisson(9, 24)))
    assert max(rates[3], rates[50], shares, singles) < 0.25 and min(rates[3], rates[50], shares, singles) > 0.05
    assert rates[0.5] > 0.35
