"""What a Dask worker does for a run: it keeps one host of a crew, gives it pages, and ends it as soon as nobody wants any from here.

A host lives between pages, so that a crew starts once. It ends when the run says so, when the worker ends (its input closes then), when
the scheduler or the run is lost (its pages are no longer wanted), and when it has had no page for a while.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, wait
from contextlib import suppress
from itertools import count

START = """import sys
sys.modules["rfc3987_syntax"] = None
sys.path = [*filter(None, sys.path), ""]
from cqi.render.host import main
main()"""
LOOK_SECONDS = 0.5
IDLE_SECONDS = 3.0
"""A host without a page for so long ends; one that is asked for a page later starts anew."""
END_SECONDS = 2.0
ENDED_TWICE = "The processes that make pages ended twice on this page; the machine that made it may have too little memory."
ENDED_AT_ONCE = "the process that makes pages there ended as soon as it was started"
WANTED, AT_WORK = ("executing", "long-running"), ("running", "paused", "closing_gracefully")

_hosts: dict[str, _Host] = {}
_lock = threading.Lock()


def page(order: dict, job: dict, pages: str) -> dict:
    """What became of a page, which goes below the folder `pages`: fields of an Outcome, or `refused`, why this worker makes none. A task of
    Dask: never raises, so that no log of its workers says more than that."""
    from distributed import get_worker

    worker = get_worker()
    key = worker.get_current_task()
    for _ in range(2):
        found = _host(order, worker).told({"job": job, "pages": pages}, lambda: _wanted(worker, key))
        if found or not _wanted(worker, key):
            return found
    return {"status": "failed", "reason": ENDED_TWICE}


async def look(order: dict, dask_worker) -> str:
    """What speaks against making pages here, in words; empty where nothing does, and then the host begins to get ready."""
    return await asyncio.to_thread(lambda: _host(order, dask_worker).refused())


def leave(private: str) -> None:
    """Ends the host of the run whose private folder this is."""
    if found := _hosts.get(private):
        found.end()


def _host(order: dict, worker) -> _Host:
    with _lock:
        for name in [name for name, each in _hosts.items() if each.ended]:
            del _hosts[name]
        if order["private"] not in _hosts:
            _hosts[order["private"]] = _Host(order, workers=worker.state.nthreads, scratch=worker.local_directory)
        return _hosts[order["private"]]


def _wanted(worker, key) -> bool:
    """Whether the scheduler still waits for the task: it does not when the run is gone, nor when it is itself."""
    task = worker.state.tasks.get(key)
    return task is not None and task.state in WANTED and worker.status.name in AT_WORK


class _Host:
    """A crew's host, seen from the Dask worker that has started it."""

    def __init__(self, order: dict, *, workers: int, scratch: str) -> None:
        self.ended = False
        self._waiting: dict[int, Future] = {}
        self._numbers, self._lock, self._last, self._refused = count(), threading.Lock(), time.monotonic(), Future()
        own = {name: value for name, value in os.environ.items() if not name.startswith("CQI_")}
        self._process = subprocess.Popen([sys.executable, "-c", START], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                         stderr=subprocess.DEVNULL, env=own | order["environment"], start_new_session=True)
        self._say(order | {"workers": workers, "scratch": scratch})
        for work in (self._listen, self._end_when_idle):
            threading.Thread(target=work, daemon=True).start()

    def refused(self) -> str:
        """What the host says against working here; empty where nothing is."""
        return self._refused.result()["refused"]

    def told(self, asked: dict, wanted: Callable[[], bool]) -> dict:
        """The answer; empty where the host has ended, or was ended because the page is no longer `wanted`."""
        number, answer = next(self._numbers), Future()
        self._waiting[number] = answer
        try:
            if not self._heard(self._refused, wanted):
                return {}
            if words := self.refused():
                return {"refused": words}
            self._say(asked | {"number": number})
            return answer.result() if self._heard(answer, wanted) else {}
        finally:
            del self._waiting[number]
            self._last = time.monotonic()

    def end(self) -> None:
        """Ends the process, and what it has started."""
        self.ended = True
        with self._lock, suppress(OSError):
            self._process.stdin.close()
        try:
            self._process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()

    def _heard(self, answer: Future, wanted: Callable[[], bool]) -> bool:
        """Waits for the answer; False where the host has ended, and it ends when the answer is no longer wanted."""
        while not wait([answer], LOOK_SECONDS).done:
            if not wanted():
                self.end()
            if self.ended:
                break
        return answer.done()

    def _say(self, what: dict) -> None:
        with self._lock, suppress(OSError, ValueError):  # it has ended
            self._process.stdin.write(json.dumps(what).encode() + b"\n")
            self._process.stdin.flush()

    def _listen(self) -> None:
        """Hands out the host's answers, until it has ended."""
        for line in self._process.stdout:
            with suppress(ValueError):
                said = json.loads(line)
                (self._waiting.get(said.pop("number"), Future()) if "number" in said else self._refused).set_result(said)
        self.ended = True
        if not self._refused.done():
            self._refused.set_result({"refused": ENDED_AT_ONCE})
        self._process.stdout.close()
        self._process.wait()

    def _end_when_idle(self) -> None:
        while not self.ended:
            time.sleep(LOOK_SECONDS)
            if self._waiting or not self._refused.done():
                self._last = time.monotonic()
            elif time.monotonic() - self._last > IDLE_SECONDS:
                self.end()
