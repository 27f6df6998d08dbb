"""Does anything of a child get out? Every source, every malformed file, every fault, every planted leak, searched in every encoding.

    python benchmarks/canaries.py [sources] [malformed] [faults] [leaks]

Minutes. Exits 1 where a canary was found that should not be there, or a planted one was missed.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests"))

import psutil  # noqa: E402

from canary import AS, PLACES, Canaries, Seen, open_to_others, planted, state, traces, watched  # noqa: E402
from planted_leaks import CLEAN, LEAKS  # noqa: E402
from planted_leaks import planted as with_leak  # noqa: E402

REVIEWS = {"episodes": ("--county", "Juniper", "--cohort", "2025H2"), "ccwis": ("--county", "Juniper", "--cohort", "2025H2"),
           "ssda903": ("--county", "Juniper", "--cohort", "2025H2"), "afcars": ("--cohort", "2021H2", "--as-of", "2022-06-30", "--county", "03025")}
BOTH = ("--profile", "internal", "--profile", "release")
PATTERNS = {"value": "raise ValueError(f'no exit for {ids.iloc[0]}')", "exit": "import os; os._exit(9)", "hang": "import time; time.sleep(600)",
            "deaf": "import signal, time; signal.signal(signal.SIGINT, signal.SIG_IGN); time.sleep(600)", "grandchild": "import subprocess, sys\n"
            "subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\nraise ValueError(ids.iloc[0])", "memory": "bytearray(10 ** 12)"}
SHORT = "import cqi.render.pages as pages; pages.CELL_SECONDS = 4\n"
MAIN = "from cqi.cli import main; raise SystemExit(main())"
LIMITED = "import resource, signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN); resource.setrlimit(resource.RLIMIT_{}, ({}, {}))\n"
OWN_DAYS = frozenset(map(date.fromisoformat, ("2015-03-17", "2016-08-09", "2014-11-23", "2015-04-17")))
"""Days of birth in the malformed files."""


def told(name: str, seen: Seen, found: list[str], *, values_in_logs: bool = False) -> bool:
    """Prints one line on a run, and whether it is clean. What failed may be in `restricted`, for its owner's eyes only."""
    inside = [each for each in found if "/restricted/" in each.partition(": ")[0]]
    outside = [each for each in found if each not in inside]
    open_ones = [path for folder in seen.folder.glob("out/*/restricted") for path in open_to_others(folder)]
    good = not (outside or open_ones or (inside and not values_in_logs))
    print(f"{'ok  ' if good else 'FAIL'} {name}: exit {seen.code}, {len(seen.left(*(each for each in PLACES if (seen.folder / each).exists())))} files, "
          f"home {len(seen.left('home'))}, temporary {len(seen.left('tmp'))}; found {len(outside)} outside restricted, {len(inside)} inside, "
          f"{len(open_ones)} open to others", flush=True)
    for each in (*outside, *open_ones)[:5]:
        print(f"     {each}", flush=True)
    return good


def sources(place: Path) -> Iterator[bool]:
    """A review of every source, a check with its file, and the past replayed."""
    canaries = Canaries(planted())
    for source, words in REVIEWS.items():
        data = state(place / source, source)
        own = ("--data", data, "--source", source)
        runs = {"review": ("review", *own, *words, *BOTH, "--out", "../out"), "check": ("check", data, "--source", source, "--csv", "found.csv")}
        if source == "episodes":
            runs |= {"backtest": ("backtest", *own), "since": ("check", data, "--since", data)}
        for name, run in runs.items():
            seen = watched(*run, folder=place / f"{source}-{name}")
            yield told(f"{source} {name}", seen, seen.canaries(canaries)) and seen.code in (0, 1, 3) and not seen.left("home", "tmp")


