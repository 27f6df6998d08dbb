"""The start of a cycle on the charts: a labelled line in its month, told beside the chart and in its table; without cycles nothing changes."""

import json
from datetime import date

import numpy as np
import pandas as pd
import pytest

from cqi import ahead
from cqi.blocks.svg import figure_svg
from cqi.charts import course as charts
from cqi.charts import spec
from cqi.charts.control import control_spec
from cqi.measures.by_month import MONTH_COLUMNS
from cqi.measures.charted import charted
from cqi.registry import measure

HEADLINE = measure("permanency_in_12_months")
DAYS = pd.date_range("2025-07-31", periods=12, freq="ME")
COUNTS = [18, 22, 20, 19, 21, 23, 17, 20, 22, 18, 20, 21, 19, 20]


def looks():
    observed, expected = np.arange(1, 13) * 3, np.arange(1, 13) * 4
    gap = (expected - observed) / np.sqrt(expected)
    return pd.DataFrame({"measure": HEADLINE.name, "county": "Alder", "cohort": "2025H2", "as_of": DAYS[-1], "day": DAYS, "monitor": "cohort", "observed": observed,
                         "expected": expected, "worse": gap, "better": -gap, "limit_worse": 2.5, "limit_better": 2.0, "alarm": ""})


def months():
    month = pd.date_range("2024-07-01", periods=len(COUNTS), freq="MS").astype("datetime64[s]")
    found = pd.DataFrame({"series": "exits", "month": month, "children": 50, "numerator": COUNTS, "denominator": 10_000.0})
    return found.assign(measure=HEADLINE.name, county="Alder", value=0.0, unit="exits per 1,000 days in care", status="shown")[list(MONTH_COLUMNS)]


def marked(told):
    """(place, label) of the labelled lines of a specification."""
    rows = [row for rows in told["datasets"].values() for row in rows]
    return [(row["month"], row["words"]) for row in rows if str(row.get("words", "")).startswith("cycle")]


def test_a_line_stands_on_its_day_among_the_months():
    """The axis counts months from the eve of the first: 1 July 2025 is 0, 31 July nearly 1, 16 September 2 and 15 of 30 days."""
    told = spec(charts.vlad(looks(), [(date(2025, 7, 1), "cycle 1"), (date(2025, 9, 16), "cycle 2"), (date(2026, 6, 30), "cycle 3")]))
    assert marked(told) == [(0, "cycle 1"), (2.5, "cycle 2"), (pytest.approx(11 + 29 / 30), "cycle 3")]


@pytest.mark.parametrize(("day", "drawn"), [(date(2025, 6, 30), False), (date(2025, 7, 1), True), (date(2026, 6, 30), True), (date(2026, 7, 1), False)])
def test_a_start_outside_the_chart_is_not_drawn_and_not_told(day, drawn):
    found = ahead.gap(looks(), HEADLINE, "Alder", [(day, "cycle 1")])
    assert bool(marked(found.spec)) == drawn == ("Cycle 1 began in" in found.finding) == ("cycle 1 begins" in json.dumps(found.table.rows, default=str))


@pytest.mark.parametrize(("day", "drawn"), [(date(2024, 6, 30), False), (date(2024, 7, 1), True), (date(2025, 8, 31), True), (date(2025, 9, 1), False)])
def test_a_start_is_marked_in_its_month_of_the_control_chart(day, drawn):
    section = ahead.by_month(months(), HEADLINE, "Alder", date(2025, 9, 30), [(day, "cycle 1")])
    figure = section.blocks[-1].blocks[-1]
    assert bool(marked(figure.spec)) == drawn == ("Cycle 1 began in" in figure.finding) == ("cycle 1 begins" in json.dumps(figure.table.rows, default=str))


def test_a_day_is_never_drawn_only_its_month():
    told = json.dumps(control_spec(charted(months(), HEADLINE), [(date(2025, 3, 17), "cycle 1")]))
    assert "2025-03-17" not in told and marked(json.loads(told)) == [("2025-03-01T00:00:00", "cycle 1")]


def test_two_that_begin_in_one_month_share_a_label_and_neighbours_stand_clear():
    told = control_spec(charted(months(), HEADLINE), [(date(2025, 3, 17), "cycle 1"), (date(2025, 3, 2), "cycle 2"), (date(2025, 4, 1), "cycle 3")])
    assert [words for _, words in marked(told)] == ["cycle 1, cycle 2", "cycle 3"]
    heights = [layer["encoding"]["y"]["value"] for layer in told["layer"] if layer["mark"].get("fontWeight") == "bold" and layer["encoding"]["text"].get("field") == "words"]
    assert heights == [-8, -22]


def test_without_cycles_charts_and_words_are_as_they_were():
    assert spec(charts.vlad(looks(), ())) == spec(charts.vlad(looks()))
    assert control_spec(charted(months(), HEADLINE), ()) == control_spec(charted(months(), HEADLINE))
    assert ahead.gap(looks(), HEADLINE, "Alder", ()).content() == ahead.gap(looks(), HEADLINE, "Alder").content()


def test_the_label_is_in_the_picture():
    for told in (spec(charts.vlad(looks(), [(date(2026, 1, 15), "cycle 1")])), control_spec(charted(months(), HEADLINE), [(date(2025, 3, 17), "cycle 1")])):
        assert "cycle 1" in figure_svg(told, title="Marked", finding="A line.", name="one")
