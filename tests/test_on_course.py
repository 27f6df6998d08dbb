"""The public function: what it needs, what comes back, what it refuses, and files at the edge."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from plain import state, stays

from cqi.course import on_course

COLUMNS = [
    "county", "entered", "at_risk", "observed", "expected", "ratio", "lower", "upper", "projected_025", "projected_10", "projected_50",
    "projected_90", "projected_975", "probability_of_target", "pace_needed", "minimum_detectable_change", "signal", "signal_by",
    "first_signal", "status",
]
ASKED = {"measure": "permanency_in_12_months", "cohort": "2024H1", "as_of": "2024-05-31"}


@pytest.fixture(scope="module")
def drawn() -> pd.DataFrame:
    return state(7, (60.0, 240.0, 800.0), first="2020-01-01", last="2025-06-30")


@pytest.fixture(scope="module")
def found(drawn) -> pd.DataFrame:
    return on_course(drawn, **ASKED)


# What comes back

def test_the_columns_in_their_order_and_a_row_for_each_county_by_name(found):
    assert found.columns.tolist() == COLUMNS
    assert found["county"].tolist() == ["County 00", "County 01", "County 02"] and found.index.tolist() == [0, 1, 2]
    assert found["status"].eq("shown").all() and set(found["signal"]) <= {"", "worse", "better"}
    assert found["first_signal"].dtype.kind == "M"


def test_what_it_was_told_from_and_which_rules_it_could_not_apply(drawn, found):
    assert set(found.attrs) == {"phi", "tau2", "past_cohorts", "pairs", "rules_skipped"}
    assert 1 <= found.attrs["phi"] < 3 and found.attrs["tau2"] >= 0
    assert (found.attrs["past_cohorts"], found.attrs["pairs"]) == (8, 24)  # four years, three counties
    visit = "days of a trial home visit taken off"
    assert found.attrs["rules_skipped"] == ("age below 18 at entry", "turning 18 in care ends the stay", visit)
    assert on_course(drawn.assign(birth_date="2019-06-15"), **ASKED).attrs["rules_skipped"] == (visit,)


def test_with_birth_dates_turning_18_ends_a_stay():
    rows = stays((40, "Alder", "2023-02-01", 50, "adoption"), (2, "Alder", "2024-02-01", None, ""),
                 (1, "Alder", "2023-01-01", 20, "adoption"))
    grown = on_course(rows.assign(birth_date=["2006-03-01" if text > "2024" else "" for text in rows["entry_date"]]), **ASKED)
    assert on_course(rows, **ASKED)["at_risk"].tolist() == [2] and grown["at_risk"].tolist() == [0] and grown["entered"].tolist() == [2]


def test_two_results_can_be_put_together(found, drawn):
    regions = {"County 00": "North", "County 01": "North"}
    other = on_course(drawn, **ASKED, regions=regions)
    assert len(pd.concat([found, other])) == len(pd.concat([other, other])) == 6
    assert not any(isinstance(value, (pd.DataFrame, pd.Series, np.ndarray)) for value in other.attrs.values())


def test_pools_of_counties_in_the_attributes(drawn, found):
    rows = on_course(drawn, **ASKED, regions={"County 00": "North", "County 01": "North"}).attrs["regions"]
    assert [row["county"] for row in rows] == ["County 02", "North"] and list(rows[0]) == COLUMNS
    north, counties = rows[1], found.set_index("county").loc[["County 00", "County 01"]]
    for name in ("entered", "at_risk", "observed", "expected"):
        assert north[name] == pytest.approx(counties[name].sum())
    assert north["minimum_detectable_change"] < counties["minimum_detectable_change"].min()
    assert north["upper"] - north["lower"] < (counties["upper"] - counties["lower"]).min()


def test_the_file_is_left_as_it_was(drawn):
    before = drawn.copy(deep=True)
    on_course(drawn, **ASKED)
    pd.testing.assert_frame_equal(drawn, before)


# The same table, written in another way

def text(table: pd.DataFrame) -> pd.DataFrame:
    return table.assign(**{name: table[name].dt.strftime("%Y-%m-%d") for name in ("entry_date", "exit_date")})


WAYS = {
    "in another order": lambda table: table.sample(frac=1, random_state=2),
    "with another index": lambda table: table.set_index(table["county"].to_numpy()),
    "with more columns": lambda table: table.assign(race="A", episode_id="1", note=None),
    "only the five columns": lambda table: table[["child_id", "county", "entry_date", "exit_date", "exit_reason"]],
    "with text for dates": text,
    "with empty text for a missing date": lambda table: text(table).fillna({"exit_date": ""}),
    "with dates of Python": lambda table: table.assign(
        entry_date=table["entry_date"].dt.date, exit_date=table["exit_date"].dt.date.replace({pd.NaT: None})),
    "with nanoseconds and a time of day": lambda table: table.assign(
        entry_date=table["entry_date"].astype("datetime64[ns]") + pd.Timedelta("9h")),
    "in universal time": lambda table: table.assign(entry_date=table["entry_date"].dt.tz_localize("UTC")),
    "with categories": lambda table: text(table).fillna({"exit_date": ""}).astype("category"),
    "with objects": lambda table: table.astype("object"),
    "with missing reasons": lambda table: table.assign(exit_reason=table["exit_reason"].replace("", None)),
    "with a reason before the exit": lambda table: table.assign(exit_reason=table["exit_reason"].replace("", "adoption")),
    "with text for children": lambda table: table.assign(child_id="c" + table["child_id"].astype("str")),
}


@pytest.mark.parametrize("way", WAYS)
def test_the_same_table_in_another_form(drawn, found, way):
    pd.testing.assert_frame_equal(on_course(WAYS[way](drawn), **ASKED), found, check_exact=True)


@pytest.mark.parametrize("as_of", [date(2024, 5, 31), pd.Timestamp("2024-05-31"), np.datetime64("2024-05-31")])
def test_the_as_of_date_in_another_form(drawn, found, as_of):
    pd.testing.assert_frame_equal(on_course(drawn, **{**ASKED, "as_of": as_of}), found)


def test_of_two_stays_of_a_child_from_one_day_it_is_always_the_same_that_counts(drawn):
    twice = drawn.head(400).assign(exit_date=drawn["entry_date"] + pd.Timedelta(days=40), exit_reason="transfer")
    both = pd.concat([drawn, twice], ignore_index=True)
    one, other = on_course(both, **ASKED), on_course(both.iloc[::-1], **ASKED)
    pd.testing.assert_frame_equal(one, other, check_exact=True)


def test_a_baseline_in_words(drawn, found):
    every = ["2020H1", "2020H2", "2021H1", "2021H2", "2022H1", "2022H2", "2023H1", "2023H2"]
    pd.testing.assert_frame_equal(on_course(drawn, **ASKED, baseline=every[::-1]), found)
    short = on_course(drawn, **ASKED, baseline=every[-2:])
    assert short.attrs["past_cohorts"] == 2 and short["expected"].tolist() != found["expected"].tolist()
    pd.testing.assert_frame_equal(on_course(drawn, **ASKED, baseline="2023H2"), on_course(drawn, **ASKED, baseline=["2023H2"]))


def test_a_year_as_the_baseline_of_a_half_year_expects_half_as_many_children(drawn):
    half, year = (on_course(drawn, **{**ASKED, "as_of": "2024-01-01"}, baseline=words) for words in (["2023H1", "2023H2"], ["2023"]))
    assert year["minimum_detectable_change"].tolist() == pytest.approx(half["minimum_detectable_change"].tolist(), rel=0.25)


def test_goals(drawn, found):
    table = on_course(drawn, **ASKED, targets={"County 01": 0.4, "County 02": 0.0})
    assert table["probability_of_target"].isna().tolist() == table["pace_needed"].isna().tolist() == [True, False, False]
    assert (table.loc[2, "probability_of_target"], table.loc[2, "pace_needed"]) == (1, 0)
    others = [name for name in COLUMNS if name not in ("probability_of_target", "pace_needed")]
    pd.testing.assert_frame_equal(table[others], found[others])


# Measures of returns: less is better

def test_returns_the_other_way():
    past = [(10, "Alder", f"20{year}-{month}-10", 30, "reunification") for year in range(19, 24) for month in ("01", "03", "07", "09")]
    rows = stays(*past, (150, "Alder", "2024-01-10", 30, "reunification"), (1, "Alder", "2019-01-01", 9, "adoption"))
    number = np.arange(len(rows))
    old = (number < 200) & (number % 5 == 0)
    new = (number >= 200) & (number < 260)  # one in five came back before; of these 150 now 60, after 20 days
    returned = rows.loc[old | new]
    again = (pd.to_datetime(returned["exit_date"]) + pd.Timedelta(days=20)).dt.strftime("%Y-%m-%d")
    table = pd.concat([rows, returned.assign(entry_date=again, exit_date="", exit_reason="")])
    ask = {"measure": "return_in_12_months", "cohort": "2024H1"}
    row = on_course(table, **ask, as_of="2024-04-30", targets={"Alder": 0.3}).iloc[0]
    assert (row["entered"], row["observed"]) == (150, 60) and row["expected"] == pytest.approx(150 * 0.2, rel=0.1)
    assert row["lower"] > 1 and row["signal"] == "worse" and row["first_signal"] == pd.Timestamp("2024-02-29")
    assert row["projected_50"] < 60 / 150  # others may still leave this half-year, and most will not return
    goals = [on_course(table, **ask, as_of="2024-07-31", targets={"Alder": goal}).iloc[0] for goal in (0.39, 0.41)]
    assert [goal["pace_needed"] == np.inf for goal in goals] == [True, False]  # 60 of 150 are 40%
    assert goals[0]["probability_of_target"] == 0 < goals[1]["probability_of_target"]


# Too little to say, and files at the edge

@pytest.mark.parametrize("rows", [
    stays((3, "Alder", "2024-01-10", None, "")), stays((3, "Alder", "2024-01-10", 60, "adoption")),
    stays((29, "Alder", "2023-07-10", 60, "adoption"), (3, "Alder", "2024-01-10", 60, "adoption")),
])
def test_too_short_a_history(rows):
    table = on_course(rows, **ASKED, targets={"Alder": 0.4})
    assert table.columns.tolist() == COLUMNS and table["status"].tolist() == ["not yet mature"] and table["entered"].tolist() == [3]
    assert table[COLUMNS[4:16]].isna().all(axis=None) and table["signal"].isin(["", np.nan]).all() and np.isnan(table.attrs["phi"])


@pytest.mark.parametrize("as_of", ["2023-06-30", "2023-12-31"])
def test_before_the_cohort_begins_nothing_is_said(drawn, as_of):
    table = on_course(drawn, **{**ASKED, "as_of": as_of})
    assert table["status"].eq("not yet mature").all() and table["entered"].eq(0).all() and table["expected"].isna().all()


def test_the_first_day_of_the_cohort(drawn):
    table = on_course(drawn, **{**ASKED, "as_of": "2024-01-01"}, targets=dict.fromkeys(("County 00", "County 01", "County 02"), 0.4))
    assert table["status"].eq("shown").all() and table[["entered", "expected"]].eq(0).all(axis=None) and table["ratio"].eq(1).all()
    assert table["projected_50"].between(0.2, 0.6).all() and table["pace_needed"].between(0.5, 2).all() and table["signal"].eq("").all()


def test_counties_of_the_past_of_the_present_and_of_later():
    """Alder has both, Birch only a past, Cedar only children now, Elm's come after the as-of date."""
    past = [(8, county, f"{year}-02-01", days, "adoption")
            for county in ("Alder", "Birch") for year in (2021, 2022, 2023) for days in (60, 400)]
    rows = stays(*past, (1, "Alder", "2021-01-01", 30, "transfer"), (4, "Alder", "2024-01-10", None, ""),
                 (4, "Cedar", "2024-01-10", None, ""), (4, "Elm", "2024-06-10", None, ""))
    table = on_course(rows, **ASKED, targets=dict.fromkeys(("Alder", "Birch", "Cedar", "Elm"), 0.4)).set_index("county")
    assert table["entered"].tolist() == [4, 0, 4, 0]
    assert table.loc["Elm", COLUMNS[8:15]].isna().all() and table.loc["Elm", "expected"] == 0
    assert table.loc[["Alder", "Birch", "Cedar"], COLUMNS[8:15]].notna().all(axis=None)
    assert table.loc[["Cedar", "Elm"], "minimum_detectable_change"].eq(np.inf).all() and table["signal"].eq("").all()


def test_all_leave_on_one_day():
    past = [(40, "Alder", f"{year}-02-01", 50, "adoption") for year in (2021, 2022, 2023)]
    rows = stays((1, "Alder", "2021-01-01", 50, "adoption"), *past, (40, "Alder", "2024-02-01", None, ""))
    table = on_course(rows, **ASKED, targets={"Alder": 0.9})
    assert table["expected"].tolist() == [40] and table["signal"].tolist() == ["worse"]
    assert np.isfinite(table.iloc[0, 4:14].astype("float64")).all()


def test_a_county_where_nobody_ever_left():
    past = [(20, county, f"{year}-02-01", 60 if county == "Alder" else None, "adoption" if county == "Alder" else "")
            for county in ("Alder", "Birch") for year in (2021, 2022, 2023)]
    rows = stays((1, "Alder", "2021-01-01", 30, "transfer"), *past, (20, "Birch", "2024-01-10", None, ""))
    table = on_course(rows, **ASKED, targets={"Birch": 0.5}).set_index("county")
    assert 0 <= table.loc["Birch", "expected"] < 5 and np.isfinite(table.loc["Birch", COLUMNS[4:14]].astype("float64")).all()
