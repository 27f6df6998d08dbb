"""A state of many counties by the sample's own generator: as unequal as real ones, about 200,000 stays in all.

    python benchmarks/many.py folder [counties] [episodes]

Counties are numbered by size, the largest first: of 254 the largest has about 170 times the stays of the smallest. They stand in
regions of about twenty. No story is planted; counties and cohorts differ as in the sample (`cqi/sample/state.py`).
"""

from __future__ import annotations

import shutil
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd

from cqi.sample import drawn, state, write_tables
from cqi.sample.goals import regions, targets

EPISODES = 200_000
FALL = 0.93
"""A county's size falls with its rank to this power."""
IN_A_REGION = 20


def sizes(counties: int, episodes: int) -> dict[str, float]:
    """Each county by name, and the stays that begin there in a year: `episodes` in all over the years of the sample."""
    years = (pd.Timestamp(state.EXTRACT_DATE) - pd.Timestamp(state.FIRST_ENTRY)).days / 365.25
    share = np.arange(1, counties + 1) ** -FALL
    return {f"County {number:03}": each for number, each in enumerate(episodes / years * share / share.sum(), 1)}


def in_regions(names: list[str]) -> dict[str, list[str]]:
    """Regions by name, each with large and small counties."""
    count = max(2, len(names) // IN_A_REGION)
    return {f"Region {number + 1:02}": names[number::count] for number in range(count)}


def many(folder: Path, counties: int, episodes: int = EPISODES) -> Path:
    """The folder with the state's files: those that are there, else drawn and written, whole or not at all."""
    folder = Path(folder)
    if not folder.is_dir():
        expected = sizes(counties, episodes)
        tables = drawn(state.SEED, expected)[0] | {"targets": targets(expected), "regions": regions(in_regions(list(expected)))}
        working = folder.with_name(f"{folder.name}.part")
        shutil.rmtree(working, ignore_errors=True)
        write_tables(tables, working)
        working.rename(folder)
    return folder


def main(folder: str, counties: int = 254, episodes: int = EPISODES) -> None:
    started = time.perf_counter()
    place = many(Path(folder), counties, episodes)
    size = pd.read_csv(place / "episodes.csv", usecols=["county"])["county"].value_counts()
    print(f"{place}: {len(size)} counties, {size.sum():,} stays, from {size.min():,} to {size.max():,} in a county; "
          f"{sum(each.stat().st_size for each in place.iterdir()) / 1e6:.0f} MB; {time.perf_counter() - started:.1f} s")


if __name__ == "__main__":
    main(sys.argv[1], *(int(word) for word in sys.argv[2:]))
