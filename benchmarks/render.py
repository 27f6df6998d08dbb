"""Seconds a review, by ways of making it: papermill's loop, plain Python, and ours; memory, a second run, and kernel starts.

    python benchmarks/render.py [--quick] [--data FOLDER] [--rounds 3] [--kernels 1000]

States of 48 and 254 counties and about 200,000 stays are drawn (benchmarks/many.py) into the folder, or found there. Their tables are
counted once before and found by every way, so that only the making of pages is compared: the mid-course review, its charts drawn
as SVG. The loops and the plain floor start when everything is imported, the floor has read the tables too; ours is the rendering stage of
the command; its processes start while it counts, and read the tables in that stage. At 254 the loops make a spread sample. Ratios are those of a round, then their
median. At the end each bar; exit 1 where one is missed. An hour or two on a quiet machine of 2 cores. `--quick` makes a small state in
about 2 minutes, and judges only the bars that do not hang on size.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import time
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from tempfile import gettempdir

import psutil
from many import EPISODES, many
from ways import TRAP, measured

COHORT = "2025H2"
TEN = [f"{year}H{half}" for year in range(2021, 2026) for half in (1, 2)]
OURS, KERNEL, FLOOR = "ours", "ours, --engine kernel", "plain Python, 2 processes"
ONE, TWO = "papermill, our page", "papermill, our page, 2 processes"
LOOPS = {ONE: (1, False), "papermill, nbconvert": (1, True), TWO: (2, False), "papermill, nbconvert, 2 processes": (2, True)}
"""Processes, and whether nbconvert's own exporter makes the page."""
FREE = ", without the import trap"
SAMPLE = 12
STATES, COUNTIES, COHORTS, DASK = 51, 3143, 10, 1.08
"""The nation; and what sending groups of counties to other machines costs."""


@dataclass
class State:
    """A drawn state with its tables counted: where, its as-of day and counties, what counting took, and the memory it needed."""

    data: Path
    work: Path
    said: dict = field(default_factory=dict)

    def run(
        self, way: str, *, counties=(), cohorts=(COHORT,), out: str = "", found: bool = True, once: bool = True, watch=None, **more,
    ) -> dict:
        """What the way says; `found`: with the counted tables; `once`: a notebook leaves its charts to the page."""
        environment = {name: value for name, value in os.environ.items() if not name.startswith("CQI_")}
        environment |= ({"CQI_CACHE": str(self.work / "counted")} if found else {}) | ({"CQI_RUN": "1"} if once else {})
        order = {"way": way, "data": str(self.data), "as_of": self.said.get("as_of", ""), "out": str(self.work / out)}
        return measured(order | {"cohorts": list(cohorts), "counties": list(counties), **more}, environment, watch)

    def count(self, cohorts=(COHORT,)) -> dict:
        """Counts the tables and keeps them."""
        found = self.run("counting", cohorts=cohorts, watch=peak)
        self.said = self.said or found
        return found


def made(state: State, name: str, counties: list[str]) -> tuple[float, Path]:
    """Seconds a review by the way of that name, and the folder with the pages."""
    out = state.work / "pages" / name.replace(" ", "-").replace(",", "")
    shutil.rmtree(out, ignore_errors=True)
    if name in (OURS, KERNEL):
        state.run("ours", counties=counties, out=out, reviews_only=True, engine="kernel" if name == KERNEL else "")
        record = written(out)
        return rendering(record) / len(record["pages"]), out / record["as_of"]
    if name == FLOOR:
        said = state.run("plain", counties=counties, out=out, processes=2)
    else:
        processes, nbconvert = LOOPS[name.removesuffix(FREE)]
        said = state.run("papermill", counties=counties, out=out, processes=processes, nbconvert=nbconvert, once=not nbconvert,
                         trap=not name.endswith(FREE))
    return said["seconds"] / said["pages"], out


def written(out: Path) -> dict:
    """A run's own record; raises where a page was not made."""
    record = json.loads(next(out.glob("*/run.json")).read_text(encoding="utf-8"))
    unmade = [page["place"] for page in record["pages"] if page["status"] != "done"]
    if unmade:
        raise SystemExit(f"{len(unmade)} pages were not made, the first {unmade[0]}")
    return record


def rendering(record: dict) -> float:
    """Seconds of a run's rendering stage; of a version that does not tell it, those of its pages over its two kernels."""
    return record.get("stages", {}).get("rendering") or sum(page["seconds"] for page in record["pages"]) / max(2, os.cpu_count() or 1)


def peak(process) -> float:
    """The most memory in GB of the process and all it starts, looked at twice a second; shared pages count once where the system tells."""
    most = 0.0
    while process.poll() is None:
        most = max(most, sum(map(_memory, _tree(process.pid))) / 1e9)
        time.sleep(0.5)
    return most


