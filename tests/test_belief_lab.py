"""Lesson 6: the lab's pictures and words, a trainer's own data from files to decision, and what stays hidden."""

import json
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from cqi.belief import Decision, Noticed, Waiting, adoption_belief, answerable, paths, register, synthetic
from cqi.blocks import Block, Figure
from cqi.learning import belief_lab, belief_switches, classroom
from cqi.learning.classroom import Room
from cqi.learning.exercise import commit, exercise, exercise_names, expected
from cqi.sources import load
from cqi.vocabulary import CqiError
from cqi.wording import belief as say
from running import DATA

AS_OF = date(2026, 6, 30)
NAMES = [name for name in exercise_names() if name.startswith("switch: ") or name in (
    "what the chart shows", "waited and gone by month five", "toy: broke up without waiting", "toy: together at month nine", "toy: early and broke up later",
    "what a landmark cannot say")]


@pytest.fixture(scope="module")
def room():
    return classroom(DATA)


@pytest.fixture(scope="module")
def lab(room):
    return belief_lab.lab(room, points=3)


def words_of(block: Block) -> str:
    return json.dumps(block.content(), ensure_ascii=False)


# ---- the made-up worlds -------------------------------------------------------------------------------------------------------

def test_every_picture_of_the_lab_has_words_and_numbers(lab, room):
    for made in (belief_lab.naive_chart(lab), belief_lab.what_was_wrong(lab), belief_lab.landmark_chart(lab), belief_lab.like_with_like(lab),
                 belief_lab.luck_of_a_unit(), belief_lab.revealed(lab)):
        assert isinstance(made, Figure) and made.finding and made.table.rows
        assert "nan" not in words_of(made)


def test_the_worlds_differ_and_the_naive_chart_likes_waiting_in_all(room):
    """A promise of the lesson's last table."""
    labs = [belief_lab.lab(room, world=world) for world in "ABC"]
    truths = [each.truth.difference for each in labs]
    assert sorted(np.sign(np.round(truths, 2))) == [-1, 0, 1]
    for each in labs:
        rows = belief_lab._three(each).set_index("name")
        assert rows["upper"].iloc[0] < 0
        assert rows["lower"].iloc[2] <= each.truth.difference <= rows["upper"].iloc[2]


def test_the_truth_is_not_told_before_it_is_asked_for(lab):
    assert "truth" not in repr(lab) and "effect" not in repr(lab)


@pytest.mark.parametrize(("points", "named"), [(..., 0.05), (3, 0.03), (0.5, 0.005), ("...", 0.05), ("3 points", 0.03)])
def test_points_are_what_the_learner_wrote(room, points, named):
    assert belief_lab.lab(room, points=points).registered.belief.points == pytest.approx(named)


@pytest.mark.parametrize("points", [0, -3, 100, "three", True, [3]])
def test_points_that_are_none_are_met_kindly(room, points):
    found = belief_lab.lab(room, points=points)
    assert found.registered.belief.points == 0.05 and "so 5 stand in" in words_of(belief_lab.registered(found))


@pytest.mark.parametrize(("world", "chosen", "said"), [(..., "A", False), ("b", "B", False), (" C. ", "C", False), ("D", "A", True), (2, "A", True)])
def test_a_world_that_is_not_there_is_met_kindly(room, world, chosen, said):
    """The participants' copy waits with three dots: whoever chooses none gets the first."""
    found = belief_lab.lab(room, world=world)
    assert found.world == chosen and ("There is no such world" in words_of(belief_lab.registered(found))) is said


def test_eight_families_by_hand():
    found = belief_lab.toy_landmark()
    assert [found[name] for name in ("intact", "exposed_children", "exposed_events", "unexposed_children", "unexposed_events")] == [6, 3, 1, 3, 1]
    assert found["difference"] == 0


@pytest.mark.parametrize("name", list(belief_switches.SWITCHES))
def test_a_switch_shows_the_row_it_speaks_of(name):
    told = words_of(belief_switches.switch(name))
    found = belief_switches.SWITCHES[name]
    assert found.seen_in in told and found.title in told and found.cure in told


def test_an_unknown_switch():
    with pytest.raises(CqiError, match="Did you mean 'one unit'"):
        belief_switches.switch("one units")


@pytest.mark.parametrize("name", NAMES)
def test_wrong_answers_are_met_kindly(room, name):
    asked = expected(name, room)
    for answer in (..., "no idea", 77, "a", "b", "c", *(mistake.answer for mistake in asked.mistakes)):
        told = words_of(exercise(name, answer)) + words_of(commit(name, answer))
        assert "wrong" not in told.lower() and "error" not in told.lower()
    assert "Yes" in words_of(exercise(name, asked.value))


# ---- own data -----------------------------------------------------------------------------------------------------------------

