"""Goals: SMART for real, by letter and by day; the past and the pace; progress; versions; and the goal in a real review."""

import math
from dataclasses import replace
from datetime import date

import pandas as pd
import pytest

from cqi import Review
from cqi.blocks import Details, Figure, Section, Table
from cqi.blocks.html import block_html
from cqi.charts.goals import heading_spec
from cqi.goals import Goal, goal_of, revised
from cqi.goals.grounds import Grounds, chance, grounds, pace_needed, rest_needed
from cqi.goals.progress import AHEAD, HELD, HIDDEN, LOST, NOT_REACHED, REACHED, UNKNOWN, UNSURE, limit, standing
from cqi.goals.smart import LETTERS, check, errors, is_a_plan, matures
from cqi.journal import Entry, Journal
from cqi.journal.heard import Planned
from cqi.vocabulary import WHOLE, CqiError
from cqi.wording.goals import goals as told, sentence
from running import DATA

HOME, BACK, MOVES = "permanency_in_12_months", "return_in_12_months", "placement_stability"
GOAL = Goal(words="Children are home within a year.", role="Parents' council", measure=HOME, county="Cedar", cohort="2025H2", target=0.42,
            by=date(2026, 12, 31), counter_measures=(BACK,), agreed=True)
DAY = date(2026, 6, 30)


def course(**fields):
    row = {"measure": HOME, "county": "Cedar", "cohort": "2025H2", "as_of": pd.Timestamp(DAY), "entered": 100.0, "observed": 20.0, "expected_final": 100.0,
           "projected_025": 0.30, "projected_10": 0.34, "projected_50": 0.38, "projected_90": 0.42, "projected_975": 0.46, "usual_final": 0.37, "in_reach": 0.43,
           "target_by": pd.Timestamp("2026-12-31"), "status": "shown", "signal": "", "target": math.nan}
    return pd.Series(row | fields)


def past(*values, rest=(0.20, 0.25, 0.30)):
    return pd.DataFrame({"cohort": ["2023H1", "2023H2", "2024H1"][:len(values)], "value": values, "lower": 0.3, "upper": 0.5, "denominator": 100.0,
                         "rest": rest[:len(values)]})


def ground(**fields):
    return Grounds(**{"counties": ("Cedar", "Birch"), "as_of": DAY, "measures": (HOME, BACK, MOVES), "course": course(), "past": past(0.36, 0.40, 0.44)} | fields)


def letter(name, goal=GOAL, **fields):
    """Levels and words of one letter."""
    found = [each for each in check(goal, ground(**fields)) if each.letter == name]
    return [each.level for each in found], " ".join(each.words for each in found)


# ---- SMART ---------------------------------------------------------------------------------------------------------------------

def test_a_good_goal_is_answered_letter_by_letter_and_has_no_error():
    found = check(GOAL, ground())
    assert list(dict.fromkeys(each.letter for each in found)) == list(LETTERS) and {each.level for each in found} == {"ok"}


@pytest.mark.parametrize("words", ["Train 20 workers", "We will hold monthly meetings", "Complete all visits on time", "Our goal is to hire a family partner",
                                   "More trainings for staff", "all caseworkers know family finding"])
def test_words_that_are_a_plan_of_action_are_asked_about(words):
    assert is_a_plan(words) and letter("specific", replace(GOAL, words=words))[0] == ["warning"]


@pytest.mark.parametrize("words", ["Children are home within a year.", "No child moves twice", "Brothers and sisters grow up together", "We want our children back",
                                   "Babies stay with one family", "Nobody comes back into care"])
def test_words_that_say_what_children_experience_are_not(words):
    assert not is_a_plan(words) and letter("specific", replace(GOAL, words=words))[0] == ["ok"]


def test_a_task_of_the_agency_is_asked_about():
    levels, words = letter("specific", replace(GOAL, measure="investigation_completed_on_time"))
    assert levels == ["warning"] and "counts a task of the agency" in words


