"""The review of one county as a notebook job of a running JupyterLab, by its extension jupyter-scheduler: the notebook's parameters stand
in its form.

That form begins empty; it shows parameters where a job definition holds them, and this is what is handed over. It writes each value into
the notebook as Python, so a text has its quotation marks.
"""

from __future__ import annotations

import json
import shutil
import urllib.error
import urllib.request
from pathlib import Path

from cqi.render.job import NOTEBOOKS, notebook_path
from cqi.scheduling.task import Task
from cqi.site.places import data
from cqi.vocabulary import CqiError

DEFINITIONS = "scheduler/job_definitions"
NOTES = ("A job runs while JupyterLab does; one that was missed is not made up for. It makes one notebook of one county: for all pages use "
         "another scheduler.",)
LOSES = "To begin anew take it back first (--remove), which also deletes the jobs that it has made."
LONG = 30
"""Seconds within which a JupyterLab answers."""


def shown(task: Task) -> str:
    """The job definition, but for where the notebook lies, as JSON."""
    return json.dumps(_definition(task), indent=1, ensure_ascii=False)


def install(task: Task) -> list[str]:
    """Puts a copy of the notebook into the site's folder and hands the definition to the JupyterLab that shows this folder.

    One that stands there already stays as it is: to replace it would delete the jobs that it has made.
    """
    server = _server(task)
    if _held(server, task):
        return [f"It stands in JupyterLab already ({task.name}): change it there. {LOSES}"]
    notebook = task.folder / NOTEBOOKS["review"]
    if not notebook.exists():
        shutil.copyfile(notebook_path("review"), notebook)
    place = notebook.relative_to(Path(server["root_dir"]).resolve()).as_posix()
    _ask(server, DEFINITIONS, {**_definition(task), "input_uri": place})
    return [f"It stands in JupyterLab now: {server['url']}lab, Jobs, Job Definitions, {task.name}. 'Run Job' shows its parameters."]


def remove(task: Task) -> list[str]:
    """Takes the definition back, and with it the jobs that it has made; the copy of the notebook stays."""
    server = _server(task)
    found = _held(server, task)
    for each in found:
        _ask(server, f"{DEFINITIONS}/{each}", method="DELETE")
    return ["It is no longer in JupyterLab."] if found else ["There is nothing of this folder in JupyterLab."]


def parameters(task: Task) -> dict[str, str]:
    """Every parameter of the notebook as Python: what cqi.toml says of it, else what the notebook says."""
    from papermill import inspect_notebook

    declared = {name: told["default"] for name, told in inspect_notebook(str(notebook_path("review"))).items()}
    extract, review = task.site.extract, task.site.review
    own = {"county": review.counties[:1], "cohort": review.cohorts[:1], "source": [extract.source], "data": [data(task.site)],
           "profile": review.profiles[:1]}
    return declared | {name: json.dumps(told[0], ensure_ascii=False) for name, told in own.items() if told}


def _definition(task: Task) -> dict:
    when = task.when
    return {"name": task.name, "runtime_environment_name": "python3", "output_formats": ["ipynb", "html"], "parameters": parameters(task),
            "schedule": when.crontab_with_weeks}


def _server(task: Task) -> dict:
    """The running JupyterLab that shows the site's folder. Raises CqiError where there is none."""
    try:
        from jupyter_server.serverapp import list_running_servers
    except ImportError:
        raise CqiError('JupyterLab is not installed; install it with: pip install "cqi-workbook[explore,schedule]"') from None
    for server in list_running_servers():
        if task.folder.is_relative_to(Path(server["root_dir"]).resolve()):
            return server
    raise CqiError(f"No running JupyterLab shows {task.folder}. Start one there (jupyter lab), leave it running, and try again.")


def _held(server: dict, task: Task) -> list[str]:
    """The numbers of the definitions of this folder."""
    return [each["job_definition_id"] for each in _ask(server, DEFINITIONS)["job_definitions"] if each["name"] == task.name]


def _ask(server: dict, path: str, body: dict | None = None, *, method: str = "") -> dict:
    """What the server answers. Raises CqiError where it has no such extension or does not answer."""
    headers = {"Authorization": f"token {server['token']}", "Content-Type": "application/json"}
    asked = urllib.request.Request(server["url"] + path, data=json.dumps(body).encode() if body else None, headers=headers,
                                   method=method or ("POST" if body else "GET"))
    try:
        with urllib.request.urlopen(asked, timeout=LONG) as answer:
            return json.loads(answer.read() or b"{}")
    except urllib.error.HTTPError as error:
        missing = "its extension is not there: pip install jupyter-scheduler, then start JupyterLab again"
        why = missing if error.code == 404 else f"it answered {error.code}"
        raise CqiError(f"{server['url']}: JupyterLab did not take this; {why}.") from None
    except OSError:
        raise CqiError(f"{server['url']}: JupyterLab does not answer; start it again.") from None
