"""One run a folder at a time."""

from __future__ import annotations

import os
import socket
from contextlib import contextmanager
from datetime import datetime, timezone
from pathlib import Path

from cqi.vocabulary import CqiError


class FolderHeld(CqiError):
    """Another run holds the folder; the command exits 4."""


@contextmanager
def held(folder: Path):
    """Holds the folder for this process; a lock whose process is gone is taken over. Raises FolderHeld."""
    path = folder / ".lock"
    folder.mkdir(parents=True, exist_ok=True)
    _take(path)
    try:
        yield
    finally:
        path.unlink(missing_ok=True)


def _take(path: Path) -> None:
    for _ in range(2):
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            _clear_if_stale(path)
            continue
        with open(handle, "w", encoding="utf-8") as file:
            file.write(f"{os.getpid()} {socket.gethostname()} {datetime.now(timezone.utc):%Y-%m-%dT%H:%M:%SZ}")
        return
    raise FolderHeld(f"{path.parent}: another run has just taken this folder; wait for it to finish.")


def _clear_if_stale(path: Path) -> None:
    try:
        pid, host, since = path.read_text(encoding="utf-8").split()
    except (OSError, ValueError):
        pid, host, since = "0", socket.gethostname(), "unknown"
    if host != socket.gethostname() or _alive(int(pid)):
        raise FolderHeld(f"{path.parent}: another run (process {pid} on {host}, since {since}) holds this folder; wait for it, "
                         f"or delete {path.name} there if it is gone.")
    path.unlink(missing_ok=True)


def _alive(pid: int) -> bool:
    if pid <= 0:
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
