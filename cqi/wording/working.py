"""How we work, in words: the short answer, inputs and outputs and outcomes apart, what numbers cannot tell, how they were made."""

from __future__ import annotations

from datetime import date

import pandas as pd

from cqi.blocks import Cell, Details, Table, Text
from cqi.cohorts import cohort
from cqi.services.definitions import COMPLETED, ENGAGED, KINDS, REFERRED, STILL_HERE, TURNOVER, Bands, ServiceMeasure
from cqi.vocabulary import HIDDEN_WORDS, WHOLE
from cqi.wording.numbers import children, day_words, entered_words, share

NO_REFERRALS = ("No table of referrals was given, so nothing is said of who engages families. It is a file referrals.csv beside the others: "
                "child_id, county, referral_date, first_contact_role, engaged_date, completed_date.")
NO_STAFF = ("No table of staff was given, so nothing is said of who stays. It is a file staff.csv beside the others: staff_id, county, role, "
            "hire_date, end_date, end_reason.")
NOT_YET = "No period is over yet for all who are in it, so there is no figure."
SURVEY_NOT_SHOWN = "What teams answer is for the agency's own staff: people answer truly where nobody else can read it."
CANNOT_TELL = (
    "Whether a service helped. Engaging and completing are steps on the way; whether children are safe and at home is in the reviews.",
    "Why families who met one role first engage more often. Roles meet different families, at other times and in other places. The difference "
    "proves nothing alone.",
    "Whose work was good. Nothing here is about one person, and nobody should be judged by it.",
    "Why people leave, or whether those who stay are well.",
)
QUESTIONS = (
    "Who meets families first here, and what do these people need to do it well: time, training, a say?",
    "Where do families get lost between the referral and the first meeting? Who could ask them?",
    "Who left in the last year, and what would have made them stay? What do those say who stayed?",
    "What one change would you try before the next review, and how would you know that it helped?",
)


def answer(referrals: pd.DataFrame, staff: pd.DataFrame, facts: dict) -> tuple[str, ...]:
    """What came of it first, then what was done, then what was put in: outcome, output and input."""
    done = _referrals(referrals) if facts["referrals"] else (NO_REFERRALS,)
    return (*done, *(_staff(staff) if facts["staff"] else (NO_STAFF,)))


def newest(rows: pd.DataFrame, name: str) -> pd.Series | None:
    """The row of the whole file of the newest period for which a measure has a figure, else of the newest whose figure is hidden; None where
    no period is over."""
    own = rows.loc[(rows["measure"] == name) & rows["group"].eq("") & rows["county"].eq(WHOLE) & rows["status"].ne("so far")]
    own = own.loc[own["value"].notna()] if own["value"].notna().any() else own
    return own.loc[own["cohort"].map(lambda word: cohort(word).start).idxmax()] if len(own) else None


def likely(row: pd.Series) -> str:
    """`52%; the true share is likely between 49% and 56%`."""
    return f"{share(row['value'])}; the true share is likely between {share(row['lower'])} and {share(row['upper'])}"


def _staff(rows: pd.DataFrame) -> tuple[str, ...]:
    """What is put in: who stays, and how many leave."""
    stay, leave = newest(rows, STILL_HERE), newest(rows, TURNOVER)
    parts = []
    if stay is not None and pd.notna(stay["value"]):
        parts.append(f"Of {stay['denominator']:,.0f} people hired in {stay['cohort']}, {stay['numerator']:,.0f} were still here 12 months later ({likely(stay)}).")
    if leave is not None and pd.notna(leave["value"]):
        parts.append(f"For each 100 people employed in {leave['cohort']}, {100 * leave['value']:.0f} left "
                     f"(likely between {100 * leave['lower']:.0f} and {100 * leave['upper']:.0f}).")
    none = stay is None and leave is None
    told = " ".join(parts) or (NOT_YET if none else f"The figures on staff are {HIDDEN_WORDS}.")
    return (f"What is put in: {told}",)


