"""The kernels of a run: this Python, quiet, on private sockets."""

from __future__ import annotations

import logging
import subprocess
import sys
from pathlib import Path
from tempfile import mkdtemp

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
