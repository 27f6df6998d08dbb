"""Attacks on published cubes: every hidden count of many drawn cubes by linear programmes, and the same cubes beside tau-ARGUS.

    python benchmarks/attacks.py [cubes]

Random cubes of 3 to 30 counties by 2 to 12 cohorts, then five of the shape of real states. Exits 1 where a hidden count is worked
out, an interval is narrower than 5, or more is hidden than by tau-ARGUS and 2 points.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
from lp_attack import COUNTS, attacked, back_solved, beyond_ones, by_subtraction, exact
from test_disclosure_cube import with_totals

from cqi.disclosure.cube import protected_cube

SHAPES = {"California 58 x 12, 100": (58, 12, 100), "44 x 8, 40": (44, 8, 40), "67 x 8, 60": (67, 8, 60), "10 x 4, 40": (10, 4, 40),
          "Texas 254 x 8, 40": (254, 8, 40)}


def drawn(counties: int, cohorts: int, mean: float, seed: int, *, uneven: float = 1.0) -> pd.DataFrame:
    """Counties of uneven size with shares of their own, by half-years; `mean` children in each on average."""
    random = np.random.default_rng(seed)
    size = random.lognormal(0, uneven, counties)
    children = random.poisson(np.outer(size / size.mean(), random.uniform(0.8, 1.2, cohorts)) * mean)
    yes = random.binomial(children, np.repeat(random.beta(4, 6, (counties, 1)), cohorts, axis=1))
    counties_named = [f"County {number:03}" for number in range(counties)]
    cohorts_named = [f"{2010 + number // 2}H{1 + number % 2}" for number in range(cohorts)]
    names = pd.MultiIndex.from_product([counties_named, cohorts_named], names=["county", "cohort"])
    return pd.DataFrame({"yes": yes.ravel(), "no": (children - yes).ravel()}, index=names).reset_index()


def attack(cells: pd.DataFrame, *, knows_ones: bool = True) -> dict:
    """How one cube stands up: shares hidden, seconds, hidden counts worked out, narrowest interval, share of small counts up to 11."""
    began = time.perf_counter()
    cube, truth = protected_cube(cells), with_totals(cells)
    spent = time.perf_counter() - began
    found = attacked(cube, truth)
    small = found.loc[found["true"].between(1, 10)]
    return {"seconds": spent, "hidden": cube[COUNTS].isna().to_numpy().mean(), "exact": len(exact(found)),
            "narrowest": (found["high"] - found["low"]).min(), "small": len(small), "reach": int(small["high"].ge(11 - 1e-6).sum()),
            "subtracted": len(by_subtraction(cube)), "percent": len(back_solved(cube)),
            "insider": len(beyond_ones(attacked(cube, truth, knows_ones=True), truth)) if knows_ones else 0}


def random_cubes(number: int) -> list[dict]:
    random, found = np.random.default_rng(2026), []
    for seed in range(number):
        shape = int(random.integers(3, 31)), int(random.integers(2, 13)), float(random.choice([8, 20, 40, 100, 300]))
        found.append(attack(drawn(*shape, seed, uneven=float(random.choice([0.5, 1, 1.5])))))
        if (seed + 1) % 50 == 0:
            print(f"  {seed + 1} cubes: {_summary(found)}", flush=True)
    return found


def beside_tau_argus() -> tuple[float, float]:
    """The share hidden of 58 x 12 x 3 cells at about 100 children each: ours, and tau-ARGUS's."""
    from tau_argus import suppressed

    shares = []
    for seed in range(3):
        cells = drawn(58, 12, 100, seed)
        own = protected_cube(cells)[COUNTS].isna().to_numpy().sum()
        with tempfile.TemporaryDirectory() as folder:
            here = os.getcwd()
            os.chdir(folder)
            other = suppressed(cells, Path(folder))["status"].isin(["U", "M"]).sum()
            os.chdir(here)
        shares.append((own / (59 * 13 * 3), other / (59 * 13 * 3)))
        print(f"  58 x 12, 100, drawing {seed}: {shares[-1][0]:.1%} hidden, by tau-ARGUS {shares[-1][1]:.1%}", flush=True)
    return tuple(np.mean(shares, axis=0))


def _summary(found: list[dict]) -> str:
    frame = pd.DataFrame(found)
    reach = frame["reach"].sum() / max(1, frame["small"].sum())
    return (f"worked out {frame['exact'].sum()}, by subtraction {frame['subtracted'].sum()}, from percents {frame['percent'].sum()}, "
            f"by readers who know the 1s {frame['insider'].sum()}; narrowest {frame['narrowest'].min():.1f}; small counts up to 11 "
            f"{reach:.1%}; hidden {frame['hidden'].mean():.1%}; slowest {frame['seconds'].max():.1f} s")


def main(cubes: int = 1000) -> int:
    print(f"{cubes} random cubes")
    every = random_cubes(cubes)
    for name, shape in SHAPES.items():
        every.append(attack(drawn(*shape, 1), knows_ones=shape[0] < 100))
        print(f"{name}: {_summary(every[-1:])}", flush=True)
    own, other = beside_tau_argus()
    frame = pd.DataFrame(every)
    told = frame[["exact", "subtracted", "percent", "insider"]].to_numpy().any()
    failed = told or frame["narrowest"].min() < 5 - 1e-6 or own > other + 0.02
    print(f"all: {_summary(every)}; {own - other:+.1%} hidden beside tau-ARGUS: {'FAILED' if failed else 'passed'}")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main(*(int(word) for word in sys.argv[1:])))
