"""The past followed again: a small history worked out by hand, nothing later lets on, and sums, limits and words that hold."""

from dataclasses import fields
from datetime import date

import numpy as np
import pandas as pd
import pytest
from test_wording import reading_grade

from cqi.blocks import Details, Figure, Table
from cqi.blocks.svg import figure_svg
from cqi.charts import backtest as charts
from cqi.cli import main
from cqi.cohorts import cohort
from cqi.course import follow
from cqi.course.backtest import FEWEST_PAST, MOST_COHORTS, backtest, replayed_cohorts, without
from cqi.course.calibration import mean_with_limits, scored, scores, share_with_limits, summary
from cqi.course.episodes import basis_of
from cqi.course.table import PROJECTED
from cqi.registry import measure
from cqi.sample.process import Change, World, day_number, history
from cqi.sample.tables import dates
from cqi.tables import backtested as tables
from cqi.tables.backtested import Backtests, backtested
from cqi.vocabulary import PERMANENCY, CqiError
from cqi.wording import backtest as say

HOME = measure("permanency_in_12_months")
HALVES = ("2019H1", "2019H2", "2020H1", "2020H2", "2021H1", "2021H2", "2022H1")
FIRST, LAST = date(2019, 1, 1), date(2023, 6, 30)
"""Of a history of HALVES: the first day, and the official date of the newest."""


def entered(half: str, county: str, home: int, number: int = 40) -> list[tuple]:
    """Children who all enter on the 20th of the half-year's first month; some go home on day 50, in the third month."""
    first = pd.Timestamp(cohort(half).start) + pd.Timedelta(days=19)
    back = f"{first + pd.Timedelta(days=50):%Y-%m-%d}"
    return [(county, f"{first:%Y-%m-%d}", back if child < home else "", "reunification" if child < home else "") for child in range(number)]


def table(rows: list[tuple]) -> pd.DataFrame:
    found = pd.DataFrame(rows, columns=["county", "entry_date", "exit_date", "exit_reason"])
    return found.assign(child_id=[f"c{number:05}" for number in range(len(found))])


def steady(halves=HALVES, **changes: int) -> pd.DataFrame:
    """Half of the 40 children of each county go home; `changes`: another number of the last half-year, by county."""
    return table([row for half in halves for county in ("Alder", "Birch")
                  for row in entered(half, county, changes.get(county, 20) if half == halves[-1] else 20)])


def replayed(episodes: pd.DataFrame, *, as_of: date = LAST, first_entry: date = FIRST):
    return backtest(HOME, basis_of(episodes, HOME), as_of=as_of, first_entry=first_entry)


# ---- a history worked out by hand ----------------------------------------------------------------------------------------

def test_what_always_was_the_same_is_foretold_by_every_way():
    """Cohorts 2021H1, 2021H2 and 2022H1 have four whole half-years before them. Of 18 months' ends the last is the official date."""
    found = replayed(steady())
    row = found.summary.iloc[0]
    assert found.forecasts["cohort"].unique().tolist() == ["2021H1", "2021H2", "2022H1"]
    assert row[["cohorts", "looks", "courses", "forecasts"]].tolist() == [3, 3 * 17, 3 * 2, 3 * 2 * 17]
    gone, over = (found.forecasts.loc[found.forecasts["month"] >= month] for month in (3, 7))  # all who go home have gone; nobody can come
    assert (gone["observed"] == 20).all() and (gone["final"] == 0.5).all() and (gone["children"] == 40).all()
    assert gone[["naive", "chain_ladder"]].to_numpy() == pytest.approx(0.5) and over[list(PROJECTED)].to_numpy() == pytest.approx(0.5, abs=1e-6)
    early = found.forecasts.loc[found.forecasts["month"] <= 2]  # nothing grows from nothing: no common way says anything
    assert early[["naive", "chain_ladder", "crps_naive", "crps_chain_ladder"]].isna().all(axis=None) and early["projected_50"].notna().all()
    assert row["compared"] == 3 * 2 * 15
    assert (row["coverage_80"], row["coverage_95"]) == (1, 1), "where nothing more can come the range is one point and holds the figure"
    assert row[["crps_naive", "crps_chain_ladder"]].tolist() == pytest.approx([0, 0]) and over["crps"].max() < 1e-6
    assert row[["stable_counties", "false_alarms", "ended_worse", "detected"]].tolist() == [6, 0, 0, 0] and np.isnan(row["median_lead_days"])


