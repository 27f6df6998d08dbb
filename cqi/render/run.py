"""A run: every review of a file, one folder, an index that says what ran and what is missing."""

from __future__ import annotations

import json
import os
import platform
import shutil
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass, fields
from datetime import datetime, timezone
from importlib.metadata import version
from pathlib import Path

import pandas as pd

from cqi import __version__, tables
from cqi.cohorts import cohort, open_cohorts
from cqi.render.lock import held
from cqi.render.page import ASSETS, index_html
from cqi.render.pages import Outcome, rendered, write_whole
from cqi.render.plan import Job, cohort_words, jobs, notebook_path
from cqi.vocabulary import CqiError, no_such
from cqi.wording.numbers import day_words

WORKERS = max(1, os.cpu_count() or 1)
MEASURE_TABLES = ("measures", "same_age", "maturity", "curves", "waiting", "course")
Progress = Callable[[int, int, Outcome], None]


@dataclass(frozen=True)
class Request:
    """What is asked for: as `Review`, but many counties, cohorts and profiles; empty means all counties, open cohorts."""

    counties: tuple[str, ...] = ()
    cohorts: tuple[str, ...] = ()
    as_of: str = ""
    source: str = "episodes"
    data: str = "data_samples"
    profiles: tuple[str, ...] = ("release",)
    out: Path = Path("reports")


@dataclass(frozen=True)
class Run:
    """A finished run: its folder, its indexes by profile, and what became of every page."""

    folder: Path
    indexes: dict[str, Path]
    outcomes: list[Outcome]

    @property
    def failed(self) -> list[Outcome]:
        """Pages that could not be made."""
        return [outcome for outcome in self.outcomes if outcome.status != "done"]


def run(request: Request, *, progress: Progress = lambda done, total, outcome: None) -> Run:
    """Renders all pages of the request and returns what became of them.

    `progress` is called after every page. Raises CqiError, before anything is rendered, for data, counties, cohorts or
    profiles that are not there, and FolderHeld where another run holds the folder.
    """
    started = time.monotonic()
    as_of, counties, first_entry = tables.as_of_and_counties(request.data, request.source, request.as_of)
    chosen = _chosen_counties(request, counties)
    words = [cohort(word).label for word in request.cohorts] or [each.label for each in open_cohorts(as_of.day) if each.end >= first_entry]
    if not words:
        raise CqiError(f"{request.data}: no half-year cohort is open on {as_of.day}; name one with --cohort.")
    data = str(tables.read(request.data, request.source)[0].data)
    shared = {"as_of": request.as_of or as_of.day.isoformat(), "source": request.source, "data": data}
    planned = jobs(counties=chosen, cohorts=words, profiles=list(request.profiles), shared=shared)
    folder = Path(request.out).resolve() / as_of.day.isoformat()
    with held(folder), _private(folder):
        counted = _count(request, words, shared, folder, as_of.reason)
        outcomes = _render(planned, folder, progress)
        indexes = {profile: _index(profile, folder, outcomes, words, counted[profile, words[-1]], request) for profile in request.profiles}
        _record(request, folder, outcomes, counted, time.monotonic() - started)
    return Run(folder, indexes, outcomes)


def _chosen_counties(request: Request, counties: tuple[str, ...]) -> list[str]:
    for name in request.counties:
        if name not in counties:
            raise no_such("county", name, counties, where=request.data, there="Counties there")
    return list(dict.fromkeys(request.counties)) or list(counties)


@contextmanager
def _private(folder: Path):
    """The folder with its stylesheet and private part, and the environment that the notebooks' kernels inherit."""
    restricted = folder / "restricted"
    restricted.mkdir(parents=True, exist_ok=True, mode=0o700)
    os.chmod(restricted, 0o700)
    shutil.copytree(ASSETS, folder / "assets", dirs_exist_ok=True)
    own = {"CQI_RUN": "1", "CQI_CACHE": str(restricted / "counted"), "IPYTHONDIR": str(restricted / "ipython"),
           "OPENBLAS_NUM_THREADS": "1"}
    before = {name: os.environ.get(name) for name in own}
    os.environ.update(own)
    try:
        yield
    finally:
        shutil.rmtree(restricted / "counted", ignore_errors=True)
        shutil.rmtree(restricted / "ipython", ignore_errors=True)
        for name, value in before.items():
            os.environ.pop(name) if value is None else os.environ.update({name: value})


def _count(request: Request, words: list[str], shared: dict, folder: Path, reason: str) -> dict:
    """Counts every cohort once, keeps the tables for the notebooks, and writes them as each profile may see them."""
    (folder / "restricted" / "counted").mkdir(exist_ok=True)
    counted = {}
    for profile in request.profiles:
        for word in words:
            found = tables.tables(shared["data"], shared["source"], word, shared["as_of"], profile)
            counted[profile, word] = found
            for name in MEASURE_TABLES:
                _write_table(getattr(found, name), folder / profile / "tables" / f"{word.replace('/', '-')}-{name.replace('_', '-')}.csv")
    return counted


