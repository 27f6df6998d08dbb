"""What the fictional state has set itself: targets for its counties, and regions of counties. Nothing of it is drawn."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from cqi.sample import state
from cqi.vocabulary import GOAL_COLUMNS, WHOLE


def targets(counties: dict[str, float] = state.COUNTIES) -> pd.DataFrame:
    """targets.csv: the state's target, then those of counties with their own."""
    rows = [(county, state.TARGET_MEASURE, *goal) for county, goal in state.TARGETS.items() if county in (WHOLE, *counties)]
    return pd.DataFrame(rows, columns=list(GOAL_COLUMNS["targets"]))


def regions(by_region: dict[str, Sequence[str]] = state.REGIONS) -> pd.DataFrame:
    """regions.csv: the region of every county, in order of county."""
    rows = [(county, region) for region, counties in by_region.items() for county in counties]
    return pd.DataFrame(rows, columns=list(GOAL_COLUMNS["regions"])).sort_values("county", ignore_index=True)
