"""A cycle made in a lesson and a goal made on the explore page appear in the next review: in the agency's own page whole, in everyone's
only what was cleared, and never what is hidden. One run, in a process of its own, tells of both."""

import re
import shutil
from dataclasses import replace
from datetime import date

import nbformat
import pytest
from bs4 import BeautifulSoup

from cqi.audit import audit
from cqi.cycles import Check, Cycle, begin, checked, cycles
from cqi.cycles.checking import PARTS
from cqi.explore.chosen import Chosen
from cqi.explore.goals import Goals
from cqi.explore.published import Published
from cqi.journal import Journal
from cqi.learning import change, classroom
from cqi.learning.played import played
from cqi.wording.cycles import NO_CAUSE, NONE_RELEASED, STAFF_SEE
from drawn_run import HEADLINE
from running import DATA, ROOT, command

LESSON = ROOT / "notebooks" / "training" / "08_from_chart_to_change.ipynb"
WRITTEN = {
    "problem = ...": 'problem = "Families wait for weeks before anybody explains what happens."',
    "observe, because = ..., ...": 'observe, because = "that few children go home early", "families do not know whom to call"',
    "so, result = ..., ...": 'so, result = "have outreach staff call every family", "more children at home by December"',
    "what, who = ..., ...": 'what, who = "Outreach staff call every family within two days.", "outreach staff, front-desk staff and case workers"',
    "start, by, prediction = ..., ..., ...": 'start, by, prediction = "2026-03-09", "2026-12-31", "36%"',
    "counter, check, look_at = ..., ..., ...": 'counter, check, look_at = "return_in_12_months", "2026-06-15", "how many were called"',
}
IN_BIRCH = Cycle(problem="Visits are far away.", observe="that few visits happen", because="buses stop at six", so="offer visits by evening", result="more children at home",
                 change="Offer evening visits.", roles=("family support staff",), start=date(2025, 11, 10), prediction=0.25, by=date(2026, 6, 30),
                 counter_measure="return_in_12_months", county="Birch", cohort="2025H2", checks=(Check(date(2026, 6, 30), "visits in the evening"),))
WISH = "Children are home with their families."


def learner(journal) -> nbformat.NotebookNode:
    """The lesson as a learner leaves it who writes a cycle and names the journal."""
    notebook = nbformat.read(LESSON, as_version=4)
    for cell in notebook.cells:
        for old, new in (WRITTEN | {"journal = ...": f"journal = {str(journal)!r}"}).items():
            cell.source = re.sub(rf"^{re.escape(old)}", lambda _, new=new: new, cell.source, flags=re.M)
    return notebook


@pytest.fixture(scope="module")
def journal(finished, tmp_path_factory):
    """A journal in which a learner kept a cycle of Birch and a parents' council a goal; the agency has cleared another cycle of Birch and
    one of tiny Heron."""
    place = tmp_path_factory.mktemp("lesson") / "journal.sqlite"
    said = {cell.source: value for cell, value in played(learner(place), data=DATA)}
    assert "Kept: it is entry 1 of the journal journal.sqlite." in next(str(value.content()) for source, value in said.items() if "change.keep(" in source)
    kept = Journal.opened(place)
    for each in (IN_BIRCH, replace(IN_BIRCH, county="Heron", problem="Only one bus."), replace(IN_BIRCH, observe="that 3 of 40 children are visited", problem="Counted words.")):
        kept.revise(begin(kept, each).number, cleared=True)
    made_on_the_explore_page(finished, kept)
    return place


def made_on_the_explore_page(finished, kept):
    """A goal of Birch, typed into the form that readers of the finished run have before them."""
    form = Goals(Published(finished.folder, "internal"), Chosen(county="Birch", cohort="2025H2", measure=HEADLINE), kept)
    form.words.value, form.role.value, form.target.value = WISH, "Parents' council", 36
    form.save.click()
    assert "Saved as number 5" in form.said.value


@pytest.fixture(scope="module")
def pages(finished, journal, tmp_path_factory):
    """What `cqi review --journal` makes of it, into a copy of a finished run: the folder of its pages."""
    out = tmp_path_factory.mktemp("cycles") / "out"
    shutil.copytree(finished.folder.parent, out)
    words = [word for county in ("Birch", "Bunting", "Heron") for word in ("--county", county)]
    done = command("review", *words, "--cohort", "2025H2", "--profile", "internal", "--profile", "release", "--data", DATA,
                   "--journal", str(journal), "--out", str(out))
    assert done.returncode == 0, done.stderr
    return out / finished.folder.name


def page(pages, profile, county):
    return BeautifulSoup((pages / profile / county / "2025h2.html").read_bytes(), "html.parser")


def told(found) -> str:
    return " ".join(found.get_text(" ").split())


