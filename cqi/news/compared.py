"""Two runs side by side: counts by the last as-of date then and now, numbers given before that read differently, and signals."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import numpy as np
import pandas as pd

from cqi.cohorts import cohort
from cqi.measures import Basis, count
from cqi.registry import measure

COUNTS = ("numerator", "denominator")
OWN = "cohort"
"""The monitor that counts the period's own children."""
TOLD = "shown"
"""The status of a course whose signal, or that there is none, can be told."""
KEY = ["measure", "county"]


def recounted(names: Iterable[str], on: Basis, label: str, *, as_of: date) -> pd.DataFrame:
    """Measure, county, numerator and denominator of one cohort as this extract knows it at `as_of`."""
    rows = [count(measure(name), on, cohort(label), as_of=as_of)[[*KEY, *COUNTS]] for name in names]
    return pd.concat(rows, ignore_index=True) if rows else pd.DataFrame(columns=[*KEY, *COUNTS])


def side_by_side(**tables: pd.DataFrame) -> pd.DataFrame:
    """The counts of every table by measure and county, in columns named for it; rows as in the first, missing where another has none."""
    (first, rows), *others = tables.items()
    both = rows[[*KEY, *COUNTS]].rename(columns={name: f"{name}_{first}" for name in COUNTS})
    for which, table in others:
        both = both.merge(table[[*KEY, *COUNTS]].rename(columns={name: f"{name}_{which}" for name in COUNTS}), on=KEY, how="left")
    return both.astype({name: "float64" for name in both.columns if name not in KEY})


def given(then: pd.DataFrame, looks: pd.DataFrame, last: str, as_of: str) -> pd.DataFrame:
    """Of what looks count only that which both releases show: by the last as-of date then and again, and now, as `side_by_side`; they tell
    no denominator."""
    found = side_by_side(then=_own_looks(then, last), again=_own_looks(looks, last), now=_own_looks(looks, as_of))
    return found.loc[found["numerator_again"].notna()]


def _own_looks(looks: pd.DataFrame, day: str) -> pd.DataFrame:
    rows = looks.loc[looks["monitor"].eq(OWN) & looks["day"].eq(day) & looks["observed"].notna()]
    return rows.assign(numerator=rows["observed"], denominator=float("nan"))[[*KEY, *COUNTS]]


def restated(before: pd.DataFrame, now: pd.DataFrame) -> pd.DataFrame:
    """Figures that were final then and read differently now: measure, county, cohort, day (empty), and both counts then and now."""
    key, own = [*KEY, "cohort"], [*KEY, "cohort", *COUNTS]
    final = [rows.loc[rows["status"].eq("shown") & rows["numerator"].notna(), own] for rows in (before, now)]
    both = final[0].merge(final[1], on=key, suffixes=("_then", "_now"))
    return both.loc[both["numerator_then"].ne(both["numerator_now"]) | both["denominator_then"].ne(both["denominator_now"])].assign(day="")


def restated_looks(before: pd.DataFrame, now: pd.DataFrame) -> pd.DataFrame:
    """Counts by a month's end that read differently now, in the shape of `restated`; they tell no denominator."""
    key = [*KEY, "cohort", "day"]
    own = [rows.loc[rows["monitor"].eq(OWN) & rows["observed"].notna(), [*key, "observed"]].rename(columns={"observed": "numerator"})
           for rows in (before, now)]
    both = own[0].merge(own[1], on=key, suffixes=("_then", "_now"))
    return both.loc[both["numerator_then"].ne(both["numerator_now"])].assign(numerator_again=lambda rows: rows["numerator_now"],
                                                                             **dict.fromkeys(
        ("denominator_then", "denominator_again", "denominator_now"), float("nan")))


def with_again(rows: pd.DataFrame, on: Basis, *, as_of: date) -> pd.DataFrame:
    """The rows of `restated` with the counts as this extract knows them at `as_of`: where they are those of then, what happened since
    changed how they count, and nothing was corrected."""
    parts = [own.merge(recounted([name], on, label, as_of=as_of).rename(columns={each: f"{each}_again" for each in COUNTS}), on=KEY,
                       how="left")
             for (name, label), own in rows.groupby(["measure", "cohort"], sort=False)]
    return pd.concat(parts, ignore_index=True) if parts else rows


def signals(before: pd.DataFrame, now: pd.DataFrame, *, last: date) -> pd.DataFrame:
    """What became of the signal of every county and measure that this run follows: measure, county, cohort, `was` and `now` (worse, better
    or empty), its
    `first` day and `what`.

    `what`: `new`; `late` (new, but by today's data it would have come by the last as-of date); `persists`; `ended`; `untold` (it was there;
    nothing can be told now); `first told` (it is there; nothing could be told then); `none`; `none now` (none; nothing could be told then);
    `not told`.
    """
    both = now[[*KEY, "cohort", "signal", "first_signal", "status"]].merge(before[[*KEY, "signal", "status"]], on=KEY, how="left",
                                                                           suffixes=("", "_then"))
    was, here, first = (both[name].fillna("").astype("str") for name in ("signal_then", "signal", "first_signal"))
    told, then = both["status"].eq(TOLD), both["status_then"].eq(TOLD)
    cases = [(was.eq(here) & here.ne(""), "persists"), (here.ne("") & ~then, "first told"),
             (here.ne("") & first.le(last.isoformat()), "late"),
             (here.ne(""), "new"), (was.ne("") & told, "ended"), (was.ne(""), "untold"), (told & then, "none"), (told, "none now")]
    what = np.select([case for case, _ in cases], [word for _, word in cases], "not told")
    return both[[*KEY, "cohort"]].assign(was=was, now=here, first=first, what=pd.Series(what, index=both.index, dtype="str"))
