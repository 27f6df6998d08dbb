"""The tables of a run: counted once, looked over before anyone sees them, and written as each profile may see them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from cqi import tables
from cqi.disclosure import policy
from cqi.render.few_tables import FewTables
from cqi.render.pages import write_whole
from cqi.tables import OfficialTables, Tables, official_tables
from cqi.tables.backtested import backtested
from cqi.tables.services import ServiceTables, service_tables
from cqi.vocabulary import OFFICIAL, SERVICES
from cqi.wording.plain import spreadsheet_safe

WRITTEN = ("measures", "same_age", "maturity", "curves", "waiting", "course", "regions", "looks", "projection", "paces", "months_charted")
PAST = "the past replayed"
WRITTEN_BESIDES = {OFFICIAL: ("periods", "adjusted", "groups"), SERVICES: ("referrals", "staff", "curves")}
"""What is written of the tables that are of no cohort, by their word."""
COUNTS = ("children", "numerator", "entered", "at_risk", "observed")
"""Columns of those tables that count children."""


class Counted(Mapping[tuple[str, str], Tables | OfficialTables | ServiceTables]):
    """The tables of a run by profile and cohort; those of the official measures under the word OFFICIAL, of referrals and staff under SERVICES.

    Each is counted, or found where CQI_CACHE says, when it is asked for; only few are in memory. Raises CqiError then, as `tables` does.
    """

    def __init__(self, profiles: tuple[str, ...], cohorts: list[str], shared: dict) -> None:
        self._keys = dict.fromkeys((profile, word) for word in (*cohorts, *WRITTEN_BESIDES) for profile in profiles)
        self._shared, self._few = (shared["data"], shared["source"], shared["as_of"]), FewTables(self._found)

    def __getitem__(self, key: tuple[str, str]) -> Tables | OfficialTables | ServiceTables:
        if key not in self._keys:
            raise KeyError(key)
        return self._few[key]

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return iter(self._keys)

    def __len__(self) -> int:
        return len(self._keys)

    def _found(self, key: tuple[str, str]) -> Tables | OfficialTables | ServiceTables:
        (profile, word), (data, source, as_of) = key, self._shared
        if word in WRITTEN_BESIDES:
            return (official_tables if word == OFFICIAL else service_tables)(data, source, as_of, profile)
        return tables.tables(data, source, word, as_of, profile)


def counted(*, profiles: tuple[str, ...], cohorts: list[str], shared: dict, told: Callable[[int, int, str], None]) -> Counted:
    """The tables of every profile and cohort, kept where CQI_CACHE says for the notebooks; the file's own past too, which every
    review carries. `told` is called after each step. Raises CqiError as `tables` does."""
    steps, found = [*cohorts, OFFICIAL, SERVICES, PAST], Counted(profiles, cohorts, shared)
    for number, word in enumerate(steps, 1):
        for profile in profiles:
            if word == PAST:
                backtested(shared["data"], shared["source"], shared["as_of"], profile)
            else:
                found[profile, word]
        told(number, len(steps), word)
    return found


def written(word: str) -> tuple[str, ...]:
    """The names of the tables that are written for a cohort, or for the word of other tables."""
    return WRITTEN_BESIDES.get(word, WRITTEN)


def small_left(found: Tables | OfficialTables | ServiceTables, profile: str) -> bool:
    """Whether a count that the profile must not see is still in a table: then nothing of the cohort may go out."""
    few = policy(profile)["threshold"] - 1
    shown = [getattr(found, name).filter(COUNTS) for name in {*WRITTEN, *sum(WRITTEN_BESIDES.values(), ())} if hasattr(found, name)]
    return any(bool(counts.apply(lambda count: count.between(1, few)).any(axis=None)) for counts in shown)


def table_paths(folder: Path, cohort: str) -> list[Path]:
    """Where the tables of a cohort are written, one for each of `written`."""
    return [folder / f"{cohort.replace('/', '-')}-{name.replace('_', '-')}.csv" for name in written(cohort)]


def write_tables(found: Tables | OfficialTables | ServiceTables, folder: Path, cohort: str) -> None:
    """Writes the tables as CSV; names that a spreadsheet would take for a formula are made text."""
    for name, path in zip(written(cohort), table_paths(folder, cohort), strict=True):
        write_whole(path, spreadsheet_safe(getattr(found, name)).to_csv(index=False, lineterminator="\n", float_format="%.12g", date_format="%Y-%m-%d"))
