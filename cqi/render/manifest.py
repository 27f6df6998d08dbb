"""The manifest: the only truth of what a run has done. Lines are only added to it, each with a checksum of its own.

A page counts as made where the last line on it says so, with the key of what decides its content, and the page has the digest that the
line names. So a line is written before the page takes its place: where the run died between the two, the page is not what the line says.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import re
import threading
import time
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path

from cqi.render.room import sync_folder
from cqi.vocabulary import CqiError

PLACE = "restricted/manifest.jsonl"
"""Below a run's folder: it may hold words of internal pages."""
VERSION = 1
_SUMMED = re.compile(rb'(?P<said>\{.*),"sum":"(?P<sum>[0-9a-f]{16})"\}', re.S)


@dataclass(frozen=True)
class Done:
    """A page that was made: what decided its content, its digest, its first sentence, and the seconds it took."""

    place: str
    key: str
    sha256: str
    answer: str
    seconds: float


@dataclass(frozen=True)
class Ended:
    """A run that came to its end: what was asked for, what decided its result, how it ended, and the digest of each of its files."""

    request: dict
    key: str
    status: str
    files: dict[str, str]


class Manifest:
    """The manifest of a run's folder, open for more lines; for the one process that holds the folder, and any of its threads.

    `damaged` is the number of lines whose checksum is wrong: nothing that they said counts. Opening it makes it where it is not there,
    takes off a last line that a run which died has torn, and moves a file of an older form, or of none, aside. Raises CqiError for one
    of a newer form.
    """

    def __init__(self, folder: Path):
        self._path, self._adding = folder / PLACE, threading.Lock()

    def __enter__(self) -> Manifest:
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._opened, self.damaged = time.monotonic(), 0
        self._last: dict[str, dict] = {}
        self._runs: list[dict] = []
        self._giving: dict[str, dict[str, str]] = {}
        self._file = _opened(self._path)
        try:
            self._read()
        except BaseException:
            os.close(self._file)
            raise
        return self

    def __exit__(self, *_) -> None:
        os.close(self._file)

    # ---- what is written -----------------------------------------------------------------------------------------------

    def begin(self, request: dict, key: str) -> None:
        """A run begins: what is asked for, as it comes back from `unfinished`, and the digest of everything that decides its result."""
        self._add("begin", request=request, key=key)

    def started(self, place: str, key: str) -> None:
        """A page is being made; not made sure of on the disk, since a page without its `done` is made again anyway."""
        self._add("started", sync=False, place=place, key=key)

    def done(self, place: str, key: str, sha256: str, answer: str, seconds: float) -> None:
        """A page is whole, with this digest; to be said before it is renamed into its place."""
        self._add("done", place=place, key=key, sha256=sha256, answer=answer, seconds=round(seconds, 3))

    def failed(self, place: str, key: str, reason: str) -> None:
        """A page could not be made."""
        self._add("failed", place=place, key=key, reason=reason)

    def withheld(self, place: str, reason: str) -> None:
        """A page is not given out."""
        self._add("withheld", place=place, reason=reason)

    def giving(self, profile: str, files: dict[str, str]) -> None:
        """A release has passed its audit and its files, by path with their digests, are about to be moved into place."""
        self._add("giving", profile=profile, files=files)

    def given(self, profile: str) -> None:
        """Every file of the release is in its place."""
        self._add("given", profile=profile)

    def end(self, status: str, files: dict[str, str]) -> None:
        """The run that began last is over, with the digest of every file that it leaves."""
        self._add("end", status=status, files=files)

    # ---- what is read --------------------------------------------------------------------------------------------------

    def finished(self, place: str, key: str) -> Done | None:
        """What is known of a page that was made with this key; none where a later line says anything else of it.

        Whether the page is still what was made is for the caller to see: by its digest.
        """
        last = self._last.get(place, {})
        if last.get("what") != "done" or last["key"] != key:
            return None
        return Done(place, key, last["sha256"], last["answer"], last["seconds"])

    @property
    def unfinished(self) -> dict | None:
        """What was asked of the run that began last, where it did not come to its end; tuples come back as lists."""
        return self._runs[-1]["request"] if self._runs and self._runs[-1]["what"] == "begin" else None

    @property
    def being_given(self) -> dict[str, dict[str, str]]:
        """The files, by path with their digests, of each profile whose release was being moved into place and is not all there."""
        return dict(self._giving)

    @property
    def last_end(self) -> Ended | None:
        """The end of the run that began last; none while it has not ended, or where a line since is damaged or is of another run."""
        if len(self._runs) < 2 or [each["what"] for each in self._runs[-2:]] != ["begin", "end"]:
            return None
        begin, end = self._runs[-2:]
        return Ended(begin["request"], begin["key"], end["status"], end["files"])

    # ---- the file ------------------------------------------------------------------------------------------------------

    def _read(self) -> None:
        lines = _whole_lines(self._file)
        if lines and _version(lines[0]) != VERSION:
            self._file, lines = _anew(self._path, self._file, _version(lines[0])), []
        if not lines:
            self._add("manifest", version=VERSION)
        for line in lines[1:]:
            self._take(_said(line))

    def _take(self, said: dict | None) -> None:
        """One line more is known; none for a damaged one, after which the last run's end is not its end."""
        if said is None:
            self.damaged += 1
        elif said["what"] in ("begin", "end"):
            self._runs = [*self._runs[-1:], said]
            return
        elif said["what"] == "giving":
            self._giving[said["profile"]] = said["files"]
        elif said["what"] == "given":
            self._giving.pop(said["profile"], None)
        elif "place" in said:
            self._last[said["place"]] = said
        if self._runs and self._runs[-1]["what"] == "end":
            self._runs = []

    def _add(self, what: str, *, sync: bool = True, **more) -> None:
        now = {"at": datetime.now(timezone.utc).isoformat(timespec="seconds"), "clock": round(time.monotonic() - self._opened, 3)}
        line = _line({"what": what, **now, **more})
        with self._adding:
            before = os.fstat(self._file).st_size
            try:
                if os.write(self._file, line) < len(line):
                    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(self._path))
                if sync:
                    os.fsync(self._file)
            except OSError as error:
                os.ftruncate(self._file, before)
                raise OSError(error.errno, error.strerror, str(self._path)) from None
            self._take(json.loads(line))


