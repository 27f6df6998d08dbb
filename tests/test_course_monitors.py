"""The two monitors: their statistics by hand, alarms that stay and can be made again, and what they notice on drawn states."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from plain import HEADLINE, basis, course, day, state

from cqi.cohorts import cohort
from cqi.course import follow
from cqi.course.alarm_limits import EARLY, LATER, LEAST, RATIO, Chance, limits, statistics
from cqi.course.exposure import KINDS
from cqi.course.looks import look_days, watched
from cqi.course.monitors import Watch, alarms, fewer_is_worse
from cqi.registry import measure, measure_names
from cqi.sample.process import Change, day_number
from cqi.vocabulary import PERMANENCY

LOOKS = ("2024-02-29", "2024-05-31", "2024-07-31", "2024-12-31", "2025-06-30")


# Statistics by hand: two looks at one county; its own stream, and another

OBSERVED, EXPECTED = np.array([[[4.0], [6.0]], [[7.0], [15.0]]]), np.array([[[6.0], [8.0]], [[12.0], [18.0]]])
FACTS = {"phi": 1.5, "tau2": 0.01, "variance": np.array([0.02]), "plan": np.array([40.0])}


def test_the_cohorts_own_z_by_hand():
    found = statistics(OBSERVED, EXPECTED, fewer=True, **FACTS)[:, 0, 0]
    assert found == pytest.approx([(6 - 4) / np.sqrt(1.5 * 6 + 0.03 * 36), (12 - 7) / np.sqrt(1.5 * 12 + 0.03 * 144)])


def test_the_z_in_calendar_time_by_hand():
    found = statistics(OBSERVED, EXPECTED, fewer=True, **FACTS)[:, 1, 0]
    first = (14 - 10) / np.sqrt(1.5 * 14 + 0.01 * (36 + 64) + 0.02 * 14**2) * (14 / 40) ** EARLY
    second = (30 - 22) / np.sqrt(1.5 * 30 + 0.01 * (144 + 324) + 0.02 * 30**2) * (30 / 40) ** EARLY
    assert found == pytest.approx([first, second])


@pytest.mark.parametrize(("fewer", "rho"), [(True, RATIO), (False, 1 / RATIO)])
def test_the_cumulative_sum_by_hand(fewer, rho):
    """Likelihood ratios of a pace rho from the first month on, and with less weight from the second on, added up."""
    found = statistics(OBSERVED, EXPECTED, fewer=fewer, **FACTS)[:, 2, 0]
    first = (10 * np.log(rho) - (rho - 1) * 14) / 1.5
    second = ((22 - 10) * np.log(rho) - (rho - 1) * (30 - 14)) / 1.5
    assert found == pytest.approx([first, np.log(np.exp(first + second) + LATER * np.exp(second))])


def test_more_than_expected_is_the_other_direction():
    fewer, more = (statistics(OBSERVED, EXPECTED, fewer=way, **FACTS)[:, :2] for way in (True, False))
    assert (fewer == -more).all()


@pytest.mark.parametrize(("expected", "told"), [(LEAST - 0.01, False), (LEAST, True), (LEAST + 0.01, True)])
def test_a_look_tells_nothing_until_enough_is_expected(expected, told):
    found = statistics(np.zeros((1, 1, 1)), np.full((1, 1, 1), expected), fewer=True, **FACTS)
    assert ((found[0, :2, 0] > 0) == told).all()


@pytest.mark.parametrize("name", [name for name in measure_names() if measure(name).kind in KINDS])
def test_which_way_is_worse(name):
    better = {"permanency_in_12_months": True, "permanency_in_12_months_round_3": True, "permanency_in_12_months_12_to_23": True,
              "permanency_in_12_months_24_plus": True}
    assert fewer_is_worse(measure(name)) == better.get(name, False)  # of returns, reports and moves more are worse


# Looks

def test_looks_are_the_ends_of_months_to_the_official_date():
    days = look_days(HEADLINE, cohort("2024H1"))
    assert (days[0], days[1], days[-1], len(days)) == (date(2024, 1, 31), date(2024, 2, 29), date(2025, 6, 30), 18)


def test_the_cohorts_whose_children_are_watched():
    """On 1 January 2024 the children of 2023H1 have their 12 months before them; on 30 June 2025 so have those of 2025H1."""
    assert [each.label for each in watched(HEADLINE, cohort("2024H1"))] == ["2023H1", "2023H2", "2024H1", "2024H2", "2025H1"]
    assert [each.label for each in watched(measure("placement_stability"), cohort("2024H1"))] == ["2024H1"]


# Alarms

def shown(worse: list, better: list) -> pd.DataFrame:
    """The alarm that stands, from statistics by look (own, calendar, calendar from any month on) of one county; limits are 2."""
    found = {"worse": np.array(worse, dtype=float)[:, :, None], "better": np.array(better, dtype=float)[:, :, None]}
    days = tuple(date(2024, month, 28) for month in range(1, len(worse) + 1))
    nothing, edges = np.zeros((len(worse), 1, 1)), {way: np.full(table.shape, 2.0) for way, table in found.items()}
    return alarms(Watch(("Alder",), days, nothing, nothing, found, edges, np.zeros(1))).iloc[0]


NONE = [0, 0, 0]


@pytest.mark.parametrize(("worse", "better", "expected"), [
    ([NONE, NONE, NONE], [NONE, NONE, NONE], ("", "", None)),
    ([[2, 2, 2], NONE, NONE], [NONE, NONE, NONE], ("", "", None)),  # on the limit is within it
    ([NONE, [2.01, 0, 0], NONE], [NONE, NONE, NONE], ("worse", "cohort", "2024-02-28")),  # it stays
    ([NONE, [0, 2.01, 0], [9, 9, 9]], [NONE, NONE, NONE], ("worse", "calendar", "2024-02-28")),
    ([NONE, [0, 0, 2.01], NONE], [NONE, NONE, [9, 9, 9]], ("worse", "calendar", "2024-02-28")),
    ([NONE, NONE, [9, 9, 9]], [NONE, [0, 9, 0], NONE], ("better", "calendar", "2024-02-28")),  # the first one stands
    ([[0, 9, 0], NONE, NONE], [[9, 0, 0], NONE, NONE], ("worse", "calendar", "2024-01-28")),
    ([[9, 9, 0], NONE, NONE], [NONE, NONE, NONE], ("worse", "cohort", "2024-01-28")),
])
def test_the_first_alarm_stays(worse, better, expected):
    row = shown(worse, better)
    first = None if pd.isna(row["first_signal"]) else f"{row['first_signal']:%Y-%m-%d}"
    assert (row["signal"], row["signal_by"], first) == expected


# Replay: what was told at a look is told again at any later one, whatever came after

SIZES = (80.0, 240.0, 240.0, 600.0, 1200.0, 1200.0)


@pytest.fixture(scope="module")
def slowed():
    """Six counties; from January 2024 a large and a middling one have half the usual pace."""
    slow = [Change(number, day_number("2024-01-01"), PERMANENCY, 0.5) for number in (2, 5)]
    return state(11, SIZES, changes=slow, first="2019-01-01", last="2025-06-30")


@pytest.fixture(scope="module")
def told(slowed):
    return {as_of: course(slowed, as_of) for as_of in LOOKS}


def later_changed(table: pd.DataFrame, as_of: str) -> pd.DataFrame:
    """The same file, had everything after the day been otherwise: no exits, and another county's children."""
    kept = table.loc[table["entry_date"] <= as_of]
    gone = kept["exit_date"] > as_of
    kept = kept.assign(exit_date=kept["exit_date"].mask(gone), exit_reason=kept["exit_reason"].mask(gone, ""))
    new = kept.head(300).assign(child_id=range(-300, 0), county="A new county", entry_date=pd.Timestamp(as_of) + pd.Timedelta(days=1),
                                exit_date=pd.NaT, exit_reason="")
    return pd.concat([new, kept], ignore_index=True)


