"""Legacy AFCARS, a whole state's six-month files: the sample state written as an agency would submit it, from raw files to
counts and pages, beside the same children in the plain contract."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from cqi import tables
from cqi.cohorts import cohort
from cqi.measures import basis, count
from cqi.registry import measure
from cqi.render.run import Request, run
from cqi.sources import load

REASONS = {"reunification": 1, "relative": 2, "adoption": 3, "emancipation": 4, "guardianship": 5, "transfer": 6,
           "runaway": 7, "death": 8, "unknown": 99, "": 0}
SETTINGS = {"pre-adoptive home": 1, "kin": 2, "foster family": 3, "group home": 4, "institution": 5, "independent living": 6,
            "runaway": 7, "trial home visit": 8}
COUNTIES = ["Birch", "Elm", "Heron"]
PERIODS = [(f"{year}-04-01", f"{year}-09-30") for year in (2019, 2020, 2021, 2022)]
PERIODS += [(f"{year}-10-01", f"{year + 1}-03-31") for year in (2018, 2019, 2020, 2021)]


def submission(episodes, placements, first, last):
    """One six-month file: for every child in care in the period, the latest removal as it stood at the period's end."""
    first, last = pd.Timestamp(first), pd.Timestamp(last)
    history = episodes.assign(removals=episodes.groupby("child_id").cumcount() + 1, prior=episodes.groupby("child_id")["exit_date"].shift())
    seen = history[(history["entry_date"] <= last) & ~(history["exit_date"] < first)].drop_duplicates("child_id", keep="last")
    gone = seen["exit_date"] <= last
    homes = placements[placements["start_date"] <= last].sort_values("start_date")
    latest = homes.drop_duplicates("episode_id", keep="last").set_index("episode_id")
    number = homes.groupby("episode_id").size()
    return pd.DataFrame({
        "FY": last.year + (last.month > 9), "RepDatYr": last.year, "RepDatMo": last.month, "State": 3, "FIPSCode": seen["county_fips"].str.lstrip("0"),
        "RecNumbr": seen["child_id"], "StFCID": "XX" + seen["child_id"], "DOB": _text(seen["birth_date"]), "Sex": "1",
        "RaceEthn": "1", "TotalRem": seen["removals"].astype(str), "DLstFCDt": _text(seen["prior"]), "LatRemDt": _text(seen["entry_date"]),
        "NumPlep": seen["episode_id"].map(number), "CurPlSet": seen["episode_id"].map(latest["setting"]).map(SETTINGS).fillna(99).astype(int),
        "CurSetDt": _text(seen["episode_id"].map(latest["start_date"])), "DoDFCDt": _text(seen["exit_date"].where(gone)),
        "DISREASN": np.where(gone, seen["exit_reason"].map(REASONS), 0),
    })


def _text(dates):
    return dates.dt.strftime("%m/%d/%Y").fillna("")


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """A folder with the submissions, and the plain extract they were made from."""
    plain = load("data_samples")
    episodes = plain.episodes[plain.episodes["county"].isin(COUNTIES)].sort_values(["entry_date", "episode_id"])
    folder = tmp_path_factory.mktemp("afcars")
    for first, last in PERIODS:
        submission(episodes, plain.placements, first, last).to_csv(folder / f"fc{last}.csv", index=False)
    return folder, episodes


def half(dates):
    """The federal half-year of a date, as a number; missing for a missing date."""
    return (dates.dt.year * 12 + dates.dt.month + 2) // 6


def lost_reasons(episodes):
    """Removals that ended and were followed by another in the same six months: no file has their reason."""
    following = episodes.groupby("child_id")["entry_date"].shift(-1)
    return episodes[half(episodes["exit_date"]) == half(following)]


def test_every_row_is_used_merged_or_set_aside(files):
    """Stays are missing only where a later removal of the child took their place before any file had seen them."""
    folder, episodes = files
    extract = load(folder, "afcars")
    assert (extract.account["rows_read"] == extract.account[["used", "merged", "quarantined"]].sum(axis=1)).all()
    assert extract.account["quarantined"].sum() == 0
    reported = episodes[episodes["entry_date"] <= "2022-09-30"]
    lost = lost_reasons(reported)
    never_seen = half(lost["entry_date"]) == half(lost["exit_date"])
    assert len(extract.episodes) == len(reported) - never_seen.sum()
    assert (extract.episodes["exit_reason"] == "unknown").sum() == (
        (~never_seen).sum() + (reported.loc[~reported.index.isin(lost.index), "exit_reason"][reported["exit_date"] <= "2022-09-30"] == "unknown").sum())


def test_counts_equal_the_plain_contract_but_for_lost_first_reasons(files):
    """FIPS codes stand for names, and a child with two removals in six months loses the first one's reason."""
    folder, episodes = files
    fips = episodes.drop_duplicates("county").set_index("county")["county_fips"]
    permanency, period = measure("permanency_in_12_months"), cohort("2020H2")
    ours, theirs = (count(permanency, basis(load(*data)), period, as_of=date(2022, 6, 30)).set_index("county")
                    for data in (("data_samples",), (folder, "afcars")))
    for county in COUNTIES:
        mine, other = ours.loc[county], theirs.loc[fips[county]]
        lost = lost_reasons(episodes[episodes["county"] == county])
        lost = lost[lost["entry_date"].between("2020-07-01", "2020-12-31")]
        assert mine["denominator"] - other["denominator"] in range(len(lost) + 1)
        assert abs(mine["numerator"] - other["numerator"]) <= len(lost)


def test_a_file_that_begins_without_history_gives_no_figure(files):
    """The sample begins with nobody in care: up to 2022 over 95% of its children are on their first removal."""
    found = tables.tables(str(files[0]), "afcars", "2020H2", "2022-06-30", "internal")
    rows = found.measures.loc[found.measures["measure"] == "permanency_in_12_months"]
    assert set(rows["status"]) == {"data quality"} and set(found.reasons["check"]) == {"first_removal"}


def test_from_raw_files_to_pages(files, tmp_path):
    folder, episodes = files
    heron = episodes.loc[episodes["county"] == "Heron", "county_fips"].iloc[0]
    finished = run(Request(counties=(heron,), cohorts=("2021H2",), as_of="2022-06-30", source="afcars", data=str(folder), out=tmp_path))
    assert not finished.failed
    assert finished.folder.name == "2022-06-30"
