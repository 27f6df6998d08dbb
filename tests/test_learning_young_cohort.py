"""Lesson 3: ten children by hand, cohorts as known on several days, and what stands in where numbers are small."""

import json
import shutil
import subprocess
from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

from cqi.course.episodes import basis_of
from cqi.learning import by_hand
from cqi.learning import young_cohort as lesson
from cqi.learning.classroom import classroom
from cqi.learning.drawn import AS_OF, SLOWED, STEADY, Place, drawn_place, headline, own_county, place
from cqi.learning.exercise import exercise, expected
from cqi.vocabulary import WHOLE
from running import DATA


@pytest.fixture(scope="module")
def room():
    return classroom(DATA)


def few(*counts):
    """As in a release: 1 to 10 are small."""
    return any(0 < count < 11 for count in counts)


def drawn_by_hand(*stays, as_of=date(2026, 6, 30), hides=lambda *counts: False):
    """A county of stays: (entry, exit or '')."""
    table = pd.DataFrame({"child_id": [f"c{number}" for number in range(len(stays))], "county": "Alder",
                          "entry_date": [stay[0] for stay in stays],
                          "exit_date": [stay[1] or None for stay in stays], "exit_reason": ["reunification" if stay[1] else ""
                                                                                            for stay in stays]})
    return Place("Alder", basis_of(table, headline()), as_of, date(2021, 1, 1), "Alder", hides)


def words_of(block):
    return json.dumps(block.content(), ensure_ascii=False)


# ---- ten children ------------------------------------------------------------------------------------------------------

def test_ten_children_step_by_step():
    """Month 2: 10 seen, A and H go home. Month 5: B, C, D, E and F are seen, C goes. Month 8: B, D, E and F, E goes."""
    curve = by_hand.ten()
    assert curve.at_risk[0, [2, 5, 8]].tolist() == [10, 5, 4]
    assert curve.in_care[0, [1, 2, 5, 8, 12]].tolist() == pytest.approx([1, 8 / 10, 8 / 10 * 4 / 5, 8 / 10 * 4 / 5 * 3 / 4,
                                                                         8 / 10 * 4 / 5 * 3 / 4])
    assert [row[-1].text for row in by_hand.ten_by_hand().rows] == ["20%", "36%", "52%"]


@pytest.mark.r
def test_r_says_the_same_of_the_ten_children():
    if not shutil.which("Rscript"):
        pytest.skip("R is not installed")
    months, home = ([child[place] for child in by_hand.TEN] for place in (2, 3))
    left = [int(each == by_hand.HOME) for each in home]
    code = (f"f <- survival::survfit(survival::Surv(c({','.join(map(str, months))}), c({','.join(map(str, left))})) ~ 1); "
            "cat(summary(f, times = c(2, 5, 8, 12))$surv)")
    told = subprocess.run(["Rscript", "-e", code], capture_output=True, text=True, check=True, timeout=120).stdout
    assert [float(each) for each in told.split()] == pytest.approx(by_hand.ten().in_care[0, [2, 5, 8, 12]])


def test_the_picture_counts_the_ten():
    finding = by_hand.ten_children().finding
    assert finding.startswith("4 of the 10 went home. 6 are still in care, and 5 of these came less than 12 months ago")


# ---- as known on a day ---------------------------------------------------------------------------------------------------

def test_the_same_children_on_four_days():
    """Four children who came on 1 July to 31 December 2024. An exit counts from its own day on."""
    of = drawn_by_hand(("2024-07-01", "2025-03-31"), ("2024-07-01", "2025-04-01"), ("2024-12-31", "2025-12-31"), ("2024-12-31", ""))
    assert [(row["numerator"], row["denominator"]) for row in lesson.so_far(of)] == [(1, 4), (2, 4), (2, 4), (3, 4)]
    assert [str(row["as_of"].date()) for row in lesson.so_far(of)] == ["2025-03-31", "2025-06-30", "2025-09-30", "2025-12-31"]


