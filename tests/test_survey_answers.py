"""Answers in a real SQLite file: kept whole, never changed, and nothing in the file tells who wrote what, when, or in which order."""

import os
import sqlite3
import stat
from collections import Counter

import pytest
from alembic import command
from alembic.config import Config

from cqi.journal import Answers, Entry, Journal, Slip
from cqi.journal.database import Database
from cqi.journal.versions import MIGRATIONS, VERSION, VERSION_TABLE
from cqi.questionnaire import read_answers
from cqi.vocabulary import CqiError
from drawn_sheets import CULTURE, drawn, mood, team_of

TABLE = "cqi_survey_slips"
CHANGES = (
    f"UPDATE {TABLE} SET team = 'x'", f"DELETE FROM {TABLE}", f"INSERT OR REPLACE INTO {TABLE} SELECT * FROM {TABLE}", f"REPLACE INTO {TABLE} SELECT * FROM {TABLE}",
    f"INSERT INTO {TABLE} SELECT * FROM {TABLE} WHERE true ON CONFLICT DO UPDATE SET team = 'x'",
)


@pytest.fixture
def place(tmp_path):
    return str(tmp_path / "kept" / "journal.sqlite")


def raw(place, words):
    with sqlite3.connect(place, isolation_level=None) as other:
        return other.execute(words).fetchall()


def contents(slips):
    return sorted(slip.content for slip in slips)


def test_slips_come_back_as_they_were_given_sorted_by_what_they_say(place):
    given = drawn({"Intake": 8, "Ongoing ü '": 3}) + [Slip("case_management_check", "2026", "North", "plan", {"own_words": 2}, {"own_words": "We asked “five” families; ü"})]
    Answers.opened(place).keep(given)
    assert [slip.content for slip in Answers.opened(place).slips()] == contents(given) == [slip.content for slip in read_answers(place)]
    assert contents(Answers.opened(place).slips("case_management_check")) == contents(given[-1:]) and Answers.opened(place).slips("other") == []


def test_where_nothing_was_kept_there_are_no_answers(place):
    assert read_answers("") == () == read_answers(place) and not os.path.exists(place)


def test_a_row_holds_nothing_but_what_the_slip_says_and_a_random_key(place):
    """No time, no number, and no row number of SQLite's own, which would tell the order."""
    Answers.opened(place).keep(mood(4) + mood(6))
    assert [row[1] for row in raw(place, f"PRAGMA table_info({TABLE})")] == ["key", "questionnaire", "round", "team", "area", "answers", "evidence"]
    with pytest.raises(sqlite3.OperationalError, match="rowid"):
        raw(place, f"SELECT rowid FROM {TABLE}")
    keys = [key for key, in raw(place, f"SELECT key FROM {TABLE}")]
    assert keys == sorted(keys) and len(set(keys)) == 10 and all(len(key) == 32 for key in keys)


def test_neither_keys_nor_places_in_the_file_tell_which_slips_are_of_one_sheet(place):
    """Sheets are given in turn, each of one mood in all areas: in the file's own order neighbours agree about as often as chance has it."""
    Answers.opened(place).keep([slip for _ in range(40) for level in (2, 6) for slip in mood(level)])
    levels = [2 if '"system_first": 2' in answers else 6 for answers, in raw(place, f"SELECT answers FROM {TABLE} WHERE area = 'corrective' ORDER BY key")]
    assert Counter(levels) == {2: 40, 6: 40}
    same = sum(one == other for one, other in zip(levels, levels[1:]))
    assert 20 <= same <= 59, same  # of 79, by chance 39.5 with a standard deviation of 4.4; alternating as given it would be 0
    stored = open(place, "rb").read()
    places = sorted((stored.index(key.encode()), key) for key, in raw(place, f"SELECT key FROM {TABLE}"))
    by_place = dict(raw(place, f"SELECT key, area FROM {TABLE}"))
    runs = sum(by_place[one] == by_place[other] for (_, one), (_, other) in zip(places, places[1:]))
    assert 45 <= runs <= 115, runs  # of 399 neighbours on the disk 80 are of one area by chance, with a standard deviation of 8; as given 0


def test_the_database_itself_refuses_to_change_what_was_kept(place):
    Answers.opened(place).keep(mood(4))
    for words in CHANGES:
        with pytest.raises(sqlite3.IntegrityError, match="never changed"):
            raw(place, words)
    assert contents(Answers.opened(place).slips()) == contents(mood(4))


def test_a_teams_round_is_kept_once(place):
    """A sheet that came later would be the difference of two results."""
    answers = Answers.opened(place)
    answers.keep(team_of([3, 4, 5, 6, 2, 4, 5]))
    for late in (mood(1), mood(6, team="Ongoing") + mood(1)):
        with pytest.raises(CqiError, match="of team 'Intake' for 2026Q2 are kept already, and a round is kept once"):
            answers.keep(late)
    assert len(answers.slips()) == 35
    answers.keep(mood(1, round="2026Q3") + mood(1, team="Ongoing"))
    assert len(answers.slips()) == 45


def test_the_file_is_its_owners_only(place):
    Answers.opened(place).keep(mood(4))
    assert stat.S_IMODE(os.stat(place).st_mode) == 0o600


def test_a_journal_of_the_version_before_keeps_all_its_entries(place):
    database = Database(place)
    with database.writing() as connection:
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
    raw(place, "INSERT INTO cqi_journal_entries VALUES (1, 1, '2026-01-02 03:04:05', 'comment', 'The bus stops at six.', '', '', '', '', '', '', '', '', 'open', NULL, 0, '{}')")
    assert raw(place, f"SELECT version_num FROM {VERSION_TABLE}") == [("0001",)]
    Answers.opened(place).keep(mood(4))
    assert [each.text for each in Journal.opened(place).entries()] == ["The bus stops at six."] and Journal.opened(place).add(Entry(kind="comment", text="x")).number == 2
    assert raw(place, f"SELECT version_num FROM {VERSION_TABLE}") == [(VERSION,)] and len(read_answers(place)) == 5


def test_what_cannot_be_kept_leaves_nothing_behind(place):
    answers = Answers.opened(place)
    with pytest.raises(CqiError):
        answers.keep([*mood(4), Slip(CULTURE, "2026Q2", None, "outcome", {})])
    assert answers.slips() == []
