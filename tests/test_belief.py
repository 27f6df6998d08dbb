"""A belief is registered before it is examined, and the days on which an exposure and an event meet: drawn by hand."""

import math
from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from cqi.belief import (
    Registered, adoption_belief, checked, competing, day_of, decide, landmark, landmark_curves, luck, missed, naive, naive_curves, noticed,
    register, time_dependent,
)
from cqi.belief.cox import intervals
from cqi.vocabulary import CqiError

BELIEF = adoption_belief(points=0.05)
REGISTERED = register(BELIEF, on="2026-06-30")
NEVER = None


def drawn(*rows: tuple) -> pd.DataFrame:
    """Histories from (exposure, event, competing, last), a child a row."""
    table = pd.DataFrame(list(rows), columns=["exposure", "event", "competing", "last"], dtype="Float64")
    return table.assign(child_id=[f"c{place}" for place in range(len(table))])


# ---- registering ------------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("analysis", [naive, naive_curves, landmark, landmark_curves, time_dependent, competing, missed, noticed, decide])
def test_no_analysis_before_the_belief_is_registered(analysis):
    with pytest.raises(CqiError, match="Write the belief down first"):
        analysis(BELIEF, drawn((NEVER, 5, NEVER, 10)))


@pytest.mark.parametrize(("change", "said"), [
    ({"statement": " "}, "'statement' is empty"), ({"exposed": ""}, "'exposed' is empty"), ({"direction": "better"}, "'direction'"),
    ({"points": 0}, "'points'"), ({"points": 1}, "'points'"), ({"points": 5}, "0.05"), ({"points": True}, "'points'"),
    ({"horizon": 0}, "'horizon'"), ({"horizon": 121}, "'horizon'"), ({"horizon": 2.5}, "'horizon'"), ({"at": -1}, "'at'"),
])
def test_what_cannot_be_registered_and_why(change, said):
    with pytest.raises(CqiError, match=said):
        register(replace(BELIEF, **change), on="2026-06-30")


def test_every_problem_of_a_belief_is_said_at_once():
    with pytest.raises(CqiError) as error:
        register(replace(BELIEF, statement="", points=2, horizon=0), on="2026-06-30")
    assert all(name in str(error.value) for name in ("statement", "points", "horizon"))


def test_a_registered_belief_cannot_be_changed_unseen():
    assert REGISTERED.on == date(2026, 6, 30)
    assert register(BELIEF, on="2026-06-30") == REGISTERED
    assert register(replace(BELIEF, points=0.06), on="2026-06-30").digest != REGISTERED.digest
    assert register(BELIEF, on="2026-07-01").digest != REGISTERED.digest
    with pytest.raises(CqiError, match="register the belief anew"):
        Registered(replace(BELIEF, points=0.001), REGISTERED.on, REGISTERED.digest)


# ---- histories --------------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize(("row", "days", "cause"), [
    ((NEVER, 9, NEVER, 10), 9, 0), ((NEVER, 10, NEVER, 10), 10, 0), ((NEVER, 11, NEVER, 10), 10, -1),
    ((NEVER, NEVER, 9, 10), 9, 1), ((NEVER, NEVER, 10, 10), 10, 1), ((NEVER, NEVER, 11, 10), 10, -1),
    ((NEVER, 7, 8, 10), 7, 0), ((NEVER, 7, 7, 10), 7, 0), ((NEVER, 8, 7, 10), 7, 1), ((NEVER, NEVER, NEVER, 10), 10, -1),
])
def test_how_a_story_ends(row, days, cause):
    found = checked(drawn(row)).iloc[0]
    assert (found["days"], found["cause"]) == (days, cause)


@pytest.mark.parametrize(("exposure", "came"), [(6, 6), (7, 7), (8, math.inf), (NEVER, math.inf)])
def test_an_exposure_after_the_story_never_came(exposure, came):
    assert checked(drawn((exposure, 7, NEVER, 10)))["exposed_from"].item() == came