def malformed(place: Path) -> Iterator[bool]:
    """Every malformed file of tests/test_defects.py, its ids made tokens: checked, and reviewed."""
    from test_defects import CASES, OURS

    for number, (code, action, defect, files, _) in enumerate(CASES):
        source, folder, environment = "episodes", place / f"malformed-{number}", {}
        if isinstance(files, tuple):
            _, settings, files, *changes = files
            text = (OURS / "episodes.toml").read_text(encoding="utf-8")
            for old, new in changes:
                text = text.replace(old, new, 1)
            (folder / "definitions/sources").mkdir(parents=True)
            (folder / "definitions/sources/own.toml").write_text(f"{settings}\n{text}", encoding="utf-8")
            source, environment = "own", {"CQI_DEFINITIONS": str(folder / "definitions")}
        (folder / "data").mkdir(parents=True)
        for name, text in (files if isinstance(files, dict) else {"episodes.csv": files}).items():
            (folder / "data" / name).write_bytes(with_tokens(text if isinstance(text, bytes) else text.encode()))
        program = (f"from cqi.cli import main; own = ['--source', {source!r}]; data = {str(folder / 'data')!r}\n"
                   "codes = [main(['check', data, *own, '--csv', 'found.csv']),"
                   " main(['review', '--data', data, *own, '--cohort', '2024H1', '--as-of', '2025-01-31', '--county', 'Alder', *'--profile internal --out ../out'.split()])]\n"
                   "raise SystemExit(max(codes))")
        seen = watched(folder=folder, program=program, **environment)
        found = [f"{name}: {what}" for name, content in contents(seen) for what in traces(content, OWN_DAYS)]
        yield told(f"{code} {action} {defect}", seen, found)


def contents(seen: Seen) -> Iterator[tuple[str, bytes]]:
    """Every file that the command left, by name, and what it said."""
    for name in PLACES:
        for path in (seen.folder / name).rglob("*"):
            if path.is_file():
                yield path.relative_to(seen.folder).as_posix(), path.read_bytes()
    yield from ((name, text.encode()) for name, text in seen.said.items())


def with_tokens(content: bytes) -> bytes:
    """The content with tokens for its ids and names, in the encodings that the files have."""
    for old, new in (("hidden", "ZQ7XKC00000"), ("hid\0den", "ZQ7XK\0C00000"), ("Ada Secret", "ZQ7XKN000001"), ("900112233", "ZQ7XKI000001")):
        for letters in ("utf-8", "utf-16-le"):
            content = content.replace(old.encode(letters), new.encode(letters)) if old != "900112233" or b"ssn" in content.lower() else content
    return content


def faults(place: Path) -> Iterator[bool]:
    """What goes wrong in a cell, in a kernel, in the run, on the disk and in the file: what stays must tell nothing."""
    canaries, data = Canaries(planted()), state(place / "data")
    own = ("review", "--data", data, "--county", "Juniper", "--cohort", "2025H2", "--profile", "internal")

    def run(name: str, *words, out: str = "../out", **options) -> bool:
        seen = watched(*(words or own), "--out", out, folder=place / name.replace(" ", "-"), **options)
        return told(name, seen, seen.canaries(canaries), values_in_logs="CQI_NOTEBOOKS" in options)

    for name, cell in PATTERNS.items():
        notebooks = with_leak(place / "notebooks" / name, cell, whole=True)
        yield run(f"cell: {name}", program=SHORT + MAIN, CQI_NOTEBOOKS=str(notebooks))
    for name, number, whom in (("kernel killed", signal.SIGKILL, "kernels"), ("kernel stopped", signal.SIGTERM, "kernels"), ("run ended", signal.SIGTERM, "run"),
                               ("run interrupted", signal.SIGINT, "run"), ("run killed", signal.SIGKILL, "run")):
        yield run(name, during=once(number, whom))
    for name, kind, most in (("file-size limit", "FSIZE", 60_000), ("few open files", "NOFILE", 48), ("little memory", "AS", 1_200_000_000)):
        yield run(name, program=LIMITED.format(kind, most, most) + MAIN)
    (place / "a-file").write_text("x", encoding="utf-8")
    yield run("no folder to write to", out=str(place / "a-file" / "out"))
    yield run("output goes away", during=lambda process: shutil.rmtree(place / "output-goes-away/out", ignore_errors=True) if begun(process) else None)
    yield run("file replaced meanwhile", during=lambda process: os.utime(data / "episodes.csv") if begun(process) else None)
    yield run("no room", out=full_disk(place)) if full_disk(place) else True
    for name, cut in (("cut short", slice(None, -40)), ("damaged", slice(100, None))):
        shutil.copytree(data, place / f"data-{cut.start}")
        content = (data / "episodes.csv").read_bytes()
        (place / f"data-{cut.start}/episodes.csv").write_bytes(content[cut])
        yield run(f"file {name}", "review", "--data", place / f"data-{cut.start}", *own[3:])
    yield run("C locale", LC_ALL="C", LANG="C", PYTHONUTF8="0", TZ="Pacific/Kiritimati")


def begun(process) -> bool:
    """Whether the run has started a kernel."""
    return process.poll() is None and bool(psutil.Process(process.pid).children())


