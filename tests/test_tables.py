"""Tables are counted once, and again when a file or a definition has changed: a notebook left open shows no old numbers."""

import pytest
from counted import extract

from cqi import tables
from cqi.review import Review
from cqi.tables import counting

TWO = "entry_date exit_date exit_reason\n2024-01-10 2024-03-10 adoption\n2024-01-10 . ."
THREE = f"{TWO}\n2024-01-10 2024-03-10 adoption"


def left(folder) -> float:
    """Children of Alder who entered in the first half of 2024 and had left to a permanent home by the end of June 2026."""
    return Review("Alder", "2024H1", as_of="2026-06-30", data=str(folder), profile="internal").course()["observed"]


@pytest.fixture
def times_counted(monkeypatch):
    """A list that grows by the cohort each time tables are counted."""
    counted, found = counting._counted, []
    monkeypatch.setattr(counting, "_counted", lambda *words: found.append(words[2]) or counted(*words))
    return found


def test_the_same_files_are_counted_once(tmp_path, times_counted):
    extract(tmp_path, TWO)
    assert (left(tmp_path), left(tmp_path), times_counted) == (1, 1, ["2024H1"])


def test_a_file_that_was_replaced_is_counted_again(tmp_path, times_counted):
    extract(tmp_path, TWO)
    before = left(tmp_path)
    extract(tmp_path, THREE)
    assert (before, left(tmp_path), len(times_counted)) == (1, 2, 2)


SOURCE = """
title = "Ours"
citation = "Guide"
reviewer = "A reviewer"
reviewed = 2026-11-22
valid_years = [2000, 2100]
date_formats = ["yyyy-mm-dd"]
shape = "one_row_per_episode"

[files.episodes]
patterns = ["episodes.csv"]
required = true

[files.episodes.columns]
child_id = { required = true }
county = { required = true }
entry_date = { kind = "date", required = true }
exit_date = { kind = "date", required = true }
exit_reason = { codes = "reasons", required = true }

[codes.reasons]
adoption = "WORD"
"""


def test_a_source_that_was_changed_is_read_again(tmp_path, monkeypatch):
    monkeypatch.setenv("CQI_DEFINITIONS", str(tmp_path))
    (tmp_path / "sources").mkdir()
    (tmp_path / "data").mkdir()
    extract(tmp_path / "data", TWO)
    seen = []
    for word in ("adoption", "death"):
        (tmp_path / "sources" / "ours.toml").write_text(SOURCE.replace("WORD", word), encoding="utf-8")
        seen.append(tables.read(str(tmp_path / "data"), "ours")[0].episodes["exit_reason"].to_list())
    assert seen == [["adoption", ""], ["death", ""]]
