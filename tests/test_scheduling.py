"""When runs are due, and what each scheduler is told: in its own words, for this folder only, and taken back whole."""

import ast
import os
import shlex
import shutil
import subprocess
import sys
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from xml.etree import ElementTree

import pytest

from cqi.scheduling import airflow, cron, systemd, windows
from cqi.scheduling.task import Task
from cqi.site.when import Rule, last_due, next_due, rule
from cqi.site.reading import read_site
from cqi.vocabulary import CqiError
from running import ROOT

TOML = """[site]
name = "Example State"
[extract]
data = "extract"
source = "episodes"
as_of = "last complete month"
not_older_than_days = 45
[review]
profiles = ["internal"]
out = "reports"
[schedule]
every = "first Monday"
at = "06:00"
"""
EVERY = ("first Monday", "fourth Sunday", "Wednesday", "1st", "28th", "day")


def site_in(folder, **changed):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "cqi.toml").write_text(TOML, encoding="utf-8")
    site = read_site(folder)
    return replace(site, schedule=replace(site.schedule, **changed))


def task_in(folder, **changed):
    site = site_in(folder, **changed)
    return Task(site, rule(site.schedule.every, site.schedule.at))


# ---- when ----------------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize(("every", "day", "due"), [
    ("first Monday", "2026-06-29", False), ("first Monday", "2026-07-01", False), ("first Monday", "2026-07-06", True),
    ("first Monday", "2026-07-07", False),
    ("first Monday", "2026-07-13", False), ("first Monday", "2026-06-01", True), ("first Monday", "2027-02-01", True),
    ("first Monday", "2026-09-07", True),
    ("second Monday", "2026-09-07", False), ("second Monday", "2026-09-14", True), ("fourth Sunday", "2026-02-22", True),
    ("fourth Sunday", "2026-03-29", False),
    ("1st", "2026-06-30", False), ("1st", "2026-07-01", True), ("1st", "2026-07-02", False), ("28th", "2026-02-28", True),
    ("2nd", "2026-07-02", True),
    ("Monday", "2026-07-05", False), ("Monday", "2026-07-06", True), ("Monday", "2026-07-13", True), ("Monday", "2026-07-07", False),
    ("day", "2026-07-07", True),
])
def test_the_days_of_a_rule(every, day, due):
    assert rule(every, "06:00").on(date.fromisoformat(day)) is due


@pytest.mark.parametrize(("now", "last"),
                         [("2026-07-06 05:59", "2026-06-01"), ("2026-07-06 06:00", "2026-07-06"), ("2026-08-02 23:59", "2026-07-06"),
                                           ("2026-08-03 06:01", "2026-08-03")])
def test_a_run_is_due_from_its_minute_until_the_next(now, last):
    assert last_due(rule("first Monday", "06:00"), datetime.fromisoformat(now)) == datetime.fromisoformat(f"{last} 06:00")


@pytest.mark.parametrize("every", EVERY)
def test_the_next_runs_follow_the_last(every):
    when, now = rule(every, "06:00"), datetime(2026, 7, 6, 12)
    moments = [last_due(when, now), *next_due(when, now, 3)]
    for one, two in pairwise(moments):
        assert one < two and last_due(when, two - timedelta(minutes=1)) == one and last_due(when, two) == two
    assert moments[0] <= now < moments[1]


@pytest.mark.parametrize("every", ["First Monday ", "FIRST monday"])
def test_case_and_spaces_do_not_count(every):
    assert rule(every, "06:00") == Rule(time(6), weekday=0, week=1)


@pytest.mark.parametrize(("every", "at", "words"),
                         [("last Monday", "06:00", "names no days"), ("29th", "06:00", "names no days"), ("0th", "06:00", "names no days"),
                                                    ("", "06:00", "names no days"), ("day", "6:00", "no time of day"),
                          ("day", "24:00", "no time of day")])
def test_other_words_are_an_error_that_says_what_is_right(every, at, words):
    with pytest.raises(CqiError, match=words):
        rule(every, at)


def test_the_look_is_six_hours_later_also_past_midnight():
    assert rule("day", "06:30").look == time(12, 30) and rule("day", "20:00").look == time(2)


# ---- cron ----------------------------------------------------------------------------------------------------------------

def fires(line: str, day: date) -> bool:
    """Whether cron starts the line on the day, read as crontab(5) says: where both the day of the month and the weekday are given, either
    is enough."""
    days, weekday, rest = line.split(" ", 5)[2], line.split(" ", 5)[4], line.split(" ", 5)[5]
    first, _, last = days.partition("-")
    of_month = days == "*" or int(first) <= day.day <= int(last or first)
    of_week = weekday == "*" or int(weekday) == day.isoweekday() % 7
    started = of_month or of_week if "*" not in (days, weekday) else of_month and of_week
    if not started or not rest.startswith("["):
        return started
    guard = rest.partition(" && ")[0].replace("\\%", "%").replace("date", f"date -d {day}")  # as cron hands it to the shell
    return subprocess.run(["sh", "-c", guard], check=False).returncode == 0


