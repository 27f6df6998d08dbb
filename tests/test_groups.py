"""A measure by group, each group beside all others; groups for everyone are large or put together."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from counted import extract

from cqi.cohorts import cohort
from cqi.disclosure import pooled_groups
from cqi.measures import basis, by_group, compared, count
from cqi.registry import measure
from cqi.vocabulary import WHOLE, CqiError, WorkerLevelNotAllowed

LATE = date(2026, 12, 31)
P1 = measure("permanency_in_12_months")


def children(*groups, birth="2015-06-15"):
    """Stays of (race, how many, how many of them left to a relative after a month)."""
    lines = [f"2024-01-10 {'2024-02-10 relative' if number < left else '. .'} {race} {birth}"
             for race, many, left in groups for number in range(many)]
    return "entry_date exit_date exit_reason race birth_date\n" + "\n".join(lines)


def groups(folder, episodes, grouping="race", name="permanency_in_12_months", **others):
    on = basis(extract(folder, episodes, **others))
    rows = compared(by_group(measure(name), on, cohort("2024H1"), as_of=LATE, grouping=grouping), per=measure(name).per)
    return rows.loc[rows["county"] == WHOLE].set_index("group") if len(rows) else rows


def test_each_group_is_beside_all_other_children_whose_group_is_known(tmp_path):
    rows = groups(tmp_path, children(("A", 10, 4), ("B", 20, 6), ("C", 30, 3), (".", 5, 5)))
    assert rows[["numerator", "denominator"]].apply(tuple, axis=1).to_dict() == {
        "race: A": (4, 10), "race: B": (6, 20), "race: C": (3, 30), "race: unknown": (5, 5)}
    assert rows.loc["race: A", "ratio"] == pytest.approx((4 / 10) / (9 / 50))  # A beside B and C
    assert rows.loc["race: C", "difference"] == pytest.approx(3 / 30 - 10 / 30)
    assert rows.loc["race: A", "difference_lower"] < 4 / 10 - 9 / 50 < rows.loc["race: A", "difference_upper"]
    assert rows.loc["race: unknown", ["ratio", "difference"]].isna().all() and set(rows["reference"]) == {"all others"}


def test_groups_add_to_the_measure(tmp_path):
    found = extract(tmp_path, children(("A", 10, 4), ("B", 20, 6), (".", 5, 5)))
    on, whole = basis(found), count(P1, basis(found), cohort("2024H1"), as_of=LATE).iloc[-1]
    for grouping in ("race", "age"):
        rows = by_group(P1, on, cohort("2024H1"), as_of=LATE, grouping=grouping)
        own = rows.loc[rows["county"] == WHOLE]
        assert (own["numerator"].sum(), own["denominator"].sum()) == (whole["numerator"], whole["denominator"]) == (15, 35)


@pytest.mark.parametrize(("birth", "group"), [
    ("2023-09-11", "under 4 months"), ("2023-09-10", "4 to 11 months"), ("2023-01-11", "4 to 11 months"), ("2023-01-10", "1 to 5 years"),
    ("2018-01-11", "1 to 5 years"), ("2018-01-10", "6 to 10 years"), ("2013-01-11", "6 to 10 years"), ("2013-01-10", "11 to 16 years"),
    ("2007-01-11", "11 to 16 years"), ("2007-01-10", "17 years"), ("2006-01-18", "17 years"),
])
def test_age_at_entry_to_the_day(tmp_path, birth, group):
    rows = groups(tmp_path, children(("A", 1, 1), birth=birth), "age")
    assert rows.index[rows["denominator"] == 1].tolist() == [f"age: {group}"]


def test_a_rate_has_a_ratio_of_rates(tmp_path):
    """A: 1 move in 31 days; B: 0 moves in 62 days."""
    placements = "episode_id setting start_date end_date\n1 kin 2024-01-10 2024-01-20\n1 kin 2024-01-20 .\n2 kin 2024-01-10 .\n3 kin 2024-01-10 ."
    rows = groups(tmp_path, children(("A", 1, 1), ("B", 2, 2)), name="placement_stability", placements=placements)
    assert rows.loc["race: A", ["numerator", "denominator"]].tolist() == [1, 31] and rows.loc["race: B", "denominator"] == 62
    assert rows.loc["race: A", "ratio"] == np.inf and rows.loc["race: A", "difference"] == pytest.approx(1000 / 31)
    assert rows.loc["race: B", "ratio"] == 0


def test_a_file_without_a_grouping_has_no_groups(tmp_path):
    assert groups(tmp_path, "entry_date exit_date exit_reason\n2024-01-10 . .").empty


def test_reported_children_are_not_grouped_by_what_only_stays_tell(tmp_path):
    """Of reported children only those who were in care would have a race: the comparison would be of other children."""
    reports = "child_id county report_date disposition disposition_date incident_date\n1 Alder 2024-02-01 substantiated . .\nx Alder 2024-02-01 substantiated . ."
    assert groups(tmp_path, children(("A", 2, 1)), name="recurrence_of_maltreatment", reports=reports).empty
    assert groups(tmp_path, children(("A", 2, 1)), "age", "recurrence_of_maltreatment", reports=reports).empty


def test_reports_tell_their_own_groups(tmp_path):
    reports = ("child_id county report_date disposition disposition_date incident_date race birth_date\n"
               "1 Alder 2024-02-01 substantiated . . B 2020-01-01\nx Alder 2024-02-01 substantiated . . A 2013-02-01")
    rows = groups(tmp_path, children(("A", 2, 1)), name="recurrence_of_maltreatment", reports=reports)
    assert rows["denominator"].to_dict() == {"race: A": 1, "race: B": 1}
    ages = groups(tmp_path, children(("A", 2, 1)), "age", "recurrence_of_maltreatment", reports=reports)
    assert ages.loc[ages["denominator"] == 1].index.tolist() == ["age: 1 to 5 years", "age: 11 to 16 years"]


def test_a_grouping_that_is_not_declared_is_an_error(tmp_path):
    with pytest.raises(CqiError, match="no grouping 'school'; there are race, sex, age"):
        groups(tmp_path, children(("A", 2, 1)), "school")


@pytest.mark.parametrize("grouping", ["worker", "supervisor_id", "Case Worker", "provider", "judge"])
def test_nothing_is_counted_for_single_workers(tmp_path, grouping):
    with pytest.raises(WorkerLevelNotAllowed, match="nothing is counted for single workers. Groups of children are race, sex, age"):
        groups(tmp_path, children(("A", 3, 1)), grouping=grouping)


# ---- for everyone --------------------------------------------------------------------------------------------------

def pooled(folder, *counted):
    on = basis(extract(folder, children(*counted)))
    rows = pooled_groups(by_group(P1, on, cohort("2024H1"), as_of=LATE, grouping="race"), "release")
    return {row.group: (row.numerator, row.denominator) for row in rows.itertuples()}, set(rows["county"])


def test_groups_large_enough_are_shown_for_the_whole_file_only(tmp_path):
    assert pooled(tmp_path, ("A", 30, 11), ("B", 40, 20)) == ({"race: A": (11, 30), "race: B": (20, 40)}, {WHOLE})


@pytest.mark.parametrize(("left", "shown"), [
    (10, {"race: A": (60, 120), "race: groups put together": (22, 65)}),  # ten left in B
    (11, {"race: A": (60, 120), "race: B": (11, 30), "race: C": (12, 35)}),
    (20, {"race: A": (60, 120), "race: groups put together": (32, 65)}),  # ten of 30 did not leave
    (19, {"race: A": (60, 120), "race: B": (19, 30), "race: C": (12, 35)}),
])
def test_small_groups_are_put_together(tmp_path, left, shown):
    assert pooled(tmp_path, ("A", 120, 60), ("B", 30, left), ("C", 35, 12))[0] == shown


def test_where_one_group_would_be_left_none_is_shown(tmp_path):
    assert pooled(tmp_path, ("A", 120, 60), ("B", 12, 2))[0] == {}


def test_the_agency_sees_every_group(tmp_path):
    rows = by_group(P1, basis(extract(tmp_path, children(("A", 3, 1)))), cohort("2024H1"), as_of=LATE, grouping="race")
    pd.testing.assert_frame_equal(pooled_groups(rows, "internal"), rows)