def test_a_county_that_stops_ends_worse_and_is_told_in_time():
    found = replayed(steady(Alder=0))
    alder = found.courses.set_index(["county", "cohort"]).loc[("Alder", "2022H1")]
    assert (alder["final"], alder["children"], alder["observed"], alder["ended"], alder["signal"]) == (0, 40, 0, "worse", "worse")
    assert alder["expected"] == pytest.approx(40 * 0.5), "each child was there on day 50, when half of those before went home"
    assert alder["first_signal"] == pd.Timestamp("2022-03-31"), "nobody left on day 50, 11 March"
    assert alder["lead_days"] == (pd.Timestamp("2023-06-30") - pd.Timestamp("2022-03-31")).days == 456
    row = found.summary.iloc[0]
    assert row[["stable_counties", "false_alarms", "ended_worse", "detected", "median_lead_days"]].tolist() == [3, 0, 1, 1, 456]
    earlier = found.courses.loc[(found.courses["county"] == "Alder") & (found.courses["cohort"] < "2022H1")]
    assert earlier["ended"].eq("usual").all() and earlier["ended_all"].eq("worse").all(), "the earlier children had gone home; the new ones did not"


def test_common_ways_by_hand():
    """In the newest period Alder has 10 home by the third month and 20 in the end (10 more on day 150), as before; Birch all 20 at once.

    Before: 20 of 80 by month 3 and 40 of 80 in the end, so shares grow by 2. Alder 10/40 * 2, Birch 20/40 * 2 = 1."""
    rows = []
    for half in HALVES:
        later = f"{pd.Timestamp(cohort(half).start) + pd.Timedelta(days=19 + 150):%Y-%m-%d}"
        for county in ("Alder", "Birch"):
            home = 20 if (half, county) == (HALVES[-1], "Birch") else 10
            rows += [*entered(half, county, home, 30), *((county, first, later if home == 10 else "", "reunification" if home == 10 else "")
                                                        for _, first, _, _ in entered(half, county, 0, 10))]
    found = replayed(table(rows)).forecasts
    third = found.loc[(found["cohort"] == "2022H1") & (found["month"] == 3)].set_index("county")
    assert third["naive"].tolist() == pytest.approx([10 / 40 * 2, 20 / 40 * 2])
    assert third["chain_ladder"].tolist() == pytest.approx([20 / 40, 40 / 40]) and third["final"].tolist() == [0.5, 0.5]
    assert third["crps_naive"].tolist() == pytest.approx([0, 0.5])


@pytest.mark.parametrize(("as_of", "newest"), [("2023-06-29", "2021H2"), ("2023-06-30", "2022H1"), ("2023-07-01", "2022H1")])
def test_a_cohort_is_replayed_from_its_official_date_on(as_of, newest):
    assert replayed_cohorts(HOME, date.fromisoformat(as_of), FIRST)[-1].label == newest


@pytest.mark.parametrize(("first_entry", "oldest"), [("2019-01-01", "2021H1"), ("2019-01-02", "2021H2"), ("2019-07-01", "2021H2")])
def test_a_cohort_needs_four_whole_ones_before_it(first_entry, oldest):
    assert FEWEST_PAST == 4 and replayed_cohorts(HOME, LAST, date.fromisoformat(first_entry))[0].label == oldest


