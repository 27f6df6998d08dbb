"""Small numbers: what is hidden, what stays shown, and that nothing hidden can be worked out."""

import numpy as np
import pandas as pd
import pytest
from attack import exact, narrow, small_sums
from counted import table
from hypothesis import given, settings
from hypothesis import strategies as st
from test_disclosure_release import HEADLINE, released

from cqi.disclosure import cells, course, policy, protected, release
from cqi.tables.released import _course
from cqi.vocabulary import MEASURE_COLUMNS, PERMANENCY, WHOLE, CqiError

MONTHS = (3, 6, 9, 12)
HIDDEN = ["numerator", "value", "lower", "upper"]
STEADY = settings(deadline=None, derandomize=True, database=None)


def measure_table(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows of county, at, group, part, numerator and denominator (and cohort) as a measure table, with the whole file's rows."""
    rows = rows if "cohort" in rows else rows.assign(cohort="2025H1")
    keys = ["cohort", "at", "group", "part"]
    whole = rows.groupby(keys, dropna=False, as_index=False, sort=False)[["numerator", "denominator"]].sum()
    found = pd.concat([rows, whole.assign(county=WHOLE)], ignore_index=True)
    found = found.assign(measure=HEADLINE, as_of=pd.Timestamp("2026-06-30"), children=found["denominator"], level=0.95,
                         value=found["numerator"] / found["denominator"], lower=0.0, upper=1.0, unit="children", method="", status="shown")
    return found[list(MEASURE_COLUMNS)]


def drawn(drawing: str) -> pd.DataFrame:
    """Counties in rows; columns `all` and, for each month, what has left by then: `m3`, `m6`, ..."""
    wide = table(drawing)
    names = [name for name in wide.columns if name not in ("county", "all")]
    rows = [{"county": row["county"], "at": float(name[1:]), "group": "", "part": "", "numerator": float(row[name]),
             "denominator": float(row["all"])} for _, row in wide.iterrows() for name in names]
    return measure_table(pd.DataFrame(rows))


def of_a_year(drawing: str) -> pd.DataFrame:
    """Counties in rows; for each quarter of 2025, how many of 100 children left; and the whole year."""
    wide = table(drawing).set_index("county").astype(float)
    rows = wide.rename_axis(columns="cohort").stack().rename("numerator").reset_index().assign(denominator=100.0)
    year = rows.groupby("county", as_index=False, sort=False)[["numerator", "denominator"]].sum().assign(cohort="2025")
    return measure_table(pd.concat([rows, year], ignore_index=True).assign(at=np.nan, group="", part=""))


def protected_alone(truth: pd.DataFrame, name: str = "curves") -> pd.DataFrame:
    """The table as everyone may see it where it is all that is released."""
    return released({"2025H1": {name: truth}})["2025H1"][name]


def marks(found: pd.DataFrame, name: str = "numerator") -> dict:
    """Each county's counts as one reads them: `[c]` where hidden."""
    words = found[name].map(lambda count: "[c]" if np.isnan(count) else f"{count:.0f}")
    return words.groupby(found["county"], sort=False).agg(" ".join).to_dict()


# Drawn by hand

def test_counts_and_complements_of_1_to_10_are_hidden_and_zero_is_shown():
    found = protected_alone(drawn("""
        county  all  m12
        Alder   100  0
        Birch   100  1
        Cedar   100  10
        Elm     100  11
        Finch   100  89
        Hazel   100  90
        Maple   100  99
        Pine    100  100
    """))
    assert marks(found) == {"Alder": "0", "Birch": "[c]", "Cedar": "[c]", "Elm": "11", "Finch": "89", "Hazel": "[c]",
                            "Maple": "[c]", "Pine": "100", WHOLE: "400"}


def test_a_hidden_number_is_missing_with_a_status_and_never_0():
    found = protected_alone(drawn("county all m12\nAlder 100 5\nBirch 100 50\nCedar 100 60")).set_index("county")
    assert found.loc["Alder", HIDDEN].isna().all() and found.loc["Birch", HIDDEN].isna().all()
    assert found["status"].to_dict() == {"Alder": "suppressed", "Birch": "suppressed", "Cedar": "shown", WHOLE: "shown"}
    assert found["denominator"].to_dict() == {"Alder": 100, "Birch": 100, "Cedar": 100, WHOLE: 300}


def test_few_children_are_hidden_whole_and_so_is_another_county_that_would_tell_how_many():
    found = protected_alone(drawn("county all m12\nAlder 7 0\nBirch 40 20\nCedar 60 30\nElm 80 40"))
    assert marks(found, "children") == {"Alder": "[c]", "Birch": "[c]", "Cedar": "60", "Elm": "80", WHOLE: "187"}
    assert marks(found) == {"Alder": "[c]", "Birch": "[c]", "Cedar": "30", "Elm": "40", WHOLE: "90"}


def test_two_hidden_counts_of_a_small_sum_are_no_cover():
    found = protected_alone(drawn("county all m12\nAlder 100 4\nBirch 100 5\nCedar 100 50\nElm 100 60"))
    assert marks(found) == {"Alder": "[c]", "Birch": "[c]", "Cedar": "[c]", "Elm": "60", WHOLE: "119"}


def test_two_hidden_complements_of_a_small_sum_are_no_cover():
    found = protected_alone(drawn("county all m12\nAlder 100 96\nBirch 100 95\nCedar 100 50\nElm 100 60"))
    assert marks(found) == {"Alder": "[c]", "Birch": "[c]", "Cedar": "[c]", "Elm": "60", WHOLE: "301"}


def test_a_small_step_between_months_is_hidden():
    found = protected_alone(drawn("county all m3 m6 m9 m12\nAlder 200 20 30 31 60\nBirch 200 20 31 50 70\nCedar 200 40 60 80 100"))
    assert marks(found)["Alder"] == "[c] 30 [c] 60"  # 10 more by month 6, and 1 more by month 9


def test_equal_months_on_both_sides_would_tell_a_hidden_one():
    truth = drawn("county all m3 m6 m9\nAlder 200 20 20 20\nBirch 200 0 4 15\nCedar 200 30 60 90")
    #  Birch's 4 is small; Alder's 20 follows from 20 before and after, so it is no cover
    assert marks(protected_alone(truth)) == {"Alder": "20 20 20", "Birch": "0 [c] 15", "Cedar": "30 [c] 90", WHOLE: "50 84 125"}


def test_the_total_is_hidden_when_nothing_else_can_cover():
    found = protected_alone(drawn("county all m12\nAlder 30 25\nBirch 30 0\nCedar 30 0"))
    assert marks(found)["Alder"] == marks(found)[WHOLE] == "[c]" and exact(drawn("county all m12\nAlder 30 25\nBirch 30 0\nCedar 30 0"), found) == {}


CROSS = """
    county  2025Q1  2025Q2  2025Q3  2025Q4
    Alder   6       6       30      30
    Birch   6       6       6       30
    Cedar   30      30      6       6
    Elm     30      30      6       6
"""
"""Where the counts of 6 alone are hidden, every row and column hides two or more, yet Birch's third quarter follows: Alder and Birch
hide 6 + 6 + 6 + 6 + 6 in all, and the first two quarters 6 + 6 + 6 + 6 of them."""


def small_ones_only(system, primary, *, threshold, held):
    return primary | (system.cost == 0)


def test_no_count_follows_from_several_sums_together(monkeypatch):
    truth = of_a_year(CROSS)
    found = protected_alone(truth, "measures")
    assert exact(truth, found) == narrow(truth, found, below=4) == {} and small_sums(truth, found) == []
    monkeypatch.setattr(release, "hidden_jointly", small_ones_only)
    assert exact(truth, protected_alone(truth, "measures")) == {("Birch", "2025Q3", 0, "", ""): 6}


def test_a_county_too_small_for_a_row_is_hidden_like_any_other():
    truth = drawn("county all m12\nAlder 9 4\nBirch 100 50\nCedar 100 60")
    without = truth.loc[truth["county"] != "Alder"]
    assert marks(protected_alone(without)) == {"Birch": "[c]", "Cedar": "60", WHOLE: "114"}
    assert exact(truth, protected_alone(without)) == {}


def test_rates_are_hidden_by_their_count_and_their_children():
    truth = drawn("county all m12\nAlder 9000 30\nBirch 9000 4\nCedar 9000 40\nElm 9000 50")
    truth = truth.assign(unit="moves", at=np.nan, measure="placement_stability")
    truth["children"] = [9.0, 90, 90, 90, 279]
    found = protected_alone(truth, "measures")
    assert marks(found) == {"Alder": "[c]", "Birch": "[c]", "Cedar": "40", "Elm": "50", WHOLE: "124"}
    assert marks(found, "denominator")["Alder"] == "[c]" and found["children"].isna().all()


def test_the_profiles():
    truth = groups_of("age", (1, 40, 60, 0))
    pd.testing.assert_frame_equal(protected(truth, "internal"), truth)
    assert policy("release")["threshold"] == 11 and policy("internal")["threshold"] == 0
    assert policy("release")["months_in_care"] == [3, 6, 9, 12]  # months between would show small steps
    with pytest.raises(CqiError, match="No profile 'relaese'. Did you mean 'release'?"):
        protected(truth, "relaese")


# Properties, on random tables: many small counties, a few large ones

@st.composite
def cubes(draw, most=4):
    """Counties by kind of exit by month in care: each child left for a kind by a month, or is still in care."""
    sizes = draw(st.lists(st.sampled_from((0, 3, 9, 10, 11, 14, 25, 40, 90, 250)), min_size=2, max_size=most))
    random = np.random.default_rng(draw(st.integers(0, 10**6)))
    shares = random.dirichlet((2.0, 1.0, 0.3, 0.5, 0.4, 3.0))
    kinds = (*PERMANENCY, "other exit", "still in care")
    rows = []
    for number, size in enumerate(sizes):
        kind, month = random.choice(6, size, p=shares), random.choice(MONTHS, size)
        for at in MONTHS:
            gone = [int(((kind == place) & (month <= at)).sum()) for place in range(5)]
            counts = dict(zip(kinds, [*gone, size - sum(gone)])) | {"": sum(gone[:4])}
            rows += [{"county": f"County {number}", "at": float(at), "group": "", "part": part, "numerator": float(count),
                      "denominator": float(size)} for part, count in counts.items()]
    return measure_table(pd.DataFrame(rows))


@st.composite
def years(draw):
    """Counties by quarter, and the whole year."""
    counts = st.sampled_from((0, 0, 1, 4, 8, 10, 11, 12, 20, 45, 89, 92))
    rows = draw(st.lists(st.lists(counts, min_size=4, max_size=4), min_size=2, max_size=7))
    return of_a_year("county 2025Q1 2025Q2 2025Q3 2025Q4\n" + "\n".join(f"C{place} " + " ".join(map(str, row)) for place, row in enumerate(rows)))


BY_MONTH = cubes(most=6).map(lambda found: found.loc[found["part"] == ""].reset_index(drop=True))
TABLES = st.one_of(cubes(), years(), BY_MONTH)


def released_as_it_is(truth: pd.DataFrame) -> pd.DataFrame:
    return protected_alone(truth, "measures" if truth["at"].isna().all() else "curves")


@settings(STEADY, max_examples=60)
@given(TABLES)
def test_nothing_hidden_can_be_worked_out(truth):
    found = released_as_it_is(truth)
    assert exact(truth, found) == {}
    assert small_sums(truth, found) == []


@settings(STEADY, max_examples=20)
@given(st.one_of(years(), BY_MONTH))
def test_nothing_hidden_can_be_narrowed_down_to_one_number(truth):
    """By a linear programme that also knows that who has left by a month has left by the next."""
    assert narrow(truth, released_as_it_is(truth)) == {}


@settings(STEADY, max_examples=20)
@given(TABLES, st.randoms(use_true_random=False))
def test_what_is_shown_is_true_and_large_enough(truth, random):
    found = released_as_it_is(truth)
    seen = found.loc[found["numerator"].notna()]
    others = (seen["denominator"] - seen["numerator"]).where(seen["part"].eq(""))
    for count in (seen["numerator"], others, found["children"].dropna()):
        assert not count.between(1, 10).any()
    whole_percents = truth.round({"value": 2, "lower": 2, "upper": 2})
    pd.testing.assert_frame_equal(seen, whole_percents.loc[seen.index], check_dtype=False)
    assert found.loc[found["numerator"].isna(), "status"].eq("suppressed").all() and seen["status"].eq("shown").all()
    order = random.sample(list(truth.index), len(truth))
    again = released_as_it_is(truth.loc[order].reset_index(drop=True))
    pd.testing.assert_frame_equal(again.set_axis(order).sort_index(), found, check_names=False)


def test_the_attack_can_succeed(monkeypatch):
    """With small counts alone hidden, the same reader finds them."""
    monkeypatch.setattr(release, "hidden_jointly", small_ones_only)
    truth = of_a_year(CROSS)
    assert exact(truth, protected_alone(truth, "measures")) == {("Birch", "2025Q3", 0, "", ""): 6}
    truth = drawn("county all m12\nAlder 100 5\nBirch 100 50\nCedar 9 4")
    assert exact(truth, protected_alone(truth)).keys() >= {("Cedar", "2025H1")}
    truth = drawn("county all m12\nAlder 100 4\nBirch 100 5\nCedar 100 60")
    assert [what for what, _ in small_sums(truth, protected_alone(truth))] == ["count", "since"]
    truth = drawn("county all m3 m6 m9\nAlder 200 20 20 20\nBirch 200 0 4 15\nCedar 200 30 60 90")
    found = protected_alone(truth)
    found.loc[(found["county"] == "Alder") & (found["at"] == 6), "numerator"] = np.nan
    found.loc[(found["county"] == "Cedar") & (found["at"] == 6), "numerator"] = 60
    assert exact(truth, found) == {} and narrow(truth, found).keys() == {("Alder", "2025H1", 6, "", ""), ("Birch", "2025H1", 6, "", "")}


# Groups of all children together, which stand beside no other counts

def groups_of(grouping: str, counts) -> pd.DataFrame:
    rows = pd.DataFrame({"county": WHOLE, "at": np.nan, "group": [f"{grouping}: {place}" for place in range(len(counts))], "part": "",
                         "numerator": np.array(counts, dtype=float), "denominator": float(sum(counts))})
    return measure_table(rows).iloc[:len(counts)]


@pytest.mark.parametrize(("few", "marked"), [(0, "0 60 70 80"), (1, "[c] [c] 70 80"), (10, "[c] [c] 70 80"), (11, "11 60 70 80")])
def test_a_small_group_is_hidden_and_another_beside_it(few, marked):
    assert marks(protected(groups_of("age", (few, 60, 70, 80)), "release")) == {WHOLE: marked}


@pytest.mark.parametrize(("rest", "marked"), [(0, "80 0"), (1, "[c] [c]"), (10, "[c] [c]"), (11, "80 11")])
def test_all_but_few_in_one_group(rest, marked):
    assert marks(protected(groups_of("age", (80, rest)), "release")) == {WHOLE: marked}


def test_two_small_groups_of_a_small_sum_are_no_cover():
    assert marks(protected(groups_of("age", (4, 5, 50, 60)), "release")) == {WHOLE: "[c] [c] [c] 60"}


def test_few_children_hide_all_their_groups():
    found = protected(groups_of("age", (10, 0)), "release")
    assert found[["children", "numerator", "denominator", "value"]].isna().all(axis=None) and set(found["status"]) == {"suppressed"}


def test_groups_that_another_table_asks_for_are_hidden_with_one_beside_them():
    truth = groups_of("age", (50, 60, 70))
    assert marks(protected(truth, "release", besides=truth["group"].eq("age: 1"))) == {WHOLE: "[c] [c] 70"}


@settings(STEADY, max_examples=60)
@given(st.lists(st.sampled_from((0, 0, 1, 4, 8, 10, 11, 12, 20, 45, 120)), min_size=4, max_size=4), st.randoms(use_true_random=False))
def test_no_hidden_group_can_be_worked_out(counts, random):
    living = (counts[0] + counts[3], counts[1] + counts[2])
    truth = pd.concat([groups_of("age", counts), groups_of("living", living)], ignore_index=True)
    found = protected(truth, "release")
    assert exact(truth, found) == {} and small_sums(truth, found) == []
    seen = found.loc[found["numerator"].notna()]
    assert not seen["numerator"].between(1, 10).any() and not (seen["denominator"] - seen["numerator"]).between(1, 10).any()
    pd.testing.assert_frame_equal(seen, truth.round({"value": 2}).loc[seen.index], check_dtype=False)
    order = random.sample(list(truth.index), len(truth))
    pd.testing.assert_frame_equal(protected(truth.loc[order], "release").sort_index(), found)


def test_the_attack_on_groups_can_succeed(monkeypatch):
    monkeypatch.setattr(cells, "complement", lambda every, hidden, weak: np.zeros(len(hidden), dtype=bool))
    truth = groups_of("age", (4, 50, 60))
    assert exact(truth, protected(truth, "release")) == {(WHOLE, "2025H1", 0, "age: 0", ""): 4}


# The course table: a county's row is shown whole or hidden whole, with its counts

def course_table(rows: list[tuple]) -> pd.DataFrame:
    frame = pd.DataFrame([*rows, (WHOLE, *np.sum([row[1:] for row in rows], axis=0))], columns=["county", "entered", "at_risk", "observed"])
    same = dict.fromkeys(set(course.HIDDEN) - set(frame.columns), 1.0) | {"projected_50": np.nan}
    return frame.assign(measure=HEADLINE, cohort="2025H1", as_of=pd.Timestamp("2026-06-30"), status="shown", signal="worse", signal_by="cohort",
                        first_signal=pd.Timestamp("2026-03-31"), phi=1.0, tau2=0.0, **same)


@settings(STEADY, max_examples=30)
@given(st.lists(st.tuples(st.sampled_from((0, 4, 10, 11, 30, 80, 300)), st.floats(0, 1), st.floats(0, 1)), min_size=2, max_size=9))
def test_the_course_table(drawn_rows):
    truth = course_table([(f"County {number}", size, int(size * share * waiting), int(size * share * (1 - waiting)))
                          for number, (size, share, waiting) in enumerate(drawn_rows)])
    counts = truth.iloc[:-1].assign(numerator=truth["observed"].astype(float), denominator=truth["entered"].astype(float), at=12.0, group="", part="")
    measures = protected_alone(measure_table(counts[["county", "numerator", "denominator", "at", "group", "part"]]), "measures")
    found = _course(measures, measures, truth, "release")
    hidden = found["status"] == "suppressed"
    assert hidden.tolist() == measures["numerator"].isna().tolist()
    assert found.loc[hidden, [name for name in course.HIDDEN if name != "entered"] + ["first_signal"]].isna().all(axis=None)
    assert found.loc[hidden, ["signal", "signal_by"]].eq("").all(axis=None)
    pd.testing.assert_frame_equal(found.loc[~hidden], truth.loc[~hidden].assign(at_risk=np.nan), check_dtype=False)
    pd.testing.assert_series_equal(found["entered"], measures["denominator"], check_names=False)
    for name in ("entered", "observed"):
        counts = truth[name].where(truth["county"] != WHOLE)[found[name].isna()]
        assert not found[name].between(1, 10).any()
        assert np.isnan(found[name].iloc[-1]) or counts.sum() == 0 or (counts.sum() > 10 and counts.notna().sum() > 1)
    assert not (found["entered"] - found["observed"]).between(1, 10).any()
    again = _course(measures.iloc[::-1], measures.iloc[::-1], truth.iloc[::-1], "release").sort_index()
    pd.testing.assert_frame_equal(again, found)
