"""A run: every review of a file, one folder, an index that says what ran and what is missing."""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass, fields, replace
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from cqi import tables
from cqi.cohorts import cohort, open_cohorts
from cqi.disclosure import policy
from cqi.render.counted import Counted, counted, small_left, write_tables
from cqi.render.gate import identifiers
from cqi.render.kernels import end
from cqi.render.lock import held
from cqi.render.page import ASSETS
from cqi.render.pages import Outcome, rendered, write_whole
from cqi.render.plan import NOTEBOOKS, Job, jobs, notebook_path
from cqi.render.privacy import no_core_dumps, private_files
from cqi.render.publish import give_out, made_in_private, withheld
from cqi.render.record import write_record, written_index
from cqi.tables.released import LEDGER, RUN
from cqi.vocabulary import CqiError, no_such

OWN_FOLDERS = {"IPYTHONDIR": "ipython", "JUPYTER_CONFIG_DIR": "config", "JUPYTER_DATA_DIR": "data", "JUPYTER_RUNTIME_DIR": "runtime",
               "TMPDIR": "tmp", "TEMP": "tmp", "TMP": "tmp"}
"""What a kernel's surroundings would else keep in the user's home or the machine's common places."""

WORKERS = max(2, os.cpu_count() or 1)
WITHHELD = "A small number was left in this cohort's tables, so nothing of it is given out. Tell the maintainer."
TELLS_TOO_MUCH = "A reader of this release could work out a small number, so nothing of it is given out. What and where: restricted/audit-{profile}.txt."
Progress = Callable[[int, int, Outcome], None]


@dataclass(frozen=True)
class Request:
    """What is asked for: as `Review`, but many counties, cohorts and profiles; empty means all counties, open cohorts. `since`: the last
    extract, to compare with, or empty."""

    counties: tuple[str, ...] = ()
    cohorts: tuple[str, ...] = ()
    as_of: str = ""
    source: str = "episodes"
    data: str = "data_samples"
    profiles: tuple[str, ...] = ("release",)
    out: Path = Path("reports")
    since: str = ""


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


def run(request: Request, *, progress: Progress = lambda done, total, outcome: None,
        counting: Callable[[int, int, str], None] = lambda done, total, name: None) -> Run:
    """Renders all pages of the request and returns what became of them.

    `counting` is called after every step of counting, `progress` after every page. Raises CqiError, before anything is rendered, for data, counties, cohorts,
    profiles or notebooks that are not right, and FolderHeld where another run holds the folder. Stopped by an exception
    in `progress` or a signal it ends its kernels, leaves finished pages whole and passes the exception on.
    """
    started = time.monotonic()
    for each in request.profiles:
        policy(each)
    for role in NOTEBOOKS:
        notebook_path(role)
    as_of, counties, first_entry = tables.as_of_and_counties(request.data, request.source, request.as_of)
    chosen, words = _chosen_counties(request, counties), _chosen_cohorts(request, as_of.day, first_entry)
    data = str(tables.read(request.data, request.source)[0].data)
    shared = {"as_of": as_of.day.isoformat(), "source": request.source, "data": data}
    since = str(tables.read(request.since, request.source)[0].data) if request.since else ""
    planned = jobs(counties=chosen, cohorts=words, profiles=list(request.profiles), shared=shared, since=since)
    folder = Path(request.out).resolve() / as_of.day.isoformat()
    ids = identifiers(tables.read(request.data, request.source)[0])
    with held(folder), _private({RUN: ",".join(words), LEDGER: str(folder.parent)}) as private, made_in_private(folder) as making:
        found = counted(profiles=request.profiles, cohorts=words, shared=shared, told=counting)
        outcomes = _made(planned, folder, making, private, found, progress, ids)
        facts = {"as_of": as_of, "state": Path(request.data).name, "profiles": request.profiles}
        outcomes = _given_out(request.profiles, folder, making, outcomes, found, facts)
        indexes = {profile: written_index(profile, folder, outcomes, found, **facts) for profile in request.profiles}
        write_record(folder, _parameters(request), outcomes, found, seconds=time.monotonic() - started)
    return Run(folder, indexes, outcomes)


def _parameters(request: Request) -> dict:
    return {each.name: getattr(request, each.name) for each in fields(request) if each.name not in ("data", "out", "since")}


def _chosen_counties(request: Request, counties: tuple[str, ...]) -> list[str]:
    for name in request.counties:
        if name not in counties:
            raise no_such("county", name, counties, where=request.data, there="Counties there")
    return list(dict.fromkeys(request.counties)) or list(counties)


