"""A small state, runs of it that are hurt, and what is wrong with what came of them."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from canary import state
from cqi.render.manifest import PLACE
from faulty import ASKED, DAY, Ended, Trial, differing, digests, hidden, small_run, torn
from running import notebooks_with

ROOT = Path(__file__).parents[2]
SHORT = "import cqi.render.pages as pages; pages.CELL_SECONDS = 4"
LIMIT = "import resource; resource.setrlimit(resource.RLIMIT_{}, ({}, {}))"
EARLIER = b"<!-- of an earlier run --></html>"
REVIEW = "mid_course_review.ipynb"
FAULTS: dict[int, Callable[[Bench], Iterator[str]]] = {}
"""By number: what hurts a run, a generator of what is wrong with what came of it."""


class NotHere(Exception):
    """This machine cannot do that."""


def fault(number: int):
    """Registers a fault under its number in the reference's matrix."""
    def put(function):
        FAULTS[number] = function
        return function

    return put


@dataclass
class Bench:
    """A small state, the tree of a run of it that nobody hurt and the seconds that it took, and a place for runs that are hurt."""

    place: Path
    engine: str
    kills: int
    seed: int
    made: int = 0

    def __post_init__(self) -> None:
        self.data = state(self.place / "data")
        self.cache = self.place / "cache"
        first = self.run("first", CQI_CACHE=str(self.cache)).ended()
        assert first.code == 0, first.told
        self.seconds = self.run("whole", CQI_CACHE=str(self.cache)).ended().seconds
        self.whole = digests(self.place / "whole/out")
        self.pages = {name for name in self.whole if name.endswith(".html")}

    def run(self, name: str, *more: str, out: Path | None = None, data: Path | None = None, asked: tuple[str, ...] = ASKED, **options) -> Trial:
        """A run in a place of its own below, started; counts are found in the cache where `CQI_CACHE` is among the options."""
        place = self.place / name
        return small_run(place, data or self.data, out or place / "out", "--engine", self.engine, *more, asked=asked, **options)

    def cached(self, name: str, *more: str, **options) -> Trial:
        """The same with counts from the cache: the pages are most of it."""
        return self.run(name, *more, CQI_CACHE=str(self.cache), **options)

    def new(self, word: str) -> str:
        """A name that no run has had."""
        self.made += 1
        return f"{word}-{self.made}"

    def earlier(self, name: str) -> dict[str, str]:
        """Puts pages of an earlier run, each told apart from the new one, in the place of a run to come; their digests."""
        out = self.place / name / "out"
        shutil.copytree(self.place / "whole/out", out)
        shutil.rmtree(out / DAY / "restricted")
        for path in out.rglob("*.html"):
            path.write_bytes(path.read_bytes().rstrip().removesuffix(b"</html>") + EARLIER)
        return digests(out)

    @cached_property
    def with_cell(self) -> dict[str, str]:
        """The tree of a run whose review has one cell more, which does nothing."""
        ended = self.cached("with-cell", CQI_NOTEBOOKS=cell(self, "with-cell", "pass")).ended()
        assert ended.code == 0, ended.told
        return digests(self.place / "with-cell/out")

    def hurt(self, ended: Ended, name: str, *, codes: tuple[int, ...], before: dict[str, str] | None = None,
             whole: dict[str, str] | None = None) -> Iterator[str]:
        """What is wrong with what a hurt run left: its code, a traceback, processes, torn or unknown pages, earlier ones that are gone."""
        out, before, whole = self.place / name / "out", before or {}, whole or self.whole
        yield from [f"exit {ended.code}, not {' or '.join(map(str, codes))}: {ended.last}"] * (ended.code not in codes)
        yield from ["a traceback was shown"] * ("Traceback" in ended.told)
        yield from [f"still running: {each}" for each in ended.left]
        yield from [f"torn: {each}" for each in torn(out)]
        found = digests(out)
        yield from [f"neither the earlier page nor the new one: {each}" for each in self.pages & found.keys()
                    if not each.endswith("index.html") and found[each] not in (whole[each], before.get(each))]
        yield from [f"an earlier file is gone: {each}" for each in before.keys() - found.keys()]

    def completed(self, name: str, **options) -> Iterator[str]:
        """What is wrong with the run once it was resumed: it must be what nobody hurt, to the byte. One that was hurt before it began, or
        that came to an end, is started again."""
        out = self.place / name / "out"
        ended = self.cached(self.new(f"{name}-resumed"), "--resume", out=out, **options).ended()
        if ended.code == 2 and "nothing to resume" in ended.last:
            ended = self.cached(self.new(f"{name}-again"), out=out, **options).ended()
        yield from [f"--resume: exit {ended.code}: {ended.last}"] * (ended.code != 0)
        yield from [f"--resume: still running: {each}" for each in ended.left]
        yield from [f"--resume: differs: {each}" for each in differing(digests(out), self.whole)]
        yield from [f"--resume: left behind: {each}" for each in hidden(out)]
        twice = made_twice(out / DAY)
        yield from [f"--resume: {twice} pages made twice"] * (twice > max(2, os.cpu_count() or 1))

    def same(self, trial: Trial, *, out: Path | None = None, whole: dict[str, str] | None = None) -> Iterator[str]:
        """What is wrong with a run that must come out as if nothing had been."""
        ended = trial.ended()
        yield from [f"exit {ended.code}: {ended.last}"] * (ended.code != 0)
        yield from [f"still running: {each}" for each in ended.left]
        yield from [f"differs: {each}" for each in differing(digests(out or trial.place / "out"), whole or self.whole)]


