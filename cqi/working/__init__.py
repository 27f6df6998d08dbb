"""How do we work, and who engages families? Referrals from first contact to the end of a service, and staff who stay."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property

from cqi.blocks import Block, Details, Heading, Section, Text
from cqi.charts.questionnaire import over_rounds_spec
from cqi.disclosure import policy
from cqi.questionnaire import questionnaire
from cqi.services import bands, service_measures
from cqi.tables.answered import slips_for
from cqi.tables.services import ServiceTables, service_tables
from cqi.wording import working as words
from cqi.wording.numbers import READERS, day_words
from cqi.wording.questionnaire import results
from cqi.working import attained, referrals, staff
from cqi.working.culture import beside


@dataclass(frozen=True)
class Working:
    """How the agency works: what it puts in, what it does, and what comes of it; fields as in `Review`, without a county or a cohort.

    Raises CqiError when a part is first asked for, if the file, day or profile is not there.
    """

    as_of: str = ""
    source: str = "episodes"
    data: str = "data_samples"
    profile: str = "release"

    @cached_property
    def tables(self) -> ServiceTables:
        """Referrals and staff as the profile may see them."""
        return service_tables(self.data, self.source, self.as_of, self.profile)

    @property
    def day(self) -> date:
        """The as-of date."""
        return date.fromisoformat(self.tables.facts["as_of"])

    @property
    def _own(self) -> bool:
        """Whether the agency's own staff read it, who see the young periods and the counties."""
        return policy(self.profile)["threshold"] == 0

    def heading(self) -> Heading:
        """As-of date and readers."""
        return Heading("How do we work, and who engages families?", "By role and by period, for all counties together. Never by person.",
                       (("What the file knew on", day_words(self.day)), ("Why this day", self.tables.facts["as_of_reason"]),
                        ("Who may read this", READERS[self.profile])))

    def answer(self) -> Text:
        """The newest complete figure of each kind, inputs, outputs and outcomes apart."""
        return Text(words.answer(self.tables.referrals, self.tables.staff, self.tables.facts), "answer")

    def kinds(self) -> Block:
        """What is an input, an output, an outcome, and which value each reflects."""
        return words.kinds_table(service_measures())

    def referrals(self) -> Section:
        """From referral to completion: the newest period that is over for all, and those before it."""
        return referrals.referrals(self.tables)

    def first_contacts(self) -> Section:
        """The same by who made the first contact."""
        return referrals.first_contacts(self.tables)

    def young(self) -> Section:
        """Young periods beside the older ones at the same age, for own staff."""
        return referrals.young(self.tables, own=self._own)

    def counties(self) -> Section:
        """Referrals and turnover by county in order of name, for own staff."""
        return referrals.counties(self.tables, own=self._own)

    def staff(self) -> Section:
        """Who is still here 12 months after they were hired, and the curve."""
        return staff.staff(self.tables, own=self._own)

    def turnover(self) -> Section:
        """Leavers for each 100 employed, beside published figures."""
        return staff.turnover(self.tables, bands())

    def goals_attained(self) -> Section:
        """How far people came with the goals that they set themselves, together, for own staff."""
        return attained.goals_attained(self.tables, own=self._own)

    def culture(self) -> Section:
        """How teams work together, by their own answers, and beside it what happened to children at the same time; for own staff."""
        asked, held = questionnaire("culture_check"), policy(self.profile)
        told = self._answers(asked.name).blocks
        if not (self._own and held["survey_results"]):
            return Section(told)
        slips, fewest = slips_for(self.profile), held["survey_threshold"]
        return Section((*told, *beside(slips, asked, self.tables.outcomes, threshold=fewest, as_of=self.day)))

    def way_of_working(self) -> Section:
        """How teams rate their case management together, for own staff."""
        return self._answers("case_management_check")

    def _answers(self, name: str) -> Section:
        held = policy(self.profile)
        if not held["survey_results"]:
            return Section((Text((words.SURVEY_NOT_SHOWN,), "note"),))
        return Section(results(slips_for(self.profile), questionnaire(name), threshold=held["survey_threshold"], chart=over_rounds_spec, data=self.data))

    def cannot_tell(self) -> Text:
        """What these numbers do not say."""
        return Text(words.CANNOT_TELL, "list")

    def questions(self) -> Text:
        """Open questions for the meeting."""
        return Text(words.QUESTIONS, "questions")

    def method(self) -> Section:
        """How each number was made."""
        return Section((*(words.definition(each) for each in service_measures().values()), words.statistics(self.tables.facts),
                        Details("Published figures on turnover", (Text(words.published(bands()), "list"),))))
