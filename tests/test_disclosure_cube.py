"""The cube of counties by cohorts by yes and no: what a reader of its published numbers can work out. Nothing."""

import numpy as np
import pandas as pd
import pytest
from counted import table
from lp_attack import COUNTS, attacked, back_solved, beyond_ones, by_subtraction, exact

from cqi.disclosure import joint
from cqi.disclosure.cube import ALL_COHORTS, coarsened_cube, protected_cube
from cqi.vocabulary import WHOLE, CqiError

CUBES = 50


def random_cube(seed: int) -> pd.DataFrame:
    """3 to 12 counties of uneven size by 2 to 6 cohorts, 8 to 100 children in each on average."""
    random = np.random.default_rng(seed)
    counties, cohorts = int(random.integers(3, 13)), int(random.integers(2, 7))
    size = random.lognormal(0, random.uniform(0.3, 1.5), (counties, 1)) * random.choice([8, 20, 40, 100])
    children = random.poisson(np.repeat(size, cohorts, axis=1))
    yes = random.binomial(children, np.repeat(random.beta(2, 3, (counties, 1)), cohorts, axis=1))
    counties_named = [f"County {number:02}" for number in range(counties)]
    cohorts_named = [f"20{20 + number // 2}H{1 + number % 2}" for number in range(cohorts)]
    names = pd.MultiIndex.from_product([counties_named, cohorts_named], names=["county", "cohort"])
    return pd.DataFrame({"yes": yes.ravel(), "no": (children - yes).ravel()}, index=names).reset_index()


def with_totals(cells: pd.DataFrame) -> pd.DataFrame:
    """The same cube with nothing hidden."""
    cells = pd.concat([cells, cells.groupby("county", as_index=False)[["yes", "no"]].sum().assign(cohort=ALL_COHORTS)])
    cells = pd.concat([cells, cells.groupby("cohort", as_index=False)[["yes", "no"]].sum().assign(county=WHOLE)], ignore_index=True)
    return cells.assign(all=cells["yes"] + cells["no"])


def marks(cube: pd.DataFrame) -> dict:
    """Each row's yes, no and all as one reads them."""
    words = cube[COUNTS].map(lambda count: "[c]" if np.isnan(count) else f"{count:.0f}")
    return {(row.county, row.cohort): " ".join(words.loc[row.Index]) for row in cube.itertuples()}


DRAWN = """
    county  cohort  yes  no
    Alder   2024    4    40
    Alder   2025    30   50
    Birch   2024    40   60
    Birch   2025    35   65
    Cedar   2024    50   70
    Cedar   2025    60   80
"""


def drawn(drawing: str = DRAWN) -> pd.DataFrame:
    return table(drawing).astype({"county": "str", "cohort": "str", "yes": int, "no": int})


# Drawn by hand

def test_one_small_count_is_hidden_in_a_box_of_others():
    found = protected_cube(drawn())
    assert marks(found) == {
        ("Alder", "2024"): "[c] [c] 44", ("Alder", "2025"): "[c] [c] 80", ("Alder", ALL_COHORTS): "34 90 124",
        ("Birch", "2024"): "[c] [c] 100", ("Birch", "2025"): "[c] [c] 100", ("Birch", ALL_COHORTS): "75 125 200",
        ("Cedar", "2024"): "50 70 120", ("Cedar", "2025"): "60 80 140", ("Cedar", ALL_COHORTS): "110 150 260",
        (WHOLE, "2024"): "94 170 264", (WHOLE, "2025"): "125 195 320", (WHOLE, ALL_COHORTS): "219 365 584"}


def test_the_percent_is_whole_and_hidden_with_its_counts():
    found = protected_cube(drawn()).set_index(["county", "cohort"])
    assert found["percent"].dropna().to_dict() == {
        ("Alder", ALL_COHORTS): 27, ("Birch", ALL_COHORTS): 38, ("Cedar", "2024"): 42, ("Cedar", "2025"): 43, ("Cedar", ALL_COHORTS): 42,
        (WHOLE, "2024"): 36, (WHOLE, "2025"): 39, (WHOLE, ALL_COHORTS): 38}  # 75 of 200 is 37.5, rounded up
    assert found["percent"].isna().eq(found[["yes", "all"]].isna().any(axis=1)).all()


