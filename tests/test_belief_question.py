"""The question of waiting, asked of an agency's files: drawn stays and placements, each day by hand; and of files that cannot answer it."""

from datetime import date
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from cqi.belief import answerable, checked, finalized_early, paths, waited, waiting_days
from cqi.vocabulary import CqiError

HOME = "pre-adoptive home"
AS_OF = date(2026, 6, 30)


def extract(stays: list[tuple], placements: list[tuple]) -> SimpleNamespace:
    """Stays (child, stay, entry, exit, reason) and placements (stay, setting, start) as an extract's tables; all children born on 1 March 2017."""
    episodes = pd.DataFrame(stays, columns=["child_id", "episode_id", "entry_date", "exit_date", "exit_reason"])
    episodes = episodes.assign(birth_date="2017-03-01", entry_known=True)
    homes = pd.DataFrame(placements, columns=["episode_id", "setting", "start_date"])
    for table in (episodes, homes):
        for name in [name for name in table if name.endswith("_date")]:
            table[name] = pd.to_datetime(table[name]).astype("datetime64[s]")
    return SimpleNamespace(data="drawn", episodes=episodes, placements=homes)


def path(stays, placements) -> dict:
    return paths(extract(stays, placements), as_of=AS_OF).iloc[0].to_dict()


def told(found: dict) -> dict:
    return {name: found[name] for name in ("finalized", "disrupted", "dissolved", "other") if not np.isnan(found[name])}


ENTRY = ("A", "S1", "2024-01-01")


def test_an_adoption_ends_the_placement_well():
    found = path([(*ENTRY, "2025-01-31", "adoption")], [("S1", "foster family", "2024-01-01"), ("S1", HOME, "2024-05-01")])
    assert told(found) == {"finalized": 275}
    assert (found["last"], found["age"], found["moves"]) == (790, "6 to 10", "0 or 1 before")


def test_going_on_to_another_home_is_a_disruption_also_to_another_pre_adoptive_one():
    for setting in ("foster family", HOME):
        found = path([(*ENTRY, "2025-01-31", "adoption")], [("S1", HOME, "2024-05-01"), ("S1", setting, "2024-06-01")])
        assert told(found) == {"disrupted": 31}


@pytest.mark.parametrize("pause", ["hospital", "runaway"])
def test_a_time_away_from_which_the_child_comes_back_only_ends_the_placement_where_the_file_says_another_one_began(pause):
    found = path([(*ENTRY, None, "")], [("S1", HOME, "2024-05-01"), ("S1", pause, "2024-06-01"), ("S1", HOME, "2024-06-11")])
    assert told(found) == {}
    found = path([(*ENTRY, None, "")], [("S1", HOME, "2024-05-01"), ("S1", pause, "2024-06-01"), ("S1", "group home", "2024-06-11")])
    assert told(found) == {"disrupted": 41}


@pytest.mark.parametrize("reason", ["guardianship", "reunification", "emancipation"])
def test_another_end_of_care_competes(reason):
    assert told(path([(*ENTRY, "2024-05-31", reason)], [("S1", HOME, "2024-05-01")])) == {"other": 30}


@pytest.mark.parametrize(("back", "days"), [("2025-01-30", None), ("2025-01-31", 275), ("2025-02-01", 276), ("2026-06-30", 790), ("2026-07-01", None)])
def test_a_return_to_care_after_the_adoption_is_a_dissolution(back, days):
    found = path([(*ENTRY, "2025-01-31", "adoption"), ("A", "S2", back, None, "")], [("S1", HOME, "2024-05-01")])
    assert told(found).get("dissolved") == days


def test_a_return_after_another_end_is_none():
    found = path([(*ENTRY, "2025-01-31", "reunification"), ("A", "S2", "2025-03-01", None, "")], [("S1", HOME, "2024-05-01")])
    assert told(found) == {"other": 275}


def test_another_child_who_comes_into_care_is_no_return():
    found = path([(*ENTRY, "2025-01-31", "adoption"), ("B", "S2", "2025-03-01", None, "")], [("S1", HOME, "2024-05-01")])
    assert told(found) == {"finalized": 275}


@pytest.mark.parametrize(("start", "rows"), [("2026-06-29", 1), ("2026-06-30", 1), ("2026-07-01", 0)])
def test_nothing_after_the_as_of_day_is_looked_at(start, rows):
    both = ([(*ENTRY, "2026-07-15", "adoption"), ("B", "S2", "2024-01-01", None, "")], [("S1", HOME, start), ("S2", HOME, "2024-05-01")])
    found = paths(extract(*both), as_of=AS_OF)
    assert len(found) == 1 + rows and found["finalized"].isna().all()


