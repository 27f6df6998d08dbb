"""Made-up pre-adoptive placements whose truth is known, with the nine traps as switches.

Rates are in `definitions/evidence.toml`, with their sources. `effect` is planted: the hazard that a family breaks up after waiting
nine months, over that after an earlier finalization, on the same day. 1: waiting does nothing; below 1 it protects; above 1 it
harms. It acts through the early finalization, from its own day on: waiting is the usual course, and its hazard does not change.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
import pandas as pd

from cqi.belief.histories import MONTH, day_of
from cqi.vocabulary import CqiError

WAIT = day_of(9)
YEARS = 3
TRAPS = {
    "immortal_time": "Immortal time: some families break up before nine months, and can never count as having waited.",
    "only_finalized": "Survivorship: the file holds finalized adoptions only.",
    "competing_exits": "Competing ends: many who wait leave for relatives or guardians first.",
    "indication": "Confounding by indication: workers wait with shaky placements and are quick with young children and kin.",
    "unequal_follow_up": "Unequal follow-up: those who were quick began later, so there was less time to see a break.",
    "lost_linkage": "Lost linkage: after an adoption many breaks go unseen, because the child has a new identity.",
    "point_in_time": "A day's caseload instead of an entry cohort: the file holds those waiting on one day.",
    "small": "Small numbers: one unit of 20 placements a year.",
    "worst_units": "The vivid year: units began to wait after their hardest year.",
}
"""Switch -> what it does to the data. Only `immortal_time` is on unless it is switched off."""


@dataclass(frozen=True)
class Truth:
    """What was planted. `effect`: the hazard ratio of waiting. `difference`: the risk within two years from month nine of those who
    waited less that of those finalized earlier, like with like."""

    effect: float
    difference: float


def synthetic(seed: int, *, placements: int = 2_000, effect: float = 1.0, immortal_time: bool = True, only_finalized: bool = False,
              competing_exits: bool = False, indication: bool = False, unequal_follow_up: bool = False, lost_linkage: bool = False,
              point_in_time: bool = False, small: bool = False, worst_units: bool = False) -> tuple[pd.DataFrame, Truth]:
    """Placements as from `question.paths` (with `kin` and `older` to compare like with like, and `unit`), and apart from them the truth.

    The same seed and switches give the same table. The rates that competing ends change are part of the world, so the truth is
    worked out with them; every other trap changes only what is seen, or who waits. CqiError for an effect that is not above 0.
    """
    if effect <= 0:
        raise CqiError("synthetic: the effect is a hazard ratio, above 0; 1 means that waiting does nothing.")
    rng = np.random.default_rng(seed)
    number = rates()["small"] if small else placements
    people = _people(rng, number, indication, unequal_follow_up, worst_units)
    world = _lived(rng, people, effect, immortal_time, competing_exits)
    seen = _seen(rng, world, unequal_follow_up, lost_linkage)
    if only_finalized:
        seen = seen.loc[seen["finalized"].notna()]
    if point_in_time:
        seen = _on_a_day(seen)
    if worst_units:
        seen = _of_worst_units(seen)
    return seen.reset_index(drop=True), truth(effect, immortal_time, competing_exits)


@cache
def truth(effect: float, immortal_time: bool = True, competing_exits: bool = False) -> Truth:
    """The planted effect as a hazard ratio and as a difference of risks within two years from month nine, like with like.

    Worked out from the rates, not drawn: for each kind of child the risk of either path, other ends competing, weighted by the
    children of that kind who are intact at month nine.
    """
    made = rates()
    first, after = (rate / MONTH for rate in made["break_up_a_month"])
    first = first if immortal_time else 0.0
    usual, waiting = (made[name] / MONTH for name in ("other_end_a_month", "other_end_a_month_while_competing"))
    waiting = waiting if competing_exits else usual
    early, late = (np.arange(*(day_of(month) for month in made[f"finalized_{when}_months"])) for when in ("early", "late"))
    weights, differences = [], []
    for times, share in _kinds():
        one = _risk(after * times, waiting, late - WAIT).mean() - _risk(after * times / effect, 0.0, 0)
        quick = np.exp(-first * times * (early + (WAIT - early) / effect) - usual * early).mean()
        slow = np.exp(-(first * times + waiting) * WAIT)
        weights.append(share * (made["share_waiting"] * slow + (1 - made["share_waiting"]) * quick))
        differences.append(one)
    return Truth(effect, float(np.average(differences, weights=weights)))


def _kinds() -> list[tuple[float, float]]:
    """For each kind of child (older or not, kin or not): how many times the usual hazard, and their share."""
    made = rates()
    return [(older * kin, old_share * kin_share)
            for older, old_share in ((made["older"], made["share_older"]), (1.0, 1 - made["share_older"]))
            for kin, kin_share in ((made["kin"], made["share_kin"]), (1.0, 1 - made["share_kin"]))]


def _risk(hazard: float, leaving: float, until: np.ndarray | int) -> np.ndarray:
    """The risk within two years at a daily hazard, with other ends at the hazard `leaving` for the first `until` days."""
    both, horizon = hazard + leaving, day_of(24)
    staying = np.exp(-both * np.asarray(until))
    return hazard / both * (1 - staying) + staying * (1 - np.exp(-hazard * (horizon - np.asarray(until))))


@cache
def rates() -> dict:
    """The numbers behind the made-up placements: the table `synthetic` of `definitions/evidence.toml`."""
    return tomllib.loads((files("cqi") / "definitions" / "evidence.toml").read_text(encoding="utf-8"))["synthetic"]


def _people(rng: np.random.Generator, number: int, indication: bool, unequal: bool, worst: bool) -> pd.DataFrame:
    """Who they are, when they began (months before the file's last entry), and whether the plan is to wait."""
    made = rates()
    older, kin = rng.random(number) < made["share_older"], rng.random(number) < made["share_kin"]
    began, unit = rng.integers(0, YEARS * 365, number), rng.integers(0, made["units"], number)
    chance = np.full(number, made["share_waiting"])
    if indication:
        chance = np.array(made["share_waiting_by_need"])[older.astype(int) - kin.astype(int) + 1]
    if unequal:
        chance = np.array(made["share_waiting_by_year"])[began // 365]
    waits = rng.random(number) < chance
    if worst:
        waits = began >= 365
    return pd.DataFrame({"older": np.where(older, "6 and older", "under 6"), "kin": np.where(kin, "kin", "not kin"), "began": began, "unit": unit,
                         "waits": waits})


def _lived(rng: np.random.Generator, people: pd.DataFrame, effect: float, early_breaks: bool, competing: bool) -> pd.DataFrame:
    """What became of each placement, with everything seen: finalized, disrupted, dissolved, other, in days since the start."""
    made, number = rates(), len(people)
    waits = people["waits"].to_numpy()
    early, late = ([day_of(month) for month in made[f"finalized_{when}_months"]] for when in ("early", "late"))
    planned = np.where(waits, rng.integers(late[0], late[1], number), rng.integers(early[0], early[1], number))
    broke = _broke(rng, people, np.where(waits, np.inf, planned), effect, early_breaks)
    leaving = np.where(waits & competing, made["other_end_a_month_while_competing"], made["other_end_a_month"])
    other = np.ceil(rng.exponential(MONTH / leaving))
    end = np.minimum(np.minimum(broke, other), planned)
    finalized = np.where(end == planned, planned, np.nan)
    return people.assign(
        child_id=[f"P{place:06d}" for place in range(number)], finalized=finalized,
        disrupted=np.where((broke == end) & np.isnan(finalized), broke, np.nan), dissolved=np.where(np.isnan(finalized), np.nan, broke),
        other=np.where((other == end) & np.isnan(finalized) & (broke != end), other, np.nan))


def _broke(rng: np.random.Generator, people: pd.DataFrame, early: np.ndarray, effect: float, early_breaks: bool) -> np.ndarray:
    """The day each family would break up: hazard of one height until an early finalization, from there times 1 / effect; another after nine months."""
    made = rates()
    times = np.where(people["older"] == "6 and older", made["older"], 1.0) * np.where(people["kin"] == "kin", made["kin"], 1.0)
    first, after = (rate / MONTH for rate in made["break_up_a_month"])
    first = first if early_breaks else 0.0
    hasty = np.where(np.isinf(early), 1.0, 1 / effect)
    turn = np.minimum(early, WAIT)
    left = rng.exponential(size=len(people)) / times
    one, two = first * turn, first * hasty * (WAIT - turn)
    with np.errstate(divide="ignore", invalid="ignore"):
        within = np.where(left < one, left / first, np.where(left < one + two, turn + (left - one) / (first * hasty), np.nan))
    return np.ceil(np.where(np.isnan(within), WAIT + (left - one - two) / (after * hasty), within))


def _seen(rng: np.random.Generator, world: pd.DataFrame, unequal: bool, lost: bool) -> pd.DataFrame:
    """As a file would hold it on its last day: nothing later, and after an adoption only what is still linked."""
    last = YEARS * 365 - world["began"] + (0 if unequal else WAIT + day_of(24))
    linked = rng.random(len(world)) >= (rates()["unlinked"] if lost else 0.0)
    seen = world.assign(last=last, dissolved=world["dissolved"].where(linked))
    for name in ("finalized", "disrupted", "dissolved", "other"):
        seen[name] = seen[name].where(seen[name] <= last)
    return seen.drop(columns="waits")


def _on_a_day(seen: pd.DataFrame) -> pd.DataFrame:
    """Those waiting on one day, two years after the first start: begun, neither finalized nor ended."""
    day = 2 * 365 - seen["began"]
    over = seen[["finalized", "disrupted", "other"]].min(axis=1)
    return seen.loc[(day >= 0) & ~(over <= day)]


def _of_worst_units(seen: pd.DataFrame) -> pd.DataFrame:
    """The units in which most families broke up in the first year's placements; from the second year on all of them wait."""
    first = seen.loc[seen["began"] < 365]
    broke = first[["disrupted", "dissolved"]].notna().any(axis=1)
    worst = broke.groupby(first["unit"]).sum().sort_values(ascending=False, kind="stable").index[:rates()["units_kept"]]
    return seen.loc[seen["unit"].isin(worst)]
