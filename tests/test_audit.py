"""What a reader of a release can work out: small drawn releases whose truth is known, each with one thing given away."""

import pandas as pd
import pytest
from drawn_release import AMONG, COUNTIES, DAY, MEASURE, SAFE, kinds, release, rows

from cqi.audit import audit, exact_beside
from cqi.vocabulary import WHOLE, CqiError


def test_a_release_that_keeps_its_counts_passes(tmp_path):
    assert audit(release(tmp_path, measures=rows(SAFE, AMONG))) == []


def test_a_count_hidden_alone_is_worked_out(tmp_path):
    found = audit(release(tmp_path, measures=rows([None, 22, 40, 25, 95], AMONG)))
    assert kinds(found) == {"exactly worked out", "few hidden together"}
    assert all("Alder" in finding.place and "8" not in finding.words for finding in found)


def test_hidden_counts_of_few_children_together_are_found(tmp_path):
    """95 - 40 - 46 = 9 hidden in two counties: from 1 to 8 each."""
    assert kinds(audit(release(tmp_path, measures=rows([None, None, 40, 46, 95], AMONG)))) == {"few hidden together"}


@pytest.mark.parametrize(("total", "narrow"), [(70, True), (71, False)])
def test_the_interval_is_as_wide_as_asked(tmp_path, total, narrow):
    """40 and 25 shown leave 5 (1 to 4, width 3) or, of 71, 6 (1 to 5, width 4); with 12 in the third place, 7 (1 to 6, width 5)."""
    found = audit(release(tmp_path, measures=rows([None, None, 40, 25, total + (not narrow)], AMONG)))
    assert ("nearly worked out" in kinds(found)) == narrow


@pytest.mark.parametrize(("count", "small"), [(0, False), (1, True), (10, True), (11, False)])
def test_small_counts_in_the_open(tmp_path, count, small):
    table = rows([count, 40, 40, 25, 105 + count], [90, 80, 100, 60, 330])
    assert ("small count shown" in kinds(audit(release(tmp_path, measures=table)))) == small


@pytest.mark.parametrize(("others", "small"), [(0, False), (1, True), (10, True), (11, False)])
def test_few_who_are_not_counted(tmp_path, others, small):
    table = rows([60 - others, 40, 40, 25, 165 - others], [60, 80, 100, 60, 300])
    assert ("small difference" in kinds(audit(release(tmp_path, measures=table)))) == small


@pytest.mark.parametrize(("others", "small"), [(0, False), (1, True), (10, True), (11, False)])
def test_few_months_without_a_visit(tmp_path, others, small):
    table = rows([60 - others, 40, 40, 25, 165 - others], [60, 80, 100, 60, 300], measure="worker_visits_each_month")
    assert ("small difference" in kinds(audit(release(tmp_path, measures=table.assign(unit="months in care", children=None))))) == small


def test_totals_that_do_not_add(tmp_path):
    assert kinds(audit(release(tmp_path, measures=rows([30, 22, 40, 25, 130], AMONG)))) == {"totals do not add"}


def test_a_count_shown_in_another_table(tmp_path):
    """The 12-month count stands in the table of measures and in that by months in care."""
    found = audit(release(tmp_path, measures=rows(SAFE, AMONG), maturity=rows([30, None, 40, 25, None], AMONG)))
    assert "shown elsewhere" in kinds(found)
    assert "exactly worked out" in kinds(found)  # 95 - 40 - 25 - 30


@pytest.mark.parametrize(("earlier", "small"), [(30, False), (29, True), (20, True), (19, False)])
def test_a_small_step_between_months_in_care(tmp_path, earlier, small):
    before = rows([earlier, 12, 20, 12, 44 + earlier], AMONG, at=6)
    found = audit(release(tmp_path, maturity=[before, rows([30, 40, 40, 25, 135], AMONG)]))
    assert ("Alder" in " ".join(finding.place for finding in found if finding.kind == "small difference")) == small


