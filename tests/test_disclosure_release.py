"""A whole release protected at once: steps, rests and differences between tables and pages are counts as well."""

import numpy as np
import pandas as pd
import pytest

from cqi.disclosure import protected_release
from cqi.disclosure.earlier import KEY
from cqi.vocabulary import MEASURE_COLUMNS, WHOLE

HEADLINE, KIN, ENTRIES = "permanency_in_12_months", "first_placement_with_kin", "entries_per_1000_children"
DAY = pd.Timestamp("2026-06-30")
NOTHING = pd.DataFrame(columns=[*KEY, "children", "numerator"]).astype({"at": "int64", "children": float, "numerator": float})
NO_REGIONS = pd.DataFrame({"county": [], "region": [], "cohort": []}, dtype=str)
OTHERS = {"Cedar": (200, 90), "Maple": (150, 60), "Pine": (120, 50)}
"""Large counties, so that there is always something to hide another count beside."""


def rows(counts: dict, *, measure=HEADLINE, cohort="2025H2", at=12, day=DAY, part="", whole=True, others=OTHERS) -> pd.DataFrame:
    """Measure rows of counties (children, counted) beside OTHERS and their total."""
    every = {**counts, **others}
    if whole:
        every[WHOLE] = tuple(np.sum(list(every.values()), axis=0))
    table = pd.DataFrame([(county, *pair) for county, pair in every.items()], columns=["county", "children", "numerator"])
    table = table.assign(measure=measure, cohort=cohort, at=float(at), as_of=day, part=part, group="", denominator=table["children"],
                         value=table["numerator"] / table["children"], lower=0.1, upper=0.9, level=0.95, unit="children", method="", status="shown")
    return table[list(MEASURE_COLUMNS)]


def released(pages: dict, regions=NO_REGIONS, before=NOTHING, held=NOTHING) -> dict:
    return released_and_hidden(pages, regions, before, held)[0]


def released_and_hidden(pages: dict, regions=NO_REGIONS, before=NOTHING, held=NOTHING) -> tuple[dict, pd.DataFrame]:
    return protected_release(pages, regions, before, held, headline=HEADLINE, threshold=11)


def shown(table: pd.DataFrame, county="Birch", column="numerator", **where) -> list:
    chosen = table["county"] == county
    for name, value in where.items():
        chosen &= table[name] == value
    return table.loc[chosen, column].tolist()


@pytest.mark.parametrize(("children", "counted", "told"), [
    (40, 0, True), (40, 1, False), (40, 10, False), (40, 11, True), (40, 29, True), (40, 30, False), (40, 39, False), (40, 40, True),
    (19, 19, False), (20, 20, True), (10, 0, False), (11, 0, True)])
def test_small_counts_those_not_counted_and_all_of_few(children, counted, told):
    """Zero is shown; 1 to 10 is not, nor where 1 to 10 are left, nor all of fewer than 20."""
    found = released({"2025H2": {"measures": rows({"Birch": (children, counted)})}})["2025H2"]["measures"]
    assert np.isfinite(shown(found)).all() == told
    assert (shown(found, column="status") == ["shown"]) == told
    assert np.isfinite(shown(found, WHOLE)).all(), "the total is hidden last"


@pytest.mark.parametrize(("sooner", "told"), [(41, 2), (40, 1), (31, 1), (30, 2)])
def test_the_step_from_month_to_month_is_a_count(sooner, told):
    """41 within 12 months; 40 to 31 within 9 are 1 to 10 fewer."""
    table = pd.concat([rows({"Birch": (80, count)}, at=at) for at, count in ((9, sooner), (12, 41))], ignore_index=True)
    found = released({"2025H2": {"maturity": table}})["2025H2"]["maturity"]
    assert np.isfinite(shown(found)).sum() == told
    assert np.isfinite(shown(found, at=12)).all(), "an earlier month is hidden rather than today"


