"""What a ledger tells beside a release: counts that moved a little since they were given out."""

import json

import numpy as np
import pandas as pd
import pytest
from drawn_release import AMONG, MEASURE, SAFE, kinds, places, release, rows

from cqi.audit import audit
from cqi.audit.given import ledgers
from cqi.tables.ledger import COLUMNS, add_to_ledger, ledger_path
from cqi.vocabulary import WHOLE, CqiError

KIND = "moved a little"
JUNE, MAY = "2026-06-30", "2026-05-31"


def given(tmp_path, *figures, day=JUNE, measure=MEASURE, part="", level="county", cohort="2024H1", at=0, as_of=JUNE):
    """A ledger with these figures as a release writes it: (county, children, counted, children or days)."""
    table = pd.DataFrame([(measure, part, level, county, cohort, at, pd.Timestamp(day), children, counted, among) for county, children, counted, among in figures],
                         columns=COLUMNS).astype(dict.fromkeys(("children", "numerator", "denominator"), "float64"))
    path = ledger_path(tmp_path / "reports", "release")
    add_to_ledger(path, table, as_of=as_of, inputs=[])
    return path


def moved(tmp_path, path, **tables):
    return places(audit(release(tmp_path, **(tables or {"measures": rows(SAFE, AMONG)})), earlier=[path]), KIND)


@pytest.mark.parametrize("day", [JUNE, MAY])
@pytest.mark.parametrize(("before", "few"), [(40, False), (41, True), (50, True), (51, False), (39, True), (30, True), (29, False)])
def test_a_count_restated_a_little(tmp_path, day, before, few):
    """Of the same day, and since an earlier one: Cedar's 40 of 100 children."""
    found = moved(tmp_path, given(tmp_path, ("Cedar", 200, before, 200), day=day))
    assert any("numerator" in place and "Cedar" in place for place in found) == few


@pytest.mark.parametrize(("before", "few"), [(100, False), (99, True), (90, True), (89, False)])
def test_children_added_since(tmp_path, before, few):
    assert any("denominator" in place for place in moved(tmp_path, given(tmp_path, ("Cedar", before, np.nan, before), day=MAY))) == few


@pytest.mark.parametrize(("before", "few"), [(80, False), (81, True), (90, True), (91, False)])
def test_those_not_counted_since(tmp_path, before, few):
    """60 of 100 were not counted; before they were 60 too, or fewer, of 20 counted: counted and children each moved by more than ten."""
    assert any("others" in place for place in moved(tmp_path, given(tmp_path, ("Cedar", before, 20, before), day=MAY))) == few


@pytest.mark.parametrize(("other", "value"), [("cohort", "2024H2"), ("measure", "recurrence_of_maltreatment"), ("part", "adoption"), ("at", 9), ("level", "region")])
def test_only_the_same_count_is_compared(tmp_path, other, value):
    assert moved(tmp_path, given(tmp_path, ("Cedar", 200, 41, 200), **{other: value})) == []


def test_months_in_care_and_kinds_of_exit_are_compared(tmp_path):
    path = given(tmp_path, (WHOLE, 500, 66, 500), at=6, day=MAY)
    given(tmp_path, (WHOLE, 500, 23, 500), at=6, day=MAY, part="adoption")
    curves = [rows([None, None, 20, 12, 70], AMONG, at=6), rows([None] * 4 + [30], AMONG, at=6, part="adoption")]
    found = moved(tmp_path, path, curves=curves)
    assert len(found) == 2 and all("within 6 months" in place for place in found) and "adoption" in found[0] + found[1]


@pytest.mark.parametrize(("name", "amount"), [("exits", "numerator"), ("entries", "denominator")])
def test_months_are_compared(tmp_path, name, amount):
    """The day of a month's figure is the month; what counts is in which release it was given out."""
    path = given(tmp_path, (WHOLE, np.nan, 35, np.nan), part=f"by month: {name}", level="whole", cohort="2025-07", day="2025-07-01", as_of=MAY)
    series = pd.DataFrame({"measure": MEASURE, "county": WHOLE, "series": name, "month": "2025-07-01", "children": None, "numerator": [40], "denominator": None,
                           "value": None, "unit": "", "status": "shown"})
    assert [amount in place for place in moved(tmp_path, path, months_charted=series)] == [True]


def test_regions_are_compared(tmp_path):
    regions = pd.DataFrame({"measure": MEASURE, "county": ["North"], "cohort": "2024H1", "as_of": JUNE, "entered": [190], "at_risk": None,
                            "observed": [48], "signal": "", "signal_by": "", "status": "shown", "members": ["Alder, Cedar"]})
    path = given(tmp_path, ("North", 150, 45, 150), level="region", day=MAY)
    assert len(moved(tmp_path, path, measures=rows(SAFE, AMONG), regions=regions)) == 1


