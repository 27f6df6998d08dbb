"""Real schedulers start real runs: a cron daemon, and a JupyterLab with jupyter-scheduler in which somebody clicks. Minutes:
CQI_SCHEDULERS=1.

cron needs root, for its daemon; JupyterLab needs jupyter-scheduler and Chromium.
"""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import nbformat
import pytest

from browser import chromium
from canary import state
from cqi.blocks import MIME
from cqi.scheduling import cron, jupyter
from cqi.scheduling.due import KEPT
from cqi.scheduling.task import Task
from cqi.site.when import rule
from live import until
from test_scheduling import crontab, site_in  # noqa: F401 - a fixture

LONG = 300
"""Seconds that a job may take on a machine that is busy."""
NAMES = ["county", "cohort", "as_of", "source", "data", "profile"]


@contextmanager
def running(*words, **environment):
    """A process of its own and all that it starts, ended afterwards."""
    process = subprocess.Popen(words, env={**os.environ, **environment}, start_new_session=True, stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL)
    try:
        yield process
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(LONG)


def free_port() -> int:
    with socket.socket() as line:
        line.bind(("127.0.0.1", 0))
        return line.getsockname()[1]


def live(test):
    """Only where it was asked for."""
    return test if os.environ.get("CQI_SCHEDULERS") == "1" else None


@live
def test_a_cron_daemon_starts_the_run_in_its_folder(crontab, tmp_path):  # noqa: F811
    daemon = shutil.which("cron") or pytest.skip("cron is not installed")
    folder = tmp_path / "50% of $HOME"
    site = site_in(folder)
    state(folder / "extract")
    toml = (folder / "cqi.toml").read_text(encoding="utf-8")
    soon = datetime.now() + timedelta(minutes=2)
    toml = toml.replace("= 45", "= 3660").replace('"first Monday"',
                                                  '"day"').replace('"06:00"',
                                                                   f'"{soon:%H:%M}"').replace("[review]", '[review]\ncounties = '
                                                                                                          '["Heron"]\ncohorts = ["2025H2"]')
    (folder / "cqi.toml").write_text(toml, encoding="utf-8")
    cron.install(Task(site, rule("day", f"{soon:%H:%M}")))
    with running(daemon, "-f"):
        kept = json.loads(until(lambda: (folder / "reports" / KEPT).is_file() and (folder / "reports" / KEPT).read_text(encoding="utf-8"),
                                seconds=LONG))
    assert (kept["due"], kept["code"]) == (f"{soon:%Y-%m-%dT%H:%M}:00", 0), kept
    assert next(folder.glob("reports/*/internal/heron/2025h2.html")).stat().st_size > 10_000


@live
def test_the_parameters_stand_in_the_form_of_jupyterlab_and_the_job_runs(tmp_path, monkeypatch):
    pytest.importorskip("jupyter_scheduler")
    for name in ("HOME", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "JUPYTER_CONFIG_DIR"):
        monkeypatch.setenv(name, str(tmp_path / name))
        (tmp_path / name).mkdir(mode=0o700)
    site = site_in(tmp_path / "site")
    site = replace(site, review=replace(site.review, counties=("Juniper",), cohorts=("2025H2",)))
    data = state(site.folder / "extract")
    task, port = Task(site, rule("first Monday", "06:00")), free_port()
    address = f"http://127.0.0.1:{port}/"
    words = [sys.executable, "-m", "jupyter", "lab", "--no-browser", "--allow-root", "--ip=127.0.0.1", f"--port={port}",
             "--IdentityProvider.token=key",
             f"--ServerApp.root_dir={site.folder}"]
    with running(*words), chromium() as browser:
        until(lambda: _answers(address), seconds=LONG)
        assert jupyter.install(task)[0].startswith("It stands in JupyterLab now")
        assert jupyter.install(task)[0].startswith("It stands in JupyterLab already")
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.set_default_timeout(1000 * LONG)
        page.goto(f"{address}lab?token=key&reset")
        page.click(".jp-LauncherCard:has-text('Jobs')")
        page.click("text=Job Definitions")
        page.click(f"a:has-text('{task.name}')")
        page.click("button:has-text('Run Job')")
        page.wait_for_selector("input[name='parameter-5-value']")
        shown = page.eval_on_selector_all("input[name^='parameter-']", "all => all.map(each => each.value)")
        assert shown[::2] == NAMES
        assert dict(zip(shown[::2], shown[1::2], strict=True)) == {"county": '"Juniper"', "cohort": '"2025H2"', "as_of": '""',
                                                                   "source": '"episodes"',
                                                                   "data": json.dumps(str(data)), "profile": '"internal"'}
        if shots := os.environ.get("CQI_SHOTS"):
            page.screenshot(path=Path(shots) / "jupyter-scheduler.png")
        page.fill("input[name='parameter-0-value']", '"Heron"')
        page.click("button:has-text('Create')")
        job = until(lambda: _ended(address), seconds=LONG)
        assert job["status"] == "COMPLETED", job
        [made] = tmp_path.glob(f"JUPYTER_DATA_DIR/**/{job['job_id']}/mid_course_review-*.ipynb")
        executed = nbformat.read(made, as_version=4)
        assert jupyter.remove(task) == ["It is no longer in JupyterLab."]
    outputs = [output.data[MIME] for cell in executed.cells for output in cell.get("outputs", ()) if MIME in output.get("data", {})]
    assert len(outputs) > 8 and "Heron" in json.dumps(outputs) and "Juniper" not in json.dumps(outputs[0])


def _asked(address: str):
    from urllib.request import Request, urlopen

    with urlopen(Request(address, headers={"Authorization": "token key"}), timeout=LONG) as answer:
        return answer.read()


def _answers(address: str) -> bool:
    try:
        return bool(_asked(f"{address}scheduler/runtime_environments"))
    except OSError:
        return False


def _ended(address: str) -> dict | None:
    jobs = json.loads(_asked(f"{address}scheduler/jobs"))["jobs"]
    return next((job for job in jobs if job["status"] in ("COMPLETED", "FAILED")), None)