def _tree(pid: int) -> list[psutil.Process]:
    try:
        return [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
    except psutil.Error:
        return []


def _memory(process: psutil.Process) -> int:
    try:
        found = process.memory_full_info()
        return getattr(found, "pss", found.uss)
    except psutil.Error:
        return 0


def compared(state: State, fast: list[str], slow: list[str], sample: list[str], rounds: int, slow_rounds: int) -> dict[str, list[float]]:
    """Seconds a review by way and round, ways in turn; says whether the pages are the same bytes."""
    counties, found = state.said["counties"], {name: [] for name in (*fast, *slow)}
    for each in range(rounds):
        print(f"\n{len(counties)} counties, round {each + 1}, load {os.getloadavg()[0]:.1f}", flush=True)
        for name in (*fast, *(slow if each < slow_rounds else ())):
            some = sample if name in slow else counties
            seconds, pages = made(state, name, some)
            found[name].append(seconds)
            print(f"  {name:<60} {len(some):4} reviews {seconds:8.3f} s a review", flush=True)
            if name != OURS and "nbconvert" not in name:
                check_same(pages, state.work / "pages" / OURS / state.said["as_of"], name)
    return found


def check_same(pages: Path, own: Path, name: str) -> None:
    """Stops where the way's pages are other bytes than ours: then the ways do not do the same work."""
    different = [path for path in pages.glob("internal/*/*.html") if path.read_bytes() != (own / path.relative_to(pages)).read_bytes()]
    if different:
        raise SystemExit(f"{name}: {len(different)} pages are not the same as ours, the first {different[0]}")


def told(found: dict[str, list[float]], counties: int) -> dict[str, float]:
    """Prints the table and returns the ratios to ours: the median of the rounds' own."""
    ratios = {name: median(each / own for each, own in zip(seconds, found[OURS])) for name, seconds in found.items()}
    print(f"\n{'way':<62} {'n':>4} {'s a review':>11} {'x ours':>8} {'all, min':>9}")
    for name, seconds in found.items():
        print(f"{name:<62} {counties:4} {median(seconds):11.3f} {ratios[name]:8.2f} {median(seconds) * counties / 60:9.1f}")
    return ratios


def at_once(state: State, bars: list, judged: bool) -> dict:
    """The whole command: with the tables found, from nothing, a second time; memory. Returns what the first cost."""
    counties = len(state.said["counties"])
    first = state.run("ours", out="whole", watch=peak)
    record = written(state.work / "whole")
    size = sum(path.stat().st_size for path in (state.work / "whole").glob("*/internal/*/*.html")) / len(record["pages"])
    print(f"\nthe whole command, {counties} counties, {len(record['pages'])} pages: {first['wall']:.1f} s, "
          f"of it rendering {rendering(record):.1f} s; peak {first['peak']:.2f} GB; stages {record.get('stages', 'not told')}")
    fresh = state.run("ours", out="fresh", found=False, watch=peak)
    print(f"the same from nothing, counting included: {fresh['wall']:.1f} s; peak {fresh['peak']:.2f} GB")
    again = state.run("ours", out="fresh", found=False)
    kept = state.run("ours", out="whole")
    print(f"and once more, nothing new: {again['wall']:.1f} s; with the counted tables kept {kept['wall']:.1f} s", flush=True)
    bars += [("peak memory of a run, GB, under", max(first["peak"], fresh["peak"]), 1.5, judged),
             ("a re-run with nothing new, s, under", again["wall"], 3.0, judged)]
    return {"bytes": size, "peak": first["peak"], "rendering": rendering(record), "pages": len(record["pages"])}


def many_reviews(state: State, bars: list, before: float) -> None:
    """Ten cohorts of every county: the same memory as one."""
    counted = state.count(TEN)
    print(f"\ncounting {len(TEN)} cohorts: {counted['seconds']:.1f} s, peak {counted['peak']:.2f} GB", flush=True)
    ten = state.run("ours", out="ten", cohorts=TEN, watch=peak)
    record = written(state.work / "ten")
    print(f"{len(record['pages'])} pages: rendering {rendering(record):.1f} s, {rendering(record) / len(record['pages']):.3f} s a page; "
          f"peak {ten['peak']:.2f} GB")
    bars += [("peak memory of ten cohorts, GB, under", ten["peak"], 1.5, True),
             ("the same over that of one cohort, at most", ten["peak"] / before, 1.15, True)]


def sized(steps: dict[str, float], seconds: float, size: float, counties: int) -> list[str]:
    """What 3,143 counties and ten cohorts would take, state by state, from the measured costs of one state of so many counties:
    seconds by step of counting, of a page on 2 cores, and bytes of a page. Counting grows with stays, and these with counties."""
    cohort = steps[COHORT]
    counting = COUNTIES / counties * (sum(steps.values()) - cohort + COHORTS * cohort)
    pages = COUNTIES * COHORTS + COUNTIES + STATES * (COHORTS + 2)
    work = counting + pages * seconds * 2
    lines = [f"The nation, sized from this run: {STATES} states, {COUNTIES:,} counties, {COHORTS} cohorts, {pages:,} pages, "
             f"{pages * size / 1e9:.1f} GB of pages; counting {counting / 3600:.1f} core-hours, rendering {pages * seconds * 2 / 3600:.1f}"]
    for machines in (1, 4, 16):
        spent = work / (2 * machines) * (DASK if machines > 1 else 1)
        lines.append(f"  {machines:2} machine{'s' * (machines > 1)} of 2 cores: {spent / 3600:5.1f} hours")
    return lines


def judge(bars: list) -> int:
    """Prints each bar; 1 where one that is judged was missed. A bar is words, what was found, the limit, and whether it is judged."""
    print()
    missed = 0
    for words, value, limit, judged in bars:
        good = value >= limit if words.endswith("at least") else value <= limit
        missed += judged and not good
        print(f"{words:<72} {limit:8.2f}: {value:8.2f}  {('passed' if good else 'FAILED') if judged else 'not judged at this size'}")
    return int(missed > 0)


def spread(counties: list[str], number: int) -> list[str]:
    """So many of the counties, from the largest to the smallest."""
    return [counties[at * (len(counties) - 1) // max(number - 1, 1)] for at in range(min(number, len(counties)))]


def state_of(counties: int, episodes: int, data: Path, work: Path) -> State:
    """The state drawn or found, its tables counted anew."""
    state = State(many(data / f"{counties}-counties-{episodes}-stays", counties, episodes), work / str(counties))
    shutil.rmtree(state.work, ignore_errors=True)
    found = state.count()
    steps = ", ".join(f"{name} {spent:.1f}" for name, spent in found["steps"].items())
    print(f"\n{counties} counties: counted in {found['seconds']:.1f} s ({steps}); "
          f"peak {found['peak']:.2f} GB; load {os.getloadavg()[0]:.1f}", flush=True)
    return state


def measure(state: State, options, bars: list, largest: bool) -> None:
    """One state by every way; its bars are judged where it is of full size."""
    judged, counties = not options.quick, state.said["counties"]
    loops = (ONE, TWO) if options.quick else LOOPS
    slow = [name + free for free in ("", *([FREE] if find_spec(TRAP) else [])) for name in loops]
    sample = spread(counties, 2 if options.quick else SAMPLE) if largest else counties
    fast = [OURS, FLOOR] if largest and judged else [OURS, FLOOR, KERNEL]
    found = compared(state, fast, slow, sample, options.rounds, 1 if largest else options.rounds)
    ratios = told(found, len(counties))
    one, two = (min(ratios[name] for name in loops if LOOPS[name][0] == processes) for processes in (1, 2))
    bars += [(f"{len(counties)} counties: faster than papermill's loop, at least", one, 15.0, judged),
             (f"{len(counties)} counties: than that loop in 2 processes, at least", two, 8.0, judged),
             (f"{len(counties)} counties: over the plain floor, at most", 1 / ratios[FLOOR], 1.4, judged)]
    if largest:
        bars.append((f"{len(counties)} reviews on 2 cores, s, under", median(found[OURS]) * len(counties), 75.0, judged))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="a small state, about 2 minutes")
    parser.add_argument("--data", type=Path, default=Path(gettempdir()) / "cqi-many", help="where the states are, or are drawn to")
    parser.add_argument("--rounds", type=int, default=0, help="rounds (default: 3; 1 with --quick)")
    parser.add_argument("--kernels", type=int, default=0, help="starts of the ordinary engine's kernels (default: 1000; 6 with --quick)")
    options = parser.parse_args()
    options.rounds, options.kernels = options.rounds or (1 if options.quick else 3), options.kernels or (6 if options.quick else 1000)
    print(f"The import trap, which comes with JupyterLab, is {'' if find_spec(TRAP) else 'not '}in this install.")
    bars, work, judged = [], options.data / "work", not options.quick
    for counties, episodes in [(5, 5_000)] if options.quick else [(48, EPISODES), (254, EPISODES)]:
        state = state_of(counties, episodes, options.data, work)
        measure(state, options, bars, largest=counties != 48)
    whole = at_once(state, bars, judged)
    each = whole["rendering"] / whole["pages"]
    print("\n".join(sized(state.said["steps"], each, whole["bytes"], len(state.said["counties"]))), flush=True)
    if not options.quick:
        many_reviews(state, bars, whole["peak"])
    started = state.run("kernels", starts=options.kernels)
    print(f"\n{started['starts']} kernel starts in {started['seconds']:.0f} s, failures: {', '.join(started['failures']) or 'none'}")
    bars.append((f"kernel starts that failed, of {started['starts']}, at most", len(started["failures"]), 0, True))
    return judge(bars)


if __name__ == "__main__":
    sys.exit(main())
