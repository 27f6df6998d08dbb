"""Every measure counted a second way: child by child, in plain Python, written from the words of its source.

`Files` holds an extract's rows as tuples; each function gives (county, numerator, denominator) of what counts in a period as
known on a day. Nothing here is shared with `cqi.measures` or `cqi.cohorts`.
"""

from __future__ import annotations

from calendar import monthrange
from collections import defaultdict
from datetime import date, timedelta
from typing import NamedTuple

import pandas as pd

DAY = timedelta(days=1)
FOREVER = date(9999, 12, 31)
PERMANENT = ("reunification", "relative", "guardianship", "adoption")
CONFIRMED = ("substantiated", "indicated")


class Stay(NamedTuple):
    episode: str
    child: str
    county: str
    birth: date
    entry: date
    exit: date
    reason: str
    entry_known: bool
    flagged: bool


class Report(NamedTuple):
    child: str
    care: str
    county: str
    day: date
    incident: date
    decided: date
    disposition: str
    birth: date
    unborn: bool


class Period(NamedTuple):
    start: date
    end: date


def months_later(day: date, months: int) -> date:
    """The same day of the month; the last one where the month is shorter."""
    if day == FOREVER:
        return FOREVER
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def half_year(day: date) -> int:
    return (day.year * 12 + day.month + 2) // 6


def day_of(value) -> date:
    return FOREVER if pd.isna(value) else value.date()


class Files:
    def __init__(self, extract):
        self.federal = extract.federal
        self.stays = [
            Stay(row.episode_id, row.child_id, row.county, day_of(row.birth_date), day_of(row.entry_date), day_of(row.exit_date),
                 row.exit_reason, row.entry_known, row.left_out) for row in extract.episodes.itertuples()]
        self.stays.sort(key=lambda stay: stay.entry)
        self.placements, self.visits, self.of_child = defaultdict(list), defaultdict(set), defaultdict(list)
        for row in extract.placements.itertuples():
            self.placements[row.episode_id].append((day_of(row.start_date), row.setting))
        for placements in self.placements.values():
            placements.sort(key=lambda placement: placement[0])
        for row in extract.visits.itertuples():
            self.visits[row.episode_id].add((row.visit_date.year, row.visit_date.month))
        for stay in self.stays:
            self.of_child[stay.child].append(stay)
        self.population = defaultdict(dict)
        for row in extract.population.itertuples():
            self.population[row.county][row.year] = self.population[row.county].get(row.year, 0) + row.children
        births = {child: min(stay.birth for stay in stays) for child, stays in self.of_child.items()}
        self.reports = [
            Report(row.child_id, row.care_id, row.county, day_of(row.report_date), day_of(row.incident_date), day_of(row.disposition_date),
                   row.disposition, births.get(row.care_id, FOREVER) if pd.isna(row.birth_date) else day_of(row.birth_date),
                   row.unborn == "yes") for row in extract.reports.itertuples()]
        self.reports.sort(key=lambda report: (report.day, report.incident))

    def comes_back(self, stay: Stay) -> date:
        """The first day of the child's next stay that no check flags."""
        own = sorted((each for each in self.of_child[stay.child] if not each.flagged), key=lambda each: (each.entry, each.exit))
        after = own[own.index(stay) + 1:]
        return after[0].entry if after else FOREVER

    def soon_back(self, stay: Stay, left: date, as_of: date) -> bool:
        """Whether the child came back, not yet 18, in the half-year of leaving, and the file is federal."""
        back = self.comes_back(stay)
        return (self.federal and left <= back <= as_of and back < months_later(stay.birth, 216)
                and half_year(back) == half_year(left))


def exit_of(stay: Stay, as_of: date) -> tuple[date, str]:
    """When and how the child left, as known on the day; on the 18th birthday at the latest."""
    adult = months_later(stay.birth, 216)
    left, reason = (adult, "turned 18") if adult < FOREVER and adult <= stay.exit else (stay.exit, stay.reason)
    return (left, reason) if left <= as_of else (FOREVER, "")


def days(first: date, last: date) -> int:
    return (last - first).days


def entering(files: Files, period: Period, as_of: date) -> list[Stay]:
    """Stays that began in the period at under 18, and have lasted 8 days."""
    return [
        stay for stay in files.stays
        if period.start <= stay.entry <= min(period.end, as_of) and stay.entry_known and not stay.flagged
        and stay.entry < months_later(stay.birth, 216) and days(stay.entry, min(exit_of(stay, as_of)[0], as_of)) >= 8]


