"""Joint protection on abstract systems of sums: drawn by hand, and random."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from cqi.disclosure import joint
from cqi.disclosure.joint import System, feasible_intervals, hidden_jointly

STEADY = settings(deadline=None, derandomize=True, database=None)


def system(count, lines, *, cost=None, follow=()) -> System:
    """`lines` as lists of cells, the total last; `follow` as pairs of leader and follower."""
    count = np.array(count)
    follow = np.array(follow, dtype=int).reshape(-1, 2)
    found = System(count, np.log1p(count) + 1 if cost is None else np.array(cost, dtype=float),
                   np.repeat(np.arange(len(lines)), [len(line) for line in lines]), np.concatenate(lines),
                   np.concatenate([[*[1] * (len(line) - 1), -1] for line in lines]), follow[:, 1], follow[:, 0])
    assert all(count[line[:-1]].sum() == count[line[-1]] for line in map(list, lines))
    return found


def protect(given: System, threshold: int = 11, **more) -> np.ndarray:
    return hidden_jointly(given, (given.count > 0) & (given.count < threshold), threshold=threshold, **more)


def by_hand(given: System, hidden: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The same intervals by scipy, one programme after another."""
    matrix = np.zeros((given.line.max() + 1, len(hidden)))
    matrix[given.line, given.cell] = given.sign
    bounds = [(min(count, 1), None) if own else (count, count) for count, own in zip(given.count, hidden)]
    ends = []
    for way in (1, -1):
        ends.append(given.count.astype(float))
        for cell in np.flatnonzero(hidden):
            found = linprog(way * np.eye(len(hidden))[cell], A_eq=matrix, b_eq=np.zeros(len(matrix)), bounds=bounds)
            ends[-1][cell] = found.x[cell] if found.status == 0 else -way * np.inf
    return ends[0], ends[1]


SQUARE = [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9, 10, 11], [12, 13, 14, 15], [0, 4, 8, 12], [1, 5, 9, 13], [2, 6, 10, 14], [3, 7, 11, 15]]
"""Three rows by three columns with their totals, cell by cell."""


def test_one_small_count_takes_the_cheapest_rectangle_with_it():
    given = system([5, 40, 90, 135, 50, 30, 80, 160, 60, 70, 20, 150, 115, 140, 190, 445], SQUARE)
    assert np.flatnonzero(protect(given)).tolist() == [0, 1, 4, 5]
    low, high = feasible_intervals(given, protect(given))
    assert (low[0], high[0], low[5], high[5]) == (1, 44, 26, 69)  # 5 - 4 = 1, 5 + 39 = 44: as far as the 40 beside it can fall
    assert (low[2], high[2]) == (90, 90)


def test_two_small_counts_of_a_small_sum_are_no_cover():
    hidden = protect(system([4, 5, 50, 60, 119], [[0, 1, 2, 3, 4]]))
    assert np.flatnonzero(hidden).tolist() == [0, 1, 2]


def test_a_cell_in_no_line_needs_nothing_and_zeros_stay_shown():
    given = system([4, 3, 0, 12, 0, 15], [[1, 2, 3, 5]])
    assert np.flatnonzero(protect(given)).tolist() == [0, 1, 3]
    assert [end[0] for end in feasible_intervals(given, protect(given))] == [1, np.inf]


def test_totals_go_when_nothing_else_can_cover():
    assert np.flatnonzero(protect(system([4, 0, 0, 4], [[0, 1, 2, 3]]))).tolist() == [0, 3]
    hidden = protect(system([4, 0, 4, 30, 0, 30, 34, 0, 34], [[0, 1, 2], [3, 4, 5], [6, 7, 8], [0, 3, 6], [1, 4, 7], [2, 5, 8]]))
    assert np.flatnonzero(hidden).tolist() == [0, 2, 3, 5]


def test_the_grand_total_goes_last():
    given = system([4, 25, 29], [[0, 1, 2]], cost=[1, 1, 5000])
    assert np.flatnonzero(protect(given)).tolist() == [0, 1]
    assert np.flatnonzero(protect(system([4, 0, 4], [[0, 1, 2]], cost=[1, 1, 5000]))).tolist() == [0, 2]


def test_a_row_shown_whole_is_hidden_whole():
    given = system([5, 40, 45, 200, 200, 400], [[0, 1, 2], [3, 4, 5]], cost=[1, 1, 50, 1, 1, 50], follow=[(0, 3), (3, 0), (1, 4), (4, 1)])
    assert np.flatnonzero(protect(given)).tolist() == [0, 1, 3, 4]


