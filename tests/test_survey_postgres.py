"""Answers in a real PostgreSQL server, as in a file."""

import psycopg
import pytest

from cqi.journal import Answers, Journal, Slip
from cqi.questionnaire import read_answers
from cqi.vocabulary import CqiError
from databases import postgres, statement
from drawn_sheets import drawn, mood
from test_journal import SAID
from test_survey_answers import TABLE, contents

__all__ = ["postgres"]
pytestmark = pytest.mark.postgres


@pytest.fixture
def place(postgres):
    return postgres()


def test_slips_come_back_and_a_round_is_kept_once(place):
    given = drawn({"Intake": 8, "Ongoing": 3}) + [Slip("case_management_check", "2026", "North", "plan", {"own_words": 2}, {"own_words": "ü “x”"})]
    Journal.opened(place).add(SAID)
    Answers.opened(place).keep(given)
    assert [slip.content for slip in read_answers(place)] == contents(given) and len(Journal.opened(place).entries()) == 1
    with pytest.raises(CqiError, match="kept already"):
        Answers.opened(place).keep(mood(1))
    assert len(read_answers(place)) == len(given)


def test_rows_came_in_the_order_of_their_keys_and_in_one_transaction(place):
    """What the server itself notes of a row (its command, transaction and place) tells no more than its random key: a short row that
    fills the rest of an earlier page lies before its turn, so the order is that of the commands, and of the place within one."""
    Answers.opened(place).keep(drawn({"Intake": 9}))
    rows = statement(place, f"SELECT key, xmin::text FROM {TABLE} ORDER BY cmin::text::bigint, ctid")
    assert [key for key, _ in rows] == sorted(key for key, _ in rows) and len({transaction for _, transaction in rows}) == 1
    columns = statement(place, f"SELECT column_name FROM information_schema.columns WHERE table_name = '{TABLE}' ORDER BY ordinal_position")
    assert [name for name, in columns] == ["key", "questionnaire", "round", "team", "area", "answers", "evidence"]


def test_the_database_itself_refuses_to_change_what_was_kept(place):
    Answers.opened(place).keep(mood(4))
    for words in (f"UPDATE {TABLE} SET team = 'x'", f"DELETE FROM {TABLE}", f"TRUNCATE {TABLE}",
                  f"INSERT INTO {TABLE} SELECT * FROM {TABLE} ON CONFLICT (key) DO UPDATE SET team = 'x'"):
        with pytest.raises(psycopg.errors.RaiseException, match="never changed"):
            statement(place, words)
    assert len(read_answers(place)) == 5


def test_who_may_write_entries_may_not_read_answers_unless_allowed(place):
    Answers.opened(place).keep(mood(4))
    for words in ("CREATE ROLE writer LOGIN PASSWORD 'other-secret'", "GRANT SELECT, INSERT ON cqi_journal_entries TO writer", "GRANT SELECT ON cqi_journal_version TO writer"):
        statement(place, words)
    theirs = place.replace("cqi:secret-word", "writer:other-secret")
    assert Journal.opened(theirs).add(SAID).number == 1
    with pytest.raises(CqiError, match="may not read or write"):
        read_answers(theirs)
