"""The charts of the course: band and signals translated back into children, both directions, hidden rows left out."""

import numpy as np
import pandas as pd
import pytest

from cqi.blocks.palette import BLUE, WORDS_ORANGE
from cqi.blocks.svg import figure_svg
from cqi.charts import course as charts
from cqi.charts import spec
from cqi.vocabulary import CqiError

DAYS = pd.date_range("2025-07-31", periods=4, freq="ME")
UP, DOWN, RATE = "permanency_in_12_months", "return_in_12_months", "placement_stability"
KEPT = "kept_at_home_after_report"


def looks(observed=(1, 4, 6, 10), expected=(1, 4, 9, 16), measure=UP, alarm=("", "", "", ""), monitor="cohort", limit=2.5):
    """Looks of one monitor whose statistic is the gap over the root of the expected number (phi 1, tau2 0)."""
    gap = (np.array(expected) - np.array(observed)) / np.sqrt(expected) * (1 if measure == UP else -1)
    return pd.DataFrame({"measure": measure, "county": "Alder", "cohort": "2025H2", "as_of": DAYS[-1], "day": DAYS, "monitor": monitor, "observed": observed,
                         "expected": expected, "worse": gap, "better": -gap, "limit_worse": limit, "limit_better": 2.0, "alarm": alarm})


def projection(measure=UP, months=18, seen=4):
    days = pd.date_range("2025-07-31", periods=months, freq="ME")
    middle = np.linspace(0.02, 0.36, months)
    wide = np.clip(np.arange(months) - seen + 1, 0, None) * 0.01
    return pd.DataFrame({"measure": measure, "county": "Alder", "cohort": "2025H2", "as_of": days[seen - 1], "day": days,
                         "kind": ["observed"] * seen + ["projected"] * (months - seen), "share_025": middle - 1.5 * wide, "share_10": middle - wide,
                         "share_50": middle, "share_90": middle + wide, "share_975": middle + 1.5 * wide, "usual": middle * 1.2})


def hidden(table, *names):
    return table.assign(**dict.fromkeys(names, np.nan))


def drawn(chart):
    """All rows of data in the chart's specification, and the specification as text."""
    told = spec(chart)
    return [row for rows in told["datasets"].values() for row in rows], str(told)


def words(chart):
    return {row["words"] for row in drawn(chart)[0] if "words" in row}


def test_the_band_is_the_difference_at_which_the_monitor_would_signal():
    """The statistic is gap / sqrt(expected): limits 2.5 (worse) and 2 (better) are 2.5 * sqrt(16) = 10 and 2 * 4 = 8 children."""
    rows = charts.differences(looks())
    assert rows["difference"].tolist() == [0, 0, -3, -6]
    assert rows["low"].tolist() == pytest.approx([-2.5, -5, -7.5, -10]) and rows["high"].tolist() == pytest.approx([2, 4, 6, 8])


@pytest.mark.parametrize("measure", [DOWN, RATE, KEPT])
def test_where_fewer_events_are_better_worse_lies_above(measure):
    """Also where the measure counts children without the event, as those kept at home: the monitors count the event."""
    rows = charts.differences(looks(measure=measure))
    assert rows["difference"].iloc[-1] == -6
    assert rows["low"].iloc[-1] == pytest.approx(-2 * 4) and rows["high"].iloc[-1] == pytest.approx(2.5 * 4)


def test_no_band_where_too_little_is_expected_for_a_signal():
    """The statistic is 0 in spite of a difference of 1; a look without a difference takes its band from the next ones."""
    early = looks(observed=(1, 3, 9, 10), expected=(2, 2, 9, 16)).assign(worse=[0, 0, 0, 1.5], better=[0, 0, 0, -1.5])
    rows = charts.differences(early)
    assert rows["low"].isna().tolist() == [True, True, False, False] and rows["low"].iloc[2] == pytest.approx(-2.5 * 3)
    assert "signal: fewer" in words(charts.vlad(early))
    assert "signal: fewer" not in words(charts.vlad(early.assign(worse=[0, 0, 0, 1.5], observed=[1, 3, 8, 10]))), "one point has no edge to name"


