"""What is counted of referrals and staff, as `definitions/services.toml` states it, and published figures on staff turnover."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from cqi.vocabulary import CqiError, no_such

KINDS = {"input": "what the agency puts in", "output": "what the agency did", "outcome": "what changed for children and families"}
"""Kind of measure -> what it tells; the three are never mixed."""
REFERRED, ENGAGED, COMPLETED = "referral_made", "referral_engaged", "referral_completed"
STILL_HERE, TURNOVER = "staff_still_here", "staff_turnover"


@dataclass(frozen=True)
class ServiceMeasure:
    """One entry of definitions/services.toml; `within_months` is 0 where nothing is waited for."""

    name: str
    title: str
    kind: str
    unit: str
    question: str
    why: str
    value: str
    words: dict
    source: dict
    within_months: int = 0
    caveats: tuple[str, ...] = ()
    per: int = 1


@dataclass(frozen=True)
class Bands:
    """Published figures on staff turnover (definitions/staff_turnover.toml): `bands` of (words, low, high), the `mean` of (words, value)."""

    bands: tuple[tuple[str, float, float], ...]
    mean: tuple[str, float]
    source: str
    vintage: str
    caveat: str


@cache
def service_measures() -> dict[str, ServiceMeasure]:
    """Every measure of services by its name, in the order of the file. Raises CqiError where one does not say whether it is an input, an
    output or an outcome, which value it reflects, or after whom."""
    return {name: _measure(name, entry) for name, entry in _read("services.toml").items()}


def service_measure(name: str) -> ServiceMeasure:
    """The measure of that name. Raises CqiError, with the nearest names, where there is none."""
    if name not in service_measures():
        raise no_such("measure of services", name, service_measures())
    return service_measures()[name]


@cache
def bands() -> Bands:
    """The published figures on turnover: context, never a pass or a fail. Raises CqiError without a source."""
    found = _read("staff_turnover.toml")
    if not all(found.get(name) for name in ("source", "vintage", "reviewer", "reviewed")):
        raise CqiError("staff_turnover.toml: a published figure says its source, its vintage, and who reviewed it.")
    own = tuple((band["words"], float(band["low"]), float(band["high"])) for band in found["band"])
    return Bands(own, (found["mean"]["words"], float(found["mean"]["value"])), found["source"], found["vintage"], found["caveat"])


def _read(name: str) -> dict:
    return tomllib.loads((files("cqi") / "definitions" / name).read_text(encoding="utf-8"))


def _measure(name: str, entry: dict) -> ServiceMeasure:
    if entry.get("kind") not in KINDS:
        raise CqiError(f"services.toml: '{name}' does not say its kind; it is one of {', '.join(KINDS)}.")
    for wanted in ("title", "unit", "question", "why", "value"):
        if not entry.get(wanted):
            raise CqiError(f"services.toml: '{name}' has no '{wanted}'; a measure says why it is counted and which value it reflects.")
    if not all(entry.get("source", {}).get(each) for each in ("citation", "reviewer", "reviewed")):
        raise CqiError(f"services.toml: '{name}' does not say its source; give a citation, a reviewer and the day of the review.")
    return ServiceMeasure(name, **{**entry, "caveats": tuple(entry.get("caveats", ()))})
