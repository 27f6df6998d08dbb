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
    places = {part: place for place, parts in enumerate(KINDS.values()) for part in parts}
    folded = {(place, 0.0): (float(kind == "still in care"), float("nan")) for place, kind in enumerate(KINDS)}
    for part, month, share, numerator in zip(*(curves[name].tolist() for name in ("part", "at", "value", "numerator"))):
        if part in places:
            before = folded.get((places[part], month), (0.0, 0.0))
            folded[places[part], month] = (before[0] + share, before[1] + numerator)  # missing where a part is
    order, kinds = sorted(folded), list(KINDS)
    return pd.DataFrame({"kind": [kinds[place] for place, _ in order], "month": [month for _, month in order],
                         "share": [folded[key][0] for key in order], "numerator": [folded[key][1] for key in order],
                         "place": [place for place, _ in order]})
