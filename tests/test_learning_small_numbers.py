"""Lesson 4: luck worked out exactly, children needed, counties put together, and hidden cells."""

import json
import shutil
import subprocess
from itertools import product
from math import comb

import pytest

from cqi.learning import hidden_cells
from cqi.learning import small_numbers as lesson
from cqi.learning.classroom import classroom
from cqi.learning.exercise import exercise, expected
from running import DATA


@pytest.fixture(scope="module")
def room():
    return classroom(DATA)


def words_of(block):
    return json.dumps(block.content(), ensure_ascii=False)


def r(code):
    if not shutil.which("Rscript"):
        pytest.skip("R is not installed")
    return [float(each) for each in subprocess.run(["Rscript", "-e", f"cat({code})"], capture_output=True, text=True, check=True,
                                                   timeout=120).stdout.split()]


# ---- luck --------------------------------------------------------------------------------------------------------------

def test_three_children_go_eight_ways():
    assert lesson.chances(3, 0.5).tolist() == [1 / 8, 3 / 8, 3 / 8, 1 / 8]
    assert [row[-1].text for row in lesson.three_children().rows] == [f"{sum(way)} of 3" for way in product((0, 1), repeat=3)]


def test_chances_are_the_binomials():
    assert lesson.chances(20, 0.35)[4] == pytest.approx(comb(20, 4) * 0.35**4 * 0.65**16)
    assert lesson.chances(20, 0.35).sum() == pytest.approx(1)


@pytest.mark.parametrize(("value", "most"), [(0.19, 3), (0.20, 4), (0.21, 4)])
def test_a_share_on_the_line_is_at_most_that(value, most):
    assert lesson.at_most(value) == pytest.approx(sum(comb(20, home) * 0.35**home * 0.65 ** (20 - home) for home in range(most + 1)))


@pytest.mark.parametrize(("value", "least"), [(0.49, 10), (0.50, 10), (0.51, 11)])
def test_a_share_on_the_line_is_at_least_that(value, least):
    assert lesson.at_least(value) == pytest.approx(sum(comb(20, home) * 0.35**home * 0.65 ** (20 - home) for home in range(least, 21)))


@pytest.mark.r
def test_r_says_the_same():
    told = r("c(pbinom(4, 20, .35), 1 - pbinom(9, 20, .35), qbinom(c(.025, .975), 20, .35) / 20, "
             "ceiling(sapply(c(.40, .45, .55, .65), function(p) power.prop.test(p1 = .35, p2 = p, power = .8)$n)))")
    assert told[:4] == pytest.approx([lesson.at_most(0.20), lesson.at_least(0.50), *lesson.usual_range()], rel=1e-5)
    assert told[4:] == [lesson.children_needed(0.35, after) for after in (0.40, 0.45, 0.55, 0.65)]


def test_children_needed_for_ten_points():
    """R 4.2, power.prop.test(p1 = .35, p2 = .45, power = .8): n = 375.7; of 35% and 55%: 95.8."""
    assert [lesson.children_needed(), lesson.children_needed(0.35, 0.55)] == [376, 96]


def test_the_picture_shows_a_hundred_years():
    rows = [int(row[1].text) for row in lesson.hundred_years().table.rows]
    assert sum(rows) == 100 and min(rows) > 0 and lesson.hundred_years().content() == lesson.hundred_years().content()


def test_the_interval_of_seven_of_twenty():
    """Wilson: (7 + 1.92 -/+ 1.96 sqrt(0.96 + 7 x 13 / 20)) / (20 + 3.84) is 18.1% to 56.7%."""
    first = [cell.text for cell in lesson.widths().table.rows[0]]
    assert first == ["20 children", "7", "18% to 57%", "about 19 points", "22 points"]


# ---- two counties ------------------------------------------------------------------------------------------------------

def test_who_leads_this_year_may_be_behind_next_year():
    chance = [comb(20, home) * 0.35**home * 0.65 ** (20 - home) for home in range(21)]
    tied, behind = lesson.same_luck()
    assert behind == pytest.approx(sum(chance[a] * chance[b] for a in range(21)
                                       for b in range(a))) and tied + 2 * behind == pytest.approx(1)


@pytest.mark.parametrize(("ahead", "swaps"), [
    (["A", "A"], 0), (["A", "B"], 1), (["A", "neither", "A"], 0), (["A", "neither", "B"], 1), (["B", "A", "B"], 2), (["neither"], 0)])
def test_a_lead_that_passes_over(ahead, swaps):
    assert lesson._swaps(ahead) == swaps


def test_the_pair_is_of_counties_with_about_twenty_children(room):
    rows, note = lesson.pair(room)
    assert set(rows["county"]) == {"Rowan", "Swallow's Rest"} and not note and rows.groupby("county")["name"].nunique().eq(6).all()


def test_counts_are_put_together_not_percents(room):
    rows, _ = lesson.pair(room)
    both = rows[["numerator", "denominator"]].sum()
    last = [cell.text for cell in lesson.pooled(room).rows[-1]]
    assert last[1:3] == [f"{both['numerator']:.0f}",
                         f"{both['denominator']:.0f}"] and last[3].startswith(f"{both['numerator'] / both['denominator']:.0%} (")
    assert expected("put together", room).value == (1 + 3) / (2 + 18)


def test_small_counties_of_real_children_are_never_shown(tmp_path, room):
    episodes = room.extract.episodes
    kept = episodes.loc[episodes["county"].isin(["Rowan", "Bunting"]), ["child_id", "episode_id", "county", "birth_date", "entry_date",
                                                                        "exit_date", "exit_reason"]]
    kept.to_csv(tmp_path / "episodes.csv", index=False)
    own = classroom(tmp_path)
    shown = words_of(lesson.league(own)) + words_of(lesson.pooled(own))
    assert "Rowan" not in shown and "Bunting" not in shown and "made-up ones stand in" in shown and "Ash" in shown


# ---- hidden cells ------------------------------------------------------------------------------------------------------

def test_the_puzzles_give_their_numbers_away(room):
    assert expected("the hidden county", room).value == 77 - 24 - 31 - 15
    assert expected("two reports", room).value == 48 - 45
    assert expected("the rest of them", room).value == 23 - 21
    assert "7" not in [row[1].text for row in hidden_cells.puzzle().rows]


def test_the_released_table_hides_a_second_number():
    texts = [row[1].text for row in hidden_cells.closed_puzzle().rows]
    assert texts == ["24", "[c]", "31", "[c]", "77"] and "Together they make 22" in hidden_cells.closed_puzzle().notes[0]


# ---- exercises -----------------------------------------------------------------------------------------------------------

NAMES = ("bad years by luck", "one or none of three", "children for ten points", "children to see ten points", "put together",
         "the hidden county", "two reports",
         "the rest of them", "what to say of a small county")


@pytest.mark.parametrize("name", NAMES)
def test_an_exercise_knows_its_answer_and_meets_mistakes_kindly(name, room):
    classroom(DATA)
    asked = expected(name, room)
    assert "Yes" in words_of(exercise(name, asked.value)) and asked.hint and asked.why
    for mistake in asked.mistakes:
        said = words_of(exercise(name, mistake.answer))
        assert mistake.words[:40] in said.replace('\\"', '"') and "rong" not in said


def test_the_rule_of_thumb_is_near_the_interval(room):
    """100 children, 35 of them: Wilson's interval is 26% to 45%, 9 points each way; the rule says 10."""
    assert expected("children for ten points", room).value == 100
    assert lesson.widths().table.rows[2][3].text == "about 9 points"
