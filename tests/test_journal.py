"""The journal on a real SQLite file: nothing that was kept is lost or changed, whoever writes, and however the writer ends."""

import json
import os
import random
import signal
import sqlite3
import stat
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine

from cqi.journal import Entry, Journal
from cqi.journal.database import Database
from cqi.journal.entry import DETAILS, LONG, SHORT, TEXTS
from cqi.journal.place import chosen, without_secrets
from cqi.journal.schema import ENTRIES
from cqi.journal.versions import MIGRATIONS, VERSION, VERSION_TABLE
from cqi.vocabulary import CqiError
from payloads import PAYLOADS, TIDIED
from running import ROOT
from writers import REVISING, assert_twenty_lose_nothing, finished, go, writer

SAID = Entry(kind="comment", text="The bus stops at six.")
WHOLE = Entry(kind="need", text="Visits on weekday evenings.", role="foster parent", name="A. Doe", county="Birch", cohort="2025H2",
              measure="permanency_in_12_months", chart="exits", answer="We will ask the court.", owner="Intake", status="under way",
              due=date(2026, 12, 31), cleared=True, details={"values": ["home", 1, 1.5, True, None], "of": {"ü": "ß"}})
STRANGE = ["é", "e\u0301", "\u202eabc\u2066", "\u200b\ufeff", "👩\u200d👧\u200d👦", "\U0010ffff", "line\nline\r\nline\r", "a\tb", "\x01\x1b[2J\x7f", "'; DROP TABLE x; --",
           "%s %(a)s :a ? {} \\", " \u00a0 x \u3000", "שלום عليكم 你好 ᐃᓄᒃᑎᑐᑦ ꮳꮃꭹ", '"', *(words[:LONG] for words in PAYLOADS.values()), *(read for read, _ in TIDIED.values())]


@pytest.fixture
def place(tmp_path):
    return str(tmp_path / "kept" / "journal.sqlite")


def raw(place):
    """The file by SQLite alone."""
    return sqlite3.connect(place, isolation_level=None)


# ---- what is kept -------------------------------------------------------------------------------------------------------------

def test_an_entry_comes_back_as_it_was_given(place):
    before = datetime.now(UTC)
    kept = Journal.opened(place).add(WHOLE)
    assert (kept.number, kept.version) == (1, 1) and before <= kept.written <= datetime.now(UTC) and kept.written.utcoffset() == timedelta(0)
    assert replace(kept, number=0, version=0, written=None) == WHOLE
    assert Journal.opened(place).entries() == [kept] == Journal.opened(place).history(1)


def test_texts_of_any_characters_come_back_exactly(place):
    journal = Journal.opened(place)
    kept = [journal.add(Entry(kind="comment", text=words, answer=words, role=words[:SHORT], details={words: [words]})) for words in STRANGE]
    found = Journal.opened(place).entries()
    assert found == kept and [each.text for each in found] == STRANGE and [each.details for each in found] == [{words: [words]} for words in STRANGE]


def test_a_change_is_a_new_version_and_the_old_one_stays(place):
    journal = Journal.opened(place)
    first, other = journal.add(SAID), journal.add(WHOLE)
    second = journal.revise(1, status="done", answer="A later bus runs.")
    third = journal.revise(1, cleared=True)
    assert third == replace(first, version=3, status="done", answer="A later bus runs.", cleared=True, written=third.written)
    assert journal.history(1) == [first, second, third] and journal.entries() == [third, other]


def test_entries_are_found_by_their_newest_version(place):
    journal = Journal.opened(place)
    for county, cohort, kind in (("Birch", "2025H2", "need"), ("Birch", "", "comment"), ("Cedar", "2025H2", "need"), ("", "", "question")):
        journal.add(replace(SAID, county=county, cohort=cohort, kind=kind))

    def numbers(**wanted):
        return [each.number for each in journal.entries(**wanted)]

    assert numbers() == [1, 2, 3, 4]
    assert numbers(county="Birch") == [1, 2] and numbers(county="") == [4] and numbers(cohort="2025H2") == [1, 3]
    assert numbers(kinds=("need",)) == [1, 3] and numbers(kinds=("need", "question"), county="Cedar") == [3] and numbers(county="birch") == []
    journal.revise(1, county="Cedar", kind="question")
    assert numbers(county="Birch") == [2] and numbers(county="Cedar") == [1, 3] and numbers(kinds=("question",)) == [1, 4]


