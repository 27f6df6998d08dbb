"""What becomes of a run that is hurt: killed, stopped, starved, misled, watched; and whether `--resume` makes of it what it would have been.

    python benchmarks/faults.py [number ...] [--kills 50] [--seed 1] [--engine fork]

The numbers are those of FAULTS; all without any. Exits 1 where one did not come out as it should. Linux; a few need the right to mount.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests"))

import pandas as pd  # noqa: E402

from canary import planted, state  # noqa: E402
from cqi.render.lock import held  # noqa: E402
from cqi.render.manifest import PLACE, Manifest  # noqa: E402
from faulty import (  # noqa: E402
    ASKED, DAY, PAGES, Ended, Reader, Trial, at, differing, digests, every, hidden, killed_at_call, moments, paused, small_disk, small_run, torn,
)
from running import notebooks_with  # noqa: E402

SHORT = "import cqi.render.pages as pages; pages.CELL_SECONDS = 4"
LIMIT = "import resource; resource.setrlimit(resource.RLIMIT_{}, ({}, {}))"
EARLIER = b"<!-- of an earlier run --></html>"
REVIEW = "mid_course_review.ipynb"
FAULTS: dict[int, Callable[[Bench], Iterator[str]]] = {}
"""By number: what hurts a run, a generator of what is wrong with what came of it."""


class NotHere(Exception):
    """This machine cannot do that."""


def fault(number: int):
    """Registers a fault under its number in the reference's matrix."""
    def put(function):
        FAULTS[number] = function
        return function

    return put


@dataclass
class Bench:
    """A small state, the tree of a run of it that nobody hurt and the seconds that it took, and a place for runs that are hurt."""

    place: Path
    engine: str
    kills: int
    seed: int
    made: int = 0

    def __post_init__(self) -> None:
        self.data = state(self.place / "data")
        self.cache = self.place / "cache"
        first = self.run("first", CQI_CACHE=str(self.cache)).ended()
        assert first.code == 0, first.told
        self.seconds = self.run("whole", CQI_CACHE=str(self.cache)).ended().seconds
        self.whole = digests(self.place / "whole/out")
        self.pages = {name for name in self.whole if name.endswith(".html")}

    def run(self, name: str, *more: str, out: Path | None = None, data: Path | None = None, asked: tuple[str, ...] = ASKED, **options) -> Trial:
        """A run in a place of its own below, started; counts are found in the cache where `CQI_CACHE` is among the options."""
        place = self.place / name
        return small_run(place, data or self.data, out or place / "out", "--engine", self.engine, *more, asked=asked, **options)

    def cached(self, name: str, *more: str, **options) -> Trial:
        """The same with counts from the cache: the pages are most of it."""
        return self.run(name, *more, CQI_CACHE=str(self.cache), **options)

    def new(self, word: str) -> str:
        """A name that no run has had."""
        self.made += 1
        return f"{word}-{self.made}"

    def earlier(self, name: str) -> dict[str, str]:
        """Puts pages of an earlier run, each told apart from the new one, in the place of a run to come; their digests."""
        out = self.place / name / "out"
        shutil.copytree(self.place / "whole/out", out)
        shutil.rmtree(out / DAY / "restricted")
        for path in out.rglob("*.html"):
            path.write_bytes(path.read_bytes().rstrip().removesuffix(b"</html>") + EARLIER)
        return digests(out)

    @cached_property
    def with_cell(self) -> dict[str, str]:
        """The tree of a run whose review has one cell more, which does nothing."""
        ended = self.cached("with-cell", CQI_NOTEBOOKS=cell(self, "with-cell", "pass")).ended()
        assert ended.code == 0, ended.told
        return digests(self.place / "with-cell/out")

    def hurt(self, ended: Ended, name: str, *, codes: tuple[int, ...], before: dict[str, str] | None = None,
             whole: dict[str, str] | None = None) -> Iterator[str]:
        """What is wrong with what a hurt run left: its code, a traceback, processes, torn or unknown pages, earlier ones that are gone."""
        out, before, whole = self.place / name / "out", before or {}, whole or self.whole
        yield from [f"exit {ended.code}, not {' or '.join(map(str, codes))}: {ended.last}"] * (ended.code not in codes)
        yield from ["a traceback was shown"] * ("Traceback" in ended.told)
        yield from [f"still running: {each}" for each in ended.left]
        yield from [f"torn: {each}" for each in torn(out)]
        found = digests(out)
        yield from [f"neither the earlier page nor the new one: {each}" for each in self.pages & found.keys()
                    if not each.endswith("index.html") and found[each] not in (whole[each], before.get(each))]
        yield from [f"an earlier file is gone: {each}" for each in before.keys() - found.keys()]

    def completed(self, name: str, **options) -> Iterator[str]:
        """What is wrong with the run once it was resumed: it must be what nobody hurt, to the byte. One that was hurt before it began, or
        that came to an end, is started again."""
        out = self.place / name / "out"
        ended = self.cached(self.new(f"{name}-resumed"), "--resume", out=out, **options).ended()
        if ended.code == 2 and "nothing to resume" in ended.last:
            ended = self.cached(self.new(f"{name}-again"), out=out, **options).ended()
        yield from [f"--resume: exit {ended.code}: {ended.last}"] * (ended.code != 0)
        yield from [f"--resume: still running: {each}" for each in ended.left]
        yield from [f"--resume: differs: {each}" for each in differing(digests(out), self.whole)]
        yield from [f"--resume: left behind: {each}" for each in hidden(out)]
        twice = made_twice(out / DAY)
        yield from [f"--resume: {twice} pages made twice"] * (twice > max(2, os.cpu_count() or 1))

    def same(self, trial: Trial, *, out: Path | None = None, whole: dict[str, str] | None = None) -> Iterator[str]:
        """What is wrong with a run that must come out as if nothing had been."""
        ended = trial.ended()
        yield from [f"exit {ended.code}: {ended.last}"] * (ended.code != 0)
        yield from [f"still running: {each}" for each in ended.left]
        yield from [f"differs: {each}" for each in differing(digests(out or trial.place / "out"), whole or self.whole)]


