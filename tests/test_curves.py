"""Curves by kind of exit and the table by months in care, and that both end in the headline figure."""

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest
from counted import extract, table

from cqi.cohorts import cohort
from cqi.measures import MARKS, basis, count, cumulative_incidence, kinds_of_exit, maturity
from cqi.registry import measure
from cqi.sample.process import World, day_number, history
from cqi.sample.tables import dates
from cqi.vocabulary import PERMANENCY, WHOLE

HEADLINE = measure("permanency_in_12_months")


def day(text: str) -> date:
    return date.fromisoformat(text)


def months_row(folder, episodes, *, as_of="2026-12-31", period="2024H1"):
    """Counts and statuses at 3, 6, 9 and 12 months of the drawn children."""
    rows = maturity(HEADLINE, basis(extract(folder, episodes)), cohort(period), as_of=day(as_of))
    rows = rows.loc[rows["county"] == "Alder"].sort_values("at")
    return rows["numerator"].tolist(), rows["status"].tolist()


# The table by months in care

@pytest.mark.parametrize(("leaving", "gone"), [
    ("2024-05-31", [1, 1, 1, 1]), ("2024-06-01", [1, 1, 1, 1]), ("2024-06-02", [0, 1, 1, 1]),
    ("2024-09-01", [0, 1, 1, 1]), ("2024-09-02", [0, 0, 1, 1]), ("2024-12-01", [0, 0, 1, 1]), ("2024-12-02", [0, 0, 0, 1]),
    ("2025-03-01", [0, 0, 0, 1]), ("2025-03-02", [0, 0, 0, 0]),
])
def test_months_are_counted_from_each_childs_entry(tmp_path, leaving, gone):
    assert months_row(tmp_path, f"entry_date exit_date exit_reason\n2024-03-01 {leaving} adoption")[0] == gone


@pytest.mark.parametrize(("entry", "leaving", "gone"), [
    ("2024-02-29", "2024-05-28", 1), ("2024-02-29", "2024-05-29", 1), ("2024-02-29", "2024-05-30", 0),
    ("2024-01-31", "2024-04-29", 1), ("2024-01-31", "2024-04-30", 1), ("2024-01-31", "2024-05-01", 0),
    ("2024-03-31", "2024-06-29", 1), ("2024-03-31", "2024-06-30", 1), ("2024-03-31", "2024-07-01", 0),
])
def test_three_months_from_29_february_and_from_a_months_end(tmp_path, entry, leaving, gone):
    assert months_row(tmp_path, f"entry_date exit_date exit_reason\n{entry} {leaving} adoption")[0][0] == gone


@pytest.mark.parametrize(("as_of", "statuses"), [
    ("2024-01-01", "not not not not"), ("2024-01-02", "sofar not not not"),
    ("2024-04-01", "sofar not not not"), ("2024-04-02", "sofar sofar not not"),
    ("2024-07-01", "sofar sofar not not"), ("2024-07-02", "sofar sofar sofar not"),
    ("2024-09-29", "sofar sofar sofar not"), ("2024-09-30", "shown sofar sofar not"),  # 30 June and 3 months
    ("2024-12-29", "shown sofar sofar sofar"), ("2024-12-30", "shown shown sofar sofar"),
    ("2025-03-29", "shown shown sofar sofar"), ("2025-03-30", "shown shown shown sofar"),
    ("2025-06-29", "shown shown shown sofar"), ("2025-06-30", "shown shown shown shown"),
])
def test_a_mark_is_shown_when_the_last_child_could_have_reached_it(tmp_path, as_of, statuses):
    words = {"not": "not yet mature", "sofar": "so far", "shown": "shown"}
    numerators, found = months_row(tmp_path, "entry_date\n2024-01-01", as_of=as_of)
    assert found == [words[word] for word in statuses.split()]
    assert [np.isnan(number) for number in numerators] == [status == "not yet mature" for status in found]


# The curves

