"""Every table that a review shows, counted once for all counties of a file, then protected for its reader.

The same tables serve a notebook run by hand and a whole run: a run sets CQI_CACHE to a private folder, where tables
counted once are found again by the processes that render pages. The folder holds counts only, never rows.
"""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass, fields, replace
from datetime import date
from functools import lru_cache
from pathlib import Path

import pandas as pd

from cqi import __version__
from cqi.cohorts import AsOf, Cohort, chosen_as_of, cohort, earlier_cohorts, first_whole_entry, shifted_day
from cqi.course import observed_and_expected
from cqi.disclosure import protected_together
from cqi.measures import Basis, basis, count, cumulative_incidence, maturity, still_in_care
from cqi.quality import findings
from cqi.registry import measure, measure_names
from cqi.sources import Extract, load
from cqi.sources.declared import declared_source
from cqi.sources.finding import data_path
from cqi.vocabulary import CqiError

HEADLINE = "permanency_in_12_months"
EARLIER = 6
"""Cohorts before this one that a review shows."""


@dataclass(frozen=True)
class Tables:
    """What is known of one cohort in every county, as one profile may see it. Measure tables, but for `course`."""

    measures: pd.DataFrame
    same_age: pd.DataFrame
    maturity: pd.DataFrame
    curves: pd.DataFrame
    waiting: pd.DataFrame
    course: pd.DataFrame
    findings: pd.DataFrame
    account: pd.DataFrame
    facts: dict


def read(data: str, source: str) -> tuple[Extract, Basis]:
    """The extract and its integers, kept for the next call while the files and the source's declaration stay as they are.

    Raises CqiError as `cqi.sources.load` does.
    """
    return _read(data, source, _inputs(data, source))


@lru_cache(maxsize=2)
def _read(data: str, source: str, inputs: str) -> tuple[Extract, Basis]:
    extract = load(data, source)
    return extract, basis(extract)


def tables(data: str, source: str, cohort_word: str, as_of: str, profile: str) -> Tables:
    """All tables of one cohort as a profile may see them; counted, or found where a run or an earlier call has put them.

    `as_of` may be empty: then the last month's end that looks complete. Raises CqiError for a cohort that has not begun
    by then or ended before the file begins.
    """
    return _tables(data, source, cohort_word, as_of, profile, _key(data, source, cohort_word, as_of))


@lru_cache(maxsize=16)
def _tables(data: str, source: str, cohort_word: str, as_of: str, profile: str, key: str) -> Tables:
    folder = os.environ.get("CQI_CACHE", "")
    if not folder:
        return _protected(_counted(data, source, cohort_word, as_of), profile)
    place = Path(folder) / key
    if not place.is_dir():
        _write(_counted(data, source, cohort_word, as_of), place)
    return _protected(_found(place), profile)


def as_of_and_counties(data: str, source: str, as_of: str) -> tuple[AsOf, tuple[str, ...], date]:
    """The as-of date of a file, its counties in order of name, and the day from which its cohorts are whole.

    A given day that is also the one that would be chosen has the choice's reason.
    """
    extract, on = read(data, source)
    asked, chosen = chosen_as_of(extract.episodes, as_of), chosen_as_of(extract.episodes)
    return chosen if asked.day == chosen.day else asked, on.counties, first_whole_entry(extract.episodes)


def _counted(data: str, source: str, cohort_word: str, as_of: str) -> Tables:
    extract, on = read(data, source)
    day, counties, first_entry = as_of_and_counties(data, source, as_of)
    period = cohort(cohort_word)
    _check_begun(period, day.day, first_entry)
    headline = measure(HEADLINE)
    earlier = earlier_cohorts(period, first_entry, most=EARLIER)
    shown = [*earlier, *_begun_since(period, day.day)]
    found = findings(extract, as_of=day.day)
    return Tables(
        measures=_stacked(count(measure(name), on, each, as_of=day.day) for name in measure_names() for each in shown),
        same_age=_stacked(_at_the_same_age(on, period, [*earlier, period], day.day)),
        maturity=_stacked(maturity(headline, on, each, as_of=day.day) for each in shown),
        curves=_stacked(cumulative_incidence(headline, on, each, as_of=day.day) for each in [*earlier, period]),
        waiting=still_in_care(headline, on, period, as_of=day.day),
        course=_with_gaps(observed_and_expected(headline, on.stays, period, as_of=day.day, first_entry=first_entry), found),
        findings=found,
        account=extract.account,
        facts=_facts(extract, period, day, counties, first_entry),
    )


