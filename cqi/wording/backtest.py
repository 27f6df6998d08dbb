"""How the projections and signals did on the file's own past, in words and tables; where the file is too short, what can't be known."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from datetime import date

import pandas as pd

from cqi.blocks import Cell, Details, Figure, Section, Table, Text
from cqi.course.backtest import FEWEST_CHILDREN, FEWEST_PAST, MOST_COHORTS
from cqi.registry import measure
from cqi.wording.course_tables import backtest_words
from cqi.wording.numbers import day_words, joined, plural, share
from cqi.wording.plain import spreadsheet_safe

SUMMARY = "How often would these ranges and signals have been right before?"
COVERAGE, ERROR = "How often did the range hold the final figure?", "How far off were the projections, beside two common ways?"
OVERLAP = ("The limits take whole periods, not single looks, as separate: looks at one period tell almost the same. Periods overlap in "
           "time, so the limits are still a little too narrow.")
WAYS = (
    "Error: how far off a projection was on average, in percentage points of the final share (CRPS; for a single number, its distance). "
    "It is 0 where the projection was sure and right. All three ways are scored by the same rule, on the same projections.",
    "Scaled up: the share so far, times how much that of earlier whole periods, all counties together, had grown from the same month to "
    "the end. Chain ladder: the way insurers project, by month, with Mack's error; from the county's own past where it is large enough, "
    "else from all counties.",
)
REPLAY = (f"Each past half-year (the newest {MOST_COHORTS} at most) was followed again from month's end to month's end. What is usual was "
          "taken from the day before it began, and every look used only what was dated by then.",
          f"A course is that of one county in one half-year. Those of fewer than {FEWEST_CHILDREN} children are left out.",
          "Without a change means: the children of the period, and all those watched meanwhile, ended in their usual range (19 times in "
          "20). A course that left it by chance alone is not counted as a false signal.")
LEFT_OUT = "Counties whose months look incomplete in the file, or whose figure may not be given, are left out."
RANGES = ("80% range held it", "95% range held it", "Too high (+) or low (\u2212)")
ERRORS = ("Error", "Error: scaled up", "Error: chain ladder")


def backtest_section(found, *, draw_coverage: Callable[[pd.DataFrame], dict], draw_error: Callable[[pd.DataFrame], dict]) -> Section:
    """The summary in words, then folded: both figures with their tables, scores by size of county, and how it was done.

    `found` as `cqi.tables.backtested.Backtests`; `draw_coverage` and `draw_error` make a specification of its `by_month`
    (`cqi.charts.backtest.coverage_spec` and `error_spec`). Where there is nothing to fold, the words stand alone.
    """
    words = Text(summary_words(found))
    if found.by_month.empty:
        return Section((words,))
    parts = (coverage_figure(found, draw_coverage), error_figure(found, draw_error), *((size_table(found),) if len(found.by_size) else ()),
             Text(REPLAY, "note"))
    return Section((words, Details(SUMMARY, parts)))


def summary_words(found) -> tuple[str, ...]:
    """Ranges, errors and signals on the past as sentences; for a file too short, what it would take."""
    row, left_out = found.summary.iloc[0], (LEFT_OUT,) if found.facts["left_out"] else ()
    few = pd.isna(row["false_alarms"]) and row["stable_counties"] > 0
    told = found.summary.assign(stable_counties=0) if few else found.summary
    if not row["cohorts"] > 0:
        return (*backtest_words(told), *left_out, *needed(found.facts))
    return (*backtest_words(told), *((_few_false(row),) if few else ()), *_detected(row), *left_out)


def needed(facts: dict) -> tuple[str, ...]:
    """What a file must hold for its past to be tried, beside what this one holds."""
    first, last = (day_words(date.fromisoformat(facts[name])) for name in ("first_entry", "as_of"))
    return (f"It takes {FEWEST_PAST} whole half-years to say what is usual, then a half-year whose official date has come. This file holds "
            f"whole periods from {first} on, and what was known on {last}.",)


def _few_false(row: pd.Series) -> str:
    return (f"Of {plural(row['stable_counties'], 'past course')} without a change, 10 or fewer were given a false signal; 1 in 20 is what "
            "we aim for.")


def _detected(row: pd.Series) -> tuple[str, ...]:
    """How many of the courses that ended worse than usual had a signal in time; nothing where that number is hidden."""
    if pd.isna(row["ended_worse"]):
        return ("Too few courses ended worse than usual to show how many had a signal before.",)
    if row["ended_worse"] == 0:
        return ("No past course ended worse than usual, so we can't say how early a signal would have come.",)
    courses = f"{plural(row['ended_worse'], 'past course')} ended worse than usual."
    if pd.isna(row["detected"]):
        return (f"{courses} 10 or fewer of them had a signal before the official date.",)
    if row["detected"] == 0:
        return (f"{courses} None of them had a signal before the official date.",)
    return (f"{courses} {row['detected']:,.0f} of them had a signal before the official date. {_lead(row)}",)


def _lead(row: pd.Series) -> str:
    days = plural(row["median_lead_days"], "day")
    if not row["median_lead_days"] > 0:
        return "Half of them or more had none."
    return f"In half of them it came {days} or more before that date." if row["ended_worse"] > 1 else f"It came {days} before that date."


def coverage_figure(found, draw: Callable[[pd.DataFrame], dict]) -> Figure:
    """How often the 80% range held, by month of the course."""
    rows = found.by_month
    low, high = rows.loc[rows["coverage_80"].idxmin()], rows.loc[rows["coverage_80"].idxmax()]
    finding = ("The range that should hold the final figure 80% of the time held it between "
               f"{share(low['coverage_80'])} (month {low['month']:.0f}) and {share(high['coverage_80'])} (month {high['month']:.0f}) of the time. {_surely_off(rows)}")
    return Figure(COVERAGE, finding, draw(rows), month_table(found, errors=False), (OVERLAP,))


def _surely_off(rows: pd.DataFrame) -> str:
    """How many months are further from the aim than chance would explain."""
    known = rows.loc[rows["coverage_low"].notna()]
    off = int(((known["coverage_high"] < 0.8) | (known["coverage_low"] > 0.8)).sum())
    if known.empty:
        return "With one past period there is no telling how much of that is chance."
    if not off:
        return "Chance can explain the difference from 80% in every month."
    return f"In {off} of {plural(len(known), 'month')} the difference from 80% is larger than chance would explain."


def error_figure(found, draw: Callable[[pd.DataFrame], dict]) -> Figure:
    """How far off three ways were, by month of the course."""
    rows = found.by_month
    told = [row for row in rows.to_dict("records") if row["month"] in (3, 9, 15)] or [rows.iloc[0].to_dict()]
    finding = " ".join([_errors(told[0]), *(_errors_too(row) for row in told[1:])])
    return Figure(ERROR, finding, draw(rows), month_table(found, ranges=False), (*WAYS, OVERLAP))


def _errors(row: dict) -> str:
    ways = (("crps_naive", "the share so far, scaled up,"), ("crps_chain_ladder", "the chain ladder"))
    others = [f"{words} {_points(row[name])}" for name, words in ways if pd.notna(row[name])]
    return "; ".join([f"After month {row['month']:.0f} these projections were {_points(row['crps'])} points off on average", *others]) + "."


def _errors_too(row: dict) -> str:
    numbers = [_points(row[name]) for name in ("crps", "crps_naive", "crps_chain_ladder") if pd.notna(row[name])]
    return f"After month {row['month']:.0f} it was {joined(numbers)}."


def month_table(found, *, ranges: bool = True, errors: bool = True) -> Table:
    """Scores by month of the course: how the ranges did, and how far off the three ways were."""
    rows = tuple((Cell(f"{row['month']:.0f}"), *_scores(row, ranges, errors, limits=not ranges)) for row in found.by_month.to_dict("records"))
    columns = ("Month", "Courses", *(RANGES if ranges else ()), *(ERRORS if errors else ()))
    around = () if ranges else ("In brackets: the 95% limits of the error, where they are known.",)
    which = "" if ranges and errors else " (ranges)" if ranges else " (errors)"
    return Table(_caption(found, f"by month of the course{which}"), columns, rows, notes=(*around, REPLAY[1]))


def size_table(found) -> Table:
    """Scores by the number of children in the cohort."""
    rows = tuple((Cell(row["size"]), *_scores(row)) for row in found.by_size.to_dict("records"))
    return Table(_caption(found, "by the number of children in the period"), ("Children", "Courses", *RANGES, *ERRORS), rows, notes=WAYS)


def _caption(found, by: str) -> str:
    title = measure(found.facts["measure"]).title
    return f"Past projections of {title[0].lower()}{title[1:]}, {by}, as of {_as_of(found)}"


def _as_of(found) -> str:
    return day_words(date.fromisoformat(found.facts["as_of"]))


def _scores(row: dict, ranges: bool = True, errors: bool = True, *, limits: bool = False) -> tuple[Cell, ...]:
    around = "" if pd.isna(row["coverage_low"]) else f" ({share(row['coverage_low'])} to {share(row['coverage_high'])})"
    held = (Cell(share(row["coverage_80"]) + around), Cell(share(row["coverage_95"])), Cell(_signed(row["bias"])))
    off = tuple(Cell(_error(row, name, limits)) for name in ("crps", "crps_naive", "crps_chain_ladder"))
    return (Cell(f"{row['courses']:,.0f}"), *(held if ranges else ()), *(off if errors else ()))


def _error(row: dict, name: str, limits: bool) -> str:
    """`12.3`, with its limits `12.3 (10.1 to 14.5)`; no error is below 0."""
    if pd.isna(row[name]):
        return "none"
    known = limits and pd.notna(row[f"{name}_low"])
    return _points(row[name]) + (f" ({_points(max(row[f'{name}_low'], 0))} to {_points(row[f'{name}_high'])})" if known else "")


def _points(value: float) -> str:
    """Percentage points with one decimal."""
    return f"{100 * value:.1f}"


def _signed(value: float) -> str:
    written = _points(abs(value))
    return "0.0" if written == "0.0" else ("\u2212" if value < 0 else "+") + written


def backtest_lines(found) -> list[str]:
    """What the command prints: the summary in words, then both tables and how it was done."""
    lines = [f"{measure(found.facts['measure']).title}, as of {_as_of(found)}.", *map(_wrapped, summary_words(found))]
    if found.by_month.empty:
        return lines
    notes = map(_wrapped, (*WAYS, OVERLAP, *REPLAY))
    return [*lines, "", *_plain(month_table(found)), "", *_plain(size_table(found)), "", *notes]


def forecasts_csv(forecasts: pd.DataFrame) -> str:
    """The forecasts as CSV, numbers with six digits; text that a spreadsheet would run as a formula is made text."""
    return spreadsheet_safe(forecasts).to_csv(index=False, lineterminator="\n", date_format="%Y-%m-%d", float_format="%.6g")


def _wrapped(text: str) -> str:
    return textwrap.fill(text, 110)


def _plain(table: Table) -> list[str]:
    """A table as lines of text, its columns as wide as they need."""
    rows = [table.columns, *(tuple(cell.text for cell in row) for row in table.rows)]
    widths = [max(map(len, column)) for column in zip(*rows)]
    return [f"{table.caption}:", *("  ".join(text.rjust(width) for text, width in zip(row, widths)) for row in rows)]