def test_the_mark_is_the_same_whatever_the_reason():
    """A14: Alder's 4 is small; Birch's 40 is hidden to cover for it."""
    rows = protected_cube(drawn()).set_index(["county", "cohort"])
    alder, birch = rows.loc[("Alder", "2024")], rows.loc[("Birch", "2024")]
    assert alder["status"] == birch["status"] == "suppressed"
    assert alder[["yes", "no", "percent"]].isna().all() and birch[["yes", "no", "percent"]].isna().all()
    assert set(rows["status"]) == {"shown", "suppressed"} and list(rows.columns) == [*COUNTS, "percent", "status"]


@pytest.mark.parametrize(("yes", "no", "shown"), [
    (0, 60, "0 60 60"), (60, 0, "60 0 60"), (0, 20, "0 20 20"), (20, 0, "20 0 20"),
    (0, 19, "[c] [c]"), (19, 0, "[c] [c]"), (11, 11, "11 11 22"), (10, 11, "[c] [c]"), (11, 10, "[c] [c]"),
    (0, 0, "0 0 0"), (0, 1, "[c] [c] [c]"),
])
def test_the_edges_of_what_is_small(yes, no, shown):
    cells = drawn()
    cells.loc[0, ["yes", "no"]] = yes, no
    assert marks(protected_cube(cells))[("Alder", "2024")].startswith(shown)


def test_what_a_cube_must_be():
    with pytest.raises(CqiError, match="columns county, cohort, yes, no; this table has county, cohort, yes, no, sex"):
        protected_cube(drawn().assign(sex="f"))
    with pytest.raises(CqiError, match="without its totals"):
        protected_cube(drawn().replace("Cedar", WHOLE))
    with pytest.raises(CqiError, match="one row by county and cohort"):
        protected_cube(pd.concat([drawn(), drawn().iloc[:1]]))
    for wrong in (-1, 2.5):
        with pytest.raises(CqiError, match="whole, 0 or more"):
            protected_cube(drawn().astype({"yes": float}).assign(yes=wrong))


def test_a_pair_without_a_row_has_no_children():
    found = protected_cube(drawn().iloc[1:])
    assert marks(found)[("Alder", "2024")] == "0 0 0"


# Attacks on random cubes

@pytest.fixture(scope="module")
def cubes() -> list[tuple]:
    """Cubes, as they are and as they are published."""
    truths = [random_cube(seed) for seed in range(CUBES)]
    return [(with_totals(cells), protected_cube(cells)) for cells in truths]


@pytest.fixture(scope="module")
def found(cubes) -> list[pd.DataFrame]:
    return [attacked(cube, truth) for truth, cube in cubes]


def test_no_hidden_count_is_worked_out_by_linear_programmes(found):
    """A1"""
    assert sum(len(exact(cells)) for cells in found) == 0
    assert min((cells["high"] - cells["low"]).min() for cells in found if len(cells)) >= 5
    small = pd.concat(found).query("1 <= true <= 10")
    assert small["high"].ge(11).mean() >= 0.95 and len(small) > 1000


def test_no_hidden_count_is_worked_out_by_subtraction(cubes):
    """A2"""
    assert sum(len(by_subtraction(cube)) for _, cube in cubes) == 0


def test_no_small_count_is_worked_out_from_a_percent(cubes):
    """A3"""
    assert sum(len(back_solved(cube)) for _, cube in cubes) == 0
    told = protected_cube(drawn()).set_index(["county", "cohort"])
    told.loc[("Alder", "2024"), "percent"] = 9
    assert len(back_solved(told.reset_index())) == 1


def test_no_small_count_is_shown_nor_left_over(cubes):
    """A4: n - k."""
    for truth, cube in cubes:
        others = cube["all"] - cube["yes"]
        assert not pd.concat([*(cube[name] for name in COUNTS), others]).between(1, 10).any()
        both = cube.merge(truth, on=["county", "cohort"], suffixes=("", "_true"))
        for name in COUNTS:
            assert both[name].isna().sum() + both[name].eq(both[f"{name}_true"]).sum() == len(both)


def test_no_shown_total_leaves_a_small_sum(cubes):
    for truth, cube in cubes:
        both = cube.merge(truth, on=["county", "cohort"], suffixes=("", "_true"))
        for name in COUNTS:
            rows = both.assign(mass=both[f"{name}_true"].where(both[name].isna(), 0))
            for by, total in (("county", rows["cohort"] == ALL_COHORTS), ("cohort", rows["county"] == WHOLE)):
                mass = rows.loc[~total].groupby(by)["mass"].sum().loc[rows.loc[total & rows[name].notna(), by]]
                assert not mass.between(1, 10).any()


