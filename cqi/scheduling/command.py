"""The command `cqi schedule`: shows what a scheduler would be told, hands it over, takes it back, or makes the run that is due."""

from __future__ import annotations

import argparse
import os
from datetime import datetime
from shutil import which

from cqi.progress import say
from cqi.scheduling import airflow, cron, jupyter, systemd, windows
from cqi.scheduling.task import Task
from cqi.site.when import next_due, rule
from cqi.site.parts import Site
from cqi.vocabulary import CqiError, site_folder

SCHEDULERS = {"systemd": systemd, "cron": cron, "windows": windows, "airflow": airflow, "jupyter": jupyter}
NEXT = 3
FORGOTTEN = ("CQI_DEFINITIONS", "CQI_NOTEBOOKS", "CQI_JOURNAL")
"""What stands in the environment here, and is not there when a scheduler starts the run."""


def schedule_options(parser: argparse.ArgumentParser) -> None:
    """Adds the options of `cqi schedule`."""
    parser.add_argument("--scheduler", choices=tuple(SCHEDULERS),
                        help="which scheduler (default: the one found here: a systemd timer of yours, else cron)")
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--install", action="store_true", help="hand it to the scheduler, after it was shown")
    what.add_argument("--remove", action="store_true", help="take it back")
    what.add_argument("--due", action="store_true",
                      help="make the run that was last due, if it has not happened; this is what the scheduler starts")


def scheduled(options: argparse.Namespace) -> int:
    """Does what the options say for the site of this folder, and returns the exit code; that of the run for --due.

    Raises CqiError where there is no cqi.toml here, or it is not right, or the scheduler is not here.
    """
    now = datetime.now()
    if options.due:
        return _due(now)
    site = _site()
    task = Task(site, rule(site.schedule.every, site.schedule.at))
    scheduler = SCHEDULERS[options.scheduler or _found()]
    if options.remove:
        say("\n".join(scheduler.remove(task)))
        return 0
    say(scheduler.shown(task))
    say("\n".join(_told(site, task, now, getattr(scheduler, "NOTES", ()))))
    say("\n".join(scheduler.install(task)) if options.install else "Nothing is installed yet. To hand this over: cqi schedule --install")
    return 0


def _due(now: datetime) -> int:
    """Makes the run that is due; that the site's file cannot be read is kept, for it is told to nobody else."""
    from cqi.scheduling.due import made_if_due
    from cqi.scheduling.unread import keep_unread

    try:
        site = _site()
    except (CqiError, OSError) as error:
        if folder := site_folder():
            keep_unread(folder, error, now)
        raise
    return made_if_due(site, now)


def _site() -> Site:
    from cqi.site.reading import read_site

    folder = site_folder()
    site = read_site(folder) if folder else None
    if site is None:
        raise CqiError("There is no cqi.toml in this folder; cqi init writes one. Then run cqi schedule in its folder.")
    return site


def _found() -> str:
    """The scheduler of this machine. Raises CqiError where there is none of ours."""
    if os.name == "nt":
        return "windows"
    if systemd.there():
        return "systemd"
    if which("crontab"):
        return "cron"
    raise CqiError("No scheduler was found here: neither a systemd of yours nor cron. Install cron, or choose: cqi schedule --scheduler "
                   "windows (or airflow, jupyter).")


def _told(site: Site, task: Task, now: datetime, notes: tuple[str, ...]) -> list[str]:
    """When the next runs are, how the last ended, and what the user should know."""
    from cqi.scheduling.due import due_words, last_attempt, waiting
    from cqi.scheduling.installed import elsewhere, installed

    words = task.when.words
    lines = [f"{words[0].upper()}{words[1:]}, that is: {'; '.join(due_words(moment) for moment in next_due(task.when, now, NEXT))}."]
    last, due = last_attempt(site), waiting(site, now)
    if last:
        how = f"was due on {due_words(datetime.fromisoformat(last.due))} and" if last.due else "could not begin; it"
        lines += [f"The last run that a scheduler started {how} ended with exit code {last.code}.", *(f"  {line}" for line in last.said)]
    if due and (last or installed(site) or elsewhere(site)):
        lines.append(f"The run that was due on {due_words(due)} has not happened: the look at {task.when.look:%H:%M} makes it.")
    elif due:
        lines.append(f"Once this is handed over, the next look at {task.when.look:%H:%M} begins with the run of {due_words(due)}.")
    lines += [f"{name} is set here, but not when the scheduler starts the run: write it in cqi.toml." for name in FORGOTTEN
              if os.environ.get(name)]
    if site.handover.user and not site.handover.password_file:
        lines.append("The mail user's password comes from CQI_MAIL_PASSWORD, which a scheduler is not told: set it there too, or name a "
                     "password_file in cqi.toml.")
    return [*lines, *notes]
