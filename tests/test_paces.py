"""The projection at other paces: chances by hand, one path at one pace, and as released no more than the projection tells."""

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest
from drawn_release import AMONG, COUNTIES, DAY, MEASURE, SAFE, release, rows
from pandas.testing import assert_frame_equal
from plain import HEADLINE, basis, state
from test_course_projection import END, TODAY, TWO_STEPS, waiting
from who_is_left import Reader, situation

from cqi import tables
from cqi.audit import audit
from cqi.cohorts import cohort
from cqi.course import follow
from cqi.course.looks import look_days
from cqi.course.paces import GRID, PACES_COLUMNS, usual_weights
from cqi.course.projection import RATIOS, ahead, quantiles, spread
from cqi.disclosure.paths import GIVEN_PACES, protected_paces
from cqi.tables.released import RUN
from cqi.vocabulary import WHOLE

SHARES = ["share_025", "share_10", "share_50", "share_90", "share_975"]


# ---- by hand -------------------------------------------------------------------------------------------------------------

SURE = np.where(np.arange(82) == np.abs(np.log(RATIOS)).argmin(), 1.0, 0.0)[None]
"""The pace now is known: it is that of the ratio next to 1."""
NEXT_TO_1 = RATIOS[SURE[0].argmax()]


@pytest.mark.parametrize("pace", [0.5, 1.0, 1.15, 1.5])
def test_another_pace_multiplies_the_hazards_of_those_left(pace):
    """Of 10 children 3 have left and 5 wait, on day 16, for day 20, on which half leave at the usual pace."""
    now, base = waiting(*[16] * 5, observed=3, others=2), replace(TWO_STEPS, phi=1e-9)
    found = spread(now, base, ahead(now, base, as_of=TODAY, until=END), SURE, faster=pace)
    assert quantiles(found)[0, 2] == pytest.approx((3 + 5 * 0.5 * NEXT_TO_1 * pace) / 10, abs=1e-3)


@pytest.mark.parametrize(("variance", "tau2"), [(0.04, 0.0), (0.0, 0.04), (0.03, 0.01)])
def test_the_usual_pace_is_known_only_so_well(variance, tau2):
    base = replace(TWO_STEPS, variance=np.full(1, variance), tau2=tau2)
    weight = usual_weights(base)[0]
    middle = weight @ np.log(RATIOS)
    assert middle == pytest.approx(0, abs=1e-3) and np.sqrt(weight @ (np.log(RATIOS) - middle) ** 2) == pytest.approx(0.2, abs=1e-3)


def test_a_usual_pace_without_doubt_is_one_pace():
    assert usual_weights(replace(TWO_STEPS, variance=np.zeros(1), tau2=0.0))[0].max() > 0.3


# ---- the table -----------------------------------------------------------------------------------------------------------

@pytest.fixture(scope="module")
def drawn() -> pd.DataFrame:
    return state(3, (40.0, 120.0, 250.0, 0.4), first="2019-01-01", last="2025-06-30")


def followed(table: pd.DataFrame, as_of: str, word: str = "2024H1", **asked):
    return follow(HEADLINE, basis(table), cohort(word), as_of=date.fromisoformat(as_of), first_entry=date(2019, 1, 1), whole=True,
        paths=True, **asked)


@pytest.fixture(scope="module")
def found(drawn):
    return followed(drawn, "2024-09-15")


def test_there_are_21_paces_from_a_half_to_one_and_a_half():
    assert GRID == (0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95, 1.0, 1.05, 1.1, 1.15, 1.2, 1.25, 1.3, 1.35, 1.4, 1.45, 1.5)


def test_a_row_for_every_place_scenario_pace_and_day(found):
    """From 15 September 2024 on: that day, and the ends of ten months up to June 2025."""
    table = found.paces
    assert tuple(table.columns) == PACES_COLUMNS
    assert len(table) == (4 + 1) * (21 + 1) * (1 + 10) and not table.duplicated(["county", "scenario", "pace", "day"]).any()
    assert table.groupby("scenario")["pace"].unique().map(tuple).to_dict() == {"pace": GRID, "usual": (1.0,)}
    assert set(table["county"]) == set(found.course["county"]) and WHOLE in set(table["county"])


