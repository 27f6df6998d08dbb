"""The course, the looks, the projection and the pools as released: true or hidden, and no small number by subtraction."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given as given_by
from hypothesis import settings
from hypothesis import strategies as st
from test_disclosure_release import HEADLINE, released, rows

from cqi.course.monitors import MONITORS
from cqi.disclosure import paths
from cqi.disclosure.course import RATIOS, course_without_few_left, rounded_course, tells_who_is_left
from cqi.disclosure.paths import protected_looks, protected_projection
from cqi.vocabulary import WHOLE

AS_OF = pd.Timestamp("2026-06-30")
DAYS = pd.date_range("2025-07-31", AS_OF, freq="ME")
NOT_HELD = pd.DataFrame({"county": pd.Series(dtype="str"), "numerator": pd.Series(dtype="float64")})
STEADY = settings(deadline=None, derandomize=True, database=None)


def small(counts) -> bool:
    return bool(np.any((np.abs(counts) >= 1) & (np.abs(counts) <= 10)))


# Looks: counts since the period began, at each month's end

def looks_of(own: dict[str, list], others: dict[str, list], as_of: pd.Timestamp = AS_OF) -> pd.DataFrame:
    """Looks of counties whose own count grew by `own` and that of other periods by `others`, month by month."""
    parts = []
    for county, steps in own.items():
        cohort = np.cumsum(steps).astype(float)
        every = cohort + np.cumsum(others[county])
        parts += [pd.DataFrame({"county": county, "day": DAYS[:len(cohort)], "monitor": name, "observed": count, "expected": count + 1.234})
                  for name, count in zip(MONITORS, (cohort, every, every))]
    rows = pd.concat(parts, ignore_index=True)
    return rows.assign(measure="m", cohort="2025H2", as_of=as_of, worse=0.567, better=-0.567, limit_worse=2.0, limit_better=3.0, alarm="")


def course_of(looks: pd.DataFrame, status: str = "shown") -> pd.DataFrame:
    own = looks.loc[looks["monitor"] == "cohort"]
    return own.groupby("county", as_index=False)["observed"].last().assign(status=status)


def given(**counts: list) -> pd.DataFrame:
    """Rows of other tables that give these counts of a county's period."""
    pairs = [(county, count) for county, found in counts.items() for count in found]
    return pd.DataFrame(pairs, columns=["county", "numerator"]).assign(cohort="2025H2", denominator=np.nan)


def of_today(looks: pd.DataFrame) -> pd.DataFrame:
    course = course_of(looks)
    return given(**{row.county: [row.observed] for row in course.itertuples()})


MONTHLY = st.lists(st.sampled_from((0, 0, 1, 4, 9, 11, 14, 30)), min_size=12, max_size=12)


@settings(STEADY, max_examples=150)
@given_by(MONTHLY, MONTHLY, st.lists(st.integers(0, 120), max_size=4))
def test_no_look_is_a_small_step_from_another_count(own, others, elsewhere):
    """Other tables give today's count, those within months in care, that of half a year before, and the children."""
    truth = looks_of({"Alder": own}, {"Alder": others})
    today = sum(own)
    rows = given(Alder=[today, *elsewhere]).assign(denominator=150.0)
    found = protected_looks(truth, course_of(truth), rows, NOT_HELD, "release")
    true, kept = (rows.pivot(index="day", columns="monitor", values="observed") for rows in (truth, found.merge(truth[["day", "monitor"]])))
    if found.empty:
        return
    days = kept.index
    assert np.array_equal(kept["cohort"], true.loc[days, "cohort"])
    counted = true.loc[days].assign(others=true["calendar"] - true["cohort"])
    for name in ("cohort", "calendar", "others"):
        assert not small(np.diff(counted[name], prepend=0))
    assert not any(small(kept["cohort"].to_numpy() - count) for count in (today, *elsewhere, 150))


def test_a_look_before_today_by_a_small_step_is_left_out():
    truth = looks_of({"Alder": [0, 0, 12, 0, 0, 0, 0, 0, 15, 0, 0, 7]}, {"Alder": [0] * 12})
    found = protected_looks(truth, course_of(truth), of_today(truth), NOT_HELD, "release")
    assert sorted(set(found["day"].dt.month)) == [1, 2, 6, 7, 8, 9, 10, 11, 12]  # 27 from March to May is 7 less than today's 34
    assert found.loc[found["monitor"] == "cohort", "observed"].tolist() == [0, 0, 12, 12, 12, 12, 12, 12, 34]