def _with_gaps(course: pd.DataFrame, found: pd.DataFrame) -> pd.DataFrame:
    """The course table with the status `data quality` for counties where months of the file look incomplete."""
    gaps = found.loc[found["finding"].isin(["few exits", "few entries"]), "county"]
    return course.assign(status=course["status"].mask(course["county"].isin(gaps) & course["status"].eq("shown"), "data quality"))


def _check_begun(period: Cohort, as_of: date, first_entry: date) -> None:
    if period.start > as_of:
        raise CqiError(f"Cohort {period.label} begins {period.start}, after the as-of date {as_of}; give an earlier cohort.")
    if period.end < first_entry:
        raise CqiError(f"Cohort {period.label} ends {period.end}; the file holds whole cohorts from {first_entry} on.")


def _begun_since(period: Cohort, as_of: date) -> list[Cohort]:
    """This period and those after it that have begun by the as-of date, at most four."""
    return [later for later in (period.back(-number) for number in range(4)) if later.start <= as_of]


def _at_the_same_age(on: Basis, period: Cohort, periods: list[Cohort], as_of: date):
    """Every measure for each period as the file knew it when that period was as old as this one is now."""
    for each in periods:
        months = (each.start.year - period.start.year) * 12 + each.start.month - period.start.month
        for name in measure_names():
            yield count(measure(name), on, each, as_of=shifted_day(as_of, months))


def _stacked(parts) -> pd.DataFrame:
    return pd.concat(list(parts), ignore_index=True)


def _facts(extract: Extract, period: Cohort, as_of: AsOf, counties: tuple[str, ...], first_entry: date) -> dict:
    return {
        "as_of": as_of.day.isoformat(), "as_of_reason": as_of.reason, "cohort": period.label, "counties": list(counties),
        "first_entry": first_entry.isoformat(), "notes": list(extract.notes), "source": extract.source,
        "last_date": max(extract.episodes[name].max() for name in ("entry_date", "exit_date")).date().isoformat(),
        "inputs": [list(row) for row in extract.inputs.itertuples(index=False)],
        "reasons": extract.quarantine["reason"].value_counts().sort_index().to_dict(), "version": __version__,
    }


def _protected(every: Tables, profile: str) -> Tables:
    own = {field.name: getattr(every, field.name) for field in fields(Tables)[:6]}
    return replace(every, **protected_together(own, profile, headline=HEADLINE))


def _key(data: str, source: str, cohort_word: str, as_of: str) -> str:
    """A name for tables of these inputs: it changes when a file, a definition, a parameter or the version changes."""
    definitions = [str(measure(name)) for name in measure_names()]
    text = json.dumps([_inputs(data, source), cohort_word, as_of, definitions, __version__], default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:20]


def _inputs(data: str, source: str) -> str:
    """The source's declaration, and name, size and time of change of every file: enough to notice that one was replaced."""
    path = data_path(data)
    found = sorted(path.rglob("*")) if path.is_dir() else [path]
    files = [(str(each), each.stat().st_size, each.stat().st_mtime_ns) for each in found if each.is_file()]
    return repr((declared_source(source), files))


def _write(every: Tables, place: Path) -> None:
    """Writes the tables beside their place, then renames, so that a reader finds all of them or none."""
    working = place.with_name(f"{place.name}.{os.getpid()}")
    working.mkdir(parents=True)
    for field in fields(Tables)[:-1]:
        getattr(every, field.name).to_parquet(working / f"{field.name}.parquet")
    (working / "facts.json").write_text(json.dumps(every.facts, default=str), encoding="utf-8")
    try:
        working.rename(place)
    except OSError:  # another process was first; its tables are the same
        for path in working.iterdir():
            path.unlink()
        working.rmdir()


def _found(place: Path) -> Tables:
    stored = {field.name: pd.read_parquet(place / f"{field.name}.parquet") for field in fields(Tables)[:-1]}
    return Tables(**stored, facts=json.loads((place / "facts.json").read_text(encoding="utf-8")))