def test_each_child_counts_once_with_the_first_placement():
    found = paths(extract([(*ENTRY, None, "")], [("S1", HOME, "2024-05-01"), ("S1", "kin", "2024-06-01"), ("S1", HOME, "2024-08-01")]), as_of=AS_OF)
    assert len(found) == 1 and found["disrupted"].item() == 31


@pytest.mark.parametrize(("before", "words"), [(1, "0 or 1 before"), (2, "2 or more before")])
def test_moves_before_the_placement(before, words):
    rows = [("S1", "kin", f"2024-01-{day:02d}") for day in range(1, before + 1)]
    assert path([(*ENTRY, None, "")], [*rows, ("S1", HOME, "2024-05-01")])["moves"] == words


def test_a_child_in_care_before_the_file_begins_is_not_in_the_entry_cohort():
    file = extract([(*ENTRY, None, ""), ("B", "S2", "2023-01-01", None, "")], [("S1", HOME, "2024-05-01"), ("S2", HOME, "2024-05-01")])
    file.episodes["entry_known"] = [True, False]
    assert paths(file, as_of=AS_OF)["child_id"].tolist() == ["A"]


# ---- waiting as an exposure --------------------------------------------------------------------------------------------------

def placed(**days) -> pd.DataFrame:
    blank = dict.fromkeys(("finalized", "disrupted", "dissolved", "other"), np.nan)
    return pd.DataFrame([{"child_id": "A", **blank, "last": 2000.0, **days}])


@pytest.mark.parametrize(("days", "waits"), [
    ({"finalized": 273.0}, False), ({"finalized": 274.0}, True), ({"finalized": 275.0}, True), ({}, True),
    ({"disrupted": 273.0}, False), ({"disrupted": 274.0}, True), ({"disrupted": 275.0}, True), ({"last": 273.0}, False), ({"other": 273.0}, False),
])
def test_to_have_waited_nine_months(days, waits):
    found = checked(waited(placed(**days)))
    assert found["exposed_from"].item() == (274 if waits else np.inf)


@pytest.mark.parametrize(("finalized", "early"), [(273.0, True), (274.0, False), (np.nan, False)])
def test_to_have_been_finalized_early(finalized, early):
    found = checked(finalized_early(placed(finalized=finalized)))
    assert found["exposed_from"].item() == (finalized if early else np.inf)


def test_the_event_is_a_break_before_or_after_finalization_and_other_ends_compete():
    assert waited(placed(disrupted=50.0))["event"].item() == 50
    after = waited(placed(finalized=100.0, dissolved=500.0))
    assert (after["event"].item(), after["unseen_from"].item()) == (500, 100)
    assert checked(waited(placed(other=70.0)))["cause"].item() == 1


def test_days_of_waiting_by_hand():
    """From day 274: finalized on 300 (26 days), broke up on 280 (6), still waiting on 400 (126); not: finalized on 274, gone on 274, last seen on 274."""
    rows = [placed(finalized=300.0), placed(disrupted=280.0), placed(last=400.0), placed(finalized=274.0), placed(disrupted=274.0), placed(last=274.0),
            placed(other=290.0)]
    assert waiting_days(pd.concat(rows, ignore_index=True)) == (4, 1, 1, 1, 1, 26 + 6 + 126 + 16)


# ---- files that cannot answer -------------------------------------------------------------------------------------------------

def test_a_file_without_pre_adoptive_placements_says_what_it_lacks():
    with pytest.raises(CqiError) as error:
        paths(extract([(*ENTRY, None, "")], [("S1", "kin", "2024-01-01")]), as_of=AS_OF)
    assert all(word in str(error.value) for word in ("start_date", "exit_reason", "E112", "E118", "child_id"))


def test_a_file_that_never_sees_a_return_after_adoption_cannot_compare():
    with pytest.raises(CqiError, match="under the same number"):
        answerable(pd.concat([placed(finalized=100.0), placed(disrupted=100.0)]))
    with pytest.raises(CqiError, match="No placement in a pre-adoptive home ends in adoption"):
        answerable(placed(disrupted=100.0))
    both = pd.concat([placed(finalized=100.0, dissolved=200.0), placed()])
    assert answerable(both) is both

