"""The numbers behind the charts of the course as tables, how they were made in plain words, and how they did on the past."""

from __future__ import annotations

import math

import pandas as pd

from cqi.blocks import Cell, Table
from cqi.course.alarm_limits import ALPHA
from cqi.registry import Measure, measure
from cqi.vocabulary import HIDDEN_MARK
from cqi.wording.begun import Begun, begins
from cqi.wording.course_numbers import goal_words, than_usual, unit
from cqi.wording.course_signals import FALSE_SIGNALS, members_words
from cqi.wording.numbers import WITHOUT_COUNT, day_words, plural, share

HIDDEN = Cell(HIDDEN_MARK, "hidden")
MONITOR_COLUMNS = {"cohort": "Children of this period", "calendar": "All children in their first 12 months",
                   "calendar from any month on": "The same, change in any month"}


def fan_table(projection: pd.DataFrame, target: float | None, definition: Measure, caption: str) -> Table:
    """Share by month's end: counted so far, then the middle of what is likely with both ranges, and the usual one."""
    rows = tuple(_fan_row(row) for row in projection.sort_values("day").to_dict("records"))
    goal = () if target is None or pd.isna(target) else (f"The goal is {goal_words(definition, target)}.",)
    columns = ("End of", "Counted, or likely", "Range, 4 times in 5", "Range, 19 times in 20", "At the usual pace")
    of_all = f"The shares are of all {unit(definition)} of the period, those who are still to come included."
    return Table(caption, columns, rows, notes=(of_all, *goal))


def _fan_row(row: dict) -> tuple[Cell, ...]:
    if pd.isna(row["share_50"]):
        return (_month(row), *(HIDDEN,) * 4)
    usual, middle = Cell("" if pd.isna(row["usual"]) else share(row["usual"])), share(row["share_50"])
    if row["kind"] == "observed":
        return (_month(row), Cell(f"{middle} so far"), Cell("counted"), Cell("counted"), usual)
    ranges = (Cell(f"{share(row[low])} to {share(row[high])}") for low, high in (("share_10", "share_90"), ("share_025", "share_975")))
    return (_month(row), Cell(middle), *ranges, usual)


def _month(row: dict) -> Cell:
    """The month, or the day where it is not the end of one."""
    return Cell(f"{row['day']:%B %Y}" if row["day"].is_month_end else day_words(row["day"]))


def vlad_table(rows: pd.DataFrame, definition: Measure, caption: str, begun: Begun = ()) -> Table:
    """Counted, expected, the difference, and the differences at which a signal would come. `rows` as from
    `cqi.charts.course.differences`; `begun` stands in the months in which something began."""
    lines = tuple(
        (Cell(_month(row).text + begins(row["day"], begun)), Cell(f"{row['observed']:,.0f}"), Cell(f"{row['expected']:,.1f}"),
         Cell(_signed(row["difference"], ",.1f") + ("\nsignal" if row["begins"] else "")),
         Cell("too early" if pd.isna(row["low"]) else f"{_signed(row['low'], ',.1f')} or {_signed(row['high'], ',.1f')}"))
        for row in rows.to_dict("records"))
    return Table(caption, ("End of", "Counted", "Expected", "Difference", "A signal would come at"), lines,
                 notes=(f"All counts are of {unit(definition)} since the period began.",))


def _signed(value: float, form: str) -> str:
    """The number with its sign; what is written as nothing has none."""
    written = format(abs(value), form)
    return written if not written.strip("0.%") else ("\u2212" if value < 0 else "+") + written


def monitors_table(rows: pd.DataFrame, caption: str) -> Table:
    """Each monitor's share of its limit by month's end. `rows` as from `cqi.charts.course.shares_of_limit`."""
    names = [name for name in MONITOR_COLUMNS if name in set(rows["monitor"])]
    found = {(row["day"], row["monitor"]): Cell(_signed(row["share"], ".0%") + ("\nsignal" if row["begins"] else ""))
             for row in rows.to_dict("records")}
    lines = tuple((_month({"day": day}), *(found.get((day, name), Cell("")) for name in names)) for day in sorted(rows["day"].unique()))
    return Table(caption, ("End of", *(MONITOR_COLUMNS[name] for name in names)), lines,
                 notes=("A signal comes at \u2212100% (worse than usual) or +100% (better than usual). Once it has come, it stays.",))


def regions_table(regions: pd.DataFrame, definition: Measure, caption: str) -> Table:
    """Regions in order of name: their counties, what was counted and is usual by now, the change one could notice, a signal."""
    rows = tuple(_region(row, definition) for row in regions.sort_values("county").to_dict("records"))
    return Table(caption, ("Region", "Counted so far", "Usual by now", "Change one could notice", "Signal"), rows,
                 notes=("Counties too small to tell by themselves are told together. This is not a ranking.", FALSE_SIGNALS))


def _region(row: dict, definition: Measure) -> tuple[Cell, ...]:
    name = Cell(f"{row['county']}\n{members_words(row['members'])}")
    if row["status"] != "shown":
        return (name, *(WITHOUT_COUNT.get(row["status"], Cell("not known")),) * 4)
    return (name, Cell(f"{row['observed']:,.0f}"), Cell(f"{row['usual_low']:,.0f} to {row['usual_high']:,.0f}"),
            Cell(_noticed(row["minimum_detectable_change"])), Cell(_signal(row, definition)))


def _noticed(change: float) -> str:
    return "none" if math.isinf(change) else f"{change:.0%} or more"


