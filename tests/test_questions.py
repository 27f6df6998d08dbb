"""Words to act on: each question from what a review shows, each rule before, at and after its edge; other reviews get other questions."""

from dataclasses import replace
from datetime import date

import pandas as pd
import pytest

from cqi.cycles import Check, Cycle
from cqi.cycles.reading import Reading
from cqi.journal.heard import Heard
from cqi.measures.by_month import MONTH_COLUMNS
from cqi.wording.questions import FEWEST, FIRST_CONTACT, MOST, ONE_CHANGE, RULES, VOICES, Seen, questions

HEADLINE = "permanency_in_12_months"
NAN = float("nan")


def course(name=HEADLINE, **changes):
    return pd.Series({"measure": name, "entered": 120.0, "observed": 56.0, "status": "shown", "signal": "", "first_signal": pd.NaT, "usual_low": 38, "usual_low_80": 44,
                      "usual_high_80": 68, "usual_high": 76, "minimum_detectable_change": 0.3, "target": NAN, "probability_of_target": NAN, "expected_final": 120.0} | changes)


def waiting(near=0.0, group_care=0.0, total=70.0):
    return pd.DataFrame([{"group": group, "numerator": number, "denominator": total} for group, number in
                         (("time left: less than 3 months left", near), ("living: group home or institution", group_care))])


def seen(*, own=None, others=(), findings=(), **given):
    own = course() if own is None else own
    return Seen(own, pd.DataFrame([own, *others]), given.pop("waiting", waiting()), pd.DataFrame(list(findings), columns=["finding", "month"]), **given)


def read(*, decide=False, due=(), counter="return_in_12_months", **changes):
    own = Cycle(roles=("outreach staff", "case workers"), counter_measure=counter, start=date(2026, 1, 1), **changes)
    return Reading(own, "cycle 1", False, True, None, None, None, tuple(Check(day, "exits") for day in due), decide)


SIGNAL = {"signal": "worse", "first_signal": pd.Timestamp("2026-02-28"), "observed": 30.0}
WORSE, BETTER = course(**SIGNAL), course(signal="better", first_signal=pd.Timestamp("2026-03-31"), observed=90.0)
NEED = Heard(number=1, said="2026-05-01", kind="need", county="Birch", cohort="", role="foster parent", text="Evening visits")


def asked(part, **given):
    """The questions in which the words stand."""
    return [each for each in questions(seen(**given)) if part in each]


# ---- each rule ----------------------------------------------------------------------------------------------------------------

def test_a_signal_is_asked_of_those_who_manage_the_outcome_and_those_who_meet_families_first():
    first, *rest = questions(seen(own=WORSE))
    assert first.startswith("There is a signal since 28 February 2026: fewer children than usual left") and "Case workers, who manage each child's outcome" in first
    assert FIRST_CONTACT in rest
    assert questions(seen(own=BETTER))[0].startswith("There is a signal since 31 March 2026: more children") and not asked(FIRST_CONTACT, own=BETTER)


@pytest.mark.parametrize(("observed", "words", "contact"), [(43, "Somewhat fewer", True), (44, "running as usual", False), (68, "running as usual", False), (69, "Somewhat more", False)])
def test_without_a_signal_the_pace_of_today_is_asked_about(observed, words, contact):
    own = course(observed=float(observed))
    assert words in questions(seen(own=own))[1 if contact else 0] and bool(asked(FIRST_CONTACT, own=own)) == contact


@pytest.mark.parametrize(("entered", "words"), [(0.0, "No child who counts here"), (1.0, "look at each child"), (9.0, "look at each child"), (10.0, "running as usual"), (NAN, "to protect privacy")])
def test_few_children_are_asked_about_one_by_one(entered, words):
    own = course(entered=entered, status="suppressed" if pd.isna(entered) else "shown")
    assert words in questions(seen(own=own))[0]


@pytest.mark.parametrize(("change", "small"), [(0.5, False), (0.51, True), (float("inf"), True)])
def test_a_county_too_small_to_tell_by_itself(change, small):
    assert bool(asked("too few children here for the numbers to tell", own=course(minimum_detectable_change=change))) == small


