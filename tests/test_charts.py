"""Charts take measure tables and nothing else, draw the interval, and keep to few marks."""

import pandas as pd
import pytest

from cqi import Review, charts
from cqi.vocabulary import CqiError


@pytest.fixture(scope="module")
def review():
    return Review(county="Birch", cohort="2025H2", as_of="2026-06-30", profile="internal")


def marks(spec):
    """Rows of data that a chart draws, over all its layers."""
    return sum(len(rows) for rows in spec["datasets"].values())


def test_a_child_level_table_is_refused():
    rows = pd.DataFrame({"child_id": ["a"], "county": ["Birch"], "cohort": ["2025H2"], "value": [1.0]})
    for draw in (lambda: charts.exits(rows), lambda: charts.against_earlier(rows, "2025H2"), lambda: charts.counties(rows, title="")):
        with pytest.raises(CqiError, match="takes a measure table"):
            draw()


def test_the_kinds_add_up_to_all_children(review):
    curves = review.own("curves")
    table = charts.kinds_of_exit(curves[curves["cohort"] == "2025H2"])
    totals = table.groupby("month")["share"].sum()
    assert totals.to_numpy() == pytest.approx([1] * len(totals), abs=1e-9)
    assert list(dict.fromkeys(table["kind"])) == list(charts.KINDS)


def test_labels_are_kept_apart_in_order():
    assert charts.spread([0.1, 0.12, 0.5], apart=0.05) == pytest.approx([0.1, 0.15, 0.5])
    assert charts.spread([], apart=0.05) == []


def test_a_period_is_named_in_two_short_lines():
    assert charts.short_period("2025H2") == "Jul to Dec|2025" and charts.short_period("25A") == "Oct 2024 to|Mar 2025"
    assert charts.short_period("2025-03") == "Mar|2025"


def test_few_children_are_not_drawn_beside_others():
    """Heron: 10 reports in an earlier period, 7 in this one. A percentage of 7 is not drawn, its table is."""
    from cqi.blocks import Details, Table, Text

    heron = Review(county="Heron", cohort="2025H2", as_of="2026-06-30", profile="internal")
    *near, more, balance = heron.counter_measures().blocks
    assert {type(block) for block in (*near, *more.blocks)} <= {Table, Text} and (type(more), type(balance)) == (Details, Table)
    assert len(heron.waiting().blocks[0].columns) == 2


def test_a_hidden_county_is_not_said_to_be_small():
    heron = Review(county="Heron", cohort="2025H2", as_of="2026-06-30", profile="release")
    words, = heron.exits().blocks[0].paragraphs
    assert "hidden to protect privacy" in words and "few" not in words


def test_counties_that_could_not_be_compared_are_not_called_usual():
    from cqi import Overview

    words = Overview(cohort="2026H1", as_of="2026-06-30", profile="release").changes().paragraphs
    assert words[0].endswith("could be compared. The others have few children, hidden counts or no history.") and not words[0].startswith("24 ")


def test_at_most_eight_open_charts_of_about_120_marks_most_with_an_interval(review):
    open_parts = (review.heading_for(), review.expected(), review.signal(), review.exits(), review.waiting(), review.counter_measures())
    figures = [block for part in open_parts for block in part.blocks if hasattr(block, "spec")]
    assert 6 <= len(figures) <= 8
    for figure in figures:
        assert marks(figure.spec) <= 120
        assert any(character.isdigit() for character in figure.finding)
        assert figure.table.rows
    intervals = [figure for figure in figures if any(edge in str(figure.spec) for edge in ("lower", "share_10", "'low'"))]
    assert len(intervals) >= len(figures) - 2  # the stacked shares and the count of children still here are no estimates of a rate


def test_the_same_table_gives_the_same_specification(review):
    again = Review(county="Birch", cohort="2025H2", as_of="2026-06-30", profile="internal")
    assert [block.spec for block in review.expected().blocks] == [block.spec for block in again.expected().blocks]
    assert review.exits().content() == again.exits().content()


def test_no_ranking_counties_stand_in_order_of_name(review):
    from cqi import Overview

    overview = Overview(cohort="2025H2", as_of="2026-06-30", profile="internal")
    *_, table = overview.counties().blocks
    names = [row[0].text for row in table.rows]
    assert names[:-1] == sorted(names[:-1]) and names[-1] == "All counties"


def test_a_county_whose_file_has_a_gap_is_not_compared_with_usual():
    """Elm lost the exits of two months."""
    elm = Review(county="Elm", cohort="2025H2", as_of="2026-06-30", profile="internal")
    assert elm.course()["status"] == "data quality"
    assert not hasattr(elm.expected(), "blocks") and len(elm.heading_for().blocks) == 1


def test_the_names_of_the_lines_do_not_lie_on_each_other():
    """This period ends a month before the earlier ones, at the same height."""
    now = pd.DataFrame({"at": [0.0, 11.0], "value": [0, 0.34], "upper": [0, 0.41]})
    earlier = pd.DataFrame({"at": [0.0, 12.0], "median": [0, 0.34], "max": [0, 0.36]})
    ends = [chart.data.iloc[0] for chart in charts._end_labels(now, earlier)]
    assert {end["at"] for end in ends} == {12.0}
    assert abs(ends[0]["height"] - ends[1]["height"]) >= 0.02
