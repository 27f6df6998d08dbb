"""When runs are due: a rule in words, such as "first Monday", as days of the calendar. Local time throughout; the clock is an argument."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from cqi.vocabulary import CqiError

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
ORDINALS = ("first", "second", "third", "fourth")
LAST_DAY = 28
"""The last day of the month that every month has."""
FARTHEST = timedelta(days=62)
"""No rule lets more than two months pass."""
LOOK_HOURS = 6
"""Hours after the time of the run, every day, at which is looked whether a run was missed."""
RIGHT = ('write a day of the week ("first Monday" to "fourth Sunday", or "Monday" for every week), '
         'a day of the month ("1st" to "28th"), or "day"')
RIGHT_TIME = "write it as 06:00"


@dataclass(frozen=True)
class Rule:
    """Days on which a run is due, and the time. `weekday` 0 is Monday; `week` 1 to 4 is its number in the month, 0 for every week.
    `day` is a day of the month. Without either, every day."""

    at: time
    weekday: int | None = None
    week: int = 0
    day: int | None = None

    def on(self, day: date) -> bool:
        """Whether a run is due on the day."""
        if self.day is not None:
            return day.day == self.day
        return self.weekday is None or (day.weekday() == self.weekday and self.week in (0, (day.day - 1) // 7 + 1))

    @property
    def days_of_month(self) -> tuple[int, int] | None:
        """The first and last day of the month on which the weekday of that week can be; none where the week does not count."""
        return (7 * self.week - 6, 7 * self.week) if self.week else None

    @property
    def look(self) -> time:
        """The time of every day's look for a run that was missed."""
        return self.at.replace(hour=(self.at.hour + LOOK_HOURS) % 24)

    @property
    def crontab_with_weeks(self) -> str:
        """The five fields where a week of the month can be written with its weekday, as croniter reads them: `0 6 * * MON#1`. cron itself
        cannot."""
        weekday = "*" if self.weekday is None else WEEKDAYS[self.weekday][:3].upper() + (f"#{self.week}" if self.week else "")
        return f"{self.at.minute} {self.at.hour} {self.day or '*'} * {weekday}"

    @property
    def words(self) -> str:
        """`on the first Monday of the month at 06:00`."""
        if self.day is not None:
            return f"on day {self.day} of the month at {self.at:%H:%M}"
        if self.weekday is None:
            return f"every day at {self.at:%H:%M}"
        name = WEEKDAYS[self.weekday]
        of_month = f"on the {ORDINALS[self.week - 1]} {name} of the month" if self.week else f"every {name}"
        return f"{of_month} at {self.at:%H:%M}"


def rule(every: str, at: str) -> Rule:
    """The rule in those words: `every` as RIGHT says, case does not count; `at` as 06:00. Raises CqiError for other words."""
    time_of_day, words = _time(at), every.casefold().split()
    weekdays, ordinals = [name.casefold() for name in WEEKDAYS], list(ORDINALS)
    if words == ["day"]:
        return Rule(time_of_day)
    if len(words) == 1 and words[0] in weekdays:
        return Rule(time_of_day, weekday=weekdays.index(words[0]))
    if len(words) == 2 and words[0] in ordinals and words[1] in weekdays:
        return Rule(time_of_day, weekday=weekdays.index(words[1]), week=ordinals.index(words[0]) + 1)
    numbered = re.fullmatch(r"([1-9][0-9]?)(?:st|nd|rd|th)", " ".join(words))
    if numbered and int(numbered[1]) <= LAST_DAY:
        return Rule(time_of_day, day=int(numbered[1]))
    raise CqiError(f"cqi.toml, [schedule] every: {every!r} names no days that every month has; {RIGHT}.")


def last_due(when: Rule, now: datetime) -> datetime:
    """The moment, not after `now`, at which a run was last due."""
    return next(moment for moment in _moments(when, now, -1) if moment <= now)


def next_due(when: Rule, now: datetime, number: int) -> list[datetime]:
    """The next moments after `now` at which runs are due."""
    found, moment = [], now
    for _ in range(number):
        moment = next(each for each in _moments(when, moment, 1) if each > moment)
        found.append(moment)
    return found


def _moments(when: Rule, now: datetime, step: int):
    """The moments of the rule from the day of `now` on, forward or back."""
    days = (now.date() + timedelta(days=step * number) for number in range(FARTHEST.days + 1))
    return (datetime.combine(day, when.at) for day in days if when.on(day))


def _time(at: str) -> time:
    if not re.fullmatch(r"([01][0-9]|2[0-3]):[0-5][0-9]", at):
        raise CqiError(f"cqi.toml, [schedule] at: {at!r} is no time of day; {RIGHT_TIME}.")
    return time.fromisoformat(at)
