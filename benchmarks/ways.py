"""Ways of making the same pages, each measured in a process of its own (see benchmarks/render.py).

    python benchmarks/ways.py ORDER

ORDER is JSON: `way`, `data`, `as_of`, `cohorts`, `counties` (empty: all), `out`, and what the way needs besides. The last line that
it prints is JSON: `seconds` of making pages, everything imported, and how many `pages`.
"""

from __future__ import annotations

import ast
import json
import multiprocessing
import os
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from copy import deepcopy
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

TRAP = "rfc3987_syntax"
"""A grammar for web addresses that comes with JupyterLab and takes most of a second to import, in every process."""
UNTRAPPED = f"import sys; sys.modules[{TRAP!r}] = None; from ipykernel.kernelapp import launch_new_instance; launch_new_instance()"


def planned(order: dict) -> list:
    """The reviews to make, as a run plans them."""
    from cqi.render.plan import jobs

    shared = {"as_of": order["as_of"], "source": "episodes", "data": order["data"]}
    every = jobs(counties=order["counties"], cohorts=order["cohorts"], profiles=["internal"], shared=shared)
    return [job for job in every if job.role == "review"]


def counting(order: dict) -> dict:
    """Counts everything that a run shows into CQI_CACHE; seconds by step, reading among them."""
    from cqi import tables
    from cqi.render.counted import counted

    began = [time.perf_counter()]
    as_of, counties, _ = tables.as_of_and_counties(order["data"], "episodes", "")
    steps = {"reading": time.perf_counter() - began[0]}

    def told(done: int, total: int, word: str) -> None:
        steps[word] = time.perf_counter() - began[0] - sum(steps.values())

    day = as_of.day.isoformat()
    counted(profiles=("internal",), cohorts=order["cohorts"], shared={"data": order["data"], "source": "episodes", "as_of": day}, told=told)
    return {"seconds": sum(steps.values()), "steps": steps, "as_of": day, "counties": list(counties)}


def several(order: dict, page: Callable, ready: Callable) -> dict:
    """The pages in as many processes as the order says; seconds from when all of them are `ready`."""
    work = planned(order)
    if order["processes"] == 1:
        ready(order)
        began = time.perf_counter()
        for job in work:
            page(job, order)
        return {"seconds": time.perf_counter() - began, "pages": len(work)}
    with TemporaryDirectory() as waiting:
        context = multiprocessing.get_context("spawn")
        barrier = context.Barrier(order["processes"] + 1)
        with context.Pool(order["processes"], _prepared, (order | {"tmp": waiting}, ready, barrier)) as pool:
            barrier.wait()
            began = time.perf_counter()
            pool.starmap(page, [(job, order) for job in work], chunksize=1)
            return {"seconds": time.perf_counter() - began, "pages": len(work)}


def _prepared(order: dict, ready: Callable, barrier) -> None:
    _without_trap(order)
    ready(order)
    barrier.wait()


def _without_trap(order: dict) -> None:
    if not order.get("trap", True):
        sys.modules[TRAP] = None


def papermill(order: dict) -> dict:
    """papermill's own loop with an ordinary kernel and its defaults; then our page, or nbconvert's."""
    with TemporaryDirectory() as place:
        kernel = Path(place) / "kernels" / "untrapped"
        kernel.mkdir(parents=True)
        (kernel / "kernel.json").write_text(json.dumps({
            "argv": [sys.executable, "-c", UNTRAPPED, "-f", "{connection_file}"], "display_name": "untrapped", "language": "python"}))
        os.environ["JUPYTER_PATH"] = place
        return several(order, papermill_page, read_exporter)


def read_exporter(order: dict) -> None:
    """Everything that papermill's loop imports, and the exporter it uses."""
    import papermill  # noqa: F401

    _exporter() if order["nbconvert"] else _page_html()


def papermill_page(job, order: dict) -> None:
    """One review by papermill."""
    from papermill import execute_notebook

    from cqi.render.job import notebook_path, papermill_path

    path = _place(job, order)
    notebook = execute_notebook(
        papermill_path(notebook_path("review")), papermill_path(path.with_suffix(".ipynb")), parameters=job.parameters,
        kernel_name="python3" if order["trap"] else "untrapped", progress_bar=False)
    _write(path, _exporter().from_notebook_node(notebook)[0] if order["nbconvert"] else _page(job, notebook))


def plain(order: dict) -> dict:
    """The floor: no Jupyter, everything imported and the tables read before; the notebook's own cells, the same page."""
    return several(order, plain_page, read_tables)


def read_tables(order: dict) -> None:
    """Imports all that a page needs and reads the counted tables."""
    from cqi import Review
    from cqi.tables.backtested import backtested

    _page_html(), _notebook()
    for word in order["cohorts"]:
        Review(order["counties"][0], word, order["as_of"], data=order["data"], profile="internal").course()
    backtested(order["data"], "episodes", order["as_of"], "internal")


