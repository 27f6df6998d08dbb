"""How single values of `cqi.toml` are checked: each function gives the value as it is kept, or raises ValueError with what would be
right."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, time

from cqi.journal.place import is_address
from cqi.site.when import RIGHT, RIGHT_TIME, rule
from cqi.vocabulary import STEERING, CqiError, local, nearest

Check = Callable[[object], object]
PROFILES = ("internal", "release")
SECURITY = ("starttls", "tls", "none")
LAST_MONTH = "last complete month"
PORTS = 65_535
MAIL = re.compile(r"[^\s@<>,;]+@[^\s@<>,;]+")
WITH_PASSWORD = re.compile(r"//[^/@]*:[^/]*@")


def line(value: object) -> str:
    if not isinstance(value, str) or not value.strip() or "\n" in value or STEERING.search(value):
        raise ValueError("write words between quotation marks, on one line")
    return value


def line_or_none(value: object) -> str:
    return "" if value == "" else line(value)


def place(value: object) -> str:
    try:
        return str(local(line(value))) and line(value)
    except CqiError:
        raise ValueError("it must be a file or folder of this machine; write its path from the folder of cqi.toml") from None


def journal(value: object) -> str:
    """A path, or the address of a database without a password in it."""
    words = line_or_none(value)
    try:
        if words and is_address(words) and WITH_PASSWORD.search(words):
            raise ValueError("write the address without the password, which PostgreSQL finds in your own .pgpass")
    except CqiError:
        raise ValueError("write the path of a file, or the address of a PostgreSQL database") from None
    return words


def lines(value: object) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise ValueError('write a list, as ["one", "two"]; an empty one is []')
    return tuple(map(line, value))


def flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError("write true or false, without quotation marks")
    return value


def number(least: int, most: int) -> Check:
    def check(value: object) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise ValueError(f"write a whole number from {least} to {most}, without quotation marks")
        return value

    return check


def one_of(*words: str) -> Check:
    def check(value: object) -> str:
        if value not in words:
            near = nearest(str(value), words, most=1)
            raise ValueError(f"write one of {', '.join(words)}" + (f" ({near[0]!r}?)" if near else ""))
        return value

    return check


def profiles(value: object) -> tuple[str, ...]:
    held = tuple(dict.fromkeys(map(one_of(*PROFILES), lines(value))))
    if not held:
        raise ValueError('name at least one, as ["internal", "release"]')
    return held


def mails(value: object) -> tuple[str, ...]:
    held = lines(value)
    if not all(MAIL.fullmatch(each) for each in held):
        raise ValueError("write addresses of mail alone, as name@example.org, without a name before them")
    return held


def as_of(value: object) -> str:
    """Empty for the last complete month."""
    right = f'write "{LAST_MONTH}", or a day as 2026-06-30'
    if value in (LAST_MONTH, ""):
        return ""
    try:
        return date.fromisoformat(str(value)).isoformat()
    except ValueError:
        raise ValueError(right) from None


def day(value: object) -> str:
    try:
        return "" if value == "" else date.fromisoformat(str(value)).isoformat()
    except ValueError:
        raise ValueError("write a day as 2026-12-31") from None


def target(value: object) -> str:
    """The number as text; who reads the targets knows which are right for the measure."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        raise ValueError('write a number, as 0.42, or "42%"')
    return line(str(value))


def days_of_runs(value: object) -> str:
    """The days on which runs are due, in the words that a schedule reads."""
    try:
        rule(line(value), "00:00")
    except (CqiError, ValueError):
        raise ValueError(RIGHT) from None
    return value


def time_of_day(value: object) -> str:
    held = f"{value:%H:%M}" if isinstance(value, time) else line(value)
    try:
        rule("day", held)
    except CqiError:
        raise ValueError(RIGHT_TIME) from None
    return held


def mail(value: object) -> str:
    return mails([value])[0] if value != "" else ""


EXTRACT: dict[str, Check] = {"data": place, "source": line, "as_of": as_of, "not_older_than_days": number(1, 3660)}
REVIEW: dict[str, Check] = {"counties": lines, "cohorts": lines, "profiles": profiles, "out": place, "journal": journal}
TARGET: dict[str, Check] = {"county": line, "measure": line, "target": target, "by": day, "owner": line_or_none}
SCHEDULE: dict[str, Check] = {"every": days_of_runs, "at": time_of_day}
HANDOVER: dict[str, Check] = {
    "zip": flag, "readers": mails, "maintainers": mails, "sender": mail, "address": line_or_none, "figures": flag, "host": line,
    "port": number(1, PORTS), "security": one_of(*SECURITY), "user": line_or_none, "password_file": line_or_none,
}
