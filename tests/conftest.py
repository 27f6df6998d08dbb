"""What every test may lean on: data from outside, a finished run, and an honest account of what could not be tested.

`CQI_NO_SKIPS=1` makes a test fail that would be skipped because a part of the system is missing. `CQI_EXTERNAL_DATA`
names the folder with data from outside; without it the tests marked `external` are skipped, by name.
"""

from __future__ import annotations

import fcntl
import os
import pickle
import shutil
import tempfile
from collections import Counter
from contextlib import contextmanager
from pathlib import Path

import pytest

CACHE = pytest.StashKey[str]()
PARTS = {"browser": "Chromium", "r": "R with survival", "postgres": "a PostgreSQL server", "external": "data from outside (CQI_EXTERNAL_DATA)"}
SYSTEM = ("browser", "r", "postgres")
"""Marks of tests that need a part of the system."""


def pytest_configure(config):
    """Tables that one test process has counted are found by the others, and by notebooks, for as long as the tests run."""
    if "CQI_CACHE" not in os.environ:
        os.environ["CQI_CACHE"] = config.stash[CACHE] = tempfile.mkdtemp(prefix="cqi-tests-")


def pytest_unconfigure(config):
    """The counted tables go with the process that made their place."""
    if place := config.stash.get(CACHE, ""):
        shutil.rmtree(place, ignore_errors=True)
        del os.environ["CQI_CACHE"]


LONG = ("test_standing.py", "test_run.py", "test_cluster.py", "test_engine.py", "test_explore_live.py", "test_journal_postgres.py", "test_text_is_text.py")
"""Files that take a minute or more with few tests: begun first, so that no process is left alone with one at the end."""


def pytest_collection_modifyitems(config, items):
    """Long files first; the others, and tests within a file, as they stand. Tests marked `long` only where CQI_LONG=1 asks for them."""
    if os.environ.get("CQI_LONG") != "1":
        left_out = [item for item in items if item.get_closest_marker("long")]
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]
    items.sort(key=lambda item: LONG.index(item.path.name) if item.path.name in LONG else len(LONG))


@pytest.fixture(scope="session")
def external():
    """A function from a name to that folder of the data from outside; it skips the test where there is none."""

    def folder(name: str) -> Path:
        place = Path(os.environ.get("CQI_EXTERNAL_DATA", "")) / name
        if not os.environ.get("CQI_EXTERNAL_DATA") or not place.is_dir():
            pytest.skip(f"CQI_EXTERNAL_DATA does not name a folder with {name}")
        return place

    return folder


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """A skip for a missing part of the system is a failure where CQI_NO_SKIPS says so."""
    report = yield
    if report.skipped and not hasattr(report, "wasxfail") and os.environ.get("CQI_NO_SKIPS") == "1":
        missing = [PARTS[mark] for mark in SYSTEM if item.get_closest_marker(mark)]
        if missing or not item.get_closest_marker("external"):
            report.outcome = "failed"
            report.longrepr = f"{item.nodeid}: not tested, and CQI_NO_SKIPS=1 allows no gap. Missing: {', '.join(missing) or report.longrepr[-1]}"
    return report


def pytest_terminal_summary(terminalreporter):
    """One line on what was not tested and which part of the system is missing for it."""
    skipped = terminalreporter.stats.get("skipped", [])
    count = Counter(next((words for mark, words in PARTS.items() if mark in report.keywords), "other") for report in skipped)
    told = ", ".join(f"{number} for want of {words}" for words, number in sorted(count.items()))
    terminalreporter.write_line(f"Not tested: {told or 'nothing'}.")


@contextmanager
def made_once(tmp_path_factory, name: str):
    """A folder of this name that all test processes share, held by one of them at a time."""
    own = tmp_path_factory.getbasetemp()
    place = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / name
    place.mkdir(exist_ok=True)
    with open(place / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield place


@pytest.fixture(scope="session")
def small_state(tmp_path_factory):
    """The data of a small state, three counties with a token in every confidential field; nobody changes them, so that they are counted once."""
    from canary import state

    with made_once(tmp_path_factory, "small") as place:
        return place / "data" if (place / "data").is_dir() else state(place / "data")


@pytest.fixture(scope="session")
def finished(tmp_path_factory):
    """A run of a large, a small and a tiny county of the sample state, for both kinds of readers. Made by the test process that wants it first."""
    from cqi.render.run import Request, run
    from running import DATA

    with made_once(tmp_path_factory, "finished") as place:
        if not (made := place / "run.pickle").is_file():
            asked = Request(counties=("Birch", "Bunting", "Heron"), cohorts=("2025H2",), profiles=("internal", "release"), data=DATA, out=place / "reports")
            made.write_bytes(pickle.dumps(run(asked)))
        return pickle.loads(made.read_bytes())
