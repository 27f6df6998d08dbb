"""The lock of a run's folder: whose run is gone, which clock counts, and that one of many gets it."""

import os
import re
import signal
import socket
import subprocess
import sys
import time

import pytest

from cqi.render import lock
from cqi.render.lock import SILENT_SECONDS, FolderHeld, gone, held
from cqi.vocabulary import CqiError
from running import ROOT

HERE = lock._here()
BOOT, _, ROOM = HERE.partition("/")
HOST = socket.gethostname()
linux = pytest.mark.skipif(not HERE, reason="no files on processes there")


def of(who, *, host=HOST, place=HERE, begun=None):
    """The words of the lock of a process, as `gone` takes them."""
    return {"pid": str(who), "begun": str(lock._began(who) if begun is None else begun), "host": host, "since": "2026-01-01T00:00:00Z", "place": place}


@pytest.fixture(scope="module")
def ended():
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


@linux
@pytest.mark.parametrize("silent", [-7200, 0, SILENT_SECONDS - 1, SILENT_SECONDS, SILENT_SECONDS + 1, 7 * 86_400])
def test_on_this_machine_the_process_tells_not_the_time(ended, silent):
    """However long it was silent: a machine that slept for a week has runs that go on."""
    assert not gone(**of(os.getpid()), silent=silent)
    assert gone(**of(ended, begun=1), silent=silent)
    assert gone(**of(os.getpid(), begun=lock._began(os.getpid()) - 500), silent=silent), "its number went to another"
    assert gone(**of(os.getpid(), place=f"another-start/{ROOM}"), silent=silent), "of the time before the machine was started"


@linux
@pytest.mark.parametrize(("silent", "expected"), [(-7200, False), (0, False), (SILENT_SECONDS, False), (SILENT_SECONDS + 1, True)])
def test_of_one_that_cannot_be_seen_the_silence_tells(ended, silent, expected):
    """Another machine, or a container here that shows its own processes only: no process of that number here says anything."""
    for who in (os.getpid(), ended):
        assert gone(**of(who, host="elsewhere", begun=1), silent=silent) == expected
        assert gone(**of(who, host="elsewhere", place=f"another-start/{ROOM}", begun=1), silent=silent) == expected
        assert gone(**of(who, place=f"{BOOT}/1", begun=1), silent=silent) == expected


@linux
def test_a_process_that_has_ended_and_was_not_taken_note_of_is_gone():
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    words = of(process.pid)
    assert not gone(**words, silent=0)
    process.kill()
    until = time.monotonic() + 10
    while not gone(**words, silent=0) and time.monotonic() < until:
        time.sleep(0.01)
    assert gone(**words, silent=0) and process.returncode is None
    process.wait()


@linux
def test_a_stopped_process_holds():
    process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    process.send_signal(signal.SIGSTOP)
    assert not gone(**of(process.pid), silent=60)
    process.kill()
    process.wait()


def test_a_lock_names_process_host_and_time(tmp_path):
    with held(tmp_path):
        words = (tmp_path / ".lock").read_text(encoding="utf-8")
        assert re.fullmatch(rf"{os.getpid()} \d+ {re.escape(HOST)} \d{{4}}-\d\d-\d\dT\d\d:\d\d:\d\dZ( \S+/\d+)?", words)
        with pytest.raises(FolderHeld, match=f"process {os.getpid()} on {re.escape(HOST)}, since 20"), held(tmp_path):
            pass
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("minutes", "taken"), [(-120, False), (0, False), (14.9, False), (15.1, True)])
def test_a_lock_of_another_machine_is_taken_over_when_it_was_silent(tmp_path, minutes, taken):
    """`minutes` ago by the file system's clock: a time to come is no silence."""
    path = tmp_path / ".lock"
    path.write_text("1 1700000000 elsewhere 2026-01-01T00:00:00Z", encoding="utf-8")
    touched = path.stat().st_mtime - minutes * 60
    os.utime(path, (touched, touched))
    if taken:
        with held(tmp_path):
            assert path.read_text(encoding="utf-8").startswith(f"{os.getpid()} ")
    else:
        with pytest.raises(FolderHeld, match="elsewhere"), held(tmp_path):
            pass
        assert [each.name for each in tmp_path.iterdir()] == [".lock"]


