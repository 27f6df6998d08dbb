"""Exercises: what a learner wrote is read in every usual way of writing it, and what is said to it depends on how near it is."""

from importlib import import_module

import pytest

from cqi.learning import classroom, commit, exercise, reveal, solution
from cqi.learning.answers import as_number, as_word, not_yet, said_back
from cqi.learning.exercise import Choice, Mistake, Number, Words, exercise_of
from cqi.vocabulary import CqiError
from running import DATA


@pytest.fixture(autouse=True)
def room():
    return classroom(DATA)


@exercise_of("test: share")
def share(room):
    return Number(0.33, "percent", within=0.01, near=0.05, why="33 of 100.", hint="Divide.", many="Many say half.",
                  mistakes=(Mistake(0.5, "That leaves out those who stayed."), Mistake(0.33, "never said")))


@exercise_of("test: children")
def children(room):
    return Number(12, "children", why="Twelve lines.", hint="Count the lines.")


@exercise_of("test: letter")
def letter(room):
    return Choice("b", {"a": "visits made", "b": "children home"}, why="It is a child's life.", hint="Whose life?", mistakes=(Mistake("a", "A visit is work."),))


@exercise_of("test: words")
def words(room):
    return Words("entry cohort", ("children who entered",), why="All who came in.", hint="Who came in?", mistakes=(Mistake("exit cohort", "They left."),))


@exercise_of("test: too few")
def too_few(room):
    raise CqiError("These data have too few children for this question; use the sample state.")


def first(block):
    """The words in the first part of a block."""
    return " ".join(block.content()["blocks"][0]["paragraphs"])


def everything(block):
    return str(block.content())


# ---- reading -----------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("written", [40, 0.40, 40.0, "40", "40%", "40 %", "40 percent", "0.40", ".4", "0,40", " 0.4 ", "\uff14\uff10", "40 per cent"])
def test_a_share_may_be_written_in_any_usual_way(written):
    assert as_number(written, "percent") == pytest.approx(0.4)


@pytest.mark.parametrize(("written", "number"), [(1, 1), (1.01, 0.0101), (0, 0), (100, 1), ("1%", 0.01), ("0.5%", 0.005), (-5, -5), ("\u221212", -12)])
def test_up_to_one_is_a_proportion_and_above_it_percent(written, number):
    assert as_number(written, "percent") == pytest.approx(number)


@pytest.mark.parametrize(("written", "number"), [("1,204", 1204), ("1,204.5", 1204.5), ("12,5", 12.5), ("12 children", 12), ("6 months", 6), ("1_204", 1204), (12, 12), (0.5, 0.5)])
def test_a_number_of_something(written, number):
    assert as_number(written, "children") == number


@pytest.mark.parametrize("written", [None, "", "forty", "a", True, False, [40], 3j, float("nan"), float("inf"), 10**400, "1e999", "40 or 50", "1,2,3", b"40", object()])
def test_what_is_no_number_is_none(written):
    assert as_number(written, "percent") is None


@pytest.mark.parametrize(("written", "word"), [("A", "a"), (" b. ", "b"), ('"c"', "c"), ("Entry  Cohort", "entry cohort"), ("(a)", "a"), ("", None), (" . ", None), (1, None)])
def test_words_and_letters(written, word):
    assert as_word(written) == word


@pytest.mark.parametrize(("written", "waits"), [(..., True), (None, True), ("", True), (" ... ", True), ("?", True), (0, False), (False, False), ("a", False), ([], False)])
def test_three_dots_say_not_yet(written, waits):
    assert not_yet(written) is waits


def test_what_is_said_back_is_short_and_printable():
    assert said_back("x" * 61) == "x" * 60 + " ..." and said_back("x" * 60) == "x" * 60
    assert said_back("a\x00\u202eb") == "ab" and said_back(object()) == "" and said_back(1204) == "1,204"


# ---- answering ---------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("answer", [0.33, 33, "33%", 0.32, 0.34])
def test_right(answer):
    assert first(exercise("test: share", answer)) == "Yes: 33%. 33 of 100."


@pytest.mark.parametrize(("answer", "near"), [(0.319, True), (0.28, True), (0.279, False), (0.38, True), (0.381, False), (0.6, False)])
def test_near_and_far_get_a_hint_first_and_the_answer_folded(answer, near):
    block = exercise("test: share", answer)
    assert ("That is close." in first(block)) is near and "A hint: Divide." in first(block) and "33%" not in first(block).removeprefix("You said 32%")
    assert block.content()["blocks"][1]["kind"] == "details" and "Expected: 33%." in everything(block) and "33 of 100." in everything(block)


