"""How often the analyses of a belief find the truth that was planted: python benchmarks/simulate.py [STATES]

For each setting so many made-up states of 2,000 placements (`small`: 40). Covered: how often the 95% interval holds the truth; for
sound analyses this should be 90% or more. Bias: the mean estimate less the truth (log scale for hazard ratios). The settings under
"withstood" are those that the analyses are meant to withstand; under "not withstood" are flaws of the file that no analysis of the
file alone can mend.
"""

from __future__ import annotations

import sys
import time

import numpy as np

from cqi.belief import adoption_belief, finalized_early, landmark, missed, naive, register, synthetic, time_dependent, waited
from cqi.belief.synthetic import rates

LIKE = ("older", "kin")
EFFECTS = (1.0, 0.6, 1.5)
WITHSTOOD = ({}, {"immortal_time": False}, {"competing_exits": True}, {"indication": True}, {"unequal_follow_up": True}, {"small": True},
             {"indication": True, "unequal_follow_up": True, "competing_exits": True})
NOT_WITHSTOOD = ({"only_finalized": True}, {"lost_linkage": True}, {"point_in_time": True}, {"worst_units": True})
ENOUGH = 0.90
NAMES = ("naive", "landmark", "like with like", "hazard, waited", "hazard, early")
SOUND = NAMES[2:]
"""The landmark of everybody is sound only where those who wait are like the others."""


def main(states: int = 200) -> int:
    """Prints the table; 1 where a sound analysis covers the truth in fewer than 90% of the states that it is meant to withstand."""
    begun, short = time.perf_counter(), []
    print(f"{states} made-up states a setting. Covered: 95% intervals that hold the truth. Bias: mean estimate less the truth.\n")
    print(f"{'effect':>6}  {'setting':<52}" + "".join(f"{name:>22}" for name in NAMES))
    for title, settings in (("withstood", WITHSTOOD), ("not withstood", NOT_WITHSTOOD)):
        print(f"\n{title}")
        for effect in EFFECTS:
            for setting in settings:
                covered, bias = measured(states, effect, setting)
                words = ", ".join(name if on else f"no {name}" for name, on in setting.items()) or "immortal_time only"
                print(f"{effect:>6}  {words:<52}" + "".join(f"{bias[name]:>+11.3f} {covered[name]:>9.0%}" + " " for name in NAMES), flush=True)
                short += [f"{name} ({effect}, {words})" for name in SOUND if title == "withstood" and covered[name] < ENOUGH]
    print(f"\nlost_linkage with the share unseen known: {bound(states):.0%} of intervals hold the truth (effect 1)")
    print(f"\n{'Every sound analysis covers the truth in 90% or more.' if not short else 'Below 90%: ' + '; '.join(short)} {time.perf_counter() - begun:.0f} s")
    return int(bool(short))


def measured(states: int, effect: float, setting: dict) -> tuple[dict, dict]:
    """Share of states whose interval holds the truth, and bias, by analysis; a state without an estimate counts as covered where its
    interval is open, and for nothing in the bias."""
    covered, errors = {name: [] for name in NAMES}, {name: [] for name in NAMES}
    for seed in range(states):
        for name, (value, lower, upper), truth in estimates(seed, effect, setting):
            if not np.isnan(lower):
                covered[name].append(lower <= truth <= upper)
            errors[name].append(value - truth if np.isfinite(value) else np.nan)
    return {name: float(np.mean(held)) for name, held in covered.items()}, {name: float(np.nanmean(found)) for name, found in errors.items()}


def estimates(seed: int, effect: float, setting: dict) -> list[tuple[str, tuple[float, float, float], float]]:
    """Name, (estimate, limits) and truth of each analysis of one state."""
    placements, truth = synthetic(seed, effect=effect, **setting)
    histories = waited(placements)
    first = naive(REGISTERED, histories).iloc[-1]
    found = [("naive", (first["share"], first["lower"], first["upper"]), truth.difference)]
    for name, by in (("landmark", ()), ("like with like", LIKE)):
        row = landmark(REGISTERED, histories, at=(9,), by=by).iloc[0]
        found.append((name, (row["difference"], row["difference_lower"], row["difference_upper"]), truth.difference))
    for name, table, ratio, month in (("hazard, waited", histories, effect, 9), ("hazard, early", finalized_early(placements), 1 / effect, 0)):
        one = time_dependent(REGISTERED, table, by=LIKE, from_month=month)
        with np.errstate(divide="ignore"):
            found.append((name, tuple(np.log([one.ratio, one.lower, one.upper])), np.log(ratio)))
    return found


def bound(states: int) -> float:
    """How often the bound on lost breaks holds the truth, the share that is lost being known."""
    held = []
    for seed in range(states):
        placements, truth = synthetic(seed, lost_linkage=True)
        row = missed(REGISTERED, waited(placements), shares=(rates()["unlinked"],)).iloc[0]
        held.append(row["lower"] <= truth.difference <= row["upper"])
    return float(np.mean(held))


REGISTERED = register(adoption_belief(points=0.05), on="2026-06-30")

if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
