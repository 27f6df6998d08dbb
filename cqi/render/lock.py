"""One run a folder at a time, in a folder of its own."""

from __future__ import annotations

import os
import re
import socket
import time
from contextlib import contextmanager, suppress
from datetime import datetime, timezone
from pathlib import Path

import psutil

from cqi.vocabulary import CqiError, local

NAME = ".lock"
_WORDS = re.compile(r"(?P<pid>\d{1,9}) (?P<begun>\d{1,12}) (?P<host>\S+) (?P<since>\S+)")
BEING_WRITTEN_SECONDS = 10
"""A lock without words is that of a run which has just made it; an older one was left by a run that died there."""


class FolderHeld(CqiError):
    """Another run holds the folder; the command exits 4."""


@contextmanager
def held(folder: Path):
    """Holds the folder, made if need be, for this process; folders that are empty afterwards are removed again.

    A lock whose process is gone is taken over. Raises FolderHeld where another process holds it, on this machine or
    another, and CqiError where the folder is an address, or where it or anything in it is a link to another place.
    """
    for part in folder.parts:
        local(part, "the place for pages")
    _check_links(folder)
    made = [each for each in (folder, *folder.parents) if not each.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    try:
        _take(folder / NAME)
        try:
            _check_links(folder)
            yield
        finally:
            (folder / NAME).unlink(missing_ok=True)
    finally:
        with suppress(OSError):  # the first that is not empty ends it
            for each in made:
                each.rmdir()


def _check_links(folder: Path) -> None:
    """Raises CqiError for a link in the folder, which would take pages to another place."""
    below = (Path(at) / name for at, folders, files in os.walk(folder) for name in (*folders, *files))
    if link := next((path for path in (folder, *below) if path.is_symlink()), None):
        raise CqiError(f"{link}: this is a link to another place, and a run writes in its own folder only; remove it, or choose another --out.")


def _take(path: Path) -> None:
    for _ in range(2):
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)  # never through a link
        except FileExistsError:
            _clear_if_stale(path)
            continue
        with open(handle, "w", encoding="utf-8") as file:
            file.write(f"{os.getpid()} {_begun(os.getpid()):.0f} {socket.gethostname()} {datetime.now(timezone.utc):%Y-%m-%dT%H:%M:%SZ}")
        return
    raise _just_taken(path)


def _clear_if_stale(path: Path) -> None:
    """Removes a lock whose process is gone; raises FolderHeld for one that holds."""
    try:
        text, made = path.read_text(encoding="utf-8"), path.stat().st_mtime
    except FileNotFoundError:
        return
    if not (words := _WORDS.fullmatch(text)) and time.time() - made < BEING_WRITTEN_SECONDS:
        raise _just_taken(path)
    if words and (words["host"] != socket.gethostname() or abs(_begun(int(words["pid"])) - int(words["begun"])) < 2):
        raise FolderHeld(f"{path.parent}: another run (process {words['pid']} on {words['host']}, since {words['since']}) holds this "
                         f"folder; wait for it, or delete {path.name} there if it is gone.")
    _remove(path, text)


def _remove(path: Path, stale: str) -> None:
    """Removes the lock that was read, never one that another run has made since."""
    aside = path.with_name(f"{path.name}.{os.getpid()}")
    with suppress(FileNotFoundError):
        path.rename(aside)
        if aside.read_text(encoding="utf-8") != stale:
            aside.rename(path)
            raise _just_taken(path)
        aside.unlink()


def _just_taken(path: Path) -> FolderHeld:
    return FolderHeld(f"{path.parent}: another run has just taken this folder; wait for it to finish.")


def _begun(pid: int) -> float:
    """When the process began, in seconds since 1970; -1 where there is none."""
    try:
        return psutil.Process(pid).create_time()
    except psutil.NoSuchProcess:
        return -1.0