@pytest.mark.parametrize(("children", "there"), [(9, False), (10, True), (11, True)])
def test_counties_of_few_children_are_left_out(children, there):
    few = table([row for half in HALVES[:5] for county, number in (("Alder", 40), ("Elm", children)) for row in entered(half, county, number // 2, number)])
    assert ("Elm" in set(replayed(few, as_of=date(2022, 6, 30)).forecasts["county"])) == there


@pytest.mark.parametrize(("home", "replays"), [(7, 0), (8, 1)])
def test_too_few_events_say_nothing_of_what_is_usual(home, replays):
    """Four half-years of one county: 28 events, and 32; what is usual takes 30."""
    few = table([row for half in HALVES[:5] for row in entered(half, "Alder", home)])
    assert replayed(few, as_of=date(2022, 6, 30)).summary["cohorts"].tolist() == [replays]


def test_the_newest_eight_are_replayed():
    found = [period.label for period in replayed_cohorts(HOME, date(2017, 12, 31), date(2010, 1, 1))]
    assert MOST_COHORTS == 8 and found == [cohort("2016H2").back(number).label for number in range(7, -1, -1)]


def test_without_a_past_the_tables_are_empty_and_say_so():
    found = replayed(steady(), as_of=date(2021, 12, 31))
    assert [len(getattr(found, field.name)) for field in fields(found)] == [0, 0, 1, 0, 0]
    assert found.summary.iloc[0][["cohorts", "looks", "forecasts"]].tolist() == [0, 0, 0] and np.isnan(found.summary["coverage_80"].iloc[0])


def test_a_rate_has_no_final_share():
    with pytest.raises(CqiError, match="no final share to look ahead to"):
        backtest(measure("placement_stability"), basis_of(steady(), HOME), as_of=LAST, first_entry=FIRST)


# ---- a drawn state: nothing later lets on, and it is the course that a review would have shown ----------------------------

@pytest.fixture(scope="module")
def drawn() -> pd.DataFrame:
    """Six counties from 2019 to 2023; in the largest the pace is halved from 2022 on."""
    world = World((60.0, 90.0, 120.0, 150.0, 200.0, 400.0), day_number("2019-01-01"), day_number("2023-12-31"),
                  changes=(Change(5, day_number("2022-01-01"), PERMANENCY, 0.5),))
    spells = history(np.random.Generator(np.random.PCG64(7)), world)
    gone = spells["exit"] <= world.last
    return pd.DataFrame({
        "child_id": spells["child"].astype("str"), "county": np.take(list("ABCDEF"), spells["county"]), "birth_date": dates(spells["birth"]),
        "entry_date": dates(spells["entry"]), "exit_date": dates(spells["exit"], known=gone), "exit_reason": spells["kind"].where(gone, "")})


@pytest.fixture(scope="module")
def state(drawn):
    return replayed(drawn, as_of=date(2023, 12, 31))


def otherwise(rows: pd.DataFrame, after: str) -> pd.DataFrame:
    """The same up to a day; later entries come a month sooner or not at all, and those who left later are adopted the day after it."""
    later = rows["entry_date"] > after
    rows = rows.loc[~later | (np.arange(len(rows)) % 3 > 0)]
    later, known = rows["entry_date"] > after, rows["exit_date"].astype("str").where(rows["exit_date"].notna(), "9999-12-31")
    sooner = (pd.to_datetime(rows["entry_date"]) - pd.Timedelta(days=30)).clip(lower=pd.Timestamp(after) + pd.Timedelta(days=1)).dt.strftime("%Y-%m-%d")
    changed = (known > after) & ~later
    morrow = f"{pd.Timestamp(after) + pd.Timedelta(days=1):%Y-%m-%d}"
    return rows.assign(entry_date=rows["entry_date"].mask(later, sooner), exit_date=rows["exit_date"].mask(changed, morrow).mask(later, None),
                       exit_reason=rows["exit_reason"].mask(changed, "adoption").mask(later, ""))


SAID = ["entered", "observed", "expected", *PROJECTED, "naive", "chain_ladder", "chain_ladder_error"]


def test_nothing_later_leaks_in(drawn, state):
    day = pd.Timestamp("2022-07-31")
    other = replayed(otherwise(drawn, "2022-07-31"), as_of=date(2023, 12, 31))
    keys = ["county", "cohort", "day"]
    before, after = (found.forecasts.set_index(keys).sort_index() for found in (state, other))
    same = before.index.intersection(after.index)
    known = same[same.get_level_values("day") <= day]
    assert len(known) == 6 * (17 + 13 + 7 + 1), "looks at 2021H1, 2021H2, 2022H1 and 2022H2 up to the day"
    pd.testing.assert_frame_equal(before.loc[known, SAID], after.loc[known, SAID])
    rest = same[same.get_level_values("day") > day]
    assert (before.loc[rest, "projected_50"] != after.loc[rest, "projected_50"]).mean() > 0.9 and (before["final"].loc[known] != after["final"].loc[known]).mean() > 0.5
    signals = [found.courses.loc[found.courses["first_signal"] <= day, ["county", "cohort", "signal", "signal_by", "first_signal"]].reset_index(drop=True)
               for found in (state, other)]
    pd.testing.assert_frame_equal(*signals)


@pytest.mark.parametrize(("word", "day"), [("2021H2", "2021-10-31"), ("2022H1", "2022-01-31"), ("2022H1", "2023-05-31")])
def test_a_forecast_is_what_a_review_of_that_day_would_have_shown(drawn, state, word, day):
    """A review of that day has a file that ends there."""
    known = drawn.loc[drawn["entry_date"] <= day]
    gone = known["exit_date"].notna() & (known["exit_date"] <= day)
    known = known.assign(exit_date=known["exit_date"].where(gone, None), exit_reason=known["exit_reason"].where(gone, ""))
    shown = follow(HOME, basis_of(known, HOME), cohort(word), as_of=date.fromisoformat(day), first_entry=FIRST).course.set_index("county")
    rows = state.forecasts.loc[(state.forecasts["cohort"] == word) & (state.forecasts["day"] == day)].set_index("county")
    names = ["entered", "observed", "expected", *PROJECTED]
    assert len(rows) == 6 and rows[names].to_numpy() == pytest.approx(shown.loc[rows.index, names].to_numpy(dtype=float))


def test_the_course_of_the_end_is_the_one_that_a_review_shows(drawn, state):
    shown = follow(HOME, basis_of(drawn, HOME), cohort("2022H2"), as_of=date(2023, 12, 31), first_entry=FIRST).course.set_index("county")
    rows = state.courses.loc[state.courses["cohort"] == "2022H2"].set_index("county")
    assert rows["signal"].ne("").any()
    for name in ("observed", "usual_low", "usual_high", "signal", "signal_by", "first_signal"):
        assert rows[name].tolist() == shown.loc[rows.index, name].tolist() or name == "first_signal" and rows[name].equals(shown.loc[rows.index, name])
    assert rows["children"].tolist() == shown.loc[rows.index, "entered"].tolist()


def test_numbers_add_up(state):
    row = state.summary.iloc[0]
    for part in (state.by_month, state.by_size):
        assert part["forecasts"].sum() == row["forecasts"] == len(state.forecasts) and part["compared"].sum() == row["compared"]
        for name, weight in (("coverage_80", "forecasts"), ("coverage_95", "forecasts"), ("bias", "forecasts"), ("crps", "compared"), ("crps_naive", "compared")):
            assert np.average(part[name], weights=part[weight]) == pytest.approx(row[name])
    assert state.by_month["month"].tolist() == list(range(1, 18)) and state.by_size["courses"].sum() == row["courses"] == len(state.courses)
    ended = state.courses["ended"].value_counts()
    assert ended.sum() == row["courses"] and ended.get("worse", 0) == row["ended_worse"] and ended["usual"] >= row["stable_counties"]
    assert row["crps"] < row["crps_chain_ladder"] < row["crps_naive"]
    assert row["looks"] == row["cohorts"] * 17 and row["coverage_low"] < row["coverage_80"] < row["coverage_high"]


def test_courses_can_be_left_out(state):
    found = without(state, pd.DataFrame({"county": ["A", "B"], "cohort": ["2022H1", "2022H1"]}))
    gone = len(state.forecasts) - len(found.forecasts)
    assert gone == 2 * 17 and len(state.courses) - len(found.courses) == 2 and found.summary["forecasts"].tolist() == [len(found.forecasts)]


def test_the_order_of_rows_changes_nothing(drawn, state):
    again = replayed(drawn.iloc[::-1], as_of=date(2023, 12, 31))
    for field in fields(state):
        pd.testing.assert_frame_equal(getattr(state, field.name), getattr(again, field.name))


# ---- scores and their limits ---------------------------------------------------------------------------------------------

def forecasts(rows: list[tuple]) -> pd.DataFrame:
    """Rows of (county, cohort, month, middle, final, naive, chain ladder, its error); the ranges are 0.1 and 0.2 wide on each side."""
    found = pd.DataFrame(rows, columns=["county", "cohort", "month", "projected_50", "final", "naive", "chain_ladder", "chain_ladder_error"])
    edges = {f"projected_{name}": found["projected_50"] + off for name, off in (("025", -0.2), ("10", -0.1), ("90", 0.1), ("975", 0.2))}
    return found.assign(**edges, day=pd.Timestamp("2022-01-31") + found["month"] * pd.offsets.Day(30), children=40)


def test_scores_by_hand():
    """The truth lies at the middle, at the edge of the 80% range, between the ranges, and outside both."""
    rows = scored(forecasts([("A", "2022H1", 1, 0.4, 0.4, 0.5, 0.4, 0.0), ("A", "2022H1", 2, 0.4, 0.5, 0.4, 0.5, 0.1),
                             ("B", "2022H1", 1, 0.4, 0.25, 0.3, np.nan, 0.0), ("B", "2022H1", 2, 0.4, 0.1, 0.1, 0.1, 0.0)]))
    assert rows["inside_80"].tolist() == [True, True, False, False] and rows["inside_95"].tolist() == [True, True, True, False]
    found = scores(rows)
    assert (found["coverage_80"], found["coverage_95"]) == (0.5, 0.75)
    assert found["bias"] == pytest.approx((0 - 0.1 + 0.15 + 0.3) / 4)
    assert rows["crps_naive"].tolist() == pytest.approx([0.1, 0.1, 0.05, 0]), "of one number its distance"
    # pinball losses at 0.2, 0.3, 0.4, 0.5 and 0.6 with the truth at 0.4: each edge is missed by its level
    first = 2 * (0.0625 * 0.025 * 0.2 + 0.2375 * 0.1 * 0.1 + 0 + 0.2375 * 0.1 * 0.1 + 0.0625 * 0.025 * 0.2)
    assert rows["crps"].iloc[0] == pytest.approx(first)
    # a chain ladder of 0.5 with error 0.1 where the truth is 0.5: quantiles 1.96 and 1.2816 errors away
    ladder = 2 * 2 * 0.1 * (0.0625 * 0.025 * 1.959964 + 0.2375 * 0.1 * 1.281552)
    assert rows["crps_chain_ladder"].tolist()[:2] == pytest.approx([0, ladder]) and np.isnan(rows["crps_chain_ladder"].iloc[2])
    assert found["compared"] == 3 and found["crps_naive"] == pytest.approx((0.1 + 0.1 + 0) / 3), "the three are compared where all say something"
    assert np.isnan(found["coverage_low"]) and np.isnan(found["crps_high"]), "one cohort tells nothing of how cohorts differ"


@pytest.mark.parametrize("off", [-1e-9, 1e-9])
def test_a_range_of_one_point_holds_the_same_share(off):
    rows = forecasts([("A", "2022H1", 1, 0.5, 0.5, 0.5, 0.5, 0.0)]).assign(**dict.fromkeys(PROJECTED, 0.5 + off))
    assert scored(rows)[["inside_80", "inside_95"]].all(axis=None) and not scored(rows.assign(final=0.5 + 1e-4))["inside_95"].any()


def test_limits_take_cohorts_not_looks():
    """Two cohorts with 3 of 4 and 1 of 4 inside. Sums about the mean of 0.5: 1 and -1; variance 2/1 * (1 + 1) / 8^2 = 1/16; as much
    as 0.25 / (1/16) = 4 independent ones, less the reach of t with 1 degree of freedom: 4 * (1.959964 / 12.706205)^2 = 0.095175.
    Wilson for 0.0475875 of 0.095175: centre 0.5, half-width z / (n + z^2) * sqrt(n / 4 + z^2 / 4) = z / 2 / sqrt(n + z^2)."""
    inside, cohorts = np.array([1, 1, 1, 0, 1, 0, 0, 0.0]), np.repeat(["2021H1", "2021H2"], 4)
    wide = 1.959964 / 2 / np.sqrt(0.095175 + 1.959964**2)
    assert share_with_limits(inside, cohorts, 8) == pytest.approx((0.5, 0.5 - wide, 0.5 + wide), abs=1e-5)
    assert share_with_limits(np.tile(inside, 9), np.tile(cohorts, 9), 8) == pytest.approx((0.5, 0.5 - wide, 0.5 + wide), abs=1e-5)


def test_cohorts_that_are_all_alike_are_worth_no_more_than_their_courses():
    """Four cohorts of half inside: no variance between them; then it is worth its 12 courses, not the 1,200 looks."""
    inside, cohorts = np.tile([1.0, 0.0], 600), np.repeat(["a", "b", "c", "d"], 300)
    size = 12 * (1.959964 / 3.182446) ** 2
    wide = 1.959964 / 2 / np.sqrt(size + 1.959964**2)
    assert share_with_limits(inside, cohorts, 12) == pytest.approx((0.5, 0.5 - wide, 0.5 + wide), abs=1e-5)


def test_mean_with_limits_by_hand():
    """1 and 3 in one cohort, 4 and 6 in the other: mean 3.5, sums -3 and 3, variance 2 * 18 / 16 = 2.25, t 12.706205."""
    found = mean_with_limits(np.array([1, 3, 4, 6.0]), np.array(["a", "a", "b", "b"]))
    assert found == pytest.approx((3.5, 3.5 - 12.706205 * 1.5, 3.5 + 12.706205 * 1.5), abs=1e-4)


def test_limits_hold_where_cohorts_have_their_own_times():
    """Eight cohorts of 20 courses and 17 looks; a cohort's share inside varies about 80%, and looks at a course are the same."""
    rng, cohorts, held, plain = np.random.default_rng(5), np.repeat(np.arange(8), 20 * 17), 0, 0
    for _ in range(400):
        inside = np.repeat(rng.random((8, 20)) < rng.beta(8, 2, (8, 1)), 17).astype(float)
        mean, low, high = share_with_limits(inside, cohorts, 160)
        error = 1.96 * np.sqrt(mean * (1 - mean) / inside.size)
        held, plain = held + (low <= 0.8 <= high), plain + (abs(mean - 0.8) <= error)
    assert held / 400 >= 0.93 and plain / 400 < 0.5, "limits that take looks as independent hold less than half of the time"


def test_signals_by_hand():
    rows = scored(forecasts([("A", "2022H1", 1, 0.4, 0.4, 0.4, 0.4, 0.0)]))
    courses = pd.DataFrame([("usual", "usual", "", 0), ("usual", "usual", "worse", 90), ("usual", "usual", "better", 30), ("usual", "worse", "worse", 30),
                            ("better", "usual", "better", 60), ("worse", "usual", "worse", 200), ("worse", "worse", "worse", 0),
                            ("worse", "usual", "better", 300), ("worse", "usual", "", 0), ("worse", "worse", "worse", 100)],
                           columns=["ended", "ended_all", "signal", "lead_days"])
    row = summary(rows, courses).iloc[0]
    assert row[["stable_counties", "false_alarms", "ended_worse", "detected"]].tolist() == [3, 2, 5, 2]
    assert row["median_lead_days"] == 0, "the middle of 0, 0, 0, 100 and 200; on the day itself, or of better, is not in time"


# ---- as a profile may see it, in words, as charts, and as a command ------------------------------------------------------

@pytest.fixture
def folder(tmp_path):
    """A file that holds the steady history, Alder's last half-year without an exit."""
    rows = pd.concat([steady(Alder=0), table([("Elm", "2019-01-01", "", "")]).assign(child_id="first")], ignore_index=True).assign(birth_date="2010-06-15")
    rows.assign(episode_id=rows["child_id"]).to_csv(tmp_path / "episodes.csv", index=False)
    return str(tmp_path)


def test_small_numbers_are_hidden_in_a_release(folder):
    within, out = (backtested(folder, "episodes", "2023-06-30", profile) for profile in ("internal", "release"))
    assert within.summary.iloc[0][["courses", "stable_counties", "ended_worse"]].tolist() == [6, 3, 1] and len(within.courses) == 6
    assert out.summary[["courses", "forecasts", "compared", "stable_counties", "ended_worse", "detected", "median_lead_days"]].isna().all(axis=None)
    assert out.summary["false_alarms"].tolist() == [0] and out.summary["cohorts"].tolist() == [3], "none is shown; periods are no children"
    assert len(out.by_month) == len(out.by_size) == len(out.courses) == len(out.forecasts) == 0
    assert len(within.by_month) == 17 and within.by_size["size"].tolist() == ["30 to 99"]


@pytest.mark.parametrize("as_of", ["2022-06-30", "2020-12-31"])
def test_it_is_replayed_once_for_all_of_a_run(folder, tmp_path_factory, monkeypatch, as_of):
    first = backtested(folder, "episodes", as_of, "internal")
    monkeypatch.setenv("CQI_CACHE", str(tmp_path_factory.mktemp("cache")))
    tables._backtested.cache_clear()
    tables._seen.cache_clear()
    backtested(folder, "episodes", as_of, "internal")
    tables._backtested.cache_clear()
    tables._seen.cache_clear()
    called = []
    again = backtested(folder, "episodes", as_of, "internal", progress=lambda *told: called.append(told))
    assert called == [] and again.facts == first.facts
    for field in fields(Backtests)[:-1]:
        pd.testing.assert_frame_equal(getattr(first, field.name), getattr(again, field.name), check_dtype=len(getattr(first, field.name)) > 0)


def told(state, **changes) -> Backtests:
    facts = {"measure": HOME.name, "as_of": "2023-12-31", "first_entry": "2019-01-01", "left_out": 0}
    return Backtests(state.summary.assign(**changes), state.by_month, state.by_size, state.courses, state.forecasts, facts)


def section(found):
    return say.backtest_section(found, draw_coverage=charts.coverage_spec, draw_error=charts.error_spec)


def test_the_section_has_the_words_first_and_the_rest_folded(state):
    words, folded = section(told(state)).blocks
    assert words.paragraphs[0].startswith("Tried on 4 past cohorts of this file, with 68 looks.") and isinstance(folded, Details)
    assert [type(block) for block in folded.blocks][:3] == [Figure, Figure, Table]
    coverage, error = folded.blocks[:2]
    assert len(coverage.table.rows) == len(error.table.rows) == 17 and "(month " in coverage.finding and error.finding.startswith("After month 3 these")


def test_the_charts_are_drawn_with_the_aim_and_names_beside_the_lines(state):
    for spec, words in ((charts.coverage_spec(state.by_month), ["aim: 80%"]),
                        (charts.error_spec(state.by_month), ["share so far, scaled up", "chain ladder", "these projections"])):
        picture = figure_svg(spec, title="?", finding="!", name="x")
        assert all(f">{word}</text>" in picture for word in words)


def test_charts_of_one_cohort_have_no_limits_and_of_no_month_are_refused(state):
    one = state.by_month.assign(**{name: np.nan for name in state.by_month if name.endswith(("_low", "_high"))})
    assert figure_svg(charts.coverage_spec(one), title="?", finding="!", name="x") and figure_svg(charts.error_spec(one), title="?", finding="!", name="x")
    alone = one.assign(crps_naive=np.nan, crps_chain_ladder=np.nan)
    picture = figure_svg(charts.error_spec(alone), title="?", finding="!", name="x")
    assert "these projections" in picture and "chain ladder" not in picture
    for draw in (charts.coverage_spec, charts.error_spec):
        with pytest.raises(CqiError, match="say in words that there is none"):
            draw(one.head(0))


@pytest.mark.parametrize(("changes", "said"), [
    (dict(ended_worse=6, detected=4, median_lead_days=91), "6 past courses ended worse than usual. 4 of them had a signal before the official date. "
                                                           "In half of them it came 91 days or more before that date."),
    (dict(ended_worse=1, detected=1, median_lead_days=30), "1 past course ended worse than usual. 1 of them had a signal before the official date. "
                                                           "It came 30 days before that date."),
    (dict(ended_worse=6, detected=2, median_lead_days=0), "Half of them or more had none."),
    (dict(ended_worse=6, detected=0, median_lead_days=0), "None of them had a signal before the official date."),
    (dict(ended_worse=0, detected=0, median_lead_days=np.nan), "No past course ended worse than usual, so we can't say how early"),
    (dict(ended_worse=np.nan, detected=np.nan, median_lead_days=np.nan), "Too few courses ended worse than usual to show"),
    (dict(ended_worse=12, detected=np.nan, median_lead_days=40), "12 past courses ended worse than usual. 10 or fewer of them had a signal"),
    (dict(stable_counties=60, false_alarms=np.nan), "Of 60 past courses without a change, 10 or fewer were given a false signal; 1 in 20"),
])
def test_signals_in_words(state, changes, said):
    words = say.summary_words(told(state, **changes))
    assert said in " ".join(words) and "nan" not in " ".join(words) and reading_grade(" ".join(words[2:])) <= 8


def test_what_is_left_out_is_said(state):
    found = told(state)
    assert say.LEFT_OUT not in say.summary_words(found)
    found.facts["left_out"] = 3
    assert say.LEFT_OUT in say.summary_words(found)


def test_the_command_says_how_right_it_was(folder, tmp_path, capsys):
    assert main(["backtest", "--data", folder, "--as-of", "2023-06-30", "--csv", str(tmp_path / "found.csv")]) == 0
    out, err = capsys.readouterr()
    assert out.splitlines()[0] == "Permanency in 12 months for children entering care, as of 30 June 2023."
    assert "Tried on 3 past cohorts of this file, with 51 looks" in out and "1 past course ended worse than usual." in out
    assert out.index("Tried on") < out.index("by month of the course") < out.index("by the number of children") and "3 of 3 cohorts, " in err
    found = pd.read_csv(tmp_path / "found.csv")
    assert len(found) == 3 * 2 * 17 and found["day"].iloc[0] == "2021-01-31"


def test_the_command_says_what_a_short_file_cannot_tell(folder, capsys):
    assert main(["backtest", "--data", folder, "--as-of", "2020-12-31"]) == 0
    out = " ".join(capsys.readouterr().out.split())
    assert "we can't say how often these ranges would have been right here" in out
    assert "It takes 4 whole half-years to say what is usual" in out and "from 1 January 2019 on, and what was known on 31 December 2020" in out
