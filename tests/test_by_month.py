"""Series by calendar month: days and exits to the day, months that are whole and observed, and what a reader may see of them."""

from dataclasses import fields
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from counted import extract, table

from cqi.cohorts import cohort
from cqi.disclosure.months import beside_cohorts, protected_months
from cqi.measures import basis, maturity
from cqi.measures.by_month import MONTH_COLUMNS, by_month
from cqi.registry import measure
from cqi.sources import load
from cqi.tables import Tables
from cqi.tables.ledger import given_out
from cqi.tables.released import _months
from cqi.vocabulary import WHOLE, CqiError

HEADLINE = measure("permanency_in_12_months")
BEGINS = "\n2023-01-02  2023-01-20  reunification"
"""A stay with which a drawn file begins in January 2023, so that 2024 is covered from January on."""


@pytest.fixture(scope="module")
def sample():
    return basis(load("data_samples", "episodes"))


def counted(folder, drawing, *, as_of="2024-06-30", months=6, begins=BEGINS):
    rows = "entry_date exit_date exit_reason\n" + drawing.strip() + begins
    return by_month(HEADLINE, basis(extract(folder, table(rows))), as_of=date.fromisoformat(as_of), months=months)


def series(found, name, column, county="Alder"):
    """The column of one series by month, as `01` to `12`."""
    rows = found.loc[(found["series"] == name) & (found["county"] == county)]
    return dict(zip(rows["month"].dt.strftime("%m"), rows[column]))


def exits(folder, drawing, **how):
    """Exits, days and children of each month in which there are any."""
    found = counted(folder, drawing, **how)
    parts = [series(found, "exits", name) for name in ("numerator", "denominator", "children")]
    return {month: tuple(int(part[month]) for part in parts) for month in parts[0] if any(part[month] for part in parts)}


# Exits by days in care

def test_days_count_from_the_eighth_to_the_last(tmp_path):
    """In on 10 March, 8 days on the 18th, out on 20 May: 14 days in March, 30 in April, 20 in May."""
    assert exits(tmp_path, "2024-03-10  2024-05-20  reunification") == {"03": (0, 14, 1), "04": (0, 30, 1), "05": (1, 20, 1)}


@pytest.mark.parametrize(("exit_day", "found"), [
    ("2024-04-29", {"04": (1, 19, 1)}), ("2024-04-30", {"04": (1, 20, 1)}), ("2024-05-01", {"04": (0, 20, 1), "05": (1, 1, 1)}),
])
def test_an_exit_is_in_the_month_of_its_day(tmp_path, exit_day, found):
    assert exits(tmp_path, f"2024-04-03  {exit_day}  adoption") == found


@pytest.mark.parametrize(("exit_day", "found"), [
    ("2024-04-10", {}), ("2024-04-11", {"04": (1, 1, 1)}), ("2024-04-12", {"04": (1, 2, 1)}),
])
def test_a_stay_under_8_days_has_no_days(tmp_path, exit_day, found):
    assert exits(tmp_path, f"2024-04-03  {exit_day}  reunification") == found


@pytest.mark.parametrize(("exit_day", "last"), [("2024-05-14", (1, 14, 1)), ("2024-05-15", (1, 15, 1)), ("2024-05-16", (0, 15, 1))])
def test_the_anniversary_is_the_last_day(tmp_path, exit_day, last):
    found = exits(tmp_path, f"2023-05-15  {exit_day}  guardianship")
    assert found["05"] == last and "06" not in found and found["04"] == (0, 30, 1)


@pytest.mark.parametrize(("as_of", "last"), [("2024-05-31", {"05": (1, 31, 1)}), ("2024-05-30", {})])
def test_an_exit_is_known_from_its_day_on_and_months_are_whole(tmp_path, as_of, last):
    found = exits(tmp_path, "2024-04-03  2024-05-31  relative", as_of=as_of)
    assert found == {"04": (0, 20, 1)} | last