def test_the_region_is_asked_about_where_it_has_a_signal():
    region = {"county": "North Lakes", "members": "Birch, Elm", "measure": HEADLINE, "status": "shown", "signal": "worse"}
    assert asked("The counties of North Lakes together have a signal", region=pd.Series(region)) and not asked("North Lakes")
    for quiet in ({"signal": ""}, {"members": "Birch"}, {"status": "suppressed"}):
        assert not asked("North Lakes", region=pd.Series(region | quiet))


def test_what_is_wrong_with_the_file_comes_first():
    gap = questions(seen(own=WORSE, findings=[("few exits", "2026-04"), ("few entries", "2026-04"), ("few exits", "2026-05")]))
    assert gap[0].startswith("Some months in the file look incomplete (April 2026 and May 2026).") and gap[1].startswith("There is a signal")
    assert questions(seen(reasons=("Not calculated: ...",)))[0].startswith("The figure for these children is not given")
    assert asked("Some exits have no reason", findings=[("exit without a reason", None)]) and not asked("Some exits have no reason", findings=[("no birth date", None)])


def test_a_check_that_is_due_is_asked_of_its_roles_and_a_decision_when_nothing_is_due():
    due = asked("cycle 1", readings=[read(due=(date(2026, 5, 31),), decide=True)])
    assert due == ["A check of cycle 1 was due on 31 May 2026, and nothing is written down of it. Outreach staff and case workers: who looked, and what did they see?"]
    assert asked("adopt, adapt or abandon", readings=[read(decide=True)]) and not asked("adopt, adapt or abandon", readings=[read()])


def test_a_cycle_that_goes_on_is_asked_about_and_none_asks_for_one():
    assert asked("Cycle 1 goes on. Outreach staff and case workers: is it done as planned", readings=[read()]) and not asked(ONE_CHANGE, readings=[read()])
    assert asked(ONE_CHANGE) and asked(ONE_CHANGE, readings=[read(act="adopt")]) and not asked(ONE_CHANGE, readings=[read(decide=True)])


@pytest.mark.parametrize(("name", "signal", "status", "told"), [
    ("return_in_12_months", "worse", "shown", True), ("return_in_12_months", "", "shown", False), ("return_in_12_months", "better", "shown", False),
    ("return_in_12_months", "worse", "suppressed", False), ("recurrence_of_maltreatment", "worse", "shown", False)])
def test_a_counter_measure_with_a_signal_for_the_worse(name, signal, status, told):
    assert bool(asked("Beside leaving care there is another signal", others=[course(name, signal=signal, status=status)])) == told


def test_the_counter_measure_of_a_cycle_is_watched_too():
    others = [course("recurrence_of_maltreatment", signal="worse")]
    assert asked("another signal: more children than usual were maltreated again", others=others, readings=[read(counter="recurrence_of_maltreatment")])


@pytest.mark.parametrize(("answer", "status", "told"), [("", "open", True), ("", "under way", True), ("We ask the court.", "open", False), ("", "done", False), ("", "not now", False)])
def test_needs_without_an_answer(answer, status, told):
    assert bool(asked("1 need that partners named has no answer yet", said=[replace(NEED, answer=answer, status=status)])) == told
    assert not asked("no answer yet", said=[replace(NEED, kind="comment")])


@pytest.mark.parametrize(("chance", "told"), [(0.19, True), (0.2, False), (NAN, False)])
def test_a_goal_that_is_hardly_in_reach(chance, told):
    assert bool(asked("goal of 45%", own=course(target=0.45, probability_of_target=chance))) == told


@pytest.mark.parametrize(("due", "status", "told"), [("2026-06-29", "open", True), ("2026-06-30", "under way", True), ("2026-07-01", "open", False), ("", "open", False),
                                                     ("2026-06-30", "done", False)])
def test_a_goal_whose_day_has_come(due, status, told):
    goal = Heard(number=1, said="2026-05-01", kind="goal", county="Birch", cohort="2025H2", due=due, status=status)
    assert bool(asked("The day of 1 goal has come.", own=course(as_of=pd.Timestamp("2026-06-30")), goals=[goal])) == told


