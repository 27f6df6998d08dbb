"""The manifest of a run: what is said stays said, whatever the last line or any other looks like."""

import json
import os
import resource
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from cqi.render.manifest import PLACE, Manifest
from cqi.vocabulary import CqiError
from running import ROOT

ASKED = {"counties": ["Alder"], "profiles": ["internal", "release"]}
PAGES = [f"internal/county-{number}/2025h2.html" for number in range(6)]


def whole_run(folder, *, pages=PAGES, ended=True):
    """A run of these pages, from its first line to its last."""
    with Manifest(folder) as manifest:
        manifest.begin(ASKED, "run-key")
        for page in pages:
            manifest.started(page, "key")
            manifest.done(page, "key", f"sum of {page}", "54 of 120 children.", 1.25)
        if ended:
            manifest.end("done", {page: f"sum of {page}" for page in pages})


def lines(folder):
    return (folder / PLACE).read_bytes().split(b"\n")[:-1]


def rewritten(folder, changed):
    (folder / PLACE).write_bytes(b"\n".join(changed) + b"\n")


def made(folder, pages=PAGES):
    with Manifest(folder) as manifest:
        return [page for page in pages if manifest.finished(page, "key")]


def test_what_was_said_is_there_for_the_next_process(tmp_path):
    whole_run(tmp_path)
    with Manifest(tmp_path) as manifest:
        found = manifest.finished(PAGES[2], "key")
        assert (found.sha256, found.answer, found.seconds) == (f"sum of {PAGES[2]}", "54 of 120 children.", 1.25)
        assert manifest.unfinished is None and manifest.damaged == 0 and manifest.being_given == {}
        end = manifest.last_end
        assert (end.request, end.key, end.status, end.files[PAGES[0]], len(end.files)) == (ASKED, "run-key", "done", f"sum of {PAGES[0]}", 6)


def test_a_page_of_another_key_is_not_finished(tmp_path):
    whole_run(tmp_path)
    with Manifest(tmp_path) as manifest:
        assert manifest.finished(PAGES[0], "another") is None and manifest.finished("internal/other/2025h2.html", "key") is None


@pytest.mark.parametrize("later", [
    lambda manifest: manifest.started(PAGES[0], "key"), lambda manifest: manifest.failed(PAGES[0], "key", "It stopped."),
    lambda manifest: manifest.withheld(PAGES[0], "It tells too much."),
])
def test_the_last_line_on_a_page_counts(tmp_path, later):
    whole_run(tmp_path)
    with Manifest(tmp_path) as manifest:
        later(manifest)
        assert manifest.finished(PAGES[0], "key") is None and manifest.finished(PAGES[1], "key")
        manifest.done(PAGES[0], "key", "new", "", 1)
        assert manifest.finished(PAGES[0], "key").sha256 == "new"
    assert made(tmp_path) == PAGES


def test_a_run_without_an_end_is_unfinished_until_another_ends(tmp_path):
    whole_run(tmp_path)
    whole_run(tmp_path, pages=PAGES[:1], ended=False)
    with Manifest(tmp_path) as manifest:
        assert manifest.unfinished == ASKED and manifest.last_end is None
        manifest.begin({"counties": []}, "second")
        assert manifest.unfinished == {"counties": []}
        manifest.end("some failed", {})
        assert manifest.unfinished is None and manifest.last_end.status == "some failed" and manifest.last_end.key == "second"


def test_the_end_of_a_run_does_not_count_when_something_was_made_since(tmp_path):
    whole_run(tmp_path)
    with Manifest(tmp_path) as manifest:
        manifest.done(PAGES[0], "other", "new", "", 1)
        assert manifest.last_end is None
    with Manifest(tmp_path) as manifest:
        assert manifest.last_end is None and manifest.unfinished is None


def test_a_release_is_being_given_until_it_is_given(tmp_path):
    files = {"release/index.html": "a" * 64}
    with Manifest(tmp_path) as manifest:
        manifest.begin(ASKED, "key")
        manifest.giving("release", files)
    with Manifest(tmp_path) as manifest:
        assert manifest.being_given == {"release": files}
        manifest.begin(ASKED, "key")
        assert manifest.being_given == {"release": files}, "a run that began since and died has not put it into place"
        manifest.given("release")
        assert manifest.being_given == {}
    with Manifest(tmp_path) as manifest:
        assert manifest.being_given == {}


