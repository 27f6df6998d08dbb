"""Control charts and their words: what is drawn, what is said of it, and what is refused."""

import json
from datetime import date

import numpy as np
import pandas as pd
import pytest

from cqi.blocks import Figure, Text
from cqi.blocks.palette import BLUE, GREEN, ORANGE
from cqi.blocks.svg import figure_svg
from cqi.charts.control import control, control_spec
from cqi.measures import basis
from cqi.measures.by_month import MONTH_COLUMNS, SERIES, by_month
from cqi.measures.charted import charted
from cqi.registry import measure
from cqi.sources import load
from cqi.vocabulary import CqiError
from cqi.wording.control import figures, finding, few, notes, second_opinion, signs, table

HEADLINE = measure("permanency_in_12_months")
DAY = date(2026, 6, 30)
QUIET_MONTHS = [18, 22, 20, 19, 21, 23, 17, 20, 22, 18, 20, 21, 19, 20]


def rows(counts, *, name="exits", among=10000):
    """One county's series from July 2024 on; `among` days, or children of a share, a month."""
    among = np.broadcast_to(np.asarray(np.nan if name == "entries" else among, float), len(counts))
    month = pd.date_range("2024-07-01", periods=len(counts), freq="MS").astype("datetime64[s]")
    found = pd.DataFrame({"series": name, "month": month, "children": 50, "numerator": counts, "denominator": among})
    found = found.assign(measure=HEADLINE.name, county="Alder", value=0.0, unit=SERIES[name].unit, status="shown")
    return found[list(MONTH_COLUMNS)]


def chart(counts, *, target=None, **how):
    return charted(rows(counts, **how), HEADLINE, target=target)


@pytest.fixture(scope="module")
def sample():
    return by_month(HEADLINE, basis(load("data_samples", "episodes")), as_of=DAY)


def drawn(spec, mark):
    """The layers of a kind of mark: the mark, and the rows that it draws."""
    found = [layer for layer in spec["layer"] if layer["mark"]["type"] == mark]
    return [(layer, spec["datasets"].get(layer.get("data", {}).get("name"), [])) for layer in found]


# Charted

def test_each_series_has_its_chart_and_direction():
    assert [chart([5, 6] * 10, name=name, among=100).limits.chart for name in SERIES] == ["u", "p", "xmr"]
    assert [chart([5, 6] * 10, name=name, among=100).improvement for name in SERIES] == [1, 1, 0]


def test_the_order_of_months_does_not_matter():
    mixed = charted(rows(QUIET_MONTHS).sample(frac=1, random_state=1), HEADLINE)
    pd.testing.assert_frame_equal(mixed.points, chart(QUIET_MONTHS).points)


@pytest.mark.parametrize(("counts", "refused"), [
    ([2, 3] * 10, "few"), ([3] * 19 + [2], "few"), ([2, 4] * 10, ""), ([4] * 12, "trial"), ([1] * 12, "few"), ([3] * 20, ""),
])
def test_fewer_than_three_a_month_are_not_judged(counts, refused):
    found = chart(counts)
    assert found.limits.refused == refused and (not refused or not any(found.signals.rules))


def test_a_lower_limit_below_zero_is_given_as_zero():
    found = chart([2, 9] * 10, name="entries")
    assert found.limits.lower[0] < 0 and found.points["lower"].eq(0).all()


# Drawing

def test_another_table_is_refused():
    found = chart(QUIET_MONTHS)
    with pytest.raises(CqiError, match="takes the points of"):
        control(type(found)(**{**vars(found), "points": found.points.assign(child_id="a")}))


def test_what_stands_out_is_told_by_colour_and_shape():
    spec = control_spec(chart([*QUIET_MONTHS, 40, 5]))
    (layer, points), *_ = [(layer, rows) for layer, rows in drawn(spec, "point") if "shape" in layer["encoding"]]
    by_word = {row["looks"]: row["month"][:7] for row in points}
    assert by_word["a sign of change for the better"] == "2025-09" and by_word["a sign of change to look into"] == "2025-10"
    colour, shape = (layer["encoding"][channel]["scale"] for channel in ("color", "shape"))
    colours = dict(zip(colour["domain"], colour["range"]))
    assert (colours["a sign of change for the better"], colours["a sign of change to look into"]) == (BLUE, ORANGE)
    assert len(set(shape["range"])) == 3 and shape["domain"] == colour["domain"]
    assert GREEN not in json.dumps(spec["layer"])


