"""Chain ladder and Bornhuetter-Ferguson: Mack's published table, R (tests/golden/estimates), and by hand."""

import math
import warnings

import numpy as np
import pytest
from test_estimates import close, golden

from cqi import estimates
from cqi.vocabulary import CqiError

NAN = math.nan
RESERVES = [0, 94634, 469511, 709638, 984889, 1419459, 2177641, 3920301, 4278972, 4625811]
ERRORS = [0, 75535, 121699, 133549, 261406, 411010, 558317, 875328, 971258, 1363155]
"""Mack 1993, tables 2 and 3, to the unit as R's ChainLadder prints them (MackChainLadder(GenIns, est.sigma = "Mack"))."""


def triangle(case):
    """The case's golden rows, and its triangle: origins in rows, ages in columns."""
    table = golden("chain_ladder.csv")
    rows = {name: values[table["case"] == case] for name, values in table.items()}
    ages = int(rows["age"].max())
    return rows["count"].reshape(-1, ages), {name: values.reshape(-1, ages) for name, values in rows.items()}


@pytest.mark.parametrize("case", ["taylor ashe", "cohorts", "settling"])
def test_chain_ladder_as_in_r(case):
    counts, table = triangle(case)
    found = estimates.chain_ladder(counts)
    close(found.factors, table["factor"][0, :-1])
    for name in ("latest", "developed", "ultimate", "standard_error"):
        close(getattr(found, name), table[name][:, 0])


def test_chain_ladder_as_mack_published_it():
    found = estimates.chain_ladder(triangle("taylor ashe")[0])
    assert (found.ultimate - found.latest).round().tolist() == RESERVES
    assert found.standard_error.round().tolist() == ERRORS


def test_three_cohorts_by_hand():
    # from age 0 to 1: (20 + 30) / (10 + 10); from 1 to 2: 22 / 20; the youngest cohort of 6 becomes 6 * 2.5 * 1.1
    found = estimates.chain_ladder([[10, 20, 22], [10, 30, NAN], [6, NAN, NAN]])
    close(found.factors, [2.5, 1.1])
    close(found.ultimate, [22, 33, 16.5])
    close(found.developed, [1, 1 / 1.1, 1 / 2.75])
    assert np.isnan(found.standard_error[1:]).all()  # one cohort alone, and only one age before it to learn from


def test_nothing_comes_of_nothing_and_quietly():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        never = estimates.chain_ladder([[2, 4, NAN], [3, 5, NAN], [NAN, NAN, NAN]])
        zero = estimates.chain_ladder([[0, 4, 8], [0, 5, NAN], [0, NAN, NAN]])
        none = estimates.chain_ladder([[4, 8, 9], [5, 9, 12], [0, NAN, NAN]])
    close(never.factors, [9 / 5, NAN])  # no cohort has reached the last age
    assert np.isnan(never.ultimate).all() and np.isnan(never.latest[2])
    close(zero.factors, [NAN, 2])  # nobody had left by the first age
    close(zero.ultimate, [8, 10, NAN])
    close(none.ultimate, [9, 12, 0])  # a cohort at 0 stays there, and its error is not known
    assert math.isnan(none.standard_error[2])


def test_an_age_without_any_spread_leaves_none_for_the_last():
    # all double from the first age to the second; Mack takes the least of the two spreads before for the last age
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = estimates.chain_ladder([[2, 4, 9, 18], [3, 6, 12, NAN], [1, 2, NAN, NAN], [5, NAN, NAN, NAN]])
    assert found.standard_error[1] == 0 and np.all(found.standard_error[2:] > 0)


def test_every_cohort_complete_has_no_error():
    found = estimates.chain_ladder([[1, 4], [2, 6]])
    assert found.ultimate.tolist() == [4, 6] and found.standard_error.tolist() == [0, 0] and found.developed.tolist() == [1, 1]


@pytest.mark.parametrize(("counts", "words"), [
    ([[1, NAN, 3]], "a count follows a missing one"), ([[NAN, 2]], "a count follows a missing one"), ([[3, 2]], "falls with age"),
    ([[-1, 2]], "is negative"), ([1, 2], "cohorts in rows")])
def test_what_is_no_triangle_is_refused(counts, words):
    with pytest.raises(CqiError, match=words):
        estimates.chain_ladder(counts)


def test_bornhuetter_ferguson_by_hand():
    # 12 had left; 40% are usual by now; 45% of 100 children were foreseen: 12 + 0.6 * 45
    close(estimates.bornhuetter_ferguson(12, 0.4, 0.45, 100), 39)
    close(estimates.bornhuetter_ferguson([0, 44, 3], [0, 1, NAN], 0.45, 100), [45, 44, NAN])


def test_bornhuetter_ferguson_with_its_own_final_count_foreseen_is_chain_ladder():
    found = estimates.chain_ladder(triangle("taylor ashe")[0])
    close(estimates.bornhuetter_ferguson(found.latest, found.developed, 1, found.ultimate), found.ultimate)


def test_bornhuetter_ferguson_refuses_a_percent():
    with pytest.raises(CqiError, match="write 40% as 0.4"):
        estimates.bornhuetter_ferguson(12, 40, 0.45, 100)
