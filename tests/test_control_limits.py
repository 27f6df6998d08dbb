"""Limits of control charts: by hand, against R (tests/golden/control), and where they are refused."""

import csv
import math
import shutil
import subprocess
from itertools import groupby
from pathlib import Path

import numpy as np
import pytest

from cqi.control import dispersed, laney, p_chart, u_chart, xmr
from cqi.vocabulary import CqiError

GOLDEN = Path(__file__).parent / "golden" / "control"
LINES = ("centre", "near_lower", "near_upper", "lower", "upper")


def cases(name):
    """The golden file's cases: name, then its columns as arrays, text where they are no numbers."""
    with open(GOLDEN / name, newline="") as file:
        rows = list(csv.DictReader(file))
    groups = [(case, list(group)) for case, group in groupby(rows, key=lambda row: row["case"])]
    return [(case, {head: column([row[head] for row in group]) for head in group[0] if head != "case"}) for case, group in groups]


def column(values):
    try:
        return np.array([math.nan if value == "NA" else float(value) for value in values])
    except ValueError:
        return np.array(values)


def close(found, expected):
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-12)


# XmR

def test_mean_and_moving_ranges_by_hand():
    """4 6 5 9: mean 6; ranges 2 1 4, mean 7/3; 3.267 times that is over 4, so all count: limits 6 -/+ 2.66 * 7/3."""
    found = xmr([4, 6, 5, 9])
    close(found.centre, [6] * 4)
    close(found.upper, [6 + 2.66 * 7 / 3] * 4)
    close(found.lower, [6 - 2.66 * 7 / 3] * 4)
    close(found.near_upper, [6 + 2.66 * 7 / 3 * 2 / 3] * 4)
    close(found.near_lower, [6 - 2.66 * 7 / 3 * 2 / 3] * 4)


def test_a_large_moving_range_is_left_out_once_and_its_value_stays_in_the_mean():
    """Ranges 1 six times and 19 once: mean 25/7, 3.267 times it is 11.7, so 19 is left out and the rest's mean is 1."""
    values = [1, 2, 1, 2, 1, 2, 21, 20]
    found = xmr(values)
    close(found.centre[0], 50 / 8)
    close(found.upper[0], 50 / 8 + 2.66)
    close(xmr(values, screen=False).upper[0], 50 / 8 + 2.66 * 25 / 7)


def test_screening_is_done_once_only():
    """Ranges 0 0 0 0 0 0 0 0 2 9: 9 goes (3.267 * 1.1 = 3.6). Of the rest, mean 2/9, 2 would go if it were done again."""
    values = np.cumsum([0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 9])
    close(xmr(values).upper[0] - xmr(values).centre[0], 2.66 * 2 / 9)


def test_a_moving_range_on_the_screen_is_left_out():
    """Ranges 0 three times and 1 once: 3.267 * 1/4 is below 1, so 1 goes. Ranges 0 twice and 1 once: 3.267 * 1/3 is above 1."""
    assert xmr([0, 0, 0, 0, 1]).upper[0] == xmr([0, 0, 0, 0, 1]).centre[0]
    close(xmr([0, 0, 0, 1]).upper[0], 1 / 4 + 2.66 / 3)


def test_a_missing_value_leaves_out_its_two_moving_ranges():
    """4 6 . 9 8: mean 27/4, ranges 2 and 1."""
    found = xmr([4, 6, math.nan, 9, 8])
    close(found.centre, [27 / 4] * 5)
    close(found.upper[0], 27 / 4 + 2.66 * 1.5)


def test_a_baseline_is_the_first_points_alone():
    close([xmr([4, 6, 5, 9, 100, 0], baseline=4).centre[5], xmr([4, 6, 5, 9, 100, 0], baseline=4).upper[5]], [6, 6 + 2.66 * 7 / 3])


@pytest.mark.parametrize("baseline", [1, 7, -2])
def test_a_baseline_that_does_not_fit_is_refused(baseline):
    with pytest.raises(CqiError, match=f"baseline of {baseline} points does not fit a series of 6; give 2 to 6"):
        xmr([4, 6, 5, 9, 100, 0], baseline=baseline)


def test_a_limit_may_be_below_zero():
    assert xmr([0, 5, 0, 5]).lower[0] == 2.5 - 2.66 * 5


def test_a_point_on_the_mean_is_on_it_whatever_rounding_does():
    """The mean of 0.1, 0.2 and 0.3 is 0.2; added one by one it comes out as 0.20000000000000004."""
    assert xmr([0.1, 0.2, 0.3]).centre[0] == 0.2


@pytest.mark.parametrize(("case", "golden"), cases("mdc7.csv"))
def test_xmr_as_in_r(case, golden):
    found = xmr(golden["value"], baseline=int(golden["baseline"][0]), screen=bool(golden["screen"][0]))
    for name in LINES:
        close(getattr(found, name), golden[name])


# Where nothing may be judged

@pytest.mark.parametrize(("points", "refused"), [(12, "trial"), (13, ""), (14, "")])
def test_thirteen_points(points, refused):
    assert xmr([1, 2] * 7, baseline=None).refused == ""
    assert xmr(([1, 2] * 7)[:points]).refused == refused
    assert p_chart(([1, 2] * 7)[:points], 10).refused == u_chart(([1, 2] * 7)[:points], 10).refused == refused


def test_a_missing_value_is_no_point():
    assert xmr([1, 2] * 6 + [math.nan]).refused == "trial"
    assert p_chart([1, 2] * 6 + [0], [10] * 12 + [0]).refused == "trial"


