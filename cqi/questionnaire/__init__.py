"""Questionnaires: what is asked, how it is scored, and where it comes from. One TOML file each, and one engine for all of them."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from cqi.journal.slip import Slip
from cqi.questionnaire.checking import problems
from cqi.vocabulary import CqiError, definition_folders, no_such, own_definitions

ANONYMOUS, CONSENSUS = "anonymous", "consensus"
"""One sheet a person, shown as means of many; or one sheet a team, rated together, with evidence."""


@dataclass(frozen=True)
class Area:
    """What some items together tell about. `needed`: how many of its items a sheet must answer to count. `ours`: not a published scale."""

    name: str
    title: str
    high: str
    needed: int
    ours: bool = True
    source: str = ""


@dataclass(frozen=True)
class Item:
    """One statement. `reversed`: agreeing speaks against the area. `goal`: what a team could do where it does not hold yet."""

    name: str
    area: str
    text: str
    reversed: bool = False
    goal: str = ""


@dataclass(frozen=True)
class Questionnaire:
    """One questionnaire, as its file states it. `scale`: the words of the answers from `lowest` (1 or 0) up, empty between the ends."""

    name: str
    title: str
    kind: str
    why: str
    instructions: tuple[str, ...]
    lowest: int
    scale: tuple[str, ...]
    areas: tuple[Area, ...]
    items: tuple[Item, ...]
    source: dict = field(hash=False)
    caveats: tuple[str, ...] = ()

    @property
    def highest(self) -> int:
        """The highest answer."""
        return self.lowest + len(self.scale) - 1

    def items_of(self, area: str) -> tuple[Item, ...]:
        """The items of an area, in their order."""
        return tuple(item for item in self.items if item.area == area)

    def number(self, item: str) -> int:
        """The item's number on the sheet, from 1."""
        return [each.name for each in self.items].index(item) + 1


def questionnaire_names() -> list[str]:
    """The names of all questionnaires, ours and those below the folder that CQI_DEFINITIONS names."""
    return sorted(_questionnaires(own_definitions()))


def questionnaire(name: str) -> Questionnaire:
    """The questionnaire of that name. Raises CqiError with the nearest names, and for a file that is not right."""
    known = _questionnaires(own_definitions())
    if name not in known:
        raise no_such("questionnaire", name, sorted(known))
    return known[name]


def read_answers(place: str | Path) -> tuple[Slip, ...]:
    """All answers kept in the journal at that place (a file or a PostgreSQL address), sorted by what they say. None where `place` is empty or
    no file is there yet. Raises CqiError for a place that cannot be used."""
    from cqi.journal.place import is_address

    if not place or not is_address(place) and not Path(place).is_file():
        return ()
    from cqi.journal import Answers

    return tuple(Answers.opened(place).slips())


@cache
def _questionnaires(own: str) -> dict[str, Questionnaire]:
    paths = {}
    for folder in definition_folders("questionnaires"):
        if folder.is_dir():
            paths.update({path.name: path for path in folder.iterdir() if path.name.endswith(".toml")})
    return {made.name: made for made in (_read(paths[name]) for name in sorted(paths))}


def _read(path) -> Questionnaire:
    try:
        fields = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CqiError(f"{path.name}: not valid TOML: {error}.") from None
    wrong = problems(fields)
    if not wrong and path.name != f"{fields['name']}.toml":
        wrong = [f"its name is {fields['name']!r}; a file bears the name of its questionnaire"]
    if wrong:
        raise CqiError(f"{path.name}: " + "; ".join(wrong) + ".")
    made = {"areas": tuple(Area(**each) for each in fields["areas"]), "items": tuple(Item(**each) for each in fields["items"])}
    return Questionnaire(**fields | made | {name: tuple(fields.get(name, ())) for name in ("instructions", "scale", "caveats")})
