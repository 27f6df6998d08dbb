"""A mid-course review: one county, one entry cohort, one as-of date. Each method is one part of the page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property

import pandas as pd

from cqi import ahead, charts, tables
from cqi.blocks import Details, Figure, Heading, Section, Table, Text
from cqi.charts.goals import heading_spec
from cqi.cohorts import Cohort, cohort
from cqi.cycles.reading import Reading, Shown, begun, readings
from cqi.disclosure import policy
from cqi.measures.waiting import HOMES, TIME_LEFT
from cqi.news import news, shown_news
from cqi.registry import measure, reviewed_names
from cqi.tables.backtested import backtested
from cqi.tables.said import kept, said_about
from cqi.tables.shown import shown
from cqi.vocabulary import AGE_BANDS, no_such
from cqi.wording import answer as say, course as course_words, cycles as cycle_words, displays, findings, goals as goal_words, limits, news as news_words, questions as asked, said as said_words
from cqi.wording.notes import FEW_EXPECTED, FEW_NOTE, HIDDEN_NOTE, NONE_ENTERED, OVER_NOTE, TOGETHER_NOTE
from cqi.wording.numbers import FEW, READERS, day_words, entered_words
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
        return self._course

    @cached_property
    def _course(self) -> pd.Series:
        return self.own("course").loc[lambda rows: rows["measure"] == tables.HEADLINE].iloc[0]

    def same_age(self, name: str) -> pd.DataFrame:
        """A measure's rows of this and earlier cohorts, each as known at the same age, oldest first."""
        return self._same_age.get(name, self.own("same_age").iloc[:0])

    @cached_property
    def _same_age(self) -> dict[str, pd.DataFrame]:
        return dict(iter(self.own("same_age").groupby("measure")))

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
        rows = self.own("reasons").loc[lambda rows: rows["measure"] == name]
        return reason_sentences(newest_of_each(rows), counts=policy(self.profile)["threshold"] == 0) if len(rows) else ()

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
        parts = [*([ahead.kinds(now, self.county, self.period, self.day)] if kinds.any() and now["value"].notna().all() else []),
                 *([Details("Is this faster or slower than before?", (ahead.against_earlier(curves, self.county, self.period, self.day),))]
                   if now.loc[~kinds, "value"].notna().any() and len(others) else [])]
        return Section((*parts, *([] if len(parts) == 2 else [Text((HIDDEN_NOTE if kinds.any() else TOGETHER_NOTE,), "note")])))

    def _no_curve(self) -> str:
        """Why there is no curve. Where small numbers are hidden it may not say that they are few."""
        if self.reasons(tables.HEADLINE):
            return OVER_NOTE
        if policy(self.profile)["threshold"]:
            return TOGETHER_NOTE
        return FEW_NOTE if self.course()["entered"] else NONE_ENTERED

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
        first = ahead.time_left(groups["time left"], orders["time left"])
        others = tuple(displays.groups(groups[name], words) for name, words in names.items())
        return Section((first, *others))

    def counter_measures(self) -> Section:
        """The other measures beside this one, and which of all are outcomes and which compliance counts."""
        near = measure(tables.HEADLINE).counter_measures
        others = [name for name in reviewed_names() if name not in (tables.HEADLINE, *near)]
        more = Details("More measures of this county, period by period", tuple(ahead.by_cohort(self.same_age(name), measure(name), self.county, self.period.label) for name in others))
        balance = displays.balance([measure(name) for name in reviewed_names()], "What this review counts, and what for")
        return Section((*(ahead.by_cohort(self.same_age(name), measure(name), self.county, self.period.label) for name in near), more, balance))

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
        return Section((now, ahead.gap(self.own("looks"), measure(tables.HEADLINE), f"{caption}, month by month", begun(self._tried))))

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

    def news(self) -> Section:
        """What changed since the last run: what happened since, what was entered late, what is counted otherwise, and signals."""
        found = news(self.data, self.source, self.period.label, self.tables.facts["as_of"], self.profile)
        return Section(news_words.news(shown_news(found, self.county), self.county, measure(tables.HEADLINE)))

    def by_month(self) -> Section:
        """Control charts by calendar month."""
        return ahead.by_month(self.own("months_charted"), measure(tables.HEADLINE), self.county, self.day, begun(self._tried))

    def track_record(self) -> Section:
        """How right such projections and signals were before, for the whole file."""
        return ahead.track_record(backtested(self.data, self.source, self.as_of, self.profile))

    def limits(self) -> Text:
        """What the file could not say."""
        counts = policy(self.profile)["threshold"] == 0
        found = limits.could_not_say(self.own("findings"), self.tables.facts, self.tables.account, counts=counts)
        between = self._between()
        return Text((*found[:1], *(limits.between(between) if between is not None else ()), *found[1:]), "list")

    def goals(self) -> Section:
        """The goals that were set for these children, and where they stand by what this profile may see."""
        return Section(goal_words.goals(kept("goal", self.county, self.period.label, self.profile), self.own, draw=heading_spec, counties=tuple(self.tables.facts["counties"]),
                                        as_of=self.day, released=policy(self.profile)["threshold"] > 0))

    def said(self) -> Section:
        """What stakeholders said about this cohort, and what was done about it."""
        return Section(said_words.said(said_about(self.county, self.period.label, self.profile), released=policy(self.profile)["threshold"] > 0))

    @cached_property
    def _tried(self) -> list[Reading]:
        """The cycles about this cohort, read back from what this page shows."""
        rows = {name: self.own(name) for name in ("course", "looks", "same_age", "months_charted")}
        return readings(kept("cycle", self.county, self.period.label, self.profile) or (), Shown(**rows, cohort=self.period.label, as_of=self.day))

    def cycles(self) -> Section:
        """What was tried, what was predicted, and what happened on the same monitors."""
        return Section(cycle_words.cycles(self._tried, self.county, self.day, released=policy(self.profile)["threshold"] > 0))

    def questions(self) -> Text:
        """Questions for the meeting, from what this review shows."""
        seen = asked.Seen(self.course(), self.own("course"), self.own("waiting"), self.own("findings"), self.reasons(tables.HEADLINE),
                          self.own("months_charted"), self._region(self.course()), self._tried,
                          said_about(self.county, self.period.label, self.profile), kept("goal", self.county, self.period.label, self.profile) or ())
        return Text(asked.questions(seen), "questions")

    def method(self) -> Section:
        """How each number was made."""
        return limits.method([measure(name) for name in reviewed_names()], self.tables.facts)
