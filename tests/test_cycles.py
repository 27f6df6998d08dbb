"""Improvement cycles: what one must say before it can begin, and how a journal keeps it."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from cqi.cli import main
from cqi.cycles import ACTS, Check, Cycle, begin, checked, cycle_of, cycles, entry_of, hinted, record
from cqi.journal import Entry, Journal
from cqi.vocabulary import WHOLE, CqiError

WHOLE_CYCLE = Cycle(
    problem="Families wait for weeks before anybody explains what happens next.", observe="that few children go home in their first three months",
    because="families do not know whom to call", so="have outreach staff call every family within two days",
    result="more children at home by the end of the year", change="Outreach staff call every family within two days of removal.",
    roles=("outreach staff", "front-desk staff", "case workers"), start=date(2026, 3, 9), prediction=0.34, by=date(2026, 12, 31),
    counter_measure="return_in_12_months", county="Birch", cohort="2025H2", checks=(Check(date(2026, 5, 31), "how many families were called"),))
MONTHLY = replace(WHOLE_CYCLE, series="exits", cohort="", prediction=1.2)


@pytest.fixture
def journal(tmp_path):
    return Journal.opened(tmp_path / "journal.sqlite")


def problems(cycle=WHOLE_CYCLE, /, counties=("Birch", "Heron"), **changes):
    return " ".join(checked(replace(cycle, **changes), counties))


# ---- what it must say ---------------------------------------------------------------------------------------------------------

def test_a_whole_cycle_can_begin():
    assert checked(WHOLE_CYCLE, ("Birch",)) == checked(MONTHLY) == ()
    assert checked(replace(WHOLE_CYCLE, county=WHOLE), ("Birch",)) == checked(replace(WHOLE_CYCLE, county=""), ("Birch",)) == ()


def test_an_empty_cycle_is_told_everything_at_once():
    told = checked(Cycle())
    assert len(told) == 13 and len(set(told)) == 13


@pytest.mark.parametrize(("change", "words"), [
    ({"problem": " "}, "The problem is not said yet"), ({"change": ""}, "The change is not said yet"),
    ({"observe": ""}, "“I observe ...”"), ({"because": ""}, "“because ...”"), ({"so": ""}, "“so I plan to ...”"), ({"result": ""}, "“which will result in ...”"),
    ({"so": "hold more meetings"}, "seem to speak of different things"),
    ({"roles": ()}, "Nobody does it yet"), ({"roles": (" ",)}, "Nobody does it yet"), ({"roles": ("Maria Lopez",)}, "looks like a person's name"),
    ({"roles": ("case workers", "Ms. Jones")}, "looks like a person's name"),
    ({"start": None}, "starts is missing"), ({"by": None}, "has no day"), ({"prediction": None}, "has no number"), ({"prediction": float("nan")}, "has no number"),
    ({"prediction": True}, "has no number"), ({"prediction": 1.01}, "write 45% as 0.45"), ({"prediction": -0.01}, "cannot be"),
    ({"measure": "permanence"}, "No measure 'permanence'"), ({"measure": "reentry_in_12_months_round_3"}, "Reviews do not show"),
    ({"cohort": ""}, "Whose share is it?"), ({"cohort": "H2 2025"}, "No cohort 'H2 2025'"), ({"county": "Alder"}, "No county 'Alder'"),
    ({"counter_measure": ""}, "such as return_in_12_months"), ({"counter_measure": "moves"}, "No measure 'moves'"),
    ({"counter_measure": "permanency_in_12_months"}, "is the measure itself"),
    ({"checks": ()}, "No check yet"), ({"checks": (Check(date(2026, 5, 31), ""),)}, "Check 1 does not say what to look at"),
    ({"series": "exit", "cohort": ""}, "No series by month 'exit'"), ({"series": "exits", "measure": "placement_stability"}, "no charts by month"),
    ({"series": "three months", "prediction": 1.2}, "write 45% as 0.45"),
])
def test_each_thing_that_is_missing_or_cannot_be_is_said(change, words):
    assert words in problems(**change)
    assert len(checked(replace(WHOLE_CYCLE, **change), ("Birch",))) == 1


@pytest.mark.parametrize(("by", "words"), [
    (date(2026, 3, 8), "not for a day after"), (date(2026, 3, 9), "not for a day after"), (date(2026, 3, 10), ""),
    (date(2026, 12, 31), ""), (date(2027, 1, 1), "nothing is counted after 2026-12-31"),
])
def test_the_predictions_day_is_after_the_start_and_within_what_the_cohort_can_tell(by, words):
    told = problems(by=by, checks=(Check(by, "calls"),)) if by > WHOLE_CYCLE.start else problems(by=by, checks=(Check(WHOLE_CYCLE.start, "calls"),))
    assert (words.replace("not for a day after", "a prediction is for a day after the start") in told) and bool(told) == bool(words)


@pytest.mark.parametrize(("by", "fits"), [(date(2025, 12, 30), False), (date(2025, 12, 31), True), (date(2026, 1, 1), True)])
def test_a_share_of_a_cohort_waits_until_all_its_children_are_in(by, fits):
    told = problems(start=date(2025, 9, 1), by=by, checks=(Check(date(2025, 10, 1), "calls"),))
    assert ("some enter later than 2025-12-30" in told or "some enter later" in told) != fits and bool(told) != fits


@pytest.mark.parametrize(("name", "cohort", "last"), [
    ("permanency_in_12_months", "2025H2", date(2026, 12, 31)), ("placement_stability", "2025H2", date(2025, 12, 31)),
    ("permanency_in_12_months_24_plus", "2025H2", date(2026, 6, 30)), ("return_in_12_months", "2025H2", date(2026, 12, 31)),
    ("first_placement_with_kin", "2025H2", date(2027, 12, 31)),
])
def test_the_last_day_that_each_measures_cohort_can_reach(name, cohort, last):
    own = {"measure": name, "counter_measure": "maltreatment_in_care", "cohort": cohort, "start": date(2025, 8, 1), "checks": (Check(date(2025, 9, 1), "calls"),), "prediction": 0.3}
    assert problems(**own, by=last) == ""
    assert "nothing is counted after" in problems(**own, by=last + timedelta(days=1))


@pytest.mark.parametrize(("day", "fits"), [(date(2026, 3, 8), False), (date(2026, 3, 9), True), (date(2026, 12, 31), True), (date(2027, 1, 1), False)])
def test_a_check_lies_between_the_start_and_the_predictions_day(day, fits):
    assert ("give a day from the start" not in problems(checks=(Check(day, "calls"),))) == fits


@pytest.mark.parametrize(("by", "fits"), [(date(2026, 4, 29), False), (date(2026, 4, 30), True), (date(2026, 5, 1), True)])
def test_a_prediction_by_month_needs_a_whole_month(by, fits):
    assert ("No whole month" not in problems(MONTHLY, by=by, checks=(Check(date(2026, 4, 1), "calls"),))) == fits


@pytest.mark.parametrize(("so", "change", "same"), [
    ("call families early", "Front-desk staff call every new parent early.", True), ("visit parents at home", "Home visits to parents", True),
    ("call families", "Letters to courts", False), ("transport", "Transport for visits", True), ("offer evening visits", "More money for carers", False),
])
def test_the_plan_and_the_change_name_the_same_thing(so, change, same):
    assert ("different things" not in problems(so=so, change=change)) == same


@pytest.mark.parametrize(("learnt", "words"), [
    ({"act": "stop"}, "No decision 'stop'"), ({"act": "adopt", "done": ""}, "what was done?"), ({"act": "adopt", "study": ""}, "what did you learn?"),
    ({"act": "abandon"}, "Say why you abandon"), ({"act": "abandon", "reason": "No family could be reached."}, ""), ({"act": "adapt"}, "begin the next cycle"),
    ({"act": "adapt", "next": 4}, ""), ({"act": "adopt"}, ""),
])
def test_a_decision_says_what_was_done_and_learnt_and_what_follows(learnt, words):
    told = problems(**{"done": "All were called.", "study": "More were reached than we thought.", **learnt})
    assert words in told and bool(told) == bool(words)


def test_words_that_may_tell_a_child_are_hinted_at():
    assert hinted(WHOLE_CYCLE) == ()
    assert "looks like a name" in hinted(replace(WHOLE_CYCLE, problem="Maya Jones waits."))[0]
    assert hinted(replace(WHOLE_CYCLE, checks=(Check(date(2026, 5, 31), "calls", found="Little Tommy was called."),))) != ()


# ---- how it is kept -----------------------------------------------------------------------------------------------------------

def test_a_cycle_comes_back_from_its_entry_as_it_went_in():
    decided = replace(WHOLE_CYCLE, done="x", as_planned=False, study="y", act="adapt", reason="z", next=3, status="done", cleared=True,
                      checks=(Check(date(2026, 5, 31), "calls", "most"), Check(date(2026, 9, 30), "exits")))
    for each in (WHOLE_CYCLE, MONTHLY, decided, Cycle()):
        assert cycle_of(entry_of(each)) == each
    assert entry_of(decided).due == date(2026, 12, 31) and entry_of(decided).kind == "cycle"


@pytest.mark.parametrize("details", [{}, {"start": "soon", "by": 3, "prediction": "half", "roles": "me", "checks": [{"day": "x"}, 4], "act": None, "next": "x"},
                                     {"prediction": True, "as_planned": "yes", "checks": {"day": "2026-01-01"}, "observe": ["x"]}])
def test_details_of_another_form_are_left_out(details):
    assert cycle_of(Entry(kind="cycle", text="Words.", details=details)) == Cycle(problem="Words.", measure="")


def test_a_cycle_is_begun_and_recorded_and_every_version_is_kept(journal):
    begun = begin(journal, WHOLE_CYCLE)
    assert begun == replace(WHOLE_CYCLE, number=1) and begun.is_open
    looked = record(journal, 1, check=date(2026, 5, 31), found="Two of three families were reached.")
    assert looked.checks[0].found == "Two of three families were reached." and looked.status == "under way" and looked.is_open
    decided = record(journal, 1, done="All were called.", as_planned=True, study="It takes two calls.", act="adopt")
    assert not decided.is_open and decided.checks == looked.checks and cycles(journal) == [decided]
    assert [cycle_of(each).act for each in journal.history(1)] == ["", "", "adopt"]


def test_a_path_is_a_journal_too(tmp_path):
    begin(tmp_path / "j.sqlite", WHOLE_CYCLE)
    assert [each.number for each in cycles(str(tmp_path / "j.sqlite"))] == [1]


def test_new_words_are_cleared_anew(journal):
    begin(journal, WHOLE_CYCLE)
    journal.revise(1, cleared=True)
    assert not record(journal, 1, done="Maya Jones was called.").cleared


def test_what_is_not_ready_is_not_kept(journal):
    with pytest.raises(CqiError, match="has no number"):
        begin(journal, replace(WHOLE_CYCLE, prediction=None))
    begin(journal, WHOLE_CYCLE)
    with pytest.raises(CqiError, match="Say why you abandon"):
        record(journal, 1, done="x", study="y", act="abandon")
    assert [len(journal.history(each.number)) for each in journal.entries()] == [1]


@pytest.mark.parametrize(("learnt", "words"), [
    ({"prediction": 0.2}, "prediction is not recorded afterwards"), ({"check": date(2026, 6, 1), "found": "x"}, "planned are: 2026-05-31"),
    ({"check": date(2026, 5, 31)}, "What was found"),
])
def test_what_cannot_be_recorded(journal, learnt, words):
    begin(journal, WHOLE_CYCLE)
    with pytest.raises(CqiError, match=words):
        record(journal, 1, **learnt)


def test_an_entry_of_another_kind_is_no_cycle(journal):
    journal.add(Entry(kind="comment", text="Hello."))
    with pytest.raises(CqiError, match="is a comment, and no cycle"):
        record(journal, 1, done="x")


def test_clearing_a_cycle_finds_no_count_in_the_names_of_measures(journal, tmp_path, capsys):
    begin(journal, WHOLE_CYCLE)
    assert main(["journal", "answer", "1", "--journal", str(tmp_path / "journal.sqlite"), "--clear"]) == 0
    assert "counts children" not in capsys.readouterr().err and cycles(journal)[0].cleared


@pytest.mark.parametrize(("day", "due"), [(date(2026, 5, 30), 0), (date(2026, 5, 31), 1), (date(2026, 6, 1), 1)])
def test_a_check_is_due_from_its_day_until_something_is_found(day, due):
    assert len(WHOLE_CYCLE.due(day)) == due
    assert replace(WHOLE_CYCLE, checks=(replace(WHOLE_CYCLE.checks[0], found="x"),)).due(day) == ()


@pytest.mark.parametrize(("status", "act", "is_open"), [("open", "", True), ("under way", "", True), ("done", "", False), ("not now", "", False), ("open", "adopt", False)])
def test_a_cycle_is_open_until_it_is_decided(status, act, is_open):
    assert replace(WHOLE_CYCLE, status=status, act=act).is_open == is_open and act in ("", *ACTS)
