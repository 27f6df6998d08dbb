"""A run: every review of a file, one folder, an index that says what ran and what is missing."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field, fields, replace
from datetime import date
from functools import partial
from pathlib import Path

from cqi import tables
from cqi.cohorts import cohort, open_cohorts
from cqi.disclosure import policy
from cqi.journal.place import JOURNAL, without_secrets
from cqi.news import SINCE, News, news
from cqi.render import standing
from cqi.render.clock import Clock
from cqi.render.counted import WRITTEN_BESIDES, Counted, counted, small_left, write_tables
from cqi.render.crew import Crew
from cqi.render.gate import identifiers
from cqi.render.decided import CHANGED, Decided
from cqi.render.lock import held_for
from cqi.render.made_from import made_from
from cqi.render.making import Places, Progress, fixed_parts, made
from cqi.render.manifest import Manifest
from cqi.render.pages import Outcome
from cqi.render.job import NOTEBOOKS, Job
from cqi.render.plan import jobs
from cqi.render.privacy import users_mask
from cqi.render.publish import finish_giving, give_out, made_in_private, withheld
from cqi.render.record import headings, write_record, written_index
from cqi.render.room import check_room, check_writable
from cqi.render.standing import PageKeys
from cqi.render.surroundings import surroundings
from cqi.tables.answered import ANSWERS
from cqi.tables.counting import check_begun
from cqi.tables.reading import forget
from cqi.tables.said import SAID
from cqi.tables.held_back import HeldBack
from cqi.tables.released import HELD, LEDGER, RUN, forget_release, released_tables, released_words
from cqi.vocabulary import CqiError, no_such

WITHHELD = "A small number was left in this cohort's tables, so nothing of it is given out. Tell the maintainer."
TELLS_TOO_MUCH = "A reader of this release could work out a small number, so nothing of it is given out. What and where: restricted/audit-{profile}.txt."


@dataclass(frozen=True)
class Request:
    """What is asked for: as `Review`, but many counties, cohorts and profiles; empty means all counties, open cohorts. `since`: the last
    extract, to compare with, or empty. `engine`: `fork` or `kernel`. `cluster`: where Dask's
    scheduler is, `tcp://scheduler:8786`, or `local:4` for four workers here; empty for this machine alone. `journal`: where what
    stakeholders say is kept, a file or an address; empty: where CQI_JOURNAL says, else `journal.sqlite` in the folder of the pages, if it
    is there. `force` makes pages anew that stand already. `state`: what the index calls those whose data these are; empty for the name of
    the data's folder."""

    counties: tuple[str, ...] = ()
    cohorts: tuple[str, ...] = ()
    as_of: str = ""
    source: str = "episodes"
    data: str = "data_samples"
    profiles: tuple[str, ...] = ("release",)
    out: Path = Path("reports")
    since: str = ""
    engine: str = "fork"
    cluster: str = ""
    journal: str = ""
    force: bool = False
    state: str = ""

    @property
    def asked(self) -> dict:
        """What decides the result, and where to find it: all but the place for pages and whether they are made anew, and never a password."""
        given = {each.name: getattr(self, each.name) for each in fields(self) if each.name not in ("out", "force")} | {"journal": without_secrets(self.journal)}
        return given | {name: str(Path(given[name]).resolve()) for name in ("data", "since") if given[name]}


@dataclass(frozen=True)
class Run:
    """A finished run: its folder, its indexes by profile, and what became of every page. Where nothing has changed since the last run,
    `unchanged` is how many pages stand, and there are no outcomes. `seconds` by stage."""

    folder: Path
    indexes: dict[str, Path]
    outcomes: list[Outcome]
    unchanged: int = 0
    seconds: dict[str, float] = field(default_factory=dict)

    @property
    def failed(self) -> list[Outcome]:
        """Pages that could not be made."""
        return [outcome for outcome in self.outcomes if outcome.status != "done"]


def resumed(out: Path) -> Request:
    """What was asked of the run below `out` that did not come to its end. Raises CqiError where there is none."""
    asked = standing.unfinished(Path(out).resolve())
    if asked is None:
        raise CqiError(f"{out}: no run is unfinished there; nothing to resume. Start one without --resume.")
    given = {name: tuple(value) if isinstance(value, list) else value for name, value in asked.items()}
    return Request(**given, out=out)


