"""What a run renders: which notebook, with which parameters, to which file."""

from __future__ import annotations

import hashlib
import os
import re
import unicodedata
from collections import Counter
from dataclasses import dataclass, fields
from datetime import date
from functools import cache
from pathlib import Path

from cqi.cohorts import cohort
from cqi.official import Official
from cqi.overview import DataQuality, Overview
from cqi.review import Review
from cqi.tables.services import SERVICES
from cqi.vocabulary import WHOLE, CqiError, no_such
from cqi.working import Working

NOTEBOOKS = {"review": "mid_course_review.ipynb", "overview": "statewide_overview.ipynb", "quality": "data_quality.ipynb",
             "official": "official_measures.ipynb", "working": "how_we_work.ipynb"}
FIELDS = {"review": Review, "official": Official, "quality": DataQuality, "working": Working}
"""Whose fields are a role's parameters; those of the others are `Overview`'s. All of them are text."""
PLACE = re.compile(r"[a-z]{1,30}/(?:[a-z0-9-]{1,60}/)?[a-z0-9-]{1,60}\.html")
"""Where a page may go: a profile's folder, or one below it, by names that do the same on every system."""

OFFICIAL = "official"
"""The word that stands for the official measures where a cohort's stands for other pages."""
RESERVED = {"con", "prn", "aux", "nul", *(f"{name}{number}" for name in ("com", "lpt") for number in range(1, 10)),
            "tables", "assets", "restricted"}


@dataclass(frozen=True)
class Job:
    """One page: the notebook's role, its parameters, and where the page goes below the run's folder (posix).

    Raises CqiError for a parameter that the role does not have (papermill would run its name as code) or that is no text, and for
    a place that is not a plain name below the folder.
    """

    role: str
    parameters: dict
    place: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "parameters", {_known(name, self.role): _text(name, value) for name, value in self.parameters.items()})
        if not PLACE.fullmatch(self.place):
            raise CqiError(f"A page cannot go to {self.place!r}; its place is like 'release/alder/2025h2.html'.")

    @property
    def name(self) -> str:
        """What the page is, in words for progress and logs: `Alder 2025H2 (internal)`."""
        what = {"overview": WHOLE, "quality": "data quality", "working": "how we work"}.get(self.role) or self.parameters["county"]
        about = self.parameters.get("cohort", "" if self.role == "working" else "official measures")
        return f"{what} {about} ({self.parameters['profile']})".replace("  ", " ")

    @property
    def word(self) -> str:
        """The cohort of the page, or OFFICIAL, or SERVICES: whose tables it shows."""
        return SERVICES if self.role == "working" else self.parameters.get("cohort", OFFICIAL)

    @property
    def title(self) -> str:
        """The page's title, unique in a run."""
        if self.role == OFFICIAL:
            return f"{self.parameters['county']}, official measures, as of {self.parameters['as_of']}"
        if self.role == "working":
            return f"How do we work, as of {self.parameters['as_of']}"
        if self.role == "quality":
            return f"What the file can and cannot say, as of {self.parameters['as_of']}"
        subject = WHOLE if self.role == "overview" else self.parameters["county"]
        return f"{subject}, {self.parameters['cohort']}, permanency in 12 months, as of {self.parameters['as_of']}"


def jobs(*, counties: list[str], cohorts: list[str], profiles: list[str], shared: dict, since: str = "") -> list[Job]:
    """All pages of a run: per profile the data-quality page, the page on how we work, the official measures of the whole file and of every county, and
    per cohort the overview and every county's review.

    `shared` holds the parameters that all pages have in common: as_of, source, data. `since` is the last extract, or empty.
    """
    planned, folders = [], _folders(counties)
    for profile in profiles:
        newest = {**shared, "cohort": cohorts[-1], "profile": profile, "since": since}
        planned.append(Job("quality", newest, f"{profile}/data-quality.html"))
        planned.append(Job("working", {**shared, "profile": profile}, f"{profile}/how-we-work.html"))
        planned.append(Job(OFFICIAL, {"county": WHOLE, **shared, "profile": profile}, f"{profile}/official-measures.html"))
        planned += [Job(OFFICIAL, {"county": county, **shared, "profile": profile}, f"{profile}/{folders[county]}/official-measures.html")
                    for county in counties]
        for word in cohorts:
            common = {**shared, "cohort": word, "profile": profile}
            planned.append(Job("overview", common, f"{profile}/overview-{slug(word)}.html"))
            planned += [Job("review", {"county": county, **common}, f"{profile}/{folders[county]}/{slug(word)}.html") for county in counties]
    if len({job.place for job in planned}) < len(planned):
        raise CqiError("Two pages would have one place: the names of two counties make the same file name. Call one of them otherwise.")
    return planned


