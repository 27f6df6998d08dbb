"""Counts of the same children in several measures, periods and months: what one has beyond another is found where it is small."""

import pandas as pd
import pytest
from drawn_release import DAY, MEASURE, kinds, places, release, rows

from cqi.audit import audit
from cqi.vocabulary import WHOLE

AGAIN, AT_HOME = "recurrence_of_maltreatment", "kept_at_home_after_report"
RETURN, REENTRY = "return_in_12_months", "reentry_in_12_months"
ONE_YEAR, TWO_YEARS = "permanency_in_12_months_12_to_23", "permanency_in_12_months_24_plus"
MANY = (200, 300, 400)
SMALL = "small difference"


def counts(alder, others=MANY, **other):
    """Rows in which Alder has a count of some children, and the others many; None is hidden."""
    (counted, among), rest = alder, [(each // 2, each) for each in others]
    both = [(counted, among), *rest]
    sums = [None if any(each[place] is None for each in both) else sum(each[place] for each in both) for place in (0, 1)]
    return rows([each[0] for each in both] + [sums[0]], [each[1] for each in both] + [sums[1]], **other)


def of_alder(found, words):
    return any("Alder" in place for place in places(found, SMALL, words))


@pytest.mark.parametrize(("at_home", "small"), [(100, False), (99, True), (90, True), (89, False)])
def test_reported_children_who_were_in_care(tmp_path, at_home, small):
    """100 children with a confirmed report, of whom so many were at home then."""
    found = audit(release(tmp_path, measures=[counts((20, 100), measure=AGAIN), counts((40, at_home), [180, 280, 380], measure=AT_HOME)]))
    assert of_alder(found, "left out") == small


@pytest.mark.parametrize(("kept", "small"), [(69, False), (70, True), (79, True), (80, False)])
def test_reported_children_neither_reported_again_nor_kept_at_home(tmp_path, kept, small):
    """Of 100 children 20 were reported again, and so many kept at home: the rest came into care."""
    found = audit(release(tmp_path, measures=[counts((20, 100), measure=AGAIN), counts((kept, 100), [60, 80, 100], measure=AT_HOME)]))
    assert of_alder(found, "reported children") == small
    assert kinds(found) == ({SMALL} if small else set())


@pytest.mark.parametrize(("kept", "small"), [(89, False), (90, True), (99, True), (100, False)])
def test_reported_children_who_were_not_kept_at_home(tmp_path, kept, small):
    """The children at home are hidden, and those reported again; all children, and those kept, are told."""
    hidden = rows([None] * 5, [100, *MANY, 1000], measure=AGAIN)
    home = rows([kept, 60, 80, 100, 240 + kept], [None] * 5, measure=AT_HOME)
    assert of_alder(audit(release(tmp_path, measures=[hidden, home])), "reported children") == small


@pytest.mark.parametrize(("among", "back", "small"), [(100, 30, False), (99, 30, True), (89, 41, False), (100, 29, True), (100, 20, True), (100, 19, False)])
def test_children_who_came_back_at_once(tmp_path, among, back, small):
    """Of 100 who left 30 came back; the official figure leaves the quickest out, of all and of those who came back."""
    found = audit(release(tmp_path, measures=counts((30, 100), measure=RETURN),
                          official_periods=counts((back, among), [180, 280, 380], measure=REENTRY)))
    assert (of_alder(found, "left out") or of_alder(found, "came back at once")) == small


@pytest.mark.parametrize(("still", "small"), [(70, False), (69, True), (60, True), (59, False)])
@pytest.mark.parametrize("label", ["24B25A", "2024H1"])
def test_children_in_care_who_left_another_way(tmp_path, still, small, label):
    """30 of 60 children in care for a year and 20 of 60 for two left to a permanent home: 70 did not. So many are there a year later."""
    now, later = ("23B24A", "24B25A") if label == "24B25A" else ("2023H1", "2024H1")
    table = [counts((30, 60), measure=ONE_YEAR, cohort=now), counts((20, 60), measure=TWO_YEARS, cohort=now),
             counts((25, still), measure=TWO_YEARS, cohort=later)]
    assert of_alder(audit(release(tmp_path, official_periods=table)), "a year later") == small


def test_not_of_another_year_or_month(tmp_path):
    table = [counts((30, 60), measure=ONE_YEAR, cohort="23B24A"), counts((20, 60), measure=TWO_YEARS, cohort="23B24A"),
             counts((25, 65), measure=TWO_YEARS, cohort="24A24B"), counts((25, 65), measure=TWO_YEARS, cohort="25B26A")]
    assert not of_alder(audit(release(tmp_path, official_periods=table)), "a year later")


@pytest.mark.parametrize(("label", "same"), [("FFY2024", True), ("24A24B", True), ("24B25A", False)])
def test_a_period_has_one_count_whatever_it_is_called(tmp_path, label, same):
    """Hidden under one label, shown under the other."""
    found = audit(release(tmp_path, measures=rows([None, None, 40, 25, 95], [90, 80, 100, 60, 330], cohort="24A24B"),
                          official_periods=rows([25, 20, 40, 25, 110], [90, 80, 100, 60, 330], cohort=label)))
    assert ("shown elsewhere" in kinds(found)) == same


@pytest.mark.parametrize(("measure", "same"), [(ONE_YEAR, True), (MEASURE, False)])
def test_children_in_care_on_one_day_are_the_same_whatever_the_period_s_length(tmp_path, measure, same):
    hidden = rows([None, None, 40, 25, 95], [90, 80, 100, 60, 330], measure=measure, cohort="2025Q2")
    found = audit(release(tmp_path, measures=hidden, official_periods=rows([25, 30, 60, 50, 165], [190, 180, 200, 160, 730], measure=measure, cohort="25B26A")))
    assert ("shown elsewhere" in kinds(found)) == same


MONTHLY = {"2025-07": 11, "2025-08": 11, "2025-09": 12, "2025-10": 11, "2025-11": 12, "2025-12": 13, "2026-01": 20, "2026-02": 20, "2026-03": 20}
"""Alder's exits to a permanent home: 34 by the end of September, 70 by December, 130 by March."""


def exits():
    return pd.DataFrame({"measure": MEASURE, "county": "Alder", "series": "exits", "month": [f"{month}-01" for month in MONTHLY], "children": None,
                         "numerator": MONTHLY.values(), "denominator": 9000, "value": 1.5, "unit": "exits per 1,000 days in care", "status": "shown"})


def looks(counted, cohort="2025H2"):
    """What a period's own monitor has counted, by day."""
    return pd.DataFrame({"measure": MEASURE, "county": "Alder", "cohort": cohort, "as_of": DAY, "day": list(counted), "monitor": "cohort",
                         "observed": counted.values()})


def of_earlier_children(tmp_path, *told):
    return of_alder(audit(release(tmp_path, months_charted=exits(), looks=list(told))), "exits by month")


@pytest.mark.parametrize(("counted", "small"), [(34, False), (33, True), (24, True), (23, False)])
def test_exits_of_those_who_entered_earlier(tmp_path, counted, small):
    """34 left from July to September, so many of them of those who entered since July."""
    assert of_earlier_children(tmp_path, looks({"2025-09-30": counted})) == small


@pytest.mark.parametrize(("counted", "small"), [(48, False), (47, True), (38, True), (37, False)])
def test_exits_between_two_looks(tmp_path, counted, small):
    """36 left from October to December; 12 of the period's own had left by September, so many by December."""
    assert of_earlier_children(tmp_path, looks({"2025-09-30": 12, "2025-12-31": counted})) == small


@pytest.mark.parametrize(("counted", "small"), [(40, False), (39, True), (30, True), (29, False)])
def test_exits_beside_two_periods(tmp_path, counted, small):
    """130 left from July to March: 90 of those who entered until December, and so many of those who entered since."""
    assert of_earlier_children(tmp_path, looks({"2026-03-31": 90}), looks({"2026-03-31": counted}, "2026H1")) == small


@pytest.mark.parametrize(("day", "cohort"), [("2025-09-29", "2025H2"), ("2026-04-30", "2025H2"), ("2025-05-31", "2025H2"), ("2025-09-30", "2025Q3 to 2025Q4")])
def test_no_exits_beside_other_looks(tmp_path, day, cohort):
    """Within a month, after the last month, before the period, and of periods put together, each of which is of another day."""
    assert not of_earlier_children(tmp_path, looks({day: 30}, cohort))


def test_the_whole_file_s_exits_beside_its_own_count(tmp_path):
    """Looks are of counties only; of all counties the count by today stands in the table of measures."""
    months = exits().assign(county=WHOLE)
    found = audit(release(tmp_path, months_charted=months, measures=rows([30, 30, 30, 33, 123], [90, 80, 100, 60, 330], cohort="2025H2", as_of="2026-03-31")))
    assert [WHOLE in place for place in places(found, SMALL, "exits by month")] == [True]
