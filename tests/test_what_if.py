"""What if? Paths at other paces from what was published, by hand; what the panel says and moves; and what faster periods did before."""

from html import unescape

import pandas as pd
import pytest
from drawn_run import HEADLINE, RETURNS, ROW, drawn_run

from cqi.blocks import Figure, Text
from cqi.explore.before import faster_before
from cqi.explore.chosen import Chosen
from cqi.explore.paths import USUAL, Paths
from cqi.explore.published import Published
from cqi.explore.what_if import NONE_AT_OTHER_PACES, NOT_MADE, WhatIf, figure, how
from cqi.vocabulary import WHOLE
from cqi.wording import what_if as say

SHARES = ("share_025", "share_10", "share_50", "share_90", "share_975")
DAYS = ("2026-06-30", "2026-09-30", "2026-12-31")
MIDDLES = {0.5: 0.28, 0.75: 0.31, 1.0: 0.34, 1.25: 0.36, 1.5: 0.38}
"""The middle by the last day at each pace; the five shares lie 4 and 8 points around it; by September half of the way is gone from 24%."""
USUAL_MIDDLE = 0.35


def shares(middle: float) -> dict[str, float]:
    return dict(zip(SHARES, (round(middle + step, 4) for step in (-0.08, -0.04, 0, 0.04, 0.08))))


def path(middle: float, day: str) -> dict[str, float]:
    part = {DAYS[0]: 0.0, DAYS[1]: 0.5, DAYS[2]: 1.0}[day]
    return {name: round(0.24 + (share - 0.24) * part, 6) for name, share in shares(middle).items()}


def published(tmp_path, *, days=DAYS, paces=True, profile="internal", course=None, measures=(), periods=()) -> Published:
    folder = drawn_run(tmp_path / "reports", {"Cedar": course or {}}, profile=profile)
    tables = folder / profile / "tables"
    home = {"measure": HEADLINE, "county": "Cedar", "cohort": "2025H2", "as_of": DAYS[0]}
    now = [home | {"day": day, "kind": "observed" if day == DAYS[0] else "projected", "usual": 0.3} | path(MIDDLES[1.0],
        day) for day in DAYS]
    pd.DataFrame(now).to_csv(tables / "2025H2-projection.csv", index=False)
    rows = [home | {"scenario": scenario, "pace": pace, "day": day} | path(middle, day)
            for scenario, pace, middle in [*(("pace", pace, middle) for pace, middle in MIDDLES.items()), ("usual", 1.0,
                USUAL_MIDDLE)] for day in days]
    if paces:
        pd.DataFrame(rows, columns=list(rows[0])).iloc[:None if paces is True else 0].to_csv(tables / "2025H2-paces.csv", index=False)
    pd.DataFrame([*measures] or [ROW | {"county": "Cedar"}]).to_csv(tables / "2025H2-measures.csv", index=False)
    if periods:
        pd.DataFrame(list(periods)).to_csv(tables / "official-periods.csv", index=False)
    return Published(folder, profile)


# ---- paths at any pace -----------------------------------------------------------------------------------------------------

@pytest.mark.parametrize(("pace", "middle"), [(0.5, 0.28), (0.6, 0.28 + 0.4 * 0.03), (0.75, 0.31), (1.0, 0.34), (1.15, 0.34 + 0.6 * 0.02),
    (1.25, 0.36), (1.5, 0.38)])
@pytest.mark.parametrize("days", [DAYS, DAYS[-1:]])
def test_between_published_paces_by_straight_lines(tmp_path, pace, middle, days):
    found = Paths(published(tmp_path, days=days), "Cedar", "2025H2")
    assert found.last(pace).tolist() == pytest.approx(list(shares(middle).values()))
    drawn = found.path(pace)
    assert drawn["day"].dt.strftime("%Y-%m-%d").tolist() == list(DAYS) and drawn["share_50"].tolist() == pytest.approx([0.24,
        0.24 + (middle - 0.24) / 2, middle])


def test_the_pace_now_is_the_projection_itself(tmp_path):
    found = Paths(published(tmp_path, days=DAYS[-1:]), "Cedar", "2025H2")
    projection = found.projection
    assert found.path(1.0)[list(SHARES)].to_numpy().tolist() == projection[list(SHARES)].to_numpy().tolist() and found.coarse


def test_the_usual_pace_and_its_place_on_the_slider(tmp_path):
    """35% lies half-way between 34% at the pace now and 36% at a quarter faster: 1.125, on the slider 1.1 or 1.15."""
    found = Paths(published(tmp_path), "Cedar", "2025H2")
    assert found.last(USUAL)["share_50"] == pytest.approx(USUAL_MIDDLE) and found.like_usual() in (1.1, 1.15)