def test_at_the_pace_now_it_is_the_projection_to_the_last_digit(found):
    own = found.paces.loc[(found.paces["scenario"] == "pace") & (found.paces["pace"] == 1), ["county", "day", *SHARES]]
    projected = found.projection.loc[found.projection["day"] >= "2024-09-15", ["county", "day", *SHARES]]
    assert_frame_equal(own.reset_index(drop=True), projected.reset_index(drop=True), check_exact=True)


def test_no_share_falls_as_the_pace_grows_or_as_time_passes(found):
    grid = found.paces.loc[found.paces["scenario"] == "pace"]
    by_pace = grid.sort_values("pace").groupby(["county", "day"])[SHARES].diff()
    by_day = grid.sort_values("day").groupby(["county", "pace"])[SHARES].diff()
    assert by_pace.min().min() > -1e-9 and by_day.min().min() > -1e-9
    assert (np.diff(grid[SHARES].to_numpy(), axis=1) >= 0).all() and grid[SHARES].max().max() <= 1
    last = grid.loc[(grid["day"] == grid["day"].max()) & (grid["county"] == WHOLE)].set_index("pace")["share_50"]
    assert last[1.5] - last[0.5] > 0.1


def test_today_is_the_same_at_every_pace(found):
    today = found.paces.loc[found.paces["day"] == "2024-09-15"]
    share = found.course.set_index("county").eval("observed / expected_final").dropna()
    assert today[SHARES].nunique(axis=1).eq(1).all() and len(share) == 4
    assert today.groupby("county")["share_50"].first()[share.index].tolist() == pytest.approx(share.tolist())


def test_the_usual_pace_lies_beside_the_pace_now(drawn):
    """County 02 leaves at its usual pace: the middles are near. From County 01 nobody left since the period began: the usual pace is the
    faster."""
    table = drawn.assign(exit_date=drawn["exit_date"].mask((drawn["exit_date"] >= "2024-01-01") & (drawn["county"] == "County 01")))
    both = followed(table, "2024-09-15").paces.query("day == day.max() and pace == 1").set_index(["county",
        "scenario"])["share_50"].unstack()
    assert abs(both.loc["County 02", "usual"] - both.loc["County 02", "pace"]) < 0.05
    assert both.loc["County 01", "usual"] > both.loc["County 01", "pace"] + 0.05


@pytest.mark.parametrize(("as_of", "days"), [("2025-05-30", 3), ("2025-05-31", 2), ("2025-06-29", 2), ("2025-06-30", 0), ("2025-07-01", 0)])
def test_nothing_is_ahead_from_the_goals_date_on(drawn, as_of, days):
    table = followed(drawn, as_of).paces
    assert table["day"].nunique() == days and tuple(table.columns) == PACES_COLUMNS


def test_without_history_there_is_none(drawn):
    assert followed(drawn, "2019-03-31", "2019H1").paces.empty


# ---- as released ---------------------------------------------------------------------------------------------------------

DAYS = pd.to_datetime(["2026-06-30", "2026-07-31", "2026-12-31"])


def paths_of(**most: float) -> pd.DataFrame:
    """Paces of counties, 30 of 100 children left so far, whose share reaches so much at most, at the fastest pace."""
    facts = {"measure": MEASURE, "cohort": "2025H2", "as_of": DAYS[0]}
    return pd.DataFrame([
        facts | {"county": county, "scenario": scenario, "pace": pace,
            "day": day} | {name: 0.3 + (top - 0.3) * pace / 1.5 * step / 4 for step, name in enumerate(SHARES)}
        for county, top in most.items() for scenario, pace in [*(("pace", pace) for pace in GRID), ("usual", 1.0)] for day in DAYS])


