"""The command as its users run it, hurt at a chosen moment: what it says, what it leaves in its folder, and what goes on running."""

from __future__ import annotations

import hashlib
import os
import random
import signal
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from canary import COUNTIES
from running import ROOT, tree

MARK = "CQI_TRIAL"
"""Names a run in the environment of all its processes, however they were started and whoever their parent is now."""
DAY = "2026-06-30"
"""The as-of date of the small state, and so the name of a run's folder."""
ASKED = (*(word for county in COUNTIES for word in ("--county", county)), "--cohort", "2025H2", "--profile", "internal", "--profile", "release")
PAGES = 18
LEFT_SECONDS = 5

CUSTOM = f"""
import os, sys
if {MARK!r} in os.environ:
    os.environ.setdefault("{MARK}_FIRST", str(os.getpid()))
    FIRST = int(os.environ["{MARK}_FIRST"])

    def nth(name):
        with open(os.environ["{MARK}_COUNTS"] + "/" + name, "ab") as file:
            file.write(b".")
            file.flush()
            return os.fstat(file.fileno()).st_size

"""
"""What every Python of a hurt run does when it starts; `FIRST` is the command's own process, `nth` counts over all of them."""


@dataclass(frozen=True)
class Ended:
    """A run that is over: its exit code (-9 for a kill), what it said, the seconds it took, and what of it still runs LEFT_SECONDS later."""

    code: int
    said: str
    told: str
    seconds: float
    left: list[str]

    @property
    def last(self) -> str:
        """The last line on standard error."""
        return (self.told.strip().splitlines() or [""])[-1]


class Trial:
    """One run of `cqi review` in a place of its own: started, to be hurt, to be waited for.

    `custom`: Python that all its processes run when they start (see CUSTOM). `prelude`: the same for the command's own process only.
    """

    def __init__(self, place: Path, *words: str, custom: str = "", prelude: str = "", command: tuple[str, ...] = (), **environment: str):
        self.place, self.mark = place, uuid.uuid4().hex
        for name in ("home", "tmp", "cwd", "custom", "counts"):
            (place / name).mkdir(parents=True, exist_ok=True)
        (place / "custom/sitecustomize.py").write_text(CUSTOM + "".join(f"    {line}\n" for line in custom.splitlines()), encoding="utf-8")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("CQI_", "XDG_", "JUPYTER_", "IPYTHON"))}
        own = {"HOME": str(place / "home"), "TMPDIR": str(place / "tmp"), "PYTHONPATH": f"{place / 'custom'}{os.pathsep}{ROOT}", "PYTHONUTF8": "1",
               MARK: self.mark, f"{MARK}_COUNTS": str(place / "counts")}
        program = f"{prelude}\nfrom cqi.cli import main; raise SystemExit(main())"
        self._begun = time.monotonic()
        self._files = [open(place / name, "wb") for name in ("stdout", "stderr")]
        self.process = subprocess.Popen([*command, sys.executable, "-c", program, "review", *map(str, words)], cwd=place / "cwd",
                                        env=kept | own | environment, stdin=subprocess.DEVNULL, stdout=self._files[0], stderr=self._files[1], start_new_session=True)

    def family(self) -> list[psutil.Process]:
        """Every process of the run, zombies not among them."""
        return [each for each in psutil.process_iter() if self._is_ours(each)]

    def others(self) -> list[psutil.Process]:
        """The processes that the command has started."""
        return [each for each in self.family() if each.pid != self.process.pid]

    def _is_ours(self, process: psutil.Process) -> bool:
        with suppress(psutil.Error, OSError):
            return process.environ().get(MARK) == self.mark and process.status() != psutil.STATUS_ZOMBIE
        return False

    def said(self) -> str:
        """What it has said on standard error so far."""
        return (self.place / "stderr").read_text(encoding="utf-8", errors="replace")

    def until(self, words: str, *, seconds: float = 300) -> bool:
        """Waits until the run has said the words on standard error; false where it ended first."""
        return waited(lambda: words in self.said() or self.process.poll() is not None, seconds) and words in self.said()

    def until_pages(self, number: int = 1, *, seconds: float = 300) -> bool:
        """Waits until so many pages are said to be made; false where it ended first."""
        def made() -> int:
            return max((int(line.split()[0]) for line in self.said().splitlines() if " pages, " in line), default=0)

        return waited(lambda: made() >= number or self.process.poll() is not None, seconds) and self.process.poll() is None

    def send(self, number: int) -> None:
        """Sends the signal to the command's own process, where it still runs."""
        with suppress(ProcessLookupError):
            self.process.send_signal(number)

    def ended(self, *, seconds: float = 600) -> Ended:
        """What became of the run; one that does not end in time is killed, with all that it started, and its code is -999."""
        try:
            code = self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            code = -999
        took = time.monotonic() - self._begun
        waited(lambda: not self.others(), LEFT_SECONDS)
        left = [_words(each) for each in self.family()]
        for each in self.family():
            with suppress(psutil.Error):
                each.kill()
        waited(lambda: not self.family(), LEFT_SECONDS)
        self.process.wait()
        for file in self._files:
            file.close()
        return Ended(code, (self.place / "stdout").read_text(encoding="utf-8", errors="replace"), self.said(), took, left)


def _words(process: psutil.Process) -> str:
    with suppress(psutil.Error):
        return " ".join(process.cmdline())[:100]
    return "gone since"


