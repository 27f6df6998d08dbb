"""The classroom: one folder of data to learn on, the bundled sample state or the trainer's own, with one county to speak of."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from functools import cached_property, lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd

from cqi.blocks import Cell
from cqi.cohorts import Cohort, chosen_as_of, months_after, open_cohorts
from cqi.disclosure import policy
from cqi.estimates import wilson
from cqi.measures import Basis, basis
from cqi.sample import write_sample
from cqi.sample.state import COUNTIES
from cqi.sources import Extract, load, source_names
from cqi.sources.finding import data_path
from cqi.vocabulary import HIDDEN_MARK, HIDDEN_WORDS, CqiError, local, no_such

SAMPLE = "data_samples"
FEWEST_STAYS = 150
"""A county to teach with has so many stays, if one has."""
FEWEST_ENTRIES = 30
"""So many enter a county to teach with in the period that a lesson looks at, if they do in any."""
SAMPLE_COUNTY = "Hawthorn"
_IN_USE: list[Room] = []


@dataclass(frozen=True, eq=False)
class Room:
    """One folder of data to learn on.

    `data`: where it lies, `data_samples` where the sample state was drawn. `extract`: its tables, as `cqi.sources.load` gives them. `as_of`: the last complete month's end. `county`: the county to teach with,
    of middle size. `fictional`: it is the bundled sample state, so that small numbers may be seen; with any other data they are hidden
    as in a release. `said`: where a number comes from, to end a sentence with: `in the fictional sample state`.
    """

    data: str
    extract: Extract = field(repr=False)
    as_of: date
    county: str
    fictional: bool
    said: str

    @cached_property
    def basis(self) -> Basis:
        """The tables as integers, as `cqi.measures` counts them."""
        return basis(self.extract)

    @property
    def counties(self) -> tuple[str, ...]:
        """Names of all counties, in order."""
        return self.basis.counties

    @property
    def mature(self) -> Cohort:
        """The newest calendar year whose entering children have all been observed for 12 months, and in which enough entered the county."""
        return self._newest(Cohort("year", date(self.as_of.year, 1, 1), 12))

    @property
    def mature_half(self) -> Cohort:
        """The newest half-year of that kind."""
        return self._newest(Cohort("half", date(self.as_of.year, 7, 1), 6))

    @property
    def young(self) -> Cohort:
        """The oldest half-year whose last child has not been observed for 12 months."""
        return open_cohorts(self.as_of)[0]

    def _newest(self, period: Cohort) -> Cohort:
        """The newest such period, from this one back; where never enough entered, the newest whose children were all observed."""
        observed = [each for each in map(period.back, range(20)) if months_after([each.end], 12)[0].item() <= self.as_of]
        entries = self.extract.episodes.loc[lambda rows: rows["county"].eq(self.county), "entry_date"].dt.date
        enough = (each for each in observed if entries.between(each.start, each.end).sum() >= FEWEST_ENTRIES)
        return next(enough, observed[0])

    def hides(self, *counts: float) -> bool:
        """Whether one of the counts is small and must not be shown; never in the sample state, where no child is real."""
        threshold = 0 if self.fictional else policy("release")["threshold"]
        return any(0 < count < threshold for count in counts)

    def count(self, number: float, one: str = "child", many: str = "children") -> str:
        """`12 children`; a small number of real children is `[c] children (hidden to protect privacy)`."""
        if self.hides(number):
            return f"{HIDDEN_MARK} {many} ({HIDDEN_WORDS})"
        return f"{number:,.0f} {one if number == 1 else many}"

    def share(self, counted: float, among: float) -> str:
        """`54 of 120 children (45%, likely between 36% and 54%)`, Wilson's 95% interval; small numbers of real children, or of those not
        counted, are hidden."""
        if not among:
            return "no children"
        if self.hides(counted, among, among - counted):
            return f"{HIDDEN_MARK} of {self.count(among) if self.hides(among) else f'{among:,.0f} children ({HIDDEN_WORDS})'}"
        lower, upper = wilson(counted, among)
        return f"{counted:,.0f} of {among:,.0f} children ({counted / among:.0%}, likely between {float(lower):.0%} and {float(upper):.0%})"

    def cell(self, number: float) -> Cell:
        """A count as a table's cell; hidden where it is a small number of real children."""
        return Cell(HIDDEN_MARK, "hidden") if self.hides(number) else Cell(f"{number:,.0f}")

    def asked(self, counted: float, among: float) -> float:
        """The share that an exercise asks for, 0 to 1. Raises CqiError where it would tell a small number of real children, or there are none."""
        if not among or self.hides(counted, among, among - counted):
            raise CqiError(f"These data have too few children in {self.county} for this question; use the sample state, or a larger county.")
        return counted / among


