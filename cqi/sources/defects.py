"""The catalogue of what can be wrong with a file: how bad it is, what is done, why it matters, what its owner can do."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

CATALOGUE = Path(__file__).parent.parent / "definitions" / "defects.toml"
SEVERITIES = ("high", "medium", "low")
ACTIONS = ("reject", "quarantine", "warn", "fix")


@dataclass(frozen=True)
class Defect:
    """One entry of definitions/defects.toml; `number` is its place in the list of 61, 0 where it stands beside it."""

    name: str
    number: int
    severity: str
    action: str
    why: str
    do: str


@cache
def catalogue() -> dict[str, Defect]:
    """Every defect by its name."""
    entries = tomllib.loads(CATALOGUE.read_text(encoding="utf-8"))
    return {name: Defect(name, **entry) for name, entry in entries.items()}


def problem(name: str, file: str, what: str, hint: str = "") -> str:
    """The sentence with which a file is rejected: where, what is wrong, what would be right. `what` holds no child's value."""
    do = catalogue()[name].do
    return f"{file}: {what}; {do[0].lower()}{do[1:]}{f' {hint}' if hint else ''}"
