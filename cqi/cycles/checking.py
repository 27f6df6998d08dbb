"""What is missing in a cycle, or cannot be, in plain words."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator
from datetime import date, datetime

from cqi.cohorts import Cohort, cohort, months_after
from cqi.course.exposure import can_follow, official_date
from cqi.cycles.cycle import ACTS, Cycle
from cqi.journal import hints
from cqi.measures.by_month import SERIES
from cqi.registry import PROPORTIONS, Measure, measure, reviewed_names
from cqi.vocabulary import WHOLE, CqiError, no_such

PARTS = {"observe": "I observe ...", "because": "because ...", "so": "so I plan to ...", "result": "which will result in ..."}
MISSING = {
    "problem": "The problem is not said yet: what do children and families live through, in one or two sentences?",
    "change": "The change is not said yet: what will be done that is not done today?",
}
_COMMON = frozenset("about after again also another before being could every first from have into more most much must other over same "
                    "should some such than that their them then there these they this those until very what when where which while will "
                    "with would child children family families plan staff week weeks month months each".split())
_PERSON = re.compile(r"\b(?:mrs?|ms|miss|dr|judge)\.? [A-Z]", re.I)


def checked(cycle: Cycle, counties: Iterable[str] = ()) -> tuple[str, ...]:
    """Each thing that is missing in the cycle, or cannot be, in plain words and in the order of its parts; empty where it can begin.

    `counties`: the names that there are (none given: any name will do). Never raises for what the fields hold.
    """
    counties = tuple(counties)
    parts = (_words(cycle), _roles(cycle), _place(cycle, counties), _start(cycle), _measured(cycle), _counter(cycle), _checks(cycle),
             _decision(cycle))
    return tuple(sentence for part in parts for sentence in part)


def hinted(cycle: Cycle, names: Iterable[str] = (), *, today: date | None = None) -> tuple[str, ...]:
    """What in the cycle's words looks as if it could tell who a child is; see `cqi.journal.hints`."""
    texts = (cycle.problem, cycle.observe, cycle.because, cycle.so, cycle.result, cycle.change, cycle.done, cycle.study, cycle.reason,
             *(words for each in cycle.checks for words in (each.look_at, each.found)))
    return tuple(hints("\n".join(filter(None, texts)), names, today=today))


def _words(cycle: Cycle) -> Iterator[str]:
    yield from (words for name, words in MISSING.items() if not getattr(cycle, name).strip())
    for name, words in PARTS.items():
        if not getattr(cycle, name).strip():
            yield f"The theory has no part “{words}”: it says why the change should help, so that the test can teach you something."
    if cycle.so.strip() and cycle.change.strip() and not _name_the_same(cycle.so, cycle.change):
        yield ("The theory's “so I plan to ...” and the change seem to speak of different things. Say the change in both with the same "
               "words, or say how one leads to the other.")


def _name_the_same(plan: str, change: str) -> bool:
    """Whether the two share two words that mean something, or one where either has only one."""
    first, second = _stems(plan), _stems(change)
    return len(first & second) >= min(2, len(first), len(second))


def _stems(words: str) -> set[str]:
    """Words of four letters or more by their first five; common ones do not count."""
    return {word[:5] for word in re.findall(r"[^\W\d_]{4,}", words.casefold()) if word not in _COMMON}


def _roles(cycle: Cycle) -> Iterator[str]:
    roles = [role for role in cycle.roles if role.strip()]
    if not roles:
        yield "Nobody does it yet: name the roles, such as case workers, outreach staff, front-desk staff or family support staff."
    if any(_PERSON.search(role) or hints(role) for role in roles):
        yield "One of the roles looks like a person's name. Name the role, such as front-desk staff: a cycle tests a change, not a person."


def _place(cycle: Cycle, counties: tuple[str, ...]) -> Iterator[str]:
    if counties and cycle.county not in ("", WHOLE, *counties):
        yield str(no_such("county", cycle.county, counties, there="Counties there"))
    if cycle.cohort and _period(cycle.cohort) is None:
        yield _told(cohort, cycle.cohort)


def _start(cycle: Cycle) -> Iterator[str]:
    if not _is_day(cycle.start):
        yield "The day on which the change starts is missing; give a day, such as 2026-07-01."
    if not _is_day(cycle.by):
        yield "The prediction has no day: by when will you know? Give a day, such as 2026-12-31."
    elif _is_day(cycle.start) and cycle.by <= cycle.start:
        yield f"The prediction is for {cycle.by}, and the change starts on {cycle.start}; a prediction is for a day after the start."


def _measured(cycle: Cycle) -> Iterator[str]:
    if cycle.prediction is None or isinstance(cycle.prediction, bool) or not math.isfinite(cycle.prediction):
        yield "The prediction has no number. Guess one: a guess that turns out wrong teaches more than none."
    definition = _measure(cycle.measure)
    if definition is None:
        yield _told(measure, cycle.measure)
        return
    if definition.name not in reviewed_names():
        yield (f"Reviews do not show the measure {definition.name!r}, so they could not read the cycle back; take one of: "
               f"{', '.join(reviewed_names())}.")
    yield from _in_months(cycle, definition) if cycle.series else _in_cohort(cycle, definition)