# ---- a file that is not whole ---------------------------------------------------------------------------------------------

def test_a_torn_last_line_is_cut_off_wherever_it_is_torn(tmp_path):
    """After a cut at any byte the pages whose lines are whole are finished, no other, and the file goes on as a whole one."""
    whole_run(tmp_path, pages=PAGES[:2], ended=False)
    content = (tmp_path / PLACE).read_bytes()
    for cut in range(len(content)):
        (tmp_path / PLACE).write_bytes(content[:cut])
        whole = [page for page in PAGES[:2] if any(b'"what":"done"' in line and page.encode() in line for line in content[:cut].split(b"\n")[:-1])]
        with Manifest(tmp_path) as manifest:
            assert [page for page in PAGES[:2] if manifest.finished(page, "key")] == whole and manifest.damaged == 0
            manifest.done("internal/next/2025h2.html", "key", "sum", "", 0)
        after = (tmp_path / PLACE).read_bytes()
        assert after.startswith(content[:cut].rpartition(b"\n")[0]) and made(tmp_path, ["internal/next/2025h2.html"])
        assert all(json.loads(line) for line in after.split(b"\n")[:-1])


def test_a_line_with_any_bit_turned_says_nothing(tmp_path):
    whole_run(tmp_path, pages=PAGES[:2])
    every = lines(tmp_path)
    place = next(number for number, line in enumerate(every) if b'"done"' in line and PAGES[0].encode() in line)
    for letter in range(len(every[place])):
        line = every[place][:letter] + bytes([every[place][letter] ^ 1]) + every[place][letter + 1:]
        rewritten(tmp_path, [*every[:place], line, *every[place + 1:]])
        with Manifest(tmp_path) as manifest:
            assert manifest.finished(PAGES[0], "key") is None and manifest.damaged == 1
            assert manifest.finished(PAGES[1], "key") and manifest.last_end, "what other lines say stays"


def test_a_line_that_is_gone_or_there_twice_harms_no_other(tmp_path):
    whole_run(tmp_path)
    every = lines(tmp_path)
    for number in range(1, len(every)):
        rewritten(tmp_path, every[:number] + every[number + 1:])
        lost = {page for page in PAGES if page.encode() in every[number] and b'"what":"done"' in every[number]}
        assert set(made(tmp_path)) == set(PAGES) - lost
        rewritten(tmp_path, every[:number] + [every[number]] * 2 + every[number + 1:])
        assert made(tmp_path) == PAGES


@pytest.mark.parametrize(("what", "unfinished", "ended"), [("begin", None, False), ("end", ASKED, False)])
def test_a_damaged_begin_or_end_makes_the_run_do_more_never_less(tmp_path, what, unfinished, ended):
    whole_run(tmp_path, pages=PAGES[:1])
    whole_run(tmp_path, pages=PAGES[1:2])
    every = lines(tmp_path)
    place = max(number for number, line in enumerate(every) if f'"what":"{what}"'.encode() in line)
    rewritten(tmp_path, [*every[:place], every[place][:-3] + b'~"}', *every[place + 1:]])
    with Manifest(tmp_path) as manifest:
        assert manifest.unfinished == unfinished and (manifest.last_end is not None) == ended and manifest.damaged == 1


def test_two_lines_run_together_are_damaged(tmp_path):
    whole_run(tmp_path, pages=PAGES[:2], ended=False)
    every = lines(tmp_path)
    rewritten(tmp_path, [*every[:-2], every[-2] + every[-1]])
    with Manifest(tmp_path) as manifest:
        assert manifest.damaged == 1 and manifest.finished(PAGES[0], "key") and not manifest.finished(PAGES[1], "key")


# ---- versions -------------------------------------------------------------------------------------------------------------

def of_version(folder, version):
    """The file as a program of this version would have begun it."""
    whole_run(folder)
    from cqi.render.manifest import _line

    rewritten(folder, [_line({"what": "manifest", "version": version})[:-1], *lines(folder)[1:]])


def test_a_newer_file_is_refused_and_left_as_it_is(tmp_path):
    of_version(tmp_path, 2)
    before = (tmp_path / PLACE).read_bytes()
    with pytest.raises(CqiError, match="written by a newer version of the program.*Install the newer version, or move the file away"), Manifest(tmp_path):
        pass
    assert (tmp_path / PLACE).read_bytes() == before


