"""The run is killed, stopped, or stands still."""

from __future__ import annotations

import random
import shutil
import signal
import time
from collections.abc import Iterator

from faulty import PAGES, at, moments, paused
from injected.bench import Bench, cell, fault, only_one_failed


@fault(1)
def killed_at_random(bench: Bench) -> Iterator[str]:
    """The command is killed at random moments, every second time over pages of an earlier run; then resumed."""
    for number, moment in enumerate(moments(bench.seed, bench.kills, bench.seconds)):
        name = bench.new("killed")
        before = bench.earlier(name) if number % 2 else {}
        trial = bench.cached(name)
        at(moment, lambda: trial.send(signal.SIGKILL), trial)
        told = [*bench.hurt(trial.ended(), name, codes=(-9, 0), before=before), *bench.completed(name)]
        yield from [f"killed after {moment:.2f} s: {each}" for each in told]
        shutil.rmtree(bench.place / name, ignore_errors=True)


@fault(2)
def process_of_a_page_killed(bench: Bench) -> Iterator[str]:
    """A notebook's process is killed: once, and it is made again; every time, and that page fails; and any process of the run but its own."""
    name = bench.new("once")
    notebooks = cell(bench, name, "if county == 'Finch' and flag(profile):\n    import os; os.kill(os.getpid(), 9)")
    yield from bench.same(bench.cached(name, CQI_NOTEBOOKS=notebooks), whole=bench.with_cell)
    yield from only_one_failed(bench, "import os; os.kill(os.getpid(), 9)", words="process ended before it was done")
    drawn = random.Random(bench.seed)
    for _ in range(5):
        name = bench.new("any")
        trial = bench.cached(name)
        if trial.until_pages(drawn.randint(1, PAGES // 2)) and (others := trial.others()):
            drawn.choice(sorted(others, key=lambda each: each.pid)).kill()
        yield from bench.hurt(trial.ended(), name, codes=(0, 1))


@fault(3)
def told_to_end(bench: Bench) -> Iterator[str]:
    """SIGTERM to the command, and to all of its processes at once as a service's stop does: 143 within five seconds; then resumed."""
    for everyone in (False, True):
        for moment in moments(bench.seed + 3, 4, bench.seconds * 0.9):
            name = bench.new("term")
            trial = bench.cached(name)
            sent = []

            def act() -> None:
                sent.append(time.monotonic())
                for each in trial.family() if everyone else ():
                    each.send_signal(signal.SIGTERM)
                trial.send(signal.SIGTERM)

            at(moment, act, trial)
            trial.process.wait(60)
            late = time.monotonic() - sent[0] if sent else 0
            ended = trial.ended()
            if "cqi" in ended.told or moment > 1.5:  # before that Python itself has only begun
                told = [*bench.hurt(ended, name, codes=(143, 0)), *([f"took {late:.1f} s to end"] * (late > 5)), *bench.completed(name)]
                yield from [f"{'all' if everyone else 'one'} ended after {moment:.2f} s: {each}" for each in told]


@fault(4)
def interrupted(bench: Bench) -> Iterator[str]:
    """SIGINT once, and twice: 130, and what was finished is whole; then resumed."""
    for times in (1, 2):
        name = bench.new("int")
        trial = bench.cached(name)
        if not trial.until_pages(2):
            yield f"no page was made: {trial.ended().last}"
            continue
        for _ in range(times):
            trial.send(signal.SIGINT)
            time.sleep(0.3)
        begun = time.monotonic()
        trial.process.wait(120)
        late = time.monotonic() - begun
        yield from bench.hurt(trial.ended(), name, codes=(130,))
        yield from [f"took {late:.1f} s after the second"] * (times == 2 and late > 3)
        yield from bench.completed(name)


@fault(5)
def stood_still(bench: Bench, seconds: int = 60) -> Iterator[str]:
    """All processes stand still for a minute, as when a machine sleeps."""
    trial = bench.cached(bench.new("still"))
    trial.until_pages(2)
    with paused(trial):
        time.sleep(seconds)
    yield from bench.same(trial)
