"""The classroom: the kind of source found from the files, the county and periods to teach with, small numbers of real children hidden."""

from datetime import date

import pandas as pd
import pytest

from cqi.learning import classroom
from cqi.learning.classroom import FEWEST_ENTRIES, FEWEST_STAYS, room_in_use, sample_room
from cqi.vocabulary import HIDDEN_WORDS, CqiError
from running import DATA


def file_of(folder, counties: dict[str, int], *, first="2022-01-01", days=1200):
    """A folder with stays of 100 days, spread evenly over so many days; by county how many."""
    rows = [{"child_id": f"{county}{number}", "episode_id": f"e{county}{number}", "county": county, "birth_date": "2015-01-01",
             "entry_date": (entry := pd.Timestamp(first) + pd.Timedelta(days=number * days // stays)).date(), "exit_date": (entry + pd.Timedelta(days=100)).date(),
             "exit_reason": "reunification"} for county, stays in counties.items() for number in range(stays)]
    pd.DataFrame(rows).to_csv(folder / "episodes.csv", index=False)
    return folder


def test_the_sample_state_is_fictional_and_teaches_with_a_county_that_shows_the_point():
    room = classroom(DATA)
    assert room.fictional and room.county == "Hawthorn" and room.as_of == date(2026, 6, 30) and room.said == "in the fictional sample state"
    assert (room.mature.label, room.mature_half.label, room.young.label) == ("2024", "2025H1", "2025H2")
    assert classroom(DATA) is room and room_in_use() is room and sample_room() is room


def test_another_county_may_be_chosen():
    assert classroom(DATA, "Birch").county == "Birch" and room_in_use().county == "Birch" and classroom(DATA).county == "Hawthorn"
    with pytest.raises(CqiError, match="Did you mean 'Birch'"):
        classroom(DATA, "Brich")


def test_without_a_folder_the_sample_state_is_drawn(tmp_path, monkeypatch):
    there = classroom(DATA)
    monkeypatch.chdir(tmp_path)
    drawn = classroom("data_samples")
    assert drawn.fictional and drawn.as_of == there.as_of and list(tmp_path.iterdir()) == []
    pd.testing.assert_frame_equal(drawn.extract.episodes, there.extract.episodes)


@pytest.mark.parametrize("data", ["no_such_folder", "https://example.org/data"])
def test_data_that_are_not_there_are_an_error(data):
    with pytest.raises(CqiError):
        classroom(data)


def test_files_of_no_kind_are_an_error_in_plain_words(tmp_path):
    (tmp_path / "episodes.csv").write_text("fruit,colour\napple,red\n", encoding="utf-8")
    with pytest.raises(CqiError, match=r"no kind of source can read these files; the kinds are episodes, afcars, .*cqi check .* --source episodes says what is amiss"):
        classroom(tmp_path)


@pytest.mark.external
def test_another_kind_of_source_is_found_from_its_files(external):
    room = classroom(external("ssda903_three_boroughs"))
    assert room.extract.source == "ssda903" and not room.fictional and room.said == "in your own data" and room.county in room.counties


# ---- the county and the periods ----------------------------------------------------------------------------------------

@pytest.mark.parametrize(("stays", "county"), [
    ({"A": FEWEST_STAYS - 1, "B": FEWEST_STAYS, "C": 400}, "C"), ({"A": FEWEST_STAYS, "B": 300, "C": 400}, "B"), ({"A": 20, "B": 30}, "B"),
])
def test_a_county_of_middle_size_among_those_with_enough_stays(tmp_path, stays, county):
    assert classroom(file_of(tmp_path, stays)).county == county


def test_the_newest_period_observed_for_a_year_in_which_enough_entered(tmp_path):
    """Entries end on 14 April 2025, exits 100 days later. Children of 2024 have not been observed for 12 months; those of 2023 have."""
    room = classroom(file_of(tmp_path, {"A": 400}))
    assert date(2025, 3, 31) <= room.as_of < date(2025, 8, 1) and room.mature.label == "2023" and room.mature_half.label in ("2023H2", "2024H1")
    few = classroom(file_of(tmp_path.joinpath("few").mkdir() or tmp_path / "few", {"A": 3 * FEWEST_ENTRIES // 4}))
    assert few.mature.label == "2023", "where never enough entered, the newest"


# ---- small numbers -----------------------------------------------------------------------------------------------------

@pytest.fixture
def own(tmp_path):
    return classroom(file_of(tmp_path, {"A": 400}))


@pytest.mark.parametrize(("number", "hidden"), [(0, False), (1, True), (10, True), (11, False), (120, False)])
def test_a_count_from_1_to_10_of_real_children_is_hidden(own, number, hidden):
    assert (HIDDEN_WORDS in own.count(number)) is hidden and own.hides(number) is hidden
    assert (own.cell(number).mark == "hidden") is hidden and str(number) in classroom(DATA).count(number)


@pytest.mark.parametrize(("counted", "among", "hidden"), [(54, 120, False), (10, 120, True), (11, 120, False), (109, 120, False), (110, 120, True), (120, 120, False),
                                                          (0, 120, False), (5, 9, True)])
def test_a_share_that_would_tell_few_counted_or_few_others_is_hidden(own, counted, among, hidden):
    assert (HIDDEN_WORDS in own.share(counted, among)) is hidden
    if hidden:
        assert f"{counted / among:.0%}" not in own.share(counted, among)
        with pytest.raises(CqiError, match="too few children"):
            own.asked(counted, among)
    else:
        assert own.asked(counted, among) == counted / among


def test_words_of_counts_and_shares():
    room = classroom(DATA)
    assert room.count(1) == "1 child" and room.count(1204) == "1,204 children" and room.count(2, "worker", "workers") == "2 workers"
    assert room.share(54, 120) == "54 of 120 children (45%, likely between 36% and 54%)" and room.share(0, 0) == "no children"
    assert room.asked(3, 8) == 3 / 8
    with pytest.raises(CqiError):
        room.asked(0, 0)
