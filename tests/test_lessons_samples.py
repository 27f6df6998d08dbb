"""The first two lessons' counts: three samples of one county drawn by hand, medians against R, what a class sees where numbers are few."""

from __future__ import annotations

import shutil
import subprocess
from datetime import date

import numpy as np
import pytest

from cqi.blocks import Figure
from cqi.cohorts import cohort
from cqi.learning import classroom, inputs_and_outcomes, three_samples
from cqi.learning.samples import DAYS_A_MONTH, ENTERED, IN_CARE, LEFT, SAMPLES, home_within_a_year, median_months, medians, sample_times
from cqi.learning.three_samples import directions, toy_months
from drawn import write
from running import DATA

CHILDREN = """
child_id  episode_id  county  birth_date  entry_date  exit_date   exit_reason
c1        e1          Alder   2015-01-01  2019-12-31  2020-02-10  reunification
c2        e2          Alder   2015-01-01  2020-01-01  2020-01-08  reunification
c3        e3          Alder   2015-01-01  2020-01-01  2020-01-09  adoption
c4        e4          Alder   2015-01-01  2020-06-01  2020-12-31  transfer
c5        e5          Alder   2015-01-01  2020-06-01  2021-01-01  reunification
c6        e6          Alder   2015-01-01  2020-12-31  2022-01-01  guardianship
c7        e7          Alder   2015-01-01  2020-12-31  2021-12-31  relative
c8        e8          Alder   2015-01-01  2021-01-01  2021-02-01  reunification
c9        e9          Alder   2015-01-01  2020-03-01  .           .
b1        f1          Birch   2015-01-01  2020-06-01  2020-12-01  reunification
b2        f2          Birch   2015-01-01  2022-12-15  2022-12-31  reunification
"""


@pytest.fixture(scope="module")
def alder(tmp_path_factory):
    """Alder as known on 31 December 2022: the year 2020 has c2 (7 days, too short to count), c3 (8 days), c4 to c7 and c9."""
    room = classroom(write(tmp_path_factory.mktemp("alder"), episodes=CHILDREN), "Alder")
    return type(room)(room.data, room.extract, date(2022, 12, 31), "Alder", room.fictional, room.said)


def days(first: str, last: str) -> int:
    return (date.fromisoformat(last) - date.fromisoformat(first)).days


def test_who_entered_and_how_long_they_stayed(alder):
    times, seen = sample_times(alder, ENTERED, cohort("2020"))
    wanted = {8: True, days("2020-06-01", "2020-12-31"): True, days("2020-06-01", "2021-01-01"): True, 366: True, 365: True, days("2020-03-01", "2022-12-31"): False}
    assert dict(zip(times.tolist(), seen.tolist())) == wanted and len(times) == 6


def test_who_left_on_the_first_and_last_day_of_the_year_counts(alder):
    """c1, c3, c4 left in 2020; c5 on 1 January 2021, c8 in 2021, c2 after 7 days only."""
    assert sorted(sample_times(alder, LEFT, cohort("2020"))[0]) == sorted([days("2019-12-31", "2020-02-10"), 8, days("2020-06-01", "2020-12-31")])
    assert len(sample_times(alder, LEFT, cohort("2021"))[0]) == 3  # c5 on the first day, c8, c7 on the last; not c6 a day later


def test_who_was_in_care_at_the_end_of_the_last_day(alder):
    """c5 to c7 and c9; c4 left on that very day, c8 came a day later. Time so far: c6 and c7 came that day."""
    assert sorted(sample_times(alder, IN_CARE, cohort("2020"))[0]) == sorted([days("2020-06-01", "2020-12-31"), 0, 0, days("2020-03-01", "2020-12-31")])


def test_home_within_a_year_of_each_sample(alder):
    """Entered: c3, c5, c7 (365 days) of c3 to c7 and c9; c6 took a day more. Left in 2020: c1 and c3, not c4 (a transfer), of three.
    In care on 1 January 2020, come before: c1 alone, home in the year."""
    assert home_within_a_year(alder, cohort("2020")) == {ENTERED: (3, 6), LEFT: (2, 3), IN_CARE: (1, 1)}
    assert home_within_a_year(alder, cohort("2021"))[IN_CARE] == (2, 4)  # c5 on the first day, c7 on the last; c6 a day late, c9 not


def test_nobody_has_no_median(alder):
    empty = median_months(np.array([], dtype=int), np.array([], dtype=bool))
    assert empty.children == 0 and np.isnan(empty.value) and not empty.told


