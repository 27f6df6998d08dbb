"""Whatever is in the files, every row is used, merged or set aside, and no error tells a child's value."""

import csv

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cqi.sources import load
from cqi.vocabulary import CqiError

DAYS = ("2019-12-31", "2020-01-01", "2020-01-02", "2020-06-30", "2020-07-01", "hidden", "", "31 Dec 2019")
CHILDREN = ("hidden1", "hidden2", "")
COLUMNS = {
    "episodes": {
        "child_id": CHILDREN, "county": ("Alder", "Birch", ""), "birth_date": DAYS, "entry_date": DAYS,
        "exit_date": DAYS, "exit_reason": ("adoption", "hidden", ""), "episode_id": ("e1", "e2", ""),
    },
    "ssda903": {
        "CHILD": CHILDREN, "LA": ("Alder", "Birch", ""), "YEAR": ("2020", "2021", "", "hidden", "1999"), "DECOM": DAYS,
        "DEC": DAYS, "RNE": ("S", "P", "L", "T", "hidden", ""), "REC": ("X1", "E4A", "hidden", ""), "PLACE": ("U1", "K2", ""),
    },
    "afcars": {
        "StFCID": CHILDREN, "FIPSCode": ("8", "6037", ""), "RepDatYr": ("2020", "2021", "", "2024"),
        "RepDatMo": ("3", "9", "hidden"), "DOB": DAYS, "LatRemDt": DAYS, "DoDFCDt": DAYS, "DLstFCDt": DAYS,
        "DISREASN": ("0", "1", "77", ""), "TotalRem": ("1", "2", "3", "hidden"),
    },
}


@pytest.mark.parametrize("source", COLUMNS)
@given(data=st.data())
@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_rows_read_are_used_merged_or_set_aside(tmp_path, source, data):
    one = st.tuples(*(st.sampled_from(values) for values in COLUMNS[source].values()))
    rows = data.draw(st.lists(one, min_size=1, max_size=12))
    with (tmp_path / "episodes.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([COLUMNS[source], *rows])
    try:
        extract = load(tmp_path, source)
    except CqiError as error:
        assert "hidden" not in str(error)
        return
    account = extract.account
    assert account.rows_read.sum() == len(rows)
    assert (account.rows_read == account.used + account.merged + account.quarantined).all()
    gone = [*extract.quarantine.row, *extract.merged.row]
    assert len(gone) == len(set(gone))  # no row goes two ways
    assert "hidden" not in " ".join((*extract.notes, *extract.quarantine.reason, *extract.merged["into"]))
    assert extract.episodes.episode_id.is_unique
    assert extract.placements.episode_id.isin(extract.episodes.episode_id).all()
    assert ((extract.episodes.exit_reason == "") == extract.episodes.exit_date.isna()).all()
    assert not (extract.episodes.exit_date < extract.episodes.entry_date).any()
