"""A page holds the rows that it may show, and no others: its county's, its region's, and what is told of the whole file."""

from dataclasses import fields, replace

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from cqi.official import Official
from cqi.review import Review
from cqi.tables import OfficialTables, Tables, official_tables, tables
from cqi.tables.backtested import Backtests
from cqi.tables.shown import ELSEWHERE, shown, shown_past
from cqi.vocabulary import WHOLE

SAMPLE = {"data": "data_samples", "source": "episodes", "as_of": "2026-06-30", "profile": "internal"}
NOT_BY_COUNTY = ("account", "defects", "regions")


@pytest.fixture(scope="module")
def every() -> Tables:
    return tables(SAMPLE["data"], SAMPLE["source"], "2025H2", SAMPLE["as_of"], SAMPLE["profile"])


@pytest.fixture(scope="module")
def official() -> OfficialTables:
    return official_tables(SAMPLE["data"], SAMPLE["source"], SAMPLE["as_of"], SAMPLE["profile"])


def frames(found) -> dict[str, pd.DataFrame]:
    return {each.name: getattr(found, each.name) for each in fields(found)[:-1]}


def words(table: pd.DataFrame) -> set:
    """All words in a table's cells."""
    return {value for _, column in table.items() for value in column.unique() if isinstance(value, str)}


@pytest.mark.parametrize("county", ["Birch", "Doña Encina", "Heron"])
def test_a_review_holds_its_countys_rows_as_they_were(every, county):
    found = frames(shown(every, county))
    for name, table in frames(every).items():
        if name not in (*NOT_BY_COUNTY, *ELSEWHERE):
            assert_frame_equal(found[name], table.loc[table["county"] == county])
    assert_frame_equal(found["account"], every.account)
    assert not any(len(found[name]) for name in ELSEWHERE)


def test_a_review_names_no_other_county_but_the_members_of_its_region(every):
    review = Review(county="Birch", cohort="2025H2", **SAMPLE)
    others = set(every.facts["counties"]) - {"Birch"}
    assert len(others) == 23 and any(others & words(table) for table in frames(every).values())
    for name, table in frames(review.tables).items():
        assert not others & words(table.drop(columns="members", errors="ignore")), name


def test_the_region_is_the_one_that_the_countys_course_names(every):
    row, = every.course.query("county == 'Birch' and region != ''").to_dict("records")
    rows = shown(every, "Birch").regions
    assert set(rows["county"]) == {row["region"]} and rows["members"].str.contains("Birch").all()
    assert_frame_equal(rows, every.regions.loc[every.regions["county"] == row["region"]])
    assert 0 < len(rows) < len(every.regions)


def test_what_happens_to_other_counties_leaves_a_review_as_it_is(every):
    def moved(table: pd.DataFrame, besides: pd.Series) -> pd.DataFrame:
        numbers = table.select_dtypes("float64").columns
        return table.assign(**{name: table[name].where(~besides, table[name] + 1) for name in numbers})

    region = every.course.loc[every.course["county"] == "Birch", "region"].iloc[0]
    other = {name: moved(table, ~table["county"].isin(["Birch", region])) for name, table in frames(every).items() if name not in ("account", "defects")}
    other |= {name: other[name].iloc[::2] for name in ("checks", "months")}
    other |= {"defects": every.defects.iloc[:0], "facts": every.facts | {"reasons": {"another reason": 7}}}
    before, after = shown(every, "Birch"), shown(replace(every, **other), "Birch")
    for name, table in frames(before).items():
        assert_frame_equal(getattr(after, name), table)
    assert after.facts == before.facts and "reasons" not in before.facts and "reasons" in every.facts
    assert any(not frames(every)[name].equals(other[name]) for name in ("measures", "looks", "regions"))


@pytest.mark.parametrize("county", ["Birch", WHOLE])
def test_a_page_of_official_measures_holds_its_countys_rows(official, county):
    found = Official(county=county, **SAMPLE).tables
    for name, table in frames(official).items():
        assert_frame_equal(getattr(found, name), table.loc[table["county"] == county])
    assert found.facts == official.facts


def test_tables_without_rows_need_no_county(official):
    empty = replace(official, groups=pd.DataFrame())
    assert shown(empty, "Birch").groups.empty and len(shown(empty, "Birch").periods)


def test_of_the_past_a_review_shows_sums_and_no_county():
    one = pd.DataFrame({"county": ["Alder"], "cohort": ["2024H1"], "observed": [12.0]})
    sums = pd.DataFrame({"month": [3, 6], "courses": [20.0, 20.0]})
    past = shown_past(Backtests(sums, sums, sums, one, one, {"left_out": 1}))
    assert past.courses.empty and past.forecasts.empty and list(past.courses) == list(one)
    assert past.summary is sums and past.by_month is sums and past.by_size is sums and past.facts == {"left_out": 1}