def waited(for_what: Callable[[], bool], seconds: float) -> bool:
    """Whether it came true before the seconds were over."""
    until = time.monotonic() + seconds
    while not for_what():
        if time.monotonic() > until:
            return False
        time.sleep(0.02)
    return True


def small_run(place: Path, data: Path, out: Path, *more: str, asked: tuple[str, ...] = ASKED, **options) -> Trial:
    """The small state's review, started."""
    return Trial(place, "--data", str(data), *asked, "--out", str(out), *more, **options)


# ---- what is there -------------------------------------------------------------------------------------------------------

def digests(out: Path) -> dict[str, str]:
    """What readers of the runs below `out` get, by path, with its digest: without the restricted part and run.json; the ledger's too."""
    found = {each.name: each.read_bytes() for each in out.glob("given-out-*.jsonl")}
    for folder in sorted(each for each in out.iterdir() if each.is_dir()) if out.is_dir() else ():
        found |= {f"{folder.name}/{name}": content for name, content in tree(folder).items()}
    return {name: hashlib.sha256(content).hexdigest() for name, content in found.items()}


def differing(one: dict[str, str], other: dict[str, str]) -> list[str]:
    """The paths that only one has, or that have different content."""
    return sorted(name for name in one.keys() | other.keys() if one.get(name) != other.get(name))


def torn(out: Path) -> list[str]:
    """Pages that are not whole."""
    pages = [path for path in out.rglob("*.html") if "restricted" not in path.parts]
    return sorted(path.relative_to(out).as_posix() for path in pages if not path.read_bytes().rstrip().endswith(b"</html>"))


def hidden(out: Path) -> list[str]:
    """Working files and locks that were left."""
    return sorted(path.relative_to(out).as_posix() for path in out.rglob(".*"))


class Reader:
    """Reads every page below `out`, over and over, while the run goes on; each must be whole, and one of those that are `known`, if any."""

    def __init__(self, out: Path, known: set[str] = frozenset()):
        self.reads, self.bad = 0, []
        self._out, self._known, self._over = out, known, threading.Event()
        self._thread = threading.Thread(target=self._read, daemon=True)

    def __enter__(self) -> Reader:
        self._thread.start()
        return self

    def __exit__(self, *_) -> None:
        self._over.set()
        self._thread.join()

    def _read(self) -> None:
        while not self._over.is_set():
            with suppress(FileNotFoundError, NotADirectoryError):  # replaced or moved meanwhile
                for path in (each for each in self._out.rglob("*.html") if "restricted" not in each.parts):
                    self._look(path)
            time.sleep(0.001)

    def _look(self, path: Path) -> None:
        content = path.read_bytes()
        self.reads += 1
        whole = content.rstrip().endswith(b"</html>")
        if not whole or (self._known and hashlib.sha256(content).hexdigest() not in self._known):
            self.bad.append(f"{path.name}, {len(content)} bytes, {'whole' if whole else 'torn'}")


# ---- how it is hurt ------------------------------------------------------------------------------------------------------

def moments(seed: int, number: int, seconds: float) -> list[float]:
    """Moments of a run that takes so long, one drawn from each of as many equal parts: the same for the same seed."""
    drawn = random.Random(seed)
    return [seconds * (part + drawn.random()) / number for part in range(number)]


def at(moment: float, act: Callable[[], None], trial: Trial) -> None:
    """Acts at this second of the run, where it still runs then."""
    waited(lambda: time.monotonic() - trial._begun >= moment or trial.process.poll() is not None, moment + 1)
    if trial.process.poll() is None:
        act()


def killed_at_call(function: str, number: int, *, after: bool) -> str:
    """Custom Python that kills the command at the nth call of `os.<function>` in any of its processes, before the call or after."""
    return f"""
own = os.{function}
def hurt(*words, **more):
    now = nth({function!r}) == {number}
    if now and not {after}:
        os.kill(FIRST, 9)
    done = own(*words, **more)
    if now:
        os.kill(FIRST, 9)
    return done
os.{function} = hurt
"""


def every(function: str, number: int, act: str) -> str:
    """Custom Python that runs `act` in the place of every nth call of `os.<function>`."""
    return f"""
own = os.{function}
def hurt(*words, **more):
    if nth({function!r}) % {number} == 0:
        {act}
    return own(*words, **more)
os.{function} = hurt
"""


@contextmanager
def paused(trial: Trial) -> Iterator[None]:
    """All processes of the run stand still meanwhile, as when a machine sleeps."""
    stopped = trial.family()
    for each in stopped:
        with suppress(psutil.Error):
            each.send_signal(signal.SIGSTOP)
    yield
    for each in stopped:
        with suppress(psutil.Error):
            each.send_signal(signal.SIGCONT)


@contextmanager
def mounted(place: Path, *words: str) -> Iterator[bool]:
    """Whether something could be mounted there, as `mount` takes the words; taken off afterwards."""
    place.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(["mount", *words, str(place)], stderr=subprocess.DEVNULL).returncode == 0
    try:
        yield done
    finally:
        if done:
            subprocess.run(["umount", "-l", str(place)], check=True)


def small_disk(place: Path, size: str):
    """A disk of this size, such as `128k`."""
    return mounted(place, "-t", "tmpfs", "-o", f"size={size}", "tmpfs")