@pytest.mark.parametrize(("changes", "said"), [
    ({"measure": "permanency_in_13_months"}, "Did you mean 'permanency_in_12_months'"), ({"county": "Cedra"}, "Did you mean 'Cedar'?"),
    ({"cohort": "2025H3"}, "No such period"), ({"target": -0.001}, "0 to 100%"), ({"target": 1.001}, "0 to 100%"), ({"measure": MOVES, "target": 0}, "a number above 0"),
    ({"kind": "maintain"}, "needs a margin"), ({"kind": "maintain", "margin": 0.0}, "needs a margin"), ({"kind": "maintain", "margin": 0.42}, "never be lost"),
    ({"measure": "maltreatment_in_care", "target": 3}, "hold nothing to count"),
])
def test_what_cannot_be_counted_is_an_error(changes, said):
    levels, words = letter("measurable", replace(GOAL, **changes))
    assert "error" in levels and said in words


@pytest.mark.parametrize("changes", [{"target": 0.0}, {"target": 1.0}, {"county": ""}, {"kind": "maintain", "margin": 0.41}, {"measure": MOVES, "target": 4.2}])
def test_what_can_be_counted_is_not(changes):
    assert letter("measurable", replace(GOAL, **changes))[0] == ["ok"]


@pytest.mark.parametrize(("changes", "levels"), [({}, ["ok"]), ({"agreed": False}, ["warning"]), ({"role": " "}, ["warning"]), ({"words": " "}, ["error"])])
def test_own_words_stand_beside_and_are_read_back(changes, levels):
    assert letter("accurate", replace(GOAL, **changes))[0] == levels


@pytest.mark.parametrize(("by", "levels"), [
    (date(2026, 12, 30), ["error"]), (date(2026, 12, 31), ["ok"]), (date(2027, 1, 1), ["ok"]), (date(2028, 1, 1), ["ok"]), (date(2028, 1, 2), ["warning", "ok"]), (None, ["error"]),
])
def test_the_day_is_one_on_which_all_have_had_their_time(by, levels):
    found, words = letter("time-bound", replace(GOAL, by=by))
    assert found == levels and "31 December 2026" in words


@pytest.mark.parametrize(("as_of", "level"), [(date(2026, 12, 30), "ok"), (date(2026, 12, 31), "error"), (date(2027, 1, 1), "error")])
def test_a_figure_that_is_final_cannot_be_aimed_for(as_of, level):
    levels, words = letter("time-bound", as_of=as_of)
    assert levels == [level] and ("nothing can change it" in words) is (level == "error")


@pytest.mark.parametrize(("as_of", "warned"), [(date(2025, 6, 30), True), (date(2025, 7, 1), False)])
def test_children_who_have_not_come_yet_may_be_planned_for(as_of, warned):
    assert ("None of these children has come yet" in letter("time-bound", as_of=as_of)[1]) is warned


@pytest.mark.parametrize(("name", "cohort", "day"), [
    (HOME, "2025H2", date(2026, 12, 31)), (HOME, "2024-02", date(2025, 2, 28)), (MOVES, "2025H2", date(2025, 12, 31)), ("first_placement_with_kin", "2025H2", date(2025, 12, 31)),
    ("recurrence_of_maltreatment", "2025H2", date(2026, 12, 31)), ("nothing", "2025H2", None), (HOME, "x", None)])
def test_maturity_is_that_of_the_measures_window(name, cohort, day):
    found = matures(replace(GOAL, measure=name, cohort=cohort))
    assert found == day or name == "first_placement_with_kin" and found >= day


@pytest.mark.parametrize(("names", "said"), [((), "Name a counter-measure"), ((HOME,), "its own counter-measure"), (("x",), "No counter-measure 'x'")])
def test_a_counter_measure_is_mandatory(names, said):
    levels, words = letter("in balance", replace(GOAL, counter_measures=names))
    assert levels == ["error"] and said in words