def test_a_later_exit_is_not_known(tmp_path):
    assert exits(tmp_path, "2024-04-03  2024-06-01  relative", as_of="2024-05-31") == {"04": (0, 20, 1), "05": (0, 31, 1)}


def test_other_exits_end_the_days_and_are_not_counted(tmp_path):
    assert exits(tmp_path, "2024-04-03  2024-04-20  transfer") == {"04": (0, 10, 1)}


def test_turning_18_ends_the_days(tmp_path):
    rows = table("""
        entry_date  exit_date   exit_reason    birth_date
        2024-04-03  2024-06-10  reunification  2006-05-04
        2023-01-02  2023-01-20  reunification  2015-01-01
    """)
    found = by_month(HEADLINE, basis(extract(tmp_path, rows)), as_of=date(2024, 6, 30), months=3)
    assert series(found, "exits", "denominator") == {"04": 20, "05": 4, "06": 0} and series(found, "exits", "numerator")["06"] == 0


def test_a_second_stay_counts_from_its_own_entry(tmp_path):
    rows = table("""
        child_id  entry_date  exit_date   exit_reason
        1         2024-01-01  2024-02-10  reunification
        1         2024-04-03  .           .
        2         2023-01-02  2023-01-20  reunification
    """)
    found = by_month(HEADLINE, basis(extract(tmp_path, rows)), as_of=date(2024, 6, 30), months=6)
    assert series(found, "exits", "denominator") == {"01": 23, "02": 10, "03": 0, "04": 20, "05": 31, "06": 30}
    assert series(found, "entries", "numerator") == {"01": 1, "02": 0, "03": 0, "04": 1, "05": 0}


def test_values_are_per_1000_days_and_missing_without_days(tmp_path):
    found = series(counted(tmp_path, "2024-03-10  2024-05-20  reunification"), "exits", "value")
    assert found["05"] == 1000 / 20 and found["04"] == 0 and np.isnan(found["06"])


def test_days_and_exits_as_counted_day_by_day(tmp_path):
    """300 stays drawn at random, counted one by one and day by day."""
    rng = np.random.default_rng(7)
    entry = pd.Timestamp("2023-01-02") + pd.to_timedelta(rng.integers(0, 540, 300), unit="D")
    stay, reason = rng.integers(0, 500, 300), rng.choice(["reunification", "transfer", "adoption"], 300)
    out = entry + pd.to_timedelta(stay, unit="D")
    rows = pd.DataFrame({"entry_date": entry.strftime("%Y-%m-%d"), "exit_date": out.strftime("%Y-%m-%d"), "exit_reason": reason,
                         "county": rng.choice(["Alder", "Birch"], 300)})
    found = by_month(HEADLINE, basis(extract(tmp_path, rows)), as_of=date(2024, 9, 30), months=6)
    days, gone, there = {}, {}, {}
    for row, (first, last) in enumerate(zip(entry, out)):
        end = min(last, first + pd.DateOffset(years=1), pd.Timestamp("2024-09-30"))
        day = first + timedelta(days=8)
        while day <= end:
            key = (rows["county"][row], f"{day:%Y-%m}")
            days[key] = days.get(key, 0) + 1
            there.setdefault(key, set()).add(row)
            gone[key] = gone.get(key, 0) + (day == last and reason[row] != "transfer")
            day += timedelta(days=1)
    own = found.loc[(found["series"] == "exits") & (found["county"] != WHOLE)]
    keys = list(zip(own["county"], own["month"].dt.strftime("%Y-%m")))
    assert len(keys) == 12 and own["denominator"].tolist() == [days.get(key, 0) for key in keys]
    assert own["numerator"].tolist() == [gone.get(key, 0) for key in keys]
    assert own["children"].tolist() == [len(there.get(key, ())) for key in keys]


# Those who entered

