"""Differences that the audit finds are protected before: between measures of the same children, and between names of one period."""

import numpy as np
import pandas as pd
import pytest
from test_disclosure_release import released, rows, shown

AGAIN, AT_HOME = "recurrence_of_maltreatment", "kept_at_home_after_report"


@pytest.mark.parametrize(("kept", "told"), [(69, True), (70, False), (79, False), (80, True)])
def test_children_reported_who_came_into_care(kept, told):
    """Of 100 children 20 were reported again and so many kept safely at home; the rest came into care without another report."""
    tables = {"measures": pd.concat([rows({"Birch": (100, 20)}, measure=AGAIN), rows({"Birch": (100, kept)}, measure=AT_HOME)], ignore_index=True)}
    assert np.isfinite(shown(released({"2025H2": tables})["2025H2"]["measures"])).all() == told


@pytest.mark.parametrize(("back", "told"), [(30, True), (29, False), (20, False), (19, True)])
def test_children_who_came_back_at_once(back, told):
    """30 of 100 came back; the official figure counts so many of them."""
    tables = {"measures": pd.concat([rows({"Birch": (100, 30)}, measure="return_in_12_months"),
                                     rows({"Birch": (100, back)}, measure="reentry_in_12_months")], ignore_index=True)}
    assert np.isfinite(shown(released({"2025H2": tables})["2025H2"]["measures"])).all() == told


@pytest.mark.parametrize(("label", "alike"), [("25B26A", True), ("2025H2", False)])
def test_children_in_care_on_one_day_are_hidden_under_every_name(label, alike):
    """From April 2025 on, as a quarter and as a year. Birch's 5 of 40 are hidden, and beside them in each table another county's count: the same."""
    name = "permanency_in_12_months_12_to_23"
    quarter = rows({"Birch": (40, 5), "Elm": (60, 30)}, measure=name, cohort="2025Q2", others={"Cedar": (200, 90)})
    year = rows({"Birch": (40, 5), "Elm": (60, 30)}, measure=name, cohort=label, others={"Cedar": (200, 90), "Maple": (90, 22)})
    found = released({"2025Q2": {"measures": quarter}, "official": {"periods": year}})
    hidden = [{county for county in ("Birch", "Elm", "Cedar") if np.isnan(shown(table, county)).all()}
              for table in (found["2025Q2"]["measures"], found["official"]["periods"])]
    assert "Birch" in hidden[0] & hidden[1]
    assert (hidden[0] == hidden[1]) == alike
