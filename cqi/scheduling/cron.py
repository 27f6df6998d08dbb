"""The runs of a site in the user's crontab, as a block of its own between two marks; all other lines stay as they are, to the byte."""

from __future__ import annotations

import shlex
from datetime import time

from cqi.scheduling.task import Task, done, succeeded
from cqi.site.when import Rule
from cqi.vocabulary import CqiError

NOTES = ("cron mails what a run says to the user of this machine, where mail is set up here; cqi schedule says how the last run ended.",)


def shown(task: Task) -> str:
    """The block as it stands in the crontab."""
    begin, end = _marks(task)
    command = _command(task)
    return "\n".join((begin, f"# The run: {task.when.words}", f"{_days(task.when)} {_guard(task.when)}{command}",
                      "# Every day: makes a run that was missed, or whose data came late", f"{_clock(task.when.look)} * * * {command}",
                      end)) + "\n"


def install(task: Task) -> list[str]:
    """Puts the block into the crontab, in place of an older one of this folder."""
    before = _crontab()
    begin, inside, after = _parted(before, task)
    if inside is None and begin and not begin.endswith(b"\n"):
        begin += b"\n"
    _write(begin + shown(task).encode() + after)
    return ["It stands in your crontab now (crontab -l shows it)."]


def remove(task: Task) -> list[str]:
    """Takes the block out of the crontab; a crontab with nothing else in it goes."""
    begin, inside, after = _parted(_crontab(), task)
    if inside is None:
        return ["There is nothing of this folder in your crontab."]
    if begin + after:
        _write(begin + after)
    else:
        succeeded(["crontab", "-r"])
    return ["It is no longer in your crontab."]


def _days(when: Rule) -> str:
    """The five fields. The days of a week of the month alone: with a weekday beside them cron would take either for enough."""
    days, weekday = "*", "*"
    if when.day is not None:
        days = str(when.day)
    elif when.days_of_month:
        days = "{}-{}".format(*when.days_of_month)
    elif when.weekday is not None:
        weekday = str((when.weekday + 1) % 7)
    return f"{_clock(when.at)} {days} * {weekday}"


def _guard(when: Rule) -> str:
    return f'[ "$(date +\\%u)" = {when.weekday + 1} ] && ' if when.week else ""


def _command(task: Task) -> str:
    """For the shell, where a percent sign would end the command unless cron is told otherwise."""
    return f"cd {shlex.quote(str(task.folder))} && {shlex.join(task.command)}".replace("%", "\\%")


def _clock(at: time) -> str:
    return f"{at.minute} {at.hour}"


def _marks(task: Task) -> tuple[str, str]:
    return f"# {task.name} begin: {task.folder}", f"# {task.name} end"


def _crontab() -> bytes:
    """The user's crontab; empty where there is none."""
    found = done(["crontab", "-l"])
    if found.returncode and b"no crontab" not in found.stderr.lower():
        raise CqiError(f"crontab -l: this did not work ({found.stderr.decode(errors='replace').strip()}).")
    return b"" if found.returncode else found.stdout


def _write(crontab: bytes) -> None:
    succeeded(["crontab", "-"], said=crontab)


def _parted(crontab: bytes, task: Task) -> tuple[bytes, bytes | None, bytes]:
    """What stands before the block of this folder, in it (None where there is none), and after it."""
    lines = crontab.splitlines(keepends=True)
    begin, end = ([number for number, line in enumerate(lines) if line.startswith(mark.encode())]
                  for mark in (f"# {task.name} begin", f"# {task.name} end"))
    if not begin and not end:
        return crontab, None, b""
    if len(begin) != 1 or len(end) != 1 or begin > end:
        raise CqiError(f"Your crontab holds a part of the block {task.name}, but not the whole of it; remove its lines with crontab -e, "
                       "then try again.")
    return b"".join(lines[:begin[0]]), b"".join(lines[begin[0]:end[0] + 1]), b"".join(lines[end[0] + 1:])
