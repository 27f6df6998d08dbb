"""What a scheduler is told: which folder, when, and the one command that it starts."""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from cqi.site.when import Rule
from cqi.site.parts import Site
from cqi.vocabulary import CqiError

DUE = ("schedule", "--due")
UNFIT = re.compile(r"[\x00-\x1f\x7f\\]" if sys.platform != "win32" else r"[\x00-\x1f\x7f]")
"""Characters that the files of schedulers have no place for, or read as something else."""


@dataclass(frozen=True)
class Task:
    """The runs of a site, when they are due, and the Python that has the program.

    Raises CqiError for a folder whose name no scheduler's file can hold.
    """

    site: Site
    when: Rule
    python: str = sys.executable

    def __post_init__(self) -> None:
        for place in (str(self.folder), self.python):
            if UNFIT.search(place):
                raise CqiError("The name of this folder, or of the one that the program is in, holds a character that schedulers "
                               "cannot read (a line's end, a tab, a backslash); move it to a folder with another name.")

    @property
    def folder(self) -> Path:
        """The folder that cqi.toml is in, in which the command starts."""
        return self.site.folder.resolve()

    @property
    def name(self) -> str:
        """What the task is called: the same for the same folder, different for every other."""
        return f"cqi-reviews-{hashlib.sha256(str(self.folder).encode()).hexdigest()[:8]}"

    @property
    def command(self) -> tuple[str, ...]:
        """What is started in the folder: whatever lies there, the installed program and no file of the folder is imported."""
        return (self.python, *module(*DUE))


def module(*words: str) -> tuple[str, ...]:
    """The words after Python's own name that start `cqi` with these words."""
    return ("-P", "-m", "cqi", *words)


def done(words: list[str], *, said: bytes = b"") -> subprocess.CompletedProcess:
    """A tool of the system, run to its end with `said` to read. Raises CqiError where it is not there."""
    try:
        return subprocess.run(words, input=said, capture_output=True, check=False)
    except FileNotFoundError:
        raise CqiError(f"{words[0]}: not on this machine; choose another with --scheduler cron, systemd, windows, airflow or "
                       "jupyter.") from None


def succeeded(words: list[str], *, said: bytes = b"") -> None:
    """Runs a tool of the system. Raises CqiError with its first line where it did not do its work."""
    found = done(words, said=said)
    if found.returncode:
        told = (found.stderr or found.stdout).decode(errors="replace").strip().partition("\n")[0]
        raise CqiError(f"{' '.join(words)}: this did not work ({told or f'exit code {found.returncode}'}).")
