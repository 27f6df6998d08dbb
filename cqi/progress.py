"""How far a run is: a bar with count and time left on a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
import time


class Progress:
    """Called after every page with how many are done, of how many, and the page's outcome."""

    def __init__(self) -> None:
        self._bar = None
        self._started = time.monotonic()
        self._failed = 0

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *_) -> None:
        if self._bar is not None:
            self._bar.close()

    def __call__(self, done: int, total: int, outcome) -> None:
        self._failed += outcome.status != "done"
        if sys.stderr.isatty():
            self._drawn(total, outcome.job.name)
        elif done == total or done * 20 // total > (done - 1) * 20 // total:
            left = (time.monotonic() - self._started) / done * (total - done)
            print(f"{done} of {total} pages, {self._failed} failed, about {left:.0f} s left: {outcome.job.name}", file=sys.stderr, flush=True)

    def _drawn(self, total: int, name: str) -> None:
        from tqdm import tqdm

        if self._bar is None:
            self._bar = tqdm(total=total, unit="page", file=sys.stderr)
        self._bar.set_postfix_str(f"{self._failed} failed, {name}")
        self._bar.update()
