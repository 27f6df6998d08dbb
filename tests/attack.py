"""What a reader of a released measure table can work out about hidden counts, by arithmetic and independent of the code
that hides them. Tables here hold one measure, cohort and as-of date."""

import numpy as np
import pandas as pd

from cqi.vocabulary import PERMANENCY, WHOLE


def cells(table: pd.DataFrame) -> dict:
    """Counts by what they count: (county, month, group, part), and (county,) for the children of a county."""
    rows = table.assign(at=table["at"].fillna(0))
    found = {(row.county, row.at, row.group, row.part): row.numerator for row in rows.itertuples()}
    return found | {(row.county,): row.children for row in rows.itertuples()}


def sums(truth: dict) -> list[dict]:
    """Sums that hold, each as {cell: 1 for a part, -1 for the total}."""
    lines = {}
    for cell in truth:
        lines.setdefault(("across", *cell[1:]), {})[cell] = -1 if cell[0] == WHOLE else 1
        if len(cell) == 1:
            continue
        county, month, group, part = cell
        if group:
            lines.setdefault((county, month, group.split(":")[0]), {(county,): -1})[cell] = 1
        elif any((county, month, "", kind) in truth for kind in PERMANENCY):
            if part in ("", *PERMANENCY):
                lines.setdefault((county, month, "permanency"), {})[cell] = 1 if part else -1
            if part not in PERMANENCY:
                lines.setdefault((county, month, "with the rest"), {(county,): -1})[cell] = 1
            if part:
                lines.setdefault((county, month, "all kinds"), {(county,): -1})[cell] = 1
    return list(lines.values())


def exact(truth: pd.DataFrame, shown: pd.DataFrame) -> dict:
    """Hidden counts that the shown ones leave one value for: cells that no solution of all sums together can move.

    Rows that `shown` does not have are unknown too.
    """
    true, seen, lines = cells(truth), cells(shown), sums(cells(truth))
    unknown = [cell for cell in true if np.isnan(seen.get(cell, np.nan)) and not np.isnan(true[cell])]
    if not unknown:
        return {}
    place = {cell: number for number, cell in enumerate(unknown)}
    system = np.zeros((len(lines), len(unknown)))
    for number, line in enumerate(lines):
        for cell, sign in line.items():
            if cell in place:
                system[number, place[cell]] = sign
    _, size, free = np.linalg.svd(system)
    free = free[(size > 1e-9).sum():]
    fixed = np.abs(free).max(axis=0, initial=0) < 1e-8
    return {cell: true[cell] for cell, found in zip(unknown, fixed) if found and true[cell] > 0}


def small_sums(truth: pd.DataFrame, shown: pd.DataFrame, *, below: int = 11) -> list:
    """Sums of hidden parts, complements or increments that follow from one shown total, and count 1 to 10 children."""
    true, seen, found = cells(truth), cells(shown), []
    for line in sums(true):
        hidden = [cell for cell in line if np.isnan(seen.get(cell, np.nan)) and not np.isnan(true[cell])]
        if not hidden or any(line[cell] < 0 for cell in hidden):
            continue
        amounts = {"count": [true[cell] for cell in hidden]}
        if len({cell[1:] for cell in hidden}) == 1 and len(hidden[0]) == 4:  # along counties
            amounts["complement"] = [true[(cell[0],)] - true[cell] for cell in hidden]
            amounts["since"] = [true[cell] - _month(seen, cell, -1) for cell in hidden]
            amounts["until"] = [_month(seen, cell, 1) - true[cell] for cell in hidden]
        found += [(what, hidden) for what, each in amounts.items() if 0 < abs(sum(each)) < below]
    return found


def _month(seen: dict, cell: tuple, side: int) -> float:
    """The nearest shown count of the same series before (-1; else that of day 0) or after (else missing) a month."""
    county, month, group, part = cell
    others = [(other[1], count) for other, count in seen.items() if len(other) == 4 and other[0] == county
              and other[2:] == (group, part) and (other[1] - month) * side > 0 and not np.isnan(count)]
    if others:
        return min(others, key=lambda other: abs(other[0] - month))[1]
    first = seen[(county,)] if part == "still in care" else 0  # who is still in care on the first day
    return first if side < 0 else np.nan