@pytest.mark.parametrize(("table", "said"), [
    (drawn((1, 2, 3, 4)).drop(columns="last"), "no column last"), (drawn((1, 2, 3, NEVER)), "last day observed is missing"),
    (drawn((-1, 2, 3, 4)), "exposure hold days"), (drawn((1, 2.5, 3, 4)), "event hold days"), (drawn(), "no placement"),
])
def test_histories_that_cannot_be_read(table, said):
    with pytest.raises(CqiError, match=said):
        checked(table)


def test_months_as_days():
    assert [day_of(months) for months in (3, 6, 9, 12, 24)] == [91, 183, 274, 365, 730]


# ---- naive ------------------------------------------------------------------------------------------------------------------

def test_naive_sorts_by_what_came_later():
    """Exposed: on day 5 (event 9), on the event's own day, never ended. Not: event before the exposure could come, none."""
    histories = drawn((5, 9, NEVER, 20), (7, 7, NEVER, 20), (5, NEVER, NEVER, 20), (8, 7, NEVER, 20), (NEVER, NEVER, NEVER, 20))
    found = naive(REGISTERED, histories).set_index("group")
    assert found.loc["exposed", ["children", "events", "share"]].tolist() == [3, 2, 2 / 3]
    assert found.loc["unexposed", ["children", "events", "share"]].tolist() == [2, 1, 1 / 2]
    assert found.loc["difference", "share"] == pytest.approx(2 / 3 - 1 / 2)


def test_naive_of_survivors_keeps_only_rows_in_which_the_day_came():
    histories = drawn((5, 9, NEVER, 20), (NEVER, 6, NEVER, 20), (NEVER, NEVER, NEVER, 20)).assign(finalized=[8.0, None, 7.0])
    assert naive(REGISTERED, histories, only="finalized")["children"].tolist() == [1, 1, 2]
    with pytest.raises(CqiError, match="No column of days 'adopted'"):
        naive(REGISTERED, histories, only="adopted")


def test_the_naive_curve_of_the_exposed_lies_at_nothing_until_the_exposure_comes():
    histories = drawn(*[(274, day, NEVER, 800) for day in (100, 200, 300, 400)], *[(NEVER, day, NEVER, 800) for day in (50, 150)])
    found = naive_curves(REGISTERED, histories).pivot(index="at", columns="group", values="share")
    assert found.loc[9].to_dict() == {"exposed": 0, "unexposed": 1}
    assert found.loc[10, "exposed"] == 0.5


# ---- landmark ---------------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize(("end", "counted"), [(273, 0), (274, 0), (275, 1)])
@pytest.mark.parametrize("how", ["event", "competing", "last"])
def test_intact_means_that_the_story_goes_on_after_the_day(end, counted, how):
    days = {"event": (274, end, NEVER, 2000), "competing": (274, NEVER, end, 2000), "last": (274, NEVER, NEVER, end)}[how]
    assert landmark(REGISTERED, drawn(days, (NEVER, NEVER, NEVER, 2000)), at=(9,))["intact"].item() == 1 + counted


@pytest.mark.parametrize(("exposure", "exposed"), [(273, 1), (274, 1), (275, 0)])
def test_exposed_by_the_landmark(exposure, exposed):
    found = landmark(REGISTERED, drawn((exposure, NEVER, NEVER, 2000), (NEVER, NEVER, NEVER, 2000)), at=(9,))
    assert found["exposed_children"].item() == exposed


@pytest.mark.parametrize(("event", "share"), [(274 + 729, 1), (274 + 730, 1), (274 + 731, 0)])
def test_the_last_day_of_the_horizon_counts(event, share):
    found = landmark(REGISTERED, drawn((274, event, NEVER, 2000), (NEVER, NEVER, NEVER, 2000)), at=(9,)).iloc[0]
    assert (found["exposed_share"], found["exposed_events"]) == (share, share)


