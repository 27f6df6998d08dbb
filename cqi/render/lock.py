"""One run a folder at a time, in a folder of its own."""

from __future__ import annotations

import os
import re
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import datetime, timezone
from pathlib import Path

import psutil

from cqi.render.privacy import private_files
from cqi.vocabulary import CqiError, local

NAME = ".lock"
_WORDS = re.compile(r"(?P<pid>\d{1,9}) (?P<begun>\d{1,12}) (?P<host>\S+) (?P<since>\S+)(?: (?P<place>\S+))?")
BEING_WRITTEN_SECONDS = 10
"""A lock without words is that of a run which has just made it; an older one was left by a run that died there."""
BEAT_SECONDS = 30
"""How often a run that holds the folder says so, at most."""
SILENT_SECONDS = 15 * 60
"""A run that cannot be seen from here, as one on another machine, and has said nothing for so long, is gone."""


class FolderHeld(CqiError):
    """Another run holds the folder; the command exits 4."""


class Lock:
    """The lock of a folder that this process holds."""

    def __init__(self, path: Path, words: str):
        self._path, self._words, self._beaten = path, words, time.monotonic()

    def beat(self) -> None:
        """Says that this run is still at work; to be called before every page is put into its place.

        Raises FolderHeld where another run has taken the folder since, as one may after SILENT_SECONDS without a beat, and CqiError where
        the folder is no longer there.
        """
        if (words := _read(self._path)) != self._words:
            raise _no_longer_held(self._path, words)
        if time.monotonic() - self._beaten >= BEAT_SECONDS:
            os.utime(self._path)  # to the time of the file's own machine
            self._beaten = time.monotonic()

    def give_back(self) -> None:
        """Removes the lock, where it is still this run's."""
        if _read(self._path) == self._words:
            self._path.unlink(missing_ok=True)


