"""Lesson 3: a young cohort. As-of dates, children who have not been here long enough yet, and why "percent so far" misleads."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from cqi.blocks import Cell, Figure, Section, Table, Text
from cqi.charts import lessons_young_cohort as draw
from cqi.charts import spec
from cqi.cohorts import Cohort, earlier_cohorts, open_cohorts, shifted_day, spanned
from cqi.disclosure import policy
from cqi.estimates import proportion_difference
from cqi.learning.classroom import Room
from cqi.learning.drawn import Place, headline, place
from cqi.measures import MARKS, count, cumulative_incidence, maturity
from cqi.wording.displays import maturity as triangle_table
from cqi.wording.numbers import children, day_words, entered_words, plural, share

EARLIER = 5
FEWEST = 20
"""A cohort of fewer children says too little for this lesson."""


def cohorts(of: Place) -> tuple[Cohort, Cohort]:
    """The young cohort, and the same half of the year before."""
    young = open_cohorts(of.as_of)[0]
    return young, young.back(2)


def looked_at(room: Room) -> Place:
    """The place for this lesson: both cohorts have FEWEST children or more, and none of their numbers is small."""
    return place(room, _fits)


def _fits(of: Place) -> bool:
    if any(period.start < of.begins for period in cohorts(of)):
        return False
    young, last = (grown(of, period) for period in cohorts(of))
    if min(young["denominator"].min(), last["denominator"].min()) < FEWEST:
        return False
    return all(_told(of, rows)[_needed(rows)].all() for rows in (young, last)) and {MARKS[0], MARKS[-1]} <= set(days(of))


def _needed(rows: pd.DataFrame) -> np.ndarray:
    """The cells of a cohort's row that the lesson cannot do without: those that are finished, and the newest one that has begun."""
    begun = rows["status"] != "not yet mature"
    return (rows["status"].eq("shown") | (begun & (rows["at"] == rows.loc[begun, "at"].max()))).to_numpy()


def _told(of: Place, rows: pd.DataFrame) -> np.ndarray:
    """The cells of a cohort's row that may be shown together: those needed, then of the others as many as give no small number away."""
    told, needed = np.zeros(len(rows), dtype=bool), _needed(rows)
    for chosen in [needed, *(np.arange(len(rows)) == place for place in np.flatnonzero(rows["numerator"].notna() & ~needed))]:
        if of.tells(rows.loc[told | chosen, "numerator"], rows["denominator"].iloc[0]):
            told = told | chosen
    return told


def grown(of: Place, period: Cohort) -> pd.DataFrame:
    """The place's rows of one cohort at 3, 6, 9 and 12 months in care, as known at its as-of date."""
    table = maturity(headline(), of.on, period, as_of=of.as_of)
    return table.loc[table["county"] == of.county].reset_index(drop=True)


def known(of: Place, period: Cohort, as_of: date) -> pd.Series:
    """The place's row of one cohort as the file knew it on a day."""
    table = count(headline(), of.on, period, as_of=as_of)
    return table.loc[table["county"] == of.county].iloc[0]


def so_far(of: Place) -> list[pd.Series]:
    """Last year's cohort as it was known 3, 6, 9 and 12 months after its last child came: one row of the measure table each."""
    _, last = cohorts(of)
    return [known(of, last, shifted_day(last.end, months)) for months in MARKS]


def days(of: Place) -> list[int]:
    """Months after its last child came at which last year's cohort is looked at: all marks that give no small number away."""
    found, within = so_far(of), dict(zip(MARKS, grown(of, cohorts(of)[1])["numerator"]))
    counts, among, chosen = {month: row["numerator"] for month, row in zip(MARKS, found)}, found[0]["denominator"], []
    for month in (MARKS[0], MARKS[-1], *MARKS[1:-1]):
        growing = [counts[each] for each in sorted([*chosen, month])]
        if of.tells(growing, among) and of.tells([within[month], counts[month]], among):
            chosen.append(month)
    return sorted(chosen)


