"""What releases held back stays held back while it is nearly the same, so that the next release does not tell it after all."""

import stat

import pandas as pd
import pytest
from test_disclosure_release import HEADLINE, NOTHING, released_and_hidden, rows, shown
from test_ledger import JUNE, MAY

from cqi.render.pages import write_whole
from cqi.tables.carried import newly_given
from cqi.tables.held_back import LATEST, HeldBack, as_text, held_back, held_back_digest, held_back_path
from cqi.vocabulary import CqiError

COUNTIES = {"Alder": (60, 5), "Birch": (80, 30), "Cedar": (90, 40)}
"""Few of Alder's children left, so its count is hidden, and another with it."""


def pages(counties=COUNTIES, day=JUNE) -> dict:
    return {"2025H2": {"measures": rows(counties, day=day, others={})}}


def hidden_in(found: dict) -> set[str]:
    table = found["2025H2"]["measures"]
    return set(table.loc[table["numerator"].isna(), "county"])


def counts(county="Birch", children=80.0, numerator=30.0) -> pd.DataFrame:
    return pd.DataFrame([(HEADLINE, "", "county", county, "2025H2", 0, children, numerator)], columns=NOTHING.columns)


# What stays hidden

def second(beside: tuple[int, int], *, then: pd.DataFrame) -> set[str]:
    """The counties hidden in a release without a small count, after one that held these counts back."""
    return hidden_in(released_and_hidden(pages({"Alder": (60, 25), "Birch": beside, "Cedar": (90, 40)}), held=then)[0])


@pytest.mark.parametrize(("now", "stays"), [(30, True), (31, True), (40, True), (41, False), (20, True), (19, False)])
def test_a_count_that_moved_by_ten_since_it_was_hidden_stays_hidden(now, stays):
    """From 30: by 10 it would still narrow down what it was, by 11 no more than a count may be told."""
    assert ("Birch" in second((80, now), then=counts(children=float("nan")))) is stays


def test_what_stays_hidden_does_not_stay_alone():
    """Another must be hidden with it, or it would follow from the total."""
    assert len(second((80, 30), then=counts(children=float("nan")))) >= 2


def test_children_that_were_hidden_stay_hidden_with_what_is_counted_among_them():
    found, _ = released_and_hidden(pages({"Alder": (60, 25), "Birch": (80, 30), "Cedar": (90, 40)}), held=counts(numerator=float("nan")))
    assert pd.isna(shown(found["2025H2"]["measures"], column="denominator")[0]) and "Birch" in hidden_in(found)


def test_the_next_release_does_not_show_what_hid_another_in_the_last():
    """In May Alder's 5 is hidden with a second county. In June Alder has 25 and nothing must be hidden: yet to show the second would tell May's 5."""
    first, hidden = released_and_hidden(pages(day=MAY))
    beside = hidden_in(first) - {"Alder"}
    assert len(beside) == 1
    june = COUNTIES | {"Alder": (60, 25)}
    before = newly_given(first)
    assert hidden_in(released_and_hidden(pages(june), before=before)[0]) == set(), "without what was held back it would be shown"
    after, _ = released_and_hidden(pages(june), before=before, held=hidden)
    assert beside <= hidden_in(after)


def test_the_same_counts_are_given_out_the_same_way_again():
    first, hidden = released_and_hidden(pages(day=MAY))
    again, still = released_and_hidden(pages(day=MAY), before=newly_given(first), held=hidden)
    pd.testing.assert_frame_equal(again["2025H2"]["measures"], first["2025H2"]["measures"])
    pd.testing.assert_frame_equal(still, hidden)


def test_what_is_told_as_hidden_is_all_of_it_and_no_more():
    found, hidden = released_and_hidden(pages())
    assert set(hidden["county"]) == hidden_in(found) and hidden["children"].isna().all()
    assert hidden.set_index("county")["numerator"].to_dict() == {county: COUNTIES[county][1] for county in hidden_in(found)}


# The file

def kept(out, day: str, *frames: pd.DataFrame) -> None:
    write_whole(held_back_path(out / day, "release"), as_text(HeldBack(pd.concat(frames), {})))


def test_what_was_held_back_is_read_as_it_was_written(tmp_path):
    (tmp_path / "2026-05-31" / "restricted").mkdir(mode=0o700, parents=True)
    frames = [counts(), counts("Doña, \"Encina\"", numerator=float("nan")), counts("NA", children=float("nan"))]
    kept(tmp_path, "2026-05-31", *frames)
    found = held_back(tmp_path, "release").sort_values("county", ignore_index=True)
    pd.testing.assert_frame_equal(found, pd.concat(frames).sort_values("county", ignore_index=True), check_dtype=False)
    assert stat.S_IMODE(held_back_path(tmp_path / "2026-05-31", "release").stat().st_mode) & 0o077 == 0
    assert held_back(tmp_path, "another").empty and held_back(None, "release").empty


def test_the_newest_releases_are_looked_at_and_their_word_changes_with_them(tmp_path):
    words = set()
    for month in range(1, LATEST + 2):
        kept(tmp_path, f"2026-{month:02}-28", counts(f"County {month}"))
        words.add(held_back_digest(tmp_path, "release"))
    assert set(held_back(tmp_path, "release")["county"]) == {f"County {month}" for month in range(2, LATEST + 2)}
    assert len(words) == LATEST + 1 and held_back_digest(tmp_path, "another") == ""


@pytest.mark.parametrize("text", ["", "no,column\n1,2\n", "measure,part,level,county,cohort,at,children,numerator\na,,county,Birch,2025H2,0,80,many\n"])
def test_a_damaged_file_is_refused_without_its_values(tmp_path, text):
    write_whole(held_back_path(tmp_path / "2026-05-31", "release"), text)
    with pytest.raises(CqiError, match="^2026-05-31/restricted/held-back-release.csv: this file is damaged. Put back a copy of it") as raised:
        held_back(tmp_path, "release")
    assert "many" not in str(raised.value)