# ---- realistic -------------------------------------------------------------------------------------------------------------------

def test_what_is_still_needed_of_those_left():
    # 42 of 100 wanted, 20 have left: 22 of the other 80
    assert rest_needed(ground(), 0.42) == pytest.approx(22 / 80)
    assert rest_needed(ground(course=course(observed=math.nan)), 0.42) is None and rest_needed(ground(course=None), 0.42) is None
    assert rest_needed(ground(course=course(measure="kept_at_home_after_report")), 0.42) is None


@pytest.mark.parametrize(("target", "level"), [(0.43, "ok"), (0.44, "ok"), (0.441, "warning")])
def test_the_pace_is_held_against_the_best_that_was_done_from_this_age_on(target, level):
    """The best earlier cohort brought 30% of those left: 20 + 0.3 * 80 = 44."""
    levels, words = letter("realistic", replace(GOAL, target=target))
    assert levels == [level] and "between 20% and 30%" in words and ("No earlier period did that" in words) is (level == "warning")


@pytest.mark.parametrize(("target", "level"), [(1.0, "warning"), (0.2, "warning")])
def test_what_all_left_could_do_is_not_impossible(target, level):
    assert letter("realistic", replace(GOAL, target=target))[0] == [level]


def test_what_nobody_left_could_bring_is_an_error():
    down = replace(GOAL, measure=BACK, target=0.10, counter_measures=(HOME,))
    levels, words = letter("realistic", down, course=course(measure=BACK, observed=11.0))
    assert "error" in levels and "no judgement" in words
    assert "error" not in letter("realistic", down, course=course(measure=BACK, observed=10.0))[0]


@pytest.mark.parametrize(("low", "asked"), [(0.42, True), (0.41, False)])
def test_a_goal_that_comes_by_itself_is_asked_about(low, asked):
    """19 in 20 are sure where the lowest of the five shares lies at the goal."""
    levels, words = letter("realistic", course=course(projected_025=low, projected_10=0.43, projected_50=0.44))
    assert ("Does the goal ask for anything new?" in words) is asked


def test_without_counts_the_final_figures_of_the_past_are_held_against_it():
    bare = {"course": course(observed=math.nan, status="suppressed")}
    assert letter("realistic", replace(GOAL, target=0.44), **bare)[0] == ["ok"] and letter("realistic", replace(GOAL, target=0.45), **bare)[0] == ["warning"]


def test_where_the_past_is_hidden_the_usual_pace_is_or_nobody_can_say():
    none = past()
    levels, words = letter("realistic", replace(GOAL, target=0.43), past=none, released=True)
    assert levels == ["ok"] and "usual pace here gives 37%" in words
    assert letter("realistic", replace(GOAL, target=0.44), past=none)[0] == ["warning"]
    assert "hidden to protect privacy" in letter("realistic", past=none, course=None, released=True)[1]
    assert "too few earlier periods" in letter("realistic", past=none, course=None)[1]


@pytest.mark.parametrize(("children", "warned"), [(9, True), (10, False)])
def test_few_children_are_no_share(children, warned):
    assert ("very few children" in letter("realistic", course=course(expected_final=children, observed=2.0))[1]) is warned


@pytest.mark.parametrize(("margin", "warned"), [(0.0099, True), (0.01, False)])
def test_a_margin_below_one_child_is_asked_about(margin, warned):
    assert ("smaller than one child" in letter("realistic", replace(GOAL, kind="maintain", margin=margin))[1]) is warned


def test_the_pace_from_the_published_paces():
    paces = pd.DataFrame({"pace": [0.5, 1.0, 1.5], **{f"share_{name}": [0.3, 0.38, 0.42] for name in ("025", "10", "50", "90", "975")}})
    on = ground(paces=paces)
    assert pace_needed(on, 0.40) == pytest.approx(1.25) and pace_needed(on, 0.42) == 1.5 and pace_needed(on, 0.2) == 0.5
    assert math.isinf(pace_needed(on, 0.421)) and pace_needed(ground(), 0.4) is None