def test_readers_who_know_every_count_of_1_learn_no_other(cubes):
    """A11"""
    ones = [(truth, cube) for truth, cube in cubes if truth[["yes", "no"]].eq(1).any(axis=None)]
    assert len(ones) > 10
    for truth, cube in ones:
        assert beyond_ones(attacked(cube, truth, knows_ones=True), truth).empty


def test_an_independent_audit_agrees(tmp_path, monkeypatch):
    """A12: tau-ARGUS works out no hidden count, and does where only the small ones are hidden."""
    pytest.importorskip("pytauargus")
    from tau_argus import audited
    monkeypatch.chdir(tmp_path)
    protected = audited(drawn(), protected_cube(drawn()), tmp_path)
    assert sorted(protected["value"]) == [4, 30, 35, 40, 40, 50, 60, 65] and (protected["max"] - protected["min"]).min() >= 5
    naive = with_totals(drawn())
    alone = audited(drawn(), naive.assign(**{name: naive[name].mask(naive[name].between(1, 10)) for name in COUNTS}), tmp_path)
    assert alone[["value", "min", "max"]].values.tolist() == [[4, 4, 4]]


def test_without_the_complements_the_attack_succeeds(monkeypatch):
    """A13"""
    monkeypatch.setattr(joint._Release, "protect", lambda self, cells, lines: None)
    monkeypatch.setattr(joint._Release, "hide_beside_small_sums", lambda self: None)
    broken = [(random_cube(seed), with_totals(random_cube(seed))) for seed in range(5)]
    assert all(len(exact(attacked(protected_cube(cells), truth))) for cells, truth in broken)
    assert all(len(by_subtraction(protected_cube(cells))) for cells, _ in broken)


def test_the_order_of_rows_changes_nothing():
    for seed in range(10):
        cells = random_cube(seed)
        shuffled = cells.sample(frac=1, random_state=seed)[["no", "cohort", "yes", "county"]]
        pd.testing.assert_frame_equal(protected_cube(shuffled), protected_cube(cells))


# Coarsened before anything is hidden

POOLS = """
    county  cohort  yes  no
    Alder   2024H1  40   60
    Alder   2024H2  40   60
    Alder   2025H1  50   60
    Alder   2025H2  50   60
    Birch   2024H1  8    12
    Birch   2024H2  7    12
    Birch   2025H1  8    12
    Birch   2025H2  9    12
    Cedar   2024H1  4    5
    Cedar   2024H2  4    3
    Cedar   2025H1  3    3
    Cedar   2025H2  3    4
    Elm     2024H1  1    0
    Elm     2024H2  2    1
    Elm     2025H1  1    0
    Elm     2025H2  0    2
    Finch   2024H1  60   90
    Finch   2024H2  70   90
    Finch   2025H1  60   90
    Finch   2025H2  80   90
"""
REGIONS = pd.DataFrame({"county": ["Alder", "Birch", "Cedar", "Elm", "Finch"], "region": ["North", "South", "South", "South", "North"]})


def test_cohorts_are_put_together_before_counts_are_hidden():
    found = coarsened_cube(drawn(POOLS))
    assert found.groupby("county")["pooled"].first().to_dict() == {
        "Alder": "", "Birch": "by year", "Cedar": "all cohorts together", "Elm": "all cohorts together", "Finch": "", WHOLE: ""}
    assert found.groupby("county")["cohort"].agg(" ".join)["Birch"] == f"2024 2025 {ALL_COHORTS}"
    assert found.groupby("county")["cohort"].agg(" ".join)["Elm"] == ALL_COHORTS
    shown = found.loc[found["county"] == WHOLE, COUNTS]
    assert shown.notna().all(axis=None)


def test_a_county_too_small_is_shown_in_its_region():
    found = coarsened_cube(drawn(POOLS), regions=REGIONS)
    assert "Elm" not in set(found["county"])
    assert found.loc[found["county"] == "South", "pooled"].eq("region").all() and "North" not in set(found["county"])
    assert marks(found)[("South", ALL_COHORTS)] == f"{32 + 14 + 4} {48 + 15 + 3} 116"  # Birch, Cedar and Elm
    assert marks(found)[("Cedar", ALL_COHORTS)] == "[c] [c] [c]"  # beside Birch's 80 and the South's 116, Cedar's 29 would tell Elm's 7


def test_a_region_has_a_name_of_its_own():
    with pytest.raises(CqiError, match="A region needs a name that no county has."):
        coarsened_cube(drawn(POOLS), regions=REGIONS.replace("South", "Elm"))
