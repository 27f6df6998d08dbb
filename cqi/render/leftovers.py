"""What runs have left which were killed, private folders and files half written: the next run takes them away."""

from __future__ import annotations

import os
import re
import shutil
from contextlib import suppress
from pathlib import Path

from cqi.render.lock import ended_here, own_words

PREFIX = "cqi-"
OWNER = "owner"
"""The file in a private folder that names its run."""
WORKING = re.compile(r"\..+\.\d+\.\d+")
"""The name of a file that is not in its place yet (see `cqi.render.pages.write_whole`)."""


def claim(folder: Path) -> None:
    """Says whose the private folder is: this process's."""
    (folder / OWNER).write_text(own_words(), encoding="utf-8")


def sweep(place: Path) -> list[Path]:
    """Removes private folders in the place whose run has ended without removing them, and returns which.

    Only those of this user and of processes that this machine can see to have ended; never a link, or a folder that names nobody.
    """
    found = [each for each in place.glob(f"{PREFIX}*") if _left(each)]
    for each in found:
        shutil.rmtree(each, ignore_errors=True)
    return found


def _left(folder: Path) -> bool:
    with suppress(OSError):
        own = not hasattr(os, "getuid") or folder.lstat().st_uid == os.getuid()
        return own and folder.is_dir() and not folder.is_symlink() and ended_here((folder / OWNER).read_text(encoding="utf-8", errors="replace"))
    return False


def tidy(folder: Path) -> None:
    """Removes the files below a run's folder that a killed process has not put into their places; only for who holds the folder."""
    for inside, _, names in os.walk(folder):
        for name in filter(WORKING.fullmatch, names):
            (Path(inside) / name).unlink(missing_ok=True)