@pytest.mark.parametrize(("goal", "needed"), [(0.27, 0.5), (0.28, 0.5), (0.29, 0.5 + 0.25 / 3), (0.34, 1.0), (0.35, 1.125), (0.38, 1.5),
    (0.381, None)])
def test_the_smallest_pace_whose_middle_reaches_the_goal(tmp_path, goal, needed):
    found = Paths(published(tmp_path), "Cedar", "2025H2").needed(goal)
    assert found is None if needed is None else found == pytest.approx(needed)


@pytest.mark.parametrize(("goal", "chance"), [(0.26, 1.0), (0.261, 0.97), (0.30, 0.9), (0.32, 0.7), (0.34, 0.5), (0.38, 0.1), (0.42,
    0.025), (0.421, 0.0)])
def test_the_chance_of_a_goal_from_the_five_shares(tmp_path, goal, chance):
    """At the pace now 34%, 30% to 38% 4 times in 5, 26% to 42% 19 times in 20."""
    assert Paths(published(tmp_path), "Cedar", "2025H2").chance(1.0, goal) == pytest.approx(chance, abs=0.006)


# ---- words -------------------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize(("pace", "words"), [(1.0, "as fast as now"), (1.15, "15% faster than now"), (0.8, "20% slower than now"), (1.05,
    "5% faster than now")])
def test_a_pace_in_words(pace, words):
    assert say.pace_words(pace) == words


def test_what_a_goal_takes_is_said_plainly():
    assert "not in reach even at one and a half times" in say.goal_needs(0.6, None, 0.0, 0.5)
    assert "already at the pace now" in say.goal_needs(0.3, 0.8, 0.9, 0.5) and "already even at half the pace now" in say.goal_needs(0.1,
        0.5, 0.99, 0.5)
    told = say.goal_needs(0.4, 1.3, 0.1, 0.5)
    assert told.startswith("To reach 40 in 100, children would have to leave about 30% faster than now") and "half of the projections reach it and half do not" in told
    assert "about 1 in 10" in told and "about 1% faster" in say.goal_needs(0.4, 1.001, 0.4, 0.5)


# ---- the panel -----------------------------------------------------------------------------------------------------------------

@pytest.fixture
def opened(tmp_path):
    return WhatIf(published(tmp_path), Chosen(county="Cedar", cohort="2025H2", measure=HEADLINE))


def test_it_begins_at_the_pace_now_with_the_goal_of_the_county(opened):
    assert opened.slider.value == 1 and opened.goal.value == 40 and "as fast as now" in opened.told.value
    assert "If it goes on as now, 30 to 38 in 100" in opened.picture.value and "this pace 34%" not in opened.picture.value and "likely 34%" in opened.picture.value


def test_the_slider_moves_the_picture_and_the_words(opened):
    before = opened.picture.value
    opened.slider.value = 1.25
    assert opened.picture.value != before and "25% faster" in opened.told.value
    assert "If children left 25% faster than now from today on, 32 to 40 in 100" in opened.picture.value and "As it goes now it looks like 30 to 38 in 100" in opened.picture.value
    assert "pace now 34%" in opened.picture.value and "this pace 36%" in opened.picture.value
    opened.now.click()
    assert opened.slider.value == 1 and opened.picture.value == before


def test_each_preset_does_what_it_says(opened):
    opened.faster.click()
    assert opened.slider.value == 1.15 and "15% faster" in opened.told.value
    opened.usual.click()
    assert opened.slider.value in (1.1, 1.15) and "usual pace of earlier periods is about" in opened.told.value and "usual pace 35%" in opened.picture.value
    opened.slider.value = 0.8
    assert "20% slower" in opened.told.value and "usual pace 35%" not in opened.picture.value


@pytest.mark.parametrize(("goal", "place", "words"), [
    (36, 1.25, "about 25% faster"), (35, 1.15, "about 12% faster"), (34, 1.0, "already at the pace now"), (39, 1.5,
        "not in reach even at one and a half times")])
def test_what_would_it_take(opened, goal, place, words):
    opened.goal.value = goal
    opened.needs.click()
    assert opened.slider.value == pytest.approx(place) and words in opened.answer.value and words in opened.line.value
    opened.slider.value = 0.7
    assert opened.answer.value == ""


def test_the_axis_stays_while_the_fan_moves(tmp_path):
    paths = Paths(published(tmp_path), "Cedar", "2025H2")
    tops = {max(axis["domain"]) for pace in (0.5, 1.0, 1.35, USUAL) for axis in scales(figure(paths, pace, 0.4, "Cedar").spec)}
    assert len(tops) == 1


def scales(spec: dict) -> list[dict]:
    return [layer["encoding"]["y"]["scale"] for layer in spec["layer"] if "scale" in layer["encoding"].get("y", {})]


