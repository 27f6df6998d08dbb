"""Lesson 5: lights by luck, limits by hand, a planted change and a quiet county, and what chasing noise does."""

import json
import shutil
import subprocess
from math import comb

import numpy as np
import pytest

from cqi.learning import by_hand, lights
from cqi.learning import signal_or_noise as lesson
from cqi.learning.classroom import classroom
from cqi.learning.drawn import SLOWED, SLOWED_FROM, STEADY, drawn_place
from cqi.learning.exercise import exercise, expected
from running import DATA

CHANCE = [comb(20, home) * 0.35**home * 0.65 ** (20 - home) for home in range(21)]
"""Of 20 children, each home with a chance of 35%."""


@pytest.fixture(scope="module")
def room():
    return classroom(DATA)


def words_of(block):
    return json.dumps(block.content(), ensure_ascii=False)


def own_data(folder, room, *counties):
    """Some counties of the sample state, as if they were somebody's own data."""
    episodes = room.extract.episodes
    kept = episodes.loc[episodes["county"].isin(counties), ["child_id", "episode_id", "county", "birth_date", "entry_date", "exit_date",
                                                            "exit_reason"]]
    own = folder / counties[0]
    own.mkdir()
    kept.to_csv(own / "episodes.csv", index=False)
    return classroom(own)


# ---- lights ------------------------------------------------------------------------------------------------------------

def test_lights_by_luck():
    """Red below 30%: 0 to 5 of 20. Amber: 6. Green from 35%: 7 and more."""
    found = lights.lights()
    assert found == pytest.approx({"red": sum(CHANCE[:6]), "amber": CHANCE[6], "green": sum(CHANCE[7:])})
    assert lights.reds() == pytest.approx((24 * sum(CHANCE[:6]), 24 * 12 * sum(CHANCE[:6])))


@pytest.mark.parametrize(("home", "light"), [(5, "red"), (6, "amber"), (7, "green")])
def test_a_light_at_its_line(home, light):
    assert lights._light(home / 20) == light


def test_after_a_red_month_comes_a_better_one():
    better = sum(CHANCE[red] * CHANCE[after] for red in range(6) for after in range(red + 1, 21))
    assert lights.after_red() == pytest.approx(better / sum(CHANCE[:6]))


def test_few_months_lie_outside_the_limits():
    """35% -/+ 3 sqrt(0.35 x 0.65 / 20) is 3.0% to 67.0%: 0, or 14 and more of 20."""
    assert lights.outside_limits() == pytest.approx(CHANCE[0] + sum(CHANCE[14:]))


@pytest.mark.r
def test_r_says_the_same_of_the_lights():
    if not shutil.which("Rscript"):
        pytest.skip("R is not installed")
    told = subprocess.run(["Rscript", "-e", "cat(pbinom(5, 20, .35), dbinom(6, 20, .35), dbinom(0, 20, .35) + 1 - pbinom(13, 20, .35))"],
                          capture_output=True,
                          text=True, check=True, timeout=120).stdout
    assert [float(each) for each in told.split()] == pytest.approx([lights.lights()["red"], lights.lights()["amber"],
                                                                    lights.outside_limits()], rel=1e-5)


def test_the_picture_is_a_year_of_24_counties():
    figure = lights.dashboard()
    assert sum(int(row[1].text) for row in figure.table.rows) == 24 * 12 and figure.finding.startswith(f"{figure.table.rows[0][1].text} "
                                                                                                       f"red lights")


# ---- limits ------------------------------------------------------------------------------------------------------------

def test_limits_of_five_months():
    """4, 6, 5, 7, 8: average 6; steps 2, 1, 2, 1: average 1.5; 6 -/+ 2.66 x 1.5."""
    assert by_hand.five_limits() == pytest.approx((6, 1.5, 6 - 3.99, 6 + 3.99))
    assert "from 3 to 9 a month" in expected("the upper limit", classroom(DATA)).why, "2 lies below 2.01, and 10 above 9.99"


def test_the_made_up_series_moves_at_its_thirteenth_month():
    seen = [row[-1].text for row in lesson.shifted().table.rows]
    assert "8 months" not in lesson.shifted().finding, "the learner counts"
    assert lesson.run_at_the_end() == (8, 13) and seen == [""] * 12 + ["in a run above the average"] * 8


