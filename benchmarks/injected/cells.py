"""A cell of a notebook that hurts its own page."""

from __future__ import annotations

from collections.abc import Iterator

from injected.bench import Bench, fault, only_one_failed


@fault(6)
def out_of_memory(bench: Bench) -> Iterator[str]:
    """A cell asks for more memory than there is."""
    yield from only_one_failed(bench, "bytearray(10 ** 15)", words="memory")


@fault(7)
def hangs(bench: Bench) -> Iterator[str]:
    """A cell does not come to its end."""
    yield from only_one_failed(bench, "import time; time.sleep(600)", words="took longer than 4 seconds")


@fault(8)
def deaf(bench: Bench) -> Iterator[str]:
    """A cell does not come to its end and hears no interrupt."""
    yield from only_one_failed(bench, "import signal, time; signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65)); time.sleep(600)",
                               words="took longer than 4 seconds|process ended before it was done")


@fault(9)
def leaves_processes(bench: Bench) -> Iterator[str]:
    """A cell starts processes, one of them in a session of its own, and ends without them."""
    yield from only_one_failed(bench, "import subprocess, sys; own = [subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'], "
                               "start_new_session=bool(each)) for each in (0, 1)]; raise ValueError", words="ValueError")
