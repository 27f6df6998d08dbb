"""The page of official measures: complete periods only, none over a limit, the nation as context, hidden where small."""

import re
import sys
from dataclasses import replace
from datetime import date

import pytest
from counted import extract

from cqi.blocks import Details, Figure, Section, Table, Text
from cqi.blocks.html import block_html
from cqi.official import Official
from cqi.registry import indicators, measure
from cqi import tables
from cqi.tables import released
from cqi.tables.official_counted import periods_of
from cqi.vocabulary import WHOLE, CqiError
from cqi.wording import official as say

SAMPLE = {"as_of": "2026-06-30"}
PARTS = ("heading", "answer", "summary", "periods", "adjusted", "groups", "method")


def texts(block) -> str:
    """What is said, without the look."""
    return re.sub("<style>.*?</style>", "", block_html(block.content()), flags=re.DOTALL)


@pytest.fixture(scope="module")
def whole():
    return Official(county=WHOLE, profile="internal", **SAMPLE)


def test_every_indicator_stands_on_the_page(whole):
    round_3 = set(indicators("CFSR Round 3"))
    assert set(whole.own("periods")["measure"]) == set(indicators()) | round_3 and (len(indicators()), len(round_3)) == (7, 2)
    assert whole.periods().blocks[-1].summary == "By the definitions of CFSR Round 3"
    assert all(measure(name).title in texts(whole.summary()) for name in indicators())


@pytest.mark.parametrize("county", [WHOLE, "Birch", "Heron", "Elm"])
@pytest.mark.parametrize("profile", ["internal", "release"])
def test_every_part_can_be_drawn_for_every_reader(county, profile):
    page = Official(county=county, profile=profile, **SAMPLE)
    assert all(texts(getattr(page, part)()) for part in PARTS)


def test_a_window_that_is_open_has_no_figure(whole):
    """By 30 June 2026 the 12 months of those who entered from April 2025 to March 2026 are not over; their moves are counted."""
    rows = whole.own("periods").set_index(["measure", "cohort"])
    entries = rows.loc["permanency_in_12_months"]
    assert entries.loc["24B25A", "status"] == "shown" and entries.loc["25A25B", "status"] == entries.loc["25B26A", "status"] == "not yet mature"
    assert entries.loc["25B26A", ["numerator", "value", "lower", "upper"]].isna().all()
    assert rows.loc[("placement_stability", "25B26A"), "status"] == "shown"
    assert rows.loc[("maltreatment_in_care", "FFY2025"), "status"] == "not yet mature"  # its reports may be decided until September


def test_at_most_six_complete_periods_and_what_came_after(whole):
    rows = whole.own("periods")
    assert rows.loc[rows["status"] == "shown"].groupby("measure").size().max() == 6
    assert not rows.duplicated(["measure", "cohort"]).any()


def test_periods_begin_where_the_file_can_tell_them(tmp_path):
    """Entries from January 2020 on: for children in care 12 to 23 months it can tell periods from January 2022 on."""
    found = extract(tmp_path, "entry_date exit_date exit_reason\n2020-01-05 2020-03-05 relative\n2025-01-05 . .")
    told = {name: [period.label for period in periods_of(measure(name), found, date(2026, 6, 30), date(2020, 1, 5))] for name in indicators()}
    assert told["permanency_in_12_months"][0] == "21B22A" and told["permanency_in_12_months_12_to_23"][0] == "22B23A"
    assert told["permanency_in_12_months_24_plus"][0] == "23B24A" and told["maltreatment_in_care"] == []


def test_files_of_another_system_have_its_years_and_no_nation(tmp_path):
    found = replace(extract(tmp_path, "entry_date exit_date exit_reason\n2020-01-05 2020-03-05 relative\n2025-01-05 . ."), federal=False)
    periods = periods_of(measure("permanency_in_12_months"), found, date(2026, 6, 30), date(2020, 1, 5))
    assert [period.label for period in periods][-2:] == ["2024-25", "2025-26"] and periods[0].start.month == 4


def test_a_figure_over_a_limit_is_not_given(tmp_path):
    """3 of 20 exits without a reason are 15%; the limit is 10%."""
    lines = [f"2023-10-{number + 1:02} 2024-02-01 {'.' if number < 3 else 'relative'}" for number in range(20)]
    extract(tmp_path, "entry_date exit_date exit_reason\n" + "\n".join(lines))
    page = Official(county=WHOLE, as_of="2026-06-30", data=str(tmp_path), profile="internal")
    row = page.own("periods").set_index(["measure", "cohort"]).loc[("permanency_in_12_months", "24A24B")]
    assert row["status"] == "data quality" and row[["numerator", "value", "lower", "upper"]].isna().all()
    assert "data quality" in texts(page.answer()) and "relative" not in texts(page.summary())
    assert page.own("groups").empty or not (page.own("groups")["measure"] == "permanency_in_12_months").any()
    assert page.own("adjusted").empty or not (page.own("adjusted")["measure"] == "permanency_in_12_months").any()


