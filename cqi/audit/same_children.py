"""Measures that count among the same children: what one leaves out, and what one has beyond another, are children too."""

from __future__ import annotations

import pandas as pd

from cqi.audit.definitions import AGAIN, AT_HOME, BACK, ENTER, FIRST, THERE, defined
from cqi.audit.files import period
from cqi.audit.line import line, numbered, of, pairs
from cqi.registry import Measure

ORDER = {ENTER: ("children who entered", 0), FIRST: ("children who entered", 1), AGAIN: ("reported children", 0),
         AT_HOME: ("reported children", 1), BACK: ("children who left", 0)}
"""Kinds of measure by the children that they are counted among; a later kind leaves some of them out: those whose first placement is not
known, those who were in care when the report was made."""
HOME = ["county", "cohort", "as_of"]
LEFT_OUT, REPORTED, LATER = "left out", "reported children", "in care a year later"


def same_children(rows: pd.DataFrame) -> list[pd.DataFrame]:
    """Lines across measures, whose difference is a number of children: left out of one, reported and not kept at home, in care for a year
    and left another way than to a permanent home."""
    known, own = defined(rows["measure"].unique()), rows.loc[rows["group"].eq("") & rows["part"].eq("")]
    return [_left_out(own, known), _came_back(own, known), *numbered(REPORTED, _reported(own, known)), *numbered(LATER, _a_year_later(own, known))]


def _of_kind(known: dict[str, Measure], kind: str) -> list[Measure]:
    return [each for each in known.values() if each.kind == kind]


def _left_out(rows: pd.DataFrame, known: dict[str, Measure]) -> pd.DataFrame:
    """The children of one measure without those of another that leaves some out; of two of one kind the larger number first."""
    children = of(rows, "denominator")
    order = {name: ORDER[each.kind] for name, each in known.items() if each.kind in ORDER}
    children = children.loc[children["measure"].isin(order)]
    children = children.assign(base=[order[name][0] for name in children["measure"]], rank=[order[name][1] for name in children["measure"]])
    both = children.merge(children, on=[*HOME, "base"], suffixes=("", "_in"))
    larger = (both["rank"] < both["rank_in"]) | both["rank"].eq(both["rank_in"]) & (both["value"] > both["value_in"])
    return pairs(both.loc[larger, ["cell", "cell_in"]].set_axis(["later", "before"], axis=1), LEFT_OUT)


def _came_back(rows: pd.DataFrame, known: dict[str, Measure]) -> pd.DataFrame:
    """Children who came back by one measure and not by another that leaves the quickest returns out."""
    back = of(rows, "numerator").loc[lambda counts: counts["measure"].isin([each.name for each in _of_kind(known, BACK)])]
    both = back.merge(back, on=[*HOME, "at"], suffixes=("", "_in"))
    return pairs(both.loc[both["value"] > both["value_in"], ["cell", "cell_in"]].set_axis(["later", "before"], axis=1), "came back at once")


def _reported(rows: pd.DataFrame, known: dict[str, Measure]) -> list[pd.DataFrame]:
    """Reported children who were not kept safely at home, and those of them who were not reported again."""
    found = []
    for again in _of_kind(known, AGAIN):
        for at_home in (each for each in _of_kind(known, AT_HOME) if (each.what, each.who) == (again.what, again.who)):
            children, counted = (of(rows, amount, measure=again.name) for amount in ("denominator", "numerator"))
            kept = of(rows, "numerator", measure=at_home.name)
            found += [line(REPORTED, [(children, 1), (kept, -1)], HOME, whole=True),
                      line(REPORTED, [(children, 1), (counted, -1), (kept, -1)], HOME, whole=True)]
    return found


def _a_year_later(rows: pd.DataFrame, known: dict[str, Measure]) -> list[pd.DataFrame]:
    """Children in care for a year and more who did not leave to a permanent home within the next: those still there a year later are told
    by that year's count, and the rest left another way."""
    there = _of_kind(known, THERE)
    found = []
    for first in there:
        for second in (each for each in there if _since(each) == first.who.get("months_in_care_below") and _goes_on(each)):
            if _since(second) == _since(first) + 12 and first.window_months == second.window_months == 12:
                found.append(_in_care(rows, first.name, second.name))
    return found


def _since(each: Measure) -> int:
    return each.who.get("months_in_care", 0)


def _goes_on(each: Measure) -> bool:
    return "months_in_care_below" not in each.who


def _in_care(rows: pd.DataFrame, first: str, second: str) -> pd.DataFrame:
    dated = rows.loc[rows["measure"].isin([first, second]) & ~rows["cohort"].str.contains(" to ")]
    starts = {label: period(label)[0] for label in dated["cohort"].unique()}
    dated = dated.assign(year=[starts[label].year for label in dated["cohort"]], month=[starts[label].month for label in dated["cohort"]])
    by = ["county", "as_of", "year", "month"]
    now = [(of(dated, amount, measure=name).drop_duplicates(by), sign) for name in (first, second) for amount, sign in (("denominator", 1), ("numerator", -1))]
    later = of(dated, "denominator", measure=second).drop_duplicates(by)
    return line(LATER, [*now, (later.assign(year=later["year"] - 1), -1)], by, whole=True)
