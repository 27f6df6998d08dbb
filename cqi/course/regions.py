"""Counties too small to be judged alone are pooled: in the regions that an agency declares, else with their neighbours by name."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd


def pools(counties: Sequence[str], sizes: np.ndarray, declared: pd.DataFrame, enough: float) -> np.ndarray:
    """The name of each county's pool, by place among `counties`; the same for any order of them.

    `sizes`: expected counts, missing where none is known. `declared` (county, region) holds as it is, whatever its size.
    Of the other counties those with `enough` (itself is enough) stand alone under their own name; smaller ones are put together in
    order of name until a pool has `enough`, and what is left joins the pool before. Where all of them together have less they
    are one pool, and a single one stays alone: neither has `enough`.
    """
    expected = dict(zip(counties, np.nan_to_num(np.asarray(sizes, dtype="float64")), strict=True))
    region = dict(zip(declared["county"], declared["region"], strict=True))
    small = sorted(county for county, size in expected.items() if county not in region and size < enough)
    grown = {county: _name(pool) for pool in _grown(small, expected, enough) for county in pool}
    return np.array([region.get(county, grown.get(county, county)) for county in counties], dtype=object)


def _grown(small: list[str], expected: dict[str, float], enough: float) -> list[list[str]]:
    """The small counties in pools of at least `enough`, in their order; one pool where all together have less."""
    grown, held = [[]], 0.0
    for county in small:
        if held >= enough:
            grown, held = [*grown, []], 0.0
        grown[-1].append(county)
        held += expected[county]
    if held < enough and len(grown) > 1:
        grown[-2:] = [grown[-2] + grown[-1]]
    return grown


def _name(counties: list[str]) -> str:
    """`Pool of 5 small counties (Alder to Elm)`; one county's own name."""
    return f"Pool of {len(counties)} small counties ({counties[0]} to {counties[-1]})" if len(counties) > 1 else counties[0]