def test_the_nation_is_context_with_its_period_and_vintage(whole):
    words = texts(whole.periods())
    assert "In the United States, 34.8% of children who entered care" in words and "46 states, published August 2025" in words
    assert "National performance of this round: 35.2% of children who entered care" in words and "from the data of 19B to 21B" in words
    for forbidden in ("fail", "worse", "better than", "RSP", "rank"):
        assert forbidden not in words


def test_the_ratio_says_what_it_is_for(whole):
    words = texts(whole.adjusted())
    assert "Observed for trend, adjusted for comparison" in words and "RSP" not in words and "not the figure by which the federal" in words


def test_groups_of_a_county_are_for_the_agency_only():
    agency, everyone = (Official(county="Birch", profile=profile, **SAMPLE).groups() for profile in ("internal", "release"))
    assert any(isinstance(block, Details) for block in agency.blocks)
    assert [type(block) for block in everyone.blocks] == [Text] and "too small to be shown to everyone" in everyone.blocks[0].paragraphs[0]


def test_groups_come_with_what_they_cannot_tell(whole):
    *parts, words = whole.groups().blocks
    assert all(isinstance(part, Details) for part in parts) and "a reason to ask, not an answer" in words.paragraphs[0]
    figures = [block for part in parts for block in part.blocks if isinstance(block, Figure)]
    assert figures and all(isinstance(figure.table, Table) and any(letter.isdigit() for letter in figure.finding) for figure in figures)


def test_expected_counts_are_not_for_everyone():
    """With the count and the exact expected number the ages of few children could be worked out."""
    page = Official(county="Birch", profile="release", **SAMPLE)
    assert "expected" not in page.own("adjusted") and "expected" in Official(county="Birch", profile="internal", **SAMPLE).own("adjusted")


def test_a_hidden_count_has_no_ratio():
    page = tables.official_tables("data_samples", "episodes", SAMPLE["as_of"], "release")
    hidden = page.periods.loc[page.periods["status"] == "suppressed", ["measure", "cohort", "county"]]
    shown = page.adjusted[["measure", "cohort", "county"]]
    assert len(hidden) and hidden.merge(shown).empty


def test_a_county_that_is_not_there(whole):
    with pytest.raises(CqiError, match="No county 'Brich' in data_samples. Did you mean 'Birch'"):
        Official(county="Brich", **SAMPLE).heading()


def test_tables_are_kept_for_the_run(small_state, tmp_path, monkeypatch):
    monkeypatch.setenv("CQI_CACHE", str(tmp_path / "cache"))
    for each in (tables._official, released._one, released._all):
        each.cache_clear()
    first = {profile: tables.official_tables(str(small_state), "episodes", "2026-06-30", profile) for profile in ("internal", "release")}
    for each in (tables._official, released._one, released._all):
        each.cache_clear()
    monkeypatch.setattr(sys.modules["cqi.tables.official_counted"], "_counted", None)
    for profile, found in first.items():
        again = tables.official_tables(str(small_state), "episodes", "2026-06-30", profile)
        assert found.periods.equals(again.periods) and found.facts == again.facts


def given(page: Official, **facts) -> Official:
    """The page with other facts about its file."""
    other = replace(page)
    other.__dict__["tables"] = replace(page.tables, facts=page.tables.facts | facts)
    return other


def test_a_file_of_another_system_has_no_nation_beside_it(whole):
    page = given(whole, federal=False)
    shown, others = (" ".join(texts(getattr(each, part)()) for part in ("answer", "summary", "periods")) for each in (whole, page))
    for word in ("United States", "Federal files needed", "The nation", "Nation, for context"):
        assert word in shown and word not in others


def test_the_answer_names_every_indicator_without_a_figure():
    """Heron has 1 to 9 children in each period, and nobody in care for two years."""
    words = Official(county="Heron", profile="internal", **SAMPLE).answer().paragraphs
    assert words[0].startswith("Heron: 0 of the 7 federal indicators have a figure")
    few, none = words[1], words[2]
    assert few.startswith("Too few for a figure, fewer than 10 children: Maltreatment in care; ") and few.count(";") == 5
    assert none == "Not in the file for a complete period: Permanency in 12 months for children in care 24 months or more."


def test_comparisons_of_few_children_are_not_shown():
    parts = [part for part in Official(county="Heron", profile="internal", **SAMPLE).groups().blocks if isinstance(part, Details)]
    tables = [block for part in parts for block in part.blocks]
    assert parts and all(part.blocks for part in parts)  # no indicator is unfolded to nothing
    assert {cell.text for table in tables for row in table.rows for cell in row[3:]} == {"too few"}


