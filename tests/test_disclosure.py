"""Small numbers: what is hidden, what stays shown, and that nothing hidden can be worked out."""

import numpy as np
import pandas as pd
import pytest
from attack import exact, small_sums
from counted import table
from hypothesis import given, settings
from hypothesis import strategies as st

from cqi.disclosure import cells, course, policy, protected, protected_course
from cqi.vocabulary import MEASURE_COLUMNS, PERMANENCY, WHOLE, CqiError

MONTHS = (3, 6, 9, 12)
HIDDEN = ["numerator", "value", "lower", "upper"]
STEADY = settings(deadline=None, derandomize=True, database=None)


def measure_table(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows of county, at, group, part, numerator and denominator as a measure table, with the whole file's rows."""
    keys = ["at", "group", "part"]
    whole = rows.groupby(keys, dropna=False, as_index=False, sort=False)[["numerator", "denominator"]].sum()
    found = pd.concat([rows, whole.assign(county=WHOLE)], ignore_index=True)
    found = found.assign(measure="m", cohort="2025H1", as_of=pd.Timestamp("2026-06-30"), children=found["denominator"], level=0.95,
                         value=found["numerator"] / found["denominator"], lower=0.0, upper=1.0, unit="children", method="", status="shown")
    return found[list(MEASURE_COLUMNS)]


def drawn(drawing: str) -> pd.DataFrame:
    """Counties in rows; columns `all` and, for each month, what has left by then: `m3`, `m6`, ... or groups by name."""
    wide = table(drawing)
    names = [name for name in wide.columns if name not in ("county", "all")]
    month = {name: float(name[1:]) if name[1:].isdigit() else np.nan for name in names}
    rows = [{"county": row["county"], "at": month[name], "group": "" if month[name] > 0 else f"age: {name}", "part": "",
             "numerator": float(row[name]), "denominator": float(row["all"])} for _, row in wide.iterrows() for name in names]
    return measure_table(pd.DataFrame(rows))


def marks(found: pd.DataFrame, name: str = "numerator") -> dict:
    """Each county's counts as one reads them: `[c]` where hidden."""
    words = found[name].map(lambda count: "[c]" if np.isnan(count) else f"{count:.0f}")
    return words.groupby(found["county"], sort=False).agg(" ".join).to_dict()


# Drawn by hand

def test_counts_and_complements_of_1_to_10_are_hidden_and_zero_is_shown():
    found = protected(drawn("""
        county  all  m12
        Alder   100  0
        Birch   100  1
        Cedar   100  10
        Elm     100  11
        Finch   100  89
        Hazel   100  90
        Maple   100  99
        Pine    100  100
    """), "release")
    assert marks(found) == {"Alder": "0", "Birch": "[c]", "Cedar": "[c]", "Elm": "11", "Finch": "89", "Hazel": "[c]",
                            "Maple": "[c]", "Pine": "100", WHOLE: "400"}


def test_a_hidden_number_is_missing_with_a_status_and_never_0():
    found = protected(drawn("county all m12\nAlder 100 5\nBirch 100 50\nCedar 100 60"), "release").set_index("county")
    assert found.loc["Alder", HIDDEN].isna().all() and found.loc["Birch", HIDDEN].isna().all()
    assert found["status"].to_dict() == {"Alder": "suppressed", "Birch": "suppressed", "Cedar": "shown", WHOLE: "shown"}
    assert found["denominator"].to_dict() == {"Alder": 100, "Birch": 100, "Cedar": 100, WHOLE: 300}


def test_few_children_are_hidden_whole_and_so_is_another_county_that_would_tell_how_many():
    found = protected(drawn("county all m12\nAlder 7 0\nBirch 40 20\nCedar 60 30\nElm 80 40"), "release")
    assert marks(found, "children") == {"Alder": "[c]", "Birch": "[c]", "Cedar": "60", "Elm": "80", WHOLE: "187"}
    assert marks(found) == {"Alder": "[c]", "Birch": "[c]", "Cedar": "30", "Elm": "40", WHOLE: "90"}


def test_two_hidden_counts_of_a_small_sum_are_no_cover():
    found = protected(drawn("county all m12\nAlder 100 4\nBirch 100 5\nCedar 100 50\nElm 100 60"), "release")
    assert marks(found) == {"Alder": "[c]", "Birch": "[c]", "Cedar": "[c]", "Elm": "60", WHOLE: "119"}


def test_two_hidden_complements_of_a_small_sum_are_no_cover():
    found = protected(drawn("county all m12\nAlder 100 96\nBirch 100 95\nCedar 100 50\nElm 100 60"), "release")
    assert marks(found) == {"Alder": "[c]", "Birch": "[c]", "Cedar": "[c]", "Elm": "60", WHOLE: "301"}


def test_a_small_step_between_months_is_hidden():
    found = protected(drawn("county all m3 m6 m9 m12\nAlder 200 20 30 31 60\nBirch 200 20 31 50 70\nCedar 200 40 60 80 100"), "release")
    assert marks(found)["Alder"] == "20 [c] 31 60"  # 10 more by month 6; from month 3 to 9 it is 11


def test_equal_months_on_both_sides_would_tell_a_hidden_one():
    truth = drawn("county all m3 m6 m9\nAlder 200 20 20 20\nBirch 200 0 4 15\nCedar 200 30 60 90")
    found = protected(truth, "release")
    #  Birch's 4 is small; Alder covers it, but 20 and 20 again would tell Alder's, and the two gained but 4 since month 3
    assert marks(found) == {"Alder": "20 [c] [c]", "Birch": "0 [c] [c]", "Cedar": "30 [c] 90", WHOLE: "50 84 125"}


def test_the_total_is_hidden_when_nothing_else_can_cover():
    found = protected(drawn("county all m12\nAlder 30 25\nBirch 30 0\nCedar 30 0"), "release")
    assert marks(found) == {"Alder": "[c]", "Birch": "0", "Cedar": "0", WHOLE: "[c]"}


CROSS = """
    county  all  infant  child  youth  older
    Alder   72   6       6      30     30
    Birch   48   6       6      6      30
    Cedar   72   30      30     6      6
    Elm     72   30      30     6      6
"""
"""Every row and column hides two or more, yet Birch's youths follow: Alder and Birch hide 6 + 6 + 6 + 6 + 6 in all, and
infants and children 6 + 6 + 6 + 6 of them."""


def test_no_count_follows_from_several_sums_together(monkeypatch):
    truth = drawn(CROSS)
    assert exact(truth, protected(truth, "release")) == {}
    monkeypatch.setattr(cells, "_determined", lambda every, hidden: np.zeros(len(hidden), dtype=bool))
    assert exact(truth, protected(truth, "release")) == {("Birch", 0, "age: youth", ""): 6}


def test_a_county_too_small_for_a_row_is_hidden_like_any_other():
    truth = drawn("county all m12\nAlder 9 4\nBirch 100 50\nCedar 100 60")
    without = truth.loc[truth["county"] != "Alder"]
    assert marks(protected(without, "release")) == {"Birch": "[c]", "Cedar": "60", WHOLE: "114"}
    assert exact(truth, protected(without, "release")) == {}


def test_rates_are_hidden_by_their_count_and_their_children():
    truth = drawn("county all m12\nAlder 9000 30\nBirch 9000 4\nCedar 9000 40\nElm 9000 50").assign(unit="moves", at=np.nan)
    truth["children"] = [9.0, 90, 90, 90, 279]
    found = protected(truth, "release")
    assert marks(found) == {"Alder": "[c]", "Birch": "[c]", "Cedar": "40", "Elm": "50", WHOLE: "124"}
    assert marks(found, "denominator")["Alder"] == marks(found, "denominator")["Birch"] == "[c]"


def test_the_profiles():
    truth = drawn("county all m2 m3\nAlder 30 1 5\nBirch 30 6 20")
    pd.testing.assert_frame_equal(protected(truth, "internal"), truth)
    assert set(protected(truth, "release")["at"]) == {3}  # months between would show small steps
    assert policy("release")["threshold"] == 11
    with pytest.raises(CqiError, match="No profile 'relaese'. Did you mean 'release'?"):
        protected(truth, "relaese")


# Properties, on random tables: many small counties, a few large ones

@st.composite
def cubes(draw):
    """Counties by kind of exit by month in care: each child left for a kind by a month, or is still in care."""
    sizes = draw(st.lists(st.sampled_from((0, 3, 9, 10, 11, 14, 25, 40, 90, 250)), min_size=2, max_size=7))
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
def groupings(draw):
    """Counties by groups of children, in two groupings."""
    counts = st.sampled_from((0, 0, 1, 4, 8, 10, 11, 12, 20, 45, 120))
    sizes = draw(st.lists(st.lists(counts, min_size=4, max_size=4), min_size=2, max_size=8))
    rows = [{"county": f"County {number}", "at": np.nan, "group": group, "part": "", "numerator": float(count), "denominator": float(sum(row))}
            for number, row in enumerate(sizes)
            for group, count in [*((f"age: {place}", count) for place, count in enumerate(row)),
                                 ("living: kin", row[0] + row[3]), ("living: other", row[1] + row[2])]]
    return measure_table(pd.DataFrame(rows))


TABLES = st.one_of(cubes(), groupings(), cubes().map(lambda found: found.loc[found["part"] == ""].reset_index(drop=True)))


@settings(STEADY, max_examples=60)
@given(TABLES)
def test_nothing_hidden_can_be_worked_out(truth):
    found = protected(truth, "release")
    assert exact(truth, found) == {}
    assert small_sums(truth, found) == []


@settings(STEADY, max_examples=40)
@given(TABLES, st.randoms(use_true_random=False))
def test_what_is_shown_is_true_and_large_enough(truth, random):
    found = protected(truth, "release")
    seen = found.loc[found["numerator"].notna()]
    for count in (seen["numerator"], seen["denominator"] - seen["numerator"], found["children"].dropna()):
        assert not count.between(1, 10).any()
    whole_percents = truth.round({"value": 2, "lower": 2, "upper": 2})
    pd.testing.assert_frame_equal(seen, whole_percents.loc[seen.index], check_dtype=False)
    assert found.loc[found["numerator"].isna(), "status"].eq("suppressed").all() and seen["status"].eq("shown").all()
    zeros = truth["numerator"].eq(0) & found["children"].notna()
    assert found.loc[zeros, "numerator"].eq(0).all()
    order = random.sample(list(truth.index), len(truth))
    again = protected(truth.loc[order].reset_index(drop=True), "release")
    pd.testing.assert_frame_equal(again.set_axis(order).sort_index(), found, check_names=False)


def test_the_attack_can_succeed(monkeypatch):
    """With the complements left out, the same reader finds hidden counts."""
    monkeypatch.setattr(cells, "complement", lambda every, hidden, weak: np.zeros(len(hidden), dtype=bool))
    truth = drawn(CROSS)
    assert exact(truth, protected(truth, "release")) == {("Birch", 0, "age: youth", ""): 6}
    truth = drawn("county all m12\nAlder 100 5\nBirch 100 50\nCedar 9 4")
    assert exact(truth, protected(truth, "release")).keys() >= {("Cedar",)}
    truth = drawn("county all m12\nAlder 100 4\nBirch 100 5\nCedar 100 60")
    assert [what for what, _ in small_sums(truth, protected(truth, "release"))] == ["count", "since"]


# The course table: a county's row is shown whole or hidden whole

def course_table(rows: list[tuple]) -> pd.DataFrame:
    frame = pd.DataFrame([*rows, (WHOLE, *np.sum([row[1:] for row in rows], axis=0))], columns=["county", "entered", "at_risk", "observed"])
    same = dict.fromkeys(set(course.HIDDEN) - set(frame.columns), 1.0)
    return frame.assign(measure="m", cohort="2025H1", as_of=pd.Timestamp("2026-06-30"), status="shown", signal="worse", signal_by="cohort",
                        first_signal=pd.Timestamp("2026-03-31"), **same)


@settings(STEADY, max_examples=100)
@given(st.lists(st.tuples(st.sampled_from((0, 4, 10, 11, 30, 80, 300)), st.floats(0, 1), st.floats(0, 1)), min_size=2, max_size=9))
def test_the_course_table(drawn_rows):
    truth = course_table([(f"County {number}", size, int(size * share * waiting), int(size * share * (1 - waiting)))
                          for number, (size, share, waiting) in enumerate(drawn_rows)])
    found = protected_course(truth, "release")
    hidden = found["status"] == "suppressed"
    assert found.loc[hidden, [*course.HIDDEN, "first_signal"]].isna().all(axis=None)
    assert found.loc[hidden, ["signal", "signal_by"]].eq("").all(axis=None)
    pd.testing.assert_frame_equal(found.loc[~hidden], truth.loc[~hidden].assign(at_risk=np.nan), check_dtype=False)
    for name in ("entered", "observed"):
        counts = truth[name].where(truth["county"] != WHOLE)
        assert not found[name].between(1, 10).any()
        assert hidden.iloc[-1] or counts[hidden].sum() == 0 or (counts[hidden].sum() > 10 and hidden.sum() > 1)
    assert not (found["entered"] - found["observed"]).between(1, 10).any()
    pd.testing.assert_frame_equal(protected_course(truth.iloc[::-1], "release").sort_index(), found)
    pd.testing.assert_frame_equal(protected_course(truth, "internal"), truth)
