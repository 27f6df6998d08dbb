"""A notebook's own process: forked from the warm parent, it runs one notebook's cells and says what a kernel would say.

A kernel's own shell runs the cells; only its wire is another: messages are lines of JSON on one socket, so that outputs, streams and
errors are stored as a kernel's are.
"""

from __future__ import annotations

import builtins
import ctypes
import gc
import io
import json
import os
import signal
import socket
import sys
from collections.abc import Callable

from ipykernel.compiler import XCachingCompiler
from ipykernel.ipkernel import IPythonKernel
from ipykernel.zmqshell import ZMQInteractiveShell
from IPython.core.error import StdinNotImplementedError
from jupyter_client.jsonutil import json_default
from jupyter_client.session import Session
from traitlets.config import Config

from cqi.render.privacy import PRIVATE

NO_INPUT = "raw_input was called, but this frontend does not support input requests."
PARENT_DIED = 1
"""Linux's PR_SET_PDEATHSIG: the signal that comes when the parent is gone."""


class Wire(Session):
    """Where a shell sends its messages: to `emit`, which a child sets."""

    def __init__(self, **options):
        super().__init__(**options)
        self.emit: Callable[[str, dict], None] = lambda kind, content: None

    def send(self, stream, msg_or_type, content=None, *rest, **more):
        """Passes on the kind and the content of the message."""
        if isinstance(msg_or_type, dict):
            msg_or_type, content = msg_or_type["msg_type"], msg_or_type["content"]
        self.emit(msg_or_type, content)


class Stream(io.TextIOBase):
    """Standard output or error of a notebook: told when it is flushed, as a kernel tells it."""

    encoding = "utf-8"

    def __init__(self, name: str, number: int, emit: Callable[[str, dict], None]) -> None:
        self.name, self._emit, self._kept = name, emit, []
        self._raw = _captured(number)

    def writable(self) -> bool:
        """It can be written to."""
        return True

    def write(self, text: str) -> int:
        """Keeps the text until the next flush."""
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text)}")
        self._kept.append(text)
        return len(text)

    def flush(self) -> None:
        """Tells what was written, here or by the cell's own processes past Python's streams."""
        if text := "".join(self._kept) + _taken(self._raw):
            self._kept.clear()
            self._emit("stream", {"name": self.name, "text": text})


def shell() -> ZMQInteractiveShell:
    """A kernel's shell without a history, made once in the parent: every child has a copy of its own, with nothing in it."""
    made = ZMQInteractiveShell.instance(config=Config(HistoryManager={"enabled": False}), compiler_class=XCachingCompiler)
    made.displayhook.session = made.display_pub.session = Wire()
    made.displayhook.topic = b"execute_result"
    return made


def serve(connection: socket.socket, own: ZMQInteractiveShell) -> None:
    """Runs the cells that come on the connection, one after the other, until it closes. Called in a fresh child; does not return."""
    _settle()
    lines = connection.makefile("rb")
    emit = _emitter(connection)
    own.displayhook.session.emit = emit
    sys.stdout, sys.stderr = streams = Stream("stdout", 1, emit), Stream("stderr", 2, emit)
    _opened(json.loads(lines.readline()), own)
    emit("ready", {"pid": os.getpid(), "language_info": IPythonKernel.language_info})
    for line in lines:
        answer = _run(own, json.loads(line)["code"], emit)
        for stream in streams:
            stream.flush()
        emit("execute_reply", answer)
    os._exit(0)


def _settle() -> None:
    """A session of its own, gone with its parent; its owner's files; chances of its own."""
    os.setsid()
    ctypes.CDLL(None).prctl(PARENT_DIED, signal.SIGKILL)
    os.umask(PRIVATE)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for number in (signal.SIGTERM, signal.SIGCHLD):
        signal.signal(number, signal.SIG_DFL)
    gc.disable()
    if "numpy" in sys.modules:
        sys.modules["numpy"].random.seed()


def _opened(order: dict, own: ZMQInteractiveShell) -> None:
    """What a kernel's start would set: where it works, its environment, what it shows, that nobody answers, that a widget has no other end."""
    import comm

    def no_input(*_, **__):
        raise StdinNotImplementedError(NO_INPUT)

    def no_comm(*_, **__):
        own.displayhook.session.emit("needs a kernel", {})
        raise RuntimeError("A widget needs a kernel.")

    os.chdir(order["folder"])
    os.environ.update(order["environment"])
    builtins.input = builtins.raw_input = no_input
    comm.create_comm = no_comm
    if os.environ.get("CQI_RUN"):
        from cqi.render.session import RunDisplay

        own.display_formatter = RunDisplay(parent=own)


def _run(own: ZMQInteractiveShell, code: str, emit: Callable[[str, dict], None]) -> dict:
    """Runs a cell and returns the reply's content."""
    emit("execute_input", {"code": code, "execution_count": own.execution_count})
    try:
        done = own.run_cell(code, store_history=True)
        error = done.error_before_exec or done.error_in_exec
    except KeyboardInterrupt as stopped:  # it came between the cell and its end
        error = stopped
        own.showtraceback()
    answer = {"status": "error" if error else "ok", "execution_count": own.execution_count - 1}
    if error:
        answer |= {"ename": type(error).__name__, "evalue": str(error), "traceback": own._last_traceback or []}
    return answer


def _emitter(connection: socket.socket) -> Callable[[str, dict], None]:
    def emit(kind: str, content: dict) -> None:
        connection.sendall(json.dumps({"msg_type": kind, "content": content}, default=json_default).encode() + b"\n")

    return emit


def _captured(number: int) -> int:
    """Sends what processes write to this descriptor into memory, and returns where it is read."""
    kept = os.memfd_create(f"stream-{number}")
    os.dup2(kept, number)
    return kept


def _taken(number: int) -> str:
    """What came there since it was last looked at."""
    if not (size := os.lseek(number, 0, os.SEEK_END)):
        return ""
    text = os.pread(number, size, 0).decode("utf-8", "replace")
    os.ftruncate(number, 0)
    os.lseek(number, 0, os.SEEK_SET)
    return text
