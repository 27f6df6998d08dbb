"""Clocks, places, orders, names and numbers of counties."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator

import pandas as pd

from canary import planted
from cqi.render.lock import held
from cqi.render.manifest import Manifest
from faulty import DAY
from injected.bench import Bench, fault, only_one_failed


@fault(23)
def clock_jumps(bench: Bench) -> Iterator[str]:
    """Python's clock goes back an hour in mid-run, on a day, and is past 2038."""
    for hours, after in ((-1, 3), (24, 3), (24 * 365 * 14, 0)):
        moved = f"import time\nown, begun = time.time, time.monotonic()\ntime.time = lambda: own() + ({hours * 3600} if time.monotonic() - begun >= {after} else 0)"
        yield from [f"{hours} hours: {each}" for each in bench.same(bench.run(bench.new("clock"), custom=moved))]


@fault(24)
def languages_and_zones(bench: Bench) -> Iterator[str]:
    """Other languages, no language at all, and a day that begins fourteen hours early."""
    for own in ({"LC_ALL": "C", "LANG": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}, {"LC_ALL": "POSIX"}, {"LC_ALL": "de_DE.UTF-8", "LANG": "de_DE.UTF-8"},
                {"LC_ALL": "tr_TR.UTF-8"}, {"TZ": "Pacific/Kiritimati"}, {"TZ": "America/New_York"}):
        yield from [f"{own}: {each}" for each in bench.same(bench.run(bench.new("language"), **own))]


@fault(25)
def seeds_threads_workers(bench: Bench) -> Iterator[str]:
    """Other hash seeds, threads and processors."""
    for own, processors in (({"PYTHONHASHSEED": "0"}, 1), ({"PYTHONHASHSEED": "77", "OMP_NUM_THREADS": "8"}, 2), ({"PYTHONHASHSEED": "3"}, 8)):
        seen = f"os.cpu_count = lambda: {processors}"
        yield from [f"{own}, {processors} processors: {each}" for each in bench.same(bench.run(bench.new("seed"), custom=seen, **own))]


@fault(26)
def hostile_names(bench: Bench) -> Iterator[str]:
    """Names of counties that are paths, reserved, empty, very long, or no text: pages in the folder, or an error in words."""
    whole = planted()
    for bad in ("Doña Ana", "St. Juniper", "../x", "CON", ".", "/etc/passwd", "a" * 300, "A\nB", b"Do\xf1a"):
        name = bench.new("name")
        data = bench.place / name / "data"
        data.mkdir(parents=True)
        for file, table in whole.items():
            (data / f"{file}.csv").write_bytes(table.to_csv(index=False).encode().replace(b"Juniper", bad if isinstance(bad, bytes) else quoted(bad)))
        asked = ("--cohort", "2025H2", "--profile", "release")
        ended = bench.run(name, data=data, asked=asked).ended()
        out = bench.place / name / "out"
        yield from [f"{bad!r}: {each}" for each in bench.hurt(ended, name, codes=(0, 2)) if "neither" not in each]
        yield from [f"{bad!r}: written outside: {each}" for each in ("home", "tmp", "cwd") if any((bench.place / name / each).rglob("*"))]
        places = [path.relative_to(out).as_posix() for path in out.rglob("*.html")] if out.exists() else []
        yield from [f"{bad!r}: {each}" for each in places if not each.isascii() or len(each) > 150]
        yield from [f"{bad!r}: only {len(places)} pages"] * (ended.code == 0 and len(places) < 10)


def quoted(word: str) -> bytes:
    """The word as a cell of a CSV file."""
    return f'"{word}"'.encode() if "\n" in word or "," in word else word.encode()


@fault(27)
def ten_thousand(bench: Bench) -> Iterator[str]:
    """The manifest of 10,000 pages is read, and a folder of as many is held, in ten seconds at most."""
    folder = bench.place / "many"
    own, os.fsync = os.fsync, lambda file: None
    try:
        with Manifest(folder) as manifest:
            manifest.begin({}, "key")
            for number in range(10_000):
                manifest.started(f"internal/county-{number}/2025h2.html", "key" * 20)
                manifest.done(f"internal/county-{number}/2025h2.html", "key" * 20, "sum" * 20, "54 of 120 children left to a permanent home. " * 5, 1.5)
    finally:
        os.fsync = own
    for number in range(10_000):
        (folder / f"internal/county-{number}").mkdir(parents=True)
        (folder / f"internal/county-{number}/2025h2.html").touch()
    begun = time.monotonic()
    with held(folder), Manifest(folder) as manifest:
        found = sum(manifest.finished(f"internal/county-{number}/2025h2.html", "key" * 20) is not None for number in range(10_000))
    took = time.monotonic() - begun
    print(f"     10,000 pages found again in {took:.2f} s", flush=True)
    yield from [f"{found} of 10,000 were found"] * (found != 10_000)
    yield from [f"took {took:.1f} s"] * (took > 10)


@fault(28)
def nobody_entered(bench: Bench) -> Iterator[str]:
    """A county in which no child entered in the period has a page that says so."""
    name = bench.new("nobody")
    data = bench.place / name / "data"
    shutil.copytree(bench.data, data)
    table = pd.read_csv(data / "episodes.csv", dtype=str, keep_default_na=False)
    table.loc[~(table["county"].eq("Heron") & table["entry_date"].ge("2025-07-01"))].to_csv(data / "episodes.csv", index=False)
    ended = bench.run(name, data=data).ended()
    page = bench.place / name / "out" / DAY / "internal/heron/2025h2.html"
    yield from [f"exit {ended.code}: {ended.last}"] * (ended.code != 0)
    yield from ["its page does not say so"] * (not page.is_file() or "No children who count in this review entered care in Heron" not in page.read_text(encoding="utf-8"))


@fault(29)
def one_county_fails(bench: Bench) -> Iterator[str]:
    """One county's page cannot be made: all others are delivered, exit 1, the index names it."""
    yield from only_one_failed(bench, "raise ValueError('x')", words="ValueError")