@pytest.mark.parametrize(("level", "sure"), [(0.29, 1), (0.34, 0.90), (0.36, 0.70), (0.42, 0.10), (0.461, 0)])
def test_the_chance_between_the_five_shares(level, sure):
    """Half-way between 34% and 38% it is half-way between 90% and 50%; the edges are in test_between."""
    assert chance(ground(), level, at_least=True) == pytest.approx(sure) and chance(ground(), level, at_least=False) == pytest.approx(1 - sure)


def test_only_whole_figures_of_earlier_cohorts_that_are_shown_are_the_past():
    base = {"measure": HOME, "county": "Cedar", "group": "", "part": "", "numerator": 40.0, "denominator": 100.0, "value": 0.4, "lower": 0.3, "upper": 0.5}
    measures = pd.DataFrame([base | {"cohort": cohort, "status": status} for cohort, status in (
        ("2024H1", "shown"), ("2024H2", "suppressed"), ("2025H1", "so far"), ("2022H2 to 2023H2", "shown"), ("2025H2", "so far"), ("2026H1", "shown"))])
    early = pd.DataFrame([base | {"cohort": "2024H1", "numerator": 20.0, "status": "so far"}])
    tables = {"course": pd.DataFrame([course()]), "measures": measures, "same_age": early, "paces": pd.DataFrame()}
    on = grounds(GOAL, tables.get, counties=("Cedar",), as_of=DAY, released=False)
    assert on.past["cohort"].tolist() == ["2024H1"] and on.past["rest"].tolist() == [pytest.approx(20 / 80)] and on.now["status"] == "so far"
    assert grounds(replace(GOAL, county="Birch"), tables.get, counties=("Cedar",), as_of=DAY, released=False).course is None


# ---- where it stands -------------------------------------------------------------------------------------------------------------

def final(value, lower, upper, **changes):
    now = pd.Series({"status": "shown", "value": value, "lower": lower, "upper": upper})
    return standing(replace(GOAL, **changes), ground(now=now)).what


@pytest.mark.parametrize(("value", "what"), [(0.419, NOT_REACHED), (0.42, REACHED), (0.421, REACHED)])
def test_a_whole_figure_is_held_against_the_goal(value, what):
    assert final(value, 0.1, 0.9) == what
    assert final(value, 0.1, 0.9, measure=BACK) == (REACHED if value <= 0.42 else NOT_REACHED)


@pytest.mark.parametrize(("lower", "upper", "what"), [(0.36, 0.5, HELD), (0.359, 0.5, UNSURE), (0.2, 0.36, UNSURE), (0.2, 0.359, LOST)])
def test_a_level_is_held_where_the_whole_interval_lies_on_the_good_side_of_the_margin(lower, upper, what):
    assert final(0.36, lower, upper, kind="maintain", target=0.40, margin=0.04) == what


@pytest.mark.parametrize(("lower", "upper", "what"), [(0.02, 0.12, HELD), (0.02, 0.121, UNSURE), (0.12, 0.2, UNSURE), (0.121, 0.2, LOST)])
def test_where_less_is_better_the_margin_lies_above(lower, upper, what):
    assert final(0.1, lower, upper, kind="maintain", measure=BACK, target=0.10, margin=0.02) == what


def test_a_young_figure_is_never_held_against_the_goal():
    now = pd.Series({"status": "so far", "value": 0.99, "lower": 0.9, "upper": 1.0, "numerator": 99.0, "denominator": 100.0})
    stands = standing(GOAL, ground(now=now))
    assert stands.what == AHEAD and stands.chance == pytest.approx(0.10)
    assert standing(replace(GOAL, kind="maintain", margin=0.06), ground(now=now)).chance == pytest.approx(0.70)
    assert limit(replace(GOAL, kind="maintain", margin=0.06)) == pytest.approx(0.36)


