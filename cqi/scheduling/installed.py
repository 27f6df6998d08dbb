"""Whether a site's runs are in a scheduler: one of this machine that can be asked, or another one."""

from __future__ import annotations

from shutil import which

from cqi.render.job import NOTEBOOKS
from cqi.scheduling import airflow, cron, systemd, windows
from cqi.scheduling.task import Task, done
from cqi.site.when import rule
from cqi.site.parts import Site


def installed(site: Site) -> str:
    """Where the runs of the site stand, in words; '' where neither a systemd timer nor the crontab of this user has them.

    A file for another scheduler says nothing of whether it was taken in: `elsewhere`. Raises CqiError for a schedule that cannot be read.
    """
    task = Task(site, rule(site.schedule.every, site.schedule.at))
    if all(path.is_file() for path in systemd.files(task)):
        return "a systemd timer"
    mark = cron.shown(task).splitlines()[0].encode()
    return "the crontab" if which("crontab") and mark in done(["crontab", "-l"]).stdout else ""


def elsewhere(site: Site) -> str:
    """The scheduler that cannot be asked from here, and for which `cqi schedule --install` has written a file into the site's folder; ''
    for none.

    The file says nothing of whether it was taken in.
    """
    task = Task(site, rule(site.schedule.every, site.schedule.at))
    files = {"Airflow": airflow.place(task), "Windows Task Scheduler": windows.place(task), "JupyterLab": task.folder / NOTEBOOKS["review"]}
    return next((name for name, path in files.items() if path.is_file()), "")
