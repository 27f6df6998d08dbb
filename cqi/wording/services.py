"""Referrals and staff as tables and sentences: the same numbers that stand in every chart."""

from __future__ import annotations

import pandas as pd

from cqi.blocks import Cell, Section, Table, Text
from cqi.cohorts import cohort
from cqi.services.definitions import COMPLETED, ENGAGED, REFERRED
from cqi.vocabulary import HIDDEN_MARK, WHOLE
from cqi.wording.numbers import FEW, count_cell, day_words, share
from cqi.wording.working import likely

STEPS = {ENGAGED: "Engaged within 3 months", COMPLETED: "Completed within 12 months"}
OWN_ONLY = "This is for the agency's own staff: small counts of young periods and of counties could tell of single families."
NO_ROLES = "The file does not say by whom families were met first, or says it in more than 20 ways: perhaps names, which are never shown."
DIFFERENT_FAMILIES = "Roles meet different families, so a difference between them proves nothing alone. Few children make long lines: chance alone moves them."
CONTEXT = "Published figures are context, neither a pass nor a fail. Agencies count turnover in different ways."
HIDDEN_STAFF = "Colleagues know each other, so small numbers of staff are hidden here too."
TURNOVER_HEADS = ("Left", "Employed on average", "Left for each 100 (95% interval)")


def steps_table(rows: pd.DataFrame, names: list[str], head: str, caption: str, *, by: str = "cohort") -> Table:
    """Referred, engaged and completed by one column, whose rows stand under these names."""
    keys = sorted(rows[by].unique(), key=(lambda each: cohort(each).start) if by == "cohort" else str)
    held = rows.set_index([by, "measure"])
    lines = []
    for key, name in zip(keys, names, strict=True):
        steps = [held.loc[(key, step)] for step in (REFERRED, *STEPS)]
        lines.append((Cell(name), count_cell(steps[0], "numerator"), *(cell for step in steps[1:] for cell in (count_cell(step, "numerator"), percent_cell(step)))))
    heads = (head, "Children referred", "Engaged", "Engaged within 3 months (95% interval)", "Completed", "Completed within 12 months (95% interval)")
    return Table(caption, heads, tuple(lines))


def ages_table(rows: pd.DataFrame, caption: str) -> Table:
    labels = sorted(rows["cohort"].unique(), key=lambda each: cohort(each).start)
    marks = sorted(rows["at"].unique())
    held = rows.set_index(["cohort", "at"])
    lines = tuple((Cell(cohort(label).words), Cell(f"{held.loc[(label, marks[0]), 'children']:,.0f}"), *(age_cell(held.loc[(label, mark)]) for mark in marks)) for label in labels)
    return Table(caption, ("Referred", "Children", *(f"By month {mark:.0f}" for mark in marks)), lines)


def retained_table(rows: pd.DataFrame) -> Table:
    lines = tuple((Cell(row["cohort"]), count_cell(row, "denominator"), count_cell(row, "numerator"), percent_cell(row)) for _, row in rows.iterrows())
    return Table("Still here after 12 months, by year of hire", ("Hired in", "People hired", "Still here", "Share (95% interval)"), lines)


def hired_table(rows: pd.DataFrame) -> Table:
    rows = rows.assign(last=rows["group"].eq("")).sort_values(["cohort", "last", "group"])
    lines = tuple((Cell(f"{row['cohort']}, {role_name(row['group']) or 'everyone'}"), count_cell(row, "denominator"), count_cell(row, "numerator"), percent_cell(row))
                  for _, row in rows.iterrows())
    return Table("Still here after 12 months, by year of hire and role", ("Hired", "People hired", "Still here", "Share (95% interval)"), lines,
                 notes=(HIDDEN_STAFF, "So far: not all who were hired in the year have had their 12 months, so there is no share yet."))


def turnover_cells(row: pd.Series) -> tuple[Cell, Cell, Cell]:
    if pd.isna(row["value"]):
        value = Cell(HIDDEN_MARK, "hidden") if row["status"] == "suppressed" else Cell("no figure")
    else:
        value = Cell(f"{100 * row['value']:.0f} ({100 * row['lower']:.0f} to {100 * row['upper']:.0f})")
    return count_cell(row, "numerator"), count_cell(row, "denominator"), value


def percent_cell(row: pd.Series) -> Cell:
    """The share with its interval; words where it is not given."""
    if row["status"] == "so far":
        return Cell("so far", "partly")
    if pd.isna(row["value"]):
        return Cell(HIDDEN_MARK, "hidden") if row["status"] == "suppressed" else Cell("no figure")
    return Cell("too few" if row["children"] < FEW else ranged(row))


def ranged(row: pd.Series) -> str:
    return f"{share(row['value'])} ({share(row['lower'])} to {share(row['upper'])})"


def age_cell(row: pd.Series) -> Cell:
    if pd.isna(row["value"]):
        return Cell("not yet", "unobserved")
    return Cell(f"{ranged(row)}\nof {row['denominator']:,.0f} so far", "partly") if row["status"] == "so far" else Cell(ranged(row))


def funnel_finding(steps: pd.DataFrame) -> str:
    made, engaged, done = (steps.loc[name] for name in (REFERRED, ENGAGED, COMPLETED))
    return (f"{made['numerator']:,.0f} children were referred with their families. {engaged['numerator']:,.0f} had a family that engaged within 3 months "
            f"({likely(engaged)}); {done['numerator']:,.0f} one that completed within 12 months ({likely(done)}).")


def carried(rows: pd.DataFrame) -> tuple[str, ...]:
    """That figures stand as they were given out, where the file says something else by now."""
    days = sorted(pd.to_datetime(rows.loc[rows["status"] == "carried forward", "as_of"]).unique())
    return tuple(f"Figures as they were given out as of {day_words(pd.Timestamp(day).date())}; the file has changed since." for day in days)


def whole(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.loc[rows["county"].eq(WHOLE) & rows["group"].eq("")]


def role_name(group: str) -> str:
    return group.partition(": ")[2]


def note(words: str) -> Section:
    return Section((Text((words,), "note"),))


def turnover_table(rows: pd.DataFrame, head: str, caption: str, names: list[str]) -> Table:
    """Leavers, those employed on average and leavers for each 100, a row for each of the rows under these names."""
    lines = tuple((Cell(name), *turnover_cells(row)) for name, (_, row) in zip(names, rows.iterrows(), strict=True))
    return Table(caption, (head, *TURNOVER_HEADS), lines, notes=(HIDDEN_STAFF,))
