"""The course, the looks, the projection and the pools as released: true or hidden, and no small number by subtraction."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cqi import tables
from cqi.course.monitors import MONITORS
from cqi.disclosure import paths, protected
from cqi.disclosure.course import RATIOS, course_without_few_left, rounded_course, tells_who_is_left
from cqi.disclosure.paths import protected_looks, protected_projection, protected_regions
from cqi.tables import HEADLINE
from cqi.vocabulary import MEASURE_COLUMNS, WHOLE

AS_OF = pd.Timestamp("2026-06-30")
DAYS = pd.date_range("2025-07-31", AS_OF, freq="ME")
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


MONTHLY = st.lists(st.sampled_from((0, 0, 1, 4, 9, 11, 14, 30)), min_size=12, max_size=12)


@settings(STEADY, max_examples=150)
@given(MONTHLY, MONTHLY, st.sampled_from((0, 15)))
def test_no_look_is_a_small_step_from_another_count(own, others, days_before):
    """Today's count stands in the course table, that of half a year before in the next period's tables."""
    as_of = AS_OF - pd.Timedelta(days=days_before)
    truth = looks_of({"Alder": own[:12 if not days_before else 11]}, {"Alder": others[:12 if not days_before else 11]}, as_of)
    course = course_of(truth).assign(observed=lambda rows: rows["observed"] + (own[11] if days_before else 0))
    found = protected_looks(truth, course, "release")
    true, kept = (rows.pivot(index="day", columns="monitor", values="observed") for rows in (truth, found.merge(truth[["day", "monitor"]])))
    if found.empty:
        return
    days = kept.index
    assert np.array_equal(kept["cohort"], true.loc[days, "cohort"])
    counted = true.loc[days].assign(others=true["calendar"] - true["cohort"])
    for name in ("cohort", "calendar", "others"):
        assert not small(np.diff(counted[name], prepend=0))
    last = kept["cohort"].to_numpy()
    assert not small(course["observed"].iloc[0] - last)
    then = true["cohort"].loc[:"2025-12-31"].iloc[-1] if not days_before else None
    if then is not None:
        assert not small(then - last)
    else:  # on 15 December it lay between the counts of two looks
        low, high = true["cohort"]["2025-11-30"], true["cohort"]["2025-12-31"]
        assert not any(small(possible - last) for possible in np.arange(low, high + 1))


def test_a_look_before_today_by_a_small_step_is_left_out():
    truth = looks_of({"Alder": [0, 0, 12, 0, 0, 0, 0, 0, 15, 0, 0, 7]}, {"Alder": [0] * 12})
    found = protected_looks(truth, course_of(truth), "release")
    assert sorted(set(found["day"].dt.month)) == [1, 2, 6, 7, 8, 9, 10, 11, 12]  # 27 from March to May is 7 less than today's 34
    assert found.loc[found["monitor"] == "cohort", "observed"].tolist() == [0, 0, 12, 12, 12, 12, 12, 12, 34]


def test_the_counts_of_the_monitors_in_calendar_time_are_not_told():
    """Less those of this period, they are the exits of other periods, whose own tables may hide them."""
    truth = looks_of({"Alder": [20] * 12}, {"Alder": [30] * 12})
    found = protected_looks(truth, course_of(truth), "release").set_index("monitor")
    assert found.loc["cohort", ["observed", "expected", "worse"]].notna().all(axis=None) and len(found) == 36
    assert found.loc["calendar", ["observed", "expected"]].isna().all(axis=None) and found.loc["calendar", "worse"].eq(0.57).all()
    assert found.loc[MONITORS[2], paths.LOOK_NUMBERS].isna().all(axis=None) and found["alarm"].eq("").all()


def test_hidden_counties_and_the_whole_file_have_no_looks():
    truth = looks_of({"Alder": [20] * 12, "Birch": [20] * 12, WHOLE: [40] * 12}, dict.fromkeys(("Alder", "Birch", WHOLE), [0] * 12))
    course = course_of(truth)
    course.loc[course["county"] == "Birch", "status"] = "suppressed"
    assert set(protected_looks(truth, course, "release")["county"]) == {"Alder"}
    none = protected_looks(truth, course.assign(status="suppressed"), "release")
    assert none.empty and list(none.columns) == list(truth.columns)
    pd.testing.assert_frame_equal(protected_looks(truth, course, "internal"), truth)


def test_the_projection_tells_what_was_seen_on_the_days_of_looks_only():
    truth = looks_of({"Alder": [0, 0, 12, 0, 0, 0, 0, 0, 15, 0, 0, 7]}, {"Alder": [0] * 12})
    days = [*DAYS, pd.Timestamp("2026-07-31")]
    fan = pd.DataFrame({"county": "Alder", "day": days, "as_of": AS_OF, "kind": ["observed"] * 12 + ["projected"],
                        **dict.fromkeys(paths.SHARES, 0.1234)})
    looks = protected_looks(truth, course_of(truth), "release")
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
    pd.testing.assert_frame_equal(course_without_few_left(before, before, "internal"), before)


def test_what_would_tell_earlier_periods_is_rounded():
    found = rounded_course(course_row(expected=23.314967, expected_final=77.722960)).iloc[0]
    assert found[["expected", "expected_final", "usual_pace", "phi", "tau2"]].tolist() == [23.3, 78, 0.92, 1.36, 0.0114]
    assert np.isnan(found["at_risk"])


# Pools of counties

@st.composite
def states(draw):
    """Counties with their children and how many of them left by month 6 and by today, in pools."""
    number = draw(st.integers(2, 9))
    entered = np.array(draw(st.lists(st.sampled_from((0, 3, 9, 12, 25, 40, 90, 250)), min_size=number, max_size=number)))
    random = np.random.default_rng(draw(st.integers(0, 10**6)))
    observed = random.binomial(entered, random.uniform(0, 1, number))
    return pd.DataFrame({"county": [f"County {place}" for place in range(number)], "entered": entered.astype(float),
                         "observed": observed.astype(float), "half": random.binomial(observed, 0.8).astype(float),
                         "region": random.choice(["North", "South", "West"], number)})


def with_whole(rows: pd.DataFrame) -> pd.DataFrame:
    numbers = ["entered", "observed", "half"]
    return pd.concat([rows, rows[numbers].sum().to_frame().T.assign(county=WHOLE, region="")], ignore_index=True)


def measures_of(rows: pd.DataFrame, count: str, at: float) -> pd.DataFrame:
    found = rows.assign(numerator=rows[count], denominator=rows["entered"], children=rows["entered"], at=at)
    same = {"measure": "m", "cohort": "2025H2", "group": "", "part": "", "as_of": AS_OF, "value": 0.5, "lower": 0.5, "upper": 0.5,
            "level": 0.95, "unit": "children", "method": "", "status": "shown"}
    return found.assign(**same)[list(MEASURE_COLUMNS)]


def pools_of(rows: pd.DataFrame) -> pd.DataFrame:
    sums = rows.groupby("region", as_index=False)[["entered", "observed"]].sum().rename(columns={"region": "county"})
    members = rows.groupby("region")["county"].agg(", ".join).to_numpy()
    return pd.concat([course_row()] * len(sums), ignore_index=True).assign(**sums, measure="m", members=members, at_risk=np.nan)


def released(state: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    rows = with_whole(state)
    both = protected(pd.concat([measures_of(rows, "half", 6), measures_of(rows, "observed", 12)], ignore_index=True), "release")
    shown, maturity = both.loc[both["at"] == 12], both.loc[both["at"] == 6]
    return shown, maturity, protected_regions(pools_of(state), rows.assign(measure="m"), shown, maturity, "release")


def beyond(state: pd.DataFrame, shown: pd.DataFrame, maturity: pd.DataFrame, inside) -> dict[str, tuple[int, float]]:
    """What a reader works out of the sum of some counties: how many hidden counts stand behind it, and their sum."""
    rows = state.set_index("county").loc[inside]
    count, children = (shown.set_index("county").loc[inside, name].isna() for name in ("numerator", "denominator"))
    month = maturity.set_index("county").loc[inside, "numerator"].fillna(0)
    amounts = {"entered": (children, rows["entered"]), "observed": (count, rows["observed"]),
               "others": (count, rows["entered"] - rows["observed"]), "since": (count, rows["observed"] - month)}
    return {name: (int(hidden.sum()), amount[hidden].sum()) for name, (hidden, amount) in amounts.items()}


@settings(STEADY, max_examples=200)
@given(states())
def test_a_pool_tells_no_small_number_beyond_the_counties_shown(state):
    shown, maturity, found = released(state)
    kept = found.loc[found["status"] != "suppressed"]
    pd.testing.assert_frame_equal(kept[["entered", "observed"]], pools_of(state).loc[kept.index, ["entered", "observed"]])
    hidden = found.loc[found["status"] == "suppressed"]
    assert hidden[["entered", "observed", "ratio", "expected"]].isna().all(axis=None) and hidden["signal"].eq("").all()
    groups = [rows["county"].tolist() for region, rows in state.groupby("region") if region in set(kept["county"])]
    whole = shown.loc[shown["county"] == WHOLE]
    rest = state.loc[~state["region"].isin(kept["county"]), "county"].tolist()
    told = [*groups, rest] if groups and whole["numerator"].notna().all() else groups
    for inside in told:
        for name, (number, amount) in beyond(state, shown, maturity, inside).items():
            assert number != 1 and not 1 <= amount <= 10, (name, inside)


@settings(STEADY, max_examples=100)
@given(states(), st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter_to_pools(state, random):
    order = random.sample(list(state.index), len(state))
    again = released(state.loc[order].reset_index(drop=True))[2]
    columns = ["county", "entered", "observed", "status"]
    pd.testing.assert_frame_equal(again[columns], released(state)[2][columns])


NORTH = {"county": ["Alder", "Birch", "Cedar", "Elm"], "region": ["North", "North", "South", "South"]}


@pytest.mark.parametrize("birch", [7, 25])  # small, or hidden to cover another county
def test_a_county_whose_children_alone_are_hidden_hides_its_pool(birch):
    """Birch's children would follow from the pool's and the 50 of Alder, whose count alone is hidden."""
    state = pd.DataFrame({**NORTH, "entered": [50.0, birch, 60, 90], "observed": [8.0, 4, 30, 45], "half": [0.0, 0, 20, 30]})
    rows, pools = with_whole(state), pools_of(state)
    shown = measures_of(rows, "observed", 12).set_index("county", drop=False).rename_axis(None)
    shown.loc[["Alder", "Birch"], "numerator"] = np.nan
    assert protected_regions(pools, rows, shown, shown.iloc[:0], "release")["status"].tolist() == ["shown", "shown"]
    shown.loc["Birch", "denominator"] = np.nan
    assert protected_regions(pools, rows, shown, shown.iloc[:0], "release")["status"].tolist() == ["suppressed", "shown"]


def test_few_who_left_since_a_month_that_is_shown_hide_the_pool():
    """22 and 33 by month 6 are shown, 58 by today in both counties together: 3 left since."""
    state = pd.DataFrame({**NORTH, "entered": [50.0, 70, 60, 90], "observed": [24.0, 34, 30, 45], "half": [22.0, 33, 20, 30]})
    rows, pools = with_whole(state), pools_of(state)
    shown = measures_of(rows, "observed", 12).set_index("county", drop=False).rename_axis(None)
    shown.loc[["Alder", "Birch"], "numerator"] = np.nan
    month = measures_of(rows, "half", 6)
    assert protected_regions(pools, rows, shown, month.iloc[:0], "release")["status"].tolist() == ["shown", "shown"]
    assert protected_regions(pools, rows, shown, month, "release")["status"].tolist() == ["suppressed", "shown"]


def test_a_pool_of_which_all_is_known_stays_shown_beside_a_hidden_one():
    state = pd.DataFrame({"county": ["Alder", "Birch", "Cedar"], "entered": [50.0, 70, 60], "observed": [4.0, 20, 30], "half": [0.0, 0, 20],
                          "region": ["North", "North", "South"]})
    rows, pools = with_whole(state), pools_of(state)
    shown = measures_of(rows, "observed", 12).set_index("county", drop=False).rename_axis(None)
    shown.loc["Alder", "numerator"] = np.nan
    assert protected_regions(pools, rows, shown, shown.iloc[:0], "release")["status"].tolist() == ["suppressed", "shown"]


# The sample state

@pytest.fixture(scope="module")
def run():
    """The tables of two cohorts of the sample state, as counted and as released."""
    words = ("2025H2", "2026H1")
    return {(word, profile): tables.tables("data_samples", "episodes", word, "2026-06-30", profile) for word in words
            for profile in ("internal", "release")}


def headline(table: pd.DataFrame, **words) -> pd.DataFrame:
    rows = table.loc[table["measure"] == HEADLINE]
    return rows.loc[rows["cohort"] == words["cohort"]] if "cohort" in words else rows


@pytest.mark.parametrize("word", ["2025H2", "2026H1"])
def test_no_cohort_is_a_small_step_from_itself_at_the_same_age(run, word):
    """20 by December beside 28 by June would say that 8 left since; of a cohort that is over, no more can leave."""
    found = run[word, "release"]
    then = headline(found.same_age).loc[lambda rows: rows["status"].eq("so far")].set_index(["county", "cohort"])["numerator"].dropna()
    now = headline(found.measures).set_index(["county", "cohort"])["numerator"].reindex(then.index)
    assert len(then) > 40 and not small((now - then).dropna())


def test_a_look_is_no_small_step_from_the_tables_of_the_next_period(run):
    looks = run["2025H2", "release"].looks
    own = looks.loc[looks["monitor"] == "cohort"].set_index("county")["observed"]
    for name in ("same_age", "measures"):
        found = headline(getattr(run["2026H1", "release"], name), cohort="2025H2")
        other = found.set_index("county")["numerator"].reindex(own.index)
        assert other.notna().any() and not small((other - own).dropna())


def test_hidden_counties_all_look_the_same(run):
    """Whether a county hides because it is small or to cover another."""
    released = headline(run["2025H2", "release"].course)
    hidden = released.loc[released["status"] == "suppressed"].drop(columns=["county", "region"])
    assert len(hidden) > 5 and len(hidden.astype("str").drop_duplicates()) == 1


def test_the_released_course_is_true_or_hidden(run):
    for word in ("2025H2", "2026H1"):
        internal, found = (run[word, profile].course for profile in ("internal", "release"))
        seen = found["status"].ne("suppressed")
        assert seen.any() and (found.loc[seen, "observed"] == internal.loc[seen, "observed"]).all()
        assert not small(found["observed"].dropna()) and not small(found["entered"].dropna())
        assert not (found["projected_50"].notna() & internal["at_risk"].between(1, 10)).any()