@pytest.mark.parametrize(("near", "told"), [(0.0, False), (1.0, True), (NAN, False)])
def test_children_who_soon_reach_their_12_months(near, told):
    assert bool(asked("1 child will reach 12 months in care within 3 months. Case workers, for each child", waiting=waiting(near))) == told


@pytest.mark.parametrize(("number", "total", "told"), [(9.0, 40.0, False), (10.0, 40.0, True), (11.0, 40.0, True), (9.0, 9.0, False), (3.0, 10.0, True), (NAN, 70.0, False), (18.0, NAN, False)])
def test_many_who_wait_in_a_group_home(number, total, told):
    assert bool(asked("still in care live in a group home or institution", waiting=waiting(0.0, number, total))) == told


def by_month(counts, status="shown"):
    first = pd.date_range("2024-07-01", periods=len(counts), freq="MS").astype("datetime64[s]")
    return pd.DataFrame({"series": "three months", "month": first, "children": 40, "numerator": counts, "denominator": 40.0}).assign(
        measure=HEADLINE, county="Birch", value=0.0, unit="children", status=status)[list(MONTH_COLUMNS)]


def test_early_exits_that_fall_ask_those_who_meet_families_first():
    fallen, long_ago = [16, 20] * 7 + [4, 5] * 5, [4, 5, 4, 5, 4, 5, 4] + [16, 20] * 9
    assert asked("within 3 months of entry. " + FIRST_CONTACT, months=by_month(fallen))
    assert not asked(FIRST_CONTACT, months=by_month(long_ago)) and not asked(FIRST_CONTACT, months=by_month(fallen, "suppressed"))


def test_who_has_spoken_and_who_has_not():
    assert asked(VOICES) and asked(VOICES, said=[])
    assert asked("Here people have spoken as: foster parent. Who has not been heard yet", said=[NEED]) and not asked(VOICES, said=[NEED])


# ---- all together -------------------------------------------------------------------------------------------------------------

EVERYTHING = {"own": course(**SIGNAL, target=0.4, probability_of_target=0.01, minimum_detectable_change=0.9), "others": [course("return_in_12_months", signal="worse")],
              "findings": [("few exits", "2026-04"), ("exit without a reason", None)], "waiting": waiting(12.0, 40.0), "said": [NEED], "reasons": ("Not calculated.",),
              "readings": [read(due=(date(2026, 5, 31),), decide=True), read(decide=True)]}
SITUATIONS = [EVERYTHING, {}, {"own": WORSE}, {"own": BETTER}, {"own": course(entered=0.0, observed=0.0)}, {"own": course(entered=NAN, observed=NAN, status="suppressed")},
              {"own": course(status="not yet mature", usual_low=NAN)}, {"own": course(entered=9.0, observed=0.0)}, {"own": WORSE, "readings": [read(decide=True)]}]


@pytest.mark.parametrize("situation", SITUATIONS)
def test_three_to_six_open_questions_always_the_same(situation):
    found = questions(seen(**situation))
    assert FEWEST <= len(found) <= MOST and len(set(found)) == len(found) and all("?" in each for each in found)
    assert found == questions(seen(**situation)) and questions(seen(**situation))[-1] == RULES[-1](seen(**situation))[0]


def test_of_many_the_most_pressing_are_asked():
    starts = ("The figure for these children", "Some months in the file", "There is a signal", "A check of cycle 1", "The day of cycle 1", "Here people have spoken")
    assert [each.startswith(words) for each, words in zip(questions(seen(**EVERYTHING)), starts, strict=True)] == [True] * 6


def test_reviews_that_differ_get_other_questions():
    found = [questions(seen(**each)) for each in SITUATIONS]
    assert len(set(found)) == len(found)
    quiet, signal, gap, tried = (questions(seen(**each)) for each in ({}, {"own": WORSE}, {"findings": [("few exits", "2026-04")]}, {"readings": [read(due=(date(2026, 5, 31),))]}))
    assert len({quiet[0], signal[0], gap[0], tried[0]}) == 4


def test_questions_blame_nobody():
    words = " ".join(each for situation in SITUATIONS for each in questions(seen(**situation))).lower()
    for word in ("fail", "worst", "rank", "fault", " cases", "underperform"):
        assert word not in words
