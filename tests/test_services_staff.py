"""Staff: who is still here 12 months after the hire, and how many leave in a year; never one person."""

from datetime import date

import pandas as pd
import pytest
from drawn import cells, write

from cqi.cohorts import cohort
from cqi.services import employments, retention, staying, turnover
from cqi.services.staff import told_since, years
from cqi.sources import load
from cqi.vocabulary import MEASURE_COLUMNS, WHOLE

LATE = date(2026, 6, 30)
YEAR = cohort("2024")


def staff(drawing):
    """Spells drawn as text; county Alder and role aide where the drawing has none."""
    head, *rows = cells(drawing)
    found = pd.DataFrame(rows, columns=head)
    found = found.assign(**{name: word for name, word in (("county", "Alder"), ("role", "aide")) if name not in found})
    return found.assign(**{name: pd.to_datetime(found[name], errors="coerce").astype("datetime64[s]") for name in ("hire_date", "end_date")})


def kept(drawing, *, as_of=LATE, year=YEAR, group=""):
    """Still here and hired, of one row."""
    rows = retention(employments(staff(drawing), as_of=as_of), year, as_of=as_of)
    own = rows.loc[rows["group"] == group]
    assert len(own) == 1 and tuple(own.columns) == MEASURE_COLUMNS
    return tuple(own.iloc[0][["numerator", "denominator"]])


# ---- still here after 12 months ----------------------------------------------------------------------------------------

@pytest.mark.parametrize(("end", "here"), [("2025-02-27", 0), ("2025-02-28", 0), ("2025-03-01", 1), (".", 1), ("2024-02-29", 0)])
def test_who_left_on_the_anniversary_had_left(end, here):
    """Hired on 29 February 2024: the anniversary is 28 February 2025, day 365. Who left on the day of the hire was hired, and left."""
    assert kept(f"staff_id hire_date end_date\na 2024-02-29 {end}") == (here, 1)


@pytest.mark.parametrize(("end", "here"), [("2024-02-28", 0), ("2024-03-01", 0), ("2024-03-02", 1)])
def test_the_anniversary_and_not_365_days(end, here):
    """Hired on 1 March 2023: 29 February 2024 is day 365, and the anniversary a day later."""
    assert kept(f"staff_id hire_date end_date\na 2023-03-01 {end}", year=cohort("2023")) == (here, 1)


@pytest.mark.parametrize(("hired", "counted"), [("2023-12-31", 0), ("2024-01-01", 1), ("2024-12-31", 1), ("2025-01-01", 0)])
def test_the_year_of_hire(hired, counted):
    assert kept(f"staff_id hire_date end_date\na {hired} .") == (counted, counted)


def test_by_the_role_they_were_hired_for():
    drawing = """
        staff_id  role        hire_date   end_date
        a         aide        2024-01-01  2024-06-30
        a         supervisor  2024-07-01  .
        b         aide        2024-05-01  2024-06-01
        c         supervisor  2024-05-01  .
    """
    assert kept(drawing) == (2, 3) and kept(drawing, group="role: aide") == (1, 2) and kept(drawing, group="role: supervisor") == (1, 1)


@pytest.mark.parametrize(("as_of", "status"), [("2025-12-30", "so far"), ("2025-12-31", "shown")])
def test_a_year_has_a_share_once_all_have_had_their_twelve_months(as_of, status):
    day = date.fromisoformat(as_of)
    rows = retention(employments(staff("staff_id hire_date end_date\na 2024-02-01 ."), as_of=day), YEAR, as_of=day)
    assert set(rows["status"]) == {status} and rows["value"].notna().all() == (status == "shown")


# ---- one employment ----------------------------------------------------------------------------------------------------

@pytest.mark.parametrize(("again", "times"), [("2024-03-30", 1), ("2024-03-31", 1), ("2024-04-01", 1), ("2024-04-02", 2)])
def test_a_move_is_no_leaving_and_who_comes_back_was_hired_again(again, times):
    """The first row ends on 31 March: the day itself and the day after go on; a day later is a new hire."""
    found = employments(staff(f"staff_id hire_date end_date\na 2024-01-01 2024-03-31\na {again} .\nb 2024-01-01 ."), as_of=LATE)
    assert len(found) == times + 1 and found["end_date"].notna().sum() == times - 1


def test_rows_inside_others_end_with_the_last():
    found = employments(staff("""
        staff_id  county  role        hire_date   end_date
        a         Alder   aide        2024-01-01  2024-12-31
        a         Birch   supervisor  2024-02-01  2024-03-01
        a         Cedar   worker      2024-12-31  2025-06-30
    """), as_of=LATE)
    assert found.astype(str).values.tolist() == [["Alder", "aide", "2024-01-01", "2025-06-30", "Cedar", "worker"]]


def test_what_came_after_the_day_is_not_known():
    drawing = "staff_id hire_date end_date\na 2024-01-01 2025-07-01\nb 2025-07-01 ."
    before, after = (employments(staff(drawing), as_of=date.fromisoformat(day)) for day in ("2025-06-30", "2025-07-01"))
    assert len(before) == 1 and before["end_date"].isna().all() and len(after) == 2 and after["end_date"].notna().sum() == 1