def slide(room: Room) -> Section:
    """The slide that opens the lesson: the young cohort's share so far under last year's whole one."""
    of = looked_at(room)
    young, last = (known(of, period, of.as_of) for period in cohorts(of))
    now, before = cohorts(of)
    return Section((*_noted(of), Table(
        f"Slide 4 of the staff meeting, {day_words(of.as_of)}: {of.called}, home within 12 months",
        ("Children who entered care", "Home"),
        ((Cell(before.words), Cell(share(last["value"]))), (Cell(now.words), Cell(f"only {share(young['value'])} so far!")))),
        Text((f"The speaker says: \"A year ago it was {share(last['value'])}. Now we are at {share(young['value'])}. We need to talk about "
              f"what "
              "went wrong.\"",))))


def behind_the_slide(room: Room) -> Text:
    """The slide's two numbers with what it left out: counts, as-of date, and how long the children have been here."""
    of = looked_at(room)
    young, last = (known(of, period, of.as_of) for period in cohorts(of))
    now, before = cohorts(of)
    return Text((
        f"{_counted(last)} who came {entered_words(before)} went home within 12 months. Every one of them has been followed for 12 months.",
        f"{_counted(young)} who came {entered_words(now)} were home by {day_words(of.as_of)}. The first of them came "
        f"{_months(now.start, of.as_of)} months before that day, the last {_months(now.end, of.as_of)} months.",
        "Both numbers are right. Put side by side, they answer no question at all."), "answer")


def same_children(room: Room) -> Figure:
    """Last year's cohort as known on several days after its last child came: the share so far climbs, the curve only gets longer."""
    of = looked_at(room)
    _, last = cohorts(of)
    chosen = days(of)
    seen = {shifted_day(last.end, months): row for months, row in zip(MARKS, so_far(of)) if months in chosen}
    curves = {day: _curve(of, last, day).assign(name=f"{day:%b %Y}") for day in seen}
    cells = tuple((Cell(day_words(day)), Cell(f"{row['numerator']:,.0f} of {row['denominator']:,.0f}"), Cell(share(row["value"])),
                   Cell(_reached(curves[day])))
                  for day, row in seen.items())
    table = Table(f"{of.called}: children who entered {entered_words(last)}, as the file knew them on {len(seen)} days",
                  ("As known on", "Home so far", "Percent so far", "Estimate at 3 months in care (95% interval)"), cells)
    first, *_, final = seen.values()
    return Figure(f"The same children, looked at on {len(seen)} days: did anything change?",
                  f"The percent so far climbs from {share(first['value'])} to {share(final['value'])}. They are the same children; they "
                  f"only had more time. "
                  "The curve by months in care stays almost where it was. A later day makes it longer, not higher.",
                  spec(draw.longer(pd.concat(curves.values(), ignore_index=True))), table,
                  (*_notes_of(of), "Each line ends where fewer than 10 children had been seen so long. Thin bars: 95% intervals, as known "
                                   "last."))


def triangle(room: Room) -> Table:
    """The tracking table: cohorts in rows, months in care in columns; light cells can only grow."""
    of = looked_at(room)
    young, _ = cohorts(of)
    later = [young.back(-number) for number in (1,) if young.back(-number).start <= of.as_of]
    periods = [*earlier_cohorts(young, of.begins, most=EARLIER), young, *later]
    rows = pd.concat([_hidden(of, grown(of, period)) for period in periods], ignore_index=True)
    return triangle_table(rows, f"{of.called}: children home, by half-year of entry and months in care, as of {day_words(of.as_of)}")


def _hidden(of: Place, rows: pd.DataFrame) -> pd.DataFrame:
    """A cohort's row without the counts that are small, or that would give a small one away; without its children where these are few."""
    hidden = ~_told(of, rows) & (rows["status"] != "not yet mature").to_numpy()
    few = of.hides(rows["denominator"].iloc[0])
    rows = rows.assign(status=rows["status"].mask(hidden, "suppressed"), **{name: rows[name].mask(hidden)
                                                                            for name in ("numerator", "value")})
    return rows.assign(denominator=rows["denominator"].astype("float64").mask(np.full(len(rows), few)))


def fair_month(of: Place) -> int:
    """The last mark in months at which every child of the young cohort has been seen."""
    rows = grown(of, cohorts(of)[0])
    return int(rows.loc[rows["status"] == "shown", "at"].max())