@pytest.mark.parametrize(("stays", "months"), [([30], 30), ([30, 60, 90], 60), ([30, 60], 45), ([30, 60, 90, 120], 75), ([30, 30, 90], 30)])
def test_a_median_of_stays_that_all_ended(stays, months):
    assert median_months(np.array(stays), np.ones(len(stays), bool)).value == pytest.approx(months / DAYS_A_MONTH)


def test_children_still_in_care_count_for_as_long_as_they_were_seen():
    """One of four leaves on day 30 (3/4 stay), one is last seen on day 60, one of two leaves on day 90 (3/8 stay)."""
    assert median_months(np.array([30, 60, 90, 120]), np.array([True, False, True, True])).value == pytest.approx(90 / DAYS_A_MONTH)
    assert np.isnan(median_months(np.array([30, 60, 90, 120]), np.array([True, False, False, False])).value)


@pytest.mark.r
@pytest.mark.skipif(not shutil.which("Rscript"), reason="R is not installed")
def test_medians_and_intervals_are_those_of_r():
    random = np.random.default_rng(8)
    for children in (12, 41, 200):
        left, until = random.exponential(300, children).astype(int) + 8, random.integers(100, 900, children)
        times, seen = np.minimum(left, until), left <= until
        words = (f"library(survival); t <- c({','.join(map(str, times))}); s <- factor(c({','.join(str(int(each)) for each in seen)}), 0:1, c('seen last', 'left')); "
                 "f <- survfit(Surv(t, s) ~ 1, conf.type='log-log'); i <- f$pstate[, 2] > 0 & f$pstate[, 2] < 1; "
                 "cat(summary(survfit(Surv(t, s == 'left') ~ 1))$table['median'], ''); for (p in list(f$upper, f$lower)) cat(c(f$time[i][which(p[i, 2] >= 0.5)], NA)[1], '')")
        done = subprocess.run(["Rscript", "-e", words], capture_output=True, text=True, timeout=120)
        if done.returncode:
            pytest.skip("R has no survival package")
        wanted = [float(word.replace("NA", "nan")) / DAYS_A_MONTH for word in done.stdout.split()]
        found = median_months(times, seen)
        np.testing.assert_allclose([found.value, found.lower, found.upper], wanted, rtol=1e-9)


# ---- the toy county ----------------------------------------------------------------------------------------------------

def test_the_toy_county_gives_three_answers_that_differ():
    assert toy_months(ENTERED) == [2, 3, 6, 10, 12] and toy_months(LEFT) == [2, 3, 16, 23, 27] and toy_months(IN_CARE) == [1, 15, 24]


# ---- what a class sees -------------------------------------------------------------------------------------------------

@pytest.fixture(scope="module")
def sample():
    return classroom(DATA)


def test_the_sample_county_shows_that_one_falls_and_one_rises(sample):
    moved = directions(sample)
    assert moved[ENTERED] == "down" and moved[IN_CARE] == "up"
    now = medians(sample, sample.mature)
    assert all(now[each].told and now[each].lower < now[each].value < now[each].upper for each in SAMPLES)


def test_the_sample_counties_show_that_visits_do_not_tell_who_is_home(sample):
    three = inputs_and_outcomes._three(sample)
    assert three["visits"].idxmin() == "Cypress" and three["home"].idxmin() == "Birch" and not inputs_and_outcomes.fewest_home(sample)


def figures(block) -> list[Figure]:
    return [block] if isinstance(block, Figure) else [part for each in getattr(block, "blocks", ()) for part in figures(each)]


@pytest.mark.parametrize("part", [three_samples.three_medians, three_samples.over_the_years, three_samples.shares_home, inputs_and_outcomes.visits_and_home])
def test_charts_say_in_words_and_numbers_what_they_draw(sample, part):
    figure, = figures(part(sample))
    assert figure.question.endswith("?") and figure.finding and len(figure.table.rows) >= 3
    assert any("interval" in each.lower() for each in (*figure.notes, *figure.table.columns, figure.finding, *(["interval"] if "likely between" in figure.finding else [])))


def test_a_county_with_few_children_gives_way_to_the_sample_state(alder):
    for part in (three_samples.three_medians, three_samples.over_the_years, three_samples.home, inputs_and_outcomes.cards, inputs_and_outcomes.visits_and_home):
        block = part(alder)
        assert "fictional sample state" in block.blocks[0].paragraphs[0] and "Alder:" not in str(block.content()["blocks"][1:])


def test_a_trainers_own_data_reveal_no_planted_truth(alder):
    assert "Nobody knows" in three_samples.truth(alder).paragraphs[0] and "35%" in three_samples.truth(classroom(DATA)).paragraphs[0]
