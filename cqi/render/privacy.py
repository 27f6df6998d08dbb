"""A process that keeps to itself: what it writes is its owner's, what it held in memory is not dumped, others' warnings stay unsaid."""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
import warnings
from contextlib import contextmanager, suppress
from typing import TextIO

PRIVATE = 0o077


def no_core_dumps() -> None:
    """A crash leaves no picture of the memory, for this process and those that it starts."""
    with suppress(ImportError, ValueError, OSError):  # Windows has no such limit
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))


def helper() -> TextIO:
    """Makes this process a helper of a run: its files are its owner's, it dumps and says nothing, and an interrupt at the terminal is for the
    run alone. Returns where its answers go; whatever else is printed goes nowhere."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    os.umask(PRIVATE)
    no_core_dumps()
    quiet()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    return answers


def open_streams() -> None:
    """Where input, output or errors are closed, as some services start a command, they come from and go to nowhere: else the next file that
    is opened would stand in their place."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # takes the lowest number that is free


@contextmanager
def private_files(mask: int = PRIVATE):
    """Files and folders made meanwhile are their owner's only, or whose the mask says; others are let in by name, with a mode of their own."""
    before = os.umask(mask)
    try:
        yield
    finally:
        os.umask(before)


def users_mask() -> int:
    """Whom the user lets into new files, as a mask."""
    mask = os.umask(PRIVATE)
    os.umask(mask)
    return mask


def quiet() -> None:
    """Warnings and logs of libraries, and errors in threads, may hold a child's value: this process says none of them."""
    warnings.showwarning = lambda *words, **more: None
    logging.disable(logging.CRITICAL)
    threading.excepthook = sys.unraisablehook = lambda words: None