def write(folder, placements: pd.DataFrame) -> None:
    """The placements as the plain tables of an agency whose numbers last across an adoption."""
    stays, homes = [], []
    for row in placements.itertuples(index=False):
        start = AS_OF - timedelta(days=int(row.last))
        days = {name: None if np.isnan(getattr(row, name)) else start + timedelta(days=int(getattr(row, name))) for name in ("finalized", "disrupted", "dissolved", "other")}
        left, reason = (days["finalized"], "adoption") if days["finalized"] else (days["other"], "guardianship") if days["other"] else (None, "")
        birth = start - timedelta(days=3_000 if row.older == "6 and older" else 1_000)
        stays.append((row.child_id, f"S{row.child_id}", "Alder", birth, start, left, reason))
        homes.append((f"S{row.child_id}", "pre-adoptive home", start, days["disrupted"] or left))
        homes += [(f"S{row.child_id}", "foster family", days["disrupted"], None)] if days["disrupted"] else []
        stays += [(row.child_id, f"T{row.child_id}", "Alder", birth, days["dissolved"], None, "")] if days["dissolved"] else []
    pd.DataFrame(stays, columns=["child_id", "episode_id", "county", "birth_date", "entry_date", "exit_date", "exit_reason"]).to_csv(folder / "episodes.csv", index=False)
    pd.DataFrame(homes, columns=["episode_id", "setting", "start_date", "end_date"]).to_csv(folder / "placements.csv", index=False)


@pytest.fixture(scope="module")
def agency(tmp_path_factory):
    """1,500 made-up placements as files, and as they were made."""
    folder, (placements, _) = tmp_path_factory.mktemp("agency"), synthetic(11, placements=1_500)
    write(folder, placements)
    return load(folder), placements


def own_room(extract) -> Room:
    return Room("own", extract, AS_OF, "Alder", False, "in your own data")


def test_files_tell_the_paths_that_they_were_made_of(agency):
    extract, made = agency
    found = paths(extract, as_of=AS_OF).set_index("child_id").sort_index()
    made = made.set_index("child_id").sort_index()
    for name in ("finalized", "disrupted", "dissolved", "other", "last"):
        pd.testing.assert_series_equal(found[name], made[name].astype(float), check_index_type=False)
    assert (found["age"] == np.where(made["older"] == "6 and older", "6 to 10", "1 to 5")).all()


def test_own_data_are_analysed_where_they_allow_it(agency):
    told = words_of(belief_lab.own_data(own_room(agency[0]), points=3))
    assert "1,500 children placed in a pre-adoptive home" in told and "would notice a true difference" in told and "This does not show a cause" in told


def test_small_numbers_of_own_data_are_not_shown(agency):
    extract, made = agency
    few = made.loc[made["dissolved"].notna() | made["disrupted"].notna(), "child_id"].iloc[:25]
    some = pd.concat([few, made.loc[made["finalized"].notna(), "child_id"].iloc[:40]])
    part = Room("own", load_part(extract, set(some)), AS_OF, "Alder", False, "in your own data")
    told = words_of(belief_lab.own_data(part))
    assert "hidden to protect privacy" in told and "month 9" not in told


def load_part(extract, children: set):
    """The extract of some children only."""
    from dataclasses import replace

    episodes = extract.episodes.loc[extract.episodes["child_id"].isin(children)]
    return replace(extract, episodes=episodes, placements=extract.placements.loc[extract.placements["episode_id"].isin(episodes["episode_id"])])


def test_the_sample_state_keeps_no_number_across_an_adoption(room):
    found = paths(room.extract, as_of=room.as_of)
    assert len(found) > 2_000 and found["child_id"].is_unique and found[["finalized", "disrupted", "other"]].notna().sum(axis=1).max() == 1
    with pytest.raises(CqiError, match="under the same number"):
        answerable(found)
    assert "cannot be answered" in words_of(belief_lab.own_data(room))


# ---- words --------------------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize(("value", "told"), [(0.05, "5 percentage points"), (-0.0532, "5.3 percentage points"), (0.01, "1 percentage point"), (0.005, "0.5 percentage points")])
def test_points_in_words(value, told):
    assert say.points(value) == told


@pytest.mark.parametrize(("value", "told"), [(0.0004, "0.0"), (-0.0004, "0.0"), (0.021, "+2.1"), (-0.003, "-0.3")])
def test_points_with_a_sign(value, told):
    assert say.signed(value) == told


def test_decisions_never_say_proved():
    registered = register(adoption_belief(points=0.03), on=AS_OF)
    for verdict, words in (("supports", "support the belief"), ("speaks against", "speak against"), ("cannot tell", "cannot tell")):
        told = " ".join(say.decision_text(Decision(verdict, 0.04, 0.03, 0.05, 0.03, "shown"), registered).paragraphs)
        assert words in told and "does not show a cause" in told and "prove" not in told
    young = say.decision_text(Decision("cannot tell", np.nan, np.nan, np.nan, 0.03, "not yet mature"), registered)
    assert "not yet mature" in young.paragraphs[0] and "nan" not in " ".join(young.paragraphs)


def test_words_where_there_is_nothing_to_say():
    assert "no difference could be noticed" in say.noticed_text(Noticed(0, 5, np.nan, np.nan)).paragraphs[0]
    assert say.waiting_text(Waiting(0, 0, 0, 0, 0, 0), 9).paragraphs[0] == "No child waited longer than 9 months."


def test_evidence_is_cited_and_open():
    found = say.evidence()
    assert len(found["study"]) >= 5 and all(study[name].strip() for study in found["study"] for name in ("who", "where", "says", "but", "citation"))
    assert {study["reads"] for study in found["study"]} == {"for", "against", "context"} and not any(study["isolates_waiting"] for study in found["study"])