def _in_months(cycle: Cycle, definition: Measure) -> Iterator[str]:
    if cycle.series not in SERIES:
        yield str(no_such("series by month", cycle.series, SERIES))
    elif definition.kind != "exits of an entry cohort":
        yield (f"There are no charts by month of {definition.title.lower()}; take permanency_in_12_months, or name a cohort in place of a "
               "series.")
    else:
        yield from _size(cycle.prediction, SERIES[cycle.series].chart == "p")
    if _is_day(cycle.start) and _is_day(cycle.by) and cycle.start < cycle.by and not months_after_start(cycle.start, cycle.by):
        yield f"No whole month lies between {cycle.start} and {cycle.by}; give the prediction more time."


def months_after_start(start: date, by: date) -> list[str]:
    """The whole months from the start to the day, as 2026-07."""
    first, last = start.year * 12 + start.month - 1 + (start.day > 1), by.year * 12 + by.month - 1
    last -= not _ends_month(by)
    return [f"{month // 12}-{month % 12 + 1:02}" for month in range(first, last + 1)]


def _ends_month(day: date) -> bool:
    return date.fromordinal(day.toordinal() + 1).day == 1


def _in_cohort(cycle: Cycle, definition: Measure) -> Iterator[str]:
    yield from _size(cycle.prediction, definition.unit in PROPORTIONS)
    if not cycle.cohort:
        yield ("Whose share is it? Name the cohort whose children you follow, such as 2025H2, or a series by month: exits, three months or "
               "entries.")
    period = _period(cycle.cohort)
    if period is None or not _is_day(cycle.by):
        return
    first, last = reach(definition, period)
    if not first <= cycle.by <= last:
        why = f"some enter later {first}" if cycle.by < first else f"nothing is counted after {last}"
        yield (f"The children of {cycle.cohort} cannot tell by {cycle.by}: {why}. Give a day from {first} to {last}, or another cohort.")


def reach(definition: Measure, period: Cohort) -> tuple[date, date]:
    """The first and last day for which a figure of the whole cohort can be predicted: all its children are in, the last that counts is
    seen."""
    if can_follow(definition):
        return period.end, max(official_date(definition, period), period.end)
    return period.end, months_after([period.end], 2 * definition.window_months)[0].item()  # two windows, one after the other


def _size(prediction: float | None, proportion: bool) -> Iterator[str]:
    if prediction is None or isinstance(prediction, bool) or not math.isfinite(prediction):
        return
    if prediction < 0 or (proportion and prediction > 1):
        hint = "write 45% as 0.45" if proportion else "a rate is 0 or more"
        yield f"The prediction {prediction:g} cannot be; {hint}."


def _counter(cycle: Cycle) -> Iterator[str]:
    definition, near = _measure(cycle.measure), ()
    if definition is not None:
        near = tuple(name for name in definition.counter_measures if name in reviewed_names())
    if not cycle.counter_measure.strip():
        likely = f", such as {near[0]}" if near else ""
        yield f"No counter-measure yet: what could get worse while this gets better? Name a measure to watch{likely}."
    elif _measure(cycle.counter_measure) is None:
        yield _told(measure, cycle.counter_measure)
    elif cycle.counter_measure == cycle.measure:
        yield "The counter-measure is the measure itself; watch something that could get worse while this gets better."


def _checks(cycle: Cycle) -> Iterator[str]:
    if not cycle.checks:
        yield "No check yet: set at least one day before the prediction's, and say what you will look at then."
    for number, each in enumerate(cycle.checks, 1):
        if not each.look_at.strip():
            yield f"Check {number} does not say what to look at."
        if not _is_day(each.day):
            yield f"Check {number} has no day."
        elif _is_day(cycle.start) and each.day < cycle.start or _is_day(cycle.by) and each.day > cycle.by:
            yield f"Check {number} is on {each.day}; give a day from the start to the prediction's day."


def _decision(cycle: Cycle) -> Iterator[str]:
    if not cycle.act:
        return
    if cycle.act not in ACTS:
        yield str(no_such("decision", cycle.act, ACTS))
    if not cycle.done.strip():
        yield "Before you decide: what was done? Say also what was not done as planned."
    if not cycle.study.strip():
        yield "Before you decide: what did you learn? Set what happened beside what you predicted."
    if cycle.act == "abandon" and not cycle.reason.strip():
        yield "Say why you abandon the change, so that nobody has to learn it again."
    if cycle.act == "adapt" and not cycle.next:
        yield "To adapt is to try again: begin the next cycle, and give its number here."


def _is_day(day: object) -> bool:
    return isinstance(day, date) and not isinstance(day, datetime)


def _period(word: str) -> Cohort | None:
    try:
        return cohort(word) if word else None
    except CqiError:
        return None


def _measure(name: str) -> Measure | None:
    try:
        return measure(name)
    except CqiError:
        return None


def _told(find, word: str) -> str:
    """What `find` says of a word that it does not know."""
    try:
        find(word)
    except CqiError as error:
        return str(error)
    return ""