@pytest.mark.parametrize(("count", "told"), [(1, True), (2, False), (12, False), (22, False), (23, True)])
def test_a_look_near_a_count_that_was_held_back_is_left_out(count, told):
    """12 by the look would tell a count of that day that the release of then kept back, or nearly."""
    truth = looks_of({"Alder": [0, 0, 12, 0, 0, 0, 0, 0, 0, 0, 0, 30]}, {"Alder": [0] * 12})
    held = pd.DataFrame({"county": ["Alder", "Birch", "Alder"], "numerator": [count, 12, float("nan")]})
    found = protected_looks(truth, course_of(truth), given(Alder=[42, 42]), held, "release")
    assert (12 in found["observed"].tolist()) == told


@pytest.mark.parametrize(("count", "told"), [(1, True), (2, False), (11, False), (12, True), (13, False), (22, False), (23, True)])
def test_a_look_near_a_count_of_another_table_is_left_out(count, told):
    """12 by the look: 2 to 11 or 13 to 22 elsewhere would tell 1 to 10 children."""
    truth = looks_of({"Alder": [0, 0, 12, 0, 0, 0, 0, 0, 0, 0, 0, 30]}, {"Alder": [0] * 12})
    found = protected_looks(truth, course_of(truth), given(Alder=[42, count]), NOT_HELD, "release")
    assert (12 in found["observed"].tolist()) == told


def test_counts_of_another_county_or_period_leave_no_look_out():
    truth = looks_of({"Alder": [0, 0, 12, *[0] * 8, 30]}, {"Alder": [0] * 12})
    for elsewhere in (given(Birch=[13]), given(Alder=[13]).assign(cohort="2026H1")):
        assert 12 in protected_looks(truth, course_of(truth), pd.concat([of_today(truth), elsewhere]), NOT_HELD, "release")["observed"].tolist()


def test_the_counts_of_the_monitors_in_calendar_time_are_not_told():
    """Less those of this period, they are the exits of other periods, whose own tables may hide them."""
    truth = looks_of({"Alder": [20] * 12}, {"Alder": [30] * 12})
    found = protected_looks(truth, course_of(truth), of_today(truth), NOT_HELD, "release").set_index("monitor")
    assert found.loc["cohort", ["observed", "expected", "worse"]].notna().all(axis=None) and len(found) == 36
    assert found.loc["calendar", ["observed", "expected"]].isna().all(axis=None) and found.loc["calendar", "worse"].eq(0.57).all()
    assert found.loc[MONITORS[2], paths.LOOK_NUMBERS].isna().all(axis=None) and found["alarm"].eq("").all()


def test_hidden_counties_and_the_whole_file_have_no_looks():
    truth = looks_of({"Alder": [20] * 12, "Birch": [20] * 12, WHOLE: [40] * 12}, dict.fromkeys(("Alder", "Birch", WHOLE), [0] * 12))
    course, elsewhere = course_of(truth), given(Alder=[240], Birch=[240])
    course.loc[course["county"] == "Birch", "status"] = "suppressed"
    assert set(protected_looks(truth, course, elsewhere, NOT_HELD, "release")["county"]) == {"Alder"}
    none = protected_looks(truth, course.assign(status="suppressed"), elsewhere, NOT_HELD, "release")
    assert none.empty and list(none.columns) == list(truth.columns)
    pd.testing.assert_frame_equal(protected_looks(truth, course, elsewhere, NOT_HELD, "internal"), truth)


def test_the_projection_tells_what_was_seen_on_the_days_of_looks_only():
    truth = looks_of({"Alder": [0, 0, 12, 0, 0, 0, 0, 0, 15, 0, 0, 7]}, {"Alder": [0] * 12})
    days = [*DAYS, pd.Timestamp("2026-07-31")]
    fan = pd.DataFrame({"county": "Alder", "day": days, "as_of": AS_OF, "kind": ["observed"] * 12 + ["projected"],
                        **dict.fromkeys(paths.SHARES, 0.1234)})
    looks = protected_looks(truth, course_of(truth), of_today(truth), NOT_HELD, "release")
    found = protected_projection(fan, course_of(truth), looks, "release")
    assert list(found["day"]) == [*sorted(set(looks["day"])), days[-1]] and found[paths.SHARES].eq(0.12).all(axis=None)
    assert protected_projection(fan, course_of(truth, "suppressed"), looks, "release").empty


