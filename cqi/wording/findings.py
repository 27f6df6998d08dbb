"""What each chart shows, in one or two sentences with its numbers: the chart's text alternative."""

from __future__ import annotations

import pandas as pd

from cqi.measures import kinds_of_exit
from cqi.wording.answer import verdict
from cqi.wording.numbers import children, joined, plural, share, value_words


def exits(curves: pd.DataFrame) -> str:
    """The stacked chart at its last month: the share of each kind of exit, and still in care."""
    table = kinds_of_exit(curves)
    last = table.loc[(table["month"] == table["month"].max()) & (table["share"] >= 0.005)]
    words = [f"{share(row.share)} {_to(row.kind)}" for row in last.itertuples(index=False) if row.kind != "still in care"]
    waiting = table.loc[(table["kind"] == "still in care") & (table["month"] == table["month"].max()), "share"].iloc[0]
    gone = joined(words) if words else "0% had left"
    return f"By month {table['month'].max():.0f} in care, an estimated {gone}; {share(waiting)} were still in care."


def _to(kind: str) -> str:
    return {"home to their family": "had gone home", "to live with a relative": "had gone to live with a relative",
            "adoption or guardianship": "had left to adoption or guardianship"}.get(kind, "had left another way")


def against_earlier(curves: pd.DataFrame, cohort: str) -> str:
    """This cohort's share at its last month beside the lowest and highest of earlier cohorts at that month."""
    whole = curves.loc[curves["part"].eq("") & curves["value"].notna()]
    now = whole.loc[whole["cohort"] == cohort].sort_values("at").iloc[-1]
    earlier = whole.loc[(whole["cohort"] != cohort) & (whole["at"] == now["at"]), "value"]
    words = (f"By month {now['at']:.0f} in care an estimated {share(now['value'])} had left to a permanent home "
             f"(likely between {share(now['lower'])} and {share(now['upper'])})")
    if earlier.empty:
        return words + "; there is no earlier period to compare."
    return words + f"; in earlier periods it was {share(earlier.min())} to {share(earlier.max())} by then."


def waiting(rows: pd.DataFrame) -> str:
    """How many children are still in care, and how many of them have less than 3 months left to their 12 months."""
    count = rows.set_index(rows["group"].str.split(": ").str[1])["numerator"]
    total = rows["denominator"].max()
    soon, over = count["less than 3 months left"], count["12 months are over"]
    if pd.isna(total):
        return "Groups of 1 to 10 children, and others that would give them away, are hidden to protect privacy."
    words = f"{children(total)} {'is' if total == 1 else 'are'} still in care"
    if pd.notna(soon):
        words += f"; {plural(soon, 'reaches', 'reach')} 12 months within 3 months"
    if pd.notna(over) and over:
        words += f"; for {over:,.0f} the 12 months are over"
    return words + "."


def by_cohort(rows: pd.DataFrame, cohort: str, title: str) -> str:
    """The latest value of a measure with its interval, and the range of the cohorts before."""
    shown = rows.loc[rows["value"].notna()]
    now, earlier = shown.loc[shown["cohort"] == cohort], shown.loc[shown["cohort"] != cohort, "value"]
    if now.empty:
        hidden = rows.loc[rows["cohort"] == cohort, "status"].eq("suppressed").any()
        return f"{title}: {'the figure for this period is hidden to protect privacy' if hidden else 'no figure for this period'}."
    form = ".0%" if now.iloc[0]["unit"] in ("children", "reports") else ".2f"
    words = f"{title}: {value_words(now.iloc[0])}"
    if earlier.empty:
        return words + "."
    return words + f"; in earlier periods at the same age it ranged from {earlier.min():{form}} to {earlier.max():{form}}."


def observed_and_expected(course: pd.Series) -> str:
    """Counted, expected and usual range."""
    said = {"usual": "within the usual range", "low": "low within the usual range", "high": "high within the usual range", "fewer": "fewer than the usual range", "more": "more than the usual range"}
    return (f"{children(course['observed'])} left to a permanent home by now; about {course['expected']:,.0f} at the usual pace, "
            f"usual range {course['lower']:,.0f} to {course['upper']:,.0f}: {said[verdict(course)]}.")


def counties(rows: pd.DataFrame) -> str:
    """How many counties have a figure, and that most intervals overlap or how wide they are."""
    shown = rows.loc[rows["value"].notna()]
    if shown.empty:
        return "No county has a figure that can be shown."
    widest = (shown["upper"] - shown["lower"]).median()
    return (f"{plural(len(shown), 'county has', 'counties have')} a figure, from {share(shown['value'].min())} to "
            f"{share(shown['value'].max())}; half of the intervals are wider than {100 * widest:.0f} points, so most differences "
            "between counties may be chance.")
