"""The as-of date: given, or the last month's end that looks complete."""

import pandas as pd
import pytest

from cqi.cohorts import check_reach, chosen_as_of, first_whole_entry, told_as_of
from cqi.vocabulary import CqiError


def file(entries: list[int], exits: list[int], *, first: str = "2024-01") -> pd.DataFrame:
    """Episodes with so many entries and exits in each month, beginning with `first`."""
    months = pd.period_range(first, periods=max(len(entries), len(exits)), freq="M")
    dates = {name: [month.start_time + pd.Timedelta(days=9) for month, number in zip(months, numbers) for _ in range(number)]
             for name, numbers in (("entry_date", entries), ("exit_date", exits))}
    return pd.DataFrame({name: pd.Series(found, dtype="datetime64[s]") for name, found in dates.items()})


def chosen(entries, exits) -> str:
    return chosen_as_of(file(entries, exits)).day.isoformat()


def test_a_given_day_is_the_day():
    found = chosen_as_of(file([10], [10]), "2026-06-30")
    assert (found.day.isoformat(), found.reason) == ("2026-06-30", "the day that was asked for")


@pytest.mark.parametrize("text", ["30/06/2026", "2026-06-31", "20260630", "2026-W26-2", "2026-06", "today"])
def test_a_day_is_written_in_one_way(text):
    with pytest.raises(CqiError, match=f"The as-of date '{text}' is not a day: write it as 2026-06-30."):
        chosen_as_of(file([10], [10]), text)


def test_a_file_without_entries_has_no_as_of_date():
    with pytest.raises(CqiError, match="No entries into care"):
        chosen_as_of(file([], []))


@pytest.mark.parametrize(("last", "day"), [
    (7, "2024-05-31"),  # 7 of the usual 10 are 70%: complete
    (6, "2024-04-30"),
    (0, "2024-04-30"),
])
@pytest.mark.parametrize("which", ["entries", "exits"])
def test_a_month_is_complete_from_70_percent_of_the_usual(which, last, day):
    numbers = {"entries": [10] * 5, "exits": [10] * 5} | {which: [10, 10, 10, 10, last]}
    assert chosen(**numbers) == day


def test_just_under_70_percent_where_a_percent_is_a_child():
    assert chosen([100, 100, 100, 100, 70], [100] * 5) == "2024-05-31"
    assert chosen([100, 100, 100, 100, 69], [100] * 5) == "2024-04-30"


def test_usual_is_the_median_so_one_odd_month_does_not_count():
    assert chosen([10, 10, 1, 10, 10, 7], [10] * 6) == "2024-06-30"
    assert chosen([10, 10, 90, 10, 10, 6], [10] * 6) == "2024-05-31"


def test_usual_is_of_the_twelve_months_before():
    #  thirteen months: median of the twelve before the last is 20, not that of older months
    assert chosen([100] * 6 + [20] * 12 + [14], [20] * 19) == "2025-07-31"
    assert chosen([100] * 6 + [20] * 12 + [13], [20] * 19) == "2025-06-30"


def test_exits_may_begin_later_than_entries():
    assert chosen([10] * 6, [0, 0, 10, 10, 10, 10]) == "2024-06-30"


def test_a_short_file_ends_with_its_last_month_and_says_so():
    found = chosen_as_of(file([10, 10], [10, 10]))
    assert (found.day.isoformat(), found.reason) == (
        "2024-02-29", "the last month in the file; it is too short to tell complete months")


def test_the_reason_says_how_complete_and_what_was_left_out():
    found = chosen_as_of(file([10, 10, 10, 12, 3, 2], [10, 10, 10, 9, 10, 1]))
    assert found.day.isoformat() == "2024-04-30"
    assert found.reason == ("the last month's end that looks complete: 12 entries (120% of the usual month) and 9 exits (90% of the "
                            "usual month); 2 later months look incomplete")


@pytest.mark.parametrize(("first_exit", "whole_from"), [
    ("2017-07-03", "2017-01-01"),  # day 183 after the first entry: an ordinary beginning
    ("2017-07-04", "2017-07-01"),  # day 184: earlier entries are there only of children who stayed
])
def test_cohorts_are_whole_from_the_first_exit_where_a_file_begins_with_survivors(first_exit, whole_from):
    episodes = pd.DataFrame({"entry_date": pd.to_datetime(["2017-01-01", "2017-02-01"]),
                             "exit_date": pd.to_datetime([first_exit, None])})
    assert str(first_whole_entry(episodes)) == whole_from


def test_a_file_without_exits_has_an_as_of_date_and_says_so():
    found = chosen_as_of(file([5, 5, 5, 5], []))
    assert (found.day.isoformat(), found.reason) == ("2024-04-30", "the last month with an entry; the file holds no exits")


@pytest.mark.parametrize(("text", "right"), [("1899-12-31", False), ("1900-01-01", True), ("2100-12-31", True), ("2101-01-01", False)])
def test_a_day_that_no_file_can_know_of_is_refused(text, right):
    if right:
        assert str(chosen_as_of(file([10], [10]), text).day) == text
    else:
        with pytest.raises(CqiError, match=f"The as-of date {text} is not between 1900 and 2100"):
            chosen_as_of(file([10], [10]), text)


