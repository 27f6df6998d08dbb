"""What stakeholders said comes back in the next review: to whom it may, about whom it is, as text, and in the pages that it changes only."""

import json
import os
import shutil
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from cqi import Review
from cqi.answering import NO_ANSWER
from cqi.audit import audit
from cqi.blocks import Details, Section
from cqi.blocks.html import block_html
from cqi.cli import main
from cqi.journal import Entry, Journal
from cqi.journal.counting import counts_children
from cqi.journal.heard import COUNTS, IDS, Heard, about, heard, withheld
from cqi.registry import measure, measure_names
from cqi.render.run import Request, run
from cqi.tables.said import kept_said, read_said, said_about, said_digest, without_ids
from cqi.vocabulary import WHOLE, CqiError
from cqi.wording.said import LONG, NO_JOURNAL, NOBODY, SHOWN, said
from payloads import PAYLOADS
from running import DATA, notebooks_with, tree

BEGUN = dict.fromkeys(range(1, 100), datetime(2026, 7, 4, 23, 59, tzinfo=UTC))
ONE = Entry(kind="comment", text="The bus stops early.", role="parent", name="A. Doe", county="Birch", cohort="2025H2", number=1, cleared=True)
HERE = Heard(number=1, said="2026-07-04", kind="comment", county="Birch", cohort="2025H2", text="The bus stops early.", role="parent")


# ---- who may hear what --------------------------------------------------------------------------------------------------------

def test_staff_hear_everything_and_everyone_what_is_cleared_without_names():
    secret = replace(ONE, number=2, text="Only for us.", cleared=False)
    assert [each.name for each in heard([ONE, secret], BEGUN, released=False)] == ["A. Doe", "A. Doe"]
    assert heard([ONE, secret], BEGUN, released=True) == [HERE]


def test_other_kinds_than_feedback_are_not_read_back_here():
    assert heard([replace(ONE, kind="values")], BEGUN, released=False) == []


@pytest.mark.parametrize(("county", "cohort", "is_about"), [
    ("Birch", "2025H2", True), ("Birch", "", True), ("", "2025H2", True), (WHOLE, "", True), ("", "", True),
    ("Heron", "2025H2", False), ("birch", "", False), ("Birch", "2025H1", False), ("", "2025H1", False),
])
def test_entries_are_of_this_county_or_all_and_of_this_cohort_or_none_in_particular(county, cohort, is_about):
    assert about([replace(HERE, county=county, cohort=cohort)], "Birch", "2025H2") == ([replace(HERE, county=county, cohort=cohort)] if is_about else [])


COUNTING = """3 of 40 children wait|three children went home|Only 3 went home|Of the 40, 3 left|one child waited|one of them ran away|both siblings moved|a couple of kids|7% went home|
3/40 left|1 in 5 youth|3 niños|tres niños|٣ children|３ children|3\u200b children|12 families|14 entries in March|It was 3 in 2025|we had 5 adoptions|twenty-three stays|a dozen teens|
exits: 9|children: 4|41 of 120 children|1,204 children|seven percent|8 of the 11|it fell from 12 to 9|fewer by 3 children|3 school children|at 3 children|page 3 children|4 foster youths|question: 5|nine out of ten""".replace("\n", "").split("|")
NOT_COUNTING = """Visits on weekday evenings at 6 pm|Within 12 months of entry|The hearing on 12 May 2026 was moved|Let kin be licensed in 30 days|two counties share a judge|Room 204 is free|
a wait of 6 to 8 weeks|In 2025 nobody called back|The cohort 2025H2 is slower|We pay $1,250 for a crib|Children wait too long|nobody was asked|Two buses a day would do|
hire 4 more workers|See page 3, table 2|ages 6 to 10|The bus stops at six o'clock|every second month, 24/7 hotline|Many children wait, a child needs a crib|courts open 2 days a week|
no child should wait|since 1 July 2025|by 2026-12-31|the 3rd floor|within 12 months children went home|3 foster homes|until 18|at 6""".replace("\n", "").split("|")


