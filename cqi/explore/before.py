"""What came of faster periods before: how many left soon, beside how many came back into care."""

from __future__ import annotations

from functools import lru_cache

import pandas as pd

from cqi import charts
from cqi.blocks import Block, Figure, Text
from cqi.charts import what_if as pictures
from cqi.cohorts import spanned
from cqi.explore.paths import HEADLINE
from cqi.explore.published import OFFICIAL, Published
from cqi.registry import measure
from cqi.vocabulary import WHOLE
from cqi.wording import what_if as say

FEWEST = 3
"""With fewer periods there is nothing to see."""
QUESTION = "When more children left soon, did more come back?"
TOO_YOUNG = "A period is shown once all who left in it could have come back for a whole year."
APART = "Those who came back are of all who left in the period, whenever they had entered: nearly, but not quite, the same children."
NOTHING = ("When children left faster before, did more of them come back? There are not enough earlier periods here, whose figures may "
           "be shown, to look. Ask it all the same: "
           "a child who comes back has lost a home twice.")
BACK = ("return_in_12_months", "reentry_in_12_months")


@lru_cache(maxsize=256)
def faster_before(published: Published, county: str, cohort: str) -> Block:
    """The picture of the county's earlier periods; of all counties together where the county has too few that may be shown; else in
    words."""
    for place in dict.fromkeys((county, WHOLE)):
        for pairs in (_of_cohorts(published, cohort, place), _official(published, place)):
            if len(pairs) >= FEWEST:
                return _figure(pairs, place, county)
    return Text((NOTHING,), "note")


def _of_cohorts(published: Published, cohort: str, place: str) -> pd.DataFrame:
    return _pairs(published.rows(cohort, "measures", county=place))


def _official(published: Published, place: str) -> pd.DataFrame:
    """The periods of the official measures that do not overlap, the newest and those before it."""
    if not published.has(OFFICIAL, "periods"):
        return pd.DataFrame()
    pairs, kept = _pairs(published.rows(OFFICIAL, "periods", county=place)), []
    for row in pairs.sort_values("begins", ascending=False).to_dict("records") if len(pairs) else ():
        if not kept or row["ends"] < kept[-1]["begins"]:
            kept.append(row)
    return pd.DataFrame(kept[::-1])


def _pairs(rows: pd.DataFrame) -> pd.DataFrame:
    """One row a period whose shares of those who left soon and of those who came back are both whole and shown."""
    rows = rows.loc[rows["group"].eq("") & rows["part"].eq("") & rows["status"].eq("shown") & rows["value"].notna()]
    name = next((each for each in BACK if rows["measure"].eq(each).any()), BACK[0])
    left, back = (rows.loc[rows["measure"] == each].set_index("cohort")[["numerator", "denominator", "value", "lower",
        "upper"]] for each in (HEADLINE, name))
    back = back.rename(columns={"numerator": "numerator_back", "denominator": "denominator_back", "value": "share", "lower": "low",
        "upper": "high"})
    found = left.join(back, how="inner").reset_index()
    spans = [spanned(label) for label in found["cohort"]]
    return found.assign(begins=[each.start for each in spans], ends=[each.end for each in spans]).sort_values("begins", ignore_index=True)


def _figure(pairs: pd.DataFrame, place: str, county: str) -> Figure:
    names = [spanned(label).words for label in pairs["cohort"]]
    chart = charts.spec(pictures.fast_and_back(pairs))
    instead = (f"{county} has too few earlier periods whose figures may be shown, so these are of all counties together.",
        ) if place != county else ()
    caption = f"{place}: leaving soon and coming back, by period"
    return Figure(QUESTION, say.back_finding(pairs, place), chart, say.back_table(pairs, caption, names),
                  (*instead, say.BACK_NOTE, APART, TOO_YOUNG, *measure(BACK[0]).caveats[-1:]))