# The course: what looks ahead may not tell how many children are left

def course_row(**numbers) -> pd.DataFrame:
    usual = dict.fromkeys([*RATIOS, "entered", "expected", "usual_low", "usual_high", "usual_low_80", "usual_high_80", "more_needed"], 0.5)
    facts = {"observed": 30.0, "expected_final": 100.0, "at_risk": 40.0, "usual_pace": 0.923411, "phi": 1.355393, "tau2": 0.0114371}
    words = {"status": "shown", "signal": "worse", "signal_by": "cohort", "first_signal": AS_OF}
    return pd.DataFrame([usual | facts | words | numbers])


@pytest.mark.parametrize(("numbers", "told"), [
    ({"at_risk": 0.0}, False), ({"at_risk": 1.0}, True), ({"at_risk": 10.0}, True), ({"at_risk": 11.0}, False),
    ({"at_risk": 5.0, "projected_50": np.nan}, False),  # nothing looks ahead
    ({"at_risk": 40.0, "projected_975": 0.70}, True),  # 30 + 40 of 100: all of them leave
    ({"at_risk": 40.0, "projected_975": 0.68}, False),
    ({"observed": 90.0, "at_risk": 20.0, "projected_025": 0.70}, True),
    ({"observed": 90.0, "at_risk": 20.0, "projected_025": 0.72}, False),
])
def test_a_row_that_tells_who_is_left_is_hidden(numbers, told):
    before = course_row(**numbers)
    assert tells_who_is_left(before, 11).tolist() == [told]
    found = course_without_few_left(before, before, "release").iloc[0]
    assert (found["status"] == "suppressed") is told and bool(pd.isna(found["projected_10"])) is told and (found["signal"] == "") is told
    assert found[["entered", "observed"]].tolist() == before.iloc[0][["entered", "observed"]].tolist(), "the table of measures shows them too"
    pd.testing.assert_frame_equal(course_without_few_left(before, before, "internal"), before)


def test_what_would_tell_earlier_periods_is_rounded():
    found = rounded_course(course_row(expected=23.314967, expected_final=77.722960)).iloc[0]
    assert found[["expected", "expected_final", "usual_pace", "phi", "tau2"]].tolist() == [23.3, 78, 0.92, 1.36, 0.0114]
    assert np.isnan(found["at_risk"])


# Pools of counties

@st.composite
def states(draw):
    """Counties with their children and how many of them left by month 6 and by today, in pools; two large counties in none."""
    number = draw(st.integers(2, 7))
    entered = np.array(draw(st.lists(st.sampled_from((0, 3, 9, 12, 25, 40, 90, 250)), min_size=number, max_size=number)))
    random = np.random.default_rng(draw(st.integers(0, 10**6)))
    observed = random.binomial(entered, random.uniform(0, 1, number))
    return pd.DataFrame({"county": [f"County {place}" for place in range(number)], "entered": entered, "observed": observed,
                         "half": random.binomial(observed, 0.8), "region": random.choice(["North", "South", "West"], number)})


def pools_of(state: pd.DataFrame) -> pd.DataFrame:
    sums = state.groupby("region", as_index=False)[["entered", "observed"]].sum().rename(columns={"region": "county"})
    members = state.groupby("region")["county"].agg(", ".join).to_numpy()
    pools = pd.concat([course_row(projected_50=np.nan)] * len(sums), ignore_index=True).assign(**sums.astype({"entered": float, "observed": float}))
    return pools.assign(measure=HEADLINE, cohort="2025H2", as_of=AS_OF, members=members, at_risk=np.nan)


