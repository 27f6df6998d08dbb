"""Measure definitions: what is counted, for whom, why it matters, and where the rule comes from. One TOML file each."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from functools import cache

from cqi.registry.checking import ITEMS, problems
from cqi.registry.kinds import KINDS, PROPORTIONS
from cqi.vocabulary import CqiError, definition_folders, no_such, own_definitions

__all__ = ["CURRENT_ROUND", "EARLIER_ROUND", "KINDS", "Measure", "PROPORTIONS", "indicators", "measure", "measure_names", "reviewed_names"]
CURRENT_ROUND, EARLIER_ROUND = "CFSR Round 4", "CFSR Round 3"
"""The indicators that stand on the page of official measures."""


@dataclass(frozen=True)
class Measure:
    """One measure definition, as its file states it.

    `indicator`: the set of official indicators that it is one of, such as `CFSR Round 4`; empty for our own.
    `data_needed`: six-month files (`half_years`, from the period's first on) and yearly report files (`report_years`)
    that an official figure needs. `rules`: the sentences of its source, how each is kept, and the tests that hold it.
    """

    name: str
    title: str
    question: str
    why: str
    value: str
    kind: str
    type: str
    direction: str
    unit: str
    words: dict
    source: dict
    who: dict = field(default_factory=dict)
    what: dict = field(default_factory=dict)
    caveats: tuple[str, ...] = ()
    counter_measures: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()
    evidence: tuple[dict, ...] = ()
    indicator: str = ""
    in_reviews: bool = True
    data_needed: dict = field(default_factory=dict)
    rules: tuple[dict, ...] = ()

    @property
    def per(self) -> int:
        """The multiplier of a rate (moves per 1,000 days); 1 for a proportion."""
        return self.what.get("per", 1)

    @property
    def window_months(self) -> int:
        """Months that an event may take; 0 where the window is not in months."""
        return self.what.get("window_months", 0)


def measure_names() -> list[str]:
    """The names of all measures, outcome measures first, then by name."""
    known = _measures(own_definitions())
    return sorted(known, key=lambda name: (known[name].type != "outcome", name))


def indicators(of: str = CURRENT_ROUND) -> list[str]:
    """The names of the measures that are official indicators of a round, by title."""
    return sorted((name for name in measure_names() if measure(name).indicator == of), key=lambda name: measure(name).title)


def reviewed_names() -> list[str]:
    """The measures that reviews show; the others stand on the page of official measures."""
    return [name for name in measure_names() if measure(name).in_reviews]


def measure(name: str) -> Measure:
    """The measure of that name. Raises CqiError with the nearest names."""
    known = _measures(own_definitions())
    if name not in known:
        raise no_such("measure", name, sorted(known))
    return known[name]


@cache
def _measures(own: str) -> dict[str, Measure]:
    paths = {}
    for folder in definition_folders("measures"):
        if folder.is_dir():
            paths.update({path.name: path for path in folder.iterdir() if path.name.endswith(".toml")})
    known = {measure.name: measure for measure in (_read(paths[name]) for name in sorted(paths))}
    for measure in known.values():
        _check_counter_measures(measure, known)
    return known


def _read(path) -> Measure:
    try:
        fields = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CqiError(f"{path.name}: not valid TOML: {error}.") from None
    unknown = [name for name in fields if name not in Measure.__dataclass_fields__]
    if unknown:
        raise no_such("field", unknown[0], Measure.__dataclass_fields__, where=path.name)
    wrong = problems(fields)
    if not wrong and path.name != f"{fields['name']}.toml":
        wrong = [f"its name is {fields['name']!r}; a file bears the name of its measure"]
    if wrong:
        raise CqiError(f"{path.name}: " + "; ".join(wrong) + ".")
    lists = {name: tuple(fields[name]) for name in ITEMS if name in fields}
    return Measure(**{**fields, **lists})


def _check_counter_measures(measure: Measure, known: dict[str, Measure]) -> None:
    for name in measure.counter_measures:
        if name not in known:
            raise no_such("counter-measure", name, sorted(known), where=f"{measure.name}.toml")