def test_three_months_and_entries_are_those_of_the_maturity_table(sample):
    found = by_month(HEADLINE, sample, as_of=date(2026, 6, 30))
    for label in ("2024-07", "2025-11", "2026-03"):
        rows = maturity(HEADLINE, sample, cohort(label), as_of=date(2026, 6, 30))
        rows = rows.loc[rows["at"] == 3]
        here = found.loc[found["month"] == pd.Timestamp(f"{label}-01")].set_index(["series", "county"])
        assert here.loc["three months", "numerator"].loc[rows["county"]].tolist() == rows["numerator"].tolist()
        for name, column in (("three months", "denominator"), ("entries", "numerator"), ("entries", "children")):
            assert here.loc[name, column].loc[rows["county"]].tolist() == rows["denominator"].tolist()
    assert found.loc[found["series"] == "entries", "denominator"].isna().all()


@pytest.mark.parametrize(("as_of", "last"), [("2024-06-29", "02"), ("2024-06-30", "03"), ("2024-07-29", "03"), ("2024-07-30", "04")])
def test_three_months_of_the_months_last_child(tmp_path, as_of, last):
    """31 March and 3 months is 30 June; 30 April and 3 months is 30 July."""
    assert [*series(counted(tmp_path, "2024-01-10  .  .", as_of=as_of), "three months", "numerator")][-1] == last


@pytest.mark.parametrize(("as_of", "last"), [("2024-06-07", "04"), ("2024-06-08", "05"), ("2024-06-30", "05")])
def test_entries_once_the_last_child_has_stayed_8_days(tmp_path, as_of, last):
    assert [*series(counted(tmp_path, "2024-01-10  .  .", as_of=as_of), "entries", "numerator")][-1] == last


# Months

def test_exits_begin_a_year_after_the_file_does(tmp_path):
    found = counted(tmp_path, "2024-01-10  .  .", months=24, as_of="2024-03-31")
    first = found.groupby("series")["month"].agg(["min", "max", "nunique"])
    assert first.loc["exits"].tolist() == [pd.Timestamp("2024-01-01"), pd.Timestamp("2024-03-01"), 3]
    assert first.loc["entries"].tolist() == [pd.Timestamp("2023-01-01"), pd.Timestamp("2024-02-01"), 14]


def test_a_file_too_short_has_no_rows(tmp_path):
    found = counted(tmp_path, "2024-06-20  .  .", begins="")
    assert list(found.columns) == list(MONTH_COLUMNS) and found.empty


def test_counties_add_up_and_the_order_of_rows_does_not_matter(tmp_path):
    rows = pd.read_csv("data_samples/episodes.csv", dtype="str", keep_default_na=False)
    rows = rows.loc[rows["county"].isin(["Birch", "Elm"])]
    first, second = tmp_path / "a", tmp_path / "b"
    for folder in (first, second):
        folder.mkdir()
    one = by_month(HEADLINE, basis(extract(first, rows)), as_of=date(2026, 6, 30))
    two = by_month(HEADLINE, basis(extract(second, rows.sample(frac=1, random_state=4))), as_of=date(2026, 6, 30))
    pd.testing.assert_frame_equal(one, two)
    sums = one.loc[one["county"] != WHOLE].groupby(["series", "month"])[["children", "numerator"]].sum()
    assert sums.equals(one.loc[one["county"] == WHOLE].set_index(["series", "month"])[["children", "numerator"]].sort_index())


def test_a_measure_of_other_children_is_refused(sample):
    with pytest.raises(CqiError, match="there is no series by month"):
        by_month(measure("placement_stability"), sample, as_of=date(2026, 6, 30))


# What a reader may see

def drawn(drawing, name="exits"):
    """One series: counties in rows, a count for each month; the whole file is their sum, 500 children are behind each."""
    wide = table(drawing).set_index("county").astype(float)
    wide.loc[WHOLE] = wide.sum()
    rows = wide.rename_axis(columns="month").stack().rename("numerator").reset_index()
    rows = rows.assign(month=pd.to_datetime("2025-" + rows["month"].str[1:] + "-01"), series=name, measure="m", status="shown")
    if name == "exits":
        rows = rows.assign(children=500.0, denominator=15000.0, unit="exits per 1,000 days in care", value=rows["numerator"] / 15)
    else:
        rows = rows.assign(children=rows["numerator"], denominator=np.nan, unit="children a month", value=rows["numerator"])
    return rows[list(MONTH_COLUMNS)]


