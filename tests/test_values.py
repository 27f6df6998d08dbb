"""What do we value? Values beside the measures reviewed: standings, suggestions, the picture, and what the journal keeps and gives back."""

import pandas as pd
import pytest
from drawn_run import HEADLINE, drawn_run

from cqi.charts import values as pictures
from cqi.explore.chosen import Chosen
from cqi.explore.holding import LONGEST, Value, kept, measures_of, own_value, read_again, stated, suggested
from cqi.explore.published import Published
from cqi.explore.values import NONE_HELD, Values, values_map
from cqi.journal import Entry, Journal
from cqi.registry import measure, measure_names, reviewed_names
from cqi.vocabulary import CqiError
from cqi.wording import values as say

HOME, SEEN = "Children grow up in a lasting family, their own where that is safe", "Children are seen and heard"
REVIEWED = [HEADLINE, "placement_stability", "worker_visits_each_month"]


# ---- values and their measures ---------------------------------------------------------------------------------------------------

def test_every_value_of_the_registry_stands_there_once():
    found = stated(reviewed_names())
    assert sorted(value.words for value in found) == sorted({measure(name).value for name in measure_names()})
    assert sorted(name for value in found for name in value.measures) == sorted(reviewed_names())
    assert all(measure(name).value == value.words for value in found for name in value.measures) and not any(value.ours for value in found)


@pytest.mark.parametrize(("names", "standing"), [
    ((), "none"), (("worker_visits_each_month",), "compliance"), ((HEADLINE,), "outcome"), (("worker_visits_each_month", HEADLINE),
        "outcome")])
def test_how_a_value_stands(names, standing):
    assert say.standing(measures_of(Value("Ours", names))) == standing


def test_what_is_said_of_the_whole():
    told = say.map_finding(["outcome", "compliance", "none", "none"], [measure(name) for name in REVIEWED])
    assert told == ("Of 4 values that you hold, 1 has an outcome measure, 1 has only a compliance count and 2 have no measure yet. "
                    "The agency reviews 3 measures: 2 ask whether children are better off, 1 whether a task was done.")
    assert say.map_finding(["none"], [measure(HEADLINE)]).startswith("Of 1 value that you hold, 1 has no measure yet. The agency "
                                                                     "reviews 1 measure: 1 ask")


def test_a_task_is_named_with_the_outcome_beside_it_if_any():
    assert say.only_counted([measure(name) for name in REVIEWED]) == [
        "Months in care with a visit is counted as done or not done. It is meant for: children are seen and heard. Nothing beside it "
        "says whether it helps."]
    assert say.only_counted([measure(HEADLINE)]) == []


def test_a_value_whose_measures_are_defined_but_not_reviewed_is_told_them():
    lasts = next(value for value in stated(REVIEWED) if value.words == "Going home is safe and lasts")
    titles, more = suggested(lasts, REVIEWED)
    assert more and "All returns to care in 12 months" in titles and all(measure(name).value == lasts.words for name in measure_names() if measure(name).title in titles)


@pytest.mark.parametrize(("words", "title"), [("Fewer moves from placement to placement", "Placement stability"), ("Zebras", None)])
def test_a_value_of_ones_own_is_told_measures_that_share_its_words(words, title):
    titles, more = suggested(Value(words, (), True), reviewed_names())
    assert not more and (title in titles if title else titles == []) and set(titles) <= {measure(name).title for name in measure_names()}


def test_a_value_with_an_outcome_measure_needs_no_other():
    assert suggested(Value(HOME, (HEADLINE,)), REVIEWED) == ([], False)


@pytest.mark.parametrize(("words", "why"), [
    ("  ", "in your own words"), ("x" * (LONGEST + 1), "one short line"), (HOME.upper(), "stands there already")])
def test_a_value_that_cannot_be_added(words, why):
    with pytest.raises(CqiError, match=why):
        own_value(words, (), stated(REVIEWED))


def test_a_value_at_the_edge_can_be_added_and_nothing_in_it_steers_the_page():
    assert own_value("x" * LONGEST, (), []).words == "x" * LONGEST
    assert own_value("Home\u202e  again\n", (HEADLINE,), []) == Value("Home\N{REPLACEMENT CHARACTER} again", (HEADLINE,), ours=True)


def test_what_the_journal_keeps_comes_back():
    values = [Value(HOME, (HEADLINE,)), Value("=Ours", ("placement_stability",), ours=True)]
    assert read_again(kept(values), REVIEWED) == values
    assert read_again(kept([Value("Old", ("gone", HEADLINE))]), REVIEWED) == [Value("Old", (HEADLINE,))]


@pytest.mark.parametrize("details", [{}, {"values": "none"}, {"values": [1, None, {"words": 3, "measures": []}, {"words": " ",
    "measures": []}, {"words": "a", "measures": "b"}]}])
def test_an_entry_that_holds_no_values_gives_none(details):
    assert read_again(details, REVIEWED) == []


# ---- the picture -----------------------------------------------------------------------------------------------------------------

