"""A mid-course review: one county, one entry cohort, one as-of date. Each method is one part of the page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property

import pandas as pd

from cqi import ahead, charts, tables
from cqi.blocks import Details, Figure, Heading, Section, Table, Text
from cqi.cohorts import Cohort, cohort
from cqi.disclosure import policy
from cqi.measures.waiting import HOMES, TIME_LEFT
from cqi.registry import measure, reviewed_names
from cqi.tables.backtested import backtested
from cqi.tables.said import said_about
from cqi.tables.shown import shown
from cqi.vocabulary import AGE_BANDS, no_such
from cqi.wording import answer as say, course as course_words, displays, findings, limits, said as said_words
from cqi.wording.notes import FEW_EXPECTED, FEW_NOTE, HIDDEN_NOTE, NO_FIGURE, NONE_ENTERED, OVER_NOTE, STILL_GROWING, TOGETHER_NOTE
from cqi.wording.numbers import FEW, READERS, axis_words, day_words, entered_words
from cqi.wording.quality import newest_of_each, reason_sentences


@dataclass(frozen=True)
class Review:
    """One county's review. The fields are the notebook's parameters and the command's options.

    `cohort`: a period such as 2025H2, 25A or 2024-25. `as_of`: a day such as 2026-06-30, or empty for the last month's
    end that looks complete. `profile`: `release` hides small numbers; `internal` is for the agency's own staff. Raises
    CqiError when a part is first asked for, if the file, county, cohort, day or profile is not there.
    """

    county: str
    cohort: str
    as_of: str = ""
    source: str = "episodes"
    data: str = "data_samples"
    profile: str = "release"

    @cached_property
    def tables(self) -> tables.Tables:
        """The tables of the cohort as the profile may see them: what a review of the county can show, and nothing else."""
        found = tables.tables(self.data, self.source, self.cohort, self.as_of, self.profile)
        if self.county not in found.facts["counties"]:
            raise no_such("county", self.county, found.facts["counties"], where=self.data, there="Counties there")
        return shown(found, self.county)

    @property
    def period(self) -> Cohort:
        """The cohort's period."""
        return cohort(self.cohort)

    @property
    def day(self) -> date:
        """The as-of date."""
        return date.fromisoformat(self.tables.facts["as_of"])

    def own(self, name: str) -> pd.DataFrame:
        """The county's rows of one of the tables."""
        return getattr(self.tables, name)

    def course(self) -> pd.Series:
        """The county's row of the headline measure's course."""
        return self.own("course").loc[lambda rows: rows["measure"] == tables.HEADLINE].iloc[0]

    def same_age(self, name: str) -> pd.DataFrame:
        """A measure's rows of this and earlier cohorts, each as known at the same age, oldest first."""
        rows = self.own("same_age")
        return rows.loc[rows["measure"] == name]

    def heading(self) -> Heading:
        """Place, cohort, as-of date and how to read them."""
        period = self.period
        facts = (("Children who entered", period.words), ("What the file knew on", day_words(self.day)),
                 ("Who may read this", READERS[self.profile]))
        return Heading(f"{self.county}: are the children who entered care {entered_words(period)} on their way home?",
                       "A mid-course review, while there is still time to do something", facts)

    def answer(self) -> Section:
        """The answer in three to five sentences; first, if need be, what in the file bends it."""
        counts = policy(self.profile)["threshold"] == 0
        if reasons := self.reasons(tables.HEADLINE):
            return Section((Text(reasons, "caution"), Text(say.not_given(self.county, self.period, self.course(), self._between()), "answer")))
        caution = (*say.broken(self.own("findings"), self.tables.account),
                   *say.late(self.day, date.fromisoformat(self.tables.facts["last_date"])),
                   *say.caution(self.county, self.own("findings"), counts=counts))
        row, waiting, headline = self.course(), self.own("waiting"), measure(tables.HEADLINE)
        sentences = say.answer(self.county, self.period, self.day, course=row, same_age=self.same_age(tables.HEADLINE), waiting=waiting,
                               region=self._region(row))
        onward = (course_words.standing(row, headline), course_words.next_month(row, waiting, headline))
        return Section((*((Text(caution, "caution"),) if caution else ()), Text((*sentences, *filter(None, onward)), "answer")))

    def _region(self, row: pd.Series) -> pd.Series | None:
        """The row of the pool of counties that the county is in."""
        rows = self.tables.regions.loc[lambda rows: rows["county"] == row["region"]]
        return None if rows.empty else rows.iloc[0]

    def reasons(self, name: str) -> tuple[str, ...]:
        """Why a measure of this cohort is not given: the official limits that the file passes; empty where it is given."""
        rows = self.own("reasons")
        return reason_sentences(newest_of_each(rows.loc[rows["measure"] == name]), counts=policy(self.profile)["threshold"] == 0)

    def _between(self) -> pd.Series | None:
        """The county's lowest and highest share, whatever the records left out hold; none where nothing was left out."""
        rows = self.own("bounds")
        rows = rows.loc[(rows["measure"] == tables.HEADLINE) & ~rows["left_out"].eq(0)]
        return None if rows.empty else rows.iloc[0]

    def exits(self) -> Section:
        """Where children went by month in care, and this cohort beside earlier ones."""
        curves = self.own("curves")
        now = curves.loc[curves["cohort"] == self.period.label]
        if now.empty:
            return Section((Text((self._no_curve(),), "note"),))
        kinds, others = now["part"].ne(""), curves.loc[curves["cohort"] != self.period.label]
        parts = [*([self._kinds(now)] if kinds.any() and now["value"].notna().all() else []),
                 *([Details("Is this faster or slower than before?", (self._against_earlier(curves),))]
                   if now.loc[~kinds, "value"].notna().any() and len(others) else [])]
        return Section((*parts, *([] if len(parts) == 2 else [Text((HIDDEN_NOTE if kinds.any() else TOGETHER_NOTE,), "note")])))

    def _no_curve(self) -> str:
        """Why there is no curve. Where small numbers are hidden it may not say that they are few."""
        if self.reasons(tables.HEADLINE):
            return OVER_NOTE
        if policy(self.profile)["threshold"]:
            return TOGETHER_NOTE
        return FEW_NOTE if self.course()["entered"] else NONE_ENTERED

    def _kinds(self, now: pd.DataFrame) -> Figure:
        caption = f"{self.county}, entered {self.period.words}: share of the children by month in care, as of {day_words(self.day)}"
        return Figure("Where do the children go?", findings.exits(now), charts.spec(charts.exits(now)),
                      displays.exits(now, caption), STILL_GROWING if now["status"].eq("so far").any() else ())

    def _against_earlier(self, curves: pd.DataFrame) -> Figure:
        caption = f"{self.county}: share that had left to a permanent home by month in care, as of {day_words(self.day)}"
        chart = charts.against_earlier(curves, self.period.label)
        return Figure("Is this faster or slower than before?", findings.against_earlier(curves, self.period.label),
                      charts.spec(chart), displays.against_earlier(curves, self.period.label, caption),
                      ("The grey band runs from the lowest to the highest earlier period, the dashed line is the middle one. The blue bars are "
                       "95% intervals.",))

    def maturity(self) -> Table:
        """Entry cohorts in rows, months in care in columns."""
        return displays.maturity(self.own("maturity"), f"{self.county}: children who left to a permanent home, by months in care, "
                                                       f"as of {day_words(self.day)}")

    def waiting(self) -> Section:
        """Who is still in care, by time left to their 12 months, age, and where they live."""
        rows = self.own("waiting")
        if rows["numerator"].isna().all():
            return Section((Text((TOGETHER_NOTE,), "note"),))
        if rows["denominator"].eq(0).all():
            return Section((Text(("No child who entered in this period is still in care.",)),))
        orders = {"time left": list(TIME_LEFT), "age": [words for *_, words in AGE_BANDS], "living": list(HOMES)}
        names = {"age": "Age now", "living": "Where they live now"}
        groups = {name: rows.loc[rows["group"].str.startswith(name + ":")] for name in orders}
        first = self._bars(groups["time left"], orders["time left"])
        others = tuple(displays.groups(groups[name], words) for name, words in names.items())
        return Section((first, *others))

    def _bars(self, rows: pd.DataFrame, order: list[str]) -> Figure | Table:
        table = displays.groups(rows, "Time left to 12 months in care")
        if rows["numerator"].isna().any() or rows["denominator"].max() < FEW:
            return table
        return Figure("How long until their 12 months?", findings.waiting(rows), charts.spec(charts.bars(rows, order)), table)

    def counter_measures(self) -> Section:
        """The other measures beside this one, and which of all are outcomes and which compliance counts."""
        near = measure(tables.HEADLINE).counter_measures
        others = [name for name in reviewed_names() if name not in (tables.HEADLINE, *near)]
        more = Details("More measures of this county, period by period", tuple(self._by_cohort(name) for name in others))
        balance = displays.balance([measure(name) for name in reviewed_names()], "What this review counts, and what for")
        return Section((*(self._by_cohort(name) for name in near), more, balance))

    def _by_cohort(self, name: str) -> Figure | Table | Text:
        rows, definition = self.same_age(name), measure(name)
        caption = f"{self.county}: {definition.title.lower()}, each period as known at the same age"
        if rows["value"].notna().sum() < 2:
            found = (words for status, words in NO_FIGURE.items() if rows["status"].eq(status).any())
            return Text((f"{definition.title}: {next(found, 'the file has too little for a figure')}.",), "note")
        table, solid = displays.by_cohort(rows, caption), rows.loc[rows["value"].notna() & ~(rows["children"] < FEW)]
        if len(solid) < 2 or self.period.label not in set(solid["cohort"]):
            return table
        chart = charts.by_cohort(solid, self.period.label, title=axis_words(definition), percent=definition.per == 1)
        kind = "" if definition.type == "outcome" else " (a compliance count)"
        return Figure(definition.question + kind, findings.by_cohort(solid, self.period.label, definition.title), charts.spec(chart),
                      table, definition.caveats[:1])

    def heading_for(self) -> Section:
        """The final figure as it looks today, and the pace that would reach the goal."""
        caption = f"{self.county}, entered {self.period.words}: share that {measure(tables.HEADLINE).words['counted']}, as of {day_words(self.day)}"
        return ahead.heading_for(self.course(), self.own("projection"), measure(tables.HEADLINE), caption)

    def expected(self) -> Section | Text:
        """Exits counted and expected by now, and month by month."""
        row = self.course()
        if words := self._no_comparison(row):
            return Text((words,), "note")
        caption = f"{self.county}, entered {self.period.words}: exits to a permanent home by {day_words(self.day)}"
        note = f"The usual range comes from {row['past_cohorts']:,.0f} earlier periods. It allows for chance and for periods that differ."
        now = Figure("This period, beside what is usual", findings.observed_and_expected(row),
                     charts.spec(charts.observed_and_expected(row)), displays.observed_and_expected(row, caption), (note,))
        return Section((now, ahead.gap(self.own("looks"), measure(tables.HEADLINE), f"{caption}, month by month")))

    def _no_comparison(self, row: pd.Series) -> str:
        """Why this period can't be set beside what is usual; empty where it can."""
        if row["status"] == "suppressed":
            return HIDDEN_NOTE
        if row["entered"] < FEW:
            return FEW_EXPECTED if row["entered"] else NONE_ENTERED
        if self.reasons(tables.HEADLINE):
            return OVER_NOTE
        return "" if row["status"] == "shown" else ahead.NOT_COMPARED.get(row["status"], "")

    def signal(self) -> Section:
        """Whether the monitors give a signal, for this and for the other measures."""
        rows, caption = self.own("course"), f"{self.county}, entered {self.period.words}: monitors by month's end"
        own = ahead.signal(self.course(), self.own("looks"), self.tables.regions, measure(tables.HEADLINE), caption)
        return Section((*own.blocks, ahead.others(rows.loc[rows["measure"] != tables.HEADLINE],
                                                  f"{self.county}: other measures by {day_words(self.day)}")))

    def by_month(self) -> Section:
        """Control charts by calendar month."""
        return ahead.by_month(self.own("months_charted"), measure(tables.HEADLINE), self.county, self.day)

    def track_record(self) -> Section:
        """How right such projections and signals were before, for the whole file."""
        return ahead.track_record(backtested(self.data, self.source, self.as_of, self.profile))

    def limits(self) -> Text:
        """What the file could not say."""
        counts = policy(self.profile)["threshold"] == 0
        found = limits.could_not_say(self.own("findings"), self.tables.facts, self.tables.account, counts=counts)
        between = self._between()
        return Text((*found[:1], *(limits.between(between) if between is not None else ()), *found[1:]), "list")

    def said(self) -> Section:
        """What stakeholders said about this cohort, and what was done about it."""
        return Section(said_words.said(said_about(self.county, self.period.label, self.profile), released=policy(self.profile)["threshold"] > 0))

    def questions(self) -> Text:
        """Questions for the meeting, from what this review shows."""
        return Text(limits.questions(self.course(), self.own("waiting"), self.own("findings")), "questions")

    def method(self) -> Section:
        """How each number was made."""
        return limits.method([measure(name) for name in reviewed_names()], self.tables.facts)
