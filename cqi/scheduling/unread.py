"""What is kept of a run that a scheduler started and that could not begin, because the site's file could not be read."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from cqi.render.room import reason
from cqi.scheduling.due import Attempt, due_words, keep
from cqi.site.parts import Asked
from cqi.site.values import place
from cqi.vocabulary import SITE_FILE

OUT = re.compile(r"""^[ \t]*out[ \t]*=[ \t]*(["'])(.+?)\1""", re.MULTILINE)
CODE = 2
"""The exit code of a command that was given what it cannot read."""


def keep_unread(folder: Path, error: Exception, now: datetime) -> None:
    """Keeps that the run of this moment could not begin, and why, where the site's pages lie as far as its file can still be understood.

    It is no answer to when a run was due: once the file is right, the run is made. A place that cannot be written to is left.
    """
    why = reason(error) if isinstance(error, OSError) else str(error)
    words = f"The scheduled run of {due_words(now)} failed, because {SITE_FILE} could not be read: {why}"
    with suppress(OSError):
        keep(_pages(folder), Attempt("", CODE, "", [words]))


def _pages(folder: Path) -> Path:
    """The folder of the pages, as a file says that is not right as a whole."""
    with suppress(OSError, ValueError):
        told = OUT.search((folder / SITE_FILE).read_text(encoding="utf-8-sig", errors="replace"))
        return (folder / place(told[2] if told else Asked().out)).resolve()
    return (folder / Asked().out).resolve()