# ---- what is refused ----------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize(("change", "words"), [
    ({"kind": "commment"}, "No kind of entry 'commment'. Did you mean 'comment'"), ({"status": "closed"}, "No status 'closed'"),
    ({"text": " \n"}, "no words yet"), ({"text": "secret\0"}, "holds a NUL"), ({"name": "a\0"}, "'name' holds a NUL"),
    ({"text": "secret\ud800"}, "half a character"), ({"text": None}, "'text' must be text"), ({"text": "s" * (LONG + 1)}, "10,001 characters and may have 10,000"),
    ({"role": "s" * (SHORT + 1)}, "201 characters and may have 200"), ({"cleared": 1}, "'cleared' says"), ({"due": "2026-01-01"}, "'due' is a day"),
    ({"due": datetime(2026, 1, 1)}, "'due' is a day"), ({"details": {"a": float("nan")}}, "JSON cannot"), ({"details": {"a": {1}}}, "JSON cannot"),
    ({"details": {"a": (1,)}}, "come back from JSON"), ({"details": {1: 1}}, "come back from JSON"), ({"details": ["a"]}, "come back from JSON"),
    ({"details": {"a": ["secret\0"]}}, "'details' holds a NUL"), ({"details": {"\0": 1}}, "'details' holds a NUL"),
    ({"details": {"a": "s" * DETAILS}}, "100,009 characters as JSON"),
])
def test_what_may_not_be_kept_is_refused_in_words_and_nothing_is_written(place, change, words):
    journal = Journal.opened(place)
    journal.add(SAID)
    for act in (lambda: journal.add(replace(SAID, **change)), lambda: journal.revise(1, **change)):
        with pytest.raises(CqiError, match=words) as refused:
            act()
        assert "secret" not in str(refused.value)
    assert len(journal.entries()) == len(journal.history(1)) == 1


def test_what_is_just_short_enough_is_kept(place):
    kept = Journal.opened(place).add(replace(SAID, text="s" * LONG, role="r" * SHORT, details={"a": "s" * (DETAILS - 9)}))
    assert Journal.opened(place).entries() == [kept]
    assert len(json.dumps(kept.details)) == DETAILS


def test_there_is_no_entry_and_no_field_of_that_name(place):
    journal = Journal.opened(place)
    kept = journal.add(SAID)
    for act in (lambda: journal.revise(2, answer="x"), lambda: journal.history(2), lambda: journal.history(0)):
        with pytest.raises(CqiError, match="there is no entry"):
            act()
    for name, near in (("anwser", "answer"), ("version", "There are"), ("written", "There are"), ("number", None)):
        with pytest.raises((CqiError, TypeError), match=near):
            journal.revise(1, **{name: "x"})
    with pytest.raises(CqiError):
        journal.history(10**30)
    assert journal.entries() == [kept]


@pytest.mark.parametrize("words", [
    "UPDATE cqi_journal_entries SET text = 'x'", "UPDATE cqi_journal_entries SET number = 7", "DELETE FROM cqi_journal_entries",
    "DELETE FROM cqi_journal_entries WHERE number = 1", "INSERT OR REPLACE INTO cqi_journal_entries SELECT * FROM cqi_journal_entries",
    "REPLACE INTO cqi_journal_entries SELECT * FROM cqi_journal_entries", "INSERT INTO cqi_journal_entries SELECT * FROM cqi_journal_entries WHERE true "
    "ON CONFLICT DO UPDATE SET text = 'x'", "INSERT INTO cqi_journal_entries SELECT * FROM cqi_journal_entries",
])
def test_the_database_itself_refuses_to_change_what_was_kept(place, words):
    kept = Journal.opened(place).add(SAID)
    with raw(place) as other, pytest.raises(sqlite3.IntegrityError, match="never changed"):
        other.execute(words)
    assert Journal.opened(place).history(1) == [kept]


# ---- who writes at once, and who is killed ------------------------------------------------------------------------------------

def test_twenty_processes_write_at_once_and_nothing_is_lost(place):
    """The journal is made by whoever comes first."""
    assert_twenty_lose_nothing(place)


def test_revisions_at_once_are_all_kept_as_versions(place):
    Journal.opened(place).add(SAID)
    writers = [writer(place, f"w{number}", 5, REVISING) for number in range(4)]
    go(writers)
    versions = sorted(number for said in finished(writers) for number in said)
    history = Journal.opened(place).history(1)
    assert versions == [each.version for each in history[1:]] == list(range(2, 22))
    assert {each.answer for each in history[1:]} == {f"w{who} {turn}" for who in range(4) for turn in range(5)}


