"""One page: papermill runs the notebook, the page is written whole or not at all, and what went wrong is said in words."""

from __future__ import annotations

import builtins
import errno
import json
import os
import stat
import threading
import time
import traceback
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from cqi.blocks import MIME
from cqi.blocks.svg import start_engine
from cqi.render.gate import refuse_identifiers
from cqi.render.kernels import engine_options
from cqi.render.page import exporter, page_html
from cqi.render.job import Job, notebook_path, papermill_path
from cqi.render.room import reason, sync_folder
from cqi.vocabulary import CqiError

CELL_SECONDS = 600
RUN_FOLDER: Path | None = None
"""In a page writer the folder of its run: where it was taken away, nothing is written there again."""
WHAT_HAPPENED = {
    "CellTimeoutError": "A step of the notebook took longer than {seconds} seconds and was ended",
    "DeadKernelError": "The notebook's process ended before it was done, twice; the machine may have too little memory",
    "MemoryError": "The notebook ran out of memory; close other programs, or use a machine with more",
}


@dataclass(frozen=True)
class Outcome:
    """What became of a page: `done`, `failed` or `withheld`, its first sentence, the reason, the page's SHA-256, the seconds that its
    notebook and its drawing took, and whether it `stood` already."""

    job: Job
    status: str
    answer: str = ""
    reason: str = ""
    sha256: str = ""
    notebook_seconds: float = 0.0
    page_seconds: float = 0.0
    stood: bool = False

    @property
    def seconds(self) -> float:
        """Seconds in all."""
        return self.notebook_seconds + self.page_seconds


def prepare() -> None:
    """Imports and starts what the first page would wait for: papermill, the page's template, the engine that draws."""
    import papermill.engines
    import papermill.execute  # noqa: F401

    exporter()
    start_engine()


def rendered(job: Job, out: Path, pages: Path, private: Path, ids: frozenset[str] = frozenset(), *, warm: str = "") -> Outcome:
    """Renders one page below `pages` and says what became of it; never raises for what goes wrong in a notebook.

    The executed notebook stays in `restricted/` below `out`, and so does the log of a failure. `warm` is the folder of a warm parent that
    forks; without one a kernel runs the notebook, with its sockets in `private`. A notebook whose process was ended is run once more. A page
    on which one of the `ids` stands is not made.
    """
    began = done = time.monotonic()
    try:
        notebook = _executed_twice(job, out, private, warm)
        done = time.monotonic()
        text = page_html(notebook, title=job.title, profile=job.parameters["profile"], facts=(), links=(), **_addresses(job))
        refuse_identifiers(text, ids)
        write_whole(pages / job.place, text)
    except Exception as error:  # noqa: BLE001 - whatever a notebook does is that page's failure only
        return Outcome(job, "failed", reason=_reason(error, job, out, ids), notebook_seconds=time.monotonic() - began)
    return Outcome(job, "done", answer=_first_sentence(notebook), sha256=sha256(text.encode()).hexdigest(), notebook_seconds=done - began,
                   page_seconds=time.monotonic() - done)


def _executed_twice(job: Job, out: Path, private: Path, warm: str):
    """The executed notebook; one whose process was ended gets a second chance."""
    from nbclient.exceptions import DeadKernelError

    try:
        return _executed(job, out, private, warm)
    except DeadKernelError:
        return _executed(job, out, private, warm)


def _executed(job: Job, out: Path, private: Path, warm: str):
    """The executed notebook, prepared and run by papermill, which keeps one that failed. One that is done is kept on one line: writing
    it on many takes a tenth of the page's time."""
    from papermill.engines import papermill_engines
    from papermill.execute import execute_notebook, raise_for_execution_errors

    kept, engine = out / "restricted" / Path(job.place).with_suffix(".ipynb"), "cqi" if warm else None
    make_folder(kept.parent)
    os.close(_owners_only(kept, os.O_APPEND))  # papermill writes into the file that is there, and leaves its mode
    prepared = execute_notebook(papermill_path(notebook_path(job.role)), papermill_path(kept), parameters=job.parameters,
                                engine_name=engine, kernel_name="python3", prepare_only=True)
    done = papermill_engines.execute_notebook_with_engine(
        engine, prepared, "python3", progress_bar=False, log_output=False, **({"warm": warm, "tables": job.tables} if warm else {}),
        **engine_options(private, seconds=CELL_SECONDS))
    raise_for_execution_errors(done, str(kept))
    kept.write_text(json.dumps(done, ensure_ascii=False), encoding="utf-8")
    return done


