"""Who was written to about what: a small file of the site's, for its owner only, so that nobody gets the same letter twice."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from datetime import datetime, timezone
from pathlib import Path

NAME = "handed-over.jsonl"
"""Beside the runs of a site, in the folder of its pages."""
FINE = "fine"
"""A line that says that all went well: a reason that comes up after it is new again."""


class Sent:
    """What was sent from this folder. Lines are only added; one that is torn or was written by something else does not count."""

    def __init__(self, folder: Path):
        self._path = folder / NAME

    def had(self, address: str, letter: str) -> bool:
        """Whether the address has had the letter with this key."""
        return any((line.get("to"), line.get("letter")) == (address, letter) for line in self._lines())

    def told(self, address: str, reason: str) -> bool:
        """Whether the address was told of the reason with this key since all last went well."""
        return any((line.get("to"), line.get("reason")) == (address, reason) for line in self._since_fine())

    def add(self, **said: str) -> None:
        """Adds a line, made sure of on the disk; a place that cannot be written to is passed over in silence, since the letter has gone."""
        line = json.dumps({**said, "at": datetime.now(timezone.utc).isoformat(timespec="seconds")})
        with suppress(OSError):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_APPEND | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0),
                           0o600)
            try:
                os.write(file, f"{line}\n".encode() if self._ends(file) else f"\n{line}\n".encode())
                os.fsync(file)
            finally:
                os.close(file)

    def fine(self) -> None:
        """All went well: a line only where something has gone wrong since it was said last."""
        if any("reason" in line for line in self._since_fine()):
            self.add(all=FINE)

    @staticmethod
    def _ends(file: int) -> bool:
        """Whether the file is empty or its last line is whole."""
        size = os.fstat(file).st_size
        os.lseek(file, max(size - 1, 0), os.SEEK_SET)
        return size == 0 or os.read(file, 1) == b"\n"

    def _lines(self) -> list[dict]:
        found = []
        with suppress(OSError):
            for text in self._path.read_text(encoding="utf-8", errors="replace").splitlines():
                with suppress(ValueError):
                    line = json.loads(text)
                    found += [line] if isinstance(line, dict) else []
        return found

    def _since_fine(self) -> list[dict]:
        lines = self._lines()
        return lines[max((number for number, line in enumerate(lines, 1) if line.get("all") == FINE), default=0):]
