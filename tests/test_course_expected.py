"""What is usual and what is expected by now: worked out by hand where it can be, from drawn past cohorts where it must."""

import numpy as np
import pandas as pd
import pytest
from plain import HEADLINE, basis, course, families, stays

from cqi.cohorts import cohort
from cqi.course.baseline import _without_each, baseline

USUAL = ["expected", "ratio", "lower", "upper", "projected_50", "minimum_detectable_change"]


def before(number: int) -> list[tuple]:
    """The half-year 2023H1, in each of two counties: half of the children left on day 50, the others on day 100."""
    return [(number, county, "2023-01-10", days, "reunification") for county in ("Alder", "Birch") for days in (50, 100)]


NOW = [
    (1, "Alder", "2024-01-10", 60, "reunification"), (1, "Alder", "2024-01-10", 70, "transfer"),
    (1, "Alder", "2024-01-10", None, ""), (1, "Birch", "2024-01-10", 100, "adoption"), (1, "Birch", "2024-01-10", 110, "adoption"),
    (1, "Cedar", "2019-01-10", None, ""),
]


def found(rows: list[tuple], as_of: str, **asked) -> pd.DataFrame:
    return course(stays(*rows), as_of, baseline=("2023H1",), **asked)


# Up to day 50 the hazard is 40/80 = 0.5, up to day 100 it is 0.5 + 40/40 = 1.5

def test_expected_by_hand():
    table = found(before(20) + NOW, "2024-03-30")  # day 80
    assert table["entered"].tolist() == [3, 2, 0] and table["observed"].tolist() == [1, 0, 0] and table["at_risk"].tolist() == [1, 2, 0]
    #  each child's own days: to day 60, 70 and 80 in Alder, 80 and 80 in Birch: five times 0.5
    assert table["expected"].tolist() == pytest.approx([3 * 0.5, 2 * 0.5, 0])
    assert table["status"].eq("shown").all()


def test_expected_after_day_100():
    table = found(before(20) + NOW, "2024-12-31")
    assert table["observed"].tolist() == [1, 2, 0]
    assert table["expected"].tolist() == pytest.approx([0.5 + 0.5 + 1.5, 1.5 + 1.5, 0])


@pytest.mark.parametrize(("as_of", "expected", "observed"), [
    ("2024-02-28", 0, 0), ("2024-02-29", 1 * 0.5, 0), ("2024-03-01", 1 * 0.5, 0),  # day 49, 50 and 51
    ("2024-04-18", 1 * 0.5, 0), ("2024-04-19", 1.5, 1), ("2024-04-20", 1.5, 1),  # day 99, 100 and 101
])
def test_days_at_risk_run_to_the_end_of_the_as_of_date(as_of, expected, observed):
    row = found([*before(20), (1, "Alder", "2024-01-10", 100, "adoption")], as_of).loc["Alder"]
    assert (row["expected"], row["observed"]) == (pytest.approx(expected), observed)


def test_leaving_another_way_ends_the_days_at_risk():
    """Of 80 children, 20 left another way on day 60: the hazard of day 100 is 40/60."""
    fates = ((40, 100, "reunification"), (20, 60, "transfer"), (20, 101, "runaway"))
    past = [(number, "Alder", "2023-01-10", days, reason) for number, days, reason in fates]
    row = found([*past, (3, "Alder", "2024-01-10", None, "")], "2024-06-30").loc["Alder"]
    assert row["expected"] == pytest.approx(3 * 40 / 60)


def test_the_ratio_is_pulled_towards_one_and_says_how_sure():
    table = found([*before(20), (60, "Alder", "2024-01-10", 50, "adoption"), (1, "Birch", "2024-01-10", 50, "adoption")], "2024-03-10")
    assert table["expected"].tolist() == pytest.approx([30, 0.5]) and table["observed"].tolist() == [60, 1]
    assert 1 < table.loc["Birch", "ratio"] < table.loc["Alder", "ratio"] < 60 / 30
    assert (table["lower"] < table["ratio"]).all() and (table["ratio"] < table["upper"]).all()
    assert table.loc["Alder", "lower"] > 1 > table.loc["Birch", "lower"]


# Enough history

@pytest.mark.parametrize(("exits", "status"), [(29, "not yet mature"), (30, "shown"), (31, "shown")])
def test_too_little_history_gives_no_expected_number(exits, status):
    past = [(exits, "Alder", "2023-01-10", 50, "relative"), (5, "Alder", "2023-01-10", 50, "transfer")]
    row = found([*past, (3, "Alder", "2024-01-10", None, "")], "2024-06-30").loc["Alder"]
    assert row["status"] == status and (row["entered"], row["at_risk"], row["observed"]) == (3, 3, 0)
    assert row[USUAL].isna().tolist() == [status != "shown"] * len(USUAL)


def test_no_history_at_all():
    table = course(stays((3, "Alder", "2024-01-10", 30, "adoption")), "2024-06-30")
    assert table["observed"].tolist() == [3] and table[USUAL].isna().all(axis=None) and table["status"].tolist() == ["not yet mature"]


