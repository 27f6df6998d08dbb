"""The harness for faults finds what it is there to find: what goes on running, torn pages, pages that nobody knows."""

import os
import sys
import time

import pytest

from faulty import DAY, Reader, Trial, differing, digests, hidden, killed_at_call, moments, torn

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="signals and files on processes")
PAGE = "<html>54 of 120 children</html>"


def folder(place, **pages):
    """A run's folder with these pages in the profile `internal`."""
    (place / DAY / "internal").mkdir(parents=True)
    (place / DAY / "restricted").mkdir()
    (place / DAY / "run.json").write_text("{}", encoding="utf-8")
    (place / DAY / "restricted/page.html").write_text("<html>", encoding="utf-8")
    for name, text in pages.items():
        (place / DAY / f"internal/{name}.html").write_text(text, encoding="utf-8")
    return place


def test_trees_differ_by_any_byte_and_any_path_that_readers_see(tmp_path):
    one, other = (folder(tmp_path / name, alder=PAGE, birch=PAGE) for name in ("one", "other"))
    assert differing(digests(one), digests(other)) == [] and len(digests(one)) == 2
    (other / DAY / "restricted/page.html").unlink()
    (other / DAY / "run.json").write_text("{ }", encoding="utf-8")
    assert differing(digests(one), digests(other)) == []
    (other / DAY / "internal/alder.html").write_text(PAGE.replace("54", "55"), encoding="utf-8")
    (other / DAY / "internal/.birch.html.12").touch()
    (other / "given-out-release.jsonl").touch()
    assert differing(digests(one), digests(other)) == [f"{DAY}/internal/.birch.html.12", f"{DAY}/internal/alder.html", "given-out-release.jsonl"]
    assert hidden(other) == [f"{DAY}/internal/.birch.html.12"] and hidden(one) == []


@pytest.mark.parametrize("text", [PAGE[:-1], "", PAGE[:5]])
def test_a_torn_page_is_seen(tmp_path, text):
    assert torn(folder(tmp_path, alder=PAGE, birch=text)) == [f"{DAY}/internal/birch.html"]


def test_a_reader_sees_a_page_that_is_half_written_for_a_moment(tmp_path):
    out = folder(tmp_path, alder=PAGE)
    page, known = out / DAY / "internal/alder.html", set(digests(out).values())
    with Reader(out, known) as reader:
        time.sleep(0.2)
    assert reader.bad == [] and reader.reads > 10
    with Reader(out, known) as reader:
        page.write_text(PAGE[:9], encoding="utf-8")
        time.sleep(0.2)
        page.write_text(PAGE.replace("54", "55"), encoding="utf-8")
        time.sleep(0.2)
    assert {each.rpartition(" ")[2] for each in reader.bad} == {"torn", "whole"}


def test_moments_are_spread_over_the_run_and_the_same_for_a_seed():
    drawn = moments(3, 10, 50.0)
    assert drawn == moments(3, 10, 50.0) != moments(4, 10, 50.0) and [int(each // 5) for each in drawn] == list(range(10))


CHILD = """
import subprocess
if os.getpid() == FIRST:
    subprocess.Popen([sys.executable, "-c", "import time; time.sleep(90)"], start_new_session=True)
"""


def test_what_goes_on_running_is_seen_and_ended(tmp_path):
    trial = Trial(tmp_path, "--county", "Elder", "--nonsense", custom=CHILD)
    ended = trial.ended()
    assert ended.code == 2 and "No option" in ended.last and len(ended.left) == 1 and "sleep(90)" in ended.left[0]
    assert trial.family() == []


def test_a_run_is_killed_at_the_call_that_was_chosen(tmp_path):
    prelude = "import os\nfor number in range(5):\n    open(f'{number}', 'w').close()\n    os.replace(f'{number}', f'there-{number}')"
    for after, there in ((False, 2), (True, 3)):
        ended = Trial(tmp_path / str(after), custom=killed_at_call("replace", 3, after=after), prelude=prelude).ended()
        assert ended.code == -9 and ended.left == []
        assert len(list((tmp_path / str(after) / "cwd").glob("there-*"))) == there, os.listdir(tmp_path / str(after) / "cwd")
