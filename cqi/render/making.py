"""Making the pages of a run: those that stand already stay, the others are made by a crew, and each is written into the manifest."""

from __future__ import annotations

import shutil
import signal
import stat
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from cqi.disclosure import policy
from cqi.progress import say
from cqi.render.crew import Crew
from cqi.render.gate import refuse_identifiers
from cqi.render.lock import Lock
from cqi.render.manifest import Manifest
from cqi.render.page import ASSETS
from cqi.render.pages import Outcome, make_folder, write_whole
from cqi.render.job import Job
from cqi.vocabulary import CqiError

Progress = Callable[[int, int, Outcome], None]


@dataclass(frozen=True)
class Places:
    """Where a run's pages go: its folder, and below it the private place of what is not given out yet."""

    folder: Path
    making: Path

    def of(self, profile: str) -> Path:
        """Where a profile's pages are made: those that hide small numbers in private, until they have been looked at together."""
        return self.making if policy(profile)["threshold"] else self.folder


def made(planned: list[Job], keys: dict[str, str], places: Places, tables: Callable[[], None], crew: Crew, *, manifest: Manifest, lock: Lock,
         progress: Progress, ids: frozenset[str], anew: bool) -> list[Outcome]:
    """What became of every page, in the order planned. `keys` by place; `tables` writes the tables, while the crew gets ready. Pages that
    the manifest knows by their key, and that are still what they were, stay, unless they are to be made `anew`; others of that name go."""
    standing = {} if anew else {job.place: found for job in planned if (found := _standing(job, keys[job.place], places, manifest, ids))}
    _tidied(places.making, standing)
    tables()
    for number, found in enumerate(standing.values(), 1):
        progress(number, len(planned), found)
    left = [job for job in planned if job.place not in standing]
    for job in left:  # before many processes want them
        for each in (places.of(job.parameters["profile"]), places.folder / "restricted"):
            make_folder((each / job.place).parent)

    def done(number: int, outcome: Outcome) -> None:
        _written_down(outcome, keys[outcome.job.place], manifest)
        lock.beat()
        progress(len(standing) + number, len(planned), outcome)

    own = {outcome.job.place: outcome for outcome in _rendered(left, places, crew, manifest, keys, done)}
    return [(standing | own)[job.place] for job in planned]


def _standing(job: Job, key: str, places: Places, manifest: Manifest, ids: frozenset[str]) -> Outcome | None:
    """The page as it was made before, in its place; None where it has to be made, or holds an id that the data have now."""
    place, before = places.of(job.parameters["profile"]) / job.place, manifest.finished(job.place, key)
    for path in (place, places.folder / job.place) if before else ():
        with suppress(OSError, CqiError):
            text = path.read_bytes()
            if sha256(text).hexdigest() == before.sha256:
                refuse_identifiers(text.decode(), ids)
                if path != place:
                    make_folder(place.parent)
                    shutil.copyfile(path, place)
                return Outcome(job, "done", answer=before.answer, sha256=before.sha256, stood=True)
    return None


def _tidied(making: Path, standing: dict[str, Outcome]) -> None:
    """Takes away what a run that died left in private, but for the pages that stand."""
    for path in making.rglob("*"):
        if path.is_file() and path.relative_to(making).as_posix() not in standing:
            path.unlink()


def _written_down(outcome: Outcome, key: str, manifest: Manifest) -> None:
    if outcome.status == "done":
        manifest.done(outcome.job.place, key, outcome.sha256, outcome.answer, outcome.seconds)
    else:
        manifest.failed(outcome.job.place, key, outcome.reason)


def _rendered(planned: list[Job], places: Places, crew: Crew, manifest: Manifest, keys: dict[str, str],
              done: Callable[[int, Outcome], None]) -> list[Outcome]:
    """Renders the pages, as many at once as the crew has workers. One SIGINT lets those that are being made be finished, a second does not."""
    if not planned:
        return []

    def rendered(job: Job) -> Outcome:
        manifest.started(job.place, keys[job.place])
        return crew.rendered(job, places.of(job.parameters["profile"]))

    with ThreadPoolExecutor(crew.workers) as pool:
        waiting = [pool.submit(rendered, job) for job in planned]
        try:
            with _stoppable(waiting) as stopping:
                for number, future in enumerate(_finished(waiting), 1):
                    done(number, future.result())
            if stopping.is_set():
                raise KeyboardInterrupt
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            crew.end()
            raise
    return [future.result() for future in waiting]


def _finished(waiting: list[Future]) -> Iterator[Future]:
    return (future for future in as_completed(waiting) if not future.cancelled())


@contextmanager
def _stoppable(waiting: list[Future]) -> Iterator[threading.Event]:
    """Meanwhile the first SIGINT sets the event and takes back what has not begun; the second interrupts at once."""
    stopping = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield stopping
        return

    def stop(*_) -> None:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        stopping.set()
        say("Stopping when the pages that are being made are finished; interrupt once more to stop at once.", sys.stderr)
        for future in waiting:
            future.cancel()

    before = signal.signal(signal.SIGINT, stop)
    try:
        yield stopping
    finally:
        signal.signal(signal.SIGINT, before)


def fixed_parts(folder: Path, profiles: set[str]) -> None:
    """The stylesheet, and the folders that are not for everyone: `restricted` is its owner's; so is `internal`, until its owner lets
    a group in. Everything else is for the readers whom the user's own umask lets in."""
    for name, most in (("restricted", 0o700), *((each, 0o770) for each in profiles & {"internal"})):
        part = folder / name
        before = stat.S_IMODE(part.stat().st_mode) if part.is_dir() else 0o700
        part.mkdir(parents=True, exist_ok=True)
        part.chmod(before & most)
    for each in ASSETS.iterdir():
        write_whole(folder / "assets" / each.name, each.read_text(encoding="utf-8"))