def _known(name: str, role: str) -> str:
    wanted = [each.name for each in fields(FIELDS.get(role, Overview))]
    if name not in wanted:
        raise no_such("parameter", name, wanted, where=f"the notebook {NOTEBOOKS[role]}", there="Its parameters are")
    return name


def _text(name: str, value: object) -> str:
    """The value as plain text, days as 2026-06-30; papermill would write any other kind as text that nobody meant."""
    if isinstance(value, date) and value == value:  # pandas' missing day is a date that is not itself
        return value.isoformat()[:10]
    if not isinstance(value, (str, Path)):
        raise CqiError(f"The parameter '{name}' is {type(value).__name__}; give text, such as '2026-06-30' for a day.")
    if re.search("[\ud800-\udfff]", str(value)):
        raise CqiError(f"The parameter '{name}' holds bytes that are no text; a file's or folder's name must be letters (UTF-8).")
    return str(value)


def _folders(counties: list[str]) -> dict[str, str]:
    """The folder of each county: its slug, with a hash where another county's slug is the same."""
    common = Counter(slug(county) for county in counties)
    return {county: _hashed(slug(county), county) if common[slug(county)] > 1 else slug(county) for county in counties}


def slug(name: str) -> str:
    """A file name for a name from data: `[a-z0-9-]`, with a hash where anything else was in it, never a reserved word."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    words = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:50]
    whole = words and words not in RESERVED and words == name.lower().replace(" ", "-")
    return words if whole else _hashed(words, name)


def _hashed(words: str, name: str) -> str:
    return f"{words}-{hashlib.sha256(name.encode()).hexdigest()[:8]}".lstrip("-")


def cohort_words(word: str) -> str:
    """The period of a cohort in words."""
    return cohort(word).words


def notebook_path(role: str) -> Path:
    """The notebook of a role: in the folder that CQI_NOTEBOOKS names, with the package, or beside it in a checkout.

    Raises CqiError where its parameters are not the fields that the run passes, with the nearest names.
    """
    return _checked_path(role, os.environ.get("CQI_NOTEBOOKS", ""))


@cache
def _checked_path(role: str, own: str) -> Path:
    package = Path(__file__).parents[1]
    folders = [Path(own).resolve()] if own else [package / "notebooks", package.parent / "notebooks"]
    for folder in folders:
        if (path := folder / NOTEBOOKS[role]).is_file():
            _check_parameters(path, role)
            return path
    raise CqiError(f"{NOTEBOOKS[role]} is not in {folders[-1]}; " +
                   ("CQI_NOTEBOOKS names the folder that holds all the notebooks." if own else "the installation is not complete."))


def _check_parameters(path: Path, role: str) -> None:
    """The notebook's parameters and the fields that the run passes must be the same names."""
    declared = _declared(path)
    wanted = [each.name for each in fields(FIELDS.get(role, Overview))]
    for name in wanted:
        if name not in declared:
            raise no_such("parameter", name, sorted(declared), where=f"the parameters cell of {path.name}")
    for name in sorted(declared - set(wanted)):
        raise no_such("parameter", name, wanted, where="a review", there="Its parameters are")


def _declared(path: Path) -> set[str]:
    from nbformat.reader import NotJSONError
    from papermill import inspect_notebook

    try:
        return set(inspect_notebook(papermill_path(path)))
    except (NotJSONError, KeyError):
        raise CqiError(f"{path.name}: this is not a notebook; save it again from Jupyter, or take it from the project.") from None


def papermill_path(path: Path) -> str:
    """The path as papermill takes it: it fills in parameters between braces."""
    return str(path).replace("{", "{{").replace("}", "}}")
