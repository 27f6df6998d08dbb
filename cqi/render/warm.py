"""The warm parent: a process that has imported everything and read the counted tables, and forks a child for every notebook.

    python -c START ORDER

ORDER is JSON: `folder` (the socket's), `imports` ([module, names]). The first line of its input, JSON too, says which `tables` notebooks will need ([data,
source, cohort, as-of day, profile] each) and what the `environment` holds by then. It reads as many of them as fit into the memory meant for
them, says `ready` on its output, and ends with its input. The first line of a connection says which tables its notebook needs, or none: those
that are not there are read then. No thread of it runs when it forks: a module that starts one is not kept.
"""

from __future__ import annotations

import ctypes
import gc
import json
import os
import selectors
import signal
import socket
import sys
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # what it imports comes later, where it starts no thread
    from cqi.render.few_tables import FewTables

SOCKET = "warm.socket"
WITHOUT = "CQI_WARM_WITHOUT"
TABLES = "tables"
ASKED = "CQI_WARM_TABLES"
"""Holds that line, for a process that begins again."""
SUBREAPER = 36
"""Linux's PR_SET_CHILD_SUBREAPER: what a notebook leaves running becomes this process's child, and is ended by it."""

TOGETHER = ("altair", "jinja2", "cqi.review", "cqi.overview", "cqi.official", "cqi.working", "cqi.charts", "cqi.tables.backtested", "cqi.render.session", "comm")
"""Modules that every notebook of ours comes to need."""


def main(order: dict) -> None:
    """Prepares, says so, and forks until nobody is left to fork for."""
    ctypes.CDLL(None).prctl(SUBREAPER, 1)
    from cqi.render.child import shell

    own = shell()  # first: pandas looks for a kernel when it is imported
    import pandas

    pandas.set_option("mode.string_storage", "python")  # of the few rows that a page shows Arrow takes some twice as slowly
    _import(order["imports"])
    asked = json.loads(_asked())
    os.environ.update(asked["environment"])
    few = _few_tables(asked["tables"])
    del os.environ[ASKED]
    _settled()
    with at(Path(order["folder"])) as path, socket.socket(socket.AF_UNIX) as listener:
        listener.bind(path)
        listener.listen(64)
        os.write(1, b"ready\n")
        _Forks(listener, own, few).serve()


def _asked() -> str:
    """The first line of the input, read to its end and no further; where the input ends before it, nobody is left to fork for."""
    if ASKED not in os.environ:
        os.environ[ASKED] = _line(0)
    return os.environ[ASKED] or os._exit(0)


def _line(descriptor: int) -> str:
    """The next line, read to its end and no further; empty where it has none."""
    line = b""
    while not line.endswith(b"\n"):
        if not (more := os.read(descriptor, 1)):
            return ""
        line += more
    return line.decode()


def _few_tables(wanted: list) -> FewTables | None:
    """The tables, those read already that fit; none where reading them starts a thread."""
    from cqi.render.few_tables import FewTables
    from cqi.render.warm_tables import read_ahead

    if TABLES in os.environ.get(WITHOUT, "").split(","):
        return None
    few = FewTables(read_ahead)
    for place in wanted:
        if not few.full:
            few[tuple(place)]
            _alone(TABLES)
    return few


def _settled() -> None:
    """What is there now is left alone by the collector, whose marks would make every child copy it."""
    gc.collect()
    gc.freeze()


def threads() -> int:
    """How many threads of this process there are, those of libraries included."""
    return len(os.listdir("/proc/self/task"))


