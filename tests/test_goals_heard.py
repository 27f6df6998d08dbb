"""Goals and cycles are handed to pages as comments are: to whom they may, about whom they are, and apart from the comments."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from cqi.journal import Entry, Journal
from cqi.journal.heard import COUNTS, IDS, Planned, heard
from cqi.tables.said import kept, kept_said, read_said, said_about, said_digest, said_of, without_ids

BEGUN = dict.fromkeys(range(1, 100), datetime(2026, 7, 4, tzinfo=UTC))
DETAILS = {"kind": "improve", "target": 0.38, "counter_measures": ["return_in_12_months"], "activities": ["Call families in the first week"], "at": "2026-12-31"}
ONE = Entry(kind="goal", text="We want children home.", role="parent", name="A. Doe", county="Birch", cohort="2025H2", measure="permanency_in_12_months",
            due=date(2026, 12, 31), number=1, version=1, cleared=True, details=DETAILS)
KNOWN = frozenset(("improve", "return_in_12_months", "permanency_in_12_months"))


def released(entry, *history):
    return heard([entry], BEGUN, released=True, known=KNOWN, histories={1: [*history, entry]})


def test_a_goal_comes_whole_to_staff_and_without_a_name_to_everyone():
    (staff,) = heard([ONE], BEGUN, released=False)
    assert (staff.name, staff.text, staff.due, staff.details, staff.changed) == ("A. Doe", ONE.text, "2026-12-31", DETAILS, "2026-07-04")
    assert released(ONE) == [replace(staff, name="")]
    assert released(replace(ONE, cleared=False)) == []


@pytest.mark.parametrize("changes", [
    {"text": "3 children go home"}, {"answer": "3 of 40"}, {"owner": "one of the children"},
    {"details": DETAILS | {"activities": ["Call 4 families"]}}, {"details": DETAILS | {"deep": {"er": [["12 children"]]}}},
])
def test_words_and_details_that_count_children_are_withheld_with_all_that_was_typed(changes):
    (found,) = released(replace(ONE, **changes))
    assert found.withheld == COUNTS and (found.text, found.role, found.owner, found.answer) == ("",) * 4
    assert {name: found.details[name] for name in DETAILS} == DETAILS | {"activities": [""]} and "12 children" not in str(found)
    assert found.measure == "permanency_in_12_months"


def test_the_programs_own_words_numbers_and_days_in_the_details_are_no_count():
    assert released(ONE)[0].withheld == ""
    assert heard([ONE], BEGUN, released=True)[0].withheld == COUNTS  # nobody said that 'return_in_12_months' is a measure


def test_earlier_versions_are_those_that_said_something_else_and_for_everyone_those_that_were_cleared():
    first = replace(ONE, text="First words.", cleared=False)
    second = replace(ONE, text="Second words.", version=2, cleared=True)
    answered = replace(second, version=3, answer="Seen.", status="under way")
    now = replace(answered, version=4, text="Third words.")
    history = {1: [first, second, answered, now]}
    (staff,) = heard([replace(now, cleared=False)], BEGUN, released=False, histories=history)
    assert [each.text for each in staff.earlier] == ["First words.", "Second words."]
    (everyone,) = released(now, first, second, answered)
    assert [(each.text, each.name) for each in everyone.earlier] == [("Second words.", "")]


def test_an_earlier_version_that_counts_children_is_withheld_alone():
    (found,) = released(replace(ONE, version=2), replace(ONE, text="3 of 40 children"))
    assert found.withheld == "" and [each.withheld for each in found.earlier] == [COUNTS] and "3 of 40" not in str(found)


def test_an_id_of_the_data_takes_the_words_of_its_version_away():
    staff = heard([replace(ONE, version=2)], BEGUN, released=False, histories={1: [replace(ONE, details=DETAILS | {"activities": ["See C-0001"]})]})
    (found,) = without_ids({"internal": staff}, lambda words: "C-0001" in words)["internal"]
    assert found.withheld == "" and found.text == ONE.text and found.earlier[0].withheld == IDS and "C-0001" not in str(found)


def test_goals_and_cycles_stand_apart_from_comments_and_come_back_as_they_were_kept(tmp_path, monkeypatch):
    place = str(tmp_path / "journal.sqlite")
    journal = Journal.opened(place)
    for each in (replace(ONE, kind="comment", details={}), ONE, replace(ONE, kind="cycle"), replace(ONE, county="Heron"), replace(ONE, cohort="2025h2")):
        journal.add(each)
    journal.revise(2, text="New words.", cleared=True)
    monkeypatch.setenv("CQI_JOURNAL", place)
    goals = kept("goal", "Birch", "2025H2", "internal")
    assert [each.number for each in goals] == [2, 5] and all(isinstance(each, Planned) for each in goals)
    assert goals[0].text == "New words." and [each.text for each in goals[0].earlier] == [ONE.text]
    assert [each.number for each in kept("cycle", "Birch", "2025H2", "release")] == [3]
    assert [each.kind for each in said_about("Birch", "2025H2", "internal")] == ["comment"]
    found = read_said(place, ("internal", "release"))
    monkeypatch.setenv("CQI_SAID", kept_said(found, tmp_path / "said.json"))
    monkeypatch.setenv("CQI_JOURNAL", "")
    assert kept("goal", "Birch", "2025H2", "internal") == goals
    monkeypatch.setenv("CQI_SAID", kept_said(None, tmp_path / "none.json"))
    assert kept("goal", "Birch", "2025H2", "internal") is None


def test_a_pages_digest_changes_with_a_goal_that_concerns_it_and_with_no_other(tmp_path):
    place = str(tmp_path / "journal.sqlite")
    journal = Journal.opened(place)

    def digests(*counties):
        said = read_said(place, ("internal",))
        return [said_digest(said_of(said, county, "2025H2", "internal")) for county in counties]

    empty = digests("Birch", "Heron")
    journal.add(ONE)
    made = digests("Birch", "Heron")
    journal.revise(1, details=DETAILS | {"target": 0.4})
    revised = digests("Birch", "Heron")
    assert len({empty[0], made[0], revised[0]}) == 3 and empty[1] == made[1] == revised[1]