def _chosen_cohorts(request: Request, as_of: date, first_entry: date) -> list[str]:
    """The cohorts asked for, else the open ones that the file reaches back to; the last that begins comes last."""
    chosen = [cohort(word) for word in request.cohorts] or [each for each in open_cohorts(as_of) if each.end >= first_entry]
    if not chosen:
        raise CqiError(f"{request.data}: no half-year cohort is open on {as_of}: entries begin on {first_entry}. "
                       "Give a later --as-of, or name a cohort with --cohort.")
    return list(dict.fromkeys(each.label for each in sorted(chosen, key=lambda each: (each.start, each.months))))


@contextmanager
def _private(told: dict[str, str]):
    """A folder of this run's own, gone afterwards: tables for the notebooks (unless CQI_CACHE names a place for them), sockets, and
    whatever a kernel writes of its own accord. The kernels' environment names it, and holds what they are `told`. Meanwhile new files are their owner's only."""
    no_core_dumps()
    with private_files(), TemporaryDirectory(prefix="cqi-", ignore_cleanup_errors=True) as name:
        (Path(name) / "tmp").mkdir()
        own = {"CQI_RUN": "1", "CQI_CACHE": os.environ.get("CQI_CACHE") or f"{name}/counted", "OPENBLAS_NUM_THREADS": "1", **told,
               **{variable: f"{name}/{folder}" for variable, folder in OWN_FOLDERS.items()}}
        before = {key: os.environ.get(key) for key in own}
        os.environ.update(own)
        try:
            yield Path(name)
        finally:
            for key, value in before.items():
                os.environ.pop(key) if value is None else os.environ.update({key: value})


def _made(planned: list[Job], folder: Path, making: Path, private: Path, found: Counted, progress: Progress, ids: frozenset[str]) -> list[Outcome]:
    """The folder's fixed parts, its tables and its pages; nothing of a cohort with a small number left in its tables."""
    _fixed_parts(folder, {profile for profile, _ in found})
    kept_back = {key for key, each in found.items() if small_left(each, key[0])}
    for profile, word in found.keys() - kept_back:
        write_tables(found[profile, word], _place(profile, folder, making) / profile / "tables", word)
    allowed = [job for job in planned if _key(job) not in kept_back]
    held_back = [Outcome(job, "withheld", reason=WITHHELD) for job in planned if _key(job) in kept_back]
    places = {profile: _place(profile, folder, making) for profile, _ in found}
    return [*_rendered(allowed, folder, places, private, progress, ids), *held_back]


def _place(profile: str, folder: Path, making: Path) -> Path:
    """Where a profile's pages are made: those that hide small numbers in private, until they have been looked at together."""
    return making if policy(profile)["threshold"] else folder


def _given_out(profiles: tuple[str, ...], folder: Path, making: Path, outcomes: list[Outcome], found: Counted, facts: dict) -> list[Outcome]:
    """What became of every page once each release has been looked at: given out whole, or not at all."""
    for profile in (each for each in profiles if policy(each)["threshold"]):
        own = [each for each in outcomes if each.job.parameters["profile"] == profile]
        written_index(profile, making, own, found, **facts)
        if withheld(profile, making, folder):
            outcomes = [replace(each, status="withheld", reason=TELLS_TOO_MUCH.format(profile=profile)) if each in own and each.status == "done" else each
                        for each in outcomes]
        else:
            give_out(profile, making, folder, found, ledger=folder.parent)
    return outcomes


def _fixed_parts(folder: Path, profiles: set[str]) -> None:
    """The stylesheet, and the folders that are not for everyone: `restricted` is its owner's; so is `internal`, until its owner lets
    a group in. Everything else is for the readers whom the user's own umask lets in."""
    for name, most in (("restricted", 0o700), *((each, 0o770) for each in profiles & {"internal"})):
        part = folder / name
        before = stat.S_IMODE(part.stat().st_mode) if part.is_dir() else 0o700
        part.mkdir(parents=True, exist_ok=True)
        part.chmod(before & most)
    for each in ASSETS.iterdir():
        write_whole(folder / "assets" / each.name, each.read_text(encoding="utf-8"))


def _key(job: Job) -> tuple[str, str]:
    return job.parameters["profile"], job.word


def _rendered(planned: list[Job], folder: Path, places: dict[str, Path], private: Path, progress: Progress, ids: frozenset[str]) -> list[Outcome]:
    """Renders the pages, as many at once as there are processors; each notebook runs in a kernel of its own."""
    pool = ThreadPoolExecutor(WORKERS)
    waiting = [pool.submit(rendered, job, folder, places[job.parameters["profile"]], private, ids) for job in planned]
    try:
        for done, future in enumerate(as_completed(waiting), 1):
            progress(done, len(planned), future.result())
    except BaseException:
        pool.shutdown(wait=False, cancel_futures=True)
        end(private, waiting)
        raise
    pool.shutdown()
    return [future.result() for future in waiting]