def test_the_numbers_stand_in_a_table(tmp_path):
    table = figure(Paths(published(tmp_path), "Cedar", "2025H2"), 1.25, 0.36, "Cedar").table
    assert [[cell.text for cell in row] for row in table.rows] == [
        ["as now", "34%", "30% to 38%", "26% to 42%", "about 3 in 10"], ["25% faster than now", "36%", "32% to 40%", "28% to 44%",
            "about 5 in 10"],
        ["at the usual pace of earlier periods", "35%", "31% to 39%", "27% to 43%", "about 4 in 10"]]


def test_where_only_the_last_day_is_given_it_is_said(tmp_path):
    fine, coarse = (figure(Paths(published(tmp_path / str(number), days=days), "Cedar", "2025H2"), 1.25, 0.36, "") for number,
        days in enumerate((DAYS, DAYS[-1:])))
    assert say.COARSE_NOTE in coarse.notes and say.COARSE_NOTE not in fine.notes


@pytest.mark.parametrize(("made", "words"), [
    ({"course": {"as_of": "2026-12-31"}}, "This period is over"), ({"course": {"expected_final": 9}}, "With so few children"),
    ({"course": {"status": "data quality"}}, "look incomplete"), ({"paces": False}, NOT_MADE), ({"paces": "none"}, NONE_AT_OTHER_PACES)])
def test_where_nothing_can_be_shown_it_says_why(tmp_path, made, words):
    panel = WhatIf(published(tmp_path, **made), Chosen(county="Cedar", cohort="2025H2", measure=HEADLINE))
    assert unescape(panel.about.value).count(words) == 1 and panel.picture.value == "" and panel.controls.layout.display == "none"
    for button in (panel.usual, panel.faster, panel.needs):
        button.click()
    assert panel.picture.value == ""


def test_paces_in_words_for_the_picture():
    assert [how(each) for each in (1.0, 1.15, USUAL)] == ["", "15% faster than now", "at the usual pace of earlier periods"]


# ---- what faster periods did before ---------------------------------------------------------------------------------------------

def both(cohort, left, back, *, county="Cedar", status=("shown", "shown")) -> list[dict]:
    facts = ROW | {"county": county, "cohort": cohort}
    return [facts | {"measure": name, "numerator": count, "denominator": 100, "value": count / 100, "lower": count / 200,
        "upper": count / 50, "status": own}
            for name, count, own in zip((HEADLINE, RETURNS), (left, back), status)]


THREE = [*both("2023H2", 30, 4), *both("2024H1", 40, 9), *both("2024H2", 35, 5)]


def test_earlier_periods_side_by_side(tmp_path):
    """Faster than the middle of 35%: one period, 9 of 100 came back; the other two 9 of 200."""
    block = faster_before(published(tmp_path, measures=THREE), "Cedar", "2025H2")
    assert isinstance(block, Figure) and "in the faster ones 9 of 100 (9%); in the slower ones 9 of 200 (4%)" in block.finding and say.NOT_A_PROOF in block.finding
    assert [row[0].text for row in block.table.rows] == ["July to December 2023", "January to June 2024", "July to December 2024"]
    assert "40 of 100" in block.table.rows[1][1].text and "9 of 100" in block.table.rows[1][2].text


@pytest.mark.parametrize("status", [("shown", "so far"), ("so far", "shown"), ("shown", "suppressed")])
def test_a_period_that_is_too_young_or_hidden_is_not_shown(tmp_path, status):
    rows = [*THREE, *both("2025H1", 50, 20, status=status)]
    assert "50 of 100" not in str(faster_before(published(tmp_path, measures=rows), "Cedar", "2025H2").content())


def test_with_too_few_periods_those_of_all_counties_or_words(tmp_path):
    few = faster_before(published(tmp_path / "few", measures=THREE[:4]), "Cedar", "2025H2")
    assert isinstance(few, Text) and "not enough earlier periods" in few.paragraphs[0]
    whole = [row | {"county": WHOLE} for row in THREE]
    found = faster_before(published(tmp_path / "whole", measures=[*THREE[:4], *whole]), "Cedar", "2025H2")
    assert isinstance(found, Figure) and found.finding.startswith("All counties") and "too few earlier periods" in found.notes[0]


def test_official_periods_do_not_overlap(tmp_path):
    """22A22B to 24A24B begin in October, 22B23A and 23B24A in April: of two that share a half-year the newer counts."""
    periods = [row | {"measure": "reentry_in_12_months" if row["measure"] == RETURNS else HEADLINE}
               for number, label in enumerate(("22A22B", "22B23A", "23A23B", "23B24A", "24A24B")) for row in both(label, 30 + number, 5)]
    block = faster_before(published(tmp_path, periods=periods), "Cedar", "2025H2")
    assert [row[0].text for row in block.table.rows] == ["October 2021 to September 2022", "October 2022 to September 2023",
        "October 2023 to September 2024"]
