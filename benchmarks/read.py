"""Reading and checking one million stays in care and three million placements, as plain CSV files.

    python benchmarks/read.py [episodes]

Prints seconds, rows a second, the ratio to a plain pyarrow read of the same files in the same run (so that figures from
different machines can be compared) and the peak of memory.
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv

from cqi.sources import load

FIRST = np.datetime64("2010-01-01")
DAYS = 6000


def write(folder: Path, episodes: int) -> None:
    """The two files, from a fixed seed: a child's stays do not overlap, and three placements fill each stay."""
    rng = np.random.default_rng(2026)
    stays = 2
    child = np.repeat(np.arange(episodes // stays + 1), stays)[:episodes]
    order = np.arange(episodes) % stays
    room = DAYS // stays
    entry = order * room + rng.integers(0, room // 2, episodes)
    length = rng.integers(3, room // 2, episodes)
    in_care = (order == stays - 1) & (rng.random(episodes) < 0.2)
    day = lambda numbers: pa.array((FIRST + numbers).astype("datetime64[D]"))  # noqa: E731 - a day as text
    reason = rng.choice(["reunification", "relative", "guardianship", "adoption", "emancipation"], episodes)
    number = np.char.zfill(np.arange(episodes).astype(str), 9)
    table = pa.table({
        "child_id": np.char.add("C", np.char.zfill(child.astype(str), 9)), "episode_id": np.char.add("E", number),
        "county": np.char.add("County ", (child % 100).astype(str)), "birth_date": day(-(child % 1500)),
        "entry_date": day(entry), "exit_date": pa.array((FIRST + entry + length).astype("datetime64[D]"), mask=in_care),
        "exit_reason": pa.array(reason, mask=in_care),
    })
    pyarrow.csv.write_csv(table, folder / "episodes.csv")
    third = np.stack([entry, entry + length // 3, entry + 2 * (length // 3), entry + length], axis=1)
    last = np.zeros((episodes, 3), dtype=bool)
    last[:, 2] = in_care
    placements = pa.table({
        "episode_id": np.repeat(np.char.add("E", number), 3), "setting": np.tile(["kin", "foster family", "group home"], episodes),
        "start_date": day(third[:, :3].ravel()),
        "end_date": pa.array((FIRST + third[:, 1:].ravel()).astype("datetime64[D]"), mask=last.ravel()),
    })
    pyarrow.csv.write_csv(placements, folder / "placements.csv")


def main(episodes: int = 1_000_000) -> None:
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        write(folder, episodes)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
        started = time.perf_counter()
        for path in folder.iterdir():
            pyarrow.csv.read_csv(path)
        plain = time.perf_counter() - started
        started = time.perf_counter()
        extract = load(folder)
        spent = time.perf_counter() - started
    rows = int(extract.account["rows_read"].sum())
    assert (extract.account["used"] == extract.account["rows_read"]).all(), "a row of the drawn files was not used"
    print(f"plain pyarrow read (the yardstick) {plain:6.2f} s")
    print(f"read and checked                   {spent:6.2f} s {spent / plain:7.1f} x {rows / spent:12,.0f} rows a second")
    print(f"{rows:,} rows in {len(extract.account)} files; peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6:.1f} GB "
          f"({before:.1f} GB to make the files)")


if __name__ == "__main__":
    main(*(int(word) for word in sys.argv[1:]))
