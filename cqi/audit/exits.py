"""Exits by calendar month beside what is told of a period's own children: the rest are of those who entered earlier."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd

from cqi.audit.cells import HEADLINE, MONTH
from cqi.audit.files import period
from cqi.audit.line import framed, of

BY_MONTH = "exits by month"
WINDOW = 12.0
EXITS = "exits"


def exits_less_looks(rows: pd.DataFrame) -> pd.DataFrame:
    """Lines of the exits of the months up to a day without a period's own by that day, from its beginning on and from the look before
    on; and without those of the periods that began since."""
    months = of(rows, "numerator", measure=HEADLINE, group=MONTH, part=EXITS).drop_duplicates(["county", "cohort"])
    if months.empty:
        return framed(BY_MONTH, rows.iloc[:0].assign(key="", sign=1))
    own = of(rows, "numerator", measure=HEADLINE, group="", part="")
    own = own.loc[own["at"].eq(WINDOW) & ~own["cohort"].str.contains(" to ") & own["county"].isin(months["county"])]
    own = _dated(own.loc[own["as_of"].map({day: _ends_month(day) for day in own["as_of"].unique()}).astype(bool)])
    asked = pd.concat([_from_the_beginning(own), _from_look_to_look(own), _with_later_periods(own)], ignore_index=True)
    return _lines(asked, months)


def _ends_month(day: str) -> bool:
    return (date.fromisoformat(day) + timedelta(days=1)).day == 1


def _number(day: date) -> int:
    return day.year * 12 + day.month - 1


def _dated(own: pd.DataFrame) -> pd.DataFrame:
    """With the numbers of each period's first and last month, and of the month that ends with the day."""
    spans = {label: period(label) for label in own["cohort"].unique()}
    return own.assign(first=[_number(spans[label][0]) for label in own["cohort"]], last=[_number(spans[label][1]) for label in own["cohort"]],
                      until=[_number(date.fromisoformat(day)) for day in own["as_of"]])


def _asked(frames: list[tuple[pd.Series, pd.Series, int]], county, since, until) -> pd.DataFrame:
    """Cells taken from the exits of the months after `since` up to `until`; `key` numbers the rows."""
    return pd.concat([pd.DataFrame({"key": np.arange(len(cell)), "county": county.to_numpy(), "since": since.to_numpy(), "until": until.to_numpy(),
                                    "cell": cell.to_numpy(), "sign": sign}) for cell, sign in frames], ignore_index=True)


def _from_the_beginning(own: pd.DataFrame) -> pd.DataFrame:
    own = own.loc[own["until"] >= own["first"]]
    return _asked([(own["cell"], -1)], own["county"], own["first"] - 1, own["until"]).assign(kind=0)


def _from_look_to_look(own: pd.DataFrame) -> pd.DataFrame:
    """Each count and the one before it, and each shown one and the shown one before it."""
    found = []
    for some in (own, own.loc[~own["hidden"]]):
        some = some.sort_values(["county", "cohort", "until"], kind="stable")
        earlier = some.groupby(["county", "cohort"])[["cell", "until"]].shift()
        found.append(some.assign(before=earlier["cell"], since=earlier["until"]).dropna(subset=["before"]))
    both = pd.concat(found).drop_duplicates(["cell", "before"]).astype({"before": int, "since": int})
    return _asked([(both["cell"], -1), (both["before"], 1)], both["county"], both["since"], both["until"]).assign(kind=1)


def _with_later_periods(own: pd.DataFrame) -> pd.DataFrame:
    """A period and one that begins after it, by the same day."""
    both = own.merge(own, on=["county", "as_of", "until"], suffixes=("", "_later"))
    both = both.loc[(both["first_later"] > both["last"]) & (both["until"] >= both["first_later"])]
    return _asked([(both["cell"], -1), (both["cell_later"], -1)], both["county"], both["first"] - 1, both["until"]).assign(kind=2)


def _lines(asked: pd.DataFrame, months: pd.DataFrame) -> pd.DataFrame:
    """The lines of which all months are given."""
    asked = asked.assign(key=asked.groupby(["kind", "key"], sort=True).ngroup())
    each = asked.drop_duplicates("key").drop(columns=["cell", "sign"])
    each = each.assign(number=each["until"] - each["since"])
    inside = each.loc[each.index.repeat(each["number"].to_numpy())]
    inside = inside.assign(number=inside["since"] + inside.groupby("key").cumcount() + 1)
    months = months.assign(number=[_number(period(label)[0]) for label in months["cohort"]])[["county", "number", "cell"]]
    found = inside.merge(months, on=["county", "number"]).assign(sign=1)
    whole = found.groupby("key")["cell"].transform("size").eq(found["until"] - found["since"])
    found = found.loc[whole]
    return framed(BY_MONTH, pd.concat([found, asked.loc[asked["key"].isin(found["key"])]], ignore_index=True))