@pytest.mark.parametrize(("among", "told"), [(80, True), (79, False), (70, False), (69, True)])
def test_children_left_out_of_one_measure_are_a_count(among, told):
    """Of 80 children who entered, 70 to 79 in the other measure: the 1 to 10 left out would follow."""
    tables = {"measures": pd.concat([rows({"Birch": (80, 40)}), rows({"Birch": (among, 30)}, measure=KIN)], ignore_index=True)}
    found = released({"2025H2": tables})["2025H2"]["measures"]
    assert shown(found, measure=HEADLINE) == [40], "the measure that pages are about stays"
    assert np.isfinite(shown(found, measure=KIN, column="denominator")).all() == told


@pytest.mark.parametrize(("among", "told"), [(80, True), (79, False), (70, False), (69, True)])
def test_children_reported_only_while_in_care_are_a_count(among, told):
    """80 children with a confirmed report, of whom 70 to 79 were not in care when it was made."""
    tables = {"measures": pd.concat([rows({"Birch": (80, 20)}, measure="recurrence_of_maltreatment"),
                                     rows({"Birch": (among, 30)}, measure="kept_at_home_after_report")], ignore_index=True)}
    found = released({"2025H2": tables})["2025H2"]["measures"]
    assert np.isfinite(shown(found, column="denominator")).all() == told


@pytest.mark.parametrize(("still", "told"), [(70, True), (69, False), (60, False), (59, True)])
def test_children_who_left_another_way_within_a_year_are_a_count(still, told):
    """In care 12 to 23 months: 30 of 60 left to a permanent home; 24 months or more: 20 of 60. Of the 70 others those still there a year on."""
    one, two = "permanency_in_12_months_12_to_23", "permanency_in_12_months_24_plus"
    table = pd.concat([rows({"Birch": (60, 30)}, measure=one, cohort="23B24A"), rows({"Birch": (60, 20)}, measure=two, cohort="23B24A"),
                       rows({"Birch": (still, 30)}, measure=two, cohort="24B25A")], ignore_index=True)
    found = released({"official": {"periods": table}})["official"]["periods"]
    assert np.isfinite(shown(found)).all() == told


@pytest.mark.parametrize(("visited", "told"), [(120, True), (119, False), (110, False), (109, True)])
def test_a_share_of_months_tells_no_few_months_either(visited, told):
    table = rows({"Birch": (120, visited)}, measure="worker_visits_each_month").assign(unit="months in care", children=30)
    found = released({"2025H2": {"measures": table}})["2025H2"]["measures"]
    assert np.isfinite(shown(found)).all() == told and found["children"].isna().all()


@pytest.mark.parametrize(("half", "told"), [(50, 2), (49, 1), (40, 1), (39, 2)])
def test_the_rest_of_a_longer_period_is_a_count(half, told):
    """100 entered in the year to March, of whom 50 left; the half of it had as many children fewer as told."""
    year = rows({"Birch": (100, 50)}, cohort="24B25A", others={name: (2 * n, 2 * k) for name, (n, k) in OTHERS.items()})
    found = released({"2024H2": {"measures": rows({"Birch": (70, half)}, cohort="2024H2")}, "official": {"periods": year}})
    both = [*shown(found["2024H2"]["measures"]), *shown(found["official"]["periods"])]
    assert np.isfinite(both).sum() == told


def test_a_later_measure_of_children_in_care_is_no_part_of_a_longer_period():
    """Who is in care on the first day of a year is not made up of who is on the first day of its halves."""
    name = "permanency_in_12_months_12_to_23"
    year, half = (rows({"Birch": (100, count)}, measure=name, cohort=word) for word, count in (("24B25A", 50), ("2024H2", 45)))
    found = released({"2024H2": {"measures": half}, "official": {"periods": year}})
    assert np.isfinite([*shown(found["2024H2"]["measures"]), *shown(found["official"]["periods"])]).all()


