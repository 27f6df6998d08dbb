"""The journal in a real PostgreSQL server, as on a file: nothing is lost or changed, and no password is told."""

import signal
import traceback
from dataclasses import replace

import psycopg
import pytest

from cqi.journal import Entry, Journal
from cqi.journal.versions import VERSION_TABLE
from cqi.vocabulary import CqiError
from databases import postgres, statement
from test_journal import SAID, SHORT, STRANGE, WHOLE
from writers import REVISING, assert_twenty_lose_nothing, finished, go, writer

__all__ = ["postgres"]
pytestmark = pytest.mark.postgres


@pytest.fixture
def place(postgres):
    return postgres()


def test_an_entry_comes_back_as_it_was_given(place):
    kept = Journal.opened(place).add(WHOLE)
    assert replace(kept, number=0, version=0, written=None) == WHOLE and kept.written.utcoffset().total_seconds() == 0
    assert Journal.opened(place).entries() == [kept] == Journal.opened(place.replace("+psycopg", "")).history(1)


def test_texts_of_any_characters_come_back_exactly(place):
    journal = Journal.opened(place)
    kept = [journal.add(Entry(kind="comment", text=words, answer=words, role=words[:SHORT], details={words: [words]})) for words in STRANGE]
    assert journal.entries() == kept and [each.text for each in kept] == STRANGE
    with pytest.raises(CqiError, match="holds a NUL"):
        journal.add(replace(SAID, text="x\0"))


def test_a_change_is_a_new_version_and_entries_are_found_by_the_newest(place):
    journal = Journal.opened(place)
    first, other = journal.add(replace(SAID, county="Birch")), journal.add(WHOLE)
    second = journal.revise(1, status="done", county="Cedar")
    assert journal.history(1) == [first, second] and journal.entries() == [second, other] and journal.entries(("need",)) == [other]
    assert journal.entries(county="Birch") == [other] and journal.entries(county="Cedar", cohort="") == [second]
    with pytest.raises(CqiError, match="there is no entry 3"):
        journal.revise(3, status="done")


CHANGES = (
    "UPDATE cqi_journal_entries SET text = 'x'", "DELETE FROM cqi_journal_entries", "TRUNCATE cqi_journal_entries",
    "INSERT INTO cqi_journal_entries SELECT * FROM cqi_journal_entries ON CONFLICT (number, version) DO UPDATE SET text = 'x'",
)


def test_the_database_itself_refuses_to_change_what_was_kept(place):
    kept = Journal.opened(place).add(SAID)
    for words in CHANGES:
        with pytest.raises(psycopg.errors.RaiseException, match="never changed"):
            statement(place, words)
    assert Journal.opened(place).history(1) == [kept]


def test_twenty_processes_write_at_once_and_nothing_is_lost(place):
    """Also where the database is set to show every transaction one state for its whole life: a number could be given twice."""
    statement(place, f"ALTER DATABASE {place.partition('?')[0].rpartition('/')[2]} SET default_transaction_isolation = 'repeatable read'")
    assert_twenty_lose_nothing(place)


def test_revisions_at_once_are_all_kept_as_versions(place):
    Journal.opened(place).add(SAID)
    writers = [writer(place, f"w{number}", 5, REVISING) for number in range(2)]
    go(writers)
    assert sorted(number for said in finished(writers) for number in said) == list(range(2, 12))
    assert [each.version for each in Journal.opened(place).history(1)] == list(range(1, 12))


def test_a_process_that_is_killed_loses_nothing_that_it_was_told_is_kept(place):
    process = writer(place, "k", 100_000)
    go([process])
    told = [process.stdout.readline() for _ in range(5)]
    process.send_signal(signal.SIGKILL)
    told += process.communicate()[0].splitlines(keepends=True)
    last = max(int(line) for line in told if line.endswith("\n"))
    found = Journal.opened(place).entries()
    assert last >= 5 and len(found) in (last, last + 1) and [each.number for each in found] == list(range(1, len(found) + 1))


def test_a_user_who_may_only_add_and_read_can_use_the_journal(place):
    Journal.opened(place)
    for words in ("CREATE ROLE writer LOGIN PASSWORD 'other-secret'", "GRANT SELECT, INSERT ON cqi_journal_entries TO writer",
                  f"GRANT SELECT ON {VERSION_TABLE} TO writer", "CREATE ROLE stranger LOGIN PASSWORD 'other-secret'"):
        statement(place, words)
    journal = Journal.opened(place.replace("cqi:secret-word", "writer:other-secret"))
    assert journal.add(SAID).number == 1 and journal.revise(1, status="done").version == 2
    with pytest.raises(CqiError, match="may not read or write"):
        Journal.opened(place.replace("cqi:secret-word", "stranger:other-secret"))


def test_a_newer_journal_and_a_database_without_all_letters_are_refused(place, postgres):
    Journal.opened(place).add(SAID)
    statement(place, f"UPDATE {VERSION_TABLE} SET version_num = '0099'")
    with pytest.raises(CqiError, match=r"newer version of the program has written this journal \(0099"):
        Journal.opened(place)
    with pytest.raises(CqiError, match="keeps text as LATIN1, which has not all letters"):
        Journal.opened(postgres("ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0"))


WRONG = (("cqi:secret-word", "cqi:secret-wrong"), ("cqi:secret", "nobody:secret"), ("/journal_", "/secret_"), ("host=/tmp/", "host=/tmp/secret-"),
         ("@/", "@127.0.0.1:1/secret?x="))


def test_errors_say_nothing_of_the_address(place):
    for old, new in WRONG:
        assert old in place
        with pytest.raises(CqiError, match="^the journal in PostgreSQL: nobody answers there, or lets this user in") as told:
            Journal.opened(place.replace(old, new).partition("?x=")[0])
        assert "secret" not in str(told.value) and "secret" not in "".join(traceback.format_exception_only(told.value))
        assert told.value.__suppress_context__


def test_a_server_that_goes_away_meanwhile_is_told_and_found_again(place):
    journal = Journal.opened(place)
    journal.add(SAID)
    statement(place, "ALTER TABLE cqi_journal_entries RENAME TO elsewhere")
    with pytest.raises(CqiError, match="it could not be read or written") as told:
        journal.add(replace(SAID, text="secret"))
    assert "secret" not in str(told.value) and "INSERT" not in str(told.value)
    statement(place, "ALTER TABLE elsewhere RENAME TO cqi_journal_entries")
    assert journal.add(SAID).number == 2