def drawn_cohort() -> pd.DataFrame:
    """Twenty children who entered on 1 March 2024; the day of care on which each left, and how."""
    left = "20 reunification, 100 relative, 100 reunification, 200 guardianship, 300 adoption, 365 reunification, 366 adoption, 40 runaway"
    drawing = "\n".join(f"{pd.Timestamp('2024-03-01') + pd.Timedelta(days=int(days)):%Y-%m-%d} {reason}"
                        for days, reason in (child.split() for child in left.split(", ")))
    gone = table("exit_date exit_reason\n" + drawing)
    return pd.concat([gone, pd.DataFrame({"exit_date": [""] * 12, "exit_reason": ""})], ignore_index=True).assign(entry_date="2024-03-01")


def curve(folder, episodes, *, as_of, period="2024H1", county="Alder"):
    rows = cumulative_incidence(HEADLINE, basis(extract(folder, episodes)), cohort(period), as_of=day(as_of))
    return rows.loc[rows["county"] == county].set_index(["at", "part"])


def test_a_complete_cohort_by_hand(tmp_path):
    rows = curve(tmp_path, drawn_cohort(), as_of="2026-12-31")
    assert rows.loc[(1, "reunification"), "value"] == pytest.approx(1 / 20)  # day 20, month 1 is day 30
    assert rows.loc[(2, "other exit"), "value"] == pytest.approx(1 / 20)
    assert rows.loc[(6, ""), "value"] == pytest.approx(3 / 20)
    assert rows.loc[(12, "reunification"), "value"] == pytest.approx(3 / 20)  # with the anniversary, day 365
    assert rows.loc[(12, "adoption"), "value"] == pytest.approx(1 / 20)  # without day 366
    assert rows.loc[(12, ""), ["numerator", "denominator", "status"]].tolist() == [6, 20, "shown"]
    assert rows.loc[(12, "still in care"), "value"] == pytest.approx(13 / 20)


def test_an_anniversary_on_day_366_counts_at_day_365(tmp_path):
    episodes = drawn_cohort().assign(entry_date="2023-03-01", exit_date=["2024-03-01", "2024-03-02"] + [""] * 18,
                                     exit_reason=["adoption"] * 2 + [""] * 18)
    assert curve(tmp_path, episodes, as_of="2026-12-31", period="2023H1").loc[(12, "adoption"), "value"] == pytest.approx(1 / 20)


def young(tmp_path, older: int) -> pd.DataFrame:
    """Some entered 100 days ago and one of them left on day 50; ten entered 40 days ago, and nobody else has left."""
    episodes = table("\n".join(["entry_date exit_date exit_reason", "2024-01-10 2024-02-29 relative",
                                *["2024-01-10 . ."] * (older - 1), *["2024-03-10 . ."] * 10]))
    return curve(tmp_path, episodes, as_of="2024-04-19")


def test_a_young_cohort_uses_the_days_of_who_is_still_here(tmp_path):
    rows = young(tmp_path, 11)
    assert rows.loc[(1, ""), "value"] == 0
    assert rows.loc[(3, ""), "value"] == pytest.approx(1 / 11)  # on day 50 eleven are at risk
    assert rows.loc[(3, ""), ["numerator", "denominator", "status"]].tolist() == [1, 21, "so far"]


@pytest.mark.parametrize(("older", "last"), [
    (10, 1),  # on day 61 nine are still observed; that one is known to have left does not help the others
    (11, 3),  # ten on day 91; day 122 has nobody
])
def test_a_young_curve_stops_where_fewer_than_ten_are_observed(tmp_path, older, last):
    assert young(tmp_path, older).index.get_level_values("at").max() == last


@pytest.mark.parametrize(("children", "drawn"), [(9, False), (10, True)])
def test_a_curve_needs_ten_children(tmp_path, children, drawn):
    episodes = pd.DataFrame({"entry_date": ["2024-03-01"] * children})
    assert (len(curve(tmp_path, episodes, as_of="2026-12-31")) > 0) == drawn


# Equalities, on a drawn state of five counties