def test_what_is_hidden_stays_hidden():
    assert standing(GOAL, ground(course=course(status="suppressed"))).what == HIDDEN and standing(GOAL, ground(course=None)).what == UNKNOWN
    assert standing(GOAL, ground(course=course(status="data quality"))).what == UNKNOWN


# ---- kept, and kept again --------------------------------------------------------------------------------------------------------

@pytest.fixture
def journal(tmp_path):
    return Journal.opened(tmp_path / "journal.sqlite")


def test_a_goal_comes_back_as_it_was_kept(journal):
    whole = replace(GOAL, kind="maintain", margin=0.05, inputs=("a partner",), activities=("meet early", "call"), owner="Intake", name="A. Doe", reason="first")
    assert goal_of(journal.add(whole.entry())) == whole and goal_of(journal.add(replace(whole, by=None).entry())).by is None
    assert goal_of(replace(whole.entry(), county=WHOLE)).county == ""


@pytest.mark.parametrize("changes", [{"kind": "comment"}, {"details": {}}, {"details": GOAL.entry().details | {"target": "38%"}}, {"details": GOAL.entry().details | {"target": True}},
                                     {"details": GOAL.entry().details | {"kind": "hope"}}, {"details": GOAL.entry().details | {"inputs": "a"}},
                                     {"details": GOAL.entry().details | {"margin": "x"}}])
def test_an_entry_without_a_goals_fields_is_no_goal(changes):
    with pytest.raises(CqiError, match="Entry 0"):
        goal_of(replace(GOAL.entry(), **changes))


@pytest.mark.parametrize(("changes", "said_anew", "agreed"), [
    ({"target": 0.40}, False, False), ({"target": 0.40}, True, True), ({"words": "Other words."}, False, False), ({"by": date(2027, 1, 31)}, False, False),
    ({"activities": ("meet",)}, False, True), ({"counter_measures": (MOVES,)}, False, True)])
def test_after_a_change_the_people_are_asked_anew(journal, changes, said_anew, agreed):
    journal.add(replace(GOAL.entry(), cleared=True))
    entry = revised(journal, 1, replace(GOAL, **changes), reason="Their needs changed.", agreed=said_anew)
    assert goal_of(entry) == replace(GOAL, **changes, agreed=agreed, reason="Their needs changed.") and not entry.cleared
    assert goal_of(journal.history(1)[0]) == GOAL


def test_a_change_has_its_reason(journal):
    journal.add(GOAL.entry())
    with pytest.raises(CqiError, match="Say why"):
        revised(journal, 1, replace(GOAL, target=0.3), reason=" ")
    assert len(journal.history(1)) == 1


# ---- the review --------------------------------------------------------------------------------------------------------------------

def words(block):
    """All words of a block and those in it."""
    if isinstance(block, (Section, Details)):
        return " ".join(map(words, block.blocks))
    if isinstance(block, Table):
        return " ".join((block.caption, *(cell.text for row in block.rows for cell in row), *block.notes))
    return f"{block.finding} {words(block.table)} {' '.join(block.notes)}" if isinstance(block, Figure) else " ".join(block.paragraphs)


