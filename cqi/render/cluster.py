"""A crew on the workers of a Dask cluster: one page a task, and what became of it comes back to the run.

The ids of children do not travel, nor do tables: every worker reads them where the run does, in folders that all machines share.
"""

from __future__ import annotations

import logging
import os
import re
import secrets
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import CancelledError
from contextlib import contextmanager, suppress
from dataclasses import asdict
from pathlib import Path

from cqi.render import pages, station
from cqi.render.digests import file_digest
from cqi.render.host import ANOTHER_PROGRAM, PROBE, program
from cqi.render.pages import Outcome
from cqi.render.job import Job
from cqi.render.surroundings import OWN_FOLDERS
from cqi.vocabulary import CqiError

ADDRESS = re.compile(r"local:(?P<workers>[1-9]\d{0,2})|(?:tcp|tls)://[^\s/]+")
CONNECT_SECONDS = 10
LOOK_SECONDS = 1.0
NOBODY_SECONDS = 60
"""How long a run waits for a worker where none is left; one that was killed is back within seconds."""
SEEN_SECONDS = 90
"""How long a page may need to be seen here: machines that share a folder may remember what stood there before for a minute."""
END_SECONDS = 2.0
TRIES = 3
"""How often a page is asked for that a worker gives back, because it is told to end."""
LOCAL = {"distributed.scheduler.allowed-failures": 0, "distributed.scheduler.http.routes": [], "distributed.worker.http.routes": []}
"""Dask's settings for workers here: a page whose worker dies is tried once more, alone, and nothing is shown on the network."""

NOT_INSTALLED = '--cluster needs Dask, which is not installed: pip install "cqi-workbook[cluster]"'
NO_ADDRESS = "--cluster says where Dask's scheduler is: tcp://scheduler:8786, tls://scheduler:8786, or local:4 for four workers on this machine."
LOST = ("Dask's scheduler is gone ({address}). Pages that were finished are whole: start it again, then cqi review --resume makes the rest; "
        "so does the same command without --cluster, on this machine alone.")
NOBODY = ("Dask's scheduler at {address} has no workers any more. Pages that were finished are whole: start workers, then cqi review --resume "
          "makes the rest.")
UNFIT = "Pages cannot be made on this cluster. {who}. All machines need the same program and packages, and the same folders under the same names."
KILLED = "The worker that made this page was ended each time; its machine may have too little memory."


def checked_address(cluster: str) -> str:
    """The address as it was given. Raises CqiError where it is none, or where Dask is not installed."""
    if not ADDRESS.fullmatch(cluster):
        raise CqiError(NO_ADDRESS)
    try:
        import cryptography  # noqa: F401
        import distributed  # noqa: F401
    except ImportError:
        raise CqiError(NOT_INSTALLED) from None
    return cluster