def shown(found, name="exits"):
    own = found.loc[found["series"] == name]
    return sorted(own.loc[own["status"] == "shown", "county"].unique())


def test_a_series_is_hidden_whole_for_one_small_month_and_another_beside_it():
    found = protected_months(drawn("""
        county  m01  m02
        Alder   10   30
        Birch   40   41
        Cedar   11   12
        Elm     60   0
    """), "release")
    assert shown(found) == [WHOLE, "Birch", "Elm"]
    hidden = found.loc[found["county"] == "Alder"]
    assert hidden[["children", "numerator", "denominator", "value"]].isna().all(axis=None) and set(hidden["status"]) == {"suppressed"}


def test_a_month_without_any_hides_nothing_beside_it():
    """In m02 Cedar has none, so there Elm is hidden beside Alder."""
    found = protected_months(drawn("""
        county  m01  m02
        Alder   10   30
        Birch   90   91
        Cedar   11   0
        Elm     60   61
    """), "release")
    assert shown(found) == [WHOLE, "Birch"]


def test_the_same_county_is_hidden_beside_it_in_every_month():
    """In m01 Birch is the smallest of the others, in m02 Cedar: one of them is enough."""
    found = protected_months(drawn("""
        county  m01  m02
        Alder   5    6
        Birch   20   90
        Cedar   80   21
        Elm     99   99
    """), "release")
    assert shown(found) == [WHOLE, "Birch", "Elm"]


def test_a_release_tells_no_county_s_exits_by_month():
    """No count is small, so each series could stand alone. But a county's exits less those of a period's own children, which other pages
    tell by the same days, are those of the few who entered earlier."""
    counts = """
        county  m01  m02
        Alder   40   30
        Birch   50   41
        Cedar   60   70
    """
    series = pd.concat([drawn(counts), drawn(counts, "entries")], ignore_index=True)
    assert shown(protected_months(series, "release")) == ["Alder", WHOLE, "Birch", "Cedar"]
    nothing = pd.DataFrame(columns=["measure", "county", "cohort", "at", "numerator", "denominator"])
    page = Tables(**{each.name: pd.DataFrame() for each in fields(Tables)[:-1]} | {"months_charted": series}, facts={})
    found = _months({"2025H1": page}, {"2025H1": {"measures": nothing}}, given_out(None), "release")
    assert shown(found) == [WHOLE]
    assert shown(found, "entries") == ["Alder", WHOLE, "Birch", "Cedar"]


@pytest.mark.parametrize(("count", "kept"), [(0, True), (1, False), (10, False), (11, True)])
def test_the_threshold(count, kept):
    found = protected_months(drawn(f"""
        county  m01
        Alder   {count}
        Birch   50
        Cedar   60
    """), "release")
    assert ("Alder" in shown(found)) == kept


def test_few_children_behind_a_rate_hide_it_and_are_never_shown():
    rows = drawn("""
        county  m01
        Alder   0
        Birch   50
        Cedar   60
    """)
    rows.loc[rows["county"] == "Alder", "children"] = 10
    assert "Alder" not in shown(protected_months(rows, "release"))
    assert protected_months(rows, "release")["children"].isna().all() and protected_months(rows, "internal").equals(rows)


def test_children_not_counted_in_a_share():
    entries = drawn("""
        county  m01
        Alder   50
        Birch   50
        Cedar   50
    """, "entries")
    counted = entries.assign(series="three months", unit="children", denominator=entries["children"], numerator=[39.0, 40, 39, 118])
    assert shown(protected_months(counted, "release"), "three months") == [WHOLE, "Cedar"]
    enough = protected_months(counted.assign(numerator=[39.0, 39, 39, 117]), "release")
    assert shown(enough, "three months") == ["Alder", WHOLE, "Birch", "Cedar"]