def test_a_region_does_not_tell_the_one_county_hidden_in_it():
    counts = {"Birch": (40, 5), "Elm": (60, 30)}
    own = rows(counts)
    pool = pd.DataFrame({"measure": HEADLINE, "county": ["Lakes"], "cohort": "2025H2", "as_of": DAY, "entered": 100.0, "observed": 35.0,
                         "status": "shown", "signal": "", "signal_by": "", "first_signal": pd.NaT, "members": "Birch, Elm"})
    from cqi.disclosure.course import HIDDEN
    pool = pool.assign(**{name: 50.0 for name in HIDDEN if name not in pool})
    regions = pd.DataFrame({"county": ["Birch", "Elm", "Cedar", "Maple", "Pine"], "region": ["Lakes"] * 2 + [""] * 3, "cohort": "2025H2"})
    found = released({"2025H2": {"measures": own, "regions": pool}}, regions)["2025H2"]
    assert np.isnan(shown(found["measures"])).all()
    assert np.isnan(shown(found["measures"], "Elm")).all() or found["regions"]["status"].eq("suppressed").all()


def test_a_kind_of_exit_does_not_follow_from_the_others():
    """8 adoptions of 90 exits, and 10 who left another way."""
    kinds = {"reunification": 50, "relative": 20, "guardianship": 12, "adoption": 8, "other exit": 15, "still in care": 95, "": 90}
    table = pd.concat([rows({WHOLE: (200, count)}, part=part, whole=False, others={}) for part, count in kinds.items()], ignore_index=True)
    found = released({"2025H2": {"curves": table}})["2025H2"]["curves"].set_index("part")["numerator"]
    assert np.isnan(found["adoption"]) and found[["reunification", "relative", "guardianship", ""]].isna().any()


def ledger(county: str, children: float, counted: float, cohort="2025H2") -> pd.DataFrame:
    return pd.DataFrame({"measure": HEADLINE, "part": "", "level": "county", "county": [county], "cohort": cohort, "at": 0,
                         "children": children, "numerator": counted})


@pytest.mark.parametrize(("then", "told"), [(41, True), (40, False), (31, False), (30, True), (42, False), (51, False), (52, True)])
def test_a_count_that_moved_a_little_since_it_was_given_out_is_hidden(then, told):
    """41 now: 1 to 10 more or fewer than then would tell that many children."""
    table = {"2025H2": {"measures": rows({"Birch": (80, 41)})}}
    found = released(table, before=ledger("Birch", 80, then))["2025H2"]["measures"]
    assert np.isfinite(shown(found)).all() == told


@pytest.mark.parametrize(("left", "told"), [(41, True), (40, True), (39, False), (30, False), (29, True)])
def test_those_not_counted_may_not_move_a_little_either(left, told):
    """Of 80 children 40 had not left then (52 in the first case); of 120 now `left` have not: as many, 1 to 10 fewer, 11 fewer."""
    found = released({"2025H2": {"measures": rows({"Birch": (120, 120 - left)})}}, before=ledger("Birch", 80, 40 if left != 41 else 28))
    assert np.isfinite(shown(found["2025H2"]["measures"])).all() == told


def test_a_count_that_was_given_out_stays_shown():
    """Hiding now what was shown then would hide nothing: another county is hidden beside Elm."""
    pages = {"2025H2": {"measures": rows({"Birch": (40, 15), "Elm": (40, 5)}, others={"Cedar": (200, 90)})}}
    assert np.isnan(shown(released(pages)["2025H2"]["measures"])).all()
    found = released(pages, before=ledger("Birch", 40, 15))["2025H2"]["measures"]
    assert shown(found) == [15] and np.isnan(shown(found, "Elm")).all() and np.isnan(shown(found, "Cedar")).all()


def test_the_order_of_rows_and_pages_does_not_matter():
    counts = {"Birch": (40, 5), "Elm": (60, 30), "Oak": (33, 11), "Ash": (25, 12)}
    tables = {word: pd.concat([rows(counts, cohort=word), rows({name: (n, k // 2) for name, (n, k) in counts.items()}, cohort=word, at=9)],
                              ignore_index=True) for word in ("2025H1", "2025H2")}
    one = released({word: {"maturity": table} for word, table in tables.items()})
    other = released({word: {"maturity": table.iloc[::-1]} for word, table in reversed(tables.items())})
    for word in tables:
        pd.testing.assert_frame_equal(one[word]["maturity"], other[word]["maturity"].sort_index())