@pytest.fixture(scope="module")
def reviews(tmp_path_factory):
    """Reviews of the sample's Birch by profile, with a journal of goals: improve (twice revised), maintain, done, and one of another county."""
    place, own = tmp_path_factory.mktemp("goals") / "journal.sqlite", pytest.MonkeyPatch()
    journal = Journal.opened(place)
    birch = replace(GOAL, county="Birch", target=0.38, activities=("Meet in the first week",))
    journal.add(replace(birch.entry(), cleared=True))
    revised(journal, 1, replace(birch, target=0.36), reason="A nearer step.", agreed=True)
    journal.add(replace(birch, words="Hold on while the judge is away.", kind="maintain", target=0.30, margin=0.04, measure=HOME).entry())
    journal.add(replace(replace(birch, words="Few come back.", measure=BACK, target=0.08, counter_measures=(HOME,)).entry(), cleared=True))
    journal.add(replace(birch, words="Done long ago.", measure="first_placement_with_kin", target=0.25).entry())
    journal.revise(4, status="done", cleared=True)
    journal.add(replace(birch, words="Of another county.", county="Heron").entry())
    journal.add(Entry(kind="goal", text="A goal of another program.", county="Birch", details={"x": 1}))
    journal.add(Entry(kind="comment", text="Only a comment.", county="Birch", cohort="2025H2"))
    own.setenv("CQI_JOURNAL", str(place))
    own.delenv("CQI_SAID", raising=False)
    yield {profile: Review(county="Birch", cohort="2025H2", data=DATA, profile=profile) for profile in ("internal", "release")}
    own.undo()


def test_the_review_reads_goals_back_with_where_they_stand(reviews):
    section = reviews["internal"].goals()
    said = words(section)
    assert "Children are home within a year." in said and "(Parents' council)" in said and sentence(replace(GOAL, county="Birch", target=0.36)) in said
    assert "at least 38% left to a permanent home" in said and "A nearer step." in said and "What was set before" in said
    row = reviews["internal"].course()
    assert f"{row['observed']:.0f} of {row['entered']:.0f} so far" in said and "may not be set beside the goal yet" in said
    assert [each.question for each in section.blocks if isinstance(each, Figure)] == ["Where is this goal heading?"] * 3
    assert "below 26% the drop would matter" in said and "without a drop that matters" in said
    assert "Must not suffer: All returns to care in 12 months" in said and "Meet in the first week" in said
    assert "Of another county" not in said and "Only a comment" not in said and "not kept in a form" in said
    assert isinstance(section.blocks[-1], Details) and "Done long ago." in words(section.blocks[-1]) and "Done long ago." not in " ".join(map(words, section.blocks[:-1]))


def test_the_release_says_what_was_cleared_and_nothing_that_is_hidden(reviews):
    said = words(reviews["release"].goals())
    assert "Few come back." in said and "Done long ago." in said
    assert not [each for each in ("Children are home", "Hold on while", "A nearer step", "another program") if each in said], "not cleared, or not since it changed"
    assert "Where this is heading is hidden to protect privacy" in said, "the course of this measure is hidden for this county"
    hidden = reviews["internal"].own("measures").loc[lambda rows: rows["measure"].eq(BACK) & rows["cohort"].eq("2025H2")].iloc[0]
    assert f"{hidden['numerator']:.0f} of {hidden['denominator']:.0f}" not in said


def test_without_a_journal_or_a_goal_one_line_says_where_goals_are_made(reviews):
    for kept in (None, []):
        (only,) = told(kept, reviews["internal"].own, draw=heading_spec, counties=(), as_of=DAY, released=False)
        assert "What do we aim for?" in only.paragraphs[0]


def test_what_people_write_in_a_goal_stays_text(reviews):
    entry = replace(GOAL, county="Birch", words="<script>alert(1)</script>", activities=("=1+1", "\u202ereversed")).entry()
    each = Planned(number=1, said="2026-07-04", kind="goal", county="Birch", cohort="2025H2", measure=HOME, text=entry.text, role=entry.role, due="2026-12-31",
                   details=entry.details, changed="2026-07-04")
    page = block_html(Section(told([each], reviews["internal"].own, draw=heading_spec, counties=("Birch",), as_of=DAY, released=False)).content())
    assert "<script>" not in page and "&lt;script&gt;" in page and "\u202e" not in page


def test_errors_are_told_from_warnings():
    assert [each.level for each in errors(check(replace(GOAL, counter_measures=(), agreed=False), ground()))] == ["error"]