def first_of_each_child(stays: list[Stay]) -> list[Stay]:
    first = {}
    for stay in stays:
        first.setdefault(stay.child, stay)
    return list(first.values())


def permanency_in_12_months(files: Files, period: Period, as_of: date, short_by: int = 0):
    for stay in first_of_each_child(entering(files, period, as_of)):
        left, reason = exit_of(stay, as_of)
        within = months_later(stay.entry, 12)
        if left <= within and (reason in ("", "unknown") or files.soon_back(stay, left, as_of)):
            continue
        last = files.placements[stay.episode][-1:]
        if reason == "reunification" and last and last[0][1] == "trial home visit" and left < months_later(period.start, 30):
            left = min(left, last[0][0] + 30 * DAY)
        yield stay.county, int(reason in PERMANENT and left <= within - short_by * DAY), 1


def permanency_in_12_months_round_3(files: Files, period: Period, as_of: date):
    return permanency_in_12_months(files, period, as_of, short_by=1)


def reentry_in_12_months_round_3(files: Files, period: Period, as_of: date):
    soon = []
    for stay in files.stays:
        left, reason = exit_of(stay, as_of)
        if (period.start <= stay.entry <= period.end and stay.entry_known and not stay.flagged and days(stay.entry, stay.exit) >= 8
                and left < months_later(stay.entry, 12) and reason in ("reunification", "relative", "guardianship")
                and files.comes_back(stay) >= left and not files.soon_back(stay, left, as_of)):
            soon.append(stay)
    for stay in first_of_each_child(soon):
        left, back = exit_of(stay, as_of)[0], files.comes_back(stay)
        yield stay.county, int(back <= as_of and back < min(months_later(left, 12), months_later(stay.birth, 216))), 1


def _already_in_care(files: Files, period: Period, as_of: date, low: int, high: int | None):
    for stays in files.of_child.values():
        there = [stay for stay in stays if not stay.flagged and stay.entry <= period.start <= stay.exit]
        if not there:
            continue
        stay = there[0]
        if months_later(stay.entry, low) > period.start or months_later(stay.birth, 216) <= period.start:
            continue
        if high and (months_later(stay.entry, high) <= period.start or not stay.entry_known):
            continue
        left, reason = exit_of(stay, as_of)
        until = months_later(period.start, 12) - DAY
        if left <= until and (reason in ("", "unknown") or files.soon_back(stay, left, as_of)):
            continue
        yield stay.county, int(reason in PERMANENT and left <= until), 1


def permanency_in_12_months_12_to_23(files: Files, period: Period, as_of: date):
    return _already_in_care(files, period, as_of, 12, 24)


def permanency_in_12_months_24_plus(files: Files, period: Period, as_of: date):
    return _already_in_care(files, period, as_of, 24, None)


def _coming_back(files: Files, period: Period, as_of: date, quick_ones_count: bool):
    leaving = []
    for stay in files.stays:
        left, reason = exit_of(stay, as_of)
        back = files.comes_back(stay) if not stay.flagged else FOREVER
        if (reason in ("reunification", "relative", "guardianship") and period.start <= left <= period.end and not stay.flagged
                and back >= left and (quick_ones_count or not files.soon_back(stay, left, as_of))):
            leaving.append((left, stay, back))
    seen = set()
    for left, stay, back in sorted(leaving, key=lambda each: each[0]):
        if stay.child not in seen:
            seen.add(stay.child)
            yield stay.county, int(back <= min(months_later(left, 12), as_of) and back < months_later(stay.birth, 216)), 1


def reentry_in_12_months(files: Files, period: Period, as_of: date):
    return _coming_back(files, period, as_of, quick_ones_count=False)


def return_in_12_months(files: Files, period: Period, as_of: date):
    return _coming_back(files, period, as_of, quick_ones_count=True)


def placement_stability(files: Files, period: Period, as_of: date):
    for stay in entering(files, period, as_of):
        left = exit_of(stay, as_of)[0]
        until = min(left, period.end, as_of)
        homes = [start for start, setting in files.placements[stay.episode]
                 if setting not in ("trial home visit", "runaway", "hospital") and start <= until and start < left]
        if files.placements[stay.episode]:
            yield stay.county, max(len(homes) - 1, 0), days(stay.entry, until)


def confirmed(files: Files, as_of: date) -> list[Report]:
    return [report for report in files.reports if report.disposition in CONFIRMED and report.day <= as_of
            and (report.decided <= as_of or report.decided == FOREVER)]


