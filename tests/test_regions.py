"""Pools of small counties: declared regions as they are, the others grown in order of name until there is enough."""

import numpy as np
import pandas as pd
import pytest

from cqi.course.regions import pools
from cqi.sample import state

NONE = pd.DataFrame({"county": [], "region": []}, dtype="str")


def declared(**region):
    return pd.DataFrame({"county": list(region), "region": list(region.values())}, dtype="str")


def found(enough=10, regions=NONE, **sizes):
    """County -> its pool."""
    return dict(zip(sizes, pools(list(sizes), np.array(list(sizes.values()), dtype="float64"), regions, enough), strict=True))


def test_small_counties_are_put_together_in_order_of_name_and_large_ones_stand_alone():
    # A 4 + C 5 = 9, not enough; + D 1 = 10, enough. E 9 + G 9 = 18. B and F are large.
    first, second = "Pool of 3 small counties (A to D)", "Pool of 2 small counties (E to G)"
    assert found(A=4, B=30, C=5, D=1, E=9, F=10, G=9) == {"A": first, "B": "B", "C": first, "D": first, "E": second, "F": "F", "G": second}


@pytest.mark.parametrize(("size", "alone"), [(9.99, False), (10, True), (10.01, True)])
def test_a_county_with_just_enough_stands_alone(size, alone):
    assert (found(A=size, B=9, C=9)["A"] == "A") == alone


@pytest.mark.parametrize(("last", "pool"), [
    (3.99, "Pool of 4 small counties (A to D)"), (4, "Pool of 2 small counties (A to B)"), (4.01, "Pool of 2 small counties (A to B)"),
])
def test_what_is_left_joins_the_pool_before(last, pool):
    # A 5 + B 5 = 10; C 6 + D is enough from D = 4 on.
    assert found(A=5, B=5, C=6, D=last)["A"] == pool


def test_only_the_last_pool_takes_what_is_left():
    assert list(found(A=5, B=5, C=5, D=5, E=5).values()) == [
        *["Pool of 2 small counties (A to B)"] * 2, *["Pool of 3 small counties (C to E)"] * 3]


def test_all_together_may_have_too_little():
    assert set(found(A=2, B=3, C=4.9).values()) == {"Pool of 3 small counties (A to C)"}
    assert found(A=2, B=30) == {"A": "A", "B": "B"}


def test_declared_regions_stand_whatever_their_size():
    regions = declared(A="North", B="North", E="Far Island", Z="North")
    assert found(A=1, B=30, C=4, D=6, E=2, regions=regions) == {
        "A": "North", "B": "North", "C": "Pool of 2 small counties (C to D)", "D": "Pool of 2 small counties (C to D)", "E": "Far Island"}


def test_a_county_in_a_declared_region_is_no_part_of_a_pool_between_its_neighbours():
    assert found(A=6, B=6, C=6, regions=declared(B="North"))["C"] == "Pool of 2 small counties (A to C)"


def test_a_county_without_an_expected_count_is_small():
    pool = "Pool of 3 small counties (A to D)"
    assert found(A=np.nan, B=12, C=6, D=6) == {"A": pool, "B": "B", "C": pool, "D": pool}


def test_no_county_and_no_small_county():
    assert pools((), np.array([]), NONE, 10).tolist() == [] and list(found(A=10, B=20).values()) == ["A", "B"]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_order_of_counties_does_not_matter(seed):
    sizes = {county: entries / 6 for county, entries in state.COUNTIES.items()}
    mixed = np.random.Generator(np.random.PCG64(seed)).permutation(list(sizes))
    regions = declared(Rowan="Hills", Pine="Hills")
    assert found(30, regions, **{county: sizes[county] for county in mixed}) == found(30, regions, **sizes)


@pytest.mark.parametrize("enough", [2.5, 5, 20, 60])
def test_every_pool_of_the_sample_state_has_enough(enough):
    """A third of a half-year's entries: what a county may expect to reach permanency in twelve months."""
    sizes = pd.Series(state.COUNTIES) / 6
    pool = pd.Series(found(enough, **sizes))
    assert sizes.groupby(pool).sum().min() >= enough and (pool[sizes >= enough] == sizes.index[sizes >= enough]).all()
    told = pool[sizes < enough].str.extract(r"Pool of (\d+) small counties \((.+) to (.+)\)")
    assert (told[0].astype("float64") == pool.map(pool.value_counts())[sizes < enough]).all()
    assert (told[1] <= told.index).all() and (told.index <= told[2]).all()
