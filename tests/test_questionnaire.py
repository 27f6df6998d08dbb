"""Questionnaires and their scores: as published, by hand, against R; and what somebody who knows a team could work out."""

import csv
import itertools
import math
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from cqi.disclosure.policy import policy
from cqi.questionnaire import _questionnaires, questionnaire, questionnaire_names
from cqi.questionnaire.alpha import alpha_interval, cronbach_alpha
from cqi.questionnaire.scoring import ALL_TEAMS, _reach, alphas, person_means, round_order, score_text, scores, step_of
from cqi.vocabulary import CqiError
from drawn_sheets import CULTURE, SYSTEM, drawn, mood, sheet, team_of

GOLDEN = Path(__file__).parent / "golden" / "questionnaire"
EDMONDSON = (
    ("If you make a mistake on this team, it is often held against you.", True),
    ("Members of this team are able to bring up problems and tough issues.", False),
    ("People on this team sometimes reject others for being different.", True),
    ("It is safe to take a risk on this team.", False),
    ("It is difficult to ask other members of this team for help.", True),
    ("No one on this team would deliberately act in a way that undermines my efforts.", False),
    ("Working with members of this team, my unique skills and talents are valued and utilized.", False),
)
CHECK = questionnaire(CULTURE)
SAFETY = CHECK.areas[0]


def golden(name, folder=GOLDEN):
    with open(folder / name, newline="") as file:
        return list(csv.DictReader(file))


def attitude(rows, items=None):
    return np.array([[float(row[name]) for name in items or row] for row in golden("attitude.csv")[:rows]])


def of_area(found, area="psychological_safety", team="Intake", round="2026Q2"):
    return next(score for score in found if (score.area, score.team, score.round) == (area, team, round))


def shown(levels, threshold=7, **where):
    """The score in psychological safety of one team whose people feel so."""
    return of_area(scores(team_of(levels, **where), CHECK, threshold=threshold), **{k: v for k, v in where.items() if k in ("team", "round")})


# ---- what is asked ------------------------------------------------------------------------------------------------------------

def test_psychological_safety_is_asked_as_published():
    assert tuple((item.text, item.reversed) for item in CHECK.items_of("psychological_safety")) == EDMONDSON
    assert (CHECK.lowest, CHECK.highest, CHECK.kind) == (1, 7, "anonymous") and "44(2) (1999) 350-383" in CHECK.source["citation"]
    assert [area.name for area in CHECK.areas if not area.ours] == ["psychological_safety"] and any("not been tested" in line for line in CHECK.caveats)


def test_the_system_check_has_the_steps_and_the_five_components():
    check = questionnaire(SYSTEM)
    assert [area.name for area in check.areas] == ["purpose", "identify", "assess", "plan", "refer", "track", "monitor", "supervision", "competencies", "improvement"]
    assert [item.name for item in check.items_of("improvement")] == ["structure", "data", "case_review", "analysis", "feedback"]
    assert check.areas[0].title == "Is case management the right tool here?" and (check.lowest, check.highest, check.kind) == (1, 4, "consensus")
    assert all(item.goal for item in check.items) and "ACYF-CB-IM-12-07" in check.source["citation"]


def test_no_questionnaire_of_that_name():
    with pytest.raises(CqiError, match="No questionnaire 'culture_chek'. Did you mean 'culture_check'"):
        questionnaire("culture_chek")


SMALL = """name = "small"
title = "Small"
kind = "anonymous"
why = "To see."
instructions = ["Circle one."]
lowest = 1
scale = ["no", "", "yes"]
[source]
citation = "Ours."
reviewer = "Somebody"
reviewed = 2026-11-22
[[areas]]
name = "one"
title = "One"
high = "good"
needed = 1
[[items]]
name = "first"
area = "one"
text = "It is so."
[[items]]
name = "second"
area = "one"
text = "It is not so."
reversed = true
"""