def test_landmark_by_hand_with_other_ends_competing():
    """Exposed, days since month nine: event 10, other end 20, event 30, followed. F = 1/4 + 1/4. Unexposed: event 40, two followed: 1/3."""
    histories = drawn((274, 284, NEVER, 2000), (274, NEVER, 294, 2000), (274, 304, NEVER, 2000), (274, NEVER, NEVER, 2000),
                      (NEVER, 314, NEVER, 2000), (NEVER, NEVER, NEVER, 2000), (NEVER, NEVER, NEVER, 2000))
    found = landmark(REGISTERED, histories, at=(9,)).iloc[0]
    assert found[["exposed_share", "unexposed_share", "difference", "ratio"]].tolist() == pytest.approx([1 / 2, 1 / 3, 1 / 6, 3 / 2])
    assert found["difference_lower"] < 0 < found["difference_upper"] and found["status"] == "shown"
    both = competing(REGISTERED, histories)
    assert both["kaplan_meier"].tolist() == pytest.approx([1 - 3 / 4 * 1 / 2, 1 / 3])
    assert both["ended_otherwise"].tolist() == [1, 0]


def test_unequal_follow_up_is_no_difference():
    """Two groups with the same risk; the exposed are followed half as long, so fewer of their events are seen so far."""
    events = [300, 400, 500, 600, 900, 950]
    long = [(NEVER, day, NEVER, 2000) for day in events] + [(NEVER, NEVER, NEVER, 2000)] * 6
    short = [(200, day, NEVER, 700) for day in events] + [(200, NEVER, NEVER, 700)] * 6
    short_horizon = register(replace(BELIEF, horizon=12), on="2026-06-30")
    assert naive(REGISTERED, drawn(*long, *short))["share"].tolist() == pytest.approx([4 / 12, 6 / 12, -2 / 12])
    assert landmark(short_horizon, drawn(*long, *short), at=(9,))["difference"].item() == pytest.approx(0)


def test_statuses_of_landmarks_that_cannot_be_compared():
    nobody = landmark(REGISTERED, drawn((274, NEVER, NEVER, 2000), (274, NEVER, NEVER, 2000)))
    assert nobody["status"].tolist() == ["nobody to compare"] * 4 and nobody["difference"].isna().all()
    young = landmark(REGISTERED, drawn((274, NEVER, NEVER, 900), (NEVER, NEVER, NEVER, 2000)), at=(9,))
    assert young["status"].item() == "not yet mature"


def test_like_with_like_takes_away_a_difference_that_is_only_of_kinds():
    """Risk 1/2 among the older and 0 among the younger, on either path; but the older mostly wait."""
    older = [(274, 300, NEVER, 2000), (274, NEVER, NEVER, 2000)] * 6 + [(NEVER, 300, NEVER, 2000), (NEVER, NEVER, NEVER, 2000)]
    younger = [(274, NEVER, NEVER, 2000)] * 2 + [(NEVER, NEVER, NEVER, 2000)] * 12
    histories = drawn(*older, *younger).assign(older=["yes"] * 14 + ["no"] * 14)
    crude, like = (landmark(REGISTERED, histories, at=(9,), by=by).iloc[0] for by in ((), ("older",)))
    assert crude["difference"] == pytest.approx(6 / 14 - 1 / 14)
    assert like[["exposed_share", "unexposed_share"]].tolist() == pytest.approx([1 / 4, 1 / 4])
    alone = histories.assign(older=["yes"] * 14 + ["no"] * 2 + ["other"] * 12)
    assert landmark(REGISTERED, alone, at=(9,), by=("older",))["left_out"].item() == 14
    with pytest.raises(CqiError, match="Did you mean 'older'"):
        landmark(REGISTERED, histories, at=(9,), by=("oldr",))


def test_landmark_curves_begin_at_nothing_and_end_at_the_risk():
    histories = drawn((274, 284, NEVER, 2000), (274, NEVER, NEVER, 2000), (NEVER, 400, NEVER, 2000))
    found = landmark_curves(REGISTERED, histories).pivot(index="at", columns="group", values="share")
    assert found.loc[0].tolist() == [0, 0] and found.loc[24].tolist() == [0.5, 1]


