"""A fictional team's individual plans: goals that people set themselves and where they stood a year later, and plans that may be ready to end."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cqi.goals.readiness import ASKED

SEED = 7
TEAMS = {"Family support": (26, 0.55), "Kinship care": (18, 0.65), "Leaving care": (14, 0.45)}
"""Team -> how many people, and how likely a goal moves up, at each of three steps; one to hold, of two, less one."""
WEIGHTS = (1, 2, 3)
READY = dict(zip(ASKED, (0.80, 0.65, 0.75, 0.50, 0.60, 0.70)))
"""How likely a plan has each of what is asked before stepping back."""


def people_and_goals() -> pd.DataFrame:
    """A row a goal with the columns that `cqi.goals.attainment` reads; the same at every call. Nobody in it is real."""
    draw, rows = np.random.default_rng(SEED), []
    for team, (people, chance) in TEAMS.items():
        for person in range(people):
            rows += [_goal(draw, f"{team} {person + 1}", team, number, chance) for number in range(1, int(draw.integers(2, 5)))]
    return pd.DataFrame(rows)


def _goal(draw: np.random.Generator, person: str, team: str, number: int, chance: float) -> dict:
    maintain = bool(draw.random() < 0.25)
    baseline = 0 if maintain else -1 if draw.random() < 0.7 else -2
    step = int(draw.binomial(2, chance)) - 1 if maintain else int(draw.binomial(3, chance))
    achieved = float(np.clip(baseline + step, -2, 2)) if draw.random() < 0.9 else np.nan
    importance, difficulty = (int(draw.choice(WEIGHTS)) for _ in range(2))
    return {"person": person, "group": team, "goal": f"goal {number}", "kind": "maintain" if maintain else "improve", "importance": importance,
            "difficulty": difficulty, "baseline": baseline, "achieved": achieved}


def plans() -> pd.DataFrame:
    """A row a plan with a column of True and False for each of `cqi.goals.readiness.ASKED`; the same at every call."""
    draw = np.random.default_rng(SEED + 1)
    return pd.DataFrame({name: draw.random(40) < share for name, share in READY.items()})