def made_twice(folder: Path) -> int:
    """How many pages the manifest says were made more than once."""
    lines = (folder / PLACE).read_text(encoding="utf-8").splitlines() if (folder / PLACE).is_file() else []
    places = [line.partition('"place":')[2].partition(",")[0] for line in lines if '"what":"done"' in line]
    return len(places) - len(set(places))


def cell(bench: Bench, name: str, code: str) -> str:
    """A folder of notebooks in which the review runs this cell too; `flag(word)` is true the first time that it is asked."""
    flag = f"from pathlib import Path as _P\ndef flag(word):\n    path = _P({str(bench.place / name)!r}, word)\n    if path.exists():\n        return False\n" \
        "    path.touch()\n    return True\n"
    (bench.place / name).mkdir(parents=True, exist_ok=True)
    return str(notebooks_with(bench.place / name / "own", cell=flag + code, name=REVIEW))


def reviews_of(bench: Bench, county: str) -> set[str]:
    """The pages that the hurt notebook makes of a county."""
    return {each for each in bench.pages if f"/{county.lower()}/2025h2" in each}


def all_but(bench: Bench, out: Path, missing: set[str]) -> Iterator[str]:
    """What is wrong where all pages but these must be there."""
    found = digests(out)
    yield from [f"not delivered: {each}" for each in bench.pages - missing - found.keys()]
    yield from [f"delivered all the same: {each}" for each in missing & found.keys()]


def only_one_failed(bench: Bench, code: str, *, words: str, prelude: str = SHORT, missing: str = "Finch") -> Iterator[str]:
    """What is wrong where a cell hurts one county's review: the others are delivered, exit 1, the index and standard error say why."""
    name = bench.new("cell")
    ended = bench.cached(name, prelude=prelude, CQI_NOTEBOOKS=cell(bench, name, f"if county == {missing!r}:\n    {code}")).ended()
    out = bench.place / name / "out"
    yield from bench.hurt(ended, name, codes=(1,), whole=bench.with_cell)
    yield from all_but(bench, out, reviews_of(bench, missing))
    yield from [f"not said: {words}, but: {ended.last}"] * (not any(each in ended.told for each in words.split("|")))
    for profile in ("internal", "release"):
        index = out / DAY / profile / "index.html"
        yield from [f"the {profile} index does not name it"] * (not index.is_file() or not any(each in index.read_text(encoding="utf-8") for each in words.split("|")))
