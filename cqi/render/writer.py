"""A page writer: a process that makes one page after the other and never forks, so that the engine that draws charts starts once.

Its first line of input says where it works: `out`, `private`, `warm` (the folder of a warm parent's socket, or empty), `ids`, and what its
`environment` holds by then. Every further line is a job with the folder for its page; every line of its output is what became of it. It ends with its input, or with the run.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from dataclasses import asdict
from pathlib import Path

import psutil

from cqi.render import pages
from cqi.render.job import Job
from cqi.render.privacy import helper

LOOK_SECONDS = 1.0


def main() -> None:
    """Works until its input ends."""
    answers = helper()
    threading.Thread(target=_gone_with, args=(os.getppid(),), daemon=True).start()
    pages.prepare()
    if not (line := sys.stdin.buffer.readline()):
        return  # the run has ended before it knew its pages
    order = json.loads(line)
    os.environ.update(order["environment"])
    pages.CELL_SECONDS, pages.RUN_FOLDER = order["seconds"], Path(order["out"])
    out, private, warm, ids = pages.RUN_FOLDER, Path(order["private"]), order["warm"], frozenset(order["ids"])
    for line in sys.stdin.buffer:
        asked = json.loads(line)
        outcome = pages.rendered(Job(**asked["job"]), out, Path(asked["pages"]), private, ids, warm=warm)
        told = {name: value for name, value in asdict(outcome).items() if name != "job"}
        answers.write(json.dumps(told) + "\n")
        answers.flush()


def _gone_with(run: int) -> None:
    """Ends this process, and the kernel that it waits for, when the run is gone."""
    while os.getppid() == run:
        time.sleep(LOOK_SECONDS)
    for each in psutil.Process().children(recursive=True):
        each.kill()
    os._exit(1)


if __name__ == "__main__":
    main()