def once(number: int, whom: str):
    """Sends the signal a second after the first kernel has started, once."""
    seen: dict = {}

    def act(process) -> None:
        if begun(process) and time.monotonic() - seen.setdefault("since", time.monotonic()) > 1 and "sent" not in seen:
            seen["sent"] = True
            for each in psutil.Process(process.pid).children() if whom == "kernels" else [process]:
                each.send_signal(number)

    return act


def full_disk(place: Path) -> str:
    """A disk of 128 kB, where one may be mounted; else none."""
    disk = place / "small"
    disk.mkdir(exist_ok=True)
    mounted = disk.is_mount() or subprocess.run(["mount", "-t", "tmpfs", "-o", "size=128k", "tmpfs", str(disk)], stderr=subprocess.DEVNULL).returncode == 0
    return str(disk / "out") if mounted else ""


def leaks(place: Path) -> Iterator[bool]:
    """17 ways to let rows out, and 3 that do not: found where nothing guards, blocked where the guards are on."""
    canaries, data, found, blocked = Canaries(planted()), state(place / "data"), 0, 0
    for name, cell in (LEAKS | CLEAN).items():
        folder = place / name.replace(" ", "-")
        notebooks = with_leak(folder / "own", cell)
        there = canaries.found(unguarded(notebooks / "mid_course_review.ipynb", data, folder / "unguarded"))
        outcome, left, inside = guarded(notebooks, data, folder)
        bad = canaries.found(*left, reason=outcome.reason)
        closed = outcome.status == ("done" if name.endswith("block") else "failed") and not bad
        good = bool(there) == (name in LEAKS) and closed and (name in LEAKS or not canaries.found(inside))
        found, blocked = found + (name in LEAKS and bool(there)), blocked + (name in LEAKS and closed)
        print(f"{'ok  ' if good else 'FAIL'} {name}: unguarded {len(there)} found; guarded {outcome.status}, {len(bad)} found, {outcome.reason}", flush=True)
        yield good
    print(f"found {found} of {len(LEAKS)}, blocked {blocked} of {len(LEAKS)}", flush=True)


def unguarded(notebook: Path, data: Path, folder: Path) -> Path:
    """What papermill and nbconvert, as they come, leave of a notebook."""
    from nbconvert import HTMLExporter
    from papermill import execute_notebook
    from papermill.exceptions import PapermillExecutionError

    folder.mkdir(parents=True)
    os.environ.pop("CQI_RUN", None)
    try:
        execute_notebook(str(notebook), str(folder / "page.ipynb"), parameters={"county": "Juniper", "data": str(data), "profile": "internal"},
                         progress_bar=False, kernel_name="python3")
    except PapermillExecutionError as error:
        (folder / "error.txt").write_text(str(error), encoding="utf-8")
    (folder / "page.html").write_text(HTMLExporter().from_filename(str(folder / "page.ipynb"))[0], encoding="utf-8")
    return folder


def guarded(notebooks: Path, data: Path, folder: Path):
    """What became of the page in a run, what is left of it outside `restricted`, and `restricted`."""
    from cqi.render.gate import identifiers
    from cqi.render.pages import rendered
    from cqi.render.job import Job
    from cqi.sources import load

    os.environ |= {"CQI_NOTEBOOKS": str(notebooks), "CQI_RUN": "1"}
    shared = {"as_of": "", "source": "episodes", "data": str(data), "profile": "internal"}
    job = Job("review", {"county": "Juniper", "cohort": "2025H2", **shared}, "internal/juniper/2025h2.html")
    with tempfile.TemporaryDirectory() as private:
        outcome = rendered(job, folder / "out", folder / "out", Path(private), identifiers(load(data)))
    left = [path for path in (folder / "out").rglob("*") if path.is_file() and "restricted" not in path.relative_to(folder).parts]
    return outcome, left, folder / "out" / "restricted"


PARTS = {"sources": sources, "malformed": malformed, "faults": faults, "leaks": leaks}


def main(names: list[str]) -> int:
    """Runs the parts named, or all, and returns 1 where one of them found what should not be there."""
    results: list[bool] = []
    for name in names or PARTS:
        with tempfile.TemporaryDirectory(prefix="canaries-") as place:
            print(f"---- {name}", flush=True)
            results += list(PARTS[name](Path(place)))
            if (Path(place) / "small").is_mount():
                subprocess.run(["umount", f"{place}/small"], check=True)
    print(f"{sum(results)} of {len(results)} as they should be", flush=True)
    return int(not all(results))


if __name__ == "__main__":
    assert set(AS) == set(REVIEWS)
    raise SystemExit(main(sys.argv[1:]))