def test_no_difference_at_any_look_gives_no_band_but_a_picture():
    rows = charts.differences(looks(observed=(1, 4, 9, 16)))
    assert rows["low"].isna().all() and rows["high"].isna().all()
    assert words(charts.vlad(looks(observed=(1, 4, 9, 16)))) == {"as usual", "as expected"}


def test_the_order_of_rows_changes_nothing():
    several = pd.concat([looks(), looks(monitor="calendar", observed=(2, 6, 9, 12))])
    turned = several.iloc[::-1]
    for made in (charts.differences, charts.shares_of_limit):
        pd.testing.assert_frame_equal(made(several), made(turned))
    for draw in (charts.vlad, charts.monitors):
        assert spec(draw(several)) == spec(draw(turned))
    assert spec(charts.fan(projection(), 0.4)) == spec(charts.fan(projection().iloc[::-1], 0.4))


@pytest.mark.parametrize(("difference", "said"), [
    (-9.4, "about 9 fewer"), (-0.6, "about 1 fewer"), (-0.4, "as expected"), (0.4, "as expected"), (1.2, "about 1 more"), (1234, "about 1,234 more")])
def test_the_end_of_the_line_says_how_many(difference, said):
    assert charts.gap_words(difference) == said


def test_the_line_is_named_and_a_signal_is_a_diamond_where_it_begins():
    calm, signal = looks(), looks(observed=(1, 2, 2, 2), alarm=("", "", "worse", "worse"), limit=2.0)
    assert words(charts.vlad(calm)) == {"as usual", "about 6 fewer", "signal: fewer", "signal: more"}
    assert "diamond" not in drawn(charts.vlad(calm))[1]
    rows, told = drawn(charts.vlad(signal))
    assert "diamond" in told and charts.differences(signal)["begins"].tolist() == [False, False, True, False]


def colour_of(chart, said):
    """The colour in which a name is written."""
    told = spec(chart)
    return next(layer["mark"]["color"] for layer in told["layer"]
                if any(row.get("words") == said for row in told["datasets"].get(layer.get("data", {}).get("name"), [])))


def test_colour_follows_direction():
    assert colour_of(charts.vlad(looks()), "signal: fewer") == WORDS_ORANGE and colour_of(charts.vlad(looks()), "signal: more") == BLUE
    turned = charts.vlad(looks(measure=DOWN))
    assert colour_of(turned, "signal: fewer") == BLUE and colour_of(turned, "signal: more") == WORDS_ORANGE


def test_a_rate_is_named_by_what_it_counts():
    assert "moves more or fewer than expected" in drawn(charts.vlad(looks(measure=RATE)))[1]


def test_a_monitor_is_drawn_as_a_share_of_its_limit_worse_below():
    """6 fewer of 16 expected is 1.5 of a limit of 2.5: 60% on the worse side; 4 more is 1 of 2: 50% on the better."""
    assert charts.shares_of_limit(looks())["share"].tolist() == pytest.approx([0, 0, -0.4, -0.6])
    assert charts.shares_of_limit(looks(observed=(1, 4, 9, 20)))["share"].tolist() == pytest.approx([0, 0, 0, 0.5])
    assert charts.shares_of_limit(looks(measure=DOWN))["share"].iloc[-1] == pytest.approx(1.5 / 2)


def test_of_two_sides_the_nearer_to_its_limit_counts():
    """A cumulative sum may have gone some way on both sides."""
    both = looks().assign(worse=[0, 1, 1, 1.0], better=[0, 0.5, 0.8, 1.0])  # shares 0.4 against 0.25, 0.4 and 0.5
    assert charts.shares_of_limit(both)["share"].tolist() == pytest.approx([0, -0.4, -0.4, 0.5])


def test_three_monitors_differ_in_dash_and_bear_names():
    several = pd.concat([looks(), looks(monitor="calendar"), looks(monitor="calendar from any month on", alarm=("", "", "", "worse"))])
    chart = charts.monitors(several)
    assert words(chart) == {"this period", "all children", "all, any month", "signal: worse than usual", "signal: better than usual"}
    rows, told = drawn(chart)
    dashes = next(layer["encoding"]["strokeDash"]["scale"]["range"] for layer in spec(chart)["layer"] if "strokeDash" in layer.get("encoding", {}))
    assert len({tuple(dash) for dash in dashes}) == 3 and "diamond" in told


