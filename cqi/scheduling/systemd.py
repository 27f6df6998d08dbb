"""The runs of a site as a timer of the user's own systemd."""

from __future__ import annotations

import os
from pathlib import Path
from shutil import which

from cqi.scheduling.task import Task, done, succeeded
from cqi.site.when import WEEKDAYS, Rule

NOTES = ("A timer of yours stands still while you are not logged in, unless you once say: loginctl enable-linger",
         "What a run said: journalctl --user --unit NAME.service")
SERVICE = """[Unit]
Description=CQI reviews, {words}

[Service]
Type=oneshot
WorkingDirectory={folder}
ExecStart={command}
# 4: another run was at work
SuccessExitStatus=4
"""
TIMER = """[Unit]
Description=CQI reviews, {words}

[Timer]
# The run
OnCalendar={run}
# Every day: makes a run that was missed, or whose data came late
OnCalendar=*-*-* {look:%H:%M}:00
# What was missed while the machine was off is made up for once it is on
Persistent=true

[Install]
WantedBy=timers.target
"""


def there() -> bool:
    """Whether this user's systemd can be spoken to."""
    return os.name == "posix" and which("systemctl") is not None and done(["systemctl", "--user", "show-environment"]).returncode == 0


def files(task: Task) -> dict[Path, str]:
    """The two files, by where they go."""
    folder = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "systemd" / "user"
    command = " ".join(_quoted(word) for word in task.command)
    service = SERVICE.format(words=task.when.words, folder=str(task.folder).replace("%", "%%"), command=command)
    return {folder / f"{task.name}.service": service,
            folder / f"{task.name}.timer": TIMER.format(words=task.when.words, run=on_calendar(task.when), look=task.when.look)}


def shown(task: Task) -> str:
    """Both files with their places."""
    return "\n".join(f"# {path}\n{text}" for path, text in files(task).items())


def install(task: Task) -> list[str]:
    """Writes the files and starts the timer."""
    for path, text in files(task).items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    succeeded(["systemctl", "--user", "daemon-reload"])
    succeeded(["systemctl", "--user", "enable", "--now", f"{task.name}.timer"])
    return [f"The timer runs now (systemctl --user list-timers {task.name}.timer shows it)."]


def remove(task: Task) -> list[str]:
    """Stops the timer and removes the files."""
    there_are = [path for path in files(task) if path.exists()]
    if not there_are:
        return ["There is no timer of this folder."]
    succeeded(["systemctl", "--user", "disable", "--now", f"{task.name}.timer"])
    for path in there_are:
        path.unlink()
    succeeded(["systemctl", "--user", "daemon-reload"])
    return ["The timer is gone."]


def on_calendar(when: Rule) -> str:
    """The days and the time in systemd's words, such as `Mon *-*-01..07 06:00:00`: here weekday and day of the month must both fit."""
    weekday = "" if when.weekday is None else f"{WEEKDAYS[when.weekday][:3]} "
    days = "*"
    if when.day is not None:
        days = f"{when.day:02d}"
    elif when.days_of_month:
        days = "{:02d}..{:02d}".format(*when.days_of_month)
    return f"{weekday}*-*-{days} {when.at:%H:%M}:00"


def _quoted(word: str) -> str:
    """A word of a command: no place holder, variable or quote in it counts."""
    escaped = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%").replace("$", "$$")
    return f'"{escaped}"'