def test_days_of_a_rate_are_no_children(tmp_path):
    path = given(tmp_path, ("Cedar", np.nan, 40, 95), measure="placement_stability", day=MAY)
    table = rows(SAFE, AMONG, measure="placement_stability", at=None).assign(unit="moves per 1,000 days in care", children=None)
    assert moved(tmp_path, path, measures=table) == []
    given(tmp_path, ("Cedar", np.nan, 41, 95), measure="placement_stability", day="2026-04-30")
    assert len(moved(tmp_path, path, measures=table)) == 1


def test_what_was_hidden_then_is_part_of_the_sums_of_then(tmp_path):
    """In May adoptions are none and the other kinds hidden: what is shown of that day need not add up. Shown kinds that do not are found."""
    def may(**kinds):
        parts = [rows([None] * 4 + [counted], AMONG, at=6, part=part, as_of=MAY) for part, counted in {**kinds, "other exit": None, "still in care": None}.items()]
        earlier = release(tmp_path / "-".join(map(str, kinds.values())) / MAY, curves=[rows([None, None, 20, 12, 70], AMONG, at=6, as_of=MAY), *parts])
        now = release(tmp_path / JUNE, measures=rows(SAFE, AMONG))
        return places(audit(now, earlier=[earlier]), "totals do not add")

    assert may(adoption=0, reunification=None, relative=None, guardianship=None) == []
    assert may(adoption=0, reunification=30, relative=20, guardianship=20) == [] != may(adoption=0, reunification=30, relative=20, guardianship=30)


def test_every_release_before_is_compared(tmp_path):
    """29, then 51, then 62: 40 is more than ten from each. But 45 was given out, too."""
    for count, day in ((29, "2026-03-31"), (51, "2026-04-30"), (62, MAY)):
        path = given(tmp_path, ("Cedar", 200, count, 200), day=day, as_of=day)
    assert moved(tmp_path, path) == []
    assert moved(tmp_path, given(tmp_path, ("Cedar", 200, 45, 200), day="2026-02-28")) != []


def test_what_was_given_out_before_and_is_not_now_is_no_finding(tmp_path):
    path = given(tmp_path, ("Cedar", 200, 70, 200), day=MAY)
    given(tmp_path, ("Cedar", 200, 75, 200), day="2026-04-30")
    assert moved(tmp_path, path) == []


def test_figures_of_another_definition_are_not_compared(tmp_path):
    path = given(tmp_path, ("Cedar", 200, 41, 200))
    line = json.loads(path.read_text())
    for definitions in ({MEASURE: "another"}, {}):
        path.write_text(json.dumps(line | {"definitions": definitions}) + "\n")
        assert moved(tmp_path, path) == []
    path.write_text(json.dumps(line | {"counts": [["a_measure_of_old", *line["counts"][0][1:]]]}) + "\n")
    assert moved(tmp_path, path) == []


def test_the_ledger_beside_an_earlier_release_is_read(tmp_path):
    """`reports/given-out-release.jsonl` beside `reports/2026-05-31/release`."""
    path = given(tmp_path, ("Cedar", 200, 41, 200), day="2026-03-31")
    older = release(tmp_path / "reports" / "2026-05-31", measures=rows(SAFE, AMONG))
    assert ledgers([older]) == ledgers([older, path]) == [path.resolve()]
    assert KIND in kinds(audit(release(tmp_path, measures=rows(SAFE, AMONG)), earlier=[older]))
    path.unlink()
    assert ledgers([older, path]) == []
    assert audit(release(tmp_path, measures=rows(SAFE, AMONG)), earlier=[older, path]) == []


def test_the_same_figures_again_are_no_finding(tmp_path):
    path = given(tmp_path, ("Cedar", 100, 40, 100), ("Elm", 60, 25, 60), (WHOLE, 330, 95, 330))
    assert audit(release(tmp_path, measures=rows(SAFE, AMONG)), earlier=[path]) == []


def test_a_torn_last_line_was_never_given_out_and_another_is_refused(tmp_path):
    path = given(tmp_path, ("Cedar", 100, 40, 100))
    whole = path.read_bytes()
    path.write_bytes(whole + whole[:40])
    assert moved(tmp_path, path) == []
    for damaged in (whole[:40] + b"\n" + whole, b"[]\n" + whole):
        path.write_bytes(damaged)
        with pytest.raises(CqiError, match="line 1"):
            moved(tmp_path, path)