@pytest.mark.parametrize(("earlier", "small"), [(30, False), (29, True), (20, True), (19, False)])
def test_a_small_step_between_days(tmp_path, earlier, small):
    before = rows([earlier, 12, 20, 12, 44 + earlier], AMONG, as_of="2025-03-31")
    found = audit(release(tmp_path, measures=rows([30, 40, 40, 25, 135], AMONG), same_age=before))
    assert any(finding.kind == "small difference" and "Alder" in finding.place for finding in found) == small


@pytest.mark.parametrize(("day", "told"), [("2024-12-29", False), ("2024-12-30", True)])
def test_months_in_care_and_days_hold_each_other(tmp_path, day, told):
    """2024H1 ends on 30 June: on 30 December every child has been in care 6 months, so 30 by then less 25 within 6 months are 5 children."""
    by_age, by_day = rows([25, 20, 20, 12, 77], AMONG, at=6), rows([30, 40, 40, 25, 135], AMONG, as_of=day)
    found = audit(release(tmp_path, maturity=by_age, same_age=by_day))
    assert any(finding.kind == "small difference" and "months and days" in finding.words for finding in found) == told


def test_a_region_tells_its_hidden_member(tmp_path):
    regions = pd.DataFrame({
        "measure": MEASURE, "county": ["North", "South"], "cohort": "2024H1", "as_of": DAY, "entered": [190, 140], "at_risk": None,
        "observed": [48, 47], "signal": "", "signal_by": "", "status": "shown", "members": ["Alder, Cedar", "Birch, Elm"]})
    found = audit(release(tmp_path, measures=rows(SAFE, AMONG), regions=regions))
    assert {finding.place.split(", ")[3] for finding in found if finding.kind == "exactly worked out"} == {"Alder", "Birch"}


def test_kinds_of_exit_tell_a_hidden_one(tmp_path):
    parts = {"reunification": [12, 20, 20, 12, 64], "relative": [0, 0, 0, 0, 0], "guardianship": [0, 0, 0, 0, 0], "adoption": [None] * 5}
    curves = [rows(counts, AMONG, part=part) for part, counts in parts.items()]
    found = audit(release(tmp_path, measures=rows([30, 40, 40, 25, 135], AMONG), curves=curves))
    assert {finding.kind for finding in found if "adoption" in finding.place} == {"exactly worked out"}


def test_a_longer_period_holds_a_shorter(tmp_path):
    """24A24B is October 2023 to September 2024 and holds 2024H1: 35 less 30 entered care in the other six months."""
    longer = rows([35, 52, 62, 40, 189], [120, 120, 120, 120, 480], cohort="24A24B")
    found = audit(release(tmp_path, measures=rows([30, 40, 40, 25, 135], AMONG), official_periods=longer))
    assert any(finding.kind == "small difference" and "longer period" in finding.words and "Alder" in finding.place for finding in found)


def test_a_share_beside_a_hidden_count(tmp_path):
    table = rows(SAFE, AMONG)
    table.loc[table["county"] == "Alder", "value"] = 0.09
    assert kinds(audit(release(tmp_path, measures=table))) == {"share of a hidden count"}


def test_a_share_finer_than_whole_percents(tmp_path):
    table = rows(SAFE, AMONG)
    table.loc[table["county"] == "Cedar", "value"] = 0.405
    assert kinds(audit(release(tmp_path, measures=table))) == {"finer than it may be"}


def course(observed, **other):
    return pd.DataFrame({"measure": MEASURE, "county": [*COUNTIES, WHOLE], "cohort": "2024H1", "as_of": DAY, "entered": AMONG, "at_risk": None,
                         "observed": observed, "expected": None, "signal": "", "signal_by": "", "status": "shown"}).assign(**other)


def test_an_expected_number_beside_a_hidden_count(tmp_path):
    folder = release(tmp_path, measures=rows(SAFE, AMONG), course=course(SAFE))
    assert audit(folder) == []
    release(tmp_path, course=course(SAFE, expected=[9.1, None, 38.0, 24.0, 93.0]))
    assert [finding.kind for finding in audit(folder)] == ["worked out from a hidden count"]