@pytest.mark.parametrize("words", COUNTING)
def test_words_that_count_children_are_withheld_from_everyone(words):
    for name in ("text", "answer", "role", "owner"):
        assert heard([replace(ONE, **{name: words})], BEGUN, released=True)[0] == replace(HERE, text="", role="", withheld=COUNTS)
    assert heard([replace(ONE, text=words)], BEGUN, released=False)[0].text == words


@pytest.mark.parametrize("words", NOT_COUNTING)
def test_words_that_count_something_else_are_shown(words):
    assert not counts_children(words) and heard([replace(ONE, text=words)], BEGUN, released=True)[0].text == words


def test_a_count_over_two_lines_is_one_and_a_measures_own_name_is_none():
    assert counts_children("3\nchildren") and counts_children("3 of\r\n\t40")
    assert heard([replace(ONE, measure="permanency_in_12_months")], BEGUN, released=True, known=measure_names())[0].withheld == ""
    assert heard([replace(ONE, measure="3 of 40 children")], BEGUN, released=True, known=measure_names())[0].withheld == COUNTS


# ---- how it reads -------------------------------------------------------------------------------------------------------------

def read(entries, *, released=False):
    """The page's part as its reader sees it."""
    return BeautifulSoup(block_html(Section(said(entries, released=released)).content()), "html.parser")


def test_without_a_journal_and_without_entries_one_line_says_how_to_be_heard():
    for entries, words in ((None, NO_JOURNAL), ([], NOBODY)):
        (only,) = said(entries, released=False)
        assert only.paragraphs == (words,) and "Tell whoever gave you this page" in words


def test_open_needs_come_first_and_the_newest_last():
    kinds = [("comment", "open"), ("need", "done"), ("need", "open"), ("question", "done"), ("need", "under way"), ("need", "not now")]
    entries = [replace(HERE, number=number, kind=kind, status=status) for number, (kind, status) in enumerate(kinds, 1)]
    needs, others = said(entries, released=False)
    assert [[row[0].text.split()[-1] for row in table.rows] for table in (needs, others)] == [["3", "5"], ["1", "2", "4", "6"]]
    assert needs.caption == "Needs that are open" and said(entries[:1], released=False)[0].caption == "What was said"


def test_a_row_says_who_when_what_about_what_and_what_was_done():
    entry = replace(HERE, kind="proposed change", name="A. Doe", measure="permanency_in_12_months", answer="We asked the court.", owner="Intake", status="under way", due="2026-12-31")
    (table,) = said([entry], released=False)
    assert [cell.text for cell in table.rows[0]] == [
        "Proposed change\nA. Doe, parent\n4 July 2026\nEntry 1", f"The bus stops early.\nAbout: {measure('permanency_in_12_months').title}",
        "Under way.\nWe asked the court.\nWho: Intake\nBy 31 December 2026."]
    assert said([replace(entry, answer="", owner="", due="", status="open")], released=False)[0].rows[0][2].text == "Open.\nNo answer yet."
    assert "Entry" not in said([entry], released=True)[0].rows[0][0].text


def test_what_is_withheld_says_why():
    page = read([withheld(replace(HERE, status="done"), COUNTS), withheld(HERE, IDS)], released=True).get_text(" ")
    assert "because they count children" in page and "because they hold a number of a child's record" in page and "bus" not in page and "Done." in page


@pytest.mark.parametrize(("length", "is_folded"), [(LONG, False), (LONG + 1, True)])
def test_long_words_are_whole_and_folded(length, is_folded):
    words = ("word " * length)[:length - 1] + "Z"
    table, *folded = said([replace(HERE, text=words)], released=False)
    assert (table.rows[0][1].text == words) is not is_folded and bool(folded) is is_folded
    if is_folded:
        assert isinstance(folded[0], Details) and folded[0].blocks[0].paragraphs == (words,)
        assert words.startswith(table.rows[0][1].text.removesuffix(" … (all of it below)")) and "Z" not in table.rows[0][1].text


