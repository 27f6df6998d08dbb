"""Seconds to protect a cube of counties by cohorts by yes, no and all, and to check every hidden count's interval.

    python benchmarks/disclosure.py
"""

from __future__ import annotations

import time

import numpy as np
from attacks import drawn

from cqi.disclosure.cube import COUNTS, _checked, _grid, _small, _system, protected_cube
from cqi.disclosure.joint import feasible_intervals

SHAPES = ((10, 4, 40), (44, 8, 40), (58, 12, 100), (100, 20, 60), (254, 8, 40))


def main() -> None:
    print("counties cohorts children    small   hidden  protect   check  narrowest")
    for shape in SHAPES:
        cells = drawn(*shape, 1)
        began = time.perf_counter()
        cube = protected_cube(cells)
        protected = time.perf_counter()
        hidden = cube[COUNTS].isna().to_numpy().T.ravel()
        rows = _grid(_checked(cells))
        low, high = feasible_intervals(_system(rows), hidden)
        checked = time.perf_counter()
        print(f"{shape[0]:8} {shape[1]:7} {shape[2]:8} {_small(rows, 11).mean():8.1%} {hidden.mean():8.1%} {protected - began:7.1f} s "
              f"{checked - protected:6.1f} s {np.min((high - low)[hidden]):10.1f}", flush=True)


if __name__ == "__main__":
    main()
