"""Before any work: can the folder be written to, and is there room for what will be made."""

import errno
import os
import subprocess
import sys

import pytest

from cqi.render import room
from cqi.render.room import MARGIN, PAGE_BYTES, check_room, check_writable, reason
from cqi.vocabulary import CqiError
from running import ROOT


def test_a_folder_that_is_not_there_yet_may_be_written_to(tmp_path):
    check_writable(tmp_path / "reports/2026-06-30")
    check_writable(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_file_in_the_way_is_said(tmp_path):
    (tmp_path / "file").write_text("mine", encoding="utf-8")
    with pytest.raises(CqiError, match="a part of this path is a file and not a folder; choose another place with --out"):
        check_writable(tmp_path / "file/reports/2026-06-30")


READ_ONLY = """
import os, sys
from pathlib import Path
from cqi.render.room import check_writable
from cqi.vocabulary import CqiError
folder = Path(sys.argv[1])
if os.getuid() == 0:
    os.setuid(65534)
try:
    check_writable(folder / "reports")
except CqiError as error:
    print(error)
"""


@pytest.mark.skipif(os.name == "nt", reason="no modes there")
def test_a_folder_of_somebody_else_is_said(tmp_path):
    """As a user who is nobody, where the tests' own may do anything, so that the mode counts."""
    tmp_path.chmod(0o555)
    done = subprocess.run([sys.executable, "-c", READ_ONLY, str(tmp_path)], cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True)
    assert f"{tmp_path}/reports: you may not write here" in done.stdout, done.stderr
    assert list(tmp_path.iterdir()) == []


def free(monkeypatch, megabytes):
    monkeypatch.setattr(room.shutil, "disk_usage", lambda place: type("Disk", (), {"free": int(megabytes * 1_000_000)}))


@pytest.mark.parametrize(("megabytes", "enough"), [(59.9, False), (60, True), (60.1, True)])
def test_there_must_be_room_for_every_page(tmp_path, monkeypatch, megabytes, enough):
    """100 pages of 400,000 bytes, half as much again: 60 MB."""
    assert 100 * PAGE_BYTES * MARGIN == 60_000_000
    free(monkeypatch, megabytes)
    if enough:
        check_room(tmp_path / "not/yet/there", 100)
    else:
        with pytest.raises(CqiError, match=r"100 pages need about 60\.0 MB, and 59\.9 MB are free; make room, or choose another place with --out"):
            check_room(tmp_path, 100)


@pytest.mark.skipif(not hasattr(os, "statvfs"), reason="no count of files there")
def test_there_must_be_room_for_every_file(tmp_path):
    most = os.statvfs(tmp_path).f_favail
    if os.statvfs(tmp_path).f_files == 0:
        pytest.skip("this file system counts no files")
    with pytest.raises(CqiError, match="pages need about .* files|MB are free"):
        check_room(tmp_path, most)


@pytest.mark.parametrize(("number", "words"), [
    (errno.ENOSPC, "no room left"), (errno.EFBIG, "ulimit -f"), (errno.EMFILE, "ulimit -n"), (errno.EROFS, "read-only"), (errno.EDQUOT, "your share of the disk"),
    (errno.ENOEXEC, "this did not work"),
])
def test_what_a_disk_says_is_put_into_words(number, words):
    said = reason(OSError(number, os.strerror(number), "/secret/place"))
    assert words in said and "/secret" not in said and not said.endswith(".")