# ---- time-dependent ---------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize(("event", "exposed_events", "exposed_days"), [(99, 0, 0), (100, 0, 0), (101, 1, 1)])
def test_an_event_on_the_day_of_the_exposure_belongs_to_the_time_before_it(event, exposed_events, exposed_days):
    rows = intervals(checked(drawn((100, event, NEVER, 500))), (), first=0, last=1000)
    after = rows.loc[rows["exposed"] == 1]
    assert (int(after["event"].sum()), (after["stop"] - after["start"]).sum()) == (exposed_events, exposed_days)
    assert rows["event"].sum() == 1


def test_intervals_of_one_history_are_its_days():
    rows = intervals(checked(drawn((100, NEVER, NEVER, 500))), (), first=0, last=300)
    assert rows[["exposed", "start", "stop"]].to_numpy().tolist() == [[0, 0, 100], [1, 100, 300]]
    late = intervals(checked(drawn((100, 400, NEVER, 500))), (), first=200, last=300)
    assert late[["exposed", "start", "stop", "event"]].to_numpy().tolist() == [[1, 200, 300, False]]


def test_hazard_ratio_by_hand():
    """Two events. Day 10: one exposed and one not at risk besides the one leaving (unexposed): 1 / (2 + r). Day 20: exposed leaves, one
    not exposed stays: r / (1 + r). The score 1 - r / (2 + r) - r / (1 + r) is 0 at r = sqrt(2)."""
    found = time_dependent(REGISTERED, drawn((NEVER, 10, NEVER, 30), (5, 20, NEVER, 30), (NEVER, NEVER, NEVER, 30)))
    assert found.ratio == pytest.approx(math.sqrt(2))
    assert (found.exposed_events, found.unexposed_events) == (1, 1)
    assert found.exposed_years == pytest.approx(15 / 365.25)


@pytest.mark.parametrize(("rows", "status", "ratio"), [
    ([(5, 10, NEVER, 30), (NEVER, NEVER, NEVER, 30)], "one side only", math.inf),
    ([(5, NEVER, NEVER, 30), (NEVER, 10, NEVER, 30)], "one side only", 0),
    ([(5, NEVER, NEVER, 30), (NEVER, NEVER, NEVER, 30)], "no estimate", math.nan),
    ([(NEVER, 10, NEVER, 30), (NEVER, NEVER, NEVER, 30)], "no estimate", math.nan),
])
def test_where_no_hazard_ratio_can_be_had(rows, status, ratio):
    found = time_dependent(REGISTERED, drawn(*rows))
    assert found.status == status and found.ratio == pytest.approx(ratio, nan_ok=True)
    if status == "one side only":
        assert (found.lower, found.upper) == (0, math.inf)


def test_a_child_told_twice_is_no_more_evidence():
    rng = np.random.default_rng(3)
    once = drawn(*[(float(rng.integers(1, 300)), float(rng.integers(1, 900)), NEVER, 600.0) for _ in range(80)])
    one, two = (time_dependent(REGISTERED, pd.concat([once] * times)) for times in (1, 2))
    assert two.model_error < 0.75 * one.model_error and two.error == pytest.approx(one.error, rel=0.03)


days = some.integers(1, 40)
stories = some.lists(some.tuples(some.none() | days, some.none() | days, some.none() | days, days), min_size=8, max_size=40)


@settings(max_examples=60, deadline=None)
@given(stories)
def test_the_order_of_rows_and_a_later_last_day_of_an_ended_story_change_nothing(rows):
    histories = drawn(*rows)
    ended = histories.assign(last=histories["last"].mask(checked(histories)["cause"] >= 0, 500))
    turned = time_dependent(REGISTERED, ended.iloc[::-1].reset_index(drop=True))
    same = time_dependent(REGISTERED, histories)
    assert same.status == turned.status
    assert same.ratio == pytest.approx(turned.ratio, rel=1e-9, nan_ok=True)
    assert same.exposed_years == turned.exposed_years


# ---- what cannot be known ---------------------------------------------------------------------------------------------------