@pytest.mark.parametrize(("baseline", "refused"), [(11, "trial"), (12, ""), (13, "")])
def test_a_baseline_of_twelve(baseline, refused):
    assert xmr([1, 2] * 7, baseline=baseline).refused == refused


def test_a_series_that_never_moves_has_no_limits():
    found = xmr([3] * 20)
    assert found.refused == "no spread" and found.centre[0] == 3 and np.isnan(found.upper).all()


def test_a_series_with_one_jump_has_no_spread():
    """Screening leaves ranges of 0 only: limits on the mean, every point outside them."""
    found = xmr([0] * 19 + [1])
    assert found.refused == "no spread" and found.upper[0] == found.centre[0]


def test_all_or_none_has_no_spread():
    assert p_chart([0] * 20, 10).refused == p_chart([10] * 20, 10).refused == u_chart([0] * 20, 10).refused == "no spread"


# p and u

def test_shares_by_hand():
    """3 of 10 and 1 of 30: centre 4 of 40; errors sqrt(.1 * .9 / 10) and sqrt(.1 * .9 / 30)."""
    found = p_chart([3, 1], [10, 30])
    close(found.values, [0.3, 1 / 30])
    close(found.centre, [0.1, 0.1])
    close(found.upper, [0.1 + 3 * math.sqrt(0.009), 0.1 + 3 * math.sqrt(0.003)])
    close(found.near_upper, [0.1 + 2 * math.sqrt(0.009), 0.1 + 2 * math.sqrt(0.003)])
    close(found.lower, [0, 0])


def test_a_share_is_cut_at_one():
    assert p_chart([9, 10], [10, 10]).upper.tolist() == [1, 1]


def test_rates_by_hand():
    """2 in 1,000 days and 7 in 2,000: 3 a 1,000 days; errors sqrt(.003 / 1000) and sqrt(.003 / 2000)."""
    found = u_chart([2, 7], [1000, 2000], per=1000)
    close(found.values, [2, 3.5])
    close(found.centre, [3, 3])
    close(found.upper, [3 + 3000 * math.sqrt(3e-6), 3 + 3000 * math.sqrt(1.5e-6)])
    close(found.lower, [0, 0])


def test_a_month_of_nobody_is_a_gap():
    found = p_chart([1, 0, 2], [10, 0, 10])
    assert np.isnan([found.values[1], found.lower[1], found.upper[1]]).all() and found.centre[1] == 0.15


def test_sigma_z_by_hand():
    """Four months of 100 days with 4, 8, 4, 8 exits: z scores -/+ 2/sqrt(6), ranges 4/sqrt(6), over 1.128."""
    found = u_chart([4, 8, 4, 8], [100] * 4)
    close(found.sigma_z, 4 / math.sqrt(6) / 1.128)
    close(laney("u", [4, 8, 4, 8], [100] * 4).upper[0], 0.06 + 3 * math.sqrt(0.06 / 100) * found.sigma_z)


@pytest.mark.parametrize(("case", "golden"), cases("counts.csv"))
def test_p_and_u_as_in_r(case, golden):
    chart, per, baseline = str(golden["chart"][0]), golden["per"][0], int(golden["baseline"][0])
    numerator, denominator = golden["numerator"], golden["denominator"]
    plain = (p_chart(numerator, denominator, baseline=baseline) if chart == "p"
             else u_chart(numerator, denominator, per=per, baseline=baseline))
    wide = laney(chart, numerator, denominator, per=per, baseline=baseline)
    close(plain.values, golden["value"])
    close(plain.centre, golden["centre"])
    close(plain.sigma_z, golden["sigma_z"][0])
    there = denominator > 0
    for found, end in ((plain, ""), (wide, "_laney")):
        close(found.lower[there], golden["lower" + end][there])
        close(found.upper[there], golden["upper" + end][there])


@pytest.mark.parametrize(("exits", "chart"), [(7, "u"), (8, "u'")])
def test_laneys_correction_is_made_above_1_2(exits, chart):
    """Months of 4 and of `exits` by turns: sigma z 1.13 for 7 and 1.45 for 8."""
    found = dispersed("u", [4, exits] * 10, [1000] * 20, per=1000)
    assert found.chart == chart and (found.sigma_z > 1.2) == (chart == "u'")
    wide = laney("u", [4, exits] * 10, [1000] * 20, per=1000)
    plain = u_chart([4, exits] * 10, [1000] * 20, per=1000)
    close(found.upper, (wide if chart == "u'" else plain).upper)
    close((wide.upper - wide.centre) / (plain.upper - plain.centre), [found.sigma_z] * 20)


def test_an_unknown_chart_and_counts_that_cannot_be_are_refused():
    with pytest.raises(CqiError, match="'c': counts have a chart 'p'"):
        dispersed("c", [1], [2])
    with pytest.raises(CqiError, match="above its denominator"):
        p_chart([3], [2])
    with pytest.raises(CqiError, match="negative"):
        u_chart([-1], [2])


@pytest.mark.r
def test_the_golden_files_are_what_r_gives(tmp_path):
    if not shutil.which("Rscript"):
        pytest.skip("R is not installed")
    subprocess.run(["Rscript", str(GOLDEN / "make.R"), str(tmp_path)], check=True, capture_output=True)
    for name in ("mdc7.csv", "counts.csv", "runs.csv", "runs_limits.csv"):
        again = [line.split(",") for line in (tmp_path / name).read_text().splitlines()]
        ours = [line.split(",") for line in (GOLDEN / name).read_text().splitlines()]
        assert len(again) == len(ours)
        for one, other in zip(again, ours):
            assert all(a == b or math.isclose(float(a), float(b), rel_tol=1e-9, abs_tol=1e-12) for a, b in zip(one, other, strict=True))