@pytest.fixture(scope="module")
def state(tmp_path_factory):
    world = World((30.0, 60.0, 120.0, 240.0, 12.0), day_number("2022-01-01"), day_number("2025-06-30"))
    spells = history(np.random.Generator(np.random.PCG64(5)), world)
    gone = spells["exit"] <= world.last
    episodes = pd.DataFrame({
        "child_id": spells["child"], "county": "County " + spells["county"].astype("str"), "birth_date": dates(spells["birth"]),
        "entry_date": dates(spells["entry"]), "exit_date": dates(spells["exit"], known=gone),
        "exit_reason": spells["kind"].where(gone, ""),
    })
    return basis(extract(tmp_path_factory.mktemp("state"), episodes))


@pytest.mark.parametrize("word", ["2022H1", "2022H2", "2023H1", "2023H2", "2024H1"])
def test_a_complete_cohorts_curve_ends_in_the_headline(state, word):
    period, as_of = cohort(word), date(2025, 6, 30)
    headline = count(HEADLINE, state, period, as_of=as_of).set_index("county")
    table12 = maturity(HEADLINE, state, period, as_of=as_of).query("at == 12").set_index("county")
    ends = cumulative_incidence(HEADLINE, state, period, as_of=as_of).query("at == 12 and part == ''").set_index("county")
    assert WHOLE in ends.index and len(ends) >= 4
    pd.testing.assert_frame_equal(table12[["numerator", "denominator", "value", "status"]],
                                  headline[["numerator", "denominator", "value", "status"]], check_dtype=False)
    for name in ("numerator", "denominator", "value"):
        np.testing.assert_allclose(ends[name], headline.loc[ends.index, name], rtol=0, atol=1e-12)


@pytest.mark.parametrize("word", ["2023H1", "2024H2", "2025H1"])
def test_kinds_of_exit_and_still_in_care_make_one(state, word):
    rows = cumulative_incidence(HEADLINE, state, cohort(word), as_of=date(2025, 6, 30))
    parts = rows.loc[rows["part"] != ""].groupby(["county", "at"])[["value", "numerator"]].sum()
    whole = rows.loc[rows["part"] == ""].set_index(["county", "at"])
    np.testing.assert_allclose(parts["value"], 1, rtol=0, atol=1e-12)
    assert (parts["numerator"] == whole["denominator"].loc[parts.index]).all()
    permanency = rows.loc[rows["part"].isin(PERMANENCY)].groupby(["county", "at"])[["value", "numerator"]].sum()
    np.testing.assert_allclose(permanency, whole.loc[permanency.index, ["value", "numerator"]], rtol=0, atol=1e-12)
    assert whole["lower"].le(whole["value"]).all() and whole["upper"].ge(whole["value"]).all()


def test_the_whole_files_row_is_all_children_counted_together(state):
    period, as_of = cohort("2024H2"), date(2025, 6, 30)
    together = state.stays.frame.assign(county=0)
    alone = replace(state, stays=replace(state.stays, frame=together, counties=("One",)))
    whole, one = (cumulative_incidence(HEADLINE, on, period, as_of=as_of).query("county == @name")
                  for on, name in ((state, WHOLE), (alone, "One")))
    numbers = ["at", "numerator", "denominator", "value", "lower", "upper"]
    np.testing.assert_allclose(whole[numbers], one[numbers], rtol=1e-12)


def test_months_only_grow(state):
    rows = maturity(HEADLINE, state, cohort("2023H2"), as_of=date(2025, 6, 30))
    wide = rows.pivot(index="county", columns="at", values="numerator")
    assert tuple(wide.columns) == MARKS and (wide.diff(axis=1).iloc[:, 1:] >= 0).all(axis=None)


def test_a_kind_with_a_hidden_part_is_hidden():
    """A hidden number is missing, never 0."""
    curves = pd.DataFrame({"part": [*PERMANENCY, "other exit", "still in care"], "at": 12, "value": [.3, .1, np.nan, .2, .1, .3],
                           "numerator": [30, 10, np.nan, 20, 10, 30]})
    shares = kinds_of_exit(curves).query("month == 12").set_index("kind")["share"]
    assert np.isnan(shares["adoption or guardianship"])
    assert shares.drop("adoption or guardianship").tolist() == [.3, .1, .1, .3]