def lines_of(task) -> list[str]:
    return [line for line in cron.shown(task).splitlines() if not line.startswith("#")]


@pytest.mark.parametrize("every", EVERY)
def test_cron_starts_the_run_on_its_days_and_no_other(tmp_path, every):
    task = task_in(tmp_path, every=every)
    run, look = lines_of(task)
    days = [date(2026, 8, 30) + timedelta(days=number) for number in range(40)]
    assert [day for day in days if fires(run, day)] == [day for day in days if task.when.on(day)]
    assert run.startswith("0 6 ") and look.startswith("0 12 * * * ")


def test_no_character_of_a_folder_is_more_than_a_character_to_cron(tmp_path):
    folder = tmp_path / "50% of $HOME; `true` 'now'"
    run = lines_of(task_in(folder))[1]
    command = run.split(" ", 5)[5]
    assert "%" not in command.replace("\\%", "")
    words = shlex.split(command.replace("\\%", "%"))
    assert words[:3] == ["cd", str(folder), "&&"] and words[-2:] == ["schedule", "--due"]


@pytest.mark.parametrize("name", ["two\nlines", "a\ttab", "back\\slash"])
def test_a_folder_that_no_scheduler_can_hold_is_an_error(tmp_path, name):
    with pytest.raises(CqiError, match="another name"):
        task_in(tmp_path / name)


@pytest.fixture
def crontab(monkeypatch, tmp_path):
    """The real crontab command of a user of this machine that is put back afterwards."""
    if not shutil.which("crontab"):
        pytest.skip("crontab is not installed")
    before = subprocess.run(["crontab", "-l"], capture_output=True, check=False)
    yield
    subprocess.run(["crontab", "-"], input=before.stdout,
                   check=True) if before.returncode == 0 else subprocess.run(["crontab", "-r"], capture_output=True, check=False)


OTHERS = b"# mine\nMAILTO=me\n5 4 * * * echo 100\\% # no end of line"


def held() -> bytes:
    return subprocess.run(["crontab", "-l"], capture_output=True, check=True).stdout


def test_a_crontab_keeps_all_other_lines(crontab, tmp_path):
    one, two = task_in(tmp_path / "one"), task_in(tmp_path / "two")
    subprocess.run(["crontab", "-"], input=OTHERS + b"\n", check=True)
    mine = held()
    cron.install(one)
    assert held() == mine + cron.shown(one).encode()
    cron.install(one)
    cron.install(two)
    assert held() == mine + cron.shown(one).encode() + cron.shown(two).encode()
    cron.install(replace(one, when=rule("day", "07:15")))
    assert held() == mine + cron.shown(replace(one, when=rule("day", "07:15"))).encode() + cron.shown(two).encode()
    cron.remove(one)
    cron.remove(two)
    assert held() == mine and cron.remove(one) == ["There is nothing of this folder in your crontab."]


def test_a_crontab_with_nothing_else_goes(crontab, tmp_path):
    subprocess.run(["crontab", "-r"], capture_output=True, check=False)
    cron.install(task_in(tmp_path))
    assert held().startswith(b"# cqi-reviews-")
    cron.remove(task_in(tmp_path))
    assert subprocess.run(["crontab", "-l"], capture_output=True, check=False).returncode == 1


def test_half_a_block_is_left_alone(crontab, tmp_path):
    task = task_in(tmp_path)
    half = cron.shown(task).encode().rpartition(b"# cqi")[0]
    subprocess.run(["crontab", "-"], input=half, check=True)
    with pytest.raises(CqiError, match="not the whole"):
        cron.install(task)
    assert held() == half


# ---- systemd -------------------------------------------------------------------------------------------------------------

def test_systemd_needs_both_the_weekday_and_the_week(tmp_path):
    told = {every: systemd.on_calendar(rule(every, "06:00")) for every in EVERY}
    assert told == {"first Monday": "Mon *-*-01..07 06:00:00", "fourth Sunday": "Sun *-*-22..28 06:00:00",
                    "Wednesday": "Wed *-*-* 06:00:00",
                    "1st": "*-*-01 06:00:00", "28th": "*-*-28 06:00:00", "day": "*-*-* 06:00:00"}


