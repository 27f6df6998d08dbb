"""A real `cqi explore`, asked for its pages as a browser, a script or an intruder would ask."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import nbformat
import psutil

from running import ROOT

LONG = 60
"""Seconds that anything may take on a machine that is busy; nothing waits so long where the machine is not."""


@dataclass
class Answer:
    """What a server said."""

    status: int
    headers: http.client.HTTPMessage
    text: str


@dataclass
class Server:
    """A running `cqi explore`."""

    process: subprocess.Popen
    address: str
    """With the key."""
    cookies: dict[str, str] = field(default_factory=dict)

    @property
    def port(self) -> int:
        """Where it listens."""
        return urlsplit(self.address).port

    @property
    def key(self) -> str:
        """What opens it."""
        return self.address.partition("key=")[2]

    @property
    def netloc(self) -> str:
        """Host and port."""
        return f"127.0.0.1:{self.port}"

    def ask(self, path: str, method: str = "GET", *, body: str = "", cookies: dict[str, str] | None = None, **headers: str) -> Answer:
        """The answer to one request, its path sent as it is; redirects are not followed."""
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=LONG)
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if cookies:
            sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in cookies.items())
        try:
            line.request(method, path, body=body or None, headers=sent)
            found = line.getresponse()
            return Answer(found.status, found.headers, found.read().decode("utf-8", "replace"))
        finally:
            line.close()

    def entered(self) -> dict[str, str]:
        """The cookies of somebody new who has shown the key."""
        return cookies_of(self.ask(f"/login?key={self.key}"))

    def kernels(self) -> list[psutil.Process]:
        """Its kernels."""
        return psutil.Process(self.process.pid).children(recursive=True)


def cookies_of(answer: Answer) -> dict[str, str]:
    """The cookies that an answer sets."""
    return dict(line.partition(";")[0].split("=", 1) for line in answer.headers.get_all("Set-Cookie") or [])


def kernel_of(page: Answer) -> str:
    """The number of the kernel behind a page."""
    return json.loads(re.search(r'id="jupyter-config-data"[^>]*>(.*?)</script>', page.text, re.S).group(1))["kernelId"]


@contextmanager
def serving(*words: str, changed: str = "", **environment: str) -> Iterator[Server]:
    """`cqi explore` with these words on a port that is free, ended afterwards. `changed`: Python that runs before it, as to shorten a limit."""
    asked = ["explore", *words, "--port", "0", "--no-browser"]
    program = f"{changed}\nfrom cqi.cli import main\nraise SystemExit(main({asked!r}))"
    process = subprocess.Popen([sys.executable, *(["-c", program] if changed else ["-m", "cqi", *asked])], cwd=ROOT, stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, text=True, encoding="utf-8", env={**os.environ, "PYTHONPATH": str(ROOT), **environment})
    try:
        yield Server(process, _address(process))
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.communicate(timeout=LONG)
        except subprocess.TimeoutExpired:
            process.kill()
            raise


def _address(process: subprocess.Popen) -> str:
    for line in process.stdout:
        if found := re.search(r"https?://\S+", line):
            return found.group()
    raise AssertionError(f"not begun: {process.communicate()[1]}")


def until(found: Callable[[], object], *, seconds: float = LONG):
    """What `found` returns once it is anything; fails when it has been nothing for so long."""
    ends = time.monotonic() + seconds
    while not (value := found()):
        assert time.monotonic() < ends, "waited too long"
        time.sleep(0.05)
    return value


def small_run(folder: Path, *days: str, profiles: tuple[str, ...] = ("release",)) -> Path:
    """Finished runs of these days with next to nothing in them."""
    for day in days or ("2026-06-30",):
        for profile in profiles:
            tables = folder / day / profile / "tables"
            tables.mkdir(parents=True)
            (tables / "2025h2-course.csv").write_text("measure,county,cohort,as_of\n", encoding="utf-8")
        (folder / day / "run.json").write_text(json.dumps({"as_of": day, "parameters": {"profiles": list(profiles)}}), encoding="utf-8")
    return folder


def small_notebook(folder: Path, *cells: str) -> Path:
    """A folder with an explore notebook of these cells, for CQI_NOTEBOOKS."""
    folder.mkdir(exist_ok=True)
    first = nbformat.v4.new_code_cell('run, profile, journal = "", "", ""', metadata={"tags": ["parameters"]})
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    nbformat.write(nbformat.v4.new_notebook(cells=[first, *map(nbformat.v4.new_code_cell, cells)], metadata=kernel), folder / "explore.ipynb")
    return folder