def test_history_is_known_on_the_eve_of_the_cohort_only():
    """What became of earlier children after 31 December 2023 must not tell what was usual."""
    late = (30, "Alder", "2023-07-10")
    tables = [course(stays(*before(20), (*late, *fate), *NOW), "2024-03-30", baseline=("2023H1", "2023H2"))
              for fate in ((None, ""), (200, "adoption"), (300, "transfer"))]
    for other in tables[1:]:
        assert other["expected"].tolist() == tables[0]["expected"].tolist()
        assert other["minimum_detectable_change"].tolist() == tables[0]["minimum_detectable_change"].tolist()
        assert (other.attrs["phi"], other.attrs["tau2"]) == (tables[0].attrs["phi"], tables[0].attrs["tau2"])


def test_a_mistyped_year_makes_no_history():
    drawn = stays(*before(20), (1, "Alder", "1905-01-01", 20, "adoption"), (1, "Alder", "2023-01-01", 20, "transfer"), *NOW)
    assert course(drawn, "2024-03-30").attrs["past_cohorts"] == 3  # 1905H1, 2019H1 and 2023H1, of 238 half-years


# A county's own pace

def test_a_county_that_was_always_slower_is_compared_with_itself():
    past = [(60, "Alder", "2023-01-10", 50, "adoption"), (60, "Alder", "2023-01-10", None, ""),
            (20, "Birch", "2023-01-10", 50, "adoption"), (100, "Birch", "2023-01-10", None, "")]
    table = found(past + [(40, county, "2024-01-10", None, "") for county in ("Alder", "Birch")], "2024-06-30")
    #  the state's hazard is 80/240; counties are pulled towards it, so each is between the state's and its own
    assert 40 / 6 < table.loc["Birch", "expected"] < 40 / 3 < table.loc["Alder", "expected"] < 40 / 2


def test_a_county_without_a_past_is_compared_with_all():
    table = found([*before(20), (4, "Cedar", "2024-01-10", None, "")], "2024-03-30")
    assert table.loc["Cedar", "expected"] == pytest.approx(4 * 0.5) and np.isfinite(table.loc["Cedar", "projected_50"])


def test_each_past_cohort_is_judged_by_the_others():
    observed, expected = np.array([[30.0, 10.0], [30.0, 12.0], [34.0, 8.0]]), np.full((3, 2), 20.0)
    mean, _ = _without_each(observed, expected, 1.0, 0.0)
    other, _ = _without_each(observed + np.array([[25.0, 0.0], [0, 0], [0, 0]]), expected, 1.0, 0.0)
    assert other[0].tolist() == mean[0].tolist() and (other[1:, 0] > mean[1:, 0]).all()
    #  Alder's other two cohorts had 64 of 40, Birch's 20 of 40; the mean is pulled towards that of both, 84 of 80
    assert 20 * 84 / 80 < mean[0, 0] < 20 * 64 / 40 and 20 * 20 / 40 < mean[0, 1] < 20 * 84 / 80


# How much counts vary, estimated from drawn past cohorts

def usual(seed: int, **drawn):
    rng = np.random.default_rng(seed)
    sizes, paces = np.tile([24, 60, 120, 300], 10), np.exp(0.25 * rng.standard_normal(40))
    table = families(rng, sizes=sizes, cohorts=10, paces=paces, **drawn)
    past = [cohort(f"{2014 + number // 2}H{1 + number % 2}") for number in range(10)]
    return baseline(HEADLINE, basis(table), cohort("2019H1"), past)


@pytest.mark.parametrize(("together", "low", "high"), [(1, 1.0, 1.2), (2, 1.5, 2.35), (3, 2.35, 3.8)])
def test_phi_is_the_number_who_always_leave_together(together, low, high):
    """A count of families of n children has n times the variance. Over 30 seeds: 1.00 to 1.13, 1.56 to 2.28, 2.40 to 3.75."""
    base = usual(together, together=together)
    assert low <= base.phi <= high and base.tau2 < 0.02
    assert (base.cohorts, base.pairs) == (10, 400)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_tau2_is_the_variance_between_cohorts_of_a_county(seed):
    """Drawn with 0.09; over 30 seeds 0.052 to 0.106, and phi up to 2.0. Counties differ too, which is no part of it."""
    base = usual(seed, together=1, cohort_variance=0.09)
    assert 0.045 < base.tau2 < 0.13 and base.phi < 2.2


def test_pace_and_its_variance():
    rng = np.random.default_rng(5)
    paces = np.repeat([0.6, 1.0, 1.6], 10)
    table = families(rng, sizes=[120] * 30, cohorts=10, together=1, paces=paces)
    base = baseline(HEADLINE, basis(table), cohort("2019H1"), [cohort(f"{2014 + number // 2}H{1 + number % 2}") for number in range(10)])
    slow, usual_pace, fast = base.pace.reshape(3, 10).mean(axis=1)
    assert slow / usual_pace == pytest.approx(0.6, abs=0.06) and fast / usual_pace == pytest.approx(1.6, abs=0.12)
    assert (base.variance > 0).all() and (base.variance < 0.02).all()
    assert base.children.tolist() == pytest.approx([120] * 30, abs=3)  # some came in the last week, and do not count yet
