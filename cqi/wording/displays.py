"""Measure tables as the tables a reader sees: words in the first column, hidden and unobserved cells marked."""

from __future__ import annotations

import pandas as pd

from cqi.blocks import Cell, Table
from cqi.cohorts import spanned
from cqi.measures import kinds_of_exit
from cqi.registry import measure
from cqi.vocabulary import HIDDEN_MARK, WHOLE
from cqi.wording.numbers import FEW, WITHOUT_COUNT, children, count_cell, day_words, share, value_cell

HIDDEN = Cell(HIDDEN_MARK, "hidden")


def percent(value: float) -> Cell:
    """A share as a cell; hidden where it is missing."""
    return HIDDEN if pd.isna(value) else Cell(share(value))


def exits(curves: pd.DataFrame, caption: str) -> Table:
    """Estimated share by month in care and kind of exit, and the number of children seen to leave by then."""
    table = kinds_of_exit(curves)
    table = table.loc[table["month"] > 0]
    kinds = list(dict.fromkeys(table["kind"]))
    rows = tuple((Cell(f"month {month:.0f}"), *map(_kind_cell, group.to_dict("records"))) for month, group in table.groupby("month"))
    entered = f"{curves['denominator'].max():,.0f} children"
    return Table(f"{caption}; {entered}", ("Months in care", *(kind.capitalize() for kind in kinds)), rows,
                 notes=("Estimated share, and in brackets the children seen to leave by then.",))


def _kind_cell(row: dict) -> Cell:
    words = "" if row["kind"] == "still in care" else f" ({row['numerator']:,.0f})"
    return HIDDEN if pd.isna(row["share"]) else Cell(share(row["share"]) + words)


def against_earlier(curves: pd.DataFrame, label: str, caption: str) -> Table:
    """This cohort's share with interval and counts by month, and the middle, lowest and highest of earlier cohorts, which may go on."""
    whole = curves.loc[curves["part"] == ""]
    now = whole.loc[whole["cohort"] == label].sort_values("at")
    earlier = whole.loc[(whole["cohort"] != label) & whole["value"].notna()].groupby("at")["value"].agg(["median", "min", "max"])
    own = {row["at"]: (count_cell(row, "numerator"), count_cell(row, "denominator"), value_cell(row)) for _, row in now.iterrows()}
    later = (Cell("not yet", "unobserved"),) * 3
    rows = [(Cell(f"month {at:.0f}"), *own.get(at, later), *_earlier(earlier, at)) for at in sorted({*own, *earlier.index})]
    return Table(caption, ("Months in care", "Seen to leave", "Children", "Estimated share (95% interval)", "Middle of earlier periods",
                           "Earlier periods, lowest to highest"), tuple(rows), notes=(("The estimate allows for children who have not been here that long, so it can be higher than those seen "
                                      "to leave, divided by all children.",) if now["status"].eq("so far").any() else ()))


def _earlier(earlier: pd.DataFrame, at: float) -> tuple[Cell, Cell]:
    if at not in earlier.index:
        return Cell("none"), Cell("none")
    row = earlier.loc[at]
    return Cell(share(row["median"])), Cell(f"{share(row['min'])} to {share(row['max'])}")


def maturity(table: pd.DataFrame, caption: str) -> Table:
    """Entry cohorts in rows, 3, 6, 9 and 12 months in columns; partly observed cells can only grow."""
    rows = []
    for label, group in table.groupby("cohort", sort=False):
        group = group.sort_values("at")
        entered = group.iloc[0]
        rows.append((Cell(spanned(label).words), count_cell(entered, "denominator"), *(_mark(row) for _, row in group.iterrows())))
    months = [f"Within {at:.0f} months" for at in sorted(table["at"].unique())]
    shares = any("\n" in cell.text for row in rows for cell in row)
    return Table(caption, ("Entered", "Children", *months), tuple(rows),
                 notes=(("Children who had left, their share, and below it the 95% interval: how far chance alone could move the share.",)
                        if shares else ()))


def _mark(row: pd.Series) -> Cell:
    if row["status"] == "not yet mature":
        return Cell("not yet", "unobserved")
    if pd.isna(row["numerator"]):
        return WITHOUT_COUNT.get(row["status"], HIDDEN)
    if not row["denominator"]:
        return Cell("none")
    if row["denominator"] < FEW:
        return Cell(f"{row['numerator']:,.0f} of {row['denominator']:,.0f}", "partly" if row["status"] == "so far" else "")
    words = f"{row['numerator']:,.0f} ({share(row['value'])})\n{share(row['lower'])} to {share(row['upper'])}"
    words += f"\nas of {day_words(row['as_of'])}" if row["status"] == "carried forward" else ""
    return Cell(words, "partly" if row["status"] == "so far" else "")


