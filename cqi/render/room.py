"""Whether a run can write what it is about to make, found out before any work; and what a disk says, in words."""

from __future__ import annotations

import errno
import os
import shutil
from pathlib import Path
from tempfile import TemporaryFile

from cqi.vocabulary import CqiError

PAGE_BYTES = 400_000
"""A page with its tables and its executed notebook; measured: 330,000 an internal one and 160,000 a released one, over three counties."""
PAGE_FILES = 3
MARGIN = 1.5
REASONS = {
    errno.ENOSPC: "there is no room left; delete what is not needed, or choose another place with --out",
    errno.EDQUOT: "your share of the disk is used up; delete what is not needed, or choose another place with --out",
    errno.EFBIG: "a file may not be as large as this one would be; ask for a larger limit (ulimit -f)",
    errno.EMFILE: "too many files are open at once; ask for a larger limit (ulimit -n)",
    errno.ENFILE: "too many files are open on this machine; run the command again when it is less busy",
    errno.EROFS: "this place is read-only; choose another with --out",
    errno.EACCES: "you may not write here; ask its owner, or choose another place with --out",
    errno.EPERM: "you may not write here; ask its owner, or choose another place with --out",
    errno.ENOTDIR: "a part of this path is a file and not a folder; choose another place with --out",
    errno.ENOENT: "this place is not there, or no longer; make it again, or choose another with --out",
    errno.EIO: "the disk could not be read or written; have it looked at, and choose another place with --out",
    errno.ENOMEM: "the machine has too little memory; close other programs, or ask for fewer counties at once with --county",
}


def check_writable(folder: Path) -> None:
    """Raises CqiError where nothing can be written to the folder, or, where it is not there yet, to the nearest above it that is."""
    try:
        with TemporaryFile(dir=_nearest(folder), prefix=".cqi-") as probe:
            probe.write(b"\0" * 4096)
            probe.flush()
            os.fsync(probe.fileno())
    except OSError as error:
        raise CqiError(f"{folder}: {reason(error)}.") from None


def check_room(folder: Path, pages: int) -> None:
    """Raises CqiError, with what is needed and what is free, where so many pages would not find room in the folder's disk."""
    there = _nearest(folder)
    needed, free = pages * PAGE_BYTES * MARGIN, shutil.disk_usage(there).free
    if needed > free:
        raise CqiError(f"{there}: {pages:,} pages need about {_megabytes(needed)} MB, and {_megabytes(free)} MB are free; make room, or choose another "
                       "place with --out.")
    files = os.statvfs(there) if hasattr(os, "statvfs") else None
    if files and files.f_files and files.f_favail < pages * PAGE_FILES:
        raise CqiError(f"{there}: {pages:,} pages need about {pages * PAGE_FILES:,} files, and the disk takes {files.f_favail:,} more; delete files that are "
                       "not needed, or choose another place with --out.")


def reason(error: OSError) -> str:
    """Why a file could not be read or written and what to do, in words for any reader, without the file's name."""
    return REASONS.get(error.errno, f"this did not work ({error.strerror or type(error).__name__}); choose another place with --out")


def sync_folder(folder: Path) -> None:
    """Makes sure on the disk of which files are in the folder."""
    if hasattr(os, "O_DIRECTORY"):  # Windows syncs no folder
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _nearest(folder: Path) -> Path:
    """The folder, or the nearest above it that there is."""
    return next(each for each in (folder, *folder.absolute().parents) if each.exists())


def _megabytes(number: float) -> str:
    return f"{number / 1_000_000:,.1f}"