def test_the_young_cohort_and_the_same_half_a_year_before():
    assert [period.label for period in lesson.cohorts(drawn_place(STEADY))] == ["2025H2", "2024H2"]


@pytest.mark.parametrize(("as_of", "month"), [(date(2026, 9, 29), 6), (date(2026, 9, 30), 9), (date(2026, 10, 1), 9)])
def test_the_fair_column_is_the_last_that_every_child_has_reached(as_of, month):
    """The last child came on 31 December 2025: 9 months are full on 30 September."""
    assert lesson.fair_month(drawn_by_hand(("2025-07-01", ""), ("2025-12-31", ""), as_of=as_of)) == month


def test_the_gap_compares_at_the_same_age(room):
    """Hawthorn, within 6 months: 33 of 120 now, 50 of 139 a year ago, counted by hand from the tracking table."""
    value, lower, upper = lesson.fair_gap(own_county(room))
    assert value == pytest.approx(33 / 120 - 50 / 139) and lower < value < upper
    assert "8 points fewer" in lesson.same_age(room).finding and "includes 0" in lesson.same_age(room).finding


def test_the_slide_says_what_the_file_says(room):
    now, before = (lesson.known(own_county(room), period, room.as_of) for period in lesson.cohorts(own_county(room)))
    said = words_of(lesson.slide(room))
    assert f"only {now['value']:.0%} so far!" in said and f"{before['value']:.0%}" in said
    assert f"{now['numerator']} of {now['denominator']}" not in said, "the slide leaves out the counts; that is its trick"
    assert "47 of 120 children" in words_of(lesson.behind_the_slide(room))


@pytest.mark.parametrize(("value", "words"), [(0.004, "no difference"), (0.006, "1 point more"), (-0.084, "8 points fewer"),
                                              (0.02, "2 points more")])
def test_points_in_words(value, words):
    assert lesson.points(value) == words


# ---- late entry ------------------------------------------------------------------------------------------------------------

def test_exits_still_to_come():
    """One month later 9+18+9+18+9 of 6+12+6+12+6: times 1.5. Two months later 60 of 54. June: 6 x 1.5 x 60/54."""
    seen, developed, final = by_hand.late_june()
    assert (seen, developed, final) == pytest.approx((6, 42 / 63 * 54 / 60, 6 * 63 / 42 * 60 / 54))
    assert expected("exits still to come", classroom(DATA)).value == pytest.approx(10)


# ---- small numbers of real children --------------------------------------------------------------------------------------

@pytest.mark.parametrize(("counts", "among", "told"), [
    ([0, 11, 22], 40, True), ([0, 10, 22], 40, False), ([11, 11, 22], 40, True), ([11, 21, 32], 60, False), ([11, 22], 32, False),
    ([11, 22], 33, True),
    ([11, 22], 22, True), ([0], 10, False),
])
def test_growing_counts_are_told_where_no_count_step_or_rest_is_small(counts, among, told):
    of = replace(drawn_place(STEADY), hides=few)
    assert of.tells(counts, among) is told
    assert drawn_place(STEADY).tells(counts, among), "no child is real there"


def own_data(folder, room, *counties):
    """Some counties of the sample state, as if they were somebody's own data."""
    episodes = room.extract.episodes
    kept = episodes.loc[episodes["county"].isin(counties), ["child_id", "episode_id", "county", "birth_date", "entry_date", "exit_date",
                                                            "exit_reason"]]
    kept.to_csv(folder / "episodes.csv", index=False)
    return classroom(folder)


def test_a_large_county_of_ones_own_is_looked_at(tmp_path, room):
    own = own_data(tmp_path, room, "Cedar")
    of = lesson.looked_at(own)
    assert not own.fictional and of.county == "Cedar" and not of.note
    rows = [[cell.text for cell in row] for row in lesson.same_children(own).table.rows]
    assert [row[0] for row in rows] == ["31 March 2025", "30 June 2025",
                                        "31 December 2025"], "from September to December 9 went home: a small step"
    charted = lesson.same_children(own).spec["datasets"].values()
    months = {row["at"] for part in charted for row in part if "lower" in row}
    assert months <= {3, 6, 9, 12}, "months between them would show small steps"


