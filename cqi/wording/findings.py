"""What each chart shows, in one or two sentences with its numbers: the chart's text alternative."""

from __future__ import annotations

import pandas as pd

from cqi.cohorts import spanned
from cqi.measures import kinds_of_exit
from cqi.wording.answer import verdict
from cqi.wording.numbers import children, joined, plural, share, value_form


def exits(curves: pd.DataFrame) -> str:
    """The stacked chart at its last month: the share of each kind of exit, and still in care."""
    table, month = kinds_of_exit(curves), curves["at"].max()
    last = table.loc[(table["month"] == month) & (table["share"] >= 0.005)]
    so_far = curves.loc[curves["at"] == month, "status"].eq("so far").any()
    words = [f"{share(row.share)} {_left_to(row.kind)}" for row in last.itertuples(index=False) if row.kind != "still in care"]
    waiting = table.loc[(table["kind"] == "still in care") & (table["month"] == month), "share"].iloc[0]
    gone = (joined(words) or "0% left").replace("% ", "% will have " if so_far else "% had ", 1)
    return f"{_by_month(month, so_far)} {gone}. {share(waiting)} {'will still be' if so_far else 'were still'} in care."


def _by_month(month: float, so_far: bool) -> str:
    """The beginning of what a curve's end says; a young cohort's is an estimate, and says on what it rests."""
    rests = "This is an estimate, if those who entered later leave like those who entered first. " if so_far else ""
    return f"{rests}By month {month:.0f} in care,"


def _left_to(kind: str) -> str:
    return {"home to their family": "gone home", "to live with a relative": "gone to live with a relative",
            "adoption or guardianship": "left to adoption or guardianship"}.get(kind, "left another way")


def against_earlier(curves: pd.DataFrame, cohort: str) -> str:
    """This cohort's share at its last month beside the lowest and highest of earlier cohorts at that month."""
    whole = curves.loc[curves["part"].eq("") & curves["value"].notna()]
    now = whole.loc[whole["cohort"] == cohort].sort_values("at").iloc[-1]
    earlier = whole.loc[(whole["cohort"] != cohort) & (whole["at"] == now["at"]), "value"]
    so_far = now["status"] == "so far"
    words = (f"{_by_month(now['at'], so_far)} {share(now['value'])} {'will have' if so_far else 'had'} left to a permanent home "
             f"(likely between {share(now['lower'])} and {share(now['upper'])})")
    if earlier.empty:
        return words + ". There is no earlier period to compare."
    return words + f". In earlier periods it was {share(earlier.min())} to {share(earlier.max())} by that month."


def waiting(rows: pd.DataFrame) -> str:
    """How many children are still in care, and how many of them have less than 3 months left to their 12 months."""
    count = rows.set_index(rows["group"].str.split(": ").str[1])["numerator"]
    total = rows["denominator"].max()
    soon, over = count["less than 3 months left"], count["12 months are over"]
    if pd.isna(total):
        return "Groups of 1 to 10 children, and others that would give them away, are hidden to protect privacy."
    words = f"{children(total)} {'is' if total == 1 else 'are'} still in care"
    if pd.notna(soon):
        words += f"; {plural(soon, 'reaches', 'reach') if soon else 'none reaches'} 12 months within 3 months"
    if pd.notna(over) and over:
        words += f"; for {over:,.0f} the 12 months are over"
    return words + "."


def by_cohort(rows: pd.DataFrame, cohort: str, title: str) -> str:
    """The latest value of a measure with its counts and interval, and the range of the cohorts before.

    `rows` have a value each; one of them is this cohort's.
    """
    this = rows["cohort"].eq(cohort).to_numpy()
    now, earlier = rows.iloc[this.argmax()], rows["value"].to_numpy()[~this]
    form = value_form(now["unit"])
    value = f"{now['numerator']:,.0f} of {now['denominator']:,.0f} ({now['value']:{form}})" if form == ".0%" else f"{now['value']:{form}} {now['unit']}"
    words = (f"{title}{', so far' if now['status'] == 'so far' else ''}: {value}; the true rate is likely between "
             f"{now['lower']:{form}} and {now['upper']:{form}}.")
    if not len(earlier):
        return words
    if len(earlier) == 1:
        return words + f" In {spanned(rows['cohort'].iloc[this.argmin()]).words}, at the same age, it was {earlier[0]:{form}}."
    return words + f" In earlier periods at the same age it ranged from {earlier.min():{form}} to {earlier.max():{form}}."


def observed_and_expected(course: pd.Series) -> str:
    """Counted, expected and usual range."""
    said = {"usual": "within", "low": "on the low side of", "high": "on the high side of", "fewer": "below", "more": "above"}
    return (f"{children(course['observed'])} had left to a permanent home by now. At the usual pace it would be about "
            f"{course['expected']:,.0f}. The count is {said[verdict(course)]} the usual range, {course['usual_low']:,.0f} to {course['usual_high']:,.0f}.")


def counties(rows: pd.DataFrame) -> str:
    """How many counties have a figure, and that most intervals overlap or how wide they are."""
    shown = rows.loc[rows["value"].notna()]
    if shown.empty:
        return "No county has a figure that can be shown."
    widest = (shown["upper"] - shown["lower"]).median()
    if len(shown) == 1:
        return f"1 county has a figure; its interval is {100 * widest:.0f} points wide."
    return (f"{len(shown)} counties have a figure, from {share(shown['value'].min())} to {share(shown['value'].max())}. Half of the "
            f"intervals are wider than {100 * widest:.0f} points: much of the difference between counties may be chance.")
