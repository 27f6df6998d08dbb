"""A release every month into one folder: each is given out, and nothing follows from all of them together."""

import pandas as pd
import pytest
from running import ROOT

from cqi.audit import audit
from cqi.render.run import Request, run
from cqi.tables.held_back import held_back
from cqi.tables.ledger import given_out, ledger_path

pytestmark = pytest.mark.long
DAYS = ("2026-03-31", "2026-04-30", "2026-05-31", "2026-06-30")


@pytest.fixture(scope="module")
def months(tmp_path_factory):
    """Four monthly releases of the sample state: what became of each, and their folder."""
    out = tmp_path_factory.mktemp("monthly")
    return {day: run(Request(as_of=day, profiles=("release",), data=str(ROOT / "data_samples"), out=out)) for day in DAYS}, out


def test_every_release_is_given_out(months):
    assert {day: [each.reason for each in finished.failed] for day, finished in months[0].items()} == {day: [] for day in DAYS}


def test_a_reader_of_all_of_them_works_nothing_out(months):
    folders = [months[1] / day / "release" for day in DAYS]
    assert audit(folders[-1], earlier=folders[:-1]) == []


def test_the_newest_month_still_tells_what_matters(months):
    """More than half of what a reader of the last release alone would see of counties' own figures, each with its date."""
    table = pd.read_csv(months[1] / DAYS[-1] / "release" / "tables" / "2025H2-measures.csv", keep_default_na=False)
    told = table.loc[table["measure"].eq("permanency_in_12_months") & table["cohort"].eq("2025H2") & table["part"].eq(""), ["county", "status", "as_of"]]
    assert told.loc[told["county"].eq("All counties"), "status"].isin(["so far", "carried forward"]).all()
    assert set(told.loc[told["status"].eq("carried forward"), "as_of"]) <= set(DAYS[:-1])


def test_what_was_given_out_and_held_back_is_kept_apart(months):
    given, hidden = given_out(ledger_path(months[1], "release")), held_back(months[1], "release")
    assert len(given) and len(hidden) and not set(hidden["numerator"].dropna()) <= {0.0}
