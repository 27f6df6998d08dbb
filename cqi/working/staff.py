"""Staff on the page: who is still here after 12 months, how long people stay, how many leave in a year."""

from __future__ import annotations

import pandas as pd

from cqi.blocks import Block, Cell, Details, Figure, Section, Table
from cqi.charts import services as pictures
from cqi.charts import spec
from cqi.services.definitions import STILL_HERE, TURNOVER, Bands
from cqi.tables.services import ServiceTables
from cqi.vocabulary import WHOLE
from cqi.wording import services as say
from cqi.wording.numbers import FEW, joined, share
from cqi.wording.working import NO_STAFF, NOT_YET, likely


def staff(tables: ServiceTables, *, own: bool) -> Section:
    """Still here after 12 months by year of hire, by role, and the curve of all."""
    if not tables.facts["staff"]:
        return say.note(NO_STAFF)
    rows = tables.staff.loc[tables.staff["measure"] == STILL_HERE]
    all_rows = rows.loc[rows["group"].eq("")].sort_values("cohort")
    if all_rows.empty:
        return say.note(NOT_YET)
    table = say.hired_table(rows)
    drawn = all_rows.loc[all_rows["value"].notna() & ~(all_rows["children"] < FEW)]
    parts: list[Block] = []
    if len(drawn) > 1:
        last = drawn.iloc[-1]
        finding = f"Of {last['denominator']:,.0f} people hired in {last['cohort']}, {last['numerator']:,.0f} were still here 12 months later ({likely(last)})."
        parts.append(Figure("Of the people hired in a year, how many were still here 12 months later?", finding,
                            spec(pictures.retained(drawn)),
                            say.retained_table(drawn), ("An input, not an outcome: it says who is there for families.", *say.carried(drawn))))
    curve = tables.curves.loc[tables.curves["measure"] == STILL_HERE] if own else tables.curves.iloc[:0]
    if curve["value"].notna().any():
        parts.append(_curve(curve))
    return Section((*parts, Details("By role", (table,))))


def _curve(rows: pd.DataFrame) -> Figure:
    """The share still here by months since the hire, everyone and the roles with enough people."""
    rows = rows.sort_values(["group", "at"])
    year = rows.loc[rows["group"].eq("") & rows["at"].eq(12) & rows["value"].notna()]
    last = year.iloc[0] if len(year) else rows.loc[rows["value"].notna()].iloc[-1]
    marks = sorted(rows["at"].unique())
    held = rows.set_index(["group", "at"])
    lines = tuple((Cell(say.role_name(group) or "everyone"), *(say.age_cell(held.loc[(group, mark)]) for mark in marks)) for group in sorted(rows["group"].unique()))
    finding = (f"Of everyone hired in {last['cohort']}, {share(last['value'])} were still here {last['at']:.0f} months later "
               f"(likely between {share(last['lower'])} and {share(last['upper'])}).")
    return Figure("How long do people stay?", finding, spec(pictures.staying(rows)),
                  Table("Still here, by months since the hire", ("Role", *(f"Month {mark:.0f}" for mark in marks)), lines),
                  ("Those hired last count for the months that they have had. The band is the 95% interval of everyone.",
                   "Only roles with many people have a line of their own."))


def turnover(tables: ServiceTables, bands: Bands) -> Section:
    """Leavers for each 100 employed by year beside published figures, and by role."""
    if not tables.facts["staff"]:
        return say.note(NO_STAFF)
    rows = tables.staff.loc[(tables.staff["measure"] == TURNOVER) & tables.staff["county"].eq(WHOLE)]
    if rows.empty:
        return say.note(NOT_YET)
    everyone = rows.loc[rows["group"].eq("")].sort_values("cohort")
    drawn = everyone.loc[everyone["value"].notna()]
    by_role = rows.assign(last=rows["group"].eq("")).sort_values(["cohort", "last", "group"])
    names = [f"{row['cohort']}, {say.role_name(row['group']) or 'everyone'}" for _, row in by_role.iterrows()]
    table = say.turnover_table(by_role, "Year", "Turnover by year and role", names)
    if drawn.empty:
        return Section((table,))
    last = drawn.iloc[-1]
    finding = (f"In {last['cohort']}, {last['numerator']:,.0f} people left of {last['denominator']:,.0f} employed on average: {100 * last['value']:.0f} for each 100 "
               f"(likely between {100 * last['lower']:.0f} and {100 * last['upper']:.0f}).")
    own = say.turnover_table(drawn, "Year", "Turnover by year", list(drawn["cohort"]))
    told = [f"{words} {100 * low:.0f} to {100 * high:.0f}" for words, low, high in bands.bands]
    figure = Figure("For each 100 people employed, how many left in the year?", finding, spec(pictures.turnover(drawn, list(bands.bands), bands.mean)), own,
                    (f"Grey bands: {joined(told)}. Dashed line: the {bands.mean[0]}, about {100 * bands.mean[1]:.0f}. Source: {bands.source}, {bands.vintage}.",
                     say.CONTEXT, *say.carried(drawn)))
    return Section((figure, Details("By role", (table,))))