class ClusterCrew:
    """Makes pages on the workers of a cluster, as a Crew does here. `cluster`: its scheduler's address, or `local:4`; `data`: folder and
    source of the data, from which each worker reads the ids that must stand on no page.

    Raises CqiError, before any page is made, where a worker has another program or does not see the folders; later, where the scheduler
    is lost.
    """

    def __init__(self, private: Path, *, engine: str, roles: Sequence[str], cluster: str, data: tuple[str, str]) -> None:
        self._address, self._private, self.workers = checked_address(cluster), private, 0
        self._order = {"private": str(private), "engine": engine, "roles": list(roles), "data": list(data), "program": program(), "seen": secrets.token_hex()}
        self._local = self._client = None
        self._ended, self._alone, self._looking = False, threading.Lock(), threading.Lock()
        self._looked, self._nobody = 0.0, 0

    def __enter__(self) -> ClusterCrew:
        return self

    def prepare(self, tables: Sequence[Sequence[str]], *, out: Path, ids: frozenset[str]) -> None:
        """Finds the workers, which begin to read the tables: [data, source, cohort, as-of day, profile] each. `out`: the run's folder; the
        `ids` are too many to be sent, each worker reads them from the data."""
        told = {name: value for name, value in os.environ.items() if name.startswith("CQI_") or name in OWN_FOLDERS}
        self._order |= {"tables": list(tables), "out": str(out), "environment": told, "seconds": pages.CELL_SECONDS}
        (self._private / PROBE).write_text(self._order["seen"], encoding="ascii")
        try:
            self._connect()
            self._look()
        except BaseException:
            self.end()
            raise

    def __exit__(self, *_) -> None:
        self.end()

    def rendered(self, job: Job, place: Path) -> Outcome:
        """What became of the page, which goes below the place. One whose workers died is tried again while no other such page is."""
        from distributed.scheduler import KilledWorker

        with suppress(KilledWorker):
            return self._made(job, place)
        with self._alone, suppress(KilledWorker):
            return self._made(job, place)
        return Outcome(job, "failed", reason=KILLED)

    def end(self) -> None:
        """Ends what the workers keep for this run, the connection, and workers of its own."""
        if self._ended:
            return
        self._ended = True
        if self._client:
            if self._client.status == "running":
                leaving = threading.Thread(target=self._leave, daemon=True)
                leaving.start()
                leaving.join(END_SECONDS)
            with suppress(Exception):
                self._client.close(timeout=END_SECONDS)
        if self._local:
            with suppress(Exception):
                self._local.close(timeout=END_SECONDS)

    def _leave(self) -> None:
        with suppress(Exception):  # a worker that cannot be told notices that it is no longer asked
            self._client.run(station.leave, str(self._private), on_error="ignore")

    def _connect(self) -> None:
        """The connection, and how many pages are on their way at once: one for each thread of a worker, and one that waits for it."""
        from dask import config
        from distributed import Client, LocalCluster

        for name in [name for name in logging.root.manager.loggerDict if name.partition(".")[0] == "distributed"]:
            logging.getLogger(name).setLevel(logging.CRITICAL)
        with _in_words(f"No Dask scheduler answers at {self._address}; start it, or correct --cluster."):
            if number := int(ADDRESS.fullmatch(self._address)["workers"] or 0):
                with config.set(LOCAL):
                    self._local = LocalCluster(n_workers=number, threads_per_worker=1, security=True, dashboard_address=None, memory_limit=0,
                                               local_directory=str(self._private), silence_logs=logging.CRITICAL)
            self._client = Client(self._local or self._address, timeout=CONNECT_SECONDS, set_as_default=False)
        with _in_words(f"Dask's scheduler at {self._address} has no workers; start some there (dask worker {self._address})."):
            self._client.wait_for_workers(1, timeout=CONNECT_SECONDS)
        threads = self._client.nthreads()
        self.workers = sum(threads.values()) + len(threads)

    def _look(self) -> None:
        """Raises CqiError where the scheduler or a worker cannot make pages as this machine does, and says which, and why."""
        try:
            here = self._client.run_on_scheduler(program)
        except Exception:  # noqa: BLE001 - what it cannot import is the reason
            here = ""
        said = {} if here == self._order["program"] else {self._address: ANOTHER_PROGRAM}
        with _in_words(LOST.format(address=self._address)):
            said |= self._client.run(station.look, self._order, on_error="return")
        if said := {who: ANOTHER_PROGRAM if isinstance(words, Exception) else words for who, words in said.items()
                    if words and not isinstance(words, OSError)}:  # an OSError: it is gone
            raise _unfit(said)

    def _made(self, job: Job, place: Path) -> Outcome:
        """The page once its worker has made it, and it is seen here. Raises KilledWorker where its workers died, CqiError where none can be asked."""
        told = next(filter(None, (self._answer(job, place) for _ in range(TRIES))), {"status": "failed", "reason": KILLED})
        if words := told.get("refused"):
            raise _unfit({"a worker": words})
        outcome = Outcome(job, **told)
        if outcome.status == "done":
            self._wait_until_seen(place / job.place, outcome.sha256)
        return outcome

    def _answer(self, job: Job, place: Path) -> dict:
        from distributed.scheduler import KilledWorker

        try:
            future = self._client.submit(station.page, self._order, asdict(job), str(place), pure=False)
            while True:
                with suppress(TimeoutError):
                    return future.result(timeout=LOOK_SECONDS)
                self._check_there()
        except (KilledWorker, CqiError):
            raise
        except (CancelledError, Exception) as error:  # noqa: BLE001 - Dask has many ways to say that a connection is gone
            if self._client.status == "running" and not isinstance(error, (CancelledError, OSError)):
                raise _unfit({"a worker": ANOTHER_PROGRAM}) from None
            raise CqiError(LOST.format(address=self._address)) from None

    def _check_there(self) -> None:
        """Raises CqiError where the scheduler is gone, or has had no worker for a while."""
        if self._ended or self._client.status != "running":
            raise CqiError(LOST.format(address=self._address))
        with self._looking:
            if time.monotonic() - self._looked < LOOK_SECONDS:
                return
            self._nobody = 0 if self._client.nthreads() else self._nobody + 1
            self._looked = time.monotonic()
        if self._nobody * LOOK_SECONDS > NOBODY_SECONDS:
            raise CqiError(NOBODY.format(address=self._address))

    def _wait_until_seen(self, path: Path, digest: str) -> None:
        until = time.monotonic() + SEEN_SECONDS
        while time.monotonic() < until:
            with suppress(OSError):
                if file_digest(path) == digest:
                    return
            time.sleep(0.1)
        raise CqiError(f"{path}: a worker has made this page, and it is not seen here; --out must be one folder, shared by all machines.")


@contextmanager
def _in_words(words: str) -> Iterator[None]:
    """Whatever is raised meanwhile becomes a CqiError with these words: Dask's own may hold what it was sent."""
    try:
        yield
    except Exception:  # noqa: BLE001
        raise CqiError(words) from None


def _unfit(said: dict[str, str]) -> CqiError:
    who = "; ".join(f"{who}: {words}" for who, words in sorted(said.items()))
    return CqiError(UNFIT.format(who=who))
