"""Which counts of a cohort hold which: by months in care as known today, and by days in the past."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from cqi.audit.files import period

WHOLE_WINDOW = 12.0
HOME = ["measure", "county", "cohort"]


def contained(counts: pd.DataFrame) -> pd.DataFrame:
    """Pairs of cells, `later` holding all children of `before`, of cells by months in care (`at`) and by as-of date.

    Within m months as known today is in counted by day d, where every child was m months in care by then; counted by day d is
    in within m months, where no child was in care longer by then.
    """
    by_age = counts.loc[counts["at"] < WHOLE_WINDOW]
    by_day = counts.loc[counts["at"] == WHOLE_WINDOW]
    both = by_age[[*HOME, "at", "as_of", "cell"]].merge(by_day[[*HOME, "as_of", "cell"]], on=HOME, suffixes=("_age", "_day"))
    both = both.loc[both["as_of_age"] > both["as_of_day"]]
    spans = both[["cohort", "at", "as_of_day"]].drop_duplicates()
    first, last = zip(*map(period, spans["cohort"])) if len(spans) else ((), ())
    spans = spans.assign(
        all_by=[after(end, int(at)) <= day for end, at, day in zip(last, spans["at"], spans["as_of_day"])],
        none_by=[day <= after(start, int(at)) for start, at, day in zip(first, spans["at"], spans["as_of_day"])])
    both = both.merge(spans, on=["cohort", "at", "as_of_day"])
    return pd.concat([_pairs(both.loc[both["all_by"].astype(bool)], "cell_day", "cell_age"),
                      _pairs(both.loc[both["none_by"].astype(bool)], "cell_age", "cell_day")], ignore_index=True)


def _pairs(rows: pd.DataFrame, later: str, before: str) -> pd.DataFrame:
    return pd.DataFrame({"later": rows[later].to_numpy(), "before": rows[before].to_numpy()})


def after(day: date, months: int) -> str:
    """The same day of the month so many months later, in a shorter month its last day, as text."""
    month = np.datetime64(day, "M") + months
    last = (month + 1).astype("datetime64[D]") - 1
    return str(min(month.astype("datetime64[D]") + (day.day - 1), last))