def made_twice(folder: Path) -> int:
    """How many pages the manifest says were made more than once."""
    lines = (folder / PLACE).read_text(encoding="utf-8").splitlines() if (folder / PLACE).is_file() else []
    places = [line.partition('"place":')[2].partition(",")[0] for line in lines if '"what":"done"' in line]
    return len(places) - len(set(places))


def cell(bench: Bench, name: str, code: str) -> str:
    """A folder of notebooks in which the review runs this cell too; `flag(word)` is true the first time that it is asked."""
    flag = f"from pathlib import Path as _P\ndef flag(word):\n    path = _P({str(bench.place / name)!r}, word)\n    if path.exists():\n        return False\n" \
        "    path.touch()\n    return True\n"
    (bench.place / name).mkdir(parents=True, exist_ok=True)
    return str(notebooks_with(bench.place / name / "own", cell=flag + code, name=REVIEW))


def reviews_of(bench: Bench, county: str) -> set[str]:
    """The pages that the hurt notebook makes of a county."""
    return {each for each in bench.pages if f"/{county.lower()}/2025h2" in each}


def all_but(bench: Bench, out: Path, missing: set[str]) -> Iterator[str]:
    """What is wrong where all pages but these must be there."""
    found = digests(out)
    yield from [f"not delivered: {each}" for each in bench.pages - missing - found.keys()]
    yield from [f"delivered all the same: {each}" for each in missing & found.keys()]


def only_one_failed(bench: Bench, code: str, *, words: str, prelude: str = SHORT, missing: str = "Finch") -> Iterator[str]:
    """What is wrong where a cell hurts one county's review: the others are delivered, exit 1, the index and standard error say why."""
    name = bench.new("cell")
    ended = bench.cached(name, prelude=prelude, CQI_NOTEBOOKS=cell(bench, name, f"if county == {missing!r}:\n    {code}")).ended()
    out = bench.place / name / "out"
    yield from bench.hurt(ended, name, codes=(1,), whole=bench.with_cell)
    yield from all_but(bench, out, reviews_of(bench, missing))
    yield from [f"not said: {words}, but: {ended.last}"] * (not any(each in ended.told for each in words.split("|")))
    for profile in ("internal", "release"):
        index = out / DAY / profile / "index.html"
        yield from [f"the {profile} index does not name it"] * (not index.is_file() or not any(each in index.read_text(encoding="utf-8") for each in words.split("|")))


# ---- the run is killed, stopped, paused ------------------------------------------------------------------------------------

@fault(1)
def killed_at_random(bench: Bench) -> Iterator[str]:
    """The command is killed at random moments, every second time over pages of an earlier run; then resumed."""
    for number, moment in enumerate(moments(bench.seed, bench.kills, bench.seconds)):
        name = bench.new("killed")
        before = bench.earlier(name) if number % 2 else {}
        trial = bench.cached(name)
        at(moment, lambda: trial.send(signal.SIGKILL), trial)
        told = [*bench.hurt(trial.ended(), name, codes=(-9, 0), before=before), *bench.completed(name)]
        yield from [f"killed after {moment:.2f} s: {each}" for each in told]
        shutil.rmtree(bench.place / name, ignore_errors=True)


