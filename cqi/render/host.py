"""A crew in a process of its own, started by exec beside a Dask worker: a process with threads, as that is, must not fork.

Its first line of input says what it works on; its first line of output what speaks against working here, if anything. Every further line
is a job with a number; every further line of its output is what became of one. It ends with its input, and all that it has started with it.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from tempfile import mkdtemp

import psutil

from cqi.render import pages
from cqi.render.crew import Crew
from cqi.render.digests import code_digest, inputs_digest
from cqi.render.gate import identifiers
from cqi.render.job import Job
from cqi.render.privacy import helper
from cqi.sources import load
from cqi.tables.reading import INPUTS
from cqi.vocabulary import CqiError

PROBE = "seen"
"""A file in the run's private folder, with a word that only the run knows."""

ANOTHER_PROGRAM = "it has another version of the program, of Python or of a package that pages are made with"
NO_FOLDER = "it does not see the folder of --out as this machine does, or may not write there"
NO_DATA = "it does not see the data of --data as this machine does"


def main() -> None:
    """Works until its input ends."""
    answers, lock = helper(), threading.Lock()

    def say(what: dict) -> None:
        with lock, suppress(OSError):  # nobody is left to hear it: the input has ended too
            answers.write(json.dumps(what) + "\n")
            answers.flush()

    order, crew = json.loads(sys.stdin.buffer.readline()), Future()
    sockets = mkdtemp(prefix="cqi-", dir=order["scratch"])
    threading.Thread(target=_ready, args=(order, sockets, crew, say), daemon=True).start()
    with ThreadPoolExecutor(order["workers"]) as pool:
        for line in sys.stdin.buffer:
            pool.submit(_made, crew, json.loads(line), say)
        _end(sockets)


def program() -> str:
    """What has to be the same wherever pages of one run are made: the program, Python, the packages, and Dask itself."""
    return f"{code_digest()} {version('distributed')}"


def refused(order: dict) -> str:
    """What speaks against making the pages of this order here, in words; empty where nothing does."""
    if order["program"] != program():
        return ANOTHER_PROGRAM
    if not _sees_folder(order):
        return NO_FOLDER
    with suppress(OSError, CqiError):
        if inputs_digest(*order["data"], without=Path(order["out"]).parent) == os.environ[INPUTS].partition(":")[0]:
            return ""
    return NO_DATA


def _sees_folder(order: dict) -> bool:
    with suppress(OSError):
        return (Path(order["private"]) / PROBE).read_text(encoding="ascii") == order["seen"] and os.access(order["out"], os.W_OK | os.X_OK)
    return False


def _ready(order: dict, sockets: str, crew: Future, say: Callable) -> None:
    """Says what speaks against working here; where nothing does, starts the crew."""
    words = refused(order)
    say({"refused": words})
    if words:
        return
    pages.CELL_SECONDS = order["seconds"]
    try:
        ids = identifiers(load(*order["data"]))
        told = {name: order[name] for name in ("engine", "roles", "workers")}
        own = Crew(Path(sockets), **told).__enter__()
        own.prepare(order["tables"], out=Path(order["out"]), ids=ids)
        crew.set_result(own)
    except Exception as error:  # noqa: BLE001 - the run says it; its words may hold a child's value, its kind does not
        crew.set_exception(CqiError(str(error) if isinstance(error, CqiError) else f"it could not begin ({type(error).__name__})"))


def _made(crew: Future, asked: dict, say: Callable) -> None:
    try:
        became = asdict(crew.result().rendered(Job(**asked["job"]), Path(asked["pages"])))
        del became["job"]
    except CqiError as error:
        became = {"refused": str(error)}
    say({"number": asked["number"]} | became)


def _end(sockets: str) -> None:
    for each in psutil.Process().children(recursive=True):
        with suppress(psutil.Error):
            each.kill()
    shutil.rmtree(sockets, ignore_errors=True)
    os._exit(0)


if __name__ == "__main__":
    main()