@pytest.fixture
def written(tmp_path, monkeypatch):
    """A function that writes a questionnaire of an agency's own, and reads it."""
    (tmp_path / "questionnaires").mkdir()
    monkeypatch.setenv("CQI_DEFINITIONS", str(tmp_path))

    def made(text, name="small"):
        (tmp_path / "questionnaires" / f"{name}.toml").write_text(text, encoding="utf-8")
        _questionnaires.cache_clear()
        return questionnaire("small")

    yield made
    _questionnaires.cache_clear()


def test_an_agency_adds_a_questionnaire_without_python(written):
    assert [item.reversed for item in written(SMALL).items] == [False, True] and questionnaire_names() == [SYSTEM, CULTURE, "small"]


@pytest.mark.parametrize(("old", "new", "words"), [
    ('name = "small"', 'name = "big"', "a file bears the name"), ('reviewer = "Somebody"', 'reviewer = " "', "source.reviewer is empty"),
    ("reviewed = 2026-11-22", 'reviewed = "today"', "source.reviewed is not a date"), ('citation = "Ours."', "", "source.citation is empty"),
    ('kind = "anonymous"', 'kind = "secret"', "kind 'secret' is not one of anonymous, consensus"), ("lowest = 1", "lowest = 2", "is not 0 or 1"),
    ('scale = ["no", "", "yes"]', 'scale = ["no"]', "scale has 1 answers"), ('scale = ["no", "", "yes"]', 'scale = ["no", ""]', "the first and the last answer"),
    ("needed = 1", "needed = 3", "needed is 3, and it has 2 items"), ("needed = 1", "needed = 0", "needed is 0"), ("needed = 1", "needed = true", "needed is not a whole number"),
    ('area = "one"\ntext = "It is so."', 'area = "two"\ntext = "It is so."', "no area 'two'; areas: one"), ('name = "second"', 'name = "first"', "item 'first' is there twice"),
    ('name = "second"', 'name = "Second one"', "not made of small letters"), ("reversed = true", 'reversed = "yes"', "reversed is not true or false"),
    ("reversed = true", "wieght = 2", "wieght is not known"), ('text = "It is so."', 'text = ""', "text is empty"), ('why = "To see."', 'wy = "To see."', "wy is not a field"),
    ('kind = "anonymous"', 'kind = "consensus"', "item 'second' is reversed"), ('kind = "anonymous"', 'kind = "consensus"', "item 'first': goal is empty"),
    ('scale = ["no", "", "yes"]', 'scale = "no"', "scale is not a list of texts"), ('title = "Small"', "title = 1", "title is not a text"), ("lowest = 1", "lowest =", "not valid TOML"),
])
def test_a_questionnaire_that_is_not_right_is_told_in_words(written, old, new, words):
    assert old in SMALL
    with pytest.raises(CqiError, match=f"^small.toml: .*{words}"):
        written(SMALL.replace(old, new, 1))


# ---- how it is scored ---------------------------------------------------------------------------------------------------------

def test_a_sheets_mean_by_hand():
    """1, 3 and 5 are turned: 8 - 2, 6, 8 - 1, 4, 8 - 3, 7, 5."""
    names = [item.name for item in CHECK.items_of("psychological_safety")]
    slips = sheet(dict(zip(names, (2, 6, 1, 4, 3, 7, 5))))
    assert person_means(slips, SAFETY, CHECK) == [(6 + 6 + 7 + 4 + 5 + 7 + 5) / 7]


def test_one_answer_to_everything_is_pulled_to_the_middle():
    """Three of seven are turned: (4 * 7 + 3 * 1) / 7."""
    assert person_means(sheet(7), SAFETY, CHECK) == [31 / 7] and person_means(mood(7), SAFETY, CHECK) == [7]