def plain_page(job, order: dict) -> None:
    """One review by calling what the notebook's cells call."""
    from nbformat.v4 import new_code_cell, new_output

    notebook, space = deepcopy(_notebook()), {}
    given = "\n".join(f"{name} = {value!r}" for name, value in job.parameters.items())
    declared = next(place for place, cell in enumerate(notebook.cells) if "parameters" in cell.metadata.get("tags", ()))
    notebook.cells.insert(declared + 1, new_code_cell(given, metadata={"tags": ["injected-parameters"]}))
    for cell in notebook.cells:
        if cell.cell_type == "code" and (shown := _shown(cell.source, space)) is not None:
            cell.outputs = [new_output("execute_result", data=shown._repr_mimebundle_())]
    _write(_place(job, order), _page(job, notebook))


def _shown(source: str, space: dict):
    """What a cell would show: the value of its last line."""
    tree = ast.parse(source)
    last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, "cell", "exec"), space)
    return eval(compile(ast.Expression(last.value), "cell", "eval"), space) if last else None


def ours(order: dict) -> dict:
    """The command itself, of which the reviews only where the order says so; its words are in `out`/run.json."""
    from cqi.cli import main

    if order.get("reviews_only"):
        from cqi.render import run

        every = run.jobs
        run.jobs = lambda **what: [job for job in every(**what) if job.role == "review"]
    one = {"data": order["data"], "as-of": order["as_of"], "out": order["out"], "profile": "internal", "engine": order.get("engine")}
    words = [f"--{name}={value}" for name, value in one.items() if value]
    words += [f"--{name}={value}" for name, key in (("county", "counties"), ("cohort", "cohorts")) for value in order[key]]
    began = time.perf_counter()
    if code := main(["review", *words]):
        raise SystemExit(f"cqi review ended with {code}")
    return {"seconds": time.perf_counter() - began}


def kernels(order: dict) -> dict:
    """Starts of the ordinary engine's kernels, two at once: how many, and the kinds of the failures."""
    from nbformat import write
    from nbformat.v4 import new_code_cell, new_notebook
    from papermill import execute_notebook

    from cqi.render.kernels import engine_options

    def start(number: int) -> str:
        try:
            done = execute_notebook(str(one), None, kernel_name="python3", progress_bar=False, **engine_options(private, seconds=120))
            return "" if done.cells[-1].outputs else "no output"
        except Exception as error:  # noqa: BLE001 - a failure of any kind is what is counted
            return type(error).__name__

    with TemporaryDirectory(prefix="cqi-") as name, ThreadPoolExecutor(2) as pool:
        private, one = Path(name), Path(name) / "one.ipynb"
        write(new_notebook(cells=[new_code_cell("'ready'")]), one)
        began = time.perf_counter()
        failures = [kind for kind in pool.map(start, range(order["starts"])) if kind]
        return {"seconds": time.perf_counter() - began, "starts": order["starts"], "failures": failures}


def _place(job, order: dict) -> Path:
    path = Path(order["out"]) / job.place
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def _page(job, notebook) -> str:
    up = "../" * job.place.count("/")
    return _page_html()(notebook, title=job.title, profile=job.parameters["profile"],
                        stylesheet=f"{up}assets/cqi.css", home=f"{up[3:]}index.html")


def _page_html() -> Callable:
    from cqi.render.page import page_html

    return page_html


def _write(path: Path, text: str) -> None:
    from cqi.render.pages import write_whole

    write_whole(path, text)


@cache
def _exporter():
    from nbconvert import HTMLExporter

    return HTMLExporter()


@cache
def _notebook():
    from nbformat import read

    from cqi.render.job import notebook_path

    return read(notebook_path("review"), 4)


WAYS = {"counting": counting, "papermill": papermill, "plain": plain, "ours": ours, "kernels": kernels}


def main(order: dict) -> None:
    _without_trap(order)
    said = WAYS[order["way"]](order)
    print(f"\n{json.dumps(said)}")


def measured(order: dict, environment: dict, watch: Callable | None = None) -> dict:
    """What the way says when run in a process of its own, and the `wall` clock's seconds; `watch` is given that process while it runs."""
    began = time.perf_counter()
    process = subprocess.Popen([sys.executable, __file__, json.dumps(order)], env=environment, text=True,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    with ThreadPoolExecutor(1) as pool:
        peak = pool.submit(watch, process) if watch else None
        said, wrong = process.communicate()
        lines = said.strip().splitlines()
        if process.returncode or not lines:
            raise SystemExit(f"{order['way']} ended with {process.returncode}: {wrong[-2000:]}")
        return json.loads(lines[-1]) | {"wall": time.perf_counter() - began} | ({"peak": peak.result()} if peak else {})


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
