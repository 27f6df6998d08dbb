"""What a letter may say of each county where figures may be mailed: how many so far, among how many, how sure, and as of when."""

from __future__ import annotations

import pandas as pd

from cqi.explore.published import Published
from cqi.render.plan import cohort_words
from cqi.tables import HEADLINE
from cqi.vocabulary import HIDDEN_MARK, HIDDEN_WORDS
from cqi.wording.numbers import FEW, children, day_words, share

NO_FIGURE = {"suppressed": f"{HIDDEN_MARK}, {HIDDEN_WORDS}", "data quality": "no figure, because the file is over a limit of data quality"}


def headlines(released: Published, counties: list[str]) -> list[tuple[str, tuple[str, ...]]]:
    """A title for each cohort and, below it, a sentence for each of the counties in the order given, from the tables that everyone may
    read. Nothing is hidden less than there."""
    return [(f"Children who entered care {cohort_words(word)}: how many had left to a permanent home",
             tuple(_sentences(released, word, counties)))
            for word in released.cohorts]


def _sentences(released: Published, word: str, counties: list[str]) -> list[str]:
    rows = released.rows(word, "same_age", measure=HEADLINE, cohort=word).drop_duplicates("county", keep="last").set_index("county")
    return [f"{county}: {headline(rows.loc[county]) if county in rows.index else 'no figure'}." for county in counties]


def headline(row: pd.Series) -> str:
    """One row of the headline measure in words: `41 of 191 children (21%; the true share is likely between 16% and 28%) by 30 June 2026, so
    far`."""
    if pd.isna(row["numerator"]) or pd.isna(row["denominator"]):
        return NO_FIGURE.get(row["status"], "no figure yet")
    if not row["denominator"]:
        return "no child who counts here has entered"
    sure = "" if row["denominator"] < FEW else (f" ({share(row['value'])}; the true share is likely between "
                                                f"{share(row['lower'])} and {share(row['upper'])})")
    ending = "" if row["status"] == "shown" else ", so far"
    earlier = " (the last figure that could be shown)" if row["status"] == "carried forward" else ""
    return f"{row['numerator']:,.0f} of {children(row['denominator'])}{sure} by {day_words(row['as_of'])}{earlier}{ending}"
