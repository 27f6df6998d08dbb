"""What stands already: which pages need not be made again, because nothing that they show has changed."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from cqi.cohorts import cohort
from cqi.journal.slip import Slip
from cqi.news import News, last_run, shown_news
from cqi.render.condensed import Condensed
from cqi.render.counted import Counted
from cqi.render.digests import code_digest, definitions_digest, file_digest, folder_digests, inputs_digest, notebook_digest, page_key, plain, tables_digest
from cqi.render.lock import FolderHeld, held
from cqi.render.manifest import PLACE, Manifest
from cqi.render.job import NOTEBOOKS, Job
from cqi.tables.answered import slips_digest
from cqi.tables.backtested import backtested
from cqi.tables.ledger import ledger_path
from cqi.tables.said import Said, said_digest, said_of
from cqi.tables.shown import shown_past
from cqi.vocabulary import WHOLE

OF_A_COUNTY = ("review", "official")


@dataclass(frozen=True)
class Program:
    """Digests of all that makes pages out of data: the program, its definitions, the notebooks by role."""

    code: str
    definitions: str
    notebooks: dict[str, str]

    @classmethod
    def now(cls) -> Program:
        """As they are at this moment."""
        return cls(code_digest(), definitions_digest(), {role: notebook_digest(role) for role in NOTEBOOKS})


def data_digests(request) -> tuple[str, str]:
    """Digests of the request's data and of the last extract, if there is one. Raises CqiError for data that is not there."""
    out = Path(request.out)
    return (inputs_digest(request.data, request.source, without=out),
            inputs_digest(request.since, request.source, without=out) if request.since else "")


def request_key(asked: dict, data: tuple[str, str], program: Program, said: Said | None = None, slips: tuple[Slip, ...] = ()) -> str:
    """The key of a whole run: it changes when anything does that decides what its pages show, what stakeholders `said` and teams answered (`slips`) among it."""
    told = [{name: value for name, value in asked.items() if name not in ("data", "since", "engine", "cluster", "journal")}, data, program.code,
            program.definitions, program.notebooks, said_digest(said), slips_digest(slips)]
    return sha256(repr(plain(told)).encode()).hexdigest()


def with_last(key: str, out: Path, as_of: str, profiles: Iterable[str]) -> str:
    """The key of a run whose as-of date is known: it changes too with the last run, which its pages are compared with."""
    lasts = [last_run(out, as_of, profile) for profile in profiles]
    return sha256(repr([key, *(last and last.digest for last in lasts)]).encode()).hexdigest()


class PageKeys:
    """The key of every page of a run: what it shows, with what it is made."""

    def __init__(self, found: Counted, program: Program, *, earlier: str = "", said: Said | None = None, slips: tuple[Slip, ...] = (),
                 news: dict[tuple[str, str], News] | None = None) -> None:
        self._news = news or {}
        self._found, self._program, self._earlier, self._said, self._slips = found, program, earlier, said, slips
        self._pasts: dict[str, str] = {}
        self._condensed: tuple[tuple[str, str], Condensed] | None = None

    def of(self, job: Job) -> str:
        """The key of one page."""
        parameters = job.parameters
        own = [self._shown(job), self._past(job)]
        if job.role == "review":
            own.append(said_digest(said_of(self._said, parameters["county"], cohort(job.word).label, parameters["profile"])))
            own.append(tables_digest(shown_news(self._news[parameters["profile"], job.word], parameters["county"])) if self._news else "")
        if job.role == "working":
            own.append(slips_digest(self._slips, parameters["profile"]))
        return page_key(job, notebook=self._program.notebooks[job.role], shown=[*own, self._earlier if parameters.get("since") else ""],
                        program=self._program.code, definitions=self._program.definitions)

    def _shown(self, job: Job) -> str:
        place = job.parameters["profile"], job.word
        if job.role not in OF_A_COUNTY or job.parameters["county"] == WHOLE:
            return tables_digest(self._found[place])
        if not self._condensed or self._condensed[0] != place:
            self._condensed = place, Condensed(self._found[place])  # of one cohort at a time: pages come in their order
        return self._condensed[1].of(job.parameters["county"])

    def _past(self, job: Job) -> str:
        profile = job.parameters["profile"]
        if profile not in self._pasts:
            past = backtested(*(job.parameters[name] for name in ("data", "source", "as_of")), profile)
            self._pasts[profile] = tables_digest(shown_past(past))
        return self._pasts[profile]


def published(folder: Path, profiles: Iterable[str]) -> dict[str, str]:
    """Digests of the files of these profiles' releases in the folder, and of the ledgers beside it, by path."""
    own = [path for name in (*profiles, "assets") for path in (folder / name).rglob("*") if path.is_file()]
    ledgers = [path for profile in profiles if (path := ledger_path(folder.parent, profile)).is_file()]
    return folder_digests(folder, own) | {f"../{path.name}": file_digest(path) for path in ledgers}


def unchanged(out: Path, key: str, profiles: Iterable[str]) -> tuple[Path, int] | None:
    """The folder of a run with this key, of the request without its last run, that was wholly done and is still what it was, with how many pages it has; None where there is none."""
    for place in sorted(out.glob(f"*/{PLACE}"), reverse=True):
        folder = place.parents[1]
        with suppress(FolderHeld), held(folder), Manifest(folder) as manifest:
            end = manifest.last_end
            if end and (end.key, end.status) == (with_last(key, out, folder.name, profiles), "done") and all(_is(folder / name, digest) for name, digest in end.files.items()):
                return folder, sum(name.endswith(".html") and not name.endswith("index.html") for name in end.files)
    return None


def unfinished(out: Path) -> dict | None:
    """What was asked of the run below `out` that began last and did not come to its end; None where every run did."""
    for place in sorted(out.glob(f"*/{PLACE}"), key=lambda each: each.stat().st_mtime, reverse=True):
        with held(place.parents[1]), Manifest(place.parents[1]) as manifest:
            if asked := manifest.unfinished:
                return asked
    return None


def _is(path: Path, digest: str) -> bool:
    with suppress(OSError):
        return file_digest(path) == digest
    return False