def run(request: Request, *, progress: Progress = lambda done, total, outcome: None,
        counting: Callable[[int, int, str], None] = lambda done, total, name: None) -> Run:
    """Renders all pages of the request and returns what became of them.

    `counting` is called after every step of counting, `progress` after every page. Raises CqiError, before anything is rendered, for data, counties, cohorts,
    profiles or notebooks that are not right, and FolderHeld where another run holds the folder. Stopped by an exception
    in `progress` or a signal it ends its processes, leaves finished pages whole and passes the exception on; the same request then makes the rest.
    """
    clock = Clock()
    for each in request.profiles:
        policy(each)
    if request.cluster:
        from cqi.render.cluster import checked_address

        checked_address(request.cluster)
    out, decided = Path(request.out).resolve(), Decided.now(request)
    if not request.force and (found := standing.unchanged(out, decided.key, request.profiles)):
        return Run(found[0], {each: found[0] / each / "index.html" for each in request.profiles}, [], unchanged=found[1], seconds=clock.seconds)
    check_writable(out)
    if request.cluster:
        out.mkdir(parents=True, exist_ok=True)
    mask = users_mask()
    with surroundings({RUN: "", LEDGER: str(out), SAID: "", ANSWERS: "", JOURNAL: "", SINCE: request.asked["since"]}, inputs=":".join(decided.data), place=out if request.cluster else None) as private, \
            _crew(request)(private, engine=request.engine, roles=sorted(NOTEBOOKS)) as crew:
        return _run(request, private, out, mask, decided, clock, crew, progress, counting)


def _run(request: Request, private: Path, out: Path, mask: int, decided: Decided, clock: Clock, crew: Crew, progress: Progress, counting) -> Run:
    with clock.stage("reading"):
        as_of, counties, first_entry = tables.reached(request.data, request.source, request.as_of)
        chosen, words = chosen_counties(request, counties), chosen_cohorts(request, as_of.day, first_entry)
        shared, planned = planned_pages(request, as_of.day, chosen, words)
        ids = identifiers(tables.read(request.data, request.source)[0])
        said, slips = decided.told(private, ids)
        os.environ[RUN] = ",".join(released_words(request.data, request.source, shared["as_of"], words))
    folder = out / shared["as_of"]
    check_room(folder, len(planned))
    with held_for(folder, mask) as lock, Manifest(folder) as manifest, made_in_private(folder) as making, ExitStack() as stack:
        finish_giving(folder, making, manifest)
        manifest.begin(request.asked, key := standing.with_last(decided.key, out, shared["as_of"], request.profiles))
        places = Places(folder, making)
        stack.callback(crew.end)  # while the folder is held
        with clock.stage("counting"):
            found, changed, hidden = _counted(request.profiles, words, shared, counting)
        with clock.stage("rendering"):
            crew.prepare(list(dict.fromkeys(job.tables for job in planned)), out=folder, ids=ids)
            outcomes = _made(planned, places, found, PageKeys(found, decided.program, earlier=decided.data[1], said=said, slips=slips, news=changed),
                             partial(made, crew=crew, manifest=manifest, lock=lock, progress=progress, ids=ids, anew=request.force))
        with clock.stage("publishing"):
            _check(decided, request, key, folder)
            facts = {"as_of": as_of, "state": request.state or Path(request.data).name, "profiles": request.profiles, "news": changed}
            outcomes = _given_out(request.profiles, places, outcomes, found, hidden, facts, manifest)
            indexes = {profile: written_index(profile, folder, outcomes, found, **facts) for profile in request.profiles}
        write_record(folder, request.asked, outcomes, found, source=request.source, seconds=clock.seconds, made_from=made_from(planned, decided.program, decided.said, decided.slips),
                     news=headings(request.profiles, outcomes, changed, as_of))
        status = "done" if all(each.status == "done" for each in outcomes) else "failed"
        manifest.end(status, standing.published(folder, request.profiles))
    return Run(folder, indexes, outcomes, seconds=clock.seconds)


def _crew(request: Request) -> Callable:
    """Who makes the pages: this machine, or the workers of a cluster."""
    if not request.cluster:
        return Crew
    from cqi.render.cluster import ClusterCrew

    return partial(ClusterCrew, cluster=request.cluster, data=(str(Path(request.data).resolve()), request.source))


