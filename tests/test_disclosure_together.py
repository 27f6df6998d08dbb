"""The release of the sample state, all its pages side by side: true or hidden, alike everywhere, and no small count by taking one from another."""

from itertools import combinations

import numpy as np
import pandas as pd
import pytest

from cqi import Review, tables
from cqi.cohorts import cohort, spanned
from cqi.registry import measure
from cqi.tables import HEADLINE
from cqi.tables.released import RUN, _waiting
from cqi.vocabulary import WHOLE

DAY, WORDS = "2026-06-30", ("2025H1", "2025H2", "2026H1")
TABLES = ("measures", "same_age", "maturity", "curves", "waiting")
PLACE = ["measure", "county", "cohort", "as_of", "group", "part", "at"]


@pytest.fixture(scope="module")
def every():
    """By profile and page (cohorts, and the official measures), the tables of one release of three cohorts."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(RUN, ",".join(WORDS))
        return {profile: {word: tables.tables("data_samples", "episodes", word, DAY, profile) for word in WORDS}
                | {"official": tables.official_tables("data_samples", "episodes", DAY, profile)} for profile in ("internal", "release")}


def of(page) -> dict[str, pd.DataFrame]:
    return {name: getattr(page, name) for name in TABLES if hasattr(page, name)} or {"periods": page.periods}


def counts(pages: dict) -> pd.DataFrame:
    """Every count of the measure tables, the courses, the pools and the looks: what it is of, and where it stands. Months in care are 12 for
    all by that day. `left` are those counted among the `children`, `others` those who are not, where children are what is counted."""
    parts = []
    for page, found in pages.items():
        for name, table in of(found).items():
            rows = table.loc[table["group"].eq("")]
            at = rows["at"].where(rows["at"].lt(12) & (name in ("maturity", "curves")), 12)
            parts.append(rows[["measure", "part", "county", "cohort", "as_of"]].assign(
                page=page, table=name, at=at, left=rows["numerator"], children=rows["children"],
                others=(rows["denominator"] - rows["numerator"]).where(rows["denominator"].eq(rows["children"]) & rows["part"].eq(""))))
        for name in ("course", "regions") if hasattr(found, "course") else ():
            rows = getattr(found, name)
            parts.append(rows[["measure", "county", "cohort", "as_of"]].assign(page=page, table=name, part="", at=12, left=rows["observed"],
                                                                                     children=rows["entered"], others=rows["entered"] - rows["observed"]))
    return pd.concat(parts, ignore_index=True)


def test_the_release_is_not_empty(every):
    rows = counts(every["release"])
    assert rows.loc[rows["county"] != WHOLE, "left"].notna().sum() > 500


def test_what_is_shown_is_true(every):
    """As the agency sees it; a row of earlier periods is the sum of theirs."""
    seen = 0
    for page, found in every["release"].items():
        for name, table in of(found).items():
            truth = of(every["internal"][page])[name]
            shown = table.loc[table["numerator"].notna() & table["status"].ne("pooled")].merge(truth, on=PLACE, how="left", suffixes=("", "_true"))
            assert (shown["numerator"] == shown["numerator_true"]).all() and (shown["denominator"] == shown["denominator_true"]).all()
            few = shown["children"].notna()
            assert (shown.loc[few, "children"] == shown.loc[few, "children_true"]).all()
            seen += len(shown)
    assert seen > 1000


@pytest.mark.parametrize("word", WORDS)
def test_earlier_periods_together_are_the_sum_of_each(every, word):
    found, truth = every["release"][word].same_age, every["internal"][word].same_age
    pooled = found.loc[found["cohort"].ne(word)].set_index(["measure", "county"])
    given = truth.loc[truth["cohort"].ne(word) & truth["numerator"].notna()]
    sums = given.groupby(["measure", "county"])[["numerator", "denominator"]].sum()
    assert set(pooled["status"]) == {"pooled", "suppressed"} and len(pooled) == len(sums)
    for name in ("numerator", "denominator"):
        shown = pooled[name].dropna()
        assert len(shown) > 100 and (shown == sums.loc[shown.index, name]).all()
    spans = given.groupby(["measure", "county"])["cohort"].agg(["first", "last"]).loc[pooled.index]
    for label, first, last in zip(pooled["cohort"], spans["first"], spans["last"]):
        assert (spanned(label).start, spanned(label).end) == (cohort(first).start, cohort(last).end)


def test_all_counties_together_are_shown(every):
    for page in WORDS:
        found = every["release"][page]
        for table in (found.measures, found.same_age, found.maturity.loc[found.maturity["at"] == 12]):
            whole = table.loc[table["county"].eq(WHOLE) & table["status"].ne("not yet mature")]
            assert len(whole) and whole[["numerator", "denominator"]].notna().all(axis=None)
        course = found.course.set_index(["measure", "county"])
        assert course.loc[(HEADLINE, WHOLE), ["entered", "observed"]].notna().all()


def test_the_same_count_is_shown_or_hidden_alike_everywhere(every):
    """Where two tables or pages hold the same count by the same day, both show it or neither does."""
    hidden, truth = counts(every["release"]), counts(every["internal"])
    key = ["measure", "part", "county", "cohort", "as_of", "at", "table", "page"]
    place = ["measure", "part", "county", "cohort", "as_of", "at"]
    both = hidden.merge(truth[[*key, "left", "children"]], on=key, how="left", suffixes=("", "_true"))
    both = both.loc[both["table"].ne("course") | both["measure"].eq(HEADLINE)]
    for name in ("left", "children"):
        rows = both.loc[both[f"{name}_true"].notna()]
        shown = rows[name].notna().groupby([rows[each] for each in place]).agg(["all", "any", "size"])
        assert (shown["size"] > 1).sum() > 300 and (shown["all"] == shown["any"]).all(), shown.loc[shown["all"] != shown["any"]]


def test_no_pair_of_shown_counts_of_a_period_differs_by_few(every):
    """By months in care, by another day, and by the looks: `14 within 3 months` beside `15 by today` would say that one child left since."""
    rows = counts(every["release"])
    parts = [rows.loc[rows["part"].eq(""), ["measure", "county", "cohort", "left"]]]
    for word in WORDS:
        looks = every["release"][word].looks
        parts.append(looks.loc[looks["monitor"] == "cohort"].assign(left=lambda rows: rows["observed"])[["measure", "county", "cohort", "left"]])
    assert sum(map(len, parts[1:])) > 30
    pairs = 0
    for _, found in pd.concat(parts).dropna().groupby(["measure", "county", "cohort"])["left"]:
        each = sorted(set(found))
        pairs += len(each) - 1
        assert not any(1 <= more - less <= 10 for less, more in zip(each, each[1:]))
    assert pairs > 50


def test_no_pair_of_shown_numbers_of_children_differs_by_few(every):
    """Children who entered in a period are those of three measures, but for the few that one leaves out."""
    rows = counts(every["release"])
    rows = rows.loc[rows["measure"].map(lambda name: measure(name).kind in ("exits of an entry cohort", "first placement of an entry cohort"))]
    for (county, label), found in rows.dropna(subset="children").groupby(["county", "cohort"])["children"]:
        assert not any(1 <= abs(one - other) <= 10 for one, other in combinations(set(found), 2)), (county, label)


def test_a_year_and_its_half_tell_no_small_rest(every):
    """Of periods of which one lies in another, of the same measure and county, counts differ by none or by 11 or more."""
    rows = counts(every["release"])
    rows = rows.loc[rows["part"].eq("") & rows["at"].eq(12) & rows["measure"].map(lambda name: measure(name).kind != "exits of children in care")]
    found = 0
    for _, own in rows.dropna(subset="left").drop_duplicates(["measure", "county", "cohort", "left"]).groupby(["measure", "county"]):
        spans = [(spanned(row.cohort), row.left) for row in own.itertuples()]
        for (one, more), (other, less) in combinations(spans, 2):
            if one != other and (one.start <= other.start and other.end <= one.end or other.start <= one.start and one.end <= other.end):
                found += 1
                assert not 1 <= abs(more - less) <= 10
    assert found > 50


def test_small_counts_and_complements_are_nowhere(every):
    rows = counts(every["release"])
    assert not rows["left"].between(1, 10).any() and not rows["children"].between(1, 10).any()
    assert rows["others"].notna().sum() > 500 and not rows["others"].between(1, 10).any()


def test_kinds_of_exit_and_groups_are_told_for_all_counties_only(every):
    for word in WORDS:
        found = every["release"][word]
        assert found.curves.loc[found.curves["part"].ne(""), "county"].eq(WHOLE).all()
        groups = found.waiting.loc[found.waiting["numerator"].notna()]
        assert len(groups) and groups["county"].eq(WHOLE).all()
        assert set(found.measures["cohort"]) == {word}


def test_the_children_still_in_care_do_not_tell_who_left_another_way(every):
    for word in WORDS:
        course = every["internal"][word].course.loc[lambda rows: rows["measure"] == HEADLINE].set_index("county")
        shown = every["release"][word].waiting.drop_duplicates("county").set_index("county")["denominator"].dropna()
        others = (course["entered"] - course["observed"]).reindex(shown.index) - shown
        assert len(shown) and not others.between(1, 10).any()
        assert every["release"][word].course["at_risk"].isna().all()


@pytest.mark.parametrize(("entered", "counted", "still", "quality", "seen"), [
    (100, 40, 60, False, True), (100, 40, 59, False, False), (100, 40, 50, False, False), (100, 40, 49, False, True),  # 0, 1, 10, 11 left another way
    (100, 40, 89, True, True), (100, 40, 90, True, False), (100, 40, 99, True, False), (100, 40, 100, True, True),  # 11, 10, 1, 0 left at all
    (100, float("nan"), 90, False, False), (100, float("nan"), 89, False, True),
])
def test_those_still_in_care_are_not_told_where_few_left(entered, counted, still, quality, seen):
    """Where the count of those who went home is not told, for the quality of the data or because it is hidden, those who left at all count."""
    course = pd.DataFrame({"county": [WHOLE], "entered": [entered], "observed": [counted]})
    reasons = pd.DataFrame({"measure": [HEADLINE] * quality, "county": [WHOLE] * quality})
    rows = pd.DataFrame({"measure": HEADLINE, "county": WHOLE, "cohort": "2025H2", "group": ["age: under 1", "age: 1 to 5"], "part": "", "at": float("nan"),
                         "as_of": pd.Timestamp("2026-06-30"), "children": still, "numerator": [30, still - 30], "denominator": still, "value": 0.5, "level": 0.95,
                         "lower": 0.4, "upper": 0.6, "unit": "children", "method": "", "status": "shown"})
    found = _waiting(rows, course, reasons, "release")
    assert found["denominator"].notna().all() == seen == found["children"].notna().all()


def test_an_earlier_month_is_hidden_rather_than_today(every):
    """Birch: 37 within 9 months, 41 by today. Today is what the review is about."""
    found = every["release"]["2025H2"].maturity
    birch = found.loc[(found["county"] == "Birch") & (found["cohort"] == "2025H2")].set_index("at")["numerator"]
    assert birch[12] == 41 and pd.isna(birch[9])


def test_hidden_counties_all_look_the_same(every):
    """Whether a county's count hides because it is small or to cover another."""
    released = every["release"]["2025H2"].course.loc[lambda rows: rows["measure"] == HEADLINE]
    hidden = released.loc[released["status"] == "suppressed"].drop(columns=["county", "region", "entered", "target"])
    assert len(hidden) > 5 and len(hidden.astype("str").drop_duplicates()) == 1