def counted(status: str = "shown", **left: float) -> pd.DataFrame:
    """The course of counties in which 30 of 100 children have left and so many wait."""
    return pd.DataFrame({"county": list(left), "status": status, "at_risk": list(left.values()), "observed": 30.0, "expected_final": 100.0})


def given(paces: pd.DataFrame, course: pd.DataFrame) -> pd.DataFrame:
    return protected_paces(paces, course, course, "release")


def test_released_on_the_last_day_at_five_paces_in_whole_percents():
    found = given(paths_of(Alder=0.8123), counted(Alder=60))
    assert found["day"].eq(DAYS[-1]).all() and found["scenario"].tolist() == ["pace"] * 5 + ["usual"]
    assert tuple(found["pace"]) == (*GIVEN_PACES, 1.0)
    assert np.allclose(found[SHARES] * 100, (found[SHARES] * 100).round()) and found["share_975"].iloc[4] == 0.81


def test_a_hidden_county_has_no_paces_and_the_agency_sees_all():
    paces, course = paths_of(Alder=0.8, Birch=0.8), counted(Alder=60, Birch=60)
    course.loc[course["county"] == "Birch", "status"] = "suppressed"
    assert set(given(paces, course)["county"]) == {"Alder"}
    none = given(paces, course.assign(status="suppressed"))
    assert none.empty and list(none.columns) == list(paces.columns)
    assert_frame_equal(protected_paces(paces, course, course, "internal"), paces)
    assert given(paces.iloc[:0], course).empty


@pytest.mark.parametrize(("left", "told"), [(51.1, False), (50.9, True), (50, True)])
def test_a_county_whose_fastest_pace_ends_where_all_have_left_has_none(left, told):
    """30 have left, and at most 50 more will, at the fastest pace: beside about 50 who wait it tells how many they are. At the pace now it
    ends far below."""
    found = given(paths_of(Alder=0.8, Birch=0.8), counted(Alder=left, Birch=200))
    assert ("Alder" not in set(found["county"])) is told and "Birch" in set(found["county"])


def test_with_nobody_left_there_is_nothing_to_tell():
    assert len(given(paths_of(Alder=0.3), counted(Alder=0)))