@pytest.mark.parametrize(("answered", "means"), [(4, []), (5, [6.0]), (7, [6.0])])
def test_a_sheet_counts_from_five_of_seven_answers_on(answered, means):
    names = [item.name for item in CHECK.items_of("psychological_safety")][:answered]
    given = {item.name: 2 if item.reversed else 6 for item in CHECK.items if item.name in names}
    assert person_means(sheet(given), SAFETY, CHECK) == means


def test_what_is_left_out_is_left_out_of_the_mean():
    """8 - 1, 3 and 5 over the answered five: (7 + 3 + 5 + 5 + 5) / 5."""
    given = dict(zip((item.name for item in CHECK.items_of("psychological_safety")), (1, 3, 3, 5, None, 5, None)))
    assert person_means(sheet(given), SAFETY, CHECK) == [25 / 5]


def test_limits_are_those_of_a_t_test_rounded_outwards():
    """Seven people at 2, 3, 4, 5, 6, 6, 6: mean 32/7, and by R's t.test 3.07 to 6.07."""
    score = shown([2, 3, 4, 5, 6, 6, 6])
    assert (score.answered, score.mean, score.lower, score.upper, score.step, score.end) == (7, 4.5, 3.0, 6.5, 0.5, 0)


def test_an_interval_is_never_so_narrow_that_it_tells_that_all_agree():
    """The t of 6 degrees of freedom, 2.447, times 3 / 6 is 1.22: 4 less and more than that is 2.78 to 5.22."""
    score = shown([4] * 7)
    assert (score.mean, score.lower, score.upper) == (4, 2.5, 5.5)
    assert np.std([1] + [4.5] * 6, ddof=1) == pytest.approx(3 * math.sqrt(7) / 6)  # the mean is 4: one lies 3 away, the others agree


def test_means_of_departments_as_in_r():
    for row in golden("means.csv"):
        means = attitude(int(row["sheets"])).mean(axis=1)
        reach = float(row["mean"]) - float(row["lower"])
        assert math.isclose(means.mean(), float(row["mean"]), rel_tol=1e-12)
        assert math.isclose(_reach(list(means), 0), reach, rel_tol=1e-9)


@pytest.mark.parametrize(("label", "order"), [("2026", (2026, 4, 4)), ("2026H1", (2026, 2, 2)), ("2026Q2", (2026, 2, 1)), ("2026H2", (2026, 4, 2))])
def test_rounds_are_in_order_of_their_ends(label, order):
    assert round_order(label) == order


@pytest.mark.parametrize("label", ["2026-05", "2026-05-01", "2026W21", "2026Q5", "2026H3", "26Q2", "", "2026Q2 14:05", "May 2026"])
def test_no_time_finer_than_a_quarter(label):
    with pytest.raises(CqiError, match="nothing finer"):
        round_order(label)


# ---- how well items hang together ---------------------------------------------------------------------------------------------

PARTS = {"all": None, "first_three": ("rating", "complaints", "privileges"), "two": ("learning", "critical")}


def test_alpha_as_in_r():
    for row in golden("alpha.csv"):
        found = cronbach_alpha(attitude(int(row["sheets"]), PARTS[row["part"]]), level=float(row["level"]))
        np.testing.assert_allclose(found, [float(row[name]) for name in ("alpha", "lower", "upper", "sheets", "items")], rtol=1e-9)


def test_alpha_as_published():
    assert round(cronbach_alpha(attitude(30)).value, 3) == 0.843  # manual of R's psych: alpha(attitude)
    np.testing.assert_allclose(alpha_interval(0.85, sheets=89, items=7), (0.7971254, 0.8931436), atol=1e-4)  # manual of R's statpsych: ci.cronbach


def test_alpha_by_hand():
    """Items 1, 2, 3 and 1, 2, 6: variances 1 and 7, of the sums 2, 4, 9 it is 13: 2 * (1 - 8 / 13)."""
    assert math.isclose(cronbach_alpha([[1, 1], [2, 2], [3, 6]]).value, 2 * (1 - 8 / 13))
    assert cronbach_alpha([[1, 1], [2, 2], [3, 3], [math.nan, 4]])[0::3] == (1.0, 3)
    assert math.isnan(cronbach_alpha([[1, 2], [1, 2]]).value)


