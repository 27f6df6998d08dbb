"""What changed since the last extract: drawn twice, compared by hand."""

from datetime import date

import pandas as pd
import pytest
from counted import extract

from cqi.cli import main
from cqi.cohorts import cohort
from cqi.measures import basis, count
from cqi.quality import changed_cohorts, changes
from cqi.quality.changes import CHANGE_COLUMNS, COHORT_COLUMNS, changed_stays
from cqi.registry import measure
from cqi.vocabulary import WHOLE

HEAD = "child_id county entry_date exit_date exit_reason\n"


def pair(folder, before, now):
    """Two extracts of the drawn episodes."""
    found = []
    for name, rows in (("before", before), ("now", now)):
        (folder / name).mkdir(exist_ok=True)
        found.append(extract(folder / name, HEAD + rows if isinstance(rows, str) else rows))
    return found


def told(before, now) -> dict:
    """Finding and county: count, among how many."""
    return {(row.defect, row.county): (row[5], row.among) for row in changes(before, now).itertuples()}


def waiting(number: int, *, first: int = 0, county="Alder", entry="2024-01-10") -> str:
    """So many children in care."""
    return "".join(f"{child} {county} {entry} . .\n" for child in range(first, first + number))


def test_the_same_file_has_no_changes(tmp_path):
    before, now = pair(tmp_path, waiting(20), waiting(20))
    assert changes(before, now).empty and tuple(changes(before, now).columns) == CHANGE_COLUMNS
    assert changed_stays(before, now).empty


@pytest.mark.parametrize(("gone", "found"), [(10, None), (11, (11, 100))])
def test_children_in_care_last_time_who_are_missing_now(tmp_path, gone, found):
    before, now = pair(tmp_path, waiting(100), waiting(100 - gone, first=gone))
    assert told(before, now).get(("dropped-children", WHOLE)) == found


def test_a_child_who_left_or_whose_dates_changed_is_not_missing(tmp_path):
    before, now = pair(tmp_path, waiting(2), "0 Alder 2024-01-10 2024-03-10 adoption\n1 Alder 2024-01-11 . .")
    assert ("dropped-children", WHOLE) not in told(before, now)


@pytest.mark.parametrize(("again", "found"), [(60, None), (59, (41, 100))])
def test_fewer_than_sixty_percent_of_the_ids_recur(tmp_path, again, found):
    gone = "".join(f"{child} Alder 2023-01-10 2023-03-10 adoption\n" for child in range(again, 100))
    before, now = pair(tmp_path, waiting(again) + gone, waiting(again) + waiting(100 - again, first=200))
    assert told(before, now).get(("new-ids", WHOLE)) == found


@pytest.mark.parametrize(("now_rows", "found"), [(80, None), (79, (79, 100)), (120, None), (121, (121, 100))])
def test_a_table_over_twenty_percent_larger_or_smaller(tmp_path, now_rows, found):
    before, now = pair(tmp_path, waiting(100), waiting(now_rows))
    assert told(before, now).get(("other-size", WHOLE)) == found


def test_a_county_that_is_gone(tmp_path):
    before, now = pair(tmp_path, waiting(20) + waiting(3, first=50, county="Birch"), waiting(20))
    row = changes(before, now).query("defect == 'county-gone'").iloc[0]
    assert (row["county"], row["count"], row["among"], row["what"]) == ("Birch", 0, 3, "Birch is not in the file; last time it was.")
    assert row["severity"] == "high" and row["why"] and row["do"]


@pytest.mark.parametrize(("entries", "found"), [(6, None), (7, (0, 7))])
def test_a_county_that_suddenly_has_no_entries(tmp_path, entries, found):
    birch = waiting(entries, first=500, county="Birch", entry="2024-01-10")
    before, now = pair(tmp_path, waiting(20) + birch, waiting(20) + birch + waiting(20, first=100, entry="2025-06-10"))
    assert told(before, now).get(("county-gone", "Birch")) == found


# Past stays that changed

BEFORE = """1 Alder 2024-01-10 2024-03-10 adoption
2 Alder 2024-01-10 . .
3 Birch 2024-02-10 . .
"""


@pytest.mark.parametrize(("line", "now"), [
    ("1 Alder 2024-01-10 2024-03-10 adoption", ""),
    ("1 Alder 2024-01-10 2024-03-11 adoption", "exit_changed"),
    ("1 Alder 2024-01-10 2024-03-10 relative", "exit_changed"),
    ("1 Alder 2024-01-10 . .", "exit_changed"),
])
def test_an_exit_that_changed(tmp_path, line, now):
    before, later = pair(tmp_path, BEFORE, BEFORE.replace("1 Alder 2024-01-10 2024-03-10 adoption", line))
    assert changed_stays(before, later)["why"].to_list() == ([now] if now else [])


@pytest.mark.parametrize(("exit_date", "changed"), [("2024-02-29", True), ("2024-03-31", True), ("2024-04-01", False)])
def test_an_exit_after_the_last_extract_is_news_and_an_earlier_one_a_change(tmp_path, exit_date, changed):
    #  the earlier file is known to 31 March 2024
    before, now = pair(tmp_path, BEFORE, BEFORE.replace("2 Alder 2024-01-10 . .", f"2 Alder 2024-01-10 {exit_date} adoption"))
    assert (len(changed_stays(before, now)) == 1) == changed


