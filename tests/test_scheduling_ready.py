"""Whether the data is ready at a day: not too old, whole, and not older than what was published."""

import json
import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from canary import state
from cqi.scheduling import not_ready
from test_scheduling import site_in

READY = date(2026, 7, 6)
"""Six days after the last complete month of the data."""


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """Three counties' data, whole up to 30 June 2026."""
    return state(tmp_path_factory.mktemp("ready") / "data")


@pytest.fixture
def site(data, tmp_path):
    own = site_in(tmp_path)
    return replace(own, extract=replace(own.extract, data=str(data)))


def published(site, day: str, inputs: list, source: str = "episodes") -> None:
    """A run that was made from these files."""
    folder = site.folder / "reports" / day
    folder.mkdir(parents=True)
    record = {"as_of": day, "made": f"{day}T06:00:00+00:00", "parameters": {"source": source}, "inputs": inputs, "pages": []}
    (folder / "run.json").write_text(json.dumps(record), encoding="utf-8")


def sizes(site) -> list:
    return [[path.name, "digest", path.stat().st_size] for path in Path(site.extract.data).iterdir()]


@pytest.mark.parametrize(("today", "old"), [("2026-08-13", False), ("2026-08-14", False), ("2026-08-15", True)])
def test_data_is_stale_one_day_after_the_days_allowed(site, today, old):
    """30 June and 45 days is 14 August."""
    words = not_ready(site, date.fromisoformat(today))
    assert bool(words) is old
    if old:
        assert words.startswith("The data is whole up to 30 June 2026 (the last month's end that looks complete")
        assert "That is 46 days before 15 August 2026" in words
        assert "cqi review --force makes the pages nevertheless." in words  # who tries the program on an older extract
        assert "Expected: data up to 31 July 2026." in words and words.endswith("Nothing was published.")


@pytest.mark.parametrize(("today", "early"), [("2026-06-29", True), ("2026-06-30", True), ("2026-07-01", False)])
def test_a_month_is_whole_once_it_is_over(site, today, early):
    words = not_ready(site, date.fromisoformat(today))
    assert ("is not over" in words) is early and bool(words) is early


@pytest.mark.parametrize(("earlier", "backward"), [("2026-05-31", False), ("2026-06-30", False), ("2026-07-31", True)])
def test_an_older_extract_than_the_last_run_had_is_no_news(site, earlier, backward):
    published(site, earlier, sizes(site))
    words = not_ready(site, date(2026, 8, 3))
    assert bool(words) is backward
    assert not backward or ("a run as of 31 July 2026 was made before" in words and words.endswith("the pages of the last run stand."))


def test_a_missing_file_is_named(site):
    published(site, "2026-05-31", [*sizes(site), ["court.csv", "digest", 10]])
    assert "court.csv was there last time and is missing. Ask for the whole extract." in not_ready(site, READY)


def test_a_file_named_for_its_month_is_not_missed(site):
    published(site, "2026-05-31", [*sizes(site), ["court-2026-05.csv", "digest", 10]])
    assert not_ready(site, READY) == ""


@pytest.mark.parametrize(("times", "less"), [(1.99, False), (2, False), (2.01, True)])
def test_a_file_of_less_than_half_is_a_part(site, times, less):
    published(site, "2026-05-31", [[name, digest, int(size * times) + (times > 2)] for name, digest, size in sizes(site)])
    assert ("less than half as large as last time" in not_ready(site, READY)) is less


def test_a_run_on_other_data_says_nothing_of_this(site):
    published(site, "2026-05-31", [["other.csv", "digest", 10]])
    assert not_ready(site, READY) == ""


def test_of_dated_extracts_the_newest_counts_and_is_held_to_the_one_before(data, tmp_path):
    shutil.copytree(data, tmp_path / "extracts/2026-06")
    shutil.copytree(data, tmp_path / "extracts/2026-07")
    site = site_in(tmp_path)
    site = replace(site, extract=replace(site.extract, data="extracts/2026-*"))
    assert not_ready(site, READY) == ""
    episodes = pd.read_csv(tmp_path / "extracts/2026-07/episodes.csv", dtype=str, keep_default_na=False)
    gone = episodes.loc[episodes["county"] != "Heron"]
    gone.to_csv(tmp_path / "extracts/2026-07/episodes.csv", index=False)
    words = not_ready(site, READY)
    assert "Heron is not in the file; last time it was." in words and words.startswith("The data looks incomplete:")
    assert not any(child in words for child in episodes["child_id"])


def test_the_day_that_the_site_gives_is_the_one_that_ages(site):
    given = replace(site, extract=replace(site.extract, as_of="2026-03-31"))
    assert "The data is whole up to 31 March 2026 (the day that was asked for)" in not_ready(given, READY)
