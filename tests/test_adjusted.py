"""The risk-adjusted ratio: children of each age beside the nation's published rates for that age."""

from datetime import date

import pytest
from counted import extract

from cqi.benchmarks import age_rates
from cqi.cohorts import cohort
from cqi.estimates import standardised_ratio
from cqi.measures import adjusted, basis
from cqi.registry import measure
from cqi.vocabulary import WHOLE

LATE = date(2026, 12, 31)


def rows(folder, episodes, name="permanency_in_12_months", **others):
    return adjusted(measure(name), basis(extract(folder, episodes, **others)), cohort("2024H1"), as_of=LATE).set_index("county")


def stays(*drawn):
    """Stays of (county, birth date, how many, how many left to a relative after a month)."""
    return "county birth_date entry_date exit_date exit_reason\n" + "\n".join(
        f"{county} {birth} 2024-01-10 {'2024-02-10 relative' if number < left else '. .'}"
        for county, birth, many, left in drawn for number in range(many))


def test_expected_is_the_sum_over_ages_of_children_times_the_national_rate(tmp_path):
    """The August 2025 file, entries October 2022 to September 2023: 25.3% of 0 to 3 months, 38.3% of 6 to 10 years."""
    found = rows(tmp_path, stays(("Alder", "2023-12-01", 20, 4), ("Alder", "2015-06-15", 30, 16)))
    rates = age_rates("permanency_in_12_months").set_index("group")["rate"]
    assert rates["0 to 3 months"] == pytest.approx(0.253, abs=5e-4) and rates["6 to 10 years"] == pytest.approx(0.383, abs=5e-4)
    expected = 20 * rates["0 to 3 months"] + 30 * rates["6 to 10 years"]
    assert found.loc["Alder", ["observed", "children"]].tolist() == [20, 50] and found.loc["Alder", "expected"] == pytest.approx(expected)
    assert found.loc["Alder", "ratio"] == pytest.approx(20 / expected)
    ratio = standardised_ratio([20.0], [expected])
    assert found.loc["Alder", ["lower", "upper"]].tolist() == pytest.approx([ratio.lower[0], ratio.upper[0]])
    assert found.loc["Alder", ["benchmark_period", "vintage"]].tolist() == ["23A23B", "August 2025"]


def test_days_in_care_are_expected_to_bring_moves(tmp_path):
    """One child of 8 years, 31 days in care; nationally 4.79 moves per 1,000 days at that age."""
    placements = "episode_id setting start_date end_date\n1 kin 2024-01-10 2024-01-20\n1 kin 2024-01-20 ."
    found = rows(tmp_path, stays(("Alder", "2015-06-15", 1, 1)), "placement_stability", placements=placements)
    assert found.loc["Alder", "expected"] == pytest.approx(31 * 4.79 / 1000, rel=2e-3) and found.loc["Alder", "observed"] == 1


def test_counties_add_to_the_whole_and_small_ones_are_pulled_more(tmp_path):
    found = rows(tmp_path, stays(("Alder", "2015-06-15", 4, 4), ("Birch", "2015-06-15", 200, 80), ("Cedar", "2015-06-15", 200, 40)))
    assert found.loc[WHOLE, "expected"] == pytest.approx(found.drop(WHOLE)["expected"].sum()) and found.loc[WHOLE, "observed"] == 124
    pull = (found["shrunken"] - found["ratio"]).abs() / (found["ratio"] - found.loc[WHOLE, "ratio"]).abs()
    assert pull["Alder"] > 2 * pull["Cedar"] and found["shrunken_lower"].lt(found["shrunken"]).drop(WHOLE).all()


def test_nobody_is_adjusted_without_ages_or_rates(tmp_path):
    reports = "child_id county report_date disposition disposition_date incident_date\nx Alder 2024-02-01 substantiated . ."
    assert rows(tmp_path, stays(("Alder", "2015-06-15", 2, 1)), "recurrence_of_maltreatment", reports=reports).empty
    assert rows(tmp_path, stays(("Alder", "2015-06-15", 2, 1)), "first_placement_with_kin").empty