# ---- turnover ----------------------------------------------------------------------------------------------------------

def test_leavers_by_average_staff():
    """2024 has 366 days. a and b all of it; c from 1 July to 30 September, 92 days, as the day of leaving is not worked; d left on the
    last day of the year, after 365; e left the year before. 2 leavers by (366 + 366 + 92 + 365) / 366 = 3.249."""
    times = employments(staff("""
        staff_id  hire_date   end_date
        a         2020-01-01  .
        b         2023-12-31  2025-01-01
        c         2024-07-01  2024-10-01
        d         2020-01-01  2024-12-31
        e         2020-01-01  2023-12-31
    """), as_of=LATE)
    row = turnover(times, YEAR, as_of=LATE).set_index("group").loc[""]
    assert (row["numerator"], row["denominator"]) == (2, pytest.approx((366 + 366 + 92 + 365) / 366))
    assert row["value"] == pytest.approx(2 / (1189 / 366))
    assert [row["lower"], row["upper"]] == pytest.approx([0.24221 / (1189 / 366), 7.22469 / (1189 / 366)], abs=1e-5)  # Garwood 1936: 2 is 0.2422 to 7.2247


def test_turnover_by_role_and_county_is_that_of_leaving():
    times = employments(staff("""
        staff_id  county  role        hire_date   end_date
        a         Alder   aide        2023-01-01  2024-06-30
        a         Birch   supervisor  2024-07-01  2024-09-30
        b         Alder   aide        2023-01-01  .
    """), as_of=LATE)
    by_role = turnover(times, YEAR, as_of=LATE).set_index("group")["numerator"]
    assert by_role.to_dict() == {"role: aide": 0, "role: supervisor": 1, "": 1}
    by_county = turnover(times, YEAR, as_of=LATE, by="county").set_index("county")["numerator"]
    assert by_county.to_dict() == {"Alder": 0, "Birch": 1, WHOLE: 1}


def test_years_begin_where_the_file_tells_who_left():
    rows = staff("staff_id hire_date end_date\na 2015-01-01 2021-03-05\nb 2016-01-01 2024-01-01\nc 2025-01-01 .")
    assert told_since(rows) == date(2021, 3, 1)
    assert [year.label for year in years(rows, as_of=date(2024, 12, 31), whole=True)] == ["2022", "2023", "2024"]
    assert [year.label for year in years(rows, as_of=date(2024, 12, 30), whole=True)] == ["2022", "2023"]
    assert [year.label for year in years(rows, as_of=date(2024, 12, 30), whole=False)] == ["2022", "2023", "2024"]
    assert years(rows.loc[rows["end_date"].isna()], as_of=LATE, whole=True) == []


def test_the_curve_of_those_still_here():
    """20 hired on 1 January 2024, 5 left in month 2 and 5 in month 8: 15 of 20 at month 3 and 6, 10 of 20 after."""
    rows = staff("staff_id hire_date end_date\n" + "\n".join(f"s{n} 2024-01-01 {('2024-02-10', '2024-08-20', '.', '.')[n // 5]}" for n in range(20)))
    found = staying(employments(rows, as_of=LATE), as_of=LATE, since=date(2024, 1, 1))
    everyone = found.loc[found["group"] == ""].set_index("at")
    assert everyone["value"].to_dict() == pytest.approx({3: 0.75, 6: 0.75, 9: 0.5, 12: 0.5, 18: 0.5, 24: 0.5})
    assert (everyone["lower"] < everyone["value"]).all() and (everyone["upper"] > everyone["value"]).all()
    assert everyone.loc[3, ["numerator", "denominator"]].tolist() == [15, 20]


# ---- the file ----------------------------------------------------------------------------------------------------------

def test_how_the_file_is_read(tmp_path):
    found = load(write(tmp_path, episodes="child_id county entry_date exit_date exit_reason\na Alder 2024-01-01 . .", staff="""
        staff_id  county  role  hire_date   end_date
        hidden1   Alder   aide  2024-01-02  2024-01-01
        hidden2   Alder   aide  2024-01-02  2024-01-02
        hidden3   Alder   aide  2024-01-02  .
        hidden3   Alder   aide  2024-01-02  2024-05-05
        hidden4   Alder   .     2024-01-02  .
        hidden4   Birch   aide  2024-02-02  .
    """))
    assert found.staff["staff_id"].tolist() == ["hidden2", "hidden4", "hidden4"]
    reasons = dict(zip(found.quarantine["row"], found.quarantine["reason"]))
    assert reasons[2] == "end_date comes before hire_date" and set(reasons) == {2, 4, 5}
    assert reasons[4] == "two different rows for one staff_id and county and role and hire_date"
    told = found.findings.set_index("defect")
    assert "1 row of a person" in told.loc["staff-twice", "what"] and "1 row without a role in role" in told.loc["no-role", "what"]
    assert "hidden" not in found.findings.to_csv() + "".join(found.notes)