@pytest.fixture(scope="module")
def sample(tmp_path_factory):
    """The tables of one cohort of the sample state by profile, released by itself."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(RUN, "2026H1")
        patch.setenv("CQI_CACHE", str(tmp_path_factory.mktemp("counted")))
        return {profile: tables.tables("data_samples", "episodes", "2026H1", "2026-06-30", profile) for profile in ("internal", "release")}


def test_in_the_sample_state_paces_stand_where_the_projection_does_and_are_true(sample):
    found, truth = sample["release"], sample["internal"]
    ahead_of_today = found.projection.loc[found.projection["kind"] == "projected"]
    assert 2 < found.paces["county"].nunique() < truth.paces["county"].nunique()
    assert set(found.paces["county"]) <= set(ahead_of_today["county"]) and WHOLE in set(truth.paces["county"])
    both = found.paces.merge(truth.paces, on=["county", "scenario", "pace", "day"], suffixes=("", "_true"))
    assert len(both) == len(found.paces)
    for name in SHARES:
        assert both[name].tolist() == both[f"{name}_true"].round(2).tolist()
    now = found.paces.query("scenario == 'pace' and pace == 1").merge(ahead_of_today, on=["county", "day"], suffixes=("", "_now"))
    assert len(now) == found.paces["county"].nunique() and all((now[name] == now[f"{name}_now"]).all() for name in SHARES)


@pytest.mark.parametrize(("word", "county"), [("2025H2", "Alder"), ("2025H2", "Willow"), ("2026H1", "Alder")])
def test_a_reader_learns_next_to_nothing_of_those_left_beside_the_projection(word, county):
    """One who knows all else: every pace on every day would narrow it to three quarters of what the projection leaves open, or to less;
    what
    is given out leaves at least four fifths."""
    where, as_of = situation(HEADLINE, word)
    days = [(day - as_of).days for day in look_days(HEADLINE, cohort(word)) if day > as_of]
    reader, now = Reader(where, county, as_of), [(1.0, each) for each in days]
    alone = reader.width(now)
    everything = reader.width([*now, *((pace, each) for pace in GRID for each in days)])
    released = reader.width([*now, *((pace, days[-1]) for pace in GIVEN_PACES)])
    assert everything < alone * 3 / 4 and released > alone * 4 / 5 and reader.left > 10


# ---- what the audit finds ------------------------------------------------------------------------------------------------

LATER = "2024-12-31"


def course_table(observed=SAFE) -> pd.DataFrame:
    return pd.DataFrame({"measure": MEASURE, "county": [*COUNTIES, WHOLE], "cohort": "2024H1", "as_of": DAY, "entered": AMONG,
        "at_risk": None,
                         "observed": observed, "expected": None, "signal": "", "signal_by": "", "status": "shown"})


def path(county="Cedar", day=LATER, **share) -> pd.DataFrame:
    return pd.DataFrame({"measure": MEASURE, "county": [county], "cohort": "2024H1", "as_of": DAY, "day": day, "kind": "projected",
                         **dict.fromkeys(SHARES, 0.4) | share})


def other_paces(shares=(0.3, 0.35, 0.4, 0.45, 0.5), at=GIVEN_PACES, county="Cedar", day=LATER) -> pd.DataFrame:
    facts = {"measure": MEASURE, "county": county, "cohort": "2024H1", "as_of": DAY, "day": day}
    scenarios = [("pace", pace, share) for pace, share in zip(at, shares, strict=True)] + [("usual", 1.0, 0.41)]
    return pd.DataFrame([facts | {"scenario": scenario, "pace": pace} | dict.fromkeys(SHARES, share) for scenario, pace,
        share in scenarios])


def found_in(folder, paces: pd.DataFrame, projection: pd.DataFrame | None = None) -> list[tuple[str, str]]:
    made = release(folder, measures=rows(SAFE, AMONG), course=course_table(), projection=path() if projection is None else projection,
        paces=paces)
    return [(finding.kind, finding.words) for finding in audit(made)]


def test_paces_that_tell_no_more_than_the_projection_pass(tmp_path):
    assert found_in(tmp_path, other_paces()) == []


@pytest.mark.parametrize(("paces", "kind", "words"), [
    (other_paces((0.3, 0.35, 0.41, 0.45, 0.5)), "two numbers", "at the pace now it differs from the projection"),
    (other_paces((0.3, 0.29, 0.4, 0.45, 0.5)), "not one path", "a share falls as the pace grows"),
    (other_paces((0.3, 0.35, 0.4, 0.45, 0.505)), "finer than it may be", "share_50 has more than two decimals"),
    (other_paces((0.3, 0.35, 0.4, 0.41, 0.5), (0.5, 0.75, 1.0, 1.05, 1.5)), "path at many paces", "its paces lie nearer than a quarter"),
    (other_paces(county="Elm"), "worked out from a hidden count", "a path at other paces stands where no projection does"),
    (other_paces(county="Alder"), "worked out from a hidden count", "a path stands for a county whose course is hidden"),
    (other_paces(day="2024-11-30"), "worked out from a hidden count", "a path at other paces stands where no projection does"),
])
def test_a_planted_leak_is_found(tmp_path, paces, kind, words):
    assert (kind, words) in found_in(tmp_path, paces)


def test_a_path_on_more_than_its_last_day_is_found(tmp_path):
    twice, projected = [pd.concat([part(day="2024-11-30"), part()]) for part in (other_paces, path)]
    assert ("path at many paces", "it is given on more than its last day") in found_in(tmp_path, twice, projected)


def test_the_agencys_own_paces_would_not_pass(tmp_path, sample):
    """What the release leaves out is what the audit finds: the same table as it is before it is protected."""
    made = release(tmp_path, projection=sample["release"].projection, paces=sample["internal"].paces)
    assert {"path at many paces", "finer than it may be", "worked out from a hidden count"} <= {finding.kind for finding in audit(made)}