def test_stays_added_gone_and_changed_by_county(tmp_path):
    now_rows = """1 Alder 2024-01-10 2024-03-10 relative
    2 Alder 2024-01-11 . .
    3 Birch 2024-02-10 . .
    4 Birch 2024-03-31 . .
    5 Birch 2024-04-01 . .
    """
    before, now = pair(tmp_path, BEFORE, now_rows)
    rows = changes(before, now).query("defect == 'history-rewritten'")
    assert rows[["county", "count", "among", "what"]].values.tolist() == [
        ["Alder", 3, 2, "Since the last extract, of the time that it covers: 1 stay was added, 1 stay is gone or has another entry date, "
         "1 exit changed."],
        ["Birch", 1, 1, "Since the last extract, of the time that it covers: 1 stay was added."],
    ]


def test_no_id_and_no_date_is_told(tmp_path):
    before, now = pair(tmp_path, BEFORE.replace("\n1 ", "\nCANARY1 "), waiting(3, first=700))
    text = changes(before, now).to_csv() + changed_stays(before, now).drop(columns=["entry_date", "exit_before", "exit_now"]).to_csv()
    assert "CANARY" not in text and "700" not in text and "2024-" not in text


# Closed cohorts

def cohorts(folder, before, now, period="2024H1", as_of="2025-12-31", name="permanency_in_12_months"):
    extracts = pair(folder, before, now)
    tables = [count(measure(name), basis(each), cohort(period), as_of=date.fromisoformat(as_of)) for each in extracts]
    return changed_cohorts(tables[:1], tables[1:], changed_stays(*extracts))


NEWS = "9 Alder 2025-12-10 2025-12-20 adoption\n"
"""A stay that makes the earlier file known to 31 December 2025."""


def test_a_closed_cohort_then_and_now(tmp_path):
    now_rows = """1 Alder 2024-01-10 2024-03-10 other
    2 Alder 2024-01-10 . .
    4 Birch 2024-02-11 2024-05-10 adoption
    """
    table = cohorts(tmp_path, BEFORE + NEWS, now_rows + NEWS)
    assert tuple(table.columns) == (*COHORT_COLUMNS, "added", "removed", "exit_changed")
    assert table.drop(columns=["measure", "cohort"]).values.tolist() == [
        ["Alder", 1, 2, 0, 2, 0, 0, 1], ["Birch", 0, 1, 1, 1, 1, 1, 0], [WHOLE, 1, 3, 1, 3, 1, 1, 1]]


@pytest.mark.parametrize(("as_of", "rows"), [("2025-06-29", 0), ("2025-06-30", 3), ("2025-07-01", 3)])
def test_a_cohort_is_closed_when_its_last_window_is_over(tmp_path, as_of, rows):
    assert len(cohorts(tmp_path, BEFORE + NEWS, BEFORE + NEWS, as_of=as_of)) == rows


def test_a_county_that_is_gone_has_no_count_now(tmp_path):
    table = cohorts(tmp_path, BEFORE + NEWS, BEFORE.replace("3 Birch", "3 Alder") + NEWS).set_index("county")
    assert pd.isna(table.loc["Birch", "denominator_now"]) and table.loc["Alder", "denominator_now"] == 3


@pytest.mark.parametrize(("exit_now", "changed"), [("2024-06-30", 1), ("2024-07-01", 1), ("2025-01-01", 0)])
def test_an_exit_cohort_counts_the_exits_that_are_or_were_in_it(tmp_path, exit_now, changed):
    before = "1 Alder 2024-01-10 . .\n" + NEWS
    table = cohorts(tmp_path, before, before.replace("1 Alder 2024-01-10 . .", f"1 Alder 2024-01-10 {exit_now} relative"),
                    "2024H1" if exit_now == "2024-06-30" else "2024H2", "2025-12-31", "reentry_in_12_months")
    assert table.set_index("county").loc["Alder", "exit_changed"] == changed


def test_a_measure_that_no_stay_places_has_no_reasons(tmp_path):
    table = cohorts(tmp_path, BEFORE + NEWS, BEFORE + NEWS, name="investigation_completed_on_time")
    assert len(table) == 3 and table[["added", "removed", "exit_changed"]].isna().all(axis=None)


# The command

MONTHLY = "".join(f"M{month} Alder {month}-05 {month}-25 adoption\n" for month in pd.period_range("2023-12", "2025-12", freq="M"))
"""A child a month, so that months look complete: the as-of date is 31 December 2025."""


def test_the_command_tells_what_changed(tmp_path, capsys):
    pair(tmp_path, BEFORE + MONTHLY, BEFORE.replace("2024-03-10 adoption", "2024-03-10 other") + MONTHLY)
    assert main(["check", str(tmp_path / "now"), "--since", str(tmp_path / "before")]) == 0
    lines = capsys.readouterr().out.splitlines()
    changed = next(number for number, line in enumerate(lines) if line.startswith("Alder: Since the last extract"))
    assert "of the time that it covers: 1 exit changed." in lines[changed]
    #  January to June 2024: a child a month and the child with the other exit, among them and two who are still in care
    assert "All counties, 2024H1, Permanency in 12 months for children entering care: 7 of 9 last time, 6 of 9 now (1 stay with another exit)." in lines[changed:]
    assert lines[-1] == "Counties with figures that changed: Alder 1."


def test_the_command_says_when_nothing_changed(tmp_path, capsys):
    pair(tmp_path, BEFORE + MONTHLY, BEFORE + MONTHLY)
    assert main(["check", str(tmp_path / "now"), "--since", str(tmp_path / "before")]) == 0
    assert "No change that needs a look since the last extract." in capsys.readouterr().out


def test_the_command_names_a_folder_that_is_not_there(tmp_path, capsys):
    pair(tmp_path, BEFORE, BEFORE)
    assert main(["check", str(tmp_path / "now"), "--since", str(tmp_path / "never")]) == 2
    assert "never: there is no such file or folder" in capsys.readouterr().err
