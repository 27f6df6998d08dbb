"""The explore page's goals: answered as they are typed, kept, revised and cleared. That the next review reads them back is in test_cycles_pages."""

import pytest
from drawn_run import HEADLINE, RETURNS, drawn_run

from cqi.explore.chosen import Chosen
from cqi.explore.goals import COUNTS, KINDS, NOT_YET, Goals, panel
from cqi.explore.published import Published
from cqi.goals import goal_of
from cqi.journal import Journal

WISH = "Children are home with their families."


@pytest.fixture
def journal(tmp_path):
    return Journal.opened(tmp_path / "journal.sqlite")


def opened(tmp_path, journal, *, profile="internal", chosen=None):
    folder = tmp_path / f"reports-{profile}"
    if not folder.exists():
        drawn_run(folder, {"Cedar": {}}, profile=profile)
    chosen = chosen or Chosen(county="Cedar", cohort="2025H2", measure=HEADLINE)
    return Goals(Published(next(path.parent for path in folder.rglob("run.json")), profile), chosen, journal)


def filled(form, **fields):
    for name, value in ({"words": WISH, "role": "Parents' council"} | fields).items():
        getattr(form, name).value = value
    return form


def test_every_letter_answers_as_it_is_typed(tmp_path, journal):
    form = opened(tmp_path, journal)
    assert "Write the goal in the person" in form.checked.value
    filled(form, words="Train 20 workers")
    assert "say what we will do" in form.checked.value and "at least 40% left to a permanent home" in form.checked.value
    filled(form)
    assert "say what we will do" not in form.checked.value
    form.by.value = form.by.value.replace(day=1)
    assert "The first day that can be is 31 December 2026" in form.checked.value


def test_a_goal_with_an_error_is_not_kept_and_says_what_is_missing(tmp_path, journal):
    form = filled(opened(tmp_path, journal), counter=())
    form.save.click()
    assert NOT_YET in form.said.value and "Name a counter-measure" in form.said.value and journal.entries() == [] and form.words.value == WISH


def test_a_goal_is_kept_as_typed_and_then_revised_with_a_reason(tmp_path, journal):
    form = filled(opened(tmp_path, journal), inputs="a partner\n\n meeting room ", activities="meet early")
    form.agreed.value = True
    form.save.click()
    (entry,) = journal.entries(("goal",))
    goal = goal_of(entry)
    assert (goal.words, goal.target, goal.agreed, goal.inputs, goal.activities, goal.county) == (WISH, 0.40, True, ("a partner", "meeting room"), ("meet early",), "Cedar")
    assert form.which.value == 1 and "number 1" in form.said.value and form.reason.layout.display is None
    form.target.value = 38
    assert form.agreed.value is False, "what has changed nobody has agreed to"
    form.save.click()
    assert "Say why the goal changes" in form.said.value and len(journal.history(1)) == 1
    form.reason.value = "A nearer step."
    form.save.click()
    assert [goal_of(each).target for each in journal.history(1)] == [0.40, 0.38] and goal_of(journal.history(1)[1]).agreed is False


def test_a_level_to_hold_has_its_margin(tmp_path, journal):
    form = filled(opened(tmp_path, journal), target=30.0)
    assert form.margin.layout.display == "none"
    form.kind.value = next(words for words, kind in KINDS.items() if kind == "maintain")
    form.margin.value = 4.0
    assert form.margin.layout.display is None and "below 26% the drop would matter" in form.checked.value
    form.save.click()
    goal = goal_of(journal.entries(("goal",))[0])
    assert (goal.kind, goal.target, goal.margin) == ("maintain", 0.30, 0.04)


def test_staff_clear_a_goal_and_are_told_what_will_be_withheld(tmp_path, journal):
    form = filled(opened(tmp_path, journal), activities="Call 4 families")
    form.save.click()
    assert form.clear.layout.display is None and not journal.entries()[0].cleared
    form.clear.click()
    assert journal.entries()[0].cleared and COUNTS in form.said.value
    form.clear.click()
    assert not journal.entries()[0].cleared and COUNTS not in form.said.value


def test_in_an_open_room_nobody_clears_and_everyone_changes_only_what_was_written_there(tmp_path, journal):
    filled(opened(tmp_path, journal)).save.click()
    form = filled(opened(tmp_path, journal, profile="release"), words="Of this sitting.")
    assert [number for _, number in form.which.options] == [0]
    form.save.click()
    assert [number for _, number in form.which.options] == [0, 2] and form.clear.layout.display == "none"


def test_what_could_tell_who_a_child_is_is_asked_about_first(tmp_path, journal):
    form = filled(opened(tmp_path, journal), words="We want Kaylee Brandtner home.")
    form.save.click()
    assert "Kaylee Brandtner" in form.said.value and journal.entries() == []
    form.save.click()
    assert len(journal.entries()) == 1


def test_another_measure_brings_its_own_form(tmp_path, journal):
    form = filled(opened(tmp_path, journal))
    form.chosen.measure = RETURNS
    assert form.goal.measure == RETURNS and RETURNS not in dict(form.counter.options).values() and "came back into care" in form.checked.value


def test_without_a_journal_the_panel_says_so(tmp_path, journal):
    form = opened(tmp_path, journal)
    assert "no place to keep" in panel(form.published, form.chosen).value
