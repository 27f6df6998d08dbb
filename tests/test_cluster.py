"""Pages made by Dask's workers: the same bytes as here, also when a worker, the scheduler or the run is killed; nothing goes on running."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from canary import Canaries, planted
from cqi.render import cluster, host
from cqi.render.cluster import ClusterCrew, checked_address
from cqi.render.digests import inputs_digest
from cqi.tables.reading import INPUTS
from cqi.vocabulary import CqiError
from faulty import ASKED, DAY, LEFT_SECONDS, Trial, differing, digests, hidden, small_run, waited
from running import ROOT, notebooks_with

INTERNAL = ASKED[:-2]
PAGES = 10
START_SECONDS = 60


@dataclass(frozen=True)
class Small:
    """The small state, what a run of it on this machine gives, and a place for runs of it on workers."""

    data: Path
    place: Path
    whole: dict[str, str]

    def run(self, name: str, *words: str, **environment: str) -> Trial:
        """The same run, started, with more words; below `name`, where a run may have been before."""
        own = {"CQI_CACHE": os.environ["CQI_CACHE"]} | environment
        return small_run(self.place / name, self.data, self.out(name), *words, asked=INTERNAL, **own)

    def resumed(self, name: str) -> Trial:
        """What was stopped there, resumed."""
        return Trial(self.place / name, "--resume", "--out", str(self.out(name)), CQI_CACHE=os.environ["CQI_CACHE"])

    def out(self, name: str) -> Path:
        """Where the pages of that run go."""
        return self.place / name / "out"


class Dask:
    """A scheduler and two workers on loopback, started as their users start them, each with a home and a log below `place`."""

    def __init__(self, place: Path) -> None:
        self.place, self._started = place, []
        self.scheduler, self.address = None, ""

    def begin(self, workers: int) -> None:
        """Starts the scheduler, where the last one was if there was one, and so many workers, which come when they come."""
        said = self.place / "scheduler.json"
        said.unlink(missing_ok=True)
        self.scheduler = self._start("scheduler", "--host", "127.0.0.1", "--port", self.address.rpartition(":")[2] or "0", "--no-dashboard",
                                     "--scheduler-file", str(said))
        assert waited(lambda: said.is_file() and said.read_text().endswith("}"), START_SECONDS)
        self.address = json.loads(said.read_text())["address"]
        self.worker("--nworkers", str(workers))

    def worker(self, *words: str, program: Path = ROOT) -> subprocess.Popen:
        """A worker with one thread, of the program that is there."""
        return self._start("worker", self.address, "--nthreads", "1", "--no-dashboard", "--local-directory", str(self.place / "scratch"), *words,
                           program=program)

    def at_work(self) -> list[psutil.Process]:
        """The workers that have started a process which makes pages."""
        return [each for started in self._started for each in _children(started.pid) if any(map(_makes_pages, _children(each.pid)))]

    def end(self) -> None:
        """Ends all of it."""
        for each in self._started:
            for own in (*_children(each.pid), each):
                with suppress(psutil.Error):
                    own.kill()
            each.wait()

    def _start(self, what: str, *words: str, program: Path = ROOT) -> subprocess.Popen:
        (self.place / "home").mkdir(parents=True, exist_ok=True)
        kept = {name: value for name, value in os.environ.items() if not name.startswith("CQI_")}
        with open(self.place / f"{what}-{len(self._started)}.log", "wb") as log:
            self._started.append(subprocess.Popen(
                [sys.executable, "-m", f"distributed.cli.dask_{what}", *words], cwd=self.place, stdout=log, stderr=log, start_new_session=True,
                env=kept | {"HOME": str(self.place / "home"), "PYTHONPATH": str(program)}))
        return self._started[-1]


def _children(pid: int) -> list[psutil.Process]:
    with suppress(psutil.Error):
        return psutil.Process(pid).children()
    return []


def _makes_pages(process: psutil.Process) -> bool:
    with suppress(psutil.Error):
        return "cqi.render.host" in " ".join(process.cmdline())
    return False


@pytest.fixture(scope="module")
def small(tmp_path_factory, small_state):
    """The small state and its run on this machine."""
    place = tmp_path_factory.mktemp("cluster")
    found = Small(small_state, place, {})
    ended = found.run("here").ended()
    assert ended.code == 0, ended.told
    return Small(small_state, place, digests(found.out("here")))


@pytest.fixture(scope="module")
def dask(tmp_path_factory):
    """A scheduler and two workers."""
    found = Dask(tmp_path_factory.mktemp("dask"))
    found.begin(2)
    yield found
    found.end()


# ---- runs on workers -----------------------------------------------------------------------------------------------------

def test_a_worker_that_is_killed_costs_only_its_pages_on_their_way(small, dask):
    trial = small.run("one less", "--cluster", dask.address)
    assert trial.until_pages(1) and waited(lambda: len(dask.at_work()) == 2, LEFT_SECONDS)
    dask.at_work()[0].kill()
    ended = trial.ended()
    assert (ended.code, ended.left) == (0, []), ended.told
    assert differing(whole(small.out("one less")), small.whole) == [] and waited(lambda: dask.at_work() == [], LEFT_SECONDS)


@pytest.mark.long
def test_killed_in_every_part_it_makes_the_same_pages(small, dask):
    trial = small.run("killed", "--cluster", dask.address)
    assert trial.until_pages(1) and waited(lambda: len(dask.at_work()) == 2, LEFT_SECONDS)
    trial.send(signal.SIGKILL)
    assert trial.ended().left == [] and dask.at_work() == []

    before, trial = made(small), small.resumed("killed")
    assert trial.until_pages(len(before) + 1)
    dask.at_work()[0].kill()
    assert trial.until_pages(len(made(small)) + 2)  # the other worker goes on, and so does one in the place of the first
    dask.scheduler.kill()
    ended = trial.ended()
    assert (ended.code, ended.left) == (2, []) and "scheduler is gone" in ended.last and "--resume" in ended.last and " 0 failed" in ended.told
    assert dask.at_work() == [] and not (small.out("killed") / DAY / "internal/index.html").exists()

    before = made(small)
    dask.begin(1)
    ended = small.resumed("killed").ended()
    assert (ended.code, ended.left) == (0, []), ended.told
    assert 4 <= len(before) < PAGES and f"{len(before)} of them stood already" in ended.said
    assert differing(whole(small.out("killed")), small.whole) == [] and dask.at_work() == []
    assert Canaries(planted()).found(dask.place, small.place / "killed/home", told=ended.told) == []


def made(small: Small) -> set[str]:
    """The pages that the manifest of the killed run says are made."""
    lines = (small.out("killed") / DAY / "restricted/manifest.jsonl").read_text(encoding="utf-8").splitlines()
    return {name for line in lines if '"done"' in line for name in re.findall(r'"(internal/[^"]+\.html)"', line)}


def whole(out: Path) -> dict[str, str]:
    """What readers of the run get; not what a run that was killed has left beside it."""
    return {name: digest for name, digest in digests(out).items() if name.startswith(DAY)}


def test_a_worker_with_another_program_makes_no_page(small, dask, tmp_path, monkeypatch):
    shutil.copytree(ROOT / "cqi", tmp_path / "cqi", ignore=shutil.ignore_patterns("__pycache__"))
    with open(tmp_path / "cqi/estimates/__init__.py", "a", encoding="utf-8") as changed:
        changed.write("# changed\n")
    other = dask.worker("--no-nanny", program=tmp_path)
    log = Path(f"/proc/{other.pid}/fd/2").resolve()
    assert waited(lambda: "Registered to" in log.read_text(), START_SECONDS)
    with pytest.raises(CqiError, match=r"^Pages cannot be made on this cluster\. tcp://[^ ]+: it has another version of the program") as error, \
            drawn_crew(small, tmp_path, monkeypatch, dask.address) as crew:
        crew.prepare([], out=tmp_path / "reports" / DAY, ids=frozenset())
    other.kill()
    assert str(error.value).count("tcp://") == 1  # the others are good
    assert waited(lambda: dask.at_work() == [], LEFT_SECONDS)


def drawn_crew(small: Small, folder: Path, monkeypatch, address: str) -> ClusterCrew:
    """A crew without pages to make, in a run of the small state."""
    data = (str(small.data), "episodes")
    monkeypatch.setenv(INPUTS, f"{inputs_digest(*data)}:")
    out = folder / "reports" / DAY
    out.mkdir(parents=True)
    return ClusterCrew(folder, engine="kernel", roles=[], cluster=address, data=data)


@pytest.mark.long
def test_a_page_that_ends_its_workers_is_its_own_failure(small, tmp_path):
    cell = ("if county == 'Juniper':\n    import psutil, time\n"
            "    [each.kill() for each in psutil.Process().parents() if 'spawn_main' in ' '.join(each.cmdline())]\n    time.sleep(60)")
    ended = small.run("local", "--cluster", "local:1", CQI_NOTEBOOKS=str(notebooks_with(tmp_path / "notebooks", cell=cell))).ended()
    assert (ended.code, ended.left) == (1, []), ended.told
    assert [line for line in ended.told.splitlines() if line.startswith("Not made")] == [f"Not made: Juniper 2025H2 (internal): {cluster.KILLED}"]
    assert small.whole.keys() - digests(small.out("local")).keys() == {f"{DAY}/internal/juniper/2025h2.html"}
    assert [path.name for path in small.out("local").iterdir()] == [DAY] and hidden(small.out("local")) == []
    assert list((small.place / "local/home").iterdir()) == []


def test_asked_to_end_it_ends_at_once(small):
    trial = small.run("stopped", "--cluster", "local:1")
    assert trial.until_pages(1)
    trial.send(signal.SIGTERM)
    assert trial.process.wait(LEFT_SECONDS) == 143
    assert trial.ended().left == [] and [path.name for path in small.out("stopped").iterdir()] == [DAY]


# ---- what is refused -----------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("address", ("local:0", "local:", "scheduler:8786", "tcp://", "tcp://a b:1", "http://scheduler", "local:4\n"))
def test_an_address_that_is_none_is_refused(address):
    with pytest.raises(CqiError, match="tcp://scheduler:8786"):
        checked_address(address)


def test_without_dask_the_error_says_what_to_install(monkeypatch):
    assert checked_address("local:4") == "local:4"
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(CqiError, match=re.escape('pip install "cqi-workbook[cluster]"')):
        checked_address("local:4")


def test_where_nobody_answers_the_error_says_so(small, monkeypatch, tmp_path):
    monkeypatch.setattr(cluster, "CONNECT_SECONDS", 1)
    with pytest.raises(CqiError, match="No Dask scheduler answers at tcp://127.0.0.1:1;"), drawn_crew(small, tmp_path, monkeypatch, "tcp://127.0.0.1:1") as crew:
        crew.prepare([], out=tmp_path / "reports" / DAY, ids=frozenset())


@pytest.fixture
def order(small, tmp_path, monkeypatch):
    """What a run asks of a worker's host, where it sees all that the run does: pages of an earlier run stand in the folder of the data."""
    data, out = [str(shutil.copytree(small.data, tmp_path / "given")), "episodes"], tmp_path / "given/reports" / DAY
    monkeypatch.setenv(INPUTS, f"{inputs_digest(*data)}:")
    out.mkdir(parents=True)
    (out / "page.html").write_text("made", encoding="ascii")
    (tmp_path / host.PROBE).write_text("word", encoding="ascii")
    return {"program": host.program(), "private": str(tmp_path), "seen": "word", "out": str(out), "data": data}


def test_a_worker_that_sees_all_is_not_refused(order):
    assert host.refused(order) == ""


@pytest.mark.parametrize("other, said", (
    ({"program": "another"}, host.ANOTHER_PROGRAM), ({"seen": "of another run"}, host.NO_FOLDER), ({"private": "/nowhere"}, host.NO_FOLDER),
    ({"out": "/nowhere"}, host.NO_FOLDER), ({"data": ["/nowhere", "episodes"]}, host.NO_DATA),
), ids=lambda case: str(case)[:12])
def test_a_worker_that_does_not_is_refused(order, other, said):
    assert host.refused(order | other) == said


def test_a_worker_that_sees_other_data_is_refused(order, small, tmp_path):
    shutil.copytree(small.data, tmp_path / "data")
    with open(tmp_path / "data/episodes.csv", "a", encoding="utf-8") as file:
        file.write("\n")
    assert host.refused(order | {"data": [str(tmp_path / "data"), "episodes"]}) == host.NO_DATA
