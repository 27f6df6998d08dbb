"""Official limits: a figure that rests on too many faulty records is not given, and the reason is.

CFSR Round 4 data dictionary, August 2022, pages 8 to 13; which check stops which measure is in `definitions/checks.toml`.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from cqi.cohorts import cohort
from cqi.quality.spans import spans
from cqi.sources.official import declared_checks
from cqi.vocabulary import WHOLE

REASON_COLUMNS = ("measure", "cohort", "county", "check", "period", "where", "flagged", "among", "share", "limit")
KEPT = ("suppressed", "not yet mature")


def with_limits(rows: pd.DataFrame, checks: pd.DataFrame) -> pd.DataFrame:
    """The measure-table rows, those over an official limit with the status `data quality` and no figure.

    A row is stopped where a check that stops its measure is over its limit in a half-year (or federal year) that the
    cohort or its window touches, for the whole file or for the county itself; a county's own share counts from as many
    records on as `definitions/checks.toml` says. `suppressed` and `not yet mature` rows stay. `checks` as in `Extract`.
    """
    stopped = np.isin(np.arange(len(rows)), _stops(rows, checks)["row"]) & ~rows["status"].isin(KEPT)
    if not stopped.any():
        return rows
    emptied = {name: rows[name].astype("float64").mask(stopped) for name in ("numerator", "value", "lower", "upper")}
    return rows.assign(**emptied, status=rows["status"].mask(stopped, "data quality"))


def broken_limits(checks: pd.DataFrame) -> pd.DataFrame:
    """The rows of `checks` that stop a figure: over the limit, of the whole file, or of a county with enough records in a
    check that can be said of one county."""
    rules = declared_checks()
    over = checks.loc[checks["over"].astype(bool)]
    by_county = over["check"].map({name: check.by_county for name, check in rules.checks.items()}).astype(bool)
    return over.loc[(over["county"] == WHOLE) | (by_county & (over["among"] >= rules.county_fewest))]


def limit_reasons(rows: pd.DataFrame, checks: pd.DataFrame) -> pd.DataFrame:
    """Why rows are stopped: one line for each measure, cohort, county and broken limit, in order of time.

    `where` is the county or the whole file, whichever broke the limit; flagged, among, share (0 to 1) and limit (0 to 1)
    are of the check. Sentences are made of it by `cqi.wording.quality`.
    """
    rows = rows.loc[~rows["status"].isin(KEPT)]
    found = _stops(rows, checks)
    keys = rows[["measure", "cohort", "county"]].assign(row=np.arange(len(rows)))
    table = found.merge(keys, on="row", suffixes=("", "_of_row")).assign(where=lambda both: both["county"])
    table = table.assign(county=table["county_of_row"]).sort_values(["measure", "cohort", "county", "begins", "place", "where"])
    return table[list(REASON_COLUMNS)].drop_duplicates(ignore_index=True)


def _stops(rows: pd.DataFrame, checks: pd.DataFrame) -> pd.DataFrame:
    """Each row (by its place in the table) beside each broken limit that stops it."""
    broken = _broken(checks)
    keyed = rows[["measure", "county"]].assign(**spans(rows), row=np.arange(len(rows)))
    whole = keyed.drop(columns="county").merge(broken.loc[broken["county"] == WHOLE], on="measure")
    own = keyed.loc[keyed["county"] != WHOLE].merge(broken.loc[broken["county"] != WHOLE], on=["measure", "county"])
    both = pd.concat([whole, own], ignore_index=True)
    return both.loc[(both["begins"] <= both["last"]) & (both["ends"] >= both["first"])]


def _broken(checks: pd.DataFrame) -> pd.DataFrame:
    """The broken limits, once for each measure they stop, with the first and last day of the period."""
    rules, over = declared_checks(), broken_limits(checks)
    days = {word: _days(word) for word in over["period"].unique()}
    stops = {name: check.stops for name, check in rules.checks.items()}
    over = over.assign(
        begins=over["period"].map({word: first for word, (first, _) in days.items()}).astype("datetime64[s]"),
        ends=over["period"].map({word: last for word, (_, last) in days.items()}).astype("datetime64[s]"),
        place=over["check"].map({name: place for place, name in enumerate(stops)}), measure=over["check"].map(stops),
    )
    return over.explode("measure").astype({"measure": "str"})


def _days(period: str) -> tuple[pd.Timestamp, pd.Timestamp]:
    """First and last day of a half-year or federal year; of all time where the check is of the file as a whole."""
    if not period:
        return pd.Timestamp("1700-01-01"), pd.Timestamp("2300-01-01")
    return pd.Timestamp(cohort(period).start), pd.Timestamp(cohort(period).end)
