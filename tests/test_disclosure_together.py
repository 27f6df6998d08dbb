"""The same children in several tables of one review: no small count by taking one table from another."""

import pandas as pd
import pytest

from cqi import Review, tables
from cqi.disclosure import protected_together
from cqi.tables import HEADLINE

DAY = "2026-06-30"


@pytest.fixture(scope="module", params=["2025H2", "2026H1"])
def pair(request):
    """The tables of a cohort of the sample state, internal and released."""
    return tuple(tables.tables("data_samples", "episodes", request.param, DAY, profile) for profile in ("internal", "release"))


def by_today(table: pd.DataFrame) -> pd.Series:
    """The headline count by today, by county and cohort."""
    own = table.loc[(table["measure"] == HEADLINE) & (table["as_of"] == DAY)]
    own = own.loc[own["at"] == 12] if "at" in own else own
    return own.set_index(["county", "cohort"])["numerator" if "numerator" in own else "observed"]


def test_a_count_hidden_in_one_table_is_hidden_in_all(pair):
    present, shown = (pd.concat([by_today(getattr(found, name)) for name in ("measures", "same_age", "course")], axis=1).notna() for found in pair)
    hidden = present & ~shown
    assert hidden.any(axis=None) and shown.any(axis=None)
    assert (hidden | ~present).loc[hidden.any(axis=1)].all(axis=None)


def test_no_month_is_a_small_step_from_today(pair):
    """`14 within 3 months` beside `15 by today` would say that one child left since."""
    _, released = pair
    today = by_today(released.measures)
    rows = released.maturity.loc[released.maturity["numerator"].notna()].set_index(["county", "cohort"])
    steps = (today.reindex(rows.index) - rows["numerator"]).dropna().abs()
    assert len(steps) > 50 and not steps.between(1, 10).any()


def test_the_children_still_in_care_do_not_tell_who_left_another_way(pair):
    internal, released = pair
    course = internal.course.loc[internal.course["measure"] == HEADLINE].set_index("county")
    shown = released.waiting.drop_duplicates("county").set_index("county")["denominator"].dropna()
    others = (course["entered"] - course["observed"]).reindex(shown.index) - shown
    assert len(shown) and not others.between(1, 10).any()
    assert released.course["at_risk"].isna().all()


def test_what_is_shown_is_true(pair):
    internal, released = pair
    for name in ("measures", "same_age", "maturity", "waiting"):
        place = ["measure", "county", "cohort", "as_of", "group", "part", "at"]
        truth, shown = (getattr(found, name).set_index(place)["numerator"] for found in (internal, released))
        shown = shown.dropna()
        assert len(shown) and (truth.loc[shown.index] == shown).all()


def test_an_earlier_month_is_hidden_rather_than_today():
    """Birch: 37 within 9 months, 41 by today. Today is what the review is about."""
    found = tables.tables("data_samples", "episodes", "2025H2", DAY, "release").maturity
    birch = found.loc[(found["county"] == "Birch") & (found["cohort"] == "2025H2")].set_index("at")["numerator"]
    assert birch[12] == 41 and pd.isna(birch[9])


def test_the_internal_profile_hides_nothing(pair):
    internal, _ = pair
    own = {name: getattr(internal, name) for name in ("measures", "same_age", "maturity", "curves", "waiting", "course")}
    for name, table in protected_together(own, "internal", headline=HEADLINE).items():
        pd.testing.assert_frame_equal(table, own[name])


@pytest.mark.parametrize("county", ["Birch", "Heron", "Osprey"])
def test_a_released_review_can_be_read_whole(county):
    """Every part of the page copes with what is hidden."""
    review = Review(county=county, cohort="2025H2", as_of=DAY, profile="release")
    for part in ("heading", "answer", "expected", "exits", "maturity", "waiting", "counter_measures", "limits", "questions", "method"):
        assert "nan" not in str(getattr(review, part)().content()).lower().replace("finance", "").replace("maintenance", "")