def _addresses(job: Job) -> dict:
    up = "../" * job.place.count("/")
    return {"stylesheet": f"{up}assets/cqi.css", "home": f"{up[3:]}index.html"}


def write_whole(path: Path, text: str) -> None:
    """Writes beside the path, then renames: a reader finds the old page or the new one, never half of one. Who may read its folder
    may read it."""
    make_folder(path.parent)
    working = path.with_name(f".{path.name}.{os.getpid()}.{threading.get_ident()}")
    try:
        with open(_owners_only(working, os.O_TRUNC), "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        working.chmod(stat.S_IMODE(path.parent.stat().st_mode) & 0o666)
        os.replace(working, path)
        sync_folder(path.parent)
    finally:
        working.unlink(missing_ok=True)


def make_folder(path: Path) -> None:
    """Makes the folder where it is not there, for the same readers as the one that it lies in. Raises FileNotFoundError where the run's own
    folder is no longer there."""
    if not path.is_dir():
        if path == RUN_FOLDER:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(path))
        make_folder(path.parent)
        path.mkdir(exist_ok=True)
        path.chmod(stat.S_IMODE(path.parent.stat().st_mode))


def _owners_only(path: Path, how: int) -> int:
    """An open file, written to in this way, that only its owner may read."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0) | how, 0o600)
    path.chmod(0o600)
    return handle


def _reason(error: Exception, job: Job, out: Path, ids: frozenset[str]) -> str:
    """The failure for a reader: our own error's words; of any other only its kind, with the whole in a private log."""
    kind = _kind(error)
    if isinstance(error, OSError) and error.errno:
        return f"The page could not be written: {reason(error)}."
    if kind == "CqiError" and (words := _without(str(getattr(error, "evalue", error)), ids)):
        return words
    log = out / "restricted" / "logs" / f"{job.place.replace('/', '-')}.log"
    with suppress(OSError):  # where the disk is full the reason still reaches the index
        make_folder(log.parent)
        with open(_owners_only(log, os.O_TRUNC), "w", encoding="utf-8") as file:
            file.write("".join(traceback.format_exception(error)))
    cell = f" in its step {error.exec_count}" if getattr(error, "exec_count", None) else ""
    words = WHAT_HAPPENED.get(kind, "The notebook stopped{cell} ({kind})").format(seconds=CELL_SECONDS, cell=cell, kind=kind)
    return f"{words}. Details, for the maintainer only: {log.relative_to(out).as_posix()}."


def _kind(error: Exception) -> str:
    """The name of the error's type, where it is Python's, pandas' or ours: a notebook may call its own anything."""
    from pandas import errors

    name = getattr(error, "ename", "") or type(error).__name__
    known = name in ("CqiError", *WHAT_HAPPENED) or hasattr(builtins, name) or hasattr(errors, name)
    return name if known else "an error of its own kind"


def _without(words: str, ids: frozenset[str]) -> str:
    """The words, or none where an id stands among them."""
    try:
        refuse_identifiers(words, ids)
    except CqiError:
        return ""
    return words


def _first_sentence(notebook) -> str:
    """The first paragraph of the page's answer; empty for a page without one."""
    for cell in notebook.cells:
        for output in cell.get("outputs", ()):
            if found := _answer(output.get("data", {}).get(MIME, {})):
                return found
    return ""


def _answer(content: dict) -> str:
    if content.get("role") == "answer":
        return content["paragraphs"][0]
    return next(filter(None, map(_answer, content.get("blocks", ()))), "")
