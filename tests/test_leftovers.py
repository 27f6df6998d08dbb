"""What a killed run has left of its own is taken away by the next; what others have, never."""

from __future__ import annotations

import os
import subprocess
import sys

from cqi.render.leftovers import OWNER, claim, sweep, tidy
from cqi.render.lock import ended_here, own_words
from cqi.render.surroundings import surroundings

KILLED = """
import os, sys
from pathlib import Path
from cqi.render.surroundings import surroundings
with surroundings({}, inputs="", place=Path(sys.argv[1])) as folder:
    (folder / "counted").write_text("counts")
    print(folder, flush=True)
    os.kill(os.getpid(), 9)
"""


def killed(place):
    """The folder that a run has left in the place which was killed."""
    told = subprocess.run([sys.executable, "-c", KILLED, str(place)], capture_output=True, text=True)
    assert told.returncode == -9
    return place / os.path.basename(told.stdout.strip())


def test_the_next_run_takes_away_what_a_killed_one_has_left(tmp_path):
    left = killed(tmp_path)
    assert (left / "counted").is_file()
    with surroundings({}, inputs="", place=tmp_path) as own:
        assert [each for each in tmp_path.iterdir()] == [own]
    assert list(tmp_path.iterdir()) == []


def test_what_is_not_a_killed_runs_stays(tmp_path):
    left = killed(tmp_path)
    words = (left / OWNER).read_text()
    host, boot = words.split()[2], words.split()[4]
    others = {"cqi-mine": own_words(), "cqi-nobodys": None, "cqi-elsewhere": words.replace(host, f"{host}2"), "cqi-before": words.replace(boot, "x/1"),
              "cqi-unreadable": "no words of a lock", "other": words}
    for name, said in others.items():
        (tmp_path / name).mkdir()
        if said is not None:
            (tmp_path / name / OWNER).write_text(said)
    (tmp_path / "cqi-link").symlink_to(tmp_path / "other")
    assert sweep(tmp_path) == [left]
    assert sorted(each.name for each in tmp_path.iterdir()) == sorted([*others, "cqi-link"])
    assert (tmp_path / "other" / OWNER).is_file()


def test_a_process_that_runs_has_not_ended(tmp_path):
    claim(tmp_path)
    assert not ended_here((tmp_path / OWNER).read_text())
    ended = subprocess.Popen([sys.executable, "-c", "from cqi.render.lock import own_words; print(own_words())"], stdout=subprocess.PIPE, text=True)
    said = ended.communicate()[0].strip()
    assert ended_here(said)
    number, begun, *rest = said.split()
    assert ended_here(" ".join((str(os.getpid()), begun, *rest))), "its number is another process's by now"
    assert not ended_here("")


HALF = """
import os, sys
from pathlib import Path
from cqi.render.pages import write_whole
os.replace = lambda *files: os.kill(os.getpid(), 9)
write_whole(Path(sys.argv[1]), "a county's page")
"""


def test_a_file_that_a_killed_process_had_begun_is_taken_away_and_no_other(tmp_path):
    others = [".lock", ".zip.part", "alder.html", ".alder.html.1", "a.1.2", "restricted/internal/.hidden"]
    for name in others:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("here")
    assert subprocess.run([sys.executable, "-c", HALF, str(tmp_path / "internal/alder/2025h2.html")]).returncode == -9
    half, = (tmp_path / "internal/alder").iterdir()
    assert half.read_text() == "a county's page"
    tidy(tmp_path)
    assert sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()) == sorted(others)
