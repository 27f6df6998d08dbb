"""The order of rows of tables and pages: it may follow from the labels of rows, and from nothing else."""

import pandas as pd
import pytest
from drawn_release import AMONG, SAFE, page, places, release, rows, table

from cqi.audit import audit
from cqi.audit.files import published
from cqi.audit.order import order_of_rows, order_on_pages
from cqi.audit.reading import read_page
from cqi.vocabulary import WHOLE

KIND = "order of rows"


def out_of_order(folder):
    pages = [read_page(path, folder) for path in sorted(folder.rglob("*.html"))]
    return places([*order_of_rows(published(folder)), *order_on_pages(pages)], KIND)


def of_counties(*names):
    """The rows of a safe table in this order."""
    drawn = rows(SAFE, AMONG).set_index("county", drop=False)
    return drawn.loc[list(names)]


@pytest.mark.parametrize(("names", "told"), [
    (("Alder", "Birch", "Cedar", "Elm", WHOLE), False), ((WHOLE, "Alder", "Birch", "Cedar", "Elm"), False),
    ((WHOLE, "Elm", "Cedar", "Birch", "Alder"), False), (("Birch", "Alder", "Cedar", "Elm", WHOLE), True),
    (("Cedar", "Elm", "Birch", "Alder", WHOLE), True), (("Alder", "Birch", WHOLE, "Cedar", "Elm"), True)])
def test_counties_stand_by_name(tmp_path, names, told):
    """In the last but one they stand by their counts: 40, 25, and of the hidden ones 22 before 8."""
    assert out_of_order(release(tmp_path, measures=of_counties(*names))) == ["tables/2024H1-measures.csv"] * told


@pytest.mark.parametrize(("names", "told"), [(("'=1+1", "CON", "Elm;'=1", "'\uff1dcmd"), False), (("'=1+1", "'\uff1dcmd", "CON", "Elm;'=1"), False),
                                             (("CON", "'=1+1", "'\uff1dcmd", "Elm;'=1"), True)])
def test_names_that_a_spreadsheet_would_run_stand_by_name(tmp_path, names, told):
    """With an apostrophe before them, and signs as wide as letters; by their letters, or as people look them up."""
    drawn = of_counties("Alder", "Birch", "Cedar", "Elm", WHOLE)
    drawn["county"] = drawn["county"].map(dict(zip(("Alder", "Birch", "Cedar", "Elm"), names, strict=True)) | {WHOLE: WHOLE})
    assert bool(out_of_order(release(tmp_path, measures=drawn))) == told


def months(*cohorts):
    return pd.concat([rows(SAFE, AMONG, cohort=each) for each in cohorts], ignore_index=True)


@pytest.mark.parametrize(("cohorts", "told"), [(("2022H1", "2022H2", "2023H1"), False), (("2023H1", "2022H2", "2022H1"), False),
                                               (("2022H2", "2022H1", "2023H1"), True)])
def test_periods_stand_by_time(tmp_path, cohorts, told):
    assert bool(out_of_order(release(tmp_path, measures=months(*cohorts)))) == told


def test_rows_may_be_sorted_by_county_and_then_by_period(tmp_path):
    drawn = months("2022H1", "2022H2", "2023H1").sort_values(["county", "cohort"], kind="stable")
    assert out_of_order(release(tmp_path, measures=drawn)) == []
    drawn = drawn.iloc[[0, 1, 3, 2, *range(4, 15)]]  # a county's last period among the next one's
    assert out_of_order(release(tmp_path, measures=drawn)) == ["tables/2024H1-measures.csv"]


GROUPS = ["race: Black", "race: White", "race: two or more"]


def of_groups(*orders):
    """The groups of all counties together, for a measure each, in these orders."""
    names = ("permanency_in_12_months", "recurrence_of_maltreatment", "reentry_in_12_months")
    whole = pd.concat([rows([None] * 5, [None, None, None, None, 330], measure=name, group=GROUPS[place]).iloc[[4]]
                       for name, order in zip(names, orders) for place in order])
    return whole.assign(reference="", ratio=None)


@pytest.mark.parametrize(("orders", "told"), [
    (((0, 1, 2), (0, 1, 2)), False), (((1, 0, 2), (1, 0, 2)), False), (((0, 1, 2), (0, 2, 1)), True), (((0, 1), (1, 2), (0, 2)), False),
    (((0, 1), (1, 2), (2, 0)), True)])
def test_words_stand_as_they_do_elsewhere(tmp_path, orders, told):
    assert bool(out_of_order(release(tmp_path, official_groups=of_groups(*orders)))) == told


def on_page(tmp_path, *tables):
    folder = release(tmp_path, measures=rows(SAFE, AMONG))
    page(folder, "all.html", "".join(tables), title="All counties")
    return out_of_order(folder)


@pytest.mark.parametrize(("head", "lines", "told"), [
    ("County", ("Alder", "Birch", "Elm"), False), ("County", ("Birch", "Alder", "Elm"), True), ("County", ("Alder", "Elm", WHOLE), False),
    ("Region", ("North", "Coast"), False), ("Region", ("North", "South", "Coast"), True),
    ("Period", ("July to December 2024", "January to June 2025"), False), ("12 months", ("April 2024 to March 2025 24B25A", "April 2023 to March 2024 23B24A"), False),
    ("Period", ("January to June 2025", "January to June 2024", "July to December 2024"), True),
    ("Month", ("January 2025", "March 2025", "February 2025"), True),
    ("Month", ("1", "2", "10"), False), ("Month", ("1", "10", "2"), True), ("Group", ("under 4 months", "4 to 11 months", "1 to 5 years", "6 to 10 years"), False),
    ("Group", ("1 to 5 years", "16 years", "6 to 10 years"), True)])
def test_rows_of_a_page_s_table(tmp_path, head, lines, told):
    drawn = table("A table", (head, "Children"), *((each, "40") for each in lines))
    assert on_page(tmp_path, drawn) == ["all.html, A table"] * told


@pytest.mark.parametrize(("second", "told"), [(("Returns", "Stability"), False), (("Stability", "Returns"), True)])
def test_other_rows_stand_as_in_the_tables_of_one_kind(tmp_path, second, told):
    one, other = (table(name, ("Measure", "Counted"), *((each, "40") for each in lines)) for name, lines in (("One", ("Returns", "Stability")), ("Two", second)))
    assert on_page(tmp_path, one, other) == ["all.html, Two"] * told


def test_the_audit_looks_at_tables_and_pages(tmp_path):
    folder = release(tmp_path, measures=of_counties("Cedar", "Elm", "Birch", "Alder", WHOLE))
    page(folder, "all.html", table("A table", ("County", "Children"), ("Birch", "40"), ("Alder", "40"), ("Elm", "40")), title="All counties")
    assert places(audit(folder), KIND) == ["all.html, A table", "tables/2024H1-measures.csv"]
