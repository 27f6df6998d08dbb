"""A kernel for everyone who opens the page, so many and no more, each begun before it is asked for and ended when it is left alone."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from contextlib import suppress

from jupyter_client.kernelspec import KernelSpec
from jupyter_core.utils import ensure_async
from jupyter_server._tz import utcnow
from jupyter_server.services.kernels.kernelmanager import AsyncMappingKernelManager, ServerKernelManager
from tornado import web
from traitlets import Integer, default

START = """import sys
sys.modules["rfc3987_syntax"] = None
sys.path = [*filter(None, sys.path), ""]
from cqi.explore.kernel import start
start()"""
QUIET = ["--log-level=50", "--HistoryManager.enabled=False", "--IPKernelApp.exec_PYTHONSTARTUP=False"]
SPARE = 1
"""Kernels that wait, with their libraries loaded, for the next who opens the page."""
START_SECONDS = 60
IDLE_SECONDS = 2 * 3600
"""A page that nobody has touched for so long is closed."""
LEFT_SECONDS = 5 * 60
"""A page whose browser has gone for so long is closed; a computer that slept a moment finds its page again."""
LOOK_SECONDS = 15
"""How often we look for such pages."""


class Full(web.HTTPError):
    """As many people have the page open as may."""

    def __init__(self):
        super().__init__(503)


class SeatKernel(ServerKernelManager):
    """A kernel of the Python that serves, whatever kernels the machine's user has installed, writing to no terminal.

    One that dies is not begun again: nothing would be in it.
    """

    @default("autorestart")
    def _autorestart_default(self) -> bool:
        return False

    @property
    def kernel_spec(self) -> KernelSpec:
        """How the kernel is started."""
        return KernelSpec(argv=[sys.executable, "-c", START, "-f", "{connection_file}", *QUIET], display_name="Python 3", language="python",
                          metadata={"supported_encryption": "curve"})

    async def start_kernel(self, *words, **options):
        """Starts the kernel with nothing to write to: what cells say comes back as messages."""
        return await super().start_kernel(*words, **options, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


class Seats(AsyncMappingKernelManager):
    """At most `people` kernels that somebody has, and SPARE that nobody has had: what one person chose is never another's."""

    people = Integer(10, config=True)

    @default("kernel_manager_class")
    def _default_kernel_manager_class(self) -> str:
        return f"{__name__}.SeatKernel"

    def __init__(self, **options):
        super().__init__(**options)
        self._spare: list[asyncio.Task] = []
        self._taken: list[asyncio.Task] = []
        self._left: dict[str, float] = {}

    def fill(self) -> None:
        """Begins as many kernels as are missing among the spare ones."""
        for _ in range(SPARE - len(self._spare)):
            self._spare.append(asyncio.ensure_future(self._fresh()))

    async def start_kernel(self, **_) -> str:
        """The number of a kernel that nobody has had; what a request says of itself never reaches it. Raises Full."""
        self._taken = [task for task in self._taken if self._sits(task)]
        if len(self._taken) >= self.people:
            raise Full
        seat = asyncio.ensure_future(self._next())
        self._taken.append(seat)
        number = await seat
        self._left[number] = time.monotonic()
        return number

    async def _next(self) -> str:
        while self._spare:
            with suppress(Exception):  # one that could not start, or has died since, is passed over
                number = await self._spare.pop(0)
                if await ensure_async(self.get_kernel(number).is_alive()):
                    return number
        return await self._fresh()

    async def _fresh(self) -> str:
        """A new kernel, once it answers; raises RuntimeError where it dies instead."""
        number = await super()._async_start_kernel(path="")
        client = self.get_kernel(number).client()
        client.start_channels()
        try:
            await client.wait_for_ready(timeout=START_SECONDS)
        except RuntimeError:
            await self._shut(number)
            raise
        finally:
            client.stop_channels()
        return number

    def _sits(self, seat: asyncio.Task) -> bool:
        """Whether somebody has, or is about to have, this kernel."""
        return not seat.done() or (not seat.cancelled() and not seat.exception() and seat.result() in self)

    def notify_disconnect(self, kernel_id: str) -> None:
        """Notes when the page's browser went away."""
        super().notify_disconnect(kernel_id)
        self._left[kernel_id] = time.monotonic()

    async def cull_kernel_if_idle(self, kernel_id: str) -> None:
        """Ends the kernel where nobody has used its page for IDLE_SECONDS, or its browser has been gone for LEFT_SECONDS, or it has died.

        One that nobody has had yet, because it waits or still starts, is left alone.
        """
        if kernel_id not in self._left:
            return
        kernel = self.get_kernel(kernel_id)
        left = not self._kernel_connections.get(kernel_id) and time.monotonic() - self._left[kernel_id] > LEFT_SECONDS
        idle = kernel.execution_state != "busy" and (utcnow() - kernel.last_activity).total_seconds() > IDLE_SECONDS
        if left or idle or not await ensure_async(kernel.is_alive()):
            await self._shut(kernel_id)

    async def _shut(self, number: str) -> None:
        with suppress(KeyError, web.HTTPError):  # it is gone already
            await ensure_async(self.shutdown_kernel(number, now=True))

    async def end(self) -> None:
        """Ends every kernel, also those that are still starting."""
        while True:
            for number in self.list_kernel_ids():
                await self._shut(number)
            starting = [task for task in (*self._spare, *self._taken) if not task.done()]
            if not starting:
                return
            await asyncio.wait(starting, timeout=0.1)