class at:
    """A short path of the socket in the folder, for as long as it is needed: a socket's whole path has 107 characters at most."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __enter__(self) -> str:
        self._handle = os.open(self._folder, os.O_PATH | os.O_DIRECTORY)
        return f"/proc/self/fd/{self._handle}/{SOCKET}"

    def __exit__(self, *_) -> None:
        os.close(self._handle)


class _Forks:
    """Forks a child for every connection, and tells each connection's other end how its child ended."""

    def __init__(self, listener: socket.socket, own, few: FewTables | None) -> None:
        self._listener, self._shell, self._few = listener, own, few
        self._children: dict[int, socket.socket] = {}

    def serve(self) -> None:
        """Until the input closes; then every child ends too."""
        wakes, wake = os.pipe()
        os.set_blocking(wake, False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.signal(signal.SIGTERM, lambda *_: self._end())
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
        self._own = (wakes, wake)
        with selectors.DefaultSelector() as selector:
            for each in (self._listener, wakes, 0):
                selector.register(each, selectors.EVENT_READ)
            while True:
                for key, _ in selector.select():
                    if key.fileobj is self._listener:
                        self._fork(selector)
                    elif key.fd == wakes:
                        os.read(wakes, 4096)
                        self._reap()
                    elif not os.read(0, 4096):
                        self._end()

    def _fork(self, selector: selectors.BaseSelector) -> None:
        connection = self._listener.accept()[0]
        self._read_for(connection)
        if threads() > 1:
            _say(connection, "needs a kernel", {})
            connection.close()
            return
        if pid := os.fork():
            self._children[pid] = connection
            return
        signal.set_wakeup_fd(-1)
        for each in (selector, self._listener, *self._children.values()):
            each.close()
        for each in self._own:
            os.close(each)
        from cqi.render.child import serve

        try:
            serve(connection, self._shell)
        finally:
            os._exit(70)

    def _read_for(self, connection: socket.socket) -> None:
        """Reads the tables that the connection's first line names, if they are not there."""
        with suppress(Exception):  # the notebook that asks for them says what is wrong with them
            place = tuple(json.loads(_line(connection.fileno())))
            if place and self._few is not None and place not in self._few:
                gc.unfreeze()
                self._few[place]
                _settled()

    def _reap(self) -> None:
        with suppress(ChildProcessError):
            while (ended := os.waitpid(-1, os.WNOHANG))[0]:
                pid, status = ended
                _kill_group(pid)
                if connection := self._children.pop(pid, None):
                    _say(connection, "ended", {"code": os.waitstatus_to_exitcode(status)})
                    connection.close()

        for orphan in _own_children() - self._children.keys():
            _kill_group(orphan)
            with suppress(ProcessLookupError):
                os.kill(orphan, signal.SIGKILL)

    def _end(self) -> None:
        import psutil

        for each in psutil.Process().children(recursive=True):
            with suppress(psutil.Error):
                each.kill()
        os._exit(0)


def _say(connection: socket.socket, kind: str, content: dict) -> None:
    connection.setblocking(False)
    with suppress(OSError):  # nobody is left to hear it
        connection.sendall(b"\n" + json.dumps({"msg_type": kind, "content": content}).encode() + b"\n")


def _own_children() -> set[int]:
    return {int(word) for word in Path(f"/proc/self/task/{os.getpid()}/children").read_text(encoding="ascii").split()}


def _kill_group(group: int) -> None:
    """Ends what a child that is gone has left running."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(group, signal.SIGKILL)


def _import(wanted: list) -> None:
    """Imports the modules; one that starts a thread makes this process begin again without it."""
    without = os.environ.get(WITHOUT, "").split(",")
    for name, attributes in (*wanted, *((each, ()) for each in TOGETHER)):
        if name in without:
            continue
        with suppress(Exception):  # the notebook that imports it says what is wrong with it
            module = import_module(name)
            for attribute in attributes:
                getattr(module, attribute, None)
        _alone(name)


def _alone(what: str) -> None:
    """Begins this process again without that which has just started a thread."""
    if threads() > 1:
        os.environ[WITHOUT] = ",".join(filter(None, (os.environ.get(WITHOUT), what)))
        os.execv(sys.executable, sys.orig_argv)


if __name__ == "__main__":
    main(json.loads(sys.argv[-1]))