def test_where_entries_are_hidden_so_is_the_share_among_them():
    entries = drawn("""
        county  m01
        Alder   50
        Birch   60
        Cedar   70
    """, "entries")
    counted = entries.assign(series="three months", unit="children", denominator=entries["children"], numerator=[20.0, 20, 20, 60])
    both = pd.concat([entries, counted], ignore_index=True)
    found = protected_months(both, "release", besides=both["county"].eq("Birch") & both["series"].eq("entries"))
    assert "Birch" not in shown(found, "three months") and "Birch" not in shown(found, "entries")
    only = protected_months(both, "release", besides=both["county"].eq("Birch") & both["series"].eq("three months"))
    assert "Birch" in shown(only, "entries")


APART = [(121, False), (120, True), (111, True), (110, False), (100, True), (99, False)]


def given(count: float, label="2025H1", series="entries") -> pd.DataFrame:
    """What another table gives for a whole period of Alder's: 110 children of all counties, and its count."""
    return pd.DataFrame({"county": ["Alder", WHOLE], "cohort": label, "series": series, "count": [count, 110.0]})


@pytest.mark.parametrize(("cohort_count", "told"), [*APART, (np.nan, True)])
def test_months_that_add_up_to_almost_a_cohort_are_hidden(cohort_count, told):
    """60 and 50 entered in two months of six, nobody in the others; the cohort's table says how many children entered in the half-year."""
    rows = drawn("""
        county  m01  m02  m03  m04  m05  m06
        Alder   60   0    0    0    0    50
    """, "entries")
    found = beside_cohorts(rows, given(cohort_count), "release")
    assert found.loc[rows["county"] == "Alder"].all() == told and not found.loc[rows["county"] == WHOLE].any()
    assert not beside_cohorts(rows, given(cohort_count), "internal").any()
    assert not beside_cohorts(rows, given(cohort_count, "2024H2"), "release").any()
    assert not beside_cohorts(rows, given(cohort_count, series="exits"), "release").any()


@pytest.mark.parametrize(("cohort_count", "told"), APART)
def test_months_that_lack_the_last_one_tell_it_beside_the_cohort(cohort_count, told):
    """60 and 50 in the two months that there are: 120 in the half-year would say that 10 entered in the others."""
    rows = drawn("""
        county  m01  m05
        Alder   60   50
    """, "entries")
    found = beside_cohorts(rows, given(cohort_count), "release")
    assert found.loc[rows["county"] == "Alder"].all() == told and not found.loc[rows["county"] == WHOLE].any()


@pytest.mark.parametrize(("other", "told"), [(121, False), (120, True), (np.nan, True)])
def test_every_count_of_a_period_is_beside_its_months(other, told):
    """Two tables count almost the same children: 50 in the one tell nothing, but the other's may."""
    rows = drawn("""
        county  m01  m02  m03  m04  m05  m06
        Alder   60   0    0    0    0    50
    """, "entries")
    both = pd.concat([given(50), given(other)])
    assert beside_cohorts(rows, both, "release").loc[rows["county"] == "Alder"].all() == told


def test_no_hidden_month_of_the_sample_state_can_be_worked_out(sample):
    """In every series and month the hidden counties are none, or two or more of a sum that is not small."""
    table = by_month(HEADLINE, sample, as_of=date(2026, 6, 30))
    found = protected_months(table, "release")
    hidden = found["status"].eq("suppressed") & found["county"].ne(WHOLE)
    for _, rows in table.assign(hidden=hidden).groupby(["series", "month"]):
        some = rows.loc[rows["hidden"] & (rows["numerator"] > 0), "numerator"]
        assert rows.loc[~rows["hidden"], "numerator"].between(1, 10).sum() == 0 and (len(some) != 1 and (some.sum() > 10 or not len(some)))
    again = protected_months(table.sample(frac=1, random_state=2), "release").sort_index()
    pd.testing.assert_frame_equal(again, found)