@pytest.mark.parametrize(("target", "named"), [(0.4, {"goal 40%"}), (None, set()), (float("nan"), set())])
def test_the_fan_names_its_goal_the_usual_and_the_likely(target, named):
    assert words(charts.fan(projection(), target)) == {"today", "likely 36%", "usual 43%"} | named


def test_a_complete_course_is_not_called_likely():
    assert words(charts.fan(projection(seen=18), None)) == {"today", "36%", "usual 43%"}


def test_a_day_within_a_month_has_its_own_place():
    """14 days of 28 in February: half a month after January's end, which is 7 months after June's."""
    table = projection(seen=8)
    middle = pd.concat([table, table.iloc[[7]].assign(day=pd.Timestamp("2026-02-14"), as_of=pd.Timestamp("2026-02-14"))])
    middle.loc[middle["day"] > "2026-02-14", "kind"] = "projected"
    today = [row for row in drawn(charts.fan(middle, None))[0] if row.get("words") == "today"]
    assert [row["month"] for row in today] == pytest.approx([7.5])


def test_children_without_the_event_begin_as_all():
    rows = [row for row in drawn(charts.fan(projection(KEPT), None))[0] if "share_50" in row and row["month"] == 0]
    assert [row["share_50"] for row in rows] == [1.0]


def test_the_bands_begin_where_the_counting_ends():
    rows = [row for row in drawn(charts.fan(projection(), 0.4))[0] if "share_975" in row]
    first = min(rows, key=lambda row: row["month"])
    assert first["month"] == 4 and (first["share_025"], first["share_50"], first["share_975"]) == pytest.approx([0.02 + 3 * 0.02] * 3)


def test_names_are_kept_apart_and_near_their_lines():
    ends = [(0.40, "a", "#000", "normal"), (0.41, "b", "#000", "normal"), (0.90, "c", "#000", "normal")]
    heights = [chart.data["height"].iloc[0] for chart in charts.end_names(ends, 1, 0.1)]
    assert heights == pytest.approx([0.355, 0.455, 0.9])


def test_the_months_are_named_from_the_eve_of_the_period():
    chart = str(spec(charts.fan(projection(), None)))
    assert "Jun|2025" in chart and "Dec|2026" in chart
    ticks = [layer["encoding"]["x"]["axis"]["values"] for layer in spec(charts.fan(projection(), None))["layer"] if "axis" in layer["encoding"].get("x", {})]
    assert ticks[0] == [0, 3, 6, 9, 12, 15, 18]
    assert "Jun|2025" in str(spec(charts.vlad(looks().head(1)))), "one look is a line from nothing"


def test_hidden_rows_are_not_drawn():
    half = pd.concat([looks().head(2), hidden(looks(), "observed", "expected", "worse", "better").tail(2)])
    assert len(charts.differences(half)) == len(charts.shares_of_limit(half)) == 2
    assert "16" not in {str(row.get("expected")) for row in drawn(charts.vlad(half))[0]}


@pytest.mark.parametrize("draw", [
    lambda: charts.vlad(hidden(looks(), "observed", "expected", "worse", "better")),
    lambda: charts.monitors(hidden(looks(), "observed", "expected", "worse", "better")),
    lambda: charts.fan(hidden(projection(), "share_50"), 0.4),
])
def test_nothing_is_drawn_where_all_is_hidden(draw):
    with pytest.raises(CqiError, match="not hidden"):
        draw()


@pytest.mark.parametrize("chart", [charts.vlad(looks()), charts.vlad(looks().head(1)), charts.fan(projection(), 0.4), charts.monitors(looks())])
def test_every_chart_becomes_a_picture_of_few_marks(chart):
    rows, _ = drawn(chart)
    assert len(rows) <= 120
    assert "nan" not in str(figure_svg(spec(chart), title="On course?", finding="54 of 120", name="f")).lower()