def test_a_month_without_children_is_a_gap():
    """Two pieces of line, and no point between them."""
    spec = control_spec(chart([*QUIET_MONTHS, 0, *QUIET_MONTHS], among=[10000] * 14 + [0] + [10000] * 14))
    points = next(rows for layer, rows in drawn(spec, "point") if "shape" in layer["encoding"])
    line, pieces = drawn(spec, "line")[-1]
    assert len(points) == 28 and "2025-09" not in {row["month"][:7] for row in points}
    assert line["encoding"]["detail"]["field"] == "piece" and {row["piece"] for row in pieces} == {0, 1}


def test_limits_have_steps_and_names():
    found = chart(QUIET_MONTHS, among=[9000, 12000] * 7)
    spec = control_spec(found)
    area, band = drawn(spec, "area")[0]
    assert area["mark"]["interpolate"] == "step" and len({row["upper"] for row in band}) == 2
    names = [row["words"] for layer, rows in drawn(spec, "text") for row in rows if "words" in row and "height" in row]
    last = found.points.iloc[-1]
    assert names == [f"limit {last['lower']:.1f}", f"average {last['centre']:.1f}", f"limit {last['upper']:.1f}"]


def test_without_spread_there_is_no_band():
    found = chart([5] * 20, name="entries")
    assert found.limits.refused == "no spread" and not drawn(control_spec(found), "area")
    assert "no usual ups and downs" in json.dumps(control_spec(found))


def test_trial_limits_say_so():
    text = json.dumps(control_spec(chart(QUIET_MONTHS[:12])))
    assert "trial limit" in text and "too few months to judge" in text


@pytest.mark.parametrize(("counts", "target", "words"), [
    (QUIET_MONTHS, None, ["last month: no sign of change"]), (QUIET_MONTHS + [40], None, ["last month: a sign of change for the better"]),
    (QUIET_MONTHS + [3], None, ["last month: a sign of change to look into"]), (QUIET_MONTHS, 9.0, ["goal: out of reach"]),
    (QUIET_MONTHS, 0.1, ["goal: met every month"]), (QUIET_MONTHS, 2.0, ["last month: no sign", "goal: met some months"]),
])
def test_the_icons_have_words(counts, target, words):
    text = json.dumps(control_spec(chart(counts, target=target)))
    assert all(word in text for word in words) and ("goal" in text) == (target is not None)


@pytest.mark.parametrize("name", list(SERIES))
def test_the_same_chart_gives_the_same_picture(sample, name):
    own = sample.loc[(sample["county"] == "Birch") & (sample["series"] == name)]
    specs = [control_spec(charted(own.sample(frac=1, random_state=seed), HEADLINE)) for seed in (1, 2)]
    pictures = {figure_svg(spec, title="t", finding="f", name="n") for spec in specs}
    assert len(pictures) == 1 and "<path" in pictures.pop()


# Words

def test_a_finding_without_signs():
    assert finding("exits", chart(QUIET_MONTHS)) == (
        "Exits to a permanent home by month, July 2024 to August 2025: on average 2.00 exits per 1,000 days in care (280 exits in 140,000 "
        "days in care). No month stands out: chance alone can explain these ups and downs. A small change could still be hidden in them.")


def test_each_rule_in_words():
    high = signs(chart([*QUIET_MONTHS, 40]))
    assert high[0] == "September 2025 lies above the band that chance alone would keep to: a sign of a change for the better."
    low = signs(chart([25] * 8 + [15] * 8))
    assert low == ["8 months in a row, July 2024 to February 2025, are above the average: a sign of a change for the better.",
                   "8 months in a row, March 2025 to October 2025, are below the average: a sign of a change to look into.",
                   "A sign is a reason to ask what happened then. It does not say why."]
    falling = signs(chart([20, 19, 20, 21, 20, 26, 24, 22, 20, 18, 16, 14, 20, 20]))
    assert falling[0] == "December 2024 to June 2025: each month is lower than the one before: a sign of a change to look into."
    near = signs(chart([20, 19, 20, 21, 20, 31, 22, 31, 20, 18, 19, 17, 16, 17, 18]))
    assert near[0] == ("December 2024 and February 2025 lie close to the upper edge of the band, 2 of 3 months: a sign of a change for the "
                       "better.")