def test_a_process_that_is_killed_loses_nothing_that_it_was_told_is_kept(place):
    """Killed at six places of its work; what it had been told stays, and at most one entry more, whole."""
    said = 0
    for turn in range(6):
        process = writer(place, f"k{turn}", 100_000)
        go([process])
        told = [process.stdout.readline() for _ in range(random.Random(turn).randint(1, 6))]
        process.send_signal(signal.SIGKILL)
        told += process.communicate()[0].splitlines(keepends=True)
        last = max(int(line) for line in told if line.endswith("\n"))
        found = Journal.opened(place).entries()
        assert last - said >= 1 and len(found) in (last, last + 1)
        assert [each.text for each in found[said:]] == [f"k{turn} {number}" for number in range(len(found) - said)]
        said = len(found)
    assert raw(place).execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def test_what_a_killed_process_had_not_committed_is_not_there(place):
    """It dies holding the file, its rollback journal beside it; the next one takes over."""
    journal = Journal.opened(place)
    journal.add(SAID)
    code = ("import os, signal, sys\nfrom sqlalchemy import insert\nfrom dataclasses import asdict\nfrom cqi.journal.database import Database\n"
            "from cqi.journal.schema import ENTRIES\nfrom cqi.journal.store import Journal\nfrom dataclasses import replace\n"
            "entry = Journal.opened(sys.argv[1]).entries()[0]\nwith Database(sys.argv[1]).writing() as connection:\n"
            "    connection.exec_driver_sql('PRAGMA cache_size = 1')\n"
            "    for number in range(2, 400):\n        connection.execute(insert(ENTRIES), asdict(replace(entry, number=number, text='x' * 5000)))\n"
            "    os.kill(os.getpid(), signal.SIGKILL)\n")
    assert subprocess.run([sys.executable, "-c", code, place], cwd=ROOT).returncode == -signal.SIGKILL
    beside = os.path.join(os.path.dirname(place), "journal.sqlite-journal")
    assert os.path.exists(beside) and mode(beside) == 0o600
    assert [each.number for each in journal.entries()] == [1] and journal.add(SAID).number == 2


def test_the_file_waits_for_the_disk_and_needs_no_shared_memory(place):
    Journal.opened(place)
    with Database(place).reading() as connection:
        told = [connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in ("journal_mode", "synchronous", "busy_timeout")]
    assert told == ["delete", 3, 60_000]
    raw(place).execute("PRAGMA journal_mode = WAL").close()
    Journal.opened(place).add(SAID)
    assert raw(place).execute("PRAGMA journal_mode").fetchone() == ("delete",)


# ---- whose it is, and what version --------------------------------------------------------------------------------------------

def mode(path):
    return stat.S_IMODE(os.stat(path).st_mode)


def test_the_file_is_its_owners_only_and_the_folder_stays_as_it_is(tmp_path):
    before = os.umask(0)
    try:
        (tmp_path / "open").mkdir(mode=0o755)
        Journal.opened(tmp_path / "open/journal.sqlite").add(SAID)
        Journal.opened(tmp_path / "new/in/journal.sqlite")
    finally:
        os.umask(before)
    assert mode(tmp_path / "open/journal.sqlite") == 0o600 == mode(tmp_path / "new/in/journal.sqlite")
    assert mode(tmp_path / "open") == 0o755 and mode(tmp_path / "new/in") == 0o700
    os.chmod(tmp_path / "open/journal.sqlite", 0o644)
    Journal.opened(tmp_path / "open/journal.sqlite")
    assert mode(tmp_path / "open/journal.sqlite") == 0o600


def test_the_migrations_make_the_table_that_the_program_reads(place):
    Journal.opened(place)
    assert ScriptDirectory(MIGRATIONS).get_current_head() == VERSION
    with create_engine(f"sqlite:///{place}").connect() as connection:
        context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE, "compare_type": True})
        assert compare_metadata(context, ENTRIES.metadata) == []
    assert raw(place).execute(f"SELECT version_num FROM {VERSION_TABLE}").fetchall() == [(VERSION,)]
    assert {each.type for each in ENTRIES.columns if each.name in TEXTS} and set(ENTRIES.columns.keys()) == set(Entry.__dataclass_fields__)


def test_a_journal_that_was_made_stays_as_it_is_when_opened_again(place):
    Journal.opened(place).add(SAID)
    before = open(place, "rb").read()
    Journal.opened(place).entries()
    assert open(place, "rb").read() == before and os.listdir(os.path.dirname(place)) == ["journal.sqlite"]