@pytest.mark.parametrize(("number", "folded"), [(SHOWN, 0), (SHOWN + 1, 1), (SHOWN + 5, 5)])
def test_older_entries_are_folded(number, folded):
    blocks = said([replace(HERE, number=each, text=f"words-{each}") for each in range(1, number + 1)], released=False)
    assert [isinstance(each, Details) for each in blocks] == [True] * bool(folded) + [False]
    assert all(f"words-{each}" in read([replace(HERE, number=each, text=f"words-{each}")]).get_text() for each in (1, number))
    assert len(blocks[-1].rows) == min(number, SHOWN) and (not folded or len(blocks[0].blocks[0].rows) == folded)


@pytest.mark.parametrize("name", PAYLOADS)
def test_what_people_write_stays_text(name):
    words = PAYLOADS[name]
    typed = {field: words for field in ("text", "answer", "role", "name", "owner", "measure")}
    page = read([replace(HERE, **typed)])
    assert page.get_text().count(words[:100]) >= 6 and not page.find_all(["script", "img", "iframe", "svg", "a", "form"])
    assert not [each for element in page.find_all(True) for each in element.attrs if each.startswith("on") or each in ("href", "src", "style")]


def test_characters_that_turn_or_steer_are_left_out_and_those_that_join_stay():
    (table,) = said([replace(HERE, text="a\u202eb\x1b[2J\u2066c\r\nnext\tword 👩\u200d👧\n\n \n", role="x\u202ey")], released=False)
    assert table.rows[0][1].text == "ab[2Jc\nnext word 👩\u200d👧" and "x\ufffdy" in table.rows[0][0].text


# ---- what a run keeps, and a page made by hand reads --------------------------------------------------------------------------

@pytest.fixture
def place(tmp_path):
    return str(tmp_path / "journal.sqlite")


def test_a_page_made_by_hand_reads_the_journal_that_the_environment_names(place, monkeypatch):
    review = Review(county="Birch", cohort="2025H2", profile="internal")
    monkeypatch.delenv("CQI_JOURNAL", raising=False)
    assert review.said() == Section(said(None, released=False))
    monkeypatch.setenv("CQI_JOURNAL", place)
    with pytest.raises(CqiError, match="there is no journal there"):
        review.said()
    journal = Journal.opened(place)
    assert review.said() == Section(said([], released=False))
    kept = journal.add(replace(ONE, county="Birch", cohort="2025H2"))
    journal.revise(1, answer="Seen.")
    (table,) = review.said().blocks
    assert kept.written.strftime("%Y") in table.rows[0][0].text and "Seen." in table.rows[0][2].text
    assert "A. Doe" in str(review.said()) and "A. Doe" not in str(replace(review, profile="release").said())


def test_what_a_run_keeps_is_what_its_pages_read(place, tmp_path, monkeypatch):
    Journal.opened(place).add(replace(ONE, due=date(2026, 12, 31), text="ü\u2028\ud7ff 👩"))
    found = read_said(place, ("internal", "release"))
    monkeypatch.setenv("CQI_JOURNAL", "postgresql://me:secret@nowhere.invalid/x")
    monkeypatch.setenv("CQI_SAID", kept_said(found, tmp_path / "said.json"))
    Journal.opened(place).add(replace(ONE, text="later"))
    for profile in ("internal", "release"):
        assert said_about("Birch", "2025H2", profile) == found[profile] and len(found[profile]) == 1
    monkeypatch.setenv("CQI_SAID", kept_said(None, tmp_path / "none.json"))
    assert said_about("Birch", "2025H2", "release") is None and read_said("", ("release",)) is None
    assert len({said_digest(each) for each in (None, [], {}, found["internal"], found["release"], [replace(found["release"][0], answer="x")])}) == 6


def test_an_id_of_the_data_takes_the_words_away_and_not_the_page():
    found = {"internal": [HERE, replace(HERE, answer="See CQI-C-000123."), replace(HERE, role="CQI-C-000123")]}
    assert without_ids(found, lambda words: "CQI-C-000123" in words) == {"internal": [HERE, *[withheld(HERE, IDS)] * 2]}
    assert without_ids(None, lambda words: True) is None


