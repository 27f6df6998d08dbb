"""Counted tables that are kept for other processes: found as they were written, or made anew."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass

import pandas as pd
import pytest

from cqi.tables.reading import SUMS, kept


@dataclass
class Pair:
    """Two tables of the same columns."""

    one: pd.DataFrame
    other: pd.DataFrame
    facts: dict


@pytest.fixture
def asked(tmp_path, monkeypatch):
    """A function that asks for the tables and says how often they were made until then."""
    monkeypatch.setenv("CQI_CACHE", str(tmp_path))
    times = []

    def make() -> Pair:
        times.append(1)
        return Pair(pd.DataFrame({"county": ["Alder"], "children": [12]}), pd.DataFrame({"county": ["Alder"], "children": [40]}), {"as_of": "2026-06-30"})

    def ask() -> int:
        found = kept(make, Pair, "pair")
        assert found.one["children"].tolist() == [12] and found.other["children"].tolist() == [40] and found.facts == {"as_of": "2026-06-30"}
        return len(times)

    return ask


def test_kept_tables_are_made_once(asked, tmp_path):
    assert [asked(), asked(), asked()] == [1, 1, 1]
    assert [each.name for each in tmp_path.iterdir()] == ["pair"]


def test_what_a_process_that_was_killed_has_left_is_in_nobodys_way(asked, tmp_path):
    """A process may have the number of one that was killed while it wrote."""
    (tmp_path / f"pair.{os.getpid()}").mkdir()
    assert [asked(), asked()] == [1, 1]


def exchanged(place):
    shutil.copy(place / "other.parquet", place / "one.parquet")


def cut(place):
    (place / "one.parquet").write_bytes((place / "one.parquet").read_bytes()[:-1])


def lost(place):
    (place / "other.parquet").unlink()


def another_day(place):
    (place / "facts.json").write_text('{"as_of": "2026-05-31"}', encoding="utf-8")


def without_sums(place):
    (place / SUMS).unlink()


def sums_of_nothing(place):
    (place / SUMS).write_bytes(b"")


@pytest.mark.parametrize("spoil", (exchanged, cut, lost, another_day, without_sums, sums_of_nothing))
def test_spoilt_tables_are_made_again_and_kept(asked, tmp_path, spoil):
    assert asked() == 1
    spoil(tmp_path / "pair")
    assert [asked(), asked()] == [2, 2]
    assert [each.name for each in tmp_path.iterdir()] == ["pair"]