def fair_rows(of: Place) -> tuple[pd.Series, pd.Series]:
    """The young cohort and last year's at that mark."""
    month = fair_month(of)
    young, last = (grown(of, period) for period in cohorts(of))
    return young.loc[young["at"] == month].iloc[0], last.loc[last["at"] == month].iloc[0]


def fair_gap(of: Place) -> tuple[float, float, float]:
    """The young cohort's share less last year's at the same age, with Newcombe's 95% interval; 0.05 is 5 points."""
    young, last = fair_rows(of)
    found = proportion_difference(young["numerator"], young["denominator"], last["numerator"], last["denominator"])
    return float(found.value), float(found.lower), float(found.upper)


def same_age(room: Room) -> Figure:
    """Both cohorts at the marks that all children of the young one have reached."""
    of = looked_at(room)
    young, last = cohorts(of)
    rows = pd.concat([grown(of, period).assign(which=words) for period, words in ((last, "a year ago"), (young, "now"))])
    rows = rows.loc[rows["at"] <= fair_month(of), ["at", "value", "lower", "upper", "which", "numerator", "denominator", "cohort"]]
    cells = tuple((Cell(f"{row['at']:.0f} months"), Cell(spanned(row["cohort"]).words), Cell(f"{row['numerator']:,.0f} of "
                                                                                             f"{row['denominator']:,.0f}"),
                   Cell(f"{share(row['value'])} ({share(row['lower'])} to {share(row['upper'])})")) for _,
                  row in rows.sort_values(["at", "which"]).iterrows())
    return Figure("Children of the same age in care: now and a year ago", _gap_words(of),
                  spec(draw.at_ages(rows.drop(columns=["numerator", "denominator", "cohort"]))),
                  Table(f"{of.called}, as of {day_words(of.as_of)}", ("Months in care", "Entered", "Home", "Share (95% interval)"), cells),
                  _notes_of(of))


def _gap_words(of: Place) -> str:
    young, last = fair_rows(of)
    value, lower, upper = fair_gap(of)
    sure = ("The interval leaves out 0, so luck alone is an unlikely reason." if lower > 0 or upper < 0 else
            "The interval includes 0, so luck alone may be the reason.")
    return (f"Within {fair_month(of)} months of entry, {share(young['value'])} went home now ({young['numerator']:,.0f} of "
            f"{children(young['denominator'])}) and "
            f"{share(last['value'])} a year ago ({last['numerator']:,.0f} of {children(last['denominator'])}): {points(value)}. The true "
            f"difference is likely between "
            f"{points(lower)} and {points(upper)}. {sure}")


def points(value: float) -> str:
    """A difference of shares in words: `5 points more`, `2 points fewer`, `no difference`."""
    number = round(100 * value)
    return f"{plural(abs(number), 'point')} {'more' if number > 0 else 'fewer'}" if number else "no difference"


def _curve(of: Place, period: Cohort, as_of: date) -> pd.DataFrame:
    """All exits to a permanent home by month in care, as known on a day: at, value, lower, upper; of real children as in a release."""
    table = cumulative_incidence(headline(), of.on, period, as_of=as_of)
    rows = table.loc[(table["county"] == of.county) & (table["part"] == ""), ["at", "value", "lower",
                                                                              "upper"]].sort_values("at", ignore_index=True)
    return rows.loc[rows["at"].isin(policy("release")["months_in_care"])].round(2) if of.hides(1) else rows


def _reached(curve: pd.DataFrame, month: int = 3) -> str:
    row = curve.loc[curve["at"] == month]
    return "not yet" if row.empty else f"{share(row['value'].iloc[0])} ({share(row['lower'].iloc[0])} to {share(row['upper'].iloc[0])})"


def _months(first: date, last: date) -> int:
    """Whole months from one day to another that is a month's end."""
    return (last.year - first.year) * 12 + last.month - first.month + (first.day == 1)


def _counted(row: pd.Series) -> str:
    return f"{row['numerator']:,.0f} of {children(row['denominator'])} ({share(row['value'])})"


def _noted(of: Place) -> tuple[Text, ...]:
    return (Text((of.note,), "note"),) if of.note else ()


def _notes_of(of: Place) -> tuple[str, ...]:
    return (of.note,) if of.note else ()