# ---- a run ----------------------------------------------------------------------------------------------------------------------

NO_DATABASE = "import os, sys\nassert not {'sqlalchemy', 'alembic', 'psycopg'} & set(sys.modules) and os.environ['CQI_JOURNAL'] == ''"
BIRCH, HERON, BUNTING = (f"{{}}/{county}/2025h2.html" for county in ("birch", "heron", "bunting"))


@pytest.fixture(scope="module")
def small(finished, tmp_path_factory):
    """A second run into a copy of a finished run, now with a journal beside its pages: its request, journal and result, and an id of its data. Its
    notebook looks at what it has around it."""
    own, out = pytest.MonkeyPatch(), tmp_path_factory.mktemp("said") / "out"
    own.setenv("CQI_NOTEBOOKS", str(notebooks_with(tmp_path_factory.mktemp("own") / "notebooks", cell=NO_DATABASE)))
    shutil.copytree(finished.folder.parent, out)
    ids = (Path(DATA) / "episodes.csv").read_text(encoding="utf-8").splitlines()[1].split(",")[0]
    journal = Journal.opened(out / "journal.sqlite")
    for each in (ONE, replace(ONE, text="PRIVATE words.", cleared=False), replace(ONE, text="Why do 3 of 40 children wait?"), replace(ONE, text=f"See {ids}, please."),
                 replace(ONE, county="Heron", cohort="2025H1", text="Of another cohort.")):
        journal.add(each)
    request = Request(counties=("Birch", "Bunting", "Heron"), cohorts=("2025H2",), profiles=("internal", "release"), data=DATA, out=out)
    yield request, journal, run(request), ids
    own.undo()


def words_of_page(done, place):
    return " ".join(BeautifulSoup((done.folder / place).read_bytes(), "html.parser").get_text(" ").split())


def test_the_review_says_what_was_said(small):
    _, _, done, ids = small
    assert not done.failed
    internal, release = (words_of_page(done, BIRCH.format(profile)) for profile in ("internal", "release"))
    assert "The bus stops early." in internal and "The bus stops early." in release
    assert "PRIVATE words." in internal and "A. Doe" in internal and "3 of 40 children wait" in internal
    assert not [words for words in ("PRIVATE", "A. Doe", "3 of 40", ids) if words in release] and ids not in internal
    assert "because they count children" in release and "because they hold a number of a child's record" in internal
    for profile in ("internal", "release"):
        assert NOBODY in words_of_page(done, HERON.format(profile)) and "What have stakeholders said about this cohort" in internal


def test_words_for_staff_are_in_no_file_for_everyone(small):
    _, _, done, _ = small
    holding = {path.relative_to(done.folder).parts[0] for path in done.folder.rglob("*") if path.is_file() and b"PRIVATE" in path.read_bytes()}
    assert holding == {"internal", "restricted"}
    assert not list(done.folder.rglob("said.json"))


def test_the_audit_would_hold_a_release_with_such_a_comment(small, tmp_path):
    """The second lock: if our rule let a count through, the release would not go out."""
    _, _, done, _ = small
    shutil.copytree(done.folder / "release", tmp_path / "2026-06-30" / "release")
    page = tmp_path / "2026-06-30" / BIRCH.format("release")
    before = page.read_text(encoding="utf-8")
    assert audit(page.parents[1]) == []
    page.write_text(before.replace("The bus stops early.", "Why do 3 of 40 children wait?"), encoding="utf-8")
    assert [found.kind for found in audit(page.parents[1])][:1] == ["small count in words"]


def test_only_pages_about_which_something_new_was_said_are_made_again(small):
    request, journal, done, _ = small
    before = tree(done.folder)
    assert made(done) == {place.format(profile) for place in (BIRCH, HERON, BUNTING) for profile in ("internal", "release")}
    assert run(request).unchanged == len(done.outcomes)
    journal.add(replace(ONE, county="Bunting", cohort="2026H1"))  # about a cohort that has no page
    journal.add(replace(ONE, text="Only for us.", cleared=False))
    number = journal.add(replace(ONE, county="Heron", text="Open a window.")).number
    again = run(request)
    assert made(again) == {BIRCH.format("internal"), HERON.format("internal"), HERON.format("release")}
    assert "Only for us." in words_of_page(again, BIRCH.format("internal"))
    journal.revise(number, answer="It is open.", status="done")
    last = run(request)
    assert made(last) == {HERON.format(profile) for profile in ("internal", "release")} and "It is open." in words_of_page(last, HERON.format("release"))
    after = tree(done.folder)
    assert {name for name in after if after[name] != before.get(name)} == made(again)