def _opened(path: Path) -> int:
    """The file, made where it is not there, for its owner only and never through a link."""
    new = not path.exists()
    file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0), 0o600)
    path.chmod(0o600)
    if new:
        sync_folder(path.parent)
    return file


def _whole_lines(file: int) -> list[bytes]:
    """The lines that have their end; what stands after the last is taken off the file."""
    with open(os.dup(file), "rb") as reader:
        reader.seek(0)
        content = reader.read()
    whole = content.rfind(b"\n") + 1
    if whole < len(content):
        os.ftruncate(file, whole)
    return content[:whole].split(b"\n")[:-1]


def _version(line: bytes) -> int | None:
    """The form of the file by its first line; none where the line does not say."""
    said = _said(line) or {}
    return said.get("version") if said.get("what") == "manifest" else None


def _anew(path: Path, file: int, version: int | None) -> int:
    """An empty file in place of one of an older form, or of none, which is kept beside it. Raises CqiError for a newer form."""
    if version is not None and version > VERSION:
        raise CqiError(f"{path}: written by a newer version of the program (format {version}; this one reads {VERSION}). Install the newer "
                       "version, or move the file away to make every page again.")
    os.close(file)
    number = next(number for number in range(1, 10_000) if not path.with_suffix(f".old-{number}.jsonl").exists())
    path.rename(path.with_suffix(f".old-{number}.jsonl"))
    return _opened(path)


def _line(said: dict) -> bytes:
    text = json.dumps(said, separators=(",", ":"), default=str).encode()
    return text[:-1] + b',"sum":"' + _sum(text[:-1]) + b'"}\n'


def _said(line: bytes) -> dict | None:
    """What a line says; none where its checksum is not that of its content."""
    found = _SUMMED.fullmatch(line)
    if not found or _sum(found["said"]) != found["sum"]:
        return None
    return json.loads(found["said"] + b"}")


def _sum(content: bytes) -> bytes:
    return hashlib.sha256(content).hexdigest()[:16].encode()
