"""Quick charts and pictures are the same charts and pictures: with Altair's own way beside them, and drawn in one go."""

import os
import subprocess
import sys
from contextlib import nullcontext
from importlib import import_module
from pkgutil import iter_modules

import altair as alt
import jsonschema
import numpy as np
import pandas as pd
import pytest
import vl_convert
from altair.utils import core, schemapi

from cqi import ahead, charts
from cqi.blocks import Figure, svg
from cqi.charts import quick, shapes, values, what_if
from cqi.official import Official
from cqi.overview import DataQuality, Overview
from cqi.registry import measure
from cqi.review import Review
from cqi.tables import HEADLINE
from cqi.vocabulary import WHOLE
from cqi.working import Working

SAMPLE = {"as_of": "2026-06-30", "source": "episodes", "data": "data_samples", "profile": "internal"}
PARTS = {
    Review: ("heading_for", "expected", "signal", "by_month", "exits", "waiting", "counter_measures", "track_record"),
    Overview: ("counties", "funnel"), DataQuality: ("reasons", "checks", "months"), Official: ("periods", "groups"),
    Working: ("referrals", "first_contacts", "young", "staff", "turnover"),
}
MODULES = [charts, *(import_module(f"cqi.charts.{each.name}") for each in iter_modules(charts.__path__)
                     if each.name not in ("quick", "shapes", "belief", "goals", "marks", "questionnaire") and not each.name.startswith("lessons"))]
DRAWING = {(module, name) for module in MODULES for name, found in vars(module).items()
           if getattr(found, "__module__", "") == module.__name__
           and getattr(found, "__annotations__", {}).get("return") == "alt.LayerChart"}
"""Every chart function of a page that each run makes; those of lessons, and of what people wrote down, are drawn by the tests of these."""


def figures(block):
    if isinstance(block, Figure):
        yield block
    for part in getattr(block, "blocks", ()):
        yield from figures(part)


def specs():
    """All specifications of a review and of the three other pages."""
    ahead.track_record.cache_clear()
    pages = (Review(county="Birch", cohort="2025H2", **SAMPLE), Overview(cohort="2025H2", **SAMPLE),
             DataQuality(cohort="2025H2", **SAMPLE), Official(county=WHOLE, **SAMPLE), Working(**SAMPLE))
    return [*(figure.spec for page in pages for part in PARTS[type(page)] for figure in figures(getattr(page, part)())), *explored()]


def explored():
    """The specifications of charts that only the explore page has."""
    def path(first, *middles):
        rows = {"day": pd.date_range(first, periods=len(middles), freq="ME"), **{name: np.array(middles) + place / 50 for place, name in enumerate(what_if.SHARES, -2)}}
        return pd.DataFrame(rows)

    seen, now, chosen = path("2026-04-01", 0.12, 0.2, 0.21), path("2026-06-30", 0.21, 0.3), path("2026-06-30", 0.21, 0.36)
    pairs = pd.DataFrame({"cohort": ["2023H1", "2023H2"], "value": [0.4, 0.3], "lower": [0.3, 0.2], "upper": [0.5, 0.4],
                          "share": [0.05, 0.04], "low": [0.02, 0.01], "high": [0.1, 0.09]})
    held = pd.DataFrame({"title": ["Home", "Home", "Heard"], "words": ["One", "Other", "Visits"], "kind": [values.OUTCOME, values.OUTCOME, values.COMPLIANCE]})
    fans = [what_if.other_fan(seen, now, chosen, goal, top=0.6, words=words, definition=measure(HEADLINE)) for goal, words in ((0.4, "faster"), (None, ""))]
    return [charts.spec(chart) for chart in (*fans, what_if.fast_and_back(pairs), values.values_map(held))]


@pytest.fixture(scope="module")
def every():
    return specs()


def slowly(monkeypatch):
    """Altair as it comes, every part checked as it is made and again when it is written."""
    monkeypatch.setattr(schemapi, "_deep_copy", schemapi._deep_copy.__wrapped__)
    monkeypatch.setattr(schemapi, "_todict", schemapi._todict.__wrapped__)
    monkeypatch.setattr(core._ChannelCache, "_wrap_in_channel", core._ChannelCache._wrap_in_channel.__wrapped__)
    monkeypatch.setattr(quick, "_unchecked", nullcontext)
    monkeypatch.setattr(charts, "written", lambda chart: chart.to_dict())