def test_what_is_never_shown_covers_for_nothing_and_is_protected_where_asked():
    """A small difference of two shown counts: 45 - 40 = 5, and no table shows it."""
    given = system([40, 5, 45, 70, 115], [[0, 1, 2], [2, 3, 4]], cost=[4, 0, 4, 4, 50])
    asked = given.count == 5
    hidden = hidden_jointly(given, asked, threshold=11)
    low, high = feasible_intervals(given, hidden)
    assert hidden[1] and hidden[[0, 2]].any() and high[1] - low[1] >= 10


def test_what_was_hidden_before_is_hidden_again():
    given = system([5, 40, 41, 86], [[0, 1, 2, 3]])
    assert np.flatnonzero(protect(given)).tolist() == [0, 1]
    assert np.flatnonzero(protect(given, carried=np.array([True, False, True, False]))).tolist() == [0, 2]


def test_whoever_is_the_one_child_still_learns_nothing_of_others():
    given = system([1, 40, 50, 91], [[0, 1, 2, 3]])
    assert np.flatnonzero(protect(given, strict=True)).tolist() == [0, 1, 2]
    assert np.flatnonzero(protect(given)).tolist() == [0, 1]  # that the large one is 40 tells of no child
    beside = system([1, 3, 50, 60, 114], [[0, 1, 2, 3, 4]])
    assert np.flatnonzero(protect(beside)).tolist() == [0, 1, 2]
    assert np.flatnonzero(protect(system([2, 40, 50, 92], [[0, 1, 2, 3]]))).tolist() == [0, 1]


@pytest.mark.parametrize("threshold", [3, 6, 11])
def test_the_edges_of_the_threshold(threshold):
    for count, hides in ((0, False), (1, True), (threshold - 1, True), (threshold, False)):
        assert protect(system([count, 60, 70, 80, 210 + count], [[0, 1, 2, 3, 4]]), threshold).any() == hides


@st.composite
def systems(draw):
    """Tables of rows by columns by layers with all totals, or a chain of differences; some cells never shown."""
    random = np.random.default_rng(draw(st.integers(0, 10**6)))
    rows, columns = draw(st.integers(2, 6)), draw(st.integers(2, 5))
    inner = random.choice([0, 1, 2, 5, 9, 12, 30, 80], (rows, columns), p=[.1, .1, .05, .1, .05, .1, .25, .25])
    table = np.block([[inner, inner.sum(1, keepdims=True)], [inner.sum(0, keepdims=True), inner.sum()]])
    cell = np.arange(table.size).reshape(table.shape)
    count, cost = table.ravel(), (np.log1p(table) + 1).ravel()
    cost[cell[-1]] *= 50
    cost[cell[:, -1]] *= 50
    if draw(st.booleans()):
        cost[random.integers(0, cell[:-1, :-1].max())] = 0
    return system(count, [*cell, *cell.T], cost=cost)


@settings(STEADY, max_examples=40)
@given(systems())
def test_nothing_hidden_can_be_worked_out(given):
    primary = (given.count > 0) & (given.count < 11)
    hidden = protect(given)
    assert hidden[primary].all() and not hidden[(given.count == 0) & (given.cost > 0)].any()
    low, high = by_hand(given, hidden)
    needs = hidden & ((given.cost > 0) | primary)
    assert (high - low)[needs].min(initial=10) >= 5 - 1e-6
    for line in range(given.line.max() + 1):
        own = given.line == line
        parts = hidden[given.cell[own]] & needs[given.cell[own]]
        shown_total = not hidden[given.cell[own & (given.sign < 0)]].any()
        assert not (shown_total and parts.any() and 0 < given.count[given.cell[own]][hidden[given.cell[own]]].sum() < 11)
    found = feasible_intervals(given, hidden)
    np.testing.assert_allclose(found[0], low, atol=1e-5)
    np.testing.assert_allclose(found[1], high, atol=1e-5)


def test_the_check_can_fail(monkeypatch):
    """With the flows left out, a count is worked out."""
    monkeypatch.setattr(joint._Release, "protect", lambda self, cells, lines: None)
    given = system([5, 40, 90, 135, 50, 30, 80, 160, 60, 70, 20, 150, 115, 140, 190, 445], SQUARE)
    low, high = by_hand(given, protect(given))
    assert low[0] == high[0] == 5