def test_the_average_said_is_that_of_the_months_that_limits_come_from(room):
    """Hawthorn's first 18 months: exits over days in care, as the table has them."""
    figure = lesson.own_chart(room)
    rows = [[float(cell.text.replace(",", "")) for cell in row[1:3]] for row in figure.table.rows[:18]]
    exits, days = map(sum, zip(*rows))
    assert f"On average {1000 * exits / days:.2f} exits per 1,000 days in care in the first 18 months" in figure.finding
    assert f"({exits:,.0f} exits in {days:,.0f} days in care)" in figure.finding


# ---- two counties ------------------------------------------------------------------------------------------------------

def test_the_charts_without_limits_name_no_county(room):
    bare, marked = words_of(lesson.two_charts(room)), words_of(lesson.with_limits(room))
    assert not any(county in bare + marked for county in ("Laurel", "Birch")) and "a sign of" not in bare and "a sign of" in marked


def test_the_chart_finds_what_was_planted_and_nothing_where_nothing_was(room):
    quiet, changed = (chart.points for chart in lesson.two_exits(room))
    assert quiet["rule"].eq("").all() and changed.loc[changed["rule"] != "", "direction"].eq(-1).all()
    assert changed.loc[changed["rule"] != "", "month"].min() >= np.datetime64("2025-01-01"), "slowed from January 2025 on"
    told = words_of(lesson.truth(room))
    assert "County A is Laurel" in told and "County B is Birch" in told and "30%" in told and lesson.first_sign(room) in told


def test_the_made_up_counties_do_the_same(tmp_path, room):
    own = own_data(tmp_path, room, "Bunting")
    quiet, changed = (chart.points for chart in lesson.two_exits(own))
    signs = changed.loc[changed["rule"] != ""]
    assert quiet["rule"].eq("").all() and len(signs) and signs["direction"].eq(-1).all()
    assert signs["month"].min() > np.datetime64(SLOWED_FROM)
    assert [of.county for of in lesson.two_places(own)] == [STEADY, SLOWED] and SLOWED in words_of(lesson.truth(own))


def test_own_months_are_charted_only_where_none_is_small(tmp_path, room):
    small = own_data(tmp_path, room, "Aspen")
    assert "Aspen" not in words_of(lesson.own_chart(small)) and STEADY in words_of(lesson.own_chart(small))
    large = own_data(tmp_path, room, "Cedar")
    assert "Cedar" in lesson.own_chart(large).question and "made-up" not in words_of(lesson.own_chart(large))


def test_small_counties_of_real_children_are_not_in_the_funnel(tmp_path, room):
    """Kestrel had 11 children in 2024, 7 of them home: in the sample state it is drawn, as somebody's own data it is not."""
    large = ["Alder", "Birch", "Cedar", "Hawthorn", "Maple", "Pine"]
    assert "Kestrel" in words_of(lesson.funnel(room))
    shown = words_of(lesson.funnel(own_data(tmp_path, room, *large, "Kestrel")))
    assert "Kestrel" not in shown and all(county in shown for county in large)


def test_too_few_counties_are_stood_in_for(tmp_path, room):
    shown = words_of(lesson.funnel(own_data(tmp_path, room, "Alder", "Birch")))
    assert "made-up ones stand in" in shown and "Alder" not in shown and "County 24" in shown


# ---- chasing noise -------------------------------------------------------------------------------------------------------

def test_throws_with_the_aim_moved_after_each():
    """+2; -1 from an aim 2 left: -3; +1 from an aim 1 right: +2; -2 from an aim 1 left: -3."""
    assert by_hand.adjusted([2, -1, 1, -2]).tolist() == [2, -3, 2, -3]


def test_chasing_each_miss_doubles_the_variance():
    throws = np.random.default_rng(1).normal(0, 1, 200_000)
    assert by_hand.adjusted(throws)[1:].var() == pytest.approx(2 * throws.var(), rel=0.02)


def test_a_made_up_place_has_no_small_numbers():
    assert not drawn_place(SLOWED).hides(1, 2, 3)


# ---- exercises -----------------------------------------------------------------------------------------------------------

NAMES = ("reds in a quiet year", "better after a red light", "the average step", "the upper limit", "which county changed",
         "the run at the end", "the third throw",
         "what a signal is")


@pytest.mark.parametrize("name", NAMES)
def test_an_exercise_knows_its_answer_and_meets_mistakes_kindly(name, room):
    classroom(DATA)
    asked = expected(name, room)
    assert "Yes" in words_of(exercise(name, asked.value)) and asked.hint and asked.why
    for mistake in asked.mistakes:
        said = words_of(exercise(name, mistake.answer))
        assert mistake.words[:40] in said.replace('\\"', '"') and "rong" not in said