def test_a_cycle_made_in_a_lesson_appears_in_the_next_review(pages):
    words = told(page(pages, "internal", "birch"))
    for part in ("What did we try, what did we predict, and what happened?", "Families wait for weeks before anybody explains what happens.",
                 "because families do not know whom to call, so we plan to have outreach staff call every family", "At least 36% by 31 December 2026",
                 "Not yet: the day is 31 December 2026. So far, by 30 June 2026: 41 of 191 children (21%;", "15 June 2026: look at how many were called. Due", NO_CAUSE):
        assert part in words, part
    assert "A check of cycle" in words.rpartition("What should we ask at the meeting?")[2]


def test_a_goal_made_on_the_explore_page_appears_in_the_next_review(pages):
    words = told(page(pages, "internal", "birch"))
    assert WISH in words and "at least 36% left to a permanent home" in words and "Heading for" in words
    assert WISH not in told(page(pages, "internal", "heron")) and WISH not in told(page(pages, "release", "birch")), "another county's, and not cleared"


def test_a_start_is_marked_on_the_charts_of_the_review(pages):
    found = page(pages, "internal", "birch")
    labels = [text.text for text in found.select("svg text") if text.text.startswith("cycle")]
    assert set(labels) == {"cycle 1, cycle 2", "cycle 3"}, "two began on one day"
    assert "began in November 2025." in told(found) and "November 2025 cycle 1 begins" in told(found)


def test_everyone_sees_what_is_cleared_without_words_that_count(pages):
    words = told(page(pages, "release", "birch"))
    assert "Visits are far away." in words and "Families wait for weeks" not in words and "Counted words." not in words and "3 of 40" not in words
    assert "because they count children" in words and "At least 25% by 30 June 2026" in words and "By 30 June 2026: 41 of 191 children (21%;" in words
    assert "of the journal" not in words.rpartition("What did we try")[2].rpartition("What should we ask")[0]


def test_where_the_course_is_hidden_nothing_of_a_cycle_tells_it(pages):
    words = told(page(pages, "release", "heron")).rpartition("What did we try")[2].rpartition("What should we ask")[0]
    assert "Only one bus." in words and STAFF_SEE in words and "25%" not in words and "hidden to protect privacy" in words
    assert not [text for text in page(pages, "release", "heron").select("svg text") if text.text.startswith("cycle")]


def test_a_page_without_cycles_has_the_same_charts_as_before(pages, finished):
    before = BeautifulSoup((finished.folder / "internal" / "bunting" / "2025h2.html").read_bytes(), "html.parser")
    after = page(pages, "internal", "bunting")
    assert [str(svg) for svg in after.select("svg")] == [str(svg) for svg in before.select("svg")] and after.select("svg")
    assert NONE_RELEASED in told(page(pages, "release", "bunting"))


def test_the_release_passes_its_audit(pages):
    assert audit(pages / "release") == []


# ---- the lesson's own room ------------------------------------------------------------------------------------------------------

@pytest.fixture(scope="module")
def room():
    return classroom(DATA)


def test_the_example_can_begin_in_this_room_and_is_read_back(room):
    assert checked(change.example(room), room.counties) == ()
    assert "It had not begun by 30 June 2026." in str(change.read_back(room, change.example(room)).content())


def test_an_unfinished_cycle_is_met_kindly_and_never_kept(room, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    begun = change.theory("Families wait.", "that few go home", ..., "", None)
    assert "A good start." in str(change.heard(begun).content()) and PARTS["because"] in str(change.heard(begun).content())
    mine = change.plan(room, begun, "Call families", "Maria Lopez", "soon", 3, "lots", "moves", ..., 5)
    words = str(change.heard(mine).content())
    assert all(part in words for part in ("person's name", "starts is missing", "has no day", "has no number", "No measure 'moves'", "No check yet"))
    assert "Your turn" in str(change.heard(change.theory()).content()) and "Your turn" in str(change.heard(change.plan(room, change.theory())).content())
    assert "Nothing is kept yet" in str(change.keep(room, mine).content()) and list(tmp_path.iterdir()) == []


def test_without_a_journal_named_a_cycle_is_kept_once_in_this_folder(room, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for _ in range(2):
        assert f"entry 1 of the journal {change.DEFAULT}" in str(change.keep(room, change.example(room)).content())
    assert [each.number for each in cycles(tmp_path / change.DEFAULT)] == [1]


def test_a_journal_that_cannot_be_used_is_said(room, tmp_path):
    assert "this is a folder" in str(change.keep(room, change.example(room), str(tmp_path)).content())


def test_a_childs_name_is_pointed_at(room):
    assert "looks like a name" in str(change.heard(change.theory("Maya Jones waits.", "x", "y", "z", "w")).content())