def test_every_chart_has_the_same_specification_by_altairs_own_way(every, monkeypatch):
    drawn = set()

    def noted(key, draw):
        return lambda *args, **kwargs: (drawn.add(key), draw(*args, **kwargs))[1]

    for module, name in DRAWING:
        monkeypatch.setattr(module, name, noted((module, name), getattr(module, name)))
    slowly(monkeypatch)
    assert specs() == every and len(every) > 50
    assert drawn == DRAWING and len(drawn) > 15


def test_every_specification_is_valid_vega_lite(every):
    """But for the page's own background, `null`, which Vega-Lite takes and its schema leaves out."""
    settings = {name: value for name, value in every[0]["config"].items() if name != "background"}
    alt.LayerChart.validate({**every[0], "config": settings})
    for spec in every:
        alt.LayerChart.validate({name: value for name, value in spec.items() if name != "config"})
    with pytest.raises(jsonschema.ValidationError):
        alt.LayerChart.validate({**every[0], "config": {"line": {"strokeWidth": "wide"}}})


def test_charts_of_others_are_still_checked():
    with pytest.raises(schemapi.SchemaValidationError):
        alt.Chart(pd.DataFrame({"a": [1]})).mark_bar(opacity="none at all").encode(x="a:Q").to_dict()


def test_altair_that_is_not_as_we_know_it_stays_as_it_is(monkeypatch):
    def other(part):
        return part

    monkeypatch.setattr(schemapi, "_deep_copy", other)
    monkeypatch.delattr(core._ChannelCache, "_wrap_in_channel")
    quick.switch_on()
    assert schemapi._deep_copy is other and not hasattr(core._ChannelCache, "_wrap_in_channel")


@pytest.mark.parametrize("column", [
    pd.Series([1, 2, 3]), pd.Series([0.5, np.nan, np.inf]), pd.Series([True, False, True]), pd.Series(["a", None, "c"]),
    pd.Series(pd.to_datetime(["2026-01-01", None, "2026-06-30"])), pd.Series([1, None, 3], dtype="Int64"),
    pd.Series(["a", "b", "a"], dtype="category"), pd.Series(["a", None, 2.5], dtype=object), pd.Series([1, 2, 3], dtype="int32"),
], ids=lambda column: str(column.dtype))
def test_rows_are_written_as_altair_writes_them(column):
    table = pd.DataFrame({"month": [3.0, 4.0, 5.0], "what": column})
    rows, expected = quick.rows(table)["values"], alt.to_values(table)["values"]
    assert rows == expected and [[type(value) for value in row.values()] for row in rows] == [
        [type(value) for value in row.values()] for row in expected]


def test_tables_that_altair_refuses_are_refused():
    assert quick.rows(pd.DataFrame({"a": []})) == {"values": []}
    with pytest.raises(ValueError, match="must be strings"):
        quick.rows(pd.DataFrame({"a": [1], 0: [2]}))


def test_a_picture_is_the_one_that_is_drawn_in_one_go(every):
    svg.start_engine()
    for spec in [every[0], *every[10:40:6]]:
        whole = vl_convert.vegalite_to_svg({**spec, "config": svg._settings()}, allowed_base_urls=[])
        assert svg._drawn(spec, "t") == whole


def test_charts_that_differ_in_their_rows_only_are_compiled_once():
    def chart(value):
        return charts.spec(alt.Chart(pd.DataFrame({"value": [value, 5.0], "at": [1.0, 2.0]})).mark_point().encode(x="at:Q", y="value:Q"))

    svg._compiled.cache_clear()
    one, other = (svg._drawn(chart(value), "t") for value in (1.0, 3.0))
    assert svg._compiled.cache_info().misses == 1 and svg._compiled.cache_info().hits == 1
    assert one != other and other == vl_convert.vegalite_to_svg({**chart(3.0), "config": svg._settings()})


def ended(low, high, *, top=9.5):
    axis = {"field": "value", "type": "quantitative"}
    return {"datasets": {"given": [{"value": 1.0, "high": top}]}, "data": {"name": "given"}, "mark": "bar",
            "encoding": {"x": axis | {"scale": {"domain": [low, high]}}, "y": axis | {"field": "high", "scale": {"domain": [0, top]}}}}


