"""A new measure is one file: it is counted, listed and shown, with no Python changed."""

import re
from pathlib import Path

import pandas as pd
import pytest
from counted import extract

from cqi import Review
from cqi.cli import main

DATA = Path(__file__).parents[1] / "data_samples"

REUNIFICATION = """
name = "reunification_in_6_months"
title = "Reunification in 6 months"
question = "Of the children who entered care, how many were home with their family within 6 months?"
why = "Most children who will go home do so early, and early is when help counts most."
value = "Children grow up in their own family where that is safe"
kind = "exits of an entry cohort"
type = "outcome"
direction = "up"
unit = "children"
counter_measures = ["reentry_in_12_months"]

[who]
shortest_stay_days = 8
first_entry_only = true

[what]
exits = ["reunification"]
window_months = 6

[words]
numerator = "children who were reunified within 6 months of entry"
denominator = "children who entered care in the period and stayed 8 days or more"
counted = "went home"
among = "children who entered care"

[source]
citation = "A county's own measure"
reviewer = "County CQI team"
reviewed = 2026-11-22
"""


@pytest.fixture
def one_file(tmp_path, monkeypatch):
    """The user's folder, with one file in it."""
    folder = tmp_path / "definitions" / "measures"
    folder.mkdir(parents=True)
    (folder / "reunification_in_6_months.toml").write_text(REUNIFICATION, encoding="utf-8")
    monkeypatch.setenv("CQI_DEFINITIONS", str(folder.parent))


def test_the_command_lists_it(one_file, capsys):
    assert main(["measures"]) == 0
    assert re.search(r"^reunification_in_6_months +outcome +Reunification in 6 months\.", capsys.readouterr().out, re.MULTILINE)
    assert main(["measures", "reunification_in_6_months"]) == 0
    assert "Counted: children who were reunified within 6 months of entry." in capsys.readouterr().out


def test_it_is_counted_by_its_own_rule(one_file, tmp_path):
    extract(tmp_path, """
        entry_date  exit_date   exit_reason
        2024-01-10  2024-07-09  reunification
        2024-01-10  2024-07-10  reunification
        2024-01-10  2024-07-11  reunification
        2024-01-10  2024-03-10  adoption
        2024-01-10  2024-03-10  .
    """)  # the last stays in: the file does not ask for a reason
    review = Review("Alder", "2024H1", as_of="2026-06-30", data=str(tmp_path), profile="internal")
    rows = review.tables.measures.query("measure == 'reunification_in_6_months' and county == 'Alder' and cohort == '2024H1'")
    assert rows[["numerator", "denominator", "at", "status"]].values.tolist() == [[2, 5, 6, "shown"]]


def test_the_review_shows_it_beside_the_others(one_file):
    review = Review("Maple", "2025H1", as_of="2026-06-30", data=str(DATA), profile="internal")
    shown = review.counter_measures().content()["blocks"]
    beside = [*shown, *(block for details in shown for block in details.get("blocks", ()))]
    assert "Of the children who entered care, how many were home with their family within 6 months?" in [
        block.get("question") for block in beside]
    assert "Reunification in 6 months" in [row[0]["text"] for row in shown[-1]["rows"]]
    rows = review.own("same_age").query("measure == 'reunification_in_6_months'")
    assert rows["numerator"].notna().all() and isinstance(rows, pd.DataFrame) and len(rows) >= 5


def test_without_the_file_it_is_gone(capsys):
    assert main(["measures"]) == 0
    assert "reunification_in_6_months" not in capsys.readouterr().out
