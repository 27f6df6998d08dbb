"""Findings about a file, by county, in counts: never a row and never a child's value."""

from datetime import date

import pandas as pd
import pytest
from counted import extract

from cqi.quality import FINDING_COLUMNS, findings
from cqi.vocabulary import WHOLE


def found(folder, episodes, as_of="2024-12-31"):
    return findings(extract(folder, episodes), as_of=date.fromisoformat(as_of))


def counts(table: pd.DataFrame, finding: str) -> dict:
    """County: count, among how many."""
    rows = table.loc[table["finding"] == finding]
    return {row.county: (row[3], row.among) for row in rows.itertuples(index=False)}


def test_nothing_to_report(tmp_path):
    table = found(tmp_path, "entry_date\n2024-01-10")
    assert table.empty and tuple(table.columns) == FINDING_COLUMNS


def test_exits_without_a_reason_are_among_exits(tmp_path):
    table = found(tmp_path, """
        county  entry_date  exit_date   exit_reason
        Alder   2024-01-10  2024-02-10  .
        Alder   2024-01-10  2024-02-10  adoption
        Alder   2024-01-10  .           .
        Birch   2024-01-10  2024-02-10  adoption
    """)
    assert counts(table, "exit without a reason") == {"Alder": (1, 2), WHOLE: (1, 3)}


@pytest.mark.parametrize(("as_of", "expected"), [
    ("2024-02-09", {}), ("2024-02-10", {"Alder": (1, 1), WHOLE: (1, 1)}), ("2024-02-11", {"Alder": (1, 1), WHOLE: (1, 1)}),
])
def test_an_exit_after_the_as_of_date_is_not_known(tmp_path, as_of, expected):
    table = found(tmp_path, "entry_date exit_date exit_reason\n2024-01-10 2024-02-10 .", as_of)
    assert counts(table, "exit without a reason") == expected


@pytest.mark.parametrize(("as_of", "expected"), [("2024-01-09", {}), ("2024-01-10", {"Alder": (1, 1), WHOLE: (1, 1)})])
def test_stays_without_a_birth_date_once_they_began(tmp_path, as_of, expected):
    table = found(tmp_path, "birth_date entry_date\n. 2024-01-10\n2015-06-15 2024-06-10", as_of)
    assert counts(table, "no birth date") == expected


def test_entries_before_the_file(tmp_path):
    table = found(tmp_path, "entry_date entry_known\n2024-01-01 no\n2024-01-01 yes")
    assert counts(table, "entry not in the file") == {"Alder": (1, 2), WHOLE: (1, 2)}


def test_rows_set_aside_are_counted_for_the_whole_file(tmp_path):
    table = found(tmp_path, "entry_date exit_date exit_reason\n2024-02-10 2024-01-10 adoption\n2024-01-10 . .")
    assert counts(table, "row set aside") == {WHOLE: (1, 2)}


# Months that look incomplete: a third of the usual, and surprising

def monthly(numbers: list[int], column: str = "entry_date") -> pd.DataFrame:
    """So many entries (or exits of older stays) in each month of 2023 and 2024, on the 10th."""
    months = pd.period_range("2023-01", periods=len(numbers), freq="M")
    days = [f"{month}-10" for month, number in zip(months, numbers) for _ in range(number)]
    if column == "entry_date":
        return pd.DataFrame({"entry_date": days})
    return pd.DataFrame({"entry_date": "2022-01-10", "exit_date": days, "exit_reason": "adoption"})


def few(folder, episodes, as_of="2024-12-31"):
    table = found(folder, episodes, as_of)
    return {row.month: (row[3], row.usual) for row in table.itertuples(index=False) if row.finding.startswith("few")}


@pytest.mark.parametrize("column", ["entry_date", "exit_date"])
def test_an_empty_month_in_a_county_with_many(tmp_path, column):
    assert few(tmp_path, monthly([20] * 21 + [0, 20, 20], column)) == {"2024-10": (0, 20)}


def test_usual_is_of_the_twelve_months_before_the_last_six(tmp_path):
    #  July 2023 to June 2024 hold 8 and then 20 a month
    assert few(tmp_path, monthly([99] * 6 + [8] * 6 + [20] * 9 + [0, 20, 20])) == {"2024-10": (0, (6 * 8 + 6 * 20) / 12)}


@pytest.mark.parametrize(("number", "reported"), [(19, True), (20, False), (21, False)])
def test_below_a_third_of_the_usual_where_that_is_surprising(tmp_path, number, reported):
    assert (few(tmp_path, monthly([60] * 23 + [number])) != {}) == reported


def test_a_small_countys_empty_month_is_no_surprise_but_two_may_be(tmp_path):
    #  8 usual: an empty month has a chance of 0.5^8 = 0.004, two in a row 0.5^16 = 0.00002
    assert few(tmp_path, monthly([8] * 20 + [0, 8, 8, 8])) == {}
    assert few(tmp_path, monthly([8] * 20 + [0, 0, 8, 8])) == {"2024-09": (0, 8), "2024-10": (0, 8)}


@pytest.mark.parametrize(("as_of", "months"), [("2024-12-30", []), ("2024-12-31", ["2024-12"]), ("2025-01-05", ["2024-12"])])
def test_a_month_that_is_not_over_is_not_reported(tmp_path, as_of, months):
    assert list(few(tmp_path, monthly([20] * 23 + [0]), as_of)) == months


def test_counties_are_looked_at_one_by_one(tmp_path):
    rows = pd.concat([monthly([20] * 24).assign(county="Alder"), monthly([20] * 22 + [0, 20]).assign(county="Birch")], ignore_index=True)
    table = found(tmp_path, rows)
    assert table[["county", "finding", "month"]].values.tolist() == [["Birch", "few entries", "2024-11"]]
