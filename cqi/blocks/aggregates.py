"""What the data of a chart may be: few rows of released tables, no column that children's rows have, no day finer than a month."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from cqi.vocabulary import GOAL_COLUMNS, MEASURE_COLUMNS, TABLE_COLUMNS, CqiError

MOST_ROWS = 2_000
PROTECTED = frozenset(column for columns in TABLE_COLUMNS.values() for column in columns) - {
    "county", "setting", "exit_reason", "disposition", "year", "age_band", "children", "role", "first_contact_role"} | {"care_id"}
"""Columns that tell of one child or one worker: ids and days."""

CHARTED = frozenset({
    *MEASURE_COLUMNS, *GOAL_COLUMNS["targets"], "region",
    "centre", "counted", "coverage_80", "coverage_high", "coverage_low", "difference", "direction", "error", "expected", "height", "high",
    "kind", "limit", "looks", "low", "lower_95", "lower_998", "max", "median", "middle", "min", "monitor", "month", "name", "observed",
    "over", "period", "piece", "place", "reason", "rows", "rule", "share", "share_025", "share_10", "share_50", "share_90", "share_975",
    "sign", "state", "title", "top", "upper_95", "upper_998", "used", "usual", "usual_high", "usual_low", "what", "where", "which", "words",
    *(f"chance_{side}_{level}" for side in ("lower", "upper") for level in ("95", "998")),
})
"""Columns that charts draw. A chart that needs another one adds it here, where it is seen that it tells of many children."""

_DAY = re.compile(r"\d{4}-\d\d-(?!01)\d\d|\b\d\d?/\d\d?/\d{4}\b")
"""A day that is not the first of a month, which stands for the month."""


def refuse_rows(spec: dict, *, title: str) -> None:
    """Raises CqiError where a Vega-Lite specification holds anything but aggregates: more than MOST_ROWS rows, a column that is not
    in CHARTED, a value that is no word or number, a day finer than a month. The message holds no value and no unknown name."""
    tables = [_rows(values, title) for values in _data(spec)]
    if sum(map(len, tables)) > MOST_ROWS:
        raise CqiError(f"Chart {title!r}: it has more than {MOST_ROWS:,} rows, too many for a table of counts; draw a released table.")
    rows = [row for table in tables for row in table]
    _refuse_columns({column for row in rows for column in row}, title)
    if not all(value is None or isinstance(value, (str, int, float)) for row in rows for value in row.values()):
        raise CqiError(f"Chart {title!r}: its rows hold more than words and numbers; draw a released table.")
    if any(_DAY.search(value) for row in rows for value in row.values() if isinstance(value, str)):
        raise CqiError(f"Chart {title!r}: its rows hold days; a chart shows months, each by its first day.")


def refuse_protected(columns: Iterable[str], *, title: str) -> None:
    """Raises CqiError where the columns of a displayed table are those of children's rows."""
    if found := sorted(PROTECTED & {str(column).strip().casefold().replace(" ", "_") for column in columns}):
        raise CqiError(f"{title!r}: {', '.join(found)} tell of single children; a page shows tables of counts only.")


def _refuse_columns(columns: set, title: str) -> None:
    if own := sorted(columns & PROTECTED):
        raise CqiError(f"Chart {title!r}: {', '.join(own)} tell of single children; a chart takes released tables only.")
    if other := columns - CHARTED:
        raise CqiError(f"Chart {title!r}: {len(other)} of its columns are in no released table; a chart takes released tables only.")


def _data(part: object) -> Iterator:
    """The data of every view of a specification, by name or in its place."""
    if isinstance(part, (list, tuple)):
        for each in part:
            yield from _data(each)
    elif isinstance(part, dict):
        for key, value in part.items():
            if key == "datasets" and isinstance(value, dict):
                yield from value.values()
            elif key == "data" and isinstance(value, dict) and "values" in value:
                yield value["values"]
            else:
                yield from _data(value)


def _rows(values: object, title: str) -> list[dict]:
    if isinstance(values, (list, tuple)) and all(isinstance(row, dict) for row in values):
        return list(values)
    raise CqiError(f"Chart {title!r}: its data are no rows with named columns; a chart takes released tables only.")