@contextmanager
def held(folder: Path) -> Iterator[Lock]:
    """Holds the folder, made if need be, for this process; folders that are empty afterwards are removed again.

    A lock whose run is `gone` is taken over. Raises FolderHeld where another process holds it, on this machine or another, and CqiError
    where the folder is an address, or where it or anything in it is a link to another place.
    """
    for part in folder.parts:
        local(part, "the place for pages")
    _check_links(folder)
    made = [each for each in (folder, *folder.parents) if not each.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    try:
        lock = _take(folder / NAME)
        try:
            _check_links(folder)
            yield lock
        finally:
            lock.give_back()
    finally:
        with suppress(OSError):  # the first that is not empty ends it
            for each in made:
                each.rmdir()


@contextmanager
def held_for(folder: Path, mask: int) -> Iterator[Lock]:
    """The folder, held; made, if need be, for those whom the user's mask lets in."""
    with ExitStack() as stack:
        with private_files(mask):
            lock = stack.enter_context(held(folder))
        yield lock


def _check_links(folder: Path) -> None:
    """Raises CqiError for a link in the folder, which would take pages to another place."""
    below = (Path(at) / name for at, folders, files in os.walk(folder) for name in (*folders, *files))
    if link := next((path for path in (folder, *below) if path.is_symlink()), None):
        raise CqiError(f"{link}: this is a link to another place, and a run writes in its own folder only; remove it, or choose another --out.")


def own_words() -> str:
    """What a lock of this process says: its number, when it began, on which machine, since when, and what of the machine it sees."""
    return f"{os.getpid()} {_began(os.getpid())} {socket.gethostname()} {datetime.now(timezone.utc):%Y-%m-%dT%H:%M:%SZ} {_here()}".strip()


def ended_here(text: str) -> bool:
    """Whether these are the words of a process that ran on this machine, since it was last started, and has ended."""
    words = _WORDS.fullmatch(text)
    return bool(words and words["host"] == socket.gethostname() and words["place"] and words["place"] == _here()
                and abs(_began(int(words["pid"])) - int(words["begun"])) > 1)


def _take(path: Path) -> Lock:
    words = own_words()
    for _ in range(2):
        if _made(path, words):
            return Lock(path, words)
        _clear_if_stale(path)
    raise _just_taken(path)


def _made(path: Path, words: str) -> bool:
    """Whether this process and no other has made the file, with these words: never through a link, and on shared file systems too."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return False
    try:
        with open(handle, "w", encoding="utf-8") as file:
            file.write(words)
    except OSError:  # a full disk: nothing is left behind
        path.unlink(missing_ok=True)
        raise
    return True


def _clear_if_stale(path: Path) -> None:
    """Removes a lock whose run is gone; raises FolderHeld for one that holds. One process at a time looks and removes, so that none
    removes a lock that another has made meanwhile."""
    looking = path.with_name(f"{path.name}.taking")
    if not _made(looking, "") and not _made_again(looking):
        raise _just_taken(path)
    try:
        if _is_stale(path, _read(path)):
            path.unlink(missing_ok=True)
    finally:
        looking.unlink(missing_ok=True)


def _made_again(looking: Path) -> bool:
    """Whether what a process has left that died while it looked is now this one's."""
    if _silent(looking) < BEING_WRITTEN_SECONDS:
        return False
    looking.unlink(missing_ok=True)
    return _made(looking, "")


def _is_stale(path: Path, text: str | None) -> bool:
    """Whether there is a lock to remove; raises FolderHeld for one that holds."""
    if text is None:
        return False
    words, silent = _WORDS.fullmatch(text), _silent(path)
    if not words and silent < BEING_WRITTEN_SECONDS:
        raise _just_taken(path)
    if words and not gone(**words.groupdict(), silent=silent):
        raise FolderHeld(f"{path.parent}: another run (process {words['pid']} on {words['host']}, since {words['since']}) holds this "
                         f"folder; wait for it, or delete {path.name} there if it is gone.")
    return True


def gone(*, pid: str, begun: str, host: str, since: str, place: str | None, silent: float) -> bool:
    """Whether the run of a lock with these words is gone, `silent` being the seconds since it last said that it is at work.

    On this machine its process tells; when the machine was started anew since, it is gone, whoever has its number now. One that cannot be
    seen from here, on another machine or in another container, is gone when it has been silent for more than SILENT_SECONDS.
    """
    (boot, _, room), (own_boot, _, own_room) = (place or "").partition("/"), _here().partition("/")
    if host != socket.gethostname() or (boot == own_boot and room and room != own_room):
        return silent > SILENT_SECONDS
    return bool(boot and boot != own_boot) or abs(_began(int(pid)) - int(begun)) > 1


def _read(path: Path) -> str | None:
    """The words of a lock; none where there is no lock."""
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except (FileNotFoundError, NotADirectoryError):
        return None


def _silent(path: Path) -> float:
    """Seconds since the file was last touched, by the clock of the file system that it lies on, which may be another machine's."""
    probe = path.with_name(f"{path.name}.{os.getpid()}.{threading.get_ident()}")
    try:
        probe.touch(mode=0o600)
        return probe.stat().st_mtime - path.stat().st_mtime
    except FileNotFoundError:  # gone meanwhile
        return 0.0
    finally:
        probe.unlink(missing_ok=True)


def _here() -> str:
    """What was started when this machine was, and which of its processes can be seen from here: `boot/room`; empty where no file says."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        return f"{boot}/{re.sub(r'[^0-9]', '', os.readlink('/proc/self/ns/pid'))}"
    except OSError:
        return ""


def _began(pid: int) -> int:
    """When the process began, by a clock that nobody sets; -1 where there is none, or one that has ended and was not yet taken note of."""
    try:
        state, *told = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
        return -1 if state in "ZX" else int(told[18])
    except OSError:
        return _began_elsewhere(pid)


def _began_elsewhere(pid: int) -> int:
    """The same in seconds since 1970, for systems without files on processes."""
    try:
        return int(psutil.Process(pid).create_time())
    except psutil.NoSuchProcess:
        return -1


def _no_longer_held(path: Path, words: str | None) -> CqiError:
    if words is None:
        return CqiError(f"{path.parent}: the folder or its {NAME} was taken away while the run was at work; nothing more is written. "
                        "Run the command again.")
    return FolderHeld(f"{path.parent}: another run has taken this folder since this one was last heard of; nothing more is written here.")


def _just_taken(path: Path) -> FolderHeld:
    return FolderHeld(f"{path.parent}: another run has just taken this folder; wait for it to finish.")
