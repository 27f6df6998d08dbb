"""Measure definitions: what a file must state, and the errors that say what would be right."""

import re
from datetime import date
from importlib.resources import files

import pytest

from cqi.measures.counting import COUNTERS
from cqi.registry import KINDS, indicators, measure, measure_names, reviewed_names
from cqi.vocabulary import CqiError

GOOD = (files("cqi") / "definitions" / "measures" / "permanency_in_12_months.toml").read_text(encoding="utf-8")
INDICATORS = ["maltreatment_in_care", "permanency_in_12_months_24_plus", "permanency_in_12_months_12_to_23", "permanency_in_12_months",
              "placement_stability", "reentry_in_12_months", "recurrence_of_maltreatment"]
OURS = [*sorted([*INDICATORS, "entries_per_1000_children", "first_placement_with_kin", "kept_at_home_after_report", "permanency_in_12_months_round_3",
                 "reentry_in_12_months_round_3", "return_in_12_months"]),
        "investigation_completed_on_time", "worker_visits_each_month"]


@pytest.fixture
def own(tmp_path, monkeypatch):
    """Writes the text as the user's own measure file and reads all measures."""
    def write(text: str | bytes, name: str = "mine.toml") -> list[str]:
        (tmp_path / "measures").mkdir(exist_ok=True)
        (tmp_path / "measures" / name).write_bytes(text.encode() if isinstance(text, str) else text)
        monkeypatch.setenv("CQI_DEFINITIONS", str(tmp_path))
        return measure_names()
    return write


def mine(old: str = "", new: str = "") -> str:
    """The permanency definition under another name, with one thing changed; `old` must be there."""
    assert old in GOOD
    return GOOD.replace('name = "permanency_in_12_months"', 'name = "mine"').replace(old, new, 1)


# Ours

def test_ours_come_outcome_first_then_by_name():
    assert measure_names() == OURS


def test_the_official_indicators_come_by_title():
    assert indicators() == sorted(INDICATORS, key=lambda name: measure(name).title) and len(INDICATORS) == 7


def test_an_earlier_round_and_the_official_reentry_are_not_in_the_reviews():
    assert set(measure_names()) - set(reviewed_names()) == {*indicators("CFSR Round 3"), "reentry_in_12_months"}


def test_every_definition_says_where_its_rule_is_from_and_who_reviewed_it():
    for name in OURS:
        assert measure(name).source["citation"] and measure(name).source["reviewer"]
        assert isinstance(measure(name).source["reviewed"], date)


def test_every_outcome_has_a_counter_measure():
    assert all(measure(name).counter_measures for name in OURS if measure(name).type == "outcome")


def test_every_kind_is_counted_by_a_function():
    assert KINDS.keys() == COUNTERS.keys()


def test_a_misspelt_name_is_answered_with_the_nearest():
    with pytest.raises(CqiError, match="No measure 'permanancy_in_12_month'. Did you mean 'permanency_in_12_months'"):
        measure("permanancy_in_12_month")


# A user's own

def test_an_own_file_is_added(own):
    assert own(mine()) == sorted(["mine", *OURS], key=lambda name: (measure(name).type != "outcome", name))
    assert measure("mine").window_months == 12 and measure("mine").per == 1


def test_a_file_of_the_same_name_takes_the_place_of_ours(own):
    assert own(GOOD.replace("window_months = 12", "window_months = 6"), "permanency_in_12_months.toml") == OURS
    assert measure("permanency_in_12_months").window_months == 6


def test_a_folder_without_measures_adds_none(tmp_path, monkeypatch):
    monkeypatch.setenv("CQI_DEFINITIONS", str(tmp_path))
    assert measure_names() == OURS


