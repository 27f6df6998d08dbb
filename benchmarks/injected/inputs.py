"""The data, the notebooks and the definitions are damaged, or change meanwhile."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd

from faulty import differing, digests
from injected.bench import REVIEW, ROOT, Bench, fault


@fault(16)
def damaged_files(bench: Bench) -> Iterator[str]:
    """Files cut short and with bits turned: exit 2, the file is named, no page."""
    table = pd.read_csv(bench.data / "episodes.csv", dtype=str, keep_default_na=False)
    table.to_parquet(bench.place / "episodes.parquet")
    whole, text = (bench.place / "episodes.parquet").read_bytes(), (bench.data / "episodes.csv").read_bytes()
    turned = whole[:-120] + bytes(byte ^ 0xFF for byte in whole[-120:-60]) + whole[-60:]  # among values nobody could tell
    for kind, file, content in (("parquet cut short", "episodes.parquet", whole[:-40]), ("parquet with bits turned", "episodes.parquet", turned),
                                ("parquet of nothing", "episodes.parquet", b""), ("text without its head", "episodes.csv", text[400:]),
                                ("text with zeros", "episodes.csv", text[:5000] + b"\0" * 4096 + text[9096:]), ("text of nothing", "episodes.csv", b"")):
        name = bench.new("damaged")
        data = bench.place / name / "data"
        shutil.copytree(bench.data, data)
        (data / "episodes.csv").unlink()
        (data / file).write_bytes(content)
        ended = bench.run(name, data=data).ended()
        yield from [f"{kind}: {each}" for each in bench.hurt(ended, name, codes=(2,))]
        yield from [f"{kind}: the file is not named: {ended.last}"] * ("episodes" not in ended.told.partition("counting")[2])
        yield from [f"{kind}: pages were made"] * bool(list((bench.place / name / "out").rglob("*.html")) if (bench.place / name / "out").exists() else False)


def changed_meanwhile(bench: Bench, change: Callable[[Path], None], words: str, **options) -> Iterator[str]:
    """What is wrong where something is changed after three pages: all pages are of before the change, or it is noticed, exit 2."""
    name = bench.new("changed")
    own = bench.place / name
    shutil.copytree(bench.data, own / "data")
    shutil.copytree(ROOT / "notebooks", own / "notebooks", ignore=shutil.ignore_patterns("training", ".*"))
    (own / "definitions/measures").mkdir(parents=True)
    for each in (ROOT / "cqi/definitions/measures").glob("*.toml"):
        shutil.copy(each, own / "definitions/measures")
    trial = bench.run(name, data=own / "data", CQI_NOTEBOOKS=str(own / "notebooks"), CQI_DEFINITIONS=str(own / "definitions"))
    trial.until_pages(3)
    change(own)
    ended = trial.ended()
    found = differing({each: sum for each, sum in digests(own / "out").items() if each in bench.pages}, {each: bench.whole[each] for each in bench.pages})
    if ended.code == 0:
        yield from [f"of the time after the change, or of both: {each}" for each in found]
    else:
        yield from bench.hurt(ended, name, codes=(2,))
        yield from [f"not said that it was changed: {ended.last}"] * (words not in ended.told)


@fault(17)
def data_replaced(bench: Bench) -> Iterator[str]:
    """A file of the data is replaced in mid-run, by one of another length and by one of the same length and time."""
    def longer(own: Path) -> None:
        lines = (own / "data/episodes.csv").read_text(encoding="utf-8").splitlines(keepends=True)
        (own / "data/episodes.csv").write_text("".join(lines[:-40]), encoding="utf-8")

    def same_length(own: Path) -> None:
        path = own / "data/episodes.csv"
        times = path.stat().st_atime_ns, path.stat().st_mtime_ns
        path.write_bytes(path.read_bytes().replace(b"reunification", b"emancipation "))
        os.utime(path, ns=times)

    for change in (longer, same_length):
        yield from [f"{change.__name__}: {each}" for each in changed_meanwhile(bench, change, "chang")]


@fault(18)
def program_edited(bench: Bench) -> Iterator[str]:
    """A notebook and a definition are edited in mid-run."""
    def notebook(own: Path) -> None:
        path = own / "notebooks" / REVIEW
        path.write_text(path.read_text(encoding="utf-8").replace("review.answer()", "review.heading()"), encoding="utf-8")

    def definition(own: Path) -> None:
        path = own / "definitions/measures/permanency_in_12_months.toml"
        path.write_text(path.read_text(encoding="utf-8").replace('title = "', 'title = "Edited: ', 1), encoding="utf-8")

    for change in (notebook, definition):
        yield from [f"{change.__name__}: {each}" for each in changed_meanwhile(bench, change, "chang")]