@pytest.mark.parametrize("change", [lambda folder: of_version(folder, 0), lambda folder: rewritten(folder, lines(folder)[1:]),
                                    lambda folder: rewritten(folder, [b"not ours", *lines(folder)])])
def test_an_older_file_or_one_of_nobody_is_kept_beside_a_new_one(tmp_path, change):
    whole_run(tmp_path)
    change(tmp_path)
    before = (tmp_path / PLACE).read_bytes()
    assert made(tmp_path) == []
    assert (tmp_path / PLACE).with_suffix(".old-1.jsonl").read_bytes() == before and len(lines(tmp_path)) == 1
    whole_run(tmp_path)
    assert made(tmp_path) == PAGES


# ---- the file ---------------------------------------------------------------------------------------------------------------

@pytest.mark.skipif(os.name == "nt", reason="no modes there")
def test_the_file_is_its_owners_only_whatever_the_umask(tmp_path):
    before = os.umask(0)
    try:
        whole_run(tmp_path)
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / PLACE).stat().st_mode) == 0o600 and stat.S_IMODE((tmp_path / PLACE).parent.stat().st_mode) == 0o700


@pytest.mark.skipif(os.name == "nt", reason="links need a right there")
def test_the_file_is_never_a_link(tmp_path):
    (tmp_path / "mine").write_text("", encoding="utf-8")
    (tmp_path / PLACE).parent.mkdir()
    (tmp_path / PLACE).symlink_to(tmp_path / "mine")
    with pytest.raises(OSError), Manifest(tmp_path):
        pass
    assert (tmp_path / "mine").read_bytes() == b""


FULL = """
import resource, sys
from pathlib import Path
sys.path.insert(0, "tests")
from test_manifest import PAGES, lines, made, whole_run
from cqi.render.manifest import PLACE, Manifest
folder = Path(sys.argv[1])
whole_run(folder, ended=False)
with Manifest(folder) as manifest:
    size = (folder / PLACE).stat().st_size
    resource.setrlimit(resource.RLIMIT_FSIZE, (size + 40, size + 40))
    try:
        manifest.done("internal/next/2025h2.html", "key", "sum", "", 0)
    except OSError as error:
        print(error.errno, (folder / PLACE).stat().st_size == size, manifest.finished("internal/next/2025h2.html", "key"))
"""


def test_a_line_that_does_not_fit_leaves_nothing_of_itself(tmp_path):
    """The limit leaves room for 40 bytes of the line: they are taken back, and the page is not taken for finished."""
    done = subprocess.run([sys.executable, "-c", FULL, str(tmp_path)], cwd=ROOT, capture_output=True, text=True)
    assert done.stdout.split() in (["28", "True", "None"], ["27", "True", "None"]), done.stderr
    assert made(tmp_path) == PAGES and resource.getrlimit(resource.RLIMIT_FSIZE)[0] != 40


def test_seconds_come_from_a_clock_that_nobody_sets(tmp_path, monkeypatch):
    """The clock on the wall goes back an hour in mid-run: the seconds of the lines still go up."""
    from datetime import datetime, timedelta, timezone

    from cqi.render import manifest as module

    back = [datetime.now(timezone.utc) - timedelta(hours=hour) for hour in (0, 1, 1, 1)]

    class Wall(datetime):
        @classmethod
        def now(cls, zone=None):
            return back.pop(0) if len(back) > 1 else back[0]

    monkeypatch.setattr(module, "datetime", Wall)
    whole_run(tmp_path)
    told = [json.loads(line) for line in lines(tmp_path)]
    assert [each["clock"] for each in told] == sorted(each["clock"] for each in told) and told[0]["at"] > told[-1]["at"]
    assert made(tmp_path) == PAGES


def test_what_is_said_may_be_any_text(tmp_path):
    request = {"data": Path("/a"), "counties": ("Doña Ana", "a\nb", "\ud800", '","sum":"0123456789abcdef"}')}
    with Manifest(tmp_path) as manifest:
        manifest.begin(request, "key")
    with Manifest(tmp_path) as manifest:
        assert manifest.unfinished == {"data": "/a", "counties": list(request["counties"])} and manifest.damaged == 0