def test_where_counts_are_small_a_made_up_county_stands_in_and_says_so(tmp_path, room):
    own = own_data(tmp_path, room, "Aspen")
    of = lesson.looked_at(own)
    assert of.county == STEADY and "too few children" in of.note and STEADY in of.note
    shown = "".join(words_of(part(own)) for part in (lesson.slide, lesson.behind_the_slide, lesson.same_children, lesson.triangle,
                                                     lesson.same_age))
    assert "Aspen" not in shown and "[c]" not in shown and of.note in shown


def test_all_counties_together_come_before_a_made_up_one(room):
    together = place(room, lambda of: of.county == WHOLE)
    assert together.county == WHOLE and room.county in together.note


def test_a_row_of_small_counts_is_hidden_in_the_table():
    """5 of 25 children are home: a small count. Cells of the row that no child has reached stay `not yet`."""
    of = drawn_by_hand(*[("2026-01-01", "2026-02-01")] * 5, *[("2026-01-01", "")] * 20, hides=few)
    rows = lesson._hidden(of, lesson.grown(of, lesson.cohorts(of)[0].back(-1)))
    assert rows["numerator"].isna().all() and rows["value"].isna().all() and rows["denominator"].eq(25).all()
    assert rows["status"].tolist() == ["suppressed", "suppressed", "not yet mature", "not yet mature"]


def test_one_cell_is_hidden_where_the_step_to_it_is_small():
    """Home within 3 months 20, 6 months 40, 9 months 45, and by 12 months 60 of 100: the steps from 40 and to 60 would tell 5 and 15."""
    rows = pd.DataFrame({"at": [3, 6, 9, 12], "numerator": [20, 40, 45, 60], "denominator": 100,
                         "status": ["shown", "shown", "so far", "so far"], "value": 0.5})
    of = replace(drawn_place(STEADY), hides=few)
    assert lesson._hidden(of, rows)["status"].tolist() == ["shown", "shown", "suppressed", "so far"]
    assert lesson._hidden(of, rows.assign(numerator=[20, 40, 51, 62]))["status"].tolist() == ["shown", "shown", "so far", "so far"]
    alone = lesson._hidden(of, rows.assign(numerator=[20, 30, 51, 62]))
    assert alone["status"].tolist() == ["suppressed", "suppressed", "so far",
                                        "suppressed"] and alone["numerator"].notna().tolist() == [False, False, True, False]


# ---- the made-up counties, and the exercises -------------------------------------------------------------------------------

def test_the_made_up_counties_are_the_same_every_time():
    first = drawn_place(STEADY).on.stays.frame
    from cqi.learning.drawn import drawn

    drawn.cache_clear()
    again = drawn_place(STEADY).on.stays.frame
    pd.testing.assert_frame_equal(first, again)
    assert drawn_place(SLOWED).on.counties == (SLOWED, STEADY) and first.loc[first["exit"] < 2**30,
                                                                             "exit"].max() <= np.datetime64(AS_OF).astype(int)


NAMES = ("what the slide shows", "home so far of ten", "still seen at five months", "home allowing for time", "a year ago, three months on",
         "the fair column",
         "gap at the same age", "exits still to come")


@pytest.mark.parametrize("name", NAMES)
def test_an_exercise_knows_its_answer_and_meets_mistakes_kindly(name, room):
    classroom(DATA)
    asked = expected(name, room)
    assert "Yes" in words_of(exercise(name, asked.value)) and asked.hint and asked.why
    for mistake in asked.mistakes:
        said = words_of(exercise(name, mistake.answer))
        assert mistake.words[:40] in said.replace('\\"', '"') and "rong" not in said
