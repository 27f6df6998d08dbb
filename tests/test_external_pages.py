"""Whole published sets, from raw files to finished pages, with every row accounted for."""

import json
import os
from pathlib import Path

import pytest

from cqi import Review
from cqi.render.run import Request, run
from cqi.sources import load

pytestmark = pytest.mark.external
SETS = {
    "ssda903_three_boroughs": (("2017-18",), "2019-03-31", {"Bromley", "Hillingdon", "Southwark"}),
    "ssda903_full_return": (("2017H1",), "2018-03-31", {"ssda903_full_return"}),
}


def folder(name):
    place = Path(os.environ.get("CQI_EXTERNAL_DATA", "")) / name
    if not os.environ.get("CQI_EXTERNAL_DATA") or not place.is_dir():
        pytest.skip(f"external data: {name} (set CQI_EXTERNAL_DATA)")
    return place


@pytest.mark.parametrize("name", SETS)
def test_from_raw_files_to_pages(name, tmp_path):
    cohorts, as_of, counties = SETS[name]
    finished = run(Request(cohorts=cohorts, as_of=as_of, source="ssda903", data=str(folder(name)), profiles=("internal",), out=tmp_path))
    assert not finished.failed
    reviews = {each.job.parameters["county"] for each in finished.outcomes if each.job.role == "review"}
    assert reviews == counties
    index = finished.indexes["internal"].read_text(encoding="utf-8")
    extract = load(folder(name), "ssda903")
    for row in extract.account.itertuples():
        assert row.rows_read == row.used + row.merged + row.quarantined
        assert f"{row.rows_read:,}" in index
    record = json.loads((finished.folder / "run.json").read_text(encoding="utf-8"))
    assert {page["status"] for page in record["pages"]} == {"done"}


def test_no_child_identifier_reaches_a_page(tmp_path):
    """Six-digit identifiers; none may stand in a page or a table of the run."""
    data = folder("ssda903_three_boroughs")
    finished = run(Request(counties=("Bromley",), cohorts=("2017-18",), as_of="2019-03-31", source="ssda903", data=str(data), out=tmp_path))
    children = {child for child in load(data, "ssda903").episodes["child_id"] if len(child) >= 6}
    for path in finished.folder.rglob("*"):
        if path.suffix in (".html", ".csv", ".json"):
            text = path.read_text(encoding="utf-8")
            assert not [child for child in children if f">{child}<" in text or f",{child}," in text or f'"{child}"' in text]


def test_the_first_year_known_from_elsewhere():
    """A plain reading counts 70, 35 and 77 children who started in April 2017 to March 2018, and 16, 9 and 15 of them
    permanent within 365 days. The measure leaves out stays under 8 days: two in Bromley, one of them permanent, and one
    in Southwark."""
    data = str(folder("ssda903_three_boroughs"))
    found = {}
    for county in ("Bromley", "Hillingdon", "Southwark"):
        row = Review(county=county, cohort="2017-18", as_of="2019-03-31", source="ssda903", data=data, profile="internal").course()
        found[county] = int(row["entered"]), int(row["observed"])
    assert found == {"Bromley": (70 - 2, 16 - 1), "Hillingdon": (35, 9), "Southwark": (77 - 1, 15)}
