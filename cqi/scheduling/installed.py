"""Whether a site's runs are in a scheduler of this machine."""

from __future__ import annotations

from shutil import which

from cqi.scheduling import cron, systemd
from cqi.scheduling.task import Task, done
from cqi.scheduling.when import rule
from cqi.site.parts import Site


def installed(site: Site) -> str:
    """Where the runs of the site stand, in words; '' where neither a systemd timer nor the crontab of this user has them.

    A file for another scheduler says nothing of whether it was taken in. Raises CqiError for a schedule that cannot be read.
    """
    task = Task(site, rule(site.schedule.every, site.schedule.at))
    if all(path.is_file() for path in systemd.files(task)):
        return "a systemd timer"
    mark = cron.shown(task).splitlines()[0].encode()
    return "the crontab" if which("crontab") and mark in done(["crontab", "-l"]).stdout else ""
