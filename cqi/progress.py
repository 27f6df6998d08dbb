"""What the command says while it works: a bar with count and time left on a terminal, plain lines elsewhere."""

from __future__ import annotations

import os
import sys
import time

from cqi.vocabulary import printable


def say(text: str, stream=None) -> None:
    """Prints a line at once; names in it steer no terminal. Where the reader went away, as `head` does, the work goes on in silence."""
    stream = stream or sys.stdout
    if stream is None:  # closed before the command began
        return
    letters = stream.encoding or "utf-8"
    try:
        print(printable(text).encode(letters, "replace").decode(letters), file=stream, flush=True)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def timing_lines(stages: dict[str, float], outcomes: list) -> str:
    """Where the time of a run went: seconds by stage, then of the pages that were made, each the mean of one and the sum of all."""
    lines = [f"{name:12} {seconds:8.1f} s" for name, seconds in stages.items()]
    made = [outcome for outcome in outcomes if outcome.status == "done" and not outcome.stood]
    for name, words in (("notebook_seconds", "notebook"), ("page_seconds", "page")):
        if made:
            total = sum(getattr(outcome, name) for outcome in made)
            lines.append(f"  {words:10} {total:8.1f} s for {len(made)} pages, {total / len(made):.2f} s each, several at once")
    return "\n".join(lines)


class Progress:
    """Called after every page with how many are done, of how many, and the page's outcome; `at` does the same for any `unit`."""

    def __init__(self, unit: str = "page") -> None:
        self._unit = unit
        self._bar = None
        self._first: tuple[int, float] | None = None
        self._failed = 0

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *_) -> None:
        if self._bar is not None:
            self._bar.close()

    def __call__(self, done: int, total: int, outcome) -> None:
        self._failed += outcome.status != "done"
        self.at(done, total, outcome.job.name, told=f"{self._failed} failed, ")

    def at(self, done: int, total: int, name: str, *, told: str = "") -> None:
        """Shows how many units are done, of how many, and the name of the last."""
        if sys.stderr and sys.stderr.isatty():
            self._drawn(total, told + name)
        elif done == total or done * 20 // total > (done - 1) * 20 // total:
            say(f"{done} of {total} {self._unit}s, {told}{self._pace(done, total)}: {name}", sys.stderr)

    def _pace(self, done: int, total: int) -> str:
        """How fast it goes since the first, and how long it may still take."""
        first, began = self._first = self._first or (done, time.monotonic())
        spent = time.monotonic() - began
        if done == first or not spent:
            return "time left not known yet"
        return f"{(done - first) / spent:.1f} a second, about {(total - done) * spent / (done - first):.0f} s left"

    def _drawn(self, total: int, words: str) -> None:
        from tqdm import tqdm

        if self._bar is None:
            self._bar = tqdm(total=total, unit=self._unit, file=sys.stderr)
        self._bar.set_postfix_str(printable(words).replace("\n", " "))
        self._bar.update()
