"""Processes that write into a journal: what they say on their output is committed."""

from __future__ import annotations

import subprocess
import sys

from cqi.journal import Journal
from running import ROOT

START = """
import sys
from cqi.journal import Entry, Journal
place, who, times = sys.argv[1], sys.argv[2], int(sys.argv[3])
print("ready", flush=True)
sys.stdin.readline()
journal = Journal.opened(place)
for turn in range(times):
    kept = journal.add(Entry(kind="comment", text=f"{who} {turn}"))
    print(kept.number, flush=True)
"""
REVISING = """
import sys
from cqi.journal import Journal
journal, who, times = Journal.opened(sys.argv[1]), sys.argv[2], int(sys.argv[3])
print("ready", flush=True)
sys.stdin.readline()
for turn in range(times):
    print(journal.revise(1, answer=f"{who} {turn}").version, flush=True)
"""


def writer(place: str, who: str, times: int, code: str = START) -> subprocess.Popen:
    """A process that waits for `go`, then writes so many times."""
    return subprocess.Popen([sys.executable, "-c", code, place, who, str(times)], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE, text=True, cwd=ROOT)


def go(writers: list[subprocess.Popen]) -> None:
    """All of them at once, when all are ready."""
    for each in writers:
        assert each.stdout.readline() == "ready\n", each.stderr.read()
    for each in writers:
        each.stdin.write("go\n")
        each.stdin.flush()


def finished(writers: list[subprocess.Popen]) -> list[list[int]]:
    """What each has said; all have ended well."""
    said = [each.communicate(timeout=240) for each in writers]
    assert [error for _, error in said if error] == [] and [each.returncode for each in writers] == [0] * len(writers)
    return [[int(line) for line in words.split()] for words, _ in said]


def assert_twenty_lose_nothing(place) -> None:
    """Twenty processes write five entries each at once: all are there, numbered without a gap."""
    writers = [writer(place, f"w{number}", 5) for number in range(20)]
    go(writers)
    numbers = sorted(number for said in finished(writers) for number in said)
    found = Journal.opened(place).entries()
    assert numbers == [each.number for each in found] == list(range(1, 101))
    assert {each.text for each in found} == {f"w{who} {turn}" for who in range(20) for turn in range(5)}