def others_table(rows: pd.DataFrame, caption: str) -> Table:
    """Other measures beside what is usual by now, and any signal; in order of title."""
    lines = [(measure(row["measure"]), row) for row in rows.to_dict("records")]
    return Table(caption, ("Measure", "Counted so far", "Expected by now", "Usual range", "Signal"),
                 tuple((Cell(definition.title), *_other(row, definition)) for definition, row in sorted(lines, key=lambda each: each[0].title)),
                 notes=(f"{FALSE_SIGNALS} With several measures it happens more often, so read them together.",))


def _other(row: dict, definition: Measure) -> tuple[Cell, ...]:
    if row["status"] != "shown":
        return (WITHOUT_COUNT.get(row["status"], Cell("not known")),) * 4
    return (Cell(f"{row['observed']:,.0f}"), Cell(f"{row['expected']:,.1f}"), Cell(f"{row['usual_low']:,.0f} to {row['usual_high']:,.0f}"),
            Cell(_signal(row, definition)))


def _signal(row: dict, definition: Measure) -> str:
    """Since when there is a signal of what, and of whom, where the counts beside it are of fewer children; or that there is none."""
    if not row["signal"]:
        return "none"
    whom = "\n(all children watched, not only this period's)" if row["signal_by"] == "calendar" else ""
    return f"{day_words(row['first_signal'])}:\n{than_usual(definition, worse=row['signal'] == 'worse')}{whom}"


def method_text(course: pd.Series, definition: Measure) -> tuple[str, ...]:
    """How sure the limits and ranges are made: spread of past counts (phi, tau squared) and from how many past cohorts, chance of
    a false signal, smallest change that would be noticed."""
    return tuple(filter(None, (*_spread(course), _false_signals(), _detectable(course, definition))))


def _spread(course: pd.Series) -> tuple[str, ...]:
    phi, tau2 = course["phi"], course["tau2"]
    if pd.isna(phi) or pd.isna(tau2):
        return ("How much counts swing from period to period is not known: the file holds too few past cohorts.",)
    swing = (f"Counts swing about as much as single children would (phi {phi:.2f})." if phi < 1.05 else
             f"Siblings leave together, so counts swing {phi:.1f} times as much as single children would (phi {phi:.2f}, a ratio of "
             "variances).")
    differ = (f"Whole periods did not differ beyond that (tau squared {tau2:.4f})." if math.sqrt(tau2) < 0.005 else
              f"Besides, the pace of whole periods differs by about {math.sqrt(tau2):.0%} from one to the next (tau squared {tau2:.4f}).")
    past = plural(course["past_cohorts"], "past cohort")
    return swing, differ, f"Both were measured on {past} of this file, known before this period began."


def _false_signals() -> str:
    return (f"The limits are set for all looks and all monitors together. Where nothing has changed, the chance of ever being given a "
            f"signal for the worse is {ALPHA['worse']:.0%}, for the better {ALPHA['better']:.0%}.")


def _detectable(course: pd.Series, definition: Measure) -> str:
    change = course["minimum_detectable_change"]
    if pd.isna(change):
        return ""
    if change > 1:
        return f"With so few {unit(definition)}, even a very large change in pace might not be noticed by the end of the course."
    return (f"With this many {unit(definition)}, a lasting change for the worse, in pace, of {change:.0%} would be noticed 4 times in 5 by the end of the "
            "course. A smaller one would more often be missed.")


def backtest_words(summary: pd.DataFrame) -> tuple[str, ...]:
    """How often the projection was right on this file's own past, beside two common ways; with no past cohort, what can't be known.

    `summary` has one row: cohorts, looks, coverage_80 with its 95% interval (coverage_low, coverage_high), bias (share,
    above 0 is too high), crps with crps_naive and crps_chain_ladder, false_alarms among stable_counties (counts).
    """
    if summary.empty or not summary["cohorts"].iloc[0] > 0:
        return ("The file holds no past cohort whose end is known, so we can't say how often these ranges would have been right here. "
                "Read them with care until it does.",)
    row = summary.iloc[0]
    return tuple(filter(None, (_coverage(row), _compared(row), _alarms(row))))


def _coverage(row: pd.Series) -> str:
    tried = f"Tried on {plural(row['cohorts'], 'past cohort')} of this file, with {plural(row['looks'], 'look')}."
    words = f"{tried} The range that should hold the final figure 80% of the time held it {share(row['coverage_80'])} of the time"
    words += "." if pd.isna(row["coverage_low"]) else f" (likely between {share(row['coverage_low'])} and {share(row['coverage_high'])})."
    points = round(100 * abs(row["bias"]))
    return words + (f" On average it came out {plural(points, 'point')} too {'high' if row['bias'] > 0 else 'low'}." if points
                    else " On average it was less than half a point off.")


def _compared(row: pd.Series) -> str:
    """The error beside that of two common ways; empty where neither could be tried."""
    ways = (("of scaling up the share so far", "crps_naive"),
            ("of the chain ladder, which lets it grow as earlier periods did", "crps_chain_ladder"))
    told = [f"{_size(row['crps'] / row[name])} that {way}" for way, name in ways if row[name] > 0]
    return " ".join(f"Its error was {words}." for words in told)


def _size(ratio: float) -> str:
    change = round(100 * (1 - ratio))
    return f"{abs(change)}% {'smaller' if change > 0 else 'larger'} than" if change else "as large as"


def _alarms(row: pd.Series) -> str:
    if not row["stable_counties"] > 0:
        return ""
    count = row["false_alarms"]
    given = f"{count:,.0f} {'was' if count == 1 else 'were'} given a false signal"
    return (f"Of {plural(row['stable_counties'], 'past course')} without a change, {given}; "
            "1 in 20 is what we aim for.")