def classroom(data: str | Path = SAMPLE, county: str = "") -> Room:
    """The room for a folder or file of data, whatever kind of source it is; later exercises are about this room.

    `county`: the county to teach with, otherwise one of middle size. Raises CqiError for data of no kind that is known, or a county that
    is not there. The files are read once in a process. Where no folder is called `data_samples`, the sample state is drawn anew.
    """
    found = _room(_path(data))
    if county and county not in found.counties:
        raise no_such("county", county, found.counties, where=str(data), there="Counties there")
    chosen = Room(**{**_fields(found), "county": county}) if county else found
    _IN_USE[:] = [chosen]
    return chosen


def sample_room() -> Room:
    """The room of the sample state, whatever room is in use: for a part of a lesson that the trainer's own data have too little for."""
    return _room(_path(SAMPLE))


def room_in_use() -> Room:
    """The room that was opened last in this process; raises CqiError where none was."""
    if not _IN_USE:
        raise CqiError("The classroom is not open yet: run the first cells of the lesson, up to room = classroom(data).")
    return _IN_USE[0]


def _fields(room: Room) -> dict:
    return {name: getattr(room, name) for name in Room.__dataclass_fields__}


def _path(data: str | Path) -> str:
    """Where the data lie; empty for the sample state where no folder of its name is here or in a folder above."""
    try:
        return str(data_path(local(data)))
    except CqiError:
        if str(data) != SAMPLE:
            raise
        return ""


def _drawn() -> Extract:
    """The sample state, drawn into a folder that is gone afterwards: a lesson runs wherever it lies."""
    with TemporaryDirectory() as folder:
        write_sample(Path(folder))
        return load(folder)


@lru_cache(maxsize=4)
def _room(path: str) -> Room:
    extract = _extract(path) if path else _drawn()
    episodes = extract.episodes
    fictional = set(episodes["county"]) == set(COUNTIES)
    said = "in the fictional sample state" if fictional else "in your own data"
    county = SAMPLE_COUNTY if fictional else _middle(episodes["county"])
    return Room(path or SAMPLE, extract, chosen_as_of(episodes).day, county, fictional, said)


def _extract(path: str) -> Extract:
    """The tables, read as the first kind of source that can read them, episodes before the others."""
    kinds = sorted(source_names(), key=lambda name: (name != "episodes", name))
    for kind in kinds:
        try:
            return load(path, kind)
        except CqiError:  # another kind of source may read them
            continue
    name = Path(path).name
    raise CqiError(f"{name}: no kind of source can read these files; the kinds are {', '.join(kinds)}. For one kind, such as {kinds[0]}, "
                   f"cqi check {name} --source {kinds[0]} says what is amiss.")


def _middle(county: pd.Series) -> str:
    """The county of middle size among those with enough stays to learn from, else the largest."""
    stays = county.value_counts().sort_index().sort_values(kind="stable")
    enough = stays.index[stays >= FEWEST_STAYS]
    return str(enough[len(enough) // 2] if len(enough) else stays.index[-1])