def made(done):
    return {outcome.job.place for outcome in done.outcomes if not outcome.stood}


def test_a_journal_that_is_not_there_is_said_before_anything_is_counted(small, tmp_path):
    request, *_ = small
    with pytest.raises(CqiError, match="there is no journal there"):
        run(replace(request, journal=str(tmp_path / "none.sqlite"), out=tmp_path / "out"))
    assert not (tmp_path / "out").exists()


def test_what_is_written_down_of_a_request_holds_no_password():
    request = Request(journal="postgresql+psycopg://me:secret@there/x?password=secret")
    assert request.asked["journal"] == "postgresql" and "secret" not in json.dumps(request.asked)
    assert Request(journal="j.sqlite").asked["journal"] == os.path.abspath("j.sqlite") and Request().asked["journal"] == ""


# ---- the command ----------------------------------------------------------------------------------------------------------------

def test_the_command_lists_what_was_said_and_writes_down_what_was_done(place, capsys):
    journal = Journal.opened(place)
    journal.add(replace(ONE, text="First line.\nSecond \x1b[2Jline.", cleared=False))
    journal.add(replace(ONE, county="Heron", kind="need"))
    assert main(["journal", "--journal", place, "--county", "Birch"]) == 0
    told = capsys.readouterr().out
    assert told.splitlines() == ["   1  comment, open", f"      Birch, 2025H2; A. Doe, parent; {journal.begun()[1].strftime('%-d %B %Y')}", "      First line.", "      Second [2Jline."]
    assert main(["journal", "answer", "2", "--journal", place, "--status", "done", "--answer", "A later bus.", "--owner", "Transport", "--due", "2026-12-31"]) == 0
    assert "   2  need, done, Transport, by 31 December 2026, cleared for everyone" in capsys.readouterr().out
    assert [(each.version, each.answer) for each in journal.history(2)] == [(1, ""), (2, "A later bus.")]


def test_clearing_says_what_speaks_against_it_and_can_be_taken_back(place, capsys):
    journal = Journal.opened(place)
    journal.add(replace(ONE, text="Maya Jones and 3 children wait.", cleared=False))
    assert main(["journal", "answer", "1", "--journal", place, "--clear"]) == 0
    told = capsys.readouterr().err
    assert "Entry 1 is cleared for everyone. It counts children" in told and "“Maya Jones” looks like a name" in told and journal.entries()[0].cleared
    assert main(["journal", "answer", "1", "--journal", place, "--no-clear"]) == 0
    assert capsys.readouterr().err == "" and not journal.entries()[0].cleared


@pytest.mark.parametrize(("words", "told"), [
    (["answer", "1"], NO_ANSWER), (["answer", "--status", "done"], NO_ANSWER), (["answer", "9", "--status", "done"], "there is no entry 9"),
    (["answer", "1", "--status", "finished"], "No status 'finished'"), (["answer", "1", "--due", "tomorrow"], "--due is a day"),
])
def test_an_answer_that_cannot_be_kept_is_told(place, capsys, words, told):
    journal = Journal.opened(place)
    journal.add(ONE)
    assert main(["journal", *words, "--journal", place]) == 2 and told in capsys.readouterr().err
    assert len(journal.history(1)) == 1


def test_the_command_makes_no_journal(place, capsys, tmp_path, monkeypatch):
    monkeypatch.delenv("CQI_JOURNAL", raising=False)
    for words in (["--journal", place], ["--out", str(tmp_path)]):
        assert main(["journal", *words]) == 2 and "There is no journal yet." in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
