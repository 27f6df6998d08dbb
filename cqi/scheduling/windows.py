"""The runs of a site as a task file for Windows Task Scheduler. It is checked for its form; it has not been tried on Windows."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from xml.etree import ElementTree

from cqi.scheduling.task import Task
from cqi.site.when import WEEKDAYS, Rule

SPACE = "http://schemas.microsoft.com/windows/2004/02/mit/task"
MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December")
SETTINGS = {"MultipleInstancesPolicy": "IgnoreNew", "DisallowStartIfOnBatteries": "false", "StopIfGoingOnBatteries": "false",
            "StartWhenAvailable": "true"}
"""Never two at once; a start that was missed happens once the machine is on."""
BEGINS = datetime(2026, 1, 1)
"""From when on triggers count; any day in the past does."""


def shown(task: Task) -> str:
    """The task as XML."""
    return '<?xml version="1.0" encoding="UTF-16"?>\n' + ElementTree.tostring(_task(task), encoding="unicode") + "\n"


def install(task: Task) -> list[str]:
    """Writes the file and says how to hand it to the Task Scheduler."""
    path = place(task)
    path.write_text(shown(task), encoding="utf-16", newline="\r\n")
    return [f"Written: {path}", f'On that Windows machine: schtasks /Create /TN {task.name} /XML "{path}" /RU "%USERNAME%" /RP *',
            "This file is checked for its form; it has not been tried on Windows."]


def remove(task: Task) -> list[str]:
    """Removes the file and says how to take the task out of the Task Scheduler."""
    place(task).unlink(missing_ok=True)
    return [f"On the Windows machine: schtasks /Delete /TN {task.name}"]


def place(task: Task) -> Path:
    """Where the file goes."""
    return task.folder / f"{task.name}.xml"


def _task(task: Task) -> ElementTree.Element:
    root = ElementTree.Element("Task", {"version": "1.2", "xmlns": SPACE})
    _inside(root, "RegistrationInfo", Description=f"CQI reviews, {task.when.words}")
    triggers = _inside(root, "Triggers")
    _trigger(triggers, task.when)
    _trigger(triggers, Rule(task.when.look))
    principal = _inside(_inside(root, "Principals"), "Principal", LogonType="InteractiveToken", RunLevel="LeastPrivilege")
    principal.set("id", "Author")
    _inside(root, "Settings", **SETTINGS)
    actions = _inside(root, "Actions")
    actions.set("Context", "Author")
    _inside(actions, "Exec", Command=task.command[0], Arguments=" ".join(task.command[1:]), WorkingDirectory=str(task.folder))
    ElementTree.indent(root)
    return root


def _trigger(triggers: ElementTree.Element, when: Rule) -> None:
    trigger = _inside(triggers, "CalendarTrigger", StartBoundary=datetime.combine(BEGINS, when.at).isoformat())
    if when.day is not None:
        schedule = _inside(trigger, "ScheduleByMonth")
        _inside(schedule, "DaysOfMonth", Day=str(when.day))
    elif when.week:
        schedule = _inside(trigger, "ScheduleByMonthDayOfWeek")
        _inside(schedule, "Weeks", Week=str(when.week))
        _inside(schedule, "DaysOfWeek", **{WEEKDAYS[when.weekday]: ""})
    elif when.weekday is not None:
        schedule = _inside(trigger, "ScheduleByWeek", WeeksInterval="1")
        _inside(schedule, "DaysOfWeek", **{WEEKDAYS[when.weekday]: ""})
    else:
        _inside(trigger, "ScheduleByDay", DaysInterval="1")
        return
    if when.day is not None or when.week:
        _inside(schedule, "Months", **dict.fromkeys(MONTHS, ""))


def _inside(parent: ElementTree.Element, name: str, **texts: str) -> ElementTree.Element:
    """A new element in the parent, with elements of these texts in it."""
    element = ElementTree.SubElement(parent, name)
    for child, text in texts.items():
        ElementTree.SubElement(element, child).text = text or None
    return element