@pytest.mark.parametrize("rows", [[[1, 2]], [[1], [2]], [], [[1, math.nan], [2, 3]]])
def test_alpha_needs_two_of_each(rows):
    with pytest.raises(CqiError, match="two items or more"):
        cronbach_alpha(rows)


def test_alpha_is_told_of_thirty_whole_sheets_of_teams_that_are_shown():
    def told(levels):
        return alphas(team_of(levels), CHECK, threshold=7)

    assert told([1, 2, 3, 4, 5, 6] * 4 + [3] * 5) == {} and set(told([1, 2, 3, 4, 5, 6] * 5)) == {area.name for area in CHECK.areas}
    assert alphas(team_of([3, 5] * 14) + team_of([1, 7, 1], team="Small"), CHECK, threshold=7) == {}
    assert told([1, 2, 3, 4, 5, 6] * 5)["corrective"].value == pytest.approx(1)


@pytest.mark.r
@pytest.mark.skipif(not shutil.which("Rscript"), reason="R is not installed")
def test_golden_files_come_out_of_r_again(tmp_path):
    subprocess.run(["Rscript", str(GOLDEN / "make.R"), str(tmp_path)], check=True, capture_output=True)
    for path in sorted(GOLDEN.glob("*.csv")):
        for fresh, committed in zip(golden(path.name, tmp_path), golden(path.name), strict=True):
            for name, value in committed.items():
                assert fresh[name] == value or math.isclose(float(fresh[name]), float(value), rel_tol=1e-11)


# ---- who may see what ---------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize(("people", "is_shown"), [(6, False), (7, True), (8, True)])
def test_a_team_is_shown_from_seven_answers_on(people, is_shown):
    assert policy("internal")["survey_threshold"] == policy("release")["survey_threshold"] == 7 and not policy("release")["survey_results"]
    found = scores(team_of([3, 4, 5, 6, 2, 4, 5, 4][:people]), CHECK, threshold=policy("internal")["survey_threshold"])
    assert {score.status for score in found} == ({"shown"} if is_shown else {"suppressed"})
    assert is_shown or all((score.answered, score.mean, score.lower, score.upper) == (None,) * 4 for score in found)


@pytest.mark.parametrize(("threshold", "is_shown"), [(6, True), (7, True), (8, False)])
def test_the_threshold_is_the_policys(threshold, is_shown):
    assert (shown([3, 4, 5, 6, 2, 4, 5], threshold).status == "shown") == is_shown


def test_a_threshold_of_one_is_refused():
    with pytest.raises(CqiError, match="not one person's own"):
        scores(team_of([3]), CHECK, threshold=1)


def test_the_threshold_counts_those_who_answered_the_area():
    """Eight sheets, two of which leave psychological safety out: six."""
    unsafe = {item.name: None for item in CHECK.items_of("psychological_safety")}
    quiet = sheet({item.name: 4 for item in CHECK.items} | unsafe) * 2
    found = scores(team_of([3, 4, 5, 6, 2, 4]) + quiet, CHECK, threshold=7)
    assert of_area(found).status == "suppressed" and of_area(found, "corrective").answered == 8


@pytest.mark.parametrize("hidden", [[1], [1, 7, 7], [1, 7, 7, 1, 1, 1]])
def test_what_a_hidden_team_says_moves_no_number(hidden):
    """Neither a team and its complement, nor all teams together, tell what those few have said; also where more such teams come later."""
    others = team_of([3, 4, 5, 6, 2, 4, 5], team="A") + team_of([6, 6, 5, 7, 4, 4, 5, 5], team="B")
    alone = {(each.team, each.area): each for each in scores(others, CHECK, threshold=7)}
    for teams in (["C"], ["C", "D"]):
        found = scores(others + [slip for team in teams for slip in team_of(hidden, team=team)], CHECK, threshold=7)
        assert {(each.team, each.area): each for each in found if each.team not in teams} == alone
        assert all(each.status == "suppressed" for each in found if each.team in teams)