def test_a_making_that_was_cut_short_begins_again(place):
    """All of a migration or nothing: killed after its last statement, before the commit."""
    code = ("import os, signal, sys\nfrom cqi.journal import versions\nfrom cqi.journal.database import Database\ndatabase = Database(sys.argv[1])\n"
            "with database.writing() as connection:\n    versions._upgrade(connection)\n    os.kill(os.getpid(), signal.SIGKILL)\n")
    assert subprocess.run([sys.executable, "-c", code, place], cwd=ROOT).returncode == -signal.SIGKILL
    assert Journal.opened(place).add(SAID).number == 1


def test_a_newer_journal_and_another_file_are_refused(place, tmp_path):
    Journal.opened(place).add(SAID)
    raw(place).execute(f"UPDATE {VERSION_TABLE} SET version_num = '0099'").close()
    with pytest.raises(CqiError, match=r"newer version of the program has written this journal \(0099"):
        Journal.opened(place)
    other = tmp_path / "other.sqlite"
    raw(str(other)).execute("CREATE TABLE children (child_id TEXT)").close()
    with pytest.raises(CqiError, match="holds something else than a journal"):
        Journal.opened(other)
    assert raw(str(other)).execute("SELECT name FROM sqlite_master").fetchall() == [("children",)]
    (tmp_path / "text.sqlite").write_text("secret " * 1000, encoding="utf-8")
    with pytest.raises(CqiError, match="this file is no journal"):
        Journal.opened(tmp_path / "text.sqlite")


def test_a_damaged_journal_is_told_as_damaged(place):
    journal = Journal.opened(place)
    journal.add(replace(SAID, text="secret " * 1000))
    content = open(place, "rb").read()
    with open(place, "r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * (len(content) - 4096))
    with pytest.raises(CqiError, match="the file is damaged; put back a copy") as told:
        journal.entries()
    assert "secret" not in str(told.value) and "SELECT" not in str(told.value)


@pytest.mark.parametrize(("given", "words"), [
    ("", "A journal is kept"), (":memory:", "A journal is kept"), ("sqlite://", "an SQLite file, given by its path"),
    ("sqlite:////tmp/x", "an SQLite file, given by its path"), ("mysql://me:secret@there/x", "or a PostgreSQL database"),
    ("postgresql+psycopg2://me:secret@there/x", "or a PostgreSQL database"), ("postgresql://me:secret@there:secret/x", "is not written as postgresql"),
])
def test_a_place_that_is_none_is_refused_without_its_password(given, words):
    with pytest.raises(CqiError, match=words) as refused:
        Journal.opened(given)
    assert "secret" not in str(refused.value)


def test_a_folder_that_cannot_hold_a_journal_is_told(tmp_path):
    with pytest.raises(CqiError, match="this is a folder; name the file"):
        Journal.opened(tmp_path)
    (tmp_path / "file").touch()
    with pytest.raises(CqiError, match=r"journal\.sqlite: "):
        Journal.opened(tmp_path / "file/journal.sqlite")


def test_names_that_sqlite_would_read_as_something_else_are_files(tmp_path):
    for name in ("a?mode=memory", "file:x", "50%20 %(here)s", "ü ' \""):
        Journal.opened(tmp_path / name).add(SAID)
        assert (tmp_path / name).stat().st_size and Journal.opened(tmp_path / name).entries()[0].text == SAID.text


def test_the_place_is_the_one_given_then_the_environments_then_that_beside_the_pages(tmp_path, monkeypatch):
    monkeypatch.delenv("CQI_JOURNAL", raising=False)
    assert chosen("", tmp_path) == ""
    (tmp_path / "journal.sqlite").touch()
    assert chosen("", tmp_path) == str(tmp_path / "journal.sqlite")
    monkeypatch.setenv("CQI_JOURNAL", "postgresql://me:secret@there/x")
    assert chosen("", tmp_path) == "postgresql://me:secret@there/x" and chosen(str(tmp_path / "a"), tmp_path) == str(tmp_path / "a")
    assert without_secrets(chosen("", tmp_path)) == "postgresql"


def test_an_entry_can_be_read_without_the_databases_library():
    code = "import sys\nfrom cqi.journal import Entry, hints\nimport cqi\nprint([name for name in ('sqlalchemy', 'alembic', 'pandas') if name in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True).stdout == "[]\n"
