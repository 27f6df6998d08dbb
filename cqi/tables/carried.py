"""Figures given out before, in place of newer ones that may not be: the older one with its own date."""

from __future__ import annotations

import pandas as pd

from cqi.disclosure.counts import COUNTY, REGION, levels, months_of
from cqi.disclosure import without_children_of_rates
from cqi.disclosure.earlier import KEY
from cqi.measures.rows import with_interval
from cqi.registry import PROPORTIONS, measure

STATUS = "carried forward"
FIGURES = ["children", "numerator", "denominator"]


def carried_forward(table: pd.DataFrame, name: str, before: pd.DataFrame) -> pd.DataFrame:
    """The measure table with each hidden figure replaced by the one last given out, with its `as_of` and the status `carried forward`.

    `before`: figures given out, with KEY, `day`, `children`, `numerator`, `denominator`.
    """
    keyed = table.assign(level=levels(table), at=months_of(table, name))[KEY]
    whole = before[["numerator", "denominator"]].notna().all(axis=1)  # looks tell numerators alone
    newest = before.loc[whole].drop_duplicates(KEY, keep="last")
    older = keyed.merge(newest, on=KEY, how="left").set_index(table.index)
    found = table["status"].eq("suppressed") & older["numerator"].notna()
    if not found.any():
        return table
    rows = table.loc[found].assign(as_of=older["day"], status=STATUS, **{column: older[column] for column in FIGURES})
    again = pd.concat([with_interval(own, per=measure(which).per) for which, own in rows.groupby("measure")])
    again = without_children_of_rates(again).round({"value": 2, "lower": 2, "upper": 2})
    return pd.concat([table.loc[~found], again]).loc[table.index]


def newly_given(pages: dict[str, dict[str, pd.DataFrame]]) -> pd.DataFrame:
    """The figures that the tables of a release give out, each once: KEY, `day`, `children`, `numerator` (missing where it is hidden),
    `denominator`; not those carried forward. `looks` and `months_charted` among them."""
    parts = [_given(table, name) for tables in pages.values() for name, table in tables.items() if len(table)]
    return pd.concat(parts, ignore_index=True).drop_duplicates([*KEY, "day", *FIGURES])


def _given(table: pd.DataFrame, name: str) -> pd.DataFrame:
    if name in BY_DAY:
        rows = BY_DAY[name](table).assign(children=float("nan"), denominator=float("nan")).rename(columns={"day": "as_of"})
        return _figures(rows.loc[rows["numerator"].notna()])
    if name == "regions":
        rows = table.assign(part="", level=REGION, at=0, children=table["entered"], numerator=table["observed"], denominator=table["entered"])
    else:
        among = table["children"].where(~table["unit"].isin(PROPORTIONS), table["denominator"])
        rows = table.assign(level=levels(table), at=months_of(table, name), children=among)
    return _figures(rows.loc[rows["denominator"].notna() & rows["status"].ne(STATUS)])


def _figures(rows: pd.DataFrame) -> pd.DataFrame:
    return rows[[*KEY, "as_of", *FIGURES]].rename(columns={"as_of": "day"}).astype(dict.fromkeys(FIGURES, "float64"))


def _looks(looks: pd.DataFrame) -> pd.DataFrame:
    """What looks count of a period by their days: the same counts as by today, earlier."""
    own = looks.loc[looks["observed"].notna()]
    return own[["measure", "county", "cohort", "day"]].assign(part="", level=COUNTY, at=0, numerator=own["observed"])


def by_month(months: pd.DataFrame) -> pd.DataFrame:
    """Counts by calendar month under keys of their own, the series as `part` and the month as `cohort`."""
    label = months["month"].dt.strftime("%Y-%m")
    return months[["measure", "county", "numerator"]].assign(part=BY_MONTH + months["series"], cohort=label, at=0, day=months["month"], level=levels(months))


BY_MONTH = "by month: "
BY_DAY = {"looks": _looks, "months_charted": by_month}