def test_the_released_course_is_true_or_hidden(every):
    for word in WORDS:
        internal, found = (every[profile][word].course for profile in ("internal", "release"))
        for name in ("entered", "observed"):
            seen = found[name].notna()
            assert seen.any() and (found.loc[seen, name] == internal.loc[seen, name]).all() and not found[name].between(1, 10).any()
        assert not (found["projected_50"].notna() & internal["at_risk"].between(1, 10)).any()
        assert found.loc[found["status"] == "suppressed", ["observed", "expected", "ratio"]].isna().all(axis=None)


def test_official_periods_of_a_county_do_not_overlap(every):
    periods = every["release"]["official"].periods
    counties = periods.loc[periods["county"] != WHOLE].drop_duplicates(["measure", "county", "cohort"])
    assert len(counties) > 100
    for _, own in counties.groupby(["measure", "county"]):
        spans = sorted((spanned(word).start, spanned(word).end) for word in own["cohort"])
        assert all(end < start for (_, end), (start, _) in zip(spans, spans[1:]))


def test_the_internal_profile_hides_nothing(every):
    for found in every["internal"].values():
        for table in of(found).values():
            assert not table["status"].isin(["suppressed", "pooled", "carried forward"]).any()


@pytest.mark.parametrize("county", ["Birch", "Heron", "Osprey"])
def test_a_released_review_can_be_read_whole(county):
    """Every part of the page copes with what is hidden."""
    review = Review(county=county, cohort="2025H2", as_of=DAY, profile="release")
    for part in ("heading", "answer", "expected", "exits", "maturity", "waiting", "counter_measures", "limits", "questions", "method"):
        assert "nan" not in str(getattr(review, part)().content()).lower().replace("finance", "").replace("maintenance", "")


