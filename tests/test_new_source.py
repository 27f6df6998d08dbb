"""A new source is one file: the same children under other names, dates and codes give the same pages, with no Python changed."""

from pathlib import Path

import pandas as pd
import pytest
from bs4 import BeautifulSoup
from running import command

COUNTY_SYSTEM = """
title = "Removals of our county system"
federal = true
citation = "Export guide of the county system, version 3"
reviewer = "County CQI team"
reviewed = 2026-11-22
valid_years = [2000, 2100]
date_formats = ["mm/dd/yyyy"]
shape = "one_row_per_episode"

[files.episodes]
patterns = ["removals*.csv"]
required = true

[files.episodes.columns]
child_id = { name = "ClientNo", required = true, filled = true }
county = { name = "Office", required = true, filled = true }
birth_date = { name = "Born", kind = "date", lenient = true }
entry_date = { name = "Removed", kind = "date", required = true, filled = true }
exit_date = { name = "Left", kind = "date", required = true }
exit_reason = { name = "Why", codes = "why", required = true }

[codes.why]
RTH = "reunification"
ADO = "adoption"
"""
NAMES = {"child_id": "ClientNo", "county": "Office", "birth_date": "Born", "entry_date": "Removed", "exit_date": "Left", "exit_reason": "Why"}
REVIEW = ("--county", "Alder", "--cohort", "2025H2", "--as-of", "2026-6-30", "--profile", "internal")


def plain_rows() -> pd.DataFrame:
    """A child enters in Alder every fourth day for four years; of each five, two go home and one is adopted."""
    entries = pd.date_range("2022-07-01", "2026-06-30", freq="4D")
    number = pd.Series(range(len(entries)))
    stays = pd.to_timedelta(number.mod(5).map({0: 40, 1: 150, 2: 330}), unit="D")
    exits = (entries + stays).where(lambda day: day <= "2026-06-30")
    reasons = number.mod(5).map({0: "reunification", 1: "reunification", 2: "adoption"}).where(exits.notna(), "")
    return pd.DataFrame({"child_id": "00" + number.astype(str), "county": "Alder", "birth_date": pd.Timestamp("2018-03-09"),
                         "entry_date": entries, "exit_date": exits, "exit_reason": reasons})


def reviewed(folder: Path, source: str, definitions: Path) -> Path:
    """The finished run's folder of internal pages."""
    done = command("review", *REVIEW, "--data", str(folder), "--source", source, "--out", str(folder / "out"), CQI_DEFINITIONS=str(definitions))
    assert done.returncode == 0, done.stderr
    return folder / "out" / "2026-06-30" / "internal"


@pytest.fixture
def definitions(tmp_path) -> Path:
    """The user's own folder, with one file in it."""
    (tmp_path / "own" / "sources").mkdir(parents=True)
    (tmp_path / "own" / "sources" / "county_system.toml").write_text(COUNTY_SYSTEM, encoding="utf-8")
    return tmp_path / "own"


def test_from_one_file_to_the_same_pages(tmp_path, definitions):
    rows = plain_rows()
    for name in ("plain", "theirs"):
        (tmp_path / name).mkdir()
    rows.to_csv(tmp_path / "plain" / "episodes.csv", index=False, date_format="%Y-%m-%d")
    codes = {"reunification": "rth", "adoption": "ADO"}
    rows.replace({"exit_reason": codes}).rename(columns=NAMES).to_csv(tmp_path / "theirs" / "removals_june.csv", index=False,
                                                                      date_format="%m/%d/%Y")
    plain = reviewed(tmp_path / "plain", "episodes", definitions)
    theirs = reviewed(tmp_path / "theirs", "county_system", definitions)
    tables = sorted(path.name for path in plain.glob("tables/*.csv"))
    assert len(tables) == 17 and [(theirs / "tables" / name).read_bytes() for name in tables] == [
        (plain / "tables" / name).read_bytes() for name in tables]
    page = BeautifulSoup((theirs / "alder/2025h2.html").read_bytes(), "html.parser")
    # 184 days, an entry every fourth: 46
    assert "46 children entered care in Alder between July and December 2025" in page.text and "removals_june.csv" in page.text
    assert page.title.text.strip().endswith("as of 2026-06-30")


def test_the_command_checks_a_file_of_it(tmp_path, definitions):
    plain_rows().rename(columns=NAMES).to_csv(tmp_path / "removals.csv", index=False, date_format="%m/%d/%Y")
    done = command("check", str(tmp_path / "removals.csv"), "--source", "county_system", CQI_DEFINITIONS=str(definitions))
    assert done.returncode == 3 and "removals.csv: 366 rows read = 366 used + 0 merged + 0 set aside" in done.stdout
    assert "rows had a code of exit_reason that is not in the declared list" in done.stdout  # our words are not its codes
