"""Kinds of exit as a reader is shown them: fewer than are counted, and still in care beside them."""

from __future__ import annotations

import pandas as pd

KINDS = {
    "home to their family": ("reunification",),
    "to live with a relative": ("relative",),
    "adoption or guardianship": ("guardianship", "adoption"),
    "left another way": ("other exit",),
    "still in care": ("still in care",),
}
"""Kind in plain words, and the parts of the curves that it takes together."""


def kinds_of_exit(curves: pd.DataFrame) -> pd.DataFrame:
    """Rows of one cohort's curve folded to the kinds that are shown: kind, month (0 included), share, numerator, place.

    A kind is missing where one of its parts is hidden.
    """
    parts = {part: kind for kind, parts in KINDS.items() for part in parts}
    rows = curves.loc[curves["part"] != ""].assign(kind=lambda table: table["part"].map(parts))
    folded = rows.groupby(["kind", "at"], as_index=False)[["value", "numerator"]].sum(skipna=False)
    start = pd.DataFrame({"kind": list(KINDS), "at": 0.0, "value": [0.0] * 4 + [1.0], "numerator": float("nan")})
    table = pd.concat([start, folded], ignore_index=True).rename(columns={"at": "month", "value": "share"})
    return table.assign(place=table["kind"].map(list(KINDS).index)).sort_values(["place", "month"], ignore_index=True)