def maltreatment_in_care(files: Files, period: Period, as_of: date):
    counts, events = {}, {}
    for stay in files.stays:
        left = exit_of(stay, as_of)[0]
        begins, until = max(stay.entry, period.start), min(left, period.end, as_of)
        short = left < FOREVER and days(stay.entry, left) < 8
        adult = months_later(stay.birth, 216) <= begins
        if stay.entry_known and not stay.flagged and not short and not adult and stay.entry <= until and left >= period.start:
            counts[stay.episode] = [stay, 0, days(stay.entry if stay.entry >= period.start else period.start - DAY, until)]
    for report in confirmed(files, as_of):
        if report.child in events and days(events[report.child], report.day) <= 1:
            continue
        events[report.child] = report.day
        for stay, *_ in counts.values():
            left = exit_of(stay, as_of)[0]
            outside = report.incident < FOREVER and not stay.entry <= report.incident <= left
            if (stay.child == report.care and period.start <= report.day <= period.end and not outside
                    and stay.entry + 7 * DAY <= report.day < left):
                counts[stay.episode][1] += 1
                break
    return [(stay.county, number, time) for stay, number, time in counts.values()]


def _victims(files: Files, period: Period, as_of: date):
    """First report of each child in the period, and whether the child was a victim again."""
    reports = [report for report in confirmed(files, as_of) if not report.unborn and (
        report.birth == FOREVER or report.birth <= report.day < months_later(report.birth, 216))]
    for child in {report.child: None for report in reports}:
        own = [report for report in reports if report.child == child]
        first = next((report for report in own if period.start <= report.day <= period.end), None)
        if first:
            again = any(days(first.day, other.day) > 14 and other.day <= months_later(first.day, 12)
                        and not (first.incident == other.incident < FOREVER) for other in own)
            yield first, again


def recurrence_of_maltreatment(files: Files, period: Period, as_of: date):
    return ((first.county, int(again), 1) for first, again in _victims(files, period, as_of))


def kept_at_home_after_report(files: Files, period: Period, as_of: date):
    for first, again in _victims(files, period, as_of):
        stays = [stay for stay in files.of_child.get(first.care, ()) if stay.entry <= as_of]
        before = any(stay.entry <= first.day - DAY and exit_of(stay, as_of)[0] > first.day - DAY for stay in stays)
        removed = any(first.day <= stay.entry <= months_later(first.day, 12) for stay in stays)
        if not before:
            yield first.county, int(not again and not removed), 1


def of_the_permanency_indicator(files: Files, period: Period, as_of: date):
    for stay in first_of_each_child(entering(files, period, as_of)):
        left, reason = exit_of(stay, as_of)
        if left > months_later(stay.entry, 12) or not (reason in ("", "unknown") or files.soon_back(stay, left, as_of)):
            yield stay


def first_placement_with_kin(files: Files, period: Period, as_of: date):
    for stay in of_the_permanency_indicator(files, period, as_of):
        first = files.placements[stay.episode][:1]
        if first and first[0][1] != "unknown":
            yield stay.county, int(first[0][1] == "kin"), 1


def entries_per_1000_children(files: Files, period: Period, as_of: date):
    for stay in of_the_permanency_indicator(files, period, as_of):
        yield stay.county, 1, 0
    july = period.end.year if period.end >= date(period.end.year, 7, 1) else period.end.year - 1
    for county, years in files.population.items():
        if told := [year for year in years if year <= july]:
            yield county, 0, years[max(told)]


def worker_visits_each_month(files: Files, period: Period, as_of: date):
    for stay in files.stays:
        if not stay.entry_known or stay.flagged or stay.entry > as_of or months_later(stay.birth, 216) <= stay.entry:
            continue
        left, month = exit_of(stay, as_of)[0], date(stay.entry.year, stay.entry.month, 1)
        while month <= min(period.end, as_of):
            end = months_later(month, 1) - DAY
            if month >= max(stay.entry, period.start) and end < left and end <= min(period.end, as_of):
                yield stay.county, int((month.year, month.month) in files.visits[stay.episode]), 1
            month = end + DAY


def investigation_completed_on_time(files: Files, period: Period, as_of: date):
    for report in files.reports:
        if period.start <= report.day <= period.end and report.day + 60 * DAY <= as_of:
            yield report.county, int(report.decided != FOREVER and 0 <= days(report.day, report.decided) <= 60), 1