def release_of(state: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """The tables of a page with the counties by month 6 and by today, and their pools, as everyone may see them."""
    counts = {name: {row.county: (row.entered, getattr(row, name)) for row in state.itertuples()} for name in ("observed", "half")}
    own = rows(counts["observed"], others={})
    maturity = pd.concat([rows(counts["half"], others={}, at=6), own], ignore_index=True)
    regions = state[["county", "region"]].assign(cohort="2025H2")
    return released({"2025H2": {"measures": own, "maturity": maturity, "regions": pools_of(state)}}, regions)["2025H2"]


def beyond(state: pd.DataFrame, found: dict[str, pd.DataFrame], inside) -> dict[str, tuple[int, float]]:
    """What a reader works out of the sum of some counties: how many hidden counts stand behind it, and their sum."""
    counts = state.set_index("county").loc[inside]
    now, then = found["measures"].set_index("county").loc[inside], found["maturity"].loc[lambda rows: rows["at"] == 6].set_index("county").loc[inside]
    count, children = now["numerator"].isna(), now["denominator"].isna()
    amounts = {"entered": (children, counts["entered"]), "observed": (count, counts["observed"]),
               "others": (count, counts["entered"] - counts["observed"]), "since": (count, counts["observed"] - then["numerator"].fillna(0))}
    return {name: (int(hidden.sum()), amount[hidden].sum()) for name, (hidden, amount) in amounts.items()}


@settings(STEADY, max_examples=30)
@given_by(states())
def test_a_pool_tells_no_small_number_beyond_the_counties_shown(state):
    found, true = release_of(state), pools_of(state)
    regions = found["regions"]
    for name in ("entered", "observed"):
        pd.testing.assert_series_equal(regions[name].dropna(), true.loc[regions[name].notna(), name])
        assert not regions[name].between(1, 10).any()
    hidden = regions.loc[regions["status"] == "suppressed"]
    assert hidden[["observed", "ratio", "expected"]].isna().all(axis=None) and hidden["signal"].eq("").all()
    for name, count in (("entered", "entered"), ("observed", "observed"), ("others", "observed"), ("since", "observed")):
        shown = regions.loc[regions[count].notna(), "county"]
        groups = [inside["county"].tolist() for region, inside in state.groupby("region") if region in set(shown)]
        rest = state.loc[~state["region"].isin(shown), "county"].tolist()
        whole = found["measures"].loc[found["measures"]["county"] == WHOLE, "numerator"].notna().all()
        for inside in [*groups, rest] if groups and whole else groups:
            number, amount = beyond(state, found, inside)[name]
            assert number != 1 and not 1 <= amount <= 10, (name, inside)


@settings(STEADY, max_examples=6)
@given_by(states(), st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter_to_pools(state, random):
    order = random.sample(list(state.index), len(state))
    again = release_of(state.loc[order].reset_index(drop=True))
    columns = ["county", "entered", "observed", "status"]
    first = release_of(state)
    pd.testing.assert_frame_equal(again["regions"][columns], first["regions"][columns])
    pd.testing.assert_frame_equal(again["measures"].sort_values("county", ignore_index=True), first["measures"].sort_values("county", ignore_index=True))


NORTH = {"county": ["Alder", "Birch", "Cedar", "Elm"], "region": ["North", "North", "South", "South"]}


def told(state: pd.DataFrame) -> tuple[dict, dict]:
    """Which counties' counts by today are shown, and which pools are."""
    found = release_of(state)
    return found["measures"].set_index("county")["numerator"].notna().to_dict(), found["regions"].set_index("county")["status"].eq("shown").to_dict()


@pytest.mark.parametrize("birch", [7, 25])
def test_a_pool_does_not_tell_the_one_county_hidden_in_it(birch):
    """Birch's 4, and where they are few its children, would follow from the pool's and those of Alder."""
    counties, pools = told(pd.DataFrame({**NORTH, "entered": [50, birch, 60, 90], "observed": [20, 4, 30, 45], "half": [20, 4, 30, 45]}))
    assert not counties["Birch"] and not (counties["Alder"] and pools["North"])


def test_few_who_left_since_a_month_that_is_shown_are_not_told_by_the_pool():
    """22 and 33 by month 6, 24 and 34 by today: 3 left since in both together."""
    state = pd.DataFrame({**NORTH, "entered": [50, 70, 60, 90], "observed": [24, 34, 30, 45], "half": [22, 33, 30, 45]})
    found = release_of(state)
    then = found["maturity"].loc[found["maturity"]["at"] == 6].set_index("county")["numerator"]
    counties, pools = told(state)
    assert not (pools["North"] and then[["Alder", "Birch"]].notna().all())
    assert all(not counties[name] or np.isnan(then[name]) for name in ("Alder", "Birch"))


def test_a_pool_of_large_counties_is_shown():
    state = pd.DataFrame({**NORTH, "entered": [50, 70, 60, 90], "observed": [24, 34, 30, 45], "half": [24, 34, 30, 45]})
    assert all(value for found in told(state) for value in found.values())
