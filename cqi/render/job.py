"""One page of a run: which notebook, with which parameters, to which file. Nothing here counts, so that a page writer stays small."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from cqi.vocabulary import OFFICIAL, SERVICES, WHOLE, CqiError, no_such

NOTEBOOKS = {"review": "mid_course_review.ipynb", "overview": "statewide_overview.ipynb", "quality": "data_quality.ipynb",
             "official": "official_measures.ipynb", "working": "how_we_work.ipynb"}
PARAMETERS = {
    "review": ("county", "cohort", "as_of", "source", "data", "profile"),
    "overview": ("cohort", "as_of", "source", "data", "profile"),
    "quality": ("cohort", "as_of", "source", "data", "profile", "since"),
    "official": ("county", "as_of", "source", "data", "profile"),
    "working": ("as_of", "source", "data", "profile"),
}
"""A role's parameters, the fields of what its notebook shows (`Review`, `Overview`, ...); all of them are text."""
WORDS = {
    "review": ("{county} {cohort}", "{county}, {cohort}, permanency in 12 months"),
    "overview": (f"{WHOLE} {{cohort}}", f"{WHOLE}, {{cohort}}, permanency in 12 months"),
    "quality": ("data quality {cohort}", "What the file can and cannot say"),
    "official": ("{county} official measures", "{county}, official measures"),
    "working": ("how we work", "How do we work"),
}
"""A role's page in words: for progress and logs, and as a title."""
PLACE = re.compile(r"[a-z]{1,30}/(?:[a-z0-9-]{1,60}/)?[a-z0-9-]{1,60}\.html")
"""Where a page may go: a profile's folder, or one below it, by names that do the same on every system."""



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
        return f"{self._said(0)} ({self.parameters['profile']})"

    @property
    def word(self) -> str:
        """The cohort of the page, or OFFICIAL, or SERVICES: whose tables it shows."""
        return self.parameters.get("cohort", {"official": OFFICIAL, "working": SERVICES}.get(self.role))

    @property
    def tables(self) -> tuple[str, str, str, str, str]:
        """The tables that its notebook reads: data, source, word, as-of day, profile."""
        data, source, as_of, profile = (self.parameters[name] for name in ("data", "source", "as_of", "profile"))
        return data, source, self.word, as_of, profile

    @property
    def title(self) -> str:
        """The page's title, unique in a run."""
        return f"{self._said(1)}, as of {self.parameters['as_of']}"

    def _said(self, which: int) -> str:
        return WORDS[self.role][which].format(**self.parameters)


def _known(name: str, role: str) -> str:
    wanted = PARAMETERS[role]
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
    wanted = PARAMETERS[role]
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