def test_a_mistake_that_many_make_has_its_own_words():
    assert "You said 50%. Many do, and there is a reason. That leaves out those who stayed." in first(exercise("test: share", 50))


def test_no_answer_is_an_invitation_that_does_not_tell():
    assert "Your turn" in first(exercise("test: share")) and "A hint: Divide." in first(exercise("test: share", None)) and "33" not in everything(exercise("test: share"))


def test_what_cannot_be_read_is_about_writing_not_thinking():
    said = first(exercise("test: share", "forty"))
    assert said.startswith('"forty" could not be read as an answer here. That is about how it is written') and "40, 0.40" in said and "33" not in said
    assert first(exercise("test: letter", 2)).startswith('"2" could not be read') and '"a" for: visits made' in first(exercise("test: letter", 2))
    assert first(exercise("test: letter", [1])).startswith("This could not be read")


@pytest.mark.parametrize(("answer", "opening"), [("b", "Yes: b: children home."), ("B.", "Yes"), ("children home", "Yes"), ("a", "You said a: visits made. Many do")])
def test_a_letter_or_what_it_stands_for(answer, opening):
    assert first(exercise("test: letter", answer)).startswith(opening)


@pytest.mark.parametrize(("answer", "opening"), [("Entry cohort", "Yes"), ("children who entered", "Yes"), ("the entry cohort", "You said the entry cohort. That is close."),
                                                 ("exit cohort", "You said exit cohort. Many do"), ("point in time", "You said point in time. The data say something else")])
def test_a_word_or_two(answer, opening):
    assert first(exercise("test: words", answer)).startswith(opening)


@pytest.mark.parametrize(("answer", "right"), [(11.4, False), (11.5, True), (12, True), (12.5, True), (12.6, False)])
def test_a_count_may_be_off_by_half_a_child(answer, right):
    assert first(exercise("test: children", answer)).startswith("Yes") is right


@pytest.mark.parametrize(("answer", "never"), [(-0.01, True), (0, False), (1, False), ("100%", False), (101, True), ("-5%", True)])
def test_a_share_that_cannot_be_is_told_as_such(answer, never):
    assert ("A share lies between 0% and 100%." in first(exercise("test: share", answer))) is never
    assert ("guess again" in first(commit("test: share", answer))) is never


@pytest.mark.parametrize(("answer", "opening"), [(-1, "You said -1 children. A number of children is never below 0."), (0, "You said 0 children. The data"),
                                                 (1, "You said 1 child. The data")])
def test_a_count_is_never_below_none_and_one_is_one(answer, opening):
    assert first(exercise("test: children", answer)).startswith(opening)


# ---- guessing ----------------------------------------------------------------------------------------------------------

def test_a_guess_is_kept_and_stands_beside_the_data():
    assert "You have not made a guess" in first(reveal("test: words"))
    assert "a guess costs nothing" in first(commit("test: share")) and "could not be read as a guess" in first(commit("test: share", "half"))
    assert first(commit("test: share", 50)) == "Kept. You say 50%. Read on, and see what the data say."
    assert first(reveal("test: share")) == "You said 50%. The data say 33%. That leaves out those who stayed. Many say half. 33 of 100."
    assert "Before the data spoke you said 50%." in everything(exercise("test: share", 33))
    commit("test: share", "33%")
    assert first(reveal("test: share")) == "You said 33%. The data say the same. Many say half. 33 of 100."


def test_a_letter_is_expected_and_not_said_by_data():
    commit("test: letter", "a")
    assert first(reveal("test: letter")).startswith("You said a: visits made. Expected: b: children home.")
    commit("test: letter", "b")
    assert first(reveal("test: letter")).startswith("You said b: children home. Yes, that was expected.")


# ---- what is not there -------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("ask", [exercise, commit])
def test_a_name_that_is_not_there_is_said(ask):
    assert "Did you mean 'test: share'" in first(ask("test: shar", 40))


def test_data_that_cannot_answer_say_so():
    assert first(exercise("test: too few", 40)) == first(reveal("test: too few")) == "These data have too few children for this question; use the sample state."
    with pytest.raises(CqiError, match="too few"):
        solution("test: too few")


def test_two_exercises_of_one_name_are_refused():
    with pytest.raises(CqiError, match="Two exercises are called 'test: share'"):
        exercise_of("test: share")(words)


def test_before_the_classroom_is_open(monkeypatch):
    monkeypatch.setattr(import_module("cqi.learning.classroom"), "_IN_USE", [])
    assert "The classroom is not open yet" in first(exercise("test: share", 33))