def test_events_missed_after_the_link_is_lost_count_again():
    """Exposed: 4 intact, one event before the link is lost, one after. Half unseen: 1/4 + 2 x 1/4. Unexposed: one of 2, after: 2 x 1/2, all."""
    histories = drawn((274, 300, NEVER, 2000), (274, 500, NEVER, 2000), (274, NEVER, NEVER, 2000), (274, NEVER, NEVER, 2000),
                      (NEVER, 500, NEVER, 2000), (NEVER, NEVER, NEVER, 2000)).assign(unseen_from=[400.0, 400, 400, None, 200, 200])
    found = missed(REGISTERED, histories, shares=(0, 0.5)).set_index("missed")
    assert found["exposed_share"].tolist() == pytest.approx([1 / 2, 3 / 4])
    assert found["unexposed_share"].tolist() == pytest.approx([1 / 2, 1])
    with pytest.raises(CqiError, match="below 1"):
        missed(REGISTERED, histories, shares=(1.0,))
    with pytest.raises(CqiError, match="no column unseen_from"):
        missed(REGISTERED, drawn((1, 2, 3, 4)))


@pytest.mark.parametrize(("event", "share"), [(399, 1 / 2), (400, 1 / 2), (401, 1)])
def test_an_event_on_the_day_the_link_is_lost_is_seen(event, share):
    histories = drawn((274, event, NEVER, 2000), (274, NEVER, NEVER, 2000), (NEVER, NEVER, NEVER, 2000)).assign(unseen_from=400.0)
    assert missed(REGISTERED, histories, shares=(0.5,))["exposed_share"].item() == pytest.approx(share)


def test_luck_alone_in_a_unit_of_twenty():
    """domain figures: at a true 10%, none of 20 in 12% of years and four or more in 13%."""
    found = luck(20, 0.10).set_index("events")["chance"]
    assert found.sum() == pytest.approx(1)
    assert found[0] == pytest.approx(0.9**20) and round(found[0], 2) == 0.12 and round(found[4:].sum(), 2) == 0.13


def test_what_the_data_could_notice():
    """Risk 1/2 in both groups of 50: (1.96 + 0.84) x sqrt(1/2 x 1/2 x 2/50)."""
    half = [(274, 300, NEVER, 2000), (274, NEVER, NEVER, 2000), (NEVER, 300, NEVER, 2000), (NEVER, NEVER, NEVER, 2000)] * 25
    found = noticed(REGISTERED, drawn(*half))
    assert (found.exposed, found.unexposed, found.share) == (50, 50, pytest.approx(0.5))
    assert found.difference == pytest.approx((1.959964 + 0.841621) * math.sqrt(0.25 * 2 / 50), rel=1e-6)


# ---- deciding ---------------------------------------------------------------------------------------------------------------

def finding(difference: float, lower: float, upper: float) -> pd.DataFrame:
    return pd.DataFrame([{"at": 9, "difference": difference, "difference_lower": lower, "difference_upper": upper, "status": "shown"}])


@pytest.mark.parametrize(("lower", "upper", "verdict"), [
    (-0.12, -0.0500001, "supports"), (-0.12, -0.05, "supports"), (-0.12, -0.04, "cannot tell"), (-0.08, 0.02, "cannot tell"),
    (-0.05, 0.02, "cannot tell"), (-0.0499, 0.02, "speaks against"), (0.01, 0.08, "speaks against"), (math.nan, math.nan, "cannot tell"),
])
def test_the_verdict_holds_the_interval_against_the_number_named_before(lower, upper, verdict):
    assert decide(REGISTERED, finding((lower + upper) / 2, lower, upper)).verdict == verdict
    other_way = register(replace(BELIEF, direction="higher"), on="2026-06-30")
    assert decide(other_way, finding((-lower - upper) / 2, -upper, -lower)).verdict == verdict


def test_a_verdict_needs_the_month_that_was_registered():
    with pytest.raises(CqiError, match="no row for month 9"):
        decide(REGISTERED, finding(0, 0, 0).assign(at=12))