def test_the_order_of_pages_and_rows_does_not_matter():
    """The sample state's counts, shuffled: the same are hidden."""
    from dataclasses import replace

    from cqi.tables.counting import counted
    from cqi.tables.held_back import held_back
    from cqi.tables.ledger import given_out
    from cqi.tables.official_counted import official_counted
    from cqi.tables.released import protected_together

    words = WORDS[1:]
    own, official = {word: counted("data_samples", "episodes", word, DAY) for word in words}, official_counted("data_samples", "episodes", DAY)
    random = np.random.default_rng(5)
    shuffled = {word: replace(own[word], maturity=own[word].maturity.iloc[random.permutation(len(own[word].maturity))],
                              measures=own[word].measures.iloc[random.permutation(len(own[word].measures))]) for word in reversed(words)}
    one, other = (protected_together(each, official, given_out(None), "release", held_back(None, "release")) for each in (own, shuffled))
    for word in words:
        for name in ("measures", "maturity"):
            sort = [getattr(found[word], name).sort_values(PLACE, ignore_index=True) for found in (one, other)]
            pd.testing.assert_frame_equal(*sort)
        for name in ("same_age", "curves", "course", "looks", "months_charted", "regions"):
            pd.testing.assert_frame_equal(getattr(one[word], name), getattr(other[word], name))
    pd.testing.assert_frame_equal(one["official"].periods, other["official"].periods)