def test_an_alarm_stands_at_every_look_after_the_first(told):
    last = told[LOOKS[-1]]
    assert last["signal"].tolist().count("worse") >= 2 and last.loc["County 05", "signal"] == "worse"
    for as_of, table in told.items():
        by_then = last["first_signal"] <= as_of
        assert table["signal"].tolist() == last["signal"].where(by_then, "").tolist()
        assert table["signal_by"].tolist() == last["signal_by"].where(by_then, "").tolist()
        assert table["first_signal"].equals(last["first_signal"].where(by_then))


@pytest.mark.parametrize("as_of", LOOKS[1:4])
def test_what_came_later_changes_nothing(slowed, told, as_of):
    """The whole row, not only the signal; and the alarms stand in a file that went on otherwise."""
    other = later_changed(slowed, as_of)
    pd.testing.assert_frame_equal(course(other, as_of).drop(index="A new county"), told[as_of], rtol=1e-9)
    end, before = course(other, LOOKS[-1]).drop(index="A new county"), told[as_of]["signal"].ne("")
    assert before.any() or as_of == LOOKS[1]
    assert end.loc[before, ["signal", "signal_by", "first_signal"]].equals(told[as_of].loc[before, ["signal", "signal_by", "first_signal"]])


def test_the_looks_hold_what_the_table_says(slowed, told):
    found = follow(HEADLINE, basis(slowed), cohort("2024H1"), as_of=day(LOOKS[-1]), first_entry=date(2019, 1, 1))
    rows = found.looks
    assert rows.groupby("county")["day"].nunique().eq(18).all()
    first = rows.loc[rows["alarm"].ne("")].groupby("county")["day"].min().reindex(found.course["county"])
    assert first.tolist() == found.course["first_signal"].tolist()
    end = rows.loc[(rows["monitor"] == "cohort") & (rows["day"] == LOOKS[-1])].set_index("county")
    assert end["observed"].tolist() == told[LOOKS[-1]]["observed"].tolist()
    assert end["expected"].tolist() == pytest.approx(told[LOOKS[-1]]["expected"].tolist())


# What is noticed

def test_a_county_at_half_the_pace_is_noticed_early(told):
    """Long before 30 June 2025; in 20 such states this county was noticed by June 2024 at the latest."""
    row = told[LOOKS[-1]].loc["County 05"]
    assert row["signal"] == "worse" and row["first_signal"] <= pd.Timestamp("2024-12-31")


def test_the_change_that_is_noticed_falls_with_size(told):
    change = told[LOOKS[-1]]["minimum_detectable_change"]
    assert change.iloc[0] > change.iloc[1] > change.iloc[4] and change.iloc[4] < 0.35 and change.iloc[0] > 0.35


def test_limits_are_the_same_again_and_hold_in_drawn_counties():
    plan = np.cumsum(np.full((18, 3), 0.02), axis=0)
    asked = (plan, 1, np.full((18, 2), [[30.0, 300.0]]), np.array([0.03, 0.005]), Chance(1.5, 0.006, True))
    one, other = limits(*asked), limits(*asked)
    assert all(np.array_equal(getattr(one, name), getattr(other, name)) for name in ("worse", "better", "detectable"))
    assert one.worse.shape == (18, 3, 2) and (one.better > one.worse).all()  # better is told with less chance, so later
    assert one.detectable[0] > one.detectable[1]