def test_a_change_of_entries_is_neither_good_nor_bad():
    found = chart([20, 21, 19, 20, 22, 20, 19, 21, 20, 20, 19, 21, 20, 40], name="entries")
    assert signs(found)[0].endswith("keep to: a sign of a change.") and found.points["kind"].iloc[-1] == "special_cause_neutral_high"


@pytest.mark.parametrize(("counts", "words"), [
    (QUIET_MONTHS[:12], "Only 12 months have a figure. It takes 13 before a month can be said to stand out, so none is marked."),
    ([5] * 20, "The months hardly differ"),
])
def test_a_refusal_says_why(counts, words):
    found = finding("entries", chart(counts, name="entries"))
    assert words in found and "stands out:" not in found


def test_few_are_said_and_not_drawn():
    found = figures(rows([0, 1] * 7), HEADLINE, "Alder", DAY, control_spec)
    assert all(isinstance(part, Text) for part in found) and len(found) == 3
    assert found[0].paragraphs[0].startswith("Exits to a permanent home by month: 7 in 14 months, fewer than 3 a month on average.")
    assert few("exits", chart([0, 1] * 7)) == found[0].paragraphs[0]


def test_what_sigma_z_did():
    wide = notes(chart([10, 30] * 10))[0]
    assert wide == "These counts vary more than chance alone would have them (sigma z 3.96), so the limits are wider (Laney's correction)."
    assert notes(chart(QUIET_MONTHS))[0].startswith("These counts vary no more than chance alone would have them (sigma z 0.")
    assert "XmR" in notes(chart(QUIET_MONTHS, name="entries"))[0]


def test_the_second_opinion():
    found = chart(QUIET_MONTHS)
    words = second_opinion(found.runs, False)
    assert words.startswith("A second test, by runs (Anh\u00f8j), agrees, it sees no sign of change: the longest run on one side of the "
                            "average is 2 months (up to 6")
    assert "does not agree, it sees no sign" in second_opinion(found.runs, True)


@pytest.mark.parametrize(("target", "words"), [
    (0.5, "no month would meet the goal of 50%"), (0.01, "every month would meet the goal of 1%"), (0.2, "some months will"),
])
def test_the_goal_in_words(target, words):
    assert words in finding("three months", chart(QUIET_MONTHS, name="three months", among=100, target=target), target)


def test_the_table_says_what_was_seen():
    found = table("exits", chart([*QUIET_MONTHS, 40, 0], among=[10000] * 15 + [0]), "caption")
    assert found.columns == ("Month", "Exits", "Days in care", "Value", "Limits", "What was seen")
    assert [cell.text for cell in found.rows[0]][:4] == ["July 2024", "18", "10,000", "1.80"]
    assert found.rows[14][5].text == "above the band"
    assert [cell.text for cell in found.rows[15]] == ["October 2025", "0", "0", "none", "none", ""]
    assert table("entries", chart(QUIET_MONTHS, name="entries"), "").columns == ("Month", "Children", "Limits", "What was seen")


def test_the_figures_of_a_county(sample):
    """Birch's exits slowed in the summer of 2025; the sample state has no other change."""
    found = figures(sample, HEADLINE, "Birch", DAY, control_spec)
    assert [type(part) for part in found] == [Figure, Figure, Figure, Text]
    assert "August 2025 to March 2026, are below the average: a sign of a change to look into." in found[0].finding
    assert all(part.table.caption.endswith("as of 30 June 2026") and part.spec["layer"] for part in found[:3])
    assert found[3].role == "note" and "mdc7" in found[3].paragraphs[-1]


def test_hidden_and_missing_series_are_said_alike_for_all(sample):
    hidden = sample.assign(status="suppressed", numerator=np.nan, denominator=np.nan, value=np.nan)
    words = [part.paragraphs[0] for part in figures(hidden, HEADLINE, "Heron", DAY, control_spec)]
    assert all(each.endswith("hidden to protect privacy.") for each in words) and not any("few" in each for each in words)
    none = figures(sample.iloc[:0], HEADLINE, "Heron", DAY, control_spec)
    assert len(none) == 3 and "does not cover enough months" in none[0].paragraphs[0]
