"""The kernels of a run: this Python, quiet, on private sockets, and gone when the run is stopped."""

from __future__ import annotations

import logging
import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import Future
from pathlib import Path
from tempfile import mkdtemp

import psutil
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from traitlets.config import Config

QUIET = ["--log-level=50", "--HistoryManager.enabled=False"]
START = """import gc, sys
gc.disable()
sys.modules["rfc3987_syntax"] = None
sys.path = [*filter(None, sys.path), ""]
from cqi.render.session import start
start()"""
"""A kernel lives for one page: collecting garbage costs it a fifth of a second, and a grammar for web addresses that comes
with JupyterLab, and that no chart needs, one to four seconds."""

LONGEST_SOCKET_FOLDER = 80
"""A socket's whole path has 107 characters at most."""

STOP_SECONDS = 8
logging.getLogger("papermill").addHandler(logging.NullHandler())  # its words on cells may hold a child's value


class RunKernel(AsyncKernelManager):
    """A kernel of the Python that runs the review, whatever kernels the machine's user has installed, writing to no terminal."""

    @property
    def kernel_spec(self) -> KernelSpec:
        """How the kernel is started."""
        return KernelSpec(argv=[sys.executable, "-c", START, "-f", "{connection_file}"], display_name="Python 3", language="python")

    def start_kernel(self, **options):
        """Starts the kernel with nothing to write to: what cells say comes back as messages."""
        return super().start_kernel(**options, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def engine_options(private: Path, *, seconds: int) -> dict:
    """Papermill's options for one page: a RunKernel, a limit on each cell, and sockets in a folder of the kernel's own
    below `private`, not ports that others can reach or take. Windows, and a path too long for sockets, have ports."""
    options = {"kernel_manager_class": RunKernel, "extra_arguments": QUIET, "execution_timeout": seconds, "shutdown_kernel": "immediate"}
    own = mkdtemp(dir=private)
    manager = {"connection_file": f"{own}/kernel.json"}
    if sys.platform != "win32" and len(own) <= LONGEST_SOCKET_FOLDER:
        manager["transport"] = "ipc"
    return options | {"config": Config(KernelManager=manager)}


def end(private: Path, pages: Sequence[Future]) -> None:
    """Ends the kernels below `private`, with what they have started, and waits a few seconds for the pages to notice."""
    until = time.monotonic() + STOP_SECONDS
    while time.monotonic() < until and not all(page.done() for page in pages):
        for process in _kernels(private):
            _kill(process)
        time.sleep(0.1)


def _kernels(private: Path) -> list[psutil.Process]:
    own = [child for child in psutil.Process().children() if any(str(private) in word for word in _words(child))]
    return [process for kernel in own for process in (*_children(kernel), kernel)]


def _words(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.Error:
        return []


def _children(process: psutil.Process) -> list[psutil.Process]:
    try:
        return process.children(recursive=True)
    except psutil.Error:
        return []


def _kill(process: psutil.Process) -> None:
    try:
        process.kill()
    except psutil.Error:
        pass
