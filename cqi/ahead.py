"""The figures of a review that follow time: how children leave, where a cohort is heading, what pace would reach the goal, whether there is a signal."""

from __future__ import annotations

from datetime import date
from functools import lru_cache, partial

import pandas as pd

from cqi import charts
from cqi.blocks import Details, Figure, Section, Table, Text
from cqi.charts import backtest as past_charts
from cqi.charts import control as month_charts
from cqi.charts import course as pictures
from cqi.charts import spec
from cqi.cohorts import Cohort
from cqi.registry import Measure
from cqi.tables.backtested import Backtests
from cqi.tables.shown import shown_past
from cqi.vocabulary import HIDDEN_WORDS
from cqi.wording import control, course_signals, course_tables, displays, findings
from cqi.wording import backtest as record
from cqi.wording import course as say
from cqi.wording.begun import Begun, begun_in
from cqi.wording.notes import NO_FIGURE, STILL_GROWING
from cqi.wording.numbers import FEW, axis_words, day_words

NOT_COMPARED = {
    "data quality": "Some months in the file look incomplete. Until they are checked, a comparison could mislead.",
    "not yet mature": "The file does not hold enough earlier exits to say what is usual.",
}
FEW_AHEAD = "With so few children there is no share to look ahead to. Look at each child: what is the plan, and what is in its way?"
NO_PATH = f"The counts month by month are {HIDDEN_WORDS}. The agency's own staff see them in the internal review."


def heading_for(row: pd.Series, projection: pd.DataFrame, definition: Measure, caption: str) -> Section:
    """The projection to the goal, and the pace that would reach it."""
    if row["expected_final"] < FEW:
        return Section((Text((FEW_AHEAD,), "note"),))
    words = Text((say.pace_words(row, definition),), "plain")
    if say.not_ahead(row) or projection.empty:
        return Section((words,))
    target = None if pd.isna(row["target"]) else float(row["target"])
    table = course_tables.fan_table(projection, target, definition, caption)
    return Section((Figure("Where is this period heading?", say.projection_finding(row, definition), spec(pictures.fan(projection, target)),
                           table, say.FAN_NOTE), words))


def gap(looks: pd.DataFrame, definition: Measure, caption: str, begun: Begun = ()) -> Figure | Text:
    """Observed less expected by month's end; marked where something began."""
    rows = pictures.differences(looks)
    if len(rows) < 2:
        return Text((NO_PATH,), "note")
    begun = [(day, label) for day, label in begun if rows["day"].min().replace(day=1).date() <= day <= rows["day"].max().date()]
    told = " ".join(filter(None, (course_signals.vlad_finding(rows, definition), begun_in(begun))))
    return Figure("How far from what was expected?", told, spec(pictures.vlad(looks, begun)),
                  course_tables.vlad_table(rows, definition, caption, begun), say.VLAD_NOTE)


def signal(row: pd.Series, looks: pd.DataFrame, regions: pd.DataFrame, definition: Measure, caption: str) -> Section:
    """Whether there is a signal, the monitors behind it, and the regions."""
    words = Text(course_signals.signal_words(row, looks, regions, definition), "plain")
    shares = pictures.shares_of_limit(looks)
    drawn = shares["day"].nunique() > 1 and shares["monitor"].nunique() > 1 and row["expected_final"] >= FEW
    figure = (Figure("How near is a signal?", course_signals.monitors_finding(shares), spec(pictures.monitors(looks)),
                     course_tables.monitors_table(shares, caption), say.MONITOR_NOTE),) if drawn else ()
    if row["status"] != "shown":
        return Section((words,))
    return Section((words, Details("How near is a signal, and how sure is this?", (*figure, Text(course_tables.method_text(row, definition), "list")))))


def others(rows: pd.DataFrame, caption: str) -> Table | Text:
    """The other measures that can be followed: counted, expected and any signal."""
    if rows.empty:
        return Text(("The file does not hold enough to follow other measures.",), "note")
    return course_tables.others_table(rows, caption)


@lru_cache(maxsize=4)
def track_record(found: Backtests) -> Section:
    """How the projection and the signals did on this file's own past; the same for every county, and worked out once."""
    return record.backtest_section(shown_past(found), draw_coverage=past_charts.coverage_spec, draw_error=past_charts.error_spec)


def kinds(now: pd.DataFrame, county: str, period: Cohort, day: date) -> Figure:
    """Where the children went, month by month in care."""
    caption = f"{county}, entered {period.words}: share of the children by month in care, as of {day_words(day)}"
    return Figure("Where do the children go?", findings.exits(now), spec(charts.exits(now)), displays.exits(now, caption),
                  STILL_GROWING if now["status"].eq("so far").any() else ())


def against_earlier(curves: pd.DataFrame, county: str, period: Cohort, day: date) -> Figure:
    """The share that had left, beside earlier periods."""
    caption = f"{county}: share that had left to a permanent home by month in care, as of {day_words(day)}"
    chart = charts.against_earlier(curves, period.label)
    return Figure("Is this faster or slower than before?", findings.against_earlier(curves, period.label), spec(chart),
                  displays.against_earlier(curves, period.label, caption),
                  ("The grey band runs from the lowest to the highest earlier period, the dashed line is the middle one. The blue bars are "
                   "95% intervals.",))


def time_left(rows: pd.DataFrame, order: list[str]) -> Figure | Table:
    """How long the children still in care have until their 12 months; of few a table alone."""
    table = displays.groups(rows, "Time left to 12 months in care")
    if rows["numerator"].isna().any() or rows["denominator"].max() < FEW:
        return table
    return Figure("How long until their 12 months?", findings.waiting(rows), spec(charts.bars(rows, order)), table)


def by_cohort(rows: pd.DataFrame, definition: Measure, county: str, label: str) -> Figure | Table | Text:
    """A measure period by period, each as known at the same age; of few children a table alone."""
    caption = f"{county}: {definition.title.lower()}, each period as known at the same age"
    if rows["value"].notna().sum() < 2:
        found = (words for status, words in NO_FIGURE.items() if rows["status"].eq(status).any())
        return Text((f"{definition.title}: {next(found, 'the file has too little for a figure')}.",), "note")
    table, solid = displays.by_cohort(rows, caption), rows.loc[rows["value"].notna() & ~(rows["children"] < FEW)]
    if len(solid) < 2 or label not in set(solid["cohort"]):
        return table
    chart = charts.by_cohort(solid, label, title=axis_words(definition), percent=definition.per == 1)
    kind = "" if definition.type == "outcome" else " (a compliance count)"
    return Figure(definition.question + kind, findings.by_cohort(solid, label, definition.title), spec(chart), table, definition.caveats[:1])


def by_month(rows: pd.DataFrame, definition: Measure, county: str, as_of: date, begun: Begun = ()) -> Section:
    """What control charts by month say, and the charts folded beneath; marked where something began."""
    parts = control.figures(rows, definition, county, as_of, partial(month_charts.control_spec, marks=begun), begun=begun)
    figures = [part for part in parts if isinstance(part, Figure)]
    if not figures:
        return Section(parts)
    told = Text(tuple(figure.finding for figure in figures), "list")
    return Section((told, *(part for part in parts if not isinstance(part, Figure) and part.role == "note" and part is not parts[-1]),
                    Details("The charts by month, and how to read them", (parts[-1], *figures))))
