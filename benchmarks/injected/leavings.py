"""The manifest, the cache, the tools that draw."""

from __future__ import annotations

import random
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

from cqi.render.manifest import PLACE
from faulty import DAY, every, killed_at_call
from injected.bench import Bench, fault


@fault(30)
def killed_at_a_rename(bench: Bench) -> Iterator[str]:
    """The command is killed right before and right after a file is put into its place, and before and after a line of the manifest; then resumed."""
    drawn = random.Random(bench.seed + 30)
    for function, most in (("replace", 60), ("write", 40)):
        for _ in range(max(2, bench.kills // 10)):
            name, number, after = bench.new("rename"), drawn.randint(1, most), drawn.random() < 0.5
            trial = bench.cached(name, custom=killed_at_call(function, number, after=after))
            ended = trial.ended()
            print(f"     {'after' if after else 'before'} {function} {number}: exit {ended.code}", flush=True)
            told = [*bench.hurt(ended, name, codes=(-9, 0)), *bench.completed(name)]
            yield from [f"killed {'after' if after else 'before'} {function} {number}: {each}" for each in told]
            shutil.rmtree(bench.place / name, ignore_errors=True)


@fault(31)
def torn_manifest(bench: Bench) -> Iterator[str]:
    """A run is killed and its manifest's last line torn, a line in its middle changed, and the whole of it lost; then resumed."""
    def last_line(content: bytes) -> bytes:
        return content[:-10]

    def middle(content: bytes) -> bytes:
        return content[:len(content) // 2] + b"#" + content[len(content) // 2 + 1:]

    for change in (last_line, middle):
        name = bench.new("torn")
        trial = bench.cached(name)
        trial.until_pages(6)
        trial.send(signal.SIGKILL)
        trial.ended()
        path = bench.place / name / "out" / DAY / PLACE
        if not path.is_file():
            yield "there is no manifest"
            continue
        path.write_bytes(change(path.read_bytes()))
        yield from [f"{change.__name__}: {each}" for each in bench.completed(name)]


@fault(32)
def poisoned_cache(bench: Bench) -> Iterator[str]:
    """Files of the cache of counted tables are exchanged, cut short, and gone: what is made is right."""
    def exchanged(places: list[Path]) -> None:
        one, other = places[0] / "measures.parquet", places[0] / "same_age.parquet"
        shutil.copy(other, one)

    def cut(places: list[Path]) -> None:
        for path in places[0].glob("*.parquet"):
            path.write_bytes(path.read_bytes()[:-20])

    def lost(places: list[Path]) -> None:
        next(places[0].glob("*.parquet")).unlink()

    for change in (exchanged, cut, lost):
        cache = bench.place / bench.new("poisoned")
        shutil.copytree(bench.cache, cache)
        change(sorted(each for each in cache.iterdir() if (each / "measures.parquet").is_file()))
        yield from [f"{change.__name__}: {each}" for each in bench.same(bench.run(bench.new("cached"), CQI_CACHE=str(cache)))]


@fault(33)
def starts_fail(bench: Bench) -> Iterator[str]:
    """One in ten processes of a page does not start: it is tried again."""
    if bench.engine == "fork":
        failing = every("fork", 10, "raise BlockingIOError(11, 'no process more')")
    else:
        failing = ("import subprocess\nown = subprocess.Popen.__init__\ndef hurt(self, words, *rest, **more):\n"
                   "    fails = isinstance(words, list) and 'kernel.json' in ' '.join(map(str, words)) and nth('kernel') % 10 == 0\n"
                   "    own(self, ['false'] if fails else words, *rest, **more)\nsubprocess.Popen.__init__ = hurt")
    name = bench.new("starts")
    yield from bench.same(bench.cached(name, custom=failing))
    yield from ["nothing was hurt"] * (not any((bench.place / name / "counts").iterdir()))


@fault(34)
def drawing_breaks(bench: Bench) -> Iterator[str]:
    """The drawing engine fails, and ends its process, at some charts: those pages fail and say so; no page has an empty chart."""
    for act in ("raise ValueError('broken')", "os._exit(11)"):
        name = bench.new("drawing")
        (bench.place / name / "custom").mkdir(parents=True)
        (bench.place / name / "custom/vl_convert.py").write_text(
            "import os, sys\nfrom sitecustomize import nth\ndel sys.modules['vl_convert']\npaths = sys.path[:]\n"
            "sys.path[:] = [each for each in paths if not each.endswith('custom')]\nimport vl_convert\nsys.path[:] = paths\nown = vl_convert.vega_to_svg\n"
            f"def hurt(*words, **more):\n    if nth('drawn') % 7 == 0:\n        {act}\n    return own(*words, **more)\nvl_convert.vega_to_svg = hurt\n", encoding="utf-8")
        ended = bench.cached(name).ended()
        yield from [f"{act}: nothing was hurt"] * (not (bench.place / name / "counts/drawn").is_file())
        yield from [f"{act}: {each}" for each in bench.hurt(ended, name, codes=(0, 1))]