@fault(2)
def process_of_a_page_killed(bench: Bench) -> Iterator[str]:
    """A notebook's process is killed: once, and it is made again; every time, and that page fails; and any process of the run but its own."""
    name = bench.new("once")
    notebooks = cell(bench, name, "if county == 'Finch' and flag(profile):\n    import os; os.kill(os.getpid(), 9)")
    yield from bench.same(bench.cached(name, CQI_NOTEBOOKS=notebooks), whole=bench.with_cell)
    yield from only_one_failed(bench, "import os; os.kill(os.getpid(), 9)", words="process ended before it was done")
    drawn = random.Random(bench.seed)
    for _ in range(5):
        name = bench.new("any")
        trial = bench.cached(name)
        if trial.until_pages(drawn.randint(1, PAGES // 2)) and (others := trial.others()):
            drawn.choice(sorted(others, key=lambda each: each.pid)).kill()
        yield from bench.hurt(trial.ended(), name, codes=(0, 1))


@fault(3)
def told_to_end(bench: Bench) -> Iterator[str]:
    """SIGTERM to the command, and to all of its processes at once as a service's stop does: 143 within five seconds; then resumed."""
    for everyone in (False, True):
        for moment in moments(bench.seed + 3, 4, bench.seconds * 0.9):
            name = bench.new("term")
            trial = bench.cached(name)
            sent = []

            def act() -> None:
                sent.append(time.monotonic())
                for each in trial.family() if everyone else ():
                    each.send_signal(signal.SIGTERM)
                trial.send(signal.SIGTERM)

            at(moment, act, trial)
            trial.process.wait(60)
            late = time.monotonic() - sent[0] if sent else 0
            ended = trial.ended()
            if "cqi" in ended.told or moment > 1.5:  # before that Python itself has only begun
                told = [*bench.hurt(ended, name, codes=(143, 0)), *([f"took {late:.1f} s to end"] * (late > 5)), *bench.completed(name)]
                yield from [f"{'all' if everyone else 'one'} ended after {moment:.2f} s: {each}" for each in told]


@fault(4)
def interrupted(bench: Bench) -> Iterator[str]:
    """SIGINT once, and twice: 130, and what was finished is whole; then resumed."""
    for times in (1, 2):
        name = bench.new("int")
        trial = bench.cached(name)
        if not trial.until_pages(2):
            yield f"no page was made: {trial.ended().last}"
            continue
        for _ in range(times):
            trial.send(signal.SIGINT)
            time.sleep(0.3)
        begun = time.monotonic()
        trial.process.wait(120)
        late = time.monotonic() - begun
        yield from bench.hurt(trial.ended(), name, codes=(130,))
        yield from [f"took {late:.1f} s after the second"] * (times == 2 and late > 3)
        yield from bench.completed(name)


@fault(5)
def stood_still(bench: Bench, seconds: int = 60) -> Iterator[str]:
    """All processes stand still for a minute, as when a machine sleeps."""
    trial = bench.cached(bench.new("still"))
    trial.until_pages(2)
    with paused(trial):
        time.sleep(seconds)
    yield from bench.same(trial)


# ---- a cell ------------------------------------------------------------------------------------------------------------------

@fault(6)
def out_of_memory(bench: Bench) -> Iterator[str]:
    """A cell asks for more memory than there is."""
    yield from only_one_failed(bench, "bytearray(10 ** 15)", words="memory")


@fault(7)
def hangs(bench: Bench) -> Iterator[str]:
    """A cell does not come to its end."""
    yield from only_one_failed(bench, "import time; time.sleep(600)", words="took longer than 4 seconds")


@fault(8)
def deaf(bench: Bench) -> Iterator[str]:
    """A cell does not come to its end and hears no interrupt."""
    yield from only_one_failed(bench, "import signal, time; signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65)); time.sleep(600)",
                               words="took longer than 4 seconds|process ended before it was done")


@fault(9)
def leaves_processes(bench: Bench) -> Iterator[str]:
    """A cell starts processes, one of them in a session of its own, and ends without them."""
    yield from only_one_failed(bench, "import subprocess, sys; own = [subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'], "
                               "start_new_session=bool(each)) for each in (0, 1)]; raise ValueError", words="ValueError")


# ---- the disk ------------------------------------------------------------------------------------------------------------------

@fault(10)
def no_room(bench: Bench) -> Iterator[str]:
    """A disk that is too small from the first, and one that fills up in mid-run over earlier pages; with room again it is resumed."""
    name = bench.new("small")
    with small_disk(bench.place / name / "out", "128k") as there:
        if not there:
            raise NotHere("no right to mount")
        ended = bench.cached(name).ended()
        yield from bench.hurt(ended, name, codes=(2,))
        yield from [f"needed and free are not said: {ended.last}"] * (ended.last.count("MB") < 2)
    for keep in (20, 300, 1500):
        name = bench.new("full")
        with small_disk(bench.place / name / "out", "60m"):
            shutil.rmtree(bench.place / name / "kept", ignore_errors=True)
            before = _filled_later(bench, name)
            trial = bench.cached(name)
            trial.until_pages(2)
            _fill(bench.place / name / "out", keep * 1024)
            yield from [f"{keep} kB left: {each}" for each in bench.hurt(trial.ended(), name, codes=(1, 2), before=before)]
            (bench.place / name / "out/filler").unlink()
            yield from [f"{keep} kB left: {each}" for each in bench.completed(name)]


def _filled_later(bench: Bench, name: str) -> dict[str, str]:
    """Earlier pages on a disk that is there already."""
    other = bench.new("earlier")
    bench.earlier(other)
    shutil.copytree(bench.place / other / "out", bench.place / name / "out", dirs_exist_ok=True)
    return digests(bench.place / name / "out")


def _fill(disk: Path, keep: int) -> None:
    """Fills the disk but for so many bytes."""
    with open(disk / "filler", "wb") as file:
        file.truncate(0)
        os.posix_fallocate(file.fileno(), 0, max(1, shutil.disk_usage(disk).free - keep))


@fault(11)
def files_too_large(bench: Bench) -> Iterator[str]:
    """No file may be larger than 60,000 bytes: what is larger fails, and what was there before stays."""
    name = bench.new("size")
    before = bench.earlier(name)
    yield from bench.hurt(bench.run(name, prelude=LIMIT.format("FSIZE", 60_000, 60_000)).ended(), name, codes=(1, 2), before=before)
    yield from bench.completed(name)


@fault(12)
def few_open_files(bench: Bench) -> Iterator[str]:
    """Sixty-four files may be open: it works, or says so."""
    name = bench.new("files")
    ended = bench.cached(name, prelude=LIMIT.format("NOFILE", 64, 64)).ended()
    yield from bench.hurt(ended, name, codes=(0, 1, 2))
    yield from [f"open files are not said: {ended.last}"] * (ended.code == 2 and "open" not in ended.told)
    yield from bench.completed(name) if ended.code else ()


@fault(13)
def read_only(bench: Bench) -> Iterator[str]:
    """The place for pages cannot be written to: exit 2 before any work."""
    name = bench.new("read-only")
    out = bench.place / name / "out"
    with small_disk(out, "60m") as there:
        if not there:
            raise NotHere("no right to mount")
        subprocess.run(["mount", "-o", "remount,ro", str(out)], check=True)
        trial = bench.run(name)
        ended = trial.ended()
        yield from bench.hurt(ended, name, codes=(2,))
        yield from ["it counted first"] * ("steps" in ended.told)
        yield from [f"not said: {ended.last}"] * ("read-only" not in ended.told.lower())


@fault(14)
def folder_goes_away(bench: Bench) -> Iterator[str]:
    """The run's folder is moved away in mid-run: an error in words, and nothing is written anywhere else."""
    name = bench.new("away")
    trial = bench.cached(name)
    trial.until_pages(2)
    (bench.place / name / "out").rename(bench.place / name / "moved")
    ended = trial.ended()
    out = bench.place / name / "out"
    yield from bench.hurt(ended, name, codes=(1, 2))
    yield from [f"written there again: {each}" for each in (sorted(path.name for path in out.rglob("*") if path.is_file()) if out.exists() else ())]
    yield from [f"left in {each}" for each in ("home", "tmp", "cwd") if any((bench.place / name / each).rglob("*"))]


@fault(15)
def another_disk(bench: Bench) -> Iterator[str]:
    """Pages and temporary files on two disks."""
    name = bench.new("disks")
    with small_disk(bench.place / name / "out", "60m") as one, small_disk(bench.place / name / "tmp", "200m") as other:
        if not (one and other):
            raise NotHere("no right to mount")
        yield from bench.same(bench.run(name))


# ---- the data, the notebooks, the definitions -------------------------------------------------------------------------------

@fault(16)
def damaged_files(bench: Bench) -> Iterator[str]:
    """Files cut short and with bits turned: exit 2, the file is named, no page."""
    table = pd.read_csv(bench.data / "episodes.csv", dtype=str, keep_default_na=False)
    table.to_parquet(bench.place / "episodes.parquet")
    whole, text = (bench.place / "episodes.parquet").read_bytes(), (bench.data / "episodes.csv").read_bytes()
    turned = whole[:-120] + bytes(byte ^ 0xFF for byte in whole[-120:-60]) + whole[-60:]  # among values nobody could tell
    for kind, file, content in (("parquet cut short", "episodes.parquet", whole[:-40]), ("parquet with bits turned", "episodes.parquet", turned),
                                ("parquet of nothing", "episodes.parquet", b""), ("text without its head", "episodes.csv", text[400:]),
                                ("text with zeros", "episodes.csv", text[:5000] + b"\0" * 4096 + text[9096:]), ("text of nothing", "episodes.csv", b"")):
        name = bench.new("damaged")
        data = bench.place / name / "data"
        shutil.copytree(bench.data, data)
        (data / "episodes.csv").unlink()
        (data / file).write_bytes(content)
        ended = bench.run(name, data=data).ended()
        yield from [f"{kind}: {each}" for each in bench.hurt(ended, name, codes=(2,))]
        yield from [f"{kind}: the file is not named: {ended.last}"] * ("episodes" not in ended.told.partition("counting")[2])
        yield from [f"{kind}: pages were made"] * bool(list((bench.place / name / "out").rglob("*.html")) if (bench.place / name / "out").exists() else False)


def changed_meanwhile(bench: Bench, change: Callable[[Path], None], words: str, **options) -> Iterator[str]:
    """What is wrong where something is changed after three pages: all pages are of before the change, or it is noticed, exit 2."""
    name = bench.new("changed")
    own = bench.place / name
    shutil.copytree(bench.data, own / "data")
    shutil.copytree(ROOT / "notebooks", own / "notebooks", ignore=shutil.ignore_patterns("training", ".*"))
    (own / "definitions/measures").mkdir(parents=True)
    for each in (ROOT / "cqi/definitions/measures").glob("*.toml"):
        shutil.copy(each, own / "definitions/measures")
    trial = bench.run(name, data=own / "data", CQI_NOTEBOOKS=str(own / "notebooks"), CQI_DEFINITIONS=str(own / "definitions"))
    trial.until_pages(3)
    change(own)
    ended = trial.ended()
    found = differing({each: sum for each, sum in digests(own / "out").items() if each in bench.pages}, {each: bench.whole[each] for each in bench.pages})
    if ended.code == 0:
        yield from [f"of the time after the change, or of both: {each}" for each in found]
    else:
        yield from bench.hurt(ended, name, codes=(2,))
        yield from [f"not said that it was changed: {ended.last}"] * (words not in ended.told)


@fault(17)
def data_replaced(bench: Bench) -> Iterator[str]:
    """A file of the data is replaced in mid-run, by one of another length and by one of the same length and time."""
    def longer(own: Path) -> None:
        lines = (own / "data/episodes.csv").read_text(encoding="utf-8").splitlines(keepends=True)
        (own / "data/episodes.csv").write_text("".join(lines[:-40]), encoding="utf-8")

    def same_length(own: Path) -> None:
        path = own / "data/episodes.csv"
        times = path.stat().st_atime_ns, path.stat().st_mtime_ns
        path.write_bytes(path.read_bytes().replace(b"reunification", b"emancipation "))
        os.utime(path, ns=times)

    for change in (longer, same_length):
        yield from [f"{change.__name__}: {each}" for each in changed_meanwhile(bench, change, "chang")]


@fault(18)
def program_edited(bench: Bench) -> Iterator[str]:
    """A notebook and a definition are edited in mid-run."""
    def notebook(own: Path) -> None:
        path = own / "notebooks" / REVIEW
        path.write_text(path.read_text(encoding="utf-8").replace("review.answer()", "review.heading()"), encoding="utf-8")

    def definition(own: Path) -> None:
        path = own / "definitions/measures/permanency_in_12_months.toml"
        path.write_text(path.read_text(encoding="utf-8").replace('title = "', 'title = "Edited: ', 1), encoding="utf-8")

    for change in (notebook, definition):
        yield from [f"{change.__name__}: {each}" for each in changed_meanwhile(bench, change, "chang")]


# ---- two at once, locks -----------------------------------------------------------------------------------------------------

@fault(19)
def two_at_once(bench: Bench) -> Iterator[str]:
    """A second run of a folder exits 4 and names the first, which is not disturbed; a lock that a kill left is taken over."""
    name = bench.new("two")
    first = bench.cached(name)
    first.until_pages(1)
    second = bench.cached(bench.new("second"), out=bench.place / name / "out").ended()
    yield from [f"the second: exit {second.code}: {second.last}"] * (second.code != 4)
    yield from [f"the first is not named: {second.last}"] * (f"process {first.process.pid}" not in second.last)
    yield from bench.same(first)
    trial = bench.cached(bench.new("dead"), out=bench.place / name / "out")
    trial.until_pages(1)
    trial.send(signal.SIGKILL)
    trial.ended()
    yield from bench.same(bench.cached(bench.new("after"), out=bench.place / name / "out"), out=bench.place / name / "out")


@fault(20)
def without_flock(bench: Bench) -> Iterator[str]:
    """A file system that locks no files, as some that are shared: fcntl's and os' locks fail."""
    broken = "import errno, fcntl\ndef no(*words):\n    raise OSError(errno.ENOLCK, 'no locks available')\nfcntl.flock = fcntl.lockf = os.lockf = no"
    yield from bench.same(bench.cached(bench.new("nolock"), custom=broken))


@fault(21)
def one_cache(bench: Bench) -> Iterator[str]:
    """Two runs at once with folders of their own and one cache that is empty at first."""
    cache = bench.place / bench.new("cache")
    for trial in [bench.run(bench.new("shared"), CQI_CACHE=str(cache)) for _ in range(2)]:
        yield from bench.same(trial)


@fault(22)
def many_kernels(bench: Bench, starts: int = 140) -> Iterator[str]:
    """Ordinary kernels started ten at a time."""
    import asyncio

    from cqi.render.kernels import RunKernel, engine_options

    async def one(turn: asyncio.Semaphore) -> str:
        async with turn:
            with tempfile.TemporaryDirectory(prefix="k") as private:
                options = engine_options(Path(private), seconds=60)
                manager = RunKernel(config=options["config"])
                try:
                    await manager.start_kernel(extra_arguments=options["extra_arguments"])
                    client = manager.client()
                    client.start_channels()
                    await client.wait_for_ready(timeout=120)
                    client.stop_channels()
                except Exception as error:  # noqa: BLE001 - whatever it is, it is counted
                    return type(error).__name__
                finally:
                    await manager.shutdown_kernel(now=True)
        return ""

    async def many() -> list[str]:
        turn = asyncio.Semaphore(10)
        return await asyncio.gather(*(one(turn) for _ in range(starts)))

    failed = [each for each in asyncio.run(many()) if each]
    yield from [f"{len(failed)} of {starts} kernels did not start: {sorted(set(failed))}"] * bool(failed)


# ---- clocks, places, orders -------------------------------------------------------------------------------------------------

@fault(23)
def clock_jumps(bench: Bench) -> Iterator[str]:
    """Python's clock goes back an hour in mid-run, on a day, and is past 2038."""
    for hours, after in ((-1, 3), (24, 3), (24 * 365 * 14, 0)):
        moved = f"import time\nown, begun = time.time, time.monotonic()\ntime.time = lambda: own() + ({hours * 3600} if time.monotonic() - begun >= {after} else 0)"
        yield from [f"{hours} hours: {each}" for each in bench.same(bench.run(bench.new("clock"), custom=moved))]


@fault(24)
def languages_and_zones(bench: Bench) -> Iterator[str]:
    """Other languages, no language at all, and a day that begins fourteen hours early."""
    for own in ({"LC_ALL": "C", "LANG": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}, {"LC_ALL": "POSIX"}, {"LC_ALL": "de_DE.UTF-8", "LANG": "de_DE.UTF-8"},
                {"LC_ALL": "tr_TR.UTF-8"}, {"TZ": "Pacific/Kiritimati"}, {"TZ": "America/New_York"}):
        yield from [f"{own}: {each}" for each in bench.same(bench.run(bench.new("language"), **own))]


@fault(25)
def seeds_threads_workers(bench: Bench) -> Iterator[str]:
    """Other hash seeds, threads and processors."""
    for own, processors in (({"PYTHONHASHSEED": "0"}, 1), ({"PYTHONHASHSEED": "77", "OMP_NUM_THREADS": "8"}, 2), ({"PYTHONHASHSEED": "3"}, 8)):
        seen = f"os.cpu_count = lambda: {processors}"
        yield from [f"{own}, {processors} processors: {each}" for each in bench.same(bench.run(bench.new("seed"), custom=seen, **own))]


@fault(26)
def hostile_names(bench: Bench) -> Iterator[str]:
    """Names of counties that are paths, reserved, empty, very long, or no text: pages in the folder, or an error in words."""
    whole = planted()
    for bad in ("Doña Ana", "St. Juniper", "../x", "CON", ".", "/etc/passwd", "a" * 300, "A\nB", b"Do\xf1a"):
        name = bench.new("name")
        data = bench.place / name / "data"
        data.mkdir(parents=True)
        for file, table in whole.items():
            (data / f"{file}.csv").write_bytes(table.to_csv(index=False).encode().replace(b"Juniper", bad if isinstance(bad, bytes) else quoted(bad)))
        asked = ("--cohort", "2025H2", "--profile", "release")
        ended = bench.run(name, data=data, asked=asked).ended()
        out = bench.place / name / "out"
        yield from [f"{bad!r}: {each}" for each in bench.hurt(ended, name, codes=(0, 2)) if "neither" not in each]
        yield from [f"{bad!r}: written outside: {each}" for each in ("home", "tmp", "cwd") if any((bench.place / name / each).rglob("*"))]
        places = [path.relative_to(out).as_posix() for path in out.rglob("*.html")] if out.exists() else []
        yield from [f"{bad!r}: {each}" for each in places if not each.isascii() or len(each) > 150]
        yield from [f"{bad!r}: only {len(places)} pages"] * (ended.code == 0 and len(places) < 10)


def quoted(word: str) -> bytes:
    """The word as a cell of a CSV file."""
    return f'"{word}"'.encode() if "\n" in word or "," in word else word.encode()


@fault(27)
def ten_thousand(bench: Bench) -> Iterator[str]:
    """The manifest of 10,000 pages is read, and a folder of as many is held, in ten seconds at most."""
    folder = bench.place / "many"
    own, os.fsync = os.fsync, lambda file: None
    try:
        with Manifest(folder) as manifest:
            manifest.begin({}, "key")
            for number in range(10_000):
                manifest.started(f"internal/county-{number}/2025h2.html", "key" * 20)
                manifest.done(f"internal/county-{number}/2025h2.html", "key" * 20, "sum" * 20, "54 of 120 children left to a permanent home. " * 5, 1.5)
    finally:
        os.fsync = own
    for number in range(10_000):
        (folder / f"internal/county-{number}").mkdir(parents=True)
        (folder / f"internal/county-{number}/2025h2.html").touch()
    begun = time.monotonic()
    with held(folder), Manifest(folder) as manifest:
        found = sum(manifest.finished(f"internal/county-{number}/2025h2.html", "key" * 20) is not None for number in range(10_000))
    took = time.monotonic() - begun
    print(f"     10,000 pages found again in {took:.2f} s", flush=True)
    yield from [f"{found} of 10,000 were found"] * (found != 10_000)
    yield from [f"took {took:.1f} s"] * (took > 10)


@fault(28)
def nobody_entered(bench: Bench) -> Iterator[str]:
    """A county in which no child entered in the period has a page that says so."""
    name = bench.new("nobody")
    data = bench.place / name / "data"
    shutil.copytree(bench.data, data)
    table = pd.read_csv(data / "episodes.csv", dtype=str, keep_default_na=False)
    table.loc[~(table["county"].eq("Heron") & table["entry_date"].ge("2025-07-01"))].to_csv(data / "episodes.csv", index=False)
    ended = bench.run(name, data=data).ended()
    page = bench.place / name / "out" / DAY / "internal/heron/2025h2.html"
    yield from [f"exit {ended.code}: {ended.last}"] * (ended.code != 0)
    yield from ["its page does not say so"] * (not page.is_file() or "No children entered" not in page.read_text(encoding="utf-8").replace("no children", "No children"))


@fault(29)
def one_county_fails(bench: Bench) -> Iterator[str]:
    """One county's page cannot be made: all others are delivered, exit 1, the index names it."""
    yield from only_one_failed(bench, "raise ValueError('x')", words="ValueError")


# ---- the manifest, the cache, the tools -------------------------------------------------------------------------------------

@fault(30)
def killed_at_a_rename(bench: Bench) -> Iterator[str]:
    """The command is killed right before and right after a file is put into its place, and before and after a line of the manifest; then resumed."""
    drawn = random.Random(bench.seed + 30)
    for function, most in (("replace", 60), ("write", 40)):
        for _ in range(max(2, bench.kills // 10)):
            name, number, after = bench.new("rename"), drawn.randint(1, most), drawn.random() < 0.5
            trial = bench.cached(name, custom=killed_at_call(function, number, after=after))
            ended = trial.ended()
            print(f"     {'after' if after else 'before'} {function} {number}: exit {ended.code}", flush=True)
            told = [*bench.hurt(ended, name, codes=(-9, 0)), *bench.completed(name)]
            yield from [f"killed {'after' if after else 'before'} {function} {number}: {each}" for each in told]
            shutil.rmtree(bench.place / name, ignore_errors=True)


@fault(31)
def torn_manifest(bench: Bench) -> Iterator[str]:
    """A run is killed and its manifest's last line torn, a line in its middle changed, and the whole of it lost; then resumed."""
    def last_line(content: bytes) -> bytes:
        return content[:-10]

    def middle(content: bytes) -> bytes:
        return content[:len(content) // 2] + b"#" + content[len(content) // 2 + 1:]

    for change in (last_line, middle):
        name = bench.new("torn")
        trial = bench.cached(name)
        trial.until_pages(6)
        trial.send(signal.SIGKILL)
        trial.ended()
        path = bench.place / name / "out" / DAY / PLACE
        if not path.is_file():
            yield "there is no manifest"
            continue
        path.write_bytes(change(path.read_bytes()))
        yield from [f"{change.__name__}: {each}" for each in bench.completed(name)]


@fault(32)
def poisoned_cache(bench: Bench) -> Iterator[str]:
    """Files of the cache of counted tables are exchanged, cut short, and gone: what is made is right."""
    def exchanged(places: list[Path]) -> None:
        one, other = places[0] / "measures.parquet", places[0] / "same_age.parquet"
        shutil.copy(other, one)

    def cut(places: list[Path]) -> None:
        for path in places[0].glob("*.parquet"):
            path.write_bytes(path.read_bytes()[:-20])

    def lost(places: list[Path]) -> None:
        next(places[0].glob("*.parquet")).unlink()

    for change in (exchanged, cut, lost):
        cache = bench.place / bench.new("poisoned")
        shutil.copytree(bench.cache, cache)
        change(sorted(each for each in cache.iterdir() if (each / "measures.parquet").is_file()))
        yield from [f"{change.__name__}: {each}" for each in bench.same(bench.run(bench.new("cached"), CQI_CACHE=str(cache)))]


@fault(33)
def starts_fail(bench: Bench) -> Iterator[str]:
    """One in ten processes of a page does not start: it is tried again."""
    if bench.engine == "fork":
        failing = every("fork", 10, "raise BlockingIOError(11, 'no process more')")
    else:
        failing = ("import subprocess\nown = subprocess.Popen.__init__\ndef hurt(self, words, *rest, **more):\n"
                   "    fails = isinstance(words, list) and 'kernel.json' in ' '.join(map(str, words)) and nth('kernel') % 10 == 0\n"
                   "    own(self, ['false'] if fails else words, *rest, **more)\nsubprocess.Popen.__init__ = hurt")
    name = bench.new("starts")
    yield from bench.same(bench.cached(name, custom=failing))
    yield from ["nothing was hurt"] * (not any((bench.place / name / "counts").iterdir()))


@fault(34)
def drawing_breaks(bench: Bench) -> Iterator[str]:
    """The drawing engine fails, and ends its process, at some charts: those pages fail and say so; no page has an empty chart."""
    for act in ("raise ValueError('broken')", "os._exit(11)"):
        name = bench.new("drawing")
        (bench.place / name / "custom").mkdir(parents=True)
        (bench.place / name / "custom/vl_convert.py").write_text(
            "import os, sys\nfrom sitecustomize import nth\ndel sys.modules['vl_convert']\npaths = sys.path[:]\n"
            "sys.path[:] = [each for each in paths if not each.endswith('custom')]\nimport vl_convert\nsys.path[:] = paths\nown = vl_convert.vega_to_svg\n"
            f"def hurt(*words, **more):\n    if nth('drawn') % 7 == 0:\n        {act}\n    return own(*words, **more)\nvl_convert.vega_to_svg = hurt\n", encoding="utf-8")
        ended = bench.cached(name).ended()
        yield from [f"{act}: nothing was hurt"] * (not (bench.place / name / "counts/drawn").is_file())
        yield from [f"{act}: {each}" for each in bench.hurt(ended, name, codes=(0, 1))]


@fault(35)
def slow_disk(bench: Bench) -> Iterator[str]:
    """The disk takes half a second to make sure of a file."""
    yield from bench.same(bench.cached(bench.new("slow"), custom="import time\nown = os.fsync\ndef hurt(file):\n    time.sleep(0.5)\n    own(file)\nos.fsync = hurt"))


@fault(36)
def nobody_listens(bench: Bench) -> Iterator[str]:
    """Its output goes to a reader who has gone, to nowhere, and it runs with next to no environment, as cron's do."""
    for shell in ('"$@" | head -n 0', '"$@" 2>&1 | head -n 1', '"$@" >&- 2>&-', 'exec env -i CQI_TRIAL="$CQI_TRIAL" CQI_TRIAL_COUNTS="$CQI_TRIAL_COUNTS" PATH=/usr/bin:/bin '
                  f'PYTHONPATH="$PYTHONPATH" CQI_CACHE={bench.cache} "$@"'):
        yield from [f"{shell[:30]}: {each}" for each in bench.same(bench.cached(bench.new("quiet"), command=("bash", "-o", "pipefail", "-c", shell, "bash")))]


@fault(37)
def no_mail(bench: Bench) -> Iterator[str]:
    """Mail cannot be sent."""
    raise NotHere("no run sends mail")
    yield


@fault(38)
def tells_too_much(bench: Bench) -> Iterator[str]:
    """A page shows a child's id, and a release tells a small count: withheld with the reason, the others go out if they may."""
    name = bench.new("id")
    notebooks = cell(bench, name, "from cqi import load\nfrom cqi.blocks import Text\nText((str(load(data, source).episodes['child_id'].iloc[0]),)) if county == 'Finch' else None")
    ended = bench.cached(name, CQI_NOTEBOOKS=notebooks).ended()
    yield from bench.hurt(ended, name, codes=(1, 3), whole=bench.with_cell)
    yield from all_but(bench, bench.place / name / "out", reviews_of(bench, "Finch"))
    name = bench.new("small")
    notebooks = cell(bench, name, "from cqi.blocks import Cell, Table\nTable('Few', ('County', 'Children'), ((Cell(county), Cell('3')),)) if county == 'Finch' else None")
    ended = bench.cached(name, CQI_NOTEBOOKS=notebooks).ended()
    given = [each for each in digests(bench.place / name / "out") if f"{DAY}/release/" in each and each.endswith("2025h2.html")]
    print(f"     a small count on a page: exit {ended.code}, {len(given)} released reviews: {ended.last}", flush=True)


@fault(39)
def older_and_newer_files(bench: Bench) -> Iterator[str]:
    """A ledger and a manifest of a newer version are refused in words; a manifest that is none is set aside."""
    name = bench.new("ledger")
    (bench.place / name / "out").mkdir(parents=True)
    (bench.place / name / "out/given-out-release.jsonl").write_text('{"version":99,"counts":[],"definitions":{}}\n', encoding="utf-8")
    ended = bench.cached(name).ended()
    yield from [f"ledger: {each}" for each in bench.hurt(ended, name, codes=(2,))]
    yield from [f"ledger: not said: {ended.last}"] * ("another version" not in ended.told)
    from cqi.render.manifest import _line

    for version, codes in ((99, (2,)), (0, (0,))):
        name = bench.new("manifest")
        path = bench.place / name / "out" / DAY / PLACE
        path.parent.mkdir(parents=True)
        path.write_bytes(_line({"what": "manifest", "version": version}))
        ended = bench.cached(name).ended()
        yield from [f"manifest of version {version}: {each}" for each in bench.hurt(ended, name, codes=codes)]
        yield from [f"manifest of version {version}: not said: {ended.last}"] * (version == 99 and "newer version" not in ended.told)


@fault(40)
def read_meanwhile(bench: Bench) -> Iterator[str]:
    """Readers open pages while they are replaced: each is the earlier one or the new one, whole."""
    name = bench.new("read")
    before = bench.earlier(name)
    with Reader(bench.place / name / "out", {*before.values(), *bench.whole.values()}) as reader:
        yield from bench.same(bench.cached(name))
    print(f"     {reader.reads:,} reads", flush=True)
    yield from [f"{len(reader.bad)} of {reader.reads} reads: {reader.bad[:3]}"] * bool(reader.bad)
    yield from [f"only {reader.reads} reads"] * (reader.reads < 1000)


def main(arguments: list[str]) -> int:
    """Injects the faults asked for, or all; returns 1 where one did not come out as it should."""
    parser = argparse.ArgumentParser()
    parser.add_argument("numbers", nargs="*", type=int)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--engine", default="fork")
    asked = parser.parse_args(arguments)
    bad = []
    with tempfile.TemporaryDirectory(prefix="faults-") as place:
        bench = Bench(Path(place), asked.engine, asked.kills, asked.seed)
        print(f"A run that nobody hurts takes {bench.seconds:.1f} s and makes {len(bench.pages)} pages.", flush=True)
        for number in asked.numbers or sorted(FAULTS):
            begun, name = time.monotonic(), FAULTS[number].__name__.replace("_", " ")
            try:
                problems = list(FAULTS[number](bench))
            except NotHere as reason:
                print(f"--   {number} {name}: not here: {reason}", flush=True)
                continue
            bad += [number] * bool(problems)
            print(f"{'FAIL' if problems else 'ok  '} {number} {name} ({time.monotonic() - begun:.0f} s)", *problems[:12], sep="\n     ", flush=True)
    print(f"Not as they should be: {', '.join(map(str, bad)) or 'none'}.", flush=True)
    return int(bool(bad))


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