def planned_pages(request: Request, as_of: date, counties: list[str], cohorts: list[str]) -> tuple[dict, list[Job]]:
    """The parameters that all pages share, and the pages."""
    shared = {"as_of": as_of.isoformat(), "source": request.source, "data": str(tables.read(request.data, request.source)[0].data)}
    since = str(tables.read(request.since, request.source)[0].data) if request.since else ""
    return shared, jobs(counties=counties, cohorts=cohorts, profiles=list(request.profiles), shared=shared, since=since)


def chosen_counties(request: Request, counties: tuple[str, ...]) -> list[str]:
    for name in request.counties:
        if name not in counties:
            raise no_such("county", name, counties, where=request.data, there="Counties there")
    return list(dict.fromkeys(request.counties)) or list(counties)


def chosen_cohorts(request: Request, as_of: date, first_entry: date) -> list[str]:
    """The cohorts asked for, else the open ones that the file reaches back to; the last that begins comes last."""
    chosen = [cohort(word) for word in request.cohorts] or [each for each in open_cohorts(as_of) if each.end >= first_entry]
    if not chosen:
        raise CqiError(f"{request.data}: no half-year cohort is open on {as_of}: entries begin on {first_entry}. "
                       "Give a later --as-of, or name a cohort with --cohort.")
    for each in chosen:
        check_begun(each, as_of, first_entry)
    return list(dict.fromkeys(each.label for each in sorted(chosen, key=lambda each: (each.start, each.months))))


def _made(planned: list[Job], places: Places, found: Counted, keys: PageKeys, make: Callable[..., list[Outcome]]) -> list[Outcome]:
    """The folder's fixed parts, its tables and its pages; nothing of a cohort with a small number left in its tables."""
    fixed_parts(places.folder, {profile for profile, _ in found})
    kept_back = {key for key, each in found.items() if small_left(each, key[0])}
    allowed = [job for job in planned if _key(job) not in kept_back]

    def tables() -> None:
        for profile, word in found.keys() - kept_back:
            write_tables(found[profile, word], places.of(profile) / profile / "tables", word)

    outcomes = make(allowed, {job.place: keys.of(job) for job in allowed}, places, tables)
    return [*outcomes, *(Outcome(job, "withheld", reason=WITHHELD) for job in planned if _key(job) in kept_back)]


def _given_out(profiles: tuple[str, ...], places: Places, outcomes: list[Outcome], found: Counted, hidden: dict, facts: dict, manifest: Manifest) -> list[Outcome]:
    """What became of every page once each release has been looked at: given out whole, or not at all."""
    for profile in (each for each in profiles if policy(each)["threshold"]):
        own = [each for each in outcomes if each.job.parameters["profile"] == profile]
        written_index(profile, places.making, own, found, **facts)
        if withheld(profile, places.making, places.folder):
            outcomes = [replace(each, status="withheld", reason=TELLS_TOO_MUCH.format(profile=profile)) if each in own and each.status == "done" else each
                        for each in outcomes]
        else:
            give_out(profile, places.making, places.folder, found, hidden[profile], manifest=manifest)
    return outcomes


def _counted(profiles: tuple[str, ...], words: list[str], shared: dict, told: Callable) -> tuple[Counted, dict[tuple[str, str], News], dict[str, HeldBack]]:
    """The tables, and what changed since the last run, by profile and cohort, kept for the processes that make pages; what each release hides."""
    found = counted(profiles=profiles, cohorts=words, shared=shared, told=told)
    keys = [each for each in found if each[1] not in WRITTEN_BESIDES]
    changed = {(profile, word): news(shared["data"], shared["source"], word, shared["as_of"], profile) for profile, word in keys}
    hidden = {profile: released_tables(shared["data"], shared["source"], shared["as_of"], profile, HELD) for profile in profiles
              if policy(profile)["threshold"]}
    forget_release()
    forget()
    return found, changed, hidden


def _check(decided: Decided, request: Request, key: str, folder: Path) -> None:
    """Raises CqiError where something that decides the result has changed since the run began, the last run among it."""
    decided.check(request)
    if key != standing.with_last(decided.key, folder.parent, folder.name, request.profiles):
        raise CqiError(CHANGED.format(what="The last run"))


def _key(job: Job) -> tuple[str, str]:
    return job.parameters["profile"], job.word