def test_differences_of_shares_are_in_percentage_points(whole):
    """Entered at 17: 17 of 117 left, 14.5%, beside 1,406 of 3,727 of all others, 37.7%."""
    part = next(block for block in whole.groups().blocks if block.summary == measure("permanency_in_12_months").title)
    table = next(block.table for block in part.blocks if block.question.startswith("Age"))
    assert table.columns[-1] == "Less all others, in percentage points" and table.caption.endswith("April 2024 to March 2025")
    rows = whole.own("groups").set_index(["measure", "group"]).loc["permanency_in_12_months"]
    last = rows.loc["age: 17 years"]
    others = rows.loc[[name for name in rows.index if name.startswith("age: ") and name not in ("age: 17 years", "age: unknown")], ["numerator", "denominator"]].sum()
    points = 100 * (last["numerator"] / last["denominator"] - others["numerator"] / others["denominator"])
    assert next(row[-1].text for row in table.rows if row[0].text == "17 years").startswith(f"{points:+.1f}\n") and points < -10


def test_children_of_unknown_group_are_no_group(whole):
    """7 rows by race; 6 are compared, `unknown` is not."""
    figure = next(block for block in whole.groups().blocks[0].blocks if block.question.startswith("Race"))
    assert len(figure.table.rows) == 7 and "of 6 groups none differs" in figure.finding and figure.table.rows[-1][0].text == "not known"
    assert "unknown" not in str(figure.spec)


def test_the_ratio_s_last_column_is_told_where_there_is_one(whole):
    birch = Official(county="Birch", profile="internal", **SAMPLE)
    assert "The last column" not in texts(whole.adjusted()) and "The last column" in texts(birch.adjusted())
    assert "Pulled towards" not in texts(whole.adjusted()) and "Pulled towards" in texts(birch.adjusted())


@pytest.mark.parametrize(("before", "words"), [
    (1, "In the earlier period shown it was 36.3%."), (2, "In the 2 earlier periods shown it was 36.1% to 36.3%."), (0, ""),
])
def test_what_was_before_is_said_of_the_periods_shown(whole, before, words):
    rows = whole.own("periods")
    rows = rows.loc[(rows["measure"] == "permanency_in_12_months") & rows["value"].notna()].iloc[-1 - before:]
    said = say.finding(rows, measure("permanency_in_12_months"), fine=True, federal=False)
    assert said.endswith(words) and ("earlier" in said) == bool(before)


@pytest.mark.parametrize("county", [WHOLE, "Birch", "Elm"])
@pytest.mark.parametrize("profile", ["internal", "release"])
def test_sentence_table_chart_and_file_say_the_same(county, profile):
    page, form = Official(county=county, profile=profile, **SAMPLE), ".1%" if profile == "internal" else ".0%"
    figures = [block for section in page.periods().blocks if isinstance(section, Section) for block in section.blocks if isinstance(block, Figure)]
    assert len(figures) >= 3
    for figure in figures:
        name = next(name for name in indicators() if measure(name).question == figure.question)
        rows = page.own("periods").set_index("measure").loc[[name]].set_index("cohort")
        shown = rows.loc[rows["value"].notna()]
        newest, share = shown.iloc[-1], measure(name).per == 1
        value = f"{newest['value']:{form if share else '.2f'}}"
        assert value in figure.finding and (not share or f"{newest['numerator']:,.0f} of {newest['denominator']:,.0f} ({value})" in figure.finding)
        line = next(row for row in figure.table.rows if row[0].text.endswith(f"\n{shown.index[-1]}"))
        assert (line[1].text, line[2].text) == (f"{newest['numerator']:,.0f}", f"{newest['denominator']:,.0f}") and line[3].text.startswith(f"{value} (")
        drawn = [row for part in figure.spec["datasets"].values() for row in part if "period" in row]
        assert sorted({row["value"] for row in drawn}) == sorted(set(shown["value"])) and len(shown) == len({row["period"] for row in drawn})


def test_a_rate_comes_with_its_unit(whole):
    line = next(row for row in whole.summary().rows if row[0].text.startswith("Placement stability"))
    assert line[2].text.endswith(")\nper 1,000 days in care")
    assert "Moves per 1,000 days in care (95% interval)" in texts(whole.periods())


def test_no_figure_is_no_window_still_open(tmp_path):
    """`data quality` and `none in the file` are not marked as not yet observed, which they are not."""
    lines = [f"2023-10-{number + 1:02} 2024-02-01 {'.' if number < 3 else 'relative'}" for number in range(20)]
    extract(tmp_path, "entry_date exit_date exit_reason\n" + "\n".join(lines))
    cells = [cell for row in Official(county=WHOLE, as_of="2026-06-30", data=str(tmp_path), profile="internal").summary().rows for cell in row]
    assert {cell.mark for cell in cells if cell.text in ("data quality", "none in the file")} == {""}