@pytest.mark.parametrize(("people", "step"), [(7, 0.5), (12, 0.5), (13, 0.25), (30, 0.25), (31, 0.1), (300, 0.1), (3, 1.0)])
def test_the_fewer_the_coarser(people, step):
    """6 points wide: u * (2 n - 1) is 6 at n = 12.5 for quarters and at 30.5 for tenths."""
    assert step_of(people, CHECK) == step


@pytest.mark.parametrize("people", [8, 9, 12, 13, 20, 30, 31, 60])
def test_somebody_who_leaves_between_two_rounds_is_not_worked_out(people):
    """The attacker knows that one person left and that nobody else has changed: what the two means allow for the one who left is as wide as the scale."""
    others = [4, 5, 3, 6, 5, 4, 2, 5] * 8
    for left in (1, 4, 7):
        before = shown([left, *others[:people - 1]], round="2026Q1")
        after = shown(others[:people - 1], round="2026Q2")
        low = people * (before.mean - before.step / 2) - (people - 1) * (after.mean + after.step / 2)
        high = people * (before.mean + before.step / 2) - (people - 1) * (after.mean - after.step / 2)
        assert high - low >= 6 - 1e-9 and low <= left <= high


def test_that_all_say_the_same_is_not_told():
    """Seven alike, and seven of whom one differs, look alike; nor do means at an end of the scale pin anybody there."""
    assert shown([4] * 7) == shown([4, 4, 4, 4, 4, 4, 5]) and shown([4] * 7).lower < 4 < shown([4] * 7).upper
    top, nearly = shown([7] * 7), shown([7, 7, 7, 7, 7, 7, 3])
    assert top == nearly and (top.mean, top.end, score_text(top)) == (6.5, 1, "≥6.5")
    assert shown([1] * 7) == shown([1, 1, 1, 1, 1, 1, 5]) and score_text(shown([1] * 7)) == "≤1.5"


def test_the_order_of_sheets_is_in_no_number():
    slips = drawn({"A": 8, "B": 7, "C": 3})
    assert scores(slips, CHECK, threshold=7) == scores(slips[::-1], CHECK, threshold=7) == scores(sorted(slips, key=lambda slip: slip.content), CHECK, threshold=7)


def test_every_number_is_on_its_grid_and_every_interval_holds_its_mean():
    for seed in range(8):
        for score in scores(drawn({"A": 7, "B": 14, "C": 40, "D": 5}, seed=seed, centre=2 + seed / 2), CHECK, threshold=7):
            if score.status == "shown":
                assert all(math.isclose(value / score.step, round(value / score.step), abs_tol=1e-9) for value in (score.mean, score.lower, score.upper))
                assert 1 <= score.lower < score.mean < score.upper <= 7


def test_intervals_hold_the_unrounded_ones():
    """What is shown is never surer than what was found."""
    for levels in itertools.islice(itertools.product((2, 4, 5, 7), repeat=7), 0, 4**7, 501):
        means = np.array(levels, float)
        score = shown(list(levels))
        reach = stats.t.ppf(0.975, 6) * means.std(ddof=1) / math.sqrt(7)
        assert score.lower <= max(1, means.mean() - reach) + 1e-9 and score.upper >= min(7, means.mean() + reach) - 1e-9


def test_all_teams_shown_are_those_that_are_shown():
    """(7 * 4 + 9 * 5) / 16 is 4.56: to quarters 4.5."""
    found = scores(team_of([4] * 7, team="A") + team_of([5] * 9, team="B") + team_of([1] * 6, team="C"), CHECK, threshold=7)
    whole = of_area(found, team=ALL_TEAMS)
    assert (whole.answered, whole.mean) == (16, 4.5)
