"""All counties side by side for leadership, and what the file can and cannot say. In order of name; never a ranking."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property

import pandas as pd

from cqi import charts, tables
from cqi.blocks import Figure, Heading, Section, Table, Text
from cqi.charts import funnel as funnels
from cqi.charts import quality as pictures
from cqi.charts import spec
from cqi.cohorts import cohort
from cqi.disclosure import policy
from cqi.quality import GAPS
from cqi.registry import measure, reviewed_names
from cqi.tables.since import since
from cqi.vocabulary import WHOLE
from cqi.wording import answer as say
from cqi.wording import course_signals, course_tables, displays, findings, funnel, limits, quality, questions
from cqi.wording.numbers import FEW, children, day_words, entered_words, plural

COUNTIES_A_CHART = 40
MOST_CHARTS = 6


@dataclass(frozen=True)
class Overview:
    """All counties for one cohort; fields as in `Review`, without a county."""

    cohort: str
    as_of: str = ""
    source: str = "episodes"
    data: str = "data_samples"
    profile: str = "release"

    @cached_property
    def tables(self) -> tables.Tables:
        """The tables of the cohort as the profile may see them."""
        return tables.tables(self.data, self.source, self.cohort, self.as_of, self.profile)

    @property
    def day(self) -> date:
        """The as-of date."""
        return date.fromisoformat(self.tables.facts["as_of"])

    def heading(self) -> Heading:
        """Cohort and as-of date."""
        period = cohort(self.cohort)
        return Heading(f"All counties: are the children who entered care {entered_words(period)} on their way home?",
                       "Counties in order of name. This is not a ranking.",
                       (("Children who entered", period.words), ("What the file knew on", day_words(self.day)),
                        ("Why this day", self.tables.facts["as_of_reason"])))

    def answer(self) -> Text:
        """The answer for the whole file."""
        rows, course = self.tables.same_age, self._headline.set_index("county").loc[WHOLE]
        waiting = self.tables.waiting
        own = rows.loc[(rows["county"] == WHOLE) & (rows["measure"] == tables.HEADLINE)]
        return Text(say.answer("all counties together", cohort(self.cohort), self.day, course=course, same_age=own,
                               waiting=waiting.loc[waiting["county"] == WHOLE]), "answer")

    def counties(self) -> Section:
        """Every county's share so far with its interval, and what an unchanged pace would have given."""
        rows = self.tables.measures
        rows = rows.loc[(rows["measure"] == tables.HEADLINE) & (rows["cohort"] == cohort(self.cohort).label)]
        caption = f"Children who had left to a permanent home by {day_words(self.day)}, by county"
        table = displays.counties(rows, self._headline, caption)
        shown = rows.loc[(rows["county"] != WHOLE) & rows["value"].notna() & (rows["denominator"] >= FEW)]
        pieces = [shown.iloc[first:first + COUNTIES_A_CHART] for first in range(0, len(shown), COUNTIES_A_CHART)][:MOST_CHARTS]
        return Section((*(self._chart(piece) for piece in pieces), table))

    def _chart(self, rows) -> Figure:
        caption = f"Share so far by county, {rows.iloc[0]['county']} to {rows.iloc[-1]['county']}"
        return Figure("Share so far, by county", findings.counties(rows),
                      charts.spec(charts.counties(rows, title="left to a permanent home so far")),
                      displays.counties(rows, self._headline, caption),
                      ("Dots are shares so far, lines 95% intervals. Small counties have long lines: chance alone moves them.",
                       f"A county with fewer than {FEW} children, or with a hidden count, is in the table only."))

    def changes(self) -> Text:
        """Counties with a signal, by name, with what is usual; an invitation to look."""
        course = self._headline.loc[lambda rows: rows["county"] != WHOLE]
        compared = course["status"].eq("shown")
        sentences = [_change(row) for _, row in course.loc[compared & course["signal"].ne("")].iterrows()]
        none = () if sentences or not compared.any() else ("None of them has a signal.",)
        return Text((*sentences, *_compared(int(compared.sum()), len(course)), *none), "list")

    @property
    def _headline(self) -> pd.DataFrame:
        """The course of the headline measure."""
        return self.tables.course.loc[lambda rows: rows["measure"] == tables.HEADLINE]

    def funnel(self) -> Figure | Text:
        """Counties by size, beside the limits that chance and ordinary differences between counties would keep to."""
        rows = self.tables.measures
        rows = rows.loc[(rows["measure"] == tables.HEADLINE) & (rows["cohort"] == cohort(self.cohort).label)]
        return funnel.figure(rows, f"Share so far by {day_words(self.day)}, by number of children", draw=funnels.drawn)

    def regions(self) -> Section:
        """Counties too small to tell by themselves, told together."""
        rows, definition = self.tables.regions, measure(tables.HEADLINE)
        together = rows.loc[rows["members"].str.contains(", ", regex=False)]
        if together.empty:
            return Section((Text(("No counties are told together.",), "note"),))
        return Section((course_tables.regions_table(together, definition, f"Regions, as of {day_words(self.day)}"),))

    def cannot_tell(self) -> Text:
        """What counties side by side do not say."""
        return Text(limits.OVERVIEW_CANNOT_TELL, "list")

    def questions(self) -> Text:
        """Open questions for the meeting."""
        return Text(questions.OVERVIEW_QUESTIONS, "questions")

    def method(self) -> Section:
        """How each number was made."""
        return limits.method([measure(name) for name in reviewed_names()], self.tables.facts)


