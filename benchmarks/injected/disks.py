"""The disk is full, small, slow to come, read-only, gone, or another one."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from faulty import digests, small_disk
from injected.bench import LIMIT, Bench, NotHere, fault


@fault(10)
def no_room(bench: Bench) -> Iterator[str]:
    """A disk that is too small from the first, and one that fills up in mid-run over earlier pages; with room again it is resumed."""
    name = bench.new("small")
    with small_disk(bench.place / name / "out", "128k") as there:
        if not there:
            raise NotHere("no right to mount")
        ended = bench.cached(name).ended()
        yield from bench.hurt(ended, name, codes=(2,))
        yield from [f"needed and free are not said: {ended.last}"] * (ended.last.count("MB") < 2)
    for keep in (20, 300, 1500):
        name = bench.new("full")
        with small_disk(bench.place / name / "out", "60m"):
            shutil.rmtree(bench.place / name / "kept", ignore_errors=True)
            before = _filled_later(bench, name)
            trial = bench.cached(name)
            trial.until_pages(2)
            _fill(bench.place / name / "out", keep * 1024)
            yield from [f"{keep} kB left: {each}" for each in bench.hurt(trial.ended(), name, codes=(1, 2), before=before)]
            (bench.place / name / "out/filler").unlink()
            yield from [f"{keep} kB left: {each}" for each in bench.completed(name)]


def _filled_later(bench: Bench, name: str) -> dict[str, str]:
    """Earlier pages on a disk that is there already."""
    other = bench.new("earlier")
    bench.earlier(other)
    shutil.copytree(bench.place / other / "out", bench.place / name / "out", dirs_exist_ok=True)
    return digests(bench.place / name / "out")


def _fill(disk: Path, keep: int) -> None:
    """Fills the disk but for so many bytes."""
    with open(disk / "filler", "wb") as file:
        file.truncate(0)
        os.posix_fallocate(file.fileno(), 0, max(1, shutil.disk_usage(disk).free - keep))


@fault(11)
def files_too_large(bench: Bench) -> Iterator[str]:
    """No file may be larger than 60,000 bytes: what is larger fails, and what was there before stays."""
    name = bench.new("size")
    before = bench.earlier(name)
    yield from bench.hurt(bench.run(name, prelude=LIMIT.format("FSIZE", 60_000, 60_000)).ended(), name, codes=(1, 2), before=before)
    yield from bench.completed(name)


@fault(12)
def few_open_files(bench: Bench) -> Iterator[str]:
    """Sixty-four files may be open: it works, or says so."""
    name = bench.new("files")
    ended = bench.cached(name, prelude=LIMIT.format("NOFILE", 64, 64)).ended()
    yield from bench.hurt(ended, name, codes=(0, 1, 2))
    yield from [f"open files are not said: {ended.last}"] * (ended.code == 2 and "open" not in ended.told)
    yield from bench.completed(name) if ended.code else ()


@fault(13)
def read_only(bench: Bench) -> Iterator[str]:
    """The place for pages cannot be written to: exit 2 before any work."""
    name = bench.new("read-only")
    out = bench.place / name / "out"
    with small_disk(out, "60m") as there:
        if not there:
            raise NotHere("no right to mount")
        subprocess.run(["mount", "-o", "remount,ro", str(out)], check=True)
        trial = bench.run(name)
        ended = trial.ended()
        yield from bench.hurt(ended, name, codes=(2,))
        yield from ["it counted first"] * ("steps" in ended.told)
        yield from [f"not said: {ended.last}"] * ("read-only" not in ended.told.lower())


@fault(14)
def folder_goes_away(bench: Bench) -> Iterator[str]:
    """The run's folder is moved away in mid-run: an error in words, and nothing is written anywhere else."""
    name = bench.new("away")
    trial = bench.cached(name)
    trial.until_pages(2)
    (bench.place / name / "out").rename(bench.place / name / "moved")
    ended = trial.ended()
    out = bench.place / name / "out"
    yield from bench.hurt(ended, name, codes=(1, 2))
    yield from [f"written there again: {each}" for each in (sorted(path.name for path in out.rglob("*") if path.is_file()) if out.exists() else ())]
    yield from [f"left in {each}" for each in ("home", "tmp", "cwd") if any((bench.place / name / each).rglob("*"))]


@fault(15)
def another_disk(bench: Bench) -> Iterator[str]:
    """Pages and temporary files on two disks."""
    name = bench.new("disks")
    with small_disk(bench.place / name / "out", "60m") as one, small_disk(bench.place / name / "tmp", "200m") as other:
        if not (one and other):
            raise NotHere("no right to mount")
        yield from bench.same(bench.run(name))