def _referrals(rows: pd.DataFrame) -> tuple[str, ...]:
    """What came of it, and what was done, apart."""
    made, engaged, done = (newest(rows, name) for name in (REFERRED, ENGAGED, COMPLETED))
    if done is None:
        return (f"What was done, and what came of it: {NOT_YET}",)
    steps = rows.loc[rows["cohort"].eq(done["cohort"]) & rows["group"].eq("") & rows["county"].eq(WHOLE)].set_index("measure")
    made, engaged = steps.loc[REFERRED], steps.loc[ENGAGED]
    when = entered_words(cohort(done["cohort"]))
    if pd.isna(made["numerator"]):
        return (f"What was done, and what came of it: The figures on those referred {when} are {HIDDEN_WORDS}.",)
    told = [_step(engaged, "had a family that engaged within 3 months"), _step(done, "one that completed the service within 12 months")]
    return (f"What came of it: of {children(made['numerator'])} referred {when}, {' and '.join(told)}.",
            f"What was done: {children(made['numerator'])} were referred to services {when}, each with its family.")


def _step(row: pd.Series, words: str) -> str:
    if pd.isna(row["numerator"]):
        return f"a number that is {HIDDEN_WORDS} {words}"
    return f"{row['numerator']:,.0f} ({share(row['value'])}, likely {share(row['lower'])} to {share(row['upper'])}) {words}"


def kinds_table(measures: dict[str, ServiceMeasure]) -> Table:
    """Every measure of the page: what it is, and the value that it reflects."""
    rows = tuple((Cell(each.title), Cell(f"{each.kind}: {KINDS[each.kind]}"), Cell(each.value)) for each in
                 sorted(measures.values(), key=lambda each: list(KINDS).index(each.kind)))
    return Table("Inputs, outputs and outcomes on this page", ("Measure", "What it is", "The value that it reflects"), rows, numeric=False,
                 notes=("Outcomes here are near ones: steps on the way. Whether children are safe and at home is in the reviews.",))


def definition(measure: ServiceMeasure) -> Details:
    """How one measure is counted, why, and after whom."""
    source = measure.source
    return Details(measure.title, (
        Text((measure.question, measure.why, f"This is an {measure.kind}: {KINDS[measure.kind]}. It reflects this value: {measure.value}.")),
        Text((f"Counted: {measure.words['numerator']}.", f"Among: {measure.words['denominator']}.", *measure.caveats), "list"),
        Text((f"Source: {source['citation']}. Reviewed by {source['reviewer']}, {day_words(source['reviewed'])}.",), "note")))


def published(found: Bands) -> tuple[str, ...]:
    """The published figures on turnover with source and vintage."""
    told = [f"{words.capitalize()}: {100 * low:.0f} to {100 * high:.0f} for each 100 employed in a year." for words, low, high in found.bands]
    return (*told, f"{found.mean[0].capitalize()}: about {100 * found.mean[1]:.0f}.", found.caveat, f"Source: {found.source}, {found.vintage}.")


def statistics(facts: dict) -> Details:
    """The rules and statistics behind the numbers."""
    return Details("Shares, ranges and young periods", (Text((
        f"As-of date: {day_words(date.fromisoformat(facts['as_of']))}, {facts['as_of_reason']}. What happened later is not used.",
        "A child is counted once in a period, by its first referral in it. Who completed has engaged.",
        "Within 3 or 12 months: the day of the anniversary counts. A person who left on the day of the anniversary had left.",
        "A share has a 95% Wilson interval; leavers for each 100 employed an exact Poisson interval.",
        "Young periods and curves count each month among those who have been watched to its end (Kaplan-Meier by monthly anniversary, log-log "
        "interval). A figure is given where 10 or more were.",
        "People employed on average: days employed in the year, from the day of hire up to the day before leaving, by the days of the year.",
        "One person's rows that overlap or follow each other from one day to the next are one time of employment. Who comes back later was hired anew.",
        "Roles with few people are put together as other roles. Where a column of roles holds more than 20 different words nothing is told by role, "
        "for they might be names.",
        "Where small numbers are hidden, a period is told once, when it is over for all who are in it, and then stays as it was told.",
    ), "list"),))
