"""The parts of a review that look ahead: where a cohort is heading, what pace would reach the goal, and whether there is a signal."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

import pandas as pd

from cqi.blocks import Details, Figure, Section, Table, Text
from cqi.charts import backtest as past_charts
from cqi.charts import control as month_charts
from cqi.charts import course as pictures
from cqi.charts import spec
from cqi.registry import Measure
from cqi.tables.backtested import Backtests
from cqi.tables.shown import shown_past
from cqi.vocabulary import HIDDEN_WORDS
from cqi.wording import control, course_signals, course_tables
from cqi.wording import backtest as record
from cqi.wording import course as say
from cqi.wording.numbers import FEW

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


def gap(looks: pd.DataFrame, definition: Measure, caption: str) -> Figure | Text:
    """Observed less expected by month's end."""
    rows = pictures.differences(looks)
    if len(rows) < 2:
        return Text((NO_PATH,), "note")
    return Figure("How far from what was expected?", course_signals.vlad_finding(rows, definition), spec(pictures.vlad(looks)),
                  course_tables.vlad_table(rows, definition, caption), say.VLAD_NOTE)


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


def by_month(rows: pd.DataFrame, definition: Measure, county: str, as_of: date) -> Section:
    """What control charts by month say, and the charts folded beneath."""
    parts = control.figures(rows, definition, county, as_of, month_charts.control_spec)
    figures = [part for part in parts if isinstance(part, Figure)]
    if not figures:
        return Section(parts)
    told = Text(tuple(figure.finding for figure in figures), "list")
    return Section((told, *(part for part in parts if not isinstance(part, Figure) and part.role == "note" and part is not parts[-1]),
                    Details("The charts by month, and how to read them", (parts[-1], *figures))))
