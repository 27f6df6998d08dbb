"""Children of a warm parent, seen from the process that wants notebooks run."""

from __future__ import annotations

import ast
import atexit
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Sequence
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat import NotebookNode

from cqi.render.warm import at

START = """import os, sys
sys.modules["rfc3987_syntax"] = None
sys.path = [*filter(None, sys.path), ""]
import json
from cqi.render.warm import main
main(json.loads(sys.argv[1]))"""
SINGLE = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "JE_ARROW_MALLOC_CONF": "background_thread:false",
          "ARROW_DEFAULT_MEMORY_POOL": "system"}
"""What keeps libraries from starting a thread: a process with threads must not fork."""


class NeedsKernel(Exception):
    """The notebook asks for what only an ordinary kernel has."""


class Child:
    """A forked child, with what nbclient asks of a kernel and its client: `execute` runs a cell and keeps its messages, which the two
    channels then hand out."""

    def __init__(self, connection: socket.socket, seconds: float | None, tables: Sequence[str] = ()) -> None:
        self._connection, self._lines, self._seconds = connection, connection.makefile("rb"), seconds
        self._number, self.pid = 0, 0
        self.iopub_channel, self.shell_channel = _Channel(), _Channel()
        self._send(list(tables))
        self._send({"folder": os.getcwd(), "environment": dict(os.environ)})
        ready = self._told()["content"]
        self.pid, self.language = ready["pid"], ready["language_info"]

    def execute(self, source: str, **_) -> str:
        """Runs the cell and returns the number of its messages."""
        self._number += 1
        parent = {"parent_header": {"msg_id": str(self._number)}, "metadata": {}}
        self._send({"code": source})
        while (message := self._told())["msg_type"] != "execute_reply":
            self.iopub_channel.messages.append(message | parent)
        self.iopub_channel.messages.append({"msg_type": "status", "content": {"execution_state": "idle"}} | parent)
        self.shell_channel.messages.append(message | parent)
        return str(self._number)

    async def is_alive(self) -> bool:
        """It is: where it is not, `execute` has said so."""
        return True

    def end(self) -> None:
        """Ends the child, and what it has started."""
        self._connection.close()
        if self.pid:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self.pid, signal.SIGKILL)

    def _send(self, order: dict | list) -> None:
        with suppress(BrokenPipeError, ConnectionResetError):  # how it ended is said to the reader
            self._connection.sendall(json.dumps(order).encode() + b"\n")

    def _told(self) -> dict:
        """The next message. A line that its writer could not finish is passed over."""
        self._connection.settimeout(self._seconds)
        try:
            for line in self._lines:
                with suppress(ValueError):
                    if (message := json.loads(line))["msg_type"] == "needs a kernel":
                        raise NeedsKernel
                    if message["msg_type"] == "ended":
                        raise DeadKernelError(f"The notebook's process ended with {message['content']['code']}")
                    return message | {"header": {"msg_type": message["msg_type"]}}
        except TimeoutError:
            raise CellTimeoutError(f"A cell ran longer than {self._seconds} seconds") from None
        except ConnectionError:
            pass
        raise DeadKernelError("The notebook's process and its parent ended")


class _Channel:
    """Messages in order."""

    def __init__(self) -> None:
        self.messages: deque[dict] = deque()

    async def get_msg(self, timeout: float | None = None) -> dict:
        """The next one; `execute` has put it here before anyone asks."""
        return self.messages.popleft()


def code(notebook: NotebookNode) -> str:
    """The notebook's code."""
    return "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "code")


def imports(source: str) -> list[tuple[str, tuple[str, ...]]]:
    """The modules that the code imports, each with the names that it takes from it; lines that are no plain Python are passed over."""
    from IPython.core.inputtransformer2 import TransformerManager

    try:
        tree = ast.parse(TransformerManager().transform_cell(source))
    except SyntaxError:
        return []
    named = [(each.name, ()) for node in ast.walk(tree) if isinstance(node, ast.Import) for each in node.names]
    taken = [(node.module, tuple(each.name for each in node.names)) for node in ast.walk(tree)
             if isinstance(node, ast.ImportFrom) and node.module and not node.level]
    return [*named, *taken]


def warm_parent(folder: Path, *, wanted: list) -> subprocess.Popen:
    """Starts a warm parent whose socket is in the folder; it is `ready` when it has said so on its output, and ends with its input."""
    order = json.dumps({"folder": str(folder), "imports": wanted})
    return subprocess.Popen([sys.executable, "-c", START, order], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                            env={**os.environ, **SINGLE}, start_new_session=True)


def tell(parent: subprocess.Popen, tables: list, environment: dict[str, str]) -> None:
    """Says which tables the parent will be asked for, in this order, and what its environment holds by now."""
    with suppress(OSError):  # where it has ended, its output says so
        parent.stdin.write(json.dumps({"tables": tables, "environment": environment}).encode() + b"\n")
        parent.stdin.flush()


def ready(parent: subprocess.Popen, *, seconds: float = 600) -> bool:
    """Waits until the parent, which was told its tables, forks; False where it has ended instead, or was ended because it took too long.
    What modules print when they are imported is passed over."""
    late = threading.Timer(seconds, parent.kill)
    late.start()
    try:
        return any(line.endswith(b"ready\n") for line in iter(parent.stdout.readline, b""))
    finally:
        late.cancel()


@contextmanager
def forked(warm: str, source: str, seconds: float | None, tables: Sequence[str] = ()):
    """A child of the warm parent whose socket is in the folder `warm`, for a notebook of this code; without a folder, of a warm parent that
    this process starts. `seconds` is the limit for a cell; `tables` are in the child's memory, if the parent can read them. Raises NeedsKernel where nobody forks."""
    with at(Path(warm or _own_parent(json.dumps(imports(source))))) as path, socket.socket(socket.AF_UNIX) as connection:
        try:
            connection.connect(path)
        except OSError as error:
            raise NeedsKernel from error
        child = Child(connection, seconds, tables)
        try:
            yield child
        finally:
            child.end()


@cache
def _own_parent(wanted: str) -> str:
    folder = TemporaryDirectory(prefix="cqi-", ignore_cleanup_errors=True)
    parent = warm_parent(Path(folder.name), wanted=json.loads(wanted))
    atexit.register(folder.cleanup)
    atexit.register(parent.wait)
    atexit.register(parent.kill)
    tell(parent, [], {})
    if not ready(parent):
        raise NeedsKernel
    return folder.name