def groups(table: pd.DataFrame, caption: str) -> Table:
    """Children by group, with their share of all in care unless they are few; groups without a child are left out."""
    table = table.loc[table["numerator"].isna() | (table["numerator"] > 0)]
    total = table["denominator"].max()
    rows = tuple((Cell(row["group"].split(": ")[1]), count_cell(row, "numerator"), *(() if total < FEW else (percent(row["value"]),)))
                 for _, row in table.iterrows())
    return Table(caption if pd.isna(total) else f"{caption}: {children(total)} still in care",
                 ("Group", "Children", *(() if total < FEW else ("Share of them",))), rows)


def by_cohort(table: pd.DataFrame, caption: str) -> Table:
    """One measure by cohort, each as known at the same age: counts, value, interval, as-of date."""
    words = measure(table.iloc[0]["measure"]).words
    rows = tuple((Cell(spanned(row["cohort"]).words), *_counts(row), value_cell(row), Cell(day_words(row["as_of"])))
                 for _, row in table.iterrows())
    return Table(caption, ("Period", words["counted"].capitalize(), words["among"].capitalize(), "Value (95% interval)", "As known on"),
                 rows)


def _counts(row: pd.Series) -> tuple[Cell, Cell]:
    """Numerator and denominator; a denominator of 0 may be an empty file, which is no count."""
    if row["denominator"] == 0:
        return Cell("none"), Cell("none in the file")
    return count_cell(row, "numerator"), count_cell(row, "denominator")


def observed_and_expected(course: pd.Series, caption: str) -> Table:
    """Counted and expected, the usual range, and the ratio."""
    cells = (Cell(f"{course['observed']:,.0f}"), Cell(f"{course['entered']:,.0f}"), Cell(f"{course['expected']:,.1f}"),
             Cell(f"{course['usual_low']:,.0f} to {course['usual_high']:,.0f}"),
             Cell("no figure" if pd.isna(course["ratio"]) else f"{course['ratio']:.2f}"))
    return Table(caption, ("Period", "Left by now", "Children", "Expected at the usual pace", "Usual range (95%)", "Counted, divided by expected"),
                 ((Cell("This period"), *cells),),
                 notes=(f"Spread of past counts beside chance alone (phi): {course['phi']:.2f}; between periods (tau squared): {course['tau2']:.4f}.",))


def counties(table: pd.DataFrame, course: pd.DataFrame, caption: str) -> Table:
    """All counties in order of name, the whole last: counts so far, share, and what an unchanged pace would have given."""
    usual = course.set_index("county")
    rows = []
    for _, row in table.iterrows():
        name = Cell(row["county"], "total" if row["county"] == WHOLE else "")
        rows.append((name, count_cell(row, "numerator"), count_cell(row, "denominator"), value_cell(row), _usual(usual.loc[row["county"]])))
    return Table(caption, ("County", "Left so far", "Children", "Share so far (95% interval)", "Usual range by now"), tuple(rows))


def _usual(course: pd.Series) -> Cell:
    if course["status"] == "suppressed":
        return HIDDEN
    return Cell("not known" if pd.isna(course["usual_low"]) else f"{course['usual_low']:,.0f} to {course['usual_high']:,.0f}")


def balance(measures: list, caption: str) -> Table:
    """Each measure reviewed: outcome or compliance count, and the value it reflects."""
    rows = tuple((Cell(each.title), Cell("outcome" if each.type == "outcome" else "compliance count"), Cell(each.value))
                 for each in measures)
    return Table(caption, ("Measure", "What it is", "Value it reflects"), rows, numeric=False)


def account(table: pd.DataFrame, caption: str) -> Table:
    """Rows read, used, merged and set aside, by file."""
    names = ("rows_read", "used", "merged", "quarantined")
    rows = tuple((Cell(row["file"]), *(Cell(f"{row[name]:,.0f}") for name in names)) for _, row in table.iterrows())
    total = (Cell("All files", "total"), *(Cell(f"{table[name].sum():,.0f}", "total") for name in names))
    return Table(caption, ("File", "Rows read", "Used", "Merged", "Set aside"), (*rows, total))