def test_the_map_shows_each_standing_by_shape_and_words():
    block = values_map([Value(HOME, (HEADLINE,)), Value(SEEN, ("worker_visits_each_month",)), Value("Ours", (), True)], REVIEWED)
    figure, lacking, tasks = block.blocks
    points = [layer["mark"] for layer in figure.spec["layer"] if isinstance(layer["mark"], dict) and layer["mark"]["type"] == "point"]
    assert [(mark["shape"], mark["filled"]) for mark in points] == [("circle", True), ("square", False), ("circle",
        False)] and "strokeDash" in points[2]
    assert [[cell.text for cell in row] for row in figure.table.rows] == [
        [HOME, measure(HEADLINE).title, "none", "has an outcome measure"], [SEEN, "none", "Months in care with a visit",
            "has only a compliance count"],
        ["Ours", "none", "none", "has no measure yet"]]
    assert len(lacking.blocks[0].paragraphs) == 2 and len(tasks.blocks[0].paragraphs) == 1


def test_no_two_lines_of_the_map_lie_on_each_other():
    rows = pd.DataFrame([{"title": value.words, "words": measure(name).title,
        "kind": measure(name).type} for value in stated(reviewed_names()) for name in value.measures])
    placed, tall = pictures._placed(rows)
    assert placed["height"].diff().iloc[1:].min() >= pictures.LINE and placed["height"].between(0,
        tall).all() and placed["middle"].between(0, tall).all()


def test_a_map_without_a_value_is_words():
    assert values_map([], REVIEWED).paragraphs == (NONE_HELD,)


# ---- the panel -------------------------------------------------------------------------------------------------------------------

@pytest.fixture
def journal(tmp_path):
    return Journal.opened(tmp_path / "journal.sqlite")


def opened(tmp_path, journal, profile="internal") -> Values:
    folder = drawn_run(tmp_path / profile, {"Cedar": {}}, profile=profile)
    return Values(Published(folder, profile), Chosen(county="Cedar", cohort="2025H2", measure=HEADLINE), journal)


def box(panel: Values, words: str):
    return next(each for each in panel.boxes.children if each.description == words)


def test_the_registrys_values_stand_there_and_those_with_a_measure_are_held(tmp_path, journal):
    panel = opened(tmp_path, journal)
    assert {each.description for each in panel.boxes.children} == {measure(name).value for name in measure_names()}
    assert [value.words for value in panel.held] == [HOME] and "Of 1 value that you hold" in panel.picture.value
    box(panel, SEEN).value = True
    assert "Of 2 values that you hold" in panel.picture.value and "no measure yet" in panel.picture.value


def test_a_value_of_ones_own_is_held_and_escaped(tmp_path, journal):
    panel = opened(tmp_path, journal)
    panel.words.value, panel.speaks.value = "<b>Kin</b> first", (HEADLINE,)
    panel.add.click()
    assert panel.held[-1] == Value("<b>Kin</b> first", (HEADLINE,), ours=True) and panel.words.value == "" and panel.speaks.value == ()
    assert "<b>" not in panel.picture.value and "&lt;b&gt;Kin" in panel.picture.value and "<b>" not in panel.said.value
    panel.words.value = "<b>Kin</b> FIRST"
    panel.add.click()
    assert "stands there already" in panel.said.value and panel.words.value


def test_what_looks_like_a_child_is_asked_about_once(tmp_path, journal):
    panel = opened(tmp_path, journal)
    panel.words.value = "Maria Lopez comes home"
    panel.add.click()
    assert "looks like a name" in panel.said.value and len(panel.held) == 1 and panel.words.value
    panel.add.click()
    assert panel.held[-1].words == "Maria Lopez comes home"


def test_a_map_is_saved_and_loaded_again(tmp_path, journal):
    panel = opened(tmp_path, journal)
    panel.words.value, panel.role.value = "Brothers and sisters together", "Foster parents' council"
    panel.add.click()
    panel.save.click()
    entry, = journal.entries(("values",))
    assert (entry.county, entry.role, entry.kind) == ("Cedar", "Foster parents' council",
        "values") and entry.text.startswith("Of 2 values") and panel.chosen.written == [1]
    again = opened(tmp_path / "again", journal)
    box(again, SEEN).value = True
    again.load.click()
    assert [value.words for value in again.held] == [HOME, "Brothers and sisters together"] and "Loaded: Number 1" in again.kept.value


def test_an_empty_map_is_not_saved(tmp_path, journal):
    panel = opened(tmp_path, journal)
    box(panel, HOME).value = False
    panel.save.click()
    assert NONE_HELD in panel.kept.value and journal.entries() == [] and panel.load.disabled


def test_outside_the_agency_only_cleared_maps_can_be_loaded(tmp_path, journal):
    for cleared in (False, True):
        journal.add(Entry(kind="values", text="a map", role="Council", county="Cedar", cleared=cleared, details=kept([Value(HOME,
            (HEADLINE,))])))
    assert [number for _, number in opened(tmp_path, journal, "release").earlier.options] == [2]
    assert [number for _, number in opened(tmp_path, journal).earlier.options] == [2, 1]


def test_without_a_journal_the_map_can_be_drawn_but_not_saved(tmp_path):
    panel = opened(tmp_path, None)
    assert "Of 1 value" in panel.picture.value and panel.load.disabled


def test_the_map_can_be_kept_as_files(tmp_path, journal):
    panel = opened(tmp_path, journal)
    which, make = panel.whole.children[-1].children[1].children
    assert which.options == ("What we value",)
    make.click()
    links = panel.whole.children[-1].children[-1].value
    assert all(f'download="cedar-july-to-december-2025-what-we-value.{kind}"' in links for kind in ("csv", "svg", "png", "pdf"))
