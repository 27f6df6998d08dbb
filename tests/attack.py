"""What a reader of released measure tables can work out about hidden counts, by arithmetic and independent of the code that
hides them. Tables here hold one measure and as-of date; `cohort` may be a year beside its quarters."""

import numpy as np
import pandas as pd
from scipy.optimize import linprog

from cqi.vocabulary import PERMANENCY, WHOLE


def cells(table: pd.DataFrame) -> dict:
    """Counts by what they count: (county, cohort, month, group, part), and (county, cohort) for the children of a county."""
    rows = table.assign(at=table["at"].fillna(0))
    found = {(row.county, row.cohort, row.at, row.group, row.part): row.numerator for row in rows.itertuples()}
    return found | {(row.county, row.cohort): row.children for row in rows.itertuples()}


def sums(truth: dict) -> list[dict]:
    """Sums that hold, each as {cell: 1 for a part, -1 for the total}."""
    lines, counties, cohorts = {}, {cell[0] for cell in truth}, {cell[1] for cell in truth}
    for cell in truth:
        county, cohort, *what = cell
        if WHOLE in counties and len(counties) > 1:
            lines.setdefault(("across", cohort, *what), {})[cell] = -1 if county == WHOLE else 1
        if cohort[:4] in cohorts and len(cohorts) > 1:
            lines.setdefault(("a year", county, cohort[:4], *what), {})[cell] = 1 if "Q" in cohort else -1
        if not what:
            continue
        month, group, part = what
        if group:
            lines.setdefault((county, cohort, month, group.split(":")[0]), {(county, cohort): -1})[cell] = 1
        elif any((county, cohort, month, "", kind) in truth for kind in PERMANENCY):
            if part in ("", *PERMANENCY):
                lines.setdefault((county, cohort, month, "permanency"), {})[cell] = 1 if part else -1
            if part not in PERMANENCY:
                lines.setdefault((county, cohort, month, "with the rest"), {(county, cohort): -1})[cell] = 1
            if part:
                lines.setdefault((county, cohort, month, "all kinds"), {(county, cohort): -1})[cell] = 1
    return list(lines.values())


def unknown_cells(true: dict, seen: dict) -> list:
    """Cells that `seen` does not have or hides."""
    return [cell for cell in true if np.isnan(seen.get(cell, np.nan)) and not np.isnan(true[cell])]


def system(true: dict, unknown: list) -> tuple[np.ndarray, np.ndarray]:
    """Signs by line and unknown cell, and what the known cells of each line leave for them."""
    place, lines = {cell: number for number, cell in enumerate(unknown)}, sums(true)
    signs, left = np.zeros((len(lines), len(unknown))), np.zeros(len(lines))
    for number, line in enumerate(lines):
        for cell, sign in line.items():
            if cell in place:
                signs[number, place[cell]] = sign
                left[number] += sign * true[cell]
    return signs, left


def exact(truth: pd.DataFrame, shown: pd.DataFrame) -> dict:
    """Hidden counts that the shown ones leave one value for: cells that no solution of all sums together can move.

    Rows that `shown` does not have are unknown too.
    """
    true, seen = cells(truth), cells(shown)
    unknown = unknown_cells(true, seen)
    if not unknown:
        return {}
    _, size, free = np.linalg.svd(system(true, unknown)[0])
    free = free[(size > 1e-9).sum():]
    fixed = np.abs(free).max(axis=0, initial=0) < 1e-8
    return {cell: true[cell] for cell, found in zip(unknown, fixed) if found and true[cell] > 0}


def narrow(truth: pd.DataFrame, shown: pd.DataFrame, *, below: float = 1) -> dict:
    """Hidden counts whose lowest and highest possible number lie less than that apart: by all sums, and because who has left by a month
    has left by the next, none is more than the children, and what is hidden is not 0 (unless it is)."""
    true, seen = cells(truth), cells(shown)
    unknown = unknown_cells(true, seen)
    if not unknown:
        return {}
    (signs, left), (more, limit) = system(true, unknown), _orders(true, seen, unknown)
    least = [(min(true[cell], 1), None) for cell in unknown]
    found = {}
    for place, cell in enumerate(unknown):
        ends = []
        for way in (1, -1):
            goal = np.zeros(len(unknown))
            goal[place] = way
            done = linprog(goal, A_ub=more, b_ub=limit, A_eq=signs, b_eq=left, bounds=least, method="highs")
            assert done.status in (0, 3), done.message
            ends.append(way * done.fun if done.status == 0 else np.inf)
        if ends[1] - ends[0] < below - 1e-6 and true[cell] > 0:
            found[cell] = (true[cell], *ends)
    return found


def _orders(true: dict, seen: dict, unknown: list) -> tuple[np.ndarray, np.ndarray]:
    """Pairs of which the first is never more than the second, as rows of a system and their limits."""
    pairs = []
    for cell in true:
        if len(cell) == 2:
            continue
        county, cohort, month, group, part = cell
        later = sorted(other[2] for other in true if len(other) > 2 and other[:2] == cell[:2] and other[3:] == cell[3:] and other[2] > month)
        if later:
            following = (county, cohort, later[0], group, part)
            pairs.append((following, cell) if part == "still in care" else (cell, following))
        pairs.append((cell, (county, cohort)))
    place = {cell: number for number, cell in enumerate(unknown)}
    rows, limits = [], []
    for less, more in pairs:
        row, limit = np.zeros(len(unknown)), 0.0
        for cell, sign in ((less, 1), (more, -1)):
            if cell in place:
                row[place[cell]] += sign
            else:
                limit -= sign * seen[cell]
        if row.any() and not np.isnan(limit):
            rows.append(row)
            limits.append(limit)
    return (np.array(rows), np.array(limits)) if rows else (np.zeros((0, len(unknown))), np.zeros(0))


def small_sums(truth: pd.DataFrame, shown: pd.DataFrame, *, below: int = 11) -> list:
    """Sums of hidden parts, complements or increments that follow from one shown total, and count 1 to 10 children."""
    true, seen, found = cells(truth), cells(shown), []
    for line in sums(true):
        hidden = [cell for cell in line if np.isnan(seen.get(cell, np.nan)) and not np.isnan(true[cell])]
        if not hidden or any(line[cell] < 0 for cell in hidden):
            continue
        amounts = {"count": [true[cell] for cell in hidden]}
        if len({cell[1:] for cell in hidden}) == 1 and len(hidden[0]) == 5:  # along counties
            amounts["complement"] = [true[cell[:2]] - true[cell] for cell in hidden]
            amounts["since"] = [true[cell] - _month(seen, cell, -1) for cell in hidden]
            amounts["until"] = [_month(seen, cell, 1) - true[cell] for cell in hidden]
        found += [(what, hidden) for what, each in amounts.items() if 0 < abs(sum(each)) < below]
    return found


def _month(seen: dict, cell: tuple, side: int) -> float:
    """The nearest shown count of the same series before (-1; else that of day 0) or after (else missing) a month."""
    county, cohort, month, group, part = cell
    others = [(other[2], count) for other, count in seen.items() if len(other) == 5 and other[:2] == (county, cohort)
              and other[3:] == (group, part) and (other[2] - month) * side > 0 and not np.isnan(count)]
    if others:
        return min(others, key=lambda other: abs(other[0] - month))[1]
    first = seen[(county, cohort)] if part == "still in care" else 0  # who is still in care on the first day
    return first if side < 0 else np.nan
