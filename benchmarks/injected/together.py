"""Two at once, locks, and many kernels."""

from __future__ import annotations

import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path
from injected.bench import Bench, fault


@fault(19)
def two_at_once(bench: Bench) -> Iterator[str]:
    """A second run of a folder exits 4 and names the first, which is not disturbed; a lock that a kill left is taken over."""
    name = bench.new("two")
    first = bench.cached(name)
    first.until_pages(1)
    second = bench.cached(bench.new("second"), out=bench.place / name / "out").ended()
    yield from [f"the second: exit {second.code}: {second.last}"] * (second.code != 4)
    yield from [f"the first is not named: {second.last}"] * (f"process {first.process.pid}" not in second.last)
    yield from bench.same(first)
    trial = bench.cached(bench.new("dead"), out=bench.place / name / "out")
    trial.until_pages(1)
    trial.send(signal.SIGKILL)
    trial.ended()
    yield from bench.same(bench.cached(bench.new("after"), out=bench.place / name / "out"), out=bench.place / name / "out")


@fault(20)
def without_flock(bench: Bench) -> Iterator[str]:
    """A file system that locks no files, as some that are shared: fcntl's and os' locks fail."""
    broken = "import errno, fcntl\ndef no(*words):\n    raise OSError(errno.ENOLCK, 'no locks available')\nfcntl.flock = fcntl.lockf = os.lockf = no"
    yield from bench.same(bench.cached(bench.new("nolock"), custom=broken))


@fault(21)
def one_cache(bench: Bench) -> Iterator[str]:
    """Two runs at once with folders of their own and one cache that is empty at first."""
    cache = bench.place / bench.new("cache")
    for trial in [bench.run(bench.new("shared"), CQI_CACHE=str(cache)) for _ in range(2)]:
        yield from bench.same(trial)


@fault(22)
def many_kernels(bench: Bench, starts: int = 140) -> Iterator[str]:
    """Ordinary kernels started ten at a time."""
    import asyncio

    from cqi.render.kernels import RunKernel, engine_options

    async def one(turn: asyncio.Semaphore) -> str:
        async with turn:
            with tempfile.TemporaryDirectory(prefix="k") as private:
                options = engine_options(Path(private), seconds=60)
                manager = RunKernel(config=options["config"])
                try:
                    await manager.start_kernel(extra_arguments=options["extra_arguments"])
                    client = manager.client()
                    client.start_channels()
                    await client.wait_for_ready(timeout=120)
                    client.stop_channels()
                except Exception as error:  # noqa: BLE001 - whatever it is, it is counted
                    return type(error).__name__
                finally:
                    await manager.shutdown_kernel(now=True)
        return ""

    async def many() -> list[str]:
        turn = asyncio.Semaphore(10)
        return await asyncio.gather(*(one(turn) for _ in range(starts)))

    failed = [each for each in asyncio.run(many()) if each]
    yield from [f"{len(failed)} of {starts} kernels did not start: {sorted(set(failed))}"] * bool(failed)
