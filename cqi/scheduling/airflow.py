"""The runs of a site as a short file for Apache Airflow. An example: it is checked for its form, it has not been tried in Airflow."""

from __future__ import annotations

import shlex
from pathlib import Path

from cqi.scheduling.task import Task, module

DAG = '''"""CQI reviews, {words}. Airflow's own time zone counts."""

from datetime import datetime

from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import DAG

with DAG(dag_id={name!r}, schedule={schedule!r}, start_date=datetime(2026, 1, 1), catchup=False, max_active_runs=1):
    BashOperator(task_id="review", bash_command={command!r}, cwd={folder!r}, skip_on_exit_code=4)
'''


def shown(task: Task) -> str:
    """The file: one task that calls `cqi review` in the site's folder. Where another run is at work (4), it is skipped."""
    command = shlex.join((task.python, *module("review")))
    return DAG.format(words=task.when.words, name=task.name, schedule=task.when.crontab_with_weeks, command=command,
                      folder=str(task.folder))


def install(task: Task) -> list[str]:
    """Writes the file and says where to put it."""
    path = place(task)
    path.write_text(shown(task), encoding="utf-8")
    return [f"Written: {path}",
            "Copy it into the dags folder of your Airflow. It is checked for its form; it has not been tried in Airflow."]


def remove(task: Task) -> list[str]:
    """Removes the file and says what to do in Airflow."""
    place(task).unlink(missing_ok=True)
    return ["Remove the copy in the dags folder of your Airflow too."]


def place(task: Task) -> Path:
    """Where the file goes."""
    return task.folder / f"{task.name.replace('-', '_')}.py"