def _write_table(table: pd.DataFrame, path: Path) -> None:
    """A table as CSV; a name that a spreadsheet would take for a formula is made text."""
    text = table.select_dtypes(include=["str", "object"]).columns
    safe = table.assign(**{name: table[name].where(~table[name].astype(str).str.match(r"[=+\-@\t\r]"), "'" + table[name].astype(str)) for name in text})
    write_whole(path, safe.to_csv(index=False, lineterminator="\n", float_format="%.6g", date_format="%Y-%m-%d"))


def _render(planned: list[Job], folder: Path, progress: Progress) -> list[Outcome]:
    """Renders the pages, as many at once as there are processors; each notebook runs in a kernel of its own."""
    for role in {job.role for job in planned}:
        notebook_path(role)
    pool = ThreadPoolExecutor(WORKERS)
    try:
        waiting = [pool.submit(rendered, job, folder) for job in planned]
        for done, future in enumerate(as_completed(waiting), 1):
            progress(done, len(planned), future.result())
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
    return [future.result() for future in waiting]


def _index(profile: str, folder: Path, outcomes: list[Outcome], words: list[str], found: tables.Tables, request: Request) -> Path:
    own = [outcome for outcome in outcomes if outcome.job.parameters["profile"] == profile]
    other = next((each for each in request.profiles if each != profile), None)
    facts = found.facts
    model = {
        "title": f"Mid-course reviews as of {day_words(datetime.fromisoformat(facts['as_of']).date())}", "state": Path(request.data).name,
        "as_of": day_words(datetime.fromisoformat(facts["as_of"]).date()), "as_of_reason": _reason(request, facts), "profile": profile,
        "made_by": f"cqi {__version__}", "reviews": [_review_entry(each, profile) for each in own if each.job.role == "review"],
        "pages": [_page_entry(each, profile) for each in own if each.job.role != "review" and each.status == "done"],
        "tables": [{"title": path.stem, "href": f"tables/{path.name}", "rows": sum(1 for _ in path.open(encoding="utf-8")) - 1}
                   for path in sorted((folder / profile / "tables").glob("*.csv"))],
        "account": found.account.to_dict("records"), "notes": list(facts["notes"]) + [each.reason for each in own if each.job.role != "review" and each.reason],
        "other_profile": {"title": f"The {other} pages", "href": f"../{other}/index.html"} if other else None,
    }
    path = folder / profile / "index.html"
    write_whole(path, index_html(model, stylesheet="../assets/cqi.css"))
    return path


def _reason(request: Request, facts: dict) -> str:
    return tables.as_of_and_counties(request.data, request.source, request.as_of)[0].reason or facts["as_of_reason"]


def _review_entry(outcome: Outcome, profile: str) -> dict:
    county, word = outcome.job.parameters["county"], outcome.job.parameters["cohort"]
    return {"county": county, "cohort": word, "cohort_words": cohort_words(word), "href": outcome.job.place.removeprefix(f"{profile}/"),
            "status": outcome.status, "answer": outcome.answer, "reason": outcome.reason}


def _page_entry(outcome: Outcome, profile: str) -> dict:
    word = cohort_words(outcome.job.parameters["cohort"])
    title, about = {
        "overview": (f"All counties, entered {word}", "Every county beside its own usual, in order of name"),
        "quality": ("What the file can and cannot say", "What became of every row, and what to check at the source"),
    }[outcome.job.role]
    return {"title": title, "href": outcome.job.place.removeprefix(f"{profile}/"), "about": about}


def _record(request: Request, folder: Path, outcomes: list[Outcome], counted: dict, seconds: float) -> None:
    """run.json: parameters, versions, input hashes, timings and the outcome of each page."""
    facts = next(iter(counted.values())).facts
    record = {
        "parameters": {each.name: getattr(request, each.name) for each in fields(request) if each.name not in ("data", "out")},
        "as_of": facts["as_of"], "inputs": facts["inputs"], "made": datetime.now(timezone.utc).isoformat(timespec="seconds"),
        "versions": {"cqi": __version__, "python": platform.python_version(), **{name: version(name) for name in ("pandas", "altair", "papermill", "vl-convert-python")}},
        "seconds": round(seconds, 1),
        "pages": [{"place": each.job.place, "status": each.status, "reason": each.reason, "seconds": round(each.seconds, 2)} for each in outcomes],
    }
    write_whole(folder / "run.json", json.dumps(record, indent=1, default=str, ensure_ascii=False) + "\n")