def _change(row) -> str:
    few = " The county is small, so look at each child's story first." if row["minimum_detectable_change"] > course_signals.MOST_DETECTABLE else ""
    return (f"{row['county']}: a signal since {day_words(row['first_signal'])}, {'fewer' if row['signal'] == 'worse' else 'more'} than usual. "
            f"{row['observed']:,.0f} of {children(row['entered'])} had left; usual by now is {row['usual_low']:,.0f} to {row['usual_high']:,.0f}.{few}")


def _compared(compared: int, counties: int) -> tuple[str, ...]:
    """How many counties could be compared, and how many of them chance alone would put outside."""
    some = f"{compared} of {plural(counties, 'county', 'counties')} could be compared. The others have few children, hidden counts or no history."
    chance = f"Where nothing has changed, 1 county in 20 still gets a signal by chance: about {int(compared / 20 + 0.5)} of these {compared}."
    return (*((some,) if compared < counties else ()), *((chance,) if compared >= 10 else ()))


@dataclass(frozen=True)
class DataQuality(Overview):
    """What the file can and cannot say; fields as in `Overview`, and `since`: the folder or file of the last extract, or empty."""

    since: str = ""

    def heading(self) -> Heading:
        """As-of date and file."""
        return Heading("What can the file say, and what not?", "Every row that was read, and what became of it",
                       (("What the file knew on", day_words(self.day)), ("Why this day", self.tables.facts["as_of_reason"])))

    def account(self) -> Table:
        """Rows read, used, merged and set aside, by file: they always add up. Where small numbers are hidden and one is among
        them, rows read only."""
        few = policy(self.profile)["threshold"]
        if self.tables.account[["merged", "quarantined"]].apply(lambda count: count.between(1, few - 1)).any(axis=None):
            return quality.rows_read(self.tables.account, "Rows read, by file")
        return displays.account(self.tables.account, "Rows read = used + merged + set aside")

    def reasons(self) -> Figure | Table:
        """Why rows were set aside; in words only where a small number is hidden, which the others and their sum would tell."""
        rows = pd.Series(self.tables.facts["reasons"], name="rows").sort_index().rename_axis("reason").reset_index()
        small = rows["rows"].lt(policy(self.profile)["threshold"]).any()
        table = limits.reasons(self.tables.facts, "Why rows were set aside", threshold=rows["rows"].max() + 1 if small else 0)
        if rows.empty or small:
            return table
        return Figure("How many rows could not be used?", quality.reasons_finding(rows, self.tables.account), spec(pictures.reasons(rows)), table)

    def checks(self) -> Section:
        """The official checks of the whole file: the newest period beside its limits, and every period."""
        checks = self.tables.checks.loc[self.tables.checks["county"] == WHOLE]
        if checks.empty:
            return Section((Text((quality.NO_CHECKS,), "note"),))
        newest, named = quality.newest(checks), quality.named(checks)
        parts = []
        if newest["share"].notna().any():
            parts.append(Figure("How close is the file to the federal limits?", quality.limits_finding(newest), spec(pictures.limits(quality.used(newest))),
                                quality.limits_table(newest, "Official checks, newest period of each, whole file", self.day)))
        yearly = named["period"].str.startswith("FFY")
        parts += [self._periods(words, named.loc[which]) for words, which in (("half-years", ~yearly), ("federal years of reports", yearly)) if which.any()]
        return Section((*parts, *quality.by_county(self.tables.checks)))

    def _periods(self, words: str, rows: pd.DataFrame) -> Figure:
        return Figure(f"In which {words} was a limit broken?", quality.periods_finding(rows), spec(pictures.by_period(rows)),
                      quality.periods_table(rows, f"Official checks by {words}, whole file"))

    def months(self) -> Section:
        """Entries and exits by month, for the whole file and for counties in which months look missing."""
        gaps = self._gaps
        rows = self.tables.months
        places = [place for place in (WHOLE, *sorted(set(gaps["county"]) - {WHOLE})) if (rows["county"] == place).any()]
        if not places:
            return Section((Text((quality.MONTHS_HIDDEN,), "note"),))
        return Section(tuple(self._by_month(place, rows.loc[rows["county"] == place]) for place in places[:MOST_CHARTS]))

    @property
    def _gaps(self) -> pd.DataFrame:
        """Findings of months that look incomplete."""
        return self.tables.findings.loc[self.tables.findings["finding"].isin(GAPS)]

    def _by_month(self, place: str, rows: pd.DataFrame) -> Figure:
        gaps = self._gaps.loc[self._gaps["county"] == place]
        return Figure(f"{place}: did entries and exits arrive every month?", quality.months_finding(rows, gaps), spec(pictures.months(rows)),
                      quality.months_table(rows, f"{place}: entries and exits by month"))

    def defects(self) -> Section:
        """What was found in the files, the most severe first, why it matters and what to do."""
        return quality.defects(self.tables.defects, shown=policy(self.profile)["threshold"] == 0)

    def changed(self) -> Section:
        """What changed since the last extract."""
        if not self.since:
            return Section((Text((quality.NO_SINCE,), "note"),))
        if policy(self.profile)["threshold"]:
            return Section((Text((quality.SINCE_HIDDEN,), "note"),))
        return quality.changed(*since(self.data, self.source, self.since))

    def findings(self) -> Table:
        """Findings by county."""
        return limits.findings_table(self.tables.findings, "What to check at the source, by county",
                                     counts=policy(self.profile)["threshold"] == 0)

    def notes(self) -> Text:
        """How the files were read."""
        return Text(tuple(self.tables.facts["notes"]) or ("Nothing in the files needed a rule of its own.",), "list")