def test_a_path_of_a_county_whose_course_is_hidden(tmp_path):
    path = pd.DataFrame({"measure": MEASURE, "county": ["Alder"], "cohort": "2024H1", "as_of": DAY, "day": DAY, "kind": "observed", "share_50": 0.09})
    found = audit(release(tmp_path, measures=rows(SAFE, AMONG), course=course(SAFE), projection=path))
    assert kinds(found) == {"worked out from a hidden count"}


def test_a_county_left_out_of_a_table_is_hidden_too(tmp_path):
    table = rows([8, 22, 40, 25, 95], AMONG).iloc[1:]
    found = audit(release(tmp_path, measures=[rows([None] * 5, AMONG, at=6), table]))
    assert any(finding.kind == "exactly worked out" and "Alder" in finding.place for finding in found)


@pytest.mark.parametrize(("before", "few"), [(40, False), (41, True), (50, True), (51, False)])
def test_a_figure_restated_a_little(tmp_path, before, few):
    older = release(tmp_path / "older", measures=rows([None, None, before, 25, 55 + before], AMONG))
    found = audit(release(tmp_path, measures=rows(SAFE, AMONG)), earlier=[older])
    assert ("restated a little" in kinds(found)) == few


def test_an_earlier_release_tells_what_is_hidden_now(tmp_path):
    older = release(tmp_path / "older", measures=rows([None, 22, None, 25, 95], AMONG))
    found = audit(release(tmp_path, measures=rows(SAFE, AMONG)), earlier=[older])
    assert {"shown before", "exactly worked out"} <= kinds(found)


@pytest.mark.parametrize("status", ["carried forward", "shown"])
def test_a_county_with_an_older_figure_is_hidden_today_in_the_sum_of_all(tmp_path, status):
    """All counties' row is of June, and so are the others; two counties stand as they were given out in May."""
    table = rows([30, 22, 40, 25, 131], AMONG)
    may = table["county"].isin(["Alder", "Birch"])
    table = table.assign(as_of=table["as_of"].mask(may, "2026-05-31"), status=table["status"].mask(may, status))
    assert kinds(audit(release(tmp_path, measures=table))) == set()


def test_a_kind_of_exit_with_an_older_figure_is_no_sum_that_does_not_add(tmp_path):
    parts = {name: rows(counts, AMONG, part=name) for name, counts in {
        "reunification": [12, 20, 20, 12, 64], "relative": [34, 34, 34, 34, 136], "guardianship": [0] * 5, "adoption": [0] * 5, "other exit": [0] * 5,
        "still in care": [32, 32, 32, 34, 130]}.items()}
    older = {name: table.iloc[-1:] for name, table in parts.items()}
    for name in ("reunification", "relative"):
        older[name] = older[name].assign(as_of="2026-05-31", status="carried forward")
    told = audit(release(tmp_path, measures=[rows([32, 40, 40, 32, 200], AMONG).iloc[-1:], *older.values()]))
    assert "totals do not add" not in kinds(told)


def test_somebody_who_knows_a_count_learns_the_other(tmp_path):
    folder = release(tmp_path, measures=rows(SAFE, AMONG))
    mine = pd.DataFrame([{"amount": "numerator", "measure": MEASURE, "county": "Alder", "cohort": "2024H1", "group": "", "part": "", "at": 12.0,
                          "as_of": DAY, "value": 8.0}])
    assert any("Birch" in finding.place for finding in exact_beside(folder, mine))


def test_the_order_of_rows_does_not_matter(tmp_path):
    table = rows([None, 22, 40, 25, 95], AMONG)
    one, other = (release(tmp_path / name, measures=each) for name, each in (("one", table), ("other", table.iloc[::-1])))
    assert audit(one) == audit(other) != []


def test_a_folder_that_is_not_there(tmp_path):
    with pytest.raises(CqiError, match="no release"):
        audit(tmp_path / "none")
