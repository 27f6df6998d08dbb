"""What the public function refuses, in words that never hold a child's value."""

import pandas as pd
import pytest
from plain import stays

from cqi.course import on_course
from cqi.vocabulary import CqiError

ASKED = {"measure": "permanency_in_12_months", "cohort": "2024H1", "as_of": "2024-05-31"}
ROWS = stays((40, "Alder", "2023-02-01", 50, "adoption"), (3, "Birch", "2024-01-10", None, ""))
SECRETS = ("c17", "c41", "2023-02-01", "2024-01-10", "1899-", "gone fishing")


def refused(table: pd.DataFrame = ROWS, **asked) -> str:
    with pytest.raises(CqiError) as error:
        on_course(table, **{**ASKED, **asked})
    assert not [secret for secret in SECRETS if secret in str(error.value)]
    return str(error.value)


def spoiled(column: str, *values, first: int = 41) -> pd.DataFrame:
    """The table with other values in rows 42 and on."""
    table = ROWS.astype("object")
    for number, value in enumerate(values):
        table.loc[first + number, column] = value
    return table


@pytest.mark.parametrize("column", ["child_id", "county", "entry_date", "exit_date", "exit_reason"])
def test_a_missing_column(column):
    assert f"no column '{column}'; needed are child_id, county, entry_date, exit_date, exit_reason" in refused(ROWS.drop(columns=column))


def test_no_rows():
    assert "hold no row" in refused(ROWS.head(0))


@pytest.mark.parametrize(("table", "words"), [
    (spoiled("exit_date", "1899-12-31"), "row 42 has an exit_date before its entry_date; correct the dates. 1 in all"),
    (spoiled("exit_date", "2024-01-09", "2024-01-09"), "row 42 has an exit_date before its entry_date; correct the dates. 2 in all"),
    (spoiled("entry_date", None), "row 42 has no entry_date"), (spoiled("entry_date", ""), "row 42 has no entry_date"),
    (spoiled("child_id", None), "row 42 has no child_id"), (spoiled("child_id", ""), "row 42 has no child_id"),
    (spoiled("county", None), "row 42 has no county"), (spoiled("county", ""), "row 42 has no county"),
    (spoiled("exit_reason", "gone fishing", first=17), "row 18 has an exit_reason that is not known; write one of reunification"),
    (spoiled("entry_date", "10/01/2024"), "entry_date has a value that is not a day; write days as 2026-06-30"),
    (spoiled("exit_date", "unknown"), "exit_date has a value that is not a day"),
    (spoiled("exit_date", 20240601), "exit_date has a value that is not a day"),
])
def test_rows_that_cannot_be_right(table, words):
    assert words in refused(table)


@pytest.mark.parametrize("days", [0, 1])
def test_leaving_on_the_day_of_entry_can_be_right(days):
    on_course(pd.concat([ROWS, stays((1, "Alder", "2024-01-10", days, "adoption")).assign(child_id="new")]), **ASKED)


@pytest.mark.parametrize(("asked", "words"), [
    ({"measure": "permanency_in_12_month"}, "Did you mean 'permanency_in_12_months'"), ({"cohort": "2024H3"}, "No cohort '2024H3'"),
    ({"as_of": "31/05/2024"}, "not a day"), ({"as_of": "2024-02-30"}, "not a day"),
    ({"measure": "placement_stability"}, "needs more than stays in care"),
    ({"measure": "entries_per_1000_children"}, "needs more than stays in care"),
    ({"measure": "reentry_in_12_months_round_3"}, "needs more than stays in care"),
    ({"targets": {"Elder": 0.4}}, "No county 'Elder' in the episodes. Did you mean 'Alder'"),
    ({"targets": {"Alder": 42}}, "between 0 and 1, such as 0.42"), ({"targets": {"Alder": -0.01}}, "between 0 and 1"),
    ({"targets": {"Alder": float("nan")}}, "between 0 and 1"), ({"targets": {"Alder": "0.4"}}, "between 0 and 1"),
    ({"targets": {101: 0.4}}, "No county '101'"), ({"regions": {"Elder": "North"}}, "No county 'Elder'"),
    ({"baseline": ["2023H3"]}, "No cohort '2023H3'"), ({"baseline": ["2024H2"]}, "give periods that come before 2024H1"),
    ({"baseline": ["2023H1", "2024H1"]}, "The baseline's 2024H1 is not over before 2024H1 begins"),
    ({"baseline": ["2023", "2023H2"]}, "The baseline's 2023 is not over before 2023H2 begins"),
])
def test_questions_that_cannot_be_asked(asked, words):
    assert words in refused(**asked)


@pytest.mark.parametrize("goal", [0, 1, 0.0, 1.0])
def test_the_edges_of_a_goal_can_be_asked(goal):
    assert len(on_course(ROWS, **ASKED, targets={"Alder": goal})) == 2
