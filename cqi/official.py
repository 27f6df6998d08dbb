"""The official measures of one county, or of all together: complete 12-month periods, to the rules of the data dictionary."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property

import pandas as pd

from cqi.charts import official as charts
from cqi.charts import spec
from cqi.benchmarks import benchmark
from cqi.blocks import Block, Details, Figure, Heading, Section, Table, Text
from cqi.cohorts import cohort
from cqi.disclosure import policy
from cqi.measures import groupings
from cqi.registry import EARLIER_ROUND, Measure, indicators, measure
from cqi.tables import OfficialTables, official_tables
from cqi.tables.official import RATIO_FEWEST
from cqi.tables.shown import shown
from cqi.vocabulary import HIDDEN_WORDS, WHOLE, no_such
from cqi.wording import limits, questions
from cqi.wording import official as say
from cqi.wording.numbers import FEW, READERS, axis_words, day_words
from cqi.wording.quality import newest_of_each, reason_sentences

NO_FIGURE = "There are not two complete periods with enough children for a picture."
GROUPS_NOT_SHOWN = ("Groups of a county are too small to be shown to everyone. The agency's own staff see them in the internal pages; "
                    f"everyone sees them for {WHOLE}.")
RATIO_NOT_SHOWN = f"Where fewer than {RATIO_FEWEST} children count there is no ratio: beside the counts it could tell the ages of a few of them."
NO_GROUPS = "The file does not say enough to compare groups of children."
NOT_FEDERAL = "National rates are of the United States; this file is of another system, so nothing is compared with them."


@dataclass(frozen=True)
class Official:
    """The official measures of a county; `county` may be `All counties`. Fields as in `Review`, without a cohort.

    Raises CqiError when a part is first asked for, if the file, county, day or profile is not there.
    """

    county: str
    as_of: str = ""
    source: str = "episodes"
    data: str = "data_samples"
    profile: str = "release"

    @cached_property
    def tables(self) -> OfficialTables:
        """The tables as the profile may see them: what a page of the county can show, and nothing else."""
        found = official_tables(self.data, self.source, self.as_of, self.profile)
        if self.county not in (WHOLE, *found.facts["counties"]):
            raise no_such("county", self.county, found.facts["counties"], where=self.data, there="Counties there")
        return shown(found, self.county)

    @property
    def day(self) -> date:
        """The as-of date."""
        return date.fromisoformat(self.tables.facts["as_of"])

    @property
    def _fine(self) -> bool:
        """Whether shares may have a decimal: where small numbers are hidden it would give counts away."""
        return policy(self.profile)["threshold"] == 0

    def own(self, name: str) -> pd.DataFrame:
        """The county's rows of one of the tables."""
        return getattr(self.tables, name)

    def heading(self) -> Heading:
        """Place and as-of date."""
        return Heading(f"{self.county}: the official measures", "Complete 12-month periods, counted to the federal rules of August 2022",
                       (("What the file knew on", day_words(self.day)), ("Why this day", self.tables.facts["as_of_reason"]),
                        ("Who may read this", READERS[self.profile])))

    @property
    def _federal(self) -> bool:
        """Whether the file is of the federal system, so that the nation's figures and federal files belong beside it."""
        return self.tables.facts["federal"]

    def answer(self) -> Text:
        """How many of the indicators have a figure, and how to read them."""
        return Text(say.answer(self.county, self._indicators, self.day, federal=self._federal), "answer")

    def summary(self) -> Table:
        """Each indicator's newest complete period, and the nation beside it."""
        return say.summary(self._indicators, f"{self.county}: the newest complete period of each indicator", fine=self._fine,
                           federal=self._federal)

    @property
    def _indicators(self) -> pd.DataFrame:
        """The county's rows of this round's indicators by period."""
        rows = self.own("periods")
        return rows.loc[rows["measure"].isin(indicators())]

    def periods(self) -> Section:
        """Every indicator by period, and folded the same by the definitions of the round before."""
        every = {name: self._by_period(measure(name), rows) for name, rows in self.own("periods").groupby("measure", sort=False)}
        before = tuple(block for name, block in every.items() if name not in indicators())
        now = tuple(block for name, block in every.items() if name in indicators())
        return Section((*now, *([Details(f"By the definitions of {EARLIER_ROUND}", before)] if before else [])))

    def _by_period(self, definition: Measure, rows: pd.DataFrame) -> Block:
        between, reasons = (table.loc[table["measure"] == definition.name] for table in (self.own("bounds"), self.own("reasons")))
        caption = f"{self.county}: {say.title_inside(definition)}, by period"
        table = say.periods(rows, between, definition, caption, fine=self._fine, federal=self._federal)
        told = reason_sentences(newest_of_each(reasons), counts=self._fine)
        return Section((*((Text(told, "note"),) if told else ()), *self._pictured(definition, rows, table)))

    def _pictured(self, definition: Measure, rows: pd.DataFrame, table: Table) -> tuple[Block, ...]:
        """The indicator's chart where two periods have a figure, else its table with the reason."""
        if rows["value"].isna().all():
            reason = HIDDEN_WORDS if rows["status"].eq("suppressed").any() else "no complete period has a figure"
            return Text((f"{definition.title}: {reason}.",), "note"), table
        solid = rows.loc[~(rows["children"] < FEW)]
        if solid["value"].notna().sum() < 2:
            return Text((f"{definition.title}. {NO_FIGURE}",), "note"), table
        national = benchmark(definition.name) if self._federal else None
        chart = charts.by_period(solid, title=axis_words(definition), percent=definition.per == 1, national=national.value if national else None)
        words = say.finding(solid, definition, fine=self._fine, federal=self._federal)
        return (Figure(definition.question, words, spec(chart), table, definition.caveats[:1]),)

    def adjusted(self) -> Section:
        """Counted beside what the nation's rates by age would give."""
        rows = self.own("adjusted")
        if not self._federal:
            return Section((Text((NOT_FEDERAL,), "note"),))
        if rows.empty:
            return Section((Text((f"No ratio can be shown: {HIDDEN_WORDS}, or no complete period.",), "note"),))
        return Section((say.adjusted(rows, f"{self.county}: counted, beside the nation's rates for children of these ages"),
                        Text((*say.WHAT_ADJUSTING_CANNOT_TELL, *([] if self.county == WHOLE else [say.PULLED]),
                              *([] if self._fine else [RATIO_NOT_SHOWN])), "list")))

    def groups(self) -> Section:
        """Indicators by race, sex and age, each group beside all other children."""
        rows = self.own("groups")
        by_measure = {name: self._groupings(measure(name), rows.loc[rows["measure"] == name]) for name in indicators() if len(rows)}
        parts = [Details(measure(name).title, tuple(blocks)) for name, blocks in by_measure.items() if blocks]
        if not parts:
            hidden = policy(self.profile)["threshold"] and self.county != WHOLE
            return Section((Text((GROUPS_NOT_SHOWN if hidden else NO_GROUPS,), "note"),))
        return Section((*parts, Text(say.WHAT_GROUPS_CANNOT_TELL, "list")))

    def _groupings(self, definition: Measure, rows: pd.DataFrame) -> list[Figure | Table]:
        """A picture for each grouping with at least two groups of ten children or more, else its table."""
        found = []
        for grouping, declared in groupings().items():
            own = rows.loc[rows["group"].str.startswith(f"{grouping}: ") & ~rows["children"].eq(0)]
            if len(own) < 2:
                continue
            title = f"{declared['title']}: {say.title_inside(definition)}"
            table = say.groups(own, definition, f"{title}, {cohort(own['cohort'].iloc[0]).words}")
            solid = own.loc[~(own["children"] < FEW)]
            chart = charts.by_group(solid, title=axis_words(definition), percent=definition.per == 1) if len(solid) > 1 else None
            found.append(Figure(title, say.group_finding(solid, definition), spec(chart), table) if chart else table)
        return found

    def cannot_tell(self) -> Text:
        """What no official figure says."""
        return Text(limits.OFFICIAL_CANNOT_TELL, "list")

    def questions(self) -> Text:
        """Open questions for the meeting."""
        return Text(questions.OFFICIAL_QUESTIONS, "questions")

    def method(self) -> Section:
        """How each number was made."""
        return limits.method([measure(name) for name in indicators()], self.tables.facts)
