"""Slow disks, nobody who listens, and readers meanwhile."""

from __future__ import annotations

from collections.abc import Iterator

from cqi.render.manifest import PLACE
from faulty import DAY, Reader, digests
from injected.bench import Bench, NotHere, all_but, cell, fault, reviews_of


@fault(35)
def slow_disk(bench: Bench) -> Iterator[str]:
    """The disk takes half a second to make sure of a file."""
    yield from bench.same(bench.cached(bench.new("slow"), custom="import time\nown = os.fsync\ndef hurt(file):\n    time.sleep(0.5)\n    own(file)\nos.fsync = hurt"))


@fault(36)
def nobody_listens(bench: Bench) -> Iterator[str]:
    """Its output goes to a reader who has gone, to nowhere, and it runs with next to no environment, as cron's do."""
    for shell in ('"$@" | head -n 0', '"$@" 2>&1 | head -n 1', '"$@" >&- 2>&-', 'exec env -i CQI_TRIAL="$CQI_TRIAL" CQI_TRIAL_COUNTS="$CQI_TRIAL_COUNTS" PATH=/usr/bin:/bin '
                  f'PYTHONPATH="$PYTHONPATH" CQI_CACHE={bench.cache} "$@"'):
        yield from [f"{shell[:30]}: {each}" for each in bench.same(bench.cached(bench.new("quiet"), command=("bash", "-o", "pipefail", "-c", shell, "bash")))]


@fault(37)
def no_mail(bench: Bench) -> Iterator[str]:
    """Mail cannot be sent."""
    raise NotHere("no run sends mail")
    yield


@fault(38)
def tells_too_much(bench: Bench) -> Iterator[str]:
    """A page shows a child's id, and a release tells a small count: withheld with the reason, the others go out if they may."""
    name = bench.new("id")
    notebooks = cell(bench, name, "from cqi import load\nfrom cqi.blocks import Text\nText((str(load(data, source).episodes['child_id'].iloc[0]),)) if county == 'Finch' else None")
    ended = bench.cached(name, CQI_NOTEBOOKS=notebooks).ended()
    yield from bench.hurt(ended, name, codes=(1, 3), whole=bench.with_cell)
    yield from all_but(bench, bench.place / name / "out", reviews_of(bench, "Finch"))
    name = bench.new("small")
    notebooks = cell(bench, name, "from cqi.blocks import Cell, Table\nTable('Few', ('County', 'Children'), ((Cell(county), Cell('3')),)) if county == 'Finch' else None")
    ended = bench.cached(name, CQI_NOTEBOOKS=notebooks).ended()
    given = [each for each in digests(bench.place / name / "out") if f"{DAY}/release/" in each and each.endswith("2025h2.html")]
    print(f"     a small count on a page: exit {ended.code}, {len(given)} released reviews: {ended.last}", flush=True)


@fault(39)
def older_and_newer_files(bench: Bench) -> Iterator[str]:
    """A ledger and a manifest of a newer version are refused in words; a manifest that is none is set aside."""
    name = bench.new("ledger")
    (bench.place / name / "out").mkdir(parents=True)
    (bench.place / name / "out/given-out-release.jsonl").write_text('{"version":99,"counts":[],"definitions":{}}\n', encoding="utf-8")
    ended = bench.cached(name).ended()
    yield from [f"ledger: {each}" for each in bench.hurt(ended, name, codes=(2,))]
    yield from [f"ledger: not said: {ended.last}"] * ("another version" not in ended.told)
    from cqi.render.manifest import _line

    for version, codes in ((99, (2,)), (0, (0,))):
        name = bench.new("manifest")
        path = bench.place / name / "out" / DAY / PLACE
        path.parent.mkdir(parents=True)
        path.write_bytes(_line({"what": "manifest", "version": version}))
        ended = bench.cached(name).ended()
        yield from [f"manifest of version {version}: {each}" for each in bench.hurt(ended, name, codes=codes)]
        yield from [f"manifest of version {version}: not said: {ended.last}"] * (version == 99 and "newer version" not in ended.told)


@fault(40)
def read_meanwhile(bench: Bench) -> Iterator[str]:
    """Readers open pages while they are replaced: each is the earlier one or the new one, whole."""
    name = bench.new("read")
    before = bench.earlier(name)
    with Reader(bench.place / name / "out", {*before.values(), *bench.whole.values()}) as reader:
        yield from bench.same(bench.cached(name))
    print(f"     {reader.reads:,} reads", flush=True)
    yield from [f"{len(reader.bad)} of {reader.reads} reads: {reader.bad[:3]}"] * bool(reader.bad)
    yield from [f"only {reader.reads} reads"] * (reader.reads < 1000)