# ---- a small county's own file, where most months have no entry or no exit ----------------------------------------------

@pytest.mark.filterwarnings("error")  # nothing is divided by a usual month of 0
def test_a_month_without_any_is_complete_where_most_have_none():
    found = chosen_as_of(file([1, 0, 0] * 9 + [1], [0, 0, 1] * 9))  # an entry or an exit each quarter
    assert found.day.isoformat() == "2026-04-30"
    assert found.reason == ("the last month's end that looks complete: 1 entry (the usual month has none) and 0 exits (the usual "
                            "month has none)")


@pytest.mark.parametrize(("last_nine", "day"), [
    ([0, 0, 1, 0, 0, 0, 0, 0, 0], "2026-09-30"),  # 2 exits from October 2025 on, in December and March; 4 are usual: half
    ([0, 0, 0, 0, 0, 0, 0, 0, 0], "2026-08-31"),  # 1, a quarter; up to August there were those of September and December
])
def test_but_not_where_the_twelve_months_up_to_it_hold_too_few(last_nine, day):
    assert chosen([0, 0, 1] * 11, [0, 0, 1] * 8 + last_nine) == day


def test_one_mistyped_year_does_not_move_the_day():
    numbers = [10] * 24 + [0] * 48 + [1]  # an entry and an exit of 2030 that are of 2025
    assert chosen(numbers, numbers) == "2025-12-31"


def test_with_few_in_a_month_the_reason_says_that_the_sign_is_weak():
    few, many = (chosen_as_of(file([number] * 5 + [0], [number] * 5 + [1])) for number in (4, 5))
    assert few.day == many.day and str(few.day) == "2024-05-31"
    assert few.reason == many.reason.replace("5 e", "4 e") + ", which says little where months are so small: give the day if you know it"


@pytest.mark.parametrize(("first", "whole_from"), [("2019-01-01", "2019-01-01"), ("2019-01-03", "2019-01-01"), ("2019-01-31", "2019-01-01"),
                                                   ("2019-02-01", "2019-02-01")])
def test_nobody_need_enter_on_the_first_of_the_month(first, whole_from):
    assert str(first_whole_entry(pd.DataFrame({"entry_date": pd.to_datetime([first]), "exit_date": pd.to_datetime([None])}))) == whole_from


# ---- a day that the file cannot tell of ----------------------------------------------------------------------------------

YEAR = file([10] * 12, [10] * 12)
"""All of 2024 with 240 entries and exits; the file's last month is whole, so 31 December is chosen. In 15 days 9.9 more would be usual, in 16 days 10.5."""
REASON = "the day that was asked for; it is after 31 December 2024, the last month's end that looks complete, so entries and exits may be missing"


def reached(episodes, day: str) -> bool:
    try:
        check_reach(episodes, pd.Timestamp(day).date())
    except CqiError as error:
        assert str(error).startswith(f"The file does not reach {day}: after 2024-12-31, ") and str(error).endswith("Give 2024-12-31 or a day soon after it, or a newer extract.")
        return False
    return True


def test_a_day_up_to_the_chosen_one_is_as_it_was():
    assert told_as_of(YEAR).day.isoformat() == "2024-12-31" and told_as_of(YEAR, "2024-12-31") == told_as_of(YEAR) == chosen_as_of(YEAR)
    assert told_as_of(YEAR, "2024-12-30") == chosen_as_of(YEAR, "2024-12-30")


@pytest.mark.parametrize(("day", "there"), [("2024-12-30", True), ("2024-12-31", True), ("2025-01-01", True), ("2025-01-15", True), ("2025-01-16", False),
                                            ("2025-01-17", False), ("2025-12-31", False)])
def test_a_day_for_which_ten_are_usual_and_none_is_there_is_not_reached(day, there):
    assert reached(YEAR, day) == there


@pytest.mark.parametrize(("later", "there"), [(2, False), (3, True)])
def test_a_tenth_of_the_usual_is_enough(later, there):
    """Up to 31 January 20.4 are usual: 31 days of 240 in 365."""
    assert reached(pd.concat([YEAR, file([0] * 12 + [later], [0] * 13)]), "2025-01-31") == there


def test_a_month_that_looks_incomplete_may_be_asked_for():
    some = pd.concat([YEAR, file([0] * 12 + [6], [0] * 12 + [6])])
    assert told_as_of(some).day.isoformat() == "2024-12-31" and told_as_of(some, "2025-01-31").reason == REASON and reached(some, "2025-01-31")


def test_of_a_small_file_months_without_any_say_nothing():
    small = file([1, 0, 0] * 9 + [1], [0, 0, 1] * 9)
    check_reach(small, pd.Timestamp("2027-04-30").date())
    assert told_as_of(small, "2027-04-30").reason.startswith("the day that was asked for; it is after 30 April 2026")
