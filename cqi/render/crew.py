"""The processes that make a run's pages: a warm parent that forks a child for every notebook, and as many page writers as work at once."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from queue import SimpleQueue

import psutil

from cqi.render import pages
from cqi.render.forked import code, imports, ready, tell, warm_parent
from cqi.render.pages import Outcome
from cqi.render.job import Job, notebook_path

START = """import sys
sys.modules["rfc3987_syntax"] = None
sys.path = [*filter(None, sys.path), ""]
from cqi.render.writer import main
main()"""
PAGE_SECONDS = 2400
"""The longest that one page may take, however many cells it has."""

WRITER_BYTES = 600 * 2**20
"""Memory that a writer and its notebook need at most."""


class Crew:
    """Makes pages, `workers` at once. Its processes start when it is entered, and import what they need while the data are still read.

    `engine`: `fork` runs notebooks in forked children, `kernel` in ordinary kernels; both give the same pages. Where no process can be
    forked, kernels run them. `roles`: the notebooks that it may have to run. `workers`: how many at most; as many as there are processors
    without a number.
    """

    def __init__(self, private: Path, *, engine: str, roles: Sequence[str], workers: int = 0) -> None:
        self.workers = _workers(workers or max(2, os.cpu_count() or 1))
        self._order = {"private": str(private), "warm": str(private) if engine == "fork" and sys.platform == "linux" else ""}
        self._roles = roles
        self._idle: SimpleQueue[_Writer] = SimpleQueue()
        self._writers: list[_Writer] = []
        self._parent: subprocess.Popen | None = None
        self._ended = self._prepared = False
        self._preparing = threading.Lock()

    def __enter__(self) -> Crew:
        try:
            self._start()
        except BaseException:  # as when somebody stops the run meanwhile
            self.end()
            raise
        return self

    def _start(self) -> None:
        if self._order["warm"]:
            self._parent = _warm(Path(self._order["warm"]), self._roles)
        for _ in range(self.workers):
            self._writers.append(_Writer())
            self._idle.put(self._writers[-1])

    def prepare(self, tables: Sequence[Sequence[str]], *, out: Path, ids: frozenset[str]) -> None:
        """Tells its processes what is known once the data are counted; the first page waits for that. `tables`: those that the warm parent
        reads before it forks, [data, source, cohort, as-of day, profile] each; `out`: the run's folder; `ids` must stand on no page."""
        told = {name: value for name, value in os.environ.items() if name.startswith("CQI_")}
        self._order |= {"out": str(out), "ids": sorted(ids), "seconds": pages.CELL_SECONDS, "environment": told}
        for each in self._writers:
            each.say(self._order)
        if self._parent:
            tell(self._parent, list(tables), told)

    def _wait(self) -> None:
        with self._preparing:
            if self._parent and not self._prepared and not ready(self._parent):
                self._order["warm"] = ""  # the writers find no socket, and take kernels
            self._prepared = True

    def __exit__(self, *_) -> None:
        self.end()

    def rendered(self, job: Job, place: Path) -> Outcome:
        """What became of the page, which goes below the place. A writer that ends or hangs is replaced, and the page tried once more."""
        self._wait()
        writer = self._idle.get()
        try:
            for _ in range(2):
                if told := writer.told({"job": asdict(job), "pages": str(place)}):
                    return Outcome(job, **told)
                if self._ended:
                    break
                writer.end()
                writer = self._new()
            return Outcome(job, "failed", reason="The process that writes pages ended twice on this page; the machine may have too little memory.")
        finally:
            self._idle.put(writer)

    def end(self) -> None:
        """Ends every process of the crew, with what it has started."""
        self._ended = True
        for each in list(self._writers):
            each.end()
        if self._parent:
            _kill(self._parent)

    def _new(self) -> _Writer:
        writer = _Writer()
        self._writers.append(writer)  # before it is told anything: it may have to be ended meanwhile
        writer.say(self._order)
        if self._ended:
            writer.end()
        return writer


class _Writer:
    """One page writer, seen from the run."""

    def __init__(self) -> None:
        self._process = subprocess.Popen([sys.executable, "-c", START], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                                         env={**os.environ, "OPENBLAS_NUM_THREADS": "1"}, start_new_session=True)

    def told(self, asked: dict) -> dict:
        """The answer; empty where the writer has ended, or was ended because it took too long."""
        late = threading.Timer(PAGE_SECONDS, self.end)
        late.start()
        try:
            self.say(asked)
            line = self._process.stdout.readline()
        finally:
            late.cancel()
        with suppress(ValueError):
            return json.loads(line)
        return {}

    def end(self) -> None:
        """Ends the process, with what it has started."""
        _kill(self._process)

    def say(self, what: dict) -> None:
        """Tells it something, if it is still there."""
        with suppress(BrokenPipeError):
            self._process.stdin.write(json.dumps(what).encode() + b"\n")
            self._process.stdin.flush()


def _warm(folder: Path, roles: Sequence[str]) -> subprocess.Popen:
    import nbformat

    wanted = [each for role in roles for each in imports(code(nbformat.read(str(notebook_path(role)), as_version=4)))]
    return warm_parent(folder, wanted=wanted)


def _workers(most: int) -> int:
    """As many as that, if the memory that is free is enough for them."""
    room = psutil.virtual_memory().available // WRITER_BYTES
    return max(1, min(most, int(room)))


def _kill(process: subprocess.Popen) -> None:
    if process.poll() is not None:
        return
    with suppress(psutil.Error):
        own = psutil.Process(process.pid)
        for each in (*own.children(recursive=True), own):
            with suppress(psutil.Error):
                each.kill()
    process.wait()
    for pipe in (process.stdin, process.stdout):
        with suppress(OSError):
            pipe.close()