@pytest.mark.parametrize(("old", "new", "message"), [
    ('reviewer = "CQI Workbook authors"', 'reviewer = ""', "source.reviewer is empty and must be stated"),
    ('reviewer = "CQI Workbook authors"', 'reviewer = "  "', "source.reviewer is empty"),
    ('reviewer = "CQI Workbook authors"\n', "", "source.reviewer is empty"),
    ("reviewed = 2026-11-22", "", "source.reviewed is empty"),
    ("reviewed = 2026-11-22", 'reviewed = "2026-11-22"', "source.reviewed is not a date; write it as 2026-11-22, without quotes"),
    ("[source]", "[source]\ncitation = ''\n[other]", "No field 'other' in mine.toml"),
    ('why = "A child', 'why = ""\nchoice = "A child', "No field 'choice' in mine.toml. Did you mean 'choices'"),
    ('value = "Children grow up in a lasting family, their own where that is safe"', 'value = ""', "value is empty"),
    ('counted = "left to a permanent home"', 'counted = ""', "words.counted is empty"),
    ('kind = "exits of an entry cohort"', 'kind = "exits"',
     "kind 'exits' is not one of exits of an entry cohort, exits of children in care"),
    ('type = "outcome"', 'type = "output"', "type 'output' is not one of outcome, compliance"),
    ('direction = "up"', 'direction = "better"', "direction 'better' is not one of up, down, none"),
    ('unit = "children"', 'unit = "families"', "unit is not children, which is what this kind counts"),
    ('"reunification", ', '"reunified", ', "what.exits 'reunified' is not one of reunification, relative"),
    ('exits = ["reunification", "relative", "guardianship", "adoption"]', "exits = []", "what.exits is needed for this kind"),
    ("window_months = 12", "", "what.window_months is needed for this kind"),
    ("window_months = 12", "window_months = 0", "what.window_months is needed for this kind"),
    ("window_months = 12", "window_months = -3", "what.window_months is not a whole number, 0 or more"),
    ("window_months = 12", "window_months = true", "what.window_months is not a whole number"),
    ("window_months = 12", "window_month = 12", "what.window_month is not known for this kind; known: exits, window_months"),
    ("first_entry_only = true", "first_entry_onyl = true", "who.first_entry_onyl is not known for this kind"),
    ("first_entry_only = true", 'first_entry_only = "yes"', "who.first_entry_only is not true or false"),
    ("age_below = 18", "age_below = 21", "who.age_below is not 1 to 18: a child who turns 18 has left care"),
    ("[who]", "[[who]]", "who is not a table; write it under [who]"),
    ('title = "Permanency in 12 months for children entering care"', "title = 12", "title is not a text; write it in quotes"),
    ('counter_measures = ["return_in_12_months", "placement_stability", "maltreatment_in_care"]',
     'counter_measures = "placement_stability"', "counter_measures is not a list of texts"),
    ("[[evidence]]", "[evidence]", "mine.toml: not valid TOML"),
    ('strength = "practice consensus"', "", "evidence 2, strength, is empty and must be stated"),
    ('"placement_stability", ', '"placement_stabilty", ',
     "No counter-measure 'placement_stabilty' in mine.toml. Did you mean 'placement_stability'"),
])
def test_what_is_wrong_is_said_with_what_would_be_right(own, old, new, message):
    with pytest.raises(CqiError, match=re.escape(message)):
        own(mine(old, new))


def test_all_problems_of_a_file_are_said_at_once(own):
    with pytest.raises(CqiError) as raised:
        own(mine().replace('unit = "children"', 'unit = ""').replace('direction = "up"', 'direction = "to"'))
    assert str(raised.value) == (
        "mine.toml: unit is empty and must be stated; direction 'to' is not one of up, down, none; "
        "unit is not children, which is what this kind counts.")


def test_a_file_bears_the_name_of_its_measure(own):
    with pytest.raises(CqiError, match="other.toml: its name is 'mine'; a file bears the name of its measure."):
        own(mine(), "other.toml")


def test_bytes_that_are_no_text_are_an_error(own):
    with pytest.raises(CqiError, match="mine.toml: not valid TOML"):
        own(b"name = '\xff'")