@pytest.mark.parametrize("ends, again", [
    ((-40.8, 74.9), True), ((-129.0, 211.3), True), ((-3, 2), True), ((-8, 9.5), False), ((0, 74.9), False), ((-8, -3), False),
    ((3, 8), False), ((74.9, -40.8), False),
])
def test_charts_that_differ_in_the_ends_of_a_scale_are_compiled_once_where_signs_are_the_same(ends, again):
    svg._compiled.cache_clear()
    svg._drawn(ended(-2.5, 7.25), "t")
    assert svg._drawn(ended(*ends), "t") == vl_convert.vegalite_to_svg({**ended(*ends), "config": svg._settings()})
    assert svg._compiled.cache_info().misses == 1 + (not again)


def test_rows_under_a_name_of_the_charts_own_stay_where_they_are():
    """`value` is a table's name and a column's: only the names that Altair gives are exchanged."""
    spec = {"datasets": {"value": [{"value": 1.0}, {"value": 4.0}]}, "data": {"name": "value"}, "mark": "tick",
            "encoding": {"x": {"field": "value", "type": "quantitative"}}}
    assert svg._drawn(spec, "t") == vl_convert.vegalite_to_svg({**spec, "config": svg._settings()})


def test_starting_the_engine_leaves_the_surroundings_as_they_were(monkeypatch):
    for before in ("/etc/fonts/fonts.conf", None):
        monkeypatch.setenv("FONTCONFIG_FILE", before) if before else monkeypatch.delenv("FONTCONFIG_FILE", raising=False)
        svg.start_engine.cache_clear()
        svg.start_engine()
        assert os.environ.get("FONTCONFIG_FILE") == before


def test_a_copy_of_a_chart_shares_nothing_with_it():
    chart = alt.Chart(pd.DataFrame({"a": [1]})).mark_bar(size=3).encode(x=alt.X("a:Q", sort=["b"], axis=alt.Axis(format="%")))
    copy = chart.copy()
    copy.encoding.x["axis"]["format"], copy.mark["size"] = ".1f", 9
    copy.encoding.x["sort"].append("c")
    found = chart.to_dict()
    assert found["encoding"]["x"]["axis"] == {"format": "%"} and found["encoding"]["x"]["sort"] == ["b"] and found["mark"] == {"type": "bar", "size": 3}


DRAWN_THERE = """
import pandas as pd
import altair as alt
from cqi import charts
from cqi.blocks.svg import figure_svg
days = pd.DataFrame({"month": pd.date_range("2025-01-01", periods=12, freq="MS"), "value": range(12)})
print(figure_svg(charts.spec(alt.Chart(days).mark_line().encode(x="month:T", y="value:Q")), title="a", finding="b", name="c"))
"""


def test_a_chart_of_months_is_drawn_alike_in_every_time_zone():
    """Where clocks change, a month is an hour longer or shorter."""
    drawn = [subprocess.run([sys.executable, "-c", DRAWN_THERE], capture_output=True, text=True, check=True, env=os.environ | {"TZ": zone}).stdout
             for zone in ("UTC", "America/New_York", "Pacific/Kiritimati")]
    assert "<path" in drawn[0] and drawn[0] == drawn[1] == drawn[2]


def coloured(rows, top, colour, again=None):
    """Two layers; their rows are one table, or `again` is that of the second."""
    table = pd.DataFrame({"at": [1.0, 2.0], "value": rows})
    second = table if again is None else pd.DataFrame({"at": [1.0, 2.0], "value": again})
    y = shapes.alt.Y("value:Q", scale=shapes.alt.Scale(domain=[0, top]))
    return shapes.alt.layer(shapes.alt.Chart(table).mark_line(color=colour).encode(x="at:Q", y=y),
                            shapes.alt.Chart(second).mark_point().encode(x="at:Q", y=y), width=200)


@pytest.mark.parametrize("chart, known", [
    (coloured([3.0, 4.0], 7.5, "red"), True), (coloured([1.0, 2.0], np.float64(9.25), "red"), True),
    (coloured([1.0, 2.0], 5, "red"), False), (coloured([1.0, 2.0], 5.5, "blue"), False),
    (coloured([1.0, 2.0], 5.5, "red", [1.0, 2.0]), False), (coloured([1.0, 2.0], 5.5, "red", [3.0, 2.0]), False),
], ids=["rows", "a number", "a whole number", "a colour", "two tables of the same rows", "two tables"])
def test_charts_of_one_shape_are_made_by_altair_once_and_written_as_it_writes_each(chart, known, monkeypatch):
    monkeypatch.setattr(shapes, "_SHAPES", {})
    shapes.written(coloured([1.0, 2.0], 5.5, "red"))
    assert shapes.written(chart) == chart.to_dict()
    assert len(shapes._SHAPES) == 2 - known