@pytest.mark.parametrize("every", EVERY)
def test_systemd_reads_the_days_as_they_are_meant(every):
    if not shutil.which("systemd-analyze"):
        pytest.skip("systemd-analyze is not installed")
    when, now = rule(every, "06:00"), datetime(2026, 7, 6, 5)
    found = subprocess.run(["systemd-analyze", "calendar", f"--base-time={now:%Y-%m-%d %H:%M:%S} UTC", "--iterations=4",
                            systemd.on_calendar(when)], capture_output=True,
                           text=True, check=True, env={**os.environ, "TZ": "UTC", "LC_ALL": "C"}).stdout
    elapses = [line.partition(": ")[2] for line in found.splitlines() if "elapse:" in line or "Iter." in line]
    assert elapses == [f"{moment:%a %Y-%m-%d %H:%M:%S} UTC" for moment in next_due(when, now, 4)]


def test_systemd_finds_no_fault_in_the_files(tmp_path, monkeypatch):
    if not shutil.which("systemd-analyze"):
        pytest.skip("systemd-analyze is not installed")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    files = systemd.files(task_in(tmp_path / "50% of $HOME"))
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    found = subprocess.run(["systemd-analyze", "verify", "--user", "--man=no", *map(str, files)], capture_output=True, text=True,
                           check=False,
                           env={**os.environ, "XDG_RUNTIME_DIR": str(tmp_path), "SYSTEMD_LOG_LEVEL": "warning"})
    assert [line for line in found.stderr.splitlines() if "cqi-reviews" in line] == []
    service, timer = files.values()
    assert "WorkingDirectory=" + str(tmp_path / "50%% of $HOME") in service and '"-P" "-m" "cqi" "schedule" "--due"' in service
    assert "Persistent=true" in timer and "OnCalendar=*-*-* 12:00:00" in timer


# ---- Windows and Airflow: form only ---------------------------------------------------------------------------------------

def below(element) -> list[str]:
    return [each.tag.removeprefix(f"{{{windows.SPACE}}}") for each in element]


@pytest.mark.parametrize(("every", "schedule", "inside"), [
    ("first Monday", "ScheduleByMonthDayOfWeek", {"Weeks": ["Week"], "DaysOfWeek": ["Monday"], "Months": list(windows.MONTHS)}),
    ("15th", "ScheduleByMonth", {"DaysOfMonth": ["Day"], "Months": list(windows.MONTHS)}),
    ("Friday", "ScheduleByWeek", {"WeeksInterval": [], "DaysOfWeek": ["Friday"]}), ("day", "ScheduleByDay", {"DaysInterval": []}),
])
def test_the_task_of_windows_has_the_form_of_its_schema(tmp_path, every, schedule, inside):
    windows.install(task_in(tmp_path, every=every))
    root = ElementTree.parse(windows.place(task_in(tmp_path, every=every))).getroot()
    assert below(root) == ["RegistrationInfo", "Triggers", "Principals", "Settings", "Actions"]
    run, look = root[1]
    assert below(run) == ["StartBoundary", schedule] and below(look) == ["StartBoundary", "ScheduleByDay"]
    assert dict(zip(below(run[1]), map(below, run[1]), strict=True)) == inside
    assert run[0].text.endswith("T06:00:00") and look[0].text.endswith("T12:00:00")
    settings = dict(zip(below(root[3]), (each.text for each in root[3]), strict=True))
    assert settings["StartWhenAvailable"] == "true" and settings["MultipleInstancesPolicy"] == "IgnoreNew"
    command, arguments, folder = root[4][0]
    assert (command.text, arguments.text, folder.text) == (sys.executable, "-P -m cqi schedule --due", str(tmp_path))


def test_airflow_is_told_one_command(tmp_path):
    text = airflow.shown(task_in(tmp_path))
    calls = {node.func.id: {word.arg: ast.literal_eval(word.value) for word in node.keywords if not isinstance(word.value, ast.Call)}
             for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}
    assert calls["DAG"]["schedule"] == "0 6 * * MON#1" and calls["DAG"]["max_active_runs"] == 1 and calls["DAG"]["catchup"] is False
    assert shlex.split(calls["BashOperator"]["bash_command"])[1:] == ["-P", "-m", "cqi", "review"]
    assert calls["BashOperator"]["cwd"] == str(tmp_path)


def test_the_example_in_the_docs_is_what_is_shown(tmp_path):
    example = (ROOT / "docs/scheduling.md").read_text(encoding="utf-8").partition("```python\n")[2].partition("```")[0]
    task = replace(task_in(tmp_path), python="/srv/cqi/.venv/bin/python")
    assert example == airflow.shown(task).replace(str(tmp_path), "/srv/cqi").replace(task.name.rpartition("-")[2], "1f3c2a9b")


def test_each_folder_has_a_name_of_its_own(tmp_path):
    assert task_in(tmp_path / "a").name == task_in(tmp_path / "a").name != task_in(tmp_path / "b").name
