"""The command as its users run it, and the project's notebooks with one thing changed."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import psutil

from cqi.blocks import MIME

ROOT = Path(__file__).parents[1]
DATA = str(ROOT / "data_samples")


def command(*words: str, cwd: Path = ROOT, **environment: str) -> subprocess.CompletedProcess:
    """`cqi` with these words in a process of its own, run to its end."""
    return subprocess.run([sys.executable, "-m", "cqi", *words], cwd=cwd, env=_environment(environment), capture_output=True, text=True,
                          encoding="utf-8", timeout=240)


def started(*words: str, **environment: str) -> subprocess.Popen:
    """`cqi` with these words in a process of its own, still running."""
    return subprocess.Popen([sys.executable, "-m", "cqi", *words], cwd=ROOT, env=_environment(environment), stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE, text=True, encoding="utf-8", preexec_fn=_hears_interrupts)


def _hears_interrupts() -> None:
    """Also where the tests run in the background of a shell, whose jobs do not."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def _environment(own: dict[str, str]) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1", **own}


def at_work(process: subprocess.Popen, out: Path, *, seconds: int = 120) -> list[psutil.Process]:
    """The processes that the command has started, once it holds its folder below `out`."""
    until = time.monotonic() + seconds
    while time.monotonic() < until and process.poll() is None:
        found = psutil.Process(process.pid).children(recursive=True)
        if found and list(out.glob("*/restricted/manifest.jsonl")) and list(out.glob("*/.lock")):
            return found
        time.sleep(0.05)
    raise AssertionError("the command never held its folder")


def alive(processes: list[psutil.Process], *, seconds: float) -> list[psutil.Process]:
    """Those that still run when the seconds are over; one that has ended and was not yet taken note of does not."""
    return [each for each in psutil.wait_procs(processes, timeout=seconds)[1] if not _ended(each)]


def _ended(process: psutil.Process) -> bool:
    try:
        return process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def notebooks_with(folder: Path, *, old: str = "", new: str = "", cell: str = "", name: str = "mid_course_review.ipynb") -> Path:
    """A copy of the project's notebooks; in the one named, `old` becomes `new` and `cell` is added after the first cell of code."""
    shutil.copytree(ROOT / "notebooks", folder, ignore=shutil.ignore_patterns("*.pyc", ".*", "training"))
    notebook = nbformat.read(folder / name, as_version=4)
    for each in notebook.cells:
        each.source = each.source.replace(old, new) if old else each.source
    if cell:
        notebook.cells.insert(3, nbformat.v4.new_code_cell(cell))
    nbformat.write(notebook, folder / name)
    return folder


def blocks(path: Path) -> list[dict]:
    """The blocks that an executed notebook shows, in order."""
    notebook = nbformat.read(path, as_version=4)
    return [output.data[MIME] for cell in notebook.cells for output in cell.get("outputs", ()) if MIME in output.get("data", {})]


def tree(folder: Path) -> dict[str, bytes]:
    """What readers of a run get, by path: everything but the restricted part and run.json, which holds times."""
    files = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    return {name: path.read_bytes() for name, path in sorted(files.items()) if name != "run.json" and not name.startswith("restricted/")}