@pytest.mark.parametrize("hours", [-1, 1, 24 * 365 * 13])
def test_a_clock_that_jumps_makes_no_lock_stale(tmp_path, monkeypatch, hours):
    """This machine's clock an hour back or on, or in the year 2039: what counts is the clock of the file system."""
    (tmp_path / ".lock").write_text("1 1700000000 elsewhere 2026-01-01T00:00:00Z", encoding="utf-8")
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + hours * 3600)
    with pytest.raises(FolderHeld), held(tmp_path):
        pass
    with held(tmp_path / "own"), pytest.raises(FolderHeld), held(tmp_path / "own"):
        pass


def test_a_run_says_that_it_is_at_work_now_and_then(tmp_path, monkeypatch):
    with held(tmp_path) as own:
        os.utime(tmp_path / ".lock", (1, 1))
        own.beat()
        assert (tmp_path / ".lock").stat().st_mtime == 1, "not at every call"
        later = time.monotonic() + lock.BEAT_SECONDS
        monkeypatch.setattr(time, "monotonic", lambda: later)
        own.beat()
        assert abs((tmp_path / ".lock").stat().st_mtime - time.time()) < 60


def test_a_run_whose_folder_another_has_taken_stops_and_leaves_the_lock(tmp_path):
    words = "1 1700000000 elsewhere 2026-01-01T00:00:00Z"
    with held(tmp_path) as own:
        (tmp_path / ".lock").write_text(words, encoding="utf-8")
        with pytest.raises(FolderHeld, match="another run has taken this folder"):
            own.beat()
    assert (tmp_path / ".lock").read_text(encoding="utf-8") == words


def test_a_run_whose_folder_is_gone_stops(tmp_path):
    with held(tmp_path / "out") as own:
        (tmp_path / "out").rename(tmp_path / "away")
        with pytest.raises(CqiError, match="was taken away while the run was at work"):
            own.beat()
        assert not (tmp_path / "out").exists()


RACE = """
import sys, time
from pathlib import Path
from cqi.render.lock import FolderHeld, held
folder, own, runs = Path(sys.argv[1]), sys.argv[2], 8
def all_of(word):
    (folder.parent / f"{word}-{own}").touch()
    until = time.monotonic() + 60
    while len(list(folder.parent.glob(f"{word}-*"))) < runs and time.monotonic() < until:
        pass
all_of("ready")
try:
    with held(folder):
        (folder.parent / f"got-{own}").touch()
        all_of("tried")
except FolderHeld:
    all_of("tried")
"""


@pytest.mark.parametrize("words", ["", "1 1700000000 elsewhere 2026-01-01T00:00:00Z", "999999 5 {host} 2026-01-01T00:00:00Z"])
def test_of_many_that_find_a_stale_lock_one_gets_the_folder(tmp_path, words):
    (tmp_path / "out").mkdir()
    (tmp_path / "out/.lock").write_text(words.format(host=HOST), encoding="utf-8")
    os.utime(tmp_path / "out/.lock", (1, 1))
    runs = [subprocess.Popen([sys.executable, "-c", RACE, str(tmp_path / "out"), str(number)], cwd=ROOT, stderr=subprocess.PIPE) for number in range(8)]
    assert [run.communicate()[1] for run in runs] == [b""] * 8
    assert len(list(tmp_path.glob("got-*"))) == 1 and list((tmp_path / "out").iterdir()) == []


def test_what_one_left_that_died_while_it_looked_is_cleared_after_a_while(tmp_path):
    (tmp_path / ".lock").write_text("1 1 elsewhere 2026-01-01T00:00:00Z", encoding="utf-8")
    os.utime(tmp_path / ".lock", (1, 1))
    (tmp_path / ".lock.taking").touch()
    with pytest.raises(FolderHeld, match="just taken"), held(tmp_path):
        pass
    os.utime(tmp_path / ".lock.taking", (1, 1))
    with held(tmp_path):
        pass
    assert list(tmp_path.iterdir()) == []
