"""Made-up placements whose truth is known: what each switch does to the file, and which way it pulls."""

import numpy as np
import pandas as pd
import pytest

from cqi.belief import TRAPS, adoption_belief, landmark, missed, naive, register, synthetic, time_dependent, waited
from cqi.belief.synthetic import rates, truth
from cqi.learning.belief_switches import BETTER, CRUDE, KM, LESS, LIKE_ROW, PACE, SWITCHES, measured
from cqi.vocabulary import CqiError

REGISTERED = register(adoption_belief(points=0.05), on="2026-06-30")
LIKE = ("older", "kin")
EVERY = [{}, *({name: name != "immortal_time"} for name in TRAPS)]


def at_nine(placements: pd.DataFrame, by=LIKE) -> pd.Series:
    return landmark(REGISTERED, waited(placements), at=(9,), by=by).iloc[0]


@pytest.mark.parametrize("switched", EVERY, ids=lambda switched: next(iter(switched), "none"))
def test_a_path_holds_together_whatever_is_switched(switched):
    found, _ = synthetic(5, **switched)
    ends = found[["finalized", "disrupted", "other"]]
    assert ends.notna().sum(axis=1).max() == 1
    assert (found["dissolved"].isna() | (found["dissolved"] > found["finalized"])).all()
    assert all((found[name].isna() | ((found[name] > 0) & (found[name] <= found["last"]))).all() for name in (*ends, "dissolved"))
    again, _ = synthetic(5, **switched)
    pd.testing.assert_frame_equal(found, again)
    assert not found.drop(columns="unit").equals(synthetic(6, **switched)[0].drop(columns="unit"))


def test_switches_and_their_words_are_the_same():
    assert {switch.keyword for switch in SWITCHES.values()} | {"immortal_time"} == set(TRAPS) and len(TRAPS) == 9
    with pytest.raises(CqiError, match="hazard ratio"):
        synthetic(1, effect=0)


@pytest.mark.parametrize("effect", [0.5, 1.0, 1.5])
@pytest.mark.parametrize("competing_exits", [False, True])
def test_the_truth_worked_out_is_that_of_many_placements(effect, competing_exits):
    found, told = synthetic(1, placements=100_000, effect=effect, competing_exits=competing_exits)
    row = at_nine(found)
    assert row["difference"] == pytest.approx(told.difference, abs=0.005)
    assert np.log(time_dependent(REGISTERED, waited(found), by=LIKE, from_month=9).ratio) == pytest.approx(np.log(effect), abs=0.08)


def test_without_an_effect_only_other_ends_make_a_little_difference():
    assert abs(truth(1.0).difference) < 0.001 < abs(truth(1.0, competing_exits=True).difference)
    assert truth(0.5).difference < -0.04 and truth(1.5).difference > 0.02


def test_about_one_in_ten_disrupts_as_published():
    found, _ = synthetic(2, placements=50_000)
    assert 0.07 < found["disrupted"].notna().mean() < 0.12
    assert 0.75 < found["finalized"].notna().mean() < 0.95


def test_what_a_switch_does_to_the_file():
    whole = synthetic(3)[0]
    assert synthetic(3, only_finalized=True)[0]["finalized"].notna().all() and whole["disrupted"].notna().any()
    assert len(synthetic(3, small=True)[0]) == rates()["small"]
    assert not synthetic(3, immortal_time=False)[0]["disrupted"].lt(274).any()
    seen, lost = (int(found["dissolved"].notna().sum()) for found in (whole, synthetic(3, lost_linkage=True)[0]))
    assert lost < 0.6 * seen
    on_a_day = synthetic(3, point_in_time=True)[0]
    ends = on_a_day[["finalized", "disrupted", "other"]].min(axis=1)
    assert (ends.isna() | (ends > 2 * 365 - on_a_day["began"])).all() and len(on_a_day) < len(whole) / 2
    assert synthetic(3, worst_units=True)[0]["unit"].nunique() == rates()["units_kept"]
    assert synthetic(3, unequal_follow_up=True)[0]["last"].max() <= 3 * 365 < whole["last"].min() + 365


@pytest.mark.parametrize("name", [name for name, switch in SWITCHES.items() if switch.pull != LESS])
def test_each_switch_pulls_as_the_lesson_says(name):
    """Mean over two states of 20,000 placements in which waiting does nothing, in the row that the lesson points at."""
    switch = SWITCHES[name]

    def pulled(on: bool) -> float:
        values = [measured(switch.keyword, on, seed)[switch.seen_in] for seed in range(2)]
        value = float(np.mean([each[0] if isinstance(each, tuple) else each for each in values]))
        return -np.log(value) if switch.seen_in == PACE else value  # a lower pace after an early adoption: waiting looks worse

    base = pulled(False) if switch.keyword != "competing_exits" else float(np.mean([measured(switch.keyword, True, seed)[LIKE_ROW][0] for seed in range(2)]))
    step = pulled(True) - base
    assert (step < -0.004) if switch.pull == BETTER else (step > 0.004)


def test_switches_without_a_pull_make_less_known():
    for name in ("one day", "one unit"):
        off, on = (measured(SWITCHES[name].keyword, side)[CRUDE] for side in (False, True))
        assert on[2] - on[1] > 1.5 * (off[2] - off[1])


def test_the_naive_chart_likes_waiting_whatever_waiting_does():
    for effect in (0.6, 1.0, 1.5):
        found = naive(REGISTERED, waited(synthetic(4, placements=8_000, effect=effect)[0]))
        assert found["upper"].iloc[-1] < 0


def test_without_early_breaks_there_is_no_immortal_time():
    found = naive(REGISTERED, waited(synthetic(4, placements=20_000, immortal_time=False)[0]))
    assert abs(found["share"].iloc[-1]) < 0.02


def test_a_bound_on_lost_breaks_covers_what_was_lost():
    seen, told = synthetic(9, placements=40_000, effect=0.7, lost_linkage=True)
    row = missed(REGISTERED, waited(seen), shares=(rates()["unlinked"],)).iloc[0]
    assert row["lower"] < told.difference < row["upper"]
    assert at_nine(seen)["difference_lower"] > told.difference


def test_kaplan_meier_is_never_the_smaller():
    assert measured("competing_exits", True)[KM] > measured("competing_exits", True)[CRUDE][0]
