"""Two runs in a row: what changed stands on the page and the index, the same alone, again and after a stop."""

import html
import json
import re
import shutil
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from canary import state
from cqi import Review
from cqi.news import last_run
from cqi.render.run import Request, resumed, run
from cqi.tables.released import LEDGER
from cqi.wording.news import FIRST
from running import blocks, tree

pytestmark = pytest.mark.long
JUNIPER = "internal/juniper/2025h2.html"


@pytest.fixture(scope="module")
def may(tmp_path_factory):
    """A small state as May's extract holds it, and the run of it, of one county."""
    data = state(tmp_path_factory.mktemp("small") / "data")
    request = Request(counties=("Juniper",), cohorts=("2025H2",), as_of="2026-05-31", profiles=("internal",), data=str(data),
                      out=tmp_path_factory.mktemp("out"))
    assert not run(request).failed
    return request


@pytest.fixture(scope="module")
def june(may, tmp_path_factory):
    """June's extract, in which a child of Juniper's cohort turns out to have gone home in May; and the run of it."""
    data = shutil.copytree(may.data, tmp_path_factory.mktemp("later") / "data")
    stays = pd.read_csv(data / "episodes.csv", dtype=str, keep_default_na=False)
    entered = stays["entry_date"].between("2025-08-01", "2025-12-31")
    waiting = stays.index[stays["county"].eq("Juniper") & entered & stays["exit_date"].eq("")][0]
    stays.loc[waiting, ["exit_date", "exit_reason"]] = ["2026-05-20", "reunification"]
    stays.to_csv(data / "episodes.csv", index=False)
    request = replace(may, data=str(data), as_of="2026-06-30")
    return request, run(request)


def words(path: Path) -> str:
    return " ".join(html.unescape(re.sub("<[^>]+>", " ", path.read_text(encoding="utf-8"))).split())


def headings(folder: Path) -> dict:
    """What a letter says of the index, as the run keeps it."""
    return json.loads((folder / "run.json").read_text(encoding="utf-8"))["news"]


def test_the_first_run_says_that_there_is_none_before(may):
    folder = may.out / "2026-05-31"
    assert FIRST in words(folder / JUNIPER) and FIRST in words(folder / "internal/index.html") and not headings(folder)


def test_page_and_index_say_what_was_entered_late(june):
    folder = june[1].folder
    counted = re.search(r"Up to 31 May 2026 the last run counted (\d+) of (\d+); today's data say (\d+) of (\d+). "
                        r"These were entered late or corrected.", words(folder / JUNIPER))
    then, among, again, still = map(int, counted.groups())
    assert (again, still) == (then + 1, among)
    index = words(folder / "internal/index.html")
    assert "What changed since the last run (31 May 2026)" in index and "Juniper: the pages of July to December 2025." in index
    assert "Finch" not in index
    kept = headings(folder)["internal"]
    assert "Numbers up to 31 May 2026 that read differently now" in kept and all(each in index for each in kept)


def test_the_page_made_alone_shows_the_same(june, monkeypatch):
    request, done = june
    monkeypatch.setenv(LEDGER, str(request.out))
    monkeypatch.setenv("CQI_RUN", "1")
    alone = Review("Juniper", "2025H2", data=request.data, as_of="2026-06-30", profile="internal").news().content()
    assert [alone["blocks"][0]["paragraphs"]] == [each["blocks"][0]["paragraphs"]
                                                  for each in map(_plain, blocks(done.folder / f"restricted/{JUNIPER[:-5]}.ipynb"))
                                                  if each.get("blocks")
                                                  and each["blocks"][0].get("paragraphs", ("",))[0].startswith("Since the last run")]


def _plain(block: dict) -> dict:
    return block | {"blocks": [each | ({"paragraphs": tuple(each["paragraphs"])} if "paragraphs" in each else {})
                               for each in block.get("blocks", ())]}


def test_a_second_run_says_nothing_new_and_a_stopped_one_ends_the_same(june, tmp_path):
    request, done = june
    assert run(request).unchanged == len(done.outcomes)
    stopped = replace(request, out=tmp_path)
    shutil.copytree(request.out / "2026-05-31", tmp_path / "2026-05-31")

    def stop(number, total, outcome):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(stopped, progress=stop)
    assert tree(run(resumed(tmp_path)).folder) == tree(done.folder)
    shutil.rmtree(tmp_path / "2026-05-31")
    again = run(stopped)
    assert last_run(tmp_path, "2026-06-30", "internal") is None
    assert {each.job.place for each in again.outcomes if not each.stood} == {JUNIPER} and FIRST in words(again.folder / JUNIPER)
