"""What becomes of a run that is hurt: killed, stopped, starved, misled, watched; and whether `--resume` makes of it what it would have been.

    python benchmarks/faults.py [number ...] [--kills 50] [--seed 1] [--engine fork]

The numbers are those of FAULTS; all without any. Exits 1 where one did not come out as it should. Linux; a few need the right to mount.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from injected import FAULTS  # noqa: E402
from injected.bench import Bench, NotHere  # noqa: E402


def main(arguments: list[str]) -> int:
    """Injects the faults asked for, or all; returns 1 where one did not come out as it should."""
    parser = argparse.ArgumentParser()
    parser.add_argument("numbers", nargs="*", type=int)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--engine", default="fork")
    asked = parser.parse_args(arguments)
    bad = []
    with tempfile.TemporaryDirectory(prefix="faults-") as place:
        bench = Bench(Path(place), asked.engine, asked.kills, asked.seed)
        print(f"A run that nobody hurts takes {bench.seconds:.1f} s and makes {len(bench.pages)} pages.", flush=True)
        for number in asked.numbers or sorted(FAULTS):
            begun, name = time.monotonic(), FAULTS[number].__name__.replace("_", " ")
            try:
                problems = list(FAULTS[number](bench))
            except NotHere as reason:
                print(f"--   {number} {name}: not here: {reason}", flush=True)
                continue
            bad += [number] * bool(problems)
            print(f"{'FAIL' if problems else 'ok  '} {number} {name} ({time.monotonic() - begun:.0f} s)", *problems[:12], sep="\n     ", flush=True)
    print(f"Not as they should be: {', '.join(map(str, bad)) or 'none'}.", flush=True)
    return int(bool(bad))


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
